//! A drawing surface in floating-point pixels with smooth lines and text.

use std::fmt::Display;

use image::RgbImage;
use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, RGBColor, ShapeStyle, TextStyle};

use super::text;
use crate::error::{Error, Result};

/// Pictures are drawn this many times larger and averaged down: that smooths
/// edges and places letters and lines to a fraction of a pixel.
const OVERSAMPLING: u32 = 3;

pub(super) type Rgb = [u8; 3];

pub(super) const BLACK: Rgb = [25, 25, 25];
pub(super) const GREY: Rgb = [95, 95, 95];
pub(super) const LIGHT_GREY: Rgb = [224, 224, 224];

/// Where the given horizontal position lies in a text.
#[derive(Clone, Copy)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// A rectangle in pixels; `y` grows downwards.
#[derive(Clone, Copy)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

pub(super) struct Stroke {
    pub color: Rgb,
    pub width: f64,
    /// Lengths drawn and left out in turn; empty for a solid line.
    pub dashes: &'static [f64],
}

pub(super) struct Canvas {
    /// Oversampled RGB rows from the top.
    pixels: Vec<u8>,
    width: u32,
    height: u32,
}

impl Canvas {
    /// A white canvas of the given size in pixels.
    pub fn new(width: u32, height: u32) -> Self {
        let subpixels = (width * OVERSAMPLING) as usize * (height * OVERSAMPLING) as usize;
        Self { pixels: vec![255; 3 * subpixels], width, height }
    }

    /// The picture, averaged down to its size.
    pub fn finish(self) -> RgbImage {
        let factor = OVERSAMPLING as usize;
        let (width, count) = (3 * self.width as usize, (factor * factor) as u16);
        let mut picture = RgbImage::new(self.width, self.height);
        let mut sums = vec![0; width * factor];
        for (row, lines) in picture.chunks_exact_mut(width).zip(self.pixels.chunks_exact(width * factor * factor)) {
            sums.fill(0);
            for line in lines.chunks_exact(width * factor) {
                sums.iter_mut().zip(line).for_each(|(sum, &part)| *sum += u16::from(part));
            }
            for (pixel, sums) in row.chunks_exact_mut(3).zip(sums.chunks_exact(3 * factor)) {
                for (channel, part) in pixel.iter_mut().enumerate() {
                    let sum: u16 = sums.iter().skip(channel).step_by(3).sum();
                    *part = ((sum + count / 2) / count) as u8;
                }
            }
        }
        picture
    }

