//! The steps of a test, in their order.

use std::fmt;
use std::process::{Command, ExitCode};

use anyhow::{Result, ensure};
use xtask::cargo::cargo;

use super::node::HowNode;
use super::{clients, cluster, deny, node, run};
use crate::commands::book::Book;
use crate::commands::compat::Compat;
use crate::commands::gen_crds::GenCrds;
use crate::commands::gen_docs::GenDocs;
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
    Unit,
    Doctest,
    Cluster,
    Go,
    Rust,
    Python,
    Node,
}

impl Step {
    pub(super) const ALL: [Self; 15] = [
        Self::Fmt,
        Self::Clippy,
        Self::Doc,
        Self::Crds,
        Self::Docs,
        Self::Compat,
        Self::Tidy,
        Self::Deny,
        Self::Unit,
        Self::Doctest,
        Self::Cluster,
        Self::Go,
        Self::Rust,
        Self::Python,
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
            Self::Deny => "licences and sources of dependencies",
            Self::Unit => "unit tests",
            Self::Doctest => "examples in the documentation",
            Self::Cluster => "tests against a real API server",
            Self::Go => "a client in Go: generated types, lints, tests",
            Self::Rust => "a client in Rust",
            Self::Python => "a client in Python",
            Self::Node => "what is deployed, on a real node",
        }
    }

    /// Whether it takes names of tests.
    pub(super) fn has_filter(self) -> bool {
        matches!(self, Self::Unit | Self::Doctest | Self::Cluster)
    }

    pub(super) async fn run(self, filters: &[String], how: &HowNode) -> Result<()> {
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
            Self::Deny => deny::run().await,
            Self::Unit => run(with(UNIT, filters)).await,
            Self::Doctest => run(with(&["test", "--workspace", "--doc"], filters)).await,
            Self::Cluster => cluster::run(filters).await,
            Self::Go => clients::in_go().await,
            Self::Rust => clients::in_rust().await,
            Self::Python => clients::in_python().await,
            Self::Node => node::run(how).await,
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
