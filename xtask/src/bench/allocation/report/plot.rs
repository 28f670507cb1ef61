// SPDX-License-Identifier: Apache-2.0

//! The picture: grants a second beside the floor's, and CPU per grant.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use super::Row;

const SIZE: (u32, u32) = (960, 400);
const OURS: RGBColor = RGBColor(0, 106, 166);
const FLOOR: RGBColor = RGBColor(120, 120, 120);

/// A bar of each case.
struct Bars {
    title: &'static str,
    color: RGBColor,
    figure: fn(&Row) -> f64,
}

/// Draws the cases as SVG.
pub(crate) fn plot(rows: &[Row]) -> Result<String> {
    let mut svg = String::new();
    draw(rows, &mut svg).map_err(|why| anyhow!("drawing: {why}"))?;
    Ok(svg)
}

fn draw(rows: &[Row], svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(SIZE.0 / 2);
    let bars = [
        Bars {
            title: "ni-controller",
            color: OURS,
            figure: |row| row.grants_per_s,
        },
        Bars {
            title: "floor: bare client",
            color: FLOOR,
            figure: |row| row.floor_per_s,
        },
    ];
    panel(&left, "Grants a second", rows, &bars, 0)?;
    let bars = [Bars {
        title: "ni-controller",
        color: OURS,
        figure: |row| row.cpu_ms_per_grant,
    }];
    panel(
        &right,
        "The controller's CPU time per grant, ms",
        rows,
        &bars,
        2,
    )?;
    area.present()?;
    Ok(())
}

fn panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    rows: &[Row],
    bars: &[Bars],
    digits: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let figures = bars.iter().flat_map(|bars| rows.iter().map(bars.figure));
    let most = figures.fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let cases = u32::try_from(rows.len())?;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption(title, ("sans-serif", 16))
        .x_label_area_size(38)
        .y_label_area_size(46)
        // Above the bars there is room for their names.
        .build_cartesian_2d(0.0..f64::from(cases), 0.0..most * 1.35)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .light_line_style(WHITE)
        .label_style(("sans-serif", 12))
        .y_label_formatter(&|y| format!("{y:.digits$}"))
        .draw()?;
    let width = 0.8 / f64::from(u32::try_from(bars.len())?);
    for (series, bars) in (0_u32..).zip(bars) {
        let rectangles = (0_u32..).zip(rows).map(|(case, row)| {
            let from = f64::from(case) + 0.1 + width * f64::from(series);
            let corners = [(from, 0.0), (from + width * 0.95, (bars.figure)(row))];
            Rectangle::new(corners, bars.color.filled())
        });
        let color = bars.color;
        chart
            .draw_series(rectangles)?
            .label(bars.title)
            .legend(move |(x, y)| Rectangle::new([(x, y - 4), (x + 12, y + 4)], color.filled()));
    }
    let names = (0_u32..).zip(rows).map(|(case, row)| {
        let place = (f64::from(case) + 0.1, 0.0);
        EmptyElement::at(place) + Text::new(row.case.clone(), (0, 6), ("sans-serif", 12))
    });
    for name in names {
        chart.plotting_area().draw(&name)?;
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
    use crate::bench::allocation::case::Which;

    #[test]
    fn bars_and_cases_are_named() {
        let svg = plot(&[row(Which::Dense, 2, 1), row(Which::Holes, 2, 1)]).expect("it draws");
        for text in ["ni-controller", "floor", "dense", "holes"] {
            assert!(svg.contains(text), "{text}");
        }
    }
}
