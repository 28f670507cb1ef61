// SPDX-License-Identifier: Apache-2.0

//! The figures of one number of machines.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::bench::audit::Requests;
use crate::bench::latency::{Latencies, OfMachines, OfWrites};
use crate::bench::objects::NICS;
use crate::bench::round::Run;
use crate::bench::stats::{float, median, mib, rounded};

/// A run of the controller and one of the floor, one right after the other.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) controller: Run,
    pub(crate) floor: Duration,
}

impl Pair {
    /// How much longer the controller took.
    pub(crate) fn ratio(&self) -> f64 {
        self.controller.wall.as_secs_f64() / self.floor.as_secs_f64()
    }
}

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
        pairs: &[Pair],
        latencies: &Latencies,
        idle_requests_per_min: f64,
        empty_rss: u64,
    ) -> Self {
        let interfaces = machines * NICS;
        // And the network.
        let objects = f64::from(machines + interfaces + 1);
        let runs = || pairs.iter().map(|pair| &pair.controller);
        let peak_rss = runs().map(|run| run.peak_rss).max().unwrap_or(0);
        let most = runs()
            .map(|run| &run.requests)
            .max_by_key(|requests| requests.total());
        let total = most.map_or(0, Requests::total);
        Self {
            machines,
            interfaces,
            wall_s: rounded(median(runs().map(|run| run.wall.as_secs_f64()))),
            floor_s: rounded(median(pairs.iter().map(|pair| pair.floor.as_secs_f64()))),
            ratio: rounded(median(pairs.iter().map(Pair::ratio))),
            requests_per_interface: rounded(float(total) / f64::from(interfaces)),
            requests: most
                .map(|requests| requests.by_verb.clone())
                .unwrap_or_default(),
            events: runs().map(|run| run.requests.events).max().unwrap_or(0),
            cpu_s: rounded(median(runs().map(|run| run.cpu.as_secs_f64()))),
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

    pub(crate) fn row(machines: u32, cpu_ms: u64) -> Row {
        let interfaces = u64::from(machines * NICS);
        let pair = |wall: u64, floor: u64| Pair {
            controller: Run {
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
        let pairs = [pair(1100, 1000), pair(3000, 2000), pair(1300, 1250)];
        Row::new(machines, &pairs, &Latencies::default(), 0.0, 10 << 20)
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
