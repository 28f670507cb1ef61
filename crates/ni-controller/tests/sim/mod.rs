//! The controller's core against a simulated API server, under a schedule that a test chooses: late events,
//! lists begun anew, crashes, users at work between any two steps.

pub(crate) mod server;

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use ni_controller::core::{Backoff, Core, Failure, Now, Order, Outcome};
use ni_controller::plan::{Options, Plan};
use ni_controller::run::{AnyEvent, observe};
use ni_controller::wire::IntoAny;
use ni_controller::world::{
    Event, Indexed, Interface, Key, Kind, Machine, Network, Slot, VirtualIp,
};

use serde_json::json;
use server::{NAMESPACE, Server, slot};

/// How many requests may be under way at once.
const ROOM: usize = 3;

/// Core and server, and what is between them.
pub(crate) struct Sim {
    pub(crate) server: Server,
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

pub(crate) fn fresh_core() -> Core {
    let backoff = Backoff {
        base: Duration::from_millis(10),
        cap: Duration::from_secs(1),
    };
    Core::new(Options::default(), backoff)
}

impl Sim {
    pub(crate) fn new(server: Server) -> Self {
        let mut sim = Self {
            server,
            core: fresh_core(),
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
        self.core = fresh_core();
        self.answers.clear();
        let lost = std::mem::take(&mut self.orders);
        for order in lost.into_iter().step_by(2) {
            self.server
                .serve(order.change.kind, &order.change.name, &order.change.request);
        }
        self.list_all();
    }

    pub(crate) fn list_all(&mut self) {
        for kind in Kind::ALL {
            self.list(kind);
        }
    }

    /// The watch of a kind begins anew: its undelivered events are lost, a list takes their place.
    pub(crate) fn list(&mut self, kind: Kind) {
        self.server.events.remove(&kind);
        match kind {
            Kind::Machine => self.list_as::<Machine>(AnyEvent::Machine),
            Kind::NetworkInterface => self.list_as::<Interface>(AnyEvent::Interface),
            Kind::Network => self.list_as::<Network>(AnyEvent::Network),
            Kind::VirtualIp => self.list_as::<VirtualIp>(AnyEvent::VirtualIp),
        }
    }

    fn list_as<T: IntoAny + Indexed>(&mut self, wrap: fn(Event<T>) -> AnyEvent) {
        let now = self.now();
        let items: Vec<Slot<T>> = self.server.list(T::KIND).map(slot::<T>).collect();
        observe(&mut self.core, wrap(Event::ListBegins), now);
        for item in items {
            observe(&mut self.core, wrap(Event::Listed(item)), now);
        }
        observe(&mut self.core, wrap(Event::ListEnds), now);
    }

    /// Delivers the next event of a kind's watch; answers whether there was one.
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
            Fate::Served => {
                self.server
                    .serve(order.change.kind, &order.change.name, &order.change.request)
            }
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
            self.server.patch(key.kind, &key.name, &change);
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
            self.server.collect();
            for kind in Kind::ALL {
                while self.deliver(kind) {
                    busy = true;
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
                    namespace: NAMESPACE.into(),
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
