// SPDX-License-Identifier: Apache-2.0

//! The floor: the fastest that a client can do the same, without a view of the world and without a plan.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use kube::Client;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use xtask::process::Tied;

use crate::bench::Part;
use crate::bench::harness::objects::{NICS, interface, interface_name, status};
use crate::bench::harness::plane::Plane;
use crate::bench::harness::program;
use crate::bench::harness::watch::hold_watches;
use crate::bench::harness::writes::{self, Written};

/// In which order the writes go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Each status right after its create's answer.
    Pipelined,
    /// First all creates, then all statuses.
    Phased,
}

/// How the floor writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setting {
    /// Requests under way at once.
    pub(crate) concurrency: u32,
    pub(crate) order: Order,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = match self.order {
            Order::Pipelined => "each status right after its create",
            Order::Phased => "all creates, then all statuses",
        };
        write!(f, "{} requests at once, {order}", self.concurrency)
    }
}

/// The floor's process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Floor {
    /// Whom it is to be.
    kubeconfig: PathBuf,
    /// The machines' UIDs, one a line.
    machines: PathBuf,
    setting: Setting,
}

impl Floor {
    /// Returns when the last write is answered.
    pub(crate) async fn run(self) -> Result<()> {
        let client = writes::client(&self.kubeconfig).await?;
        hold_watches(&client);
        let uids =
            std::fs::read_to_string(&self.machines).context("reading the list of machines")?;
        let uids: Arc<Vec<String>> = Arc::new(uids.lines().map(str::to_owned).collect());
        let work = Work {
            client,
            uids,
            next: Arc::default(),
        };
        match self.setting.order {
            Order::Pipelined => {
                work.by_all(self.setting, Work::make_and_report).await?;
            }
            Order::Phased => {
                let mut made = work.by_all(self.setting, Work::make).await?;
                made.sort_unstable_by_key(|(number, _)| *number);
                let made: Arc<Vec<Written>> =
                    Arc::new(made.into_iter().map(|(_, written)| written).collect());
                work.next.store(0, Ordering::Relaxed);
                work.by_all(self.setting, move |work, number| {
                    let made = made.clone();
                    async move { work.report(number, &made[number as usize]).await }
                })
                .await?;
            }
        }
        Ok(())
    }
}

#[derive(Clone)]
struct Work {
    client: Client,
    uids: Arc<Vec<String>>,
    next: Arc<AtomicU32>,
}

impl Work {
    /// Has as many tasks as the setting says do `one` for every interface, one after the other.
    async fn by_all<T, F, Fut>(&self, setting: Setting, one: F) -> Result<Vec<(u32, T)>>
    where
        T: Send + 'static,
        F: Fn(Self, u32) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = Result<T>> + Send,
    {
        let mut tasks = JoinSet::new();
        for _ in 0..setting.concurrency {
            let (work, one) = (self.clone(), one.clone());
            tasks.spawn(async move {
                let mut done = Vec::new();
                while let Some(number) = work.take() {
                    done.push((number, one(work.clone(), number).await?));
                }
                anyhow::Ok(done)
            });
        }
        let mut all = Vec::new();
        while let Some(done) = tasks.join_next().await {
            all.extend(done??);
        }
        Ok(all)
    }

    fn take(&self) -> Option<u32> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        ((number / NICS) < u32::try_from(self.uids.len()).unwrap_or(u32::MAX)).then_some(number)
    }

    async fn make(self, number: u32) -> Result<Written> {
        let index = number / NICS;
        let body = interface(index, number % NICS, &self.uids[index as usize]);
        writes::create_interface(&self.client, &body).await
    }

    async fn report(self, number: u32, made: &Written) -> Result<()> {
        let (index, nic) = (number / NICS, number % NICS);
        let body = status(index, nic, made);
        writes::patch_status(&self.client, &interface_name(index, nic), &body).await?;
        Ok(())
    }

    async fn make_and_report(self, number: u32) -> Result<()> {
        let made = self.clone().make(number).await?;
        self.report(number, &made).await
    }
}

/// Runs the floor in a process of its own; answers the time from its start until all are Available.
pub(crate) async fn run(
    plane: &Plane,
    machines: &Path,
    setting: Setting,
    interfaces: usize,
) -> Result<Duration> {
    let floor = Part::Floor(Floor {
        kubeconfig: plane.floor.clone(),
        machines: machines.to_owned(),
        setting,
    });
    let (command, log) = (floor.command()?, plane.dir.join("floor.log"));
    let started = Instant::now();
    let process = Tied::spawn_logged("the floor", command, &log)?;
    let last = program::done(process, plane.interfaces.all_available(interfaces)).await?;
    Ok(last - started)
}
