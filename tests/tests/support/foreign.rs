// SPDX-License-Identifier: Apache-2.0

//! Kinds of other operators that overlays have objects of, where there is no such operator.

use kube::Client;
use serde_json::json;
use xtask::crds::install_these;

/// Group, kind, plural; all are of version v1.
const KINDS: [(&str, &str, &str); 4] = [
    ("cert-manager.io", "Certificate", "certificates"),
    ("cert-manager.io", "Issuer", "issuers"),
    ("monitoring.coreos.com", "PodMonitor", "podmonitors"),
    ("monitoring.coreos.com", "PrometheusRule", "prometheusrules"),
];

/// Installs them; whatever their objects say is taken.
pub(crate) async fn install_kinds(client: &Client) {
    let definitions = KINDS.map(|(group, kind, plural)| {
        let schema = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
        let version = json!({ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } });
        let spec = json!({
            "group": group, "scope": "Namespaced",
            "names": { "kind": kind, "plural": plural }, "versions": [version],
        });
        let metadata = json!({ "name": format!("{plural}.{group}") });
        serde_json::from_value(json!({ "metadata": metadata, "spec": spec })).expect("a definition")
    });
    install_these(client, &definitions)
        .await
        .expect("kinds of other operators");
}
