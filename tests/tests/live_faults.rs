// SPDX-License-Identifier: Apache-2.0

//! The real controllers and the real webhook under real faults. It is the short form of `cargo xtask check --scope live`.

use std::path::PathBuf;

use xtask::check::any_seed;
use xtask::check::live::{Stop, Wanted, run, webhook};

use crate::support::scratch::scratch;
use crate::support::{controller, plane, webhook as replica};

/// A folder for logs and the history.
fn folder(name: &str) -> PathBuf {
    let dir = scratch().join(name);
    std::fs::create_dir_all(&dir).expect("a folder");
    dir
}

#[tokio::test(flavor = "multi_thread")]
async fn controllers_keep_every_rule_under_faults_and_lose_nothing() {
    let mut plane = plane::start(|_| ()).await;
    let (wanted, dir) = (Wanted::short(any_seed()), folder("live"));
    let stop = Stop::default();
    let outcome = run(&mut plane, &controller::program(), &dir, wanted, &stop).await;
    plane.stop().await;
    let outcome = outcome.unwrap_or_else(|error| panic!("seed {}: {error:#}", wanted.seed));
    let figures = &outcome.figures;
    assert!(
        figures.are_good(),
        "{outcome}\nhistory in {}",
        dir.display()
    );
    assert!(
        figures.writes >= wanted.writes && figures.faults >= wanted.faults,
        "{outcome}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_malformed_gets_past_the_webhook_under_faults_and_no_call_fails_in_a_rollout() {
    let plane = plane::start(|options| options.controller_manager = false).await;
    let (wanted, dir) = (Wanted::short(0), folder("live-webhook"));
    let figures = webhook::run(&plane, &replica::program(), &dir, wanted.creates).await;
    plane.stop().await;
    let figures = figures.expect("figures");
    assert_eq!(figures.violations, 0, "{figures}");
    assert!(
        figures.refused > 0 && figures.creates >= wanted.creates,
        "{figures}"
    );
}
