//! `cargo xtask check`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde::Serialize;
use xtask::check::model::{self, Figures, Wanted};
use xtask::check::{any_seed, live};
use xtask::control_plane::{Binaries, ControlPlane, Options};
use xtask::{crds, repo};

/// Check at length what tests check in passing, see docs/reliability.md
#[derive(clap::Args)]
pub(crate) struct Check {
    /// Check for minutes, not seconds
    #[arg(long)]
    long: bool,
    /// Check this only
    #[arg(long, value_enum)]
    scope: Option<Scope>,
    /// What is random follows from this; otherwise it is another at each run
    #[arg(long)]
    seed: Option<u64>,
    /// Write figures to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What can be checked.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Scope {
    /// The model of the API server against the real one
    Model,
    /// The real controllers under real faults
    Live,
}

/// What goes to the file: what was not checked is left out.
#[derive(Default, Serialize)]
struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<Figures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<live::Figures>,
}

impl Check {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let seed = self.seed.unwrap_or_else(any_seed);
        let mut report = Report::default();
        let mut good = true;
        if self.scope.is_none_or(|scope| scope == Scope::Model) {
            let figures = check_model(self.long, seed).await?;
            good &= figures.differences == 0;
            report.model = Some(figures);
        }
        if self.scope.is_none_or(|scope| scope == Scope::Live) {
            let figures = live::check(self.long, seed).await?;
            good &= figures.are_good();
            report.live = Some(figures);
        }
        if let Some(file) = &self.json {
            write(file, &report)?;
        }
        Ok(if good {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

async fn check_model(long: bool, seed: u64) -> Result<Figures> {
    let wanted = if long {
        Wanted::long(seed)
    } else {
        Wanted::short(seed)
    };
    println!(
        "model: {} requests in {} namespaces, seed {seed}",
        wanted.requests, wanted.namespaces
    );
    let start = std::time::Instant::now();
    let mut plane = plane("alone", false).await?;
    let alone = model::compare(&mut plane, wanted).await;
    plane.stop().await;
    let mut plane = self::plane("with-controllers", true).await?;
    let with_controllers = model::compare_lives(&mut plane, wanted).await;
    plane.stop().await;
    let outcome = alone?.and(with_controllers?);
    for story in &outcome.stories {
        println!("\n{story}");
    }
    let Figures {
        requests,
        events,
        differences,
        modelled,
    } = outcome.figures;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "model: {requests} requests, {events} events, {differences} differences in {seconds:.1} s, seed {seed}"
    );
    let each = modelled / u32::try_from(requests).unwrap_or(u32::MAX).max(1);
    println!("model: {each:?} a request in the model itself");
    Ok(outcome.figures)
}

/// A control plane of this command's own, with our definitions.
async fn plane(name: &str, controller_manager: bool) -> Result<ControlPlane> {
    let dir = repo::root().join(".cache/check").join(name);
    let options = Options {
        controller_manager,
        ..Options::new(&dir)
    };
    let plane = ControlPlane::start(&Binaries::find_or_build().await?, options).await?;
    crds::install(&plane.client().await?).await?;
    Ok(plane)
}

fn write(file: &Path, report: &Report) -> Result<()> {
    let text = serde_json::to_string_pretty(report)? + "\n";
    std::fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}
