//! Rules tightened later do not lock up what is stored: an object that is at fault can still be labelled,
//! reported on, lose its finalizers, and be deleted.

use ironcore_api::KINDS;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};

use crate::support::case::{causes, dry_run};
use crate::support::object::{change, dynamic, smallest};
use crate::support::{client, namespace};

/// The definition of a kind under a group of the test's own, so that other tests keep theirs.
struct Copy {
    crd: Value,
    client: Client,
}

impl Copy {
    fn of(kind: &str, group: &str, client: &Client) -> Self {
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

    fn api(&self, namespace: &str) -> Api<DynamicObject> {
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
    async fn install(&self, crd: &Value, mut is_in_force: impl AsyncFnMut() -> bool) {
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
fn lax(mut schema: Value) -> Value {
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

/// Objects at fault in every way that a rule can be about: the name, a field, an entry of a list, the whole spec.
const AT_FAULT: [(&str, &str); 5] = [
    (
        "NetworkInterface",
        "spec.networkRef.name = A; spec.ips.0.value = no; spec.ipFamilies = [IPv4, IPv4]; spec.prefixes = [{}]",
    ),
    (
        "VirtualIP",
        "metadata.name = a.b; spec.type = Private; spec.ipFamily = IPv5",
    ),
    (
        "Network",
        "spec.peerings = [{name: A, networkRef: {name: n}}, {name: b, networkRef: {name: n}}]",
    ),
    (
        "Machine",
        "metadata.name = a.b; spec.power = Maybe; spec.volumes = [{name: A}]; spec.networkInterfaces = [{name: A}]",
    ),
    ("Prefix", "spec.prefix = 10.0.0.1/8; spec.prefixLength = 9"),
];

#[tokio::test]
async fn what_is_at_fault_can_be_labelled_reported_on_and_deleted() {
    let client = client().await;
    let ns = namespace(&client).await;
    for (kind, fault) in AT_FAULT {
        let copy = Copy::of(kind, &format!("{ns}.example.org"), &client);
        let api = copy.api(&ns);
        let mut object = smallest(kind);
        object["apiVersion"] = format!("{ns}.example.org/v1alpha1").into();
        object["metadata"]["finalizers"] = json!(["example.org/f"]);
        change(&mut object, fault);
        let object = dynamic(object);
        let name = object.name_any();

        copy.install(&lax(copy.crd.clone()), async || {
            api.create(&PostParams::default(), &object).await.is_ok()
        })
        .await;
        copy.install(&copy.crd, async || {
            match api.create(&dry_run(), &object).await {
                Err(error) => causes(&error).is_some(),
                Ok(_) => false,
            }
        })
        .await;

        let params = PatchParams::default();
        let label = Patch::Merge(json!({"metadata": {"labels": {"a": "b"}}}));
        api.patch(&name, &params, &label)
            .await
            .unwrap_or_else(|e| panic!("{kind}: label: {e}"));
        let (field, value) = match kind {
            "VirtualIP" => ("ip", "1.2.3.4"),
            "Prefix" => ("phase", "Allocated"),
            "Machine" => ("state", "Running"),
            _ => ("state", "Available"),
        };
        let status = Patch::Merge(json!({"status": {field: value}}));
        let reported = api.patch_status(&name, &params, &status).await;
        reported.unwrap_or_else(|e| panic!("{kind}: status: {e}"));
        api.delete(&name, &DeleteParams::default())
            .await
            .unwrap_or_else(|e| panic!("{kind}: delete: {e}"));
        let released = Patch::Merge(json!({"metadata": {"finalizers": null}}));
        api.patch(&name, &params, &released)
            .await
            .unwrap_or_else(|e| panic!("{kind}: finalizer: {e}"));
        assert!(api.get_opt(&name).await.unwrap().is_none(), "{kind}");

        let all = Api::<CustomResourceDefinition>::all(client.clone());
        all.delete(
            copy.crd["metadata"]["name"].as_str().unwrap(),
            &DeleteParams::default(),
        )
        .await
        .unwrap();
    }
}
