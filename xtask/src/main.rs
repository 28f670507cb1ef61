// SPDX-License-Identifier: Apache-2.0

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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Name and description, in their order.
    fn listed(command: &clap::Command) -> Vec<(String, String)> {
        let commands = command.get_subcommands();
        commands
            .map(|one| {
                let about = one.get_about().map(ToString::to_string);
                (one.get_name().to_owned(), about.unwrap_or_default())
            })
            .collect()
    }

    #[test]
    fn what_is_run_first_lists_the_same_commands() {
        assert_eq!(listed(&local::commands::cli()), listed(&Cli::command()));
    }
}
