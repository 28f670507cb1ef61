//! The finalizer that keeps a prefix while others have parts of it.

use serde_json::json;

use super::{record, write};
use crate::plan::merge::some_of;
use crate::plan::{Change, Notice, Plan, Purpose, Reason, View};
use crate::seeded::{Fault, has};
use crate::world::{Kind, Prefix};

/// Puts the finalizer on, before the first block is granted.
pub(super) fn protect(prefix: &Prefix) -> Change {
    let ours = Kind::Prefix.entry().finalizer;
    let finalizers: Vec<&str> = prefix
        .finalizers
        .iter()
        .map(|known| &**known)
        .chain(ours)
        .collect();
    write(
        prefix,
        json!({ "metadata": { "finalizers": finalizers } }),
        Purpose::Protect,
    )
}

/// Takes the finalizer off a prefix that is being deleted, once no other has a part of it or is being granted one. The version
/// has to be one that the watch has come as far as: all that was granted from it is known then.
pub(super) fn plan_release(prefix: &Prefix, view: View<'_>, plan: &mut Plan) {
    if !prefix.is_protected() {
        return;
    }
    let (meta, prefixes) = (&prefix.meta, &view.namespace.prefixes);
    let users: Vec<&str> = view
        .namespace
        .allocation()
        .children(&meta.name)
        .map(|name| &**name)
        .collect();
    if !users.is_empty() && !has(Fault::ParentNotKept) {
        let message = format!(
            "is being deleted, and still the parent of {}",
            some_of(&users)
        );
        plan.notices
            .push(Notice::on(Reason::InUse, Kind::Prefix, meta, message));
        return;
    }
    let granting = prefix
        .pending()
        .iter()
        .any(|entry| record::is_under_way(prefix, entry, view));
    if granting || !prefixes.is_anchored(&meta.name) || !prefixes.all_decode() {
        return;
    }
    let ours = Kind::Prefix.entry().finalizer;
    let kept = prefix
        .finalizers
        .iter()
        .filter(|known| Some(&***known) != ours);
    let kept: Vec<&str> = kept.map(|known| &**known).collect();
    let body = json!({ "metadata": { "finalizers": kept } });
    plan.changes.push(write(prefix, body, Purpose::Unprotect));
}