    fn backend(&mut self) -> Result<BitMapBackend<'_>> {
        let size = (self.width * OVERSAMPLING, self.height * OVERSAMPLING);
        BitMapBackend::with_buffer_and_format(&mut self.pixels, size).map_err(drawing_failed)
    }

    /// Fills a rectangle, exactly up to its edges.
    pub fn fill(&mut self, rect: Rect, color: Rgb) {
        let columns = (self.width * OVERSAMPLING) as usize;
        let rows = (self.height * OVERSAMPLING) as usize;
        let (left, top) = device(rect.left, rect.top);
        let (right, bottom) = device(rect.right(), rect.bottom());
        let within = |from: i32, to: i32, end: usize| {
            let limit = |at: i32| (at.max(0) as usize).min(end);
            limit(from)..limit(to).max(limit(from))
        };
        let across = within(left, right, columns);
        for row in within(top, bottom, rows) {
            let row = &mut self.pixels[3 * row * columns..];
            for pixel in row[3 * across.start..3 * across.end].chunks_exact_mut(3) {
                pixel.copy_from_slice(&color);
            }
        }
    }

    /// Draws a frame of one pixel around the outside of a rectangle.
    pub fn frame(&mut self, rect: Rect, color: Rgb) {
        let (width, height) = (rect.width + 2.0, rect.height + 2.0);
        let (left, top) = (rect.left - 1.0, rect.top - 1.0);
        let bars = [
            (left, top, width, 1.0),
            (left, rect.bottom(), width, 1.0),
            (left, top, 1.0, height),
            (rect.right(), top, 1.0, height),
        ];
        for (left, top, width, height) in bars {
            let bar = Rect { left, top, width, height };
            self.fill(bar, color);
        }
    }

    /// Draws a line of one pixel, horizontal or vertical, from a point by the
    /// given extents, one of which is zero.
    pub fn rule(&mut self, x: f64, y: f64, dx: f64, dy: f64, color: Rgb) {
        // On whole pixels, or the line would be smeared over two.
        let rect = if dy == 0.0 {
            Rect { left: x, top: y.round(), width: dx, height: 1.0 }
        } else {
            Rect { left: x.round(), top: y, width: 1.0, height: dy }
        };
        self.fill(rect, color);
    }

    /// Draws a connected line; a single point becomes a dot.
    pub fn polyline(&mut self, points: &[(f64, f64)], stroke: &Stroke) -> Result<()> {
        let points = thinned(points.iter().map(|&(x, y)| device(x, y)));
        let width = (stroke.width * f64::from(OVERSAMPLING)).round() as u32;
        let style = solid(stroke.color, width);
        let mut backend = self.backend()?;
        if let [point] = points[..] {
            return backend.draw_circle(point, width * 3 / 2, &style, true).map_err(drawing_failed);
        }
        for piece in dashed(&points, stroke.dashes) {
            // Segment by segment with round joints: mitred outlines of a
            // noisy line have spikes.
            for (k, pair) in piece.windows(2).enumerate() {
                backend.draw_line(pair[0], pair[1], &style).map_err(drawing_failed)?;
                if k > 0 {
                    backend.draw_circle(pair[0], width / 2, &style, true).map_err(drawing_failed)?;
                }
            }
        }
        Ok(())
    }

    /// Fills a circle.
    pub fn dot(&mut self, (x, y): (f64, f64), radius: f64, color: Rgb) -> Result<()> {
        let radius = (radius * f64::from(OVERSAMPLING)).round() as u32;
        self.backend()?.draw_circle(device(x, y), radius, &solid(color, 1), true).map_err(drawing_failed)
    }

    /// Writes a text, with its baseline at `y`.
    pub fn text(&mut self, text: &str, (x, y): (f64, f64), align: Align, em: f64, color: Rgb) -> Result<()> {
        let mut x = x - shift(text, align, em)?;
        for run in text::runs(text) {
            self.run(&run, (x, y - run.rise * em), em, color, FontTransform::None)?;
            x += text::run_width(&run, em)?;
        }
        Ok(())
    }

    /// Writes a text upwards, centred on `y` and with its baseline at `x`.
    pub fn text_upwards(&mut self, text: &str, (x, y): (f64, f64), em: f64, color: Rgb) -> Result<()> {
        let mut y = y + shift(text, Align::Centre, em)?;
        for run in text::runs(text) {
            self.run(&run, (x - run.rise * em, y), em, color, FontTransform::Rotate270)?;
            y -= text::run_width(&run, em)?;
        }
        Ok(())
    }

    fn run(
        &mut self,
        run: &text::Run,
        (x, y): (f64, f64),
        em: f64,
        color: Rgb,
        transform: FontTransform,
    ) -> Result<()> {
        let em = em * run.size * f64::from(OVERSAMPLING);
        // The renderer puts the baseline at half the font's height below the
        // point it is given.
        let half = (text::font_height(em) / 2.0) as i32;
        let (x, y) = device(x, y);
        let at = match transform {
            FontTransform::Rotate270 => (x - half, y),
            _ => (x, y - half),
        };
        let color = plotters_color(color);
        let style =
            TextStyle::from(text::font(em)?.transform(transform)).color(&color).pos(Pos::new(HPos::Left, VPos::Top));
        self.backend()?.draw_text(&run.text, &style, at).map_err(drawing_failed)
    }
}

pub(super) fn drawing_failed(error: impl Display) -> Error {
    Error::Run(format!("drawing a picture failed: {error}"))
}

fn shift(text: &str, align: Align, em: f64) -> Result<f64> {
    Ok(match align {
        Align::Left => 0.0,
        Align::Centre => 0.5 * text::width(text, em)?,
        Align::Right => text::width(text, em)?,
    })
}

fn device(x: f64, y: f64) -> (i32, i32) {
    let scale = f64::from(OVERSAMPLING);
    ((x * scale).round() as i32, (y * scale).round() as i32)
}

