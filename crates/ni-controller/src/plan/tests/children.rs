// SPDX-License-Identifier: Apache-2.0

//! Prefixes and virtual IPs that an interface wants as its own, whoever made them.

mod counted;
mod prefixes;
mod virtual_ips;

use super::statuses::{judged, network};
use super::*;
use crate::plan::Purpose;

const MARK: &str = "common.ironcore.dev/ephemeral-managed-by";

fn wants(what: &Value) -> Value {
    let spec = json!({ "networkRef": { "name": "net" }, "ipFamilies": ["IPv4"], "ips": [{ "value": "10.0.0.1" }] });
    object(Kind::NetworkInterface, "nic", 3, &with(spec, what))
}

fn wants_prefix() -> Value {
    json!({ "ephemeral": { "prefixTemplate": { "spec": { "parentRef": { "name": "p" } } } } })
}

fn wants_ip() -> Value {
    wants(&json!({ "ips": [wants_prefix()] }))
}

fn wants_vip() -> Value {
    let template = json!({ "spec": { "type": "Public", "ipFamily": "IPv4" } });
    wants(&json!({ "virtualIP": { "ephemeral": { "virtualIPTemplate": template } } }))
}

fn owned_by(object: Value, interface: &str) -> Value {
    let owner = json!([{
        "apiVersion": "networking.ironcore.dev/v1alpha1", "kind": "NetworkInterface",
        "name": interface, "uid": format!("{interface}-uid"), "controller": true,
    }]);
    with(object, &json!({ "metadata": { "ownerReferences": owner } }))
}

/// The prefix `name` of `nic`: without the mark, as IronCore makes those of `prefixes`.
fn prefix(name: &str, block: &str, phase: &str) -> Value {
    let prefix = object(Kind::Prefix, name, 4, &json!({ "prefix": block }));
    owned_by(
        with(prefix, &json!({ "status": { "phase": phase } })),
        "nic",
    )
}

fn vip(target: &str) -> Value {
    let spec = json!({ "type": "Public", "ipFamily": "IPv4" });
    let vip = object(Kind::VirtualIp, "nic", 4, &spec);
    let vip = with(
        vip,
        &json!({ "metadata": { "annotations": { MARK: "ephemeral-manager" } }, "status": { "ip": "192.0.2.1" } }),
    );
    if target.is_empty() {
        return vip;
    }
    with(vip, &json!({ "spec": { "targetRef": holder(target) } }))
}

/// What is planned for `nic` in short, its status aside.
fn planned(objects: &[Value]) -> Vec<String> {
    Scene::of(objects)
        .looked_at(Kind::NetworkInterface, "nic")
        .short(Kind::NetworkInterface, "nic")
}

/// The one change that is planned for `nic`, its status aside.
fn change(objects: &[Value]) -> Change {
    let plan = Scene::of(objects)
        .looked_at(Kind::NetworkInterface, "nic")
        .plan(Kind::NetworkInterface, "nic");
    let changes = plan.changes.into_iter();
    let mut changes = changes.filter(|change| change.purpose != Purpose::Status);
    let change = changes.next().expect("a change");
    assert_eq!(changes.next(), None);
    change
}

fn retaining(interface: Value) -> Value {
    let template = json!({ "virtualIPTemplate": { "spec": { "reclaimPolicy": "Retain" } } });
    with(
        interface,
        &json!({ "spec": { "virtualIP": { "ephemeral": template } } }),
    )
}
