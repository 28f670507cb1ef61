// SPDX-License-Identifier: Apache-2.0

//! The picture: grants a second beside the floor's, and CPU per grant.

use super::Row;
use crate::bench::harness::chart::{FLOOR, OURS, Panel, Series, X};

/// Of all cases.
pub(crate) fn panels(rows: &[Row]) -> [Panel; 2] {
    let panel = |title, digits, series| Panel {
        title,
        width: Panel::HALF,
        x: X::Names(rows.iter().map(|row| row.case.clone()).collect()),
        digits,
        series,
    };
    let bars = |name, color, figure: fn(&Row) -> f64| {
        let places = rows.iter().zip(0_u32..);
        let places: Vec<_> = places.collect();
        Series::of(name, color, &places, |(row, place)| {
            (f64::from(*place), figure(row))
        })
    };
    let grants = vec![
        bars("ni-controller", OURS, |row| row.grants_per_s),
        bars("floor: bare client", FLOOR, |row| row.floor_per_s),
    ];
    let cpu = vec![bars("ni-controller", OURS, |row| row.cpu_ms_per_grant)];
    [
        panel("Grants a second", 0, grants),
        panel("The controller's CPU time per grant, ms", 2, cpu),
    ]
}
