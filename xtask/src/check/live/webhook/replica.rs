// SPDX-License-Identifier: Apache-2.0

//! Replicas of the webhook, as a Deployment and kubelets have them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use kube::Client;
use rustix::process::Signal;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::service::Service;
use crate::control_plane::{free_port, is_ok, plain_client};
use crate::process::Tied;

/// How often a kubelet asks; in `deploy` it is 2 s.
const PERIOD: Duration = Duration::from_millis(500);
/// After so many failures it is not ready.
const FAILURES: u32 = 3;
/// How long it takes until no new connection comes to one that is being ended.
const PROPAGATION: Duration = Duration::from_secs(1);
/// As in `deploy`, in proportion; and certificates that are replaced every few seconds.
const FLAGS: [&str; 9] = [
    "--shutdown-delay=2s",
    "--references=off",
    "--self-signed",
    "--self-signed-host=127.0.0.1",
    "--certificate-lifetime=20s",
    "--rotate-before=14s",
    "--rotation-settle=3s",
    "--log=info",
    "--request-timeout=4s",
];
const PATIENCE: Duration = Duration::from_mins(1);

/// How to start one.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) kubeconfig: PathBuf,
    pub(super) log: PathBuf,
}

/// One that runs; it is killed on drop.
pub(super) struct Replica {
    process: Tied,
    port: u16,
    health: Client,
    service: Arc<Service>,
    probing: JoinHandle<()>,
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.probing.abort();
        self.service.set_ready(self.port, false);
    }
}

impl Replica {
    /// Starts one; the Service knows of it as soon as it is ready.
    pub(super) fn start(program: &Program, service: &Arc<Service>) -> Result<Self> {
        let (port, health) = (free_port()?, free_port()?);
        let mut command = Command::new(&program.path);
        command
            .args(FLAGS)
            .arg(format!("--listen=127.0.0.1:{port}"))
            .arg(format!("--health-listen=127.0.0.1:{health}"))
            .env("KUBECONFIG", &program.kubeconfig);
        let process = Tied::spawn_logged("ni-webhook", command, &program.log)?;
        let health = plain_client(health)?;
        let probing = tokio::spawn(probe(health.clone(), port, service.clone()));
        Ok(Self {
            process,
            port,
            health,
            service: service.clone(),
            probing,
        })
    }

    /// Waits until it is ready, and the Service knows.
    pub(super) async fn until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !is_ok(&self.health, "/readyz").await {
            self.process.check()?;
            ensure!(
                Instant::now() < deadline,
                "a replica of the webhook is not ready"
            );
            sleep(PERIOD).await;
        }
        sleep(2 * PERIOD).await;
        Ok(())
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn signal(&self, signal: Signal) {
        self.process.identity().signal(signal);
    }

    /// SIGTERM, as a rollout does; returns once it has ended by itself.
    pub(super) async fn terminate(mut self) -> Result<()> {
        self.signal(Signal::TERM);
        self.probing.abort();
        sleep(PROPAGATION).await;
        self.service.set_ready(self.port, false);
        let status = self.process.wait().await?;
        ensure!(status.success(), "the webhook ended with {status}");
        Ok(())
    }

    /// SIGKILL: only failed probes tell that it is gone.
    pub(super) async fn kill(self) {
        self.signal(Signal::KILL);
        sleep(PERIOD * (FAILURES + 1)).await;
    }
}

async fn probe(health: Client, port: u16, service: Arc<Service>) {
    let mut failures = FAILURES;
    loop {
        let answer = tokio::time::timeout(PERIOD, is_ok(&health, "/readyz")).await;
        failures = if answer == Ok(true) {
            0
        } else {
            failures.saturating_add(1)
        };
        match failures {
            0 => service.set_ready(port, true),
            FAILURES.. => service.set_ready(port, false),
            _ => {}
        }
        sleep(PERIOD).await;
    }
}
