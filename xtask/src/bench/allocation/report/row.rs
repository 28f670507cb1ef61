// SPDX-License-Identifier: Apache-2.0

//! The figures of one case.

use std::fmt;

use serde::Serialize;

use crate::bench::allocation::case::Case;
use crate::bench::allocation::run::{Floor, Run};
use crate::bench::latency::{Latencies, OfMachines, OfWrites};
use crate::bench::stats::{float, median, mib, rounded};

/// A run of the floor and one of the controller, one right after the other.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) controller: Run,
    pub(crate) floor: Floor,
}

impl Pair {
    /// How much longer the controller took.
    fn ratio(&self) -> f64 {
        self.controller.wall.as_secs_f64() / self.floor.wall.as_secs_f64()
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let run = &self.controller;
        write!(
            f,
            "controller {:.2} s, floor {:.2} s, ratio {:.3}; CPU {:.2} s, {} MiB, {} requests and {} about Events, \
             {} overlaps, {} leaks; by code {:?}",
            run.wall.as_secs_f64(),
            self.floor.wall.as_secs_f64(),
            self.ratio(),
            run.cpu.as_secs_f64(),
            run.peak_rss >> 20,
            run.requests.total(),
            run.requests.events,
            run.overlaps,
            run.leaks,
            run.requests.by_verb,
        )
    }
}

/// One case. Times and bytes are medians of the rounds, the rest is the worst of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) case: String,
    pub(crate) grants: u32,
    pub(crate) wall_s: f64,
    pub(crate) floor_s: f64,
    pub(crate) ratio: f64,
    pub(crate) grants_per_s: f64,
    pub(crate) floor_per_s: f64,
    pub(crate) requests_per_grant: f64,
    pub(crate) etcd_bytes_per_grant: f64,
    pub(crate) etcd_bytes_floor: f64,
    pub(crate) cpu_ms_per_grant: f64,
    pub(crate) peak_rss_mib: f64,
    pub(crate) overlaps: u64,
    pub(crate) leaks: u64,
    /// Of one more machine, and of two plain writes in turn with that; only where machines ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) latency_ms: Option<OfMachines>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) two_writes_ms: Option<OfWrites>,
}

impl Row {
    /// Of all rounds of a case.
    pub(crate) fn new(case: &Case, pairs: &[Pair]) -> Self {
        let grants = f64::from(case.grants());
        let of_runs =
            |figure: fn(&Run) -> f64| median(pairs.iter().map(|pair| figure(&pair.controller)));
        let of_floors =
            |figure: fn(&Floor) -> f64| median(pairs.iter().map(|pair| figure(&pair.floor)));
        let worst = |figure: fn(&Run) -> u64| {
            let figures = pairs.iter().map(|pair| figure(&pair.controller));
            figures.max().unwrap_or(0)
        };
        let wall = of_runs(|run| run.wall.as_secs_f64());
        let floor = of_floors(|floor| floor.wall.as_secs_f64());
        let last = pairs.last();
        let latencies = last.and_then(|pair| pair.controller.latencies.as_ref());
        let requests = worst(|run| run.requests.total() + run.requests.events);
        Self {
            case: case.name(),
            grants: case.grants(),
            wall_s: rounded(wall),
            floor_s: rounded(floor),
            ratio: rounded(median(pairs.iter().map(Pair::ratio))),
            grants_per_s: (grants / wall).round(),
            floor_per_s: (grants / floor).round(),
            requests_per_grant: rounded(float(requests) / grants),
            etcd_bytes_per_grant: (of_runs(|run| run.etcd) / grants).round(),
            etcd_bytes_floor: (of_floors(|floor| floor.etcd) / grants).round(),
            cpu_ms_per_grant: rounded(of_runs(|run| run.cpu.as_secs_f64()) * 1000.0 / grants),
            peak_rss_mib: rounded(mib(worst(|run| run.peak_rss))),
            overlaps: worst(|run| run.overlaps),
            leaks: worst(|run| run.leaks),
            latency_ms: latencies.map(Latencies::of_machines),
            two_writes_ms: latencies.map(Latencies::of_writes),
        }
    }

    /// What etcd received beyond what it received of the floor, in bytes a grant.
    pub(crate) fn etcd_bytes_more(&self) -> f64 {
        self.etcd_bytes_per_grant - self.etcd_bytes_floor
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::allocation::case::Which;
    use crate::bench::audit::Requests;

    pub(crate) fn row(which: Which, wall: u64, floor: u64) -> Row {
        let case = Case::of(which);
        let grants = u64::from(case.grants());
        let pair = |wall: u64, floor: u64, leaks| Pair {
            controller: Run {
                wall: Duration::from_millis(wall),
                etcd: 2000.0 * f64::from(case.grants()),
                cpu: Duration::from_micros(400) * case.grants(),
                peak_rss: 30 << 20,
                requests: Requests {
                    by_verb: [("patch".to_owned(), [(200, 2 * grants)].into())].into(),
                    events: grants / 10,
                },
                overlaps: 0,
                leaks,
                latencies: None,
            },
            floor: Floor {
                wall: Duration::from_millis(floor),
                etcd: 1600.0 * f64::from(case.grants()),
            },
        };
        let pairs = [
            pair(wall, floor, 0),
            pair(3 * wall, 2 * floor, 0),
            pair(wall, floor, 0),
        ];
        Row::new(&case, &pairs)
    }

    #[test]
    fn figures_are_of_a_grant() {
        let row = row(Which::Dense, 11_000, 10_000);
        let figures = [
            row.wall_s,
            row.ratio,
            row.grants_per_s,
            row.floor_per_s,
            row.requests_per_grant,
            row.etcd_bytes_more(),
            row.cpu_ms_per_grant,
            row.peak_rss_mib,
        ];
        let expected = ["11", "1.1", "909", "1000", "2.1", "400", "0.4", "30"];
        assert_eq!(figures.map(|figure| figure.to_string()), expected);
    }

    #[test]
    fn the_json_has_the_fields_that_readers_expect() {
        let json = serde_json::to_value(row(Which::Dense, 1, 1)).expect("it serializes");
        let object = json.as_object().expect("an object");
        let mut fields: Vec<&str> = object.keys().map(String::as_str).collect();
        fields.sort_unstable();
        let expected = [
            "case",
            "cpu_ms_per_grant",
            "etcd_bytes_floor",
            "etcd_bytes_per_grant",
            "floor_per_s",
            "floor_s",
            "grants",
            "grants_per_s",
            "leaks",
            "overlaps",
            "peak_rss_mib",
            "ratio",
            "requests_per_grant",
            "wall_s",
        ];
        assert_eq!(fields, expected);
    }
}
