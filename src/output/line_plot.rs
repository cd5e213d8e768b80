//! Pictures of series over a common abscissa.

use std::path::Path;

use image::RgbImage;

use super::canvas::{Align, BLACK, Canvas, GREY, LIGHT_GREY, Rect, Rgb, Stroke};
use super::ticks::{LogTicks, Ticks, finite_range, limited, widened};
use super::{text, write_png};
use crate::error::{Error, Result};

const WIDTH: u32 = 900;
const LEFT: f64 = 108.0;
const RIGHT: f64 = 30.0;
const TITLE_EM: f64 = 23.0;
const LABEL_EM: f64 = 18.0;
const TICK_EM: f64 = 16.5;
/// Height of a row that holds a panel's title or legend.
const HEADER: f64 = 27.0;
/// Room below a panel: for tick labels, and for an axis label under them.
const TICK_ROOM: f64 = 32.0;
const LABEL_ROOM: f64 = 28.0;
const PANEL_GAP: f64 = 14.0;
/// Length of the line in front of a name in the legend.
const LEGEND_LINE: f64 = 30.0;
/// Between that line and its name, and between entries.
const LEGEND_SPACE: f64 = 7.0;
const LEGEND_GAP: f64 = 22.0;
const TICK_LENGTH: f64 = 6.0;
/// Radius of a dot, and of one of many.
const DOT: f64 = 4.5;
const SMALL_DOT: f64 = 2.5;
/// So many dots are small.
const MANY_DOTS: usize = 50;

/// The colours of Okabe and Ito, which the colour-blind tell apart, without
/// the yellow, which is lost on white.
const COLORS: [Rgb; 7] =
    [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233], [60, 60, 60]];

/// Patterns for the first seven series, the next seven and so on.
const DASHES: [&[f64]; 3] = [&[], &[9.0, 5.0], &[3.0, 4.0]];

/// How a series is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// Straight from sample to sample.
    #[default]
    Line,
    /// A dot for each sample.
    Dots,
}

/// A named series.
#[derive(Debug, Clone)]
pub struct Series<'a> {
    /// As in the legend.
    pub name: String,
    /// Ascending for lines, in the horizontal unit of the plot.
    pub abscissa: &'a [f64],
    /// One value for each sample of the abscissa.
    pub values: &'a [f64],
    /// Line or dots.
    pub style: Style,
}

/// A picture of series, with a legend.
///
/// Samples that are not finite are left out, as are those not above zero on a
/// logarithmic axis; the line breaks there.
#[derive(Debug, Clone)]
pub struct LinePlot<'a> {
    /// Headline.
    pub title: String,
    /// Label and unit; the unit may be empty.
    pub horizontal: (String, String),
    /// Label and unit; the unit may be empty.
    pub vertical: (String, String),
    /// In the order of the legend and its colours.
    pub series: Vec<Series<'a>>,
    /// Whether the vertical axis is logarithmic.
    pub logarithmic: bool,
}

impl LinePlot<'_> {
    /// Draws the plot and stores it as PNG.
    ///
    /// # Errors
    ///
    /// Those of [`LinePlot::render`] and [`Error::File`].
    pub fn write_png(&self, path: &Path) -> Result<()> {
        write_png(path, &self.render()?)
    }

    /// Draws the plot, 900 pixels wide.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] when a series and the abscissa differ in length.
    pub fn render(&self) -> Result<RgbImage> {
        draw(&self.title, std::slice::from_ref(self), false)
    }
}

/// Draws panels above each other and stores them as one PNG.
///
/// # Errors
///
/// Those of [`render_panels`] and [`Error::File`].
pub fn write_panels(path: &Path, title: &str, panels: &[LinePlot]) -> Result<()> {
    write_png(path, &render_panels(title, panels)?)
}

/// Draws panels above each other, 900 pixels wide, under a common title.
///
/// # Errors
///
/// [`Error::Input`] when there are no panels, or more than 16, or a series and
/// its abscissa differ in length.
pub fn render_panels(title: &str, panels: &[LinePlot]) -> Result<RgbImage> {
    draw(title, panels, true)
}

/// Most panels in a picture, which bounds the memory it takes.
const MOST_PANELS: usize = 16;

