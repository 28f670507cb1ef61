// SPDX-License-Identifier: Apache-2.0

//! Which entries of a webhook configuration are ours, and what they must trust.
//!
//! An entry is ours if it calls our Service, or a URL whose host is one of ours. Its whole `caBundle` is: what others
//! put there goes. Entries that call elsewhere are left alone.

use http::Uri;
use k8s_openapi::ByteString;
use serde_json::{Value, json};

use super::pair::{Names, canonical};

/// What identifies our entries.
#[derive(Clone, Debug)]
pub struct Ours {
    /// Name of the Service.
    pub service: String,
    /// Namespace of the Service.
    pub namespace: String,
    /// Hosts of URLs.
    pub hosts: Names,
}

impl Ours {
    /// Whether this `clientConfig` calls us.
    fn is_called_by(&self, client: &Value) -> bool {
        if let Some(url) = client["url"].as_str() {
            return host(url).is_some_and(|host| self.hosts.contains(&host));
        }
        let service = &client["service"];
        service["name"] == self.service.as_str() && service["namespace"] == self.namespace.as_str()
    }

    /// The bundles of our entries among these `webhooks`.
    pub fn bundles(&self, webhooks: &Value) -> Vec<String> {
        let clients = webhooks.as_array().into_iter().flatten();
        let ours = clients.map(|webhook| &webhook["clientConfig"]);
        ours.filter(|client| self.is_called_by(client))
            .map(bundle)
            .collect()
    }

    /// These `webhooks` with `bundle` in all our entries; `None` if it is in all of them.
    pub fn with_bundle(&self, webhooks: &Value, bundle: &str) -> Option<Value> {
        if self.bundles(webhooks).iter().all(|one| one == bundle) {
            return None;
        }
        let mut changed = webhooks.clone();
        for webhook in changed.as_array_mut().into_iter().flatten() {
            let Some(client) = webhook.get_mut("clientConfig") else {
                continue;
            };
            if self.is_called_by(client) {
                client["caBundle"] = json!(ByteString(bundle.as_bytes().to_vec()));
            }
        }
        Some(changed)
    }
}

/// The bundle as PEM; empty where there is none.
fn bundle(client: &Value) -> String {
    let bytes = serde_json::from_value::<ByteString>(client["caBundle"].clone());
    bytes.map_or_else(
        |_| String::new(),
        |bytes| String::from_utf8_lossy(&bytes.0).into_owned(),
    )
}

fn host(url: &str) -> Option<String> {
    let url: Uri = url.parse().ok()?;
    let host = url.host()?.trim_start_matches('[').trim_end_matches(']');
    Some(canonical(host))
}

#[cfg(test)]
mod tests {
    use super::super::pair::tests::hosts;
    use super::*;

    fn ours() -> Ours {
        Ours {
            service: "ni-webhook".to_owned(),
            namespace: "ns".to_owned(),
            hosts: hosts(&["127.0.0.1", "2001:db8::1", "example.org"]),
        }
    }

    #[test]
    fn an_entry_is_ours_by_its_service_or_the_host_of_its_url() {
        let service = |namespace: &str, name: &str| json!({"service": {"namespace": namespace, "name": name}});
        let cases = [
            (service("ns", "ni-webhook"), true),
            (service("other", "ni-webhook"), false),
            (service("ns", "other"), false),
            (json!({"url": "https://127.0.0.1:9443/validate"}), true),
            (json!({"url": "https://[2001:DB8::1]:9443/validate"}), true),
            (json!({"url": "https://Example.org/validate"}), true),
            (json!({"url": "https://example.org.evil/validate"}), false),
            (json!({"url": "nonsense"}), false),
            (json!({}), false),
            (json!(1), false),
            (Value::Null, false),
        ];
        for (client, expected) in cases {
            assert_eq!(ours().is_called_by(&client), expected, "{client}");
        }
    }

    #[test]
    fn only_the_bundles_of_our_entries_are_changed() {
        let entry = |url: &str, bundle: &str| {
            let bundle = ByteString(bundle.as_bytes().to_vec());
            json!({"name": url, "unknown": 1, "clientConfig": {"url": url, "caBundle": bundle}})
        };
        let (mine, other) = ("https://127.0.0.1/mutate", "https://other.org/mutate");
        let bare = json!({"name": "bare", "clientConfig": {"url": mine}});
        let bare_now = json!({"name": "bare", "clientConfig": {"url": mine, "caBundle": "bmV3"}});
        let before = json!([entry(mine, "old"), entry(other, "old"), bare]);
        let after = json!([entry(mine, "new"), entry(other, "old"), bare_now]);
        assert_eq!(ours().bundles(&before), ["old", ""]);
        assert_eq!(ours().with_bundle(&before, "new"), Some(after.clone()));
        assert_eq!(ours().bundles(&after), ["new", "new"]);
        assert_eq!(ours().with_bundle(&after, "new"), None);
    }

    #[test]
    fn where_nobody_calls_us_nothing_is_changed() {
        for webhooks in [Value::Null, json!([]), json!([{"name": "a"}, 1])] {
            assert_eq!(ours().bundles(&webhooks), Vec::<String>::new());
            assert_eq!(ours().with_bundle(&webhooks, "new"), None);
        }
    }
}
