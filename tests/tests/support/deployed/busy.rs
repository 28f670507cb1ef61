// SPDX-License-Identifier: Apache-2.0

//! What has the controller use all of its rights: objects by which every kind of request is made.

use super::{Cluster, NAMESPACE};
use crate::support::controller::Controller;
use crate::support::space::{MACHINE, NET, NIC, PREFIX, Space, VIP};
use crate::support::text::{entries, ip, makes, uses};
use crate::support::wait::eventually;

const NOBODY: &str = "{name: gone, uid: 11111111-2222-3333-4444-555555555555}";

/// Refers to what is not there, of every kind.
pub(crate) async fn refer_to_nothing(space: &Space) {
    let nowhere = "spec.networkRef.name = nowhere; spec.virtualIP.virtualIPRef.name = nowhere";
    space.interface("lost", "10.0.0.9", nowhere).await;
    let child = "spec = {ipFamily: IPv4, prefixLength: 24, parentRef: {name: nowhere}}";
    space.create("Prefix", "lost", child).await;
    space.machine("lost", &[uses("nowhere")]).await;
}

/// Objects by which every kind of the controller's requests is made.
pub(crate) async fn keep_busy(space: &Space) {
    space.create(NET, "net", "").await;
    let held = format!("spec.machineRef = {NOBODY}");
    space.interface("x", "10.0.0.1", &held).await;
    let held = format!("spec.targetRef = {NOBODY}");
    space.create(VIP, "v", &held).await;
    // Children of an interface are made, changed and deleted.
    let labelled = |label: &str| {
        let metadata = format!("metadata: {{labels: {{is: {label}}}}}");
        let prefix = format!(
            "{{prefixTemplate: {{{metadata}, spec: {{ipFamily: IPv4, parentRef: {{name: nowhere}}, prefixLength: 24}}}}}}"
        );
        let vip = format!(
            "{{virtualIPTemplate: {{{metadata}, spec: {{type: Public, ipFamily: IPv4}}}}}}"
        );
        format!("spec.prefixes = [{{ephemeral: {prefix}}}]; spec.virtualIP = {{ephemeral: {vip}}}")
    };
    space.interface("own", "10.0.0.8", &labelled("made")).await;
    for label in ["made", "changed"] {
        space.change(NIC, "own", &labelled(label)).await;
        for (of, name) in [(PREFIX, "own-pf-0"), (VIP, "own")] {
            let expected = format!("metadata.labels.is = {label}");
            space.until(of, name, &expected).await;
        }
    }
    let none = "spec.prefixes = []; spec.virtualIP -";
    space.change(NIC, "own", none).await;
    for (of, name) in [(PREFIX, "own-pf-0"), (VIP, "own")] {
        space.until_gone(of, name).await;
    }
    space.until(NIC, "x", "spec.machineRef -").await;
    space.until(VIP, "v", "spec.targetRef -").await;

    // Made, repaired, removed; and one whose name is taken, which is told.
    space.interface("a-taken", "10.0.0.2", "").await;
    let made = [
        makes("keep", &ip("10.0.0.3")),
        makes("go", &ip("10.0.0.4")),
        makes("taken", &ip("10.0.0.5")),
    ];
    space.machine("a", &made).await;
    space.until(NIC, "a-keep", "status.state = Available").await;
    space.until(NIC, "a-go", "status.state = Available").await;
    space.warned("Machine a", "NameTaken", "a-taken").await;
    let fewer = [
        makes("keep", &ip("10.0.0.6")),
        makes("taken", &ip("10.0.0.5")),
    ];
    space.change(MACHINE, "a", &entries(&fewer)).await;
    space.until(NIC, "a-keep", "status.ips = [10.0.0.6]").await;
    space.until_gone(NIC, "a-go").await;
}

/// Has the controller use its rights on public addresses: one is handed out, and taken back. The pool is made once.
pub(crate) async fn hand_out_an_address(cluster: &Cluster, space: &Space) {
    let pools = cluster.space_called(NAMESPACE).await;
    if pools.find(PREFIX, "public").await.is_none() {
        let pool = "metadata.labels = {ni.ironcore.dev/public-pool: ''}";
        pools.root("public", "203.0.113.0/24", pool).await;
    }
    let virtual_ip = space.create(VIP, "public", "").await;
    let uid = virtual_ip["metadata"]["uid"].as_str().expect("a uid");
    pools.until(PREFIX, uid, "status.phase = Allocated").await;
    eventually("it has an address", || async {
        let virtual_ip = space.get(VIP, "public").await;
        let has = virtual_ip["status"]["ip"].is_string();
        has.then_some(()).ok_or("none")
    })
    .await;
    space.delete(VIP, "public").await;
    pools.until_gone(PREFIX, uid).await;
}

/// Until the one that took over has told again, by the same Event, what [`keep_busy`] has the first tell.
pub(crate) async fn until_told_again(space: &Space, by: &Controller) {
    eventually("the same Event again", || async {
        let told = space.warned("Machine a", "NameTaken", "a-taken").await;
        if told.count > 1 {
            Ok(())
        } else {
            Err(format!("{told:?}\n{}", by.log()))
        }
    })
    .await;
}
