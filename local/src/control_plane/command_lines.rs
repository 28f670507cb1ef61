// SPDX-License-Identifier: Apache-2.0

//! The servers' command lines.

use std::path::Path;
use std::process::Command;

use super::binaries::Binaries;
use super::credentials::Credentials;
use super::options::Options;

/// The ports of one control plane, all on 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) etcd: u16,
    pub(super) etcd_peer: u16,
    pub(super) api_server: u16,
}

pub(super) fn etcd(binaries: &Binaries, dir: &Path, ports: Ports) -> Command {
    let client = format!("http://127.0.0.1:{}", ports.etcd);
    let peer = format!("http://127.0.0.1:{}", ports.etcd_peer);
    let mut command = Command::new(binaries.program("etcd"));
    command.arg("--data-dir").arg(dir.join(DATA));
    command
        .arg(format!("--listen-client-urls={client}"))
        .arg(format!("--advertise-client-urls={client}"));
    command
        .arg(format!("--listen-peer-urls={peer}"))
        .arg(format!("--initial-advertise-peer-urls={peer}"));
    command.arg(format!("--initial-cluster=default={peer}"));
    // Nothing here outlives its machine; waiting for the disk would dominate every measurement.
    command.args([
        "--unsafe-no-fsync",
        "--quota-backend-bytes=4294967296",
        "--log-level=warn",
    ]);
    command
}

pub(super) fn api_server(
    binaries: &Binaries,
    options: &Options,
    credentials: &Credentials,
    ports: Ports,
) -> Command {
    let mut command = Command::new(binaries.program("kube-apiserver"));
    command.arg(format!("--etcd-servers=http://127.0.0.1:{}", ports.etcd));
    command.args([
        "--bind-address=127.0.0.1",
        "--authorization-mode=RBAC",
        "--profiling=false",
    ]);
    command.arg(format!("--secure-port={}", ports.api_server));
    // It refuses to advertise loopback, and nobody asks: an address reserved for documentation.
    command.args([
        "--advertise-address=192.0.2.1",
        "--endpoint-reconciler-type=none",
    ]);
    command.args([
        "--service-cluster-ip-range=10.96.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc",
    ]);
    // Tests and benchmarks come in bursts that are not what is being tested.
    command.args([
        "--max-requests-inflight=3000",
        "--max-mutating-requests-inflight=1500",
    ]);
    command.arg(format!("--watch-cache={}", options.watch_cache));
    for (flag, path) in [
        ("--cert-dir", &options.dir.join("certs")),
        ("--client-ca-file", &credentials.ca),
        ("--tls-cert-file", &credentials.server_certificate),
        ("--tls-private-key-file", &credentials.server_key),
        ("--service-account-key-file", &credentials.token_public_key),
        ("--service-account-signing-key-file", &credentials.token_key),
    ] {
        command.arg(flag).arg(path);
    }
    if options.audit_log {
        command
            .arg("--audit-policy-file")
            .arg(options.dir.join(AUDIT_POLICY_FILE));
        command
            .arg("--audit-log-path")
            .arg(options.dir.join(AUDIT_LOG));
    }
    if !options.feature_gates.is_empty() {
        command.arg(format!(
            "--feature-gates={}",
            options.feature_gates.join(",")
        ));
    }
    command.args(&options.api_server_args);
    command
}

pub(super) fn controller_manager(
    binaries: &Binaries,
    options: &Options,
    credentials: &Credentials,
) -> Command {
    let mut command = Command::new(binaries.program("kube-controller-manager"));
    command.args([
        "--leader-elect=false",
        "--secure-port=0",
        "--kube-api-qps=1000",
        "--kube-api-burst=2000",
    ]);
    // No more than what our objects' lives depend on.
    let mut controllers =
        "garbage-collector-controller,namespace-controller,serviceaccount-controller".to_owned();
    if options.quotas {
        controllers.push_str(",resourcequota-controller");
        // It counts kinds that were installed after its start, but only when it counts all again.
        command.arg("--resource-quota-sync-period=5s");
    }
    command.arg(format!("--controllers={controllers}"));
    command.args([
        "--concurrent-gc-syncs=20",
        "--concurrent-namespace-syncs=10",
    ]);
    command.arg("--kubeconfig").arg(&credentials.kubeconfig);
    command
        .arg("--authentication-kubeconfig")
        .arg(&credentials.kubeconfig);
    command
        .arg("--authorization-kubeconfig")
        .arg(&credentials.kubeconfig);
    command
}

/// Where etcd keeps its data, in the control plane's folder.
pub(super) const DATA: &str = "etcd";
pub(super) const AUDIT_LOG: &str = "audit.log";
pub(super) const AUDIT_POLICY_FILE: &str = "audit-policy.yaml";
pub(super) const AUDIT_POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{ level: Metadata }]
";
