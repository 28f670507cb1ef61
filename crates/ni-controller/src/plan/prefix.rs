// SPDX-License-Identifier: Apache-2.0

//! Allocation of prefixes (contract, Prefix allocation, Protection). A prefix plays two parts: a child, which waits for its
//! block, and a parent, which grants blocks of its own and records them.

mod child;
mod parent;
mod protect;
mod public;
mod record;
mod waiting;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde_json::{Value, json};

pub(super) use parent::CLEAN_UP_AFTER;

use super::{Allocator, Change, Plan, Purpose, Request, View, condition, unreadable};
use crate::seeded::{Fault, has};
use crate::world::{Kind, Prefix, Slot, Str};

/// Plans for the prefix `name`.
pub(super) fn plan(name: &Str, view: View<'_>) -> Plan {
    let slot = view.namespace.prefixes.slot(name);
    let external = view.options.prefixes == Allocator::External;
    let mut plan = Plan::default();
    if slot.is_none() && !external {
        public::make(name, view, &mut plan);
    }
    let Some(Slot::Good(prefix)) = slot else {
        return if slot.is_none() {
            plan
        } else {
            unreadable(slot)
        };
    };
    if external || prefix.meta.external {
        return plan;
    }
    if view.elsewhere.pools.is_some()
        && let Some(of) = prefix.address_of()
        && public::plan_end(prefix, of, view, &mut plan)
    {
        return plan;
    }
    if prefix.meta.deleting {
        protect::plan_release(prefix, view, &mut plan);
        return plan;
    }
    child::plan(prefix, view, &mut plan);
    // Of an object, one write at a time.
    if plan.changes.is_empty() {
        parent::plan(prefix, view, &mut plan);
    }
    plan
}

/// What the condition `Ready` of the prefix `name` is to say; `None` where it is about to get its block.
pub(super) fn ready(name: &str, view: View<'_>) -> Option<Condition> {
    let prefix = view.namespace.prefixes.get(name)?;
    let external = view.options.prefixes == Allocator::External || prefix.meta.external;
    if external || prefix.meta.deleting {
        return condition::ready(prefix.conditions.clone());
    }
    child::ready(prefix, view)
}

/// Writes the status from the very version that is known. (The API server ignores the uid of a status patch.)
fn write_status(prefix: &Prefix, status: &Value, purpose: Purpose) -> Change {
    let version = prefix.meta.version.to_string();
    let mut body = json!({ "metadata": { "resourceVersion": version }, "status": status });
    if purpose == Purpose::Grant && has(Fault::GrantWithoutVersion) {
        body["metadata"] = json!({});
    }
    change(prefix, Request::PatchStatus(body), purpose)
}

/// Merges this into the very version that is known.
fn write(prefix: &Prefix, mut body: Value, purpose: Purpose) -> Change {
    let meta = &prefix.meta;
    body["metadata"]["uid"] = (&*meta.uid).into();
    body["metadata"]["resourceVersion"] = meta.version.to_string().into();
    change(prefix, Request::Patch(body), purpose)
}

fn change(prefix: &Prefix, request: Request, purpose: Purpose) -> Change {
    Change {
        kind: Kind::Prefix,
        name: prefix.meta.name.clone(),
        request,
        purpose,
        then: None,
    }
}
