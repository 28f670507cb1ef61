// SPDX-License-Identifier: Apache-2.0

//! What of a Prefix may not be changed: all, but allocation fills in prefix, length and parent once.

use super::draft::{Later, PrefixSpec, given};
use super::faults::Faults;
use super::stored::{immutable, set_once};
use super::text;
use crate::field::{Fault, FieldPath};
use crate::reference::Named;
use crate::words;

pub(super) fn spec(
    at: &FieldPath<'_>,
    new: &PrefixSpec<'_>,
    old: &PrefixSpec<'_>,
    faults: &mut Faults,
) {
    let family = at.field("ipFamily");
    immutable(
        &family,
        given(new.ipFamily.as_deref()),
        given(old.ipFamily.as_deref()),
        faults,
    );
    let (now, before) = (new.prefix.as_deref(), old.prefix.as_deref());
    if !same_prefix(now, before) {
        set_once(&at.field("prefix"), given(now), given(before), faults);
    }
    let length = |spec: &PrefixSpec<'_>| spec.prefixLength.filter(|length| *length != 0);
    let (new_length, old_length) = (length(new), length(old));
    set_once(
        &at.field("prefixLength"),
        new_length.as_ref(),
        old_length.as_ref(),
        faults,
    );
    parent(&at.field("parentRef"), new, old, faults);
    let (now, before) = (new.parentSelector.as_ref(), old.parentSelector.as_ref());
    let same = now.and_then(Later::get) == before.and_then(Later::get);
    if !same {
        let selector = at.field("parentSelector");
        faults.push(Fault::forbidden(&selector, words::IMMUTABLE));
    }
}

/// Whether both texts say the same prefix: a respelling is no change.
fn same_prefix(new: Option<&str>, old: Option<&str>) -> bool {
    let old = text::as_prefix(old);
    old.is_some() && old == text::as_prefix(new)
}

fn parent(at: &FieldPath<'_>, new: &PrefixSpec<'_>, old: &PrefixSpec<'_>, faults: &mut Faults) {
    let (had, has) = (old.parentRef.named(), new.parentRef.named());
    set_once(at, has, had, faults);
    if had.is_none() && has.is_some() && old.parentSelector.is_none() {
        faults.push(Fault::forbidden(at, words::NOT_SET));
    }
}
