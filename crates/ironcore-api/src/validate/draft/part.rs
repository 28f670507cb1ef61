// SPDX-License-Identifier: Apache-2.0

//! How a draft is judged, field by field: what holds of its fields alone, then its parts.

use super::List;
use crate::field::FieldPath;
use crate::validate::faults::Faults;

/// A part of an object.
pub(in crate::validate) trait Part {
    /// Adds what is wrong with the part at `at`, each field taken alone.
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults);
}

impl<T: Part> Part for Option<T> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        if let Some(part) = self {
            part.judge(at, faults);
        }
    }
}

impl<T: Part> Part for Box<T> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        T::judge(self, at, faults);
    }
}

impl<T: Part, const MOST: u64> Part for List<T, MOST> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        for (index, entry) in self.entries().iter().enumerate() {
            entry.judge(&at.index(index), faults);
        }
    }
}

/// Makes a struct a [`Part`]. Each of its fields is named: behind `parts` those that are parts themselves, behind `fields`
/// those of which all is said by attributes. A field that is left out does not compile.
macro_rules! part {
    ($name:ident: fields($($field:ident),*), parts($($part:ident),*)) => {
        impl crate::validate::draft::Part for $name<'_> {
            fn judge(
                &self,
                at: &crate::field::FieldPath<'_>,
                faults: &mut crate::validate::faults::Faults,
            ) {
                crate::validate::structure::collect(self, at, faults);
                let Self { $($field: _,)* $($part,)* } = self;
                $($part.judge(&at.field(stringify!($part)), faults);)*
            }
        }
    };
}

pub(super) use part;
