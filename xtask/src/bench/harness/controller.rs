// SPDX-License-Identifier: Apache-2.0

//! `ni-controller` as it runs, and what a run took.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use xtask::cargo::build_binary;
use xtask::control_plane::free_port;

use super::audit::Requests;
use super::program::Running;

/// How to start the controller.
pub(crate) struct Program {
    path: PathBuf,
    /// More arguments of `run`.
    args: Vec<String>,
}

/// What a run of the controller took.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) peak_rss: u64,
    pub(crate) requests: Requests,
}

impl Program {
    /// The binary at `path`, or a release build where there is none.
    pub(crate) async fn new(path: Option<&Path>, args: Vec<String>) -> Result<Self> {
        let path = match path {
            Some(path) => path.to_owned(),
            None => build_binary("ni-controller", "release").await?,
        };
        Ok(Self { path, args })
    }

    /// Starts it; its log goes to `dir`.
    pub(crate) fn start(&self, kubeconfig: &Path, dir: &Path) -> Result<Running> {
        self.start_by(Command::new(&self.path), kubeconfig, dir)
    }

    /// The same under a tool that takes the path of the program, and then its arguments.
    pub(crate) fn start_under(
        &self,
        mut tool: Command,
        kubeconfig: &Path,
        dir: &Path,
    ) -> Result<Running> {
        tool.arg(&self.path);
        self.start_by(tool, kubeconfig, dir)
    }

    fn start_by(&self, mut command: Command, kubeconfig: &Path, dir: &Path) -> Result<Running> {
        let port = free_port()?;
        command.args(["run", "--listen", &format!("127.0.0.1:{port}")]);
        command.args(&self.args).env("KUBECONFIG", kubeconfig);
        let log = dir.join(format!("controller-{port}.log"));
        Running::start("ni-controller", command, &log, port)
    }
}
