// SPDX-License-Identifier: Apache-2.0

//! A namespace whose Networks webhooks judge, and the certificates by which the API server knows them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{ListParams, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client, Config};
use serde_json::{Value, json};

use super::object::{dynamic, smallest};
use super::scratch::scratch;
use super::space::NET;
use super::wait::eventually;
use super::webhook::{Ports, Webhook};
use super::{client, kind, namespace, objects};

const CONFIGURATIONS: [(&str, &str); 2] = [
    ("MutatingWebhookConfiguration", "mutate"),
    ("ValidatingWebhookConfiguration", "validate"),
];

/// The Secret of the webhooks.
pub(crate) const SECRET: &str = "certificate";

/// A namespace, configurations of its name that hold for it alone, and webhooks with no more rights than they need.
pub(crate) struct Certified {
    pub client: Client,
    pub name: String,
    /// What replicas are told that the configurations are called.
    pub configuration: String,
    kubeconfig: PathBuf,
}

impl Certified {
    /// Without configurations, and with an empty Secret if the webhooks may not create one.
    pub(crate) async fn new(may_create: bool) -> Self {
        let client = client().await;
        let name = namespace(&client).await;
        let kubeconfig = impersonating(&name);
        let this = Self {
            client,
            configuration: name.clone(),
            name,
            kubeconfig,
        };
        this.grant(may_create).await;
        if !may_create {
            let empty = json!({ "metadata": { "name": SECRET, "labels": { "kept": "yes" } } });
            this.apply("v1", "Secret", &empty).await;
        }
        this
    }

    /// What the documentation of `self_signed` asks for.
    async fn grant(&self, may_create: bool) {
        let named = |group: &str, resource: &str, name: &str, verb: &str| {
            let verbs = ["get", "list", "watch", verb];
            json!({ "apiGroups": [group], "resources": [resource], "resourceNames": [name], "verbs": verbs })
        };
        let mut in_namespace = vec![named("", "secrets", SECRET, "update")];
        if may_create {
            in_namespace
                .push(json!({ "apiGroups": [""], "resources": ["secrets"], "verbs": ["create"] }));
        }
        let group = "admissionregistration.k8s.io";
        let of_cluster = [
            "mutatingwebhookconfigurations",
            "validatingwebhookconfigurations",
        ]
        .map(|resource| named(group, resource, &self.name, "patch"));
        self.bind("Role", "RoleBinding", json!(in_namespace)).await;
        self.bind("ClusterRole", "ClusterRoleBinding", json!(of_cluster))
            .await;
    }

    async fn bind(&self, role: &str, binding: &str, rules: Value) {
        let group = "rbac.authorization.k8s.io";
        let version = format!("{group}/v1");
        let metadata = json!({ "name": self.name });
        let object = json!({ "metadata": metadata, "rules": rules });
        self.apply(&version, role, &object).await;
        let subject =
            json!({ "kind": "ServiceAccount", "name": "ni-webhook", "namespace": self.name });
        let role = json!({ "apiGroup": group, "kind": role, "name": self.name });
        let object = json!({ "metadata": metadata, "roleRef": role, "subjects": [subject] });
        self.apply(&version, binding, &object).await;
    }

    fn api(&self, version: &str, kind: &str) -> Api<DynamicObject> {
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        match kind {
            "Secret" | "Role" | "RoleBinding" => {
                Api::namespaced_with(self.client.clone(), &self.name, &resource)
            }
            _ => Api::all_with(self.client.clone(), &resource),
        }
    }

    async fn apply(&self, version: &str, kind: &str, object: &Value) {
        let mut object = object.clone();
        object["apiVersion"] = version.into();
        object["kind"] = kind.into();
        let name = object["metadata"]["name"].as_str().expect("a name");
        let params = PatchParams::apply("test").force();
        let api = self.api(version, kind);
        let applied = api.patch(name, &params, &Patch::Apply(&object)).await;
        applied.unwrap_or_else(|error| panic!("applying {kind} {name}: {error}"));
    }

    /// Has the API server ask all of these about Networks, in the mutating and in the validating phase.
    pub(crate) async fn configure(&self, replicas: &[Ports], bundle: &str) {
        for (kind, path) in CONFIGURATIONS {
            let entries: Vec<Value> = replicas
                .iter()
                .enumerate()
                .map(|(number, ports)| self.entry(number, &ports.url(path), bundle))
                .collect();
            let object = json!({ "metadata": { "name": self.name }, "webhooks": entries });
            self.apply("admissionregistration.k8s.io/v1", kind, &object)
                .await;
        }
    }

