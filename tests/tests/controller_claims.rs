// SPDX-License-Identifier: Apache-2.0

//! Claims and releases.

use serde_json::Value;

use crate::support::space::{MACHINE, NIC, Space, VIP};
use crate::support::text::{at, check, entries, ip, makes, uses};

const NOBODY: &str = "11111111-2222-3333-4444-555555555555";
const REFERS: &str = "spec.virtualIP.virtualIPRef.name = v";

/// `{name, uid}` of an object.
fn reference(object: &Value) -> Value {
    serde_json::json!({"name": at(object, "metadata.name"), "uid": at(object, "metadata.uid")})
}

/// An interface `x`, and a machine `a` that has it.
async fn claimed() -> (Space, Value) {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    let machine = space.machine("a", &[uses("x")]).await;
    let interface = space.until(NIC, "x", "spec.machineRef.name = a").await;
    assert_eq!(at(&interface, "spec.machineRef"), reference(&machine));
    (space, machine)
}

#[tokio::test]
async fn an_unclaimed_interface_gets_the_machine_that_names_it_without_provider_id() {
    let space = Space::with_network().await;
    space
        .interface("x", "10.0.0.1", "spec.providerID = old")
        .await;
    let machine = space.machine("a", &[uses("x")]).await;
    let interface = space
        .until(NIC, "x", "spec.machineRef.name = a; spec.providerID -")
        .await;
    assert_eq!(at(&interface, "spec.machineRef"), reference(&machine));
}

#[tokio::test]
async fn an_interface_that_comes_after_its_machine_is_claimed_too() {
    let space = Space::with_network().await;
    space.machine("a", &[uses("x")]).await;
    space.settle().await;
    space.interface("x", "10.0.0.1", "").await;
    space
        .until(
            NIC,
            "x",
            "spec.machineRef.name = a; status.state = Available",
        )
        .await;
}

#[tokio::test]
async fn an_unclaimed_virtual_ip_gets_the_interface_that_names_it() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "").await;
    let interface = space.interface("x", "10.0.0.1", REFERS).await;
    let virtual_ip = space.until(VIP, "v", "spec.targetRef.name = x").await;
    assert_eq!(at(&virtual_ip, "spec.targetRef"), reference(&interface));
}

#[tokio::test]
async fn a_machine_does_not_claim_by_an_ephemeral_entry() {
    let space = Space::with_network().await;
    space.interface("a-e", "10.0.0.1", "").await;
    space.machine("a", &[makes("e", &ip("10.0.0.2"))]).await;
    space
        .warned("Machine a", "NameTaken", "NetworkInterface a-e")
        .await;
    space.settle().await;
    check(&space.get(NIC, "a-e").await, "spec.machineRef -");
}

#[tokio::test]
async fn a_machine_keeps_an_interface_that_it_names_by_an_ephemeral_entry_whoever_made_it() {
    let space = Space::with_network().await;
    let machine = space.machine("a", &[makes("e", &ip("10.0.0.2"))]).await;
    space.until(NIC, "a-e", "status.state = Available").await;
    // Nobody's child any more, and the machine's all the same.
    space
        .change(
            NIC,
            "a-e",
            "metadata.annotations -; metadata.ownerReferences -; spec.providerID = p",
        )
        .await;
    space.settle().await;
    let kept = space.get(NIC, "a-e").await;
    assert_eq!(at(&kept, "spec.machineRef"), reference(&machine));
    check(&kept, "spec.providerID = p");
}

#[tokio::test]
async fn a_holder_keeps_an_interface_against_an_older_machine_which_is_told() {
    let space = Space::with_network().await;
    space.machine("older", &[]).await;
    space.interface("x", "10.0.0.1", "").await;
    space.machine("holder", &[uses("x")]).await;
    space.until(NIC, "x", "spec.machineRef.name = holder").await;
    space.change(MACHINE, "older", &entries(&[uses("x")])).await;
    let told = space
        .warned("Machine older", "InterfaceTaken", "Machine holder")
        .await;
    assert_eq!(told.note, "interface x belongs to Machine holder");
    check(&space.get(NIC, "x").await, "spec.machineRef.name = holder");
}

#[tokio::test]
async fn a_loser_gets_the_interface_when_it_is_released() {
    let (space, _) = claimed().await;
    let second = space.machine("b", &[uses("x")]).await;
    space
        .warned("Machine b", "InterfaceTaken", "Machine a")
        .await;
    space.change(MACHINE, "a", "spec.networkInterfaces -").await;
    let interface = space.until(NIC, "x", "spec.machineRef.name = b").await;
    assert_eq!(at(&interface, "spec.machineRef"), reference(&second));
}

