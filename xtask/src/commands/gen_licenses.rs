// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask gen-licenses`.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use xtask::repo;
use xtask::shipped::licenses::{THIRD_PARTY, third_party};

/// Write the licence texts of all that is linked into the programs to licenses/THIRD-PARTY.txt
#[derive(clap::Args)]
pub(crate) struct GenLicenses {
    /// Write nothing; fail if the file is not what would be written
    #[arg(long)]
    pub(crate) check: bool,
}

impl GenLicenses {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let wanted = third_party()?;
        let path = repo::root().join(THIRD_PARTY);
        if fs::read_to_string(&path).is_ok_and(|text| text == wanted) {
            return Ok(ExitCode::SUCCESS);
        }
        if self.check {
            eprintln!(
                "error: {THIRD_PARTY} does not match Cargo.lock: run `cargo xtask gen-licenses` and commit"
            );
            return Ok(ExitCode::FAILURE);
        }
        fs::write(&path, wanted).with_context(|| format!("writing {THIRD_PARTY}"))?;
        println!("written: {THIRD_PARTY}");
        Ok(ExitCode::SUCCESS)
    }
}
