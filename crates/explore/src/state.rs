// SPDX-License-Identifier: Apache-2.0

//! A state: the server, the controllers, what is between them, and what may still go wrong.

use std::rc::Rc;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use ni_controller::core::{Now, Order, Outcome};
use ni_controller::world::Kind;

use crate::invariants::Last;
use crate::replica::Replica;
use crate::running::Cores;
use crate::scope::{Budget, Controllers, Scope};
use crate::server::Server;
use crate::sketch::{Hash, Ranks, Sketch, Sketched};

/// When everything begins, by the wall clock.
const BEGINNING: i64 = 1_000_000;

/// A request under way: to the server, or with its answer on the way back.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    /// Whose; none if its process is dead: nobody waits for the answer.
    pub(crate) whose: Option<usize>,
    pub(crate) order: Sketched<Order>,
    /// How many events of interfaces its sender had heard.
    pub(crate) view: usize,
    pub(crate) answer: Option<Sketched<Outcome>>,
    /// Whether its sender has begun a list of the kind since: what the answer says may be older than the list.
    pub(crate) overtaken: bool,
}

/// All that there is.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) server: Server,
    pub(crate) replicas: Vec<Rc<Replica>>,
    pub(crate) wire: Vec<Wire>,
    /// How many of its acts each actor has done.
    pub(crate) done: Vec<usize>,
    pub(crate) budget: Budget,
    pub(crate) elapsed: Duration,
    /// What the server goes back to.
    pub(crate) backup: Rc<Server>,
    /// All cores of the search.
    pub(crate) cores: Rc<Cores>,
}

/// Numbers that are equal for states that behave alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Of everything.
    pub whole: u64,
    /// Of what matters once users and faults have stopped.
    pub settling: u64,
}

