// SPDX-License-Identifier: Apache-2.0

//! The picture: time and CPU per interface over machines.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use super::Row;

/// Machines, and milliseconds per interface.
type Figure = (f64, f64);

const SIZE: (u32, u32) = (960, 400);
const OURS: RGBColor = RGBColor(0, 106, 166);
const FLOOR: RGBColor = RGBColor(120, 120, 120);

struct Line<'a> {
    title: &'a str,
    color: RGBColor,
    points: Vec<Figure>,
}

/// Draws the rows as SVG.
pub(crate) fn plot(rows: &[Row]) -> Result<String> {
    let mut svg = String::new();
    draw(rows, &mut svg).map_err(|why| anyhow!("drawing: {why}"))?;
    Ok(svg)
}

fn draw(rows: &[Row], svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(SIZE.0 / 2);
    let of = |figure: fn(&Row) -> f64| -> Vec<Figure> {
        rows.iter()
            .map(|row| (f64::from(row.machines), figure(row)))
            .collect()
    };
    let lines = [
        line(
            "ni-controller, with status",
            OURS,
            of(Row::wall_ms_per_interface),
        ),
        line(
            "floor: bare client, with status",
            FLOOR,
            of(|row| row.floor_s * 1000.0 / f64::from(row.interfaces)),
        ),
    ];
    panel(&left, "Time per interface, ms", &lines)?;
    let lines = [line(
        "ni-controller, with status",
        OURS,
        of(Row::cpu_ms_per_interface),
    )];
    panel(
        &right,
        "The controller's CPU time per interface, ms",
        &lines,
    )?;
    area.present()?;
    Ok(())
}

fn line(title: &str, color: RGBColor, points: Vec<Figure>) -> Line<'_> {
    Line {
        title,
        color,
        points,
    }
}

fn panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    lines: &[Line<'_>],
) -> Result<(), Box<dyn std::error::Error>> {
    let points = || lines.iter().flat_map(|line| line.points.iter());
    let most = |of: fn(&Figure) -> f64| points().map(of).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption(title, ("sans-serif", 16))
        .x_label_area_size(38)
        .y_label_area_size(46)
        // Above the lines there is room for their names.
        .build_cartesian_2d(
            0.0..most(|figure| figure.0) * 1.06,
            0.0..most(|figure| figure.1) * 1.35,
        )?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc("machines, two interfaces each")
        .x_labels(6)
        .label_style(("sans-serif", 12))
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.1}"))
        .draw()?;
    for Line {
        title,
        color,
        points,
    } in lines
    {
        let style = color.stroke_width(2);
        chart
            .draw_series(LineSeries::new(points.iter().copied(), style).point_size(3))?
            .label(*title)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .label_font(("sans-serif", 12))
        .draw()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;

    #[test]
    fn all_lines_are_named() {
        let svg = plot(&[row(500, 300), row(5000, 3000)]).expect("it draws");
        for text in ["ni-controller", "floor", "machines"] {
            assert!(svg.contains(text), "{text}");
        }
    }
}
