// SPDX-License-Identifier: Apache-2.0

//! Machine → ephemeral NetworkInterfaces: made, removed, replaced.

use serde_json::json;

use crate::support::space::{MACHINE, NET, NIC, Space};
use crate::support::text::{at, check, entries, ip, makes, makes_with};

const SAME: &str = "10.0.0.1";

#[tokio::test]
async fn an_interface_has_all_of_its_template_and_the_machine() {
    let space = Space::with_network().await;
    let spec = "ips: [{value: 10.0.0.1}, {value: '2001:db8::1'}], ipFamilies: [IPv4, IPv6], prefixes: [{value: 10.1.0.0/24}], attributes: {k: v}";
    let metadata = "labels: {role: primary}, annotations: {note: x}";
    let machine = space
        .create(MACHINE, "a", &entries(&[makes_with(metadata, "e", spec)]))
        .await;
    let child = space.until(NIC, "a-e", "status.state = Available").await;
    assert_eq!(
        child["spec"],
        json!({
            "networkRef": {"name": "net"},
            "machineRef": {"name": "a", "uid": at(&machine, "metadata.uid")},
            "ipFamilies": ["IPv4", "IPv6"],
            "ips": [{"value": "10.0.0.1"}, {"value": "2001:db8::1"}],
            "prefixes": [{"value": "10.1.0.0/24"}],
            "attributes": {"k": "v"},
        })
    );
    check(
        &child,
        "metadata.labels = {role: primary}; metadata.annotations.note = x",
    );
}

#[tokio::test]
async fn what_a_template_says_of_name_namespace_and_machine_is_overwritten() {
    let space = Space::with_network().await;
    let spec = format!(
        "{}, machineRef: {{name: b, uid: 11111111-2222-3333-4444-555555555555}}",
        ip(SAME)
    );
    space
        .create(
            MACHINE,
            "a",
            &entries(&[makes_with(
                "name: n, namespace: kube-system, generateName: g",
                "e",
                &spec,
            )]),
        )
        .await;
    space
        .until(
            NIC,
            "a-e",
            "spec.machineRef.name = a; status.state = Available",
        )
        .await;
}

#[tokio::test]
async fn a_missing_interface_is_made_anew() {
    let (space, child) = Space::with_machine(&ip(SAME)).await;
    space.delete(NIC, "a-e").await;
    space
        .until_new(
            NIC,
            &child,
            "status.state = Available; spec.machineRef.name = a",
        )
        .await;
}

#[tokio::test]
async fn an_entry_that_comes_later_is_made() {
    let (space, _) = Space::with_machine(&ip(SAME)).await;
    space
        .change(
            MACHINE,
            "a",
            &entries(&[makes("e", &ip(SAME)), makes("f", &ip("10.0.0.2"))]),
        )
        .await;
    space.until(NIC, "a-f", "status.state = Available").await;
}

#[tokio::test]
async fn a_managed_interface_that_is_no_longer_declared_is_deleted_and_the_user_is_told() {
    let space = Space::with_network().await;
    space
        .machine("a", &[makes("e", &ip(SAME)), makes("f", &ip("10.0.0.2"))])
        .await;
    let stays = space.until(NIC, "a-e", "status.state = Available").await;
    space.until(NIC, "a-f", "status.state = Available").await;
    space
        .change(MACHINE, "a", &entries(&[makes("e", &ip(SAME))]))
        .await;
    space.until_gone(NIC, "a-f").await;
    let told = space.noted("Machine a", "InterfaceDeleted", "a-f").await;
    assert_eq!(
        told.note,
        "interface a-f was deleted: the machine no longer declares it"
    );
    assert_eq!(space.get(NIC, "a-e").await, stays);
}

#[tokio::test]
async fn an_entry_that_becomes_a_reference_makes_room_for_it() {
    let (space, _) = Space::with_machine(&ip(SAME)).await;
    let entry = "{name: e, networkInterfaceRef: {name: other}}".to_owned();
    space.change(MACHINE, "a", &entries(&[entry])).await;
    space.until_gone(NIC, "a-e").await;
}

#[tokio::test]
async fn what_can_not_change_is_met_by_deleting_and_making_anew() {
    let changes = [
        makes("e", &ip(SAME)).replace("name: net", "name: net2"),
        makes("e", "ips: [{value: '2001:db8::1'}]"),
        makes("e", &format!("{}, attributes: {{k: v}}", ip(SAME))),
    ];
    for (entry, field) in
        changes
            .into_iter()
            .zip(["spec.networkRef", "spec.ipFamilies", "spec.attributes"])
    {
        let (space, child) = Space::with_machine(&ip(SAME)).await;
        space.create(NET, "net2", "").await;
        space.change(MACHINE, "a", &entries(&[entry])).await;
        space
            .until_new(NIC, &child, "status.state = Available")
            .await;
        let told = space
            .noted("Machine a", "InterfaceReplaced", "interface a-e")
            .await;
        assert!(told.note.contains(field), "{}", told.note);
    }
}

#[tokio::test]
async fn an_attached_interface_is_not_replaced_but_the_need_is_told() {
    let (space, _) = Space::with_machine(&ip(SAME)).await;
    let attached = space.change(NIC, "a-e", "spec.providerID = p").await;
    space.create(NET, "net2", "").await;
    space
        .change(
            MACHINE,
            "a",
            &entries(&[makes("e", &ip(SAME)).replace("name: net", "name: net2")]),
        )
        .await;
    let told = space
        .warned("Machine a", "ReplacementNeeded", "interface a-e")
        .await;
    assert!(told.note.contains("spec.networkRef"), "{}", told.note);
    space.settle().await;
    check(
        &space.get(NIC, "a-e").await,
        "spec.networkRef.name = net; spec.providerID = p",
    );
    space.change(NIC, "a-e", "spec.providerID -").await;
    space
        .until_new(
            NIC,
            &attached,
            "spec.networkRef.name = net2; status.state = Available",
        )
        .await;
}

#[tokio::test]
async fn machines_of_other_namespaces_do_not_meet() {
    let (one, other) = (Space::with_network().await, Space::with_network().await);
    one.machine("a", &[makes("e", &ip(SAME))]).await;
    other.machine("a", &[makes("e", &ip(SAME))]).await;
    one.until(NIC, "a-e", "status.state = Available").await;
    other.until(NIC, "a-e", "status.state = Available").await;
}

#[tokio::test]
async fn nothing_is_told_of_what_was_asked_for() {
    let (space, _) = Space::with_machine(&ip(SAME)).await;
    space.settle().await;
    assert_eq!(space.events().await, []);
}
