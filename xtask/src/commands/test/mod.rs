// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask test`.

mod clients;
mod cluster;
mod deny;
mod gitops;
mod node;
mod publish;
mod python;
mod steps;
mod upgrade;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::signal::unix::{SignalKind, signal};
use xtask::control_plane::BinariesFrom;
use xtask::process::Tied;

use steps::{How, Step};

/// Check everything: format, lints, documentation, generated files, licences, tests
#[derive(clap::Args)]
pub(crate) struct Test {
    /// Run only the tests whose names contain one of these, and no other checks
    filters: Vec<String>,
    /// Run only these steps
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Step>,
    /// Run only the step `node`; it needs root, and packages of Debian's
    #[arg(long, conflicts_with = "only")]
    node: bool,
    /// Install the packages that the steps `dockerfiles` and `node` need; so does CI=true
    #[arg(long)]
    install: bool,
    /// Cargo's profile of what runs on the node; what is shipped is `dist`
    #[arg(long, default_value = "dev")]
    node_profile: String,
    /// What the step `upgrade` takes for the last release, as git names it; otherwise the last tag v*
    #[arg(long, value_name = "REV")]
    upgrade_from: Option<String>,
    /// Go on after a step that failed
    #[arg(long)]
    keep_going: bool,
    #[command(flatten)]
    from: BinariesFrom,
}

/// A step: how long it took, and how it went.
struct Outcome(Step, Duration, Verdict);

/// How a step went.
enum Verdict {
    Good,
    /// This machine can't run it.
    LeftOut(anyhow::Error),
    Failed,
}

impl Test {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        self.from.choose();
        tokio::select! {
            outcomes = self.run_steps() => Ok(report(&outcomes)),
            // What the steps hold is dropped by now, and so has ended.
            code = interrupted() => {
                eprintln!("\ninterrupted: everything that was started has been ended");
                // Not by returning: a Go build on a blocking thread would be waited for.
                std::process::exit(code?);
            }
        }
    }

    async fn run_steps(&self) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for step in Step::ALL.into_iter().filter(|step| self.wants(*step)) {
            println!("\n==> {step}: {}", step.about());
            let start = Instant::now();
            let verdict = self.run_step(step).await;
            let failed = matches!(verdict, Verdict::Failed);
            outcomes.push(Outcome(step, start.elapsed(), verdict));
            if failed && !self.keep_going {
                break;
            }
        }
        outcomes
    }

    async fn run_step(&self, step: Step) -> Verdict {
        let how = How {
            install: self.install || in_ci(),
            node_profile: self.node_profile.clone(),
            upgrade_from: self.upgrade_from.clone(),
        };
        if let Some(why) = step.obstacle(&how) {
            if self.node || self.only.contains(&step) {
                eprintln!("error: {step}: {why:#}");
                return Verdict::Failed;
            }
            println!("left out: {why:#}");
            return Verdict::LeftOut(why);
        }
        match step.run(&self.filters, &how).await {
            Ok(()) => Verdict::Good,
            Err(error) => {
                eprintln!("error: {step}: {error:#}");
                Verdict::Failed
            }
        }
    }

    fn wants(&self, step: Step) -> bool {
        if self.node {
            step == Step::Node
        } else if self.only.is_empty() {
            self.filters.is_empty() || step.has_filter()
        } else {
            self.only.contains(&step)
        }
    }
}

fn report(outcomes: &[Outcome]) -> ExitCode {
    println!();
    for Outcome(step, time, verdict) in outcomes {
        let (word, why) = match verdict {
            Verdict::Good => ("ok", String::new()),
            Verdict::LeftOut(why) => ("left out", format!(": {why:#}")),
            Verdict::Failed => ("FAILED", String::new()),
        };
        println!(
            "{:<8} {word:<8} {:>7.1} s{why}",
            step.to_string(),
            time.as_secs_f64()
        );
    }
    let total: Duration = outcomes.iter().map(|outcome| outcome.1).sum();
    let good = !outcomes
        .iter()
        .any(|outcome| matches!(outcome.2, Verdict::Failed));
    println!(
        "{} in {:.1} s",
        if good { "all good" } else { "FAILED" },
        total.as_secs_f64()
    );
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Where nothing may be left out, and packages may be installed.
fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// The exit code for the signal that comes.
async fn interrupted() -> Result<i32> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => Ok(done.map(|()| 130)?),
        _ = terminate.recv() => Ok(143),
        _ = hang_up.recv() => Ok(129),
    }
}

/// Runs a command that shares our output, to its end or ours.
async fn run(command: std::process::Command) -> Result<()> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let program = Path::new(command.get_program()).file_name();
    let program = program.unwrap_or_default().to_string_lossy().into_owned();
    let status = Tied::spawn(&program, command)?.wait().await?;
    ensure!(
        status.success(),
        "`{program} {}` failed ({status})",
        words.join(" ")
    );
    Ok(())
}
