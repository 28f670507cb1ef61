// SPDX-License-Identifier: Apache-2.0

//! The controller's core against a simulated API server, under a schedule that a test chooses: late events,
//! new lists, crashes, changes of the leader, users at work between any two steps.

pub(crate) mod server;

use std::time::Duration;

use explore::invariants::{Broken, is_in_the_plan};
use k8s_openapi::jiff::Timestamp;
use ni_controller::core::{Backoff, Core, Failure, Now, Order, Outcome};
use ni_controller::plan::{Allocator, Options, Plan, Question, Request};
use ni_controller::world::{Event, Key, Kind, Watched};
use ni_runtime::scope::{Scope, Scopes};
use serde_json::Value;

use server::{Backup, Server, any, typed};

/// How many requests may be under way at once.
const ROOM: usize = 3;

/// How often a question that is answered yes is asked before that counts as rest: with waits of up to a second in between.
const ASKED_IN_VAIN: u32 = 30;

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

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The server takes it in.
    Served,
    /// It never gets there.
    Lost,
    /// The server is busy, and says when to come again.
    Busy,
    /// It is invalid, as things are.
    Refused,
    /// A right or a quota is lacking.
    Forbidden,
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

    /// The Lease goes to the other replica. What the first has sent is still on its way.
    pub(crate) fn depose(&mut self) {
        let now = self.now();
        self.leader.core.lead(false, now);
        std::mem::swap(&mut self.leader, &mut self.standby);
        self.leader.core.lead(true, now);
    }

    /// The leader's process dies: what it knew is gone; what it had sent may or may not be served.
    pub(crate) fn crash(&mut self) {
        self.forget();
        let lost = std::mem::take(&mut self.leader.orders);
        for order in lost.into_iter().step_by(2) {
            self.serve_order(&order);
        }
        self.leader.ahead = false;
        self.list_all(Who::Leader);
    }

    pub(crate) fn back_up(&self) -> [Backup; 2] {
        [self.server.back_up(), self.other.back_up()]
    }

    /// The server goes back to its backup. With the next write its versions may overtake all that ever were.
    pub(crate) fn restore(&mut self, backups: &[Backup; 2], overtakes: bool) {
        let newest = self.server.newest();
        self.restores += 1;
        for server in self.servers() {
            server.restore(backups, newest);
        }
        self.server
            .begin_history(self.restores, &backups[0], overtakes);
        self.leader.ahead = true;
        self.standby.ahead = true;
    }

    /// A replica notices that the server went back. What it had sent may or may not be served yet.
    pub(crate) fn notice(&mut self, who: Who) {
        let now = self.now();
        let replica = self.replica(who);
        replica.ahead = false;
        replica.core.start_over(now);
        replica.core.lead(who == Who::Leader, now);
        let lost = std::mem::take(&mut replica.orders);
        for order in lost.into_iter().step_by(2) {
            self.serve_order(&order);
        }
        self.list_all(who);
    }

    /// Whether a replica has not noticed yet that the server went back.
    pub(crate) fn is_ahead(&mut self, who: Who) -> bool {
        self.replica(who).ahead
    }

    /// Lets a replica take in what an answer proves. Fails if it proves a restore that was none.
    fn take_proof(&mut self, who: Who) {
        let replica = self.replica(who);
        if let Some(proof) = replica.core.take_proof() {
            assert!(replica.ahead, "the server did not go back: {proof}");
            self.notice(who);
        }
    }

    /// The leader knows nothing any more.
    pub(crate) fn forget(&mut self) {
        self.leader.core = fresh_core(&self.watched, self.options);
        self.leader.core.lead(true, self.now());
        self.leader.answers.clear();
    }

    /// What happens next happens in the other namespace.
    pub(crate) fn switch(&mut self) {
        std::mem::swap(&mut self.server, &mut self.other);
    }

    fn servers(&mut self) -> [&mut Server; 2] {
        [&mut self.server, &mut self.other]
    }

    /// The server of a namespace.
    fn server_of(&mut self, namespace: &str) -> &mut Server {
        let [server, other] = self.servers();
        if *namespace == *server.namespace() {
            server
        } else {
            other
        }
    }

    fn serve_order(&mut self, order: &Order) -> Outcome {
        let change = &order.change;
        let namespace = match &change.request {
            // What holds an address asks about a virtual IP of another namespace.
            Request::Ask(Question::IsThere { namespace, .. }) => namespace,
            _ => &order.key.namespace,
        };
        let server = self.server_of(namespace);
        server.serve(change.kind, &change.name, &change.request)
    }

    fn list_all(&mut self, who: Who) {
        for scope in self.watched.namespaces.clone().iter() {
            for kind in Kind::ALL {
                self.list_scope(who, &scope, kind);
            }
        }
    }

    /// The leader's watch of a kind begins again, here: its undelivered events are lost, a list takes their place.
    pub(crate) fn list(&mut self, kind: Kind) {
        self.list_for(Who::Leader, kind);
    }

    pub(crate) fn list_for(&mut self, who: Who, kind: Kind) {
        let scope = self.watched.namespaces.of(self.server.namespace());
        self.list_scope(who, &scope.expect("it is watched"), kind);
    }

    fn list_scope(&mut self, who: Who, scope: &Scope, kind: Kind) {
        let watches = self.replica(who).watches;
        let mut items: Vec<Value> = Vec::new();
        for server in self.servers() {
            if scope.covers(server.namespace()) {
                server.begin_watch(watches, kind);
                items.extend(server.list(kind).cloned());
            }
        }
        self.show_list(who, scope, kind, &items);
        self.observe(who, Event::ListEnds(kind, scope.clone()));
    }

    fn show_list(&mut self, who: Who, scope: &Scope, kind: Kind, items: &[Value]) {
        self.observe(who, Event::ListBegins(kind, scope.clone()));
        for item in items {
            self.observe(who, Event::Listed(any(kind, item)));
        }
    }

    fn observe(&mut self, who: Who, event: Event) {
        let now = self.now();
        self.replica(who).core.observe(event, now);
    }

    /// A list of a kind, here, begins for the leader, and shows these objects so far.
    pub(crate) fn begin_list(&mut self, kind: Kind, items: &[Value]) {
        let scope = self.watched.namespaces.of(self.server.namespace());
        self.show_list(Who::Leader, &scope.expect("it is watched"), kind, items);
    }

    /// The list that began last ends.
    pub(crate) fn end_list(&mut self, kind: Kind) {
        let scope = self.watched.namespaces.of(self.server.namespace());
        self.observe(
            Who::Leader,
            Event::ListEnds(kind, scope.expect("it is watched")),
        );
    }

    /// Delivers the next event of a kind's watch to the leader, from here; returns whether there was one.
    pub(crate) fn deliver(&mut self, kind: Kind) -> bool {
        self.deliver_to(Who::Leader, kind)
    }

    pub(crate) fn deliver_to(&mut self, who: Who, kind: Kind) -> bool {
        let watches = self.replica(who).watches;
        let Some(event) = self.server.next_event(watches, kind) else {
            return false;
        };
        self.observe(who, typed(kind, &event));
        self.moves += 1;
        true
    }

    /// Delivers all events of a kind's watch to the leader, from here.
    pub(crate) fn deliver_all(&mut self, kind: Kind) {
        while self.deliver(kind) {}
    }

    /// Takes one order from the leader, if there is room; returns whether there was one.
    pub(crate) fn send(&mut self) -> bool {
        let now = self.now();
        let Replica {
            core,
            orders,
            answers,
            ..
        } = &mut self.leader;
        if orders.len() + answers.len() >= ROOM {
            return false;
        }
        let Some(order) = core.next(now) else {
            return false;
        };
        hold(is_in_the_plan(core, &order, now));
        orders.push(order);
        true
    }

    /// Serves the leader's order at `at`, or not.
    pub(crate) fn serve(&mut self, at: usize, fate: Fate) -> bool {
        self.serve_for(Who::Leader, at, fate)
    }

    pub(crate) fn serve_for(&mut self, who: Who, at: usize, fate: Fate) -> bool {
        let orders = &mut self.replica(who).orders;
        if orders.is_empty() {
            return false;
        }
        let order = orders.remove(at % orders.len());
        let failed = |message: &str, after| {
            Outcome::Failed(Failure::Transient {
                message: message.to_owned(),
                after,
            })
        };
        let outcome = match fate {
            Fate::Served => self.serve_order(&order),
            Fate::Lost => failed("lost", None),
            Fate::Busy => failed("busy", Some(Duration::from_secs(5))),
            Fate::Refused => Outcome::Failed(Failure::Refused("not now".to_owned())),
            Fate::Forbidden => Outcome::Failed(Failure::Forbidden("not now".to_owned())),
        };
        self.moves += u64::from(!matches!(outcome, Outcome::Told(true)));
        self.replica(who).answers.push((order.ticket, outcome));
        true
    }

    /// Delivers the leader's answer at `at`.
    pub(crate) fn answer(&mut self, at: usize) -> bool {
        self.answer_for(Who::Leader, at)
    }

    pub(crate) fn answer_for(&mut self, who: Who, at: usize) -> bool {
        let now = self.now();
        let Replica { core, answers, .. } = self.replica(who);
        if answers.is_empty() {
            return false;
        }
        let (ticket, outcome) = answers.remove(at % answers.len());
        core.answer(ticket, outcome, now);
        self.take_proof(who);
        true
    }

    /// Has the leader's next request served and answered; what it was.
    pub(crate) fn step(&mut self) -> Option<Order> {
        let now = self.now();
        let order = self.leader.core.next(now)?;
        hold(is_in_the_plan(&self.leader.core, &order, now));
        let outcome = self.serve_order(&order);
        self.leader.core.answer(order.ticket, outcome, now);
        self.take_proof(Who::Leader);
        Some(order)
    }

    /// As [`Self::step`], after the wait for a timer if there is nothing to do now.
    pub(crate) fn step_in_time(&mut self) -> Option<Order> {
        self.step().or_else(|| {
            self.elapsed = self.elapsed.max(self.leader.core.wake_at()?);
            self.step()
        })
    }

    /// Lets everything arrive until nothing more happens. Fails if that never comes.
    pub(crate) fn settle(&mut self) {
        let mut in_vain = 0;
        for _ in 0..20_000 {
            let before = self.moves;
            let busy = self.pass_on();
            if self.moves > before {
                in_vain = 0;
                continue;
            }
            in_vain += u32::from(busy);
            // Waiting is told after 30 s; retries come sooner.
            let wake = self.leader.core.wake_at();
            let wake = wake.filter(|at| *at <= self.elapsed + Duration::from_secs(10));
            match wake {
                Some(at) if in_vain < ASKED_IN_VAIN => self.elapsed = self.elapsed.max(at),
                _ => return,
            }
        }
        panic!(
            "the controller never comes to rest: {:?}",
            self.server.writes.iter().rev().take(6).collect::<Vec<_>>()
        );
    }

    /// Everything on its way arrives, and what the leader sends; answers whether there was anything.
    fn pass_on(&mut self) -> bool {
        let mut busy = false;
        // There and back.
        for _ in 0..2 {
            self.switch();
            self.server.collect();
            for who in [Who::Leader, Who::Standby] {
                for kind in Kind::ALL {
                    while self.deliver_to(who, kind) {
                        busy = true;
                    }
                }
                while self.serve_for(who, 0, Fate::Served) || self.answer_for(who, 0) {
                    busy = true;
                }
            }
        }
        while self.send() || self.serve(0, Fate::Served) || self.answer(0) {
            busy = true;
        }
        busy
    }

    /// The plan for every object that the server has, without questions: an interface that does not decode keeps its network, and
    /// only the API server knows of that.
    pub(crate) fn plans(core: &Core, server: &Server, now: Now) -> Vec<(Key, Plan)> {
        let mut plans = Vec::new();
        for kind in Kind::ALL {
            for object in server.list(kind) {
                let name = object["metadata"]["name"].as_str().unwrap();
                let key = Key {
                    namespace: server.namespace().into(),
                    kind,
                    name: name.into(),
                };
                let mut plan = core.plan(&key, now);
                plan.again_at = None;
                plan.changes
                    .retain(|change| !matches!(change.request, Request::Ask(_)));
                plans.push((key, plan));
            }
        }
        plans
    }
}

fn hold(held: Result<(), Broken>) {
    held.unwrap_or_else(|broken| panic!("{broken}"));
}