fn draw(title: &str, plots: &[LinePlot], panel_titles: bool) -> Result<RgbImage> {
    if plots.is_empty() || plots.len() > MOST_PANELS {
        return Err(Error::Input(format!("'{title}': {} panels; a picture holds 1 to {MOST_PANELS}", plots.len())));
    }
    let height = match plots.len() {
        1 => 440.0,
        2 => 290.0,
        _ => 215.0,
    };
    let room = f64::from(WIDTH) - LEFT - RIGHT;
    let title = text::fit(title, room, (TITLE_EM, LABEL_EM), 3)?;
    let line = (1.3 * title.em).round();
    let mut y = 16.0 + line * title.lines.len() as f64 + 10.0;

    let mut panels = Vec::new();
    for (k, plot) in plots.iter().enumerate() {
        let panel_title = if panel_titles { plot.title.as_str() } else { "" };
        let mut panel = Panel::new(plot, panel_title, y, height)?;
        // Panels over the same abscissa share one label at the bottom.
        panel.labelled = plots
            .get(k + 1)
            .is_none_or(|next| next.horizontal != plot.horizontal || horizontal_range(next) != horizontal_range(plot));
        y = panel.bottom() + PANEL_GAP;
        panels.push(panel);
    }

    let mut canvas = Canvas::new(WIDTH, y.ceil() as u32);
    for (k, text) in title.lines.iter().enumerate() {
        let at = (LEFT, 16.0 + line * (k + 1) as f64);
        canvas.text(text, at, Align::Left, title.em, BLACK)?;
    }
    for panel in &panels {
        panel.draw(&mut canvas)?;
    }
    Ok(canvas.finish())
}

/// A plot with its place in the picture.
struct Panel<'a> {
    plot: &'a LinePlot<'a>,
    title: text::Block,
    /// Top of the rows with title and legend.
    top: f64,
    legend: Vec<LegendEntry>,
    /// Where the lines are drawn.
    area: Rect,
    horizontal: (f64, f64),
    /// Decimal logarithms on a logarithmic axis; `None` without data.
    vertical: Option<(f64, f64)>,
    /// Whether the horizontal label is written.
    labelled: bool,
}

struct LegendEntry {
    name: String,
    left: f64,
    row: usize,
}

impl<'a> Panel<'a> {
    fn new(plot: &'a LinePlot<'a>, title: &str, top: f64, height: f64) -> Result<Self> {
        for series in &plot.series {
            if series.values.len() != series.abscissa.len() {
                return Err(Error::Input(format!(
                    "plot '{}': series '{}' has {} values for {} samples of the abscissa; \
                     the numbers must agree",
                    plot.title,
                    series.name,
                    series.values.len(),
                    series.abscissa.len()
                )));
            }
        }
        let width = f64::from(WIDTH) - LEFT - RIGHT;
        let title = text::fit(title, width, (LABEL_EM, TICK_EM), 1)?;
        let (legend, rows) = place_legend(&plot.series, &title, width)?;
        Ok(Self {
            plot,
            title,
            top,
            legend,
            area: Rect { left: LEFT, top: (top + HEADER * rows as f64 + 8.0).round(), width, height },
            horizontal: horizontal_range(plot),
            vertical: vertical_range(plot),
            labelled: true,
        })
    }

    fn bottom(&self) -> f64 {
        self.area.bottom() + TICK_ROOM + if self.labelled { LABEL_ROOM } else { 0.0 }
    }

    fn draw(&self, canvas: &mut Canvas) -> Result<()> {
        self.draw_header(canvas)?;
        self.draw_horizontal_axis(canvas)?;
        if let Some(vertical) = self.vertical {
            self.draw_vertical_axis(canvas, vertical)?;
            for (k, series) in self.plot.series.iter().enumerate() {
                self.draw_series(canvas, series, &stroke(k), vertical)?;
            }
        } else {
            let why = if self.plot.logarithmic { "no positive values" } else { "no values" };
            let centre = (self.area.left + self.area.width / 2.0, self.area.top + self.area.height / 2.0);
            canvas.text(why, centre, Align::Centre, LABEL_EM, GREY)?;
        }
        canvas.frame(self.area, BLACK);
        Ok(())
    }

    fn draw_header(&self, canvas: &mut Canvas) -> Result<()> {
        let baseline = |row: usize| self.top + HEADER * (row + 1) as f64 - 6.0;
        let at = (self.area.left, baseline(0));
        canvas.text(&self.title.lines.join(" "), at, Align::Left, self.title.em, BLACK)?;
        for (k, entry) in self.legend.iter().enumerate() {
            let (x, y) = (self.area.left + entry.left, baseline(entry.row));
            let middle = y - 0.32 * TICK_EM;
            match self.plot.series[k].style {
                Style::Line => canvas.polyline(&[(x, middle), (x + LEGEND_LINE, middle)], &stroke(k))?,
                Style::Dots => canvas.dot((x + LEGEND_LINE / 2.0, middle), DOT, stroke(k).color)?,
            }
            let at = (x + LEGEND_LINE + LEGEND_SPACE, y);
            canvas.text(&entry.name, at, Align::Left, TICK_EM, BLACK)?;
        }
        Ok(())
    }

