// SPDX-License-Identifier: Apache-2.0

//! The controller killed, the API server restarted, watches that expire, many machines at once: nothing is lost,
//! nothing is double.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use kube::api::{DeleteParams, ListParams};
use rustix::process::Signal;

use crate::support::controller::Controller;
use crate::support::plane::{Turn, start};
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::{at, check, entries, ip, makes, uses};
use crate::support::wait::eventually;

fn name(machine: u32) -> String {
    format!("m{machine}")
}

fn address(generation: u32, machine: u32) -> String {
    format!("10.{generation}.{}.{}", machine / 250, machine % 250)
}

/// Stores this many machines of one interface each.
async fn store(space: &Space, machines: u32) {
    let one = |machine| async move {
        space
            .machine(&name(machine), &[makes("e", &ip(&address(0, machine)))])
            .await
    };
    stream::iter(0..machines)
        .map(one)
        .buffer_unordered(16)
        .for_each(|_| async {})
        .await;
}

/// Gives the interface of each of them another address.
async fn change(space: &Space, machines: u32, generation: u32) {
    let one = |machine| async move {
        let declared = entries(&[makes("e", &ip(&address(generation, machine)))]);
        space.change(MACHINE, &name(machine), &declared).await
    };
    stream::iter(0..machines)
        .map(one)
        .buffer_unordered(16)
        .for_each(|_| async {})
        .await;
}

/// Waits until there are exactly the interfaces of these machines, each Available with its address; answers their UIDs.
async fn until_done(space: &Space, machines: u32, generation: u32) -> BTreeSet<String> {
    let expected: BTreeMap<_, _> = (0..machines)
        .map(|machine| {
            (
                format!("{}-e", name(machine)),
                format!("Available {}", address(generation, machine)),
            )
        })
        .collect();
    eventually("all interfaces are as declared", || async {
        let all = space.list(NIC).await;
        let text = |object, path| at(object, path).as_str().unwrap_or_default().to_owned();
        let found: BTreeMap<_, _> = all
            .iter()
            .map(|nic| {
                (
                    text(nic, "metadata.name"),
                    format!(
                        "{} {}",
                        text(nic, "status.state"),
                        text(nic, "status.ips.0")
                    ),
                )
            })
            .collect();
        if found == expected {
            return Ok(all.iter().map(|nic| text(nic, "metadata.uid")).collect());
        }
        let wrong = expected
            .iter()
            .find(|(name, is)| found.get(*name) != Some(is));
        Err(format!("{} of {}; {wrong:?}", found.len(), expected.len()))
    })
    .await
}

/// Waits until at least so many requests like this one were answered about the namespace.
async fn until_at_work(turn: &Turn, space: &Space, what: &str, count: usize) {
    eventually("the controller is at work", || async {
        let done = turn
            .requests(space)
            .iter()
            .filter(|asked| asked.what() == what)
            .count();
        if done >= count { Ok(()) } else { Err(done) }
    })
    .await;
}

async fn delete_all(space: &Space, of: &str) {
    let deleted = space
        .api(of)
        .delete_collection(&DeleteParams::default(), &ListParams::default())
        .await;
    deleted.expect("a collection that is being deleted");
}

async fn until_empty(space: &Space) {
    eventually("all is gone", || async {
        let (machines, interfaces) = (space.list(MACHINE).await.len(), space.list(NIC).await.len());
        if machines + interfaces == 0 {
            Ok(())
        } else {
            Err(format!("{machines} and {interfaces}"))
        }
    })
    .await;
}

#[tokio::test]
async fn killed_between_writes_and_started_again_it_loses_nothing_and_makes_nothing_twice() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    store(&space, 300).await;
    for made in [20, 80, 160] {
        let controller = Controller::launch(turn.kubeconfig(), &[]);
        until_at_work(&turn, &space, "create networkinterfaces 201", made).await;
        controller.kill().await;
    }
    let controller = turn.controller(&[]).await;
    let uids = until_done(&space, 300, 0).await;
    // Of those that were under way when it was killed, the log tells no code.
    let mut made = BTreeSet::new();
    for asked in turn.requests(&space) {
        let what = asked.what();
        assert!(!what.starts_with("delete"), "{asked:?}");
        assert!(
            what != "create networkinterfaces 201" || made.insert(asked.target()),
            "{asked:?}: twice"
        );
    }
    controller.kill().await;

    change(&space, 300, 1).await;
    for repaired in [20, 80, 160] {
        let controller = Controller::launch(turn.kubeconfig(), &[]);
        until_at_work(&turn, &space, "patch networkinterfaces 200", repaired).await;
        controller.kill().await;
    }
    let controller = turn.controller(&[]).await;
    assert_eq!(until_done(&space, 300, 1).await, uids, "none was replaced");
    controller.kill().await;

    for machine in 0..300 {
        space
            .change(MACHINE, &name(machine), "spec.networkInterfaces -")
            .await;
    }
    for removed in [20, 80, 160] {
        let controller = Controller::launch(turn.kubeconfig(), &[]);
        until_at_work(&turn, &space, "delete networkinterfaces 200", removed).await;
        controller.kill().await;
    }
    let _controller = turn.controller(&[]).await;
    until_done(&space, 0, 1).await;
    delete_all(&space, MACHINE).await;
}

