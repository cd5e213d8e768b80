//! Derivatives of what only cells with particles have.

use glam::DVec3;

use crate::fields::Mesh;

/// Cells on either side that a derivative reaches; as many again on the other side at an end.
const REACH: usize = 3;

/// Derivatives along an axis of values at centres, from the polynomial through the seven nearest neighbours that have one:
/// the centred difference of sixth order within, one-sided ones of the same order at ends, fewer points where
/// fewer neighbours have values in a row. 0 in cells without a value or such a neighbour.
fn derivative(mesh: &Mesh, axis: usize, periodic: bool, values: &[Option<f64>]) -> Vec<f64> {
    let cells = mesh.cells[axis];
    (0..values.len())
        .map(|i| {
            let index = mesh.indices(i);
            let at = |shift: isize| -> Option<f64> {
                let k = index[axis] as isize + shift;
                let inside = (0..cells as isize).contains(&k);
                if !inside && !periodic {
                    return None;
                }
                let mut neighbour = index;
                neighbour[axis] = k.rem_euclid(cells as isize) as usize;
                values[mesh.cell(neighbour)]
            };
            if at(0).is_none() || cells == 1 {
                return 0.0;
            }
            let most = (2 * REACH).min(cells - 1);
            let run = |sign: isize| (1..=most as isize).take_while(|&k| at(sign * k).is_some()).count();
            let (below, above) = (run(-1), run(1));
            let left = below.min(REACH.max((2 * REACH).saturating_sub(above)));
            let right = above.min(2 * REACH - left.min(2 * REACH));
            let points: Vec<isize> = (-(left as isize)..=right as isize).collect();
            let weighted = points.iter().map(|&k| weight(&points, k) * at(k).unwrap_or_default());
            weighted.sum::<f64>() / mesh.step[axis]
        })
        .collect()
}

/// Gradients of values at centres: [`derivative`] along every resolved axis, `periodic` where it is a ring.
pub fn gradient(mesh: &Mesh, periodic: [bool; 3], values: &[Option<f64>]) -> Vec<DVec3> {
    let mut vectors = vec![DVec3::ZERO; values.len()];
    for axis in mesh.resolved() {
        let along = derivative(mesh, axis, periodic[axis], values);
        vectors.iter_mut().zip(along).for_each(|(vector, slope)| vector[axis] = slope);
    }
    vectors
}

/// Of the value at `point` in the derivative at 0 of the polynomial through `points`.
fn weight(points: &[isize], point: isize) -> f64 {
    let others = || points.iter().copied().filter(move |&other| other != point);
    let product = |without: Option<isize>| -> f64 {
        others().filter(|&other| Some(other) != without).map(|other| -other as f64).product()
    };
    let divisor: f64 = others().map(|other| (point - other) as f64).product();
    others().map(|other| product(Some(other))).sum::<f64>() / divisor
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A polynomial of sixth degree is differentiated to rounding at open ends, beside empty cells, and within; a lone cell
    /// has no derivative. On a ring the weights are those of the sweeps, 3/4, -3/20, 1/60.
    #[test]
    fn derivatives_are_of_sixth_order_up_to_the_ends() {
        let mesh = Mesh { cells: [20, 1, 1], step: [0.1, 1.0, 1.0], first: [-1.0, 0.0, 0.0] };
        let value = |x: f64| 1.0 + x - 2.0 * x.powi(3) + x.powi(6);
        let slope = |x: f64| 1.0 - 6.0 * x * x + 6.0 * x.powi(5);
        let x = |i: usize| -1.0 + 0.1 * i as f64;
        let has = |i: usize| i != 10 && i != 12;
        let values: Vec<Option<f64>> = (0..20).map(|i| has(i).then(|| value(x(i)))).collect();
        let found = derivative(&mesh, 0, false, &values);
        for i in (0..10).chain(13..20) {
            assert!((found[i] - slope(x(i))).abs() < 1e-11, "{i}: {} {}", found[i], slope(x(i)));
        }
        assert_eq!([found[10], found[11], found[12]], [0.0; 3]);
        let points: Vec<isize> = (-3..=3).collect();
        for (k, exact) in [(1, 0.75), (2, -0.15), (3, 1.0 / 60.0), (-1, -0.75), (0, 0.0)] {
            assert!((weight(&points, k) - exact).abs() < 1e-15, "{k}");
        }
        let wave = |i: usize| (std::f64::consts::TAU * i as f64 / 20.0).sin();
        let around = derivative(&mesh, 0, true, &(0..20).map(|i| Some(wave(i))).collect::<Vec<_>>());
        let swept = mesh.derivative(0, &(0..20).map(wave).collect::<Vec<_>>());
        assert!(around.iter().zip(swept).all(|(a, b)| (a - b).abs() < 1e-13));
    }
}
