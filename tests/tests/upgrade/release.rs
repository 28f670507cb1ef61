//! A release: what is applied, and what runs.

use std::path::PathBuf;

use xtask::repo;

use crate::support::deployed::Cluster;
use crate::support::{controller, webhook};

/// A release.
pub(super) struct Release {
    deploy: PathBuf,
    pub(super) controller: PathBuf,
    pub(super) webhook: PathBuf,
}

impl Release {
    /// The one that `EARLIER_RELEASE` names: a folder with its sources, and its programs in `bin`.
    pub(super) fn earlier() -> Self {
        let folder = std::env::var_os("EARLIER_RELEASE").map(PathBuf::from);
        let folder = folder.expect("EARLIER_RELEASE: run `cargo xtask test --only upgrade`");
        Self {
            deploy: folder.join("deploy"),
            controller: folder.join("bin/ni-controller"),
            webhook: folder.join("bin/ni-webhook"),
        }
    }

    /// What this checkout is.
    pub(super) fn this() -> Self {
        Self {
            deploy: repo::root().join("deploy"),
            controller: controller::program(),
            webhook: webhook::program(),
        }
    }

    /// Applies a folder of its `deploy/`.
    pub(super) async fn apply(&self, cluster: &Cluster, folder: &str) {
        let folder = self.deploy.join(folder);
        let apply = format!(
            "apply --server-side --force-conflicts -k {}",
            folder.display()
        );
        cluster.kubectl.run(&apply).await;
        let established =
            "wait --for=condition=Established --timeout=60s customresourcedefinition --all";
        cluster.kubectl.run(established).await;
    }
}
