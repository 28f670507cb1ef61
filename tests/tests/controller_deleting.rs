// SPDX-License-Identifier: Apache-2.0

//! Deleting objects: nothing of theirs is changed, and what they have they keep until they are gone.

use std::path::Path;

use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::PostParams;
use serde_json::json;

use crate::support::controller::Controller;
use crate::support::plane::start;
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::{at, check, entries, ip, makes, owned, uses};
use crate::support::wait::eventually;

const REFERS: &str = "spec.virtualIP.virtualIPRef.name = v";

#[tokio::test]
async fn a_deleting_machine_gets_no_children_and_nothing_of_its_children_is_repaired() {
    let (space, child) = Space::with_machine(&ip("10.0.0.1")).await;
    space.begin_delete(MACHINE, "a").await;
    let changed = [makes("e", &ip("10.0.0.2")), makes("f", &ip("10.0.0.3"))];
    space.change(MACHINE, "a", &entries(&changed)).await;
    space.settle().await;
    assert!(space.find(NIC, "a-f").await.is_none());
    assert_eq!(space.get(NIC, "a-e").await, child);
    space.finish_delete(MACHINE, "a").await;
    space.until_gone(NIC, "a-e").await;
}

#[tokio::test]
async fn a_deleting_machine_deletes_no_children() {
    let (space, child) = Space::with_machine(&ip("10.0.0.1")).await;
    space.begin_delete(MACHINE, "a").await;
    space.change(MACHINE, "a", "spec.networkInterfaces -").await;
    space.settle().await;
    assert_eq!(space.get(NIC, "a-e").await, child);
    space.finish_delete(MACHINE, "a").await;
}

#[tokio::test]
async fn a_deleting_child_is_waited_for_and_then_made_anew() {
    let (space, child) = Space::with_machine(&ip("10.0.0.1")).await;
    space.begin_delete(NIC, "a-e").await;
    let deleting = space.get(NIC, "a-e").await;
    space
        .change(MACHINE, "a", &entries(&[makes("e", &ip("10.0.0.2"))]))
        .await;
    space.settle().await;
    assert_eq!(space.get(NIC, "a-e").await, deleting, "it is not repaired");
    space.change(NIC, "a-e", "metadata.finalizers -").await;
    space
        .until_new(NIC, &child, "status.ips = [10.0.0.2]")
        .await;
    space.was_not_told("Machine a", "NameTaken").await;
}

#[tokio::test]
async fn a_deleting_object_in_the_way_is_waited_for_without_a_word() {
    let space = Space::with_network().await;
    let theirs = space.interface("a-e", "10.0.0.9", "").await;
    space.begin_delete(NIC, "a-e").await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    space.settle().await;
    space.was_not_told("Machine a", "NameTaken").await;
    space.change(NIC, "a-e", "metadata.finalizers -").await;
    space
        .until_new(NIC, &theirs, "status.ips = [10.0.0.1]")
        .await;
}

#[tokio::test]
async fn a_deleting_interface_keeps_its_address_and_the_next_waits_for_it() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    space.until(NIC, "x", "status.state = Available").await;
    space.begin_delete(NIC, "x").await;
    space.interface("y", "10.0.0.1", "").await;
    let waits = space
        .until(
            NIC,
            "y",
            "status.state = Pending; status.conditions.0.reason = AddressLeaving; status.ips -",
        )
        .await;
    let message = at(&waits, "status.conditions.0.message");
    assert_eq!(
        message,
        "waits for address 10.0.0.1, which NetworkInterface x keeps until it is gone"
    );
    check(&space.get(NIC, "x").await, "status.ips = [10.0.0.1]");
    space.finish_delete(NIC, "x").await;
    space
        .until(
            NIC,
            "y",
            "status.state = Available; status.ips = [10.0.0.1]",
        )
        .await;
    space
        .was_not_told("NetworkInterface y", "AddressInUse")
        .await;
}

#[tokio::test]
async fn a_deleting_interface_keeps_its_virtual_ip_and_the_next_waits_for_it() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "").await;
    space.interface("x", "10.0.0.1", REFERS).await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    space.report(VIP, "v", "status.ip = 192.0.2.1").await;
    space.begin_delete(NIC, "x").await;
    space.interface("y", "10.0.0.2", REFERS).await;
    let waits = space
        .until(NIC, "y", "status.state = Pending; status.conditions.0.reason = VirtualIPPending; status.virtualIP -")
        .await;
    let message = at(&waits, "status.conditions.0.message");
    assert_eq!(
        message,
        "waits for VirtualIP v, which NetworkInterface x keeps until it is gone"
    );
    check(&space.get(VIP, "v").await, "spec.targetRef.name = x");
    space.finish_delete(NIC, "x").await;
    space
        .until(
            NIC,
            "y",
            "status.state = Available; status.virtualIP = 192.0.2.1",
        )
        .await;
    space
        .was_not_told("NetworkInterface y", "VirtualIPTaken")
        .await;
}