impl State {
    /// The first state of a scope: the controllers know what there is.
    pub fn first(scope: &Scope) -> Self {
        let server = Server::new(scope.setup);
        let (count, leaders) = match scope.controllers {
            Controllers::One => (1, 1),
            Controllers::Two => (2, 1),
            Controllers::TwoLeaders => (2, 2),
        };
        let mut state = Self {
            backup: Rc::new(server.forgetful()),
            server,
            replicas: Vec::new(),
            wire: Vec::new(),
            done: vec![0; scope.actors.len()],
            budget: scope.budget,
            elapsed: Duration::ZERO,
            cores: Rc::default(),
        };
        for number in 0..count {
            let mut replica = Replica::new(scope, &state.cores, number < leaders, state.now());
            for kind in Kind::ALL {
                replica.list_whole(&state.server, kind, state.now());
            }
            state.replicas.push(Rc::new(replica));
        }
        state
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    pub(crate) fn now(&self) -> Now {
        let beginning = Timestamp::from_second(BEGINNING).unwrap_or_default();
        Now {
            elapsed: self.elapsed,
            wall: beginning + self.elapsed,
        }
    }

    /// How many requests of a controller are under way.
    pub(crate) fn under_way(&self, whose: usize) -> usize {
        let wire = self.wire.iter();
        wire.filter(|wire| wire.whose == Some(whose)).count()
    }

    /// What stands for this state among all.
    pub fn fingerprint(&self) -> Fingerprint {
        let elapsed = i64::try_from(self.elapsed.as_nanos()).unwrap_or(i64::MAX);
        let seconds = i64::try_from(self.elapsed.as_secs()).unwrap_or(i64::MAX);
        let mut ranks = Ranks::at(elapsed, BEGINNING + seconds);
        self.versions(&mut ranks);
        let may_go_back = self.budget.restores > 0;
        ranks.sort(self.server.newest(), may_go_back);
        let mut hash = Hash::default();
        if may_go_back {
            hash.add(self.server.newest());
        }
        self.server.hash(&ranks, &mut hash);
        // Controllers have no names: one is as good as the other.
        let mut replicas: Vec<u64> = Vec::with_capacity(3);
        for number in 0..self.replicas.len() {
            replicas.push(self.hash_replica(number, &ranks));
        }
        replicas.sort_unstable();
        replicas.push(self.hash_wire(None, &ranks));
        for replica in replicas {
            hash.add(replica);
        }
        let settling = hash.finish();
        self.done.iter().for_each(|done| hash.add(*done as u64));
        let Budget {
            losses,
            refusals,
            crashes,
            depositions,
            relists,
            old_lists,
            slow_lists,
            waits,
            restores,
        } = self.budget;
        for left in [
            losses,
            refusals,
            crashes,
            depositions,
            relists,
            old_lists,
            slow_lists,
            waits,
            restores,
        ] {
            hash.add(u64::from(left));
        }
        if old_lists > 0 {
            // What an old list may show.
            for shown in self.server.log.values().flatten() {
                shown.hash(&ranks, &mut hash);
            }
        }
        Fingerprint {
            whole: hash.finish(),
            settling,
        }
    }

    fn versions(&self, ranks: &mut Ranks) {
        self.server.versions(ranks);
        for replica in &self.replicas {
            ranks.add_all(replica.core.sketch());
            for (kind, _, last) in replica.told.matters(replica, &self.server) {
                if let Last::There(version) = last {
                    ranks.add(kind, *version);
                }
            }
            for (kind, watch) in &replica.watches {
                if watch.blind > 0 {
                    ranks.add(*kind, watch.blind);
                }
                for shown in watch.coming(&self.server, *kind) {
                    shown.versions(ranks);
                }
            }
        }
        for wire in &self.wire {
            ranks.add_all(wire.sketch());
        }
        if self.budget.old_lists > 0 {
            for shown in self.server.log.values().flatten() {
                shown.versions(ranks);
            }
        }
    }

    fn hash_replica(&self, number: usize, ranks: &Ranks) -> u64 {
        let replica = &self.replicas[number];
        let mut hash = Hash::default();
        hash.add(replica.core.sketch().hash(ranks));
        hash.add(u64::from(replica.leads));
        hash.add(u64::from(replica.ahead));
        for (kind, name, last) in replica.told.matters(replica, &self.server) {
            hash.add(kind as u64);
            hash.add_text(name);
            match last {
                Last::There(version) => hash.add(ranks.of(kind, *version)),
                Last::Gone(uid) => hash.add_text(uid),
            }
        }
        hash.add(self.hash_wire(Some(number), ranks));
        for (kind, watch) in &replica.watches {
            hash.add(*kind as u64);
            hash.add(u64::from(watch.unlisted));
            // Where the list ends and events begin.
            let listed = watch
                .list
                .as_ref()
                .map_or(0, |list| 1 + list.len() - watch.shown);
            hash.add(listed as u64);
            hash.add(if watch.blind > 0 {
                1 + ranks.of(*kind, watch.blind)
            } else {
                0
            });
            let coming = watch.coming(&self.server, *kind);
            coming.for_each(|shown| shown.hash(ranks, &mut hash));
        }
        hash.finish()
    }

    /// The order in which requests were sent means nothing.
    fn hash_wire(&self, whose: Option<usize>, ranks: &Ranks) -> u64 {
        let sender = whose.map(|whose| self.replicas[whose].core.sketch());
        let wire = self.wire.iter().filter(|wire| wire.whose == whose);
        let each = wire.map(|wire| {
            let mut hash = Hash::default();
            let ticket = wire.order.get().ticket;
            hash.add(sender.map_or(0, |sender| sender.entry(ticket)));
            hash.add(u64::from(wire.answer.is_some()));
            hash.add(u64::from(wire.overtaken));
            hash.add(wire.sketch().hash(ranks));
            hash.finish()
        });
        each.fold(0, u64::wrapping_add)
    }
}

impl Wire {
    fn sketch(&self) -> &Sketch {
        match &self.answer {
            Some(answer) => answer.sketch(),
            None => self.order.sketch(),
        }
    }
}
