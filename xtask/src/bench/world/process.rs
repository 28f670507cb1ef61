// SPDX-License-Identifier: Apache-2.0

//! The controller's process, and what it uses.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use http::Request;
use kube::Client;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};
use xtask::control_plane::{plain_client, write_private};
use xtask::process::Tied;

use super::stand_in::StandIn;
use crate::bench::Part;
use crate::bench::harness::program::Running;
use crate::bench::harness::usage;

/// What is not taken in by then never is.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a process that does nothing more has used no CPU time.
const QUIET: Duration = Duration::from_micros(1500);
/// How often is looked.
const LOOK: Duration = Duration::from_micros(200);

/// A stand-in that runs.
pub(super) struct Server {
    process: Tied,
    pub(super) client: Client,
    pub(super) kubeconfig: PathBuf,
}

impl Server {
    /// Starts one with so many objects.
    pub(super) fn start(objects: u64, dir: &Path) -> Result<Self> {
        let mut command = Part::StandIn(StandIn { objects }).command()?;
        command.stdout(Stdio::piped());
        let mut process = Tied::spawn("the stand-in", command)?;
        let port = process.lines().next().context("the stand-in has no port")?;
        let kubeconfig = format!(
            r#"{{"apiVersion":"v1","kind":"Config","clusters":[{{"name":"stand-in","cluster":{{"server":"http://127.0.0.1:{port}"}}}}],"contexts":[{{"name":"stand-in","context":{{"cluster":"stand-in","user":"bench"}}}}],"current-context":"stand-in","users":[{{"name":"bench","user":{{}}}}]}}"#
        );
        Ok(Self {
            process,
            client: plain_client(port.trim().parse()?)?,
            kubeconfig: write_private(
                dir.join(format!("stand-in-{objects}.kubeconfig")),
                &kubeconfig,
            )?,
        })
    }

    /// Asks the stand-in itself.
    pub(super) async fn ask(&self, path: &str) -> Result<String> {
        get(&self.client, &format!("/bench/{path}")).await
    }

    pub(super) async fn stop(self) {
        self.process.stop(Duration::from_secs(5)).await;
    }
}

async fn get(client: &Client, path: &str) -> Result<String> {
    let request = Request::get(path).body(Vec::new())?;
    Ok(client.request_text(request).await?)
}

/// The controller as it runs.
pub(super) struct Controller {
    pub(super) running: Running,
}

impl Controller {
    /// One that has been started.
    pub(super) fn of(running: Running) -> Self {
        Self { running }
    }

    /// Waits until it has done nothing for a second but answer probes.
    pub(super) async fn settle(&mut self) -> Result<()> {
        loop {
            let before = self.cpu()?;
            sleep(Duration::from_secs(1)).await;
            self.running.check()?;
            if self.cpu()?.saturating_sub(before) < Duration::from_millis(200) {
                return Ok(());
            }
        }
    }

    /// Waits until it has taken in what came after it had used `before`, and has nothing more to do at this moment; its CPU time
    /// until then.
    pub(super) fn quiet_after(&self, before: Duration) -> Result<Duration> {
        let begun = Instant::now();
        while self.cpu()? == before {
            ensure!(begun.elapsed() < PATIENCE, "it does not take in what comes");
            std::thread::sleep(LOOK);
        }
        self.quiet()
    }

    /// Waits until it has nothing more to do at this moment; its CPU time until then.
    pub(super) fn quiet(&self) -> Result<Duration> {
        let (mut used, mut since) = (self.cpu()?, Instant::now());
        while since.elapsed() < QUIET {
            std::thread::sleep(LOOK);
            let now = self.cpu()?;
            // One that waits for a processor uses none, and is not done.
            if now != used || usage::runs(self.running.pid())? {
                (used, since) = (now, Instant::now());
            }
        }
        Ok(used)
    }

    fn cpu(&self) -> Result<Duration> {
        usage::cpu_of_threads(self.running.pid())
    }

    /// For how long its loop was kept at a time, in seconds.
    pub(super) async fn longest_turn(&self) -> Result<f64> {
        self.running
            .metrics()
            .await?
            .value("ni_longest_turn_seconds")
    }

    /// How often it has reconciled an object.
    pub(super) async fn reconciles(&self) -> Result<f64> {
        self.running.metrics().await?.value("ni_reconciles_total")
    }

    /// Asks `/livez` all the time.
    pub(super) fn probe(&self) -> Result<Probes> {
        let client = self.running.prober()?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(probe(client, stopped));
        Ok(Probes { stop, task })
    }
}

/// Probes under way.
pub(super) struct Probes {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Times>,
}

/// What probes took.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// From the request to the answer.
    pub(super) livez: Vec<Duration>,
    /// From when the probe was due: one that waits for another one counts as well.
    pub(super) stalls: Vec<Duration>,
    /// Those that failed once one had gone well.
    pub(super) failed: u64,
}

impl Probes {
    /// Ends them.
    pub(super) async fn times(self) -> Result<Times> {
        // It may have ended by itself, which the task tells.
        let _ = self.stop.send(());
        Ok(self.task.await?)
    }
}

async fn probe(client: Client, mut stopped: oneshot::Receiver<()>) -> Times {
    const EVERY: Duration = Duration::from_millis(5);
    let mut times = Times::default();
    let mut due = interval(EVERY);
    due.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        let tick = tokio::select! {
            tick = due.tick() => tick,
            _ = &mut stopped => return times,
        };
        let begun = Instant::now();
        match get(&client, "/livez").await {
            Ok(_) => {
                times.livez.push(begun.elapsed());
                times.stalls.push(tick.elapsed());
            }
            // It has yet to listen.
            Err(_) if times.livez.is_empty() => {}
            Err(_) => times.failed += 1,
        }
    }
}
