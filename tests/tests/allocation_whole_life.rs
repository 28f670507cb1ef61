// SPDX-License-Identifier: Apache-2.0

//! Interfaces that get their addresses by allocation, from the machine that declares them to the address that is free again.

use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::support::prefixes::used;
use crate::support::space::{MACHINE, NIC, PREFIX, Space};
use crate::support::text::{at, check, entries, makes};

/// An entry of `ips` or `prefixes` that is allocated of `parent`.
fn ephemeral(length: u8, parent: &str) -> String {
    format!(
        "{{ephemeral: {{prefixTemplate: {{spec: {{prefixLength: {length}, parentRef: {{name: {parent}}}}}}}}}}}"
    )
}

#[tokio::test]
async fn a_machines_interface_shows_what_was_allocated_and_all_is_free_when_the_machine_is_gone() {
    let space = Space::with_network().await;
    space.root("four", "10.0.0.0/24", "").await;
    space.root("six", "2001:db8::/64", "").await;
    let routes = "{ephemeral: {prefixTemplate: {spec: {ipFamily: IPv4, prefixLength: 28, parentRef: {name: four}}}}}";
    let spec = format!(
        "ipFamilies: [IPv4, IPv6], ips: [{}, {}], prefixes: [{routes}]",
        ephemeral(32, "four"),
        ephemeral(128, "six")
    );
    space.machine("a", &[makes("e", &spec)]).await;
    let interface = space.until(NIC, "a-e", "status.state = Available").await;
    let of_child = |name: &'static str| {
        let expected = "status.phase = Allocated; metadata.ownerReferences.0.name = a-e";
        let child = space.until(PREFIX, name, expected);
        async move { at(&child.await, "spec.prefix") }
    };
    // Which of the two in one parent was first is left open: they are of one second.
    assert_eq!(
        at(&interface, "status.prefixes.0"),
        of_child("a-e-pf-0").await
    );
    let address = |block: Value| {
        let text = block.as_str().and_then(|text| text.split('/').next());
        Value::from(text.expect("a block"))
    };
    for (index, name) in [(0, "a-e-0"), (1, "a-e-1")] {
        let shown = at(&interface, &format!("status.ips.{index}"));
        assert_eq!(shown, address(of_child(name).await));
    }
    space.until_at_rest("four", 2).await;
    space.until(PREFIX, "six", &used(&["2001:db8::/128"])).await;

    space.delete(MACHINE, "a").await;
    space.until_gone(NIC, "a-e").await;
    for name in ["a-e-0", "a-e-1", "a-e-pf-0"] {
        space.until_gone(PREFIX, name).await;
    }
    for parent in ["four", "six"] {
        space.until(PREFIX, parent, &used(&[])).await;
    }
}

#[tokio::test]
async fn an_interface_says_why_it_has_no_address_and_has_one_as_soon_as_there_is_room() {
    let space = Space::with_network().await;
    let declares = |entry: &str| {
        let spec = format!("ips: [{}], ipFamilies: [IPv4]", ephemeral(32, "p"));
        entries(&[makes(entry, &spec)])
    };
    space.create(MACHINE, "a", &declares("e")).await;
    let pending = "status.state = Pending; status.conditions.0.reason = PrefixPending; status.conditions.0.message = ";
    let waits = "'waits for Prefix a-e-0 of spec.ips[0].ephemeral, which is Pending: waits for Prefix p, which does not exist'";
    space.until(NIC, "a-e", &format!("{pending}{waits}")).await;
    space.root("p", "10.0.0.0/31", "").await;
    space
        .until(
            NIC,
            "a-e",
            "status.state = Available; status.ips = [10.0.0.0]",
        )
        .await;
    space.granted("x", "/32", "p", "10.0.0.1/32").await;
    space.create(MACHINE, "b", &declares("e")).await;
    let full = "'waits for Prefix b-e-0 of spec.ips[0].ephemeral, which is Pending: Prefix p (10.0.0.0/31) has no room for a /32'";
    space.until(NIC, "b-e", &format!("{pending}{full}")).await;
    space.delete(PREFIX, "x").await;
    let available = "status.state = Available; status.ips = [10.0.0.1]";
    space.until(NIC, "b-e", available).await;
}

