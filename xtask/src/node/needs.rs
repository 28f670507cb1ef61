// SPDX-License-Identifier: Apache-2.0

//! What a node needs of this machine.

use std::process::Command;

use anyhow::{Result, ensure};
use rustix::process::geteuid;

use super::cgroups;
use crate::packages::{self, Package};

/// What is used of the machine, and comes from its own packages.
const PACKAGES: [Package; 5] = [
    Package::new("containerd", "containerd"),
    Package::new("runc", "runc"),
    Package::new("containernetworking-plugins", "/usr/lib/cni/bridge"),
    Package::new("nftables", "nft"),
    Package::new("iproute2", "ip"),
];

/// Fails, in words, unless a node can run on this machine.
pub fn check() -> Result<()> {
    root_on_linux()?;
    packages::check(&PACKAGES)
}

/// Installs the packages that are missing; nothing where none is.
///
/// # Errors
/// Where no package can mend it, or they can't be had.
pub fn install() -> Result<()> {
    root_on_linux()?;
    packages::install(&PACKAGES)
}

fn root_on_linux() -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "a node runs on Linux only");
    ensure!(geteuid().is_root(), "a node needs root, for its namespaces");
    ensure!(
        can_make_namespaces(),
        "namespaces can't be made here, though this is root: a container without privileges?"
    );
    let lacking = cgroups::lacking(&cgroups::hierarchies()?);
    ensure!(
        lacking.is_empty(),
        "this node needs control groups of version 1, and there is no hierarchy of {}",
        lacking.join(", ")
    );
    Ok(())
}

fn can_make_namespaces() -> bool {
    let mut command = Command::new("unshare");
    command.args([
        "--mount",
        "--net",
        "--uts",
        "--ipc",
        "--cgroup",
        "--pid",
        "--fork",
        "mount",
        "--make-rprivate",
        "/",
    ]);
    command.status().is_ok_and(|status| status.success())
}
