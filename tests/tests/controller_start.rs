// SPDX-License-Identifier: Apache-2.0

//! What a controller finds at its start: decided by age where many ask for one thing. And its flags.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::PostParams;
use serde_json::{Value, json};

use crate::support::controller::Controller;
use crate::support::plane::{Turn, start};
use crate::support::space::{MACHINE, NET, NIC, PREFIX, Space, VIP};
use crate::support::text::{UNSEEN, at, check, entries, ip, makes, uses};
use crate::support::wait::eventually;

const REFERS: &str = "spec.virtualIP.virtualIPRef.name = v";

/// Waits until an object made now is younger by `creationTimestamp` than this one.
async fn pass_a_second_after(object: &Value) {
    let created = at(object, "metadata.creationTimestamp").to_string();
    eventually("the next second", || async {
        let now = k8s_openapi::jiff::Timestamp::now()
            .strftime("\"%Y-%m-%dT%H:%M:%SZ\"")
            .to_string();
        if now > created { Ok(()) } else { Err(now) }
    })
    .await;
}

#[tokio::test]
async fn the_older_of_two_new_machines_has_the_name() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let older = space.machine("a-b", &[makes("c", &ip("10.0.0.1"))]).await;
    pass_a_second_after(&older).await;
    space.machine("a", &[makes("b-c", &ip("10.0.0.2"))]).await;
    let _controller = turn.controller(&[]).await;
    space
        .until(
            NIC,
            "a-b-c",
            "spec.machineRef.name = a-b; status.ips = [10.0.0.1]",
        )
        .await;
    space
        .warned(
            "Machine a",
            "NameTaken",
            "NetworkInterface a-b-c of Machine a-b",
        )
        .await;
    space.was_not_told("Machine a-b", "NameTaken").await;
}

#[tokio::test]
async fn the_oldest_machine_that_names_an_interface_gets_it() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let older = space.machine("z", &[uses("x")]).await;
    pass_a_second_after(&older).await;
    space.machine("a", &[uses("x")]).await;
    space.interface("x", "10.0.0.1", "").await;
    let _controller = turn.controller(&[]).await;
    space.until(NIC, "x", "spec.machineRef.name = z").await;
    space
        .warned("Machine a", "InterfaceTaken", "Machine z")
        .await;
}

#[tokio::test]
async fn of_machines_of_one_second_the_lesser_uid_gets_the_interface() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    // Till two of them are of one second; the rest asks for another interface.
    let pair = eventually("two machines of one second", || async {
        let name = |letter: &str| format!("{letter}{}", std::process::id());
        let (a, b) = (
            space.machine(&name("a"), &[uses("x")]).await,
            space.machine(&name("b"), &[uses("x")]).await,
        );
        if at(&a, "metadata.creationTimestamp") == at(&b, "metadata.creationTimestamp") {
            return Ok([a, b]);
        }
        space.delete(MACHINE, &name("a")).await;
        space.delete(MACHINE, &name("b")).await;
        Err("they are not")
    })
    .await;
    space.interface("x", "10.0.0.1", "").await;
    let _controller = turn.controller(&[]).await;
    let uid = pair
        .iter()
        .map(|machine| at(machine, "metadata.uid").as_str().unwrap().to_owned())
        .min()
        .unwrap();
    space
        .until(NIC, "x", &format!("spec.machineRef.uid = {uid}"))
        .await;
}

#[tokio::test]
async fn the_oldest_interface_that_names_a_virtual_ip_gets_it() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let older = space.interface("z", "10.0.0.1", REFERS).await;
    pass_a_second_after(&older).await;
    space.interface("a", "10.0.0.2", REFERS).await;
    space.create(VIP, "v", "").await;
    let _controller = turn.controller(&[]).await;
    space.until(VIP, "v", "spec.targetRef.name = z").await;
    space
        .warned("NetworkInterface a", "VirtualIPTaken", "NetworkInterface z")
        .await;
}

/// Interfaces `z`, the older, and `a`, both of one address, with these statuses.
async fn contended(space: &Space, z: &str, a: &str) {
    let older = space.interface("z", "10.0.0.1", "").await;
    pass_a_second_after(&older).await;
    space.interface("a", "10.0.0.1", "").await;
    space.report(NIC, "z", z).await;
    space.report(NIC, "a", a).await;
}

