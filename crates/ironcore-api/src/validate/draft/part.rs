// SPDX-License-Identifier: Apache-2.0

//! How a draft is judged, field by field: what holds of its fields alone, then its parts.

use serde::Deserialize;

use super::List;
use crate::field::FieldPath;
use crate::validate::faults::Faults;

/// A type of the API that has a draft.
pub(crate) trait Drafted {
    /// The draft, which borrows from the wire.
    type Draft<'a>: Deserialize<'a>;
    /// The fields, in the order of the type.
    const FIELDS: &'static [Field];
}

/// A field of the API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// The fields of what is in it, or of its entries.
    pub(crate) below: &'static [Field],
}

impl Field {
    /// A field without fields.
    pub(crate) const fn plain(name: &'static str) -> Self {
        Self { name, below: &[] }
    }
}

/// A part of an object.
pub(crate) trait Part {
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
