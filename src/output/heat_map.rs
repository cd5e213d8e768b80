//! Pictures of a field on a two-dimensional grid.

use std::ops::Range;
use std::path::Path;

use image::RgbImage;

use super::canvas::{Align, BLACK, Canvas, GREY, Rect, Stroke};
use super::colormap::{ColorMap, MISSING};
use super::ticks::{Ticks, finite_range, limited, widened};
use super::{text, write_png};
use crate::error::{Error, Result};

const WIDTH: u32 = 900;
const HEIGHT: u32 = 700;
/// Margins around the map; the right one holds the colour bar.
const LEFT: f64 = 100.0;
const RIGHT: f64 = 158.0;
const BOTTOM: f64 = 84.0;
const TITLE_EM: f64 = 23.0;
const LABEL_EM: f64 = 19.0;
const TICK_EM: f64 = 17.0;
/// Distance between the baselines of lines of text, in em.
const LINE: f64 = 1.3;
const TICK_LENGTH: f64 = 6.0;
/// Axes whose lengths differ more than this are not drawn to scale: a strip shows nothing.
const LONGEST_SIDE: f64 = 4.0;
/// Arrows along the longer side, and the dark line of one on its light halo, which
/// together stand out from every colour.
const ARROWS: usize = 20;
const ARROW: Stroke = Stroke { color: [20, 20, 20], width: 1.7, dashes: &[] };
const HALO: Stroke = Stroke { color: [255, 255, 255], width: 3.4, dashes: &[] };

/// What a side of the grid stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct PlotAxis {
    /// What varies along it.
    pub label: String,
    /// May be empty.
    pub unit: String,
    /// Outer edge of the first cell, in `unit`.
    pub from: f64,
    /// Outer edge of the last cell, in `unit`.
    pub to: f64,
}

/// How values become colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// From the least to the greatest value.
    Sequential,
    /// Symmetric about zero, which is neutral.
    Diverging,
    /// From minus this number to it whatever the values are, as for a polarisation.
    DivergingTo(f64),
}

/// A picture of a field on a grid, with axes and a colour bar.
///
/// Values that are not finite are drawn in grey ([`MISSING`]) and do not count
/// towards the range of colours. Where cells are smaller than pixels a pixel
/// shows the mean of the finite values under it.
#[derive(Debug, Clone)]
pub struct HeatMap<'a> {
    /// What is shown.
    pub title: String,
    /// When or under which circumstances, as in `t = 12.50`; may be empty.
    pub subtitle: String,
    /// Increasing to the right.
    pub horizontal: PlotAxis,
    /// Increasing upwards.
    pub vertical: PlotAxis,
    /// Row-major: rows along `vertical`, row 0 at `vertical.from`, columns
    /// along `horizontal`. The length is `columns * rows`.
    pub values: &'a [f64],
    /// Vectors to be drawn over the colours, one for each value or none at all: to the
    /// right and up, means over blocks of cells, nearly as long as a block when of
    /// length 1. Those that are not finite are left out.
    pub arrows: &'a [[f64; 2]],
    /// Cells along `horizontal`.
    pub columns: usize,
    /// Cells along `vertical`.
    pub rows: usize,
    /// What the colours stand for, with its unit.
    pub bar_label: String,
    /// How values become colours.
    pub scale: Scale,
    /// Whether a unit is equally long on both axes.
    pub true_to_scale: bool,
}

