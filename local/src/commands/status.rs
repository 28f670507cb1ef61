// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask status`.

use std::process::ExitCode;

use crate::up::{Server, State, health, names};
use anyhow::Result;

/// Show what `up` started, and how it is doing
#[derive(clap::Args)]
pub struct Status {}

impl Status {
    #[allow(clippy::unused_self)] // as all commands
    /// # Errors
    /// Where what is remembered can't be read.
    pub async fn run(self) -> Result<ExitCode> {
        let names = names();
        if names.is_empty() {
            println!("nothing is up; `cargo xtask up` starts a system");
        }
        for name in names {
            if let Some(state) = State::load(&name)? {
                print(&state).await;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn print(state: &State) {
    println!(
        "{}   export KUBECONFIG={}",
        state.name,
        state.kubeconfig.display()
    );
    println!(
        "  {:<24} {:>8} {:>6}  {:<10} LOG",
        "SERVER", "PID", "PORT", "HEALTH"
    );
    for server in &state.servers {
        println!("{}", line(server, health(state, server).await));
    }
}

fn line(server: &Server, health: &str) -> String {
    let port = server.port.map(|port| port.to_string()).unwrap_or_default();
    let log = server
        .log
        .as_ref()
        .map(|log| log.display().to_string())
        .unwrap_or_default();
    format!(
        "  {:<24} {:>8} {port:>6}  {health:<10} {log}",
        server.name, server.process.pid
    )
}
