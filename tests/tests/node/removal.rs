// SPDX-License-Identifier: Apache-2.0

//! The end: of a namespace, of the software, of everything.

use std::collections::BTreeSet;
use std::time::Instant;

use super::act;
use super::cluster::Cluster;
use crate::support::space::{MACHINE, NET, NIC, Space};
use crate::support::text::{check, ip, makes};
use crate::support::wait::eventually;

const FINALIZER: &str = "metadata.finalizers = [networking.ironcore.dev/network]";

/// A namespace goes with hundreds of machines and interfaces in it.
pub(super) async fn namespace(cluster: &Cluster, space: &Space) {
    act("a namespace is deleted");
    let count = space.list(NIC).await.len();
    let begun = Instant::now();
    let delete = format!("delete namespace {} --timeout=120s", space.name);
    cluster.kubectl.run(&delete).await;
    println!("    with {count} interfaces: {:?}", begun.elapsed());
}

/// The software goes; definitions and objects stay, and can be deleted.
pub(super) async fn software(cluster: &Cluster) {
    act("the software is removed");
    let space = cluster.space().await;
    space.create(NET, "net", "").await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    let interface = space.until(NIC, "a-e", "status.state = Available").await;
    // As a release that protects networks in use leaves it.
    space.create(NET, "used", FINALIZER).await;

    cluster
        .kubectl
        .run("delete -k deploy/overlays/self-signed --timeout=120s")
        .await;
    assert_eq!(space.get(NIC, "a-e").await, interface);
    eventually("a Network without the webhook", || {
        space.try_create(NET, "later", "", false)
    })
    .await;
    space.delete(MACHINE, "a").await;
    space.until_gone(NIC, "a-e").await;

    act("finalizers are released");
    // The controller has protected `net`, as every Network, and is gone.
    for network in ["net", "used"] {
        space.delete(NET, network).await;
        check(&space.get(NET, network).await, FINALIZER);
    }
    let log = release_finalizers(cluster).await;
    assert!(log.contains("2 networks released"), "{log}");
    for network in ["net", "used"] {
        space.until_gone(NET, network).await;
    }
}

/// By the Job in `deploy/uninstall`, which then goes again: what it has logged.
async fn release_finalizers(cluster: &Cluster) -> String {
    let kubectl = &cluster.kubectl;
    assert_eq!(kubectl.run("apply -k deploy/uninstall").await.err, "");
    let job = "--namespace ironcore-ni-uninstall job/release-finalizers";
    kubectl
        .run(&format!(
            "wait --for=condition=Complete --timeout=60s {job}"
        ))
        .await;
    let log = kubectl.run(&format!("logs {job}")).await.out;
    kubectl
        .run("delete -k deploy/uninstall --timeout=120s")
        .await;
    log
}

/// The definitions go, with all objects, and nothing is left of us.
pub(super) async fn everything(cluster: &Cluster, before: &BTreeSet<String>) {
    act("everything is removed");
    let space = cluster.space().await;
    // As a controller leaves it, which the definitions outlive.
    space.create(NET, "last", FINALIZER).await;
    let log = release_finalizers(cluster).await;
    println!("    {}", log.trim());
    assert!(log.contains("released"), "{log}");
    cluster
        .kubectl
        .run("delete -k deploy/crds --timeout=120s")
        .await;
    let delete = "delete namespaces --field-selector metadata.name!=default,metadata.name!=kube-system,\
        metadata.name!=kube-public,metadata.name!=kube-node-lease --timeout=120s";
    cluster.kubectl.run(delete).await;
    // API services of groups that nobody defines any more go a moment later.
    eventually("nothing is left", || async {
        let now = cluster.inventory().await;
        let (left, lost): (Vec<_>, Vec<_>) = (
            now.difference(before).collect(),
            before.difference(&now).collect(),
        );
        if left.is_empty() && lost.is_empty() {
            Ok(())
        } else {
            Err(format!("left {left:?}, lost {lost:?}"))
        }
    })
    .await;
}
