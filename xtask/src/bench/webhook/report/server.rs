// SPDX-License-Identifier: Apache-2.0

//! What the server costs, beside a no-op in the same server.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::bench::harness::rounds::Rounds;
use crate::bench::harness::stats::{float, rounded, us};
use crate::bench::harness::table::Column;
use crate::bench::harness::targets::Target;
use crate::bench::webhook::cells::Cell;
use crate::bench::webhook::client::Transport;
use crate::bench::webhook::review::Endpoint;

/// How much longer than the no-op's the slowest reviews may take.
const MOST_P99_RATIO: f64 = 1.5;
/// Reviews a second that a core must be good for, over connections that are kept.
const LEAST_PER_CORE: f64 = 10_000.0;

/// One load on one server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) reviews: usize,
    pub(crate) wall: Duration,
    /// The server's user and system time.
    pub(crate) cpu: Duration,
    /// p50, p99, p99.9.
    pub(crate) latencies: [Duration; 3],
}

/// One cell: medians of the rounds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ServerRow {
    pub(crate) review: &'static str,
    pub(crate) endpoint: Endpoint,
    pub(crate) transport: Transport,
    pub(crate) at_once: usize,
    /// Reviews a second that were asked for; `None`: as many as were answered.
    pub(crate) per_second: Option<u32>,
    /// Bytes of a review.
    pub(crate) bytes: usize,
    pub(crate) webhook: Figures,
    pub(crate) noop: Figures,
    /// The median of the ratios of neighbouring loads.
    pub(crate) p99_ratio: f64,
}

/// Of one server.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) reviews_per_s: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) p999_us: f64,
    pub(crate) cpu_us: f64,
    /// What a core would do that does nothing else: the inverse of CPU time per review.
    pub(crate) reviews_per_core_s: f64,
}

impl Measured {
    fn cpu_us(&self) -> f64 {
        us(self.cpu) / self.count()
    }

    fn per_second(&self) -> f64 {
        self.count() / self.wall.as_secs_f64()
    }

    fn count(&self) -> f64 {
        float(self.reviews as u64)
    }
}

impl Figures {
    /// Of the medians of one server.
    fn new(median: impl Fn(fn(&Measured) -> f64) -> f64) -> Self {
        let of = |figure: fn(&Measured) -> f64| rounded(median(figure));
        let cpu_us = of(Measured::cpu_us);
        Self {
            reviews_per_s: of(Measured::per_second).round(),
            p50_us: of(|run| us(run.latencies[0])),
            p99_us: of(|run| us(run.latencies[1])),
            p999_us: of(|run| us(run.latencies[2])),
            cpu_us,
            reviews_per_core_s: (1e6 / cpu_us).round(),
        }
    }
}

impl ServerRow {
    /// Of all rounds of a cell.
    pub(crate) fn new(cell: &Cell, rounds: &Rounds<Measured, Measured>) -> Self {
        let p99 = |run: &Measured| run.latencies[1].as_secs_f64();
        Self {
            review: cell.review.what,
            endpoint: cell.review.endpoint,
            transport: cell.transport,
            at_once: cell.at_once,
            per_second: cell.per_second,
            bytes: cell.review.body.len(),
            webhook: Figures::new(|figure| rounds.median(figure)),
            noop: Figures::new(|figure| rounds.median_of_floor(figure)),
            p99_ratio: rounded(rounds.ratio(p99, p99)),
        }
    }

    fn cell(&self) -> String {
        format!(
            "{} to {} over {}, {}",
            self.review,
            self.endpoint,
            self.transport,
            self.load()
        )
    }

    fn load(&self) -> String {
        match self.per_second {
            Some(rate) => format!("{rate} a second"),
            None => format!("{} at once", self.at_once),
        }
    }
}

impl fmt::Display for ServerRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (webhook, noop) = (&self.webhook, &self.noop);
        write!(
            f,
            "{}: {:.0} reviews/s (no-op {:.0}), p99 {:.0} µs (no-op {:.0}), CPU {:.1} µs (no-op {:.1})",
            self.cell(),
            webhook.reviews_per_s,
            noop.reviews_per_s,
            webhook.p99_us,
            noop.p99_us,
            webhook.cpu_us,
            noop.cpu_us
        )
    }
}

/// For people.
pub(super) const COLUMNS: [Column<ServerRow>; 11] = [
    ("review", |row| row.review.to_owned()),
    ("endpoint", |row| row.endpoint.to_string()),
    ("transport", |row| row.transport.to_string()),
    ("load", ServerRow::load),
    ("reviews/s", |row| {
        format!("{:.0}", row.webhook.reviews_per_s)
    }),
    ("no-op's", |row| format!("{:.0}", row.noop.reviews_per_s)),
    ("p50/p99/p99.9 µs", |row| latencies(&row.webhook)),
    ("no-op's", |row| latencies(&row.noop)),
    ("p99 ratio", |row| format!("{:.2}", row.p99_ratio)),
    ("CPU µs", |row| {
        format!("{:.1} ({:.1})", row.webhook.cpu_us, row.noop.cpu_us)
    }),
    ("reviews/core/s", |row| {
        format!("{:.0}", row.webhook.reviews_per_core_s)
    }),
];

