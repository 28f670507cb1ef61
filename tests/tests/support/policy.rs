// SPDX-License-Identifier: Apache-2.0

//! What others may put between the controller and the API server's store, for the interfaces of one namespace.

use kube::Api;
use kube::api::{DeleteParams, PostParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::{Value, json};

use super::object::dynamic;
use super::space::{NIC, Space};
use super::wait::eventually;

/// A policy or webhook; [`Space::lift`] ends it.
#[derive(Clone, Copy)]
pub(crate) enum Between {
    /// Refuses interfaces whose name ends with `-e`, with this reason: `Invalid` (422), `Forbidden` (403).
    Refusal(&'static str),
    /// Sets the label `role` to `altered`.
    Alteration,
    /// Sets the attribute `altered`: attributes can't be changed.
    FixedAlteration,
    /// A webhook that cannot be reached: whatever is asked for fails with 500.
    Failure,
}

impl Between {
    /// Kinds of the objects that make it, and the spec of the first; others bind it to the namespace.
    fn objects(self) -> (&'static [&'static str], Value) {
        match self {
            Self::Refusal(reason) => {
                let rule = json!({ "expression": "!object.metadata.name.endsWith('-e')", "reason": reason, "message": "not in this test" });
                let spec = json!({ "matchConstraints": { "resourceRules": rules() }, "validations": [rule] });
                (
                    &[
                        "ValidatingAdmissionPolicy",
                        "ValidatingAdmissionPolicyBinding",
                    ],
                    spec,
                )
            }
            Self::Alteration | Self::FixedAlteration => {
                let patch = if matches!(self, Self::Alteration) {
                    "[JSONPatch{op: 'add', path: '/metadata/labels', value: {'role': 'altered'}}]"
                } else {
                    "[JSONPatch{op: 'add', path: '/spec/attributes', value: {'altered': 'yes'}}]"
                };
                let mutation =
                    json!({ "patchType": "JSONPatch", "jsonPatch": { "expression": patch } });
                let spec = json!({
                    "matchConstraints": { "resourceRules": rules() }, "failurePolicy": "Fail",
                    "reinvocationPolicy": "Never", "mutations": [mutation],
                });
                (
                    &["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"],
                    spec,
                )
            }
            Self::Failure => (&["ValidatingWebhookConfiguration"], Value::Null),
        }
    }

    /// Whether it shows in what came of an interface named `probe-e` with the label `role: probe`.
    fn shows(self, answer: &kube::Result<Value>) -> bool {
        match (self, answer) {
            (Self::Refusal(_), Err(kube::Error::Api(status))) => {
                status.message.contains("not in this test")
            }
            (Self::Alteration, Ok(object)) => object["metadata"]["labels"]["role"] == "altered",
            (Self::FixedAlteration, Ok(object)) => object["spec"]["attributes"]["altered"] == "yes",
            (Self::Failure, Err(kube::Error::Api(status))) => status.code == 500,
            _ => false,
        }
    }
}

impl Space {
    /// Puts something between, and waits until it is in force.
    pub(crate) async fn put_between(&self, what: Between) {
        let (kinds, spec) = what.objects();
        for kind in kinds {
            let object = match (*kind, &spec) {
                ("ValidatingWebhookConfiguration", _) => self.webhook(),
                (kind, _) if kind.ends_with("Binding") => self.binding(kind),
                (kind, spec) => json!({
                    "apiVersion": API_VERSION, "kind": kind, "metadata": { "name": self.name }, "spec": spec,
                }),
            };
            let created = self
                .admission(kind)
                .create(&PostParams::default(), &dynamic(object))
                .await;
            created.unwrap_or_else(|error| panic!("{kind}: {error}"));
        }
        self.until_between(what, true).await;
    }

    /// Ends it, and waits until it is.
    pub(crate) async fn lift(&self, what: Between) {
        for kind in what.objects().0 {
            let deleted = self
                .admission(kind)
                .delete(&self.name, &DeleteParams::default())
                .await;
            deleted.unwrap_or_else(|error| panic!("{kind}: {error}"));
        }
        self.until_between(what, false).await;
    }

    async fn until_between(&self, what: Between, wanted: bool) {
        eventually("a policy comes into force, or out of it", || async {
            let answer = self
                .try_create(NIC, "probe-e", "metadata.labels.role = probe", true)
                .await;
            if what.shows(&answer) == wanted {
                Ok(())
            } else {
                Err(format!("{answer:?}"))
            }
        })
        .await;
    }

    fn binding(&self, kind: &str) -> Value {
        let mut spec = json!({ "policyName": self.name, "matchResources": { "namespaceSelector": self.selector() } });
        if kind.starts_with("Validating") {
            spec["validationActions"] = json!(["Deny"]);
        }
        json!({ "apiVersion": API_VERSION, "kind": kind, "metadata": { "name": self.name }, "spec": spec })
    }

    fn webhook(&self) -> Value {
        json!({
            "apiVersion": API_VERSION, "kind": "ValidatingWebhookConfiguration", "metadata": { "name": self.name },
            "webhooks": [{
                "name": "nobody.example.org", "clientConfig": { "url": "https://127.0.0.1:1/" }, "rules": rules(),
                "namespaceSelector": self.selector(), "sideEffects": "None", "admissionReviewVersions": ["v1"],
            }],
        })
    }

    fn selector(&self) -> Value {
        json!({ "matchLabels": { "kubernetes.io/metadata.name": self.name } })
    }

    fn admission(&self, kind: &str) -> Api<DynamicObject> {
        let kind = GroupVersionKind::gvk("admissionregistration.k8s.io", "v1", kind);
        let plural = kind.kind.to_lowercase();
        let plural = plural
            .strip_suffix('y')
            .map_or_else(|| format!("{plural}s"), |stem| format!("{stem}ies"));
        Api::all_with(
            self.client.clone(),
            &ApiResource::from_gvk_with_plural(&kind, &plural),
        )
    }
}

const API_VERSION: &str = "admissionregistration.k8s.io/v1";

fn rules() -> Value {
    json!([{
        "apiGroups": ["networking.ironcore.dev"], "apiVersions": ["v1alpha1"], "operations": ["CREATE", "UPDATE"],
        "resources": ["networkinterfaces"],
    }])
}
