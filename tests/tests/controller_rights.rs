//! A controller that may not do all that it wants to.

use std::path::PathBuf;

use k8s_openapi::api::authorization::v1::SubjectAccessReview;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::support::controller::{Controller, plan, try_plan};
use crate::support::plane::Turn;
use crate::support::scratch::scratch;
use crate::support::space::{NIC, Space};
use crate::support::text::{ip, makes};
use crate::support::wait::eventually;

const GONE: &str = "spec.machineRef = {name: gone, uid: 11111111-2222-3333-4444-555555555555}";

/// A kubeconfig of a user of this name, who may do so with objects of our kinds.
async fn user(turn: &Turn, name: &str, verbs: &[&str]) -> PathBuf {
    let client = turn.client().await;
    let groups = json!([
        "compute.ironcore.dev",
        "networking.ironcore.dev",
        "ipam.ironcore.dev",
        "events.k8s.io"
    ]);
    let role = json!({
        "metadata": { "name": name },
        "rules": [{ "apiGroups": groups, "resources": ["*"], "verbs": verbs }],
    });
    let binding = json!({
        "metadata": { "name": name },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name }],
    });
    let role: ClusterRole = serde_json::from_value(role).expect("a role");
    let roles = Api::all(client.clone());
    roles
        .create(&PostParams::default(), &role)
        .await
        .expect("a new role");
    let binding: ClusterRoleBinding = serde_json::from_value(binding).expect("a binding");
    let bindings = Api::all(client.clone());
    bindings
        .create(&PostParams::default(), &binding)
        .await
        .expect("a new binding");
    for verb in verbs {
        until_it_may(&client, name, verb).await;
    }

    let text = std::fs::read_to_string(turn.kubeconfig()).expect("a kubeconfig");
    let mut config: Value = serde_norway::from_str(&text).expect("YAML");
    config["users"][0]["user"]["as"] = name.into();
    let path = scratch().join(format!("{name}.kubeconfig"));
    std::fs::write(&path, config.to_string()).expect("a file");
    path
}

/// The API server decides by roles as its own watch of them shows them.
async fn until_it_may(client: &Client, user: &str, verb: &str) {
    let attributes =
        json!({ "group": "compute.ironcore.dev", "resource": "machines", "verb": verb });
    let review = json!({ "spec": { "user": user, "resourceAttributes": attributes } });
    let review: SubjectAccessReview = serde_json::from_value(review).expect("a review");
    let reviews = Api::<SubjectAccessReview>::all(client.clone());
    eventually("rights are in force", || async {
        let answer = reviews.create(&PostParams::default(), &review).await;
        let status = answer.expect("an answer").status.unwrap_or_default();
        status
            .allowed
            .then_some(())
            .ok_or(format!("{user} may not {verb}"))
    })
    .await;
}

/// An interface `x` whose holder is gone; nobody has released it yet.
async fn held_by_nobody(turn: &Turn) -> Space {
    let space = turn.space().await;
    space.interface("x", "10.0.0.1", GONE).await;
    space
}

#[tokio::test]
async fn plan_says_what_hinges_on_a_look_that_is_refused_and_fails() {
    let turn = Turn::take().await;
    let space = held_by_nobody(&turn).await;
    let reader = user(&turn, "reader", &["list", "watch"]).await;
    let output = try_plan(&reader, &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let (printed, n) = (String::from_utf8_lossy(&output.stdout), &space.name);
    for expected in [
        format!("failed  Machine {n}/gone (look for NetworkInterface {n}/x): refused: "),
        format!("unknown patch   NetworkInterface {n}/x (release for NetworkInterface {n}/x)"),
    ] {
        assert!(
            printed.lines().any(|line| line.starts_with(&expected)),
            "{expected}\nis not in\n{printed}"
        );
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("reads failed"), "{complaint}");
}

#[tokio::test]
async fn a_look_that_is_refused_is_tried_again_with_backoff_until_it_may_be_had() {
    let turn = Turn::take().await;
    let space = held_by_nobody(&turn).await;
    let all_but_get = ["list", "watch", "create", "patch", "delete"];
    let kubeconfig = user(&turn, "blind", &all_but_get).await;
    let controller = Controller::start(&kubeconfig, &[]).await;
    let refused = "ni_changes_total{kind=\"Machine\",purpose=\"look\",outcome=\"refused\"}";
    eventually("some looks", || async {
        let looks = controller.metric(refused).await;
        if looks >= 3 { Ok(()) } else { Err(looks) }
    })
    .await;
    // Each is a failure, and followed by a wait.
    let looks = controller.metric(refused).await;
    let retries = controller.metric("ni_retries_total").await;
    assert!(looks <= retries, "{looks} looks, {retries} retries");
    assert!(
        controller
            .log()
            .contains("purpose=\"look\" failure=refused"),
        "{}",
        controller.log()
    );
    let roles = Api::<ClusterRole>::all(turn.client().await);
    let rules = json!([{ "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] }]);
    let patch = Patch::Merge(json!({ "rules": rules }));
    roles
        .patch("blind", &PatchParams::default(), &patch)
        .await
        .expect("more rights");
    space.until(NIC, "x", "spec.machineRef -").await;
}

#[tokio::test]
async fn plan_needs_no_right_but_to_list_and_to_look() {
    let turn = Turn::take().await;
    let space = held_by_nobody(&turn).await;
    space.machine("a", &[makes("e", &ip("10.0.0.2"))]).await;
    let printed = plan(&user(&turn, "looker", &["get", "list"]).await);
    let n = &space.name;
    for expected in [
        format!("create  NetworkInterface {n}/a-e (make for Machine {n}/a)"),
        format!("patch   NetworkInterface {n}/x (release for NetworkInterface {n}/x) "),
    ] {
        assert!(
            printed.lines().any(|line| line.starts_with(&expected)),
            "{expected}\nis not in\n{printed}"
        );
    }
}
