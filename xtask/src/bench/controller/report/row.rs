// SPDX-License-Identifier: Apache-2.0

//! The figures of one number of machines.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::bench::harness::audit::Requests;
use crate::bench::harness::controller::Run;
use crate::bench::harness::latency::{Latencies, OfMachines, OfWrites};
use crate::bench::harness::objects::NICS;
use crate::bench::harness::rounds::Rounds;
use crate::bench::harness::stats::{float, mib, rounded};

/// One number of machines; the JSON's object. Times are medians of the rounds, the rest is the worst of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) machines: u32,
    pub(crate) interfaces: u32,
    pub(crate) wall_s: f64,
    pub(crate) floor_s: f64,
    pub(crate) ratio: f64,
    pub(crate) requests_per_interface: f64,
    pub(crate) requests: BTreeMap<String, BTreeMap<u16, u64>>,
    pub(crate) events: u64,
    pub(crate) cpu_s: f64,
    pub(crate) peak_rss_mib: f64,
    pub(crate) bytes_per_object: f64,
    pub(crate) latency_ms: OfMachines,
    pub(crate) two_writes_ms: OfWrites,
    pub(crate) idle_requests_per_min: f64,
}

impl Row {
    /// `empty_rss` is the controller's with an empty world, in bytes.
    pub(crate) fn new(
        machines: u32,
        rounds: &Rounds<Run, Duration>,
        latencies: &Latencies,
        idle_requests_per_min: f64,
        empty_rss: u64,
    ) -> Self {
        let interfaces = machines * NICS;
        // And the network.
        let objects = f64::from(machines + interfaces + 1);
        let peak_rss = rounds.most(|run| run.peak_rss);
        let requests = rounds.ours().map(|run| &run.requests);
        let most = requests.max_by_key(|requests| requests.total());
        let total = most.map_or(0, Requests::total);
        let wall = |run: &Run| run.wall.as_secs_f64();
        Self {
            machines,
            interfaces,
            wall_s: rounded(rounds.median(wall)),
            floor_s: rounded(rounds.median_of_floor(Duration::as_secs_f64)),
            ratio: rounded(rounds.ratio(wall, Duration::as_secs_f64)),
            requests_per_interface: rounded(float(total) / f64::from(interfaces)),
            requests: most
                .map(|requests| requests.by_verb.clone())
                .unwrap_or_default(),
            events: rounds.most(|run| run.requests.events),
            cpu_s: rounded(rounds.median(|run| run.cpu.as_secs_f64())),
            peak_rss_mib: rounded(mib(peak_rss)),
            bytes_per_object: (float(peak_rss.saturating_sub(empty_rss)) / objects).round(),
            latency_ms: latencies.of_machines(),
            two_writes_ms: latencies.of_writes(),
            idle_requests_per_min: rounded(idle_requests_per_min),
        }
    }

    /// Wall time per interface in milliseconds.
    pub(crate) fn wall_ms_per_interface(&self) -> f64 {
        self.wall_s * 1000.0 / f64::from(self.interfaces)
    }

    /// CPU time per interface in milliseconds.
    pub(crate) fn cpu_ms_per_interface(&self) -> f64 {
        self.cpu_s * 1000.0 / f64::from(self.interfaces)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::bench::harness::rounds::Pair;

    pub(crate) fn row(machines: u32, cpu_ms: u64) -> Row {
        let interfaces = u64::from(machines * NICS);
        let pair = |wall: u64, floor: u64| Pair {
            ours: Run {
                wall: Duration::from_millis(wall),
                cpu: Duration::from_millis(cpu_ms),
                peak_rss: 30 << 20,
                requests: Requests {
                    by_verb: [
                        ("create".to_owned(), [(201, interfaces)].into()),
                        ("patch".to_owned(), [(200, interfaces)].into()),
                    ]
                    .into(),
                    events: 0,
                },
            },
            floor: Duration::from_millis(floor),
        };
        let rounds = Rounds(vec![pair(1100, 1000), pair(3000, 2000), pair(1300, 1250)]);
        Row::new(machines, &rounds, &Latencies::default(), 0.0, 10 << 20)
    }

    #[test]
    fn ratios_are_of_pairs() {
        let row = row(500, 300);
        let figures = [
            row.wall_s,
            row.floor_s,
            row.ratio,
            row.requests_per_interface,
        ];
        assert_eq!(figures.map(|f| f.to_string()), ["1.3", "1.25", "1.1", "2"]);
        let figures = [
            row.peak_rss_mib,
            row.bytes_per_object,
            row.cpu_ms_per_interface(),
        ];
        assert_eq!(figures.map(|f| f.to_string()), ["30", "13972", "0.3"]);
    }

    #[test]
    fn the_json_has_the_fields_that_readers_expect() {
        let json = serde_json::to_value(row(500, 300)).expect("it serializes");
        let fields: Vec<&str> = json
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        let mut expected = vec![
            "machines",
            "interfaces",
            "wall_s",
            "floor_s",
            "ratio",
            "requests_per_interface",
            "requests",
            "events",
            "cpu_s",
            "peak_rss_mib",
            "bytes_per_object",
            "latency_ms",
            "two_writes_ms",
            "idle_requests_per_min",
        ];
        expected.sort_unstable();
        let mut fields = fields;
        fields.sort_unstable();
        assert_eq!(fields, expected);
        assert_eq!(json["requests"]["create"]["201"], 1000);
        for (of, field) in [
            ("latency_ms", "p50"),
            ("latency_ms", "p99"),
            ("latency_ms", "max"),
            ("two_writes_ms", "p50"),
            ("two_writes_ms", "p99"),
        ] {
            assert!(json[of][field].is_number(), "{of}.{field}");
        }
    }
}
