// SPDX-License-Identifier: Apache-2.0

//! What the webhook holds.

use serde::Serialize;

use crate::bench::harness::table::Column;
use crate::bench::harness::targets::Target;

/// Mebibytes that it may ever have taken.
const MOST_MIB: f64 = 20.0;

/// Resident memory, in mebibytes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MemoryRow {
    /// Networks that it knows.
    pub(crate) networks: u32,
    /// Without anything to know, and before the first review.
    pub(crate) alone_mib: f64,
    /// With the networks, before the first review.
    pub(crate) ready_mib: f64,
    /// With the networks, after reviews.
    pub(crate) loaded_mib: f64,
    /// With the networks, at most.
    pub(crate) peak_mib: f64,
}

/// For people.
pub(super) const COLUMNS: [Column<MemoryRow>; 5] = [
    ("networks", |row| row.networks.to_string()),
    ("alone MiB", |row| format!("{:.1}", row.alone_mib)),
    ("ready MiB", |row| format!("{:.1}", row.ready_mib)),
    ("after reviews MiB", |row| format!("{:.1}", row.loaded_mib)),
    ("peak MiB", |row| format!("{:.1}", row.peak_mib)),
];

/// At its peak, as that is what a limit is held against.
pub(super) fn target(row: &MemoryRow) -> Target {
    let what = format!("{:.1} MiB with {} networks", row.peak_mib, row.networks);
    Target::at_most(&what, row.peak_mib, MOST_MIB)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn row(peak_mib: f64) -> MemoryRow {
        MemoryRow {
            networks: 10_000,
            alone_mib: 5.0,
            ready_mib: 8.0,
            loaded_mib: 9.0,
            peak_mib,
        }
    }

    #[test]
    fn the_peak_decides() {
        assert!(target(&row(20.0)).reached);
        assert!(!target(&row(20.1)).reached);
    }
}
