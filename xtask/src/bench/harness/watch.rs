// SPDX-License-Identifier: Apache-2.0

//! The benchmark's own watches: they read of an object only what a benchmark needs, as they share the machine with what is
//! measured.

use std::borrow::Cow;
use std::fmt::Debug;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use ironcore_api::{KINDS, Kind};
use kube::core::{DynamicResourceScope, ObjectMeta};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{Config, Error, Event, watcher};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::objects::NAMESPACE;

/// How long nothing may happen before it counts as stuck.
const PATIENCE: Duration = Duration::from_mins(1);
/// How many more are progress.
const PROGRESS: usize = 500;

/// What a watch has shown.
pub(crate) trait Seen: Default + Send + Sync + 'static {
    /// What is read of an object: a [`Slim`].
    type Object: Clone
        + Debug
        + DeserializeOwned
        + Resource<DynamicType = Kind, Scope = DynamicResourceScope>
        + Send
        + 'static;

    /// Takes an event in.
    fn take(&mut self, event: Event<Self::Object>);
}

/// A running watch.
pub(crate) struct Watch<S> {
    seen: watch::Sender<S>,
    task: JoinHandle<()>,
}

impl<S> Drop for Watch<S> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<S: Seen> Watch<S> {
    /// Starts to watch a kind in the benchmark's namespace.
    pub(crate) fn start(client: Client, kind: &'static Kind) -> Self {
        let (seen, _) = watch::channel(S::default());
        let api = Api::<S::Object>::namespaced_with(client, NAMESPACE, kind);
        let sender = seen.clone();
        let task = tokio::spawn(async move {
            let events = watcher(api, Config::default().streaming_lists()).default_backoff();
            let mut events = std::pin::pin!(events);
            while let Some(event) = events.next().await {
                match event {
                    Ok(event) => sender.send_modify(|seen| seen.take(event)),
                    Err(Error::WatchStartFailed(kube::Error::Api(status)))
                        if status.code == 429 =>
                    {
                        // The server asks for patience with a definition that is just installed.
                    }
                    Err(error) => eprintln!("the benchmark's watch: {error}"),
                }
            }
        });
        Self { seen, task }
    }

    /// What it has shown so far.
    pub(crate) fn seen(&self) -> watch::Ref<'_, S> {
        self.seen.borrow()
    }

    /// Changes what it has shown so far.
    pub(crate) fn modify(&self, change: impl FnOnce(&mut S)) {
        self.seen.send_modify(change);
    }

    /// Waits until `reached`, for so long; whether it was.
    pub(crate) async fn within(&self, patience: Duration, reached: impl Fn(&S) -> bool) -> bool {
        let mut seen = self.seen.subscribe();
        let waited = timeout(patience, seen.wait_for(reached)).await;
        waited.is_ok()
    }

    /// Waits until `reached`; `else_what` says what is wrong where that takes too long.
    pub(crate) async fn until(
        &self,
        reached: impl Fn(&S) -> bool,
        else_what: impl FnOnce() -> String,
    ) -> Result<()> {
        let reached = self.within(PATIENCE, reached).await;
        reached.then_some(()).with_context(else_what)
    }

    /// Waits until there are `count`, as long as there is progress; `what` says of what, and what of them.
    pub(crate) async fn count_to(
        &self,
        count: usize,
        what: &str,
        so_far: impl Fn(&S) -> Result<usize>,
    ) -> Result<()> {
        loop {
            let before = so_far(&self.seen())?;
            if before >= count {
                return Ok(());
            }
            let enough = count.min(before + PROGRESS);
            let more = |seen: &S| !so_far(seen).is_ok_and(|now| now < enough);
            if !self.within(PATIENCE, more).await && so_far(&self.seen())? == before {
                bail!("{before} of {count} {what}, and no more in {PATIENCE:?}");
            }
        }
    }
}

/// An object of which little is read.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Slim<Spec, Status> {
    #[serde(rename = "metadata", deserialize_with = "name_and_version")]
    meta: ObjectMeta,
    #[serde(default)]
    pub(crate) spec: Spec,
    #[serde(default)]
    pub(crate) status: Status,
}

impl<Spec, Status> Slim<Spec, Status> {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.meta.name.as_deref().unwrap_or_default()
    }
}

fn name_and_version<'de, D: Deserializer<'de>>(from: D) -> Result<ObjectMeta, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Read {
        name: Option<String>,
        resource_version: Option<String>,
    }
    let read = Read::deserialize(from)?;
    Ok(ObjectMeta {
        name: read.name,
        resource_version: read.resource_version,
        ..ObjectMeta::default()
    })
}

impl<Spec, Status> Resource for Slim<Spec, Status> {
    type DynamicType = Kind;
    type Scope = DynamicResourceScope;

    fn kind(kind: &Kind) -> Cow<'_, str> {
        kind.kind.into()
    }
    fn group(kind: &Kind) -> Cow<'_, str> {
        kind.group.into()
    }
    fn version(kind: &Kind) -> Cow<'_, str> {
        kind.version.into()
    }
    fn plural(kind: &Kind) -> Cow<'_, str> {
        kind.plural.into()
    }
    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}

/// Holds a controller's watches, and throws away what they say.
pub(crate) fn hold_watches(client: &Client) {
    for kind in &KINDS {
        let path = format!("/apis/{}/{}", kind.api_version(), kind.plural);
        tokio::spawn(drain(client.clone(), path));
    }
}

async fn drain(client: Client, path: String) -> Result<()> {
    let uri = format!(
        "{path}?watch=true&timeoutSeconds=290&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
    );
    let request = http::Request::get(uri).body(Vec::new())?;
    let stream = std::pin::pin!(client.request_stream(request).await?);
    futures::io::copy_buf(stream, &mut futures::io::sink()).await?;
    Ok(())
}
