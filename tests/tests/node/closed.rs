// SPDX-License-Identifier: Apache-2.0

//! No webhook: nothing unjudged gets in, and all else goes on.

use super::act;
use super::cluster::{Cluster, NAMESPACE, WEBHOOK};
use super::install::until_available;
use crate::support::space::{MACHINE, NET, NIC, Space};
use crate::support::text::{entries, ip, makes};
use crate::support::wait::eventually;

/// Scales it to nothing and back, in a namespace with the machines `m0`, `m1` and `m2`.
pub(super) async fn without_the_webhook(cluster: &Cluster, space: &Space) {
    act("the webhook is scaled to 0");
    scale(cluster, 0).await;
    eventually("the webhook's pods are gone", || async {
        let left = cluster.all_pods(WEBHOOK).await.len();
        if left == 0 { Ok(()) } else { Err(left) }
    })
    .await;

    let refused = space.try_create(NET, "late", "", false).await;
    let Err(kube::Error::Api(refused)) = refused else {
        panic!("nobody has judged it: {refused:?}")
    };
    let refused = refused.message;
    println!("    users are told: {refused}");
    let expected = "failed calling webhook \"mutate.ni.ironcore.dev\"";
    assert!(refused.contains(expected), "{refused}");
    assert!(refused.contains("ni-webhook.ironcore-ni.svc"), "{refused}");

    // What changes no spec needs nobody's judgement: labels, status, deletions, and all that garbage collection does.
    space
        .change(MACHINE, "m0", "metadata.labels = {a: b}")
        .await;
    space.report(MACHINE, "m0", "status.state = Running").await;
    space.delete(MACHINE, "m1").await;
    space.until_gone(MACHINE, "m1").await;
    space.until_gone(NIC, "m1-e").await;
    // To be created again, for which the controller needs the webhook as users do.
    space.delete(NIC, "m2-e").await;
    space.until_gone(NIC, "m2-e").await;

    act("and back");
    scale(cluster, 2).await;
    cluster.until_rolled_out().await;
    eventually("a Network is taken", || {
        space.try_create(NET, "late", "", false)
    })
    .await;
    until_available(space, "m2-e").await;
    let other = makes("e", &ip("10.2.0.1"));
    space.change(MACHINE, "m0", &entries(&[other])).await;
    space.until(NIC, "m0-e", "status.ips = [10.2.0.1]").await;
}

async fn scale(cluster: &Cluster, replicas: u32) {
    let scale = format!("scale deployment/{WEBHOOK} --namespace {NAMESPACE} --replicas={replicas}");
    cluster.kubectl.run(&scale).await;
}
