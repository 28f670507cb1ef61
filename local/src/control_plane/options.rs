// SPDX-License-Identifier: Apache-2.0

//! What a control plane is to be like.

use std::path::PathBuf;

/// How to start a [`ControlPlane`](super::ControlPlane).
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is on its own")]
pub struct Options {
    /// Its folder: data, certificates, logs, kubeconfig. What an earlier one left there goes.
    pub dir: PathBuf,
    /// As `WatchList=false`, for the API server.
    pub feature_gates: Vec<String>,
    /// Garbage collection, namespace deletion and service accounts. Default: yes.
    pub controller_manager: bool,
    /// Whether it counts what resource quotas limit, too. Default: no.
    pub quotas: bool,
    /// Whether the API server logs the metadata of every finished request, one JSON object per
    /// line, to [`ControlPlane::audit_log`](super::ControlPlane::audit_log). Default: no.
    pub audit_log: bool,
    /// Whether the API server answers watches from its own cache. Without, they come from etcd,
    /// and one from before a compaction is answered with 410 at once. Default: yes.
    pub watch_cache: bool,
    /// More arguments for the API server; the last of a name counts.
    pub api_server_args: Vec<String>,
}

impl Options {
    /// The defaults, in this folder.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            feature_gates: Vec::new(),
            controller_manager: true,
            quotas: false,
            audit_log: false,
            watch_cache: true,
            api_server_args: Vec::new(),
        }
    }
}
