//! References to objects that must be there (contract, References).

use std::collections::HashSet;

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
    // A machine can hold tens of thousands: comparing each with each took most of what its review cost.
    let before = before.iter().map(|old| (old.referent, &old.name));
    let before: HashSet<_> = before.collect();
    found.retain(|reference| !before.contains(&(reference.referent, &reference.name)));
}
