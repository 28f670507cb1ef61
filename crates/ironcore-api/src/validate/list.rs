//! What holds of the entries of a list together.

use std::collections::HashSet;

use crate::field::{Fault, FieldPath};

/// The entries, if there are no more than `most`: of too many, none is read.
pub(super) fn within<T>(entries: &[T], most: u64) -> &[T] {
    if entries.len() as u64 <= most { entries } else { &[] }
}

/// No two entries have the same text in `field`. `texts` are those of the entries, in order; an entry
/// without a text is like no other.
pub(super) fn unique<'a>(
    list: &FieldPath<'_>,
    field: &str,
    texts: impl Iterator<Item = Option<&'a str>>,
    faults: &mut Vec<Fault>,
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
