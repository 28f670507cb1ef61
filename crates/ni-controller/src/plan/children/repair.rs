// SPDX-License-Identifier: Apache-2.0

//! Children that differ from their template, and children that are no longer wanted.

use serde_json::{Map, Value, json};

use super::field::{Field, patch};
use super::{Difference, Owns};
use crate::plan::{Change, Plan, Purpose, Reason, Request, View};
use crate::seeded::{self, Fault};
use crate::world::Object;

/// Brings a managed child back to its template: in place, or by deleting it to be made again. What something else altered
/// when it was written is left alone, with an Event, until the owner's spec changes.
pub(super) fn repair<O: Owns<C>, C: Object>(
    owner: &O,
    template: &O::Template,
    child: &C,
    view: View<'_>,
    plan: &mut Plan,
) {
    let meta = child.meta();
    if meta.external {
        return;
    }
    let mut difference = owner.difference(template, child);
    let altered = view
        .memory
        .altered(C::KIND, &meta.name, owner.attempt(template));
    let kept = names(difference.keys().filter(|field| altered.contains(field)));
    difference.retain(|field, _| !altered.contains(field));
    if !kept.is_empty() {
        let message = format!(
            "did not come back as written in {kept}: something between this controller and the API server's store alters it"
        );
        plan.notices
            .push(owner.notice(&meta.name, Reason::NotAsWritten, &message));
    }
    if !replace(owner, template, &difference, child, view, plan)
        && let Some(patch) = patch(meta, &difference, O::is_shared)
        && (!owner.drops(template, child) || looked_at_owner(owner, child, view, plan))
    {
        let message = "was brought back to its template";
        // What the controller notes for itself is no news.
        let is_news = |field: &Field| match field {
            Field::Annotation(key) => !O::MARKS.contains(&key.as_str()),
            _ => true,
        };
        let reason = O::WORDS.repaired;
        let reason = reason.filter(|_| difference.keys().any(is_news));
        plan.changes.push(Change {
            kind: C::KIND,
            name: meta.name.clone(),
            request: Request::Patch(patch),
            purpose: Purpose::Repair,
            then: reason.map(|reason| owner.notice(&meta.name, reason, message)),
        });
    }
}

/// Resolves a difference in immutable fields: returns whether the child goes.
fn replace<O: Owns<C>, C: Object>(
    owner: &O,
    template: &O::Template,
    difference: &Difference,
    child: &C,
    view: View<'_>,
    plan: &mut Plan,
) -> bool {
    let fields = difference.keys();
    let fixed = names(fields.filter(|field| matches!(field, Field::Fixed(_))));
    if fixed.is_empty() {
        return false;
    }
    if O::may_replace(template, child, *view.options) {
        let message = format!(
            "was deleted, and will be created again: it differs from the template in {fixed} (immutable)"
        );
        take_away(owner, child, Purpose::Replace, &message, view, plan);
        return true;
    }
    let message = format!(
        "differs from the template in {fixed} (immutable), and {}",
        O::WORDS.stays
    );
    let name = &child.meta().name;
    plan.notices
        .push(owner.notice(name, Reason::ReplacementNeeded, &message));
    false
}

/// As a message names them.
fn names<'a>(fields: impl Iterator<Item = &'a Field>) -> String {
    let fields: Vec<String> = fields.map(ToString::to_string).collect();
    fields.join(", ")
}

/// Takes away managed children that are no longer wanted, but for those that the owner now refers to: these are left to their
/// user.
pub(super) fn remove<O: Owns<C>, C: Object>(owner: &O, view: View<'_>, plan: &mut Plan) {
    let wanted = |name: &str| owner.desired().any(|(desired, _)| *desired == *name);
    for child in owner.owned(view.namespace) {
        let meta = child.meta();
        if !meta.is_managed_by(&owner.meta().uid)
            || meta.deleting
            || meta.external
            || wanted(&meta.name)
        {
            continue;
        }
        let kind = O::KIND.as_str().to_lowercase();
        if owner.refers_to(&meta.name) {
            if looked_at_owner(owner, child, view, plan) {
                let message = format!("is kept: the {kind} now refers to it, so it is its user's");
                plan.changes.push(keep(owner, child, &message));
            }
        } else {
            let message = format!("was deleted: the {kind} no longer declares it");
            take_away(owner, child, Purpose::Remove, &message, view, plan);
        }
    }
}

/// Takes the marks and the owner reference off a child.
fn keep<O: Owns<C>, C: Object>(owner: &O, child: &C, message: &str) -> Change {
    let meta = child.meta();
    let marks = O::MARKS
        .iter()
        .map(|mark| ((*mark).to_owned(), Value::Null));
    let marks: Map<String, Value> = marks.collect();
    Change {
        kind: C::KIND,
        name: meta.name.clone(),
        request: Request::Patch(json!({ "metadata": {
            "uid": &*meta.uid,
            "resourceVersion": meta.version.to_string(),
            "annotations": marks,
            "ownerReferences": meta.other_owners.as_deref().unwrap_or_default(),
        } })),
        purpose: Purpose::Keep,
        then: O::WORDS
            .kept
            .map(|reason| owner.notice(&meta.name, reason, message)),
    }
}

/// Deletes a child.
fn take_away<O: Owns<C>, C: Object>(
    owner: &O,
    child: &C,
    purpose: Purpose,
    message: &str,
    view: View<'_>,
    plan: &mut Plan,
) {
    if !looked_at_owner(owner, child, view, plan) {
        return;
    }
    let meta = child.meta();
    let reason = if purpose == Purpose::Replace {
        O::WORDS.replaced
    } else {
        O::WORDS.deleted
    };
    plan.changes.push(Change {
        kind: C::KIND,
        name: meta.name.clone(),
        request: Request::Delete {
            uid: meta.uid.clone(),
            version: meta.version,
        },
        purpose,
        then: reason.map(|reason| owner.notice(&meta.name, reason, message)),
    });
}

/// Whether a look has shown that the owner really is as it seems; else the look is planned. Watches of two kinds are not
/// ordered, and the child may have been made from a newer owner than the world shows.
fn looked_at_owner<O: Owns<C>, C: Object>(
    owner: &O,
    child: &C,
    view: View<'_>,
    plan: &mut Plan,
) -> bool {
    let owner_name = &owner.meta().name;
    let seen = C::store(view.namespace).seen(&child.meta().name);
    let looked =
        view.has_looked(O::KIND, owner_name, seen) || seeded::has(Fault::RemovalWithoutLook);
    if !looked {
        plan.look_once(O::KIND, owner_name);
    }
    looked
}
