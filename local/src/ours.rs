//! Our own programs beside a control plane, as `up` and `demo` start them.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo;
use crate::control_plane::{Binaries, ControlPlane, free_port, plain_client, wait_until_ok};
use crate::process::Tied;
use crate::webhooks::{self, Reach};
use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::PostParams;
use kube::{Api, Client};

/// The pool of public addresses: a block that is kept for documentation.
pub const PUBLIC_PREFIX: &str = "203.0.113.0/28";
/// Where the controller has its pools.
const NAMESPACE: &str = "ironcore-ni";

/// What is started, where it was built.
#[derive(Default)]
pub struct Ours {
    controller: Option<PathBuf>,
    webhook: Option<PathBuf>,
}

impl Ours {
    /// Builds what is wanted. Before anything runs: this is where most mistakes are.
    ///
    /// # Errors
    /// Where it does not build.
    pub async fn build(controller: bool, webhook: bool, profile: &str) -> Result<Self> {
        let wanted = [("ni-controller", controller), ("ni-webhook", webhook)];
        let wanted = wanted.into_iter().filter(|(_, wanted)| *wanted);
        let names: Vec<_> = wanted.map(|(name, _)| name).collect();
        if names.is_empty() {
            return Ok(Self::default());
        }
        let mut built = cargo::build_beside(&names, profile).await?;
        Ok(Self {
            controller: built.remove("ni-controller"),
            webhook: built.remove("ni-webhook"),
        })
    }

    /// Builds what is wanted, while the control plane's programs are taken from a release or built.
    ///
    /// # Errors
    /// As soon as one of both fails.
    pub async fn build_beside_binaries(
        controller: bool,
        webhook: bool,
        profile: &str,
    ) -> Result<(Binaries, Self)> {
        let ours = Self::build(controller, webhook, profile);
        tokio::try_join!(Binaries::find_or_obtain(), ours)
    }

    /// Starts it; returns the processes, with the ports where they tell their health, when all are ready.
    ///
    /// # Errors
    /// Where one does not become ready.
    pub async fn start(&self, plane: &ControlPlane, dir: &Path) -> Result<Vec<(Tied, u16)>> {
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
