// SPDX-License-Identifier: Apache-2.0

//! The figures of one case.

use serde::Serialize;

use crate::bench::allocation::case::Case;
use crate::bench::allocation::run::{Floor, Run};
use crate::bench::harness::latency::{Latencies, OfMachines, OfWrites};
use crate::bench::harness::rounds::{Pair, Rounds};
use crate::bench::harness::stats::{float, mib, rounded};

/// A round, while others are still to come.
pub(crate) fn one_line(pair: &Pair<Run, Floor>) -> String {
    let (run, took) = (&pair.ours, &pair.ours.took);
    let (wall, floor) = (took.wall.as_secs_f64(), pair.floor.wall.as_secs_f64());
    format!(
        "controller {wall:.2} s, floor {floor:.2} s, ratio {:.3}; CPU {:.2} s, {} MiB, {} requests and {} about Events, \
         {} overlaps, {} leaks; by code {:?}",
        wall / floor,
        took.cpu.as_secs_f64(),
        took.peak_rss >> 20,
        took.requests.total(),
        took.requests.events,
        run.overlaps,
        run.leaks,
        took.requests.by_verb,
    )
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
    pub(crate) fn new(case: &Case, rounds: &Rounds<Run, Floor>) -> Self {
        let grants = f64::from(case.grants());
        let (wall, floor_wall) = (
            |run: &Run| run.took.wall.as_secs_f64(),
            |floor: &Floor| floor.wall.as_secs_f64(),
        );
        let (wall_s, floor_s) = (rounds.median(wall), rounds.median_of_floor(floor_wall));
        let last = rounds.ours().last();
        let latencies = last.and_then(|run| run.latencies.as_ref());
        let cpu = rounds.median(|run| run.took.cpu.as_secs_f64());
        let requests = rounds.most(|run| run.took.requests.total() + run.took.requests.events);
        Self {
            case: case.name(),
            grants: case.grants(),
            wall_s: rounded(wall_s),
            floor_s: rounded(floor_s),
            ratio: rounded(rounds.ratio(wall, floor_wall)),
            grants_per_s: (grants / wall_s).round(),
            floor_per_s: (grants / floor_s).round(),
            requests_per_grant: rounded(float(requests) / grants),
            etcd_bytes_per_grant: (rounds.median(|run| run.etcd) / grants).round(),
            etcd_bytes_floor: (rounds.median_of_floor(|floor| floor.etcd) / grants).round(),
            cpu_ms_per_grant: rounded(cpu * 1000.0 / grants),
            peak_rss_mib: rounded(mib(rounds.most(|run| run.took.peak_rss))),
            overlaps: rounds.most(|run| run.overlaps),
            leaks: rounds.most(|run| run.leaks),
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
    use crate::bench::harness::audit::Requests;
    use crate::bench::harness::controller;

    pub(crate) fn row(which: Which, wall: u64, floor: u64) -> Row {
        let case = Case::of(which);
        let grants = u64::from(case.grants());
        let pair = |wall: u64, floor: u64, leaks| Pair {
            ours: Run {
                took: controller::Run {
                    wall: Duration::from_millis(wall),
                    cpu: Duration::from_micros(400) * case.grants(),
                    peak_rss: 30 << 20,
                    requests: Requests {
                        by_verb: [("patch".to_owned(), [(200, 2 * grants)].into())].into(),
                        events: grants / 10,
                    },
                },
                etcd: 2000.0 * f64::from(case.grants()),
                overlaps: 0,
                leaks,
                latencies: None,
            },
            floor: Floor {
                wall: Duration::from_millis(floor),
                etcd: 1600.0 * f64::from(case.grants()),
            },
        };
        let rounds = vec![
            pair(wall, floor, 0),
            pair(3 * wall, 2 * floor, 0),
            pair(wall, floor, 0),
        ];
        Row::new(&case, &Rounds(rounds))
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
