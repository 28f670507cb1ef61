// SPDX-License-Identifier: Apache-2.0

//! A prefix on its way to its block: what it was granted is assigned to it, then it is Allocated; until then it says why it waits.

use ironcore_api::address::Prefix as Block;
use ironcore_api::ipam::PrefixPhase;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use serde_json::{Map, Value, json};

use super::{record, waiting, write, write_status};
use crate::plan::condition::{self, Verdict};
use crate::plan::{Change, Notice, Plan, Purpose, Reason, View};
use crate::seeded::{Fault, has};
use crate::world::{Kind, Prefix};

/// The reason of a prefix that has its block.
const ALLOCATED: &str = "Allocated";
/// The reason of a prefix whose grants do not stay in its record.
pub(super) const NOT_AS_WRITTEN: &str = "NotAsWritten";

/// Plans for the prefix itself.
pub(super) fn plan(prefix: &Prefix, view: View<'_>, plan: &mut Plan) {
    if prefix.is_allocated() {
        let lost = view
            .memory
            .unrecorded
            .filter(|_| record::is_lost(prefix, view));
        plan.wake_at = lost.map(|lost| lost.again_at);
        say(prefix, &allocated(prefix, view), view, plan);
    } else if prefix.is_root() && prefix.block.is_some() {
        plan.changes.push(allocate(prefix, view));
    } else if let Some((parent, block)) = granted(prefix, view) {
        if prefix.parent_name().is_none() || prefix.block.is_none() {
            plan.changes.push(assign(prefix, parent, block));
        } else if is_current(prefix, parent, view) {
            plan.changes.push(allocate(prefix, view));
        }
    } else if let Some(waits) = waiting::judge(prefix, view) {
        say(prefix, &waits.verdict(), view, plan);
        if waits.event {
            let message = waits.message.clone();
            let notice = Notice::on(Reason::NoRoom, Kind::Prefix, &prefix.meta, message);
            plan.notices.push(notice);
        }
    }
}

/// What the condition `Ready` of the prefix is to say, unless it is about to get its block.
pub(super) fn ready(prefix: &Prefix, view: View<'_>) -> Option<Condition> {
    let said = |verdict: &Verdict<'_>| {
        let generation = prefix.meta.generation;
        let all = condition::with_ours(&prefix.conditions, verdict, generation, view.now);
        condition::ready(all)
    };
    if prefix.is_allocated() {
        said(&allocated(prefix, view))
    } else if prefix.is_root() && prefix.block.is_some() || granted(prefix, view).is_some() {
        None
    } else {
        said(&waiting::judge(prefix, view)?.verdict())
    }
}

/// The parent that is granting a block to the prefix, and the block: one that fits what the prefix says of itself.
fn granted<'a>(prefix: &Prefix, view: View<'a>) -> Option<(&'a Prefix, Block)> {
    let parents = view.namespace.allocation().granting(&prefix.meta.uid);
    let parents = parents.filter_map(|name| view.namespace.prefixes.get(name));
    if has(Fault::GrantNotAttributed) {
        let parent = view.namespace.prefixes.get(prefix.parent_name()?)?;
        let block = prefix.block?;
        let used = &parent.record.as_ref()?.used;
        return used.contains(block.into()).then_some((parent, block));
    }
    let mut granting = parents.filter_map(|parent| {
        let block = parent.pending_for(&prefix.meta.uid)?;
        record::fits(prefix, &parent.meta.name, block).then_some((parent, block))
    });
    granting.next()
}

/// Whether the grant holds for the version of the prefix that is known. The watch orders both: either it has come as far as this
/// version, or the grant was recorded later. Else the record may be older than the prefix, and the block another's by now.
fn is_current(prefix: &Prefix, parent: &Prefix, view: View<'_>) -> bool {
    let meta = &prefix.meta;
    view.namespace.prefixes.is_anchored(&meta.name) || parent.meta.version > meta.version
}

/// Writes parent and block into the spec, as far as they are not there: they are set once.
fn assign(prefix: &Prefix, parent: &Prefix, block: Block) -> Change {
    let mut spec = Map::new();
    if prefix.parent_name().is_none() {
        spec.insert(
            "parentRef".to_owned(),
            json!({ "name": &*parent.meta.name }),
        );
    }
    if prefix.block.is_none() {
        spec.insert("prefix".to_owned(), block.to_string().into());
    }
    write(prefix, json!({ "spec": spec }), Purpose::Assign)
}

/// The prefix has its block.
fn allocate(prefix: &Prefix, view: View<'_>) -> Change {
    let mut status = verdict_status(prefix, &Verdict::ready(ALLOCATED), view);
    status["phase"] = json!(PrefixPhase::Allocated);
    status["lastPhaseTransitionTime"] = json!(Time(view.now));
    if let Some(block) = prefix.block.filter(|block| !block.is_single_address()) {
        status["capacity"] = record::capacity(prefix, block, view);
    }
    write_status(prefix, &status, Purpose::Status)
}

fn allocated<'a>(prefix: &Prefix, view: View<'_>) -> Verdict<'a> {
    if record::is_lost(prefix, view) {
        Verdict {
            ready: false,
            stalled: false,
            reason: NOT_AS_WRITTEN,
            message: "grants nothing: status.pending does not stay as written, so the installed definition of Prefix is \
                      older than this controller",
        }
    } else {
        Verdict::ready(ALLOCATED)
    }
}

/// Writes the verdict, unless the stored conditions say the same.
fn say(prefix: &Prefix, verdict: &Verdict<'_>, view: View<'_>, plan: &mut Plan) {
    let generation = prefix.meta.generation;
    let conditions = condition::with_ours(&prefix.conditions, verdict, generation, view.now);
    if conditions != prefix.conditions || prefix.observed_generation != Some(generation) {
        let status = verdict_status(prefix, verdict, view);
        plan.changes
            .push(write_status(prefix, &status, Purpose::Status));
    }
}

fn verdict_status(prefix: &Prefix, verdict: &Verdict<'_>, view: View<'_>) -> Value {
    let generation = prefix.meta.generation;
    json!({
        "conditions": condition::with_ours(&prefix.conditions, verdict, generation, view.now),
        "observedGeneration": generation,
    })
}
