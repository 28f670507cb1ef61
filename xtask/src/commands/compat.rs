// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask compat`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xtask::compat::{Change, Weight, compare};
use xtask::{release, repo};

const FOLDER: &str = "deploy/crds";

/// Compare the definitions in deploy/crds with those of the last release, and name what is incompatible
#[derive(clap::Args)]
pub(crate) struct Compat {
    /// What to compare with, as git names it; otherwise the last tag v*
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
}

impl Compat {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let Some(base) = self.base.or_else(release::last) else {
            println!(
                "no release found (git describes no tag v*), so nothing is compared; --base names another commit"
            );
            return Ok(ExitCode::SUCCESS);
        };
        let (old, new) = (committed(&base)?, present()?);
        let changes = compare(&old, &new);
        for change in &changes {
            println!("{change}");
        }
        let changelog = std::fs::read_to_string(repo::root().join("CHANGELOG.md"))?;
        let untold = untold(&changes, unreleased(&changelog));
        println!(
            "{} definitions against {} of {base}: {} changes",
            new.len(),
            old.len(),
            changes.len()
        );
        if untold.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!(
            "error: incompatible, and not told to users: take it back, or name it in CHANGELOG.md under Unreleased, as in: {} `{}`",
            untold[0].kind, untold[0].path
        );
        Ok(ExitCode::FAILURE)
    }
}

/// What breaks somebody is announced.
fn untold<'a>(changes: &'a [Change], changelog: &str) -> Vec<&'a Change> {
    changes
        .iter()
        .filter(|change| change.weight == Weight::Breaks && !change.is_named_in(changelog))
        .collect()
}

/// The first section of the changelog.
fn unreleased(changelog: &str) -> &str {
    let section = changelog.split("\n## ").nth(1);
    section
        .filter(|section| section.starts_with("[Unreleased]"))
        .unwrap_or_default()
}

/// The definitions in the working tree.
fn present() -> Result<Vec<Value>> {
    let folder = repo::root().join(FOLDER);
    let entries = std::fs::read_dir(&folder).with_context(|| format!("reading {FOLDER}"))?;
    let mut all = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if is_yaml(&path) {
            all.extend(
                definition(&std::fs::read_to_string(&path)?)
                    .with_context(|| path.display().to_string())?,
            );
        }
    }
    Ok(all)
}

/// The definitions as a commit has them.
fn committed(revision: &str) -> Result<Vec<Value>> {
    let listed = repo::git(&["ls-tree", "--name-only", revision, &format!("{FOLDER}/")])?;
    let mut all = Vec::new();
    for path in listed.lines().filter(|path| is_yaml(Path::new(path))) {
        let text = repo::git(&["show", &format!("{revision}:{path}")])?;
        all.extend(definition(&text).with_context(|| format!("{revision}:{path}"))?);
    }
    ensure!(!all.is_empty(), "{revision} has no definitions in {FOLDER}");
    Ok(all)
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml")
}

/// Other files of the folder are for kubectl.
fn definition(text: &str) -> Result<Option<Value>> {
    let object: Value = serde_norway::from_str(text)?;
    Ok((object["kind"] == "CustomResourceDefinition").then_some(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_released_yet_counts() {
        let changelog = "# Changelog\n\n## [Unreleased]\n\nnew\n\n## [0.1.0]\n\nold\n";
        assert_eq!(unreleased(changelog), "[Unreleased]\n\nnew\n");
        assert_eq!(unreleased("# Changelog\n\n## [0.1.0]\n\nold\n"), "");
    }

    #[test]
    fn what_breaks_must_be_told_and_the_rest_need_not() {
        let change = |weight, path: &str| Change {
            weight,
            kind: "Thing".to_owned(),
            path: path.to_owned(),
            what: "w".to_owned(),
        };
        let changes = [
            change(Weight::Breaks, "spec.a"),
            change(Weight::Breaks, "spec.b"),
            change(Weight::MayRefuse, "spec.c"),
            change(Weight::Differs, "spec.d"),
        ];
        let untold = untold(&changes, "- Thing `spec.a` is gone.");
        assert_eq!(untold, [&changes[1]]);
    }
}
