// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask gen-go`.

use std::process::ExitCode;

use anyhow::Result;
use xtask::control_plane::{check_go, go};
use xtask::process::Tied;
use xtask::repo;

/// Write the Go client in clients/go: types from deploy/crds, and what Kubernetes' generators make of them
#[derive(clap::Args)]
pub(crate) struct GenGo {
    /// Write nothing; fail if a file there is not what would be written
    #[arg(long)]
    pub(crate) check: bool,
}

impl GenGo {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let generator = repo::root().join("hack/go-client");
        check_go(
            &generator,
            "the generator of the Go client",
            "generate it on a machine that has one",
        )?;
        let mut command = go(&generator, ["run", "."]);
        command.args(self.check.then_some("-check"));
        let status = Tied::spawn("go", command)?.wait().await?;
        Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
