// SPDX-License-Identifier: Apache-2.0

//! The picture: time and CPU per interface over machines.

use super::Row;
use crate::bench::harness::chart::{FLOOR, OURS, Panel, Series, X};

/// Of all rows.
pub(crate) fn panels(rows: &[Row]) -> [Panel; 2] {
    let panel = |title, series| Panel {
        title,
        width: Panel::HALF,
        x: X::Number("machines, two interfaces each"),
        digits: 1,
        series,
    };
    let line = |name, color, figure: fn(&Row) -> f64| {
        Series::of(name, color, rows, |row| {
            (f64::from(row.machines), figure(row))
        })
    };
    let ours = "ni-controller, with status";
    let floor = "floor: bare client, with status";
    let wall = vec![
        line(ours, OURS, Row::wall_ms_per_interface),
        line(floor, FLOOR, |row| {
            row.floor_s * 1000.0 / f64::from(row.interfaces)
        }),
    ];
    let cpu = vec![line(ours, OURS, Row::cpu_ms_per_interface)];
    [
        panel("Time per interface, ms", wall),
        panel("The controller's CPU time per interface, ms", cpu),
    ]
}