#[tokio::test]
async fn who_lost_a_virtual_ip_waits_for_it_as_soon_as_its_holder_is_being_deleted() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "").await;
    space.report(VIP, "v", "status.ip = 192.0.2.1").await;
    space.interface("x", "10.0.0.1", REFERS).await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    space.interface("y", "10.0.0.2", REFERS).await;
    space
        .until(
            NIC,
            "y",
            "status.state = Error; status.conditions.0.reason = VirtualIPTaken",
        )
        .await;
    space.begin_delete(NIC, "x").await;
    space
        .until(
            NIC,
            "y",
            "status.state = Pending; status.conditions.0.reason = VirtualIPPending",
        )
        .await;
    space.finish_delete(NIC, "x").await;
    space
        .until(
            NIC,
            "y",
            "status.state = Available; status.virtualIP = 192.0.2.1",
        )
        .await;
}

#[tokio::test]
async fn a_deleting_machine_keeps_its_interface_and_the_next_waits_for_it() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    space.machine("a", &[uses("x")]).await;
    space.until(NIC, "x", "spec.machineRef.name = a").await;
    space.begin_delete(MACHINE, "a").await;
    space.change(MACHINE, "a", "spec.networkInterfaces -").await;
    space.machine("b", &[uses("x")]).await;
    space.settle().await;
    check(&space.get(NIC, "x").await, "spec.machineRef.name = a");
    space.was_not_told("Machine b", "InterfaceTaken").await;
    space.finish_delete(MACHINE, "a").await;
    space.until(NIC, "x", "spec.machineRef.name = b").await;
}

#[tokio::test]
async fn that_an_interface_is_taken_is_not_told_anew_once_its_machine_is_being_deleted() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    space.machine("a", &[uses("x")]).await;
    space.until(NIC, "x", "spec.machineRef.name = a").await;
    space.machine("b", &[uses("x")]).await;
    space
        .warned("Machine b", "InterfaceTaken", "Machine a")
        .await;
    space.begin_delete(MACHINE, "a").await;
    // Another request would report it again if it were still so.
    space.change(MACHINE, "b", "spec.networkInterfaces -").await;
    space.settle().await;
    space.change(MACHINE, "b", &entries(&[uses("x")])).await;
    space.settle().await;
    let told = space
        .warned("Machine b", "InterfaceTaken", "Machine a")
        .await;
    assert_eq!(told.count, 1);
    space.finish_delete(MACHINE, "a").await;
    space.until(NIC, "x", "spec.machineRef.name = b").await;
}

#[tokio::test]
async fn a_deleting_machine_claims_nothing() {
    let space = Space::with_network().await;
    space.machine("a", &[uses("x")]).await;
    space.begin_delete(MACHINE, "a").await;
    space.interface("x", "10.0.0.1", "").await;
    space.settle().await;
    check(&space.get(NIC, "x").await, "spec.machineRef -");
    space.finish_delete(MACHINE, "a").await;
}

#[tokio::test]
async fn a_deleting_interface_claims_nothing() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", REFERS).await;
    space.begin_delete(NIC, "x").await;
    space.create(VIP, "v", "").await;
    space.settle().await;
    check(&space.get(VIP, "v").await, "spec.targetRef -");
    space.finish_delete(NIC, "x").await;
}

#[tokio::test]
async fn deleting_interfaces_and_virtual_ips_are_neither_claimed_nor_released() {
    let space = Space::with_network().await;
    let nobody = "{name: gone, uid: 11111111-2222-3333-4444-555555555555}";
    let hold = "metadata.finalizers = [example.org/hold]";
    let managed_by = format!(
        "{hold}; metadata.annotations = {{common.ironcore.dev/managed-by: till it is deleting}}"
    );
    let objects = [
        (NIC, "free", String::new()),
        (VIP, "free", String::new()),
        (NIC, "bound", format!("spec.machineRef = {nobody}")),
        (VIP, "bound", format!("spec.targetRef = {nobody}")),
    ];
    for (of, name, reference) in &objects {
        space
            .create(of, name, &format!("{managed_by}; {reference}"))
            .await;
        space.delete(of, name).await;
        space.change(of, name, "metadata.annotations -").await;
    }
    let mut before = Vec::new();
    for (of, name, _) in &objects {
        before.push(owned(&space.get(of, name).await));
    }
    space.machine("a", &[uses("free")]).await;
    space
        .interface("y", "10.0.0.2", "spec.virtualIP.virtualIPRef.name = free")
        .await;
    space.settle().await;
    for ((of, name, _), before) in objects.iter().zip(before) {
        assert_eq!(owned(&space.get(of, name).await), before);
        space.finish_delete(of, name).await;
    }
}

