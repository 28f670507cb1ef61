//! Where an entry gets what it stands for: exactly one source.

use crate::field::{Fault, FieldPath};

/// The entry at `at` has either a `first` or an `ephemeral`.
pub(super) fn one_of_two(
    at: &FieldPath<'_>,
    first: &str,
    has_first: bool,
    has_ephemeral: bool,
    faults: &mut Vec<Fault>,
) {
    match (has_first, has_ephemeral) {
        (false, false) => {
            let detail = format!("has no source: give {first} or ephemeral");
            faults.push(Fault::required(at, &detail));
        }
        (true, true) => {
            let detail = format!("has two sources: give {first} or ephemeral, not both");
            faults.push(Fault::forbidden(&at.field("ephemeral"), detail));
        }
        (true, false) | (false, true) => {}
    }
}
