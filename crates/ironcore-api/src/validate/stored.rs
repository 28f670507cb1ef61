// SPDX-License-Identifier: Apache-2.0

//! What an object must keep of what it was before an update, as its types' fields say (`#[field(change = …)]`). The schema's
//! rules are made of the same words (`schema/change.rs`).

use super::draft::{Drafted, Later, List, Text, Texts, given};
use super::faults::Faults;
use super::text::as_prefix;
use crate::field::{Fault, FieldPath};
use crate::reference::Named;
use crate::words;

/// A part of which something may not be changed.
pub(crate) trait Frozen {
    /// Adds what an update of `old` may not change.
    fn frozen(&self, old: &Self, at: &FieldPath<'_>, faults: &mut Faults);
}

/// A value, as far as it is compared with what it was.
pub(crate) trait Kept {
    /// Whether it says something.
    fn is_given(&self) -> bool;

    /// Whether it is refused as missing, where it must be there.
    fn is_missing(&self) -> bool {
        !self.is_given()
    }

    /// Whether it says what `old` says.
    fn is_same(&self, old: &Self) -> bool;
}

/// The field at `at` stays as it was.
pub(crate) fn immutable<T: Kept>(at: &FieldPath<'_>, new: &T, old: &T, faults: &mut Faults) {
    if !new.is_same(old) {
        faults.push(Fault::forbidden(at, words::IMMUTABLE));
    }
}

/// The same; where nothing was, something may come. Where it must be there, one that is missing is refused for that.
pub(crate) fn filled<T: Kept>(
    at: &FieldPath<'_>,
    must_be_there: bool,
    new: &T,
    old: &T,
    faults: &mut Faults,
) {
    if old.is_given() && !(must_be_there && new.is_missing()) {
        immutable(at, new, old, faults);
    }
}

/// The same of a field that a user may leave open at first.
pub(crate) fn once<T: Kept>(at: &FieldPath<'_>, new: &T, old: &T, faults: &mut Faults) {
    let detail = match (old.is_given(), new.is_given()) {
        (true, false) => words::NOT_CLEARED,
        (true, true) if !new.is_same(old) => words::NOT_MODIFIED,
        _ => return,
    };
    faults.push(Fault::forbidden(at, detail));
}

/// Where nothing was, nothing may come.
pub(crate) fn not_later<T: Kept>(at: &FieldPath<'_>, new: &T, old: &T, faults: &mut Faults) {
    if new.is_given() && !old.is_given() {
        faults.push(Fault::forbidden(at, words::NOT_SET));
    }
}

/// Compares the fields of a part; one that is not there is as good as an empty one.
pub(crate) fn within<T: Frozen + Default>(
    at: &FieldPath<'_>,
    new: Option<&T>,
    old: Option<&T>,
    faults: &mut Faults,
) {
    let none = T::default();
    let new = new.unwrap_or(&none);
    new.frozen(old.unwrap_or(&none), at, faults);
}

impl Kept for Option<Text<'_>> {
    fn is_given(&self) -> bool {
        given(self.as_deref()).is_some()
    }

    fn is_missing(&self) -> bool {
        self.is_none()
    }

    fn is_same(&self, old: &Self) -> bool {
        given(self.as_deref()) == given(old.as_deref())
    }
}

impl Kept for Option<&str> {
    fn is_given(&self) -> bool {
        given(*self).is_some()
    }

    fn is_same(&self, old: &Self) -> bool {
        given(*self) == given(*old)
    }
}

/// The text of a prefix. Two spellings of the same prefix are equal.
pub(crate) struct Cidr<'t>(pub(crate) Option<&'t str>);

impl Kept for Cidr<'_> {
    fn is_given(&self) -> bool {
        given(self.0).is_some()
    }

    fn is_same(&self, old: &Self) -> bool {
        let prefix = as_prefix(self.0);
        given(self.0) == given(old.0) || prefix.is_some() && prefix == as_prefix(old.0)
    }
}

/// Zero is none.
impl Kept for Option<i64> {
    fn is_given(&self) -> bool {
        self.is_some_and(|number| number != 0)
    }

    fn is_same(&self, old: &Self) -> bool {
        self == old
    }
}

impl<R: Named> Kept for R {
    fn is_given(&self) -> bool {
        self.named().is_some()
    }

    fn is_same(&self, old: &Self) -> bool {
        self.named() == old.named()
    }
}

impl<T: PartialEq, const MOST: u64> Kept for List<T, MOST> {
    fn is_given(&self) -> bool {
        !self.is_empty()
    }

    fn is_same(&self, old: &Self) -> bool {
        self == old
    }
}

impl<R: PartialEq, const MOST: u64, const EACH: u64> Kept for Texts<'_, R, MOST, EACH> {
    fn is_given(&self) -> bool {
        !self.is_empty()
    }

    fn is_same(&self, old: &Self) -> bool {
        self == old
    }
}

impl<'a, D: Drafted<Draft<'a>: PartialEq>> Kept for Option<Later<'a, D>> {
    fn is_given(&self) -> bool {
        self.is_some()
    }

    fn is_same(&self, old: &Self) -> bool {
        let decoded = |later: &Self| later.as_ref().and_then(Later::get);
        decoded(self) == decoded(old)
    }
}
