//! Frequency and growth rate of a recorded mode.

/// Complex exponential fitted to a mode: amplitude ~ exp(-i omega t).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// |Re omega|
    pub frequency: f64,
    /// Im omega: growth if positive.
    pub growth_rate: f64,
    /// Root mean square misfit over the root mean square of the data.
    pub misfit: f64,
}

/// Fits the samples of a real series between two times.
///
/// A standing wave `C exp(g t) cos(w t + phi)` obeys the two-term recurrence
/// `y[n+s] + y[n-s] exp(2 g s dt) = 2 exp(g s dt) cos(w s dt) y[n]` for any
/// stride s; growth without oscillation is the special case cos = 1. The two
/// coefficients start a Gauss-Newton least-squares fit of the four parameters.
/// `None` if there are fewer than 8 samples in the window or no fit exists.
pub fn standing_wave(time: &[f64], values: &[f64], from: f64, to: f64) -> Option<Fit> {
    let samples: Vec<(f64, f64)> =
        time.iter().copied().zip(values.iter().copied()).filter(|(t, _)| (from..=to).contains(t)).collect();
    let (n, dt) = (samples.len(), samples.get(1)?.0 - samples.first()?.0);
    if n < 8 {
        return None;
    }
    // Try strides and keep the best fit: short ones drown in rounding, long ones alias.
    (1..n / 4)
        .filter_map(|stride| refine(&samples, guess(&samples, stride, dt)?))
        .min_by(|a, b| a.misfit.total_cmp(&b.misfit))
}

/// Complex frequency (|Re|, Im) from the linear recurrence with a stride.
fn guess(samples: &[(f64, f64)], stride: usize, dt: f64) -> Option<(f64, f64)> {
    let (mut aa, mut ab, mut bb, mut ay, mut by) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for i in stride..samples.len() - stride {
        let (below, here, above) = (samples[i - stride].1, samples[i].1, samples[i + stride].1);
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

/// Gauss-Newton on (Re omega, Im omega) with the two amplitudes eliminated at each step.
fn refine(samples: &[(f64, f64)], (mut frequency, mut rate): (f64, f64)) -> Option<Fit> {
    let middle = 0.5 * (samples[0].0 + samples[samples.len() - 1].0);
    let norm: f64 = samples.iter().map(|(_, y)| y * y).sum();
    let mut misfit = f64::INFINITY;
    for _ in 0..60 {
        let basis = |t: f64| {
            let (t, growth) = (t - middle, (rate * (t - middle)).exp());
            if frequency * (samples[samples.len() - 1].0 - samples[0].0) < 1e-3 {
                (growth, 0.0, t)
            } else {
                (growth * (frequency * t).cos(), growth * (frequency * t).sin(), t)
            }
        };
        // Linear amplitudes.
        let (mut cc, mut cs, mut ss, mut cy, mut sy) = (0.0, 0.0, 1e-300, 0.0, 0.0);
        for &(t, y) in samples {
            let (c, s, _) = basis(t);
            cc += c * c;
            cs += c * s;
            ss += s * s;
            cy += c * y;
            sy += s * y;
        }
        let determinant = cc * ss - cs * cs;
        let (a, b) = ((cy * ss - sy * cs) / determinant, (sy * cc - cy * cs) / determinant);
        // Residual and its derivatives by rate, frequency and both amplitudes.
        let mut normal = [[0.0; 4]; 4];
        let mut right = [0.0; 4];
        let mut square = 0.0;
        for &(t, y) in samples {
            let (c, s, shifted) = basis(t);
            let gradient = [shifted * (a * c + b * s), shifted * (b * c - a * s), c, s];
            let residual = y - a * c - b * s;
            square += residual * residual;
            for i in 0..4 {
                right[i] += gradient[i] * residual;
                for j in 0..4 {
                    normal[i][j] += gradient[i] * gradient[j];
                }
            }
        }
        let now = (square / norm).sqrt();
        let step = solve(normal, right)?;
        rate += step[0];
        frequency += step[1];
        if !(rate.is_finite() && frequency.is_finite()) {
            return None;
        }
        let converged = (now - misfit).abs() <= 1e-12 * (1e-12 + now);
        misfit = now;
        if converged {
            break;
        }
    }
    Some(Fit { frequency: frequency.abs(), growth_rate: rate, misfit })
}

/// Gaussian elimination with pivoting; a vanishing pivot drops its unknown.
fn solve(mut matrix: [[f64; 4]; 4], mut right: [f64; 4]) -> Option<[f64; 4]> {
    let mut solution = [0.0; 4];
    let mut used = [usize::MAX; 4];
    let scale: [f64; 4] = std::array::from_fn(|i| matrix[i][i]);
    for column in 0..4 {
        let free = |row: usize| !used.contains(&row);
        let pivot = (0..4)
            .filter(|&row| free(row))
            .max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() <= 1e-13 * scale[column].max(1e-300) {
            continue;
        }
        used[column] = pivot;
        for row in 0..4 {
            if row != pivot {
                let factor = matrix[row][column] / matrix[pivot][column];
                for k in 0..4 {
                    matrix[row][k] -= factor * matrix[pivot][k];
                }
                right[row] -= factor * right[pivot];
            }
        }
    }
    for column in 0..4 {
        if used[column] != usize::MAX {
            solution[column] = right[used[column]] / matrix[used[column]][column];
        }
    }
    solution.iter().all(|x| x.is_finite()).then_some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovers_damped_and_growing_waves() {
        for (frequency, rate) in [(1.4156618886, -0.1533594669), (0.3, 0.02), (0.0, 0.2258)] {
            let time: Vec<f64> = (0..200).map(|i| 0.1 * f64::from(i)).collect();
            let values: Vec<f64> = time.iter().map(|t| (rate * t).exp() * (frequency * t + 0.3).cos()).collect();
            let fit = standing_wave(&time, &values, 2.0, 18.0).expect("a clean wave has a fit");
            assert!((fit.frequency - frequency).abs() < 1e-6, "{fit:?} {frequency}");
            assert!((fit.growth_rate - rate).abs() < 1e-7, "{fit:?} {rate}");
        }
    }

    #[test]
    fn too_few_samples_have_no_fit() {
        assert_eq!(standing_wave(&[0.0, 1.0, 2.0], &[1.0, 0.5, 0.2], 0.0, 2.0), None);
    }
}
