//! The controller's core against a simulated API server, under a schedule that a test chooses: late events,
//! lists begun anew, crashes, users at work between any two steps.

pub(crate) mod server;

use std::time::Duration;

use ironcore_api::scope::{Scope, Scopes};
use k8s_openapi::jiff::Timestamp;
use ni_controller::core::{Backoff, Core, Failure, Now, Order, Outcome};
use ni_controller::plan::{Options, Plan};
use ni_controller::run::{AnyEvent, observe};
use ni_controller::wire::IntoAny;
use ni_controller::world::{
    Event, Indexed, Interface, Key, Kind, Machine, Network, Slot, VirtualIp,
};

use serde_json::json;
use server::{Server, slot};

/// How many requests may be under way at once.
const ROOM: usize = 3;

/// Core and server, and what is between them.
pub(crate) struct Sim {
    /// The namespace in which things happen now.
    pub(crate) server: Server,
    /// The other one.
    pub(crate) other: Server,
    /// What the watches cover.
    scopes: Scopes,
    pub(crate) core: Core,
    elapsed: Duration,
    /// Served, with the answer still on its way.
    answers: Vec<(u64, Outcome)>,
    /// Sent, not served yet.
    orders: Vec<Order>,
    /// Objects for which something was refused.
    refused: Vec<Key>,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The server takes it in.
    Served,
    /// It never gets there.
    Lost,
    /// The same again would be refused again.
    Refused,
}

fn fresh_core(scopes: &Scopes) -> Core {
    let backoff = Backoff {
        base: Duration::from_millis(10),
        cap: Duration::from_secs(1),
    };
    Core::new(Options::default(), backoff).with_scopes(scopes)
}

impl Sim {
    /// One watch of each kind covers all namespaces.
    pub(crate) fn new(server: Server) -> Self {
        let other = server.other();
        Self::watching(Scopes::All, server, other)
    }

    /// Both namespaces, each with watches of its own if `apart`.
    pub(crate) fn of_two(apart: bool) -> Self {
        let server = Server::default();
        let other = server.other();
        let names = [&server, &other].map(|server| server.namespace.into());
        let apart = apart.then(|| Scopes::Each(names.into()));
        Self::watching(apart.unwrap_or_default(), server, other)
    }