impl HeatMap<'_> {
    /// Draws the map and stores it as PNG.
    ///
    /// # Errors
    ///
    /// Those of [`HeatMap::render`] and [`Error::File`].
    pub fn write_png(&self, path: &Path) -> Result<()> {
        write_png(path, &self.render()?)
    }

    /// Draws the map, 900 x 700 pixels.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] when the grid is empty, `values` or `arrows` do not match it, or
    /// an axis has an end that is not finite.
    pub fn render(&self) -> Result<RgbImage> {
        self.check()?;
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        let map = self.draw_frame(&mut canvas)?;
        let (low, high) = self.range();
        let bar = Rect { left: map.right() + 24.0, top: map.top, width: 24.0, height: map.height };
        let gaps = !self.values.iter().all(|value| value.is_finite());
        self.draw_bar(&mut canvas, bar, (low, high), gaps)?;
        // Cells and bar lie on whole pixels, which keeps their edges and colours exact.
        let width = high - low;
        let color = |value: f64| self.colors().at((limited(value) - low) / width);
        let cells = Cells::new(self, map.width as usize, map.height as usize);
        paint(&mut canvas, map, |x, y| color(cells.mean(x, y)));
        paint(&mut canvas, bar, |_, y| color(low + width * (1.0 - (y as f64 + 0.5) / bar.height)));
        self.draw_arrows(&mut canvas, map)?;
        Ok(canvas.finish())
    }

    fn draw_arrows(&self, canvas: &mut Canvas, map: Rect) -> Result<()> {
        if self.arrows.is_empty() {
            return Ok(());
        }
        let (width, height) = (map.width / self.columns as f64, map.height / self.rows as f64);
        let spacing = map.width.max(map.height) / ARROWS as f64;
        // Up to a fifth more arrows than asked for, rather than half as many.
        let every = |cell: f64, cells: usize| ((spacing / cell - 0.2).ceil().max(1.0) as usize).min(cells);
        let (across, up) = (every(width, self.columns), every(height, self.rows));
        let longest = 0.92 * (across as f64 * width).min(up as f64 * height);
        // In the middle of the blocks of cells that share an arrow, their mean.
        for rows in blocks(self.rows, up) {
            for columns in blocks(self.columns, across) {
                let all = rows.clone().flat_map(|row| &self.arrows[row * self.columns..][columns.clone()]);
                let (mut sum, mut count) = ((0.0, 0.0), 0.0);
                for [x, y] in all.filter(|arrow| arrow.iter().all(|part| part.is_finite())) {
                    sum = (sum.0 + x, sum.1 + y);
                    count += 1.0;
                }
                let total = f64::hypot(sum.0, sum.1);
                let length = total / count;
                // Also where there is none to take the mean of.
                if !(length.is_finite() && length > 0.02) {
                    continue;
                }
                let middle = |cells: &Range<usize>| 0.5 * (cells.start + cells.end) as f64;
                let centre = (map.left + middle(&columns) * width, map.bottom() - middle(&rows) * height);
                draw_arrow(canvas, centre, (sum.0 / total, -sum.1 / total), longest * length.min(1.0))?;
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let cells = self.columns.checked_mul(self.rows);
        if cells != Some(self.values.len()) || self.values.is_empty() {
            return Err(Error::Input(format!(
                "heat map '{}': {} values for {} columns and {} rows; \
                 the grid needs at least one cell and one value for each",
                self.title,
                self.values.len(),
                self.columns,
                self.rows
            )));
        }
        if !self.arrows.is_empty() && self.arrows.len() != self.values.len() {
            return Err(Error::Input(format!(
                "heat map '{}': {} arrows for {} values; draw none or one for each",
                self.title,
                self.arrows.len(),
                self.values.len()
            )));
        }
        for axis in [&self.horizontal, &self.vertical] {
            if !(axis.from.is_finite() && axis.to.is_finite()) {
                return Err(Error::Input(format!(
                    "heat map '{}': axis '{}' runs from {} to {}; both ends must be finite",
                    self.title, axis.label, axis.from, axis.to
                )));
            }
        }
        Ok(())
    }

    fn colors(&self) -> &'static ColorMap {
        match self.scale {
            Scale::Sequential => ColorMap::sequential(),
            Scale::Diverging | Scale::DivergingTo(_) => ColorMap::diverging(),
        }
    }

    /// Values at the two ends of the colour bar; never equal.
    fn range(&self) -> (f64, f64) {
        let data = || finite_range(self.values.iter().copied()).unwrap_or((0.0, 0.0));
        match self.scale {
            Scale::Sequential => match data() {
                (0.0, 0.0) => (0.0, 1.0),
                range => widened(range),
            },
            Scale::Diverging => {
                let (low, high) = data();
                let extreme = low.abs().max(high.abs());
                widened((-extreme, extreme))
            }
            Scale::DivergingTo(largest) => (-largest, largest),
        }
    }

    /// Draws titles and axes; returns the place of the map.
    fn draw_frame(&self, canvas: &mut Canvas) -> Result<Rect> {
        let slot_width = f64::from(WIDTH) - LEFT - RIGHT;
        let ratio = self.ratio();
        let mut width = match ratio {
            // Below titles of two lines; longer ones make the map smaller.
            Some(ratio) => snapped(slot_width.min((f64::from(HEIGHT) - BOTTOM - 90.0) / ratio), self.columns),
            None => snapped(slot_width, self.columns),
        };
        let left = LEFT + ((slot_width - width) / 2.0).floor();

        let full = f64::from(WIDTH) - left - 24.0;
        let title = text::fit(&self.title, full, (TITLE_EM, LABEL_EM), 3)?;
        let mut y = 16.0;
        for line in &title.lines {
            y += (LINE * title.em).round();
            canvas.text(line, (left, y), Align::Left, title.em, BLACK)?;
        }
        if !self.subtitle.is_empty() {
            let room = width.max(0.7 * (LEFT + slot_width - left));
            let subtitle = text::fit(&self.subtitle, room, (LABEL_EM, TICK_EM), 2)?;
            for line in &subtitle.lines {
                y += (1.35 * subtitle.em).round();
                canvas.text(line, (left, y), Align::Left, subtitle.em, GREY)?;
            }
        }

        let slot_top = (y + 18.0).round();
        let slot_height = f64::from(HEIGHT) - BOTTOM - slot_top;
        let mut height = snapped(slot_height, self.rows);
        if let Some(ratio) = ratio {
            width = snapped(width.min(slot_height / ratio), self.columns);
            height = (width * ratio).round();
        }
        let top = slot_top + ((slot_height - height) / 2.0).floor();
        let map = Rect { left, top, width, height };

        canvas.frame(map, BLACK);
        self.draw_axes(canvas, map)?;
        Ok(map)
    }

    /// Height of the map over its width, where it is drawn to scale.
    fn ratio(&self) -> Option<f64> {
        let length = |axis: &PlotAxis| {
            let (from, to) = ends(axis);
            (to - from).abs()
        };
        let ratio = length(&self.vertical) / length(&self.horizontal);
        (self.true_to_scale && (1.0 / LONGEST_SIDE..=LONGEST_SIDE).contains(&ratio)).then_some(ratio)
    }

    fn draw_axes(&self, canvas: &mut Canvas, map: Rect) -> Result<()> {
        let ticks = axis_ticks(&self.horizontal, tick_count(map.width, 90.0, 7));
        for (at, label) in ticks.at.iter().zip(&ticks.labels) {
            let x = map.left + place(&self.horizontal, *at) * map.width;
            canvas.rule(x - 0.5, map.bottom() + 1.0, 0.0, TICK_LENGTH, BLACK);
            let baseline = map.bottom() + TICK_LENGTH + 20.0;
            canvas.text(label, (x, baseline), Align::Centre, TICK_EM, BLACK)?;
        }
        let label = ticks.axis_label(&self.horizontal.label, &self.horizontal.unit);
        let label = text::fit(&label, map.width, (LABEL_EM, TICK_EM), 1)?;
        let at = (map.left + map.width / 2.0, map.bottom() + 57.0);
        canvas.text(&label.lines.join(" "), at, Align::Centre, label.em, BLACK)?;

        let ticks = axis_ticks(&self.vertical, tick_count(map.height, 60.0, 8));
        let mut widest = 0.0f64;
        for (at, label) in ticks.at.iter().zip(&ticks.labels) {
            let y = map.bottom() - place(&self.vertical, *at) * map.height;
            canvas.rule(map.left - 1.0 - TICK_LENGTH, y - 0.5, TICK_LENGTH, 0.0, BLACK);
            let at = (map.left - TICK_LENGTH - 6.0, y + 0.36 * TICK_EM);
            canvas.text(label, at, Align::Right, TICK_EM, BLACK)?;
            widest = widest.max(text::width(label, TICK_EM)?);
        }
        let label = ticks.axis_label(&self.vertical.label, &self.vertical.unit);
        let label = text::fit(&label, map.height, (LABEL_EM, TICK_EM), 1)?;
        let x = (map.left - TICK_LENGTH - widest - 20.0).max(LABEL_EM);
        let at = (x, map.top + map.height / 2.0);
        canvas.text_upwards(&label.lines.join(" "), at, label.em, BLACK)
    }

    fn draw_bar(&self, canvas: &mut Canvas, bar: Rect, (low, high): (f64, f64), gaps: bool) -> Result<()> {
        canvas.frame(bar, BLACK);
        let ticks = Ticks::linear(low, high, tick_count(bar.height, 50.0, 10));
        let mut widest = 0.0f64;
        for (at, label) in ticks.at.iter().zip(&ticks.labels) {
            let y = bar.bottom() - (at - low) / (high - low) * bar.height;
            canvas.rule(bar.right() + 1.0, y - 0.5, TICK_LENGTH, 0.0, BLACK);
            let at = (bar.right() + TICK_LENGTH + 6.0, y + 0.36 * TICK_EM);
            canvas.text(label, at, Align::Left, TICK_EM, BLACK)?;
            widest = widest.max(text::width(label, TICK_EM)?);
        }
        let note = ticks.note();
        let room = f64::from(WIDTH) - bar.left - 4.0;
        let note = text::fit(&note, room, (TICK_EM, 12.0), 1)?;
        let at = (bar.left, bar.top - 9.0);
        canvas.text(&note.lines.join(" "), at, Align::Left, note.em, BLACK)?;

        let label = text::fit(&self.bar_label, bar.height, (LABEL_EM, TICK_EM), 1)?;
        let x = bar.right() + TICK_LENGTH + widest + 30.0;
        let at = (x.min(f64::from(WIDTH) - 8.0), bar.top + bar.height / 2.0);
        canvas.text_upwards(&label.lines.join(" "), at, label.em, BLACK)?;

        if gaps {
            let swatch = Rect { left: bar.left, top: bar.bottom() + 42.0, width: 24.0, height: 16.0 };
            canvas.fill(swatch, MISSING);
            canvas.frame(swatch, BLACK);
            let at = (swatch.right() + 8.0, swatch.bottom() - 2.0);
            canvas.text("no value", at, Align::Left, TICK_EM, BLACK)?;
        }
        Ok(())
    }
}