#[tokio::test]
async fn an_address_that_nobody_or_several_show_belongs_to_the_oldest_that_asks() {
    let turn = Turn::take().await;
    let (nobody, several) = (turn.space().await, turn.space().await);
    contended(&nobody, "status.state = Pending", "status.state = Pending").await;
    contended(
        &several,
        "status.ips = [10.0.0.1]",
        "status.ips = [10.0.0.1]",
    )
    .await;
    let _controller = turn.controller(&[]).await;
    for space in [nobody, several] {
        space
            .until(
                NIC,
                "z",
                "status.state = Available; status.ips = [10.0.0.1]",
            )
            .await;
        space
            .until(NIC, "a", "status.state = Error; status.ips -")
            .await;
        space
            .warned("NetworkInterface a", "AddressInUse", "NetworkInterface z")
            .await;
    }
}

#[tokio::test]
async fn an_address_that_one_shows_stays_with_it_across_a_start() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    contended(&space, "status.state = Pending", "status.ips = [10.0.0.1]").await;
    let _controller = turn.controller(&[]).await;
    space
        .until(
            NIC,
            "a",
            "status.state = Available; status.ips = [10.0.0.1]",
        )
        .await;
    space
        .until(NIC, "z", "status.state = Error; status.ips -")
        .await;
}

#[tokio::test]
async fn with_replace_interfaces_always_an_attached_interface_is_replaced() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    let _controller = turn.controller(&["--replace-interfaces=always"]).await;
    space.until(NIC, "a-e", "status.state = Available").await;
    let attached = space.change(NIC, "a-e", "spec.providerID = p").await;
    space
        .change(MACHINE, "a", &entries(&[makes("e", &ip("2001:db8::1"))]))
        .await;
    space
        .until_new(
            NIC,
            &attached,
            "status.ips = ['2001:db8::1']; spec.providerID -",
        )
        .await;
    space
        .noted("Machine a", "InterfaceReplaced", "interface a-e")
        .await;
}

#[tokio::test]
async fn with_external_status_all_of_it_is_left_alone_and_all_else_goes_on() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    space
        .machine("a", &[makes("e", &ip("10.0.0.1")), uses("x")])
        .await;
    space.create(VIP, "v", "").await;
    space.interface("x", "10.0.0.2", REFERS).await;
    let _controller = turn
        .controller(&["--network-interface-status=external"])
        .await;
    space.until(NIC, "a-e", "spec.machineRef.name = a").await;
    space.until(NIC, "x", "spec.machineRef.name = a").await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    let theirs = "status.state = Error; status.ips = [10.9.9.9]";
    space.report(NIC, "a-e", theirs).await;
    space
        .change(
            MACHINE,
            "a",
            &entries(&[makes("e", &ip("10.0.0.3")), makes("f", &ip("10.0.0.4"))]),
        )
        .await;
    space
        .until(NIC, "a-e", "spec.ips = [{value: 10.0.0.3}]")
        .await;
    space.until(NIC, "a-f", "").await;
    space.until(NIC, "x", "spec.machineRef -").await;
    check(&space.get(NIC, "a-e").await, &format!("{theirs}; {UNSEEN}"));
    check(
        &space.get(NIC, "x").await,
        &format!("status.state = Pending; status.ips -; {UNSEEN}"),
    );
    // Its users are told all the same what can't be had.
    space.report(NET, "net", "status.state = Error").await;
    space
        .warned("NetworkInterface x", "NetworkError", "Network net")
        .await;
}

#[tokio::test]
async fn who_gains_what_another_has_let_go_of_waits_without_a_warning() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&[]).await;
    space.create(VIP, "v", "").await;
    space.report(VIP, "v", "status.ip = 192.0.2.1").await;
    space.interface("x", "10.0.0.1", REFERS).await;
    space.interface("y", "10.0.0.2", "").await;
    space.interface("n", "10.0.0.3", "").await;
    space.machine("a", &[uses("n")]).await;
    space.until(NIC, "y", "status.state = Available").await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    space.until(NIC, "n", "spec.machineRef.name = a").await;
    controller.kill().await;
    // Both moves, before anybody looks.
    space.change(NIC, "x", "spec.virtualIP -").await;
    space.change(NIC, "y", REFERS).await;
    space.change(MACHINE, "a", "spec.networkInterfaces -").await;
    space.machine("b", &[uses("n")]).await;
    let _controller = turn.controller(&[]).await;
    space
        .until(
            NIC,
            "y",
            "status.state = Available; status.virtualIP = 192.0.2.1",
        )
        .await;
    space.until(NIC, "n", "spec.machineRef.name = b").await;
    space.settle().await;
    space
        .was_not_told("NetworkInterface y", "VirtualIPTaken")
        .await;
    space.was_not_told("Machine b", "InterfaceTaken").await;
    let requests = turn.requests(&space);
    let error = requests
        .iter()
        .find(|asked| asked.body()["status"]["state"] == "Error");
    assert!(error.is_none(), "{error:?}");
}

