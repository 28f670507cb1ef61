// SPDX-License-Identifier: Apache-2.0

//! Where a benchmark writes: a folder of its own below `.cache/bench`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xtask::repo;

/// Makes this process's folder, and removes what interrupted benchmarks left.
pub(crate) fn make() -> Result<PathBuf> {
    let all = repo::root().join(".cache/bench");
    remove_leftovers(&all);
    let dir = all.join(std::process::id().to_string());
    fs::create_dir_all(&dir).with_context(|| format!("making {}", dir.display()))?;
    Ok(dir)
}

/// Removes the folder with all that is in it, unless the benchmark failed: then its logs say why.
pub(crate) fn leave<T>(dir: &Path, measured: &Result<T>) {
    match measured {
        Ok(_) => remove(dir),
        Err(_) => eprintln!("logs are in {}", dir.display()),
    }
}

fn remove(dir: &Path) {
    // What stays is in nobody's way, and git ignores it.
    let _ = fs::remove_dir_all(dir);
}

/// The folders bear the pids of those who made them.
fn remove_leftovers(all: &Path) {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        if !Path::new("/proc").join(entry.file_name()).exists() {
            remove(&entry.path());
        }
    }
}
