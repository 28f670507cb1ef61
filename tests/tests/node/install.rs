// SPDX-License-Identifier: Apache-2.0

//! `kubectl apply -k deploy/`, and what a person looks at then.

use std::time::Instant;

use http::Request;
use kube::Client;
use kube::Config;
use serde_json::Value;

use super::act;
use super::cluster::{CONTROLLER, Cluster, NAMESPACE, WEBHOOK, name};
use super::figures::Figures;
use crate::support::space::{NET, NIC, Space};
use crate::support::text::{ip, makes};
use crate::support::wait::eventually;

/// Installs it; meanwhile a user tries to create a machine.
pub(super) async fn first_interface(cluster: &Cluster, figures: &mut Figures) {
    act("install");
    let begun = Instant::now();
    let printed = cluster.kubectl.run("apply -k deploy/").await;
    assert_eq!(printed.err, "");
    let space = cluster.space().await;
    eventually("a Network is taken", || {
        space.try_create(NET, "net", "", false)
    })
    .await;
    space.machine("first", &[makes("e", &ip("10.0.0.1"))]).await;
    space.until(NIC, "first-e", AVAILABLE).await;
    let seconds = begun.elapsed().as_secs_f64();
    figures.time(
        "`kubectl apply -k deploy/` to the first interface Available",
        seconds,
        15.0,
    );
    cluster.until_rolled_out().await;
    space.delete_namespace().await;
    space.until_namespace_is_gone().await;
}

const AVAILABLE: &str = "status.state = Available";

/// Pods have never restarted, log no trouble, and exactly one controller leads.
pub(super) async fn quiet_and_healthy(cluster: &Cluster) {
    act("pods, logs, metrics");
    let mut leaders = 0;
    for app in [CONTROLLER, WEBHOOK] {
        let pods = cluster.pods(app).await;
        assert_eq!(pods.len(), 2, "{app}");
        for pod in &pods {
            let status = pod.status.clone().unwrap_or_default();
            let restarts = status.container_statuses.unwrap_or_default();
            let restarts: i32 = restarts
                .iter()
                .map(|container| container.restart_count)
                .sum();
            assert_eq!(restarts, 0, "{}", name(pod));
            let log = format!("logs --namespace {NAMESPACE} {}", name(pod));
            without_trouble(&cluster.kubectl.run(&log).await.out);
            let port = if app == CONTROLLER { 8080 } else { 8081 };
            let metrics = metrics(&status.pod_ip.expect("an address"), port).await;
            assert!(metrics.contains("# EOF"), "{metrics}");
            leaders += metrics
                .lines()
                .filter(|line| *line == "ni_leader 1")
                .count();
        }
    }
    assert_eq!(leaders, 1);
}

/// A log is JSON, one object a line, and nothing in it is an error.
fn without_trouble(log: &str) {
    assert!(!log.is_empty());
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"));
        assert_ne!(entry["level"], "ERROR", "{line}");
    }
}

async fn metrics(address: &str, port: u16) -> String {
    let url = format!("http://{address}:{port}").parse().expect("a URL");
    let client = Client::try_from(Config::new(url)).expect("a client");
    let request = Request::get("/metrics")
        .body(Vec::new())
        .expect("a request");
    client.request_text(request).await.expect("metrics")
}

/// Waits until the interface is Available.
pub(super) async fn until_available(space: &Space, interface: &str) {
    space.until(NIC, interface, AVAILABLE).await;
}
