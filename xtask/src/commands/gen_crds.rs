//! `cargo xtask gen-crds`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use xtask::{crds, repo};

/// Write the custom resource definitions to deploy/crds
#[derive(clap::Args)]
pub(crate) struct GenCrds {
    /// Write nothing; fail if a file there is not what would be written
    #[arg(long)]
    pub(crate) check: bool,
}

impl GenCrds {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let dir = repo::root().join("deploy/crds");
        let wanted = wanted()?;
        let stale = stale(&dir, &wanted)?;
        for name in &stale {
            let what = if self.check { "stale" } else { "written" };
            println!("{what}: deploy/crds/{name}");
        }
        if self.check && !stale.is_empty() {
            eprintln!(
                "error: deploy/crds does not match the types: run `cargo xtask gen-crds` and commit"
            );
            return Ok(ExitCode::FAILURE);
        }
        for name in stale.iter().filter(|_| !self.check) {
            write(&dir.join(name), wanted.get(name))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn wanted() -> Result<BTreeMap<String, String>> {
    ironcore_api::crds().iter().map(crds::file).collect()
}

/// Files that differ, are missing, or belong to no definition.
fn stale(dir: &Path, wanted: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let mut stale: Vec<String> = files(dir)?
        .into_iter()
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .filter(|name| !wanted.contains_key(name))
        .collect();
    let differs = |(name, text): &(&String, &String)| {
        fs::read_to_string(dir.join(name)).ok().as_ref() != Some(*text)
    };
    stale.extend(wanted.iter().filter(differs).map(|(name, _)| name.clone()));
    Ok(stale)
}

fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
}

fn write(path: &Path, text: Option<&String>) -> Result<()> {
    let done = match text {
        Some(text) => fs::write(path, text),
        None => fs::remove_file(path),
    };
    done.with_context(|| format!("writing {}", path.display()))
}
