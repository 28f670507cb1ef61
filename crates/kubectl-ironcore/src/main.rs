// SPDX-License-Identifier: Apache-2.0

//! `kubectl ironcore`.

use std::process::ExitCode;

use clap::Parser;
use kubectl_ironcore::options::Cli;
use kubectl_ironcore::run::run;

#[tokio::main]
async fn main() -> ExitCode {
    match Box::pin(run(&Cli::parse())).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