/// The greatest whole multiple of `cells` within `room` pixels, for cells of
/// equal width; all of `room` where that would waste more than an eighth.
fn snapped(room: f64, cells: usize) -> f64 {
    let multiple = (room / cells as f64).floor() * cells as f64;
    if multiple > 0.875 * room { multiple } else { room.floor() }
}

/// How many ticks a side of `length` pixels holds, each with `room` for its label.
fn tick_count(length: f64, room: f64, most: u32) -> u32 {
    ((length / room) as u32).clamp(2, most)
}

fn axis_ticks(axis: &PlotAxis, count: u32) -> Ticks {
    let (low, high) = ends(axis);
    Ticks::linear(low.min(high), low.max(high), count)
}

/// Where a value lies on an axis, from 0 at its beginning to 1 at its end.
fn place(axis: &PlotAxis, value: f64) -> f64 {
    let (from, to) = ends(axis);
    (value - from) / (to - from)
}

/// The ends of an axis, made different and limited in magnitude.
fn ends(axis: &PlotAxis) -> (f64, f64) {
    let range = finite_range([axis.from, axis.to]).unwrap_or((0.0, 0.0));
    let (low, high) = widened(range);
    if axis.from > axis.to { (high, low) } else { (low, high) }
}

/// Colours the pixels of a rectangle; `color` gets their place in it.
fn paint(canvas: &mut Canvas, rect: Rect, color: impl Fn(usize, usize) -> [u8; 3]) {
    for y in 0..rect.height as u32 {
        for x in 0..rect.width as u32 {
            let (left, top) = (rect.left + f64::from(x), rect.top + f64::from(y));
            canvas.fill(Rect { left, top, width: 1.0, height: 1.0 }, color(x as usize, y as usize));
        }
    }
}

