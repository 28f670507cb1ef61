// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench world`: what the controller takes at rest, and for one event, however many objects there are.

mod decode;
mod happenings;
mod instructions;
mod memory;
mod objects;
mod process;
mod real;
mod report;
mod resident;
mod setup;
mod stand_in;
mod stored;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::sleep;

use self::happenings::Happening;
use self::memory::Pages;
use self::objects::Objects;
use self::process::{Controller, Server};
use self::real::Real;
use self::report::{Events, REAL, Row, STAND_IN};
use self::resident::Resident;
use self::setup::Setup;
use super::harness::controller::Program;
use super::harness::folder;
use super::harness::output;
use super::harness::release::again_in_release;
use super::harness::stats::{float, median, ms, percentiles, rounded, us};
use super::harness::table::table;
use super::harness::usage::Memory;

pub(crate) use stand_in::StandIn;

/// Measure memory, start and events over the number of objects, against a stand-in for the API server
#[derive(clap::Args)]
pub(crate) struct BenchWorld {
    /// How many objects
    #[arg(long, value_delimiter = ',', default_values_t = [1000, 100_000, 1_000_000])]
    objects: Vec<u64>,
    /// How many objects the controller reads from a real API server, besides: 0 for none
    #[arg(long, default_value_t = 100_000)]
    real: u64,
    /// Where to write the figures
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where to draw bytes and microseconds over objects
    #[arg(long)]
    svg: Option<PathBuf>,
    /// How often each event happens
    #[arg(long, default_value_t = 2000)]
    events: u64,
    /// After how many seconds of rest memory is measured
    #[arg(long, default_value_t = 60)]
    rest: u64,
    /// Keep the controllers' memory in use while events are measured: some hypervisors reclaim memory that was not used for some seconds
    #[arg(long)]
    keep_resident: bool,
    /// Count the instructions that events take instead, with the controllers under valgrind (Debian's package of that name)
    #[arg(long, conflicts_with_all = ["svg", "real", "rest", "keep_resident"])]
    instructions: bool,
    /// A binary to measure instead of the one that is built
    #[arg(long)]
    controller: Option<PathBuf>,
}

impl BenchWorld {
    /// Measures; the figures go to standard output, what is going on to standard error.
    pub(crate) async fn run(self) -> Result<()> {
        if cfg!(debug_assertions) {
            return again_in_release().await;
        }
        let arguments = ["--leader-elect", "--lease-namespace", "bench"].map(str::to_owned);
        let path = self.controller.as_deref();
        let program = Program::new(path, arguments.to_vec()).await?;
        let dir = folder::make()?;
        if self.instructions {
            let rows = instructions::count(&program, &dir, &self.objects, self.events).await;
            folder::leave(&dir, &rows);
            return instructions::publish(&rows?, self.json.as_deref());
        }
        let rows = self.rows(&program, &dir).await;
        folder::leave(&dir, &rows);
        self.publish(&rows?)
    }

    async fn rows(&self, program: &Program, dir: &Path) -> Result<Vec<Row>> {
        let empty = self.empty(program, dir).await?;
        let mut worlds = Vec::new();
        for count in &self.objects {
            eprintln!("{count} objects");
            worlds.push(self.world(program, dir, *count, empty).await?);
        }
        self.events(&mut worlds).await?;
        let mut rows = Vec::new();
        for world in worlds {
            rows.push(world.row().await?);
        }
        if self.real > 0 {
            eprintln!("{} objects of a real API server", self.real);
            rows.push(self.real_row(program, dir, empty).await?);
        }
        Ok(rows)
    }

    /// Resident memory of a controller that knows nothing.
    async fn empty(&self, program: &Program, dir: &Path) -> Result<u64> {
        let server = Server::start(0, dir)?;
        let mut controller = Controller::of(program.start(&server.kubeconfig, dir)?);
        controller.running.ready().await?;
        sleep(Duration::from_secs(self.rest.min(5))).await;
        let memory = controller.running.memory();
        controller.running.stop().await;
        server.stop().await;
        Ok(memory?.resident)
    }

    /// Starts a world of so many objects, and measures that.
    async fn world(&self, program: &Program, dir: &Path, count: u64, empty: u64) -> Result<World> {
        let objects = Objects::new(count);
        let decode = tokio::task::spawn_blocking(move || decode::all(objects)).await??;
        let mut setup = Setup::start(count, dir, |kubeconfig| program.start(kubeconfig, dir))?;
        let start = Start::of(&mut setup.controller).await?;
        setup.check_rest().await?;
        let memory = self.memory_at_rest(&setup.controller).await?;
        let resident = self.keep_resident;
        let mut resident = resident.then(|| Resident::new(setup.controller.running.pid()));
        // What can't be read shows now, not when all worlds are there.
        resident.as_mut().map(Resident::touch).transpose()?;
        Ok(World {
            setup,
            pages: Pages::of(memory.resident),
            resident,
            figures: Figures {
                server: STAND_IN,
                objects: count,
                resident: self.keep_resident,
                start,
                decode,
                memory,
                empty,
                longest: 0.0,
                events: Events::new(),
                reconciles: Events::new(),
                page: None,
            },
        })
    }

