// SPDX-License-Identifier: Apache-2.0

//! The files that are the repository's own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Made by programs, or not ours; without asking git, as not every checkout has one.
const SKIPPED: [&str; 5] = ["target", ".git", ".cache", "Cargo.lock", "go.sum"];

/// All files below `root`, relative to it.
pub(super) fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            if SKIPPED.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path().strip_prefix(root)?.to_owned());
            }
        }
    }
    Ok(found)
}