/// Ranges of `every` cells, the last one shorter where they do not fit.
fn blocks(cells: usize, every: usize) -> impl Iterator<Item = Range<usize>> {
    (0..cells).step_by(every).map(move |start| start..(start + every).min(cells))
}

/// An arrow of `length` pixels in a direction of length 1, around its centre.
fn draw_arrow(canvas: &mut Canvas, centre: (f64, f64), along: (f64, f64), length: f64) -> Result<()> {
    // Along the arrow and to its right, from the centre.
    let point = |forward: f64, right: f64| {
        (centre.0 + forward * along.0 - right * along.1, centre.1 + forward * along.1 + right * along.0)
    };
    let (half, head) = (0.5 * length, 0.36 * length.min(22.0));
    let shaft = [point(-half, 0.0), point(half, 0.0)];
    let barbs = [-0.5, 0.5].map(|side| [point(half - head, side * head), point(half, 0.0)]);
    for stroke in [&HALO, &ARROW] {
        canvas.polyline(&shaft, stroke)?;
        for barb in &barbs {
            canvas.polyline(barb, stroke)?;
        }
    }
    Ok(())
}

/// The cells under each pixel of a map.
struct Cells<'a> {
    values: &'a [f64],
    columns: Vec<(usize, usize)>,
    rows: Vec<(usize, usize)>,
    row_length: usize,
}

