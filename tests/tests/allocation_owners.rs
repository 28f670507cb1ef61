// SPDX-License-Identifier: Apache-2.0

//! Whom prefixes belong to: outside systems, another allocator, an older definition.

use std::path::Path;

use serde_json::Value;
use xtask::crds;

use crate::support::controller::Controller;
use crate::support::kind;
use crate::support::plane::{ALLOCATES, Asked, Turn, start};
use crate::support::prefixes::{asking, of, of_pool, used};
use crate::support::space::{NIC, PREFIX, Space};
use crate::support::text::{at, check};
use crate::support::wait::eventually;

const THEIRS: &str = "metadata.annotations = {common.ironcore.dev/managed-by: them}";

#[tokio::test]
async fn what_an_outside_system_manages_is_not_written_and_what_it_names_or_has_is_not_granted() {
    let space = Space::new().await;
    space
        .create(
            PREFIX,
            "their-root",
            &format!("spec.prefix = 10.9.0.0/16; {THEIRS}"),
        )
        .await;
    space.root("p", "10.0.0.0/24", "").await;
    let asks = |what: &str| format!("spec = {}; {THEIRS}", asking(what, &of("p")));
    let theirs = [
        ("names", "10.0.0.0/28"),
        ("has", "10.0.0.16/28"),
        ("asks", "/28"),
    ];
    for (name, what) in theirs {
        space.create(PREFIX, name, &asks(what)).await;
    }
    space
        .report(PREFIX, "has", "status.phase = Allocated")
        .await;
    let mut before = Vec::new();
    for name in ["names", "has", "asks", "their-root"] {
        before.push(space.get(PREFIX, name).await);
    }
    space.granted("x", "/28", "p", "10.0.0.32/28").await;
    // A block that is named only is kept from first fit, and is no part of the record.
    space
        .until(PREFIX, "p", &used(&["10.0.0.16/28", "10.0.0.32/28"]))
        .await;
    for object in before {
        let name = object["metadata"]["name"].as_str().expect("a name");
        assert_eq!(space.get(PREFIX, name).await, object);
    }
}

#[tokio::test]
async fn a_parent_that_an_outside_system_manages_grants_nothing_until_it_does_no_longer() {
    let space = Space::new().await;
    space
        .create(
            PREFIX,
            "p",
            &format!("spec.prefix = 10.0.0.0/24; {THEIRS}; metadata.labels.pool = blue"),
        )
        .await;
    let parent = space.report(PREFIX, "p", "status.phase = Allocated").await;
    space.ask("named", "/32", &of("p")).await;
    let why = "waits for Prefix p, which an outside system manages";
    space
        .until_waits("named", "WaitsForParent", why, false)
        .await;
    space.ask("selecting", "/32", &of_pool("blue")).await;
    let why = "waits for a Prefix of family IPv4 that spec.parentSelector selects";
    space
        .until_waits("selecting", "WaitsForParent", why, false)
        .await;
    assert_eq!(space.get(PREFIX, "p").await, parent);
    space.change(PREFIX, "p", "metadata.annotations -").await;
    space.until_at_rest("p", 2).await;
}

