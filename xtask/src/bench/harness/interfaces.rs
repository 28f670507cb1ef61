// SPDX-License-Identifier: Apache-2.0

//! Which interfaces there are, and since when each is Available.

use std::collections::HashMap;
use std::time::Instant;

use anyhow::{Context, Result};
use ironcore_api::Kind;
use kube::Client;
use kube::runtime::watcher::Event;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::watch::{Seen, Slim, Watch};

/// What of an interface matters here.
type Interface = Slim<IgnoredAny, Status>;

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Status {
    state: Option<String>,
}

/// What the watch has shown.
#[derive(Debug, Default)]
pub(crate) struct State {
    interfaces: HashMap<String, Option<Instant>>,
    available: usize,
    last: Option<Instant>,
}

impl State {
    fn put(&mut self, interface: &Interface) {
        let name = interface.name().to_owned();
        let known = self.interfaces.entry(name).or_default();
        let is_available = interface.status.state.as_deref() == Some("Available");
        if is_available && known.is_none() {
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

    /// Since when all of `names` are Available.
    fn since(&self, names: &[String]) -> Option<Instant> {
        let times = names
            .iter()
            .map(|name| self.interfaces.get(name).copied().flatten());
        times.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

impl Seen for State {
    type Object = Interface;

    fn take(&mut self, event: Event<Interface>) {
        match event {
            Event::Init => *self = Self::default(),
            Event::Apply(interface) | Event::InitApply(interface) => self.put(&interface),
            Event::InitDone => {}
            Event::Delete(interface) => self.remove(interface.name()),
        }
    }
}

/// A running watch.
pub(crate) struct Interfaces(Watch<State>);

impl Interfaces {
    /// Starts to watch.
    pub(crate) fn start(client: Client) -> Self {
        Self(Watch::start(client, Kind::named("NetworkInterface")))
    }

    /// When the last of `count` interfaces became Available; waits for that as long as there is progress.
    pub(crate) async fn all_available(&self, count: usize) -> Result<Instant> {
        let so_far = |state: &State| Ok(state.available);
        let what = "interfaces are Available";
        self.0.count_to(count, what, so_far).await?;
        self.0.seen().last.context("no interfaces are asked for")
    }

    /// When the last of the named interfaces became Available.
    pub(crate) async fn these_available(&self, names: &[String]) -> Result<Instant> {
        let all = |state: &State| state.since(names).is_some();
        let else_what = || format!("{} are not Available", names.join(", "));
        self.0.until(all, else_what).await?;
        self.0.seen().since(names).context("they just were")
    }

    /// Waits until there are none.
    pub(crate) async fn all_gone(&self) -> Result<()> {
        let none = |state: &State| state.interfaces.is_empty();
        let else_what = || "the interfaces do not go".to_owned();
        self.0.until(none, else_what).await
    }
}
