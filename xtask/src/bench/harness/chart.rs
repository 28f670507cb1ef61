// SPDX-License-Identifier: Apache-2.0

//! Pictures: panels side by side, each of lines or bars.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

/// What is measured.
pub(crate) const OURS: RGBColor = RGBColor(0, 106, 166);
/// What it is compared with.
pub(crate) const FLOOR: RGBColor = RGBColor(120, 120, 120);

const SIZE: (u32, u32) = (960, 400);
const FONT: (&str, u32) = ("sans-serif", 12);

/// One picture of several.
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    /// Pixels of the whole picture's width.
    pub(crate) width: u32,
    pub(crate) x: X,
    /// Of the numbers beside it, behind the point.
    pub(crate) digits: usize,
    pub(crate) series: Vec<Series>,
}

/// What figures are drawn over.
pub(crate) enum X {
    /// A number, which this is; lines.
    Number(&'static str),
    /// A number of any magnitude; lines.
    Magnitude(&'static str),
    /// These, at 0, 1, …; bars.
    Names(Vec<String>),
}

/// Figures of one name.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) color: RGBColor,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Panel {
    /// The width of one of two that are equal.
    pub(crate) const HALF: u32 = SIZE.0 / 2;
    /// Of the smaller one of two that are not.
    pub(crate) const THIRD: u32 = SIZE.0 / 3;

    fn most(&self, of: fn(&(f64, f64)) -> f64) -> f64 {
        let points = self.series.iter().flat_map(|series| &series.points);
        points.map(of).fold(f64::MIN_POSITIVE, f64::max)
    }

    fn least_x(&self) -> f64 {
        let points = self.series.iter().flat_map(|series| &series.points);
        points.map(|point| point.0).fold(f64::MAX, f64::min)
    }

    /// Above the figures there is room for their names.
    fn height(&self) -> f64 {
        let names = self.series.iter().map(|_| 0.05).sum::<f64>();
        self.most(|point| point.1) * (1.25 + names)
    }
}

impl Series {
    /// Of the points that `at` makes of rows.
    pub(crate) fn of<R>(
        name: &str,
        color: RGBColor,
        rows: &[R],
        at: impl Fn(&R) -> (f64, f64),
    ) -> Self {
        Self {
            name: name.to_owned(),
            color,
            points: rows.iter().map(at).collect(),
        }
    }
}

/// Draws all of them as SVG, from left to right.
pub(crate) fn draw(panels: &[Panel]) -> Result<String> {
    let mut svg = String::new();
    draw_all(panels, &mut svg).map_err(|why| anyhow!("drawing: {why}"))?;
    Ok(svg)
}

type Drawn = Result<(), Box<dyn std::error::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 's, X> = ChartContext<'a, SVGBackend<'s>, Cartesian2d<X, RangedCoordf64>>;

fn draw_all(panels: &[Panel], svg: &mut String) -> Drawn {
    let mut rest = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    rest.fill(&WHITE)?;
    for panel in panels {
        let area;
        (area, rest) = rest.split_horizontally(panel.width);
        draw_one(panel, &area)?;
    }
    rest.present()?;
    Ok(())
}

fn draw_one(panel: &Panel, area: &Area<'_>) -> Drawn {
    let mut builder = ChartBuilder::on(area);
    builder
        .margin(12)
        .caption(panel.title, ("sans-serif", 16))
        .x_label_area_size(38)
        .y_label_area_size(46);
    let height = 0.0..panel.height();
    let right = panel.most(|point| point.0);
    match &panel.x {
        X::Number(what) => {
            let mut chart = builder.build_cartesian_2d(0.0..right * 1.06, height)?;
            lines(panel, what, &mut chart)
        }
        X::Magnitude(what) => {
            let range = (panel.least_x()..right * 1.2).log_scale();
            let mut chart = builder.build_cartesian_2d(range, height)?;
            lines(panel, what, &mut chart)
        }
        X::Names(names) => {
            let count = f64::from(u32::try_from(names.len())?);
            let mut chart = builder.build_cartesian_2d(0.0..count, height)?;
            bars(panel, names, &mut chart)
        }
    }
}

fn lines<'a, 's: 'a, X>(panel: &Panel, what: &str, chart: &mut Chart<'a, 's, X>) -> Drawn
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let digits = panel.digits;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc(what)
        .x_labels(6)
        .label_style(FONT)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.digits$}"))
        .draw()?;
    for series in &panel.series {
        let style = series.color.stroke_width(2);
        let points = series.points.iter().copied();
        chart
            .draw_series(LineSeries::new(points, style).point_size(3))?
            .label(&series.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    name_series(chart)
}

/// Beside each other, for each name.
fn bars<'a, 's: 'a, X>(panel: &Panel, names: &[String], chart: &mut Chart<'a, 's, X>) -> Drawn
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let digits = panel.digits;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .light_line_style(WHITE)
        .label_style(FONT)
        .y_label_formatter(&|y| format!("{y:.digits$}"))
        .draw()?;
    let width = 0.8 / f64::from(u32::try_from(panel.series.len())?);
    for (place, series) in (0_u32..).zip(&panel.series) {
        let color = series.color;
        let bars = series.points.iter().map(|(x, y)| {
            let from = x + 0.1 + width * f64::from(place);
            Rectangle::new([(from, 0.0), (from + width * 0.95, *y)], color.filled())
        });
        chart
            .draw_series(bars)?
            .label(&series.name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 4), (x + 12, y + 4)], color.filled()));
    }
    for (place, name) in (0_u32..).zip(names) {
        let below = EmptyElement::at((f64::from(place) + 0.1, 0.0));
        let name = below + Text::new(name.clone(), (0, 6), FONT);
        chart.plotting_area().draw(&name)?;
    }
    name_series(chart)
}

fn name_series<'a, 's: 'a, X: Ranged<ValueType = f64>>(chart: &mut Chart<'a, 's, X>) -> Drawn {
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .label_font(FONT)
        .draw()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_axes_series_and_bars_are_named() {
        let panel = |title, x| Panel {
            title,
            width: Panel::THIRD,
            x,
            digits: 1,
            series: vec![Series::of("ours", OURS, &[1.0, 2.0], |x| (*x, x * 10.0))],
        };
        let bars = ["dense", "holes"].map(str::to_owned).to_vec();
        let svg = draw(&[
            panel("First", X::Number("machines")),
            panel("Second", X::Magnitude("objects")),
            panel("Third", X::Names(bars)),
        ]);
        let svg = svg.expect("it draws");
        for text in [
            "First", "machines", "Second", "objects", "Third", "dense", "holes",
        ] {
            assert!(svg.contains(text), "{text}");
        }
        assert_eq!(svg.matches("ours").count(), 3);
    }
}
