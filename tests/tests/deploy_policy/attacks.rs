// SPDX-License-Identifier: Apache-2.0

//! What an intruder may want to change of a webhook configuration.

use std::collections::BTreeSet;

use kube::core::DynamicObject;
use serde_json::{Value, json};

/// What an intruder may want of a webhook's fields; null where it would be without the field.
fn wanted() -> Vec<(&'static str, Value)> {
    let secrets = json!({
        "apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["secrets"],
    });
    let called =
        |name: &str, path: &str| json!({"service": {"name": name, "namespace": "x", "path": path}});
    vec![
        ("name", json!("other.ni.ironcore.dev")),
        ("rules", json!([secrets])),
        ("rules", Value::Null),
        ("failurePolicy", json!("Ignore")),
        ("matchPolicy", json!("Exact")),
        ("matchConditions", json!([])),
        ("matchConditions", Value::Null),
        ("namespaceSelector", json!({"matchLabels": {"a": "b"}})),
        ("objectSelector", json!({"matchLabels": {"a": "b"}})),
        ("reinvocationPolicy", json!("Never")),
        ("sideEffects", json!("NoneOnDryRun")),
        ("timeoutSeconds", json!(30)),
        ("admissionReviewVersions", json!(["v1", "v1beta1"])),
        ("clientConfig", json!({"url": "https://127.0.0.1:1/"})),
        ("clientConfig", called("other", "/mutate")),
        ("clientConfig", called("ni-webhook", "/other")),
    ]
}

pub(super) fn with(webhook: &Value, field: &str, value: Value) -> Value {
    let mut changed = webhook.clone();
    changed[field] = value;
    changed
}

/// A trusted CA that was not there before.
pub(super) fn trusting(webhook: &Value) -> Value {
    let mut changed = webhook.clone();
    changed["clientConfig"]["caBundle"] = json!("AA==");
    changed
}

/// Every change of this configuration that is to be denied, as a merge patch.
pub(super) fn attacks(stored: &DynamicObject) -> Vec<Value> {
    let webhook = &stored.data["webhooks"][0];
    let fields = webhook.as_object().expect("fields");
    let own = wanted()
        .into_iter()
        .filter(|(field, _)| fields.contains_key(*field));
    let own: Vec<_> = own.collect();
    let tried: BTreeSet<_> = own.iter().map(|(field, _)| *field).collect();
    let all: BTreeSet<_> = fields.keys().map(String::as_str).collect();
    assert_eq!(tried, all, "a field that nothing is tried on");

    let second = with(webhook, "name", json!("other.ni.ironcore.dev"));
    let owner = json!({
        "apiVersion": "v1", "kind": "Namespace", "name": "default", "uid": "11111111-2222-3333-4444-555555555555",
    });
    let mut attacks = vec![
        json!({"webhooks": [webhook, second]}),
        json!({"webhooks": [second, trusting(webhook)]}),
        json!({"webhooks": []}),
        json!({"webhooks": null}),
        json!({"metadata": {"labels": {"a": "b"}}}),
        json!({"metadata": {"labels": {"app.kubernetes.io/part-of": null}}}),
        json!({"metadata": {"labels": null}}),
        json!({"metadata": {"annotations": {"cert-manager.io/inject-ca-from": "x/y"}}}),
        json!({"metadata": {"finalizers": ["x.example.com/hold"]}}),
        json!({"metadata": {"ownerReferences": [owner]}}),
    ];
    let changed = own
        .into_iter()
        .map(|(field, value)| with(webhook, field, value));
    // Also beside what is allowed.
    attacks.extend(changed.map(|changed| json!({"webhooks": [changed]})));
    attacks.push(json!({"webhooks": [trusting(&with(webhook, "timeoutSeconds", json!(30)))]}));
    attacks
}
