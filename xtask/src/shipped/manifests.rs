// SPDX-License-Identifier: Apache-2.0

//! What packages say of themselves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::Package;
use crate::cargo::cargo;

/// Of a package's manifest.
#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    name: String,
    version: String,
    pub(super) license: Option<String>,
    /// None: it is of this repository.
    pub(super) source: Option<String>,
    #[serde(rename = "manifest_path")]
    path: PathBuf,
}

impl Manifest {
    /// Where the package's files are.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

/// The manifests of all packages of Cargo.lock.
pub(super) struct Manifests(BTreeMap<Package, Manifest>);

impl Manifests {
    pub(super) fn read() -> Result<Self> {
        #[derive(Deserialize)]
        struct Metadata {
            packages: Vec<Manifest>,
        }
        let mut metadata = cargo();
        metadata.args(["metadata", "--locked", "--format-version=1"]);
        let output = metadata.output().context("cargo metadata")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "cargo metadata: {}", said.trim());
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).context("what cargo metadata says")?;
        let named = metadata.packages.into_iter().map(|manifest| {
            let package = Package::new(&manifest.name, &manifest.version);
            (package, manifest)
        });
        Ok(Self(named.collect()))
    }

    pub(super) fn get(&self, package: &Package) -> Result<&Manifest> {
        let manifest = self.0.get(package);
        manifest.with_context(|| format!("{package} is not in Cargo.lock"))
    }
}
