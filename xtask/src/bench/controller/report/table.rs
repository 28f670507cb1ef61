// SPDX-License-Identifier: Apache-2.0

//! The table.

use super::Row;
use crate::bench::harness::table::{self, Column};

const COLUMNS: [Column<Row>; 13] = [
    ("machines", |row| row.machines.to_string()),
    ("interfaces", |row| row.interfaces.to_string()),
    ("wall s", |row| format!("{:.2}", row.wall_s)),
    ("floor s", |row| format!("{:.2}", row.floor_s)),
    ("ratio", |row| format!("{:.2}", row.ratio)),
    ("requests/if", |row| {
        format!("{:.2}", row.requests_per_interface)
    }),
    ("events", |row| row.events.to_string()),
    ("CPU s", |row| format!("{:.2}", row.cpu_s)),
    ("CPU ms/if", |row| {
        format!("{:.3}", row.cpu_ms_per_interface())
    }),
    ("peak MiB", |row| format!("{:.1}", row.peak_rss_mib)),
    ("latency ms p50/p99/max", |row| row.latency_ms.to_string()),
    ("two writes ms p50/p99", |row| row.two_writes_ms.to_string()),
    ("idle req/min", |row| {
        format!("{:.1}", row.idle_requests_per_min)
    }),
];

/// The rows for people, in Markdown.
pub(crate) fn table(rows: &[Row]) -> String {
    table::table(&COLUMNS, rows)
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;

    #[test]
    fn there_is_a_line_per_number_of_machines() {
        let table = table(&[row(500, 300), row(5000, 3000)]);
        assert_eq!(table.lines().count(), 4);
        assert!(table.contains("|      500 |"), "{table}");
    }
}
