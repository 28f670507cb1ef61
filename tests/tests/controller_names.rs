// SPDX-License-Identifier: Apache-2.0

//! Names, marks, ownership: what is ours, and what is never touched.

use serde_json::json;

use crate::support::space::{MACHINE, NET, NIC, Space};
use crate::support::text::{at, check, entries, ip, makes, owned, uses};

const MARK: &str = "common.ironcore.dev/ephemeral-managed-by: ephemeral-manager";
const MANAGED_BY: &str = "metadata.annotations = {common.ironcore.dev/managed-by: other}";

#[tokio::test]
async fn an_ephemeral_interface_bears_its_name_its_mark_and_its_owner() {
    let space = Space::with_network().await;
    let machine = space.machine("a", &[makes("eth0", &ip("10.0.0.1"))]).await;
    let child = space.until(NIC, "a-eth0", "status.state = Available").await;
    assert_eq!(
        child["metadata"]["annotations"],
        json!({"common.ironcore.dev/ephemeral-managed-by": "ephemeral-manager"})
    );
    assert_eq!(
        child["metadata"]["ownerReferences"],
        json!([{
            "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine", "name": "a", "uid": at(&machine, "metadata.uid"),
            "controller": true, "blockOwnerDeletion": true,
        }])
    );
}

#[tokio::test]
async fn the_garbage_collector_removes_an_ephemeral_interface_with_its_machine() {
    let space = Space::with_network().await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    space.until(NIC, "a-e", "").await;
    space.delete(MACHINE, "a").await;
    space.until_gone(NIC, "a-e").await;
}

/// What is lacking for an object to be a managed child: mark, reference, controller, owner's UID, the mark's value.
#[tokio::test]
async fn a_child_that_is_not_managed_is_never_touched() {
    let space = Space::with_network().await;
    let machine = space.machine("a", &[]).await;
    let uid = at(&machine, "metadata.uid");
    let owner = |name: &str, controller: bool| {
        format!(
            "metadata.ownerReferences = [{{apiVersion: compute.ironcore.dev/v1alpha1, kind: Machine, name: {name}, uid: {uid}, controller: {controller}}}]"
        )
    };
    let marked = format!("metadata.annotations = {{{MARK}}}");
    let lacking = [
        ("no-mark", owner("a", true)),
        ("no-owner", marked.clone()),
        ("no-controller", format!("{marked}; {}", owner("a", false))),
        (
            "other-value",
            format!(
                "{}; metadata.annotations = {{common.ironcore.dev/ephemeral-managed-by: me}}",
                owner("a", true)
            ),
        ),
        ("nothing", String::new()),
    ];
    let mut before = Vec::new();
    for (number, (name, changes)) in lacking.iter().enumerate() {
        before.push(
            space
                .interface(&format!("a-{name}"), &format!("10.0.0.{number}"), changes)
                .await,
        );
    }
    // Not deleted though it declares none of them,
    space.settle().await;
    // and not repaired when it declares them all, with other addresses.
    let declared = lacking.iter().map(|(name, _)| makes(name, &ip("10.9.9.9")));
    space
        .change(MACHINE, "a", &entries(&declared.collect::<Vec<_>>()))
        .await;
    for before in before {
        let name = before["metadata"]["name"].as_str().unwrap();
        space
            .warned("Machine a", "NameTaken", &format!("interface {name} "))
            .await;
        let after = space.get(NIC, name).await;
        assert_eq!(owned(&after), owned(&before));
    }
}

#[tokio::test]
async fn what_is_in_the_way_is_named_and_when_it_goes_ours_is_made() {
    let space = Space::with_network().await;
    let theirs = space.interface("a-e", "10.0.0.2", "").await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    let told = space
        .warned("Machine a", "NameTaken", "NetworkInterface a-e")
        .await;
    assert_eq!(
        told.note,
        "interface a-e can't be made: NetworkInterface a-e has the name"
    );
    space.delete(NIC, "a-e").await;
    space
        .until_new(
            NIC,
            &theirs,
            "spec.machineRef.name = a; status.ips = [10.0.0.1]",
        )
        .await;
}

#[tokio::test]
async fn a_child_of_another_machine_is_in_the_way_and_named_with_its_owner() {
    let space = Space::with_network().await;
    space.machine("a", &[makes("b-c", &ip("10.0.0.1"))]).await;
    let theirs = space.until(NIC, "a-b-c", "status.state = Available").await;
    space.machine("a-b", &[makes("c", &ip("10.0.0.2"))]).await;
    let told = space.warned("Machine a-b", "NameTaken", "a-b-c").await;
    assert_eq!(
        told.note,
        "interface a-b-c can't be made: NetworkInterface a-b-c of Machine a has the name"
    );
    assert_eq!(owned(&space.get(NIC, "a-b-c").await), owned(&theirs));
    space.was_not_told("Machine a", "NameTaken").await;
}

#[tokio::test]
async fn a_name_goes_to_the_other_machine_when_it_is_free() {
    let space = Space::with_network().await;
    space.machine("a", &[makes("b-c", &ip("10.0.0.1"))]).await;
    let first = space.until(NIC, "a-b-c", "status.state = Available").await;
    space.machine("a-b", &[makes("c", &ip("10.0.0.2"))]).await;
    space.warned("Machine a-b", "NameTaken", "a-b-c").await;
    space.change(MACHINE, "a", "spec.networkInterfaces -").await;
    space
        .until_new(
            NIC,
            &first,
            "spec.machineRef.name = a-b; status.state = Available",
        )
        .await;
}

