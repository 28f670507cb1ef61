// SPDX-License-Identifier: Apache-2.0

//! Our own programs beside a control plane, as `up` and `demo` start them.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::PostParams;
use kube::{Api, Client};

use crate::cargo;
use crate::control_plane::{Binaries, client_of, free_port, plain_client, wait_until_ok};
use crate::process::Tied;
use crate::webhooks::{self, Reach};

/// The pool of public addresses: a block that is kept for documentation.
const PUBLIC_PREFIX: &str = "203.0.113.0/28";
/// Where the controller has its pools and its Lease.
pub const NAMESPACE: &str = "ironcore-ni";

/// The controller's name among the servers of a system.
pub const CONTROLLER: &str = "ni-controller";
/// The webhook's.
pub const WEBHOOK: &str = "ni-webhook";

/// What is started, where it was built.
#[derive(Default)]
pub struct Ours {
    /// The controller, if it is wanted.
    pub controller: Option<PathBuf>,
    /// The webhook, if it is wanted.
    pub webhook: Option<PathBuf>,
}

impl Ours {
    /// Builds what is wanted. Before anything runs: this is where most mistakes are.
    ///
    /// # Errors
    /// Where it does not build.
    pub async fn build(controller: bool, webhook: bool, profile: &str) -> Result<Self> {
        let wanted = [(CONTROLLER, controller), (WEBHOOK, webhook)];
        let wanted = wanted.into_iter().filter(|(_, wanted)| *wanted);
        let names: Vec<_> = wanted.map(|(name, _)| name).collect();
        if names.is_empty() {
            return Ok(Self::default());
        }
        let mut built = cargo::build_beside(&names, profile).await?;
        Ok(Self {
            controller: built.remove(CONTROLLER),
            webhook: built.remove(WEBHOOK),
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
    /// If one does not start.
    pub async fn start(&self, kubeconfig: &Path, dir: &Path) -> Result<Vec<(Tied, u16)>> {
        let mut started = Vec::new();
        let plane = Plane {
            client: client_of(kubeconfig).await?,
            kubeconfig,
            dir,
        };
        // First, as it is asked about all that the other makes.
        if let Some(program) = &self.webhook {
            started.push(plane.start_webhook(program).await?);
        }
        if let Some(program) = &self.controller {
            started.push(plane.start_controller(program).await?);
        }
        Ok(started)
    }
}

/// What they are started beside.
struct Plane<'a> {
    client: Client,
    kubeconfig: &'a Path,
    dir: &'a Path,
}

impl Plane<'_> {
    async fn start_webhook(&self, program: &Path) -> Result<(Tied, u16)> {
        let (port, health) = (free_port()?, free_port()?);
        webhooks::install(&self.client, &Reach::Port(port)).await?;
        let mut command = Command::new(program);
        command.arg("--listen").arg(loopback(port));
        command.arg("--health-listen").arg(loopback(health));
        command.args(["--self-signed", "--self-signed-host=127.0.0.1"]);
        let mut started = self.start(WEBHOOK, command, health).await?;
        webhooks::wait_until_asked(&self.client, &mut started.0).await?;
        Ok(started)
    }

    /// With an election, as operators run it: the Lease shows whether it leads.
    async fn start_controller(&self, program: &Path) -> Result<(Tied, u16)> {
        let port = free_port()?;
        create_namespace(&self.client).await?;
        let mut command = Command::new(program);
        command.arg("run").arg("--listen").arg(loopback(port));
        command.arg("--leader-elect");
        command.arg(format!("--lease-namespace={NAMESPACE}"));
        command.arg(format!("--public-prefixes={PUBLIC_PREFIX}"));
        self.start(CONTROLLER, command, port).await
    }

    /// Starts one that tells its readiness on the port `health`.
    async fn start(&self, name: &str, mut command: Command, health: u16) -> Result<(Tied, u16)> {
        eprintln!("starting {name}");
        command.env("KUBECONFIG", self.kubeconfig);
        let log = self.dir.join(format!("logs/{name}.log"));
        let mut process = Tied::spawn_logged(name, command, &log)?;
        wait_until_ok(&mut process, &plain_client(health)?, "/readyz").await?;
        Ok((process, health))
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

fn loopback(port: u16) -> String {
    format!("{}:{port}", Ipv4Addr::LOCALHOST)
}
