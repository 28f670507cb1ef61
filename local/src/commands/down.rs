// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask down`.

use std::process::ExitCode;

use crate::up::{State, lock, names};
use anyhow::Result;

/// End a system that `up` started, and remove its data
#[derive(clap::Args)]
pub struct Down {
    /// Name of the system
    #[arg(long, default_value = "default")]
    name: String,
    /// End all systems
    #[arg(long, conflicts_with = "name")]
    all: bool,
}

impl Down {
    /// # Errors
    /// Where what is remembered can't be read.
    pub async fn run(self) -> Result<ExitCode> {
        let names = if self.all { names() } else { vec![self.name] };
        for name in names {
            down(&name).await?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn down(name: &str) -> Result<()> {
    let _lock = lock(name)?;
    let Some(state) = State::load(name)? else {
        println!("`{name}` is not up; `cargo xtask status` shows what is");
        return Ok(());
    };
    let alive = state.alive().count();
    state.down().await?;
    println!("`{name}` is down ({alive} processes ended)");
    Ok(())
}