fn latencies(of: &Figures) -> String {
    format!("{:.0} / {:.0} / {:.0}", of.p50_us, of.p99_us, of.p999_us)
}

/// Each by the cell that is furthest from it; latency at a rate, and as fast as it goes.
pub(super) fn targets(rows: &[ServerRow]) -> Vec<Target> {
    // Between the reviews of a rate, a server goes to sleep and wakes up: that is no cost of the reviews.
    let kept = rows
        .iter()
        .filter(|row| row.transport.keeps() && row.per_second.is_none());
    let slowest = [true, false].map(|at_a_rate| {
        let rows = rows.iter();
        rows.filter(|row| row.per_second.is_some() == at_a_rate)
            .max_by(|a, b| a.p99_ratio.total_cmp(&b.p99_ratio))
    });
    let dearest = kept.max_by(|a, b| a.webhook.cpu_us.total_cmp(&b.webhook.cpu_us));
    let latency = slowest.into_iter().flatten().map(|row| {
        let (ratio, cell) = (row.p99_ratio, row.cell());
        let what = format!("{cell}: p99 {ratio:.2} times the no-op's");
        Target::at_most(&what, ratio, MOST_P99_RATIO)
    });
    let cost = dearest.map(|row| {
        let (rate, cell) = (row.webhook.reviews_per_core_s, row.cell());
        let what = format!("{cell}: {rate:.0} reviews per core and second");
        Target::at_least(&what, rate, LEAST_PER_CORE)
    });
    latency.chain(cost).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::bench::harness::rounds::Pair;
    use crate::bench::webhook::review::Review;

    fn measured(p99_us: u64, cpu_us: u64) -> Measured {
        Measured {
            reviews: 1000,
            wall: Duration::from_millis(500),
            cpu: Duration::from_micros(cpu_us * 1000),
            latencies: [p99_us / 2, p99_us, p99_us * 2].map(Duration::from_micros),
        }
    }

    fn row_of(transport: Transport, rounds: &[(u64, u64)], cpu_us: u64) -> ServerRow {
        let cell = Cell {
            review: Review::interface(Endpoint::Mutate).expect("a sample"),
            transport,
            at_once: 4,
            per_second: None,
        };
        let pair = |(webhook, noop): &(u64, u64)| Pair {
            ours: measured(*webhook, cpu_us),
            floor: measured(*noop, 20),
        };
        ServerRow::new(&cell, &Rounds(rounds.iter().map(pair).collect()))
    }

    pub(in super::super) fn row(p99_us: u64, noop_p99_us: u64) -> ServerRow {
        row_of(Transport::Http2, &[(p99_us, noop_p99_us)], 30)
    }

    #[test]
    fn ratios_are_of_neighbours() {
        let row = row_of(Transport::Http2, &[(100, 100), (900, 300), (220, 200)], 40);
        assert_eq!(row.p99_ratio.to_string(), "1.1");
        assert_eq!(row.webhook.p99_us.to_string(), "220");
        let figures = [
            row.webhook.reviews_per_s,
            row.webhook.cpu_us,
            row.webhook.reviews_per_core_s,
        ];
        assert_eq!(figures.map(|f| f.to_string()), ["2000", "40", "25000"]);
    }

    #[test]
    fn the_cell_that_is_furthest_from_a_target_decides() {
        let reached = |rows: &[ServerRow]| -> Vec<bool> {
            let targets = targets(rows).into_iter();
            targets.map(|target| target.reached).collect()
        };
        assert_eq!(reached(&[row(100, 100), row(150, 100)]), [true, true]);
        assert_eq!(reached(&[row(100, 100), row(151, 100)]), [false, true]);
        let paced = ServerRow {
            per_second: Some(2000),
            ..row(151, 100)
        };
        assert_eq!(reached(&[row(100, 100), paced]), [false, true, true]);
        let idle = ServerRow {
            per_second: Some(2000),
            ..row_of(Transport::Http2, &[(100, 100)], 101)
        };
        assert_eq!(reached(&[row(100, 100), idle]), [true, true, true]);
        let dear = row_of(Transport::Http1, &[(100, 100)], 101);
        assert_eq!(reached(&[row(100, 100), dear]), [true, false]);
        assert_eq!(reached(&[]), [true; 0]);
    }

    #[test]
    fn the_handshakes_of_new_connections_are_not_the_reviews_cost() {
        let new = row_of(Transport::New, &[(100, 100)], 500);
        let targets = targets(&[new, row(100, 100)]);
        assert!(targets.iter().all(|target| target.reached), "{targets:?}");
    }
}