#[tokio::test]
async fn a_holder_keeps_a_virtual_ip_and_the_other_interface_is_told() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "").await;
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
    let told = space
        .warned("NetworkInterface y", "VirtualIPTaken", "NetworkInterface x")
        .await;
    assert_eq!(told.note, "VirtualIP v belongs to NetworkInterface x");
    space.change(NIC, "x", "spec.virtualIP -").await;
    space.until(VIP, "v", "spec.targetRef.name = y").await;
    space.report(VIP, "v", "status.ip = 192.0.2.1").await;
    space
        .until(
            NIC,
            "y",
            "status.state = Available; status.virtualIP = 192.0.2.1",
        )
        .await;
}

#[tokio::test]
async fn an_interface_is_released_when_its_machine_is_gone() {
    let (space, _) = claimed().await;
    space.change(NIC, "x", "spec.providerID = p").await;
    space.delete(MACHINE, "a").await;
    space
        .until(NIC, "x", "spec.machineRef -; spec.providerID -")
        .await;
    let told = space
        .noted("NetworkInterface x", "Released", "Machine a")
        .await;
    assert_eq!(
        told.note,
        "released: Machine a is gone, or names it no longer"
    );
}

#[tokio::test]
async fn an_interface_is_released_when_its_machine_names_it_no_longer() {
    let (space, _) = claimed().await;
    space.change(NIC, "x", "spec.providerID = p").await;
    space.change(MACHINE, "a", "spec.networkInterfaces -").await;
    space
        .until(NIC, "x", "spec.machineRef -; spec.providerID -")
        .await;
    space
        .noted("NetworkInterface x", "Released", "Machine a")
        .await;
}

#[tokio::test]
async fn an_interface_of_an_earlier_machine_of_the_same_name_goes_to_the_new_one() {
    let space = Space::with_network().await;
    let machine = space.machine("a", &[uses("x")]).await;
    let earlier = format!("spec.machineRef = {{name: a, uid: {NOBODY}}}; spec.providerID = old");
    space.interface("x", "10.0.0.1", &earlier).await;
    space
        .noted("NetworkInterface x", "Released", "Machine a")
        .await;
    let interface = space
        .until(NIC, "x", "spec.machineRef.name = a; spec.providerID -")
        .await;
    assert_eq!(at(&interface, "spec.machineRef"), reference(&machine));
}

#[tokio::test]
async fn a_machine_that_never_was_releases_its_interface() {
    let space = Space::with_network().await;
    space
        .interface(
            "x",
            "10.0.0.1",
            &format!("spec.machineRef = {{name: gone, uid: {NOBODY}}}"),
        )
        .await;
    space.until(NIC, "x", "spec.machineRef -").await;
}

#[tokio::test]
async fn a_virtual_ip_is_released_when_its_interface_is_gone() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "").await;
    space.interface("x", "10.0.0.1", REFERS).await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    space.delete(NIC, "x").await;
    space.until(VIP, "v", "spec.targetRef -").await;
    let told = space
        .noted("VirtualIP v", "Released", "NetworkInterface x")
        .await;
    assert_eq!(
        told.note,
        "released: NetworkInterface x is gone, or names it no longer"
    );
}

#[tokio::test]
async fn a_virtual_ip_is_released_when_its_interface_names_it_no_longer() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "").await;
    space.interface("x", "10.0.0.1", REFERS).await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    space.change(NIC, "x", "spec.virtualIP -").await;
    space.until(VIP, "v", "spec.targetRef -").await;
}

#[tokio::test]
async fn a_virtual_ip_of_an_earlier_interface_of_the_same_name_goes_to_the_new_one() {
    let space = Space::with_network().await;
    let interface = space.interface("x", "10.0.0.1", REFERS).await;
    space
        .create(
            VIP,
            "v",
            &format!("spec.targetRef = {{name: x, uid: {NOBODY}}}"),
        )
        .await;
    space
        .noted("VirtualIP v", "Released", "NetworkInterface x")
        .await;
    let virtual_ip = space.until(VIP, "v", "spec.targetRef.name = x").await;
    assert_eq!(at(&virtual_ip, "spec.targetRef"), reference(&interface));
}

#[tokio::test]
async fn a_virtual_ip_with_managed_by_is_neither_claimed_nor_released() {
    let space = Space::with_network().await;
    let managed_by = "metadata.annotations = {common.ironcore.dev/managed-by: other}";
    let free = space.create(VIP, "v", managed_by).await;
    let bound = format!("{managed_by}; spec.targetRef = {{name: gone, uid: {NOBODY}}}");
    let bound = space.create(VIP, "w", &bound).await;
    space.interface("x", "10.0.0.1", REFERS).await;
    space.settle().await;
    assert_eq!(
        (space.get(VIP, "v").await, space.get(VIP, "w").await),
        (free, bound)
    );
}
