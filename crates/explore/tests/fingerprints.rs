// SPDX-License-Identifier: Apache-2.0

//! A fingerprint forgets nothing that later steps depend on: of two states that have the same, whatever can happen to one can
//! happen to the other, and leads to the same again.
#![cfg(feature = "seeded-faults")]

use std::collections::HashMap;

use explore::scope::Scope;
use explore::scopes;
use explore::state::{Fingerprint, State};

/// How many steps away from the beginning neighbourhoods are looked at.
const STARTS: [usize; 6] = [0, 6, 12, 18, 26, 40];
/// How many states of each neighbourhood are looked at.
const STATES: usize = 250;

/// Numbers that look random, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Where all steps lead: the rule that they break, or the next state.
fn successors(scope: &Scope, state: &State) -> Vec<(State, Result<Fingerprint, String>)> {
    let follow = |step| {
        let mut next = state.clone();
        let taken = next.take(scope, step);
        let fingerprint = taken.map(|()| next.fingerprint());
        // What breaks a rule is told with names and versions.
        (
            next,
            fingerprint.map_err(|broken| broken.split(':').next().unwrap_or_default().to_owned()),
        )
    };
    state.steps(scope).into_iter().map(follow).collect()
}

/// The same as numbers, in order.
fn summary(successors: &[(State, Result<Fingerprint, String>)]) -> Vec<(u64, u64, String)> {
    let numbers = successors.iter().map(|(_, taken)| match taken {
        Ok(fingerprint) => (fingerprint.whole, fingerprint.settling, String::new()),
        Err(rule) => (0, 0, rule.clone()),
    });
    let mut numbers: Vec<_> = numbers.collect();
    // One step may lead to where another does: replicas and requests that are alike.
    numbers.sort();
    numbers
}

/// A state so many steps away, by chance.
fn walk(scope: &Scope, length: usize, chance: &mut Chance) -> State {
    let mut state = State::first(scope);
    for _ in 0..length {
        let steps = state.steps(scope);
        if steps.is_empty() {
            break;
        }
        let step = steps[chance.below(steps.len())];
        let mut next = state.clone();
        if next.take(scope, step).is_ok() {
            state = next;
        }
    }
    state
}

/// Looks at a neighbourhood, each state as often as there are ways to it; answers how many were met again.
fn meet(scope: &Scope, from: State) -> usize {
    let mut known: HashMap<u64, Vec<(u64, u64, String)>> = HashMap::new();
    let mut again = 0;
    let mut waiting = vec![(from.fingerprint().whole, from)];
    let mut next = Vec::new();
    while !waiting.is_empty() && known.len() < STATES {
        for (fingerprint, state) in waiting.drain(..) {
            let successors = successors(scope, &state);
            let summary = summary(&successors);
            if let Some(before) = known.get(&fingerprint) {
                assert_eq!(
                    *before, summary,
                    "{}: {fingerprint:x} stands for two states",
                    scope.name
                );
                again += 1;
                continue;
            }
            known.insert(fingerprint, summary);
            let on = successors.into_iter();
            next.extend(on.filter_map(|(state, taken)| Some((taken.ok()?.whole, state))));
        }
        std::mem::swap(&mut waiting, &mut next);
    }
    again
}

#[test]
fn states_of_one_fingerprint_behave_alike() {
    let mut chance = Chance(1);
    for scope in scopes::all() {
        let starts = STARTS.map(|length| walk(&scope, length, &mut chance));
        let again: usize = starts.into_iter().map(|from| meet(&scope, from)).sum();
        assert!(
            again > 100,
            "{}: only {again} states were met again",
            scope.name
        );
    }
}
