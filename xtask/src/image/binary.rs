// SPDX-License-Identifier: Apache-2.0

//! The programs as an image can run them: static, and the same bytes wherever they are built.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use elf::ElfBytes;
use elf::abi::PT_INTERP;
use elf::endian::AnyEndian;

use super::{Arch, PROGRAMS};
use crate::shipped::audit::CARGO_AUDITABLE;
use crate::{cargo, repo};

/// Builds all programs at once, as they share most of what they are made of. Each says in a section of its own what that is.
pub(super) async fn build(arch: Arch, profile: &str) -> Result<[PathBuf; PROGRAMS.len()]> {
    let target = arch.target();
    check_target(arch)?;
    let mut command = cargo::cargo_by(&CARGO_AUDITABLE.find_or_install().await?);
    command.args(["auditable", "build", "--locked", "--target", target]);
    command.args(["--profile", profile]);
    for program in PROGRAMS {
        // The packages and no others, so that an image has no feature that only a test asked for.
        command.args(["--package", program, "--bin", program]);
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", flags().join("\x1f"));
    if !arch.is_native() {
        let variable = target.to_uppercase().replace('-', "_");
        command.env(
            format!("CARGO_TARGET_{variable}_LINKER"),
            arch.cross_compiler(),
        );
    }
    cargo::finish(command, PROGRAMS).await
}

/// rustc's: no shared library, and no path of this machine in the file. The Dockerfiles say the same.
fn flags() -> [String; 3] {
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    [
        "-Ctarget-feature=+crt-static".to_owned(),
        remap(repo::root(), "/src"),
        remap(&cargo_home(), "/cargo"),
    ]
}

fn cargo_home() -> PathBuf {
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    let default = || set("HOME").map(|home| home.join(".cargo"));
    // Where there is neither, nothing is there to be named.
    set("CARGO_HOME")
        .or_else(default)
        .unwrap_or_else(|| "/cargo".into())
}

/// Says in words what cargo would say by a page of errors about `core`.
fn check_target(arch: Arch) -> Result<()> {
    let target = arch.target();
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut ask = Command::new(rustc);
    ask.current_dir(repo::root())
        .args(["--print", "target-libdir", "--target", target]);
    let output = ask.output().context("asking rustc for its targets")?;
    let folder = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && Path::new(folder.trim()).is_dir(),
        "Rust is not installed for {arch}: `rustup target add {target}` installs it"
    );
    if arch.is_native() {
        return Ok(());
    }
    let compiler = arch.cross_compiler();
    let found = Command::new(compiler)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        bail!("an image for {arch} needs the C compiler {compiler}, and there is none in PATH");
    }
    Ok(())
}

/// Fails unless the program runs on the architecture where there is nothing but itself.
///
/// # Errors
/// If it is for another machine, or asks for a dynamic linker.
pub(super) fn check(binary: &[u8], arch: Arch) -> Result<()> {
    let file = ElfBytes::<AnyEndian>::minimal_parse(binary).context("it is no ELF file")?;
    let machine = file.ehdr.e_machine;
    ensure!(
        machine == arch.elf_machine(),
        "it is not for {arch}: its machine is {machine}"
    );
    let segments = file.segments().context("it has nothing to load")?;
    ensure!(
        !segments.iter().any(|segment| segment.p_type == PT_INTERP),
        "it is not static: it asks for a dynamic linker, which the image has not"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn programs_that_need_more_than_themselves_or_another_machine_are_refused() {
        // The tests themselves are linked as cargo does it by default.
        let here = std::fs::read("/proc/self/exe").expect("this program");
        let other = match Arch::default() {
            Arch::Amd64 => Arch::Arm64,
            Arch::Arm64 => Arch::Amd64,
        };
        for (binary, arch, expected) in [
            (&here[..], Arch::default(), "it is not static"),
            (&here[..], other, "it is not for"),
            (&b"#!/bin/sh"[..], Arch::default(), "it is no ELF file"),
        ] {
            let error = check(binary, arch).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
