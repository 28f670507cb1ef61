// SPDX-License-Identifier: Apache-2.0

//! `explore`: explores the scopes, and tells what it finds.

use std::num::NonZero;
#[cfg(feature = "seeded-faults")]
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[cfg(feature = "seeded-faults")]
use anyhow::Context as _;
use anyhow::{Result, bail};
use clap::Parser;
use explore::jobs;
use explore::scope::Scope;
use explore::scopes;
use explore::search::{Limits, Report, explore};
#[cfg(feature = "seeded-faults")]
use explore::seeded::{FINDINGS, Finding};
use serde_json::{Value, json};

/// Explores every order of events that the controller's core may meet, in small scopes
///
/// Prints a line of JSON for each scope, and what it finds as a story.
#[derive(Debug, Parser)]
struct Options {
    /// Only the scope of this name, or, if there is none, those whose names contain it
    #[arg(long)]
    scope: Option<String>,
    /// Ends each scope after so many states
    #[arg(long)]
    states: Option<usize>,
    /// Ends each scope at so many steps from its beginning
    #[arg(long)]
    depth: Option<u32>,
    /// Explores so many scopes at the same time, each in 10 KB of memory for a state
    #[arg(long, default_value = "2")]
    jobs: NonZero<usize>,
    /// Prints the scopes, and explores nothing
    #[arg(long)]
    list: bool,
    /// Builds this fault into the controller
    #[cfg(feature = "seeded-faults")]
    #[arg(long)]
    fault: Option<ni_controller::seeded::Fault>,
    /// Builds each fault in, one after the other, and explores the scope that finds it
    #[cfg(feature = "seeded-faults")]
    #[arg(long, conflicts_with_all = ["fault", "scope"])]
    faults: bool,
    /// Writes what it finds to this page
    #[cfg(feature = "seeded-faults")]
    #[arg(long, value_name = "FILE", requires = "faults")]
    page: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    #[cfg(feature = "seeded-faults")]
    if options.faults {
        return find_faults(options.jobs, options.page.as_deref());
    }
    let mut scopes = scopes::all();
    if let Some(part) = &options.scope {
        let named = scopes.iter().any(|scope| scope.name == part);
        scopes.retain(|scope| scope.name == part || !named && scope.name.contains(part.as_str()));
    }
    if scopes.is_empty() {
        bail!("no scope has that name: see --list");
    }
    let limits = Limits {
        states: options.states,
        depth: options.depth,
    };
    if options.list {
        for scope in &scopes {
            println!("{}: {}", scope.name, scope.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut sound = true;
    let work = |scope: &Scope| options.explore(scope, limits);
    jobs::each(options.jobs, &scopes, work, |scope, report| {
        if report.violation.is_some() {
            sound = false;
            eprintln!("{}: {}", scope.name, scope.about);
            tell(&report);
        }
        println!("{}", as_json(&report));
    });
    Ok(code(sound))
}

impl Options {
    #[cfg(feature = "seeded-faults")]
    fn explore(&self, scope: &Scope, limits: Limits) -> Report {
        match self.fault {
            Some(fault) => ni_controller::seeded::with(fault, || explore(scope, limits)),
            None => explore(scope, limits),
        }
    }

    #[cfg(not(feature = "seeded-faults"))]
    #[allow(
        clippy::unused_self,
        reason = "it says which fault is built in, where there are some"
    )]
    fn explore(&self, scope: &Scope, limits: Limits) -> Report {
        explore(scope, limits)
    }
}

#[cfg(feature = "seeded-faults")]
fn find_faults(jobs: NonZero<usize>, page: Option<&Path>) -> Result<ExitCode> {
    let mut sound = true;
    let mut all = Vec::new();
    jobs::each(jobs, FINDINGS, Finding::look, |finding, report| {
        let steps = report.violation.as_ref().map(|found| found.steps.len());
        sound &= steps.is_some();
        eprintln!("{}: {}", finding.name(), finding.about());
        tell(&report);
        let line = json!({
            "name": finding.name(),
            "scope": finding.scope,
            "found": steps.is_some(),
            "steps": steps,
            "states": report.states,
            "seconds": report.time.as_secs_f64(),
        });
        println!("{line}");
        all.push((*finding, report));
    });
    if let Some(page) = page.filter(|_| sound) {
        let text = explore::page::page(&all);
        std::fs::write(page, text).with_context(|| format!("writing {}", page.display()))?;
    }
    Ok(code(sound))
}

fn tell(report: &Report) {
    let found = report.violation.iter();
    found
        .flat_map(|violation| &violation.story)
        .for_each(|line| eprintln!("{line}"));
}

fn code(sound: bool) -> ExitCode {
    if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// One line for each scope.
fn as_json(report: &Report) -> Value {
    json!({
        "name": report.name,
        "states": report.states,
        "steps": report.steps,
        "depth": report.depth,
        "complete": report.complete,
        "rests": report.rests,
        "seconds": report.time.as_secs_f64(),
        "violations": usize::from(report.violation.is_some()),
    })
}
