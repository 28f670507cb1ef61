//! `cargo xtask check --scope live`.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{Figures, Wanted, run};
use crate::cargo::build_binary;
use crate::control_plane::{Binaries, ControlPlane, Options};
use crate::{crds, repo};

/// Runs it on a control plane of its own, and prints what came of it. Logs and the history stay where something is wrong.
///
/// # Errors
/// If the check itself fails.
pub async fn check(long: bool, seed: u64) -> Result<Figures> {
    let (wanted, profile) = if long {
        (Wanted::long(seed), "release")
    } else {
        (Wanted::short(seed), "dev")
    };
    println!("live: {} machines, seed {seed}", wanted.machines);
    let controller = build_binary("ni-controller", profile).await?;
    let dir = repo::root().join(".cache/check/live");
    let mut plane = plane(dir.join("plane")).await?;
    let outcome = run(&mut plane, &controller, &dir, wanted).await;
    plane.stop().await;
    let outcome = outcome?;
    println!("{outcome}");
    let figures = outcome.figures;
    if figures.violations + figures.lost == 0 {
        std::fs::remove_dir_all(&dir).with_context(|| format!("removing {}", dir.display()))?;
    } else {
        println!("live: history and logs are in {}", dir.display());
    }
    Ok(figures)
}

async fn plane(dir: PathBuf) -> Result<ControlPlane> {
    let plane = ControlPlane::start(&Binaries::find_or_build().await?, Options::new(dir)).await?;
    crds::install(&plane.client().await?).await?;
    Ok(plane)
}
