// SPDX-License-Identifier: Apache-2.0

//! Releases: tags `v*` of git, and what they were made of.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::cargo::{self, cargo};
use crate::image::PROGRAMS;
use crate::repo;
use crate::up::lock;

/// The last release before this checkout, which may be one itself, as git names it; none where there is no tag.
pub fn last() -> Option<String> {
    let described = repo::git(&["describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^"]);
    described.ok().map(|tag| tag.trim().to_owned())
}

/// Builds controller and webhook as a commit has them, for tests, unless they were built before. Returns a folder with the
/// commit's files, and the programs in `bin`.
///
/// # Errors
/// If there is no such commit, or its programs can't be built.
pub async fn build(revision: &str) -> Result<PathBuf> {
    let commit = repo::git(&["rev-parse", "--verify", &format!("{revision}^{{commit}}")])?;
    let dir = repo::root().join(".cache/releases").join(commit.trim());
    let _lock = lock("releases")?;
    let programs = dir.join("bin");
    if programs.is_dir() {
        return Ok(dir);
    }
    eprintln!("building {revision}, once (some minutes)");
    unpack(commit.trim(), &dir)?;
    let mut command = cargo();
    command.current_dir(&dir).args(["build", "--locked"]);
    for program in PROGRAMS {
        command.args(["--package", program, "--bin", program]);
    }
    // A folder of its own: in ours these programs would take the place of this checkout's.
    command.arg("--target-dir").arg(dir.join("target"));
    let built = cargo::finish(command, PROGRAMS).await?;
    // Only what is whole has the name.
    let unfinished = dir.join("bin.unfinished");
    std::fs::create_dir_all(&unfinished)?;
    for (program, path) in PROGRAMS.iter().zip(built) {
        std::fs::copy(&path, unfinished.join(program))
            .with_context(|| format!("copying {}", path.display()))?;
    }
    std::fs::rename(&unfinished, &programs)?;
    std::fs::remove_dir_all(dir.join("target")).context("removing what it was built from")?;
    Ok(dir)
}

/// Writes a commit's files into a folder.
fn unpack(commit: &str, dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    let mut archive = Command::new("git");
    archive.current_dir(repo::root()).args(["archive", commit]);
    let mut archive = archive
        .stdout(Stdio::piped())
        .spawn()
        .context("running git")?;
    let files = archive.stdout.take().context("git's output")?;
    let mut tar = Command::new("tar");
    tar.args(["--extract", "--directory"]).arg(dir).stdin(files);
    let unpacked = tar.status().context("running tar")?;
    let archived = archive.wait()?;
    ensure!(
        unpacked.success() && archived.success(),
        "unpacking {commit}: git {archived}, tar {unpacked}"
    );
    Ok(())
}
