// SPDX-License-Identifier: Apache-2.0

//! What building the Dockerfiles needs of this machine.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use rustix::process::geteuid;

use crate::packages::{self, Package};

const PACKAGES: [Package; 2] = [
    Package::new("buildah", "buildah"),
    Package::new("debootstrap", "debootstrap"),
];

/// Fails, in words, unless they can be built on this machine, with layers kept in `dir`.
pub fn check(dir: &Path) -> Result<()> {
    able(dir)?;
    packages::check(&PACKAGES)
}

/// Installs the packages that are missing; nothing where none is.
///
/// # Errors
/// Where no package can mend it, or they can't be had.
pub fn install(dir: &Path) -> Result<()> {
    able(dir)?;
    packages::install(&PACKAGES)
}

fn able(dir: &Path) -> Result<()> {
    ensure!(
        geteuid().is_root(),
        "buildah and debootstrap need root, for mounts and for owners of files"
    );
    ensure!(
        can_make_devices(dir)?,
        "no device files can be made here, though this is root, and a Debian has some: a container without privileges?"
    );
    ensure!(
        can_overlay(dir)?,
        "layers can't be mounted over each other here, though this is root: a container without privileges?"
    );
    Ok(())
}

/// Whether a device file that is made there works, as debootstrap wants it.
fn can_make_devices(dir: &Path) -> Result<bool> {
    std::fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    let null = dir.join(format!("null-trial-{}", std::process::id()));
    let mut command = Command::new("mknod");
    command.arg(&null).args(["c", "1", "3"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let made = command.status().is_ok_and(|status| status.success());
    let works = made && std::fs::write(&null, "x").is_ok();
    if made {
        std::fs::remove_file(&null).with_context(|| format!("removing {}", null.display()))?;
    }
    Ok(works)
}

/// Whether folders there can be layers, tried in a mount namespace that ends with the trial.
fn can_overlay(dir: &Path) -> Result<bool> {
    let trial = dir.join(format!("overlay-trial-{}", std::process::id()));
    for part in ["lower", "upper", "work", "merged"] {
        let part = trial.join(part);
        std::fs::create_dir_all(&part).with_context(|| format!("making {}", part.display()))?;
    }
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "mount", "-t", "overlay", "trial", "-o"])
        .args(["lowerdir=lower,upperdir=upper,workdir=work", "merged"])
        .current_dir(&trial);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let can = command.status().is_ok_and(|status| status.success());
    std::fs::remove_dir_all(&trial).with_context(|| format!("removing {}", trial.display()))?;
    Ok(can)
}
