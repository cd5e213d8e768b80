//! Frequency and growth rate of a recorded mode, and how well they are known: of a record that is one wave, or of
//! one line among others.

mod line;
mod standing_wave;

use std::ops::Range;

pub use line::{line, spectrum};
pub use standing_wave::{known_wave, standing_wave};

/// Complex exponential fitted to a mode: amplitude ~ exp(-i omega t).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// |Re omega|
    pub frequency: f64,
    /// Im omega: growth if positive.
    pub growth_rate: f64,
    /// One standard deviation of the frequency; zero where nothing oscillates.
    pub frequency_error: f64,
    /// One standard deviation of the growth rate.
    pub growth_rate_error: f64,
    /// Root mean square misfit over the root mean square of the data, or of their spectrum in the band.
    pub misfit: f64,
}

/// Most series that are fitted together: the real and imaginary part of a mode.
const MOST_SERIES: usize = 2;

/// Real series over common times, equidistant.
struct Samples {
    time: Vec<f64>,
    series: Vec<Vec<f64>>,
}

impl Samples {
    /// Those between two times.
    fn inside(time: &[f64], series: &[&[f64]], from: f64, to: f64) -> Samples {
        let inside: Vec<usize> = (0..time.len()).filter(|&i| (from..=to).contains(&time[i])).collect();
        Samples {
            time: inside.iter().map(|&i| time[i]).collect(),
            series: series.iter().take(MOST_SERIES).map(|y| inside.iter().map(|&i| y[i]).collect()).collect(),
        }
    }

    fn part(&self, range: Range<usize>) -> Samples {
        Samples {
            time: self.time[range.clone()].to_vec(),
            series: self.series.iter().map(|values| values[range.clone()].to_vec()).collect(),
        }
    }

    /// Length of the window.
    fn span(&self) -> f64 {
        self.time[self.time.len() - 1] - self.time[0]
    }
}

#[cfg(test)]
mod tests {
    /// The share of deviations below a bound.
    pub fn within(deviations: &[f64], bound: f64) -> f64 {
        deviations.iter().filter(|z| z.abs() < bound).count() as f64 / deviations.len() as f64
    }
}
