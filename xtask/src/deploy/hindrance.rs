// SPDX-License-Identifier: Apache-2.0

//! What keeps us from working in a cluster. Pure.

use ironcore_api::KINDS;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::APIService;

use crate::control_plane::{OLDEST_KUBERNETES, Version};

/// Of a server that says this to be its version.
pub(super) fn too_old(version: &str) -> Option<String> {
    let needed =
        format!("at least {OLDEST_KUBERNETES} is needed, for the rules in the definitions");
    match version.trim_start_matches('v').parse::<Version>() {
        Ok(found) if found >= OLDEST_KUBERNETES => None,
        Ok(found) => Some(format!("Kubernetes is {found}; {needed}")),
        Err(()) => Some(format!("Kubernetes is {version:?}; {needed}")),
    }
}

/// Of an API server beside the cluster's, which serves one of our groups: requests go there and nowhere else, so that
/// definitions of that group are stored and never served.
pub(super) fn served_by_another(service: &APIService) -> Option<String> {
    let spec = service.spec.as_ref()?;
    let group = spec.group.as_deref()?;
    // Without one the cluster's own API server is meant.
    let backend = spec.service.as_ref()?;
    if !KINDS.iter().any(|kind| kind.group == group) {
        return None;
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (namespace, name) = (text(&backend.namespace), text(&backend.name));
    let api_service = text(&service.metadata.name);
    Some(format!(
        "{group} is served by the Service {name} in {namespace} (APIService {api_service}), so our definitions of it would \
         never be: take what is there along (docs/migration.md), then remove that API server"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cluster_that_is_too_old_is_refused_in_words() {
        let refused = |found| {
            let text = "at least 1.33.0 is needed, for the rules in the definitions";
            Some(format!("Kubernetes is {found}; {text}"))
        };
        for (version, expected) in [
            ("v1.33.0", None),
            ("v1.33.0-gke.1200", None),
            ("v1.34.1+k3s1", None),
            ("v1.36.3", None),
            ("v2.0.0", None),
            ("v1.32.9", refused("1.32.9")),
            ("v1.9.0", refused("1.9.0")),
            ("unknown", refused("\"unknown\"")),
        ] {
            assert_eq!(too_old(version), expected, "{version}");
        }
    }

    #[test]
    fn only_another_server_of_our_groups_is_in_the_way() {
        let backend = json!({ "namespace": "ironcore-system", "name": "ironcore-apiserver" });
        for (group, backend, refused) in [
            ("networking.ironcore.dev", backend.clone(), true),
            ("ipam.ironcore.dev", backend.clone(), true),
            ("compute.ironcore.dev", backend.clone(), true),
            // Kubernetes makes it for our definitions.
            ("networking.ironcore.dev", json!(null), false),
            ("storage.ironcore.dev", backend.clone(), false),
            ("metrics.k8s.io", backend, false),
        ] {
            let service = json!({
                "metadata": { "name": format!("v1alpha1.{group}") },
                "spec": {
                    "group": group, "version": "v1alpha1", "service": backend,
                    "groupPriorityMinimum": 1, "versionPriority": 1,
                },
            });
            let told = served_by_another(&serde_json::from_value(service).expect("an APIService"));
            assert_eq!(told.is_some(), refused, "{group}: {told:?}");
        }
    }
}
