// SPDX-License-Identifier: Apache-2.0

//! Packages of Debian's (and Ubuntu's) that a step needs of this machine.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};

/// One, and what of it is used.
#[derive(Debug)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: &'static str,
    /// A program in `PATH`, or a file.
    pub(crate) has: &'static str,
}

impl Package {
    pub(crate) const fn new(name: &'static str, has: &'static str) -> Self {
        Self { name, has }
    }

    fn is_there(&self) -> bool {
        let file = Path::new(self.has);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut dirs = std::env::split_paths(&path);
        file.is_file() || dirs.any(|dir| dir.join(file).is_file())
    }
}

/// Fails, in words, where one of them is missing.
pub(crate) fn check(packages: &[Package]) -> Result<()> {
    let missing = missing(packages);
    ensure!(
        missing.is_empty(),
        "these packages are missing: {0}; install them with `apt-get install --no-install-recommends {0}`",
        missing.join(" ")
    );
    Ok(())
}

/// Installs those that are missing; nothing where none is.
///
/// # Errors
/// Where they can't be had.
pub(crate) fn install(packages: &[Package]) -> Result<()> {
    let missing = missing(packages);
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(" "));
    apt_get(&["update", "--quiet=2"])?;
    let install = ["install", "--quiet=2", "--yes", "--no-install-recommends"];
    apt_get(&[&install, &missing[..]].concat())?;
    check(packages)
}

fn missing(packages: &[Package]) -> Vec<&'static str> {
    let missing = packages.iter().filter(|package| !package.is_there());
    missing.map(|package| package.name).collect()
}

fn apt_get(args: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
    let Ok(status) = command.status() else {
        bail!("there is no apt-get here: {args:?} is for Debian and its like");
    };
    ensure!(
        status.success(),
        "`apt-get {}` failed ({status})",
        args.join(" ")
    );
    Ok(())
}
