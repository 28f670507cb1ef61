// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask check --scope live`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Figures, Stop, Wanted, run, webhook};
use crate::cargo::{Program, build};
use crate::control_plane::{Binaries, ControlPlane, Options};
use crate::{crds, repo};

/// Runs it on a control plane of its own, to its end or Ctrl-C, and prints what came of it. Logs and the history stay where something is wrong.
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
    let stop = Stop::default();
    let interrupt = tokio::spawn(stop_when_interrupted(stop.clone()));
    let outcome = run(plane, controller, dir, wanted, &stop).await;
    interrupt.abort();
    let outcome = outcome?;
    println!("{outcome}");
    let webhook = webhook::run(plane, webhook, dir, wanted.creates).await?;
    println!("{webhook}");
    Ok(outcome.figures.and(webhook))
}

async fn stop_when_interrupted(stop: Stop) {
    if tokio::signal::ctrl_c().await.is_ok() {
        eprintln!("live: users and faults end; what there is is checked");
        stop.ask();
    }
}

async fn plane(dir: PathBuf) -> Result<ControlPlane> {
    let plane = ControlPlane::start(&Binaries::find_or_obtain().await?, Options::new(dir)).await?;
    crds::install(&plane.client().await?).await?;
    Ok(plane)
}