/// What machine-controller-manager applies: a Machine with one interface, whose address is allocated.
async fn apply(space: &Space, machine: &str) -> Value {
    let prefix = json!({ "spec": { "prefixLength": 32, "parentRef": { "name": "nodes" } } });
    let interface = json!({
        "metadata": { "labels": { "cluster": "shoot" } },
        "spec": {
            "networkRef": { "name": "net" }, "ipFamilies": ["IPv4"],
            "ips": [{ "ephemeral": { "prefixTemplate": prefix } }],
        },
    });
    let object = json!({
        "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine",
        "metadata": { "name": machine, "labels": { "cluster": "shoot" } },
        "spec": {
            "machineClassRef": { "name": "x3-large" }, "machinePoolRef": { "name": "zone-a" }, "power": "On",
            "networkInterfaces": [{ "name": "nic", "ephemeral": { "networkInterfaceTemplate": interface } }],
            "ignitionRef": { "name": machine, "key": "ignition" },
            "volumes": [{ "name": "root", "localDisk": { "image": "os" } }],
        },
    });
    let params = PatchParams::apply("mcm.ironcore.dev/field-owner").force();
    let applied = space
        .api(MACHINE)
        .patch(machine, &params, &Patch::Apply(&object))
        .await;
    let applied = applied.unwrap_or_else(|error| panic!("applying {machine}: {error}"));
    serde_json::to_value(applied).expect("plain data")
}

#[tokio::test]
async fn machine_controller_managers_sequence_ends_with_every_address_free() {
    let space = Space::with_network().await;
    space.root("nodes", "10.0.0.0/24", "").await;
    for machine in ["m0", "m1"] {
        apply(&space, machine).await;
    }
    let available = "status.state = Available; metadata.labels.cluster = shoot";
    let mut interfaces = Vec::new();
    for machine in ["m0", "m1"] {
        let interface = space.until(NIC, &format!("{machine}-nic"), available).await;
        interfaces.push(interface);
    }
    space.until_at_rest("nodes", 2).await;

    // The cloud provider adds the node's pods as a route; machine-controller-manager applies what it has applied before.
    let route = "spec.prefixes = [{value: 100.64.0.0/24}]";
    space.change(NIC, "m0-nic", route).await;
    let routed = "status.state = Available; status.prefixes = [100.64.0.0/24]";
    space.until(NIC, "m0-nic", routed).await;
    for machine in ["m0", "m1"] {
        apply(&space, machine).await;
    }
    space.settle().await;
    let routed = space
        .until(NIC, "m0-nic", &format!("{route}; {routed}"))
        .await;
    for (machine, before) in ["m0", "m1"].iter().zip(&interfaces) {
        let now = space.get(NIC, &format!("{machine}-nic")).await;
        for path in ["metadata.uid", "status.ips"] {
            assert_eq!(at(&now, path), at(before, path), "{machine} {path}");
        }
    }
    assert_eq!(at(&routed, "status.ips.1"), Value::Null);

    for machine in ["m0", "m1"] {
        space.delete(MACHINE, machine).await;
        space.until_gone(MACHINE, machine).await;
    }
    for machine in ["m0", "m1"] {
        space.until_gone(NIC, &format!("{machine}-nic")).await;
        space.until_gone(PREFIX, &format!("{machine}-nic-0")).await;
    }
    let parent = space.until(PREFIX, "nodes", &used(&[])).await;
    check(
        &parent,
        "status.capacity = {usedPercent: 0, largestFree: 10.0.0.0/25}",
    );
    assert_eq!(space.complaints(), Vec::<String>::new());
}
