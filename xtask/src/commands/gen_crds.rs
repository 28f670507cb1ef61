// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask gen-crds`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use xtask::generated::{MARK, with_kustomization};
use xtask::webhooks::{Configurations, Reach};
use xtask::{crds, repo};

/// Write what is made from the types: definitions to deploy/crds, webhook configurations to deploy/webhook, and both to the chart
#[derive(clap::Args)]
pub(crate) struct GenCrds {
    /// Write nothing; fail if a file there is not what would be written
    #[arg(long)]
    pub(crate) check: bool,
}

impl GenCrds {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let definitions: Result<BTreeMap<_, _>> =
            ironcore_api::crds().iter().map(crds::file).collect();
        let definitions = definitions?;
        let configurations = Configurations::new(&Reach::Service).files()?;
        // Helm reads nothing outside of a chart.
        let mut right = self.settle("deploy/helm/ironcore-ni/crds", &definitions)?;
        right &= self.settle("deploy/helm/ironcore-ni/files", &configurations)?;
        right &= self.settle("deploy/crds", &with_kustomization(definitions)?)?;
        right &= self.settle("deploy/webhook", &with_kustomization(configurations)?)?;
        if right {
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!(
            "error: generated files do not match the types: run `cargo xtask gen-crds` and commit"
        );
        Ok(ExitCode::FAILURE)
    }

    /// Writes what is stale in a folder, or tells; whether the folder is right then.
    fn settle(&self, folder: &str, wanted: &BTreeMap<String, String>) -> Result<bool> {
        let dir = repo::root().join(folder);
        let stale = stale(&dir, wanted)?;
        for name in &stale {
            let what = if self.check { "stale" } else { "written" };
            println!("{what}: {folder}/{name}");
            if !self.check {
                write(&dir.join(name), wanted.get(name))?;
            }
        }
        Ok(!self.check || stale.is_empty())
    }
}

/// Files that differ or are missing, and generated ones that are none any more.
fn stale(dir: &Path, wanted: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let is_left = |path: &PathBuf| {
        fs::read_to_string(path).is_ok_and(|text| text.starts_with(MARK))
            && !wanted.keys().any(|name| path.ends_with(name))
    };
    let mut stale: Vec<String> = files(dir)?
        .iter()
        .filter(|path| is_left(path))
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
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
