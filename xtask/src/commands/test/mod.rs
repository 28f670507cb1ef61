//! `cargo xtask test`.

mod clients;
mod cluster;
mod deny;
mod python;
mod steps;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::signal::unix::{SignalKind, signal};
use xtask::process::Tied;

use steps::Step;

/// Check everything: format, lints, documentation, generated files, licences, tests
#[derive(clap::Args)]
pub(crate) struct Test {
    /// Run only the tests whose names contain one of these, and no other checks
    filters: Vec<String>,
    /// Run only these steps
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Step>,
    /// Go on after a step that failed
    #[arg(long)]
    keep_going: bool,
}

/// A step that was run: how long it took, and how it failed.
struct Outcome(Step, Duration, Option<anyhow::Error>);

impl Test {
    pub(crate) async fn run(self) -> Result<ExitCode> {
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
            let error = step.run(&self.filters).await.err();
            let failed = error.is_some();
            if let Some(error) = &error {
                eprintln!("error: {step}: {error:#}");
            }
            outcomes.push(Outcome(step, start.elapsed(), error));
            if failed && !self.keep_going {
                break;
            }
        }
        outcomes
    }

    fn wants(&self, step: Step) -> bool {
        if self.only.is_empty() {
            self.filters.is_empty() || step.has_filter()
        } else {
            self.only.contains(&step)
        }
    }
}

fn report(outcomes: &[Outcome]) -> ExitCode {
    println!();
    for Outcome(step, time, error) in outcomes {
        let verdict = if error.is_none() { "ok" } else { "FAILED" };
        println!(
            "{:<8} {verdict:<6} {:>7.1} s",
            step.to_string(),
            time.as_secs_f64()
        );
    }
    let total: Duration = outcomes.iter().map(|outcome| outcome.1).sum();
    let good = outcomes.iter().all(|outcome| outcome.2.is_none());
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
    let words: Vec<_> = command
        .get_args()
        .map(|arg| arg.to_string_lossy().into_owned())
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
