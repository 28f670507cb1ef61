// SPDX-License-Identifier: Apache-2.0

//! What small reviews wait while large ones come in.

use std::fmt;

use serde::Serialize;

use crate::bench::harness::table::Column;
use crate::bench::harness::targets::Target;

/// How much longer than at the no-op a small review may take beside large ones, at the 99th of a hundred. (Alone it takes less at
/// both: the large ones' senders need the same two cores.)
const MOST: f64 = 2.0;
/// Mebibytes that a server may have taken.
const MOST_MIB: f64 = 64.0;

/// How long small reviews take, in microseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Waits {
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

/// One server.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BesideRow {
    /// Its name.
    pub(crate) server: &'static str,
    /// Without large reviews.
    pub(crate) alone: Waits,
    /// While a hundred large reviews are under way.
    pub(crate) beside: Waits,
    /// Large reviews that were answered in a second.
    pub(crate) large_per_second: f64,
    /// The most memory that was resident, in mebibytes.
    pub(crate) peak_mib: f64,
}

impl BesideRow {
    fn ratio(&self) -> f64 {
        self.beside.p99_us / self.alone.p99_us
    }
}

impl fmt::Display for BesideRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: p99 of small reviews {:.0} µs, beside large ones {:.0} µs, {:.0} large ones a second, at most {:.1} MiB",
            self.server,
            self.alone.p99_us,
            self.beside.p99_us,
            self.large_per_second,
            self.peak_mib
        )
    }
}

/// For people.
pub(super) const COLUMNS: [Column<BesideRow>; 6] = [
    ("server", |row| row.server.to_owned()),
    ("alone p50/p99 µs", |row| waits(row.alone)),
    ("beside p50/p99 µs", |row| waits(row.beside)),
    ("p99 ratio", |row| format!("{:.2}", row.ratio())),
    ("large/s", |row| format!("{:.0}", row.large_per_second)),
    ("peak MiB", |row| format!("{:.1}", row.peak_mib)),
];

fn waits(waits: Waits) -> String {
    format!("{:.0} / {:.0}", waits.p50_us, waits.p99_us)
}

/// The webhook beside the no-op, under the same load.
pub(super) fn targets(rows: &[BesideRow]) -> Vec<Target> {
    let [webhook, noop] = rows else {
        return Vec::new();
    };
    let ratio = webhook.beside.p99_us / noop.beside.p99_us;
    let wait = format!("p99 of small reviews beside large ones {ratio:.2} times the no-op's");
    let peak = webhook.peak_mib;
    let memory = format!("{peak:.1} MiB with a hundred large reviews at once");
    vec![
        Target::at_most(&wait, ratio, MOST),
        Target::at_most(&memory, peak, MOST_MIB),
    ]
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn row(beside: f64, peak_mib: f64) -> BesideRow {
        let waits = |p99_us| Waits {
            p50_us: 100.0,
            p99_us,
        };
        BesideRow {
            server: "ni-webhook",
            alone: waits(200.0),
            beside: waits(beside),
            large_per_second: 50.0,
            peak_mib,
        }
    }

    #[test]
    fn the_ratio_and_the_peak_decide() {
        let reached = |beside, peak| {
            let rows = [row(beside, peak), row(200.0, 500.0)];
            targets(&rows).into_iter().map(|target| target.reached)
        };
        assert!(reached(400.0, 64.0).all(|reached| reached));
        assert!(reached(401.0, 64.1).all(|reached| !reached));
        assert!(targets(&[]).is_empty());
    }
}
