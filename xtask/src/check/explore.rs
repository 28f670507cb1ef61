// SPDX-License-Identifier: Apache-2.0

//! Every order of events in small scopes, and the faults that are built in to prove that it finds some: `crates/explore`, built for
//! speed.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::cargo::{cargo, finish};
use crate::process::Tied;

/// How many states of each scope are explored in passing.
const FEW: usize = 10_000;

/// How many on demand: over all scopes more than 10,000,000.
const MANY: usize = 300_000;

/// What was explored of a scope.
#[derive(Debug, Deserialize, Serialize)]
pub struct Explored {
    /// The scope.
    pub name: String,
    /// How many different states there were.
    pub states: u64,
    /// How many steps were taken between them.
    pub steps: u64,
    /// How many steps the furthest state is away from the beginning.
    pub depth: u32,
    /// Whether these are all states that there are.
    pub complete: bool,
    /// Whether a rule was broken. The search ends there.
    pub violations: u32,
    /// How long it took.
    pub seconds: f64,
}

/// What became of a fault that was built in.
#[derive(Debug, Deserialize, Serialize)]
pub struct Sought {
    /// The fault.
    pub name: String,
    /// The scope in which it was looked for.
    pub scope: String,
    /// Whether it broke a rule there.
    pub found: bool,
    /// How many steps it takes to break it.
    pub steps: Option<u32>,
    /// How many different states were seen up to there.
    pub states: u64,
}

/// Explores each scope, or one, up to a number of states.
///
/// # Errors
/// If the explorer can't be built or run, or there is no such scope.
pub async fn explore(scope: Option<&str>, long: bool) -> Result<Vec<Explored>> {
    let states = (if long { MANY } else { FEW }).to_string();
    let mut args = vec!["--states", &states];
    args.extend(scope.iter().flat_map(|scope| ["--scope", scope]));
    run(&[], &args, |explored: &Explored| {
        let Explored {
            name,
            states,
            depth,
            violations,
            seconds,
            ..
        } = explored;
        println!(
            "explore: {name}: {states} states, up to {depth} steps away, {violations} violations in {seconds:.1} s"
        );
    })
    .await
}

/// Builds each fault into the controller, and looks whether it is found.
///
/// # Errors
/// If the explorer can't be built or run.
pub async fn seek() -> Result<Vec<Sought>> {
    let features = ["--features", "explore/seeded-faults"];
    run(&features, &["--faults"], |sought: &Sought| {
        let Sought { name, scope, .. } = sought;
        match sought.steps {
            Some(steps) => println!("seeded: {name}: found in {scope} by {steps} steps"),
            None => println!("seeded: {name}: not found in {scope}"),
        }
    })
    .await
}

/// Runs the explorer; each line that it prints is told as it comes. What it finds it tells itself.
async fn run<T>(
    features: &[&str],
    args: &[&str],
    tell: impl Fn(&T) + Send + 'static,
) -> Result<Vec<T>>
where
    T: DeserializeOwned + Send + 'static,
{
    let mut build = cargo();
    build.args(["build", "--workspace", "--release", "--bin", "explore"]);
    build.args(features);
    let [program] = finish(build, ["explore"]).await?;
    let mut command = Command::new(program);
    command.args(args).stdout(Stdio::piped());
    let mut explorer = Tied::spawn("explore", command)?;
    let lines = explorer.lines();
    let read = move || -> Result<Vec<T>> {
        let parse = |line: String| {
            let figures = serde_json::from_str(&line).context(line)?;
            tell(&figures);
            Ok(figures)
        };
        lines.map(parse).collect()
    };
    let figures = tokio::task::spawn_blocking(read).await??;
    // It ends with 1 where it has found something that must not be.
    let code = explorer.wait().await?.code();
    ensure!(
        matches!(code, Some(0 | 1)) && !figures.is_empty(),
        "explore failed: see above"
    );
    Ok(figures)
}
