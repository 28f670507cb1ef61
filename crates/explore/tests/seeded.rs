// SPDX-License-Identifier: Apache-2.0

//! Each seeded fault is found by a scope, by a shortest way there.
#![cfg(feature = "seeded-faults")]

use std::num::NonZero;

use clap::ValueEnum as _;
use explore::jobs;
use explore::page::page;
use explore::search::Report;
use explore::seeded::{FINDINGS, Finding};
use ni_controller::seeded::Fault;

const JOBS: NonZero<usize> = NonZero::new(2).unwrap();

#[test]
fn each_seeded_fault_is_found_as_the_page_shows() {
    let mut found = Vec::new();
    jobs::each(JOBS, FINDINGS, is_found, |finding, report| {
        found.push((*finding, report));
    });
    let (now, written) = (page(&found), include_str!("../../../docs/seeded-faults.md"));
    let mut lines = now.lines().zip(written.lines());
    let differs = lines.find(|(now, written)| now != written);
    assert_eq!(differs, None, "write the page: it begins with the command");
    assert_eq!(now.len(), written.len());
}

fn is_found(finding: &Finding) -> Report {
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
    report
}

#[test]
fn each_fault_that_can_be_built_in_has_a_scope_that_finds_it() {
    for fault in Fault::value_variants() {
        let found = FINDINGS.iter().any(|finding| finding.fault == *fault);
        assert!(found, "{fault:?}");
    }
}
