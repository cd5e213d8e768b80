//! Integrals over a line with a pole near it, by the trapezoidal rule.
//!
//! For f analytic in a strip but for one pole at x* with residue r, and nodes
//! x_j of step h (residue theorem applied to `f(x)/(1 - exp(-2 pi i (x - x_0)/h))`),
//!
//! ```text
//! int f dx = h sum_j f(x_j) + 2 pi i r / (1 - exp(-2 pi i (x* - x_0)/h)),
//! ```
//!
//! where the integral runs below the pole wherever it is, and its error falls
//! exponentially with 1/h. This is Landau's continuation of the integral along the
//! real axis from poles above it. With the complex conjugate for one that runs above.

use std::f64::consts::PI;

use num_complex::Complex64;

/// Nodes from `start`, alternately of two grids of twice the spacing: a sum
/// uses the one whose nodes are farther from the pole.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub start: f64,
    pub spacing: f64,
    pub count: usize,
}

/// On which side of the pole the contour runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contour {
    BelowPole,
    AbovePole,
}

impl Line {
    /// A line from `start` to `end`; each of its grids has a step of at most `step`.
    pub fn new(start: f64, end: f64, step: f64) -> Self {
        let intervals = ((end - start) / (0.5 * step)).ceil().max(1.0);
        Line { start, spacing: (end - start) / intervals, count: intervals as usize + 1 }
    }

    pub fn at(&self, node: usize) -> f64 {
        self.start + self.spacing * node as f64
    }

    /// h, the weight of each node of one grid.
    pub fn step(&self) -> f64 {
        2.0 * self.spacing
    }

    /// The grid, 0 or 1, that keeps its distance from the pole.
    pub fn grid(&self, pole: Option<Complex64>) -> usize {
        let Some(pole) = pole else { return 0 };
        let nearest = ((pole.re - self.start) / self.spacing).round().clamp(-1e9, 1e9) as i64;
        1 - nearest.rem_euclid(2) as usize
    }

    /// What to multiply the residue with; zero where it cannot matter.
    pub fn pole_weight(&self, grid: usize, pole: Complex64, contour: Contour) -> Complex64 {
        let turns = 2.0 * PI * Complex64::I * (pole - self.at(grid)) / self.step();
        let (sign, exponent) = match contour {
            Contour::BelowPole => (1.0, -turns),
            Contour::AbovePole => (-1.0, turns),
        };
        if exponent.re > 90.0 {
            return Complex64::ZERO;
        }
        sign * 2.0 * PI * Complex64::I / (1.0 - exponent.exp())
    }
}

