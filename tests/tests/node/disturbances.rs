// SPDX-License-Identifier: Apache-2.0

//! What happens to pods.

use std::collections::BTreeSet;
use std::time::Instant;

use super::act;
use super::certificates::SETTLE;
use super::cluster::{CONTROLLER, Cluster, NAMESPACE, WEBHOOK, name};
use super::figures::Figures;
use super::process::Process;
use crate::support::space::{NET, NIC};
use crate::support::text::{ip, makes};
use crate::support::wait::eventually;

/// Both are restarted, then a flag of one is changed: every pod is replaced.
pub(super) async fn rollouts(cluster: &Cluster) {
    act("both are restarted");
    let kubectl = &cluster.kubectl;
    let in_namespace = format!("--namespace {NAMESPACE} deployment");
    for change in [
        format!("rollout restart {in_namespace} {CONTROLLER} {WEBHOOK}"),
        format!("set env {in_namespace} {WEBHOOK} {SETTLE}"),
    ] {
        let mut before = names(cluster).await;
        if !change.contains(CONTROLLER) {
            before.retain(|pod| pod.starts_with(WEBHOOK));
        }
        kubectl.run(&change).await;
        cluster.until_rolled_out().await;
        until_other_pods(cluster, &before).await;
    }
}

/// As when a node is drained: one of each, then the other, which by then leads.
pub(super) async fn pods_deleted(cluster: &Cluster) {
    act("pods are deleted");
    for _ in 0..2 {
        let leader = cluster.leader().await;
        let webhook = cluster.pods(WEBHOOK).await.remove(0);
        let gone: BTreeSet<_> = [name(&leader).to_owned(), name(&webhook).to_owned()].into();
        let delete = format!(
            "delete pod --namespace {NAMESPACE} {} {}",
            name(&leader),
            name(&webhook)
        );
        cluster.kubectl.run(&delete).await;
        cluster.until_rolled_out().await;
        until_other_pods(cluster, &gone).await;
    }
}

/// As when it crashes: it gives up no lease. A machine that is created then has its interface once another leads.
pub(super) async fn leader_killed(cluster: &Cluster, figures: &mut Figures) {
    act("the leader is killed");
    let space = cluster.space().await;
    space.create(NET, "net", "").await;
    let leader = cluster.leader().await;
    Process::of(&leader, CONTROLLER).kill();
    let killed = Instant::now();
    space
        .machine("orphan", &[makes("e", &ip("10.0.0.1"))])
        .await;
    eventually("another leads", || async {
        let made = space.find(NIC, "orphan-e").await;
        made.ok_or("no interface yet")
    })
    .await;
    // The lease's duration, and what the reach allows for all else.
    figures.time(
        "the leader's death to the next one's first write",
        killed.elapsed().as_secs_f64(),
        16.0,
    );
    cluster.until_rolled_out().await;
    space.delete_namespace().await;
}

async fn names(cluster: &Cluster) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for app in [CONTROLLER, WEBHOOK] {
        let pods = cluster.all_pods(app).await;
        all.extend(pods.iter().map(|pod| name(pod).to_owned()));
    }
    all
}

/// Waits until none of these pods is there, not even on its way out.
async fn until_other_pods(cluster: &Cluster, gone: &BTreeSet<String>) {
    eventually("these pods are gone", || async {
        let left = names(cluster).await;
        let left: Vec<_> = left.intersection(gone).collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(format!("{left:?}"))
        }
    })
    .await;
}
