// SPDX-License-Identifier: Apache-2.0

//! A release: what is applied, and what runs.

use std::path::PathBuf;

use xtask::repo;

use crate::support::controller::{self, Controller};
use crate::support::deployed::{CONTROLLER, Cluster, WEBHOOK, own_args};
use crate::support::kubectl::Kubectl;
use crate::support::webhook::{self, Webhook};

/// What runs, as its manifests have it.
pub(super) const OVERLAY: &str = "overlays/self-signed";

/// A release.
pub(super) struct Release {
    deploy: PathBuf,
    controller: PathBuf,
    webhook: PathBuf,
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

    /// Starts its controller, with its own arguments and the rights that there are now.
    pub(super) async fn controller(&self, cluster: &Cluster) -> Controller {
        let args = self.args(CONTROLLER).await;
        cluster.controller_of(&self.controller, &args).await
    }

    /// As `controller`, its webhook.
    pub(super) async fn webhook(&self, cluster: &Cluster) -> Webhook {
        let args = self.args(WEBHOOK).await;
        cluster.self_signed_of(&self.webhook, args).await
    }

    /// A rollout brings the arguments with the program, and so does the way back.
    async fn args(&self, deployment: &str) -> Vec<String> {
        let folder = self.deploy.join(OVERLAY).display().to_string();
        own_args(
            Kubectl::rendered(&folder)
                .await
                .get("Deployment", deployment),
        )
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
