// SPDX-License-Identifier: Apache-2.0

//! Writes that were refused or do not last: when they are tried again, and what users are told of them.

use super::{Change, Notice, Plan, Purpose, Reason, Refusal, View};
use crate::world::{Key, Kind, Meta, Namespace};

/// Holds back what was refused and waits for its next attempt, and says what was refused.
pub(super) fn hold_back(planner: (Kind, Option<&Meta>), view: View<'_>, plan: &mut Plan) {
    if view.memory.refused.is_empty() {
        return;
    }
    for change in std::mem::take(&mut plan.changes) {
        let refusal = view.refusal(&change, planner);
        plan.notices
            .extend(refusal.and_then(|refusal| write_refused(&change, refusal, view)));
        if refusal.is_some_and(|refusal| view.elapsed < refusal.again_at) {
            plan.held_back.push(change);
        } else {
            plan.changes.push(change);
        }
    }
}

/// The Event of a write that was refused. Children's are on their owner.
fn write_refused(change: &Change, refusal: &Refusal, view: View<'_>) -> Option<Notice> {
    let what = match change.purpose {
        Purpose::Claim
        | Purpose::Release
        | Purpose::Grant
        | Purpose::Assign
        | Purpose::Protect
        | Purpose::Unprotect
        | Purpose::Status => written(change.purpose),
        Purpose::Make
        | Purpose::Repair
        | Purpose::Replace
        | Purpose::Remove
        | Purpose::Keep
        | Purpose::Look => return None,
    };
    let meta = view.namespace.meta(change.kind, &change.name)?;
    let message = format!("{what} can't be written: {}", refusal.message);
    Some(Notice::on(Reason::WriteRefused, change.kind, meta, message))
}

/// The Event of a write that somebody takes back each time: on what was to be written, or where that is not there, on the
/// object of `key`, for which it was planned.
pub fn write_undone(namespace: &Namespace, key: &Key, change: &Change) -> Option<Notice> {
    let (kind, name) = (change.kind.as_str(), &change.name);
    let Some(meta) = namespace.meta(change.kind, name) else {
        let owner = namespace.meta(key.kind, &key.name)?;
        let message = format!(
            "{kind} {name} does not stay: somebody deletes it each time this controller makes it"
        );
        return Some(Notice::on(Reason::WriteUndone, key.kind, owner, message));
    };
    let who = match &meta.last_writer {
        Some(manager) => format!("the field manager {manager:?} wrote the object last"),
        None => "the object does not say who wrote it last".to_owned(),
    };
    let what = written(change.purpose);
    let message = format!("{what} does not last: something takes it back each time, and {who}");
    Some(Notice::on(Reason::WriteUndone, change.kind, meta, message))
}

/// What a write for this purpose writes of an object, as an Event on the object says it.
fn written(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Claim => "the claim of this object",
        Purpose::Release => "the release of this object",
        Purpose::Grant => "what is granted of this object",
        Purpose::Assign => "the block of this object",
        Purpose::Protect | Purpose::Unprotect => "the finalizer of this object",
        Purpose::Status => "the status of this object",
        Purpose::Repair => "what the template says of this object",
        Purpose::Make | Purpose::Replace | Purpose::Remove | Purpose::Keep | Purpose::Look => {
            "this object"
        }
    }
}