#[tokio::test]
async fn with_external_status_who_loses_is_told_and_who_waits_is_not() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    space.create(VIP, "v", "").await;
    let _controller = turn
        .controller(&["--network-interface-status=external"])
        .await;
    space.interface("x", "10.0.0.1", REFERS).await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    // It waits for an address, and has for long: that is for whoever writes its status to say. What it shows it holds,
    // whichever of the two that ask for it came first within a second.
    let theirs = &format!(
        "status.state = Pending; status.ips = [10.0.0.1]; status.lastStateTransitionTime = '2020-01-01T00:00:00Z'; {UNSEEN}"
    );
    space.report(NIC, "x", theirs).await;
    space.interface("y", "10.0.0.2", REFERS).await;
    space.interface("z", "10.0.0.1", "").await;
    space
        .warned("NetworkInterface y", "VirtualIPTaken", "NetworkInterface x")
        .await;
    space
        .warned("NetworkInterface z", "AddressInUse", "NetworkInterface x")
        .await;
    space.was_not_told("NetworkInterface x", "Waiting").await;
    check(&space.get(NIC, "x").await, theirs);
    for loser in ["y", "z"] {
        check(
            &space.get(NIC, loser).await,
            &format!("status.state = Pending; status.ips -; {UNSEEN}"),
        );
    }
}

#[tokio::test]
async fn with_duplicate_addresses_allowed_nobody_looks() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn.controller(&["--duplicate-addresses=allow"]).await;
    for name in ["x", "y"] {
        space.interface(name, "10.0.0.1", "").await;
        space
            .until(
                NIC,
                name,
                "status.state = Available; status.ips = [10.0.0.1]",
            )
            .await;
    }
}

/// What IronCore's API has beside this one.
fn their_definition() -> CustomResourceDefinition {
    let definition = json!({
        "metadata": { "name": "prefixallocations.ipam.ironcore.dev" },
        "spec": {
            "group": "ipam.ironcore.dev", "scope": "Namespaced",
            "names": { "kind": "PrefixAllocation", "plural": "prefixallocations" },
            "versions": [{
                "name": "v1alpha1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object" } },
            }],
        },
    });
    serde_json::from_value(definition).expect("a definition")
}

#[tokio::test]
async fn beside_ironcores_allocator_it_writes_nothing_and_ends_until_told_that_another_allocates() {
    let plane = start(|_| ()).await;
    let client = plane.client().await.expect("a client");
    let definitions = Api::<CustomResourceDefinition>::all(client.clone());
    let theirs = their_definition();
    let created = definitions.create(&PostParams::default(), &theirs).await;
    created.expect("a definition");
    eventually("IronCore's kind is served", || async {
        let version = "ipam.ironcore.dev/v1alpha1";
        let served = client.list_api_group_resources(version).await?.resources;
        let theirs = served.iter().any(|kind| kind.name == "prefixallocations");
        theirs
            .then_some(())
            .ok_or_else(|| anyhow::anyhow!("{served:?}"))
    })
    .await;
    let external = ["--prefix-allocation=external"];
    let controller = Controller::start(plane.kubeconfig(), &external).await;
    let space = Space::on(client.clone(), controller.log_file()).await;
    space
        .create(PREFIX, "p", "spec = {prefix: 10.0.0.0/24}")
        .await;
    space.machine("m", &[makes("e", &ip("10.0.0.1"))]).await;
    space.until(NIC, "m-e", "spec.machineRef.name = m").await;
    controller.kill().await;

    let (status, log) = Controller::launch(plane.kubeconfig(), &[]).ended().await;
    assert!(!status.success(), "{log}");
    let told = "start with --prefix-allocation=external";
    assert!(log.contains(told), "{log}");
    check(&space.get(PREFIX, "p").await, UNSEEN);
}
