// SPDX-License-Identifier: Apache-2.0

//! The programs of a node, all of the pinned version.

use std::path::PathBuf;

use anyhow::Result;

use crate::control_plane::{CONTROL_PLANE, ETCD, KUBERNETES, NODE, PAUSE, cache_dir, obtain};
use crate::{kubectl, repo};

/// Where they are.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    /// kube-apiserver, kube-controller-manager, etcd.
    pub(super) control_plane: PathBuf,
    /// kubelet, kube-proxy, kube-scheduler.
    pub(super) node: PathBuf,
    /// pause.
    pub(super) pause: PathBuf,
    pub(super) kubectl: PathBuf,
}

impl Programs {
    /// Builds those that are not in the cache. Whatever else is installed is not used: a kubelet may not be newer than
    /// its API server.
    pub(super) async fn find_or_build() -> Result<Self> {
        let kubectl = kubectl::find_or_build().await?;
        let cache = repo::user_cache();
        let this = Self {
            control_plane: cache_dir(),
            node: cache.join(format!("node-{}", *KUBERNETES)),
            pause: cache.join("pause-1"),
            kubectl,
        };
        let building = this.clone();
        tokio::task::spawn_blocking(move || {
            obtain(&building.control_plane, &CONTROL_PLANE)?;
            obtain(&building.node, &NODE)?;
            obtain(&building.pause, &PAUSE)
        })
        .await??;
        eprintln!("node: Kubernetes {}, etcd {}", *KUBERNETES, *ETCD);
        Ok(this)
    }
}
