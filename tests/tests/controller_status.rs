// SPDX-License-Identifier: Apache-2.0

//! NetworkInterface status: what it has, and what it waits for.

use serde_json::Value;

use crate::support::space::{NET, NIC, Space, VIP};
use crate::support::text::{at, check};

const REFERS: &str = "spec.virtualIP.virtualIPRef.name = v";

/// Waits until the interface is Pending for this reason, and answers the condition's message.
async fn pending(space: &Space, name: &str, reason: &str) -> Value {
    let expected = format!(
        "status.state = Pending; status.conditions.0.reason = {reason}; status.conditions.0.status = 'False'"
    );
    at(
        &space.until(NIC, name, &expected).await,
        "status.conditions.0.message",
    )
}

async fn available(space: &Space, name: &str, expected: &str) -> Value {
    let expected =
        format!("status.state = Available; status.conditions.0.status = 'True'; {expected}");
    space.until(NIC, name, &expected).await
}

#[tokio::test]
async fn an_available_interface_shows_all_that_it_has_in_order_and_in_canonical_text() {
    let space = Space::with_network().await;
    let spec = "spec.ipFamilies = [IPv6, IPv4]; spec.ips = [{value: '2001:DB8:0:0::1'}, {value: 10.0.0.1}]; spec.prefixes = [{value: '2001:DB8:1::/48'}, {value: 10.1.0.0/24}]";
    space.create(NIC, "x", spec).await;
    let now = available(&space, "x", "status.ips = ['2001:db8::1', 10.0.0.1]").await;
    check(
        &now,
        "status.prefixes = ['2001:db8:1::/48', 10.1.0.0/24]; status.virtualIP -; status.observedGeneration = 1",
    );
    check(
        &now,
        "status.conditions.0.type = Ready; status.conditions.0.reason = Available; status.conditions.0.message = ''",
    );
    check(&now, "spec.ips.0.value = '2001:DB8:0:0::1'");
    assert!(at(&now, "status.lastStateTransitionTime").is_string());
}

#[tokio::test]
async fn an_interface_waits_for_its_network_and_shows_what_is_known() {
    let space = Space::new().await;
    space
        .interface("x", "10.0.0.1", "spec.prefixes = [{value: 10.1.0.0/24}]")
        .await;
    assert_eq!(
        pending(&space, "x", "NetworkNotFound").await,
        "waits for Network net, which does not exist"
    );
    check(
        &space.get(NIC, "x").await,
        "status.ips = [10.0.0.1]; status.prefixes = [10.1.0.0/24]",
    );
    space.create(NET, "net", "").await;
    available(&space, "x", "").await;
}

#[tokio::test]
async fn an_interface_waits_for_a_pending_network() {
    let space = Space::with_network().await;
    space.report(NET, "net", "status.state = Pending").await;
    space.interface("x", "10.0.0.1", "").await;
    assert_eq!(
        pending(&space, "x", "NetworkPending").await,
        "waits for Network net, which is Pending"
    );
    space.report(NET, "net", "status.state = Available").await;
    available(&space, "x", "").await;
    space.report(NET, "net", "status.state = Pending").await;
    pending(&space, "x", "NetworkPending").await;
}

#[tokio::test]
async fn an_interface_of_a_deleted_network_is_pending_again() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    available(&space, "x", "").await;
    space
        .until(
            NET,
            "net",
            "metadata.finalizers = [networking.ironcore.dev/network]",
        )
        .await;
    space.delete(NET, "net").await;
    space
        .warned("Network net", "InUse", "NetworkInterface x")
        .await;
    available(&space, "x", "").await;
    // Somebody takes the finalizer off.
    space.change(NET, "net", "metadata.finalizers -").await;
    space.until_gone(NET, "net").await;
    pending(&space, "x", "NetworkNotFound").await;
}

