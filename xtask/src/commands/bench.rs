// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench`.

use std::process::ExitCode;

use anyhow::Result;

use crate::bench::{
    BenchAllocation, BenchController, BenchWebhook, BenchWorld, Floor, Space, StandIn, Writer,
};

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
    #[command(hide = true)]
    Floor(Floor),
    #[command(hide = true)]
    Writer(Writer),
    #[command(hide = true)]
    Space(Space),
    #[command(hide = true)]
    StandIn(StandIn),
}

impl Bench {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self.what {
            What::Allocation(allocation) => allocation.run().await?,
            What::Controller(controller) => controller.run().await?,
            What::Webhook(webhook) => webhook.run().await?,
            What::World(world) => world.run().await?,
            What::Floor(floor) => floor.run().await?,
            What::Writer(writer) => writer.run().await?,
            What::Space(space) => space.run()?,
            What::StandIn(stand_in) => stand_in.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
