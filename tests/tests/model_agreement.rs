// SPDX-License-Identifier: Apache-2.0

//! The model of the API server (`crates/api-model`) says what the real one says: random requests go to both. It is the short
//! form of `cargo xtask check --scope model`.

use xtask::check::any_seed;
use xtask::check::model::{Outcome, Wanted, compare, compare_lives};

use crate::support::plane;

fn hold(outcome: &Outcome, seed: u64) {
    let stories = outcome.stories.join("\n");
    assert!(
        stories.is_empty(),
        "cargo xtask check --scope model --seed {seed}\n{stories}"
    );
    // Seen once in some hundred thousand requests, on a machine under load.
    assert!(outcome.figures.sent_again <= 1, "{:?}", outcome.figures);
}

#[tokio::test(flavor = "multi_thread")]
async fn random_requests_are_answered_as_the_model_says_and_watches_report_what_it_reports() {
    let mut plane = plane::start(|options| options.controller_manager = false).await;
    let wanted = Wanted::short(any_seed());
    let outcome = compare(&mut plane, wanted).await.expect("a comparison");
    plane.stop().await;
    hold(&outcome, wanted.seed);
    let figures = outcome.figures;
    assert!(
        figures.requests >= wanted.requests && figures.events > 1_000,
        "{figures:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_garbage_collector_and_the_namespace_controller_leave_is_what_the_model_leaves() {
    let mut plane = plane::start(|_| ()).await;
    let wanted = Wanted::short(any_seed());
    let outcome = compare_lives(&mut plane, wanted)
        .await
        .expect("a comparison");
    plane.stop().await;
    hold(&outcome, wanted.seed);
    assert!(
        outcome.figures.requests >= wanted.requests / 10,
        "{:?}",
        outcome.figures
    );
}
