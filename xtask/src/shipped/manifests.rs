// SPDX-License-Identifier: Apache-2.0

//! What packages say of themselves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Package;
use crate::metadata::packages;

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
        let manifests: Vec<Manifest> = packages(&[])?;
        let named = manifests.into_iter().map(|manifest| {
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
