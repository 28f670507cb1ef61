// SPDX-License-Identifier: Apache-2.0

//! What passes between the replicas and the server, and what happens to the replicas.

use std::time::Duration;

use ni_controller::world::Kind;
use proptest::prelude::*;

use crate::sim::{Fate, Sim, Who};

/// A step between replicas and server.
#[derive(Clone, Debug)]
pub(crate) enum Passing {
    /// Everything arrives, and is handled.
    Settle,
    /// An event reaches its watch.
    Deliver { who: Who, kind: usize },
    /// The leader sends a request.
    Send,
    /// A request reaches the server, or does not.
    Serve { who: Who, at: usize, fate: Fate },
    /// An answer comes back.
    Answer { who: Who, at: usize },
    /// A watch begins again with a list.
    List { who: Who, kind: usize },
    /// The leader crashes.
    Crash,
    /// The other replica leads.
    Depose,
    /// Time passes without anything else, as where a machine is suspended.
    Sleep { seconds: u64 },
    /// The wall clock is set.
    SetClock { seconds: i64 },
    /// What comes next happens in the other namespace.
    Switch,
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![4 => Just(Who::Leader), 1 => Just(Who::Standby)]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        18 => Just(Fate::Served),
        2 => Just(Fate::Lost),
        1 => Just(Fate::Busy),
        1 => Just(Fate::Refused),
        1 => Just(Fate::Forbidden),
    ]
}

pub(crate) fn any_of() -> impl Strategy<Value = Passing> {
    prop_oneof![
        21 => of_kinds(0..Kind::ALL.len()),
        1 => Just(Passing::Switch),
    ]
}

/// Where all that happens is about one kind.
pub(crate) fn of_one_kind(kind: Kind) -> impl Strategy<Value = Passing> {
    of_kinds(Just(
        Kind::ALL
            .into_iter()
            .position(|known| known == kind)
            .expect("a kind"),
    ))
}

fn of_kinds(kinds: impl Strategy<Value = usize> + Clone) -> impl Strategy<Value = Passing> {
    prop_oneof![
        4 => Just(Passing::Settle),
        10 => (who(), kinds.clone()).prop_map(|(who, kind)| Passing::Deliver { who, kind }),
        8 => Just(Passing::Send),
        7 => (who(), 0..3usize, fate()).prop_map(|(who, at, fate)| Passing::Serve { who, at, fate }),
        7 => (who(), 0..3usize).prop_map(|(who, at)| Passing::Answer { who, at }),
        1 => (who(), kinds).prop_map(|(who, kind)| Passing::List { who, kind }),
        1 => Just(Passing::Crash),
        2 => Just(Passing::Depose),
        1 => (0..90u64).prop_map(|seconds| Passing::Sleep { seconds }),
        1 => (-90..90i64).prop_map(|seconds| Passing::SetClock { seconds }),
    ]
}

impl Passing {
    pub(crate) fn act(&self, sim: &mut Sim) {
        match self {
            Self::Settle => sim.settle(),
            Self::Deliver { who, kind } => drop(sim.deliver_to(*who, Kind::ALL[*kind])),
            Self::Send => drop(sim.send()),
            Self::Serve { who, at, fate } => drop(sim.serve_for(*who, *at, *fate)),
            Self::Answer { who, at } => drop(sim.answer_for(*who, *at)),
            Self::List { who, kind } => sim.list_for(*who, Kind::ALL[*kind]),
            Self::Crash => sim.crash(),
            Self::Depose => sim.depose(),
            Self::Sleep { seconds } => sim.pass(Duration::from_secs(*seconds)),
            Self::SetClock { seconds } => sim.set_wall(*seconds),
            Self::Switch => sim.switch(),
        }
    }
}
