// SPDX-License-Identifier: Apache-2.0

//! Where things are in the checkout.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The root of this checkout (known since the build: cargo rebuilds what is moved).
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// The folder of the systems that `up` started.
pub fn up_dir() -> PathBuf {
    root().join(".cache/up")
}

/// What outlives checkouts and can be made again: `$XDG_CACHE_HOME/ironcore-ni`, else
/// `~/.cache/ironcore-ni`.
pub fn user_cache() -> PathBuf {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        // Nobody's home (some containers): next to the checkout's other leftovers.
        .unwrap_or_else(|| root().join(".cache"))
        .join("ironcore-ni")
}

/// What git prints of this checkout.
///
/// # Errors
/// If there is no git, or it fails; then with what it says.
pub fn git(arguments: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .current_dir(root())
        .args(arguments)
        .output()
        .context("running git")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "git {}: {}",
        arguments.join(" "),
        said.trim()
    );
    Ok(String::from_utf8(output.stdout)?)
}
