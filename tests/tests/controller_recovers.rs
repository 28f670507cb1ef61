// SPDX-License-Identifier: Apache-2.0

//! What stops the controller's writes for a while: a full quota, rights that are away, definitions that are. Once it is over,
//! all is done by itself.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::DeleteParams;
use xtask::crds;

use crate::support::controller::Controller;
use crate::support::kind;
use crate::support::plane::{Turn, start};
use crate::support::quota::{set_quota, until_full};
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::{at, entries, ip, makes, uses};
use crate::support::user::{ALL, grant, limited};
use crate::support::wait::eventually;

/// As long as a test waits for what is refused to be tried again.
const CAP: &str = "--retry-cap=2s";

#[tokio::test]
async fn what_a_full_quota_refuses_is_made_once_the_quota_is_raised() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    set_quota(&space, 1, 1).await;
    until_full(&space).await;
    let _controller = turn.controller(&[CAP]).await;
    let machine = space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    let told = space
        .warned("Machine a", "ChildRefused", "interface a-e")
        .await;
    assert!(told.note.contains("exceeded quota"), "{}", told.note);
    set_quota(&space, 2, 1).await;
    space.until(NIC, "a-e", "status.state = Available").await;
    assert_eq!(space.get(MACHINE, "a").await, machine);
}

#[tokio::test]
async fn a_replacement_under_a_full_quota_is_made_once_the_delete_is_counted() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn.controller(&[CAP]).await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    let old = space.until(NIC, "a-e", "status.state = Available").await;
    set_quota(&space, 1, 1).await;
    until_full(&space).await;
    let fixed = format!("{}, attributes: {{k: v}}", ip("10.0.0.1"));
    space
        .change(MACHINE, "a", &entries(&[makes("e", &fixed)]))
        .await;
    space.until_gone(NIC, "a-e").await;
    space
        .warned("Machine a", "ChildRefused", "interface a-e")
        .await;
    set_quota(&space, 1, 0).await;
    space
        .until_new(
            NIC,
            &old,
            "status.state = Available; spec.attributes = {k: v}",
        )
        .await;
}

#[tokio::test]
async fn what_is_refused_while_rights_are_away_is_done_when_they_are_back() {
    let turn = Turn::take().await;
    let (space, client) = (turn.space().await, turn.client().await);
    let kubeconfig = limited(&turn, "robbed", &ALL).await;
    let controller = Controller::start(&kubeconfig, &[CAP]).await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    space.until(NIC, "a-e", "status.state = Available").await;
    let none: [&str; 3] = ["get", "list", "watch"];
    grant(&client, "robbed", &none).await;

    // A child, a repair, claims of both kinds, a status.
    space
        .change(
            MACHINE,
            "a",
            &entries(&[
                makes("e", &ip("10.0.0.2")),
                makes("f", &ip("10.0.0.3")),
                uses("x"),
            ]),
        )
        .await;
    space.create(VIP, "v", "").await;
    space
        .interface("x", "10.0.0.4", "spec.virtualIP.virtualIPRef.name = v")
        .await;
    space.interface("y", "10.0.0.5", "").await;
    let machine = space.get(MACHINE, "a").await;
    eventually("all of it was refused", || async {
        let log = controller.log();
        let refused = |what: &str| {
            let mut lines = log.lines();
            lines.any(|line| {
                line.contains(what) && line.contains(&space.name) && line.contains("refused")
            })
        };
        let purposes = ["make", "repair", "claim", "status"].map(|p| format!("purpose=\"{p}\""));
        let all = purposes.iter().all(|purpose| refused(purpose));
        all.then_some(()).ok_or(log)
    })
    .await;
    grant(&client, "robbed", &ALL).await;
    for (name, expected) in [
        ("a-e", "status.ips = [10.0.0.2]; status.state = Available"),
        ("a-f", "status.state = Available"),
        ("x", "spec.machineRef.name = a"),
        ("y", "status.state = Available"),
    ] {
        space.until(NIC, name, expected).await;
    }
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    assert_eq!(space.get(MACHINE, "a").await, machine);
}

#[tokio::test]
async fn a_definition_that_is_deleted_and_applied_again_has_its_interfaces_made_again() {
    let plane = start(|_| ()).await;
    let controller = Controller::start(plane.kubeconfig(), &[CAP]).await;
    let client = plane.client().await.expect("a client");
    let space = Space::on(client.clone(), controller.log_file()).await;
    space.create(NET, "net", "").await;
    let declared = [1, 2, 3].map(|n| makes(&format!("e{n}"), &ip(&format!("10.0.0.{n}"))));
    space.machine("a", &declared).await;
    let names = ["a-e1", "a-e2", "a-e3"];
    let mut old = Vec::new();
    for name in names {
        old.push(space.until(NIC, name, "status.state = Available").await);
    }
    let api = Api::<CustomResourceDefinition>::all(client.clone());
    let name = kind(NIC).crd_name();
    api.delete(&name, &DeleteParams::default())
        .await
        .expect("a delete");
    eventually("the definition is gone", || async {
        let found = api.get_opt(&name).await?;
        let gone = found.is_none();
        gone.then_some(())
            .ok_or_else(|| anyhow::anyhow!("it is there"))
    })
    .await;
    crds::install(&client).await.expect("definitions");
    for (name, old) in names.into_iter().zip(old) {
        let new = space.until(NIC, name, "status.state = Available").await;
        assert_ne!(at(&new, "metadata.uid"), at(&old, "metadata.uid"));
    }
}
