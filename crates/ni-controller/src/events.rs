// SPDX-License-Identifier: Apache-2.0

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
use crate::plan::Notice;

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
    waiting: Arc<Mutex<VecDeque<Notice>>>,
    news: Arc<Notify>,
}

impl Outbox {
    /// Adds a notice; returns the one that had to go for it, if the queue was full.
    pub fn push(&self, notice: Notice) -> Option<Notice> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let dropped = if waiting.len() == CAPACITY {
            waiting.pop_front()
        } else {
            None
        };
        waiting.push_back(notice);
        drop(waiting);
        self.news.notify_one();
        dropped
    }

    async fn pop(&self) -> Notice {
        loop {
            if let Some(notice) = self
                .waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front()
            {
                return notice;
            }
            self.news.notified().await;
        }
    }
}

/// Sends what is in the outbox. It never returns. A request that takes longer than `timeout` is given up.
pub async fn send_all(client: Client, outbox: Outbox, metrics: Metrics, timeout: Duration) {
    let instance = std::env::var("HOSTNAME").unwrap_or_else(|_| "ni-controller".to_owned());
    loop {
        let notice = outbox.pop().await;
        let sent = send_patiently(&client, &notice, &instance, timeout).await;
        metrics.event(notice.reason, sent);
    }
}

async fn send_patiently(
    client: &Client,
    notice: &Notice,
    instance: &str,
    timeout: Duration,
) -> bool {
    for attempt in 0..ATTEMPTS {
        match tokio::time::timeout(timeout, send(client, notice, instance)).await {
            Ok(Ok(())) => return true,
            Ok(Err(kube::Error::Api(status))) if status.code < 500 && status.code != 429 => {
                // As in a namespace that is being deleted.
                info!(reason = notice.reason.as_str(), error = %status.message, "the API server refused an Event");
                return false;
            }
            Ok(Err(error)) => {
                debug!(reason = notice.reason.as_str(), %error, "could not send an Event: retrying");
            }
            Err(_) => {
                debug!(
                    reason = notice.reason.as_str(),
                    "no answer to an Event: retrying"
                );
            }
        }
        tokio::time::sleep(Duration::from_millis(200 << attempt)).await;
    }
    warn!(
        reason = notice.reason.as_str(),
        "dropped an Event after {ATTEMPTS} attempts"
    );
    false
}

async fn send(client: &Client, notice: &Notice, instance: &str) -> Result<(), kube::Error> {
    let api = Api::<Event>::namespaced(client.clone(), &notice.namespace);
    let event = event(notice, instance, Timestamp::now());
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

/// The Event of a notice. Its name is a function of object, reason and cause: the same again is the same Event.
fn event(notice: &Notice, instance: &str, now: Timestamp) -> Event {
    let mut hasher = DefaultHasher::new();
    (&notice.uid, notice.reason.as_str(), &notice.message).hash(&mut hasher);
    let stem: String = notice.name.chars().take(200).collect();
    let name = format!(
        "{}.{:016x}",
        stem.trim_end_matches(['.', '-']),
        hasher.finish()
    );
    let mut note = notice.message.clone();
    note.truncate(note.floor_char_boundary(NOTE_MAX));
    Event {
        metadata: ObjectMeta {
            name: Some(name),
            namespace: Some(notice.namespace.to_string()),
            ..ObjectMeta::default()
        },
        event_time: Some(MicroTime(now)),
        reporting_controller: Some(CONTROLLER.to_owned()),
        reporting_instance: Some(instance.chars().take(128).collect()),
        action: Some("Reconcile".to_owned()),
        reason: Some(notice.reason.as_str().to_owned()),
        type_: Some(
            if notice.reason.is_warning() {
                "Warning"
            } else {
                "Normal"
            }
            .to_owned(),
        ),
        note: Some(note),
        regarding: Some(ObjectReference {
            api_version: Some(notice.kind.api_version()),
            kind: Some(notice.kind.as_str().to_owned()),
            namespace: Some(notice.namespace.to_string()),
            name: Some(notice.name.to_string()),
            uid: Some(notice.uid.to_string()),
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

    fn notice(message: &str) -> Notice {
        Notice {
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
            event(&notice(message), "i", Timestamp::UNIX_EPOCH)
                .metadata
                .name
        };
        assert_eq!(name("a"), name("a"));
        assert_ne!(name("a"), name("b"));
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let note = event(&notice(&"ä".repeat(1000)), "i", Timestamp::UNIX_EPOCH)
            .note
            .unwrap_or_default();
        assert_eq!(note, "ä".repeat(512));
    }

    #[tokio::test]
    async fn a_full_outbox_drops_the_oldest() {
        let outbox = Outbox::default();
        for n in 0..CAPACITY {
            assert_eq!(outbox.push(notice(&n.to_string())), None);
        }
        assert_eq!(outbox.push(notice("last")), Some(notice("0")));
        assert_eq!(outbox.pop().await, notice("1"));
    }
}
