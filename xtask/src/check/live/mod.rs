// SPDX-License-Identifier: Apache-2.0

//! The real controllers under real faults: a proxy does harm to what they ask, processes and servers are killed, stopped and
//! set back, and a history of every write is held to the rules.

mod command;
mod controllers;
mod disruptions;
mod history;
mod load;
mod proxy;
mod report;
mod rules;
mod shape;
pub mod webhook;
mod world;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use fastrand::Rng;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::control_plane::ControlPlane;

pub use command::check;
pub use report::{Figures, Outcome};

use controllers::{Pair, Program};
use disruptions::{Befallen, Disruption};
use history::History;
use load::{Crowd, Load, namespace};
use proxy::Proxy;
use rules::rest::missing;

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Machines, each with an interface or two.
    pub machines: usize,
    /// Namespaces, each with pools and a Network.
    pub namespaces: usize,
    /// Users who act at once.
    pub users: usize,
    /// Writes by controllers.
    pub writes: u64,
    /// Faults of the proxy.
    pub faults: u64,
    /// Of a hundred requests, so many meet with a fault.
    pub percent: u32,
    /// Milliseconds between two disruptions.
    pub pause: (u64, u64),
    /// Creates that the webhook judges.
    pub creates: u64,
    /// After which time users and faults end, however much was written.
    pub time: Duration,
    /// How long it may take until all is at rest.
    pub patience: Duration,
    /// What is random follows from this.
    pub seed: u64,
}

impl Wanted {
    /// What is done in passing.
    pub fn short(seed: u64) -> Self {
        Self {
            machines: 300,
            namespaces: 4,
            users: 24,
            writes: 4_000,
            faults: 400,
            percent: 14,
            pause: (2_000, 8_000),
            creates: 500,
            time: Duration::from_mins(4),
            patience: Duration::from_mins(3),
            seed,
        }
    }

    /// What is done on demand.
    pub fn long(seed: u64) -> Self {
        Self {
            machines: 10_000,
            users: 128,
            writes: 100_000,
            faults: 10_000,
            percent: 8,
            pause: (15_000, 40_000),
            creates: 10_000,
            time: Duration::from_hours(2),
            patience: Duration::from_mins(20),
            ..Self::short(seed)
        }
    }
}

/// Ends users and faults early; what was done until then is checked all the same.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on nothing more goes wrong.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How long nothing may be written for all to be at rest.
const REST: Duration = Duration::from_secs(5);

/// All that takes part.
struct Scene<'a> {
    plane: &'a mut ControlPlane,
    history: Arc<History>,
    proxy: Proxy,
    pair: Pair,
    load: Load,
}

/// Lets users and controllers of this program work under faults on a control plane with our definitions, where nobody else is at
/// work, and then come to rest. Logs and the history go to `dir`.
///
/// # Errors
/// If the check itself fails. What is broken or lost is in the outcome.
pub async fn run(
    plane: &mut ControlPlane,
    program: &Path,
    dir: &Path,
    wanted: Wanted,
    stop: &Stop,
) -> Result<Outcome> {
    let start = Instant::now();
    let mut scene = Scene::set(plane, program, dir, wanted).await?;
    scene.proxy.harm(true);
    let befallen = scene.suffer(wanted, stop, start + wanted.time).await?;
    let outcome = scene.end(wanted.patience).await?;
    Ok(Outcome {
        figures: Figures {
            disruptions: befallen.counts,
            seconds: start.elapsed().as_secs(),
            seed: wanted.seed,
            ..outcome.figures
        },
        ..outcome
    })
}

impl<'a> Scene<'a> {
    /// All begin, and nothing goes wrong yet.
    async fn set(
        plane: &'a mut ControlPlane,
        program: &Path,
        dir: &Path,
        wanted: Wanted,
    ) -> Result<Self> {
        let client = plane.client().await?;
        furnish(&client, wanted.namespaces).await?;
        let file = dir.join("history.jsonl");
        let history = Arc::new(History::begin(plane.etcd_port(), &file).await?);
        let proxy = Proxy::start(dir, server(plane).await?, wanted).await?;
        let program = Program {
            path: program.to_owned(),
            kubeconfig: proxy.kubeconfig().to_owned(),
            dir: controllers::logs(dir)?,
        };
        let crowd = Crowd {
            namespaces: wanted.namespaces,
            machines: wanted.machines,
            users: wanted.users,
            seed: wanted.seed,
        };
        Ok(Self {
            pair: Pair::start(program)?,
            load: Load::begin(client, history.clone(), crowd),
            plane,
            history,
            proxy,
        })
    }

