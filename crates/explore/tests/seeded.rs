// SPDX-License-Identifier: Apache-2.0

//! Each seeded fault is found by a scope, by a shortest way there.
#![cfg(feature = "seeded-faults")]

use std::thread;

use clap::ValueEnum as _;
use explore::seeded::{FINDINGS, Finding};
use ni_controller::seeded::Fault;

#[test]
fn each_seeded_fault_is_found() {
    let halves = FINDINGS.chunks(FINDINGS.len().div_ceil(2));
    thread::scope(|threads| {
        for half in halves {
            threads.spawn(|| half.iter().for_each(is_found));
        }
    });
}

fn is_found(finding: &Finding) {
    let report = finding.look();
    let violation = report.violation.as_ref();
    let violation = violation.unwrap_or_else(|| panic!("{finding:?} is not found: {report:?}"));
    assert!(
        violation.broken.starts_with(finding.rule),
        "{finding:?}: {}",
        violation.broken
    );
    // Somebody can read it.
    let lines = violation.story.len();
    assert!(lines < 150, "{finding:?}: {lines} lines");
}

#[test]
fn each_fault_that_can_be_built_in_has_a_scope_that_finds_it() {
    for fault in Fault::value_variants() {
        let found = FINDINGS.iter().any(|finding| finding.fault == *fault);
        assert!(found, "{fault:?}");
    }
}