/// Gauss-Legendre nodes and weights on [-1, 1].
pub fn gauss_legendre(count: usize) -> Vec<(f64, f64)> {
    let n = count as f64;
    (0..count)
        .map(|i| {
            // Newton's method from Tricomi's estimate.
            let mut x = (PI * (i as f64 + 0.75) / (n + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..6 {
                let (mut below, mut value) = (1.0, x);
                for degree in 2..=count {
                    let d = degree as f64;
                    (below, value) = (value, ((2.0 * d - 1.0) * x * value - (d - 1.0) * below) / d);
                }
                slope = n * (x * value - below) / (x * x - 1.0);
                x -= value / slope;
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

/// J_0 to J_most at a complex argument, by downward recurrence normalised with
/// `exp(-+ i z) = J_0 + 2 sum (-+ i)^n J_n`, of the two signs the larger one.
pub fn bessel(most: usize, z: Complex64) -> Vec<Complex64> {
    let top = most.max(z.norm() as usize) + 24;
    let mut values = vec![Complex64::ZERO; top + 2];
    if z.norm() < 1e-30 {
        values[0] = Complex64::ONE;
        values.truncate(most + 1);
        return values;
    }
    values[top] = Complex64::new(1e-100, 0.0);
    for n in (1..=top).rev() {
        values[n - 1] = 2.0 * n as f64 / z * values[n] - values[n + 1];
        // Complex division squares: stay far from overflow.
        if values[n - 1].norm() > 1e100 {
            values[n - 1..].iter_mut().for_each(|value| *value *= 1e-200);
        }
    }
    let turn = if z.im >= 0.0 { -Complex64::I } else { Complex64::I };
    let mut sum = values[0];
    let mut power = turn;
    for value in &values[1..] {
        sum += 2.0 * power * value;
        power *= turn;
    }
    let scale = (turn * z).exp() / sum;
    values.truncate(most + 1);
    values.iter_mut().for_each(|value| *value *= scale);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c(re: f64, im: f64) -> Complex64 {
        Complex64::new(re, im)
    }

    /// The plasma dispersion function `Z(x) = pi^(-1/2) int exp(-t^2)/(t - x) dt`, below its
    /// pole everywhere; values of `i sqrt(pi) exp(-x^2) erfc(-i x)` with 25 digits (mpmath).
    /// The largest is 4.2e3, and each integral as good as its rounding, 1e-14 of it.
    #[test]
    fn integral_is_the_plasma_dispersion_function() {
        for (x, exact) in DISPERSION {
            let line = Line::new(-6.5, 6.5, 0.4);
            let grid = line.grid(Some(x));
            let f = |t: Complex64| (-t * t).exp() / PI.sqrt();
            let sum: Complex64 =
                (grid..line.count).step_by(2).map(|node| f(line.at(node).into()) / (line.at(node) - x)).sum();
            let value = line.step() * sum + line.pole_weight(grid, x, Contour::BelowPole) * f(x);
            assert!((value - exact).norm() < 1e-14 * exact.norm().max(1.0), "{x}: {value} {exact}");
            // The mirror image runs above the conjugate pole.
            let above = line.step() * sum.conj() + line.pole_weight(grid, x.conj(), Contour::AbovePole) * f(x.conj());
            assert!((above - exact.conj()).norm() < 1e-14 * exact.norm().max(1.0), "{x}: {above} {exact}");
        }
    }

    /// J_n(z) with 25 digits (mpmath), to a few roundings.
    #[test]
    fn bessel_functions_of_complex_argument() {
        for (n, z, exact) in BESSEL {
            let value = bessel(n, z)[n];
            assert!((value - exact).norm() < 2e-14 * exact.norm(), "J_{n}({z}): {value} {exact}");
        }
        assert_eq!(bessel(3, c(0.0, 0.0)), [c(1.0, 0.0), c(0.0, 0.0), c(0.0, 0.0), c(0.0, 0.0)]);
    }

    /// Exact for polynomials up to degree 2 n - 1: int x^(2 j) dx = 2/(2 j + 1).
    #[test]
    fn gauss_legendre_is_exact_for_polynomials() {
        for count in [1, 2, 5, 32, 96] {
            let nodes = gauss_legendre(count);
            for j in 0..count {
                let sum: f64 = nodes.iter().map(|(x, weight)| weight * x.powi(2 * j as i32)).sum();
                assert!((sum - 2.0 / (2 * j + 1) as f64).abs() < 4e-15, "{count} {j}: {sum}");
            }
        }
    }

    const DISPERSION: [(Complex64, Complex64); 6] = [
        (Complex64::new(1.0, 0.5), Complex64::new(-0.6077242989405139, 0.6290444616787879)),
        (Complex64::new(1.0, -0.5), Complex64::new(-2.0167639548158607, 0.27568949691742256)),
        (Complex64::new(2.0, -2.0), Complex64::new(-3.7396936630121025, -0.7780236288110898)),
        (Complex64::new(0.2, -3.0), Complex64::new(-25722.782142515625, 10000.168546858004)),
        (Complex64::new(5.0, 0.001), Complex64::new(-0.2042681397090144, 4.2681511090083964e-05)),
        (Complex64::new(-3.0, -1.0), Complex64::new(0.3079299114479989, -0.11463092669520251)),
    ];
    const BESSEL: [(usize, Complex64, Complex64); 6] = [
        (0, Complex64::new(0.3, 0.0), Complex64::new(0.9776262465382961, 0.0)),
        (1, Complex64::new(2.0, -1.0), Complex64::new(0.7906233925534284, 0.07993269416777606)),
        (7, Complex64::new(2.0, -1.0), Complex64::new(-0.000394554881781867, -8.828053172246522e-06)),
        (12, Complex64::new(0.5, 0.2), Complex64::new(-4.517075128135578e-17, -2.985536849161795e-16)),
        (3, Complex64::new(-15.0, 6.0), Complex64::new(31.516915498264076, 18.25922049986368)),
        (40, Complex64::new(-15.0, 6.0), Complex64::new(3.46134327014502e-14, -7.565608189743451e-13)),
    ];
}
