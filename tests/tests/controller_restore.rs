// SPDX-License-Identifier: Apache-2.0

//! The API server is restored from a backup while the controller runs: it notices, and goes on from what is there.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::PostParams;
use rustix::process::Signal;
use serde_json::json;
use xtask::control_plane::{Backup, ControlPlane};

use crate::support::controller::Controller;
use crate::support::plane::start;
use crate::support::space::{MACHINE, NET, NIC, Space};
use crate::support::text::{ip, makes};
use crate::support::wait::eventually;

const SAYS: &str = "the API server went back to an older state";

/// An API server of the test's own, with one namespace that matters. All ends with it.
struct Scene {
    plane: ControlPlane,
    space: Space,
}

impl Scene {
    /// With the machines `stays` and `goes`, of one interface each, which somebody else has made already.
    async fn new() -> Self {
        let plane = start(|_| ()).await;
        let client = plane.client().await.expect("a client");
        let space = Space::on(client, std::path::Path::new("")).await;
        space.create(NET, "net", "").await;
        let this = Self { plane, space };
        for (machine, address) in [("stays", 1), ("goes", 2)] {
            this.machine(machine, address).await;
        }
        this
    }

    /// Starts one of two replicas; returns when it knows all there is.
    async fn replica(&self) -> Controller {
        let namespace = format!("--lease-namespace={}", self.space.name);
        // Short, so that the test does not wait for the Lease where nobody knows who leads.
        let times = [
            "--lease-duration=4s",
            "--lease-renew-deadline=3s",
            "--lease-retry-period=500ms",
        ];
        let flags = [&["--leader-elect", &namespace], &times[..]].concat();
        Controller::start(self.plane.kubeconfig(), &flags).await
    }

    async fn machine(&self, name: &str, address: u8) {
        let entry = makes("e", &ip(&format!("10.0.0.{address}")));
        self.space.machine(name, &[entry]).await;
    }

    async fn until_made(&self, machine: &str) {
        let name = format!("{machine}-e");
        self.space
            .until(NIC, &name, "status.state = Available")
            .await;
    }

    /// Stops the servers for a moment and copies what they have.
    async fn back_up(&mut self) -> Backup {
        let backup = self.plane.back_up("of-the-test").await;
        self.reconnect().await;
        backup.expect("a backup")
    }

    /// Users go on: what the backup has is deleted, and it lacks what is made.
    async fn go_on(&self) {
        for (machine, address) in [("lost-a", 3), ("lost-b", 4)] {
            self.machine(machine, address).await;
            self.until_made(machine).await;
        }
        self.space.delete(MACHINE, "goes").await;
        self.space.until_gone(NIC, "goes-e").await;
    }

    async fn restore(&mut self, backup: &Backup) {
        self.plane.restore(backup).await.expect("a restored server");
        self.reconnect().await;
    }

    async fn reconnect(&mut self) {
        let client = self.plane.client().await.expect("a client");
        self.space = self.space.clone().with_client(client);
    }

    /// The newest version of all.
    async fn version(&self) -> u64 {
        let map = json!({ "metadata": { "generateName": "push-" } });
        let map = serde_json::from_value(map).expect("a config map");
        let api: Api<ConfigMap> = Api::namespaced(self.space.client.clone(), &self.space.name);
        let made = api.create(&PostParams::default(), &map).await;
        let version = made.expect("a config map").metadata.resource_version;
        version
            .and_then(|text| text.parse().ok())
            .expect("a number")
    }

    /// Others write, until the versions are beyond this one.
    async fn push_beyond(&self, version: u64) {
        while self.version().await <= version {}
    }

    async fn lease_version(&self) -> u64 {
        let api: Api<Lease> = Api::namespaced(self.space.client.clone(), &self.space.name);
        let lease = api.get("ni-controller").await.expect("the Lease");
        let version = lease.metadata.resource_version;
        version
            .and_then(|text| text.parse().ok())
            .expect("a number")
    }

