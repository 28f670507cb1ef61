// SPDX-License-Identifier: Apache-2.0

//! What an exercise waits for.

use std::fmt;

use anyhow::{Context, Result};
use ironcore_api::KINDS;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::ResourceQuota;
use k8s_openapi::api::events::v1::Event;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::api::{DynamicObject, ListParams};
use kube::{Api, Client};

use crate::samples;
use crate::up::{CONTROLLER, NAMESPACE};

/// What an exercise waits for, in its namespace.
#[derive(Debug)]
pub(super) enum Stands {
    /// Kind and name of an object, and the reason of its condition `Ready`.
    Ready(&'static str, &'static str, &'static str),
    /// Kind and name of an object that is being deleted.
    Deleting(&'static str, &'static str),
    /// The Prefix of this name has written down all that it granted.
    Granted(&'static str),
    /// The quota of this name is counted, and has nothing left.
    Full(&'static str),
    /// The controller has sent a warning about the machine of this name that says this.
    Told(&'static str, &'static str),
    /// The Lease has run out.
    NobodyLeads,
}

impl fmt::Display for Stands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(kind, name, reason) => write!(f, "{kind} {name}: {reason}"),
            Self::Deleting(kind, name) => write!(f, "{kind} {name} is being deleted"),
            Self::Granted(name) => write!(f, "Prefix {name} has nothing in status.pending"),
            Self::Full(name) => write!(f, "ResourceQuota {name} is counted and used up"),
            Self::Told(name, part) => write!(f, "an Event of Machine {name} says {part:?}"),
            Self::NobodyLeads => write!(f, "the controller's Lease has run out"),
        }
    }
}

impl Stands {
    /// Whether it holds now.
    pub(super) async fn holds(&self, client: &Client, namespace: &str) -> Result<bool> {
        let client = client.clone();
        Ok(match self {
            Self::Ready(kind, name, reason) => {
                let object = get(client, namespace, kind, name).await?;
                object.is_some_and(|object| is_ready(&object, reason))
            }
            Self::Deleting(kind, name) => {
                let object = get(client, namespace, kind, name).await?;
                object.is_some_and(|object| object.metadata.deletion_timestamp.is_some())
            }
            Self::Granted(name) => {
                let object = get(client, namespace, "Prefix", name).await?;
                object.is_some_and(|object| object.data["status"]["pending"].is_null())
            }
            Self::Full(name) => {
                let api = Api::<ResourceQuota>::namespaced(client, namespace);
                api.get_opt(name)
                    .await?
                    .is_some_and(|quota| is_full(&quota))
            }
            Self::Told(name, part) => {
                let of = format!("regarding.kind=Machine,regarding.name={name},type=Warning");
                let api = Api::<Event>::namespaced(client, namespace);
                let events = api.list(&ListParams::default().fields(&of)).await?;
                let mut notes = events.items.iter().filter_map(|event| event.note.as_ref());
                notes.any(|note| note.contains(part))
            }
            Self::NobodyLeads => {
                let api = Api::<Lease>::namespaced(client, NAMESPACE);
                let lease = api.get_opt(CONTROLLER).await?;
                lease.is_none_or(|lease| has_ended(&lease, Timestamp::now()))
            }
        })
    }
}

async fn get(
    client: Client,
    namespace: &str,
    kind: &str,
    name: &str,
) -> Result<Option<DynamicObject>> {
    let mut kinds = KINDS.iter();
    let known = kinds.find(|known| known.kind == kind);
    let known = known.with_context(|| format!("no kind {kind}"))?;
    let api = Api::namespaced_with(client, namespace, &samples::resource_of(known));
    Ok(api.get_opt(name).await?)
}

fn is_ready(object: &DynamicObject, reason: &str) -> bool {
    let conditions = object.data["status"]["conditions"].as_array();
    let mut ready = conditions.into_iter().flatten();
    ready.any(|condition| condition["type"] == "Ready" && condition["reason"] == reason)
}

/// A quota that nobody has counted yet has a limit, but no use.
fn is_full(quota: &ResourceQuota) -> bool {
    let status = quota.status.clone().unwrap_or_default();
    status.hard.as_ref().is_some_and(|hard| !hard.is_empty()) && status.hard == status.used
}

fn has_ended(lease: &Lease, now: Timestamp) -> bool {
    let spec = lease.spec.clone().unwrap_or_default();
    let seconds = i64::from(spec.lease_duration_seconds.unwrap_or_default());
    let ends = spec.renew_time.and_then(|renewed| {
        renewed
            .0
            .checked_add(SignedDuration::from_secs(seconds))
            .ok()
    });
    spec.holder_identity.is_none() || ends.is_none_or(|ends| ends < now)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_quota_is_full_once_all_that_it_limits_is_counted_as_used() {
        for (status, expected) in [
            (json!(null), false),
            (json!({ "hard": { "a": "2" } }), false),
            (json!({ "hard": { "a": "2" }, "used": {} }), false),
            (json!({ "hard": { "a": "2" }, "used": { "a": "1" } }), false),
            (json!({ "hard": { "a": "2" }, "used": { "a": "2" } }), true),
        ] {
            let quota = json!({ "metadata": {}, "status": status });
            let quota = from_value(quota).expect("a quota");
            assert_eq!(is_full(&quota), expected, "{status}");
        }
    }

    #[test]
    fn a_lease_has_ended_when_nobody_renewed_it_for_as_long_as_it_lasts() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let spec = json!({
            "holderIdentity": "a", "leaseDurationSeconds": 15, "renewTime": "1970-01-01T00:01:00.000000Z",
        });
        let lease: Lease = from_value(json!({ "metadata": {}, "spec": spec })).expect("a Lease");
        assert!(!has_ended(&lease, at(75)));
        assert!(has_ended(&lease, at(76)));
        assert!(has_ended(&Lease::default(), at(0)));
    }
}
