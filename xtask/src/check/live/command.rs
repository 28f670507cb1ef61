//! `cargo xtask check --scope live`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Figures, Wanted, run, webhook};
use crate::cargo::{Program, build};
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
    let programs = [
        Program::Binary("ni-controller"),
        Program::Binary("ni-webhook"),
    ];
    let [controller, webhook] = build(programs, profile).await?;
    let dir = repo::root().join(".cache/check/live");
    let mut plane = plane(dir.join("plane")).await?;
    let figures = both(&mut plane, [&controller, &webhook], &dir, wanted).await;
    plane.stop().await;
    let figures = figures?;
    if figures.are_good() {
        std::fs::remove_dir_all(&dir).with_context(|| format!("removing {}", dir.display()))?;
    } else {
        println!("live: history and logs are in {}", dir.display());
    }
    Ok(figures)
}

async fn both(
    plane: &mut ControlPlane,
    [controller, webhook]: [&Path; 2],
    dir: &Path,
    wanted: Wanted,
) -> Result<Figures> {
    let outcome = run(plane, controller, dir, wanted).await?;
    println!("{outcome}");
    let webhook = webhook::run(plane, webhook, dir, wanted.creates).await?;
    println!("{webhook}");
    Ok(outcome.figures.and(webhook))
}

async fn plane(dir: PathBuf) -> Result<ControlPlane> {
    let plane = ControlPlane::start(&Binaries::find_or_build().await?, Options::new(dir)).await?;
    crds::install(&plane.client().await?).await?;
    Ok(plane)
}
