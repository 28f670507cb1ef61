// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask gen-docs`.

use std::process::{Command, ExitCode};

use anyhow::Result;
use xtask::cargo;
use xtask::process::Tied;

/// Write the generated pages of docs/ (flags, API), and look at the command lines that documents show
#[derive(clap::Args)]
pub(crate) struct GenDocs {
    /// Write nothing; fail if a page is not what would be written
    #[arg(long)]
    pub(crate) check: bool,
}

impl GenDocs {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let mut command = Command::new(cargo::build_binary("book", "dev").await?);
        command.args(self.check.then_some("--check"));
        let status = Tied::spawn("book", command)?.wait().await?;
        Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
