// SPDX-License-Identifier: Apache-2.0

//! One run of the controller or of the floor.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::time::sleep;
use xtask::control_plane::free_port;
use xtask::process::Tied;

use super::audit::Requests;
use super::floor::{Floor, Setting};
use super::plane::{CONTROLLER, Plane};
use super::usage;

/// After the last status the controller still takes in its watches' events.
const SETTLE: Duration = Duration::from_secs(2);

/// The controller as it runs.
pub(crate) struct Controller {
    process: Tied,
    started: Instant,
    audit_position: u64,
}

/// What a run of the controller took.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) peak_rss: u64,
    pub(crate) requests: Requests,
}

/// How to start the controller.
pub(crate) struct Program {
    /// The release binary.
    pub(crate) path: PathBuf,
    /// More arguments of `run`.
    pub(crate) args: Vec<String>,
}

impl Program {
    /// Starts it.
    pub(crate) fn start(&self, plane: &Plane) -> Result<Controller> {
        let mut command = Command::new(&self.path);
        let listen = format!("127.0.0.1:{}", free_port()?);
        command.args(["run", "--listen", &listen]).args(&self.args);
        command.env("KUBECONFIG", &plane.controller);
        let audit_position = plane.audit.position()?;
        let started = Instant::now();
        let process =
            Tied::spawn_logged("ni-controller", command, &plane.dir.join("controller.log"))?;
        Ok(Controller {
            process,
            started,
            audit_position,
        })
    }
}

impl Controller {
    /// Waits until `interfaces` are Available and the controller has settled; what it took.
    pub(crate) async fn finish(&mut self, plane: &Plane, interfaces: usize) -> Result<Run> {
        let last = available(&mut self.process, plane, interfaces).await?;
        sleep(SETTLE).await;
        self.process.check()?;
        let pid = self.process.identity().pid;
        Ok(Run {
            wall: last - self.started,
            cpu: usage::cpu(pid)?,
            peak_rss: usage::memory(pid, "VmHWM")?,
            requests: plane.audit.since(self.audit_position, CONTROLLER)?,
        })
    }

    /// Fails where it has ended.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.process.check()
    }

    /// User and system time so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        usage::cpu(self.process.identity().pid)
    }

    /// The most memory that was resident.
    pub(crate) fn peak_memory(&self) -> Result<u64> {
        usage::memory(self.process.identity().pid, "VmHWM")
    }

    /// Resident memory now.
    pub(crate) fn memory(&self) -> Result<u64> {
        usage::memory(self.process.identity().pid, "VmRSS")
    }

    /// Stops it.
    pub(crate) async fn stop(self) {
        self.process.stop(Duration::from_secs(20)).await;
    }
}

/// Runs the floor in a process of its own; answers the time from its start until all are Available.
pub(crate) async fn floor(
    plane: &Plane,
    machines: &Path,
    setting: Setting,
    interfaces: usize,
) -> Result<Duration> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(Floor::args(&plane.floor, machines, setting));
    let started = Instant::now();
    let mut process = Tied::spawn_logged("the floor", command, &plane.dir.join("floor.log"))?;
    let last = plane.observer.all_available(interfaces).await;
    if last.is_err() {
        process.check()?;
    }
    let last = last?;
    process.wait().await?;
    Ok(last - started)
}

async fn available(process: &mut Tied, plane: &Plane, interfaces: usize) -> Result<Instant> {
    let last = plane.observer.all_available(interfaces).await;
    // Why it ended says more than that nothing became Available.
    process.check()?;
    last
}
