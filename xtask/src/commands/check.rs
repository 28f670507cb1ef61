// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask check`.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, Result};
use serde::Serialize;
use xtask::check::explore::{self, Explored, Sought};
use xtask::check::{any_seed, live, model};
use xtask::recipes;

/// Check at length what tests check in passing, see docs/reliability.md
#[derive(clap::Args)]
pub(crate) struct Check {
    /// Check for minutes or an hour, not seconds
    #[arg(long)]
    long: bool,
    /// Check this only: `model`, the model of the API server against the real one; `explore`, every order of events in small scopes,
    /// or one of them by its name; `seeded`, whether faults that are built in are found; `live`, the real programs under real faults;
    /// `recipes`, whether something fails where a place of a recipe in CONTRIBUTING.md is forgotten, or `recipes/NAME`, of one
    /// recipe: `field`, `rule` or `kind`
    #[arg(long, value_name = "NAME")]
    scope: Option<Scope>,
    /// What is random follows from this; otherwise it is another at each run
    #[arg(long)]
    seed: Option<u64>,
    /// Write figures to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    Model,
    Explore,
    Live,
    /// All recipes, or the one of this name.
    Recipes(Option<String>),
    /// One scope of the explorer's.
    Named(String),
    Seeded,
}

impl FromStr for Scope {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(match name {
            "model" => Self::Model,
            "explore" => Self::Explore,
            "live" => Self::Live,
            "recipes" => Self::Recipes(None),
            "seeded" => Self::Seeded,
            other => match other.strip_prefix("recipes/") {
                Some(recipe) => Self::Recipes(Some(recipe.to_owned())),
                None => Self::Named(other.to_owned()),
            },
        })
    }
}

/// What goes to the file: what was not checked is left out.
#[derive(Default, Serialize)]
struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<model::Figures>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<Explored>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    seeded: Vec<Sought>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<live::Figures>,
    /// Places of recipes without which nothing fails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    silent: Vec<String>,
}

impl Report {
    fn is_good(&self) -> bool {
        let compared = self.model.is_none_or(|figures| figures.differences == 0);
        let explored = self.scopes.iter().all(|scope| scope.violations == 0);
        let alive = self.live.as_ref().is_none_or(live::Figures::are_good);
        compared
            && explored
            && alive
            && self.silent.is_empty()
            && self.seeded.iter().all(|sought| sought.found)
    }
}

impl Check {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let seed = self.seed.unwrap_or_else(any_seed);
        let mut report = Report::default();
        if self.covers(&Scope::Model) {
            report.model = Some(model::check(self.long, seed).await?);
        }
        if let Some(Scope::Named(name)) = &self.scope {
            report.scopes = explore::explore(Some(name), self.long).await?;
        }
        if self.covers(&Scope::Explore) {
            report.scopes = explore::explore(None, self.long).await?;
        }
        if self.covers(&Scope::Seeded) {
            report.seeded = explore::seek().await?;
        }
        if self.covers(&Scope::Live) {
            report.live = Some(live::check(self.long, seed).await?);
        }
        // Not in passing: it builds for minutes.
        let recipe = match &self.scope {
            Some(Scope::Recipes(one)) => Some(one.as_deref()),
            None if self.long => Some(None),
            _ => None,
        };
        if let Some(recipe) = recipe {
            report.silent = recipes::silent(recipe).await?;
            for place in &report.silent {
                println!("nothing fails without {place}");
            }
        }
        if let Some(file) = &self.json {
            write(file, &report)?;
        }
        Ok(if report.is_good() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn covers(&self, scope: &Scope) -> bool {
        self.scope.as_ref().is_none_or(|only| only == scope)
    }
}

fn write(file: &Path, report: &Report) -> Result<()> {
    let text = serde_json::to_string_pretty(report)? + "\n";
    std::fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}
