// SPDX-License-Identifier: Apache-2.0

//! Odd objects: one that does not decode among good ones; a namespace that is being deleted; owners that are gone.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use xtask::control_plane::ControlPlane;

use crate::support::controller::Controller;
use crate::support::kind;
use crate::support::plane::{Turn, start};
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::{check, entries, ip, makes, owned, uses};
use crate::support::wait::eventually;

/// Stores an object that the schema forbids: the schema is loosened for as long as that takes.
async fn spoil(space: &Space, of: &str, name: &str, nonsense: Value) {
    let api = Api::<CustomResourceDefinition>::all(space.client.clone());
    let crd = kind(of).crd_name();
    let whole = api.get(&crd).await.expect("a definition").spec;
    let mut loose = whole.clone();
    let version = &mut loose.versions[0];
    let anything = json!({ "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } });
    version.schema = Some(serde_json::from_value(anything).expect("a schema"));
    version.selectable_fields = None;
    redefine(&api, &crd, loose).await;
    store_nonsense(space, of, name, &nonsense, false).await;
    redefine(&api, &crd, whole).await;
    eventually("the schema is whole again", || async {
        let taken = patch(space, of, name, &json!({ "spec": 1 }), true).await;
        taken.err().map(drop).ok_or("it takes anything")
    })
    .await;
}

async fn redefine(
    api: &Api<CustomResourceDefinition>,
    name: &str,
    spec: k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinitionSpec,
) {
    eventually("another schema", || async {
        let mut crd = api.get(name).await?;
        crd.spec = spec.clone();
        api.replace(name, &PostParams::default(), &crd).await
    })
    .await;
}

async fn store_nonsense(space: &Space, of: &str, name: &str, nonsense: &Value, dry_run: bool) {
    eventually("the nonsense is stored", || async {
        patch(space, of, name, nonsense, dry_run).await
    })
    .await;
}

async fn patch(
    space: &Space,
    of: &str,
    name: &str,
    patch: &Value,
    dry_run: bool,
) -> kube::Result<()> {
    let params = PatchParams {
        dry_run,
        ..PatchParams::default()
    };
    let (api, patch) = (space.api(of), Patch::Merge(patch));
    let patched = match &patch {
        Patch::Merge(body) if body["status"].is_null() => api.patch(name, &params, &patch).await,
        _ => api.patch_status(name, &params, &patch).await,
    };
    patched.map(drop)
}

#[tokio::test]
async fn a_machine_that_does_not_decode_is_named_and_skipped_and_keeps_what_it_has() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&[]).await;
    space.interface("x", "10.0.0.1", "").await;
    space
        .machine("a", &[uses("x"), makes("e", &ip("10.0.0.2"))])
        .await;
    space
        .until(
            NIC,
            "x",
            "spec.machineRef.name = a; status.state = Available; status.observedGeneration = 2",
        )
        .await;
    space.until(NIC, "a-e", "status.state = Available").await;
    let before = [space.get(NIC, "x").await, space.get(NIC, "a-e").await];

    spoil(
        &space,
        MACHINE,
        "a",
        json!({ "spec": { "networkInterfaces": "none" } }),
    )
    .await;
    space
        .warned("Machine a", "NotDecodable", "expected a sequence")
        .await;
    assert_eq!(
        controller
            .metric("ni_objects_skipped{kind=\"Machine\"}")
            .await,
        1
    );
    // The rest goes on, and what the machine has it keeps, also when the controller finds it so at its start.
    space.settle().await;
    controller.kill().await;
    let controller = turn.controller(&[]).await;
    space.settle().await;
    assert_eq!(
        [space.get(NIC, "x").await, space.get(NIC, "a-e").await],
        before
    );

    let mended = [uses("x"), makes("e", &ip("10.0.0.9"))];
    space.change(MACHINE, "a", &entries(&mended)).await;
    space.until(NIC, "a-e", "status.ips = [10.0.0.9]").await;
    eventually("none is skipped", || async {
        let skipped = controller
            .metric("ni_objects_skipped{kind=\"Machine\"}")
            .await;
        if skipped == 0 { Ok(()) } else { Err(skipped) }
    })
    .await;
}

#[tokio::test]
async fn an_interface_that_does_not_decode_keeps_its_name_and_its_virtual_ip() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&[]).await;
    space.create(VIP, "v", "").await;
    space
        .machine(
            "a",
            &[makes(
                "e",
                &format!(
                    "{}, virtualIP: {{virtualIPRef: {{name: v}}}}",
                    ip("10.0.0.1")
                ),
            )],
        )
        .await;
    let held = space.until(VIP, "v", "spec.targetRef.name = a-e").await;

    spoil(&space, NIC, "a-e", json!({ "spec": { "ips": "none" } })).await;
    space
        .warned(
            "NetworkInterface a-e",
            "NotDecodable",
            "expected a sequence",
        )
        .await;
    assert_eq!(
        controller
            .metric("ni_objects_skipped{kind=\"NetworkInterface\"}")
            .await,
        1
    );
    space.settle().await;
    assert_eq!(owned(&space.get(VIP, "v").await), owned(&held));
    check(&space.get(NIC, "a-e").await, "spec.ips = none");
    space.was_not_told("Machine a", "NameTaken").await;
    space.delete(NIC, "a-e").await;
    space
        .until(NIC, "a-e", "spec.ips = [{value: 10.0.0.1}]")
        .await;
}

