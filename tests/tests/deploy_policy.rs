//! The policy that bounds what the webhook's account may do to webhook configurations.

use std::collections::BTreeSet;
use std::path::Path;

use kube::api::{Api, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Client, Config};
use serde::Deserialize;
use serde_json::{Value, json};
use xtask::repo;

use crate::support::plane::shared;
use crate::support::user::powerful;
use crate::support::wait::eventually;

/// The account that the policy names. Here it may do everything else.
const USER: &str = "system:serviceaccount:ironcore-ni:ni-webhook";
/// A configuration for no namespace, as others are tested here as well.
const NAME: &str = "bound-by-a-policy";
const REFUSED: [&str; 2] = [
    "nothing but caBundle may be changed",
    "one webhook, as before",
];

/// What an intruder may want of a webhook's fields.
fn wanted() -> Vec<(&'static str, Value)> {
    let secrets = json!({
        "apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["secrets"],
    });
    vec![
        ("name", json!("other.ni.ironcore.dev")),
        ("rules", json!([secrets])),
        ("failurePolicy", json!("Ignore")),
        ("matchPolicy", json!("Exact")),
        ("matchConditions", json!([])),
        ("namespaceSelector", json!({})),
        ("objectSelector", json!({"matchLabels": {"a": "b"}})),
        ("reinvocationPolicy", json!("Never")),
        ("sideEffects", json!("NoneOnDryRun")),
        ("timeoutSeconds", json!(30)),
        ("admissionReviewVersions", json!(["v1", "v1beta1"])),
        ("clientConfig", json!({"url": "https://127.0.0.1:1/"})),
        (
            "clientConfig",
            json!({"service": {"name": "other", "namespace": "other"}}),
        ),
    ]
}

fn configurations(client: &Client, kind: &str) -> Api<DynamicObject> {
    let kind = GroupVersionKind::gvk("admissionregistration.k8s.io", "v1", kind);
    Api::all_with(client.clone(), &ApiResource::from_gvk(&kind))
}

/// The objects of a file of manifests.
fn manifests(path: &str) -> Vec<DynamicObject> {
    let text = std::fs::read_to_string(repo::root().join(path)).expect("a file");
    let documents = serde_norway::Deserializer::from_str(&text);
    documents
        .map(|document| DynamicObject::deserialize(document).expect("an object"))
        .collect()
}

async fn client(kubeconfig: &Path) -> Client {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).expect("a kubeconfig");
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    Client::try_from(config.expect("a configuration")).expect("a client")
}

/// What the API server says to these webhooks in place of what it has; it does not store them.
async fn try_out(api: &Api<DynamicObject>, webhooks: &[Value]) -> Result<(), String> {
    let patch = Patch::Merge(json!({ "webhooks": webhooks }));
    match api
        .patch(NAME, &PatchParams::default().dry_run(), &patch)
        .await
    {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) => Err(status.message.clone()),
        Err(error) => panic!("{error}"),
    }
}

async fn install(admin: &Client) {
    for object in manifests("deploy/components/ca-bundle-only/policy.yaml") {
        let kind = object.types.clone().expect("its kind").kind;
        let api = configurations(admin, &kind);
        let created = api.create(&PostParams::default(), &object).await;
        created.expect("a part of the policy");
    }
}

/// Stores the configuration of this kind from `deploy/webhook`; answers its webhook, as stored.
async fn configure(admin: &Client, kind: &str) -> Value {
    let path = format!("deploy/webhook/{}.yaml", kind.to_lowercase());
    let mut own = manifests(&path).pop().expect("a configuration");
    own.metadata.name = Some(NAME.to_owned());
    own.data["webhooks"][0]["namespaceSelector"] = json!({"matchLabels": {"none": "at-all"}});
    let api = configurations(admin, kind);
    let stored = api.create(&PostParams::default(), &own).await;
    stored.expect("a configuration").data["webhooks"][0].clone()
}

fn with(webhook: &Value, field: &str, value: Value) -> Value {
    let mut changed = webhook.clone();
    changed[field] = value;
    changed
}

#[tokio::test]
async fn by_the_policy_the_webhook_changes_nothing_but_whom_to_trust() {
    let plane = &shared().await.0;
    let admin = plane.client().await.expect("a client");
    let webhook = client(&powerful(plane.kubeconfig(), USER)).await;
    install(&admin).await;
    for kind in [
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    ] {
        let stored = configure(&admin, kind).await;
        let fields = stored.as_object().expect("fields");
        let (api, others) = (configurations(&webhook, kind), configurations(&admin, kind));
        let attacks = wanted().into_iter();
        let attacks: Vec<_> = attacks
            .filter(|(field, _)| fields.contains_key(*field))
            .collect();
        let first = [with(&stored, attacks[0].0, attacks[0].1.clone())];
        eventually("the policy is in force", async || {
            try_out(&api, &first).await.err().ok_or("it is not")
        })
        .await;

        let mut tried = BTreeSet::new();
        for (field, value) in attacks {
            let answer = try_out(&api, &[with(&stored, field, value)]).await;
            assert_refused(&answer, &format!("{kind} {field}"));
            tried.insert(field);
        }
        let all: BTreeSet<_> = fields.keys().map(String::as_str).collect();
        assert_eq!(tried, all, "{kind}: a field that nothing was tried on");
        let second = with(&stored, "name", json!("other.ni.ironcore.dev"));
        let both = try_out(&api, &[stored.clone(), second]).await;
        assert_refused(&both, &format!("{kind}: a second webhook"));

        let mut trusting = stored.clone();
        trusting["clientConfig"]["caBundle"] = json!("AA==");
        assert_eq!(try_out(&api, &[trusting]).await, Ok(()), "{kind}");
        assert_eq!(try_out(&others, &first).await, Ok(()), "{kind}: by others");
    }
}

#[track_caller]
fn assert_refused(answer: &Result<(), String>, what: &str) {
    let by_the_policy = |why: &String| REFUSED.iter().any(|message| why.contains(message));
    assert!(
        answer.as_ref().is_err_and(by_the_policy),
        "{what}: {answer:?}"
    );
}