#[tokio::test]
async fn a_thousand_machines_are_created_changed_and_deleted_at_once() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn.controller(&[]).await;
    store(&space, 1000).await;
    let uids = until_done(&space, 1000, 0).await;
    change(&space, 1000, 1).await;
    assert_eq!(until_done(&space, 1000, 1).await, uids, "none was replaced");
    let requests = turn.requests(&space);
    let creates = requests
        .iter()
        .filter(|asked| asked.what().starts_with("create networkinterfaces"));
    assert_eq!(creates.count(), 1000, "none was made twice");
    // Watches of two kinds are not ordered: one that is seen to go before its machine may be made once more, and then
    // goes the same way.
    delete_all(&space, MACHINE).await;
    until_empty(&space).await;
}

#[tokio::test]
async fn an_api_server_that_is_restarted_under_it_costs_nothing() {
    let mut turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&[]).await;
    store(&space, 300).await;
    until_at_work(&turn, &space, "create networkinterfaces 201", 20).await;
    turn.plane
        .restart_api_server()
        .await
        .expect("an API server");
    let space = space.with_client(turn.client().await);
    until_done(&space, 300, 0).await;
    // And it still watches.
    change(&space, 300, 1).await;
    until_done(&space, 300, 1).await;
    space
        .interface("x", "10.9.0.1", "spec.virtualIP.virtualIPRef.name = v")
        .await;
    space.create(VIP, "v", "").await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    space.report(NET, "net", "status.state = Pending").await;
    space
        .until(NIC, "x", "status.conditions.0.reason = NetworkPending")
        .await;
    drop(controller);
    delete_all(&space, MACHINE).await;
}

#[tokio::test]
async fn what_happens_while_its_watches_expire_is_not_missed() {
    let mut turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&[]).await;
    space.interface("x", "10.1.0.1", "").await;
    space.machine("holder", &[uses("x")]).await;
    store(&space, 10).await;
    space.until(NIC, "x", "spec.machineRef.name = holder").await;
    space.until(NIC, "m9-e", "status.state = Available").await;

    // Not a word more by the watches that it has,
    controller.signal(Signal::STOP);
    turn.plane
        .restart_api_server()
        .await
        .expect("an API server");
    let space = space.with_client(turn.client().await);
    space.delete(MACHINE, "holder").await;
    space.delete(NIC, "m0-e").await;
    space.delete(MACHINE, "m1").await;
    space
        .change(MACHINE, "m2", &entries(&[makes("e", &ip("10.0.1.2"))]))
        .await;
    space.machine("new", &[makes("e", &ip("10.0.1.3"))]).await;
    // nor by new ones: the API server's memory goes with it, etcd's with the compaction.
    turn.plane.compact_etcd().await.expect("a compaction");
    turn.plane
        .restart_api_server()
        .await
        .expect("an API server");
    controller.signal(Signal::CONT);
    // The garbage collector puts off by minutes what failed while there was no API server.
    let restarted = turn.plane.restart_controller_manager().await;
    restarted.expect("a controller manager");

    let space = space.with_client(turn.client().await);
    space.until(NIC, "x", "spec.machineRef -").await;
    space.until(NIC, "m0-e", "status.state = Available").await;
    space.until_gone(NIC, "m1-e").await;
    space.until(NIC, "m2-e", "status.ips = [10.0.1.2]").await;
    space.until(NIC, "new-e", "status.state = Available").await;
    assert!(
        controller.log().contains("expired: listing again"),
        "no watch was answered 410"
    );
}

#[tokio::test]
async fn an_api_server_without_watch_list_is_listed_page_by_page() {
    let plane = start(|options| options.feature_gates = vec!["WatchList=false".into()]).await;
    let controller = Controller::start(plane.kubeconfig(), &[]).await;
    let space = Space::on(
        plane.client().await.expect("a client"),
        controller.log_file(),
    )
    .await;
    space.create(NET, "net", "").await;
    store(&space, 20).await;
    let uids = until_done(&space, 20, 0).await;
    // What is there already comes by the list.
    controller.kill().await;
    change(&space, 20, 1).await;
    let controller = Controller::start(plane.kubeconfig(), &[]).await;
    assert_eq!(until_done(&space, 20, 1).await, uids);
    assert!(
        controller
            .log()
            .contains("does not support streaming lists")
    );
    plane.stop().await;
}

#[tokio::test]
async fn a_status_goes_to_available_by_one_write_and_stays() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&[]).await;
    store(&space, 100).await;
    until_done(&space, 100, 0).await;
    // Whatever makes it look again, a start too, writes nothing.
    space
        .change(NET, "net", "metadata.labels.some = change")
        .await;
    controller.kill().await;
    let _controller = turn.controller(&[]).await;
    space.machine("last", &[makes("e", &ip("10.9.0.1"))]).await;
    let last = space.until(NIC, "last-e", "status.state = Available").await;
    check(&last, "status.ips = [10.9.0.1]");
    let requests = turn.requests(&space);
    let writes = requests
        .iter()
        .filter(|asked| asked.what().starts_with("patch networkinterfaces/status"));
    let mut by_name = BTreeMap::new();
    for write in writes {
        *by_name.entry(write.name().to_owned()).or_insert(0) += 1;
    }
    let flapping: Vec<_> = by_name.iter().filter(|(_, writes)| **writes != 1).collect();
    assert_eq!((by_name.len(), flapping), (101, vec![]));
}
