// SPDX-License-Identifier: Apache-2.0

//! What `cargo metadata` says of packages.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::cargo::cargo;

/// The packages that Cargo.lock has, as far as `P` reads them; `further` are arguments of `cargo metadata`.
pub(crate) fn packages<P: DeserializeOwned>(further: &[&str]) -> Result<Vec<P>> {
    #[derive(Deserialize)]
    struct Metadata<P> {
        packages: Vec<P>,
    }
    let mut metadata = cargo();
    metadata.args(["metadata", "--locked", "--format-version=1"]);
    metadata.args(further);
    let text = output(metadata)?;
    let metadata: Metadata<P> = serde_json::from_slice(&text).context("reading cargo metadata")?;
    Ok(metadata.packages)
}

/// The standard output of a cargo command that succeeds; otherwise its errors.
pub(crate) fn output(mut command: Command) -> Result<Vec<u8>> {
    let output = command.output().context("running cargo")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {}", said.trim());
    Ok(output.stdout)
}
