// SPDX-License-Identifier: Apache-2.0

//! Installing into any cluster: what docs/install.md says to type, after a look at whether it can work there.

mod hindrance;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use ironcore_api::{KINDS, Kind};
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::APIService;
use kube::api::ListParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};

use crate::process::Tied;
use crate::{kubectl, repo};

/// Where, and what.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// As kubectl's `--kubeconfig`; its default if none.
    pub kubeconfig: Option<PathBuf>,
    /// As kubectl's `--context`; its default if none.
    pub context: Option<String>,
    /// A folder of `deploy/overlays`.
    pub overlay: String,
    /// How long the pods may take to become ready, as kubectl's `--timeout`.
    pub timeout: String,
}

/// Installs definitions and an overlay, and waits until the pods are ready.
///
/// # Errors
/// Before anything is changed: if the cluster can't be reached, is too old, or another API server serves one of our groups.
/// Later: if something is refused, or pods do not become ready in time.
pub async fn deploy(wanted: &Wanted) -> Result<()> {
    let overlay = format!("deploy/overlays/{}", wanted.overlay);
    ensure!(
        repo::root().join(&overlay).is_dir(),
        "there is no {overlay}"
    );
    let hindrances = hindrances(&client(wanted).await?).await?;
    if !hindrances.is_empty() {
        bail!("nothing was changed: {}", hindrances.join("; "));
    }
    let kubectl = Kubectl::new(wanted).await?;
    // By the server: what a client keeps of a definition in an annotation would be too large one day.
    let own = format!("{overlay}/crds");
    let definitions = if repo::root().join(&own).is_dir() {
        own
    } else {
        "deploy/crds".to_owned()
    };
    kubectl
        .run(&format!(
            "apply --server-side --force-conflicts --kustomize {definitions}"
        ))
        .await?;
    let names = KINDS.iter().map(Kind::crd_name).collect::<Vec<_>>();
    let wait = "wait --for=condition=Established --timeout=30s customresourcedefinition";
    kubectl.run(&format!("{wait} {}", names.join(" "))).await?;
    kubectl.run(&format!("apply --kustomize {overlay}")).await?;
    let timeout = &wanted.timeout;
    let status = format!(
        "rollout status --namespace ironcore-ni --timeout={timeout} --selector=app.kubernetes.io/part-of=ironcore-ni deployment"
    );
    kubectl.run(&status).await.context(
        "everything was applied, but pods are not ready: `kubectl --namespace ironcore-ni get pods,events` says why. If it is \
         their images, load them (`cargo xtask image`, then `kind load image-archive FILE` or what your nodes have) or name \
         your registry (docs/install.md)",
    )
}

/// What keeps us from working there, in words.
///
/// # Errors
/// If the cluster does not answer.
pub async fn hindrances(client: &Client) -> Result<Vec<String>> {
    let version = client.apiserver_version().await;
    let version = version.context("asking the API server for its version")?;
    let services: Api<APIService> = Api::all(client.clone());
    let services = services.list(&ListParams::default()).await;
    let services = services.context("asking who serves which API groups")?;
    let old = hindrance::too_old(&version.git_version);
    let served = services.iter().filter_map(hindrance::served_by_another);
    Ok(old.into_iter().chain(served).collect())
}

async fn client(wanted: &Wanted) -> Result<Client> {
    let kubeconfig = match &wanted.kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let options = KubeConfigOptions {
        context: wanted.context.clone(),
        ..KubeConfigOptions::default()
    };
    let config =
        Config::from_custom_kubeconfig(kubeconfig.context("reading the kubeconfig")?, &options);
    Ok(Client::try_from(
        config.await.context("reading the kubeconfig")?,
    )?)
}

/// kubectl, for the cluster that is wanted.
struct Kubectl<'a> {
    program: PathBuf,
    wanted: &'a Wanted,
}

impl<'a> Kubectl<'a> {
    async fn new(wanted: &'a Wanted) -> Result<Self> {
        let program = kubectl::find_or_build().await?;
        Ok(Self { program, wanted })
    }

    /// Runs it in the repository's root; what it prints is shown.
    async fn run(&self, args: &str) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.current_dir(repo::root());
        if let Some(kubeconfig) = &self.wanted.kubeconfig {
            command.arg("--kubeconfig").arg(kubeconfig);
        }
        if let Some(context) = &self.wanted.context {
            command.args(["--context", context]);
        }
        command.args(args.split(' '));
        println!("$ kubectl {args}");
        let status = Tied::spawn("kubectl", command)?.wait().await?;
        ensure!(status.success(), "`kubectl {args}` failed ({status})");
        Ok(())
    }
}
