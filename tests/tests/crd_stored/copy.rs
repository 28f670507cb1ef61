// SPDX-License-Identifier: Apache-2.0

//! A definition of its own for a test, with its rules and without.

use ironcore_api::KINDS;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};
use serde_json::{Value, json};

/// The definition of a kind under a group of the test's own, so that other tests keep theirs.
pub(super) struct Copy {
    pub(super) crd: Value,
    client: Client,
}

impl Copy {
    pub(super) fn of(kind: &str, group: &str, client: &Client) -> Self {
        let kind = KINDS.into_iter().find(|known| known.kind == kind).unwrap();
        let mut crd = serde_json::to_value((kind.crd)()).unwrap();
        crd["metadata"]["name"] = format!("{}.{group}", kind.plural).into();
        crd["spec"]["group"] = group.into();
        // Names that other kinds have already would keep it from being served.
        crd["spec"]["names"]["shortNames"] = json!([]);
        crd["spec"]["names"]["categories"] = json!([]);
        Self {
            crd,
            client: client.clone(),
        }
    }

    pub(super) fn api(&self, namespace: &str) -> Api<DynamicObject> {
        let spec = &self.crd["spec"];
        let kind = GroupVersionKind::gvk(
            spec["group"].as_str().unwrap(),
            "v1alpha1",
            spec["names"]["kind"].as_str().unwrap(),
        );
        let resource =
            ApiResource::from_gvk_with_plural(&kind, spec["names"]["plural"].as_str().unwrap());
        Api::namespaced_with(self.client.clone(), namespace, &resource)
    }

    /// Installs the definition, and waits until `is_in_force`.
    pub(super) async fn install(&self, crd: &Value, mut is_in_force: impl AsyncFnMut() -> bool) {
        let name = crd["metadata"]["name"].as_str().unwrap();
        let params = PatchParams::apply("test").force();
        let all = Api::<CustomResourceDefinition>::all(self.client.clone());
        all.patch(name, &params, &Patch::Apply(crd)).await.unwrap();
        for _ in 0..200 {
            if is_in_force().await {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{name} did not come into force");
    }
}

/// The definition without its rules.
pub(super) fn lax(mut schema: Value) -> Value {
    if let Value::Object(keywords) = &mut schema {
        for keyword in ["x-kubernetes-validations", "pattern"] {
            keywords.remove(keyword);
        }
    }
    match schema {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (key, lax(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(lax).collect(),
        value => value,
    }
}
