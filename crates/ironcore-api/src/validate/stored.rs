//! What an object must keep of what it was before an update.

use super::faults::Faults;
use crate::field::{Fault, FieldPath};

/// What follows "may not be changed" where a field may be set later.
pub(super) const ONCE: &str = " once set";

/// The field at `at` keeps the text that it had; where it had none, it may get one. `when` is empty
/// or [`ONCE`].
pub(super) fn keeps(
    at: &FieldPath<'_>,
    when: &str,
    new: Option<&str>,
    old: Option<&str>,
    faults: &mut Faults,
) {
    if let Some(old) = old
        && new != Some(old)
    {
        let detail = format!("may not be changed{when}: it was {old}");
        faults.push(Fault::forbidden(at, detail));
    }
}
