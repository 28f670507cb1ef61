//! Having cargo build what is to be run.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::Tied;
use crate::repo;

/// The cargo that runs us, else the one in `PATH`; in the repository's root.
///
/// Without what `cargo run` has told us of our own package: the build script of ring looks at it, so ring and all that
/// stands on it would be built again at each change between this cargo and a plain one.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(repo::root());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// Builds one of our binaries if that is needed, and returns where it is.
pub async fn build_binary(name: &str, profile: &str) -> Result<PathBuf> {
    let mut command = cargo();
    // Not `--package`: that would choose other features of dependencies, and build them all again.
    command.args(["build", "--workspace", "--bin", name, "--profile", profile]);
    command
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped());
    let mut build = Tied::spawn("cargo build", command)?;
    let lines = build.lines();
    let last = || lines.filter_map(|line| executable(&line)).last();
    let executable = tokio::task::spawn_blocking(last).await?;
    if !build.wait().await?.success() {
        bail!("building {name} failed; its errors are above");
    }
    executable.with_context(|| format!("cargo does not tell where {name} is"))
}

/// What one of cargo's messages says to have been built.
fn executable(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    Some(PathBuf::from(message["executable"].as_str()?))
}
