// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench webhook`: what a review costs, beside a server that judges nothing, and what creates cost with it.

mod beside;
mod cells;
mod client;
mod closed_loop;
mod configuration;
mod creates;
mod load;
mod memory;
mod plane;
mod report;
mod review;
mod samples;
mod server;
mod setting;
mod timing;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use xtask::cargo::{Program, build};

use super::harness::folder;
use super::harness::output;
use super::harness::release::again_in_release;
use cells::Effort;
use closed_loop::Limit;
use plane::Plane;
use report::Report;
use review::Review;
use server::Identity;

/// Compare the webhook with a server that judges nothing, and creates with and without it
#[derive(clap::Args)]
pub(crate) struct BenchWebhook {
    /// How often what is compared runs, in turn
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How long each load lasts, in seconds
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    seconds_per_cell: u32,
    /// How many reviews or creates a load has at most
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(100..))]
    most: u64,
    /// How many reviews are under way
    #[arg(long, value_delimiter = ',', default_values_t = [1, 4, 16, 64])]
    at_once: Vec<usize>,
    /// How many reviews a second come in where there is a rate
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    per_second: u32,
    /// How many networks the webhook knows where its memory is measured
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    networks: u32,
    /// Measure these only
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = Part::ALL)]
    only: Vec<Part>,
    /// Where to write the figures
    #[arg(long)]
    json: Option<PathBuf>,
    /// Run the development build, to work on the benchmark itself: its figures are worth nothing
    #[arg(long)]
    unoptimized: bool,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Reviews over TLS, beside a no-op
    Server,
    /// Small reviews while a hundred large ones are under way
    Beside,
    /// An answer in memory
    Timing,
    /// With many networks known
    Memory,
    /// Through an API server
    Creates,
}

impl Part {
    const ALL: [Self; 5] = [
        Self::Server,
        Self::Beside,
        Self::Timing,
        Self::Memory,
        Self::Creates,
    ];
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = clap::ValueEnum::to_possible_value(self);
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// Where what is measured is.
struct Programs {
    webhook: PathBuf,
    noop: PathBuf,
    timing: PathBuf,
}

impl BenchWebhook {
    /// Measures; the figures go to standard output, what is going on to standard error.
    pub(crate) async fn run(self) -> Result<()> {
        if cfg!(debug_assertions) && !self.unoptimized {
            return again_in_release().await;
        }
        ensure!(
            !self.at_once.contains(&0),
            "nothing comes of nothing: --at-once must be positive"
        );
        let programs = self.programs().await?;
        let dir = folder::make()?;
        let report = self.measure(&programs, &dir).await;
        folder::leave(&dir, &report);
        self.publish(&report?)
    }

    async fn programs(&self) -> Result<Programs> {
        let profile = if self.unoptimized { "dev" } else { "release" };
        let programs = [
            Program::Binary("ni-webhook"),
            Program::Example("noop"),
            Program::Example("timing"),
        ];
        let [webhook, noop, timing] = build(programs, profile).await?;
        Ok(Programs {
            webhook,
            noop,
            timing,
        })
    }

    async fn measure(&self, programs: &Programs, dir: &Path) -> Result<Report> {
        let mut report = Report::default();
        let identity = Identity::make(dir)?;
        let program = |name, path| server::Program {
            name,
            path,
            identity: &identity,
            dir,
        };
        let webhook = program("ni-webhook", &programs.webhook);
        let reviews = Review::all()?;
        if self.has(Part::Timing) {
            report.timing = timing::measure(&programs.timing, dir, &reviews).await?;
        }
        let noop = program("noop", &programs.noop);
        if self.has(Part::Beside) {
            report.beside = beside::measure(webhook, noop, self.effort()).await?;
        }
        if self.has(Part::Server) {
            let cells = cells::all(&reviews, &self.at_once, self.per_second);
            report.server = cells::measure(webhook, noop, &cells, self.effort()).await?;
        }
        if self.has(Part::Memory) || self.has(Part::Creates) {
            let plane = Plane::start(dir).await?;
            self.on(&plane, webhook, &mut report).await?;
            plane.stop().await;
        }
        Ok(report)
    }

    /// With an API server.
    async fn on(
        &self,
        plane: &Plane,
        webhook: server::Program<'_>,
        report: &mut Report,
    ) -> Result<()> {
        if self.has(Part::Memory) {
            let limit = self.effort().limit;
            let row = memory::measure(plane, webhook, self.networks, limit).await?;
            report.memory.push(row);
        }
        if self.has(Part::Creates) {
            report.creates = creates::measure(plane, webhook, self.effort()).await?;
        }
        Ok(())
    }

    fn has(&self, part: Part) -> bool {
        self.only.contains(&part)
    }

    fn effort(&self) -> Effort {
        Effort {
            rounds: self.rounds,
            limit: Limit {
                time: Duration::from_secs(self.seconds_per_cell.into()),
                calls: self.most,
                per_second: None,
            },
        }
    }

    fn publish(&self, report: &Report) -> Result<()> {
        println!("{}", report.text().trim_end());
        output::json(self.json.as_deref(), &report.figures())
    }
}
