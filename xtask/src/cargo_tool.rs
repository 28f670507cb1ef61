// SPDX-License-Identifier: Apache-2.0

//! Tools that are written in Rust and are not among our dependencies, in the version that we use: installed where they are missing.

use std::path::PathBuf;
use std::process::Command;

use crate::cargo::cargo;
use crate::process::Tied;
use crate::repo;
use anyhow::{Result, ensure};

/// A tool of a registry.
pub struct CargoTool {
    /// Package and program.
    pub name: &'static str,
    /// The one that is installed, and the only one that is used.
    pub version: &'static str,
    /// How it is built: flags of `cargo install`.
    pub flags: &'static [&'static str],
}

impl CargoTool {
    /// The one in `PATH` if it is of this version, else that in the cache, which is installed once.
    ///
    /// # Errors
    /// If it can't be installed.
    pub async fn find_or_install(&self) -> Result<PathBuf> {
        if self.is_in_path() {
            return Ok(self.name.into());
        }
        let root = repo::user_cache().join(format!("{}-{}", self.name, self.version));
        let program = root.join("bin").join(self.name);
        // Its folder is named by its version, and cargo puts only there what is whole.
        if !program.is_file() {
            println!(
                "installing {} {}, once (some minutes)",
                self.name, self.version
            );
            let mut install = cargo();
            // Unoptimised: it runs for a second, and builds in half the time.
            install.args([
                "install",
                "--locked",
                "--debug",
                "--version",
                self.version,
                self.name,
            ]);
            install.args(self.flags).arg("--root").arg(root);
            let status = Tied::spawn("cargo install", install)?.wait().await?;
            ensure!(
                status.success(),
                "installing {} failed ({status})",
                self.name
            );
        }
        Ok(program)
    }

    /// Not one that does not tell its version, as `cargo-auditable`.
    fn is_in_path(&self) -> bool {
        let output = Command::new(self.name).arg("--version").output();
        output.is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout)
                .trim()
                .ends_with(self.version)
        })
    }
}
