// SPDX-License-Identifier: Apache-2.0

//! Each seeded fault is found by a scope, by a shortest way there.
#![cfg(feature = "seeded-faults")]

use std::thread;

use clap::ValueEnum as _;
use explore::page::page;
use explore::search::Report;
use explore::seeded::{FINDINGS, Finding};
use ni_controller::seeded::Fault;

#[test]
fn each_seeded_fault_is_found_as_the_page_shows() {
    let halves = FINDINGS.chunks(FINDINGS.len().div_ceil(2));
    let found: Vec<_> = thread::scope(|threads| {
        let halves = halves.map(|half| threads.spawn(|| half.iter().map(found).collect()));
        let halves: Vec<thread::ScopedJoinHandle<'_, Vec<_>>> = halves.collect();
        let found = halves.into_iter().flat_map(|half| half.join());
        found.flatten().collect()
    });
    assert_eq!(found.len(), FINDINGS.len(), "see above");
    let (now, written) = (page(&found), include_str!("../../../docs/seeded-faults.md"));
    let mut lines = now.lines().zip(written.lines());
    let differs = lines.find(|(now, written)| now != written);
    assert_eq!(differs, None, "write the page: it begins with the command");
    assert_eq!(now.len(), written.len());
}

fn found(finding: &Finding) -> (Finding, Report) {
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
    (*finding, report)
}

#[test]
fn each_fault_that_can_be_built_in_has_a_scope_that_finds_it() {
    for fault in Fault::value_variants() {
        let found = FINDINGS.iter().any(|finding| finding.fault == *fault);
        assert!(found, "{fault:?}");
    }
}
