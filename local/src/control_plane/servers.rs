// SPDX-License-Identifier: Apache-2.0

//! The running control plane.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::ByteString;
use kube::Client;
use serde_json::json;

use super::binaries::Binaries;
use super::command_lines::{self, AUDIT_LOG, AUDIT_POLICY, AUDIT_POLICY_FILE, Ports};
use super::credentials::Credentials;
use super::options::Options;
use super::{http, ports, ready};
use crate::crds;
use crate::process::{Identity, Tied};

/// etcd, kube-apiserver and perhaps kube-controller-manager, killed on drop.
pub struct ControlPlane {
    // In the order in which they go when dropped.
    controller_manager: Option<Tied>,
    api_server: Option<Tied>,
    etcd: Option<Tied>,
    binaries: Binaries,
    pub(super) options: Options,
    credentials: Credentials,
    ports: Ports,
}

impl ControlPlane {
    /// Starts a new, empty control plane; returns when it is ready.
    pub async fn start(binaries: &Binaries, options: Options) -> Result<Self> {
        let mut attempts = 3;
        loop {
            match Self::start_once(binaries, &options).await {
                // A free port is only free until somebody takes it.
                Err(why) if attempts > 1 && port_was_taken(&why) => attempts -= 1,
                result => return result.context("starting the control plane"),
            }
        }
    }

    async fn start_once(binaries: &Binaries, options: &Options) -> Result<Self> {
        prepare(options)?;
        let ports = pick_ports()?;
        let credentials = Credentials::create(&options.dir, ports.api_server)?;
        let mut plane = Self {
            controller_manager: None,
            api_server: None,
            etcd: None,
            binaries: binaries.clone(),
            options: options.clone(),
            credentials,
            ports,
        };
        plane.start_servers().await?;
        Ok(plane)
    }

    /// Starts all of them, on the data that is there; returns when they are ready.
    pub(super) async fn start_servers(&mut self) -> Result<()> {
        self.start_etcd().await?;
        self.start_servers_of_kubernetes().await
    }

    pub(super) async fn start_etcd(&mut self) -> Result<()> {
        let command = command_lines::etcd(&self.binaries, &self.options.dir, self.ports);
        let mut etcd = server(&self.options.dir, "etcd", command)?;
        let client = http::plain_client(self.ports.etcd)?;
        ready::wait_until_ok(&mut etcd, &client, "/health").await?;
        self.etcd = Some(etcd);
        Ok(())
    }

    /// Starts what stands on etcd.
    pub(super) async fn start_servers_of_kubernetes(&mut self) -> Result<()> {
        self.start_api_server().await?;
        self.start_controller_manager()
    }

