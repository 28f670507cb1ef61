// SPDX-License-Identifier: Apache-2.0

//! What is around the objects: who leads, whether the webhook answers, which namespaces are being deleted, what the controller
//! has told. Pure: `read` fills it in.

use std::collections::BTreeSet;
use std::fmt;

use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use ni_controller::lease::Record;
use serde::{Serialize, Serializer};

use crate::object::Object;

/// What is around the objects.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Around {
    /// Whether a controller leads.
    pub leader: Leader,
    /// Namespace and name of the Lease that says so.
    pub lease: (String, String),
    /// Whether the webhook answers.
    pub webhook: Webhook,
    /// The namespaces that are being deleted.
    pub terminating: BTreeSet<String>,
    /// The namespaces that the controller looks after; all of them where it is empty.
    pub looked_after: BTreeSet<String>,
    /// Warnings that the controller has sent as Events.
    pub told: Vec<Told>,
    /// What could not be read.
    pub notes: Vec<Note>,
}

/// What could not be read, so that answers do not take it into account.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// What it is.
    pub of: Unknown,
    /// Why it could not be read.
    pub why: String,
}

/// What may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// By which flags the controller decides.
    Flags,
    /// The public pools.
    Pools,
    /// Whether a controller leads.
    Leader,
    /// Whether the webhook answers.
    Webhook,
    /// Whether the namespace is being deleted.
    Terminating,
    /// What the controller has told.
    Events,
    /// What keeps an object that is being deleted.
    Finalizers,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flags => "flags of the controller, so its defaults are taken",
            Self::Pools => "public pools",
            Self::Leader => "whether a controller leads",
            Self::Webhook => "whether the webhook answers",
            Self::Terminating => "whether the namespace is being deleted",
            Self::Events => "Events",
            Self::Finalizers => "finalizers",
        })
    }
}

impl Unknown {
    /// A note that says why.
    pub fn for_reason(self, why: impl Into<String>) -> Note {
        Note {
            of: self,
            why: why.into(),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, why } = self;
        write!(f, "unknown: {of}: {why}")
    }
}

impl Serialize for Note {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Whether a controller leads.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum Leader {
    /// One does.
    Leads {
        /// Who holds the Lease.
        holder: String,
    },
    /// None does.
    Nobody {
        /// What shows it.
        why: String,
    },
    /// It is not known.
    #[default]
    Unknown,
}

/// Whether the webhook answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum Webhook {
    /// So many of its replicas are ready.
    Answers {
        /// How many.
        ready: usize,
    },
    /// None is.
    Silent {
        /// What shows it.
        why: String,
    },
    /// The API server calls it by a URL, so no object says whether it answers.
    ByUrl {
        /// The URL.
        url: String,
    },
    /// The API server asks none.
    NotInstalled,
    /// It is not known.
    #[default]
    Unknown,
}

/// A warning that the controller has sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// The object that it is on.
    pub object: Object,
    /// Its reason.
    pub reason: String,
    /// The sentence.
    pub message: String,
    /// When it was sent last.
    pub at: Option<Time>,
}

impl Leader {
    /// Whether one leads, by the Lease that is there, if any. `elects` says whether the controller takes part in an election.
    pub fn of(lease: Option<&Record>, elects: bool, now: Timestamp) -> Self {
        let nobody = |why: &str| Self::Nobody {
            why: why.to_owned(),
        };
        let Some(record) = lease else {
            return if elects {
                nobody("its Lease is missing")
            } else {
                Self::Unknown
            };
        };
        let Some(holder) = &record.holder else {
            return nobody("nobody holds its Lease");
        };
        let ends = record
            .renewed
            .zip(record.duration)
            .and_then(|(renewed, duration)| renewed.checked_add(duration).ok());
        match ends {
            Some(ends) if ends < now => {
                let renewed = record
                    .renewed
                    .map_or(String::new(), |at| format!(" since {at:.0}"));
                nobody(&format!("{holder} has not renewed its Lease{renewed}"))
            }
            _ => Self::Leads {
                holder: holder.clone(),
            },
        }
    }
}

impl Webhook {
    /// Whether it answers behind `service`, by that Service's endpoints. One that does not say whether it is ready is (Kubernetes API,
    /// `EndpointConditions`).
    pub fn of(service: &str, slices: &[EndpointSlice]) -> Self {
        let endpoints = slices.iter().flat_map(|slice| &slice.endpoints).flatten();
        let ready = endpoints.filter(|endpoint| {
            let conditions = endpoint.conditions.as_ref();
            conditions.and_then(|conditions| conditions.ready) != Some(false)
        });
        match ready.count() {
            0 => Self::Silent {
                why: format!("Service {service} has no ready endpoint"),
            },
            ready => Self::Answers { ready },
        }
    }
}

impl Around {
    /// Whether the controller looks after the namespace, as far as that is known.
    pub fn looks_after(&self, namespace: &str) -> bool {
        self.looked_after.is_empty() || self.looked_after.contains(namespace)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    #[test]
    fn who_has_renewed_the_lease_in_time_leads() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let record = |holder: Option<&str>, renewed| Record {
            holder: holder.map(str::to_owned),
            duration: Some(Duration::from_secs(15)),
            renewed: Some(at(renewed)),
            ..Record::default()
        };
        let leads = Leader::Leads {
            holder: "a".to_owned(),
        };
        let nobody = |why: &str| Leader::Nobody {
            why: why.to_owned(),
        };
        for (lease, elects, expected) in [
            (Some(record(Some("a"), 90)), true, leads.clone()),
            // Without the flag, a Lease that is there was somebody's all the same.
            (Some(record(Some("a"), 85)), false, leads),
            (
                Some(record(Some("a"), 84)),
                true,
                nobody("a has not renewed its Lease since 1970-01-01T00:01:24Z"),
            ),
            (
                Some(record(None, 99)),
                true,
                nobody("nobody holds its Lease"),
            ),
            (None, true, nobody("its Lease is missing")),
            (None, false, Leader::Unknown),
        ] {
            let found = Leader::of(lease.as_ref(), elects, at(100));
            assert_eq!(found, expected, "{lease:?} {elects}");
        }
    }

    #[test]
    fn a_webhook_answers_by_each_endpoint_that_is_not_unready() {
        let slice = |conditions: &[serde_json::Value]| -> EndpointSlice {
            let endpoints: Vec<_> = conditions
                .iter()
                .map(|conditions| json!({ "addresses": ["10.0.0.1"], "conditions": conditions }))
                .collect();
            let slice = json!({ "metadata": {}, "addressType": "IPv4", "endpoints": endpoints });
            serde_json::from_value(slice).expect("a slice")
        };
        let [ready, unready, unsaid] = [
            json!({ "ready": true }),
            json!({ "ready": false }),
            json!(null),
        ];
        let silent = Webhook::Silent {
            why: "Service a/b has no ready endpoint".to_owned(),
        };
        for (slices, expected) in [
            (vec![], silent.clone()),
            (
                vec![slice(std::slice::from_ref(&unready)), slice(&[])],
                silent,
            ),
            (
                vec![slice(&[ready, unready]), slice(&[unsaid])],
                Webhook::Answers { ready: 2 },
            ),
        ] {
            assert_eq!(Webhook::of("a/b", &slices), expected, "{slices:?}");
        }
    }
}
