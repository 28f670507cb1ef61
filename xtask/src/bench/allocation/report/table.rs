// SPDX-License-Identifier: Apache-2.0

//! The tables.

use super::Row;
use crate::bench::allocation::pure::Pure;
use crate::bench::harness::table::{self, Column};

const CASES: [Column<Row>; 12] = [
    ("case", |row| row.case.clone()),
    ("grants", |row| row.grants.to_string()),
    ("wall s", |row| format!("{:.2}", row.wall_s)),
    ("floor s", |row| format!("{:.2}", row.floor_s)),
    ("ratio", |row| format!("{:.2}", row.ratio)),
    ("grants/s", |row| format!("{:.0}", row.grants_per_s)),
    ("floor/s", |row| format!("{:.0}", row.floor_per_s)),
    ("requests/grant", |row| {
        format!("{:.3}", row.requests_per_grant)
    }),
    ("etcd bytes/grant (floor)", |row| {
        format!(
            "{:.0} ({:.0})",
            row.etcd_bytes_per_grant, row.etcd_bytes_floor
        )
    }),
    ("CPU ms/grant", |row| format!("{:.3}", row.cpu_ms_per_grant)),
    ("peak MiB", |row| format!("{:.1}", row.peak_rss_mib)),
    ("overlaps, leaks", |row| {
        format!("{}, {}", row.overlaps, row.leaks)
    }),
];

const LATENCY: [Column<Row>; 3] = [
    ("case", |row| row.case.clone()),
    ("latency ms p50/p99/max", |row| {
        shown(row.latency_ms.as_ref())
    }),
    ("two writes ms p50/p99", |row| {
        shown(row.two_writes_ms.as_ref())
    }),
];

fn shown(times: Option<&impl ToString>) -> String {
    times.map(ToString::to_string).unwrap_or_default()
}

const PURE: [Column<Pure>; 4] = [
    ("free blocks", |row| row.blocks.to_string()),
    ("ns/grant", |row| format!("{:.0}", row.ns_per_grant)),
    ("ns/free", |row| format!("{:.0}", row.ns_per_free)),
    ("bytes/free block", |row| {
        format!("{:.1}", row.bytes_per_fragment)
    }),
];

/// The cases for people, in Markdown.
pub(crate) fn cases(rows: &[Row]) -> String {
    table::table(&CASES, rows)
}

/// Of one more machine, likewise; nothing where none was added.
pub(crate) fn latencies(rows: &[Row]) -> Option<String> {
    let rows = rows.iter().filter(|row| row.latency_ms.is_some());
    let rows: Vec<Row> = rows.cloned().collect();
    (!rows.is_empty()).then(|| table::table(&LATENCY, &rows))
}

/// The allocator on its own, likewise.
pub(crate) fn pure(rows: &[Pure]) -> String {
    table::table(&PURE, rows)
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;
    use crate::bench::allocation::case::Which;

    #[test]
    fn there_is_a_line_per_case() {
        let table = cases(&[row(Which::Dense, 1, 1), row(Which::Ipv6, 1, 1)]);
        assert_eq!(table.lines().count(), 4);
        assert!(table.contains("| dense |"), "{table}");
    }
}
