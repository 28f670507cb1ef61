// SPDX-License-Identifier: Apache-2.0

//! NetworkInterface → ephemeral Prefixes and VirtualIP: those that another controller made count, and one that is retained comes back.

use serde_json::Value;

use crate::support::plane::Turn;
use crate::support::space::{NIC, PREFIX, Space, VIP};
use crate::support::text::{at, check};

const SAME: &str = "10.0.0.1";
const MARK: &str = "common.ironcore.dev/ephemeral-managed-by";

/// A child of the interface, as another controller makes it.
async fn make_child(space: &Space, of: &str, name: &str, interface: &Value, changes: &str) {
    let uid = at(interface, "metadata.uid");
    let owner = at(interface, "metadata.name");
    let owner = format!(
        "metadata.ownerReferences = [{{apiVersion: networking.ironcore.dev/v1alpha1, kind: NetworkInterface, name: {}, uid: {}, \
         controller: true, blockOwnerDeletion: true}}]",
        owner.as_str().expect("a name"),
        uid.as_str().expect("a UID"),
    );
    space.create(of, name, &format!("{owner}; {changes}")).await;
}

#[tokio::test]
async fn children_that_another_controller_made_count() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let prefix = "{ephemeral: {prefixTemplate: {spec: {ipFamily: IPv4, parentRef: {name: p}, prefixLength: 32}}}}";
    let virtual_ip = "{ephemeral: {virtualIPTemplate: {spec: {type: Public, ipFamily: IPv4}}}}";
    let spec =
        format!("spec.ips = [{prefix}]; spec.prefixes = [{prefix}]; spec.virtualIP = {virtual_ip}");
    let nic = space.create(NIC, "x", &spec).await;
    let reason = |reason: &str| format!("status.conditions.0.reason = {reason}");
    for (name, block) in [("x-0", "10.0.0.9/32"), ("x-pf-0", "10.3.0.0/24")] {
        make_child(
            &space,
            PREFIX,
            name,
            &nic,
            &format!("spec.prefix = {block}"),
        )
        .await;
    }
    let target = format!(
        "spec.targetRef = {{name: x, uid: {}}}",
        at(&nic, "metadata.uid").as_str().expect("a UID")
    );
    make_child(&space, VIP, "x", &nic, &target).await;
    let _controller = turn.controller(&["--prefix-allocation=external"]).await;
    space.until(NIC, "x", &reason("PrefixPending")).await;
    for name in ["x-0", "x-pf-0"] {
        space.report(PREFIX, name, "status.phase = Allocated").await;
    }
    space.until(NIC, "x", &reason("VirtualIPPending")).await;
    space.report(VIP, "x", "status.ip = 192.0.2.1").await;
    space
        .until(
            NIC,
            "x",
            "status.state = Available; status.ips = [10.0.0.9]; status.prefixes = [10.3.0.0/24]; status.virtualIP = 192.0.2.1",
        )
        .await;
    // The address counts for the network.
    space.interface("y", "10.0.0.9", "").await;
    space.until(NIC, "y", &reason("AddressInUse")).await;
    space.delete(NIC, "x").await;
    space.until(NIC, "y", "status.state = Available").await;
}

#[tokio::test]
async fn a_retained_virtual_ip_stays_its_interfaces_and_comes_back_to_it() {
    let space = Space::with_network().await;
    let own = "spec.virtualIP = {ephemeral: {virtualIPTemplate: {spec: {type: Public, ipFamily: IPv4, reclaimPolicy: Retain}}}}";
    let available = "status.state = Available; status.virtualIP = 192.0.2.1";
    let nic = space.interface("x", SAME, own).await;
    let uid = at(&nic, "metadata.uid");
    let uid = uid.as_str().expect("a UID");
    let target = format!("spec.targetRef = {{name: x, uid: {uid}}}");
    let made = format!("{target}; metadata.ownerReferences -");
    let made = space.until(VIP, "x", &made).await;
    assert_eq!(made["metadata"]["annotations"][MARK], "ephemeral-manager");
    space.report(VIP, "x", "status.ip = 192.0.2.1").await;
    space.until(NIC, "x", available).await;
    space.settle().await;
    check(&space.get(VIP, "x").await, &target);
    // Retain to Delete gives it an owner, and back takes that.
    space
        .change(NIC, "x", &own.replace("Retain", "Delete"))
        .await;
    let owner = format!("metadata.ownerReferences.0.uid = {uid}");
    space.until(VIP, "x", &owner).await;
    space.change(NIC, "x", own).await;
    space.until(VIP, "x", "metadata.ownerReferences -").await;
    // No longer wanted it is released, wanted again it is claimed.
    space.change(NIC, "x", "spec.virtualIP -").await;
    space.until(VIP, "x", "spec.targetRef -").await;
    space.change(NIC, "x", own).await;
    space.until(VIP, "x", &target).await;
    space.until(NIC, "x", available).await;
}
