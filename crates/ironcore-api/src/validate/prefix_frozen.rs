//! What of a Prefix may not be changed: all, but allocation fills in prefix, length and parent once.

use super::draft::{Later, PrefixSpec, given};
use super::faults::Faults;
use super::stored::{ONCE, keeps};
use super::text;
use crate::field::{Fault, FieldPath};
use crate::reference::Named;

pub(super) fn spec(
    at: &FieldPath<'_>,
    new: &PrefixSpec<'_>,
    old: &PrefixSpec<'_>,
    faults: &mut Faults,
) {
    let family = at.field("ipFamily");
    keeps(
        &family,
        "",
        given(new.ipFamily.as_deref()),
        given(old.ipFamily.as_deref()),
        faults,
    );
    let (now, before) = (new.prefix.as_deref(), old.prefix.as_deref());
    if !same_prefix(now, before) {
        let prefix = at.field("prefix");
        keeps(&prefix, ONCE, given(now), given(before), faults);
    }
    length(&at.field("prefixLength"), new, old, faults);
    parent(&at.field("parentRef"), new, old, faults);
    let (now, before) = (new.parentSelector.as_ref(), old.parentSelector.as_ref());
    let same = now.and_then(Later::get) == before.and_then(Later::get);
    if !same {
        let selector = at.field("parentSelector");
        faults.push(Fault::forbidden(&selector, "may not be changed"));
    }
}

/// Whether both texts say the same prefix: a respelling is no change.
fn same_prefix(new: Option<&str>, old: Option<&str>) -> bool {
    let old = text::as_prefix(old);
    old.is_some() && old == text::as_prefix(new)
}

fn length(at: &FieldPath<'_>, new: &PrefixSpec<'_>, old: &PrefixSpec<'_>, faults: &mut Faults) {
    if let Some(old) = old.prefixLength.filter(|length| *length != 0)
        && new.prefixLength != Some(old)
    {
        let detail = format!("may not be changed{ONCE}: it was {old}");
        faults.push(Fault::forbidden(at, detail));
    }
}

fn parent(at: &FieldPath<'_>, new: &PrefixSpec<'_>, old: &PrefixSpec<'_>, faults: &mut Faults) {
    let (had, has) = (old.parentRef.named(), new.parentRef.named());
    keeps(at, ONCE, has, had, faults);
    if had.is_none() && has.is_some() && old.parentSelector.is_none() {
        let detail = "may not be added without a parentSelector";
        faults.push(Fault::forbidden(at, detail));
    }
}
