// SPDX-License-Identifier: Apache-2.0

//! The controller and the webhook together.

use crate::support::judged::Own;
use crate::support::plane::shared;
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::{check, makes, uses};

/// All that the controller writes passes, with references denied as well, and what users leave open is settled once.
#[tokio::test]
async fn a_machine_gets_its_interfaces_through_the_webhook() {
    let (plane, _) = shared().await;
    let space = Space::new().await;
    let _own = Own::start(
        plane.kubeconfig(),
        &space,
        &["--network-references=deny", "--controller-user=admin"],
    )
    .await;
    space.create(NET, "net", "").await;
    space.create(VIP, "v", "").await;
    space.create(NIC, "x", "spec.ipFamilies -; spec.ips = [{value: 10.0.0.2}]; spec.virtualIP.virtualIPRef.name = v").await;
    space
        .machine(
            "m",
            &[
                makes("e", "ips: [{value: 10.0.0.1}, {value: '2001:DB8::1'}]"),
                uses("x"),
            ],
        )
        .await;

    let made = space
        .until(
            NIC,
            "m-e",
            "status.state = Available; spec.machineRef.name = m",
        )
        .await;
    check(
        &made,
        "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = '2001:DB8::1'; status.ips = [10.0.0.1, '2001:db8::1']",
    );
    space
        .until(
            NIC,
            "x",
            "spec.machineRef.name = m; spec.ipFamilies = [IPv4]",
        )
        .await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    space.report(VIP, "v", "status.ip = 198.51.100.1").await;
    space
        .until(
            NIC,
            "x",
            "status.state = Available; status.virtualIP = 198.51.100.1",
        )
        .await;

    // Repaired, replaced, released, removed.
    space
        .change(
            NIC,
            "m-e",
            "spec.ips = [{value: 10.0.0.9}, {value: '2001:db8::1'}]",
        )
        .await;
    space.until(NIC, "m-e", "spec.ips.0.value = 10.0.0.1").await;
    let families = makes("e", "ips: [{value: 10.0.0.1}]");
    space
        .change(
            MACHINE,
            "m",
            &crate::support::text::entries(&[families, uses("x")]),
        )
        .await;
    space
        .until_new(
            NIC,
            &made,
            "spec.ipFamilies = [IPv4]; status.state = Available",
        )
        .await;
    space.change(MACHINE, "m", "spec.networkInterfaces -").await;
    space.until_gone(NIC, "m-e").await;
    space.until(NIC, "x", "spec.machineRef -").await;
    assert_eq!(space.complaints(), [""; 0]);
}
