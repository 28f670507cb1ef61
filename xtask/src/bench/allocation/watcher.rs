// SPDX-License-Identifier: Apache-2.0

//! The benchmark's own watch over Prefixes, from the start and over every version.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use ironcore_api::Kind;
use kube::Client;
use kube::runtime::watcher::Event;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::census::{self, Audit, Census};
use crate::bench::harness::watch::{Seen, Slim, Watch};

/// What the watch has shown.
#[derive(Debug, Default)]
pub(crate) struct State {
    census: Census,
    /// How many children were Allocated when counting began.
    base: usize,
    last: Option<Instant>,
    /// What went wrong: an object that does not read, or a gap in the watch.
    failure: Option<String>,
}

impl Seen for State {
    type Object = Prefix;

    fn take(&mut self, event: Event<Prefix>) {
        match event {
            // Versions may have been missed.
            Event::Init if self.census.len() > 0 => {
                self.failure = Some("the benchmark's watch was interrupted".to_owned());
            }
            Event::Init | Event::InitDone => {}
            Event::Apply(prefix) | Event::InitApply(prefix) => {
                let before = self.census.allocated;
                if let Err(why) = self.census.put(seen(prefix)) {
                    self.failure = Some(format!("{why:#}"));
                }
                if self.census.allocated > before {
                    self.last = Some(Instant::now());
                }
            }
            Event::Delete(prefix) => self.census.remove(prefix.name()),
        }
    }
}

impl State {
    fn check(&self) -> Result<()> {
        self.failure.as_ref().map_or(Ok(()), |why| bail!("{why}"))
    }
}

/// A running watch.
pub(crate) struct Prefixes(Watch<State>);

impl Prefixes {
    /// Starts to watch.
    pub(crate) fn start(client: Client) -> Self {
        Self(Watch::start(client, Kind::named("Prefix")))
    }

    /// Counts from here on.
    pub(crate) fn begin(&self) {
        self.0.modify(|state| {
            state.base = state.census.allocated;
            state.census.overlaps = 0;
        });
    }

    /// When the last of `count` children became Allocated; waits for that as long as there is progress.
    pub(crate) async fn all_allocated(&self, count: usize) -> Result<Instant> {
        let so_far = |state: &State| {
            state.check()?;
            Ok(state.census.allocated - state.base)
        };
        let what = "prefixes are Allocated";
        self.0.count_to(count, what, so_far).await?;
        self.0.seen().last.context("no grants are asked for")
    }

    /// Waits until this prefix is Allocated.
    pub(crate) async fn is_allocated(&self, name: &str) -> Result<()> {
        let else_what = || format!("Prefix {name} is not Allocated");
        self.wait_for(|census| census.is_allocated(name), else_what)
            .await
    }

    /// Waits until there is no prefix.
    pub(crate) async fn all_gone(&self) -> Result<()> {
        let else_what = || "the prefixes do not go".to_owned();
        self.wait_for(|census| census.len() == 0, else_what).await
    }

    async fn wait_for(
        &self,
        reached: impl Fn(&Census) -> bool,
        else_what: impl FnOnce() -> String,
    ) -> Result<()> {
        let reached = |state: &State| reached(&state.census);
        self.0.until(reached, else_what).await?;
        self.0.seen().check()
    }

    /// Waits until record and children of `parent` agree; where they do not in time, what they are left at.
    pub(crate) async fn settled(&self, parent: &str, patience: Duration) -> Result<Audit> {
        let settled = |state: &State| {
            let audit = state.census.audit(parent);
            audit.is_ok_and(|audit| audit.is_settled())
        };
        // Where it takes too long, what is left is the figure.
        self.0.within(patience, settled).await;
        let state = self.0.seen();
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
        self.0.seen().census.overlaps
    }
}

/// What of a prefix matters here.
type Prefix = Slim<Spec, Status>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spec {
    prefix: Option<String>,
    parent_ref: Option<Named>,
}

#[derive(Clone, Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Status {
    phase: Option<String>,
    used: Option<Box<RawValue>>,
    #[serde(default)]
    pending: Vec<IgnoredAny>,
}

fn seen(prefix: Prefix) -> census::Seen {
    let name = prefix.name().to_owned();
    let Slim { spec, status, .. } = prefix;
    let allocated = status.phase.as_deref() == Some("Allocated");
    census::Seen {
        name,
        parent: spec.parent_ref.map(|parent| parent.name),
        block: spec.prefix.filter(|_| allocated),
        used: status.used.map(|used| used.get().into()),
        pending: status.pending.len(),
    }
}
