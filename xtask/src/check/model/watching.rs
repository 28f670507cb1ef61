// SPDX-License-Identifier: Apache-2.0

//! One watch of each kind over all namespaces: what it reports is kept, by namespace, in order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use http::{Method, Request};
use http_body_util::BodyExt;
use ironcore_api::KINDS;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::At;
use super::wire::must;

/// An event as it came.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// As `ADDED`.
    pub(super) what: String,
    pub(super) object: Value,
}

/// The watches. They end with the last clone.
#[derive(Clone)]
pub(super) struct Watching {
    kept: Arc<Mutex<Kept>>,
    _tasks: Arc<JoinSet<()>>,
}

#[derive(Default)]
struct Kept {
    events: HashMap<(At, String), Vec<Event>>,
    /// Why a watch ended.
    failure: Option<String>,
}

impl Watching {
    /// Begins the watches.
    pub(super) async fn start(client: &Client) -> Result<Self> {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let mut tasks = JoinSet::new();
        for (at, kind) in KINDS.iter().enumerate() {
            let path = format!("/apis/{}/{}", kind.api_version(), kind.plural);
            let list = must(
                client,
                Method::GET,
                &format!("{path}?limit=1"),
                &Value::Null,
            )
            .await?;
            let version = list["metadata"]["resourceVersion"]
                .as_str()
                .context("a list has a version")?;
            let mut watch =
                Watch::open(client, &path, &format!("resourceVersion={version}")).await?;
            let kept = kept.clone();
            tasks.spawn(async move {
                let failure = loop {
                    match watch.next().await {
                        Ok(event) => keep(&kept, |kept| kept.add(at, event)),
                        Err(error) => break format!("{error:#}"),
                    }
                };
                keep(&kept, |kept| kept.failure = Some(failure));
            });
        }
        Ok(Self {
            kept,
            _tasks: Arc::new(tasks),
        })
    }

    /// The events of a kind in a namespace from this place on.
    ///
    /// # Errors
    /// If a watch has ended.
    pub(super) fn events(&self, kind: At, namespace: &str, from: usize) -> Result<Vec<Event>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = &kept.failure {
            bail!("a watch ended: {failure}");
        }
        let events = kept.events.get(&(kind, namespace.to_owned()));
        Ok(events
            .and_then(|events| events.get(from..))
            .unwrap_or_default()
            .to_vec())
    }
}

fn keep(kept: &Mutex<Kept>, what: impl FnOnce(&mut Kept)) {
    what(&mut kept.lock().unwrap_or_else(PoisonError::into_inner));
}

impl Kept {
    fn add(&mut self, kind: At, event: Event) {
        let namespace = event.object["metadata"]["namespace"]
            .as_str()
            .unwrap_or_default();
        self.events
            .entry((kind, namespace.to_owned()))
            .or_default()
            .push(event);
    }
}

/// One watch.
pub(super) struct Watch {
    body: Body,
    read: Vec<u8>,
}

impl Watch {
    /// Begins a watch of a collection.
    pub(super) async fn open(client: &Client, collection: &str, parameters: &str) -> Result<Self> {
        let request =
            Request::get(format!("{collection}?watch=true&{parameters}")).body(Body::empty())?;
        let answer = client.send(request).await?;
        let status = answer.status();
        let body = answer.into_body();
        if status.is_success() {
            let read = Vec::new();
            return Ok(Self { body, read });
        }
        // As the server says it where it finds out later.
        let refusal: Value = serde_json::from_slice(&body.collect_bytes().await?)?;
        let event = json!({ "type": "ERROR", "object": refusal });
        Ok(Self {
            body: Body::empty(),
            read: format!("{event}\n").into_bytes(),
        })
    }

    /// The next event, which has to come soon.
    pub(super) async fn next_in_time(&mut self) -> Result<Event> {
        let next = timeout(Duration::from_secs(30), self.next()).await;
        next.context("waiting for an event")?
    }

    /// The next event.
    async fn next(&mut self) -> Result<Event> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                let mut event: Value = serde_json::from_slice(&line).context("an event")?;
                let what = event["type"].as_str().unwrap_or_default().to_owned();
                return Ok(Event {
                    what,
                    object: event["object"].take(),
                });
            }
            let frame = self.body.frame().await.context("it was closed")??;
            self.read.extend(frame.data_ref().into_iter().flatten());
        }
    }
}
