// SPDX-License-Identifier: Apache-2.0

//! Users who create machines all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kube::api::PostParams;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::cluster::Cluster;
use super::figures::Figures;
use super::{act, install};
use crate::support::object::{change, dynamic, smallest};
use crate::support::space::{MACHINE, NET, NIC, Space};
use crate::support::text::{at, entries, ip, makes};
use crate::support::wait::eventually;

/// Six or seven a second.
const PERIOD: Duration = Duration::from_millis(150);

/// A stream of creates that does not wait for answers.
pub(super) struct Stream {
    space: Arc<Space>,
    ended: Arc<AtomicBool>,
    task: JoinHandle<Vec<Created>>,
}

/// How a create went.
struct Created {
    machine: String,
    took: Duration,
    failed: Option<String>,
}

impl Stream {
    /// Begins it, in a namespace of its own.
    pub(super) async fn start(cluster: &Cluster) -> Self {
        act("a stream of creates begins");
        let space = Arc::new(cluster.space().await);
        space.create(NET, "net", "").await;
        let ended = Arc::<AtomicBool>::default();
        let task = tokio::spawn(create_all(space.clone(), ended.clone()));
        Self { space, ended, task }
    }

    /// Ends it. None may have failed, and every machine has its interface.
    pub(super) async fn end(self, figures: &mut Figures) -> Arc<Space> {
        act("the stream ends");
        self.ended.store(true, Ordering::Relaxed);
        let created = self.task.await.expect("the stream");
        assert!(created.len() > 100, "{} creates", created.len());
        let slowest = created.iter().map(|one| one.took).max().unwrap_or_default();
        println!(
            "    {} creates, the slowest took {slowest:?}",
            created.len()
        );
        let failed: Vec<_> = created
            .iter()
            .filter_map(|one| one.failed.as_deref())
            .collect();
        println!("    failed: {failed:#?}");
        let failures = u32::try_from(failed.len()).unwrap_or(u32::MAX);
        figures.exact("failures in the stream", failures.into(), "creates", 0.0);

        let machines: Vec<_> = created
            .iter()
            .filter(|one| one.failed.is_none())
            .map(|one| one.machine.as_str())
            .collect();
        until_all_are_served(&self.space, &machines).await;
        install::until_available(&self.space, &format!("{}-e", machines[0])).await;
        self.space
    }
}

async fn create_all(space: Arc<Space>, ended: Arc<AtomicBool>) -> Vec<Created> {
    let (mut ticks, mut creates) = (interval(PERIOD), JoinSet::new());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut number = 0_u32;
    while !ended.load(Ordering::Relaxed) {
        ticks.tick().await;
        creates.spawn(create(space.clone(), number));
        number += 1;
    }
    creates.join_all().await
}

async fn create(space: Arc<Space>, number: u32) -> Created {
    let machine = format!("m{number}");
    let address = format!("10.1.{}.{}", number / 250, number % 250);
    let mut object = smallest(MACHINE);
    object["metadata"]["name"] = machine.as_str().into();
    change(&mut object, &entries(&[makes("e", &ip(&address))]));
    let begun = Instant::now();
    let answer = space
        .api(MACHINE)
        .create(&PostParams::default(), &dynamic(object))
        .await;
    Created {
        machine,
        took: begun.elapsed(),
        failed: answer.err().map(|error| error.to_string()),
    }
}

/// Waits until each machine has its interface, Available.
async fn until_all_are_served(space: &Space, machines: &[&str]) {
    eventually("every machine has its interface", || async {
        let interfaces = space.list(NIC).await;
        let served = |machine: &&str| {
            interfaces.iter().any(|interface| {
                at(interface, "metadata.name") == format!("{machine}-e")
                    && at(interface, "status.state") == "Available"
            })
        };
        let lost: Vec<_> = machines.iter().filter(|machine| !served(machine)).collect();
        if lost.is_empty() {
            Ok(())
        } else {
            Err(format!("{} lack theirs: {lost:?}", lost.len()))
        }
    })
    .await;
}
