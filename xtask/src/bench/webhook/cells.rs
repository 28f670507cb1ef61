// SPDX-License-Identifier: Apache-2.0

//! What the server costs: the webhook beside a no-op, cell by cell, in turn.

use std::sync::Arc;

use anyhow::Result;

use super::client::Transport;
use super::closed_loop::{Limit, drive};
use super::load::clients;
use super::report::{Measured, ServerRow};
use super::review::Review;
use super::server::{Program, Server};
use crate::bench::harness::rounds::{Pair, Rounds};
use crate::bench::harness::stats::percentiles;

/// At what the reviews other than the first are measured.
const OTHERS: (Transport, usize) = (Transport::Http2, 16);

/// Each leaves a port in `TIME_WAIT` for a minute, and there are some thirty thousand.
const MOST_CONNECTIONS: u64 = 4000;

/// One thing to measure.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) review: Review,
    pub(crate) transport: Transport,
    /// Reviews under way.
    pub(crate) at_once: usize,
    /// Reviews a second; `None`: as many as are answered.
    pub(crate) per_second: Option<u32>,
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) rounds: u32,
    pub(crate) limit: Limit,
}

/// The first review over each transport, so many at once; the others at one of these; all at a rate.
pub(crate) fn all(reviews: &[Review], at_once: &[usize], per_second: u32) -> Vec<Cell> {
    let cell = |review: &Review, transport, at_once| Cell {
        review: review.clone(),
        transport,
        at_once,
        per_second: None,
    };
    let mut cells = Vec::new();
    if let Some(first) = reviews.first() {
        for transport in Transport::ALL {
            cells.extend(at_once.iter().map(|count| cell(first, transport, *count)));
        }
    }
    let (transport, count) = OTHERS;
    cells.extend(
        reviews
            .iter()
            .skip(1)
            .map(|review| cell(review, transport, count)),
    );
    cells.extend(reviews.iter().map(|review| Cell {
        per_second: Some(per_second),
        ..cell(review, transport, count)
    }));
    cells
}

/// Starts both servers and measures all cells, telling each.
pub(crate) async fn measure(
    webhook: Program<'_>,
    noop: Program<'_>,
    cells: &[Cell],
    effort: Effort,
) -> Result<Vec<ServerRow>> {
    let (mut webhook, mut noop) = (webhook.start().await?, noop.start().await?);
    let mut rows = Vec::new();
    for cell in cells {
        let row = one(&mut webhook, &mut noop, cell, effort).await?;
        eprintln!("{row}");
        rows.push(row);
    }
    webhook.running.stop().await;
    noop.running.stop().await;
    Ok(rows)
}

async fn one(
    webhook: &mut Server,
    noop: &mut Server,
    cell: &Cell,
    effort: Effort,
) -> Result<ServerRow> {
    let limit = cell.limit(effort.limit);
    let allowing = cell.allowing();
    let mut rounds = Vec::new();
    for round in 0..effort.rounds {
        // Who comes first has the cooler machine.
        let first = if round % 2 == 0 {
            Some(load(webhook, cell, limit).await?)
        } else {
            None
        };
        let floor = load(noop, &allowing, limit).await?;
        let ours = match first {
            Some(first) => first,
            None => load(webhook, cell, limit).await?,
        };
        rounds.push(Pair { ours, floor });
    }
    Ok(ServerRow::new(cell, &Rounds(rounds)))
}

impl Cell {
    fn limit(&self, limit: Limit) -> Limit {
        let limit = Limit {
            per_second: self.per_second,
            ..limit
        };
        match self.transport {
            Transport::Http1 | Transport::Http2 => limit,
            Transport::New => limit.at_most(MOST_CONNECTIONS),
        }
    }

    /// The no-op allows everything.
    fn allowing(&self) -> Self {
        let mut allowing = self.clone();
        allowing.review.allowed = true;
        allowing
    }
}

/// Puts a server under load, after a quarter of it as a warm-up.
pub(crate) async fn load(server: &mut Server, cell: &Cell, limit: Limit) -> Result<Measured> {
    let loaded = try_load(server, cell, limit).await;
    loaded.map_err(|error| server.running.explain(error))
}

async fn try_load(server: &Server, cell: &Cell, limit: Limit) -> Result<Measured> {
    let review = Arc::new(cell.review.clone());
    let clients = clients(&server.client, &review, cell.transport, cell.at_once).await?;
    let warm_up = Limit {
        time: limit.time / 4,
        calls: limit.calls / 4,
        ..limit
    };
    let warm = drive(clients, warm_up).await?;
    let before = server.running.cpu()?;
    let driven = drive(warm.callers, limit).await?;
    let cpu = server.running.cpu()?.saturating_sub(before);
    Ok(Measured {
        reviews: driven.latencies.len(),
        wall: driven.wall,
        cpu,
        latencies: percentiles(driven.latencies, [500, 990, 999]),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_first_review_is_measured_at_all_settings_each_other_at_one_and_all_at_a_rate() {
        let reviews = Review::all().expect("samples");
        let cells = all(&reviews, &[1, 4], 2000);
        let first = |cell: &&Cell| {
            cell.review.what == "interface" && cell.review.endpoint.name() == "mutate"
        };
        assert_eq!(cells.iter().filter(first).count(), 6 + 1);
        assert_eq!(cells.len(), 6 + reviews.len() - 1 + reviews.len());
    }

    const LIMIT: Limit = Limit {
        time: Duration::from_secs(2),
        calls: 200_000,
        per_second: None,
    };

    #[test]
    fn new_connections_are_bounded_in_number() {
        let reviews = Review::all().expect("samples");
        for cell in all(&reviews, &[1], 2000) {
            let limit = cell.limit(LIMIT);
            assert_eq!(limit.calls <= MOST_CONNECTIONS, !cell.transport.keeps());
        }
    }
}
