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
    /// One standard deviation of the frequency; where nothing oscillates, the largest that noise would hide.
    pub frequency_error: f64,
    /// One standard deviation of the growth rate.
    pub growth_rate_error: f64,
    /// Root mean square misfit over the root mean square of the data, or of their spectrum in the band.
    pub misfit: f64,
}

/// Most series that are fitted together: the real and imaginary part of a mode.
const MOST_SERIES: usize = 2;

/// Real series over common times, equidistant, in units of their own: no fit depends on those of a record.
struct Samples {
    /// In units of `unit`.
    time: Vec<f64>,
    /// In units of `scale`.
    series: Vec<Vec<f64>>,
    /// Length of the window.
    unit: f64,
    /// Largest magnitude.
    scale: f64,
}

impl Samples {
    /// Those between two times.
    fn inside(time: &[f64], series: &[&[f64]], from: f64, to: f64) -> Samples {
        let inside: Vec<usize> = (0..time.len()).filter(|&i| (from..=to).contains(&time[i])).collect();
        let span = inside.last().map_or(0.0, |&last| time[last] - time[inside[0]]);
        let unit = if span > 0.0 { span } else { 1.0 };
        let series = series.iter().take(MOST_SERIES);
        let largest = series.clone().flat_map(|y| inside.iter().map(|&i| y[i].abs())).fold(0.0, f64::max);
        let scale = if largest > 0.0 { largest } else { 1.0 };
        Samples {
            time: inside.iter().map(|&i| time[i] / unit).collect(),
            series: series.map(|y| inside.iter().map(|&i| y[i] / scale).collect()).collect(),
            unit,
            scale,
        }
    }

    fn part(&self, range: Range<usize>) -> Samples {
        Samples {
            time: self.time[range.clone()].to_vec(),
            series: self.series.iter().map(|values| values[range.clone()].to_vec()).collect(),
            ..*self
        }
    }

    /// A fit in the units of the record.
    fn in_units(&self, fit: Fit) -> Fit {
        Fit {
            frequency: fit.frequency / self.unit,
            growth_rate: fit.growth_rate / self.unit,
            frequency_error: fit.frequency_error / self.unit,
            growth_rate_error: fit.growth_rate_error / self.unit,
            misfit: fit.misfit,
        }
    }

    /// Length of the window.
    fn span(&self) -> f64 {
        self.time[self.time.len() - 1] - self.time[0]
    }
}

#[cfg(test)]
mod tests {
    use num_complex::Complex64;

    use super::*;

    /// Times and amplitudes in other units leave the same numbers and errors, in their inverse.
    #[test]
    fn fits_are_free_of_units() {
        let time: Vec<f64> = (0..300).map(|i| 0.1 * f64::from(i)).collect();
        let wave = |t: f64, rate: f64, frequency: f64| (rate * t).exp() * (frequency * t + 0.3).cos();
        let values: Vec<f64> = time.iter().map(|&t| wave(t, -0.15, 1.4) + 1e-3 * wave(t, -0.05, 3.2)).collect();
        let same = |one: Fit, other: Fit, unit: f64| {
            for (one, other) in [
                (one.frequency, other.frequency * unit),
                (one.growth_rate, other.growth_rate * unit),
                (one.frequency_error, other.frequency_error * unit),
                (one.growth_rate_error, other.growth_rate_error * unit),
                (one.misfit, other.misfit),
            ] {
                assert!((one - other).abs() < 1e-6 * one.abs() && one != 0.0, "{one} {other}");
            }
        };
        for (unit, scale) in [(1e-12, 1.0), (1.0, 1e-30), (1e-12, 1e-30), (1e15, 1e200), (1e-30, 1e-300)] {
            let times: Vec<f64> = time.iter().map(|t| unit * t).collect();
            let scaled: Vec<f64> = values.iter().map(|y| scale * y).collect();
            let [from, to] = [2.0 * unit, 25.0 * unit];
            let one = standing_wave(&time, &[&values], 2.0, 25.0).expect("a wave");
            same(one, standing_wave(&times, &[&scaled], from, to).expect("a wave"), unit);
            let one = line(&time, &[&values], 2.0, 25.0, [1.0, 2.0]).expect("a line");
            same(one, line(&times, &[&scaled], from, to, [1.0 / unit, 2.0 / unit]).expect("a line"), unit);
            let omega = Complex64::new(1.4, -0.15);
            let known = known_wave(&time, &values, 2.0, 25.0, omega).expect("samples");
            let other = known_wave(&times, &scaled, from, to, omega / unit).expect("samples");
            assert!((known(30.0) - other(30.0 * unit) / scale).abs() < 1e-9);
        }
    }

    /// The share of deviations below a bound.
    pub fn within(deviations: &[f64], bound: f64) -> f64 {
        deviations.iter().filter(|z| z.abs() < bound).count() as f64 / deviations.len() as f64
    }
}
