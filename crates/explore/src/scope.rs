// SPDX-License-Identifier: Apache-2.0

//! What a scope says: who does what, what may go wrong and how often.

use std::time::Duration;

use ni_controller::plan::Options;
use ni_controller::world::Kind;

use crate::server::{Model, Server};

/// A small world of which everything is explored.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// What it is about, in one sentence.
    pub about: &'static str,
    /// What there is at first. Controllers know it.
    pub setup: fn(&mut Model),
    /// Users and other controllers: each does one thing after another.
    pub actors: Vec<Vec<Act>>,
    /// The kinds of which there are objects: lists of others are empty and take no step.
    pub kinds: Vec<Kind>,
    /// Who runs.
    pub controllers: Controllers,
    /// What may go wrong.
    pub budget: Budget,
    /// How many requests a controller has under way at once.
    pub room: usize,
    /// How many steps away from the beginning states are explored; none: all.
    pub depth: Option<u32>,
    /// Timers that are further away than this do not fire.
    pub patience: Duration,
    /// What operators have decided.
    pub options: Options,
    /// Whether virtual IPs get addresses from pools in their own namespace.
    pub pools: bool,
    /// What holds of the server once nothing moves any more, beside what always does.
    pub desired: fn(&Server) -> Result<(), String>,
}

/// Which controllers run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controllers {
    /// One, which leads.
    One,
    /// Two, of which one leads.
    Two,
    /// Two that both believe that they lead.
    TwoLeaders,
}

/// What somebody does.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// As a story tells it: `Ann deletes the machine m`.
    pub says: &'static str,
    /// Whether it can be done yet.
    pub when: fn(&Model) -> bool,
    /// What is done.
    pub what: fn(&mut Model),
}

impl Act {
    /// Something that can be done at any time.
    pub fn new(says: &'static str, what: fn(&mut Model)) -> Self {
        let when = |_: &Model| true;
        Self { says, when, what }
    }

    /// As this, but not before.
    #[must_use]
    pub fn when(self, when: fn(&Model) -> bool) -> Self {
        Self { when, ..self }
    }
}

/// How often things may go wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Requests that never arrive, and answers that never do.
    pub losses: u8,
    /// Requests that are refused as invalid.
    pub refusals: u8,
    /// Processes that die and start again.
    pub crashes: u8,
    /// Leaders that lose the Lease.
    pub depositions: u8,
    /// Watches that begin again with a list.
    pub relists: u8,
    /// Lists that a server gives which lags.
    pub old_lists: u8,
    /// Lists that are seen item by item.
    pub slow_lists: u8,
    /// Waits for the next timer.
    pub waits: u8,
    /// Servers that go back to what they were at first.
    pub restores: u8,
}

impl Scope {
    /// A scope without faults.
    pub fn new(name: &'static str, about: &'static str, setup: fn(&mut Model)) -> Self {
        Self {
            name,
            about,
            setup,
            actors: Vec::new(),
            kinds: vec![Kind::Machine, Kind::NetworkInterface],
            controllers: Controllers::One,
            budget: Budget::default(),
            room: 2,
            depth: None,
            patience: Duration::from_secs(10),
            options: Options::default(),
            pools: false,
            desired: |_| Ok(()),
        }
    }
}
