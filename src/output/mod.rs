//! Pictures: [`HeatMap`] draws a field on a two-dimensional grid, [`LinePlot`] draws
//! time series. They need no system font: the font and the colour maps are part of the library.
//!
//! Titles, labels and names may hold subscripts and superscripts: `ω_p`, `B_0`,
//! `E_{kin}`, `m^-1`. A `_` inside a word, as in `field_energy`, stays as it is.

pub mod balance;
mod canvas;
mod colormap;
mod heat_map;
mod line_plot;
pub mod series;
pub mod snapshot;
mod text;
mod ticks;

pub use colormap::{ColorMap, MISSING};
pub use heat_map::{HeatMap, PlotAxis, Scale};
pub use line_plot::{LinePlot, Series, Style, render_panels, write_panels};
pub use text::missing_glyphs;

use std::io;
use std::path::Path;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use crate::atomic::write_atomically;
use crate::error::Result;

/// Stores a picture as PNG, atomically.
fn write_png(path: &Path, image: &RgbImage) -> Result<()> {
    write_atomically(path, |file| {
        PngEncoder::new(file)
            .write_image(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)
            .map_err(io::Error::other)
    })
}
