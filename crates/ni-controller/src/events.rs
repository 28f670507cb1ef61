//! Reports → Events of events.k8s.io/v1: one per object, reason and cause, counted as a series. Sent from a
//! bounded queue of their own, the oldest dropped first, so that they never delay a write.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::api::events::v1::{Event, EventSeries};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::api::{ObjectMeta, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::json;
use tokio::sync::Notify;
use tracing::{debug, info, warn};

use crate::metrics::Metrics;
use crate::plan::Report;

/// How many Events may wait to be sent.
const CAPACITY: usize = 1024;
/// The longest note that the API takes, in bytes.
const NOTE_MAX: usize = 1024;
/// How often an Event is tried while the API server does not answer.
const ATTEMPTS: u32 = 5;
/// Who reports.
const CONTROLLER: &str = "ironcore.dev/ni-controller";

/// A queue of what users are to be told.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    waiting: Arc<Mutex<VecDeque<Report>>>,
    news: Arc<Notify>,
}

impl Outbox {
    /// Adds a report; answers the one that had to go for it, if the queue was full.
    pub fn push(&self, report: Report) -> Option<Report> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let dropped = if waiting.len() == CAPACITY {
            waiting.pop_front()
        } else {
            None
        };
        waiting.push_back(report);
        drop(waiting);
        self.news.notify_one();
        dropped
    }

    async fn pop(&self) -> Report {
        loop {
            if let Some(report) = self
                .waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front()
            {
                return report;
            }
            self.news.notified().await;
        }
    }
}

/// Sends what is in the outbox, for ever. A request that takes longer than `timeout` is given up.
pub async fn send_all(client: Client, outbox: Outbox, metrics: Metrics, timeout: Duration) {
    let instance = std::env::var("HOSTNAME").unwrap_or_else(|_| "ni-controller".to_owned());
    loop {
        let report = outbox.pop().await;
        let sent = send_patiently(&client, &report, &instance, timeout).await;
        metrics.event(report.reason, sent);
    }
}

async fn send_patiently(
    client: &Client,
    report: &Report,
    instance: &str,
    timeout: Duration,
) -> bool {
    for attempt in 0..ATTEMPTS {
        match tokio::time::timeout(timeout, send(client, report, instance)).await {
            Ok(Ok(())) => return true,
            Ok(Err(kube::Error::Api(status))) if status.code < 500 && status.code != 429 => {
                // As in a namespace that is being deleted.
                info!(reason = report.reason.as_str(), error = %status.message, "an Event was refused");
                return false;
            }
            Ok(Err(error)) => {
                debug!(reason = report.reason.as_str(), %error, "an Event was not sent: trying again");
            }
            Err(_) => {
                debug!(
                    reason = report.reason.as_str(),
                    "no answer to an Event: trying again"
                );
            }
        }
        tokio::time::sleep(Duration::from_millis(200 << attempt)).await;
    }
    warn!(
        reason = report.reason.as_str(),
        "an Event is lost, after {ATTEMPTS} attempts"
    );
    false
}

async fn send(client: &Client, report: &Report, instance: &str) -> Result<(), kube::Error> {
    let api = Api::<Event>::namespaced(client.clone(), &report.namespace);
    let event = event(report, instance, Timestamp::now());
    let name = event.metadata.name.clone().unwrap_or_default();
    match api.create(&PostParams::default(), &event).await {
        Err(kube::Error::Api(status)) if status.is_already_exists() => {}
        created => return created.map(drop),
    }
    let known = api.get(&name).await?;
    let series = EventSeries {
        count: known.series.map_or(1, |series| series.count) + 1,
        last_observed_time: MicroTime(Timestamp::now()),
    };
    let patch = Patch::Merge(json!({ "series": series }));
    api.patch(&name, &PatchParams::default(), &patch)
        .await
        .map(drop)
}

/// The Event of a report. Its name is a function of object, reason and cause: the same again is the same Event.
fn event(report: &Report, instance: &str, now: Timestamp) -> Event {
    let mut hasher = DefaultHasher::new();
    (&report.uid, report.reason.as_str(), &report.message).hash(&mut hasher);
    let stem: String = report.name.chars().take(200).collect();
    let name = format!(
        "{}.{:016x}",
        stem.trim_end_matches(['.', '-']),
        hasher.finish()
    );
    let mut note = report.message.clone();
    note.truncate(note.floor_char_boundary(NOTE_MAX));
    Event {
        metadata: ObjectMeta {
            name: Some(name),
            namespace: Some(report.namespace.to_string()),
            ..ObjectMeta::default()
        },
        event_time: Some(MicroTime(now)),
        reporting_controller: Some(CONTROLLER.to_owned()),
        reporting_instance: Some(instance.chars().take(128).collect()),
        action: Some("Reconcile".to_owned()),
        reason: Some(report.reason.as_str().to_owned()),
        type_: Some(
            if report.reason.is_warning() {
                "Warning"
            } else {
                "Normal"
            }
            .to_owned(),
        ),
        note: Some(note),
        regarding: Some(ObjectReference {
            api_version: Some(report.kind.api_version().to_owned()),
            kind: Some(report.kind.as_str().to_owned()),
            namespace: Some(report.namespace.to_string()),
            name: Some(report.name.to_string()),
            uid: Some(report.uid.to_string()),
            ..ObjectReference::default()
        }),
        ..Event::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Reason;
    use crate::world::Kind;

    fn report(message: &str) -> Report {
        Report {
            reason: Reason::NameTaken,
            kind: Kind::Machine,
            namespace: "ns".into(),
            name: "m".into(),
            uid: "u".into(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn the_same_cause_is_the_same_event_and_another_is_another() {
        let name = |message: &str| {
            event(&report(message), "i", Timestamp::UNIX_EPOCH)
                .metadata
                .name
        };
        assert_eq!(name("a"), name("a"));
        assert_ne!(name("a"), name("b"));
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let note = event(&report(&"ä".repeat(1000)), "i", Timestamp::UNIX_EPOCH)
            .note
            .unwrap_or_default();
        assert_eq!(note, "ä".repeat(512));
    }

    #[tokio::test]
    async fn a_full_outbox_drops_the_oldest() {
        let outbox = Outbox::default();
        for n in 0..CAPACITY {
            assert_eq!(outbox.push(report(&n.to_string())), None);
        }
        assert_eq!(outbox.push(report("last")), Some(report("0")));
        assert_eq!(outbox.pop().await, report("1"));
    }
}
