//! Integrals of functions that are smooth between known points.

/// Nodes and weights of the Gauss-Legendre rule on [-1, 1], by Newton's method on
/// the Legendre polynomial P_n.
pub fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let legendre = |x: f64| {
        let (mut last, mut this) = (1.0, x);
        for k in 2..=n {
            let k = k as f64;
            (last, this) = (this, ((2.0 * k - 1.0) * x * this - (k - 1.0) * last) / k);
        }
        (this, n as f64 * (last - x * this) / (1.0 - x * x))
    };
    let node = |i: usize| {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        // Quadratic from this start: six steps reach rounding for every n in use.
        for _ in 0..6 {
            let (value, slope) = legendre(x);
            x -= value / slope;
        }
        let (_, slope) = legendre(x);
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..n).map(node).collect()
}

/// Nodes of each panel.
const NODES: usize = 12;
/// Largest difference between a panel and its halves, relative to the whole integral.
const TOLERANCE: f64 = 1e-14;
/// Halvings of a panel: enough for a factor 1e9 between its width and a feature.
const HALVINGS: u32 = 30;
/// Panels in all: features of smooth functions need hundreds.
const PANELS: usize = 4000;

/// The integrals of several functions at once from the first to the last of the
/// ascending `breaks`, each panel halved until its value settles; not numbers where that takes too many.
pub fn integrate<const N: usize>(breaks: &[f64], integrand: impl Fn(f64) -> [f64; N]) -> [f64; N] {
    let rule = gauss_legendre(NODES);
    let panel = |from: f64, to: f64| {
        let (centre, half) = (0.5 * (from + to), 0.5 * (to - from));
        let mut sum = [0.0; N];
        for (node, weight) in &rule {
            add(&mut sum, integrand(centre + half * node), half * weight);
        }
        sum
    };
    let mut open: Vec<_> = breaks.windows(2).map(|ends| (ends[0], ends[1], panel(ends[0], ends[1]), 0)).collect();
    let mut scale = [0.0; N];
    for (_, _, value, _) in &open {
        add(&mut scale, value.map(f64::abs), 1.0);
    }
    let (mut total, mut panels) = ([0.0; N], 0);
    while let Some((from, to, whole, halvings)) = open.pop() {
        panels += 1;
        if panels > PANELS {
            return [f64::NAN; N];
        }
        let middle = 0.5 * (from + to);
        let (left, right) = (panel(from, middle), panel(middle, to));
        let settled = (0..N).all(|i| (left[i] + right[i] - whole[i]).abs() <= TOLERANCE * scale[i]);
        if settled || halvings == HALVINGS {
            add(&mut total, left, 1.0);
            add(&mut total, right, 1.0);
        } else {
            open.push((from, middle, left, halvings + 1));
            open.push((middle, to, right, halvings + 1));
        }
    }
    total
}

fn add<const N: usize>(sum: &mut [f64; N], values: [f64; N], factor: f64) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule of n nodes is exact for x^(2n-2), whose integral is 2/(2n-1).
    #[test]
    fn gauss_rules_are_exact_for_polynomials() {
        for n in [1, 4, 12] {
            let power = 2 * n as i32 - 2;
            let sum: f64 = gauss_legendre(n).iter().map(|(x, w)| w * x.powi(power)).sum();
            assert!((sum - 2.0 / f64::from(power + 1)).abs() < 1e-14, "{n}: {sum}");
        }
    }

    /// int_0^1 sqrt(x) dx = 2/3 and int_0^1 1/(x^2 + 1e-6) dx = 1000 atan(1000).
    #[test]
    fn panels_are_halved_where_it_is_needed() {
        let [root, peak] = integrate(&[0.0, 1.0], |x| [x.sqrt(), 1.0 / (x * x + 1e-6)]);
        // Both to rounding: halving stops below 1e-14 of the whole.
        assert!((root * 1.5 - 1.0).abs() < 1e-12, "{root}");
        assert!((peak / (1e3 * 1e3f64.atan()) - 1.0).abs() < 1e-12, "{peak}");
        assert!(integrate(&[0.0, 1.0], |x| [(1e9 * x).sin()])[0].is_nan());
    }
}
