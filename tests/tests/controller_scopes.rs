// SPDX-License-Identifier: Apache-2.0

//! A controller for some namespaces: `--namespaces`.

use rustix::process::Signal;

use crate::support::controller::{Controller, plan_with};
use crate::support::plane::{Asked, Turn};
use crate::support::space::{MACHINE, NIC, Space, VIP};
use crate::support::text::{UNSEEN, check, entries, ip, makes, uses};
use crate::support::wait::eventually;

fn flag(spaces: &[Space; 2]) -> String {
    let [a, b] = spaces;
    format!("--namespaces={},{}", a.name, b.name)
}

/// A machine that makes an interface and claims another, which claims a virtual IP.
async fn store(space: &Space) {
    let on_it = "spec.virtualIP.virtualIPRef.name = v";
    space.interface("x", "10.0.0.9", on_it).await;
    space.create(VIP, "v", "").await;
    let entries = [makes("e", &ip("10.0.0.1")), uses("x")];
    space.machine("m", &entries).await;
}

/// Waits until the world holds so many of a kind.
async fn until_known(controller: &Controller, kind: &str, count: u64) {
    let sample = format!("ni_world_objects{{kind=\"{kind}\"}}");
    eventually(&sample, || async {
        let known = controller.metric(&sample).await;
        if known == count { Ok(()) } else { Err(known) }
    })
    .await;
}

async fn restart(turn: &mut Turn) {
    let restarted = turn.plane.restart_api_server().await;
    restarted.expect("an API server");
}

#[tokio::test]
async fn namespaces_that_are_listed_anew_lose_nothing_and_others_are_left_alone() {
    let mut turn = Turn::take().await;
    let spaces = [turn.space().await, turn.space().await];
    let other = turn.space().await;
    let controller = turn.controller(&[&flag(&spaces)]).await;
    store(&other).await;
    for space in &spaces {
        store(space).await;
        space.until(NIC, "m-e", "status.state = Available").await;
        space.until(NIC, "x", "spec.machineRef.name = m").await;
        space.until(VIP, "v", "spec.targetRef.name = x").await;
        space.machine("goes", &[makes("e", &ip("10.0.0.2"))]).await;
        space.until(NIC, "goes-e", "status.state = Available").await;
    }

    // What changes in the first is not seen by the watches that there are,
    controller.signal(Signal::STOP);
    restart(&mut turn).await;
    let [first, second] = spaces.map(|space| space.name);
    let first = Space::called(turn.client().await, &first);
    first.delete(MACHINE, "goes").await;
    first.until_gone(NIC, "goes-e").await;
    let again = [makes("e", &ip("10.0.0.3")), uses("x")];
    first.change(MACHINE, "m", &entries(&again)).await;
    // nor by new ones: the API server's memory goes with it, etcd's with the compaction.
    turn.plane.compact_etcd().await.expect("a compaction");
    restart(&mut turn).await;
    controller.signal(Signal::CONT);

    let client = turn.client().await;
    let first = first.with_client(client.clone());
    let second = Space::called(client.clone(), &second);
    first.until(NIC, "m-e", "status.ips = [10.0.0.3]").await;
    assert!(
        controller.log().contains("expired: listing again"),
        "no watch was answered 410"
    );
    // Of the second, which nobody touched, all is known as before: it is followed, and nothing was written again.
    until_known(&controller, "Machine", 3).await;
    until_known(&controller, "NetworkInterface", 5).await;
    until_known(&controller, "VirtualIP", 2).await;
    until_known(&controller, "Network", 2).await;
    let fewer = entries(&[makes("e", &ip("10.0.0.1"))]);
    second.change(MACHINE, "m", &fewer).await;
    second.until(NIC, "x", "spec.machineRef -").await;
    let requests = turn.requests(&second).into_iter();
    let writes: Vec<_> = requests
        .filter(Asked::is_controllers)
        .filter(|asked| asked.target() == "m-e" || asked.target() == "goes-e")
        .map(|asked| asked.what())
        .collect();
    let expected = [
        "create networkinterfaces 201",
        "patch networkinterfaces/status 200",
    ];
    assert_eq!(writes, [expected, expected].concat());

    let other = other.with_client(client);
    assert!(!turn.requests(&other).iter().any(Asked::is_controllers));
    let left = other.get(NIC, "x").await;
    check(&left, &format!("spec.machineRef -; {UNSEEN}"));
    assert_eq!(other.list(NIC).await.len(), 1);
}

#[tokio::test]
async fn plan_tells_of_the_namespaces_that_it_is_given_and_of_no_others() {
    let turn = Turn::take().await;
    let spaces = [turn.space().await, turn.space().await];
    let other = turn.space().await;
    for space in spaces.iter().chain([&other]) {
        space.machine("m", &[makes("e", &ip("10.0.0.1"))]).await;
    }
    let planned = plan_with(turn.kubeconfig(), &[&flag(&spaces)]);
    for space in &spaces {
        let n = &space.name;
        let made = format!("create  NetworkInterface {n}/m-e (make for Machine {n}/m)");
        assert!(planned.contains(&made), "{planned}");
    }
    assert!(!planned.contains(&other.name), "{planned}");
}
