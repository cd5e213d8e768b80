//! All zeros of an analytic function in a rectangle.
//!
//! The argument principle counts them: the change of arg f around a rectangle is
//! 2 pi times the number of zeros. Rectangles are divided until Muller's method,
//! started in the middle of one with a single zero, stays inside.

use std::f64::consts::TAU;

use num_complex::Complex64;

/// A rectangle of the complex plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// Corner of the least real and imaginary part.
    pub from: Complex64,
    /// The opposite corner.
    pub to: Complex64,
}

/// A zero and the number of times it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zero {
    pub at: Complex64,
    pub multiplicity: usize,
    /// |f/f'|: how far the zero of the computed function may be off.
    pub error: f64,
}

/// Where a rectangle is cut: not in the middle, which symmetries like.
const CUT: f64 = 0.4871;
/// A change of phase between neighbouring points below this, in radians, is trusted.
const TRUSTED: f64 = 0.9;
/// Points on an edge before any refinement.
const POINTS: usize = 7;
/// Smallest rectangles, as a share of the first.
const SMALLEST: f64 = 1e-9;
/// Below this share, zeros that rounding keeps from being separated are one.
const CLUSTER: f64 = 1e-6;
/// A zero is known to this share of its rectangle, or it was not found.
const CONVERGED: f64 = 1e-4;

impl Rectangle {
    /// From the ends of its real and imaginary parts.
    pub fn new(re: [f64; 2], im: [f64; 2]) -> Self {
        Rectangle { from: Complex64::new(re[0], im[0]), to: Complex64::new(re[1], im[1]) }
    }

    fn size(&self) -> Complex64 {
        self.to - self.from
    }

    fn middle(&self) -> Complex64 {
        0.5 * (self.from + self.to)
    }

    fn contains(&self, z: Complex64, margin: f64) -> bool {
        let margin = margin * self.size().norm();
        (self.from.re - margin..=self.to.re + margin).contains(&z.re)
            && (self.from.im - margin..=self.to.im + margin).contains(&z.im)
    }

    /// Two parts along the longer side.
    fn divided(&self, share: f64) -> [Rectangle; 2] {
        let size = self.size();
        let (mut first, mut second) = (*self, *self);
        if size.re >= size.im {
            first.to.re = self.from.re + share * size.re;
            second.from.re = first.to.re;
        } else {
            first.to.im = self.from.im + share * size.im;
            second.from.im = first.to.im;
        }
        [first, second]
    }
}

/// The zeros of `f` in a rectangle in which it is analytic. `None` if its argument
/// cannot be followed around, as when a zero lies on the edge.
pub fn zeros(f: &dyn Fn(Complex64) -> Complex64, rectangle: Rectangle) -> Option<Vec<Zero>> {
    let mut found = Vec::new();
    let count = winding(f, rectangle)?;
    search(f, rectangle, count, SMALLEST * rectangle.size().norm(), &mut found)?;
    found.sort_by(|a: &Zero, b: &Zero| a.at.re.total_cmp(&b.at.re));
    Some(found)
}

fn search(
    f: &dyn Fn(Complex64) -> Complex64,
    rectangle: Rectangle,
    count: usize,
    smallest: f64,
    found: &mut Vec<Zero>,
) -> Option<()> {
    if count == 0 {
        return Some(());
    }
    let small = rectangle.size().norm() < smallest;
    if count == 1 || small {
        let size = rectangle.size().norm();
        let zero = muller(f, rectangle.middle(), 0.2 * size);
        match zero {
            // Steps that ended elsewhere are no zero.
            Some((at, error))
                if rectangle.contains(at, if small { 10.0 } else { 1e-9 }) && error < CONVERGED * size =>
            {
                found.push(Zero { at, multiplicity: count, error });
                return Some(());
            }
            _ if small => {
                found.push(Zero { at: rectangle.middle(), multiplicity: count, error: size });
                return Some(());
            }
            _ => {}
        }
    }
    // A zero may lie on the cut: try others.
    for share in [CUT, 0.3917, 0.6113, 0.2371, 0.7753] {
        let parts = rectangle.divided(share);
        let Some(first) = winding(f, parts[0]) else { continue };
        let Some(second) = winding(f, parts[1]) else { continue };
        if first + second != count {
            continue;
        }
        search(f, parts[0], first, smallest, found)?;
        return search(f, parts[1], second, smallest, found);
    }
    // Close to a multiple zero the phase is rounding: what cannot be divided is one.
    let size = rectangle.size().norm();
    (size < CLUSTER / SMALLEST * smallest).then(|| {
        found.push(Zero { at: rectangle.middle(), multiplicity: count, error: size });
    })
}

/// Number of zeros inside.
fn winding(f: &dyn Fn(Complex64) -> Complex64, rectangle: Rectangle) -> Option<usize> {
    let (a, c) = (rectangle.from, rectangle.to);
    let corners = [a, Complex64::new(c.re, a.im), c, Complex64::new(a.re, c.im), a];
    let mut change = 0.0;
    for edge in corners.windows(2) {
        let at = |i: usize| edge[0] + (edge[1] - edge[0]) * (i as f64 / POINTS as f64);
        let mut before = (at(0), f(at(0)));
        for i in 1..=POINTS {
            let after = (at(i), f(at(i)));
            change += turn(f, before, after, 0)?;
            before = after;
        }
    }
    let turns = change / TAU;
    (turns.round() >= 0.0 && (turns - turns.round()).abs() < 1e-3).then_some(turns.round() as usize)
}

