// SPDX-License-Identifier: Apache-2.0

//! Claims and releases of virtual IPs (contract, Claims), and their addresses (VirtualIP allocation).

mod address;

use serde_json::json;

use super::child::is_released;
use super::claim::{Verdict, decide};
use super::{Change, Notice, Plan, Purpose, Reason, Request, View, unreadable};
use crate::seeded::{self, Fault};
use crate::world::{Interface, Kind, Slot, Str, VirtualIp};

/// Plans for the virtual IP `name`.
pub(super) fn plan(name: &Str, view: View<'_>) -> Plan {
    let slot = view.namespace.virtual_ips.slot(name);
    let Some(Slot::Good(virtual_ip)) = slot else {
        return unreadable(slot);
    };
    let mut plan = Plan::default();
    plan_target(virtual_ip, view, &mut plan);
    address::plan(virtual_ip, view, &mut plan);
    plan
}

fn plan_target(virtual_ip: &VirtualIp, view: View<'_>, plan: &mut Plan) {
    let (meta, name) = (&virtual_ip.meta, &virtual_ip.meta.name);
    if !is_released(meta, Kind::NetworkInterface, view.namespace) {
        return;
    }
    let interfaces = &view.namespace.interfaces;
    let claimants = view
        .namespace
        .interfaces_on_virtual_ip(name)
        .filter(|interface| interface.names(meta))
        .map(|interface| &interface.meta);
    let still_names = |interface: &Interface| interface.names(meta);
    match decide(
        virtual_ip.target.as_ref(),
        interfaces,
        still_names,
        claimants,
    ) {
        Verdict::Keep => {}
        Verdict::Claim(_) if view.resting => {}
        Verdict::Claim(claimant) => {
            let target = json!({ "name": &*claimant.name, "uid": &*claimant.uid });
            plan.changes
                .push(write(virtual_ip, &target, Purpose::Claim, None));
        }
        Verdict::Release(holder) => {
            let seen = view.namespace.virtual_ips.seen(name);
            let looked = view.has_looked(Kind::NetworkInterface, &holder.name, seen)
                || seeded::has(Fault::ReleaseWithoutLook);
            plan.changes.push(if looked {
                let message = format!(
                    "released: NetworkInterface {} is gone, or names it no longer",
                    holder.name
                );
                let released = Notice::on(Reason::Released, Kind::VirtualIp, meta, message);
                write(
                    virtual_ip,
                    &serde_json::Value::Null,
                    Purpose::Release,
                    Some(released),
                )
            } else {
                super::look(Kind::NetworkInterface, &holder.name)
            });
        }
    }
}

fn write(
    virtual_ip: &VirtualIp,
    target: &serde_json::Value,
    purpose: Purpose,
    then: Option<Notice>,
) -> Change {
    let meta = &virtual_ip.meta;
    Change {
        kind: Kind::VirtualIp,
        name: meta.name.clone(),
        request: Request::Patch(json!({
            "metadata": { "uid": &*meta.uid, "resourceVersion": meta.version.to_string() },
            "spec": { "targetRef": target },
        })),
        purpose,
        then,
    }
}
