// SPDX-License-Identifier: Apache-2.0

//! The controller's core against a simulated API server, under a schedule that a test chooses: late events,
//! new lists, crashes, changes of the leader, users at work between any two steps.

mod disruptions;
mod requests;
mod rest;
pub(crate) mod server;
mod watches;

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use ni_controller::core::{Backoff, Core, Now, Order, Outcome};
use ni_controller::plan::{Allocator, Options};
use ni_controller::world::Watched;
use ni_runtime::scope::Scopes;

pub(crate) use requests::Fate;
use server::Server;

/// One process of the controller, and what is between it and the server.
pub(crate) struct Replica {
    pub(crate) core: Core,
    /// Which of the server's queues of events are its own.
    watches: usize,
    /// Served, with the answer still on its way.
    answers: Vec<(u64, Outcome)>,
    /// Sent, not served yet.
    orders: Vec<Order>,
    /// Whether it has not noticed yet that the server went back.
    ahead: bool,
}

/// Two replicas and a server.
pub(crate) struct Sim {
    /// The namespace in which things happen now.
    pub(crate) server: Server,
    /// The other one.
    pub(crate) other: Server,
    /// What the watches cover.
    watched: Watched,
    options: Options,
    pub(crate) leader: Replica,
    pub(crate) standby: Replica,
    elapsed: Duration,
    restores: u64,
    /// How much has happened beside questions that were answered yes, which are asked again for as long as that is so.
    moves: u64,
    /// How far the wall clock is off, in seconds.
    wall: i64,
}

/// One of the replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Leader,
    Standby,
}

/// Options under which others allocate prefixes, as the steps of this simulation do.
pub(crate) fn outside_allocator() -> Options {
    Options {
        prefixes: Allocator::External,
        ..Options::default()
    }
}

/// A core that knows nothing yet and stands by.
pub(crate) fn fresh_core(watched: &Watched, options: Options) -> Core {
    let backoff = Backoff {
        base: Duration::from_millis(10),
        cap: Duration::from_secs(1),
    };
    Core::new(options, backoff).watching(watched)
}

impl Sim {
    /// One watch of each kind covers all namespaces. Others allocate prefixes.
    pub(crate) fn new(server: Server) -> Self {
        Self::with(outside_allocator(), server)
    }

    /// As [`Self::new`], with these options.
    pub(crate) fn with(options: Options, server: Server) -> Self {
        let other = server.other();
        Self::watching(Watched::default(), options, server, other)
    }

    /// Both namespaces, each with watches of its own if `apart`.
    pub(crate) fn of_two(apart: bool) -> Self {
        let server = Server::default();
        let other = server.other();
        let names = [&server, &other].map(|server| server.namespace().into());
        let apart = apart.then(|| Scopes::Each(names.into()));
        let watched = Watched {
            namespaces: apart.unwrap_or_default(),
            pools: None,
        };
        Self::watching(watched, outside_allocator(), server, other)
    }

    /// Public addresses are handed out from pools in the first namespace, to virtual IPs of both.
    pub(crate) fn with_pools(server: Server) -> Self {
        let other = server.other();
        Self::between(server, other)
    }

    /// As [`Self::with_pools`], on these two.
    pub(crate) fn between(pools: Server, other: Server) -> Self {
        let watched = Watched {
            pools: Some(pools.namespace().into()),
            ..Watched::default()
        };
        let options = Options {
            reuse_delay: Duration::ZERO,
            ..Options::default()
        };
        Self::watching(watched, options, pools, other)
    }

    fn watching(watched: Watched, options: Options, server: Server, other: Server) -> Self {
        let replica = |watches| Replica {
            core: fresh_core(&watched, options),
            watches,
            answers: Vec::new(),
            orders: Vec::new(),
            ahead: false,
        };
        let mut sim = Self {
            server,
            other,
            leader: replica(0),
            standby: replica(1),
            watched,
            options,
            elapsed: Duration::ZERO,
            restores: 0,
            moves: 0,
            wall: 1_000_000,
        };
        sim.list_all(Who::Leader);
        sim.list_all(Who::Standby);
        sim.leader.core.lead(true, sim.now());
        sim
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            elapsed: self.elapsed,
            wall: Timestamp::from_second(self.wall).unwrap() + self.elapsed,
        }
    }

    /// Time passes, as where the process was stopped.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.elapsed += time;
    }

    /// The wall clock is set.
    pub(crate) fn set_wall(&mut self, seconds: i64) {
        self.wall = 1_000_000 + seconds;
    }

    fn replica(&mut self, who: Who) -> &mut Replica {
        match who {
            Who::Leader => &mut self.leader,
            Who::Standby => &mut self.standby,
        }
    }

    /// What happens next happens in the other namespace.
    pub(crate) fn switch(&mut self) {
        std::mem::swap(&mut self.server, &mut self.other);
    }

    fn servers(&mut self) -> [&mut Server; 2] {
        [&mut self.server, &mut self.other]
    }
}
