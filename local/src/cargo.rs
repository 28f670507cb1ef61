// SPDX-License-Identifier: Apache-2.0

//! Having cargo build what is to be run.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::control_plane::{Source, VARIABLE};
use crate::process::Tied;
use crate::progress::Progress;
use crate::repo;

/// The cargo that runs us, else the one in `PATH`; in the repository's root.
///
/// Without what `cargo run` has told us of our own package: the build script of ring looks at it, so ring and all that
/// stands on it would be built again at each change between this cargo and a plain one.
pub fn cargo() -> Command {
    let mut command = cargo_here();
    command.current_dir(repo::root());
    command
}

/// The same, in the folder where we are.
pub(crate) fn cargo_here() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    told_nothing_of_us(Path::new(&cargo))
}

/// As [`cargo`], of a program that calls cargo.
pub fn cargo_by(program: &Path) -> Command {
    let mut command = told_nothing_of_us(program);
    command.current_dir(repo::root());
    command
}

fn told_nothing_of_us(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command.envs(Source::for_others().map(|source| (VARIABLE, source)));
    command
}

/// The profile that builds fastest: that of `demo` and `up`, and of this program itself, so that they share what both need.
pub const QUICK: &str = "quick";

/// A program of this workspace, as cargo builds it.
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
    finish(command(&programs, profile), programs.map(Program::name)).await
}

/// Builds binaries and returns where they are, by their names. One progress stands for cargo's own, as other work goes on
/// beside it.
pub async fn build_beside(
    names: &[&'static str],
    profile: &str,
) -> Result<HashMap<String, PathBuf>> {
    let programs: Vec<_> = names.iter().map(|name| Program::Binary(name)).collect();
    let mut command = command(&programs, profile);
    // Warnings and errors still come.
    command.arg("--quiet");
    let mut progress = Progress::start(&names.join(", "), count_packages(names));
    let mut packages = HashSet::new();
    let step = move |artifact: &Artifact| {
        if packages.insert(artifact.package_id.clone()) {
            progress.step(&artifact.target.name);
        }
    };
    run(command, step).await
}

/// Runs a `cargo build`, and returns where the programs of these names are.
pub async fn finish<const N: usize>(command: Command, names: [&str; N]) -> Result<[PathBuf; N]> {
    let mut built = run(command, |_| ()).await?;
    let mut paths = [const { PathBuf::new() }; N];
    for (path, name) in paths.iter_mut().zip(names) {
        *path = built
            .remove(name)
            .with_context(|| format!("cargo does not tell where {name} is"))?;
    }
    Ok(paths)
}

fn command(programs: &[Program<'_>], profile: &str) -> Command {
    let mut command = cargo();
    // Not `--package`: that would choose other features of dependencies, and build them all again.
    command.args(["build", "--workspace", "--profile", profile]);
    for program in programs {
        command.args(program.selection());
    }
    command
}

/// Runs a `cargo build` to its end, and returns where each program is that it built.
async fn run(
    mut command: Command,
    mut each: impl FnMut(&Artifact) + Send + 'static,
) -> Result<HashMap<String, PathBuf>> {
    command
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped());
    let mut build = Tied::spawn("cargo build", command)?;
    let artifacts = build.lines().filter_map(|line| artifact(&line));
    let built = move || {
        artifacts
            .inspect(|artifact| each(artifact))
            .filter_map(|artifact| Some((artifact.target.name, artifact.executable?)))
            .collect()
    };
    let built = tokio::task::spawn_blocking(built).await?;
    ensure!(
        build.wait().await?.success(),
        "building failed; cargo's errors are above"
    );
    Ok(built)
}

/// How many packages these programs are made of.
fn count_packages(names: &[&str]) -> u64 {
    let mut tree = cargo();
    tree.args([
        "tree",
        "--quiet",
        "--prefix=none",
        // Else a package that occurs again has a mark, and would count twice.
        "--no-dedupe",
        "--format={p}",
        "--edges=normal,build",
    ]);
    tree.args(names.iter().map(|name| format!("--package={name}")));
    let output = tree.stderr(Stdio::null()).output();
    let text = output.map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines()
        .filter(|line| !line.is_empty())
        .collect::<HashSet<_>>()
        .len() as u64
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

/// What cargo says to have built.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Artifact {
    package_id: String,
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Target {
    name: String,
}

/// Of one of cargo's messages, if it says that something is built.
fn artifact(message: &str) -> Option<Artifact> {
    let message: Value = serde_json::from_str(message).ok()?;
    (message["reason"] == "compiler-artifact").then(|| serde_json::from_value(message).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program_is_built_by_the_quick_profile_too() {
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.contains(&format!("[profile.{QUICK}]")));
        let config = include_str!("../../.cargo/config.toml");
        assert!(config.contains(&format!("run --profile {QUICK} --package local")));
    }

    #[test]
    fn cargo_tells_what_it_built() {
        let told = r#"{"reason":"compiler-artifact","package_id":"p","target":{"name":"noop","kind":["example"]},"executable":"/t/noop"}"#;
        let noop = artifact(told).expect("an artifact");
        assert_eq!(
            (noop.package_id, noop.target.name),
            ("p".to_owned(), "noop".to_owned())
        );
        assert_eq!(noop.executable, Some("/t/noop".into()));
        let library = r#"{"reason":"compiler-artifact","package_id":"p","target":{"name":"a"},"executable":null}"#;
        assert_eq!(artifact(library).expect("an artifact").executable, None);
        assert_eq!(
            artifact(r#"{"reason":"build-finished","success":true}"#),
            None
        );
    }
}