    fn draw_horizontal_axis(&self, canvas: &mut Canvas) -> Result<()> {
        let Rect { left, top, width, height } = self.area;
        let bottom = self.area.bottom();
        let (low, high) = self.horizontal;
        let ticks = Ticks::linear(low, high, 8);
        for (at, label) in ticks.at.iter().zip(&ticks.labels) {
            let x = left + (at - low) / (high - low) * width;
            canvas.rule(x - 0.5, top, 0.0, height, LIGHT_GREY);
            canvas.rule(x - 0.5, bottom + 1.0, 0.0, TICK_LENGTH, BLACK);
            let at = (x, bottom + TICK_LENGTH + 19.0);
            canvas.text(label, at, Align::Centre, TICK_EM, BLACK)?;
        }
        if self.labelled {
            let (label, unit) = &self.plot.horizontal;
            let label = ticks.axis_label(label, unit);
            let label = text::fit(&label, width, (LABEL_EM, TICK_EM), 1)?;
            let at = (left + width / 2.0, bottom + TICK_ROOM + 20.0);
            canvas.text(&label.lines.join(" "), at, Align::Centre, label.em, BLACK)?;
        }
        Ok(())
    }

    fn draw_vertical_axis(&self, canvas: &mut Canvas, (low, high): (f64, f64)) -> Result<()> {
        let Rect { left, top, width, height } = self.area;
        let (label, unit) = &self.plot.vertical;
        let count = (height / 32.0) as u32;
        let y = |at: f64| top + (high - at) / (high - low) * height;
        let (positions, labels, label) = if self.plot.logarithmic {
            let ticks = LogTicks::new(low, high, count);
            for &at in &ticks.minor {
                canvas.rule(left - 1.0 - 0.6 * TICK_LENGTH, y(at) - 0.5, 0.6 * TICK_LENGTH, 0.0, BLACK);
            }
            let label = if unit.is_empty() { label.clone() } else { format!("{label} [{unit}]") };
            (ticks.at, ticks.labels, label)
        } else {
            let ticks = Ticks::linear(low, high, count);
            let label = ticks.axis_label(label, unit);
            (ticks.at, ticks.labels, label)
        };
        let mut widest = 0.0f64;
        for (&at, label) in positions.iter().zip(&labels) {
            canvas.rule(left, y(at) - 0.5, width, 0.0, LIGHT_GREY);
            canvas.rule(left - 1.0 - TICK_LENGTH, y(at) - 0.5, TICK_LENGTH, 0.0, BLACK);
            let at = (left - TICK_LENGTH - 6.0, y(at) + 0.36 * TICK_EM);
            canvas.text(label, at, Align::Right, TICK_EM, BLACK)?;
            widest = widest.max(text::width(label, TICK_EM)?);
        }
        // The label may stretch over the rows above and below the lines.
        let label = text::fit(&label, height + HEADER, (LABEL_EM, 0.8 * TICK_EM), 1)?;
        let x = (left - TICK_LENGTH - widest - 20.0).max(LABEL_EM);
        canvas.text_upwards(&label.lines.join(" "), (x, top + height / 2.0), label.em, BLACK)
    }

    fn draw_series(
        &self,
        canvas: &mut Canvas,
        series: &Series,
        stroke: &Stroke,
        (low, high): (f64, f64),
    ) -> Result<()> {
        let (from, to) = self.horizontal;
        let mut line: Vec<(f64, f64)> = Vec::new();
        for (&x, &value) in series.abscissa.iter().zip(series.values) {
            match self.plot.ordinate(value) {
                Some(y) if x.is_finite() => line.push((
                    self.area.left + (limited(x) - from) / (to - from) * self.area.width,
                    self.area.top + (high - y) / (high - low) * self.area.height,
                )),
                _ => {
                    draw_piece(canvas, &line, series, stroke)?;
                    line.clear();
                }
            }
        }
        draw_piece(canvas, &line, series, stroke)
    }
}

impl LinePlot<'_> {
    /// Position of a value along the vertical axis; `None` where it has none.
    fn ordinate(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || (self.logarithmic && value <= 0.0) {
            None
        } else if self.logarithmic {
            Some(value.log10())
        } else {
            Some(limited(value))
        }
    }
}

