// SPDX-License-Identifier: Apache-2.0

//! The process that makes the objects; as the floor it also writes what the controller would, with no thought.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use kube::Client;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

use super::case::Case;
use super::objects::{
    allocated, assignment, available, child, child_name, child_of, interface, interface_name,
    interfaces, machine, machines, prefixes,
};
use super::public::{self, addressed, holder, holder_block, virtual_ip, virtual_ips};
use crate::bench::harness::watch::hold_watches;
use crate::bench::harness::writes::{self, By, Written};

/// The process that makes the objects.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Writer {
    /// Whom it is to be.
    pub(crate) kubeconfig: PathBuf,
    /// Whose objects.
    pub(crate) case: Case,
    /// The numbers of those that it makes.
    pub(crate) part: Range<u32>,
    /// Requests under way at once.
    pub(crate) concurrency: u32,
    /// Whether it writes all that the controller would.
    pub(crate) floor: bool,
}

impl Writer {
    /// Returns when the last write is answered.
    pub(crate) async fn run(self) -> Result<()> {
        let client = writes::client(&self.kubeconfig).await?;
        if self.floor {
            hold_watches(&client);
        }
        let (made, makes) = mpsc::unbounded_channel();
        let work = Arc::new(Work {
            client,
            case: self.case,
            next: AtomicU32::new(self.part.start),
            to: self.part.end,
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

    /// What the controller would write is written in its name.
    fn ours(&self) -> By<'_> {
        By::controller(&self.client)
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

    async fn grant(&self, number: u32, child: Written) -> Result<()> {
        let name = child_name(&self.case, number);
        let body = assignment(&self.case, number, &child);
        self.grant_block(&name, &self.case.block(number), child, body)
            .await
    }

    /// Gives a child its block, unless it named it, and makes it Allocated.
    async fn grant_block(
        &self,
        name: &str,
        block: &str,
        mut child: Written,
        assignment: Option<Value>,
    ) -> Result<()> {
        if let Some(body) = assignment {
            child = self.ours().patch(&prefixes(), name, &body).await?;
        }
        let status = allocated(block, &child);
        self.ours().patch_status(&prefixes(), name, &status).await?;
        Ok(())
    }

    async fn interface(&self, number: u32, machine: &Written) -> Result<()> {
        let case = &self.case;
        let body = interface(case, number, machine);
        let interface = self.ours().create(&interfaces(), &body).await?;
        let body = child_of(case, number, &interface);
        let child = self.ours().create(&prefixes(), &body).await?;
        self.grant(number, child).await?;
        if case.has_public() {
            self.public(number, &interface).await?;
        }
        let status = available(case, number, &interface);
        let name = interface_name(number);
        self.ours()
            .patch_status(&interfaces(), &name, &status)
            .await?;
        Ok(())
    }

    /// The virtual IP of an interface, and the prefix that holds its address.
    async fn public(&self, number: u32, interface: &Written) -> Result<()> {
        let body = virtual_ip(number, interface);
        let virtual_ip = self.ours().create(&virtual_ips(), &body).await?;
        let body = holder(number, &virtual_ip);
        let holder = self.ours().create(&prefixes(), &body).await?;
        let (name, block) = (&virtual_ip.metadata.uid, holder_block(number));
        let body = public::assignment(number, &holder);
        self.grant_block(name, &block, holder, Some(body)).await?;
        let (name, status) = (interface_name(number), addressed(number, &virtual_ip));
        self.ours()
            .patch_status(&virtual_ips(), &name, &status)
            .await?;
        Ok(())
    }
}
