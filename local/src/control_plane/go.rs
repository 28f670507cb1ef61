// SPDX-License-Identifier: Apache-2.0

//! The Go toolchain.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::version::Version;

/// `go` in a module's folder, set up so that the result depends on the module alone.
pub fn go<I: IntoIterator<Item: AsRef<OsStr>>>(module: &Path, args: I) -> Command {
    let mut command = Command::new("go");
    // Of the user's settings a go.work or -mod=vendor would bend the build; cgo would need headers.
    command
        .current_dir(module)
        .env("GOWORK", "off")
        .env("GOFLAGS", "-mod=readonly -trimpath -buildvcs=false");
    command.env("CGO_ENABLED", "0").args(args);
    command
}

/// Fails unless there is a Go that can build the module. Tells what to do `instead`.
pub fn check(module: &Path, what: &str, instead: &str) -> Result<()> {
    let needed = needed_by(module)?;
    ensure!(
        cfg!(any(target_os = "linux", target_os = "macos")),
        "{what} can be built on Linux and macOS only; use one of them (a container will do)"
    );
    let Ok(output) = go(module, ["env", "GOVERSION"]).output() else {
        bail!(
            "building {what} needs Go {needed} or newer, and there is no `go` in PATH: install it, or {instead}"
        );
    };
    // An old Go that may not fetch a newer one fails here, and says so.
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    let version = Version::in_text(&said).filter(|_| output.status.success());
    match version {
        Some(version) if version >= needed => Ok(()),
        _ => bail!(
            "building {what} needs Go {needed} or newer, but `go` says: {}: install a newer one, or {instead}",
            said.trim()
        ),
    }
}

fn needed_by(module: &Path) -> Result<Version> {
    let path = module.join("go.mod");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let line = text.lines().find_map(|line| line.strip_prefix("go "));
    line.and_then(|version| version.trim().parse().ok())
        .context("go.mod has no go line")
}
