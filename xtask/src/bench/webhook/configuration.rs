// SPDX-License-Identifier: Apache-2.0

//! The webhook's configurations on the API server, for a webhook whose certificate is in files.

use anyhow::Result;
use k8s_openapi::ByteString;
use kube::Client;
use serde_json::{Value, json};
use xtask::webhooks::{Configurations, Reach};

use crate::bench::harness::writes;

const API: &str = "/apis/admissionregistration.k8s.io/v1";
const PLURALS: [&str; 2] = [
    "mutatingwebhookconfigurations",
    "validatingwebhookconfigurations",
];

/// Has the API server call the webhook at `port` of loopback, and trust `pem`.
pub(crate) async fn install(client: &Client, port: u16, pem: &str) -> Result<()> {
    for (plural, configuration) in PLURALS.iter().zip(both(port, pem)?) {
        let name = configuration["metadata"]["name"]
            .as_str()
            .unwrap_or_default();
        let uri = format!("{API}/{plural}/{name}");
        writes::apply(client, &uri, &configuration).await?;
    }
    Ok(())
}

/// Has it call no webhook.
pub(crate) async fn remove(client: &Client) -> Result<()> {
    for plural in PLURALS {
        writes::delete_all(client, &format!("{API}/{plural}"), "").await?;
    }
    Ok(())
}

/// The mutating and the validating one. Whom to trust is not in what is generated: the webhook knows, or cert-manager.
fn both(port: u16, pem: &str) -> Result<[Value; 2]> {
    let generated = Configurations::new(&Reach::Port(port));
    let mut both = [
        serde_json::to_value(generated.mutating)?,
        serde_json::to_value(generated.validating)?,
    ];
    let bundle = json!(ByteString(pem.as_bytes().to_vec()));
    for configuration in &mut both {
        let webhooks = configuration["webhooks"].as_array_mut();
        for webhook in webhooks.into_iter().flatten() {
            webhook["clientConfig"]["caBundle"] = bundle.clone();
        }
    }
    Ok(both)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_reached_at_the_port_and_trusted() {
        for (configuration, plural) in both(7, "pem").expect("JSON").iter().zip(PLURALS) {
            let kind = configuration["kind"].as_str().expect("a kind");
            assert_eq!(kind.to_lowercase() + "s", plural);
            let reached = &configuration["webhooks"][0]["clientConfig"];
            let url = reached["url"].as_str().expect("a URL");
            assert!(url.starts_with("https://127.0.0.1:7/"), "{url}");
            assert_eq!(reached["caBundle"], "cGVt");
        }
    }
}
