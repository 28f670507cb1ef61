// SPDX-License-Identifier: Apache-2.0

//! What rules and webhook cost whoever creates objects.

use std::time::Duration;

use serde::Serialize;

use crate::bench::harness::stats::{median, ms, rounded};
use crate::bench::harness::table::Column;

/// Creates of one kind in one setting.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Speed {
    pub(crate) per_second: f64,
    /// p50, p99.
    pub(crate) latencies: [Duration; 2],
}

/// One kind, so many at once: medians of the rounds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CreatesRow {
    pub(crate) kind: &'static str,
    pub(crate) at_once: usize,
    /// Neither CEL rules nor webhook.
    pub(crate) bare: Figures,
    /// CEL rules.
    pub(crate) rules: Figures,
    /// CEL rules and the webhook, called twice.
    pub(crate) webhook: Figures,
}

/// In one setting.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) creates_per_s: f64,
    /// Of the speed without rules and webhook in the same round.
    pub(crate) of_bare: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

impl CreatesRow {
    /// Of all rounds, each without anything, with rules, with rules and webhook.
    pub(crate) fn new(kind: &'static str, at_once: usize, rounds: &[[Speed; 3]]) -> Self {
        let [bare, rules, webhook] = [0, 1, 2].map(|setting| Figures::new(rounds, setting));
        Self {
            kind,
            at_once,
            bare,
            rules,
            webhook,
        }
    }
}

impl Figures {
    fn new(rounds: &[[Speed; 3]], setting: usize) -> Self {
        let of = |figure: &dyn Fn(&[Speed; 3]) -> f64| rounded(median(rounds.iter().map(figure)));
        Self {
            creates_per_s: of(&|round| round[setting].per_second),
            of_bare: of(&|round| round[setting].per_second / round[0].per_second),
            p50_ms: of(&|round| ms(round[setting].latencies[0])),
            p99_ms: of(&|round| ms(round[setting].latencies[1])),
        }
    }
}

/// For people.
pub(super) const COLUMNS: [Column<CreatesRow>; 8] = [
    ("kind", |row| row.kind.to_owned()),
    ("at once", |row| row.at_once.to_string()),
    ("creates/s", |row| format!("{:.0}", row.bare.creates_per_s)),
    ("with CEL", |row| speed(&row.rules)),
    ("with CEL and webhook", |row| speed(&row.webhook)),
    ("p50/p99 ms", |row| latencies(&row.bare)),
    ("with CEL", |row| latencies(&row.rules)),
    ("with CEL and webhook", |row| latencies(&row.webhook)),
];

fn speed(of: &Figures) -> String {
    format!("{:.0} ({:.2})", of.creates_per_s, of.of_bare)
}

fn latencies(of: &Figures) -> String {
    format!("{:.1} / {:.1}", of.p50_ms, of.p99_ms)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn speed(per_second: f64) -> Speed {
        Speed {
            per_second,
            latencies: [2, 8].map(Duration::from_millis),
        }
    }

    pub(in super::super) fn row() -> CreatesRow {
        let rounds = [
            [800.0, 600.0, 400.0],
            [400.0, 320.0, 240.0],
            [100.0, 90.0, 10.0],
        ];
        CreatesRow::new("Machine", 16, &rounds.map(|round| round.map(speed)))
    }

    #[test]
    fn ratios_are_of_one_round() {
        let row = row();
        let ratios = [row.bare.of_bare, row.rules.of_bare, row.webhook.of_bare];
        assert_eq!(ratios.map(|ratio| ratio.to_string()), ["1", "0.8", "0.5"]);
        assert_eq!(row.webhook.creates_per_s.to_string(), "240");
        assert_eq!(row.rules.p99_ms.to_string(), "8");
    }
}
