// SPDX-License-Identifier: Apache-2.0

//! The crates that are published: they build with each set of features, offer what is committed, and could be uploaded.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use xtask::cargo::cargo;
use xtask::published;

use super::run;
use crate::commands::gen_api::GenApi;

/// Sets of features of `ironcore-api`, each beside what it brings with it.
const FEATURES: [&str; 5] = ["", "types", "schema", "validate", "schema,validate"];

pub(super) async fn run_checks() -> Result<()> {
    for features in FEATURES {
        let mut clippy = cargo();
        clippy.args(["clippy", "--package=ironcore-api", "--no-default-features"]);
        clippy.args(["--features", features, "--", "-D", "warnings"]);
        run(clippy).await?;
    }
    // What others take, by itself: with all features the step `unit` has it.
    let mut tests = cargo();
    run({
        tests.args(["test", "--package=ironcore-api", "--lib"]);
        tests
    })
    .await?;
    let listed = GenApi {
        check: true,
        base: None,
    };
    ensure!(listed.run()? == ExitCode::SUCCESS, "see above");
    let mut publish = cargo();
    // The tree of whoever works here is dirty; what is uploaded comes from a tag.
    publish.args(["publish", "--dry-run", "--locked", "--allow-dirty"]);
    for krate in published::crates()? {
        publish.args(["--package", &krate.name]);
    }
    run(publish).await
}