impl<'a> Cells<'a> {
    fn new(map: &HeatMap<'a>, width: usize, height: usize) -> Self {
        let mut rows = spans(map.rows, height);
        // Pixels count from the top, rows from the bottom.
        rows.reverse();
        Self { values: map.values, columns: spans(map.columns, width), rows, row_length: map.columns }
    }

    /// Mean of the finite values under a pixel; NaN when there are none.
    fn mean(&self, x: usize, y: usize) -> f64 {
        let (left, right) = self.columns[x];
        let (bottom, top) = self.rows[y];
        let finite = (bottom..top)
            .flat_map(|row| &self.values[row * self.row_length..][left..right])
            .filter(|value| value.is_finite());
        // A running mean cannot overflow where a sum can.
        let mut mean = f64::NAN;
        for (k, &value) in finite.enumerate() {
            mean = if k == 0 { value } else { mean + (value / (k + 1) as f64 - mean / (k + 1) as f64) };
        }
        mean
    }
}

/// Half-open ranges of the cells under each of `pixels` pixels: the one at its
/// centre or, where cells are smaller than pixels, all it touches.
fn spans(cells: usize, pixels: usize) -> Vec<(usize, usize)> {
    (0..pixels)
        .map(|pixel| {
            if cells <= pixels {
                let cell = (2 * pixel + 1) * cells / (2 * pixels);
                (cell, cell + 1)
            } else {
                (pixel * cells / pixels, ((pixel + 1) * cells).div_ceil(pixels))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(label: &str) -> PlotAxis {
        PlotAxis { label: label.into(), unit: "c/ω_p".into(), from: 0.0, to: 1.0 }
    }

    fn map(values: &[f64], columns: usize, scale: Scale) -> HeatMap<'_> {
        HeatMap {
            title: "title".into(),
            subtitle: "t = 0".into(),
            horizontal: axis("x"),
            vertical: axis("y"),
            values,
            arrows: &[],
            columns,
            rows: values.len() / columns,
            bar_label: "f".into(),
            scale,
            true_to_scale: false,
        }
    }

    /// Pixels well inside the map, at a fraction of its width and height from
    /// the bottom left.
    fn pixel(image: &RgbImage, across: f64, up: f64) -> [u8; 3] {
        let left = LEFT + across * (f64::from(WIDTH) - LEFT - RIGHT);
        let bottom = f64::from(HEIGHT) - BOTTOM;
        image.get_pixel(left as u32, (bottom - up * (bottom - 100.0)) as u32).0
    }

    #[test]
    fn row_zero_is_at_the_bottom_and_column_zero_on_the_left() {
        let image = map(&[0.0, 1.0, 2.0, 4.0], 2, Scale::Sequential).render().unwrap();
        let color = |value: f64| ColorMap::sequential().at(value / 4.0);
        assert_eq!(pixel(&image, 0.25, 0.25), color(0.0));
        assert_eq!(pixel(&image, 0.75, 0.25), color(1.0));
        assert_eq!(pixel(&image, 0.25, 0.75), color(2.0));
        assert_eq!(pixel(&image, 0.75, 0.75), color(4.0));
    }

    #[test]
    fn diverging_colors_are_symmetric_about_zero() {
        let colors = ColorMap::diverging();
        let image = map(&[-1.0, 0.0, 2.0, 4.0], 2, Scale::Diverging).render().unwrap();
        assert_eq!(pixel(&image, 0.25, 0.25), colors.at(0.375));
        assert_eq!(pixel(&image, 0.75, 0.25), colors.at(0.5));
        assert_eq!(pixel(&image, 0.75, 0.75), colors.at(1.0));
        let image = map(&[0.0, 0.5, -0.5, 0.1], 2, Scale::DivergingTo(1.0)).render().unwrap();
        assert_eq!(pixel(&image, 0.75, 0.25), colors.at(0.75));
        assert_eq!(pixel(&image, 0.25, 0.75), colors.at(0.25));
        let image = map(&[0.0, 0.5, -0.5, 0.1], 2, Scale::DivergingTo(0.8)).render().unwrap();
        assert_eq!(pixel(&image, 0.75, 0.25), colors.at(0.5 + 0.5 * 0.5 / 0.8));
    }

    #[test]
    fn values_that_are_not_finite_are_grey_and_leave_the_range_alone() {
        let values = [f64::NAN, 1.0, 2.0, f64::INFINITY];
        let image = map(&values, 2, Scale::Sequential).render().unwrap();
        assert_eq!(pixel(&image, 0.25, 0.25), MISSING);
        assert_eq!(pixel(&image, 0.75, 0.75), MISSING);
        assert_eq!(pixel(&image, 0.75, 0.25), ColorMap::sequential().at(0.0));
        assert_eq!(pixel(&image, 0.25, 0.75), ColorMap::sequential().at(1.0));
    }

    #[test]
    fn extreme_data_render() {
        let extreme = [
            [0.0; 4],
            [3.0; 4],
            [-3.0; 4],
            [f64::NAN; 4],
            [1e30, 2e30, -1e30, 0.0],
            [1e-30, 2e-30, -1e-30, 0.0],
            [f64::MAX, f64::MIN, 0.0, f64::INFINITY],
            [f64::MIN_POSITIVE, 5e-324, 0.0, -5e-324],
            [1.0, 1.0 + f64::EPSILON, 1.0, 1.0],
        ];
        for values in &extreme {
            for scale in [Scale::Sequential, Scale::Diverging, Scale::DivergingTo(1.0)] {
                map(values, 2, scale).render().unwrap();
            }
        }
    }

    #[test]
    fn maps_are_true_to_scale_on_request() {
        let values = [0.0; 64];
        for (across, up, columns) in [(1.0, 1.0, 8), (3.0, 1.0, 16), (1.0, 2.0, 8), (1.0, 1.0, 4)] {
            let mut map = map(&values, columns, Scale::Sequential);
            map.true_to_scale = true;
            (map.horizontal.to, map.vertical.to) = (across, up);
            let title = "A title that is too long for one line and is therefore wrapped into two or three of them ";
            for title in [String::new(), title.repeat(3)] {
                map.title = title;
                let mut canvas = Canvas::new(WIDTH, HEIGHT);
                let rect = map.draw_frame(&mut canvas).unwrap();
                assert!((rect.height / rect.width / (up / across) - 1.0).abs() < 0.01, "{across} {up}");
                assert!(rect.bottom() <= f64::from(HEIGHT) - BOTTOM && rect.right() <= f64::from(WIDTH) - RIGHT);
            }
        }
        // A strip fills the picture.
        let mut map = map(&values, 8, Scale::Sequential);
        map.true_to_scale = true;
        map.horizontal.to = 100.0;
        let rect = map.draw_frame(&mut Canvas::new(WIDTH, HEIGHT)).unwrap();
        assert!(rect.height > 0.5 * rect.width);
    }

    #[test]
    fn arrows_point_where_they_should() {
        let values = [0.0; 100];
        let mut arrows = [[f64::NAN; 2]; 100];
        // To the right in the lower left corner, half as long and up in the upper right one.
        (arrows[0], arrows[99]) = ([1.0, 0.0], [0.0, 0.5]);
        let mut map = map(&values, 10, Scale::DivergingTo(1.0));
        let plain = map.render().unwrap();
        map.arrows = &arrows;
        let image = map.render().unwrap();
        let rect = map.draw_frame(&mut Canvas::new(WIDTH, HEIGHT)).unwrap();
        let (cell_width, cell_height) = (rect.width / 10.0, rect.height / 10.0);
        let dark = |x: f64, y: f64| image.get_pixel(x as u32, y as u32).0.iter().all(|&channel| channel < 90);
        let length = 0.92 * cell_width.min(cell_height);
        let (x, y) = (rect.left + 0.5 * cell_width, rect.bottom() - 0.5 * cell_height);
        for part in [-0.45, 0.0, 0.45] {
            assert!(dark(x + part * length, y), "the shaft lies across: {part}");
            let vertical = (rect.right() - 0.5 * cell_width, rect.top + 0.5 * cell_height + 0.5 * part * length);
            assert!(dark(vertical.0, vertical.1), "half as long, and up: {part}");
        }
        // The head has barbs, the tail has none.
        let barbs = |at: f64| (1..8).any(|off| dark(x + at * length, y - f64::from(off) - 1.0));
        assert!(barbs(0.35) && !barbs(-0.35));
        let changed = plain.enumerate_pixels().filter(|(x, y, pixel)| image.get_pixel(*x, *y) != *pixel);
        for (x, y, _) in changed {
            let column = ((f64::from(x) - rect.left) / cell_width) as usize;
            let row = ((rect.bottom() - f64::from(y)) / cell_height) as usize;
            assert!((column, row) == (0, 0) || (column, row) == (9, 9), "{column} {row}");
        }
        map.arrows = &arrows[..7];
        assert!(matches!(map.render(), Err(Error::Input(_))));
    }

    #[test]
    fn colors_do_not_depend_on_the_magnitude() {
        let image = |factor: f64| {
            let values = [0.0, 1.0, 2.0, 4.0].map(|value| value * factor);
            let image = map(&values, 2, Scale::Sequential).render().unwrap();
            (pixel(&image, 0.75, 0.25), pixel(&image, 0.25, 0.75))
        };
        assert_eq!(image(1e30), image(1.0));
        assert_eq!(image(1e-30), image(1.0));
    }

    #[test]
    fn small_cells_are_averaged() {
        // Columns alternate between 0 and 1, four times as many as pixels.
        let columns = 4096;
        let mut values: Vec<f64> = (0..2 * columns).map(|k| (k % 2) as f64).collect();
        values[columns..].fill(f64::NAN);
        let image = map(&values, columns, Scale::Sequential).render().unwrap();
        let [_, green, _] = pixel(&image, 0.5, 0.25);
        assert!((120..170).contains(&green), "{green}");
        assert_eq!(pixel(&image, 0.5, 0.75), MISSING);
    }

    #[test]
    fn a_mean_of_huge_values_does_not_overflow() {
        let columns = 4096;
        let values = vec![f64::MAX; columns];
        let map = map(&values, columns, Scale::Sequential);
        let cells = Cells::new(&map, 10, 10);
        assert!((cells.mean(5, 5) / f64::MAX - 1.0).abs() < 1e-12);
    }

    #[test]
    fn odd_axes_and_long_texts_render() {
        let values = [0.0, 1.0];
        let mut map = map(&values, 2, Scale::Sequential);
        map.title = "a long title ".repeat(40);
        map.subtitle = "subtitle".repeat(40);
        map.bar_label = "label".repeat(40);
        map.horizontal.label = "x".repeat(400);
        (map.horizontal.from, map.horizontal.to) = (1e6, 1e6 + 1.0);
        (map.vertical.from, map.vertical.to) = (2.0, 2.0);
        map.render().unwrap();
        (map.vertical.from, map.vertical.to) = (1e300, -1e300);
        map.render().unwrap();
    }

    #[test]
    fn wrong_shapes_and_axes_are_input_errors() {
        let values = [0.0; 6];
        let mut wrong = map(&values, 2, Scale::Sequential);
        wrong.rows = 2;
        assert!(matches!(wrong.render(), Err(Error::Input(_))));
        let empty = map(&[], 2, Scale::Sequential);
        assert!(matches!(empty.render(), Err(Error::Input(_))));
        let mut wrong = map(&values, 2, Scale::Sequential);
        wrong.horizontal.to = f64::NAN;
        assert!(matches!(wrong.render(), Err(Error::Input(_))));
    }

    #[test]
    fn the_file_is_a_png_of_the_rendered_picture() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.png");
        let map = map(&[0.0, 1.0], 2, Scale::Sequential);
        map.write_png(&path).unwrap();
        assert_eq!(image::open(&path).unwrap().to_rgb8(), map.render().unwrap());
    }
}
