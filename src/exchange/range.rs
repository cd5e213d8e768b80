//! A pair potential V(p - q) on the momenta of a grid.
//!
//! It is a constant and the rest, V = V_c + V'. The constant turns all spins about their sum, which the rest keeps and which
//! turns the rest with everything else: both act by themselves, in any order. V_c halves the distance from the least V on the grid
//! to the largest, so that |V'| is as small as it can be.

use std::sync::Arc;

use crate::grid::{Grid, MOMENTUM};
use crate::operators::Couplings;
use crate::scenario::schema::Range;

/// V at all differences of momenta that a grid has.
#[derive(Clone, Debug, PartialEq)]
pub struct PairPotential {
    /// V/g_x
    pub couplings: Arc<Couplings>,
    /// V_c
    pub constant: f64,
    /// Largest |V'|.
    pub rest: f64,
    /// Largest |V|.
    pub largest: f64,
    /// Volume of a momentum cell.
    pub(super) volume: f64,
}

impl PairPotential {
    /// That of a range, g_x times what it gives.
    pub fn new(strength: f64, range: &Range, grid: &Grid) -> PairPotential {
        let axis = |direction: usize| grid.axis(MOMENTUM + direction).map_or((1, 0.0), |axis| (axis.cells, axis.step));
        let differences = |direction: usize| {
            let (cells, step) = axis(direction);
            (0..cells).map(move |apart| apart as f64 * step)
        };
        let along = |direction: usize| differences(direction).map(|apart| value(range, apart)).collect::<Vec<f64>>();
        let couplings = if is_separable(range, grid) {
            Couplings::Separable([0, 1, 2].map(along))
        } else {
            let places = differences(0).flat_map(|x| differences(1).map(move |y| x.hypot(y)));
            Couplings::Whole(places.flat_map(|xy| differences(2).map(move |z| value(range, xy.hypot(z)))).collect())
        };
        let [least, most] = match &couplings {
            // At most one axis has factors of either sign.
            Couplings::Separable(along) => along.iter().map(|factors| extremes(factors)).fold([1.0; 2], |a, b| {
                let products = [a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]];
                extremes(&products)
            }),
            Couplings::Whole(factors) => extremes(factors),
        };
        PairPotential {
            couplings: Arc::new(couplings),
            constant: strength * 0.5 * (most + least),
            rest: strength.abs() * 0.5 * (most - least),
            largest: strength.abs() * most.abs().max(least.abs()),
            volume: grid.momentum_volume(),
        }
    }
}

/// Whether V is a product of one factor for each axis of a grid.
pub fn is_separable(range: &Range, grid: &Grid) -> bool {
    match range {
        Range::Gaussian { .. } => true,
        Range::Table(_) | Range::File(_) => grid.momenta().count() < 2,
    }
}

/// V/g_x at a distance.
fn value(range: &Range, apart: f64) -> f64 {
    match range {
        Range::Gaussian { width } => (-0.5 * (apart / width).powi(2)).exp(),
        Range::Table(rows) => {
            let next = rows.partition_point(|row| row[0] <= apart);
            match (next.checked_sub(1).map(|last| rows[last]), rows.get(next)) {
                (Some([from, v]), Some([to, w])) => v + (w - v) * (apart - from) / (to - from),
                // On the last row, or beyond it.
                (Some([from, v]), None) if from == apart => v,
                _ => 0.0,
            }
        }
        // A validated scenario has the table.
        Range::File(_) => 0.0,
    }
}

/// The least and the largest.
fn extremes(numbers: &[f64]) -> [f64; 2] {
    numbers
        .iter()
        .fold([f64::INFINITY, f64::NEG_INFINITY], |[least, most], &number| [least.min(number), most.max(number)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;

    fn grid(cells: [usize; 3]) -> Grid {
        let axis = |cells: usize| (cells > 0).then_some(Axis { cells, from: -1.0, step: 0.25 });
        let [x, y, z] = cells.map(axis);
        Grid::new([None, None, None, x, y, z]).expect("valid axes")
    }

    /// V = g exp(-d^2/2w^2) from d = 0 to the corner of the grid; V_c is the mean of the two ends.
    #[test]
    fn a_gaussian_is_halved_at_its_ends() {
        let potential = PairPotential::new(-2.0, &Range::Gaussian { width: 1.5 }, &grid([8, 0, 10]));
        let corner: f64 = 0.25f64.powi(2) * (49.0 + 81.0);
        let least = (-0.5 * corner / 2.25).exp();
        assert!((potential.constant + (1.0 + least)).abs() < 1e-15, "{potential:?}");
        assert!((potential.rest - (1.0 - least)).abs() < 1e-15 && potential.largest == 2.0, "{potential:?}");
    }

    /// Straight lines between rows, the last row included, 0 beyond; on two axes by the distance in the plane.
    #[test]
    fn a_table_is_straight_between_its_rows() {
        let table = Range::Table(vec![[0.0, 1.0], [0.5, -1.0], [1.0, 0.5]]);
        for (apart, v) in [(0.0, 1.0), (0.25, 0.0), (0.5, -1.0), (0.75, -0.25), (1.0, 0.5), (1.01, 0.0)] {
            assert_eq!(value(&table, apart), v, "{apart}");
        }
        let potential = PairPotential::new(3.0, &table, &grid([8, 8, 0]));
        assert_eq!((potential.constant, potential.rest, potential.largest), (0.0, 3.0, 3.0));
        let Couplings::Whole(factors) = &*potential.couplings else { panic!("{potential:?}") };
        assert_eq!(factors[8 * 2 + 1], value(&table, 0.25 * f64::sqrt(5.0)));
    }
}
