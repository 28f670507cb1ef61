//! Having cargo build what is to be run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
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
    cargo_by(Path::new(
        &std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
    ))
}

/// The same of a program that calls cargo.
pub(crate) fn cargo_by(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(repo::root());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// A program of ours that is built.
#[derive(Clone, Copy, Debug)]
pub enum Program<'a> {
    /// A crate's binary.
    Binary(&'a str),
    /// One of a crate's examples.
    Example(&'a str),
    /// One of a crate's tests.
    Test(&'a str),
}

/// Builds one of our binaries if that is needed, and returns where it is.
pub async fn build_binary(name: &str, profile: &str) -> Result<PathBuf> {
    let [path] = build([Program::Binary(name)], profile).await?;
    Ok(path)
}

/// Builds a test if that is needed, as `cargo test` would, and returns where it is.
pub async fn build_test(name: &str) -> Result<PathBuf> {
    let [path] = build([Program::Test(name)], "dev").await?;
    Ok(path)
}

/// Builds programs at once, so with the same features of what they share, and returns where they are.
pub async fn build<const N: usize>(
    programs: [Program<'_>; N],
    profile: &str,
) -> Result<[PathBuf; N]> {
    let mut command = cargo();
    // Not `--package`: that would choose other features of dependencies, and build them all again.
    command.args(["build", "--workspace", "--profile", profile]);
    for program in programs {
        command.args(program.selection());
    }
    finish(command, programs.map(Program::name)).await
}

/// Runs a `cargo build`, and returns where the programs of these names are.
pub(crate) async fn finish<const N: usize>(
    mut command: Command,
    names: [&str; N],
) -> Result<[PathBuf; N]> {
    command
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped());
    let mut build = Tied::spawn("cargo build", command)?;
    let lines = build.lines();
    let built = || lines.filter_map(|line| executable(&line)).collect();
    let built: HashMap<String, PathBuf> = tokio::task::spawn_blocking(built).await?;
    if !build.wait().await?.success() {
        bail!("building {} failed; its errors are above", names.join(", "));
    }
    let mut paths = [const { PathBuf::new() }; N];
    for (path, name) in paths.iter_mut().zip(names) {
        let built = built.get(name).cloned();
        *path = built.with_context(|| format!("cargo does not tell where {name} is"))?;
    }
    Ok(paths)
}

impl<'a> Program<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Binary(name) | Self::Example(name) | Self::Test(name) => name,
        }
    }

    fn selection(self) -> [&'a str; 2] {
        match self {
            Self::Binary(name) => ["--bin", name],
            Self::Example(name) => ["--example", name],
            Self::Test(name) => ["--test", name],
        }
    }
}

/// What one of cargo's messages says to have been built: name and place.
fn executable(message: &str) -> Option<(String, PathBuf)> {
    let message: Value = serde_json::from_str(message).ok()?;
    let name = message["target"]["name"].as_str()?;
    let path = message["executable"].as_str()?;
    Some((name.to_owned(), path.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_tells_what_it_built() {
        let told = r#"{"target":{"name":"noop","kind":["example"]},"executable":"/t/noop"}"#;
        let expected = ("noop".to_owned(), PathBuf::from("/t/noop"));
        assert_eq!(executable(told), Some(expected));
        let library = r#"{"target":{"name":"a","kind":["lib"]},"executable":null}"#;
        assert_eq!(executable(library), None);
    }
}