/// Draws samples without a gap.
fn draw_piece(canvas: &mut Canvas, points: &[(f64, f64)], series: &Series, stroke: &Stroke) -> Result<()> {
    let radius = if series.values.len() > MANY_DOTS { SMALL_DOT } else { DOT };
    match series.style {
        Style::Line => canvas.polyline(points, stroke),
        Style::Dots => points.iter().try_for_each(|&point| canvas.dot(point, radius, stroke.color)),
    }
}

fn horizontal_range(plot: &LinePlot) -> (f64, f64) {
    let samples = plot.series.iter().flat_map(|series| series.abscissa.iter().copied());
    let (low, high) = widened(finite_range(samples).unwrap_or((0.0, 1.0)));
    // Whole dots, also at the ends.
    let dots = plot.series.iter().any(|series| series.style == Style::Dots);
    let margin = if dots { 0.02 * (high - low) } else { 0.0 };
    (low - margin, high + margin)
}

/// Range of the data along the vertical axis with a margin.
fn vertical_range(plot: &LinePlot) -> Option<(f64, f64)> {
    let values = plot.series.iter().flat_map(|series| {
        // What has no abscissa is not drawn.
        let drawn = series.abscissa.iter().zip(series.values);
        drawn.filter_map(|(x, &value)| plot.ordinate(value).filter(|_| x.is_finite()))
    });
    let (low, high) = finite_range(values)?;
    if plot.logarithmic {
        // At least one whole decade, or there would be hardly any ticks.
        let (low, high) =
            if high - low < 1.0 { (low.floor(), (low.floor() + 1.0).max(high.ceil())) } else { (low, high) };
        let margin = 0.05 * (high - low);
        Some((low - margin, high + margin))
    } else {
        let (low, high) = widened((low, high));
        let margin = 0.06 * (high - low);
        Some((low - margin, high + margin))
    }
}

/// Arranges the legend beside the title where there is room, else in rows
/// below it. Returns the entries and the number of rows, title included.
fn place_legend(series: &[Series], title: &text::Block, room: f64) -> Result<(Vec<LegendEntry>, usize)> {
    let longest = room - LEGEND_LINE - LEGEND_SPACE;
    let mut names = Vec::new();
    for series in series {
        let name = text::fit(&series.name, longest, (TICK_EM, TICK_EM), 1)?;
        let name = name.lines.join(" ");
        let width = LEGEND_LINE + LEGEND_SPACE + text::width(&name, TICK_EM)?;
        names.push((name, width));
    }
    let title = text::width(&title.lines.join(" "), title.em)?;
    let gaps = LEGEND_GAP * names.len().saturating_sub(1) as f64;
    let total = gaps + names.iter().map(|(_, width)| width).sum::<f64>();
    let beside = title + 1.5 * LEGEND_GAP + total <= room;

    let mut left = if beside { room - total } else { 0.0 };
    let mut row = usize::from(!beside && title > 0.0);
    let mut entries = Vec::new();
    for (name, width) in names {
        if left > 0.0 && left + width > room + 0.5 {
            left = 0.0;
            row += 1;
        }
        entries.push(LegendEntry { name, left, row });
        left += width + LEGEND_GAP;
    }
    Ok((entries, row + 1))
}