#[tokio::test]
async fn with_an_allocator_outside_prefixes_are_made_for_interfaces_and_all_else_is_left_alone() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    space.create(PREFIX, "p", "spec.prefix = 10.0.0.0/24").await;
    space.ask("a", "/32", &of("p")).await;
    space
        .create(
            PREFIX,
            "going",
            "spec.prefix = 10.1.0.0/24; metadata.finalizers = [ipam.ironcore.dev/prefix]",
        )
        .await;
    space.delete(PREFIX, "going").await;
    let _controller = turn.controller(&["--prefix-allocation=external"]).await;
    let template =
        "{ephemeral: {prefixTemplate: {spec: {prefixLength: 32, parentRef: {name: p}}}}}";
    space
        .create(NIC, "x", &format!("spec.ips = [{template}]"))
        .await;
    let child = space.until(PREFIX, "x-0", "spec.parentRef.name = p").await;
    check(&child, "spec.prefix -; status.phase = Pending");
    // As the other allocator does it.
    space
        .change(PREFIX, "x-0", "spec.prefix = 10.0.0.7/32")
        .await;
    space
        .report(PREFIX, "x-0", "status.phase = Allocated")
        .await;
    space
        .until(
            NIC,
            "x",
            "status.state = Available; status.ips = [10.0.0.7]",
        )
        .await;
    for name in ["p", "a", "going"] {
        check(
            &space.get(PREFIX, name).await,
            "status.phase = Pending; status.observedGeneration -",
        );
    }
    let ours = turn.requests(&space);
    let ours = ours
        .iter()
        .filter(|asked| asked.is_controllers() && asked.what().contains("prefixes"));
    let ours: Vec<String> = ours.map(Asked::what).collect();
    assert_eq!(ours, ["create prefixes 201"]);
    space.change(PREFIX, "going", "metadata.finalizers -").await;
}

/// Installs the definition of Prefix, as it is or as it was before `pending` was in it; returns when the API server goes by it.
async fn define(space: &Space, with_pending: bool) {
    let mut definition = serde_json::to_value((kind(PREFIX).crd)()).expect("plain data");
    if !with_pending {
        let path = "/spec/versions/0/schema/openAPIV3Schema/properties/status/properties";
        let status = definition.pointer_mut(path).and_then(Value::as_object_mut);
        status
            .expect("properties")
            .remove("pending")
            .expect("pending");
    }
    let definition = serde_json::from_value(definition).expect("a definition");
    let installed = crds::install_these(&space.client, &[definition]).await;
    installed.expect("a definition that is taken");
    eventually("the API server goes by the definition", || async {
        let pending = "status.pending = [{prefix: 10.0.0.0/32, uid: u}]";
        let probe = space.report(PREFIX, "probe", pending).await;
        let kept = !at(&probe, "status.pending").is_null();
        space.report(PREFIX, "probe", "status.pending -").await;
        (kept == with_pending).then_some(()).ok_or(probe)
    })
    .await;
}

#[tokio::test]
async fn under_an_older_definition_nothing_is_granted_until_it_is_replaced() {
    let plane = start(|_| ()).await;
    let client = plane.client().await.expect("a client");
    let nobody = Space::on(client.clone(), Path::new("")).await;
    let of_others = format!("spec.prefix = 10.9.0.0/24; {THEIRS}");
    nobody.create(PREFIX, "probe", &of_others).await;
    define(&nobody, false).await;
    let controller = Controller::start(plane.kubeconfig(), &[ALLOCATES, "--retry-cap=2s"]).await;
    let space = Space::on(client, controller.log_file()).await;
    space.root("p", "10.0.0.0/24", "").await;
    space.ask("a", "/32", &of("p")).await;
    space.ask("b", "10.0.0.4/32", &of("p")).await;
    let older = "status.conditions.0.status = 'False'; status.conditions.0.reason = NotAsWritten";
    space.until(PREFIX, "p", older).await;
    let why = "waits for Prefix p, which can't record what it grants";
    for (name, block) in [("a", "spec.prefix -"), ("b", "spec.prefix = 10.0.0.4/32")] {
        let waits = space.until_waits(name, "WaitsForParent", why, false).await;
        check(&waits, block);
    }
    define(&nobody, true).await;
    space.until_granted("a", "10.0.0.0/32", "p").await;
    space.until_granted("b", "10.0.0.4/32", "p").await;
    let parent = space
        .until(PREFIX, "p", &used(&["10.0.0.0/32", "10.0.0.4/32"]))
        .await;
    check(
        &parent,
        "status.conditions.0.reason = Allocated; status.conditions.0.status = 'True'",
    );
    plane.stop().await;
}