#[tokio::test]
async fn a_machine_of_another_group_is_no_owner_of_ours() {
    let space = Space::with_network().await;
    let owner = "metadata.ownerReferences = [{apiVersion: cluster.x-k8s.io/v1beta1, kind: Machine, name: theirs, \
        uid: 11111111-2222-3333-4444-555555555555, controller: true}]";
    let theirs = space.interface("a-e", "10.0.0.1", owner).await;
    space.interface("x", "10.0.0.2", owner).await;
    space
        .machine("a", &[makes("e", &ip("10.0.0.3")), uses("x")])
        .await;
    space
        .warned("Machine a", "NameTaken", "NetworkInterface a-e")
        .await;
    space.until(NIC, "x", "spec.machineRef.name = a").await;
    space.change(MACHINE, "a", "spec.networkInterfaces -").await;
    space.until(NIC, "x", "spec.machineRef -").await;
    assert_eq!(owned(&space.get(NIC, "a-e").await), owned(&theirs));
}

#[tokio::test]
async fn a_machine_with_managed_by_gets_its_interfaces_and_claims_others() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.2", "").await;
    let changes = format!(
        "{MANAGED_BY}; {}",
        entries(&[makes("e", &ip("10.0.0.1")), uses("x")])
    );
    space.create(MACHINE, "a", &changes).await;
    space
        .until(
            NIC,
            "a-e",
            "status.state = Available; spec.machineRef.name = a",
        )
        .await;
    space.until(NIC, "x", "spec.machineRef.name = a").await;
}

#[tokio::test]
async fn managed_by_in_a_template_is_copied_and_obeyed() {
    let space = Space::with_network().await;
    let entry = makes("e", &ip("10.0.0.1"));
    let entry = entry.replace(
        "{spec:",
        "{metadata: {annotations: {common.ironcore.dev/managed-by: other}}, spec:",
    );
    space.machine("a", std::slice::from_ref(&entry)).await;
    let made = space.until(NIC, "a-e", "spec.machineRef.name = a").await;
    assert_eq!(
        made["metadata"]["annotations"]["common.ironcore.dev/managed-by"],
        "other"
    );
    space
        .change(
            MACHINE,
            "a",
            &entries(&[entry.replace("10.0.0.1", "10.0.0.9")]),
        )
        .await;
    space.settle().await;
    assert_eq!(
        space.get(NIC, "a-e").await,
        made,
        "neither repair nor status"
    );
}

#[tokio::test]
async fn a_child_with_managed_by_is_neither_repaired_nor_replaced_nor_deleted() {
    let space = Space::with_network().await;
    let children = ["repair", "replace", "remove"];
    let declared: Vec<_> = children
        .iter()
        .enumerate()
        .map(|(n, name)| makes(name, &ip(&format!("10.0.0.{n}"))))
        .collect();
    space.machine("a", &declared).await;
    let mut before = Vec::new();
    for child in children {
        let name = format!("a-{child}");
        space.until(NIC, &name, "status.state = Available").await;
        before.push(space.change(NIC, &name, MANAGED_BY).await);
    }
    let changed = [
        makes("repair", &ip("10.0.0.9")),
        makes("replace", &ip("10.0.0.1")).replace("name: net", "name: another"),
    ];
    space.change(MACHINE, "a", &entries(&changed)).await;
    space.settle().await;
    for before in before {
        let name = before["metadata"]["name"].as_str().unwrap();
        assert_eq!(space.get(NIC, name).await, before);
    }
}

#[tokio::test]
async fn an_interface_with_managed_by_is_not_claimed_and_has_no_status_of_ours() {
    let space = Space::with_network().await;
    let before = space.interface("x", "10.0.0.1", MANAGED_BY).await;
    space.machine("a", &[uses("x")]).await;
    space.settle().await;
    assert_eq!(space.get(NIC, "x").await, before);
}

#[tokio::test]
async fn an_interface_with_managed_by_is_not_released() {
    let space = Space::with_network().await;
    let gone = "spec.machineRef = {name: gone, uid: 11111111-2222-3333-4444-555555555555}";
    let before = space
        .interface("x", "10.0.0.1", &format!("{MANAGED_BY}; {gone}"))
        .await;
    space.settle().await;
    assert_eq!(space.get(NIC, "x").await, before);
}

#[tokio::test]
async fn an_interface_with_managed_by_holds_its_address() {
    let space = Space::with_network().await;
    space.interface("theirs", "10.0.0.1", MANAGED_BY).await;
    space.report(NIC, "theirs", "status.ips = [10.0.0.1]").await;
    space.interface("ours", "10.0.0.1", "").await;
    space
        .until(NIC, "ours", "status.state = Error; status.ips -")
        .await;
    space
        .warned(
            "NetworkInterface ours",
            "AddressInUse",
            "NetworkInterface theirs",
        )
        .await;
}

#[tokio::test]
async fn removing_managed_by_gives_the_object_back() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", MANAGED_BY).await;
    space.machine("a", &[uses("x")]).await;
    space.settle().await;
    space.change(NIC, "x", "metadata.annotations -").await;
    let given = space
        .until(
            NIC,
            "x",
            "spec.machineRef.name = a; status.state = Available",
        )
        .await;
    check(&given, "status.ips = [10.0.0.1]");
}

#[tokio::test]
async fn a_network_with_managed_by_is_used() {
    let space = Space::new().await;
    space.create(NET, "net", MANAGED_BY).await;
    space.interface("x", "10.0.0.1", "").await;
    space.until(NIC, "x", "status.state = Available").await;
}
