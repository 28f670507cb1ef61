// SPDX-License-Identifier: Apache-2.0

//! Benchmarks share the machine with what they measure: they must be as fast as it.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};
use xtask::cargo::build_binary;

/// Goes on as the release build of xtask, with the same arguments; returns only where that fails.
pub(crate) async fn again_in_release() -> Result<()> {
    let program = build_binary("xtask", "release").await?;
    let failed = Command::new(program)
        .args(std::env::args_os().skip(1))
        .exec();
    Err(failed).context("starting the release build of xtask")
}
