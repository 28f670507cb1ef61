//! What a Lease says.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::api::ObjectMeta;
use serde_json::{Value, json};

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
}

impl Record {
    /// What a Lease says, and its resourceVersion.
    pub fn read(lease: Lease) -> (Self, String) {
        let spec = lease.spec.unwrap_or_default();
        let seconds = spec.lease_duration_seconds.map(u64::try_from);
        let record = Self {
            holder: spec.holder_identity.filter(|holder| !holder.is_empty()),
            duration: seconds.and_then(Result::ok).map(Duration::from_secs),
            acquired: spec.acquire_time.map(|MicroTime(time)| time),
            renewed: spec.renew_time.map(|MicroTime(time)| time),
            transitions: spec.lease_transitions.unwrap_or_default(),
        };
        (record, lease.metadata.resource_version.unwrap_or_default())
    }

    /// A new Lease that says so.
    pub fn lease(&self, name: &str) -> Lease {
        Lease {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
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
            "metadata": { "resourceVersion": version },
            "spec": {
                "holderIdentity": self.holder,
                "leaseDurationSeconds": self.seconds(),
                "acquireTime": self.acquired.map(MicroTime),
                "renewTime": self.renewed.map(MicroTime),
                "leaseTransitions": self.transitions,
            },
        })
    }

    fn seconds(&self) -> Option<i32> {
        let seconds = self.duration.map(|duration| duration.as_secs());
        seconds.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(holder: Option<&str>) -> Record {
        Record {
            holder: holder.map(str::to_owned),
            duration: Some(Duration::from_secs(15)),
            acquired: Some(Timestamp::UNIX_EPOCH),
            renewed: Some(Timestamp::UNIX_EPOCH),
            transitions: 3,
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (read, version) = Record::read(record(Some("a")).lease("ni-controller"));
        assert_eq!(
            (read, version),
            (record(Some("a")), String::new()),
            "a new Lease"
        );
    }

    #[test]
    fn a_lease_without_spec_or_with_an_empty_holder_is_held_by_nobody() {
        assert_eq!(Record::read(Lease::default()).0, Record::default());
        let mut lease = record(Some("a")).lease("ni-controller");
        lease.spec.as_mut().unwrap().holder_identity = Some(String::new());
        assert_eq!(Record::read(lease).0.holder, None);
    }

    #[test]
    fn giving_it_up_removes_the_holder_by_the_version_that_was_seen() {
        let patch = record(None).patch("7");
        assert_eq!(patch["metadata"], json!({ "resourceVersion": "7" }));
        let holder = patch["spec"].as_object().unwrap().get("holderIdentity");
        assert_eq!(holder, Some(&Value::Null));
    }
}
