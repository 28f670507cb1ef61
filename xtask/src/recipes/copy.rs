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
pub(super) struct Copy {
    /// Where it is prepared.
    draft: PathBuf,
    /// Where it is built.
    built: PathBuf,
}

impl Copy {
    /// A copy of the tree as it is.
    pub(super) fn of_tree() -> Result<Self> {
        let target = repo::root().join("target");
        let (draft, built) = (target.join("recipes-draft"), target.join("recipes"));
        let listed = repo::git(&[
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ])?;
        let names = listed.split('\0').filter(|name| !name.is_empty());
        // One that git knows may be gone.
        let there = names
            .map(Path::new)
            .filter(|name| repo::root().join(name).is_file());
        let names: HashSet<PathBuf> = there.map(Path::to_owned).collect();
        bring(repo::root(), &names, &draft)?;
        let manifest = draft.join("Cargo.toml");
        fs::write(&manifest, versioned(&fs::read_to_string(&manifest)?)?)?;
        Ok(Self { draft, built })
    }

    /// The copy, to be built. Of what was built last only files that differ are written, as cargo goes by the time of a change.
    pub(super) fn ready(&self) -> Result<&Path> {
        bring(&self.draft, &files(&self.draft, &self.draft)?, &self.built)?;
        Ok(&self.built)
    }

    /// Applies a patch of this tree, but for one file.
    pub(super) fn apply(&self, patch: &str, without: Option<&str>) -> Result<()> {
        let mut apply = Command::new("git");
        apply
            .current_dir(&self.draft)
            // Inside of a repository, git would apply it there.
            .env(
                "GIT_CEILING_DIRECTORIES",
                self.draft.parent().unwrap_or(&self.draft),
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

/// Makes the folder `to` hold these files of `from` and no other. Files that are equal are left alone.
fn bring(from: &Path, names: &HashSet<PathBuf>, to: &Path) -> Result<()> {
    for old in files(to, to)?.difference(names) {
        fs::remove_file(to.join(old))?;
    }
    for name in names {
        let wanted = fs::read(from.join(name)).with_context(|| name.display().to_string())?;
        let place = to.join(name);
        if fs::read(&place).is_ok_and(|there| there == wanted) {
            continue;
        }
        fs::create_dir_all(place.parent().context("a file is in a folder")?)?;
        fs::write(&place, wanted).with_context(|| place.display().to_string())?;
    }
    Ok(())
}

/// All files below `folder`, by their paths from `root`. Empty if the folder does not exist.
fn files(root: &Path, folder: &Path) -> Result<HashSet<PathBuf>> {
    let mut all = HashSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry?.path();
        if path.is_dir() {
            all.extend(files(root, &path)?);
        } else {
            all.insert(path.strip_prefix(root)?.to_owned());
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_folder_is_brought_up_to_date_and_equal_files_are_left_alone() {
        let dir = std::env::temp_dir().join(format!("recipes-copy-{}", std::process::id()));
        let (from, to) = (dir.join("from"), dir.join("to"));
        let write = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(from.join("a/same"), "1");
        write(from.join("a/changed"), "2");
        write(from.join("new/new"), "3");
        write(to.join("a/same"), "1");
        write(to.join("a/changed"), "old");
        write(to.join("gone/gone"), "4");
        let same = fs::File::options().write(true).open(to.join("a/same"));
        same.unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let names = files(&from, &from).unwrap();
        bring(&from, &names, &to).unwrap();
        assert_eq!(files(&to, &to).unwrap(), names);
        let text = |name: &str| fs::read_to_string(to.join(name)).unwrap();
        assert_eq!(
            [text("a/same"), text("a/changed"), text("new/new")],
            ["1", "2", "3"]
        );
        let modified = fs::metadata(to.join("a/same")).unwrap().modified();
        assert_eq!(modified.unwrap(), SystemTime::UNIX_EPOCH);
        fs::remove_dir_all(dir).unwrap();
    }

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
