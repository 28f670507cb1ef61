// SPDX-License-Identifier: Apache-2.0

//! NetworkInterface status: whose an address is that several ask for.

use crate::support::space::{NET, NIC, Space, VIP};
use crate::support::text::check;

const IN_USE: &str = "status.state = Error; status.conditions.0.reason = AddressInUse";

/// Interfaces `x`, which has the address 10.0.0.1, and `y`, which asks for it too.
async fn contended() -> Space {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    space.until(NIC, "x", "status.ips = [10.0.0.1]").await;
    space.interface("y", "10.0.0.1", "").await;
    space.until(NIC, "y", IN_USE).await;
    space
}

#[tokio::test]
async fn an_address_that_another_holds_is_an_error_and_not_shown() {
    let space = contended().await;
    check(&space.get(NIC, "y").await, "status.ips -");
    let told = space
        .warned("NetworkInterface y", "AddressInUse", "NetworkInterface x")
        .await;
    assert_eq!(told.note, "address 10.0.0.1 belongs to NetworkInterface x");
    space.settle().await;
    check(
        &space.get(NIC, "x").await,
        "status.state = Available; status.ips = [10.0.0.1]",
    );
    space
        .was_not_told("NetworkInterface x", "AddressInUse")
        .await;
}

#[tokio::test]
async fn an_address_goes_to_the_next_when_its_holder_goes() {
    let space = contended().await;
    space.delete(NIC, "x").await;
    space
        .until(
            NIC,
            "y",
            "status.state = Available; status.ips = [10.0.0.1]",
        )
        .await;
}

#[tokio::test]
async fn an_address_goes_to_the_next_when_its_holder_no_longer_asks_for_it() {
    let space = contended().await;
    space
        .change(NIC, "x", "spec.ips = [{value: 10.0.0.2}]")
        .await;
    space
        .until(
            NIC,
            "x",
            "status.state = Available; status.ips = [10.0.0.2]",
        )
        .await;
    space
        .until(
            NIC,
            "y",
            "status.state = Available; status.ips = [10.0.0.1]",
        )
        .await;
}

#[tokio::test]
async fn an_older_interface_does_not_take_an_address_from_its_holder() {
    let space = Space::with_network().await;
    space.interface("older", "10.0.0.2", "").await;
    space.interface("holder", "10.0.0.1", "").await;
    let before = space.until(NIC, "holder", "status.state = Available").await;
    space
        .change(NIC, "older", "spec.ips = [{value: 10.0.0.1}]")
        .await;
    space.until(NIC, "older", IN_USE).await;
    space.settle().await;
    assert_eq!(space.get(NIC, "holder").await, before);
}

#[tokio::test]
async fn what_else_an_interface_has_is_shown_beside_the_error() {
    let space = Space::with_network().await;
    space.interface("x", "10.0.0.1", "").await;
    space.until(NIC, "x", "status.ips = [10.0.0.1]").await;
    let dual = "spec.ipFamilies = [IPv4, IPv6]; spec.ips = [{value: 10.0.0.1}, {value: 'fd00::1'}]";
    space.create(NIC, "y", dual).await;
    space
        .until(NIC, "y", &format!("{IN_USE}; status.ips = ['fd00::1']"))
        .await;
}

#[tokio::test]
async fn addresses_are_compared_as_addresses() {
    let space = Space::with_network().await;
    space.interface("x", "2001:DB8::1", "").await;
    space.until(NIC, "x", "status.ips = ['2001:db8::1']").await;
    space.interface("y", "2001:db8:0:0::1", "").await;
    space.until(NIC, "y", IN_USE).await;
}

#[tokio::test]
async fn one_address_may_be_used_in_two_networks() {
    let space = Space::with_network().await;
    space.create(NET, "net2", "").await;
    space.interface("x", "10.0.0.1", "").await;
    space
        .interface("y", "10.0.0.1", "spec.networkRef.name = net2")
        .await;
    for name in ["x", "y"] {
        space
            .until(
                NIC,
                name,
                "status.state = Available; status.ips = [10.0.0.1]",
            )
            .await;
    }
}

#[tokio::test]
async fn prefixes_and_virtual_ips_hold_no_address() {
    let space = Space::with_network().await;
    space.create(VIP, "v", "").await;
    space.report(VIP, "v", "status.ip = 10.0.0.2").await;
    space
        .interface(
            "x",
            "10.0.0.1",
            "spec.prefixes = [{value: 10.0.0.3/32}]; spec.virtualIP.virtualIPRef.name = v",
        )
        .await;
    space.until(NIC, "x", "status.virtualIP = 10.0.0.2").await;
    for address in ["10.0.0.2", "10.0.0.3"] {
        let name = format!("y{}", address.replace('.', "-"));
        space
            .interface(&name, address, "spec.prefixes = [{value: 10.0.0.3/32}]")
            .await;
        space.until(NIC, &name, "status.state = Available").await;
    }
}
