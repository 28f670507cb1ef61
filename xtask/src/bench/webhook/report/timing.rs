// SPDX-License-Identifier: Apache-2.0

//! What an answer costs where nothing but it is done.

use serde::Serialize;

use crate::bench::harness::stats::{median, rounded};
use crate::bench::harness::table::Column;
use crate::bench::harness::targets::Target;
use crate::bench::webhook::review::{Endpoint, Review};
use crate::bench::webhook::timing::Times;

/// Microseconds that an answer on the sample interface may take.
const MOST_US: f64 = 30.0;

/// Of one review: medians of the rounds, in microseconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TimingRow {
    pub(crate) review: &'static str,
    pub(crate) endpoint: Endpoint,
    /// Bytes of the review.
    pub(crate) bytes: usize,
    /// From the review's bytes to the answer's.
    pub(crate) answer_us: f64,
    /// What is filled in and what is refused, from the decoded object.
    pub(crate) rules_us: f64,
}

impl TimingRow {
    /// Of a review's times.
    pub(crate) fn new(review: &Review, times: &Times) -> Self {
        let of = |rounds: &[f64]| rounded(median(rounds.iter().copied()));
        Self {
            review: review.what,
            endpoint: review.endpoint,
            bytes: review.body.len(),
            answer_us: of(&times.answer_us),
            rules_us: of(&times.rules_us),
        }
    }
}

/// For people.
pub(super) const COLUMNS: [Column<TimingRow>; 5] = [
    ("review", |row| row.review.to_owned()),
    ("endpoint", |row| row.endpoint.to_string()),
    ("bytes", |row| row.bytes.to_string()),
    ("bytes to bytes µs", |row| format!("{:.1}", row.answer_us)),
    ("of it the rules µs", |row| format!("{:.1}", row.rules_us)),
];

/// Of the sample interface, at the dearer endpoint.
pub(super) fn target(rows: &[TimingRow]) -> Option<Target> {
    let interface = rows.iter().filter(|row| row.review == "interface");
    let dearest = interface.max_by(|a, b| a.answer_us.total_cmp(&b.answer_us))?;
    let what = format!(
        "{:.1} µs from the sample interface's review to its answer ({})",
        dearest.answer_us, dearest.endpoint
    );
    Some(Target::at_most(&what, dearest.answer_us, MOST_US))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn row(answer_us: f64) -> TimingRow {
        let review = Review::interface(Endpoint::Mutate).expect("a sample");
        let times = Times {
            answer_us: vec![answer_us, answer_us + 1.0, 0.0],
            rules_us: vec![1.0],
        };
        TimingRow::new(&review, &times)
    }

    #[test]
    fn the_dearer_endpoint_decides() {
        let reached = |rows: &[TimingRow]| target(rows).map(|target| target.reached);
        assert_eq!(reached(&[row(20.0), row(30.0)]), Some(true));
        assert_eq!(reached(&[row(31.0), row(20.0)]), Some(false));
        assert_eq!(reached(&[]), None);
    }
}
