// SPDX-License-Identifier: Apache-2.0

//! Where an entry gets what it stands for: exactly one source.

use super::faults::Faults;
use crate::field::{Fault, FieldPath};
use crate::words;

/// The entry at `at` has one of the fields `sources`, of each of which it is known whether it is there. What is too much is
/// the later one.
pub(crate) fn exactly_one<const N: usize>(
    at: &FieldPath<'_>,
    sources: [(&str, bool); N],
    faults: &mut Faults,
) {
    let fields = sources.map(|(field, _)| field);
    let mut there = sources.iter().filter(|(_, is_there)| *is_there);
    if there.next().is_none() {
        faults.add(|| Fault::required(at, &words::one_of(&fields)));
    }
    for (field, _) in there {
        faults.add(|| Fault::forbidden(&at.field(field), words::exactly_one_of(&fields)));
    }
}
