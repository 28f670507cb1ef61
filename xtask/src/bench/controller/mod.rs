// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench controller`.

mod floor;
mod machines;
mod report;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::time::sleep;

use super::harness::controller::{Program, Run};
use super::harness::latency::{Added, measure};
use super::harness::objects::{NICS, comparable, interface_name, machine};
use super::harness::output;
use super::harness::plane::{CONTROLLER, Plane};
use super::harness::program::Running;
use super::harness::release::again_in_release;
use super::harness::rounds::{Pair, Rounds};
use super::harness::writes;
use floor::{Order, Setting};
use machines::{Machines, empty};
use report::{Row, panels, table, targets};

pub(crate) use floor::Floor;

/// Compare the controller with the fastest that a client can do, on a control plane of their own
#[derive(clap::Args)]
pub(crate) struct BenchController {
    /// How many machines, with two interfaces each
    #[arg(long, value_delimiter = ',', default_values_t = [500, 2000, 5000])]
    machines: Vec<u32>,
    /// How often controller and floor run, in turn
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Where to write the figures
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where to draw time and CPU per interface
    #[arg(long)]
    svg: Option<PathBuf>,
    /// How often one more machine is added for its latency
    #[arg(long, default_value_t = 1000)]
    latencies: u32,
    /// How long the settled controller's requests are counted, in seconds
    #[arg(long, default_value_t = 60)]
    idle: u32,
    /// Settings of the floor to choose from: requests at once
    #[arg(long, value_delimiter = ',', default_values_t = [8, 16, 32], value_parser = clap::value_parser!(u32).range(1..))]
    floor_concurrency: Vec<u32>,
    /// More arguments for `ni-controller run`
    #[arg(long, value_delimiter = ' ', allow_hyphen_values = true)]
    controller_args: Vec<String>,
    /// A binary to measure instead of the one that is built
    #[arg(long)]
    controller: Option<PathBuf>,
}

impl BenchController {
    /// Measures; the figures go to standard output, what is going on to standard error.
    pub(crate) async fn run(mut self) -> Result<()> {
        if cfg!(debug_assertions) {
            return again_in_release().await;
        }
        ensure!(
            !self.machines.contains(&0) && self.rounds > 0 && self.idle > 0,
            "nothing comes of nothing: machines, rounds and seconds must be positive"
        );
        self.machines.sort_unstable();
        let path = self.controller.as_deref();
        let program = Program::new(path, self.controller_args.clone()).await?;
        let plane = Plane::start().await?;
        let rows = self.rows(&plane, &program).await;
        plane.stop(&rows).await;
        self.publish(&rows?)
    }

    async fn rows(&self, plane: &Plane, program: &Program) -> Result<Vec<Row>> {
        let empty_rss = empty_rss(plane, program).await?;
        let mut machines = Machines::default();
        let mut rows = Vec::new();
        let mut setting = None;
        for count in &self.machines {
            eprintln!("{count} machines: storing them");
            machines.grow(plane, *count).await?;
            let chosen = match setting {
                Some(chosen) => chosen,
                None => self.choose(plane, &machines).await?,
            };
            setting = Some(chosen);
            let row = self
                .row(plane, program, &machines, chosen, empty_rss)
                .await?;
            eprintln!("{}", table(std::slice::from_ref(&row)));
            rows.push(row);
        }
        Ok(rows)
    }

    /// The setting that suits the server best.
    async fn choose(&self, plane: &Plane, machines: &Machines) -> Result<Setting> {
        let file = machines.file(plane)?;
        let interfaces = (machines.count() * NICS) as usize;
        let mut best: Option<(Duration, Setting)> = None;
        for concurrency in &self.floor_concurrency {
            for order in [Order::Pipelined, Order::Phased] {
                let setting = Setting {
                    concurrency: *concurrency,
                    order,
                };
                // Twice, the better one: the first of all is the server's first.
                for _ in 0..2 {
                    empty(plane).await?;
                    let took = floor::run(plane, &file, setting, interfaces).await?;
                    eprintln!("floor with {setting}: {:.2} s", took.as_secs_f64());
                    best = best
                        .filter(|(least, _)| *least <= took)
                        .or(Some((took, setting)));
                }
            }
        }
        let (_, setting) = best.context("the floor needs a concurrency to choose from")?;
        eprintln!("the floor is measured with {setting}");
        Ok(setting)
    }

