//! References to objects that must be there (contract, References).

use super::text::is_subdomain;
use crate::field::FieldPath;
use crate::reference::{Named, Reference, Referent};

/// Adds the reference at `at`, if it names an object that could be there.
pub(super) fn add(
    at: &FieldPath<'_>,
    referent: Referent,
    reference: &impl Named,
    found: &mut Vec<Reference>,
) {
    if let Some(name) = reference.named().filter(|name| is_subdomain(name)) {
        found.push(Reference {
            field: at.field("name").to_string(),
            referent,
            name: name.to_owned(),
        });
    }
}

/// Keeps of `found` what refers to an object that none of `before` refers to.
pub(super) fn keep_added(found: &mut Vec<Reference>, before: &[Reference]) {
    let same = |one: &Reference, other: &Reference| {
        one.referent == other.referent && one.name == other.name
    };
    found.retain(|reference| !before.iter().any(|old| same(old, reference)));
}
