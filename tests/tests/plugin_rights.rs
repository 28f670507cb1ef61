// SPDX-License-Identifier: Apache-2.0

//! What `kubectl ironcore` reads: with the rights of `deploy/kubectl-ironcore.yaml` all, with those of `view` what is in a namespace.

use k8s_openapi::api::rbac::v1::{ClusterRoleBinding, RoleBinding};
use kube::Api;
use kube::api::PostParams;
use serde_json::{Value, json};

use crate::support::deployed::Cluster;
use crate::support::kubectl::Kubectl;
use crate::support::plugin::Plugin;
use crate::support::space::{NET, NIC, Space};

/// Every question, each of which is answered well.
const QUESTIONS: [&str; 5] = ["why nic/a", "tree", "who 10.0.0.1", "left", "check"];

fn binding(name: &str, role: &str, of: &Space) -> Value {
    json!({
        "metadata": { "name": name },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role },
        "subjects": [{ "kind": "ServiceAccount", "name": name, "namespace": of.name }],
    })
}

#[tokio::test]
async fn its_role_is_enough_and_who_may_view_a_namespace_is_told_what_is_unknown() {
    let cluster = Cluster::start("deploy").await;
    let webhook = cluster.self_signed().await;
    let _controller = cluster.controller().await;
    webhook.until_ready().await;
    let space = cluster.space().await;
    space.create(NET, "net", "").await;
    space.interface("a", "10.0.0.1", "").await;
    space.until(NIC, "a", "status.state = Available").await;
    let kubectl = Kubectl::new(cluster.plane.kubeconfig()).await;
    kubectl
        .run("apply --filename deploy/kubectl-ironcore.yaml")
        .await;
    for name in ["asks", "views"] {
        let n = &space.name;
        kubectl
            .run(&format!("create serviceaccount --namespace {n} {name}"))
            .await;
    }
    let all: Api<ClusterRoleBinding> = Api::all(space.client.clone());
    let asks = serde_json::from_value(binding("asks", "ironcore-ni-ask", &space));
    all.create(&PostParams::default(), &asks.expect("a binding"))
        .await
        .expect("a binding");
    let here: Api<RoleBinding> = Api::namespaced(space.client.clone(), &space.name);
    // Of which `view` is made up where kube-controller-manager aggregates roles.
    for role in ["view", "ironcore-ni-view"] {
        let mut views = binding("views", role, &space);
        views["metadata"]["name"] = role.into();
        let views = serde_json::from_value(views).expect("a binding");
        let made = here.create(&PostParams::default(), &views).await;
        made.expect("a binding");
    }

    let n = &space.name;
    let asks = Plugin::new(&kubectl.service_account(n, "asks").await);
    for question in QUESTIONS {
        let told = asks.ask(&format!("{question} -n {n}")).await;
        assert_eq!(told.code, Some(0), "{question}: {told:?}");
    }
    let (why, _) = asks.json(&format!("why nic/a -n {n}")).await;
    assert_eq!(why["notes"], json!([]), "{why:#}");
    assert_eq!(why["leader"]["is"], "leads", "{why:#}");
    assert_eq!(asks.json("left -A").await.1, 0);
    assert_eq!(asks.ask(&format!("check -n {n}")).await.err, "");

    let views = Plugin::new(&kubectl.service_account(n, "views").await);
    for question in QUESTIONS {
        let told = views.ask(&format!("{question} -n {n}")).await;
        assert_eq!(told.code, Some(0), "{question}: {told:?}");
    }
    let (why, _) = views.json(&format!("why nic/a -n {n}")).await;
    let notes = why["notes"].as_array().expect("notes");
    for begin in [
        "unknown: flags of the controller",
        "unknown: public pools",
        "unknown: whether a controller leads",
        "unknown: whether the webhook answers",
    ] {
        let told = notes
            .iter()
            .filter_map(Value::as_str)
            .any(|note| note.starts_with(begin));
        assert!(told, "{begin}: {notes:?}");
    }
    // Answers of a fixed form say it on standard error.
    let pools = "unknown: public pools";
    for (question, expected) in [
        ("tree", pools),
        ("who 10.0.0.1", pools),
        ("left", pools),
        ("check -o json", pools),
        ("check", "unknown: whether a controller leads"),
    ] {
        let told = views.ask(&format!("{question} -n {n}")).await;
        let mut lines = told.err.lines();
        assert!(lines.any(|line| line.starts_with(expected)), "{told:?}");
    }
    let told = views.ask("left -A").await;
    assert_eq!(told.code, Some(2), "{told:?}");
    assert!(
        told.err
            .starts_with("error: cannot list machines in all namespaces"),
        "{}",
        told.err
    );
}
