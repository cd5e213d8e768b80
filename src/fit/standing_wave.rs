//! A record as one wave: least squares for its complex frequency and its amplitudes.

use num_complex::Complex64;

use super::{Fit, MOST_SERIES, Samples};

/// Fewest samples in which a wave is looked for.
const LEAST: usize = 8;
/// Errors of a half by which it differs from the whole once in a hundred records of one wave and noise.
const DISCORD: f64 = 2.5;
/// Radians over the window below which a sine cannot be told from zero.
const SLOWEST: f64 = 1e-3;
/// Doublings from there to what no record hides: 16 radians over the window.
const HIDDEN: usize = 15;
/// Samples of a long record that tell one frequency from another.
const ENOUGH: usize = 4096;
/// Rate, frequency, and two amplitudes for each series.
const MOST: usize = 2 + 2 * MOST_SERIES;

/// Fits the samples of real series, at most two, between two times.
///
/// Standing waves `C exp(g t) cos(w t + phi)` with common g and w obey the two-term
/// recurrence `y[n+s] + y[n-s] exp(2 g s dt) = 2 exp(g s dt) cos(w s dt) y[n]` for any
/// stride s; growth without oscillation is the special case cos = 1. The two
/// coefficients, from the strongest series, start a Gauss-Newton least-squares fit of
/// all parameters. `None` if there are fewer than 8 samples in the window, no fit exists, or what it explains is not
/// worth its parameters, as in noise.
///
/// The errors are those of linearised least squares. The residuals are taken for noise
/// that remembers a share r of itself from sample to sample (r their correlation, at
/// least 0), which has the power (1 - r^2)/(1 - 2 r cos(w dt) + r^2) of white noise near the
/// wave. If a half of the window yields a frequency or rate that differs by more than [`DISCORD`] of
/// its own errors, as a second wave would make it, the difference is the error. Where nothing oscillates the
/// error of the frequency is the largest that the noise would hide, and that of the rate holds if there is none.
pub fn standing_wave(time: &[f64], series: &[&[f64]], from: f64, to: f64) -> Option<Fit> {
    let samples = Samples::inside(time, series, from, to);
    let mut fit = samples.fit()?;
    // Halves that disagree by more than noise explains show that there is more than one wave.
    let half = samples.time.len() / 2;
    for part in [samples.part(0..half), samples.part(half..samples.time.len())] {
        let Some(part) = part.fit() else { continue };
        for (value, error, part, part_error) in [
            (fit.frequency, &mut fit.frequency_error, part.frequency, part.frequency_error),
            (fit.growth_rate, &mut fit.growth_rate_error, part.growth_rate, part.growth_rate_error),
        ] {
            let difference = (value - part).abs();
            if part_error > 0.0 && difference > DISCORD * part_error {
                *error = error.max(difference);
            }
        }
    }
    Some(samples.in_units(fit))
}

/// A wave of known complex frequency, fitted to one series between two times in amplitude and phase alone; as a
/// function of time. `None` if there are fewer than 8 samples in the window.
pub fn known_wave(
    time: &[f64],
    values: &[f64],
    from: f64,
    to: f64,
    omega: Complex64,
) -> Option<impl Fn(f64) -> f64 + use<>> {
    let samples = Samples::inside(time, &[values], from, to);
    if samples.time.len() < LEAST {
        return None;
    }
    let omega = omega * samples.unit;
    let (a, b) = samples.amplitudes(omega.im, omega.re, &samples.series[0]);
    Some(move |t: f64| {
        let (c, s, _) = samples.basis(omega.im, omega.re, t / samples.unit);
        samples.scale * (a * c + b * s)
    })
}

