// SPDX-License-Identifier: Apache-2.0

//! A stand-in for the image that the Dockerfiles begin with: Debian, a C compiler, Rust.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context, Result, ensure};

use super::buildah::{Buildah, run};
use crate::image::REGISTRY;
use crate::repo;

/// The Debian that the image is of.
const DEBIAN: &str = "bookworm";

/// What the image has beside the least that there is.
const PACKAGES: &str = "ca-certificates,gcc,libc6-dev";

/// Parts of a toolchain that cargo needs; the rest is documentation.
const PARTS: [&str; 4] = ["bin", "etc", "lib", "libexec"];

/// The certificates that are trusted here, which may be more than Debian's: the registry may be behind a proxy.
const CA_ROOTS: &str = "etc/ssl/certs/ca-certificates.crt";

/// The version in rust-toolchain.toml.
static RUST: LazyLock<&str> = LazyLock::new(|| {
    let text = include_str!("../../../../rust-toolchain.toml");
    let mut quoted = text
        .split_once("channel = ")
        .into_iter()
        .flat_map(|(_, rest)| rest.split('"'));
    quoted.nth(1).expect("rust-toolchain.toml names a channel")
});

/// The image as the Dockerfiles name it.
pub(super) fn short_name() -> String {
    format!("rust:{}-slim-{DEBIAN}", *RUST)
}

/// Makes it, unless there is one. `root` is used meanwhile.
pub(super) fn make(buildah: &Buildah, root: &Path) -> Result<()> {
    let image = format!("{REGISTRY}/library/{}", short_name());
    if buildah.has(&image)? {
        return Ok(());
    }
    eprintln!(
        "making a stand-in for {}, once (some minutes, 1 GB)",
        short_name()
    );
    // Of a run that was interrupted.
    remove(root)?;
    let mut debian = Command::new("debootstrap");
    debian.args([
        "--variant=minbase",
        &format!("--include={PACKAGES}"),
        DEBIAN,
    ]);
    debian.arg(root).stdout(std::io::stderr());
    run("debootstrap", debian)?;
    fs::copy(Path::new("/").join(CA_ROOTS), root.join(CA_ROOTS)).context("copying the CA roots")?;
    let toolchain = toolchain()?;
    let parts = PARTS.map(|part| Path::new(&toolchain).join(part));
    let mut copy = Command::new("cp");
    copy.arg("--archive")
        .args(parts.iter().filter(|part| part.exists()));
    copy.arg(root.join("usr/local"));
    run("cp", copy)?;
    buildah.import(root, &image)?;
    remove(root)
}

/// The folder of the Rust that builds this repository.
fn toolchain() -> Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(repo::root()).args(["--print", "sysroot"]);
    let output = rustc.output().context("asking rustc where it is")?;
    ensure!(output.status.success(), "rustc does not say where it is");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn remove(root: &Path) -> Result<()> {
    if !root.exists() {
        return Ok(());
    }
    fs::remove_dir_all(root).with_context(|| format!("removing {}", root.display()))
}
