// SPDX-License-Identifier: Apache-2.0

//! The cluster that the node is, and our software on it.

use std::collections::BTreeSet;
use std::path::Path;

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::{Api, Client};

use crate::support::kubectl::Kubectl;
use crate::support::space::Space;
use crate::support::wait::eventually;
use crate::support::{client, kubeconfig};

pub(super) const NAMESPACE: &str = "ironcore-ni";
pub(super) const CONTROLLER: &str = "ni-controller";
pub(super) const WEBHOOK: &str = "ni-webhook";

/// What an installation may add to a cluster, beside what is in namespaces.
const OF_CLUSTERS: &str = "customresourcedefinitions,clusterroles,clusterrolebindings,namespaces,apiservices,\
    validatingwebhookconfigurations,mutatingwebhookconfigurations,priorityclasses,\
    validatingadmissionpolicies,validatingadmissionpolicybindings";

/// The cluster, as its administrator sees it.
pub(super) struct Cluster {
    pub(super) kubectl: Kubectl,
    pub(super) client: Client,
}

impl Cluster {
    pub(super) async fn new() -> Self {
        Self {
            kubectl: Kubectl::new(&kubeconfig()).await,
            client: client().await,
        }
    }

    /// A new namespace.
    pub(super) async fn space(&self) -> Space {
        Space::on(self.client.clone(), Path::new("")).await
    }

    /// All that there is outside of namespaces.
    pub(super) async fn inventory(&self) -> BTreeSet<String> {
        let get = format!("get {OF_CLUSTERS} -o name");
        let printed = self.kubectl.run(&get).await;
        printed.out.lines().map(str::to_owned).collect()
    }

    /// The pods of one of the two Deployments that are not on their way out.
    pub(super) async fn pods(&self, app: &str) -> Vec<Pod> {
        let mut pods = self.all_pods(app).await;
        pods.retain(|pod| pod.metadata.deletion_timestamp.is_none());
        pods
    }

    /// Also those that are.
    pub(super) async fn all_pods(&self, app: &str) -> Vec<Pod> {
        let api = Api::<Pod>::namespaced(self.client.clone(), NAMESPACE);
        let ours = ListParams::default().labels(&format!("app.kubernetes.io/name={app}"));
        api.list(&ours).await.expect("a list of pods").items
    }

    /// The pod that writes.
    pub(super) async fn leader(&self) -> Pod {
        let leases = Api::<Lease>::namespaced(self.client.clone(), NAMESPACE);
        eventually("a leader", || async {
            let lease = leases.get(CONTROLLER).await;
            let lease = lease.map_err(|error| error.to_string())?;
            let holder = lease.spec.and_then(|spec| spec.holder_identity);
            let holder = holder.unwrap_or_default();
            // As the controller names itself: by its host, then what tells it from others there.
            let host = holder.split('_').next().unwrap_or_default();
            let pods = self.pods(CONTROLLER).await;
            let leader = pods.into_iter().find(|pod| name(pod) == host);
            leader.ok_or_else(|| format!("the lease is held by {holder:?}"))
        })
        .await
    }

    /// Waits until both Deployments are as they are to be.
    pub(super) async fn until_rolled_out(&self) {
        for deployment in [CONTROLLER, WEBHOOK] {
            self.kubectl
                .run(&format!(
                    "rollout status deployment/{deployment} --namespace {NAMESPACE} --timeout=180s"
                ))
                .await;
        }
    }
}

/// A pod's name.
pub(super) fn name(pod: &Pod) -> &str {
    pod.metadata.name.as_deref().unwrap_or_default()
}
