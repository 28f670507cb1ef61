//! What a node needs of this machine.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};
use rustix::process::geteuid;

use super::cgroups;

/// A package of Debian's (and Ubuntu's), and what of it is used.
#[derive(Debug)]
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// A program in `PATH`, or a file.
    pub has: &'static str,
}

/// What is used of the machine, and comes from its own packages.
pub const PACKAGES: [Package; 5] = [
    package("containerd", "containerd"),
    package("runc", "runc"),
    package("containernetworking-plugins", "/usr/lib/cni/bridge"),
    package("nftables", "nft"),
    package("iproute2", "ip"),
];

const fn package(name: &'static str, has: &'static str) -> Package {
    Package { name, has }
}

/// Fails, in words, unless a node can run on this machine.
pub fn check() -> Result<()> {
    root_on_linux()?;
    let missing = missing();
    ensure!(
        missing.is_empty(),
        "these packages are missing: {0}; install them with `apt-get install --no-install-recommends {0}`, \
            or say --install",
        missing.join(" ")
    );
    Ok(())
}

/// Installs the packages that are missing; nothing where none is.
///
/// # Errors
/// Where no package can mend it, or they can't be had.
pub fn install() -> Result<()> {
    root_on_linux()?;
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(" "));
    apt_get(&["update", "--quiet=2"])?;
    let install = ["install", "--quiet=2", "--yes", "--no-install-recommends"];
    apt_get(&[&install, &missing[..]].concat())?;
    check()
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

fn missing() -> Vec<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = |package: &Package| {
        let file = Path::new(package.has);
        file.is_file() || std::env::split_paths(&path).any(|dir| dir.join(file).is_file())
    };
    let missing = PACKAGES.iter().filter(|package| !there(package));
    missing.map(|package| package.name).collect()
}
