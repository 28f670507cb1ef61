//! Where an entry gets what it stands for: exactly one source.

use super::faults::Faults;
use crate::field::{Fault, FieldPath};

/// The entry at `at` has either a `first` or an `ephemeral`.
pub(super) fn one_of_two(
    at: &FieldPath<'_>,
    first: &str,
    has_first: bool,
    has_ephemeral: bool,
    faults: &mut Faults,
) {
    match (has_first, has_ephemeral) {
        (false, false) => {
            faults.add(|| {
                let detail = format!("has no source: give {first} or ephemeral");
                Fault::required(at, &detail)
            });
        }
        (true, true) => {
            faults.add(|| {
                let detail = format!("has two sources: give {first} or ephemeral, not both");
                Fault::forbidden(&at.field("ephemeral"), detail)
            });
        }
        (true, false) | (false, true) => {}
    }
}
