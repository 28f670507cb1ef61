// SPDX-License-Identifier: Apache-2.0

//! The steps from one state to the next.

mod take;

pub use take::Broken;

use ni_controller::world::Kind;

use crate::scope::{Budget, Scope};
use crate::state::State;

/// One step. Controllers, requests and actors are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An actor does its next act.
    Act(u8),
    /// A controller's watch of a kind shows its next event, or the next item of its list.
    Show(u8, Kind),
    /// A controller lists a kind, all at once: its watch of it begins.
    List(u8, Kind),
    /// A controller lists a kind, item by item.
    ListSlowly(u8, Kind),
    /// A controller lists a kind, from a server that has not heard the last so many events.
    ListOld(u8, Kind, u8),
    /// A controller lists a kind, from a server that hears the last so many events while it lists.
    ListCatchingUp(u8, Kind, u8),
    /// A controller plans, and sends a request if it finds one.
    Send(u8),
    /// The server serves a request.
    Serve(u8),
    /// A request never arrives, or an answer.
    Lose(u8),
    /// A request is refused.
    Refuse(u8),
    /// An answer arrives.
    Answer(u8),
    /// The garbage collector makes its round.
    Collect,
    /// Time passes up to the next timer.
    Wait,
    /// A controller dies and starts again.
    Crash(u8),
    /// A controller loses the Lease.
    Depose(u8),
    /// A controller takes the Lease.
    Elect(u8),
    /// The server goes back to the beginning; its versions may overtake all others with the next write.
    Restore(bool),
    /// A controller notices that the server went back.
    Notice(u8),
}

/// How many events a list that is old may lack.
const OLD: u8 = 2;

fn number(place: usize) -> u8 {
    u8::try_from(place).unwrap_or(u8::MAX)
}

impl State {
    /// The steps that can be taken, faults and users included.
    pub fn steps(&self, scope: &Scope) -> Vec<Step> {
        let mut steps = Vec::new();
        self.acts(scope, &mut steps);
        for whose in 0..self.replicas.len() {
            self.shows(whose, &mut steps);
            self.lists(whose, scope, &mut steps);
            self.process(whose, scope, &mut steps);
        }
        self.wires(&mut steps);
        if self.server.has_orphans() {
            steps.push(Step::Collect);
        }
        if self.budget.waits > 0 && self.next_timer(scope).is_some() {
            steps.push(Step::Wait);
        }
        if self.budget.restores > 0 {
            steps.extend([Step::Restore(false), Step::Restore(true)]);
        }
        steps
    }

    fn acts(&self, scope: &Scope, steps: &mut Vec<Step>) {
        for (actor, acts) in scope.actors.iter().enumerate() {
            let next = acts.get(self.done[actor]);
            if next.is_some_and(|act| (act.when)(self.server.model())) {
                steps.push(Step::Act(number(actor)));
            }
        }
    }

    fn shows(&self, whose: usize, steps: &mut Vec<Step>) {
        for (kind, watch) in &self.replicas[whose].watches {
            if watch.list.is_some() || watch.events(&self.server, *kind).next().is_some() {
                steps.push(Step::Show(number(whose), *kind));
            }
        }
    }

    fn lists(&self, whose: usize, scope: &Scope, steps: &mut Vec<Step>) {
        let Budget {
            relists,
            old_lists,
            slow_lists,
            ..
        } = self.budget;
        for kind in &scope.kinds {
            let watch = &self.replicas[whose].watches[kind];
            let begins = watch.unlisted || relists > 0 && watch.list.is_none();
            if !begins {
                continue;
            }
            steps.push(Step::List(number(whose), *kind));
            if slow_lists > 0 {
                steps.push(Step::ListSlowly(number(whose), *kind));
            }
            let lacks = self.server.reported(*kind).min(OLD.into());
            if old_lists > 0 {
                let whose = number(whose);
                steps.extend((1..=number(lacks)).flat_map(|lacks| {
                    let old = Step::ListOld(whose, *kind, lacks);
                    [old, Step::ListCatchingUp(whose, *kind, lacks)]
                }));
            }
        }
    }

    fn process(&self, whose: usize, scope: &Scope, steps: &mut Vec<Step>) {
        let replica = &self.replicas[whose];
        let name = number(whose);
        if replica.leads && self.under_way(whose) < scope.room {
            steps.push(Step::Send(name));
        }
        if self.budget.crashes > 0 {
            steps.push(Step::Crash(name));
        }
        if replica.leads && self.budget.depositions > 0 {
            steps.push(Step::Depose(name));
        }
        if !replica.leads && !self.replicas.iter().any(|other| other.leads) {
            steps.push(Step::Elect(name));
        }
        if replica.ahead {
            steps.push(Step::Notice(name));
        }
    }

    fn wires(&self, steps: &mut Vec<Step>) {
        for (place, wire) in self.wire.iter().enumerate() {
            let at = number(place);
            if wire.answer.is_some() {
                steps.push(Step::Answer(at));
            } else {
                steps.push(Step::Serve(at));
                if self.budget.refusals > 0 && wire.whose.is_some() {
                    steps.push(Step::Refuse(at));
                }
            }
            if self.budget.losses > 0 {
                steps.push(Step::Lose(at));
            }
        }
    }
}
