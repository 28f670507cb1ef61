// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask book`.

use std::process::{Command, ExitCode};

use anyhow::{Result, ensure};
use xtask::cargo_tool::CargoTool;
use xtask::process::Tied;
use xtask::repo;

const MDBOOK: CargoTool = CargoTool {
    name: "mdbook",
    version: "0.5.4",
    // It is not to serve or to watch.
    flags: &["--no-default-features", "--features", "search"],
};

/// Render docs/ as a book into target/book, to be opened in a browser
#[derive(clap::Args)]
pub(crate) struct Book {}

impl Book {
    #[allow(clippy::unused_self)] // as all commands
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let mut build = Command::new(MDBOOK.find_or_install().await?);
        build.args(["build", "docs"]).current_dir(repo::root());
        let status = Tied::spawn("mdbook", build)?.wait().await?;
        ensure!(status.success(), "mdbook failed ({status})");
        println!("{}", repo::root().join("target/book/index.html").display());
        Ok(ExitCode::SUCCESS)
    }
}
