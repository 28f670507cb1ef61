// SPDX-License-Identifier: Apache-2.0

//! The controller's process, and what it uses.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use http::Request;
use kube::Client;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};
use xtask::control_plane::{free_port, plain_client, write_private};
use xtask::process::Tied;

use super::stand_in::StandIn;
use crate::bench::usage;

/// A start that takes longer is none.
const PATIENCE: Duration = Duration::from_mins(20);
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
        let mut command = Command::new(std::env::current_exe()?);
        command.args(StandIn::args(objects)).stdout(Stdio::piped());
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
    process: Tied,
    started: Instant,
    client: Client,
    port: u16,
}

impl Controller {
    /// Starts it.
    pub(super) fn start(program: &Path, kubeconfig: &Path, dir: &Path) -> Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(program);
        command.args(["run", "--listen", &format!("127.0.0.1:{port}")]);
        command.args(["--leader-elect", "--lease-namespace", "bench"]);
        command.env("KUBECONFIG", kubeconfig);
        let started = Instant::now();
        let process = Tied::spawn_logged(
            "ni-controller",
            command,
            &dir.join(format!("controller-{port}.log")),
        )?;
        Ok(Self {
            process,
            started,
            client: plain_client(port)?,
            port,
        })
    }

    /// Waits until it is ready; the time from its start.
    pub(super) async fn ready(&mut self) -> Result<Duration> {
        while get(&self.client, "/readyz").await.is_err() {
            self.process.check()?;
            ensure!(
                self.started.elapsed() < PATIENCE,
                "it does not become ready"
            );
            sleep(Duration::from_millis(10)).await;
        }
        Ok(self.started.elapsed())
    }

    /// Waits until it has done nothing for a second but answer probes.
    pub(super) async fn settle(&mut self) -> Result<()> {
        loop {
            let before = self.cpu()?;
            sleep(Duration::from_secs(1)).await;
            self.process.check()?;
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
            if now != used || self.runs()? {
                (used, since) = (now, Instant::now());
            }
        }
        Ok(used)
    }

    /// CPU time of all its threads, to the nanosecond.
    fn cpu(&self) -> Result<Duration> {
        let mut all = Duration::ZERO;
        for text in self.threads("schedstat")? {
            let nanoseconds = text.split_whitespace().next().and_then(|n| n.parse().ok());
            all += Duration::from_nanos(nanoseconds.context("schedstat is not as expected")?);
        }
        Ok(all)
    }

    /// Whether one of its threads runs, or would.
    fn runs(&self) -> Result<bool> {
        let threads = self.threads("stat")?;
        let mut states = threads.iter().filter_map(|stat| stat.rsplit_once(") "));
        Ok(states.any(|(_, fields)| fields.starts_with('R')))
    }

    /// What Linux says of each thread in a file.
    fn threads(&self, file: &str) -> Result<Vec<String>> {
        let tasks = format!("/proc/{}/task", self.process.identity().pid);
        let tasks = std::fs::read_dir(&tasks).context("the benchmark reads /proc")?;
        let texts = tasks.map(|task| Ok(std::fs::read_to_string(task?.path().join(file))?));
        texts.collect()
    }

    /// Resident memory in bytes: `VmRSS` now, `VmHWM` at most.
    pub(super) fn memory(&self, field: &str) -> Result<u64> {
        usage::memory(self.process.identity().pid, field)
    }

    /// The value of a metric without labels.
    pub(super) async fn metric(&self, name: &str) -> Result<f64> {
        let text = get(&self.client, "/metrics").await?;
        let mut lines = text.lines().filter_map(|line| line.split_once(' '));
        let value = lines.find(|(found, _)| *found == name);
        let (_, value) = value.with_context(|| format!("there is no metric {name}"))?;
        Ok(value.parse()?)
    }

    /// Asks `/livez` all the time.
    pub(super) fn probe(&self) -> Result<Probes> {
        let client = plain_client(self.port)?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(probe(client, stopped));
        Ok(Probes { stop, task })
    }

    pub(super) async fn stop(self) {
        self.process.stop(Duration::from_secs(20)).await;
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
