// SPDX-License-Identifier: Apache-2.0

//! The objects of the cases, and for the floor the very writes that the controller makes of them.

use ironcore_api::ipam::PrefixPhase;
use ironcore_api::names;
use ironcore_api::ownership::{
    EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER, LAST_APPLIED, controller_reference,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use super::case::{Asks, Case};
use super::public;
use crate::bench::harness::objects::{COMPUTE, NAMESPACE, NETWORK, NETWORKING, machine_name};
use crate::bench::harness::writes::{Written, collection};

/// The parent's name.
pub(crate) const PARENT: &str = "pool";

const IPAM: &str = "ipam.ironcore.dev/v1alpha1";
const NIC: &str = "nic-0";

/// Where prefixes are.
pub(crate) fn prefixes() -> String {
    collection("ipam", "prefixes")
}

/// Where interfaces are.
pub(crate) fn interfaces() -> String {
    collection("networking", "networkinterfaces")
}

/// Where machines are.
pub(crate) fn machines() -> String {
    collection("compute", "machines")
}

/// A prefix of whose block children get parts.
pub(crate) struct Parent {
    pub(crate) name: &'static str,
    pub(crate) block: String,
    pub(crate) body: Value,
}

/// The parents of a case.
pub(crate) fn parents(case: &Case) -> Vec<Parent> {
    let spec = json!({ "ipFamily": case.family(), "prefix": case.parent() });
    let mut parents = vec![Parent {
        name: PARENT,
        block: case.parent(),
        body: prefix(&json!({ "namespace": NAMESPACE, "name": PARENT }), &spec),
    }];
    parents.extend(case.has_public().then(public::pool));
    parents
}

/// Name of child number `number`.
pub(crate) fn child_name(case: &Case, number: u32) -> String {
    if case.is_of_machines() {
        names::ip_prefix(&interface_name(number), 0)
    } else {
        format!("child-{number:06}")
    }
}

/// Child number `number`, made by hand.
pub(crate) fn child(case: &Case, number: u32) -> Value {
    let metadata = json!({ "namespace": NAMESPACE, "name": child_name(case, number) });
    prefix(&metadata, &child_spec(case, number))
}

/// The same as the child of an interface.
pub(crate) fn child_of(case: &Case, number: u32, interface: &Written) -> Value {
    let uid = &interface.metadata.uid;
    let owner = controller_reference(NETWORKING, "NetworkInterface", &interface_name(number), uid);
    let metadata = json!({
        "namespace": NAMESPACE,
        "name": child_name(case, number),
        "annotations": { EPHEMERAL_MANAGED_BY: EPHEMERAL_MANAGER },
        "ownerReferences": [owner],
    });
    prefix(&metadata, &child_spec(case, number))
}

pub(super) fn prefix(metadata: &Value, spec: &Value) -> Value {
    json!({ "apiVersion": IPAM, "kind": "Prefix", "metadata": metadata, "spec": spec })
}

fn child_spec(case: &Case, number: u32) -> Value {
    let mut spec = json!({ "ipFamily": case.family(), "parentRef": { "name": PARENT } });
    match case.asks(number) {
        Asks::Block(block) => spec["prefix"] = block.into(),
        Asks::Length(length) => spec["prefixLength"] = length.into(),
    }
    spec
}

/// The patch that gives a child its block, unless it named it.
pub(crate) fn assignment(case: &Case, number: u32, child: &Written) -> Option<Value> {
    matches!(case.asks(number), Asks::Length(_)).then(|| assignment_of(&case.block(number), child))
}

/// The patch that gives a child this block.
pub(crate) fn assignment_of(block: &str, child: &Written) -> Value {
    let metadata = &child.metadata;
    json!({
        "metadata": { "uid": metadata.uid, "resourceVersion": metadata.resource_version },
        "spec": { "prefix": block },
    })
}

/// The status of a child that has its block, or of the parent.
pub(crate) fn allocated(block: &str, written: &Written) -> Value {
    let now = Time(Timestamp::now());
    let generation = written.metadata.generation;
    let mut status = json!({
        "phase": PrefixPhase::Allocated,
        "lastPhaseTransitionTime": now,
        "conditions": [ready("Allocated", now, generation)],
        "observedGeneration": generation,
    });
    if let Some(half) = lower_half(block) {
        status["capacity"] = json!({ "usedPercent": 0, "largestFree": half });
    }
    json!({
        "metadata": { "resourceVersion": written.metadata.resource_version },
        "status": status,
    })
}

/// The lower half of a block, unless that is a single address.
fn lower_half(block: &str) -> Option<String> {
    let (address, length) = block.split_once('/')?;
    let length: u8 = length.parse().ok()?;
    let bits = if address.contains(':') { 128 } else { 32 };
    (length < bits).then(|| format!("{address}/{}", length + 1))
}

pub(super) fn ready(reason: &str, now: Time, generation: i64) -> Condition {
    Condition {
        type_: "Ready".to_owned(),
        status: "True".to_owned(),
        reason: reason.to_owned(),
        message: String::new(),
        last_transition_time: now,
        observed_generation: Some(generation),
    }
}

/// Machine number `number`, with one interface that has one ephemeral address.
pub(crate) fn machine(case: &Case, number: u32) -> Value {
    let template = json!({ "spec": interface_spec(case, number) });
    let entry = json!({ "name": NIC, "ephemeral": { "networkInterfaceTemplate": template } });
    json!({
        "apiVersion": COMPUTE,
        "kind": "Machine",
        "metadata": { "namespace": NAMESPACE, "name": machine_name(number) },
        "spec": { "machineClassRef": { "name": "bench" }, "networkInterfaces": [entry] },
    })
}

/// Name of a machine's interface.
pub(crate) fn interface_name(number: u32) -> String {
    names::network_interface(&machine_name(number), NIC)
}

/// The interface as the controller makes it for machine number `number`.
pub(crate) fn interface(case: &Case, number: u32, machine: &Written) -> Value {
    let (name, uid) = (machine_name(number), &machine.metadata.uid);
    let mut spec = interface_spec(case, number);
    let mut annotations = json!({ EPHEMERAL_MANAGED_BY: EPHEMERAL_MANAGER });
    if case.has_public() {
        let applied = json!({ "virtualIP": spec["virtualIP"] });
        annotations[LAST_APPLIED] = applied.to_string().into();
    }
    spec["machineRef"] = json!({ "name": name, "uid": uid });
    json!({
        "apiVersion": NETWORKING,
        "kind": "NetworkInterface",
        "metadata": {
            "namespace": NAMESPACE,
            "name": interface_name(number),
            "annotations": annotations,
            "ownerReferences": [controller_reference(COMPUTE, "Machine", &name, uid)],
        },
        "spec": spec,
    })
}

fn interface_spec(case: &Case, number: u32) -> Value {
    let template = json!({ "spec": child_spec(case, number) });
    let mut spec = json!({
        "networkRef": { "name": NETWORK },
        "ipFamilies": [case.family()],
        "ips": [{ "ephemeral": { "prefixTemplate": template } }],
    });
    if case.has_public() {
        let template = json!({ "spec": public::virtual_ip_spec() });
        spec["virtualIP"] = json!({ "ephemeral": { "virtualIPTemplate": template } });
    }
    spec
}

/// The status of an interface whose prefix has its block.
pub(crate) fn available(case: &Case, number: u32, interface: &Written) -> Value {
    let now = Time(Timestamp::now());
    let generation = interface.metadata.generation;
    let block = case.block(number);
    let address = block.split('/').next().unwrap_or_default();
    let mut body = json!({
        "metadata": { "resourceVersion": interface.metadata.resource_version },
        "status": {
            "state": "Available",
            "lastStateTransitionTime": now,
            "ips": [address],
            "conditions": [ready("Available", now, generation)],
            "observedGeneration": generation,
        },
    });
    if case.has_public() {
        body["status"]["virtualIP"] = Case::public_address(number).to_string().into();
    }
    body
}

/// What two objects must have in common to have cost the same: all but identities, times and blocks.
pub(crate) fn comparable(mut object: Value) -> Value {
    let removed = [
        "/metadata/uid",
        // Of a prefix that holds a public address, the UID of its virtual IP.
        "/metadata/name",
        "/metadata/resourceVersion",
        "/metadata/creationTimestamp",
        "/metadata/ownerReferences/0/uid",
        "/spec/machineRef/uid",
        "/spec/prefix",
        "/status/lastPhaseTransitionTime",
        "/status/lastStateTransitionTime",
        "/status/conditions/0/lastTransitionTime",
        "/status/capacity/largestFree",
        "/status/ips/0",
        "/status/virtualIP",
        "/spec/targetRef/uid",
        "/metadata/annotations/ni.ironcore.dev~1virtual-ip-uid",
        "/status/ip",
    ];
    let owner = object["metadata"]["ownerReferences"][0]["uid"].clone();
    for pointer in removed {
        if let Some(value) = object.pointer_mut(pointer) {
            *value = Value::Null;
        }
    }
    if let Some(managed) = object["metadata"]["managedFields"].as_array_mut() {
        for fields in managed.iter_mut() {
            fields["time"] = Value::Null;
            // Owner references are named by their UIDs.
            let text = fields.to_string();
            let text = owner
                .as_str()
                .map_or(text.clone(), |owner| text.replace(owner, ""));
            *fields = text.into();
        }
        // Those of one second may be in any order.
        managed.sort_by_key(Value::to_string);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_block_has_room_for_its_half() {
        assert_eq!(lower_half("10.0.0.0/24").as_deref(), Some("10.0.0.0/25"));
        assert_eq!(
            lower_half("2001:db8::/64").as_deref(),
            Some("2001:db8::/65")
        );
        assert_eq!(lower_half("10.0.0.0/32"), None);
    }
}
