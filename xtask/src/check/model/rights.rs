// SPDX-License-Identifier: Apache-2.0

//! A user who may do little, and what that is.

use anyhow::{Result, ensure};
use api_model::Verb;
use http::Method;
use ironcore_api::KINDS;
use kube::Client;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

use super::At;
use super::wire::{must, send};

/// The user's name.
pub(super) const LIMITED: &str = "limited";

/// What is allowed of a kind's objects, by turns, so that each verb is allowed of some kinds and not of others.
pub(super) fn may(kind: At, verb: Verb) -> bool {
    let allowed: &[Verb] = match kind {
        0 => &[Verb::Get, Verb::Create, Verb::Delete],
        1 => &[Verb::Get, Verb::Patch],
        2 => &[Verb::Get, Verb::PatchStatus],
        3 => &[Verb::Create, Verb::Patch, Verb::PatchStatus],
        _ => &[],
    };
    allowed.contains(&verb)
}

/// Gives the user its rights; returns when the server knows of them.
pub(super) async fn install(client: &Client) -> Result<()> {
    let rules: Vec<Value> = KINDS
        .iter()
        .enumerate()
        .flat_map(|(at, kind)| rules(at, kind))
        .collect();
    let rbac = "/apis/rbac.authorization.k8s.io/v1";
    let role = json!({ "metadata": { "name": LIMITED }, "rules": rules });
    must(client, Method::POST, &format!("{rbac}/clusterroles"), &role).await?;
    let binding = json!({
        "metadata": { "name": LIMITED },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": LIMITED },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": LIMITED }],
    });
    must(
        client,
        Method::POST,
        &format!("{rbac}/clusterrolebindings"),
        &binding,
    )
    .await?;
    let object = format!("{}/none", super::wire::collection(0, "default"));
    let end = Instant::now() + Duration::from_secs(30);
    while send(client, Method::GET, &object, &Value::Null, true)
        .await?
        .code
        == 403
    {
        ensure!(
            Instant::now() < end,
            "the rights of a new role do not come to hold"
        );
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

fn rules(at: At, kind: &ironcore_api::Kind) -> Vec<Value> {
    let verbs = [
        (Verb::Get, "get", ""),
        (Verb::Create, "create", ""),
        (Verb::Patch, "patch", ""),
        (Verb::PatchStatus, "patch", "/status"),
        (Verb::Delete, "delete", ""),
    ];
    let allowed = verbs.into_iter().filter(|(verb, ..)| may(at, *verb));
    let rule = |(_, verb, part): (Verb, &str, &str)| json!({ "apiGroups": [kind.group], "resources": [format!("{}{part}", kind.plural)], "verbs": [verb] });
    allowed.map(rule).collect()
}
