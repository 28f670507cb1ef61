//! `cargo xtask bench`.

use std::process::ExitCode;

use anyhow::Result;

use crate::bench::{BenchController, BenchWebhook, Floor};

/// Measure, see docs/performance.md
#[derive(clap::Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Controller(BenchController),
    Webhook(BenchWebhook),
    #[command(hide = true)]
    Floor(Floor),
}

impl Bench {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self.what {
            What::Controller(controller) => controller.run().await?,
            What::Webhook(webhook) => webhook.run().await?,
            What::Floor(floor) => floor.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
