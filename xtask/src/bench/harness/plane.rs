// SPDX-License-Identifier: Apache-2.0

//! What the benchmark runs on: a control plane of its own with an audit log, and a user for each subject.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use kube::Client;
use serde_json::{Value, json};
use xtask::control_plane::{Binaries, ControlPlane, Options, write_private};
use xtask::crds;

use super::audit::Audit;
use super::folder;
use super::interfaces::Interfaces;
use super::objects;
use super::writes;

/// Whose requests are counted.
pub(crate) const CONTROLLER: &str = "bench-controller";
const FLOOR: &str = "bench-floor";

/// Starts a control plane below `dir`, with our definitions installed and the benchmark's namespace; the client is the
/// administrator's.
pub(crate) async fn start(
    dir: &Path,
    change: impl FnOnce(&mut Options),
) -> Result<(ControlPlane, Client)> {
    let binaries = Binaries::find_or_obtain().await?;
    let mut options = Options::new(dir.join("plane"));
    // Garbage collection would take its share of the machine, at times of its own choosing.
    options.controller_manager = false;
    // Only for emptying the namespace between rounds.
    options.api_server_args = vec!["--delete-collection-workers=8".to_owned()];
    change(&mut options);
    let servers = ControlPlane::start(&binaries, options).await?;
    let client = writes::client(servers.kubeconfig()).await?;
    crds::install(&client).await?;
    writes::create_namespace(&client).await?;
    Ok((servers, client))
}

/// A control plane, and how to reach it as whom.
pub(crate) struct Plane {
    servers: ControlPlane,
    /// Everything that the benchmark writes.
    pub(crate) dir: PathBuf,
    /// The administrator.
    pub(crate) client: Client,
    /// The controller's.
    pub(crate) controller: PathBuf,
    /// The floor's.
    pub(crate) floor: PathBuf,
    /// What was requested.
    pub(crate) audit: Audit,
    /// The benchmark's own watch.
    pub(crate) interfaces: Interfaces,
}

impl Plane {
    /// Starts it, with a network to measure on.
    pub(crate) async fn start() -> Result<Self> {
        let dir = folder::make()?;
        let tokens = [(CONTROLLER, random_token()?), (FLOOR, random_token()?)];
        let token_file = token_file(&dir, &tokens)?;
        let (servers, client) = start(&dir, |options| {
            options.audit_log = true;
            options.api_server_args.extend([
                format!("--token-auth-file={}", token_file.display()),
                // One file, whatever it takes: we count in it.
                "--audit-log-maxsize=100000".to_owned(),
            ]);
        })
        .await?;
        let networks = writes::collection("networking", "networks");
        writes::create(&client, &networks, &objects::network()).await?;
        let [controller, floor] =
            tokens.map(|(user, token)| kubeconfig(&dir, servers.kubeconfig(), user, &token));
        let audit = Audit(servers.audit_log().context("an audit log was asked for")?);
        let interfaces = Interfaces::start(client.clone());
        Ok(Self {
            servers,
            dir,
            client,
            controller: controller?,
            floor: floor?,
            audit,
            interfaces,
        })
    }

    /// Where etcd listens.
    pub(crate) fn etcd_port(&self) -> Result<u16> {
        let ports = self.servers.ports();
        let mut ports = ports.iter().filter(|(server, _)| *server == "etcd");
        let port = ports.next().map(|(_, port)| *port);
        port.context("the control plane has no etcd")
    }

    /// Ends it, and removes all that it wrote unless the benchmark failed.
    pub(crate) async fn stop<T>(self, measured: &Result<T>) {
        drop(self.interfaces);
        self.servers.stop().await;
        folder::leave(&self.dir, measured);
    }
}

fn random_token() -> Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// `system:masters`, as flow control leaves that group alone: what is measured is the server, not its queues.
fn token_file(dir: &Path, tokens: &[(&str, String)]) -> Result<PathBuf> {
    let lines = tokens
        .iter()
        .map(|(user, token)| format!("{token},{user},{user},\"system:masters\"\n"));
    write_private(dir.join("tokens.csv"), &lines.collect::<String>())
}

/// The administrator's, with another user.
fn kubeconfig(dir: &Path, admin: &Path, user: &str, token: &str) -> Result<PathBuf> {
    let text = fs::read_to_string(admin)?;
    let mut config: Value = serde_norway::from_str(&text).context("reading a kubeconfig")?;
    config["users"][0]["user"] = json!({ "token": token });
    write_private(
        dir.join(format!("{user}.kubeconfig")),
        &serde_norway::to_string(&config)?,
    )
}
