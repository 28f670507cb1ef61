// SPDX-License-Identifier: Apache-2.0

//! `cargo deny`, installed when there is none of the version that we use.

use std::process::Command;

use anyhow::Result;
use xtask::cargo_tool::CargoTool;
use xtask::repo;

use super::run as run_command;

const CARGO_DENY: CargoTool = CargoTool {
    name: "cargo-deny",
    version: "0.20.2",
    flags: &[],
};

/// Licences and sources; not advisories, whose database must be fetched.
pub(super) async fn run() -> Result<()> {
    let mut check = Command::new(CARGO_DENY.find_or_install().await?);
    // As cargo would call it.
    check
        .current_dir(repo::root())
        .args(["deny", "check", "bans", "licenses", "sources"]);
    run_command(check).await
}
