//! `hack/migration`: what the controller makes of objects that were moved.

use book::jq;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use crate::support::controller::plan;
use crate::support::object::dynamic;
use crate::support::plane::Turn;
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::{at, ip, makes, uses};

/// As in docs/migration.md.
const ROUNDS: [&str; 3] = ["Network,Machine", "NetworkInterface", "VirtualIP,Prefix"];

/// What `kubectl get … --output json` gives.
async fn export(space: &Space) -> Value {
    let mut items = Vec::new();
    for of in [NET, VIP, NIC, MACHINE] {
        items.extend(space.list(of).await);
    }
    json!({ "items": items })
}

fn name(object: &Value) -> (&str, &str) {
    let text = |path: &str| {
        object
            .pointer(path)
            .and_then(Value::as_str)
            .expect("a text")
    };
    (text("/kind"), text("/metadata/name"))
}

/// The machine `a` with an interface that is made for it, and `x`, which has the virtual IP `v`; both attached.
async fn settle_down(turn: &Turn, space: &Space) {
    let controller = turn.controller(&[]).await;
    space
        .machine("a", &[makes("e", &ip("10.0.0.1")), uses("x")])
        .await;
    space.create(VIP, "v", "").await;
    space.report(VIP, "v", "status.ip = 203.0.113.1").await;
    space
        .interface("x", "10.0.0.2", "spec.virtualIP.virtualIPRef.name = v")
        .await;
    for nic in ["a-e", "x"] {
        space
            .until(
                NIC,
                nic,
                "spec.machineRef.name = a; status.state = Available",
            )
            .await;
        space
            .change(NIC, nic, &format!("spec.providerID = attached://{nic}"))
            .await;
    }
    controller.terminate().await;
}

async fn remove_all(space: &Space, exported: &Value) {
    for object in exported["items"].as_array().expect("a list") {
        let (of, name) = name(object);
        // No controller runs that would take its own off.
        space.change(of, name, "metadata.finalizers -").await;
        space.delete(of, name).await;
        space.until_gone(of, name).await;
    }
}

async fn move_all(space: &Space, exported: &Value) {
    for kinds in ROUNDS {
        let variables = [
            ("$kinds", json!(kinds)),
            ("$moved", json!([export(space).await])),
        ];
        let list = jq::run("rewrite.jq", &variables, exported).expect("a list");
        for object in list["items"].as_array().expect("a list") {
            let api = space.api(name(object).0);
            let created = api
                .create(&PostParams::default(), &dynamic(object.clone()))
                .await;
            created.unwrap_or_else(|error| panic!("{object}: {error}"));
        }
    }
    let list = jq::run("status.jq", &[], exported).expect("a list");
    for object in list["items"].as_array().expect("a list") {
        let (of, name) = name(object);
        let patch = Patch::Merge(json!({ "status": object["status"] }));
        let reported = space
            .api(of)
            .patch_status(name, &PatchParams::default(), &patch)
            .await;
        reported.unwrap_or_else(|error| panic!("{object}: {error}"));
    }
}

#[tokio::test]
async fn what_is_moved_keeps_owners_holders_and_what_is_attached() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    settle_down(&turn, &space).await;
    let exported = export(&space).await;
    remove_all(&space, &exported).await;
    move_all(&space, &exported).await;

    let planned = plan(turn.kubeconfig());
    let planned = planned.lines().filter(|line| line.contains(&space.name));
    let unexpected: Vec<_> = planned
        .filter(|line| !line.starts_with("status ") && !line.contains("(protect for Network "))
        .collect();
    assert_eq!(unexpected, Vec::<&str>::new());

    let _controller = turn.controller(&[]).await;
    let machine = at(&space.get(MACHINE, "a").await, "metadata.uid");
    for nic in ["a-e", "x"] {
        let kept = format!(
            "spec.providerID = attached://{nic}; spec.machineRef.uid = {machine}; status.state = Available; status.observedGeneration = 1"
        );
        space.until(NIC, nic, &kept).await;
    }
    let child = space.get(NIC, "a-e").await;
    assert_eq!(at(&child, "metadata.ownerReferences.0.uid"), machine);
    let holder = at(&space.get(NIC, "x").await, "metadata.uid");
    let kept = format!("spec.targetRef.uid = {holder}; status.ip = 203.0.113.1");
    space.until(VIP, "v", &kept).await;
}