#[tokio::test]
async fn an_interface_of_a_network_in_error_is_in_error() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    available(&space, "x", "").await;
    space.report(NET, "net", "status.state = Error").await;
    let now = space
        .until(
            NIC,
            "x",
            "status.state = Error; status.conditions.0.reason = NetworkError",
        )
        .await;
    check(&now, "status.ips = [10.0.0.1]");
    let told = space
        .warned("NetworkInterface x", "NetworkError", "Network net")
        .await;
    assert_eq!(told.note, "Network net is in state Error");
    space.report(NET, "net", "status.state = Available").await;
    available(&space, "x", "").await;
}

#[tokio::test]
async fn a_network_without_state_counts_as_available() {
    let space = Space::with_network().await;
    check(&space.get(NET, "net").await, "status -");
    space.interface("x", "10.0.0.1", "").await;
    available(&space, "x", "").await;
}

#[tokio::test]
async fn an_interface_waits_for_its_virtual_ip_and_then_for_the_address() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", REFERS).await;
    let message = pending(&space, "x", "VirtualIPNotFound").await;
    assert_eq!(message, "waits for VirtualIP v, which does not exist");
    space.create(VIP, "v", "").await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    space
        .until(
            NIC,
            "x",
            "status.conditions.0.message = 'waits for VirtualIP v, which has no address yet'",
        )
        .await;
    pending(&space, "x", "VirtualIPPending").await;
    space.report(VIP, "v", "status.ip = 192.0.2.1").await;
    available(
        &space,
        "x",
        "status.virtualIP = 192.0.2.1; status.ips = [10.0.0.1]",
    )
    .await;
}

#[tokio::test]
async fn an_ipv6_virtual_ip_is_shown_in_canonical_text() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "spec.ipFamily = IPv6").await;
    space
        .report(VIP, "v", "status.ip = '2001:DB8:0:0::1'")
        .await;
    space.interface("x", "fd00::1", REFERS).await;
    available(&space, "x", "status.virtualIP = '2001:db8::1'").await;
}

#[tokio::test]
async fn a_virtual_ip_that_the_interface_names_no_longer_is_not_shown() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "").await;
    space.report(VIP, "v", "status.ip = 192.0.2.1").await;
    space.interface("x", "10.0.0.1", REFERS).await;
    available(&space, "x", "status.virtualIP = 192.0.2.1").await;
    space.change(NIC, "x", "spec.virtualIP -").await;
    available(&space, "x", "status.virtualIP -").await;
}

#[tokio::test]
async fn a_virtual_ip_of_another_family_is_an_error() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "spec.ipFamily = IPv6").await;
    space.interface("x", "10.0.0.1", REFERS).await;
    space
        .until(
            NIC,
            "x",
            "status.state = Error; status.conditions.0.reason = FamilyMismatch",
        )
        .await;
    let told = space
        .warned("NetworkInterface x", "FamilyMismatch", "VirtualIP v")
        .await;
    assert_eq!(
        told.note,
        "VirtualIP v is of family IPv6, which is not in ipFamilies"
    );
}

#[tokio::test]
async fn what_asks_for_ephemeral_children_is_pending_and_says_so() {
    let space = Space::with_network().await;
    let prefix = "ephemeral: {prefixTemplate: {spec: {ipFamily: IPv4, parentRef: {name: p}, prefixLength: 32}}}";
    let virtual_ip = "ephemeral: {virtualIPTemplate: {spec: {type: Public, ipFamily: IPv4}}}";
    let cases = [
        (
            "x",
            format!("spec.ips = [{{{prefix}}}]"),
            "PrefixPending",
            "waits for Prefix x-0 of spec.ips[0].ephemeral, which is Pending: waits for Prefix p, which does not exist",
        ),
        (
            "y",
            format!("spec.ips = [{{value: 10.0.0.2}}]; spec.prefixes = [{{{prefix}}}]"),
            "PrefixPending",
            "waits for Prefix y-pf-0 of spec.prefixes[0].ephemeral, which is Pending: waits for Prefix p, which does not exist",
        ),
        (
            "z",
            format!("spec.ips = [{{value: 10.0.0.3}}]; spec.virtualIP = {{{virtual_ip}}}"),
            "VirtualIPPending",
            "waits for VirtualIP z, which has no address yet",
        ),
    ];
    for (name, changes, reason, expected) in cases {
        space.create(NIC, name, &changes).await;
        let message = pending(&space, name, reason).await;
        assert_eq!(message, expected);
    }
}

