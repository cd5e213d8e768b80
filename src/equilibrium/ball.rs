//! How much of a momentum cell lies in a ball around p = 0, in closed form.
//!
//! A Fermi gas at T = 0 fills a ball for each spin, and every isotropic distribution
//! that falls with |p| is a sum of balls.

use std::f64::consts::FRAC_PI_2;

/// Length, area or volume of the part of a box with |p| < radius, for one to three
/// axes with edges (from, to).
pub fn ball_in_box(radius: f64, edges: &[(f64, f64)]) -> f64 {
    let least: f64 = edges.iter().map(|(from, to)| from.max(-to).max(0.0).powi(2)).sum();
    if least >= radius * radius {
        return 0.0;
    }
    let most: f64 = edges.iter().map(|(from, to)| from.abs().max(to.abs()).powi(2)).sum();
    if most <= radius * radius {
        return edges.iter().map(|(from, to)| to - from).product();
    }
    // Inclusion and exclusion of the boxes between the origin and each corner.
    let corner = |which: usize| {
        let at = |k: usize| {
            let Some(&(from, to)) = edges.get(k) else { return (1.0, 0.0) };
            if which >> k & 1 == 1 { (to.signum(), to.abs()) } else { (-from.signum(), from.abs()) }
        };
        let [(i, x), (j, y), (k, z)] = [at(0), at(1), at(2)];
        let part = match edges.len() {
            1 => x.min(radius),
            2 => disk(radius, x, y),
            _ => ball(radius, x, y, z),
        };
        i * j * k * part
    };
    (0..1 << edges.len()).map(corner).sum::<f64>().max(0.0)
}

/// Area of x^2 + y^2 < r^2 with 0 < x < a, 0 < y < b.
fn disk(r: f64, a: f64, b: f64) -> f64 {
    let (a, b) = (a.min(r), b.min(r));
    if a * a + b * b <= r * r {
        return a * b;
    }
    // Angles by atan2 of both legs: an error of the root drops out of the sum.
    let primitive = |t: f64, other: f64| 0.5 * (t * other + r * r * t.atan2(other));
    let from = root(r * r - b * b);
    b * from + primitive(a, root(r * r - a * a)) - primitive(from, b)
}

/// Volume of x^2 + y^2 + z^2 < r^2 with 0 < x < a, 0 < y < b, 0 < z < c, by Gauss's
/// theorem for the field p/3: the three flat faces and the spherical one.
fn ball(r: f64, a: f64, b: f64, c: f64) -> f64 {
    let (a, b, c) = (a.min(r), b.min(r), c.min(r));
    if a * a + b * b + c * c <= r * r {
        return a * b * c;
    }
    let face = |h: f64, a: f64, b: f64| h * disk(root(r * r - h * h), a, b);
    let solid_angle =
        FRAC_PI_2 * (a + b + c - 2.0 * r) / r + overlap(a / r, b / r) + overlap(b / r, c / r) + overlap(c / r, a / r);
    (face(a, b, c) + face(b, c, a) + face(c, a, b) + r * r * r * solid_angle) / 3.0
}

/// Solid angle of x > a, y > b, z > 0 on the unit sphere (Gauss-Bonnet).
fn overlap(a: f64, b: f64) -> f64 {
    let z = root(1.0 - a * a - b * b);
    z.atan2(a * b) - a * z.atan2(b) - b * z.atan2(a)
}

/// The square root, 0 for what rounding makes negative.
fn root(square: f64) -> f64 {
    square.max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Boxes that tile space hold the whole ball: 2 r, pi r^2, 4 pi r^3/3.
    #[test]
    fn tiles_sum_to_the_ball() {
        let (r, step) = (1.234, 0.37);
        let tile = |i: i32| (-0.1 + step * f64::from(i), -0.1 + step * f64::from(i + 1));
        let tiles = -5..5;
        let line: f64 = tiles.clone().map(|i| ball_in_box(r, &[tile(i)])).sum();
        let (mut plane, mut space) = (0.0, 0.0);
        for i in tiles.clone() {
            for j in tiles.clone() {
                plane += ball_in_box(r, &[tile(i), tile(j)]);
                space += tiles.clone().map(|k| ball_in_box(r, &[tile(i), tile(j), tile(k)])).sum::<f64>();
            }
        }
        let pi = std::f64::consts::PI;
        // Closed forms: rounding alone.
        assert!((line / (2.0 * r) - 1.0).abs() < 1e-14, "{line}");
        assert!((plane / (pi * r * r) - 1.0).abs() < 1e-13, "{plane}");
        assert!((space / (4.0 / 3.0 * pi * r.powi(3)) - 1.0).abs() < 1e-13, "{space}");
    }

    /// Each box against the integral over z of the chords: midpoints of 400 x 400
    /// columns are good to 1e-4 of the box, as chords end with a root.
    #[test]
    fn one_box_is_its_columns() {
        let n = 400;
        for (x, y, z) in [
            ((0.3, 0.9), (0.2, 0.8), (0.1_f64, 0.7_f64)),
            ((-0.2, 0.5), (0.4, 1.1), (-0.3, 0.9)),
            ((0.9, 1.2), (-0.1, 0.1), (-0.1, 0.2)),
        ] {
            let at = |(from, to): (f64, f64), i: usize| from + (to - from) * (i as f64 + 0.5) / n as f64;
            let mut sum = 0.0;
            for i in 0..n {
                for j in 0..n {
                    let chord = root(1.0 - at(x, i).powi(2) - at(y, j).powi(2));
                    sum += (z.1.min(chord) - z.0.max(-chord)).max(0.0);
                }
            }
            let base = (x.1 - x.0) * (y.1 - y.0);
            let expected = sum * base / (n * n) as f64;
            let volume = ball_in_box(1.0, &[x, y, z]);
            assert!((volume - expected).abs() < 1e-4 * base * (z.1 - z.0), "{volume} {expected}");
        }
    }
}
