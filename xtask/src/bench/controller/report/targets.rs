// SPDX-License-Identifier: Apache-2.0

//! What was to be reached, and whether it was.

use super::Row;
use crate::bench::harness::targets::{self, Target};

/// A line per target.
pub(crate) fn targets(rows: &[Row]) -> String {
    targets::lines(rows.iter().flat_map(of_row).chain(of_growth(rows)))
}

fn of_row(row: &Row) -> Vec<Target> {
    let (at, latency, writes) = (row.machines, row.latency_ms.p99, row.two_writes_ms.p99);
    let (requests, idle) = (row.requests_per_interface, row.idle_requests_per_min);
    vec![
        Target::at_most(
            &format!("{at} machines: ratio {:.2}", row.ratio),
            row.ratio,
            1.25,
        ),
        Target::new(
            format!("{at} machines: {requests} requests per interface, exactly 2"),
            (requests - 2.0).abs() < f64::EPSILON && row.events == 0,
        ),
        Target::at_most(
            &format!("{at} machines: {:.1} MiB", row.peak_rss_mib),
            row.peak_rss_mib,
            64.0,
        ),
        Target::new(
            format!(
                "{at} machines: latency p99 {latency:.1} ms, at most 3 times {writes:.1} ms of two writes"
            ),
            latency <= 3.0 * writes,
        ),
        Target::new(
            format!("{at} machines: {idle} requests a minute while idle, none"),
            idle.abs() < f64::EPSILON,
        ),
    ]
}

/// The cost of an interface must not grow with how many there are.
fn of_growth(rows: &[Row]) -> Option<Target> {
    let least = rows.iter().min_by_key(|row| row.machines)?;
    let most = rows.iter().max_by_key(|row| row.machines)?;
    let growth = most.cpu_ms_per_interface() / least.cpu_ms_per_interface();
    let what = format!(
        "CPU per interface at {} machines {growth:.2} times that at {}",
        most.machines, least.machines
    );
    (most.machines > least.machines).then(|| Target::at_most(&what, growth, 1.2))
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;

    #[test]
    fn growth_is_seen() {
        let good = targets(&[row(500, 300), row(5000, 3500)]);
        let bad = targets(&[row(500, 300), row(5000, 3700)]);
        assert!(
            good.ends_with(
                "reached  CPU per interface at 5000 machines 1.17 times that at 500, at most 1.2"
            ),
            "{good}"
        );
        assert!(!good.contains("MISSED"), "{good}");
        assert_eq!(bad.matches("MISSED").count(), 1, "{bad}");
    }
}
