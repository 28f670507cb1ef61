// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench`.

use std::process::ExitCode;

use anyhow::Result;

use crate::bench::{BenchAllocation, BenchController, BenchWebhook, BenchWorld, Part};

/// Measure, see docs/performance.md
#[derive(clap::Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Allocation(BenchAllocation),
    Controller(BenchController),
    Webhook(BenchWebhook),
    World(BenchWorld),
    /// Started by the benchmarks themselves
    #[command(hide = true)]
    Part {
        part: Part,
    },
}

impl Bench {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self.what {
            What::Allocation(allocation) => allocation.run().await?,
            What::Controller(controller) => controller.run().await?,
            What::Webhook(webhook) => webhook.run().await?,
            What::World(world) => world.run().await?,
            What::Part { part } => part.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
