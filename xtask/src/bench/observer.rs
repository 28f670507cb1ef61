// SPDX-License-Identifier: Apache-2.0

//! The benchmark's own watch: which interfaces there are, and since when each is Available.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use kube::core::{NamespaceResourceScope, ObjectMeta};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{Config, Error, Event, watcher};
use kube::{Api, Client, Resource};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::objects::NAMESPACE;

/// How long nothing may happen before it counts as stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the watch has shown.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    interfaces: HashMap<String, Option<Instant>>,
    available: usize,
    last: Option<Instant>,
}

impl Seen {
    fn put(&mut self, interface: Slim) {
        let known = self.interfaces.entry(interface.name).or_default();
        if interface.available && known.is_none() {
            let now = Instant::now();
            *known = Some(now);
            self.available += 1;
            self.last = Some(now);
        }
    }

    fn remove(&mut self, name: &str) {
        if let Some(Some(_)) = self.interfaces.remove(name) {
            self.available -= 1;
        }
    }

    fn take(&mut self, event: Event<Slim>) {
        match event {
            Event::Init => *self = Self::default(),
            Event::Apply(interface) | Event::InitApply(interface) => self.put(interface),
            Event::InitDone => {}
            Event::Delete(interface) => self.remove(&interface.name),
        }
    }

    /// Since when all of `names` are Available.
    fn since(&self, names: &[String]) -> Option<Instant> {
        let times = names
            .iter()
            .map(|name| self.interfaces.get(name).copied().flatten());
        times.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

/// A running watch.
pub(crate) struct Observer {
    seen: watch::Receiver<Seen>,
    task: JoinHandle<()>,
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Observer {
    /// Starts to watch.
    pub(crate) fn start(client: Client) -> Self {
        let (out, seen) = watch::channel(Seen::default());
        let api = Api::<Slim>::namespaced(client, NAMESPACE);
        let task = tokio::spawn(async move {
            let events = watcher(api, Config::default().streaming_lists()).default_backoff();
            let mut events = std::pin::pin!(events);
            while let Some(event) = events.next().await {
                match event {
                    Ok(event) => out.send_modify(|seen| seen.take(event)),
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

    /// When the last of `count` interfaces became Available; waits for that as long as there is progress.
    pub(crate) async fn all_available(&self, count: usize) -> Result<Instant> {
        let mut seen = self.seen.clone();
        loop {
            let before = seen.borrow_and_update().available;
            if before == count {
                return seen.borrow().last.context("no interfaces are asked for");
            }
            let more =
                seen.wait_for(|seen| seen.available == count || seen.available > before + 500);
            match timeout(PATIENCE, more).await {
                Ok(seen) => drop(seen?),
                Err(_) if self.seen.borrow().available > before => {}
                Err(_) => bail!(
                    "{before} of {count} interfaces are Available, and no more in {PATIENCE:?}"
                ),
            }
        }
    }

    /// When the last of the named interfaces became Available.
    pub(crate) async fn these_available(&self, names: &[String]) -> Result<Instant> {
        let mut seen = self.seen.clone();
        let all = timeout(PATIENCE, seen.wait_for(|seen| seen.since(names).is_some())).await;
        let all = all.with_context(|| format!("{} are not Available", names.join(", ")))??;
        all.since(names).context("they just were")
    }

    /// Waits until there are none.
    pub(crate) async fn all_gone(&self) -> Result<()> {
        let mut seen = self.seen.clone();
        let gone = timeout(PATIENCE, seen.wait_for(|seen| seen.interfaces.is_empty())).await;
        gone.context("the interfaces do not go")??;
        Ok(())
    }
}

/// What of an interface matters here.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Raw")]
struct Slim {
    name: String,
    available: bool,
    meta: ObjectMeta,
}

#[derive(Deserialize)]
struct Raw {
    metadata: RawMeta,
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
struct RawStatus {
    state: Option<String>,
}

impl From<Raw> for Slim {
    fn from(raw: Raw) -> Self {
        let meta = ObjectMeta {
            resource_version: raw.metadata.resource_version,
            ..ObjectMeta::default()
        };
        Self {
            name: raw.metadata.name,
            available: raw.status.state.as_deref() == Some("Available"),
            meta,
        }
    }
}

impl Resource for Slim {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        "NetworkInterface".into()
    }
    fn group((): &()) -> Cow<'_, str> {
        "networking.ironcore.dev".into()
    }
    fn version((): &()) -> Cow<'_, str> {
        "v1alpha1".into()
    }
    fn plural((): &()) -> Cow<'_, str> {
        "networkinterfaces".into()
    }
    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}