fn stroke(series: usize) -> Stroke {
    Stroke { color: COLORS[series % COLORS.len()], width: 1.8, dashes: DASHES[series / COLORS.len() % DASHES.len()] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot<'a>(abscissa: &'a [f64], values: &[&'a [f64]], logarithmic: bool) -> LinePlot<'a> {
        LinePlot {
            title: "title".into(),
            horizontal: ("t".into(), "1/ω_p".into()),
            vertical: ("energy".into(), String::new()),
            series: values
                .iter()
                .enumerate()
                .map(|(k, values)| Series { name: format!("series {k}"), abscissa, values, style: Style::Line })
                .collect(),
            logarithmic,
        }
    }

    /// Pixels below the header with exactly the colour of a series.
    fn drawn(image: &RgbImage, series: usize) -> Vec<(u32, u32)> {
        image
            .enumerate_pixels()
            .filter(|(_, y, pixel)| *y > 90 && pixel.0 == COLORS[series])
            .map(|(x, y, _)| (x, y))
            .collect()
    }

    #[test]
    fn a_rising_line_rises() {
        let image = plot(&[0.0, 1.0], &[&[0.0, 1.0]], false).render().unwrap();
        let line = drawn(&image, 0);
        let (left, right) = (line.iter().min().unwrap(), line.iter().max().unwrap());
        assert!(left.0 < 120 && right.0 > 860 && left.1 > right.1 + 300);
    }

    #[test]
    fn lines_break_at_values_that_are_not_finite() {
        let values = [1.0, 1.0, f64::NAN, 1.0, 1.0];
        let abscissa = [0.0, 1.0, 2.0, 3.0, 4.0];
        let line = drawn(&plot(&abscissa, &[&values], false).render().unwrap(), 0);
        assert!(line.iter().any(|&(x, _)| x < 250));
        assert!(line.iter().any(|&(x, _)| x > 750));
        assert!(!line.iter().any(|&(x, _)| (350..650).contains(&x)));
    }

    #[test]
    fn a_logarithmic_axis_leaves_out_what_is_not_positive() {
        let abscissa = [0.0, 1.0, 2.0, 3.0, 4.0];
        for gap in [0.0, -5.0] {
            let values = [1.0, 10.0, gap, 1000.0, 10_000.0];
            let line = drawn(&plot(&abscissa, &[&values], true).render().unwrap(), 0);
            assert!(!line.is_empty());
            assert!(!line.iter().any(|&(x, _)| (350..650).contains(&x)));
        }
    }

    #[test]
    fn an_exponential_is_straight_on_a_logarithmic_axis() {
        let abscissa: Vec<f64> = (0..=100).map(f64::from).collect();
        let values: Vec<f64> = abscissa.iter().map(|t| (0.3 * t).exp()).collect();
        let line = drawn(&plot(&abscissa, &[&values], true).render().unwrap(), 0);
        let (x0, y0) = *line.iter().min().unwrap();
        let (x1, y1) = *line.iter().max().unwrap();
        for (x, y) in line {
            let across = f64::from(x - x0) / f64::from(x1 - x0);
            let straight = f64::from(y0) + across * (f64::from(y1) - f64::from(y0));
            assert!((f64::from(y) - straight).abs() < 4.0);
        }
    }

    #[test]
    fn a_single_sample_is_a_dot() {
        let line = drawn(&plot(&[3.0], &[&[2.0]], false).render().unwrap(), 0);
        assert!((4..60).contains(&line.len()), "{}", line.len());
    }

    #[test]
    fn extreme_data_render() {
        let abscissa = [0.0, 1.0, 2.0];
        let extreme = [
            [0.0; 3],
            [7.0; 3],
            [f64::NAN; 3],
            [f64::INFINITY, 1.0, f64::NEG_INFINITY],
            [1e30, -1e30, 2e30],
            [1e-30, 0.0, 2e-30],
            [f64::MAX, f64::MIN, 0.0],
            [5e-324, 1e308, 1.0],
            [1.0, 1.0 + f64::EPSILON, 1.0],
        ];
        for values in &extreme {
            for logarithmic in [false, true] {
                plot(&abscissa, &[values], logarithmic).render().unwrap();
                plot(values, &[&abscissa], logarithmic).render().unwrap();
            }
        }
        plot(&[], &[&[]], false).render().unwrap();
        plot(&[], &[], true).render().unwrap();
    }

    #[test]
    fn long_series_and_many_of_them_render() {
        let abscissa: Vec<f64> = (0..300_000).map(f64::from).collect();
        let values: Vec<f64> = abscissa.iter().map(|t| (t * t).sin()).collect();
        plot(&abscissa, &[&values], false).render().unwrap();
        let few = [0.0, 1.0];
        plot(&few, &[few.as_slice(); 40], false).render().unwrap();
        let mut long = plot(&few, &[&few], false);
        long.title = "long title ".repeat(50);
        long.series[0].name = "name".repeat(100);
        long.vertical.0 = "label ".repeat(50);
        long.render().unwrap();
    }

    #[test]
    fn panels_are_stacked_and_stored() {
        let abscissa = [0.0, 1.0];
        let panel = || plot(&abscissa, &[&[1.0, 2.0]], false);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("panels.png");
        write_panels(&path, "diagnostics", &[panel(), panel(), panel()]).unwrap();
        let image = image::open(&path).unwrap().to_rgb8();
        assert_eq!(image.width(), WIDTH);
        assert!(image.height() > 3 * 215);
        let lines = drawn(&image, 0);
        for third in 0..3 {
            let band = third * image.height() / 3..(third + 1) * image.height() / 3;
            assert!(lines.iter().any(|(_, y)| band.contains(y)));
        }
    }

    #[test]
    fn wrong_lengths_and_numbers_of_panels_are_input_errors() {
        let wrong = plot(&[0.0, 1.0], &[&[1.0]], false);
        assert!(matches!(wrong.render(), Err(Error::Input(_))));
        assert!(matches!(render_panels("", &[]), Err(Error::Input(_))));
        let right = plot(&[0.0], &[&[1.0]], false);
        assert!(matches!(render_panels("", &vec![right; MOST_PANELS + 1]), Err(Error::Input(_))));
    }
}