/// Complex frequency (|Re|, Im) from the linear recurrence with a stride.
fn guess(values: &[f64], stride: usize, dt: f64) -> Option<(f64, f64)> {
    let (mut aa, mut ab, mut bb, mut ay, mut by) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for i in stride..values.len() - stride {
        let (below, here, above) = (values[i - stride], values[i], values[i + stride]);
        aa += here * here;
        ab += here * below;
        bb += below * below;
        ay += here * above;
        by += below * above;
    }
    let determinant = aa * bb - ab * ab;
    let (a, b) = ((ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant);
    let span = stride as f64 * dt;
    // above = a here + b below, b = - exp(2 g span).
    (b < 0.0).then(|| {
        let factor = (-b).sqrt();
        ((a / (2.0 * factor)).clamp(-1.0, 1.0).acos() / span, factor.ln() / span)
    })
}

/// Rate of growth or decay without oscillation.
fn growth(values: &[f64], stride: usize, dt: f64) -> Option<f64> {
    let pairs = || values.iter().zip(&values[stride..]);
    let factor = pairs().map(|(y, later)| y * later).sum::<f64>() / pairs().map(|(y, _)| y * y).sum::<f64>();
    (factor > 0.0).then(|| factor.ln() / (stride as f64 * dt))
}

/// A complex frequency with the amplitudes (cosine, sine) that fit best.
struct Wave {
    rate: f64,
    frequency: f64,
    amplitudes: Vec<(f64, f64)>,
    misfit: f64,
}

/// How well rate and frequency are known, and the variance of a sample that is as good as one without memory.
struct Errors {
    rate: f64,
    frequency: f64,
    variance: f64,
}

type Square = [[f64; MOST]; MOST];

impl Samples {
    fn fit(&self) -> Option<Fit> {
        let n = self.time.len();
        if n < LEAST || self.series.is_empty() {
            return None;
        }
        let dt = self.time[1] - self.time[0];
        let power = |y: &Vec<f64>| y.iter().map(|value| value * value).sum::<f64>();
        let strongest = self.series.iter().max_by(|a, b| power(a).total_cmp(&power(b)))?;
        // Try strides and keep the best fit: short ones drown in rounding, long ones alias. Of a long record
        // some samples tell which is best.
        let some = self.some();
        let start =
            |wave: Wave| if some.time.len() < n { self.refine((wave.frequency, wave.rate)) } else { Some(wave) };
        let oscillating = std::iter::successors(Some(1), |stride| Some(stride + stride / 4 + 1))
            .take_while(|&stride| stride < n / 4)
            .filter_map(|stride| some.refine(guess(strongest, stride, dt)?))
            .min_by(|a, b| a.misfit.total_cmp(&b.misfit))
            .and_then(start);
        let growing = growth(strongest, n / 4, dt).and_then(|rate| some.refine((0.0, rate))).and_then(start);
        // Parameters must be worth it (G. Schwarz, Ann. Statist. 6, 461 (1978)); below 1e-12 all fits are exact.
        let count = (n * self.series.len()) as f64;
        let worth = |misfit: f64, other: f64, parameters: usize| {
            2.0 * count * (other.max(1e-12) / misfit.max(1e-12)).ln() > parameters as f64 * count.ln()
        };
        let best = match (growing, oscillating) {
            (Some(growing), Some(oscillating)) => {
                // A frequency, and a phase for each series.
                if worth(oscillating.misfit, growing.misfit, 1 + self.series.len()) { oscillating } else { growing }
            }
            (growing, oscillating) => growing.or(oscillating)?,
        };
        if !worth(best.misfit, 1.0, 2 + 2 * self.series.len()) {
            return None;
        }
        let Errors { rate, mut frequency, variance } = self.errors(&best)?;
        if best.frequency == 0.0 {
            let square: f64 = self.series.iter().flatten().map(|y| y * y).sum();
            frequency = some.hidden(&best, variance / square);
        }
        Some(Fit {
            frequency: best.frequency.abs(),
            growth_rate: best.rate,
            frequency_error: frequency,
            growth_rate_error: rate,
            misfit: best.misfit,
        })
    }

    /// The largest frequency with which a wave explains the samples as well as without, but for one standard
    /// deviation: a square of all misfits that is larger by `variance` of the square of all values.
    fn hidden(&self, growing: &Wave, variance: f64) -> f64 {
        let norm: f64 = self.series.iter().flatten().map(|y| y * y).sum();
        // Another rate would not do better: it bends the record the same way.
        let misfit = |frequency: f64| {
            let amplitudes =
                self.series.iter().map(|values| self.amplitudes(growing.rate, frequency, values)).collect();
            let wave = Wave { rate: growing.rate, frequency, amplitudes, misfit: 0.0 };
            (self.residuals(&wave).flatten().map(|(residual, _)| residual * residual).sum::<f64>() / norm).sqrt()
        };
        let allowed = (misfit(0.0).powi(2) + variance).sqrt().max(1e-12);
        let slowest = SLOWEST / self.span();
        let frequencies = std::iter::successors(Some(slowest), |frequency| Some(2.0 * frequency)).take(HIDDEN);
        let mut low = frequencies.take_while(|frequency| misfit(*frequency) <= allowed).last().unwrap_or(slowest);
        let mut high = 2.0 * low;
        for _ in 0..12 {
            let middle = 0.5 * (low + high);
            if misfit(middle) <= allowed { low = middle } else { high = middle }
        }
        high
    }

    /// All samples of a short record, [`ENOUGH`] of a long one, at uneven distances, so that none of its frequencies
    /// looks like another.
    fn some(&self) -> Samples {
        let n = self.time.len();
        if n <= ENOUGH {
            return self.part(0..n);
        }
        let stride = n as f64 / ENOUGH as f64;
        let place = |k: usize| ((k as f64 + (k as f64 * 0.618_034).fract()) * stride) as usize;
        // Its ends are those of the record.
        let places: Vec<usize> = (0..ENOUGH).map(|k| if k == 0 { 0 } else { place(k) }).chain([n - 1]).collect();
        let thinned = |values: &Vec<f64>| places.iter().map(|&i| values[i]).collect();
        Samples { time: thinned(&self.time), series: self.series.iter().map(thinned).collect(), ..*self }
    }

    /// exp(g t) (cos w t, sin w t) and t, from the middle of the window. A sine that
    /// cannot be told from zero is.
    fn basis(&self, rate: f64, frequency: f64, t: f64) -> (f64, f64, f64) {
        let t = t - 0.5 * (self.time[0] + self.time[self.time.len() - 1]);
        let growth = (rate * t).exp();
        if frequency * self.span() < SLOWEST {
            (growth, 0.0, t)
        } else {
            (growth * (frequency * t).cos(), growth * (frequency * t).sin(), t)
        }
    }

    /// Amplitudes of one series for a given complex frequency.
    fn amplitudes(&self, rate: f64, frequency: f64, values: &[f64]) -> (f64, f64) {
        let (mut cc, mut cs, mut ss, mut cy, mut sy) = (0.0, 0.0, 1e-300, 0.0, 0.0);
        for (&t, y) in self.time.iter().zip(values) {
            let (c, s, _) = self.basis(rate, frequency, t);
            cc += c * c;
            cs += c * s;
            ss += s * s;
            cy += c * y;
            sy += s * y;
        }
        let determinant = cc * ss - cs * cs;
        ((cy * ss - sy * cs) / determinant, (sy * cc - cy * cs) / determinant)
    }

    /// Residual and its gradient by rate, frequency and the amplitudes, sample by sample and series by series.
    fn residuals<'a>(&'a self, wave: &'a Wave) -> impl Iterator<Item = impl Iterator<Item = (f64, [f64; MOST])> + 'a> {
        self.series.iter().enumerate().map(move |(index, values)| {
            let (a, b) = wave.amplitudes[index];
            self.time.iter().zip(values).map(move |(&t, y)| {
                let (c, s, t) = self.basis(wave.rate, wave.frequency, t);
                let mut gradient = [0.0; MOST];
                gradient[0] = t * (a * c + b * s);
                gradient[1] = t * (b * c - a * s);
                gradient[2 + 2 * index] = c;
                gradient[3 + 2 * index] = s;
                (y - a * c - b * s, gradient)
            })
        })
    }

    /// Gauss-Newton on (Re omega, Im omega) with the amplitudes eliminated at each step.
    fn refine(&self, (mut frequency, mut rate): (f64, f64)) -> Option<Wave> {
        let norm: f64 = self.series.iter().flatten().map(|y| y * y).sum();
        let mut misfit = f64::INFINITY;
        for _ in 0..60 {
            let amplitudes = self.series.iter().map(|values| self.amplitudes(rate, frequency, values)).collect();
            let wave = Wave { rate, frequency, amplitudes, misfit };
            let (mut normal, mut right, mut square) = ([[0.0; MOST]; MOST], [0.0; MOST], 0.0);
            for (residual, gradient) in self.residuals(&wave).flatten() {
                square += residual * residual;
                for i in 0..MOST {
                    right[i] += gradient[i] * residual;
                    for j in 0..MOST {
                        normal[i][j] += gradient[i] * gradient[j];
                    }
                }
            }
            let now = (square / norm).sqrt();
            let step = solve(normal, right)?;
            let converged = (now - misfit).abs() <= 1e-12 * (1e-12 + now);
            misfit = now;
            rate += step[0];
            frequency += step[1];
            if !(rate.is_finite() && frequency.is_finite()) {
                return None;
            }
            if converged {
                break;
            }
        }
        let amplitudes = self.series.iter().map(|values| self.amplitudes(rate, frequency, values)).collect();
        Some(Wave { rate, frequency, amplitudes, misfit })
    }

    /// Standard deviations of rate and frequency, and the variance of a sample.
    fn errors(&self, wave: &Wave) -> Option<Errors> {
        let (mut normal, mut square, mut neighbours, mut count) = ([[0.0; MOST]; MOST], 0.0, 0.0, 0);
        for series in self.residuals(wave) {
            let mut last = 0.0;
            for (residual, gradient) in series {
                square += residual * residual;
                neighbours += residual * last;
                last = residual;
                count += 1;
                for i in 0..MOST {
                    for j in 0..MOST {
                        normal[i][j] += gradient[i] * gradient[j];
                    }
                }
            }
        }
        let parameters = (0..MOST).filter(|&i| normal[i][i] > 0.0).count();
        // Correlation of neighbouring residuals.
        let memory = (neighbours / square).clamp(0.0, 0.999);
        let turn = (wave.frequency * (self.time[1] - self.time[0])).cos();
        let power = ((1.0 - memory * memory) / (1.0 - 2.0 * memory * turn + memory * memory)).max(1.0);
        let variance = power * square / (count - parameters) as f64;
        let error = |index: usize| {
            let mut unit = [0.0; MOST];
            unit[index] = 1.0;
            Some((variance * solve(normal, unit)?[index]).max(0.0).sqrt())
        };
        Some(Errors { rate: error(0)?, frequency: error(1)?, variance })
    }
}

/// Gaussian elimination with pivoting; a vanishing pivot drops its unknown.
fn solve(mut matrix: Square, mut right: [f64; MOST]) -> Option<[f64; MOST]> {
    let mut solution = [0.0; MOST];
    let mut used = [usize::MAX; MOST];
    let scale: [f64; MOST] = std::array::from_fn(|i| matrix[i][i]);
    for column in 0..MOST {
        let free = |row: usize| !used.contains(&row);
        let pivot = (0..MOST)
            .filter(|&row| free(row))
            .max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() <= 1e-13 * scale[column].max(1e-300) {
            continue;
        }
        used[column] = pivot;
        for row in 0..MOST {
            if row != pivot {
                let factor = matrix[row][column] / matrix[pivot][column];
                for k in 0..MOST {
                    matrix[row][k] -= factor * matrix[pivot][k];
                }
                right[row] -= factor * right[pivot];
            }
        }
    }
    for column in 0..MOST {
        if used[column] != usize::MAX {
            solution[column] = right[used[column]] / matrix[used[column]][column];
        }
    }
    solution.iter().all(|x| x.is_finite()).then_some(solution)
}

#[cfg(test)]
mod tests {
    use super::super::tests::within;
    use super::*;
    use crate::random::Random;

    #[test]
    fn recovers_damped_and_growing_waves() {
        for (frequency, rate) in [(1.4156618886, -0.1533594669), (0.3, 0.02), (0.0, 0.2258)] {
            let time: Vec<f64> = (0..200).map(|i| 0.1 * f64::from(i)).collect();
            let values: Vec<f64> = time.iter().map(|t| (rate * t).exp() * (frequency * t + 0.3).cos()).collect();
            let fit = standing_wave(&time, &[&values], 2.0, 18.0).expect("a clean wave has a fit");
            assert!((fit.frequency - frequency).abs() < 1e-6, "{fit:?} {frequency}");
            assert!((fit.growth_rate - rate).abs() < 1e-7, "{fit:?} {rate}");
        }
    }

    #[test]
    fn too_few_samples_have_no_fit() {
        assert_eq!(standing_wave(&[0.0, 1.0, 2.0], &[&[1.0, 0.5, 0.2]], 0.0, 2.0), None);
    }

    /// In noise alone there is no wave: four parameters take four of 400 squares, less than the 24 that they cost.
    #[test]
    fn noise_has_no_fit() {
        let time: Vec<f64> = (0..400).map(|i| 0.1 * f64::from(i)).collect();
        let mut noise = Random(20_240_229);
        let found = (0..100).filter(|_| {
            let values: Vec<f64> = time.iter().map(|_| noise.normal()).collect();
            standing_wave(&time, &[&values], 0.0, 40.0).is_some()
        });
        assert!(found.count() <= 2);
    }

    /// A wave too slow to be told from decay is within the error of the frequency, 0; none is where the record is exact.
    #[test]
    fn a_slow_wave_is_within_the_error() {
        let time: Vec<f64> = (0..400).map(|i| 0.1 * f64::from(i)).collect();
        let mut noise = Random(20_240_229);
        let mut still = 0;
        for frequency in [0.0, 0.01, 0.02, 0.04, 0.4] {
            for _ in 0..20 {
                let wave = |t: &f64| (-0.1 * t).exp() * (frequency * t).cos() + 0.03 * noise.normal();
                let values: Vec<f64> = time.iter().map(wave).collect();
                let fit = standing_wave(&time, &[&values], 0.0, 40.0).expect("a fit");
                if fit.frequency == 0.0 {
                    still += 1;
                    assert!(frequency < 3.0 * fit.frequency_error, "{frequency} {fit:?}");
                }
            }
        }
        assert!((60..=80).contains(&still), "{still}");
        let values: Vec<f64> = time.iter().map(|t| (-0.1 * t).exp()).collect();
        let fit = standing_wave(&time, &[&values], 0.0, 40.0).expect("a fit");
        assert!(fit.frequency == 0.0 && fit.frequency_error < 1e-3 && fit.growth_rate_error < 1e-6, "{fit:?}");
    }

    /// Deviations from the truth over the stated errors, for frequency and rate, in 400 runs.
    /// `memory` is the correlation of the noise from sample to sample.
    fn deviations(frequency: f64, rate: f64, memory: f64, series: usize) -> [Vec<f64>; 2] {
        let time: Vec<f64> = (0..240).map(|i| 0.1 * f64::from(i)).collect();
        let mut noise = Random(20_240_229);
        let mut deviations = [Vec::new(), Vec::new()];
        for _ in 0..400 {
            let noisy: Vec<Vec<f64>> = (0..series)
                .map(|part| {
                    let mut last = 0.0;
                    let wave = |t: &f64| {
                        last = memory * last + (1.0 - memory * memory).sqrt() * noise.normal();
                        let phase = frequency * t + 0.4 + 1.5 * part as f64;
                        (rate * (t - 12.0)).exp() * phase.cos() + 0.03 * last
                    };
                    time.iter().map(wave).collect()
                })
                .collect();
            let parts: Vec<&[f64]> = noisy.iter().map(Vec::as_slice).collect();
            let fit = standing_wave(&time, &parts, 0.0, 24.0).expect("a fit");
            deviations[0].push((fit.frequency - frequency) / fit.frequency_error);
            deviations[1].push((fit.growth_rate - rate) / fit.growth_rate_error);
        }
        deviations
    }

    /// The same waves, their frequencies known: between and beyond the samples that were fitted.
    #[test]
    fn a_known_wave_goes_on() {
        let time: Vec<f64> = (0..200).map(|i| 0.1 * f64::from(i)).collect();
        for (frequency, rate) in [(1.4156618886, -0.1533594669), (0.3, 0.02), (0.0, 0.2258)] {
            let wave = |t: f64| 0.3 * (rate * t).exp() * (frequency * t + 0.7).cos();
            let values: Vec<f64> = time.iter().map(|&t| wave(t)).collect();
            let known = known_wave(&time, &values, 2.0, 18.0, Complex64::new(frequency, rate)).expect("samples");
            for t in [0.0, 7.03, 25.0] {
                assert!((known(t) - wave(t)).abs() < 1e-12 * (rate * t).exp().max(1.0), "{frequency} {rate} {t}");
            }
        }
        assert!(known_wave(&time, &time, 2.0, 2.5, Complex64::ONE).is_none());
    }

    /// In white noise of 3 %, one and two stated errors hold in 68 % and 95 % of 400 runs;
    /// a share of 400 scatters by 2.3 % and 1.1 %, of which three are allowed.
    #[test]
    fn white_noise_stays_within_the_stated_error() {
        for (frequency, rate, series) in
            [(1.4, -0.15, 1), (1.4, 0.0, 1), (0.9, 0.12, 1), (1.4, -0.15, 2), (0.0, 0.2, 1)]
        {
            let found = deviations(frequency, rate, 0.0, series);
            for (name, z) in ["frequency", "rate"].into_iter().zip(&found) {
                if frequency == 0.0 && name == "frequency" {
                    continue;
                }
                let (one, two) = (within(z, 1.0), within(z, 2.0));
                println!("{frequency} {rate:+} {series}: {name} within one error {one:.3}, two {two:.3}");
                assert!((one - 0.683).abs() < 0.07, "{frequency} {rate} {name}: {one}");
                assert!((two - 0.954).abs() < 0.034, "{frequency} {rate} {name}: {two}");
            }
        }
    }

    /// A second wave, a tenth as strong and damped three times faster, biases the rate in a way no
    /// residual shows at its size; the halves do.
    #[test]
    fn a_second_wave_widens_the_error() {
        let time: Vec<f64> = (0..200).map(|i| 0.1 * f64::from(i)).collect();
        let wave = |t: f64, rate: f64, frequency: f64| (rate * t).exp() * (frequency * t).cos();
        let values: Vec<f64> = time.iter().map(|&t| wave(t, -0.15, 1.4) + 0.1 * wave(t, -0.45, 2.2)).collect();
        let fit = standing_wave(&time, &[&values], 0.0, 20.0).expect("a fit");
        let (frequency, rate) = ((fit.frequency - 1.4).abs(), (fit.growth_rate + 0.15).abs());
        println!("{fit:?}");
        assert!(frequency < 2.0 * fit.frequency_error && rate < 2.0 * fit.growth_rate_error, "{fit:?}");
        assert!(fit.growth_rate_error < 0.05, "{fit:?}");
    }

    /// Errors that take noise which remembers the last sample by 80 % for white would be too small by
    /// ((1 + 0.8)/(1 - 0.8))^(1/2) = 3, and two of them hold in half of the runs only.
    #[test]
    fn correlated_noise_stays_within_the_stated_error() {
        for (frequency, rate) in [(0.0, 0.2), (0.5, -0.05), (2.0, 0.0)] {
            let found = deviations(frequency, rate, 0.8, 1);
            let oscillates = frequency > 0.0;
            for z in if oscillates { &found[..] } else { &found[1..] } {
                let (one, two) = (within(z, 1.0), within(z, 2.0));
                println!("correlated, {frequency} {rate:+}: within one error {one:.3}, two {two:.3}");
                // Correlations estimated from the residuals of one window scatter, too.
                assert!((one - 0.683).abs() < 0.1 && two > 0.9, "{one} {two}");
            }
        }
    }
}
