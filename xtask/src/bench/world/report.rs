// SPDX-License-Identifier: Apache-2.0

//! The figures as a table, a picture, and beside their targets.

use std::collections::{BTreeMap, BTreeSet};

use plotters::style::{Color, Palette, Palette99, RGBColor};
use serde::Serialize;

use super::happenings::Happening;
use crate::bench::harness::chart::{OURS, Panel, Series, X};
use crate::bench::harness::stats::float;
use crate::bench::harness::table::Column;
use crate::bench::harness::targets::{self, Target};

/// Events that change nothing any plan depends on.
const UNREAD: [Happening; 4] = [
    Happening::Heartbeat,
    Happening::MachineLabel,
    Happening::NetworkLabel,
    Happening::InterfaceStatusEcho,
];

/// Figures by event.
pub(super) type Events = BTreeMap<&'static str, f64>;

/// What was measured with so many objects.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    /// Who has the objects.
    pub(super) server: &'static str,
    pub(super) objects: u64,
    /// Whether the controller's memory was kept in use while events were measured.
    pub(super) keep_resident: bool,
    pub(super) ready_s: f64,
    pub(super) decode_s: f64,
    pub(super) ready_ratio: f64,
    pub(super) bytes_per_object: f64,
    pub(super) peak_ratio: f64,
    pub(super) longest_turn_ms: f64,
    pub(super) stall_p999_ms: f64,
    pub(super) livez_p99_ms: f64,
    pub(super) event_us: Events,
    /// How often an event had the controller reconcile an object.
    pub(super) event_reconciles: Events,
    pub(super) cold_page_us: Option<f64>,
}

fn event(row: &Row, name: &str) -> String {
    let took = row.event_us.get(name);
    took.map_or_else(none, |took| format!("{took:.0}"))
}

fn none() -> String {
    "-".to_owned()
}

/// Serves lists as fast as the controller reads them.
pub(super) const STAND_IN: &str = "stand-in";
/// A real one.
pub(super) const REAL: &str = "kube-apiserver";

pub(super) const COLUMNS: [Column<Row>; 19] = [
    ("server", |row| row.server.to_owned()),
    ("objects", |row| row.objects.to_string()),
    ("ready s", |row| format!("{:.2}", row.ready_s)),
    ("decode s", |row| format!("{:.2}", row.decode_s)),
    ("ratio", |row| format!("{:.2}", row.ready_ratio)),
    ("bytes/object", |row| format!("{:.0}", row.bytes_per_object)),
    ("peak", |row| format!("{:.2}", row.peak_ratio)),
    ("longest turn ms", |row| {
        format!("{:.1}", row.longest_turn_ms)
    }),
    ("stall p99.9 ms", |row| format!("{:.1}", row.stall_p999_ms)),
    ("livez p99 ms", |row| format!("{:.1}", row.livez_p99_ms)),
    ("heartbeat µs", |row| event(row, "heartbeat")),
    ("machine label", |row| event(row, "machine_label")),
    ("network label", |row| event(row, "network_label")),
    ("template ip", |row| event(row, "template_ip")),
    ("contested address", |row| event(row, "contested_address")),
    ("contested name", |row| event(row, "contested_name")),
    ("status echo", |row| event(row, "interface_status_echo")),
    ("create, delete", |row| event(row, "create_delete")),
    ("cold page µs", |row| {
        row.cold_page_us
            .map_or_else(none, |took| format!("{took:.1}"))
    }),
];

