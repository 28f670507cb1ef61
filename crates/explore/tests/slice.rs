// SPDX-License-Identifier: Apache-2.0

//! The beginning of each scope: all states that are so near.
#![cfg(feature = "seeded-faults")]

use std::sync::Mutex;
use std::thread;

use explore::scopes;
use explore::search::{Limits, explore};

/// How many states of each scope.
const STATES: usize = 10_000;

#[test]
fn nothing_is_found_in_the_beginning_of_each_scope() {
    let names = scopes::all().into_iter().map(|scope| scope.name);
    let waiting = Mutex::new(names.collect::<Vec<_>>());
    let next = || waiting.lock().unwrap().pop();
    thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while let Some(name) = next() {
                    holds(name);
                }
            });
        }
    });
}

fn holds(name: &str) {
    let scopes = scopes::all();
    let scope = scopes.iter().find(|scope| scope.name == name).unwrap();
    let limits = Limits {
        states: Some(STATES),
        ..Limits::default()
    };
    let report = explore(scope, limits);
    let violation = report.violation;
    assert!(
        violation.is_none(),
        "{name}: {}",
        violation.unwrap().story.join("\n")
    );
}
