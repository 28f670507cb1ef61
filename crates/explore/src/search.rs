// SPDX-License-Identifier: Apache-2.0

//! The search: breadth first, each state once.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use crate::scope::Scope;
use crate::settle::Settled;
use crate::state::{Fingerprint, State};
use crate::step::{Broken, Step};
use crate::story;

/// When a search ends early.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// After so many states.
    pub states: Option<usize>,
    /// At so many steps from the beginning.
    pub depth: Option<u32>,
}

/// What a search has found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The scope's name.
    pub name: &'static str,
    /// How many different states were seen.
    pub states: usize,
    /// How many steps were taken between them.
    pub steps: u64,
    /// How many steps the furthest state is away from the beginning.
    pub depth: u32,
    /// Whether these are all states that there are.
    pub complete: bool,
    /// How many different states of rest were found.
    pub rests: u64,
    /// How long it took.
    pub time: Duration,
    /// What must hold and does not, with a shortest way there.
    pub violation: Option<Violation>,
}

/// A way to what must not be.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The rule, and what breaks it.
    pub broken: Broken,
    /// The steps from the beginning, and after how many of them users and faults stop.
    pub steps: Vec<Step>,
    /// How many of the steps are before users and faults stop.
    pub explored: usize,
    /// The same told for people, a line for each step.
    pub story: Vec<String>,
}

struct Node {
    parent: u32,
    step: Step,
}

/// Explores a scope until something is found, or everything is seen.
pub fn explore(scope: &Scope, limits: Limits) -> Report {
    let begun = Instant::now();
    let mut search = Search::new(scope);
    let violation = search.run(limits).err().map(|mut violation| {
        violation.story = story::tell(scope, &violation);
        violation
    });
    Report {
        name: scope.name,
        states: search.places.len(),
        steps: search.steps,
        depth: search.depth,
        complete: violation.is_none() && search.complete,
        rests: search.settled.rests,
        time: begun.elapsed(),
        violation,
    }
}

/// A state whose steps are yet to be taken.
struct Waiting {
    place: u32,
    depth: u32,
    /// Of its fingerprint.
    settling: u64,
    state: State,
}

struct Search<'a> {
    scope: &'a Scope,
    places: HashMap<u64, u32>,
    nodes: Vec<Node>,
    waiting: VecDeque<Waiting>,
    settled: Settled,
    steps: u64,
    depth: u32,
    complete: bool,
}

impl<'a> Search<'a> {
    fn new(scope: &'a Scope) -> Self {
        let first = State::first(scope);
        let fingerprint = first.fingerprint();
        let nodes = vec![Node {
            parent: 0,
            step: Step::Wait,
        }];
        Self {
            scope,
            places: HashMap::from([(fingerprint.whole, 0)]),
            nodes,
            waiting: VecDeque::from([Waiting {
                place: 0,
                depth: 0,
                settling: fingerprint.settling,
                state: first,
            }]),
            settled: Settled::default(),
            steps: 0,
            depth: 0,
            complete: true,
        }
    }

    fn run(&mut self, limits: Limits) -> Result<(), Violation> {
        let deepest = [limits.depth, self.scope.depth].into_iter().flatten().min();
        while let Some(waiting) = self.waiting.pop_front() {
            let Waiting {
                place,
                depth,
                settling,
                state,
            } = waiting;
            self.depth = depth;
            let settled = self.settled.check(self.scope, &state, settling);
            settled.map_err(|(rest, broken)| self.violation(place, rest, broken, 0))?;
            if deepest.is_some_and(|deepest| depth >= deepest) {
                self.complete &= state.steps(self.scope).is_empty();
                continue;
            }
            if limits.states.is_some_and(|most| self.places.len() >= most) {
                self.complete = false;
                return Ok(());
            }
            for step in state.steps(self.scope) {
                self.follow(place, depth, &state, step)?;
            }
        }
        Ok(())
    }

    fn follow(
        &mut self,
        place: u32,
        depth: u32,
        from: &State,
        step: Step,
    ) -> Result<(), Violation> {
        let mut state = from.clone();
        let taken = state.take(self.scope, step);
        taken.map_err(|broken| self.violation(place, vec![step], broken, 1))?;
        self.steps += 1;
        let Fingerprint { whole, settling } = state.fingerprint();
        if let Entry::Vacant(vacant) = self.places.entry(whole) {
            let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            vacant.insert(next);
            self.nodes.push(Node {
                parent: place,
                step,
            });
            self.waiting.push_back(Waiting {
                place: next,
                depth: depth + 1,
                settling,
                state,
            });
        }
        Ok(())
    }

    /// The way to a state, and on.
    fn violation(
        &self,
        mut place: u32,
        on: Vec<Step>,
        broken: Broken,
        explored: usize,
    ) -> Violation {
        let mut steps = Vec::new();
        while place != 0 {
            let node = &self.nodes[place as usize];
            steps.push(node.step);
            place = node.parent;
        }
        steps.reverse();
        let explored = steps.len() + explored;
        steps.extend(on);
        Violation {
            broken,
            steps,
            explored,
            story: Vec::new(),
        }
    }
}
