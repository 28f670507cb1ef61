//! The real webhook under real faults: a part of `cargo xtask check --scope live`.

use std::path::PathBuf;

use xtask::check::live::{Wanted, webhook};

use crate::support::scratch::scratch;
use crate::support::{plane, webhook as replica};

/// A folder for logs and the history.
fn folder(name: &str) -> PathBuf {
    let dir = scratch().join(name);
    std::fs::create_dir_all(&dir).expect("a folder");
    dir
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
