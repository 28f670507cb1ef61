// SPDX-License-Identifier: Apache-2.0

//! A copy of the tree, to be changed.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::repo;

/// The version of the copy's packages. In a target directory that two trees share, cargo tells their packages apart by the version,
/// not by where they are: with the same version, it would take those of one tree for those of the other.
const VERSION: &str = "0.1.9999";

/// The workspace's manifest, with the version of the copy, also where a crate requires exactly this version of another.
fn versioned(manifest: &str) -> Result<String> {
    let (before, after) = manifest
        .split_once("[workspace.package]\nversion = \"")
        .context("Cargo.toml does not begin its packages with their version")?;
    let (own, after) = after.split_once('"').context("a version ends")?;
    let manifest = format!("{before}[workspace.package]\nversion = \"{VERSION}\"{after}");
    Ok(manifest.replace(&format!("\"={own}\""), &format!("\"={VERSION}\"")))
}

/// A copy of all files that git knows, or would.
pub(super) struct Copy(PathBuf);

impl Copy {
    /// A fresh copy. What did not change since the last one is left alone, so that cargo builds it no more than once.
    pub(super) fn of_tree() -> Result<Self> {
        let copy = Self(repo::root().join("target/recipes"));
        let listed = repo::git(&[
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ])?;
        let names: HashSet<&Path> = listed
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(Path::new)
            .collect();
        copy.forget(&copy.0, &names)?;
        for name in names {
            copy.take(name)
                .with_context(|| format!("copying {}", name.display()))?;
        }
        Ok(copy)
    }

    pub(super) fn dir(&self) -> &Path {
        &self.0
    }

    /// Copies a file, if it differs.
    fn take(&self, name: &Path) -> Result<()> {
        let (from, to) = (repo::root().join(name), self.0.join(name));
        // One that git knows may be gone, and one that it lists be a link.
        let Ok(mut wanted) = fs::read(&from) else {
            return Ok(());
        };
        if name == Path::new("Cargo.toml") {
            wanted = versioned(&String::from_utf8(wanted)?)?.into_bytes();
        }
        if fs::read(&to).is_ok_and(|there| there == wanted) {
            return Ok(());
        }
        fs::create_dir_all(to.parent().context("a file is in a folder")?)?;
        fs::write(&to, wanted)?;
        Ok(())
    }

    /// Removes what an earlier patch added.
    fn forget(&self, folder: &Path, names: &HashSet<&Path>) -> Result<()> {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry?.path();
            if path.is_dir() {
                self.forget(&path, names)?;
            } else if !names.contains(path.strip_prefix(&self.0)?) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Applies a patch of this tree, but for one file.
    pub(super) fn apply(&self, patch: &str, without: Option<&str>) -> Result<()> {
        let mut apply = Command::new("git");
        apply
            .current_dir(&self.0)
            // Inside of a repository, git would apply it there.
            .env(
                "GIT_CEILING_DIRECTORIES",
                self.0.parent().unwrap_or(&self.0),
            )
            // What is edited beside a place, but for the line next to it, is not the recipe's.
            .args(["apply", "--whitespace=nowarn", "-C1"]);
        apply.args(without.map(|file| format!("--exclude={file}")));
        let output = apply.arg(repo::root().join(patch)).output();
        let output = output.context("running git")?;
        ensure!(
            output.status.success(),
            "{patch} does not apply any more, so the recipe is to be tried again by hand: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_has_another_version_which_satisfies_the_same_requirements() {
        let manifest = include_str!("../../../Cargo.toml");
        let own = env!("CARGO_PKG_VERSION");
        let version = |version: &str| format!("[workspace.package]\nversion = \"{version}\"");
        let exactly = |version: &str| format!("version = \"={version}\"");
        assert!(manifest.contains(&version(own)) && manifest.contains(&exactly(own)));
        let copied = manifest
            .replace(&version(own), &version(VERSION))
            .replace(&exactly(own), &exactly(VERSION));
        assert_eq!(versioned(manifest).expect("a manifest"), copied);
        let series = |version: &'static str| version.rsplit_once('.').map(|parts| parts.0);
        assert_eq!(series(own), series(VERSION));
    }
}
