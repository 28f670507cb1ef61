// SPDX-License-Identifier: Apache-2.0

//! Holds the model of the API server (`crates/api-model`) to the real one: random requests go to both, and answers and
//! watch events are compared.

mod asks;
mod bodies;
mod disasters;
mod draw;
mod kin;
mod lives;
mod namespaces;
mod reads;
mod rights;
mod run;
mod same;
mod shard;
mod shards;
mod story;
mod twins;
mod watching;
mod wire;

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::control_plane::ControlPlane;

pub use run::check;
use shards::Shards;

/// How much is compared.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Requests, over all namespaces.
    pub requests: usize,
    /// Namespaces, which are compared side by side, each with a model of its own.
    pub namespaces: usize,
    /// What the requests are drawn from.
    pub seed: u64,
}

impl Wanted {
    /// What a test compares in passing.
    pub fn short(seed: u64) -> Self {
        Self {
            requests: 6_000,
            namespaces: 16,
            seed,
        }
    }

    /// What is compared on demand, in minutes.
    pub fn long(seed: u64) -> Self {
        Self {
            requests: 120_000,
            ..Self::short(seed)
        }
    }
}

/// What was compared.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Figures {
    /// Requests whose answers were compared.
    pub requests: usize,
    /// Watch events that were compared.
    pub events: usize,
    /// Namespaces whose model and server came to differ.
    pub differences: usize,
    /// Patches that the server took for ones that change nothing, although they name an older version, until they were sent again.
    pub sent_again: usize,
    /// What the model took for its answers, on a processor that others use as well.
    #[serde(skip)]
    pub modelled: Duration,
}

/// What was compared, and what became of each namespace where model and server came to differ.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How much.
    pub figures: Figures,
    /// What led to each difference.
    pub stories: Vec<String>,
}

/// A kind, by its place in [`ironcore_api::KINDS`].
type At = usize;

/// Sends requests to an API server with our definitions, and to models, and compares. The server is restarted meanwhile, and
/// goes back to a backup. Nobody else may be at work in the namespaces: neither the garbage collector nor the namespace
/// controller.
///
/// # Errors
/// If the server can't be reached. A difference from the model is not an error.
pub async fn compare(plane: &mut ControlPlane, wanted: Wanted) -> Result<Outcome> {
    let part = wanted.requests / 5;
    let mut shards = Shards::start(plane, wanted).await?;
    shards.round(2 * part).await?;
    shards.restart().await?;
    shards.round(part).await?;
    shards.lose(part / 2).await?;
    // So many that versions overtake those that were lost.
    shards.round(2 * part).await?;
    shards.end().await
}

/// As [`compare`], where the garbage collector and the namespace controller are at work: whenever they have nothing left to do,
/// there has to be what the model has. As each request waits for that, there are fewer.
///
/// # Errors
/// If the server can't be asked.
pub async fn compare_lives(plane: &mut ControlPlane, wanted: Wanted) -> Result<Outcome> {
    let mut shards = Shards::start(plane, wanted).await?;
    shards.lives(wanted.requests / 10).await?;
    shards.end().await
}

impl Outcome {
    /// Both together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.figures.requests += other.figures.requests;
        self.figures.events += other.figures.events;
        self.figures.differences += other.figures.differences;
        self.figures.sent_again += other.figures.sent_again;
        self.figures.modelled += other.figures.modelled;
        self.stories.extend(other.stories);
        self
    }
}
