// SPDX-License-Identifier: Apache-2.0

//! Requests on the wire, and what comes back.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use api_model::Policy;
use http::{Method, Request};
use ironcore_api::KINDS;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use super::At;
use super::asks::{Ask, What};
use super::rights::LIMITED;

/// What the API server answered.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) code: u16,
    /// An object, a list or a status.
    pub(super) body: Value,
}

impl Seen {
    /// `reason` of the status, if the request failed.
    pub(super) fn reason(&self) -> &str {
        let failed = self.code >= 400;
        self.body["reason"]
            .as_str()
            .filter(|_| failed)
            .unwrap_or_default()
    }

    /// Reason and field of each cause, but for that which says that rules were not looked at.
    pub(super) fn causes(&self) -> BTreeSet<(&str, &str)> {
        let causes = self.body["details"]["causes"]
            .as_array()
            .into_iter()
            .flatten();
        causes
            .map(|cause| {
                (
                    cause["reason"].as_str().unwrap_or_default(),
                    cause["field"].as_str().unwrap_or_default(),
                )
            })
            .filter(|(_, field)| *field != "<nil>")
            .collect()
    }
}

/// The collection's path in a namespace.
pub(super) fn collection(kind: At, namespace: &str) -> String {
    let kind = &KINDS[kind];
    format!(
        "/apis/{}/namespaces/{namespace}/{}",
        kind.api_version(),
        kind.plural
    )
}

/// Sends a request whose body names uids and versions as the server does.
pub(super) async fn ask(client: &Client, namespace: &str, ask: &Ask) -> Result<Seen> {
    let collection = collection(ask.kind, namespace);
    let object = format!("{collection}/{}", ask.name);
    let (method, path, body) = match &ask.what {
        What::Get => (Method::GET, object, Value::Null),
        What::Create(body) => (Method::POST, collection, body.clone()),
        What::Patch(body) => (Method::PATCH, object, body.clone()),
        What::PatchStatus(body) => (Method::PATCH, format!("{object}/status"), body.clone()),
        What::Delete {
            uid,
            version,
            policy,
        } => (
            Method::DELETE,
            object,
            deleting(uid.as_deref(), version.as_deref(), *policy),
        ),
    };
    send(client, method, &path, &body, ask.limited).await
}

fn deleting(uid: Option<&str>, version: Option<&str>, policy: Option<Policy>) -> Value {
    let policy = policy.map(|policy| match policy {
        Policy::Background => "Background",
        Policy::Foreground => "Foreground",
        Policy::Orphan => "Orphan",
    });
    json!({ "preconditions": { "uid": uid, "resourceVersion": version }, "propagationPolicy": policy })
}

/// Sends any request.
pub(super) async fn send(
    client: &Client,
    method: Method,
    path: &str,
    body: &Value,
    limited: bool,
) -> Result<Seen> {
    let content = if method == Method::PATCH {
        "application/merge-patch+json"
    } else {
        "application/json"
    };
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", content);
    if limited {
        request = request.header("impersonate-user", LIMITED);
    }
    let body = if body.is_null() {
        Vec::new()
    } else {
        serde_json::to_vec(body)?
    };
    let answer = client.send(request.body(Body::from(body))?).await?;
    let code = answer.status().as_u16();
    let bytes = answer.into_body().collect_bytes().await?;
    let body = serde_json::from_slice(&bytes)
        .with_context(|| format!("{path}: {code}: {}", String::from_utf8_lossy(&bytes)))?;
    Ok(Seen { code, body })
}

/// Sends a request that has to succeed.
pub(super) async fn must(
    client: &Client,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<Value> {
    let seen = send(client, method, path, body, false).await?;
    anyhow::ensure!(seen.code < 300, "{path}: {}", seen.body);
    Ok(seen.body)
}
