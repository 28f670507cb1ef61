// SPDX-License-Identifier: Apache-2.0

//! helm, as users run it.

use std::path::{Path, PathBuf};

use tokio::process::Command;
use tokio::sync::OnceCell;
use xtask::{helm, repo};

use super::scratch::scratch;

/// Runs it in the repository's folder, with a home of its own: what it prints, or why it refuses. Without a kubeconfig it
/// can only do what asks no API server.
pub(crate) async fn helm(args: &[&str], kubeconfig: Option<&Path>) -> Result<String, String> {
    static PROGRAM: OnceCell<PathBuf> = OnceCell::const_new();
    let program = PROGRAM.get_or_init(|| async { helm::find_or_build().await.expect("helm") });
    let mut command = Command::new(program.await);
    let home = scratch().join("helm");
    command.current_dir(repo::root()).args(args);
    for variable in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
        command.env(variable, &home);
    }
    let nowhere = scratch().join("no-kubeconfig");
    command.env("KUBECONFIG", kubeconfig.unwrap_or(&nowhere));
    let output = command.output().await.expect("helm");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}