#[tokio::test]
async fn a_virtual_ip_is_released_when_its_interface_goes_that_did_not_decode() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn.controller(&[]).await;
    space.create(VIP, "v", "").await;
    let refers = "spec.virtualIP.virtualIPRef.name = v";
    space.interface("x", "10.0.0.1", refers).await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    spoil(&space, NIC, "x", json!({ "spec": { "ips": "none" } })).await;
    space
        .warned("NetworkInterface x", "NotDecodable", "expected a sequence")
        .await;
    space.interface("y", "10.0.0.2", refers).await;
    space
        .until(NIC, "y", "status.conditions.0.reason = VirtualIPTaken")
        .await;
    space.delete(NIC, "x").await;
    space.until(VIP, "v", "spec.targetRef.name = y").await;
}

#[tokio::test]
async fn a_virtual_ip_that_does_not_decode_is_waited_for() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn.controller(&[]).await;
    space.create(VIP, "v", "").await;
    spoil(&space, VIP, "v", json!({ "spec": { "ipFamily": "IPv5" } })).await;
    space.warned("VirtualIP v", "NotDecodable", "IPv5").await;
    space
        .interface("x", "10.0.0.1", "spec.virtualIP.virtualIPRef.name = v")
        .await;
    space
        .until(
            NIC,
            "x",
            "status.state = Pending; status.conditions.0.reason = VirtualIPNotDecodable",
        )
        .await;
    // The same fault in a newer version of the object is no other cause.
    space
        .change(VIP, "v", "metadata.labels.some = change")
        .await;
    space.settle().await;
    space.warned("VirtualIP v", "NotDecodable", "IPv5").await;
    space.delete(VIP, "v").await;
    space.create(VIP, "v", "").await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
}

#[tokio::test]
async fn a_network_that_does_not_decode_is_waited_for() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn.controller(&[]).await;
    spoil(&space, NET, "net", json!({ "status": "none" })).await;
    space.warned("Network net", "NotDecodable", "none").await;
    space.interface("x", "10.0.0.1", "").await;
    space
        .until(
            NIC,
            "x",
            "status.state = Pending; status.conditions.0.reason = NetworkNotDecodable",
        )
        .await;
    // Deleted, it stays until it is mended, and nobody uses it.
    space.delete(NET, "net").await;
    space.report(NET, "net", "status = {}").await;
    space.warned("Network net", "InUse", "x").await;
    space.delete(NIC, "x").await;
    space.until_gone(NET, "net").await;
}

/// A control plane in which nobody collects garbage or empties namespaces, with a controller.
async fn quiet() -> (ControlPlane, Controller, Space) {
    let plane = start(|options| options.controller_manager = false).await;
    let controller = Controller::start(plane.kubeconfig(), &[]).await;
    let space = Space::on(
        plane.client().await.expect("a client"),
        controller.log_file(),
    )
    .await;
    space.create(NET, "net", "").await;
    (plane, controller, space)
}

#[tokio::test]
async fn in_a_namespace_that_is_being_deleted_creates_rest_and_all_else_goes_on() {
    let (plane, controller, space) = quiet().await;
    space
        .machine(
            "a",
            &[
                makes("e", &ip("10.0.0.1")),
                makes("f", &ip("10.0.0.2")),
                uses("x"),
            ],
        )
        .await;
    space.interface("x", "10.0.0.3", "").await;
    space.interface("free", "10.0.0.4", "").await;
    space.until(NIC, "a-e", "status.state = Available").await;
    space.until(NIC, "a-f", "status.state = Available").await;
    space.until(NIC, "x", "spec.machineRef.name = a").await;

    space.delete_namespace().await;
    space.delete(NIC, "a-e").await;
    eventually("a create is refused", || async {
        let refused = controller.metric(TERMINATING).await;
        if refused == 1 { Ok(()) } else { Err(refused) }
    })
    .await;
    // A release and a removal go on, claims and creates do not.
    space
        .change(
            MACHINE,
            "a",
            &entries(&[makes("e", &ip("10.0.0.1")), uses("free")]),
        )
        .await;
    space.until(NIC, "x", "spec.machineRef -").await;
    space.until_gone(NIC, "a-f").await;
    space.change(NIC, "free", "spec.providerID = p").await;
    space
        .until(NIC, "free", "status.observedGeneration = 2")
        .await;
    check(&space.get(NIC, "free").await, "spec.machineRef -");
    assert!(space.find(NIC, "a-e").await.is_none());
    let refused = controller.metric(TERMINATING).await;
    assert_eq!(refused, 1, "creates");
    assert_eq!(controller.metric("ni_retries_total").await, 0);
    space.was_not_told("Machine a", "ChildRefused").await;
    // Other namespaces do not rest.
    let other = Space::on(space.client.clone(), controller.log_file()).await;
    other.create(NET, "net", "").await;
    other.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    other.until(NIC, "a-e", "status.state = Available").await;
    plane.stop().await;
}

const TERMINATING: &str = "ni_changes_total{kind=\"NetworkInterface\",purpose=\"make\",outcome=\"namespace_terminating\"}";

#[tokio::test]
async fn a_child_whose_owner_is_gone_is_left_to_the_garbage_collector_and_waited_for() {
    let (plane, _controller, space) = quiet().await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    let child = space.until(NIC, "a-e", "status.state = Available").await;
    space.delete(MACHINE, "a").await;
    space.settle().await;
    assert_eq!(
        owned(&space.get(NIC, "a-e").await),
        owned(&child),
        "neither deleted nor released"
    );
    // A new machine of that name waits for it, without a word.
    space.machine("a", &[makes("e", &ip("10.0.0.2"))]).await;
    space.settle().await;
    assert_eq!(
        owned(&space.get(NIC, "a-e").await),
        owned(&child),
        "neither adopted nor repaired"
    );
    space.was_not_told("Machine a", "NameTaken").await;
    space.delete(NIC, "a-e").await;
    space
        .until_new(NIC, &child, "status.ips = [10.0.0.2]")
        .await;
    plane.stop().await;
}