fn plotters_color([r, g, b]: Rgb) -> RGBColor {
    RGBColor(r, g, b)
}

fn solid(color: Rgb, width: u32) -> ShapeStyle {
    plotters_color(color).filled().stroke_width(width)
}

/// Leaves of each column of points only the first, lowest, highest and last:
/// the picture is the same, and long series stay cheap.
fn thinned(points: impl Iterator<Item = (i32, i32)>) -> Vec<(i32, i32)> {
    let mut kept: Vec<(i32, i32)> = Vec::new();
    let mut column: Vec<(i32, i32)> = Vec::new();
    let flush = |column: &mut Vec<(i32, i32)>, kept: &mut Vec<(i32, i32)>| {
        let lowest = (0..column.len()).min_by_key(|&k| column[k].1);
        let highest = (0..column.len()).max_by_key(|&k| column[k].1);
        let mut chosen: Vec<usize> =
            [Some(0), lowest, highest, column.len().checked_sub(1)].into_iter().flatten().collect();
        chosen.sort_unstable();
        for k in chosen {
            if let Some(&point) = column.get(k)
                && kept.last() != Some(&point)
            {
                kept.push(point);
            }
        }
        column.clear();
    };
    for point in points {
        if column.last().is_some_and(|last| last.0 != point.0) {
            flush(&mut column, &mut kept);
        }
        column.push(point);
    }
    flush(&mut column, &mut kept);
    kept
}

/// Cuts a line into the pieces that a pattern of dashes and gaps shows.
fn dashed(points: &[(i32, i32)], pattern: &[f64]) -> Vec<Vec<(i32, i32)>> {
    if pattern.is_empty() {
        return vec![points.to_vec()];
    }
    let mut pieces = vec![points.first().copied().into_iter().collect::<Vec<_>>()];
    let length = |k: usize| pattern[k % pattern.len()] * f64::from(OVERSAMPLING);
    let (mut part, mut left) = (0, length(0));
    for pair in points.windows(2) {
        let [from, to] = [pair[0], pair[1]].map(|(x, y)| (f64::from(x), f64::from(y)));
        let total = (to.0 - from.0).hypot(to.1 - from.1);
        let mut done = 0.0;
        while total - done > left {
            done += left;
            let along = done / total;
            let point =
                ((from.0 + along * (to.0 - from.0)).round() as i32, (from.1 + along * (to.1 - from.1)).round() as i32);
            // Even parts of the pattern are drawn.
            if part % 2 == 0 {
                if let Some(piece) = pieces.last_mut() {
                    piece.push(point);
                }
            } else {
                pieces.push(vec![point]);
            }
            part += 1;
            left = length(part);
        }
        left -= total - done;
        if part % 2 == 0
            && let Some(piece) = pieces.last_mut()
        {
            piece.push(pair[1]);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_extremes_of_a_column() {
        let points = [(0, 5), (0, 9), (0, 7), (0, 1), (0, 4), (1, 4), (2, 4)];
        let kept = thinned(points.into_iter());
        assert_eq!(kept, [(0, 5), (0, 9), (0, 1), (0, 4), (1, 4), (2, 4)]);
        assert!(thinned(std::iter::empty()).is_empty());
    }

    #[test]
    fn dashes_cover_their_share_of_a_line() {
        let pieces = dashed(&[(0, 0), (60, 0), (90, 0)], &[10.0, 5.0]);
        assert_eq!(pieces, [vec![(0, 0), (30, 0)], vec![(45, 0), (60, 0), (75, 0)]]);
    }

    #[test]
    fn a_frame_surrounds_its_rectangle() {
        let mut canvas = Canvas::new(10, 10);
        let rect = Rect { left: 3.0, top: 3.0, width: 4.0, height: 4.0 };
        canvas.frame(rect, [0, 0, 0]);
        let image = canvas.finish();
        assert_eq!(image.get_pixel(2, 2).0, [0; 3]);
        assert_eq!(image.get_pixel(7, 7).0, [0; 3]);
        assert_eq!(image.get_pixel(3, 3).0, [255; 3]);
        assert_eq!(image.get_pixel(8, 8).0, [255; 3]);
    }
}
