// SPDX-License-Identifier: Apache-2.0

//! The beginning of each scope: all states that are so near.
#![cfg(feature = "seeded-faults")]

use std::num::NonZero;

use explore::search::{Limits, explore};
use explore::{jobs, scopes};

const JOBS: NonZero<usize> = NonZero::new(2).unwrap();

const LIMITS: Limits = Limits {
    // Of each scope.
    states: Some(10_000),
    depth: None,
};

#[test]
fn nothing_is_found_in_the_beginning_of_each_scope() {
    let scopes = scopes::all();
    let work = |scope: &_| explore(scope, LIMITS);
    jobs::each(JOBS, &scopes, work, |scope, report| {
        let violation = report.violation;
        assert!(
            violation.is_none(),
            "{}: {}",
            scope.name,
            violation.unwrap().story.join("\n")
        );
    });
}