    /// Users and faults end, and all comes to rest.
    async fn end(self, patience: Duration) -> Result<Outcome> {
        let Self {
            history,
            proxy,
            mut pair,
            load,
            plane,
        } = self;
        let acts = load.end().await?;
        proxy.harm(false);
        // Its garbage collector waits up to 1000 s where requests have failed.
        plane.restart_controller_manager().await?;
        let lost = rest(&history, patience).await?;
        pair.check()?;
        pair.stop().await;
        let tally = proxy.tally();
        let mut book = history.book();
        book.flush()?;
        let figures = Figures {
            writes: tally.writes,
            faults: tally.all_faults(),
            faults_by_kind: tally.faults,
            violations: book.broken.len(),
            lost: lost.len(),
            moments: book.moments(),
            acts,
            seen: book.seen,
            objects: book.world.len(),
            ..Figures::default()
        };
        Ok(Outcome {
            figures,
            broken: book.broken.clone(),
            lost,
        })
    }
}

impl Scene<'_> {
    /// Whole rounds of disruptions until so much was written and went wrong.
    async fn suffer(&mut self, wanted: Wanted, stop: &Stop, until: Instant) -> Result<Befallen> {
        let mut rng = Rng::with_seed(wanted.seed);
        let mut befallen = Befallen::default();
        loop {
            for disruption in Disruption::round(&mut rng) {
                let pause = rng.u64(wanted.pause.0..wanted.pause.1);
                sleep(Duration::from_millis(pause)).await;
                if stop.is_asked() {
                    return Ok(befallen);
                }
                self.pair.check()?;
                self.history.book().check()?;
                befallen.strike(disruption, self, &mut rng).await?;
                let tally = self.proxy.tally();
                eprintln!(
                    "live: {}; {} writes, {} faults",
                    disruption.name(),
                    tally.writes,
                    tally.all_faults()
                );
            }
            let tally = self.proxy.tally();
            let enough = tally.writes >= wanted.writes && tally.all_faults() >= wanted.faults;
            if enough && self.load.has_filled() || Instant::now() > until {
                return Ok(befallen);
            }
        }
    }
}

/// Waits until all is there, and nothing is written any more; what is missing, if that does not come.
async fn rest(history: &History, patience: Duration) -> Result<Vec<String>> {
    let deadline = Instant::now() + patience;
    loop {
        history.catch_up().await?;
        let (quiet, missing) = {
            let book = history.book();
            (book.last.elapsed(), missing(&book.world))
        };
        if quiet >= REST && missing.is_empty() {
            return Ok(missing);
        }
        if Instant::now() > deadline {
            let still = format!("after {patience:?} the last write was {quiet:?} ago");
            return Ok(std::iter::once(still).chain(missing).collect());
        }
        sleep(Duration::from_millis(500)).await;
    }
}

/// Makes the namespaces, and what machines refer to.
async fn furnish(client: &Client, namespaces: usize) -> Result<()> {
    for number in 0..namespaces {
        let name = namespace(number);
        let body = json!({ "metadata": { "name": &name } });
        create(client, "/api/v1/namespaces", &body).await?;
        for object in shape::furniture(number) {
            let kind = ironcore_api::KINDS
                .iter()
                .find(|kind| object["kind"] == kind.kind);
            let Some(kind) = kind else { continue };
            let path = format!(
                "/apis/{}/namespaces/{name}/{}",
                kind.api_version(),
                kind.plural
            );
            create(client, &path, &object).await?;
        }
    }
    Ok(())
}

async fn create(client: &Client, path: &str, body: &serde_json::Value) -> Result<()> {
    let request = http::Request::post(format!("{path}?fieldManager=check"));
    let request = request.header("content-type", "application/json");
    client
        .request_text(request.body(serde_json::to_vec(body)?)?)
        .await?;
    Ok(())
}

/// As whom the proxy asks: nothing is tried again, that is for controllers to do.
async fn server(plane: &ControlPlane) -> Result<Client> {
    let kubeconfig = Kubeconfig::read_from(plane.kubeconfig())?;
    let options = KubeConfigOptions::default();
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await?;
    config.default_retry = false;
    Ok(Client::try_from(config)?)
}
