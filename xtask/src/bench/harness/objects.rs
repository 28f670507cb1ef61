// SPDX-License-Identifier: Apache-2.0

//! Machines and their interfaces, and for the floor the very writes that the controller makes of them.

use std::net::Ipv4Addr;

use ironcore_api::address::IpFamily;
use ironcore_api::names;
use ironcore_api::networking::{
    IpSource, NetworkInterfaceSpec, NetworkInterfaceState, NetworkInterfaceStatus,
};
use ironcore_api::ownership::{
    EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER, MANAGED_BY, controller_reference,
};
use ironcore_api::reference::{LocalRef, UidRef};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use super::writes::Written;

/// Where everything is.
pub(crate) const NAMESPACE: &str = "bench";
/// Interfaces of a machine.
pub(crate) const NICS: u32 = 2;
/// Marks machines that are added for latencies, and go afterwards.
pub(crate) const EXTRA: &str = "bench-extra";

/// The network that all interfaces are on.
pub(crate) const NETWORK: &str = "bench";
/// Version of the kind Machine.
pub(crate) const COMPUTE: &str = "compute.ironcore.dev/v1alpha1";
/// Version of the kind NetworkInterface.
pub(crate) const NETWORKING: &str = "networking.ironcore.dev/v1alpha1";

/// That network.
pub(crate) fn network() -> Value {
    json!({
        "apiVersion": NETWORKING,
        "kind": "Network",
        "metadata": { "namespace": NAMESPACE, "name": NETWORK },
        "spec": {},
    })
}

/// Machine number `index`.
pub(crate) fn machine(index: u32, extra: bool) -> Value {
    let entries: Vec<Value> = (0..NICS)
        .map(|nic| {
            let template = json!({ "spec": spec(address(index, nic)) });
            json!({ "name": entry(nic), "ephemeral": { "networkInterfaceTemplate": template } })
        })
        .collect();
    let labels = if extra {
        json!({ EXTRA: "true" })
    } else {
        json!({})
    };
    json!({
        "apiVersion": COMPUTE,
        "kind": "Machine",
        "metadata": { "namespace": NAMESPACE, "name": machine_name(index), "labels": labels },
        "spec": { "machineClassRef": { "name": "bench" }, "networkInterfaces": entries },
    })
}

/// Name of machine number `index`.
pub(crate) fn machine_name(index: u32) -> String {
    format!("machine-{index:06}")
}

/// Name of a machine's interface.
pub(crate) fn interface_name(index: u32, nic: u32) -> String {
    names::network_interface(&machine_name(index), &entry(nic))
}

/// The interface as the controller makes it for machine number `index`.
pub(crate) fn interface(index: u32, nic: u32, machine_uid: &str) -> Value {
    let machine = machine_name(index);
    let mut spec = spec(address(index, nic));
    spec.machine_ref = Some(UidRef::new(&*machine, machine_uid));
    json!({
        "apiVersion": NETWORKING,
        "kind": "NetworkInterface",
        "metadata": {
            "namespace": NAMESPACE,
            "name": interface_name(index, nic),
            "annotations": { EPHEMERAL_MANAGED_BY: EPHEMERAL_MANAGER },
            "ownerReferences": [controller_reference(COMPUTE, "Machine", &machine, machine_uid)],
        },
        "spec": spec,
    })
}

/// An interface that the controller leaves alone, otherwise like those that it makes.
pub(crate) fn foreign_interface(index: u32) -> Value {
    let mut interface = interface(index, 0, "00000000-0000-0000-0000-000000000000");
    interface["metadata"]["name"] = format!("foreign-{index:06}").into();
    interface["metadata"]["annotations"] = json!({ MANAGED_BY: "bench" });
    interface["metadata"]["ownerReferences"] = json!([]);
    interface
}

/// The status that the controller writes to what a create was answered with.
pub(crate) fn status(index: u32, nic: u32, written: &Written) -> Value {
    let now = Time(Timestamp::now());
    let generation = Some(written.metadata.generation);
    let status = NetworkInterfaceStatus {
        state: Some(NetworkInterfaceState::Available),
        last_state_transition_time: Some(now.clone()),
        ips: vec![address(index, nic).to_string()],
        conditions: vec![Condition {
            type_: "Ready".to_owned(),
            status: "True".to_owned(),
            reason: "Available".to_owned(),
            message: String::new(),
            last_transition_time: now,
            observed_generation: generation,
        }],
        observed_generation: generation,
        ..NetworkInterfaceStatus::default()
    };
    let metadata = &written.metadata;
    json!({
        "metadata": { "uid": metadata.uid, "resourceVersion": metadata.resource_version },
        "status": status,
    })
}

fn entry(nic: u32) -> String {
    format!("nic-{nic}")
}

/// Of all interfaces each has its own.
fn address(index: u32, nic: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 1).to_bits() + index * NICS + nic)
}

fn spec(address: Ipv4Addr) -> NetworkInterfaceSpec {
    NetworkInterfaceSpec {
        network_ref: LocalRef::new(NETWORK),
        ip_families: vec![IpFamily::IPv4],
        ips: vec![IpSource {
            value: Some(address.to_string()),
            ephemeral: None,
        }],
        ..NetworkInterfaceSpec::default()
    }
}

/// What two interfaces must have in common to have cost the same: all but identities and times.
pub(crate) fn comparable(mut interface: Value) -> Value {
    if let Some(metadata) = interface["metadata"].as_object_mut() {
        for field in [
            "uid",
            "resourceVersion",
            "creationTimestamp",
            "managedFields",
        ] {
            metadata.remove(field);
        }
    }
    interface["status"]["lastStateTransitionTime"] = Value::Null;
    interface["status"]["conditions"][0]["lastTransitionTime"] = Value::Null;
    interface
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_interface_has_its_own_address() {
        let all = (0..5000).flat_map(|index| (0..NICS).map(move |nic| address(index, nic)));
        assert_eq!(all.collect::<HashSet<_>>().len(), 10_000);
    }

    #[test]
    fn what_the_template_says_is_what_the_floor_makes() {
        let machine = machine(7, false);
        let template =
            &machine["spec"]["networkInterfaces"][1]["ephemeral"]["networkInterfaceTemplate"];
        let made = interface(7, 1, "uid");
        assert_eq!(made["metadata"]["name"], "machine-000007-nic-1");
        assert_eq!(made["spec"]["ips"], template["spec"]["ips"]);
    }
}
