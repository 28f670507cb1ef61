// SPDX-License-Identifier: Apache-2.0

//! A controller, and the server whose objects it knows.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::happenings::Happening;
use super::objects::Objects;
use super::process::{Controller, Server};
use crate::bench::harness::program::Running;

/// Both as they run.
pub(super) struct Setup {
    pub(super) objects: Objects,
    server: Server,
    pub(super) controller: Controller,
}

impl Setup {
    /// Starts a stand-in with so many objects, and a controller by its kubeconfig.
    pub(super) fn start(
        count: u64,
        dir: &Path,
        controller: impl FnOnce(&Path) -> Result<Running>,
    ) -> Result<Self> {
        let server = Server::start(count, dir)?;
        let controller = Controller::of(controller(&server.kubeconfig)?);
        Ok(Self {
            objects: Objects::new(count),
            server,
            controller,
        })
    }

    /// Fails if the controller has written anything.
    pub(super) async fn check_rest(&self) -> Result<()> {
        let writes = self.server.ask("writes").await?;
        ensure!(writes == "0", "{writes} writes where all was at rest");
        Ok(())
    }

    /// Has an event happen; the CPU time that the controller spends on it.
    pub(super) async fn event(&self, happening: Happening, count: u64) -> Result<Duration> {
        let (server, controller) = (&self.server, &self.controller);
        let before = controller.quiet()?;
        let name = happening.name();
        server.ask(&format!("{name}/{count}/begin")).await?;
        let mut after = controller.quiet_after(before)?;
        if happening.goes() {
            server.ask(&format!("{name}/{count}/end")).await?;
            after = controller.quiet_after(after)?;
        }
        Ok(after.saturating_sub(before))
    }

    /// Ends both.
    pub(super) async fn stop(self) {
        self.controller.running.stop().await;
        self.server.stop().await;
    }
}
