// SPDX-License-Identifier: Apache-2.0

//! The real controllers, as processes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use futures::future::join_all;
use http::Request;
use kube::Client;
use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use crate::control_plane::{free_port, plain_client};
use crate::process::Tied;

/// Where the Lease is.
pub(super) const LEASE_NAMESPACE: &str = "live-0";
/// Short, so that a leader that is stopped is soon another's successor; and failures do not last minutes.
const FLAGS: [&str; 7] = [
    "--lease-duration=4s",
    "--lease-renew-deadline=3s",
    "--lease-retry-period=500ms",
    "--retry-cap=10s",
    "--request-timeout=15s",
    // What is delayed takes up room among these.
    "--concurrency=64",
    "--log=info",
];
/// How long a controller may take to start, or to lead.
const PATIENCE: Duration = Duration::from_mins(1);

/// How to start one.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) kubeconfig: PathBuf,
    /// Where logs go.
    pub(super) dir: PathBuf,
}

/// A controller that runs; it is killed on drop.
pub(super) struct Controller {
    process: Tied,
    health: Client,
}

impl Program {
    /// Starts one of this name, which writes only while it has the Lease, or always.
    pub(super) fn start(&self, name: &str, elects: bool) -> Result<Controller> {
        let port = free_port()?;
        let mut command = Command::new(&self.path);
        command
            .arg("run")
            .args(FLAGS)
            .arg(format!("--listen=127.0.0.1:{port}"));
        if elects {
            command
                .arg("--leader-elect")
                .arg(format!("--lease-namespace={LEASE_NAMESPACE}"));
        }
        command.env("KUBECONFIG", &self.kubeconfig);
        let log = self.dir.join(format!("{name}.log"));
        Ok(Controller {
            process: Tied::spawn_logged(name, command, &log)?,
            health: plain_client(port)?,
        })
    }
}

impl Controller {
    pub(super) fn signal(&self, signal: Signal) {
        self.process.identity().signal(signal);
    }

    /// SIGKILL.
    pub(super) async fn kill(self) {
        self.process.stop(Duration::ZERO).await;
    }

    /// Fails, with the end of its log, if it has ended.
    pub(super) fn check(&mut self) -> Result<()> {
        self.process.check()
    }

    async fn leads(&self) -> bool {
        let Ok(request) = Request::get("/metrics").body(Vec::new()) else {
            return false;
        };
        let answer = self.health.request_text(request);
        let answer = tokio::time::timeout(Duration::from_secs(1), answer).await;
        let text = answer.ok().and_then(Result::ok).unwrap_or_default();
        text.lines().any(|line| line == "ni_leader 1")
    }
}

/// Two that share a Lease.
pub(super) struct Pair {
    program: Program,
    both: [Option<Controller>; 2],
    started: usize,
}

impl Pair {
    /// Starts both.
    pub(super) fn start(program: Program) -> Result<Self> {
        let mut pair = Self {
            program,
            both: [None, None],
            started: 0,
        };
        for number in 0..2 {
            pair.start_again(number)?;
        }
        Ok(pair)
    }

    /// Starts the one of this number, which does not run.
    pub(super) fn start_again(&mut self, number: usize) -> Result<()> {
        self.started += 1;
        let name = format!("controller-{}", self.started);
        self.both[number] = Some(self.program.start(&name, true)?);
        Ok(())
    }

    /// Starts a third that asks for no Lease.
    pub(super) fn rival(&mut self) -> Result<Controller> {
        self.started += 1;
        self.program
            .start(&format!("rival-{}", self.started), false)
    }

    pub(super) fn one(&self, number: usize) -> Result<&Controller> {
        self.both[number].as_ref().context("it runs")
    }

    /// Kills the one of this number.
    pub(super) async fn kill(&mut self, number: usize) {
        if let Some(controller) = self.both[number].take() {
            controller.kill().await;
        }
    }

    /// Who leads, if one does.
    pub(super) async fn leader(&self) -> Option<usize> {
        let leads = self.both.iter().map(|one| async {
            match one {
                Some(controller) => controller.leads().await,
                None => false,
            }
        });
        join_all(leads).await.into_iter().position(|leads| leads)
    }

    /// Waits until this one leads; whether it does.
    pub(super) async fn until_leads(&self, number: usize) -> Result<bool> {
        let deadline = Instant::now() + PATIENCE / 2;
        while Instant::now() < deadline {
            if self.one(number)?.leads().await {
                return Ok(true);
            }
            sleep(Duration::from_millis(100)).await;
        }
        Ok(false)
    }

    /// Fails if one has ended by itself.
    pub(super) fn check(&mut self) -> Result<()> {
        self.both
            .iter_mut()
            .flatten()
            .try_for_each(Controller::check)
    }

    /// Ends both, as an operator does.
    pub(super) async fn stop(self) {
        let both = self.both.into_iter().flatten();
        join_all(both.map(|one| one.process.stop(Duration::from_secs(20)))).await;
    }
}

/// Where the logs of controllers are.
pub(super) fn logs(dir: &Path) -> Result<PathBuf> {
    let logs = dir.join("controllers");
    std::fs::create_dir_all(&logs).with_context(|| format!("making {}", logs.display()))?;
    Ok(logs)
}
