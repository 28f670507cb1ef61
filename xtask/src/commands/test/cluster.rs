// SPDX-License-Identifier: Apache-2.0

//! Tests against a control plane that lives as long as they do.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use xtask::control_plane::{Binaries, ControlPlane, Options};
use xtask::process::Identity;
use xtask::{cargo, crds, repo};

use super::run as run_command;
use super::steps::with;

/// What the tests start.
pub(super) struct Programs {
    controller: PathBuf,
    webhook: PathBuf,
    plugin: PathBuf,
}

impl Programs {
    pub(super) async fn build() -> Result<Self> {
        Ok(Self {
            controller: cargo::build_binary("ni-controller", "dev").await?,
            webhook: cargo::build_binary("ni-webhook", "dev").await?,
            plugin: cargo::build_binary("kubectl-ironcore", "dev").await?,
        })
    }

    /// Tells tests where they are, and where the control plane's are.
    pub(super) fn tell(&self, binaries: &Binaries, tests: &mut Command) {
        tests.env("CONTROL_PLANE_BIN", binaries.dir());
        tests.env("NI_CONTROLLER_BIN", &self.controller);
        tests.env("NI_WEBHOOK_BIN", &self.webhook);
        tests.env("KUBECTL_IRONCORE_BIN", &self.plugin);
    }
}

/// Starts what all tests share, runs them, and ends it.
pub(super) async fn run(filters: &[String]) -> Result<()> {
    let binaries = Binaries::find_or_obtain().await?;
    let programs = Programs::build().await?;
    let all = repo::root().join(".cache/test");
    remove_left(&all);
    let dir = all.join(std::process::id().to_string());
    let plane = ControlPlane::start(
        &binaries,
        Options {
            audit_log: true,
            ..Options::new(&dir)
        },
    )
    .await?;
    crds::install(&plane.client().await?).await?;
    let result = tests(&binaries, &programs, &plane, filters).await;
    plane.stop().await;
    match result {
        Ok(()) => std::fs::remove_dir_all(&dir).context("removing the control plane's folder"),
        Err(why) => Err(why.context(format!(
            "the servers' logs are in {}",
            dir.join("logs").display()
        ))),
    }
}

/// Folders of runs that failed or were interrupted; their logs were kept until now.
pub(super) fn remove_left(all: &Path) {
    for entry in std::fs::read_dir(all).into_iter().flatten().flatten() {
        let pid = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        if pid.is_some_and(|pid| Identity::of(pid).is_none()) {
            // Whatever cannot be removed now does no harm.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

async fn tests(
    binaries: &Binaries,
    programs: &Programs,
    plane: &ControlPlane,
    filters: &[String],
) -> Result<()> {
    // Of xtask those that start servers, which nobody expects from a plain `cargo test`.
    let ours = [&["--ignored".to_owned()], filters].concat();
    run_command(with(
        &["test", "--workspace", "--test", "control_plane"],
        &ours,
    ))
    .await?;
    let mut tests = with(&["test", "--workspace", "--test", "cluster"], filters);
    programs.tell(binaries, &mut tests);
    tests.env("KUBECONFIG", plane.kubeconfig());
    tests.envs(plane.audit_log().map(|log| ("AUDIT_LOG", log)));
    run_command(tests).await
}
