// SPDX-License-Identifier: Apache-2.0

//! What the webhook holds when it knows many networks.

use anyhow::{Result, ensure};

use super::cells::{Cell, load};
use super::client::Transport;
use super::closed_loop::Limit;
use super::plane::Plane;
use super::report::MemoryRow;
use super::review::{Endpoint, Review};
use super::samples::Sample;
use super::server::{Program, Server};
use crate::bench::harness::metrics::Metrics;
use crate::bench::harness::stats::{mib, rounded};

/// As an API server under load has.
const AT_ONCE: usize = 16;

/// Stores networks, has the webhook know them, and puts it under load.
pub(crate) async fn measure(
    plane: &Plane,
    program: Program<'_>,
    networks: u32,
    limit: Limit,
) -> Result<MemoryRow> {
    let alone = program.start().await?;
    let alone_mib = mib(alone.running.memory()?.resident);
    alone.running.stop().await;
    eprintln!("{networks} networks: storing them");
    let last = plane.store_networks(networks).await?;
    let mut webhook = program.start_watching(&plane.kubeconfig()).await?;
    let row = known(&mut webhook, networks, &last, limit, alone_mib).await;
    webhook.running.stop().await;
    row
}

async fn known(
    webhook: &mut Server,
    networks: u32,
    last: &str,
    limit: Limit,
    alone_mib: f64,
) -> Result<MemoryRow> {
    let ready = webhook.running.memory()?.resident;
    let cell = Cell {
        review: on_network(last)?,
        transport: Transport::Http2,
        at_once: AT_ONCE,
        per_second: None,
    };
    load(webhook, &cell, limit).await?;
    all_are_known(&webhook.running.metrics().await?)?;
    let loaded = webhook.running.memory()?;
    let row = MemoryRow {
        networks,
        alone_mib: rounded(alone_mib),
        ready_mib: rounded(mib(ready)),
        loaded_mib: rounded(mib(loaded.resident)),
        peak_mib: rounded(mib(loaded.peak)),
    };
    eprintln!(
        "{networks} networks: {} MiB, at most {}",
        row.loaded_mib, row.peak_mib
    );
    Ok(row)
}

/// The sample interface's review, with another network.
fn on_network(name: &str) -> Result<Review> {
    let mut sample = Sample::interface()?;
    *sample.at("/spec/networkRef/name")? = name.into();
    Review::new("interface", &sample, Endpoint::Mutate, true)
}

/// What the watches lack is asked of the API server: then this would not be the memory of one that knows.
fn all_are_known(metrics: &Metrics) -> Result<()> {
    let lookups = |answer: &str| {
        let label = format!("answer=\"{answer}\"");
        metrics.sum("ni_webhook_reference_lookups_total", &label)
    };
    let others = ["found", "missing", "timed_out", "failed"].map(lookups);
    ensure!(
        lookups("known") > 0.0 && others.iter().sum::<f64>() < 1.0,
        "the webhook's watches do not know what is there:\n{metrics}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_counts_only_where_the_watches_know_all() {
        let line =
            |answer: &str| format!("ni_webhook_reference_lookups_total{{answer=\"{answer}\"}} 3\n");
        let all_are_known = |text: String| all_are_known(&Metrics::of(text)).is_ok();
        assert!(all_are_known(line("known")));
        assert!(!all_are_known(line("known") + &line("found")));
        assert!(!all_are_known(String::new()));
    }
}