    /// Waits until these replicas have noticed the restore, and know what is there and nothing else.
    async fn until_known(&self, replicas: &[&Controller]) {
        for replica in replicas {
            eventually("it has noticed", || async {
                let log = replica.log();
                if log.contains(SAYS) { Ok(()) } else { Err(log) }
            })
            .await;
        }
        let stored =
            [MACHINE, NIC].map(|kind| async move { (kind, self.space.list(kind).await.len()) });
        for (kind, stored) in futures::future::join_all(stored).await {
            for replica in replicas {
                let metric = format!("ni_world_objects{{kind=\"{kind}\"}}");
                eventually("it knows what is there", || async {
                    let known = replica.metric(&metric).await;
                    if known == stored as u64 {
                        return Ok(());
                    }
                    Err(format!("{known} of {stored} {kind}s: {}", replica.log()))
                })
                .await;
            }
        }
        for replica in replicas {
            assert!(replica.metric("ni_restores_total").await > 0);
            // The lists of other kinds may end later.
            eventually("it is ready", || async {
                let ready = replica.answers("/readyz").await;
                if ready { Ok(()) } else { Err(replica.log()) }
            })
            .await;
        }
    }

    /// What the backup has, and what was made since the restore, is looked after.
    async fn check_all_is_well(&self, since: &[&str]) {
        for machine in ["stays", "goes"].iter().chain(since) {
            self.until_made(machine).await;
        }
        // Not only what changes is known.
        self.space.delete(NIC, "goes-e").await;
        self.until_made("goes").await;
        for lost in ["lost-a", "lost-b"] {
            assert!(self.space.find(NIC, &format!("{lost}-e")).await.is_none());
        }
    }
}

async fn leads(replica: &Controller) -> bool {
    replica.metric("ni_leader ").await == 1
}

async fn until_one_leads(replicas: &[&Controller]) {
    eventually("one leads", || async {
        for replica in replicas {
            if leads(replica).await {
                return Ok(());
            }
        }
        Err(replicas
            .iter()
            .map(|replica| replica.log())
            .collect::<String>())
    })
    .await;
}

#[tokio::test]
async fn after_a_restore_each_replica_goes_on_from_what_is_there() {
    let mut scene = Scene::new().await;
    let (first, second) = (scene.replica().await, scene.replica().await);
    let both = [&first, &second];
    scene.until_made("goes").await;
    let backup = scene.back_up().await;
    until_one_leads(&both).await;
    scene.go_on().await;

    scene.restore(&backup).await;
    scene.machine("new", 3).await;
    scene.until_made("new").await;
    scene.check_all_is_well(&["new"]).await;
    scene.until_known(&both).await;

    // Whoever takes over later as well.
    let (leader, other) = if leads(&first).await {
        (first, second)
    } else {
        (second, first)
    };
    leader.kill().await;
    scene.machine("last", 4).await;
    scene.until_made("last").await;
    scene.until_known(&[&other]).await;
    scene.plane.stop().await;
}

#[tokio::test]
async fn a_restore_is_noticed_where_its_versions_are_beyond_all_that_was_seen() {
    let mut scene = Scene::new().await;
    let (first, second) = (scene.replica().await, scene.replica().await);
    until_one_leads(&[&first, &second]).await;
    scene.until_made("goes").await;
    let backup = scene.back_up().await;
    until_one_leads(&[&first, &second]).await;
    scene.go_on().await;
    let newest = scene.version().await;

    // None of them sees anything of it before the versions are beyond,
    for replica in [&first, &second] {
        replica.signal(Signal::STOP);
    }
    scene.restore(&backup).await;
    scene.machine("hidden", 3).await;
    scene.push_beyond(newest + 300).await;
    // and one of them only sees a Lease that is newer than any it knew.
    first.signal(Signal::CONT);
    until_one_leads(&[&first]).await;
    eventually("the Lease is beyond as well", || async {
        let version = scene.lease_version().await;
        if version > newest {
            Ok(())
        } else {
            Err(version)
        }
    })
    .await;
    second.signal(Signal::CONT);
    scene.check_all_is_well(&["hidden"]).await;
    scene.until_known(&[&first, &second]).await;
    scene.plane.stop().await;
}

#[tokio::test]
async fn a_restore_is_noticed_without_a_lease_too() {
    let mut scene = Scene::new().await;
    let controller = Controller::start(scene.plane.kubeconfig(), &[]).await;
    scene.until_made("goes").await;
    let backup = scene.back_up().await;
    scene.go_on().await;
    scene.restore(&backup).await;
    scene.machine("new", 3).await;
    tokio::time::timeout(Duration::from_secs(30), scene.until_made("new"))
        .await
        .expect("within seconds");
    scene.check_all_is_well(&["new"]).await;
    drop(controller);
    scene.plane.stop().await;
}
