// SPDX-License-Identifier: Apache-2.0

//! Children, claims, releases and status of an interface (contract, Ephemeral VirtualIP and Prefixes, Claims, NetworkInterface
//! status).

mod prefixes;
mod virtual_ips;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use ironcore_api::networking::{NetworkInterfaceState, NetworkInterfaceStatus};
use ironcore_api::template::TemplateMeta;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde_json::{Value, json};

use super::child::is_child;
use super::claim::{Verdict, decide};
use super::condition;
use super::{
    Change, Notice, Plan, Purpose, Reason, Request, StatusOwner, View, children, hold_back, look,
    status, unreadable,
};
use crate::seeded::{self, Fault};
use crate::world::{Interface, KUBECTL_LAST_APPLIED, Kind, Machine, Prefix, Slot, VirtualIp};

/// Plans for the interface `name`.
pub(super) fn plan(name: &str, view: View<'_>) -> Plan {
    let slot = view.namespace.interfaces.slot(name);
    let Some(Slot::Good(interface)) = slot else {
        return unreadable(slot);
    };
    let mut plan = Plan::default();
    if interface.meta.deleting {
        return plan;
    }
    let external = interface.meta.external;
    if !external {
        plan.changes.extend(plan_holder(interface, view));
        // A claim that is refused does not keep the status from being written.
        hold_back(
            (Kind::NetworkInterface, Some(&interface.meta)),
            view,
            &mut plan,
        );
    }
    // Of an object, one write at a time: the status follows the claim's answer.
    let claiming = !plan.changes.is_empty();
    children::plan::<Interface, Prefix>(interface, view, &mut plan);
    children::refusals::<Interface, Prefix>(interface, view, &mut plan);
    children::plan::<Interface, VirtualIp>(interface, view, &mut plan);
    children::refusals::<Interface, VirtualIp>(interface, view, &mut plan);
    plan_status(interface, claiming, view, &mut plan);
    plan
}

/// What the condition `Ready` of the interface `name` is to say.
pub(super) fn ready(name: &str, view: View<'_>) -> Option<Condition> {
    let interface = view.namespace.interfaces.get(name)?;
    let judged = (!interface.meta.deleting).then(|| status::judge(interface, view))?;
    condition::ready(judged.status.conditions)
}

/// Whether the stored status may stay for a moment: it does not say more than there is.
fn says_no_less(judged: &NetworkInterfaceStatus, stored: &NetworkInterfaceStatus) -> bool {
    let has_all = |judged: &[String], stored: &[String]| {
        let mut stored = stored.iter();
        stored.all(|text| judged.contains(text))
    };
    stored.state != Some(NetworkInterfaceState::Available)
        && has_all(&judged.ips, &stored.ips)
        && has_all(&judged.prefixes, &stored.prefixes)
        && (stored.virtual_ip.is_none() || judged.virtual_ip == stored.virtual_ip)
}

/// A number that is equal for equal templates, as long as the process lives.
fn text_hash(template: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    template.hash(&mut hasher);
    hasher.finish()
}

/// Labels and annotations of a template.
fn template_pairs(
    metadata: Option<&TemplateMeta>,
) -> (
    impl Iterator<Item = (&str, &str)>,
    impl Iterator<Item = (&str, &str)>,
) {
    (
        pairs(metadata.map(|metadata| &metadata.labels)),
        pairs(metadata.map(|metadata| &metadata.annotations)),
    )
}

fn pairs(map: Option<&BTreeMap<String, String>>) -> impl Iterator<Item = (&str, &str)> {
    let pairs = map.into_iter().flatten();
    let pairs = pairs.map(|(key, value)| (key.as_str(), value.as_str()));
    // The world does not keep it.
    pairs.filter(|(key, _)| *key != KUBECTL_LAST_APPLIED)
}

fn plan_holder(interface: &Interface, view: View<'_>) -> Option<Change> {
    let (meta, namespace) = (&interface.meta, view.namespace);
    if is_child(meta, Kind::Machine, namespace) {
        return None;
    }
    let mut declaring = namespace.machines_declaring(&meta.name);
    if seeded::has(Fault::BadClaimBlocks) && declaring.any(|machine| machine.meta.deleting) {
        return None;
    }
    let still_names = |machine: &Machine| {
        machine
            .interfaces
            .iter()
            .any(|declared| declared.interface == meta.name)
    };
    let holder = interface.spec.unpack().machine_ref;
    match decide(
        holder.as_ref(),
        &namespace.machines,
        still_names,
        namespace.claimant(&meta.name).into_iter(),
    ) {
        Verdict::Keep => None,
        Verdict::Claim(_) if view.resting => None,
        Verdict::Claim(claimant) => {
            let holder = json!({ "name": &*claimant.name, "uid": &*claimant.uid });
            Some(write_holder(interface, &holder, Purpose::Claim, None))
        }
        Verdict::Release(holder) => {
            let seen = namespace.interfaces.seen(&meta.name);
            let looked = view.has_looked(Kind::Machine, &holder.name, seen)
                || seeded::has(Fault::ReleaseWithoutLook);
            Some(if looked {
                let message = format!(
                    "released: Machine {} is gone, or names it no longer",
                    holder.name
                );
                let released = Notice::on(Reason::Released, Kind::NetworkInterface, meta, message);
                write_holder(interface, &Value::Null, Purpose::Release, Some(released))
            } else {
                look(Kind::Machine, &holder.name)
            })
        }
    }
}

/// Claim and release also clear `providerID`: what was attached is no longer.
fn write_holder(
    interface: &Interface,
    holder: &Value,
    purpose: Purpose,
    then: Option<Notice>,
) -> Change {
    let meta = &interface.meta;
    let mut body = json!({
        "metadata": { "uid": &*meta.uid, "resourceVersion": meta.version.to_string() },
        "spec": { "machineRef": holder, "providerID": null },
    });
    seeded::drop_precondition(&mut body, "resourceVersion", Fault::ClaimWithoutVersion);
    Change {
        kind: Kind::NetworkInterface,
        name: meta.name.clone(),
        request: Request::Patch(body),
        purpose,
        then,
    }
}

fn plan_status(interface: &Interface, claiming: bool, view: View<'_>, plan: &mut Plan) {
    let judged = status::judge(interface, view);
    if view.options.status == StatusOwner::External || interface.meta.external {
        // Who waits is seen by the status, which is another's.
        let notice = judged.notice;
        plan.notices
            .extend(notice.filter(|notice| notice.reason != Reason::Waiting));
        return;
    }
    plan.notices.extend(judged.notice);
    plan.again_at = judged.again_at;
    let stored = interface.status.unpack();
    let silent = judged.making && !view.failing && says_no_less(&judged.status, &stored);
    let same = judged.status == stored && !seeded::has(Fault::StatusNotCompared);
    if claiming || silent || same {
        return;
    }
    let meta = &interface.meta;
    let mut body = json!({
        // A merge patch of a status ignores the uid: the version alone protects.
        "metadata": { "resourceVersion": meta.version.to_string() },
        "status": status::patch(&judged.status, &stored),
    });
    seeded::drop_precondition(&mut body, "resourceVersion", Fault::StatusWithoutVersion);
    plan.changes.push(Change {
        kind: Kind::NetworkInterface,
        name: meta.name.clone(),
        request: Request::PatchStatus(body),
        purpose: Purpose::Status,
        then: None,
    });
}
