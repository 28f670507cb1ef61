// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask tidy`.

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;
use xtask::{docs, recipes, repo, tidy};

use crate::Cli;

/// Check the rules of this repository that neither rustc nor clippy knows
#[derive(clap::Args)]
pub(crate) struct Tidy {}

impl Tidy {
    #[allow(clippy::unused_self)] // as all commands
    pub(crate) fn run(self) -> Result<ExitCode> {
        let (mut faults, sizes) = tidy::check(repo::root())?;
        // The other programs' are `gen-docs`'s: this is to be quick, and to work while they do not compile.
        let ours = [("cargo xtask", Cli::command())];
        faults.extend(docs::command_faults(repo::root(), &ours)?);
        for fault in &faults {
            println!("{fault}");
        }
        println!("{sizes}");
        // Otherwise a whole run finds it only after half an hour.
        recipes::apply()?;
        Ok(if faults.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
