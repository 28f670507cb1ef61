// SPDX-License-Identifier: Apache-2.0

//! A program that is measured, as it runs: a process of its own, so that what it uses is its own.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Error, Result, ensure};
use kube::Client;
use tokio::time::sleep;
use xtask::control_plane::{is_ok, plain_client};
use xtask::process::Tied;

use super::metrics::Metrics;
use super::usage::{self, Memory};

/// A start that takes longer is none.
const PATIENCE: Duration = Duration::from_mins(20);
/// For what is under way when it is stopped.
const GRACE: Duration = Duration::from_secs(20);

/// A program that runs; it is killed on drop.
pub(crate) struct Running {
    process: Tied,
    started: Instant,
    /// Where it answers probes and shows its metrics.
    port: u16,
    client: Client,
}

impl Running {
    /// Starts a program that answers probes on `port` of loopback.
    pub(crate) fn start(name: &str, command: Command, log: &Path, port: u16) -> Result<Self> {
        let started = Instant::now();
        Ok(Self {
            process: Tied::spawn_logged(name, command, log)?,
            started,
            port,
            client: plain_client(port)?,
        })
    }

    /// When it was started.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// Waits until it is ready; the time from its start.
    pub(crate) async fn ready(&mut self) -> Result<Duration> {
        while !is_ok(&self.client, "/readyz").await {
            self.check()?;
            let waited = self.started.elapsed();
            ensure!(waited < PATIENCE, "it is not ready after {waited:?}");
            sleep(Duration::from_millis(10)).await;
        }
        let ready = self.started.elapsed();
        // Somebody else may be answering on that port.
        self.check()?;
        Ok(ready)
    }

    /// Fails where it has ended.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.process.check()
    }

    /// Why something failed: that the program has ended says more.
    pub(crate) fn explain(&mut self, error: Error) -> Error {
        self.check().err().unwrap_or(error)
    }

    /// User and system time so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        usage::cpu(self.pid())
    }

    /// Resident memory.
    pub(crate) fn memory(&self) -> Result<Memory> {
        usage::memory(self.pid())
    }

    /// Its metrics.
    pub(crate) async fn metrics(&self) -> Result<Metrics> {
        Metrics::read(&self.client).await
    }

    /// Another client of its probes.
    pub(crate) fn prober(&self) -> Result<Client> {
        plain_client(self.port)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.identity().pid
    }

    /// Stops it.
    pub(crate) async fn stop(self) {
        self.process.stop(GRACE).await;
    }
}

/// Waits for what `process` does, and for its end. Where that fails, why it ended says more.
pub(crate) async fn done<T>(mut process: Tied, what: impl Future<Output = Result<T>>) -> Result<T> {
    let what = what.await;
    if what.is_err() {
        process.check()?;
    }
    let what = what?;
    let status = process.wait().await?;
    ensure!(status.success(), "{} failed ({status})", process.name());
    Ok(what)
}
