// SPDX-License-Identifier: Apache-2.0

//! The figures as a table, a picture, and beside their targets.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use serde::Serialize;

use crate::bench::markdown::Column;
use crate::bench::stats::float;

/// Microseconds by event.
pub(super) type Events = BTreeMap<&'static str, f64>;

/// What was measured with so many objects.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    /// Who has the objects.
    pub(super) server: &'static str,
    pub(super) objects: u64,
    pub(super) ready_s: f64,
    pub(super) decode_s: f64,
    pub(super) ready_ratio: f64,
    pub(super) bytes_per_object: f64,
    pub(super) peak_ratio: f64,
    pub(super) longest_turn_ms: f64,
    pub(super) stall_p999_ms: f64,
    pub(super) livez_p99_ms: f64,
    pub(super) event_us: Events,
}

fn event(row: &Row, name: &str) -> String {
    let took = row.event_us.get(name);
    took.map_or_else(|| "-".to_owned(), |took| format!("{took:.0}"))
}

/// Serves lists as fast as the controller reads them.
pub(super) const STAND_IN: &str = "stand-in";
/// A real one.
pub(super) const REAL: &str = "kube-apiserver";

pub(super) const COLUMNS: [Column<Row>; 18] = [
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
];

/// Whether the largest world meets what is expected, line by line.
pub(super) fn targets(rows: &[Row]) -> String {
    let mut beside_stand_in = rows.iter().filter(|row| row.server == STAND_IN);
    let first = beside_stand_in.next();
    let (Some(first), Some(last)) = (first, beside_stand_in.next_back().or(first)) else {
        return String::new();
    };
    let mut lines = Vec::new();
    let mut say = |what: &str, found: f64, most: f64| {
        let word = if found <= most { "reached" } else { "missed" };
        let objects = last.objects;
        lines.push(format!(
            "- {word}: {objects} objects: {what} {found}, at most {most}"
        ));
    };
    say("bytes per object", last.bytes_per_object, 1024.0);
    say("peak over rest", last.peak_ratio, 1.3);
    say("ms of the longest turn", last.longest_turn_ms, 10.0);
    say("start over decoding", last.ready_ratio, 2.0);
    for (name, took) in &last.event_us {
        if let Some(least) = first.event_us.get(name) {
            say(
                &format!("µs for {name}"),
                *took,
                (2.0 * least).min(least + 10.0),
            );
        }
    }
    lines.join("\n")
}

const SIZE: (u32, u32) = (960, 400);

/// Draws bytes per object and microseconds per event over objects, as SVG.
pub(super) fn plot(rows: &[Row]) -> Result<String> {
    let mut svg = String::new();
    draw(rows, &mut svg).map_err(|why| anyhow!("drawing: {why}"))?;
    Ok(svg)
}

type Line<'a> = (&'a str, Vec<(f64, f64)>);

fn draw(rows: &[Row], svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let beside_stand_in = rows.iter().filter(|row| row.server == STAND_IN);
    let rows: Vec<&Row> = beside_stand_in.collect();
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(SIZE.0 / 3);
    let bytes = rows.iter();
    let bytes = bytes.map(|row| (float(row.objects), row.bytes_per_object));
    panel(&left, "Bytes per object", &[("at rest", bytes.collect())])?;
    let names = rows.iter().flat_map(|row| row.event_us.keys().copied());
    let names: std::collections::BTreeSet<&str> = names.collect();
    let lines = names.into_iter().map(|name| {
        let points = rows.iter();
        let points = points.filter_map(|row| Some((float(row.objects), *row.event_us.get(name)?)));
        (name, points.collect())
    });
    let lines: Vec<Line<'_>> = lines.collect();
    panel(&right, "CPU time per event, µs", &lines)?;
    area.present()?;
    Ok(())
}

fn panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    lines: &[Line<'_>],
) -> Result<(), Box<dyn std::error::Error>> {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let most = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(1.0, f64::max);
    let least = points().map(|point| point.0).fold(f64::MAX, f64::min);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption(title, ("sans-serif", 16))
        .x_label_area_size(38)
        .y_label_area_size(46)
        .build_cartesian_2d(
            (least..most(|point| point.0) * 1.2).log_scale(),
            0.0..most(|point| point.1) * 1.6,
        )?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc("objects")
        .label_style(("sans-serif", 12))
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.0}"))
        .draw()?;
    for (at, (name, points)) in lines.iter().enumerate() {
        let style = Palette99::pick(at).stroke_width(2);
        chart
            .draw_series(LineSeries::new(points.iter().copied(), style).point_size(3))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .label_font(("sans-serif", 11))
        .draw()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(objects: u64, took: f64) -> Row {
        Row {
            server: STAND_IN,
            objects,
            ready_s: 2.0,
            decode_s: 1.0,
            ready_ratio: 2.0,
            bytes_per_object: 1000.0,
            peak_ratio: 1.2,
            longest_turn_ms: 5.0,
            stall_p999_ms: 5.0,
            livez_p99_ms: 5.0,
            event_us: Events::from([("heartbeat", took)]),
        }
    }

    #[test]
    fn events_may_take_twice_as_long_and_ten_microseconds_more() {
        let said = |took| targets(&[row(1000, 8.0), row(1_000_000, took)]);
        assert!(!said(16.0).contains("missed"), "{}", said(16.0));
        assert!(said(16.5).contains("missed: 1000000 objects: µs for heartbeat"));
    }

    #[test]
    fn all_events_are_named_in_the_picture() {
        let svg = plot(&[row(1000, 8.0), row(100_000, 9.0)]).expect("it draws");
        assert!(svg.contains("heartbeat") && svg.contains("objects"));
    }
}
