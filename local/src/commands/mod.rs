// SPDX-License-Identifier: Apache-2.0

//! One file per command, and the command line.

mod demo;
mod down;
mod further;
mod status;
mod up;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use tokio::runtime::Runtime;

pub use demo::Demo;
pub use down::Down;
pub use status::Status;
pub use up::{Up, quoted};

/// Everything that a developer runs, on this machine alone.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Demo(Demo),
    Up(Up),
    Down(Down),
    Status(Status),
}

/// The command line of `cargo xtask`, with the commands that `xtask` runs.
pub fn cli() -> clap::Command {
    further::with_further(Cli::command())
}

/// Runs what the command line says.
///
/// # Errors
/// Where the command fails.
pub fn run() -> Result<ExitCode> {
    let matches = cli().get_matches();
    match matches.subcommand_name() {
        Some(name) if further::is_further(name) => {
            Err(further::run(std::env::args_os().skip(1))).context("running cargo")
        }
        _ => run_own(&matches),
    }
}

fn run_own(matches: &ArgMatches) -> Result<ExitCode> {
    let command = Cli::from_arg_matches(matches)?.command;
    let runtime = Runtime::new()?;
    let result = runtime.block_on(async {
        match command {
            Command::Demo(demo) => demo.run().await,
            Command::Up(up) => up.run().await,
            Command::Down(down) => down.run().await,
            Command::Status(status) => status.run().await,
        }
    });
    // Else a build on a thread of its own would be waited for, when what was to run beside it has failed.
    runtime.shutdown_background();
    result
}
