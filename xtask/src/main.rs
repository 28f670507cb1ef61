//! `cargo xtask`: everything that a developer runs.

mod bench;
mod commands;

use std::process::ExitCode;

use clap::Parser;

use commands::Command;

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

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().command.run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
