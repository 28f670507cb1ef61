// SPDX-License-Identifier: Apache-2.0

//! What a Lease says.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::api::ObjectMeta;
use serde_json::{Value, json};

/// The annotation that says what [`Record::taken`] does: `VERSION@TIME`, with commas between them.
const TAKEN: &str = "ni.ironcore.dev/taken";

/// How many it keeps.
const KEPT: usize = 8;

/// That the Lease was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The version of the Lease that its new holder found.
    pub version: u64,
    /// When, by the holder's wall clock: two that find the same version, in two histories, do not name the same time.
    pub at: Timestamp,
}

/// What a Lease says. Equal records mean that the Lease was not renewed in between.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Who holds it, if anybody.
    pub holder: Option<String>,
    /// How long others wait after the last renewal that they saw.
    pub duration: Option<Duration>,
    /// Since when it has this holder, by the holder's wall clock.
    pub acquired: Option<Timestamp>,
    /// When it was renewed, by the holder's wall clock: only compared for being another.
    pub renewed: Option<Timestamp>,
    /// How often it has changed hands.
    pub transitions: i32,
    /// When it was taken, the last times, in their order.
    pub taken: Vec<Taken>,
}

/// A Lease as an answer has shown it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// What it says.
    pub record: Record,
    /// Its resourceVersion.
    pub version: String,
    /// Its UID.
    pub uid: String,
}

impl Shown {
    /// What this Lease shows.
    pub fn of(lease: Lease) -> Self {
        let metadata = lease.metadata;
        let annotations = metadata.annotations.unwrap_or_default();
        let spec = lease.spec.unwrap_or_default();
        let seconds = spec.lease_duration_seconds.map(u64::try_from);
        let record = Record {
            holder: spec.holder_identity.filter(|holder| !holder.is_empty()),
            duration: seconds.and_then(Result::ok).map(Duration::from_secs),
            acquired: spec.acquire_time.map(|MicroTime(time)| time),
            renewed: spec.renew_time.map(|MicroTime(time)| time),
            transitions: spec.lease_transitions.unwrap_or_default(),
            taken: annotations
                .get(TAKEN)
                .map_or_else(Vec::new, |text| all_taken(text)),
        };
        Self {
            record,
            version: metadata.resource_version.unwrap_or_default(),
            uid: metadata.uid.unwrap_or_default(),
        }
    }
}

impl Record {
    /// When it was taken, once it is taken again.
    pub fn taken_again(&self, again: Option<Taken>) -> Vec<Taken> {
        let all: Vec<Taken> = self.taken.iter().copied().chain(again).collect();
        all[all.len().saturating_sub(KEPT)..].to_vec()
    }

    /// When it was taken last before it had this version.
    pub fn taken_before(&self, version: u64) -> Option<Taken> {
        let before = self.taken.iter().filter(|taken| taken.version < version);
        before.max_by_key(|taken| taken.version).copied()
    }

    /// A new Lease that says so.
    pub fn lease(&self, name: &str) -> Lease {
        Lease {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                annotations: self
                    .taken()
                    .map(|value| BTreeMap::from([(TAKEN.to_owned(), value)])),
                ..ObjectMeta::default()
            },
            spec: Some(LeaseSpec {
                holder_identity: self.holder.clone(),
                lease_duration_seconds: self.seconds(),
                acquire_time: self.acquired.map(MicroTime),
                renew_time: self.renewed.map(MicroTime),
                lease_transitions: Some(self.transitions),
                ..LeaseSpec::default()
            }),
        }
    }

    /// The merge patch that has the Lease of this version say so. Labels and whatever else others keep there stay.
    pub fn patch(&self, version: &str) -> Value {
        json!({
            "metadata": { "resourceVersion": version, "annotations": { TAKEN: self.taken() } },
            "spec": {
                "holderIdentity": self.holder,
                "leaseDurationSeconds": self.seconds(),
                "acquireTime": self.acquired.map(MicroTime),
                "renewTime": self.renewed.map(MicroTime),
                "leaseTransitions": self.transitions,
            },
        })
    }

    fn taken(&self) -> Option<String> {
        let taken = self.taken.iter();
        let taken: Vec<String> = taken
            .map(|Taken { version, at }| format!("{version}@{at}"))
            .collect();
        (!taken.is_empty()).then(|| taken.join(","))
    }

    fn seconds(&self) -> Option<i32> {
        let seconds = self.duration.map(|duration| duration.as_secs());
        seconds.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX))
    }
}

/// What the annotation says; nothing where that can't be read.
fn all_taken(text: &str) -> Vec<Taken> {
    let one = |text: &str| {
        let (version, at) = text.split_once('@')?;
        Some(Taken {
            version: version.parse().ok()?,
            at: at.parse().ok()?,
        })
    };
    text.split(',')
        .map(one)
        .collect::<Option<_>>()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(version: u64) -> Taken {
        Taken {
            version,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn record(holder: Option<&str>) -> Record {
        Record {
            holder: holder.map(str::to_owned),
            duration: Some(Duration::from_secs(15)),
            acquired: Some(Timestamp::UNIX_EPOCH),
            renewed: Some(Timestamp::UNIX_EPOCH),
            transitions: 3,
            taken: [4, 6].map(taken).to_vec(),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let new = Shown {
            record: record(Some("a")),
            ..Shown::default()
        };
        assert_eq!(Shown::of(new.record.lease("ni-controller")), new);
    }

    #[test]
    fn the_last_versions_at_which_it_was_taken_are_kept() {
        let mut record = record(Some("a"));
        for version in 10..17 {
            record.taken = record.taken_again(Some(taken(version)));
        }
        let expected = [6, 10, 11, 12, 13, 14, 15, 16];
        assert_eq!(record.taken, expected.map(taken));
        assert_eq!(record.taken_before(13), Some(taken(12)));
        assert_eq!(record.taken_before(6), None);
    }

    #[test]
    fn a_lease_without_spec_or_with_an_empty_holder_is_held_by_nobody() {
        assert_eq!(Shown::of(Lease::default()), Shown::default());
        let mut lease = record(Some("a")).lease("ni-controller");
        lease.spec.as_mut().unwrap().holder_identity = Some(String::new());
        assert_eq!(Shown::of(lease).record.holder, None);
    }

    #[test]
    fn giving_it_up_removes_the_holder_by_the_version_that_was_seen() {
        let patch = record(None).patch("7");
        let metadata = json!({ "resourceVersion": "7", "annotations": { TAKEN: "4@1970-01-01T00:00:00Z,6@1970-01-01T00:00:00Z" } });
        assert_eq!(patch["metadata"], metadata);
        let holder = patch["spec"].as_object().unwrap().get("holderIdentity");
        assert_eq!(holder, Some(&Value::Null));
    }
}