    fn watching(scopes: Scopes, server: Server, other: Server) -> Self {
        let mut sim = Self {
            server,
            other,
            core: fresh_core(&scopes),
            scopes,
            elapsed: Duration::ZERO,
            answers: Vec::new(),
            orders: Vec::new(),
            refused: Vec::new(),
        };
        sim.list_all();
        sim
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            elapsed: self.elapsed,
            wall: Timestamp::from_second(1_000_000).unwrap() + self.elapsed,
        }
    }

    /// The process dies: what it knew is gone; what it had sent may or may not be served.
    pub(crate) fn crash(&mut self) {
        self.forget();
        let lost = std::mem::take(&mut self.orders);
        for order in lost.into_iter().step_by(2) {
            self.serve_order(&order);
        }
        self.list_all();
    }

    /// The core knows nothing any more.
    pub(crate) fn forget(&mut self) {
        self.core = fresh_core(&self.scopes);
        self.answers.clear();
    }

    /// What happens next happens in the other namespace.
    pub(crate) fn switch(&mut self) {
        std::mem::swap(&mut self.server, &mut self.other);
    }

    fn servers(&mut self) -> [&mut Server; 2] {
        [&mut self.server, &mut self.other]
    }

    /// The server that an object is on.
    fn server_of(&mut self, key: &Key) -> &mut Server {
        let [server, other] = self.servers();
        if *key.namespace == *server.namespace {
            server
        } else {
            other
        }
    }

    fn serve_order(&mut self, order: &Order) -> Outcome {
        let change = &order.change;
        let server = self.server_of(&order.key);
        server.serve(change.kind, &change.name, &change.request)
    }

    fn list_all(&mut self) {
        for scope in self.scopes.clone().iter() {
            for kind in Kind::ALL {
                self.list_scope(&scope, kind);
            }
        }
    }

    /// The watch of a kind begins anew, here: its undelivered events are lost, a list takes their place.
    pub(crate) fn list(&mut self, kind: Kind) {
        let scope = self.scopes.of(self.server.namespace);
        self.list_scope(&scope.expect("it is watched"), kind);
    }

    fn list_scope(&mut self, scope: &Scope, kind: Kind) {
        match kind {
            Kind::Machine => self.list_as::<Machine>(scope, AnyEvent::Machine),
            Kind::NetworkInterface => self.list_as::<Interface>(scope, AnyEvent::Interface),
            Kind::Network => self.list_as::<Network>(scope, AnyEvent::Network),
            Kind::VirtualIp => self.list_as::<VirtualIp>(scope, AnyEvent::VirtualIp),
        }
    }

    fn list_as<T: IntoAny + Indexed>(&mut self, scope: &Scope, wrap: fn(Event<T>) -> AnyEvent) {
        let now = self.now();
        let mut items: Vec<Slot<T>> = Vec::new();
        for server in self.servers() {
            if scope.covers(server.namespace) {
                server.events.remove(&T::KIND);
                items.extend(server.list(T::KIND).map(slot::<T>));
            }
        }
        observe(&mut self.core, wrap(Event::ListBegins(scope.clone())), now);
        for item in items {
            observe(&mut self.core, wrap(Event::Listed(item)), now);
        }
        observe(&mut self.core, wrap(Event::ListEnds(scope.clone())), now);
    }

    /// Delivers the next event of a kind's watch, from here; answers whether there was one.
    pub(crate) fn deliver(&mut self, kind: Kind) -> bool {
        let Some(told) = self
            .server
            .events
            .get_mut(&kind)
            .and_then(std::collections::VecDeque::pop_front)
        else {
            return false;
        };
        let now = self.now();
        observe(&mut self.core, told.event(kind), now);
        true
    }

    /// Takes one order from the core, if there is room; answers whether there was one.
    pub(crate) fn send(&mut self) -> bool {
        if self.orders.len() + self.answers.len() >= ROOM {
            return false;
        }
        let now = self.now();
        let order = self.core.next(now);
        let any = order.is_some();
        self.orders.extend(order);
        any
    }

    /// Serves the order at `at`, or not.
    pub(crate) fn serve(&mut self, at: usize, fate: Fate) -> bool {
        if self.orders.is_empty() {
            return false;
        }
        let order = self.orders.remove(at % self.orders.len());
        let outcome = match fate {
            Fate::Served => self.serve_order(&order),
            Fate::Lost => Outcome::Failed(Failure::Transient {
                message: "lost".to_owned(),
                after: None,
            }),
            Fate::Refused => {
                self.refused.push(order.key.clone());
                Outcome::Failed(Failure::Refused("not now".to_owned()))
            }
        };
        self.answers.push((order.ticket, outcome));
        true
    }

    /// Changes the objects for which something was refused, as their users would; answers whether there were any.
    pub(crate) fn touch_refused(&mut self) -> bool {
        let refused = std::mem::take(&mut self.refused);
        for (number, key) in refused.iter().enumerate() {
            let change = json!({ "metadata": { "labels": { "touched": number.to_string() } } });
            self.server_of(key).patch(key.kind, &key.name, &change);
        }
        !refused.is_empty()
    }

    /// Delivers the answer at `at`.
    pub(crate) fn answer(&mut self, at: usize) -> bool {
        if self.answers.is_empty() {
            return false;
        }
        let (ticket, outcome) = self.answers.remove(at % self.answers.len());
        let now = self.now();
        self.core.answer(ticket, outcome, now);
        true
    }

    /// Lets everything arrive until nothing more happens. Fails if that never comes.
    pub(crate) fn settle(&mut self) {
        for _ in 0..20_000 {
            let mut busy = false;
            // There and back.
            for _ in 0..2 {
                self.switch();
                self.server.collect();
                for kind in Kind::ALL {
                    while self.deliver(kind) {
                        busy = true;
                    }
                }
            }
            while self.send() || self.serve(0, Fate::Served) || self.answer(0) {
                busy = true;
            }
            if !busy {
                // Waiting is told after 30 s; retries come sooner.
                match self
                    .core
                    .wake_at()
                    .filter(|at| *at <= self.elapsed + Duration::from_secs(10))
                {
                    Some(at) => self.elapsed = self.elapsed.max(at),
                    None => return,
                }
            }
        }
        panic!(
            "the controller never comes to rest: {:?}",
            self.server.writes.iter().rev().take(6).collect::<Vec<_>>()
        );
    }

    /// The plan for every object that the server has.
    pub(crate) fn plans(core: &Core, server: &Server, now: Now) -> Vec<(Key, Plan)> {
        let mut plans = Vec::new();
        for kind in Kind::ALL {
            for object in server.list(kind) {
                let name = object["metadata"]["name"].as_str().unwrap();
                let key = Key {
                    namespace: server.namespace.into(),
                    kind,
                    name: name.into(),
                };
                let mut plan = core.plan(&key, now);
                plan.again_at = None;
                plans.push((key, plan));
            }
        }
        plans
    }
}
