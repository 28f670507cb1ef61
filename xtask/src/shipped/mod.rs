// SPDX-License-Identifier: Apache-2.0

//! What the programs that are shipped are made of: the packages that are linked into them, their licence texts, and what a
//! binary says of itself.

pub mod audit;
pub mod licenses;
mod linked;
mod manifests;
pub mod sbom;

use std::fmt;

pub use linked::{Linked, linked};

use crate::image::PROGRAMS;

/// kubectl's plugin, which has no image.
const PLUGIN: &str = "kubectl-ironcore";

/// What is built by one call of cargo each, so with the same features of what it shares.
const BUILDS: [&[&str]; 2] = [&PROGRAMS, &[PLUGIN]];

/// A package of Cargo.lock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its name in its registry.
    pub name: String,
    /// Its version, as it writes it.
    pub version: String,
}

impl Package {
    fn new(name: &str, version: &str) -> Self {
        let (name, version) = (name.to_owned(), version.to_owned());
        Self { name, version }
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}
