// SPDX-License-Identifier: Apache-2.0

//! The running node.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::time::{Instant, sleep};

use super::namespaces::Namespaces;
use super::programs::Programs;
use super::state::State;
use super::{command_lines, credentials, images};
use crate::process::{Tied, log_tail};
use crate::repo;

/// For each step of a start; on a busy machine they take seconds.
const PATIENCE: Duration = Duration::from_mins(2);

/// How to start a [`Node`].
#[derive(Clone, Debug)]
pub struct Options {
    /// Its folder: data, certificates, logs, kubeconfigs. What an earlier one left there goes.
    pub dir: PathBuf,
    /// Images that its pods find on it, as docker archives. There is no registry.
    pub images: Vec<PathBuf>,
}

impl Options {
    /// Without images, in this folder.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            images: Vec::new(),
        }
    }
}

/// A cluster of one node, killed on drop.
pub struct Node {
    // In the order in which they go when dropped.
    servers: Vec<Tied>,
    namespaces: Namespaces,
    programs: Programs,
    dir: PathBuf,
}

impl Node {
    /// Starts a new, empty cluster; returns when its node is ready for pods.
    ///
    /// # Errors
    /// If this machine can't carry one (see [`check`](super::check)), or a server does not come up: with the end of its log.
    pub async fn start(options: Options) -> Result<Self> {
        super::check()?;
        let programs = Programs::find_or_build().await?;
        prepare(&options.dir)?;
        let mut images = options.images;
        images.push(images::pause(&programs.pause, &options.dir)?);
        let namespaces = Namespaces::make(&options.dir).await?;
        let mut node = Self {
            servers: Vec::new(),
            namespaces,
            programs,
            dir: options.dir,
        };
        node.start_servers(&images)
            .await
            .context("starting a node")?;
        Ok(node)
    }

    /// A command that runs within, in the current folder: with `kubectl` and the servers in `PATH`, and the
    /// administrator's `KUBECONFIG`.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        self.state().command(program.as_ref())
    }

    /// The API server's audit log, as it is seen from both sides.
    pub fn audit_log(&self) -> PathBuf {
        self.dir.join("audit.log")
    }

    /// Where the servers' logs are, and those of pods.
    pub fn logs(&self) -> PathBuf {
        self.dir.join("logs")
    }

    /// Ends it; returns when everything of it is gone but its folder.
    ///
    /// # Errors
    /// If something is left of it.
    pub async fn stop(self) -> Result<()> {
        // Nothing is gained by an orderly end of servers whose data is thrown away.
        self.namespaces.end().await?;
        for server in self.servers {
            server.stop(Duration::ZERO).await;
        }
        Ok(())
    }

    /// Lets it live on without us: whoever loads the [`State`] of its folder ends it.
    ///
    /// # Errors
    /// If the state can't be written; it has ended then.
    pub fn detach(self) -> Result<()> {
        self.state().save()?;
        for server in self.servers {
            server.detach();
        }
        self.namespaces.detach();
        Ok(())
    }

    fn state(&self) -> State {
        State {
            dir: self.dir.clone(),
            place: self.namespaces.place().clone(),
            path: vec![
                self.programs.control_plane.clone(),
                self.programs.node.clone(),
                folder(&self.programs.kubectl),
            ],
        }
    }

    async fn start_servers(&mut self, images: &[PathBuf]) -> Result<()> {
        self.start_server("containerd", &command_lines::containerd())?;
        self.start_server("etcd", &command_lines::etcd())?;
        self.start_server("kube-apiserver", &command_lines::api_server())?;
        self.until("ctr", &["version"]).await?;
        for image in images {
            let path = image.to_str().context("an image's path is text")?;
            self.until("ctr", &["images", "import", path]).await?;
        }
        self.until("kubectl", &["get", "--raw=/readyz"]).await?;
        self.start_server(
            "kube-controller-manager",
            &command_lines::controller_manager(),
        )?;
        self.start_server("kube-scheduler", &command_lines::scheduler())?;
        self.start_server("kubelet", &command_lines::kubelet())?;
        self.start_server("kube-proxy", &command_lines::kube_proxy())?;
        let node = format!("node/{}", command_lines::NODE);
        self.until(
            "kubectl",
            &["wait", &node, "--for=condition=Ready", "--timeout=2s"],
        )
        .await
    }

    fn start_server(&mut self, name: &str, args: &[&str]) -> Result<()> {
        let mut command = self.command(name);
        command.args(args);
        let log = self.logs().join(format!("{name}.log"));
        self.servers.push(Tied::spawn_logged(name, command, &log)?);
        Ok(())
    }

    /// Runs a command again and again until it succeeds.
    async fn until(&mut self, program: &str, args: &[&str]) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.check()?;
            let mut command = self.command(program);
            command.args(args).stdin(Stdio::null());
            let output = tokio::process::Command::from(command).output().await?;
            if output.status.success() {
                return Ok(());
            }
            if Instant::now() > deadline {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                let logs: Vec<_> = self
                    .servers
                    .iter()
                    .filter_map(Tied::log)
                    .map(log_tail)
                    .collect();
                bail!(
                    "`{program} {}` does not succeed within {PATIENCE:?}: {said}{}",
                    args.join(" "),
                    logs.concat()
                );
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn check(&mut self) -> Result<()> {
        self.namespaces.check()?;
        self.servers.iter_mut().try_for_each(Tied::check)
    }
}

fn folder(program: &Path) -> PathBuf {
    program.parent().unwrap_or(repo::root()).to_owned()
}

fn prepare(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir)
            .with_context(|| format!("removing what is left in {}", dir.display()))?;
    }
    command_lines::write_files(dir)?;
    credentials::create(dir)
}
