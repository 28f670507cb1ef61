// SPDX-License-Identifier: Apache-2.0

//! This checkout and an earlier release, together.

use anyhow::{Context, Result};
use xtask::control_plane::Binaries;
use xtask::{cargo, release};

use super::cluster::Programs;
use super::run as run_command;

/// Builds a release, or any other commit, and runs the test that mixes it with what is here.
pub(super) async fn run(from: Option<&str>) -> Result<()> {
    let from = from.map(str::to_owned).or_else(release::last);
    let from = from.context(NO_RELEASE)?;
    println!("with {from}");
    let binaries = Binaries::find_or_obtain().await?;
    let earlier = release::build(&from).await?;
    let programs = Programs::build().await?;
    let mut tests = std::process::Command::new(cargo::build_test("cluster").await?);
    tests.args(["--ignored", "--nocapture", "upgrade::"]);
    tests.env("EARLIER_RELEASE", earlier);
    programs.tell(&binaries, &mut tests);
    run_command(tests).await
}

/// Why it can't be run.
pub(super) const NO_RELEASE: &str =
    "no release found (git describes no tag v*); --upgrade-from names another commit";