#[tokio::test]
async fn the_status_of_a_deleting_interface_stays() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    space.until(NIC, "x", "status.state = Available").await;
    space.begin_delete(NIC, "x").await;
    let before = space.get(NIC, "x").await;
    space.report(NET, "net", "status.state = Error").await;
    space.change(NIC, "x", "spec.providerID = p").await;
    space.settle().await;
    assert_eq!(
        at(&space.get(NIC, "x").await, "status"),
        at(&before, "status")
    );
    space.finish_delete(NIC, "x").await;
}

#[tokio::test]
async fn a_deleting_network_is_not_there_for_new_interfaces_and_stays_for_those_that_are_available()
{
    let space = Space::with_network().await;
    space.interface("old", "10.0.0.1", "").await;
    let before = space.until(NIC, "old", "status.state = Available").await;
    space.begin_delete(NET, "net").await;
    space.interface("new", "10.0.0.2", "").await;
    let waits = space
        .until(NIC, "new", "status.conditions.0.reason = NetworkDeleting")
        .await;
    check(&waits, "status.state = Pending; status.ips = [10.0.0.2]");
    assert_eq!(
        at(&waits, "status.conditions.0.message"),
        "waits for Network net, which is being deleted"
    );
    assert_eq!(space.get(NIC, "old").await, before);
    space.finish_delete(NET, "net").await;
    space
        .until(
            NIC,
            "old",
            "status.state = Pending; status.conditions.0.reason = NetworkNotFound",
        )
        .await;
}

#[tokio::test]
async fn a_namespace_with_machines_goes_away_without_errors() {
    let space = Space::with_network().await;
    for number in 0..30 {
        let name = format!("m{number}");
        space
            .machine(&name, &[makes("e", &ip(&format!("10.0.0.{number}")))])
            .await;
    }
    space.until(NIC, "m29-e", "status.state = Available").await;
    space.delete_namespace().await;
    space.until_namespace_is_gone().await;
    assert_eq!(space.complaints(), Vec::<String>::new());
}

/// Does what is left to do for the end of a namespace, where no namespace controller does.
async fn finish_to_delete(space: &Space) {
    let api = Api::<Namespace>::all(space.client.clone());
    let mut namespace = api.get(&space.name).await.expect("the namespace");
    namespace.spec = None;
    let params = PostParams::default();
    let finalized = api.replace_subresource("finalize", &space.name, &params, &namespace);
    finalized.await.expect("the namespace, as it was last");
    space.until_namespace_is_gone().await;
}

#[tokio::test]
async fn a_namespace_that_is_made_again_under_its_name_is_served_at_once() {
    // Nobody but the test empties the namespace, so that the controller is sure to find it as it is being deleted.
    let plane = start(|options| options.controller_manager = false).await;
    let controller = Controller::start(plane.kubeconfig(), &[]).await;
    let client = plane.client().await.expect("a client");
    let space = Space::on(client, Path::new("")).await;
    space.create(NET, "net", "").await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    let old = space.until(NIC, "a-e", "status.state = Available").await;

    space.delete_namespace().await;
    let more = [makes("e", &ip("10.0.0.1")), makes("f", &ip("10.0.0.2"))];
    space.change(MACHINE, "a", &entries(&more)).await;
    eventually("a create is refused", || async {
        let refused = "ni_changes_total{kind=\"NetworkInterface\",purpose=\"make\",outcome=\"namespace_terminating\"}";
        match controller.metric(refused).await {
            0 => Err(controller.log()),
            _ => Ok(()),
        }
    })
    .await;
    for (of, name) in [(MACHINE, "a"), (NIC, "a-e"), (NET, "net")] {
        space.delete(of, name).await;
        space.until_gone(of, name).await;
    }
    finish_to_delete(&space).await;

    // Far sooner than creates rest at most.
    let again = json!({ "metadata": { "name": space.name } });
    let again: Namespace = serde_json::from_value(again).expect("a namespace");
    let api = Api::<Namespace>::all(space.client.clone());
    let made = api.create(&PostParams::default(), &again).await;
    made.expect("a namespace of the same name");
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    space.create(NET, "net", "").await;
    space.until_new(NIC, &old, "status.state = Available").await;
    drop(controller);
    plane.stop().await;
}
