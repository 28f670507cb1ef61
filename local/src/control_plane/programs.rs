// SPDX-License-Identifier: Apache-2.0

//! The programs of Kubernetes and etcd: how they are built, and whose releases have them.

use super::release::Release;

/// One of them.
pub(super) struct Program {
    pub(super) name: &'static str,
    /// The folder of the Go module that builds it.
    pub(super) module: &'static str,
    pub(super) package: &'static str,
    /// Whose release has it.
    pub(super) release: Option<Release>,
}

/// Programs that are built together, and kept together in the cache.
pub struct Programs {
    /// What they are, for the user.
    pub(super) what: &'static str,
    /// How long building takes, and the room it needs, for the user.
    pub(super) costs: &'static str,
    /// What to do where they can't be built either.
    pub(super) instead: &'static str,
    pub(super) each: &'static [Program],
}

const fn kubernetes(name: &'static str, package: &'static str) -> Program {
    Program {
        name,
        module: "hack/control-plane",
        package,
        release: Some(Release::Kubernetes),
    }
}

/// The servers.
pub const CONTROL_PLANE: Programs = Programs {
    what: "control plane",
    costs: "some minutes, 230 MB",
    instead: "set KUBEBUILDER_ASSETS to a folder that has kube-apiserver, kube-controller-manager (1.33 or newer) \
        and etcd (3.5 or newer)",
    each: &[
        Program {
            name: "etcd",
            module: "hack/control-plane/etcd",
            package: "go.etcd.io/etcd/server/v3",
            release: Some(Release::Etcd),
        },
        kubernetes("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
        kubernetes(
            "kube-controller-manager",
            "k8s.io/kubernetes/cmd/kube-controller-manager",
        ),
    ],
};

/// The command line.
pub(crate) const KUBECTL: Programs = Programs {
    what: "kubectl",
    costs: "a minute or two, 60 MB",
    instead: "install kubectl, or name one by KUBECTL",
    each: &[kubernetes("kubectl", "k8s.io/kubernetes/cmd/kubectl")],
};

/// What renders and installs charts.
pub(crate) const HELM: Programs = Programs {
    what: "helm",
    costs: "some minutes, 60 MB",
    instead: "install Helm, or name one by HELM",
    each: &[Program {
        name: "helm",
        module: "hack/helm",
        package: "helm.sh/helm/v4/cmd/helm",
        release: None,
    }],
};

/// What a node has beside the control plane's.
pub const NODE: Programs = Programs {
    what: "node",
    costs: "some minutes, 230 MB",
    instead: "do without `cargo xtask node` and `cargo xtask test --node`",
    each: &[
        kubernetes("kubelet", "k8s.io/kubernetes/cmd/kubelet"),
        kubernetes("kube-proxy", "k8s.io/kubernetes/cmd/kube-proxy"),
        kubernetes("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
    ],
};

/// What holds a pod's namespaces. Ours, as there is no registry to have an image from.
pub const PAUSE: Programs = Programs {
    what: "pause",
    costs: "a second, 2 MB",
    instead: NODE.instead,
    each: &[Program {
        name: "pause",
        module: "hack/node/pause",
        package: ".",
        release: None,
    }],
};
