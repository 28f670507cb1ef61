// SPDX-License-Identifier: Apache-2.0

//! Building a program from its Go module.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::go::go;
use super::programs::Program;
use super::version::KUBERNETES;
use crate::process::Tied;
use crate::progress::Progress;
use crate::repo;

/// Builds one program, which appears as `to`.
pub(super) fn build(program: &Program, to: &Path) -> Result<()> {
    let module = repo::root().join(program.module);
    let mut progress = Progress::start(program.name, count_packages(&module, program.package));
    let mut command = go(&module, ["build", "-v", "-ldflags", &ldflags(), "-o"]);
    command.arg(to).arg(program.package);
    let built = run(command, &mut progress);
    drop(progress);
    built.with_context(|| {
        format!(
            "building {}; to see more, run `go build -o /dev/null {}` in {}",
            program.name, program.package, program.module
        )
    })
}

/// What the bar counts to; a guess when Go does not tell (the build then fails in its own words).
fn count_packages(module: &Path, package: &str) -> u64 {
    let output = go(module, ["list", "-deps", package])
        .stderr(Stdio::null())
        .output();
    output.map_or(1000, |o| {
        o.stdout.split(|byte| *byte == b'\n').count() as u64
    })
}

/// The API server knows its version only when the linker tells it.
fn ldflags() -> String {
    let version = *KUBERNETES;
    let set = |name: &str, value: &str| format!("-X k8s.io/component-base/version.{name}={value}");
    [
        "-s -w".to_owned(),
        set("gitVersion", &format!("v{version}")),
        set("gitMajor", &version.0.to_string()),
        set("gitMinor", &version.1.to_string()),
    ]
    .join(" ")
}

/// Go prints a line per package that it has built, and its errors, to standard error.
fn run(mut command: Command, progress: &mut Progress) -> Result<()> {
    command.stderr(Stdio::piped());
    let mut go = Tied::spawn("go build", command)?;
    let mut errors = Vec::new();
    for line in go.lines() {
        if line.starts_with("go: downloading ") {
            progress.note(&line);
        } else if line.contains(' ') {
            errors.push(line);
        } else {
            progress.step(&line);
        }
    }
    if !go.wait_blocking()?.success() {
        let last = errors.len().saturating_sub(20);
        bail!("go failed:\n    {}", errors[last..].join("\n    "));
    }
    Ok(())
}