#[tokio::test]
async fn the_time_of_transition_changes_only_when_the_state_does() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    available(&space, "x", "").await;
    let long_ago = "status.lastStateTransitionTime = '2020-01-01T00:00:00Z'";
    space.report(NIC, "x", long_ago).await;
    space
        .change(NIC, "x", "spec.ips = [{value: 10.0.0.2}]")
        .await;
    let now = available(
        &space,
        "x",
        "status.ips = [10.0.0.2]; status.observedGeneration = 2",
    )
    .await;
    check(&now, long_ago);
    space.report(NET, "net", "status.state = Pending").await;
    pending(&space, "x", "NetworkPending").await;
    let changed = at(&space.get(NIC, "x").await, "status.lastStateTransitionTime");
    assert_ne!(changed, "2020-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_status_that_is_equal_to_the_stored_one_is_not_written() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "").await;
    space.report(VIP, "v", "status.ip = 192.0.2.1").await;
    space.interface("x", "10.0.0.1", REFERS).await;
    let before = available(&space, "x", "status.virtualIP = 192.0.2.1").await;
    // Each makes the controller look again.
    space
        .change(NET, "net", "metadata.labels.some = change")
        .await;
    space
        .change(VIP, "v", "metadata.labels.some = change")
        .await;
    space.settle().await;
    assert_eq!(space.get(NIC, "x").await, before);
}

#[tokio::test]
async fn a_status_that_somebody_else_writes_is_put_right_and_conditions_of_others_stay() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    let before = available(&space, "x", "").await;
    let theirs = "{type: Theirs, status: 'True', reason: R, message: m, lastTransitionTime: '2020-01-01T00:00:00Z'}";
    let wrong = format!(
        "status.ips = [10.9.9.9]; status.virtualIP = 192.0.2.9; status.conditions = [{theirs}]"
    );
    space.report(NIC, "x", &wrong).await;
    let now = space
        .until(
            NIC,
            "x",
            "status.ips = [10.0.0.1]; status.virtualIP -; status.conditions.1.type = Ready",
        )
        .await;
    check(&now, &format!("status.conditions.0 = {theirs}"));
    assert_eq!(
        at(&now, "status.lastStateTransitionTime"),
        at(&before, "status.lastStateTransitionTime")
    );
}

#[tokio::test]
async fn a_user_is_told_what_an_interface_waits_for_once_it_has_waited_for_30_seconds() {
    let space = Space::new().await;
    space.interface("x", "10.0.0.1", "").await;
    pending(&space, "x", "NetworkNotFound").await;
    space.settle().await;
    space.was_not_told("NetworkInterface x", "Waiting").await;
    // It counts from the stored time.
    space
        .report(
            NIC,
            "x",
            "status.lastStateTransitionTime = '2020-01-01T00:00:00Z'",
        )
        .await;
    let told = space
        .noted("NetworkInterface x", "Waiting", "Network net")
        .await;
    assert_eq!(told.note, "waits for Network net, which does not exist");
}

#[tokio::test]
async fn a_user_is_told_of_waiting_without_anything_happening() {
    let space = Space::new().await;
    space.interface("x", "10.0.0.1", "").await;
    pending(&space, "x", "NetworkNotFound").await;
    space
        .noted("NetworkInterface x", "Waiting", "Network net")
        .await;
}
