// SPDX-License-Identifier: Apache-2.0

//! What is remembered of a node that runs in the background.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::namespaces::{Place, WITHIN};

/// A node, and how to get into it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    pub(super) dir: PathBuf,
    pub(super) place: Place,
    /// Where its programs are.
    pub(super) path: Vec<PathBuf>,
}

impl State {
    /// What is known of the node with this folder.
    ///
    /// # Errors
    /// If what is known is damaged.
    pub fn load(dir: &Path) -> Result<Option<Self>> {
        let path = file(dir);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let state = serde_json::from_slice(&text);
        state
            .map(Some)
            .with_context(|| format!("{} is damaged", path.display()))
    }

    /// Whole or not at all.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn save(&self) -> Result<()> {
        let path = file(&self.dir);
        let unfinished = path.with_extension("unfinished");
        let written = fs::write(&unfinished, serde_json::to_vec_pretty(self)?);
        written
            .and_then(|()| fs::rename(&unfinished, &path))
            .with_context(|| format!("writing {}", path.display()))
    }

    /// Whether it runs.
    pub fn is_alive(&self) -> bool {
        self.place.init.is_alive()
    }

    /// A command that runs within, as [`Node::command`](super::Node::command).
    pub fn command(&self, program: &OsStr) -> Command {
        let cwd = std::env::current_dir().unwrap_or_else(|_| "/".into());
        let mut command = self.place.command(&cwd, program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let all = self
            .path
            .iter()
            .cloned()
            .chain(std::env::split_paths(&path));
        if let Ok(path) = std::env::join_paths(all) {
            command.env("PATH", path);
        }
        for (name, value) in [
            ("KUBECONFIG", "admin.kubeconfig"),
            ("KUBECACHEDIR", "tmp/kubectl"),
            ("TMPDIR", "tmp"),
        ] {
            command.env(name, Path::new(WITHIN).join(value));
        }
        command
            .env("CONTAINERD_ADDRESS", "/run/containerd/containerd.sock")
            .env("CONTAINERD_NAMESPACE", "k8s.io");
        command
    }

    /// Ends it and removes its folder.
    ///
    /// # Errors
    /// If something is left of it.
    pub async fn down(&self) -> Result<()> {
        self.place.end().await?;
        let removed = fs::remove_dir_all(&self.dir);
        removed.with_context(|| format!("removing {}", self.dir.display()))
    }
}

fn file(dir: &Path) -> PathBuf {
    dir.join("state.json")
}
