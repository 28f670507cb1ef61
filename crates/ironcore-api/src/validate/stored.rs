// SPDX-License-Identifier: Apache-2.0

//! What an object must keep of what it was before an update.

use super::faults::Faults;
use crate::field::{Fault, FieldPath};
use crate::words;

/// The field at `at` keeps the text that it had; where it had none, it may get one.
pub(super) fn immutable(
    at: &FieldPath<'_>,
    new: Option<&str>,
    old: Option<&str>,
    faults: &mut Faults,
) {
    if old.is_some() && new != old {
        faults.push(Fault::forbidden(at, words::IMMUTABLE));
    }
}

/// The same of a field that a user may leave open at first.
pub(super) fn set_once<T: PartialEq + ?Sized>(
    at: &FieldPath<'_>,
    new: Option<&T>,
    old: Option<&T>,
    faults: &mut Faults,
) {
    let detail = match (old, new) {
        (Some(_), None) => words::NOT_CLEARED,
        (Some(old), Some(new)) if old != new => words::NOT_MODIFIED,
        _ => return,
    };
    faults.push(Fault::forbidden(at, detail));
}