    /// Kills all of them; returns when they are gone.
    pub(super) async fn stop_servers(&mut self) {
        if let Some(controller_manager) = self.controller_manager.take() {
            controller_manager.stop(Duration::ZERO).await;
        }
        self.stop_api_server().await;
        if let Some(etcd) = self.etcd.take() {
            etcd.stop(Duration::ZERO).await;
        }
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> &Path {
        &self.credentials.kubeconfig
    }

    /// The administrator's client.
    pub async fn client(&self) -> Result<Client> {
        http::client_of(self.kubeconfig()).await
    }

    /// The audit log, if [`Options::audit_log`] asked for one.
    pub fn audit_log(&self) -> Option<PathBuf> {
        self.options
            .audit_log
            .then(|| self.options.dir.join(AUDIT_LOG))
    }

    /// The ports by server, for people.
    pub fn ports(&self) -> [(&'static str, u16); 2] {
        [
            ("etcd", self.ports.etcd),
            ("kube-apiserver", self.ports.api_server),
        ]
    }

    /// Where etcd listens.
    pub fn etcd_port(&self) -> u16 {
        self.ports.etcd
    }

    /// Every process that runs for it now.
    pub fn processes(&self) -> impl Iterator<Item = &Identity> {
        let all = [&self.etcd, &self.api_server, &self.controller_manager];
        all.into_iter().flatten().map(Tied::identity)
    }

    /// Starts the API server that [`stop_api_server`](Self::stop_api_server) stopped, at the same
    /// address; returns when it is ready and serves the kinds that are installed.
    pub async fn start_api_server(&mut self) -> Result<()> {
        let command =
            command_lines::api_server(&self.binaries, &self.options, &self.credentials, self.ports);
        let mut api_server = server(&self.options.dir, "kube-apiserver", command)?;
        let client = self.client().await?;
        ready::wait_until_ok(&mut api_server, &client, "/readyz").await?;
        self.api_server = Some(api_server);
        crds::wait_until_all_served(&client).await?;
        Ok(())
    }

    /// Kills the API server, as a crash would: connections break, etcd keeps what was written.
    pub async fn stop_api_server(&mut self) {
        if let Some(api_server) = self.api_server.take() {
            api_server.stop(Duration::ZERO).await;
        }
    }

    /// Both; its watch cache then knows nothing of before, so older watches get a 410.
    pub async fn restart_api_server(&mut self) -> Result<()> {
        self.stop_api_server().await;
        self.start_api_server().await
    }

    /// Kills kube-controller-manager and starts it again, if there is one: what it has put off, as requests failed, it does
    /// at once then.
    pub async fn restart_controller_manager(&mut self) -> Result<()> {
        if let Some(controller_manager) = self.controller_manager.take() {
            controller_manager.stop(Duration::ZERO).await;
        }
        self.start_controller_manager()
    }

    /// Forgets all of etcd's history before the revision that is returned, which is the last write.
    /// Watches notice when the API server has no cache ([`Options::watch_cache`]) or is restarted.
    pub async fn compact_etcd(&self) -> Result<i64> {
        let revision = self.revision().await?;
        self.compact_etcd_at(revision).await?;
        Ok(revision)
    }

    /// Forgets all of etcd's history before this revision.
    pub async fn compact_etcd_at(&self, revision: i64) -> Result<()> {
        let body = json!({ "revision": revision.to_string(), "physical": true });
        http::etcd(self.ports.etcd, "/v3/kv/compaction", &body).await?;
        Ok(())
    }

    /// The revision of etcd's last write.
    pub async fn revision(&self) -> Result<i64> {
        // Any key will do, the answer's header carries the revision.
        let range = http::etcd(self.ports.etcd, "/v3/kv/range", &json!({ "key": "AA==" })).await?;
        let revision = range["header"]["revision"].as_str();
        let revision = revision.and_then(|text| text.parse().ok());
        revision.context("etcd's answer has no revision")
    }

    /// Stores these objects past the API server, whose watches report them all the same: each a key below `/registry` and what
    /// the API server would store there.
    pub async fn put_in_etcd(&self, objects: &[(String, String)]) -> Result<()> {
        let bytes = |text: &str| ByteString(text.as_bytes().to_vec());
        let put = |(key, value): &(String, String)| json!({ "requestPut": { "key": bytes(key), "value": bytes(value) } });
        // Not more than etcd takes at once.
        for some in objects.chunks(100) {
            let puts: Vec<_> = some.iter().map(put).collect();
            http::etcd(self.ports.etcd, "/v3/kv/txn", &json!({ "success": puts })).await?;
        }
        Ok(())
    }

    /// How many objects whose keys begin like this were written since a revision.
    pub async fn written_since(&self, prefix: &str, revision: i64) -> Result<u64> {
        let mut end = prefix.as_bytes().to_vec();
        if let Some(last) = end.last_mut() {
            *last += 1;
        }
        let body = json!({
            "key": ByteString(prefix.as_bytes().to_vec()),
            "rangeEnd": ByteString(end),
            // etcd's own count is of all keys, whenever they were written.
            "keysOnly": true,
            "minModRevision": (revision + 1).to_string(),
        });
        let range = http::etcd(self.ports.etcd, "/v3/kv/range", &body).await?;
        Ok(range["kvs"].as_array().map_or(0, Vec::len) as u64)
    }

    /// Has etcd refuse all writes, as it does when its disk or its quota is full (`NOSPACE`), or take them again.
    pub async fn refuse_writes(&self, refuse: bool) -> Result<()> {
        let action = if refuse { "ACTIVATE" } else { "DEACTIVATE" };
        let body = json!({ "action": action, "alarm": "NOSPACE" });
        http::etcd(self.ports.etcd, "/v3/maintenance/alarm", &body).await?;
        Ok(())
    }

    /// Ends all servers; returns when they are gone. Data and logs stay.
    pub async fn stop(mut self) {
        self.stop_servers().await;
    }

    /// The servers as they run, in the order of their start; whoever takes them ends them.
    pub fn into_servers(self) -> Vec<Tied> {
        [self.etcd, self.api_server, self.controller_manager]
            .into_iter()
            .flatten()
            .collect()
    }

    fn start_controller_manager(&mut self) -> Result<()> {
        if self.options.controller_manager {
            let command =
                command_lines::controller_manager(&self.binaries, &self.options, &self.credentials);
            self.controller_manager = Some(server(
                &self.options.dir,
                "kube-controller-manager",
                command,
            )?);
        }
        Ok(())
    }
}

fn prepare(options: &Options) -> Result<()> {
    let dir = &options.dir;
    if dir.exists() {
        fs::remove_dir_all(dir)
            .with_context(|| format!("removing what is left in {}", dir.display()))?;
    }
    fs::create_dir_all(dir.join("logs")).with_context(|| format!("making {}", dir.display()))?;
    if options.audit_log {
        fs::write(dir.join(AUDIT_POLICY_FILE), AUDIT_POLICY)?;
    }
    Ok(())
}

fn pick_ports() -> Result<Ports> {
    Ok(Ports {
        etcd: ports::free_port()?,
        etcd_peer: ports::free_port()?,
        api_server: ports::free_port()?,
    })
}

fn server(dir: &Path, name: &str, command: Command) -> Result<Tied> {
    Tied::spawn_logged(name, command, &dir.join(format!("logs/{name}.log")))
}

fn port_was_taken(why: &anyhow::Error) -> bool {
    format!("{why:#}").contains("address already in use")
}
