//! `cargo xtask bench`.

use std::process::ExitCode;

use anyhow::Result;

use crate::bench::{BenchAllocation, BenchController, BenchWebhook, Floor, Space, Writer};

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
    #[command(hide = true)]
    Floor(Floor),
    #[command(hide = true)]
    Writer(Writer),
    #[command(hide = true)]
    Space(Space),
}

impl Bench {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self.what {
            What::Allocation(allocation) => allocation.run().await?,
            What::Controller(controller) => controller.run().await?,
            What::Webhook(webhook) => webhook.run().await?,
            What::Floor(floor) => floor.run().await?,
            What::Writer(writer) => writer.run().await?,
            What::Space(space) => space.run()?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
