// SPDX-License-Identifier: Apache-2.0

//! Users other than the administrator, so that the audit log tells who asked.

use std::path::{Path, PathBuf};

use k8s_openapi::api::authorization::v1::SubjectAccessReview;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};

use super::plane::Turn;
use super::scratch::scratch;
use super::wait::eventually;

/// The administrator's kubeconfig, for a user of this name who may do everything as well.
pub(crate) fn powerful(kubeconfig: &Path, name: &str) -> PathBuf {
    let text = std::fs::read_to_string(kubeconfig).expect("a kubeconfig");
    let mut config: Value = serde_norway::from_str(&text).expect("YAML");
    let user = &mut config["users"][0]["user"];
    user["as"] = name.into();
    user["as-groups"] = vec!["system:masters"].into();
    let path = scratch().join(format!("{name}.kubeconfig"));
    std::fs::write(&path, config.to_string()).expect("a file");
    path
}

/// All verbs that a controller needs.
pub(crate) const ALL: [&str; 6] = ["get", "list", "watch", "create", "patch", "delete"];

/// A kubeconfig of a user of this name, who may do so with objects of our kinds.
pub(crate) async fn limited(turn: &Turn, name: &str, verbs: &[&str]) -> PathBuf {
    let client = turn.client().await;
    let role: ClusterRole = serde_json::from_value(role(name, verbs)).expect("a role");
    let made = Api::all(client.clone())
        .create(&PostParams::default(), &role)
        .await;
    made.expect("a new role");
    let binding = json!({
        "metadata": { "name": name },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name }],
    });
    let binding: ClusterRoleBinding = serde_json::from_value(binding).expect("a binding");
    let made = Api::all(client.clone())
        .create(&PostParams::default(), &binding)
        .await;
    made.expect("a new binding");
    until_it_may(&client, name, verbs).await;

    let text = std::fs::read_to_string(turn.kubeconfig()).expect("a kubeconfig");
    let mut config: Value = serde_norway::from_str(&text).expect("YAML");
    config["users"][0]["user"]["as"] = name.into();
    let path = scratch().join(format!("{name}.kubeconfig"));
    std::fs::write(&path, config.to_string()).expect("a file");
    path
}

fn role(name: &str, verbs: &[&str]) -> Value {
    let groups = json!([
        "compute.ironcore.dev",
        "networking.ironcore.dev",
        "ipam.ironcore.dev",
        "events.k8s.io"
    ]);
    json!({
        "metadata": { "name": name },
        "rules": [{ "apiGroups": groups, "resources": ["*"], "verbs": verbs }],
    })
}

/// Changes what the user may do; returns when that is in force.
pub(crate) async fn grant(client: &Client, name: &str, verbs: &[&str]) {
    let roles = Api::<ClusterRole>::all(client.clone());
    let rules = json!({ "rules": role(name, verbs)["rules"] });
    let changed = roles
        .patch(name, &PatchParams::default(), &Patch::Merge(rules))
        .await;
    changed.expect("other rights");
    until_it_may(client, name, verbs).await;
}

/// The API server decides by roles as its own watch of them shows them.
async fn until_it_may(client: &Client, user: &str, verbs: &[&str]) {
    let reviews = Api::<SubjectAccessReview>::all(client.clone());
    for verb in ALL {
        let attributes =
            json!({ "group": "compute.ironcore.dev", "resource": "machines", "verb": verb });
        let review = json!({ "spec": { "user": user, "resourceAttributes": attributes } });
        let review: SubjectAccessReview = serde_json::from_value(review).expect("a review");
        eventually("rights are in force", || async {
            let answer = reviews.create(&PostParams::default(), &review).await;
            let status = answer.expect("an answer").status.unwrap_or_default();
            let right = status.allowed == verbs.contains(&verb);
            right
                .then_some(())
                .ok_or(format!("{user} may {verb}: {}", status.allowed))
        })
        .await;
    }
}
