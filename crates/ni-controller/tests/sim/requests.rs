// SPDX-License-Identifier: Apache-2.0

//! Requests on their way to the server, what becomes of them, and answers on their way back.

use std::time::Duration;

use explore::invariants::{Broken, is_in_the_plan};
use ni_controller::core::{Failure, Order, Outcome};
use ni_controller::plan::{Question, Request};

use super::server::Server;
use super::{Replica, Sim, Who};

/// How many requests may be under way at once.
const ROOM: usize = 3;

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

impl Sim {
    /// The server of a namespace.
    fn server_of(&mut self, namespace: &str) -> &mut Server {
        let [server, other] = self.servers();
        if *namespace == *server.namespace() {
            server
        } else {
            other
        }
    }

    pub(super) fn serve_order(&mut self, order: &Order) -> Outcome {
        let change = &order.change;
        let namespace = match &change.request {
            // What holds an address asks about a virtual IP of another namespace.
            Request::Ask(Question::IsThere { namespace, .. }) => namespace,
            _ => &order.key.namespace,
        };
        let server = self.server_of(namespace);
        server.serve(change.kind, &change.name, &change.request)
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
}

fn hold(held: Result<(), Broken>) {
    held.unwrap_or_else(|broken| panic!("{broken}"));
}
