//! The webhook's configurations, as the API server is given them.

use anyhow::Result;
use ironcore_api::KINDS;
use k8s_openapi::ByteString;
use kube::Client;
use serde_json::{Value, json};

use crate::bench::writes;

const NAME: &str = "ironcore-ni";
/// Both are of this group and version; path, kind and endpoint of each.
const API: &str = "admissionregistration.k8s.io/v1";
const CONFIGURATIONS: [(&str, &str, &str); 2] = [
    (
        "mutatingwebhookconfigurations",
        "MutatingWebhookConfiguration",
        "mutate",
    ),
    (
        "validatingwebhookconfigurations",
        "ValidatingWebhookConfiguration",
        "validate",
    ),
];
/// Updates that leave the spec as it was are not judged (contract, Admission).
const SPEC_CHANGES: &str = "request.operation == 'CREATE' || object.spec != oldObject.spec";

/// Has the API server call the webhook at `port` of loopback, whose certificate `pem` is.
pub(crate) async fn install(client: &Client, port: u16, pem: &str) -> Result<()> {
    for (plural, kind, endpoint) in CONFIGURATIONS {
        let url = format!("https://127.0.0.1:{port}/{endpoint}");
        writes::apply(
            client,
            &path(plural),
            &configuration(kind, endpoint, &url, pem),
        )
        .await?;
    }
    Ok(())
}

/// Has it call no webhook.
pub(crate) async fn remove(client: &Client) -> Result<()> {
    for (plural, _, _) in CONFIGURATIONS {
        writes::delete_all(client, &format!("/apis/{API}/{plural}"), "").await?;
    }
    Ok(())
}

fn path(plural: &str) -> String {
    format!("/apis/{API}/{plural}/{NAME}")
}

fn configuration(kind: &str, endpoint: &str, url: &str, pem: &str) -> Value {
    let rules: Vec<Value> = KINDS
        .iter()
        .map(|kind| {
            json!({
                "apiGroups": [kind.group],
                "apiVersions": [kind.version],
                "resources": [kind.plural],
                "operations": ["CREATE", "UPDATE"],
                "scope": "Namespaced",
            })
        })
        .collect();
    json!({
        "apiVersion": API,
        "kind": kind,
        "metadata": { "name": NAME },
        "webhooks": [{
            "name": format!("{endpoint}.{NAME}.ironcore.dev"),
            "admissionReviewVersions": ["v1"],
            "clientConfig": { "url": url, "caBundle": ByteString(pem.as_bytes().to_vec()) },
            "rules": rules,
            "failurePolicy": "Fail",
            "matchPolicy": "Equivalent",
            "sideEffects": "None",
            "timeoutSeconds": 5,
            "matchConditions": [{ "name": "spec-changes", "expression": SPEC_CHANGES }],
        }],
    })
}
