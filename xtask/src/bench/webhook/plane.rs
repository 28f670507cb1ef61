// SPDX-License-Identifier: Apache-2.0

//! The API server that creates go through, and how it is set up for each setting.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use kube::Client;
use tokio::time::{Instant, sleep};
use xtask::control_plane::ControlPlane;

use super::samples::Sample;
use crate::bench::harness::plane;
use crate::bench::harness::usage;
use crate::bench::harness::writes;

/// How many objects are written at once where time does not count.
const AT_ONCE: usize = 16;

/// The control plane counts as quiet when in this time …
const LOOK: Duration = Duration::from_millis(500);
/// … it takes no more of a core than this.
const QUIET: f64 = 0.2;
/// What is not quiet by then is as quiet as it gets.
const PATIENCE: Duration = Duration::from_secs(30);

/// A control plane with our definitions installed, and what samples refer to.
pub(crate) struct Plane {
    /// The administrator, of `system:masters`, as flow control leaves that group alone.
    pub(crate) client: Client,
    servers: ControlPlane,
}

impl Plane {
    /// Starts it below `dir`.
    pub(crate) async fn start(dir: &Path) -> Result<Self> {
        let (servers, client) = plane::start(dir, |_| ()).await?;
        for sample in Sample::referred()? {
            writes::create(&client, &sample.collection(), &sample.object).await?;
        }
        Ok(Self { client, servers })
    }

    /// For the webhook.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.servers.kubeconfig().to_owned()
    }

    /// Stores networks; the last one's name.
    pub(crate) async fn store_networks(&self, count: u32) -> Result<String> {
        let [network, _] = Sample::referred()?;
        let collection = network.collection();
        let name = |index| format!("network-{index:06}");
        let stored = stream::iter(1..=count)
            .map(|index| {
                let (client, collection) = (self.client.clone(), collection.clone());
                let network = network.named(&name(index));
                async move { writes::create(&client, &collection, &network.object).await }
            })
            .buffer_unordered(AT_ONCE)
            .try_for_each(|_| async { Ok(()) })
            .await;
        stored.context("storing networks")?;
        Ok(name(count))
    }

    /// Returns when the servers have digested what was done to them, so that it is not measured.
    pub(crate) async fn settle(&self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let before = self.cpu()?;
            sleep(LOOK).await;
            let used = self.cpu()?.saturating_sub(before);
            if used.as_secs_f64() <= QUIET * LOOK.as_secs_f64() || Instant::now() > deadline {
                return Ok(());
            }
        }
    }

    /// Ends it.
    pub(crate) async fn stop(self) {
        self.servers.stop().await;
    }

    fn cpu(&self) -> Result<Duration> {
        let pids = self.servers.processes().map(|process| process.pid);
        pids.map(usage::cpu).sum()
    }
}
