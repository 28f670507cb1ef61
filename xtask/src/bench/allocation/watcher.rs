// SPDX-License-Identifier: Apache-2.0

//! The benchmark's own watch over Prefixes, from the start and over every version.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures::StreamExt;
use kube::core::{NamespaceResourceScope, ObjectMeta};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{Config, Error, Event, watcher};
use kube::{Api, Client, Resource};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::census::{Audit, Census, Seen};
use crate::bench::objects::NAMESPACE;

/// How long nothing may happen before it counts as stuck.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
struct State {
    census: Census,
    /// How many children were Allocated when counting began.
    base: usize,
    last: Option<Instant>,
    /// What went wrong: an object that does not read, or a gap in the watch.
    failure: Option<String>,
}

impl State {
    fn take(&mut self, event: Event<Slim>) {
        match event {
            // Versions may have been missed.
            Event::Init if self.census.len() > 0 => {
                self.failure = Some("the benchmark's watch was interrupted".to_owned());
            }
            Event::Init | Event::InitDone => {}
            Event::Apply(prefix) | Event::InitApply(prefix) => {
                let before = self.census.allocated;
                if let Err(why) = self.census.put(prefix.seen) {
                    self.failure = Some(format!("{why:#}"));
                }
                if self.census.allocated > before {
                    self.last = Some(Instant::now());
                }
            }
            Event::Delete(prefix) => self.census.remove(&prefix.seen.name),
        }
    }

    fn allocated(&self) -> usize {
        self.census.allocated - self.base
    }
}

/// A running watch.
pub(crate) struct Watcher {
    out: watch::Sender<State>,
    task: JoinHandle<()>,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watcher {
    /// Starts to watch.
    pub(crate) fn start(client: Client) -> Self {
        let (out, _) = watch::channel(State::default());
        let api = Api::<Slim>::namespaced(client, NAMESPACE);
        let sender = out.clone();
        let task = tokio::spawn(async move {
            let events = watcher(api, Config::default().streaming_lists()).default_backoff();
            let mut events = std::pin::pin!(events);
            while let Some(event) = events.next().await {
                match event {
                    Ok(event) => sender.send_modify(|state| state.take(event)),
                    Err(Error::WatchStartFailed(kube::Error::Api(status)))
                        if status.code == 429 =>
                    {
                        // The server asks for patience with a definition that is just installed.
                    }
                    Err(error) => eprintln!("the benchmark's watch: {error}"),
                }
            }
        });
        Self { out, task }
    }

    /// Counts from here on.
    pub(crate) fn begin(&self) {
        self.out.send_modify(|state| {
            state.base = state.census.allocated;
            state.census.overlaps = 0;
        });
    }

    /// When the last of `count` children became Allocated; waits for that as long as there is progress.
    pub(crate) async fn all_allocated(&self, count: usize) -> Result<Instant> {
        let mut states = self.out.subscribe();
        loop {
            let before = {
                let state = states.borrow_and_update();
                state.check()?;
                if state.allocated() >= count {
                    return state.last.context("no grants are asked for");
                }
                state.allocated()
            };
            let more = states.wait_for(|state| {
                state.failure.is_some()
                    || state.allocated() >= count
                    || state.allocated() > before + 500
            });
            match timeout(PATIENCE, more).await {
                Ok(state) => drop(state?),
                Err(_) if self.out.borrow().allocated() > before => {}
                Err(_) => {
                    bail!("{before} of {count} prefixes are Allocated, and no more in {PATIENCE:?}")
                }
            }
        }
    }

    /// Waits until this prefix is Allocated.
    pub(crate) async fn is_allocated(&self, name: &str) -> Result<()> {
        let what = || format!("Prefix {name} is not Allocated");
        self.wait_for(|census| census.is_allocated(name), what)
            .await
    }

    /// Waits until there is no prefix.
    pub(crate) async fn all_gone(&self) -> Result<()> {
        let what = || "the prefixes do not go".to_owned();
        self.wait_for(|census| census.len() == 0, what).await
    }

    async fn wait_for(
        &self,
        reached: impl Fn(&Census) -> bool,
        what: impl Fn() -> String,
    ) -> Result<()> {
        let mut states = self.out.subscribe();
        let state = states.wait_for(|state| reached(&state.census));
        let state = timeout(PATIENCE, state).await.with_context(&what)?;
        state.with_context(what)?.check()
    }

    /// Waits until record and children of `parent` agree; where they do not in time, what they are left at.
    pub(crate) async fn settled(&self, parent: &str, patience: Duration) -> Result<Audit> {
        let mut states = self.out.subscribe();
        let settled = states.wait_for(|state| {
            let audit = state.census.audit(parent);
            audit.is_ok_and(|audit| audit.is_settled())
        });
        // Where it takes too long, what is left is the figure.
        let _ = timeout(patience, settled).await.map(drop);
        let state = self.out.borrow();
        state.check()?;
        let audit = state.census.audit(parent)?;
        ensure!(
            audit.unrecorded == 0,
            "{} ranges that children have are not in the record",
            audit.unrecorded
        );
        Ok(audit)
    }

    /// How many blocks overlapped since counting began.
    pub(crate) fn overlaps(&self) -> u64 {
        self.out.borrow().census.overlaps
    }
}

impl State {
    fn check(&self) -> Result<()> {
        self.failure.as_ref().map_or(Ok(()), |why| bail!("{why}"))
    }
}

/// A prefix on kube's wire.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Raw")]
struct Slim {
    seen: Seen,
    meta: ObjectMeta,
}

#[derive(Deserialize)]
struct Raw {
    metadata: RawMeta,
    #[serde(default)]
    spec: RawSpec,
    #[serde(default)]
    status: RawStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMeta {
    #[serde(default)]
    name: String,
    resource_version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSpec {
    prefix: Option<String>,
    parent_ref: Option<RawRef>,
}

#[derive(Deserialize)]
struct RawRef {
    name: String,
}

#[derive(Default, Deserialize)]
struct RawStatus {
    phase: Option<String>,
    used: Option<Box<RawValue>>,
    #[serde(default)]
    pending: Vec<IgnoredAny>,
}

impl From<Raw> for Slim {
    fn from(raw: Raw) -> Self {
        let allocated = raw.status.phase.as_deref() == Some("Allocated");
        let seen = Seen {
            name: raw.metadata.name,
            parent: raw.spec.parent_ref.map(|parent| parent.name),
            block: raw.spec.prefix.filter(|_| allocated),
            used: raw.status.used.map(|used| used.get().into()),
            pending: raw.status.pending.len(),
        };
        let meta = ObjectMeta {
            resource_version: raw.metadata.resource_version,
            ..ObjectMeta::default()
        };
        Self { seen, meta }
    }
}

impl Resource for Slim {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        "Prefix".into()
    }
    fn group((): &()) -> Cow<'_, str> {
        "ipam.ironcore.dev".into()
    }
    fn version((): &()) -> Cow<'_, str> {
        "v1alpha1".into()
    }
    fn plural((): &()) -> Cow<'_, str> {
        "prefixes".into()
    }
    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}
