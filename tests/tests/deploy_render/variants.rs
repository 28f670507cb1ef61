// SPDX-License-Identifier: Apache-2.0

//! Overlays for another division of labour: what it changes, it changes everywhere.

use ni_controller::plan::StatusOwner;
use serde_json::{Value, json};

use super::{controller, webhook};
use crate::support::kubectl::Kubectl;
use crate::support::rendered::{items, name, text};

#[tokio::test]
async fn where_only_some_namespaces_are_looked_after_all_that_names_them_agrees() {
    let rendered = Kubectl::rendered("deploy/overlays/namespaced").await;
    let scopes = controller(&rendered).deciding.namespaces;
    assert_eq!(webhook(&rendered).judging.namespaces, scopes);
    let names: Vec<String> = scopes.to_string().split(',').map(str::to_owned).collect();
    assert!(names.len() > 1, "{names:?}: an example of several");
    for kind in ["Mutating", "Validating"] {
        let configuration = rendered.get(&format!("{kind}WebhookConfiguration"), "ironcore-ni");
        for webhook in items(&configuration["webhooks"]) {
            let rule =
                json!({ "key": "kubernetes.io/metadata.name", "operator": "In", "values": names });
            let selector = json!({ "matchExpressions": [rule] });
            assert_eq!(webhook["namespaceSelector"], selector, "{kind}");
        }
    }

    for kind in ["ClusterRole", "ClusterRoleBinding"] {
        assert_eq!(rendered.of(kind), [] as [&Value; 0]);
    }
    let base = Kubectl::rendered("deploy/base").await;
    for program in ["ironcore-ni-controller", "ironcore-ni-webhook"] {
        let (role, binding) = (
            base.get("ClusterRole", program),
            base.get("ClusterRoleBinding", program),
        );
        for (kind, key, same) in [
            ("Role", "rules", &role["rules"]),
            ("RoleBinding", "subjects", &binding["subjects"]),
        ] {
            let found = rendered.called(kind, program);
            let places = found.iter().map(|one| text(&one["metadata"], "namespace"));
            assert_eq!(places.collect::<Vec<_>>(), names, "{kind} {program}");
            let mut found = found.iter();
            assert!(found.all(|one| one[key] == *same), "{kind} {program}");
        }
    }
}

#[tokio::test]
async fn where_a_network_plugin_writes_the_status_the_controller_does_not_and_nothing_waits_for_it()
{
    let overlay = "deploy/overlays/external-status";
    let rendered = Kubectl::rendered(overlay).await;
    let run = controller(&rendered);
    assert_eq!(run.deciding.options().status, StatusOwner::External);
    let role = rendered.get("ClusterRole", "ironcore-ni-controller");
    assert!(!role.to_string().contains("networkinterfaces/status"));
    let [ours, theirs] = ["deploy/crds".to_owned(), format!("{overlay}/crds")];
    let (ours, theirs) = (
        Kubectl::rendered(&ours).await,
        Kubectl::rendered(&theirs).await,
    );
    assert_eq!(ours.names(), theirs.names());
    for definition in ours.all() {
        let mut expected = definition.clone();
        let status =
            "/spec/versions/0/schema/openAPIV3Schema/properties/status/properties/conditions";
        if text(&definition["spec"]["names"], "kind") == "NetworkInterface" {
            let conditions = expected.pointer_mut(status).and_then(Value::as_object_mut);
            let removed = conditions.expect("conditions").remove("default");
            assert_eq!(removed.expect("a default")[0]["status"], "Unknown");
        }
        let found = theirs.get("CustomResourceDefinition", name(definition));
        assert_eq!(*found, expected);
    }
}