/// Change of arg f between two points, by halves until it is small in both.
fn turn(
    f: &dyn Fn(Complex64) -> Complex64,
    a: (Complex64, Complex64),
    b: (Complex64, Complex64),
    depth: u32,
) -> Option<f64> {
    if !(a.1.is_finite() && b.1.is_finite()) || a.1.norm() == 0.0 || b.1.norm() == 0.0 || depth > 40 {
        return None;
    }
    let ratio = b.1 / a.1;
    let middle = 0.5 * (a.0 + b.0);
    let middle = (middle, f(middle));
    // Past a zero nearby there may be a turn that the ends do not show: f must be nearly straight.
    let bend = (middle.1 - 0.5 * (a.1 + b.1)).norm() / a.1.norm().max(b.1.norm());
    if ratio.arg().abs() < TRUSTED && ratio.norm().ln().abs() < 1.5 && bend < 0.25 {
        return Some(ratio.arg());
    }
    Some(turn(f, a, middle, depth + 1)? + turn(f, middle, b, depth + 1)?)
}

/// A zero near `start` by Muller's parabolas, and |f/f'| there.
pub fn muller(f: &dyn Fn(Complex64) -> Complex64, start: Complex64, spread: f64) -> Option<(Complex64, f64)> {
    let mut points = [start - spread, start + Complex64::I * spread, start].map(|z| (z, f(z)));
    let mut step = spread;
    for _ in 0..60 {
        let [(x0, f0), (x1, f1), (x2, f2)] = points;
        if f2 == Complex64::ZERO {
            break;
        }
        let (h1, h2) = (x1 - x0, x2 - x1);
        let (d1, d2) = ((f1 - f0) / h1, (f2 - f1) / h2);
        let curvature = (d2 - d1) / (h2 + h1);
        let slope = d2 + h2 * curvature;
        let root = (slope * slope - 4.0 * f2 * curvature).sqrt();
        let denominator = if (slope + root).norm() > (slope - root).norm() { slope + root } else { slope - root };
        let next = x2 - 2.0 * f2 / denominator;
        if !next.is_finite() {
            return None;
        }
        let moved = (next - x2).norm();
        points = [(x1, f1), (x2, f2), (next, f(next))];
        // Rounding keeps the last steps from shrinking further.
        let settled = moved <= 1e-15 * next.norm() || (moved <= 1e-10 * next.norm() && moved >= 0.5 * step);
        step = moved;
        if settled || moved == 0.0 {
            break;
        }
    }
    let at = points[2].0;
    let h = 1e-5 * at.norm().max(1e-5 * spread);
    let slope = (f(at + h) - f(at - h)) / (2.0 * h);
    let error = (points[2].1 / slope).norm();
    (at.is_finite() && error.is_finite()).then_some((at, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A polynomial with a double zero, a pair 1e-5 apart and one outside.
    #[test]
    fn finds_every_zero_with_its_multiplicity() {
        let at = [
            Complex64::new(0.3, 0.2),
            Complex64::new(0.3, 0.2),
            Complex64::new(-0.5, -0.1),
            Complex64::new(-0.5, -0.1 + 1e-5),
            Complex64::new(0.0, 0.7),
            Complex64::new(2.0, 0.0),
        ];
        let f = |z: Complex64| at.iter().map(|zero| z - zero).product::<Complex64>() * (Complex64::I * z).exp();
        let zeros = zeros(&f, Rectangle::new([-1.0, 1.0], [-1.0, 1.0])).expect("no zero on the edge");
        assert_eq!(zeros.iter().map(|zero| zero.multiplicity).sum::<usize>(), 5, "{zeros:?}");
        for zero in &zeros {
            let nearest = at.iter().map(|exact| (exact - zero.at).norm()).fold(f64::INFINITY, f64::min);
            // A double zero is known to the root of the rounding of f, which is 1e-8 and a few.
            let tolerance = if zero.multiplicity == 2 { 1e-6 } else { 1e-10 };
            assert!(nearest < tolerance, "{zero:?}: {nearest:e}");
        }
    }

    /// sin has zeros at all multiples of pi, and only there.
    #[test]
    fn finds_the_zeros_of_the_sine() {
        let zeros = zeros(&|z| z.sin(), Rectangle::new([-10.1, 20.3], [-3.0, 2.0])).expect("analytic");
        let expected: Vec<f64> = (-3..=6).map(|n| f64::from(n) * std::f64::consts::PI).collect();
        assert_eq!(zeros.len(), expected.len(), "{zeros:?}");
        for (zero, expected) in zeros.iter().zip(expected) {
            assert!((zero.at - expected).norm() < 1e-13 && zero.multiplicity == 1, "{zero:?} {expected}");
        }
    }

    #[test]
    fn a_zero_on_the_edge_is_no_count() {
        assert_eq!(zeros(&|z| z, Rectangle::new([0.0, 1.0], [-1.0, 1.0])), None);
    }
}
