// SPDX-License-Identifier: Apache-2.0

//! One run of the controller or of the floor.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use xtask::control_plane::plain_client;
use xtask::process::Tied;

use super::case::Case;
use super::floor::Writer;
use super::objects::{
    allocated, child_name, comparable, interface_name, interfaces, machine, machines, parents,
    prefixes,
};
use super::public::virtual_ips;
use super::watcher::Prefixes;
use crate::bench::Part;
use crate::bench::harness::controller::{self, Program};
use crate::bench::harness::latency::{self, Latencies};
use crate::bench::harness::metrics::Metrics;
use crate::bench::harness::plane::{CONTROLLER, Plane};
use crate::bench::harness::program;
use crate::bench::harness::writes::{self, By};

/// Bytes that etcd has received from its clients.
const RECEIVED: &str = "etcd_network_client_grpc_received_bytes_total";

/// How long record and children may disagree after the last grant.
const SETTLE: Duration = Duration::from_secs(30);

/// What all runs share.
pub(crate) struct Setting<'a> {
    pub(crate) plane: &'a Plane,
    pub(crate) program: &'a Program,
    pub(crate) concurrency: u32,
    /// How often one more machine is added for its latency.
    pub(crate) latencies: u32,
    /// The benchmark's own watch.
    pub(crate) prefixes: Prefixes,
}

/// What the floor took.
#[derive(Clone, Debug)]
pub(crate) struct Floor {
    pub(crate) wall: Duration,
    /// Bytes that etcd received.
    pub(crate) etcd: f64,
}

/// What the controller took.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) took: controller::Run,
    pub(crate) etcd: f64,
    pub(crate) overlaps: u64,
    pub(crate) leaks: u64,
    /// Of one more machine, where machines ask.
    pub(crate) latencies: Option<Latencies>,
}

impl Setting<'_> {
    /// Makes all objects of a case and does the controller's writes with no thought.
    pub(crate) async fn floor(&self, case: &Case) -> Result<Floor> {
        self.empty().await?;
        let client = &self.plane.client;
        for parent in parents(case) {
            let made = writes::create(client, &prefixes(), &parent.body).await?;
            let (name, status) = (parent.name, allocated(&parent.block, &made));
            let ours = By::controller(client);
            ours.patch_status(&prefixes(), name, &status).await?;
            self.prefixes.is_allocated(name).await?;
        }
        self.prefixes.begin();
        let before = self.received().await?;
        let wall = self.write(case, true).await?;
        let etcd = self.received().await? - before;
        ensure!(self.prefixes.overlaps() == 0, "the floor's blocks overlap");
        Ok(Floor { wall, etcd })
    }

    /// Makes all objects of a case while the controller runs.
    pub(crate) async fn controller(&self, case: &Case) -> Result<Run> {
        self.empty().await?;
        let plane = self.plane;
        let parents = parents(case);
        for parent in &parents {
            writes::create(&plane.client, &prefixes(), &parent.body).await?;
        }
        let mut running = self.program.start(&plane.controller, &plane.dir)?;
        for parent in &parents {
            let allocated = self.prefixes.is_allocated(parent.name).await;
            running.check()?;
            allocated?;
        }
        self.prefixes.begin();
        let (etcd, cpu) = (self.received().await?, running.cpu()?);
        let position = plane.audit.position()?;
        let wall = self.write(case, false).await;
        running.check()?;
        let wall = wall?;
        let mut leaks = 0;
        for parent in &parents {
            leaks += self.prefixes.settled(parent.name, SETTLE).await?.leaks;
        }
        running.check()?;
        let mut run = Run {
            took: controller::Run {
                wall,
                cpu: running.cpu()?.saturating_sub(cpu),
                peak_rss: running.memory()?.peak,
                requests: plane.audit.since(position, CONTROLLER)?,
            },
            etcd: self.received().await? - etcd,
            overlaps: self.prefixes.overlaps(),
            leaks,
            latencies: None,
        };
        if case.is_of_machines() {
            let more = case.count..case.count + self.latencies;
            let one_more = |number| (machine(case, number), vec![interface_name(number)]);
            run.latencies = Some(latency::measure(plane, more, one_more).await?);
        }
        running.stop().await;
        Ok(run)
    }

    /// Has a process of its own make the objects; answers the time from its start until all have what they ask for.
    async fn write(&self, case: &Case, floor: bool) -> Result<Duration> {
        let mut wall = Duration::ZERO;
        for part in case.parts() {
            let last = part.end;
            let writer = Part::Writer(Writer {
                kubeconfig: self.plane.floor.clone(),
                case: *case,
                part,
                concurrency: self.concurrency,
                floor,
            });
            let log = self.plane.dir.join("writer.log");
            let started = Instant::now();
            let process = Tied::spawn_logged("the writer", writer.command()?, &log)?;
            wall += program::done(process, self.all_have(case, last)).await? - started;
        }
        Ok(wall)
    }

    /// When the last of the first `count` children, or interfaces, got what it asks for.
    async fn all_have(&self, case: &Case, count: u32) -> Result<Instant> {
        let grants = usize::try_from(case.grants_of(count))?;
        let last = self.prefixes.all_allocated(grants).await?;
        if case.is_of_machines() {
            let count = usize::try_from(count)?;
            let available = self.plane.interfaces.all_available(count).await?;
            return Ok(last.max(available));
        }
        Ok(last)
    }

    async fn received(&self) -> Result<f64> {
        let etcd = plain_client(self.plane.etcd_port()?)?;
        Metrics::read(&etcd).await?.value(RECEIVED)
    }

    /// The last child that was made, and its interface, without what differs from run to run.
    pub(crate) async fn samples(&self, case: &Case) -> Result<Vec<Value>> {
        let (client, number) = (&self.plane.client, case.count - 1);
        let mut samples = vec![writes::read(client, &prefixes(), &child_name(case, number)).await?];
        let name = interface_name(number);
        if case.is_of_machines() {
            samples.push(writes::read(client, &interfaces(), &name).await?);
        }
        if case.has_public() {
            let virtual_ip = writes::read(client, &virtual_ips(), &name).await?;
            let holder = virtual_ip["metadata"]["uid"].as_str().unwrap_or_default();
            samples.push(writes::read(client, &prefixes(), holder).await?);
            samples.push(virtual_ip);
        }
        Ok(samples.into_iter().map(comparable).collect())
    }

    /// Deletes all that a run made.
    pub(crate) async fn empty(&self) -> Result<()> {
        let client = &self.plane.client;
        for collection in [machines(), interfaces(), virtual_ips()] {
            writes::empty(client, &collection).await?;
        }
        self.plane.interfaces.all_gone().await?;
        writes::empty(client, &prefixes()).await?;
        self.release().await?;
        self.prefixes.all_gone().await
    }

    /// Takes the finalizers off the prefixes that stay for them.
    async fn release(&self) -> Result<()> {
        let client = &self.plane.client;
        let list = format!("{}?limit=100000", prefixes());
        let list: Value = writes::read_at(client, &list).await?;
        let left = list["items"].as_array().cloned().unwrap_or_default();
        let names = left
            .iter()
            .filter_map(|prefix| prefix["metadata"]["name"].as_str());
        let release = |name: &str| {
            let name = name.to_owned();
            async move {
                let body = json!({ "metadata": { "finalizers": null } });
                let released = By::bench(client).patch(&prefixes(), &name, &body).await;
                released.with_context(|| format!("taking the finalizer off Prefix {name}"))
            }
        };
        let released = stream::iter(names.map(release)).buffer_unordered(16);
        released.try_for_each(|_| async { Ok(()) }).await
    }
}
