// SPDX-License-Identifier: Apache-2.0

//! The command lines of a node's servers, and their configuration. All paths and ports are those within its namespaces.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The node's name, and its host's.
pub(super) const NODE: &str = "ironcore-ni";
/// Where pods reach the node.
pub(super) const NODE_ADDRESS: &str = "10.200.0.1";
/// Where pods reach the API server: the first of the Services' addresses.
pub(super) const SERVICE_ADDRESS: &str = "10.96.0.1";
/// Where everything else does.
pub(super) const URL: &str = "https://127.0.0.1:6443";

const FILES: [(&str, &str); 5] = [
    (
        "kubelet.yaml",
        include_str!("../../../hack/node/kubelet.yaml"),
    ),
    (
        "kube-proxy.yaml",
        include_str!("../../../hack/node/kube-proxy.yaml"),
    ),
    (
        "containerd.toml",
        include_str!("../../../hack/node/containerd.toml"),
    ),
    (
        "cni/pods.conflist",
        include_str!("../../../hack/node/cni.conflist"),
    ),
    (
        "audit-policy.yaml",
        include_str!("../../../hack/node/audit-policy.yaml"),
    ),
];

/// Writes the servers' configuration below the node's folder.
pub(super) fn write_files(dir: &Path) -> Result<()> {
    let what = || format!("writing to {}", dir.display());
    for folder in ["cni", "kubelet", "logs/pods", "tmp"] {
        fs::create_dir_all(dir.join(folder)).with_context(what)?;
    }
    for (path, text) in FILES {
        fs::write(dir.join(path), text).with_context(what)?;
    }
    Ok(())
}

/// containerd's.
pub(super) fn containerd() -> Vec<&'static str> {
    vec!["--config=/run/node/containerd.toml"]
}

/// etcd's.
pub(super) fn etcd() -> Vec<&'static str> {
    vec![
        "--data-dir=/run/node/etcd",
        "--listen-client-urls=http://127.0.0.1:2379",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--initial-advertise-peer-urls=http://127.0.0.1:2380",
        "--initial-cluster=default=http://127.0.0.1:2380",
        // Nothing here outlives its machine.
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]
}

/// kube-apiserver's.
pub(super) fn api_server() -> Vec<&'static str> {
    vec![
        "--etcd-servers=http://127.0.0.1:2379",
        "--bind-address=0.0.0.0",
        "--secure-port=6443",
        "--advertise-address=10.200.0.1",
        "--service-cluster-ip-range=10.96.0.0/24",
        "--cert-dir=/run/node/certs",
        "--client-ca-file=/run/node/certs/ca.crt",
        "--tls-cert-file=/run/node/certs/server.crt",
        "--tls-private-key-file=/run/node/certs/server.key",
        "--kubelet-client-certificate=/run/node/certs/admin.crt",
        "--kubelet-client-key=/run/node/certs/admin.key",
        // Names of nodes mean nothing here: there is no DNS.
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file=/run/node/certs/token.pub",
        "--service-account-signing-key-file=/run/node/certs/token.key",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction,OwnerReferencesPermissionEnforcement",
        "--allow-privileged",
        "--audit-policy-file=/run/node/audit-policy.yaml",
        "--audit-log-path=/run/node/audit.log",
        "--profiling=false",
    ]
}

/// kube-controller-manager's: all controllers, each with its own rights, as in clusters of users.
pub(super) fn controller_manager() -> Vec<&'static str> {
    vec![
        "--kubeconfig=/run/node/kube-controller-manager.kubeconfig",
        "--leader-elect=false",
        "--use-service-account-credentials",
        "--service-account-private-key-file=/run/node/certs/token.key",
        "--root-ca-file=/run/node/certs/ca.crt",
        "--flex-volume-plugin-dir=/run/node/kubelet/plugins",
        "--node-monitor-period=2s",
        "--profiling=false",
    ]
}

/// kube-scheduler's.
pub(super) fn scheduler() -> Vec<&'static str> {
    vec![
        "--kubeconfig=/run/node/kube-scheduler.kubeconfig",
        "--leader-elect=false",
        "--profiling=false",
    ]
}

/// kubelet's.
pub(super) fn kubelet() -> Vec<&'static str> {
    vec![
        "--config=/run/node/kubelet.yaml",
        "--kubeconfig=/run/node/kubelet.kubeconfig",
        "--root-dir=/run/node/kubelet",
        "--cert-dir=/run/node/kubelet/pki",
        "--hostname-override=ironcore-ni",
        "--node-ip=10.200.0.1",
    ]
}

/// kube-proxy's.
pub(super) fn kube_proxy() -> Vec<&'static str> {
    vec!["--config=/run/node/kube-proxy.yaml"]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_same_wherever_they_are_written() {
        let files =
            FILES.map(|(_, text)| text).concat() + include_str!("../../../hack/node/init.sh");
        let flags = [api_server(), kubelet()].concat().join(" ");
        for (text, times) in [(NODE_ADDRESS, 2), (NODE, 2)] {
            assert!(files.matches(text).count() >= times, "{text}");
            assert!(flags.contains(text), "{text}");
        }
        assert!(flags.contains("--service-cluster-ip-range=10.96.0.0/24"));
        assert!(flags.contains(&format!("--secure-port={}", &URL[URL.len() - 4..])));
    }
}