    fn entry(&self, number: usize, url: &str, bundle: &str) -> Value {
        let rule = json!({
            "apiGroups": ["networking.ironcore.dev"], "apiVersions": ["*"],
            "operations": ["CREATE", "UPDATE"], "resources": ["networks"],
        });
        let mut client = json!({ "url": url });
        if !bundle.is_empty() {
            client["caBundle"] = json!(ByteString(bundle.as_bytes().to_vec()));
        }
        json!({
            "name": format!("replica-{number}.ni.ironcore.dev"),
            "clientConfig": client,
            "rules": [rule],
            "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": self.name } },
            "failurePolicy": "Fail", "sideEffects": "None", "admissionReviewVersions": ["v1"], "timeoutSeconds": 5,
        })
    }

    /// Starts a replica on these ports, with these further flags.
    pub(crate) fn launch(&self, ports: Ports, flags: &[&str]) -> Webhook {
        let own = [
            "--self-signed".to_owned(),
            "--self-signed-host=127.0.0.1".to_owned(),
            "--references=off".to_owned(),
            format!("--namespace={}", self.name),
            format!("--secret={SECRET}"),
            format!("--configuration={}", self.configuration),
        ];
        let all: Vec<&str> = own
            .iter()
            .map(String::as_str)
            .chain(flags.iter().copied())
            .collect();
        Webhook::launch(&self.kubeconfig, ports, &all)
    }

    /// The bundles of all entries, as they are on the wire.
    pub(crate) async fn bundles(&self) -> Vec<String> {
        let mut bundles = Vec::new();
        for (kind, _) in CONFIGURATIONS {
            let api = self.api("admissionregistration.k8s.io/v1", kind);
            let found = api.get(&self.name).await.expect("a configuration");
            let entries = found.data["webhooks"].as_array().into_iter().flatten();
            let texts = entries.map(|entry| entry["clientConfig"]["caBundle"].as_str());
            bundles.extend(texts.map(|text| text.unwrap_or_default().to_owned()));
        }
        bundles
    }

    /// Merges this into both configurations.
    pub(crate) async fn overwrite(&self, change: impl Fn(&mut Value)) {
        for (kind, _) in CONFIGURATIONS {
            let api = self.api("admissionregistration.k8s.io/v1", kind);
            let mut entries =
                api.get(&self.name).await.expect("a configuration").data["webhooks"].take();
            change(&mut entries);
            let patch = Patch::Merge(json!({ "webhooks": entries }));
            let params = PatchParams::default();
            let patched = api.patch(&self.name, &params, &patch).await;
            patched.expect("changed");
        }
    }

    /// What is in the Secret, as text.
    pub(crate) async fn secret(&self) -> BTreeMap<String, String> {
        let found = self.secrets().get_opt(SECRET).await.expect("an answer");
        let data = found.and_then(|secret| secret.data).unwrap_or_default();
        let text = |value: ByteString| String::from_utf8(value.0).expect("text");
        data.into_iter()
            .map(|(key, value)| (key, text(value)))
            .collect()
    }

    /// Access to the Secret.
    pub(crate) fn secrets(&self) -> Api<Secret> {
        Api::namespaced(self.client.clone(), &self.name)
    }

    /// Waits until no rotation is under way, another than `before` is in use, and all entries trust it alone; the CA.
    pub(crate) async fn settled(&self, before: &str) -> String {
        eventually("a certificate that is trusted", || async {
            let secret = self.secret().await;
            let ca = secret.get("ca.crt").cloned().unwrap_or_default();
            let wire = json!(ByteString(ca.clone().into_bytes()));
            let bundles = self.bundles().await;
            let trusted = bundles.iter().all(|bundle| wire == bundle.as_str());
            let alone = !secret.contains_key("next-ca.crt");
            if trusted && alone && !ca.is_empty() && ca != before {
                Ok(ca)
            } else {
                Err(format!("{secret:#?}, {bundles:#?}"))
            }
        })
        .await
    }

    /// Has the API server judge a Network, and not store it.
    pub(crate) async fn try_create(&self) -> kube::Result<DynamicObject> {
        let params = PostParams {
            dry_run: true,
            ..PostParams::default()
        };
        let api = objects(&self.client, &self.name, &kind(NET));
        api.create(&params, &dynamic(smallest(NET))).await
    }

    /// Waits until the API server has learned whom to trust, and whom to ask.
    pub(crate) async fn until_asked(&self, replicas: &[&Webhook]) {
        let sample = "ni_webhook_review_duration_seconds_count{endpoint=\"validate\"}";
        eventually("reviews", || async {
            self.try_create().await.map_err(|error| error.to_string())?;
            for replica in replicas {
                if replica.metric(sample).await == 0 {
                    return Err(format!("nobody asks {:?}", replica.ports));
                }
            }
            Ok(())
        })
        .await;
    }

    /// A handshake with a server by somebody who trusts this bundle, as it is on the wire.
    pub(crate) async fn greet(ports: Ports, bundle: &str) -> Result<(), String> {
        let server = format!("https://127.0.0.1:{}", ports.reviews);
        let kubeconfig = kubeconfig(
            &json!({ "server": server, "certificate-authority-data": bundle }),
            &json!({}),
        );
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        let mut config = config.map_err(|error| error.to_string())?;
        config.default_retry = false;
        config.connect_timeout = Some(Duration::from_secs(5));
        let client = Client::try_from(config).map_err(|error| error.to_string())?;
        let list = Api::<Secret>::all(client);
        match list.list(&ListParams::default()).await {
            // There is no such path, which only a server that is trusted can say.
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }
}

/// The administrator's kubeconfig, for the webhook's service account.
fn impersonating(namespace: &str) -> PathBuf {
    let ours = std::env::var("KUBECONFIG").expect("KUBECONFIG");
    let text = std::fs::read_to_string(ours).expect("a kubeconfig");
    let mut config: Value = serde_norway::from_str(&text).expect("YAML");
    config["users"][0]["user"]["as"] =
        format!("system:serviceaccount:{namespace}:ni-webhook").into();
    let path = scratch().join(format!("{namespace}.kubeconfig"));
    let text = serde_norway::to_string(&config).expect("YAML");
    std::fs::write(&path, text).expect("a kubeconfig");
    path
}

fn kubeconfig(cluster: &Value, user: &Value) -> Kubeconfig {
    let config = json!({
        "clusters": [{ "name": "a", "cluster": cluster }],
        "users": [{ "name": "a", "user": user }],
        "contexts": [{ "name": "a", "context": { "cluster": "a", "user": "a" } }],
        "current-context": "a",
    });
    serde_json::from_value(config).expect("a kubeconfig")
}
