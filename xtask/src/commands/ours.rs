//! Our own programs beside a control plane, as `up` and `demo` start them.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::PostParams;
use kube::{Api, Client};
use xtask::cargo;
use xtask::control_plane::{ControlPlane, free_port, plain_client, wait_until_ok};
use xtask::process::Tied;
use xtask::webhooks::{self, Reach};

/// The pool of public addresses: a block that is kept for documentation.
pub(super) const PUBLIC_PREFIX: &str = "203.0.113.0/28";
/// Where the controller has its pools.
const NAMESPACE: &str = "ironcore-ni";

/// What is started, where it was built.
pub(super) struct Ours {
    controller: Option<PathBuf>,
    webhook: Option<PathBuf>,
}

impl Ours {
    /// Builds what is wanted. Before anything runs: this is where most mistakes are.
    pub(super) async fn build(controller: bool, webhook: bool, profile: &str) -> Result<Self> {
        Ok(Self {
            controller: built("ni-controller", controller, profile).await?,
            webhook: built("ni-webhook", webhook, profile).await?,
        })
    }

    /// Starts it; returns the processes, with the ports where they tell their health, when all are ready.
    pub(super) async fn start(&self, plane: &ControlPlane, dir: &Path) -> Result<Vec<(Tied, u16)>> {
        let mut started = Vec::new();
        // First, as it is asked about all that the other makes.
        if let Some(program) = &self.webhook {
            started.push(start_webhook(program, plane, dir).await?);
        }
        if let Some(program) = &self.controller {
            let port = free_port()?;
            create_namespace(&plane.client().await?).await?;
            let mut command = Command::new(program);
            command.arg("run").arg("--listen").arg(loopback(port));
            command.arg(format!("--public-prefixes={PUBLIC_PREFIX}"));
            started.push(start("ni-controller", command, plane, dir, port).await?);
        }
        Ok(started)
    }
}

/// The controller's own namespace.
async fn create_namespace(client: &Client) -> Result<()> {
    let mut namespace = Namespace::default();
    namespace.metadata.name = Some(NAMESPACE.to_owned());
    let api = Api::<Namespace>::all(client.clone());
    match api.create(&PostParams::default(), &namespace).await {
        // The webhook's are there.
        Err(kube::Error::Api(status)) if status.is_already_exists() => Ok(()),
        created => created
            .map(drop)
            .with_context(|| format!("creating namespace {NAMESPACE}")),
    }
}

async fn built(name: &str, wanted: bool, profile: &str) -> Result<Option<PathBuf>> {
    if wanted {
        cargo::build_binary(name, profile).await.map(Some)
    } else {
        Ok(None)
    }
}

async fn start_webhook(program: &Path, plane: &ControlPlane, dir: &Path) -> Result<(Tied, u16)> {
    let (port, health) = (free_port()?, free_port()?);
    let client = plane.client().await?;
    webhooks::install(&client, &Reach::Port(port)).await?;
    let mut command = Command::new(program);
    command.arg("--listen").arg(loopback(port));
    command.arg("--health-listen").arg(loopback(health));
    command.args(["--self-signed", "--self-signed-host=127.0.0.1"]);
    let mut started = start("ni-webhook", command, plane, dir, health).await?;
    webhooks::wait_until_asked(&client, &mut started.0).await?;
    Ok(started)
}

/// Starts one that tells its readiness on the port `health`.
async fn start(
    name: &str,
    mut command: Command,
    plane: &ControlPlane,
    dir: &Path,
    health: u16,
) -> Result<(Tied, u16)> {
    eprintln!("starting {name}");
    command.env("KUBECONFIG", plane.kubeconfig());
    let mut process = Tied::spawn_logged(name, command, &dir.join(format!("logs/{name}.log")))?;
    wait_until_ok(&mut process, &plain_client(health)?, "/readyz").await?;
    Ok((process, health))
}

fn loopback(port: u16) -> String {
    format!("{}:{port}", Ipv4Addr::LOCALHOST)
}
