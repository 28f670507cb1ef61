//! A state: the server, the controllers, what is between them, and what may still go wrong.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;

use ironcore_api::scope::Scope as Covers;
use k8s_openapi::jiff::Timestamp;
use ni_controller::core::{Backoff, Core, Now, Order, Outcome};
use ni_controller::world::{Event, Kind, Watched};

use crate::invariants::Told;
use crate::scope::{Budget, Controllers, Scope};
use crate::server::{NAMESPACE, Server, Shown};
use crate::sketch::{Hash, Ranks, Sketch};

/// When everything begins, by the wall clock.
const BEGINNING: i64 = 1_000_000;

/// A value with its sketch, shared by the states that have it in common.
#[derive(Clone, Debug)]
pub(crate) struct Sketched<T>(Rc<(T, Sketch)>);

impl<T: std::fmt::Debug> Sketched<T> {
    pub(crate) fn new(value: T) -> Self {
        let sketch = Sketch::of(&value);
        Self(Rc::new((value, sketch)))
    }

    pub(crate) fn get(&self) -> &T {
        &self.0.0
    }

    fn sketch(&self) -> &Sketch {
        &self.0.1
    }

    /// Whether both are the same value.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.sketch() == other.sketch()
    }
}

/// A watch of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    /// How many events it has heard.
    pub(crate) heard: usize,
    /// The rest of the list that it begins with, and whether there is one.
    pub(crate) list: Option<Rc<Vec<Rc<Shown>>>>,
    /// How many items of the list were shown.
    pub(crate) shown: usize,
    /// Whether it has to begin with a list.
    pub(crate) unlisted: bool,
    /// Up to which version it shows nothing: it goes on from there since a restore.
    pub(crate) blind: u64,
}

/// A process of the controller.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    pub(crate) core: Sketched<Core>,
    pub(crate) leads: bool,
    pub(crate) watches: BTreeMap<Kind, Watch>,
    /// Whether it has not noticed yet that the server went back.
    pub(crate) ahead: bool,
    /// What it was told by answers.
    pub(crate) told: Told,
}

/// A request under way: to the server, or with its answer on the way back.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    /// Whose; none if its process is dead: nobody waits for the answer.
    pub(crate) whose: Option<usize>,
    pub(crate) order: Sketched<Order>,
    /// How many events of interfaces its sender had heard.
    pub(crate) view: usize,
    pub(crate) answer: Option<Sketched<Outcome>>,
}

/// All that there is.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) server: Server,
    pub(crate) replicas: Vec<Replica>,
    pub(crate) wire: Vec<Wire>,
    /// How many of its acts each actor has done.
    pub(crate) done: Vec<usize>,
    pub(crate) budget: Budget,
    pub(crate) elapsed: Duration,
    /// What the server goes back to.
    pub(crate) backup: Rc<Server>,
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
            backup: Rc::new(server.clone()),
            server,
            replicas: Vec::new(),
            wire: Vec::new(),
            done: vec![0; scope.actors.len()],
            budget: scope.budget,
            elapsed: Duration::ZERO,
        };
        for number in 0..count {
            let mut replica = Replica::new(scope, number < leaders, state.now());
            for kind in Kind::ALL {
                replica.list_whole(&state.server, kind, state.now());
            }
            state.replicas.push(replica);
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
        replicas.push(self.hash_wire(None, &HashMap::new(), &ranks));
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
            replica.told.versions(replica.core.get(), ranks);
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
        let mut tickets = HashMap::new();
        let mut hash = Hash::default();
        hash.add(replica.core.sketch().hash(ranks, &mut tickets));
        hash.add(u64::from(replica.leads));
        hash.add(u64::from(replica.ahead));
        replica.told.hash(replica.core.get(), ranks, &mut hash);
        hash.add(self.hash_wire(Some(number), &tickets, ranks));
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
    fn hash_wire(&self, whose: Option<usize>, tickets: &HashMap<u64, u64>, ranks: &Ranks) -> u64 {
        let wire = self.wire.iter().filter(|wire| wire.whose == whose);
        let each = wire.map(|wire| {
            let mut hash = Hash::default();
            hash.add(tickets.get(&wire.order.get().ticket).copied().unwrap_or(0));
            hash.add(u64::from(wire.answer.is_some()));
            hash.add(wire.sketch().hash(ranks, &mut HashMap::new()));
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

impl Watch {
    /// What it will still show: the rest of its list, then events.
    fn coming<'a>(
        &'a self,
        server: &'a Server,
        kind: Kind,
    ) -> impl Iterator<Item = &'a Rc<Shown>> + use<'a> {
        let list = self.list.iter().flat_map(|list| &list[self.shown..]);
        list.chain(self.events(server, kind))
    }

    /// The events that it has yet to hear. One that has to begin with a list is told nothing of what was before.
    pub(crate) fn events<'a>(
        &'a self,
        server: &'a Server,
        kind: Kind,
    ) -> impl Iterator<Item = &'a Rc<Shown>> + use<'a> {
        let events = server.log[&kind].get(self.heard..).unwrap_or_default();
        let shows = |shown: &&Rc<Shown>| !self.unlisted && shown.version() > self.blind;
        events.iter().filter(shows)
    }
}

impl Replica {
    /// A process that has just started.
    pub(crate) fn new(scope: &Scope, leads: bool, now: Now) -> Self {
        let backoff = Backoff {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(4),
        };
        let watched = Watched {
            pools: scope.pools.then(|| NAMESPACE.into()),
            ..Watched::default()
        };
        let mut core = Core::new(scope.options, backoff).watching(&watched);
        core.lead(leads, now);
        let unlisted = Watch {
            unlisted: true,
            ..Watch::default()
        };
        Self {
            core: Sketched::new(core),
            leads,
            watches: Kind::ALL.map(|kind| (kind, unlisted.clone())).into(),
            ahead: false,
            told: Told::default(),
        }
    }

    /// Changes the core. What it would tell users is dropped.
    pub(crate) fn with<T>(&mut self, change: impl FnOnce(&mut Core) -> T) -> T {
        let mut core = self.core.get().clone();
        let answer = change(&mut core);
        core.take_notices();
        self.core = Sketched::new(core);
        answer
    }

    pub(crate) fn watch(&mut self, kind: Kind) -> &mut Watch {
        self.watches.entry(kind).or_default()
    }

    /// Lists a kind, all at once.
    pub(crate) fn list_whole(&mut self, server: &Server, kind: Kind, now: Now) {
        self.begin_list(server, kind, server.reported(kind), now);
        while self.list_goes_on(kind, now) {}
    }

    /// A list of a kind begins, by a server that has heard so many events.
    pub(crate) fn begin_list(&mut self, server: &Server, kind: Kind, heard: usize, now: Now) {
        *self.watch(kind) = Watch {
            heard,
            list: Some(Rc::new(server.list_at(kind, heard))),
            ..Watch::default()
        };
        self.with(|core| core.observe(Event::ListBegins(kind, Covers::All), now));
    }

    /// The next item of a list is shown, or its end; answers whether it goes on.
    pub(crate) fn list_goes_on(&mut self, kind: Kind, now: Now) -> bool {
        let watch = self.watch(kind);
        let Some(list) = watch.list.clone() else {
            return false;
        };
        let item = list.get(watch.shown);
        watch.shown += 1;
        if item.is_none() {
            watch.list = None;
        }
        let event = item.map_or_else(|| Event::ListEnds(kind, Covers::All), |shown| shown.item());
        self.with(|core| core.observe(event, now));
        item.is_some()
    }
}
