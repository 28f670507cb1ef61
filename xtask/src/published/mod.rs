// SPDX-License-Identifier: Apache-2.0

//! The crates that are published, and what they offer.

mod api;

use std::path::PathBuf;

use anyhow::{Context, Result};
use cargo_lock::Version;
use public_api::Builder;
use serde::Deserialize;

use crate::cargo::cargo;
use crate::metadata::{output, packages};
use crate::repo;
pub use api::Listing;

/// A crate of this repository that `cargo publish` takes.
#[derive(Debug, Deserialize)]
pub struct Crate {
    /// Its name.
    pub name: String,
    version: Version,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    /// The registries that it may go to; `None` for all.
    publish: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// All of them.
///
/// # Errors
/// If cargo can't read the manifests.
pub fn crates() -> Result<Vec<Crate>> {
    let mut crates: Vec<Crate> = packages(&["--no-deps"])?;
    crates.retain(|krate| krate.publish.is_none());
    Ok(crates)
}

impl Crate {
    /// Whether others use its items. Those of a macro's crate are a part of the crate that re-exports it.
    pub fn is_library(&self) -> bool {
        let kinds = self.targets.iter().flat_map(|target| &target.kind);
        kinds.into_iter().any(|kind| kind == "lib")
    }

    /// Where its listing is committed, below the repository's root.
    ///
    /// # Errors
    /// If the crate is not in the repository.
    pub fn listing_path(&self) -> Result<PathBuf> {
        let folder = self.manifest_path.parent().context("a folder")?;
        let folder = folder.strip_prefix(repo::root())?;
        Ok(folder.join("public-api.txt"))
    }

    /// What it offers with all of its features.
    ///
    /// # Errors
    /// If it can't be documented.
    pub fn listing(&self) -> Result<Listing> {
        let mut rustdoc = cargo();
        rustdoc
            .args([
                "rustdoc",
                "--locked",
                "--lib",
                "--all-features",
                "--package",
            ])
            .args([
                &self.name,
                "--",
                "-Zunstable-options",
                "--output-format=json",
            ])
            .env("RUSTDOC", repo::root().join("hack/rustdoc-json.sh"));
        output(rustdoc)?;
        let name = self.name.replace('-', "_");
        let json = repo::root().join(format!("target/doc/{name}.json"));
        let api = Builder::from_rustdoc_json(json)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .build()?;
        Ok(Listing {
            version: self.version.clone(),
            items: api.items().map(ToString::to_string).collect(),
        })
    }
}
