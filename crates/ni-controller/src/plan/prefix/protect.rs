// SPDX-License-Identifier: Apache-2.0

//! The finalizer that keeps a prefix while others have parts of it.

use super::record;
use crate::plan::list::some_of;
use crate::plan::{Notice, Plan, Reason, View, finalizer};
use crate::seeded::{Fault, has};
use crate::world::{Kind, Prefix};

/// Takes the finalizer off a prefix that is being deleted, once no other has a part of it or is being granted one. The version
/// has to be one that the watch has come as far as: all that was granted from it is known then.
pub(super) fn plan_release(prefix: &Prefix, view: View<'_>, plan: &mut Plan) {
    if !finalizer::is_on::<Prefix>(&prefix.finalizers) {
        return;
    }
    let (meta, prefixes) = (&prefix.meta, &view.namespace.prefixes);
    let users = view.namespace.allocation().children(&meta.name);
    let users = some_of(users.map(|name| &**name));
    if let Some(users) = users.filter(|_| !has(Fault::ParentNotKept)) {
        let message = format!("is being deleted, and still the parent of {users}");
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
    plan.changes
        .push(finalizer::take_off::<Prefix>(meta, &prefix.finalizers));
}
