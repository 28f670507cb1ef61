// SPDX-License-Identifier: Apache-2.0

//! `deploy/`, as users apply and delete it.

use std::collections::BTreeMap;
use std::path::Path;

use kube::api::{Patch, PatchParams, PostParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::support::foreign;
use crate::support::kubectl::Kubectl;
use crate::support::plane::bare;
use crate::support::space::{NET, Space};
use crate::support::wait::eventually;

const OVERLAYS: [&str; 7] = [
    "deploy",
    "deploy/overlays/self-signed",
    "deploy/overlays/single-replica",
    "deploy/overlays/cert-manager",
    "deploy/overlays/prometheus",
    "deploy/overlays/namespaced",
    "deploy/overlays/external-status",
];

#[tokio::test]
async fn every_overlay_is_taken_without_a_warning_and_taken_away_without_our_kinds() {
    let plane = bare(|_| ()).await;
    let client = plane.client().await.expect("a client");
    foreign::install_kinds(&client).await;
    let kubectl = Kubectl::new(plane.kubeconfig()).await;
    for namespace in ["team-a", "team-b"] {
        kubectl.run(&format!("create namespace {namespace}")).await;
    }
    for overlay in OVERLAYS {
        // Pod Security warns of what the namespace's `restricted` would refuse of a Deployment's pods.
        let printed = kubectl.run(&format!("apply -k {overlay}")).await;
        assert_eq!(printed.err, "", "{overlay}");
    }
    let again = kubectl.run("apply -k deploy").await;
    let made = again.out.lines().find(|line| line.ends_with(" created"));
    assert_eq!(made, None);

    let space = Space::on(client, Path::new("")).await;
    let configurations = "validatingwebhookconfiguration,mutatingwebhookconfiguration ironcore-ni";
    kubectl.run(&format!("delete {configurations}")).await;
    eventually("a Network without the webhook", || {
        space.try_create(NET, "net", "", true)
    })
    .await;
    space.create(NET, "net", "").await;
    kubectl
        .run("delete --ignore-not-found -k deploy/overlays/self-signed")
        .await;
    space.get(NET, "net").await;
}

#[tokio::test]
async fn the_pods_are_as_restricted_as_pod_security_asks_for() {
    let plane = bare(|_| ()).await;
    let kubectl = Kubectl::new(plane.kubeconfig()).await;
    kubectl.run("apply -k deploy").await;
    let deployments = kubectl
        .json("get deployments --namespace ironcore-ni")
        .await;
    let deployments = deployments["items"].as_array().expect("a list");
    assert_eq!(deployments.len(), 2);
    let client = plane.client().await.expect("a client");
    for deployment in deployments {
        let template = &deployment["spec"]["template"];
        try_pod(&client, template).await.expect("it is taken");
        // So that this can fail.
        let mut loose = template.clone();
        loose["spec"]["containers"][0]["securityContext"]["capabilities"] = Value::Null;
        let refused = try_pod(&client, &loose).await.expect_err("unrestricted");
        let message = refused.to_string();
        assert!(message.contains("violates PodSecurity"), "{message}");
    }
}

async fn try_pod(client: &Client, template: &Value) -> kube::Result<DynamicObject> {
    let mut pod = template.clone();
    pod["metadata"]["name"] = "try".into();
    let params = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    let pod = serde_json::from_value(pod).expect("a pod");
    core(client, "Pod").create(&params, &pod).await
}

fn core(client: &Client, kind: &str) -> Api<DynamicObject> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", kind));
    Api::namespaced_with(client.clone(), "ironcore-ni", &resource)
}

/// The version of every object of `deploy/`.
async fn versions(kubectl: &Kubectl) -> BTreeMap<String, String> {
    let found = kubectl.json("get -k deploy").await;
    let items = found["items"].as_array().expect("a list").iter();
    let version = |object: &Value| {
        let (kind, metadata) = (&object["kind"], &object["metadata"]);
        let name = format!("{kind} {}", metadata["name"]);
        (name, metadata["resourceVersion"].to_string())
    };
    items.map(version).collect()
}

#[tokio::test]
async fn to_apply_again_changes_nothing_whichever_way() {
    let plane = bare(|_| ()).await;
    let kubectl = Kubectl::new(plane.kubeconfig()).await;
    let count = Kubectl::rendered("deploy").await.all().len();
    for how in ["apply", "apply --server-side --force-conflicts"] {
        kubectl.run(&format!("{how} -k deploy")).await;
        // The API server itself writes to a definition until then.
        kubectl
            .run("wait --for=condition=Established crd --all")
            .await;
        let before = versions(&kubectl).await;
        assert_eq!(before.len(), count);
        // Without force: nobody else is to have taken what is ours.
        let again = how.trim_end_matches(" --force-conflicts");
        let printed = kubectl.run(&format!("{again} -k deploy")).await;
        assert_eq!(printed.err, "", "{again}");
        assert_eq!(printed.out.lines().count(), count, "{again}");
        assert_eq!(versions(&kubectl).await, before, "{again}");
    }
}

#[tokio::test]
async fn to_apply_again_leaves_the_certificate_and_whom_to_trust_alone() {
    let plane = bare(|_| ()).await;
    let kubectl = Kubectl::new(plane.kubeconfig()).await;
    kubectl.run("apply -k deploy").await;
    let client = plane.client().await.expect("a client");
    let (secrets, params) = (core(&client, "Secret"), PatchParams::default());
    let data = Patch::Merge(json!({ "data": { "ca.crt": "AA==" } }));
    let patched = secrets
        .patch("ni-webhook-certificate", &params, &data)
        .await;
    patched.expect("its data");
    let mutating = "get mutatingwebhookconfiguration ironcore-ni";
    let bundle = r#"[{"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"AA=="}]"#;
    let patch = "patch mutatingwebhookconfiguration ironcore-ni --type json";
    kubectl.run(&format!("{patch} --patch {bundle}")).await;

    for how in ["apply", "apply --server-side --force-conflicts"] {
        kubectl.run(&format!("{how} -k deploy")).await;
        let secret = secrets.get("ni-webhook-certificate").await;
        let secret = secret.expect("the Secret");
        assert_eq!(secret.data["data"]["ca.crt"], "AA==", "{how}");
        let kept = kubectl.json(mutating).await;
        let bundle = &kept["webhooks"][0]["clientConfig"]["caBundle"];
        assert_eq!(*bundle, "AA==", "{how}");
    }
}
