// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench allocation`.

mod blocks;
mod case;
mod census;
mod floor;
mod objects;
mod public;
mod pure;
mod report;
mod run;
mod watcher;

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use super::harness::controller::Program;
use super::harness::objects::NAMESPACE;
use super::harness::output;
use super::harness::plane::Plane;
use super::harness::release::again_in_release;
use super::harness::rounds::{Pair, Rounds};
use case::{Case, Which};
use report::{Report, Row, one_line, panels, table, targets};
use run::Setting;

pub(crate) use floor::Writer;
pub(crate) use pure::Space;

/// Compare grants of prefixes with the same writes by a bare client, on a control plane of their own
#[derive(clap::Args)]
pub(crate) struct BenchAllocation {
    /// Which cases, instead of all
    #[arg(long, value_enum, value_delimiter = ',')]
    case: Vec<Which>,
    /// The cases of a whole /16 as well: they take most of an hour
    #[arg(long)]
    full: bool,
    /// How many children or machines in each case, instead of its own number
    #[arg(long, value_parser = clap::value_parser!(u32).range(4..))]
    count: Option<u32>,
    /// How often controller and floor run, in turn, instead of each case's own number
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Where to write the figures
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where to draw grants a second and CPU per grant
    #[arg(long)]
    svg: Option<PathBuf>,
    /// Requests under way at once, of the floor and of the controller
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: u32,
    /// How often one more machine is added for its latency, in the case of machines
    #[arg(long, default_value_t = 1000)]
    latencies: u32,
    /// Leave out the allocator on its own
    #[arg(long)]
    no_pure: bool,
    /// More arguments for `ni-controller run`
    #[arg(long, value_delimiter = ' ', allow_hyphen_values = true)]
    controller_args: Vec<String>,
    /// A binary to measure instead of the one that is built
    #[arg(long)]
    controller: Option<PathBuf>,
}

impl BenchAllocation {
    /// Measures; the figures go to standard output, what is going on to standard error.
    pub(crate) async fn run(self) -> Result<()> {
        if cfg!(debug_assertions) {
            return again_in_release().await;
        }
        let pure = if self.no_pure {
            Vec::new()
        } else {
            pure::measure_all().await?
        };
        let path = self.controller.as_deref();
        let program = Program::new(path, self.controller_arguments()).await?;
        let plane = Plane::start().await?;
        let cases = self.rows(&plane, &program).await;
        plane.stop(&cases).await;
        self.publish(&Report {
            cases: cases?,
            pure,
        })
    }

    async fn rows(&self, plane: &Plane, program: &Program) -> Result<Vec<Row>> {
        let setting = Setting {
            plane,
            program,
            concurrency: self.concurrency,
            latencies: self.latencies,
            prefixes: watcher::Prefixes::start(plane.client.clone()),
        };
        let (mut rows, mut warm) = (Vec::new(), false);
        for case in self.cases() {
            if !warm {
                eprintln!("warming up");
                setting.floor(&case.with_count(WARM_UP)).await?;
                warm = true;
            }
            let row = self.row(&setting, case).await?;
            eprintln!("{}", table::cases(std::slice::from_ref(&row)));
            rows.push(row);
        }
        setting.empty().await?;
        Ok(rows)
    }

    fn cases(&self) -> Vec<Case> {
        let all = Which::ALL.iter().copied();
        let chosen = all.filter(|which| match &*self.case {
            [] => self.full || !which.is_full(),
            named => named.contains(which),
        });
        let cases = chosen.map(Case::of);
        cases
            .map(|case| self.count.map_or(case, |count| case.with_count(count)))
            .collect()
    }

    fn controller_arguments(&self) -> Vec<String> {
        let mut arguments = vec![
            "--prefix-allocation=controller".to_owned(),
            format!("--public-pool-namespace={NAMESPACE}"),
            format!("--concurrency={}", self.concurrency),
        ];
        arguments.extend(self.controller_args.iter().cloned());
        arguments
    }

    async fn row(&self, setting: &Setting<'_>, case: Case) -> Result<Row> {
        let mut rounds = Vec::new();
        for round in 1..=self.rounds.unwrap_or(case.rounds) {
            eprintln!(
                "{}, round {round}: {} grants by the floor",
                case.name(),
                case.grants()
            );
            let floor = setting.floor(&case).await?;
            let made_by_floor = setting.samples(&case).await?;
            eprintln!("{}, round {round}: by the controller", case.name());
            let ours = setting.controller(&case).await?;
            let made = setting.samples(&case).await?;
            let pair = Pair { ours, floor };
            eprintln!("{}, round {round}: {}", case.name(), one_line(&pair));
            ensure_alike(&made_by_floor, &made)?;
            rounds.push(pair);
        }
        Ok(Row::new(&case, &Rounds(rounds)))
    }

    fn publish(&self, report: &Report) -> Result<()> {
        println!("{}", table::cases(&report.cases));
        if let Some(latencies) = table::latencies(&report.cases) {
            println!("\n{latencies}");
        }
        if !report.pure.is_empty() {
            println!("\n{}", table::pure(&report.pure));
        }
        println!("\n{}", targets(report));
        output::json(self.json.as_deref(), report)?;
        output::svg(self.svg.as_deref(), &panels(&report.cases))
    }
}

/// The server's first writes are slower than all others.
const WARM_UP: u32 = 200;

/// Fails where the floor makes other objects than the controller, which would cost something else.
fn ensure_alike(floor: &[serde_json::Value], controller: &[serde_json::Value]) -> Result<()> {
    ensure!(
        floor.len() == controller.len(),
        "the floor makes other objects than the controller"
    );
    for (floor, controller) in floor.iter().zip(controller) {
        if floor != controller {
            bail!("the floor does not make what the controller makes:\n{floor:#}\n{controller:#}");
        }
    }
    Ok(())
}
