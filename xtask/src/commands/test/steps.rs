// SPDX-License-Identifier: Apache-2.0

//! The steps of a test, in their order.

use std::fmt;
use std::process::{Command, ExitCode};

use anyhow::{Result, anyhow, ensure};
use xtask::cargo::cargo;
use xtask::image::{Origin, dockerfile};
use xtask::{recipes, release};

use super::{clients, cluster, deny, gitops, node, publish, run, upgrade};
use crate::commands::book::Book;
use crate::commands::compat::Compat;
use crate::commands::dockerfiles;
use crate::commands::gen_crds::GenCrds;
use crate::commands::gen_docs::GenDocs;
use crate::commands::gen_licenses::GenLicenses;
use crate::commands::tidy::Tidy;

/// One of the things that are checked.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Step {
    Fmt,
    Clippy,
    Doc,
    Crds,
    Docs,
    Compat,
    Tidy,
    Deny,
    Publish,
    Unit,
    Doctest,
    Recipes,
    Explore,
    Cluster,
    Upgrade,
    Gitops,
    Go,
    Rust,
    Python,
    Dockerfiles,
    Node,
}

impl Step {
    pub(super) const ALL: [Self; 21] = [
        Self::Fmt,
        Self::Clippy,
        Self::Doc,
        Self::Crds,
        Self::Docs,
        Self::Compat,
        Self::Tidy,
        Self::Deny,
        Self::Publish,
        Self::Unit,
        Self::Doctest,
        Self::Recipes,
        Self::Explore,
        Self::Cluster,
        Self::Upgrade,
        Self::Gitops,
        Self::Go,
        Self::Rust,
        Self::Python,
        Self::Dockerfiles,
        Self::Node,
    ];

    pub(super) fn about(self) -> &'static str {
        match self {
            Self::Fmt => "formatting (`cargo fmt` mends it)",
            Self::Clippy => "lints, as errors",
            Self::Doc => "documentation, warnings as errors",
            Self::Crds => "generated files are up to date",
            Self::Docs => "generated pages, command lines in documents, the book",
            Self::Compat => "definitions are compatible with the last release",
            Self::Tidy => "rules of this repository",
            Self::Deny => {
                "licences and sources of dependencies, and the licence texts that are shipped"
            }
            Self::Publish => "the crates that are published: features, public API, package",
            Self::Unit => "unit tests",
            Self::Doctest => "examples in the documentation",
            Self::Recipes => "the recipes of CONTRIBUTING.md, in a copy of the tree",
            Self::Explore => "every order of events in small scopes, and seeded faults",
            Self::Cluster => "tests against a real API server",
            Self::Upgrade => "this and the last release, together",
            Self::Gitops => "health checks for Argo CD, Flux and Helm",
            Self::Go => "a client in Go: generated types, lints, tests",
            Self::Rust => "a client in Rust",
            Self::Python => "a client in Python",
            Self::Dockerfiles => {
                "the Dockerfiles, built by buildah on a stand-in for their base image"
            }
            Self::Node => "what is deployed, on a real node",
        }
    }

    /// Whether it takes names of tests.
    pub(super) fn has_filter(self) -> bool {
        matches!(self, Self::Unit | Self::Doctest | Self::Cluster)
    }

    pub(super) async fn run(self, filters: &[String], how: &How) -> Result<()> {
        match self {
            Self::Fmt => run(with(&["fmt", "--all", "--check"], &[])).await,
            Self::Clippy => run(with(CLIPPY, &[])).await,
            Self::Doc => {
                let mut doc = with(&["doc", "--no-deps", "--workspace"], &[]);
                doc.env("RUSTDOCFLAGS", "-D warnings");
                run(doc).await
            }
            Self::Crds => succeeded(GenCrds { check: true }.run()?),
            Self::Docs => {
                succeeded(GenDocs { check: true }.run().await?)?;
                succeeded(Book {}.run().await?)
            }
            Self::Compat => succeeded(Compat { base: None }.run()?),
            Self::Tidy => succeeded(Tidy {}.run()?),
            Self::Deny => {
                deny::run().await?;
                succeeded(GenLicenses { check: true }.run()?)
            }
            Self::Publish => publish::run_checks().await,
            Self::Unit => run(with(UNIT, filters)).await,
            Self::Doctest => run(with(&["test", "--workspace", "--doc"], filters)).await,
            Self::Recipes => recipes::all().await,
            Self::Explore => run(with(EXPLORE, &[])).await,
            Self::Cluster => cluster::run(filters).await,
            Self::Upgrade => upgrade::run(how.upgrade_from.as_deref()).await,
            Self::Gitops => gitops::run_tests().await,
            Self::Go => clients::in_go().await,
            Self::Rust => clients::in_rust().await,
            Self::Python => clients::in_python().await,
            Self::Dockerfiles => dockerfiles::check(&Origin::of_checkout()).await,
            Self::Node => node::run(&how.node_profile).await,
        }
    }
}

const CLIPPY: &[&str] = &[
    "clippy",
    "--workspace",
    "--all-targets",
    "--",
    "-D",
    "warnings",
];

/// All targets by name, as `--all-targets` would run the benchmarks.
const UNIT: &[&str] = &[
    "test",
    "--workspace",
    "--exclude",
    "cluster-tests",
    "--lib",
    "--bins",
    "--tests",
    "--examples",
];

/// Of the whole workspace, so that dependencies have the features that they have in other steps, and are not built again.
const EXPLORE: &[&str] = &[
    "test",
    "--workspace",
    "--features",
    "explore/seeded-faults",
    "--test",
    "seeded",
    "--test",
    "slice",
    "--test",
    "fingerprints",
];

/// How steps are run that need more of a machine than others.
pub(super) struct How {
    /// Install packages that are missing.
    pub(super) install: bool,
    /// Cargo's, of what the node's images run.
    pub(super) node_profile: String,
    /// The commit that stands for the last release.
    pub(super) upgrade_from: Option<String>,
}

impl Step {
    /// Why it can't be run on this machine, if so. Packages that are missing are no reason where they may be installed.
    pub(super) fn obstacle(self, how: &How) -> Option<anyhow::Error> {
        let able = match (self, how.install) {
            (Self::Dockerfiles, false) => dockerfile::can_check(&dockerfiles::dir()),
            (Self::Dockerfiles, true) => dockerfile::install(&dockerfiles::dir()),
            (Self::Node, false) => xtask::node::check(),
            (Self::Node, true) => xtask::node::install(),
            (Self::Upgrade, _) if how.upgrade_from.is_none() && release::last().is_none() => {
                Err(anyhow!(upgrade::NO_RELEASE))
            }
            _ => Ok(()),
        };
        able.err()
    }
}

/// A cargo command, with names of tests after `--`, where each of them counts.
pub(super) fn with(args: &[&str], filters: &[String]) -> Command {
    let mut command = cargo();
    command.args(args);
    if !filters.is_empty() {
        command.arg("--").args(filters);
    }
    command
}

fn succeeded(code: ExitCode) -> Result<()> {
    ensure!(code == ExitCode::SUCCESS, "see above");
    Ok(())
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = clap::ValueEnum::to_possible_value(self);
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}