    /// Has each event happen in all worlds in turn: what else the machine does meanwhile, it does to all of them.
    async fn events(&self, worlds: &mut [World]) -> Result<()> {
        for happening in Happening::ALL {
            eprintln!("{} times {}", self.events, happening.name());
            let mut took = vec![Vec::new(); worlds.len()];
            let mut reconciled = Vec::new();
            for world in &*worlds {
                reconciled.push(world.setup.controller.reconciles().await?);
            }
            for count in 0..self.events {
                for (world, took) in worlds.iter_mut().zip(&mut took) {
                    if happening.can_happen(world.setup.objects) {
                        took.push(us(world.setup.event(happening, count).await?));
                        world.pages.read();
                        world.keep()?;
                    }
                }
            }
            for ((world, took), before) in worlds.iter_mut().zip(took).zip(reconciled) {
                if took.is_empty() {
                    continue;
                }
                let reconciled = world.setup.controller.reconciles().await? - before;
                let figures = &mut world.figures;
                let each = reconciled / float(self.events);
                figures.reconciles.insert(happening.name(), each);
                let median = rounded(median(took));
                figures.events.insert(happening.name(), median);
            }
        }
        Ok(())
    }

    /// As [`Self::world`], with the objects in etcd and a real API server before it.
    async fn real_row(&self, program: &Program, dir: &Path, empty: u64) -> Result<Row> {
        let objects = Objects::new(self.real);
        let decode = tokio::task::spawn_blocking(move || decode::all(objects)).await??;
        let real = Real::start(objects, dir).await?;
        let mut controller = Controller::of(program.start(&real.kubeconfig(), dir)?);
        let start = Start::of(&mut controller).await?;
        let writes = real.writes().await?;
        ensure!(writes == 0, "{writes} writes where all was at rest");
        let memory = self.memory_at_rest(&controller).await?;
        let longest = controller.longest_turn().await?;
        controller.running.stop().await;
        real.stop().await;
        Ok(Figures {
            server: REAL,
            objects: self.real,
            resident: false,
            start,
            decode,
            memory,
            empty,
            longest,
            events: Events::new(),
            reconciles: Events::new(),
            page: None,
        }
        .row())
    }

    async fn memory_at_rest(&self, controller: &Controller) -> Result<Memory> {
        sleep(Duration::from_secs(self.rest)).await;
        controller.running.memory()
    }

    fn publish(&self, rows: &[Row]) -> Result<()> {
        println!(
            "{}\n\n{}",
            table(&report::COLUMNS, rows),
            report::targets(rows)
        );
        output::json(self.json.as_deref(), &rows)?;
        output::svg(self.svg.as_deref(), &report::panels(rows))
    }
}

/// A controller with its objects, and what is measured beside it.
struct World {
    setup: Setup,
    /// As much memory as the controller's.
    pages: Pages,
    /// Present if the controller's memory is kept in use.
    resident: Option<Resident>,
    figures: Figures,
}

impl World {
    /// Keeps the controller's memory in use, and what is measured beside it.
    fn keep(&mut self) -> Result<()> {
        if let Some(resident) = &mut self.resident
            && resident.touch()? > 0
        {
            self.pages.keep();
        }
        Ok(())
    }

    /// Ends both.
    async fn row(mut self) -> Result<Row> {
        self.figures.longest = self.setup.controller.longest_turn().await?;
        self.figures.page = Some(self.pages.cost());
        self.setup.stop().await;
        Ok(self.figures.row())
    }
}

/// How a controller started.
struct Start {
    ready: Duration,
    livez: Duration,
    stall: Duration,
}

impl Start {
    /// Waits until it is ready and has nothing more to do, and asks `/livez` all the while.
    async fn of(controller: &mut Controller) -> Result<Self> {
        let probes = controller.probe()?;
        let ready = controller.running.ready().await?;
        controller.settle().await?;
        let times = probes.times().await?;
        ensure!(times.failed == 0, "{} probes failed", times.failed);
        let [livez] = percentiles(times.livez, [990]);
        let [stall] = percentiles(times.stalls, [999]);
        Ok(Self {
            ready,
            livez,
            stall,
        })
    }
}

/// What was measured of one world.
struct Figures {
    server: &'static str,
    objects: u64,
    /// Whether the controller's memory was kept in use.
    resident: bool,
    start: Start,
    decode: Duration,
    memory: Memory,
    /// Resident memory of a controller that knows nothing.
    empty: u64,
    /// Seconds.
    longest: f64,
    events: Events,
    /// How often an event had the controller reconcile an object.
    reconciles: Events,
    /// Microseconds, where events were measured.
    page: Option<f64>,
}

impl Figures {
    fn row(self) -> Row {
        let Start {
            ready,
            livez,
            stall,
        } = self.start;
        let above = |bytes: u64| float(bytes.saturating_sub(self.empty));
        let resident = above(self.memory.resident);
        Row {
            server: self.server,
            objects: self.objects,
            keep_resident: self.resident,
            ready_s: rounded(ready.as_secs_f64()),
            decode_s: rounded(self.decode.as_secs_f64()),
            ready_ratio: rounded(ready.as_secs_f64() / self.decode.as_secs_f64()),
            bytes_per_object: (resident / float(self.objects)).round(),
            peak_ratio: rounded(above(self.memory.peak) / resident),
            longest_turn_ms: rounded(self.longest * 1e3),
            stall_p999_ms: rounded(ms(stall)),
            livez_p99_ms: rounded(ms(livez)),
            event_us: self.events,
            event_reconciles: self.reconciles,
            cold_page_us: self.page.map(rounded),
        }
    }
}