    async fn row(
        &self,
        plane: &Plane,
        program: &Program,
        machines: &Machines,
        setting: Setting,
        empty_rss: u64,
    ) -> Result<Row> {
        let (count, file) = (machines.count(), machines.file(plane)?);
        let interfaces = (count * NICS) as usize;
        let mut rounds = Vec::new();
        let (mut latencies, mut idle) = Default::default();
        for round in 1..=self.rounds {
            empty(plane).await?;
            let floor = floor::run(plane, &file, setting, interfaces).await?;
            let made_by_floor =
                writes::read_interface(&plane.client, &interface_name(0, 1)).await?;
            empty(plane).await?;
            let position = plane.audit.position()?;
            let mut running = program.start(&plane.controller, &plane.dir)?;
            let ours = finish(&mut running, plane, interfaces, position).await?;
            let made = writes::read_interface(&plane.client, &interface_name(0, 1)).await?;
            let pair = Pair { ours, floor };
            report(count, round, &pair);
            rounds.push(pair);
            let (made, made_by_floor) = (comparable(made), comparable(made_by_floor));
            if made != made_by_floor {
                bail!(
                    "the floor does not make what the controller makes:\n{made_by_floor:#}\n{made:#}"
                );
            }
            if round == self.rounds {
                idle = self.idle(plane).await?;
                let more = count..count + self.latencies;
                latencies = measure(plane, more, one_more).await?;
            }
            running.stop().await;
        }
        // The machines that were added go too: the next number of machines is stored from here on.
        empty(plane).await?;
        let rounds = Rounds(rounds);
        Ok(Row::new(count, &rounds, &latencies, idle, empty_rss))
    }

    /// Requests in a minute of the settled controller.
    async fn idle(&self, plane: &Plane) -> Result<f64> {
        let position = plane.audit.position()?;
        sleep(Duration::from_secs(self.idle.into())).await;
        let requests = plane.audit.since(position, CONTROLLER)?;
        let count = u32::try_from(requests.total() + requests.events).unwrap_or(u32::MAX);
        Ok(f64::from(count) * 60.0 / f64::from(self.idle))
    }

    fn publish(&self, rows: &[Row]) -> Result<()> {
        println!("{}\n\n{}", table(rows), targets(rows));
        output::json(self.json.as_deref(), &rows)?;
        output::svg(self.svg.as_deref(), &panels(rows))
    }
}

/// After the last status the controller still takes in its watches' events.
const SETTLE: Duration = Duration::from_secs(2);

/// Waits until `interfaces` are Available and the controller has settled; what it took.
async fn finish(
    running: &mut Running,
    plane: &Plane,
    interfaces: usize,
    position: u64,
) -> Result<Run> {
    let last = plane.interfaces.all_available(interfaces).await;
    // Why it ended says more than that nothing became Available.
    running.check()?;
    let last = last?;
    sleep(SETTLE).await;
    running.check()?;
    Ok(Run {
        wall: last - running.started(),
        cpu: running.cpu()?,
        peak_rss: running.memory()?.peak,
        requests: plane.audit.since(position, CONTROLLER)?,
    })
}

/// A machine that is added for latencies.
fn one_more(index: u32) -> Added {
    let interfaces = (0..NICS).map(|nic| interface_name(index, nic));
    (machine(index, true), interfaces.collect())
}

/// The controller's memory where there is nothing.
async fn empty_rss(plane: &Plane, program: &Program) -> Result<u64> {
    let running = program.start(&plane.controller, &plane.dir)?;
    sleep(Duration::from_secs(3)).await;
    let memory = running.memory();
    running.stop().await;
    Ok(memory?.resident)
}

fn report(machines: u32, round: u32, pair: &Pair<Run, Duration>) {
    let (run, floor) = (&pair.ours, pair.floor.as_secs_f64());
    let wall = run.wall.as_secs_f64();
    eprintln!(
        "{machines} machines, round {round}: controller {wall:.2} s, floor {floor:.2} s, ratio {:.3}; CPU {:.2} s, {} MiB, {} requests",
        wall / floor,
        run.cpu.as_secs_f64(),
        run.peak_rss >> 20,
        run.requests.total(),
    );
}
