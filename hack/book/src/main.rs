// SPDX-License-Identifier: Apache-2.0

//! `book`: what `cargo xtask gen-docs` runs.

use std::process::ExitCode;

use anyhow::Result;
use book::{alerts, pages};
use clap::{CommandFactory, Parser};
use xtask::{docs, repo, tidy};

/// Write the generated pages of docs/, and look at the command lines that documents show
#[derive(Parser)]
struct Cli {
    /// Write nothing; fail if a page is not what would be written
    #[arg(long)]
    check: bool,
}

fn main() -> Result<ExitCode> {
    let check = Cli::parse().check;
    let pages_are_right = settle(check)?;
    let programs = [
        ("ni-controller", ni_controller::options::Cli::command()),
        ("ni-webhook", ni_webhook::options::Cli::command()),
        (
            "kubectl ironcore",
            kubectl_ironcore::options::Cli::command(),
        ),
    ];
    let commands = docs::command_faults(repo::root(), &programs)?.into_iter();
    let faults: Vec<String> = commands
        .map(|fault| fault.to_string())
        .chain(alert_faults()?)
        .collect();
    for fault in &faults {
        println!("{fault}");
    }
    if !pages_are_right {
        eprintln!("error: generated pages do not match: run `cargo xtask gen-docs` and commit");
    }
    Ok(if pages_are_right && faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Writes what is stale, or tells; whether all is right then.
fn settle(check: bool) -> Result<bool> {
    let docs = repo::root().join("docs");
    let pages = pages::all()?;
    let stale = pages::stale(&docs, &pages)?;
    for name in &stale {
        let what = if check { "stale" } else { "written" };
        println!("{what}: docs/{name}");
        if !check {
            pages::write(&docs, name, pages.get(name))?;
        }
    }
    Ok(!check || stale.is_empty())
}

/// What is wrong with the runbooks of the alerts in `deploy/`.
fn alert_faults() -> Result<Vec<String>> {
    let root = repo::root();
    let page = std::fs::read_to_string(root.join(alerts::RUNBOOKS))?;
    let mut found = Vec::new();
    for (path, text) in tidy::text_files(root)? {
        let manifest = path
            .extension()
            .is_some_and(|extension| extension == "yaml");
        if manifest && path.starts_with("deploy") {
            found.extend(alerts::in_manifests(&text));
        }
    }
    Ok(alerts::faults(&found, &page))
}
