//! The process that makes the objects; as the floor it also writes what the controller would, with no thought.

use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use kube::Client;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

use super::case::{Case, Which};
use super::objects::{
    allocated, assignment, available, child, child_name, child_of, interface, interface_name,
    interfaces, machine, machines, prefixes,
};
use crate::bench::floor::hold_watches;
use crate::bench::writes::{self, Written};

/// The process that makes the objects (started by `bench allocation`)
#[derive(Clone, clap::Args)]
pub(crate) struct Writer {
    /// Whom it is to be
    #[arg(long)]
    pub(crate) kubeconfig: PathBuf,
    /// Whose objects
    #[arg(long, value_enum)]
    pub(crate) case: Which,
    /// Of how many grants
    #[arg(long)]
    pub(crate) grants: u32,
    /// The first number to make
    #[arg(long)]
    pub(crate) from: u32,
    /// The number to stop at
    #[arg(long)]
    pub(crate) to: u32,
    /// Requests under way at once
    #[arg(long)]
    pub(crate) concurrency: u32,
    /// Write all that the controller would
    #[arg(long)]
    pub(crate) floor: bool,
}

impl Writer {
    /// The writer of a part of a case.
    pub(crate) fn of(
        case: &Case,
        part: &Range<u32>,
        kubeconfig: &Path,
        concurrency: u32,
        floor: bool,
    ) -> Self {
        Self {
            kubeconfig: kubeconfig.to_owned(),
            case: case.which,
            grants: case.grants,
            from: part.start,
            to: part.end,
            concurrency,
            floor,
        }
    }

    /// The arguments that make it.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec!["bench".into(), "writer".into()];
        arguments.extend(["--kubeconfig".into(), self.kubeconfig.clone().into()]);
        arguments.extend(["--case".into(), self.case.name().into()]);
        for (name, value) in [
            ("--grants", self.grants),
            ("--from", self.from),
            ("--to", self.to),
            ("--concurrency", self.concurrency),
        ] {
            arguments.extend([name.into(), value.to_string().into()]);
        }
        if self.floor {
            arguments.push("--floor".into());
        }
        arguments
    }

    /// Returns when the last write is answered.
    pub(crate) async fn run(self) -> Result<()> {
        let client = writes::client(&self.kubeconfig).await?;
        if self.floor {
            hold_watches(&client);
        }
        let (made, makes) = mpsc::unbounded_channel();
        let work = Arc::new(Work {
            client,
            case: Case::of(self.case).with_grants(self.grants),
            next: AtomicU32::new(self.from),
            to: self.to,
            makes: Mutex::new(makes),
        });
        let mut tasks = JoinSet::new();
        for _ in 0..self.concurrency {
            tasks.spawn(work.clone().make(made.clone()));
            if self.floor {
                tasks.spawn(work.clone().grant_all());
            }
        }
        drop(made);
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(())
    }
}

/// What users make, and the controller's writes, which follow: as many requests of each are under way at once as beside the
/// controller.
struct Work {
    client: Client,
    case: Case,
    next: AtomicU32,
    to: u32,
    makes: Mutex<UnboundedReceiver<(u32, Written)>>,
}

impl Work {
    /// Makes what users make.
    async fn make(self: Arc<Self>, made: UnboundedSender<(u32, Written)>) -> Result<()> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.to {
                return Ok(());
            }
            let make = if self.case.is_of_machines() {
                self.machine(number).await
            } else {
                self.child(number).await
            };
            let written = make.with_context(|| format!("number {number}"))?;
            // Beside the controller nobody receives it.
            let _ = made.send((number, written));
        }
    }

    async fn child(&self, number: u32) -> Result<Written> {
        if let Some(victim) = self.case.victim(number) {
            let name = child_name(&self.case, victim);
            writes::delete(&self.client, &prefixes(), &name).await?;
        }
        let body = child(&self.case, number);
        writes::create(&self.client, &prefixes(), &body).await
    }

    async fn machine(&self, number: u32) -> Result<Written> {
        let body = machine(&self.case, number);
        writes::create(&self.client, &machines(), &body).await
    }

    /// Writes what the controller would, for all that is made.
    async fn grant_all(self: Arc<Self>) -> Result<()> {
        loop {
            let next = self.makes.lock().await.recv().await;
            let Some((number, made)) = next else {
                return Ok(());
            };
            let granted = if self.case.is_of_machines() {
                self.interface(number, &made).await
            } else {
                self.grant(number, made).await
            };
            granted.with_context(|| format!("number {number}"))?;
        }
    }

    async fn grant(&self, number: u32, mut child: Written) -> Result<()> {
        let (client, name) = (&self.client, child_name(&self.case, number));
        if let Some(body) = assignment(&self.case, number, &child) {
            child = writes::patch(client, &prefixes(), &name, &body).await?;
        }
        let status = allocated(&self.case.block(number), &child);
        writes::patch_status_of(client, &prefixes(), &name, &status).await?;
        Ok(())
    }

    async fn interface(&self, number: u32, machine: &Written) -> Result<()> {
        let (client, case) = (&self.client, &self.case);
        let body = interface(case, number, machine);
        let interface = writes::create(client, &interfaces(), &body).await?;
        let body = child_of(case, number, &interface);
        let child = writes::create(client, &prefixes(), &body).await?;
        self.grant(number, child).await?;
        let status = available(case, number, &interface);
        let name = interface_name(number);
        writes::patch_status_of(client, &interfaces(), &name, &status).await?;
        Ok(())
    }
}
