//! `cargo xtask tidy`.

use std::process::ExitCode;

use anyhow::Result;
use xtask::{repo, tidy};

/// Check the rules of this repository that neither rustc nor clippy knows
#[derive(clap::Args)]
pub(crate) struct Tidy {}

impl Tidy {
    #[allow(clippy::unused_self)] // as all commands
    pub(crate) fn run(self) -> Result<ExitCode> {
        let (faults, sizes) = tidy::check(repo::root())?;
        for fault in &faults {
            println!("{fault}");
        }
        println!("{sizes}");
        Ok(if faults.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
