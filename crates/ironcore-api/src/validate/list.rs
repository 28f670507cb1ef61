// SPDX-License-Identifier: Apache-2.0

//! What holds of the entries of a list together.

use std::collections::HashSet;

use super::faults::Faults;
use crate::field::{Fault, FieldPath};

/// No two entries have the same text in `field`. `texts` are those of the entries, in order; an entry
/// without a text is like no other.
pub(super) fn unique<'a>(
    list: &FieldPath<'_>,
    field: &str,
    texts: impl Iterator<Item = Option<&'a str>>,
    faults: &mut Faults,
) {
    let mut seen = HashSet::new();
    for (index, text) in texts.enumerate() {
        if let Some(text) = text
            && !seen.insert(text)
        {
            faults.push(Fault::duplicate(&list.index(index).field(field), text));
        }
    }
}