/// A line per target of the largest world.
pub(super) fn targets(rows: &[Row]) -> String {
    let mut beside_stand_in = rows.iter().filter(|row| row.server == STAND_IN);
    let first = beside_stand_in.next();
    let (Some(first), Some(last)) = (first, beside_stand_in.next_back().or(first)) else {
        return String::new();
    };
    let target = |what: &str, found: f64, most: f64| {
        let what = format!("{} objects: {what} {found}", last.objects);
        Target::at_most(&what, found, most)
    };
    let of_all = [
        target("bytes per object", last.bytes_per_object, 1024.0),
        target("peak over rest", last.peak_ratio, 1.3),
        target("ms of the longest turn", last.longest_turn_ms, 10.0),
        target("start over decoding", last.ready_ratio, 2.0),
    ];
    let of_events = last.event_us.iter().filter_map(|(name, took)| {
        let least = first.event_us.get(name)?;
        let most = (2.0 * least).min(least + 10.0);
        Some(target(&format!("µs for {name}"), *took, most))
    });
    let unread = UNREAD.into_iter().map(Happening::name);
    let of_reconciles = unread.filter_map(|name| {
        let reconciles = last.event_reconciles.get(name)?;
        let what = format!("reconciles for {name}");
        Some(target(&what, *reconciles, 0.0))
    });
    targets::lines(of_all.into_iter().chain(of_events).chain(of_reconciles))
}

/// Bytes per object, and microseconds per event, over objects.
pub(super) fn panels(rows: &[Row]) -> [Panel; 2] {
    let rows = rows.iter().filter(|row| row.server == STAND_IN);
    let rows: Vec<&Row> = rows.collect();
    let panel = |title, width, series| Panel {
        title,
        width,
        x: X::Magnitude("objects"),
        digits: 0,
        series,
    };
    let bytes = Series::of("at rest", OURS, &rows, |row| {
        (float(row.objects), row.bytes_per_object)
    });
    let names: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row.event_us.keys().copied())
        .collect();
    let events = names.into_iter().enumerate().map(|(at, name)| {
        let (red, green, blue) = Palette99::pick(at).rgb();
        let point = |row: &&Row| Some((float(row.objects), *row.event_us.get(name)?));
        Series {
            name: name.to_owned(),
            color: RGBColor(red, green, blue),
            points: rows.iter().filter_map(point).collect(),
        }
    });
    [
        panel("Bytes per object", Panel::THIRD, vec![bytes]),
        panel("CPU time per event, µs", 2 * Panel::THIRD, events.collect()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(objects: u64, took: f64) -> Row {
        Row {
            server: STAND_IN,
            objects,
            keep_resident: false,
            ready_s: 2.0,
            decode_s: 1.0,
            ready_ratio: 2.0,
            bytes_per_object: 1000.0,
            peak_ratio: 1.2,
            longest_turn_ms: 5.0,
            stall_p999_ms: 5.0,
            livez_p99_ms: 5.0,
            event_us: Events::from([("heartbeat", took)]),
            event_reconciles: Events::from([("heartbeat", 0.0)]),
            cold_page_us: Some(0.5),
        }
    }

    #[test]
    fn events_may_take_twice_as_long_and_ten_microseconds_more() {
        let said = |took| targets(&[row(1000, 8.0), row(1_000_000, took)]);
        assert!(!said(16.0).contains("MISSED"), "{}", said(16.0));
        assert!(said(16.5).contains("MISSED   1000000 objects: µs for heartbeat"));
    }

    #[test]
    fn an_event_that_no_plan_depends_on_has_nothing_reconciled() {
        let said = |reconciles| {
            let mut row = row(1000, 8.0);
            row.event_reconciles = Events::from([("heartbeat", reconciles), ("template_ip", 3.0)]);
            targets(&[row])
        };
        assert!(!said(0.0).contains("MISSED"), "{}", said(0.0));
        let missed = "MISSED   1000 objects: reconciles for heartbeat";
        assert!(said(0.01).contains(missed), "{}", said(0.01));
    }

    #[test]
    fn each_event_is_a_line_in_the_picture() {
        let [_, events] = panels(&[row(1000, 8.0), row(100_000, 9.0)]);
        let lines = events
            .series
            .into_iter()
            .map(|line| (line.name, line.points));
        let heartbeat = vec![(1000.0, 8.0), (100_000.0, 9.0)];
        assert_eq!(
            lines.collect::<Vec<_>>(),
            [("heartbeat".to_owned(), heartbeat)]
        );
    }
}
