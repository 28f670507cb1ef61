//! Tools that are written in Rust and no dependency of ours, in the version that we use.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};
use xtask::cargo::cargo;
use xtask::process::Tied;
use xtask::repo;

/// A tool of a registry.
pub(crate) struct Tool {
    /// Package and program.
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// How it is built: flags of `cargo install`.
    pub(crate) flags: &'static [&'static str],
}

impl Tool {
    /// The one in `PATH` if it is of this version, else that in the cache, which is installed once.
    pub(crate) async fn find_or_install(&self) -> Result<PathBuf> {
        if self.is_wanted(self.name.into()) {
            return Ok(self.name.into());
        }
        let root = repo::user_cache().join(format!("{}-{}", self.name, self.version));
        let program = root.join("bin").join(self.name);
        if !self.is_wanted(program.clone()) {
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

    fn is_wanted(&self, program: PathBuf) -> bool {
        let output = Command::new(program).arg("--version").output();
        output.is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout)
                .trim()
                .ends_with(self.version)
        })
    }
}
