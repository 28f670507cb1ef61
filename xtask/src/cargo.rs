//! Having cargo build what is to be run.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::repo;

/// The cargo that runs us, else the one in `PATH`; in the repository's root.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(repo::root());
    command
}

/// Builds a package's binary if that is needed, and returns where it is.
pub fn build_binary(package: &str, profile: &str) -> Result<PathBuf> {
    let mut command = cargo();
    command.args([
        "build",
        "--package",
        package,
        "--bin",
        package,
        "--profile",
        profile,
    ]);
    command
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    let output = command.output().context("starting cargo")?;
    if !output.status.success() {
        bail!("building {package} failed; its errors are above");
    }
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let mut executables =
        messages.filter_map(|message| Some(PathBuf::from(message["executable"].as_str()?)));
    executables
        .next_back()
        .with_context(|| format!("cargo does not tell where {package} is"))
}
