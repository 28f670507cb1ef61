// SPDX-License-Identifier: Apache-2.0

//! Python, with the packages of `tests/python-client` beside our other builds.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use xtask::repo;

use super::run;

/// The first whose `unittest` has contexts of classes, as the tests use.
const OLDEST: (u32, u32) = (3, 11);

/// A Python that has the packages.
pub(super) struct Python(PathBuf);

/// Installs the packages where they are missing. None where there is no Python: that is said, and is a failure only
/// where `CI` is set, as nobody needs Python to work on the rest.
pub(super) async fn with_packages() -> Result<Option<Python>> {
    if !is_new_enough() {
        let what = format!(
            "there is no `python3` of {}.{} or newer in PATH",
            OLDEST.0, OLDEST.1
        );
        if std::env::var_os("CI").is_some() {
            bail!("{what}: in CI the Python client has to be tested");
        }
        println!("{what}: the Python client is not tested");
        return Ok(None);
    }
    let wanted = fs::read_to_string(folder().join("requirements.txt")).context("the packages")?;
    let environment = repo::root().join("target/python-client");
    let installed = environment.join("installed.txt");
    let python = environment.join("bin/python");
    if fs::read_to_string(&installed).ok().as_ref() != Some(&wanted) {
        run(command(
            "python3",
            ["-m", "venv", "--clear"],
            Some(&environment),
        ))
        .await?;
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--only-binary=:all:",
            "-r",
            "requirements.txt",
        ];
        run(command(&python, pip, None)).await?;
        fs::write(&installed, wanted).context("noting what is installed")?;
    }
    Ok(Some(Python(python)))
}

impl Python {
    /// The tests, against this API server.
    pub(super) fn tests(&self, kubeconfig: &Path) -> Command {
        let mut tests = command(
            &self.0,
            [
                "-W",
                "error::ResourceWarning",
                "-m",
                "unittest",
                "--verbose",
            ],
            None,
        );
        tests.env("KUBECONFIG", kubeconfig);
        tests
    }
}

fn command<const N: usize>(
    program: impl AsRef<OsStr>,
    words: [&str; N],
    last: Option<&Path>,
) -> Command {
    let mut command = Command::new(program);
    // Compiled files would lie about the sources.
    command
        .current_dir(folder())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command.args(words).args(last);
    command
}

fn folder() -> PathBuf {
    repo::root().join("tests/python-client")
}

fn is_new_enough() -> bool {
    let output = Command::new("python3")
        .args(["-c", "import sys; print(*sys.version_info[:2])"])
        .output();
    output.is_ok_and(|output| version(&String::from_utf8_lossy(&output.stdout)) >= Some(OLDEST))
}

fn version(said: &str) -> Option<(u32, u32)> {
    let (major, minor) = said.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (said, enough) in [
            ("3 11\n", true),
            ("3 9\n", false),
            ("4 0\n", true),
            ("", false),
            ("command not found", false),
        ] {
            assert_eq!(version(said) >= Some(OLDEST), enough, "{said}");
        }
    }
}
