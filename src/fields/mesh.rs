//! Sixth-order differences on a periodic mesh of one, two or three dimensions,
//! or on a point where no space axis is resolved.
//!
//! Every operator acts along one axis. Entry `i` of a field on the faces of an axis
//! lies on the upper face of cell `i`, half a cell up that axis. Along an axis
//! that is not resolved differences vanish and values stay.

use glam::DVec3;
use serde::{Deserialize, Serialize};

use crate::grid::{Grid, MOMENTUM};

/// A periodic mesh in C order, the last axis fastest; an axis that is not resolved
/// has one cell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mesh {
    /// Along x, y, z.
    pub cells: [usize; 3],
    /// Width of a cell along each axis.
    pub step: [f64; 3],
    /// Centre of the first cell.
    pub first: [f64; 3],
}

/// f(x + dx/2) - f(x - dx/2) and so on outwards, over dx.
pub(super) const STAGGERED: [f64; 3] = [75.0 / 64.0, -25.0 / 384.0, 3.0 / 640.0];
/// f(x + dx) - f(x - dx) and so on outwards, over dx.
pub(super) const CENTRED: [f64; 3] = [45.0 / 60.0, -9.0 / 60.0, 1.0 / 60.0];
/// What `CENTRED` makes of x f beyond x df: k times its weights.
const LEVER: [f64; 3] = [CENTRED[0], 2.0 * CENTRED[1], 3.0 * CENTRED[2]];
/// Value midway.
const MIDWAY: [f64; 3] = [150.0 / 256.0, -25.0 / 256.0, 3.0 / 256.0];
/// Mean over the cell from values on faces.
const MEAN: [f64; 3] = [802.0 / 1440.0, -93.0 / 1440.0, 11.0 / 1440.0];
/// f(x), then f(x + dx) + f(x - dx) and so on outwards, halved: the two-point
/// difference of the result is the staggered difference of f.
const SHARP: [f64; 3] = [0.5 * (STAGGERED[0] + STAGGERED[1] + STAGGERED[2]), STAGGERED[1] + STAGGERED[2], STAGGERED[2]];

/// sin^4(k dx/2) of a wave from f(x), then f(x + dx) + f(x - dx) and so on outwards, halved.
const FINE: [f64; 3] = [3.0 / 16.0, -4.0 / 16.0, 1.0 / 16.0];

/// Cells the stencils reach beyond their own.
const REACH: usize = 3;

impl Mesh {
    /// The space axes of a grid.
    pub fn of(grid: &Grid) -> Self {
        let axis = |slot: usize| grid.axis(slot);
        Mesh {
            cells: std::array::from_fn(|slot| axis(slot).map_or(1, |axis| axis.cells)),
            step: std::array::from_fn(|slot| axis(slot).map_or(1.0, |axis| axis.step)),
            first: std::array::from_fn(|slot| axis(slot).map_or(0.0, |axis| axis.centre(0))),
        }
    }

    /// Number of cells.
    pub fn size(&self) -> usize {
        self.cells.iter().product()
    }

    /// Whether no axis is resolved.
    pub fn is_point(&self) -> bool {
        self.resolved().next().is_none()
    }

    /// Shape of a file that holds a field: cells of the resolved axes, then its three components.
    pub fn file_shape(&self) -> Vec<usize> {
        self.resolved().map(|axis| self.cells[axis]).chain([3]).collect()
    }

    /// The axes that are resolved.
    pub fn resolved(&self) -> impl Iterator<Item = usize> + use<> {
        let cells = self.cells;
        (0..MOMENTUM).filter(move |&axis| cells[axis] > 1)
    }

    /// Distance in memory between neighbours along `axis`.
    pub(super) fn stride(&self, axis: usize) -> usize {
        self.cells[axis + 1..].iter().product()
    }

    /// Indices along the three axes of cell `i`.
    pub fn indices(&self, i: usize) -> [usize; 3] {
        std::array::from_fn(|axis| i / self.stride(axis) % self.cells[axis])
    }

    /// The cell with the given indices.
    pub fn cell(&self, index: [usize; 3]) -> usize {
        (0..3).map(|axis| index[axis] * self.stride(axis)).sum()
    }

    /// The cell that holds a place, or the outermost one on its way there.
    pub fn holding(&self, place: DVec3) -> usize {
        self.cell(std::array::from_fn(|axis| {
            let index = ((place[axis] - self.first[axis]) / self.step[axis] + 0.5).floor();
            index.clamp(0.0, (self.cells[axis] - 1) as f64) as usize
        }))
    }

    /// Centre of cell `i`.
    pub fn position(&self, i: usize) -> DVec3 {
        let index = self.indices(i);
        DVec3::from(std::array::from_fn(|axis| self.first[axis] + index[axis] as f64 * self.step[axis]))
    }

    /// Centre of the box; 0 along axes that are not resolved.
    pub fn centre(&self) -> DVec3 {
        DVec3::from(std::array::from_fn(|axis| {
            self.first[axis] + 0.5 * (self.cells[axis] - 1) as f64 * self.step[axis]
        }))
    }

    /// Half a cell up the resolved ones of `axes`.
    pub fn half_step(&self, axes: &[usize]) -> DVec3 {
        let mut offset = DVec3::ZERO;
        for axis in self.resolved().filter(|axis| axes.contains(axis)) {
            offset[axis] = 0.5 * self.step[axis];
        }
        offset
    }

    /// 2 pi / length along the resolved axes, else 0.
    pub fn fundamental(&self) -> DVec3 {
        let mut wavenumber = DVec3::ZERO;
        for axis in self.resolved() {
            wavenumber[axis] = std::f64::consts::TAU / (self.cells[axis] as f64 * self.step[axis]);
        }
        wavenumber
    }

    /// sum_k weight_k ( f[i + above + k] + sign f[i + below - k] ) / divisor along a
    /// resolved `axis`, periodic.
    fn combine(
        &self,
        axis: usize,
        f: &[f64],
        weights: [f64; 3],
        [above, below]: [isize; 2],
        sign: f64,
        divisor: f64,
    ) -> Vec<f64> {
        let (cells, stride) = (self.cells[axis], self.stride(axis));
        let block = cells * stride;
        let up = weights.map(|weight| weight / divisor);
        let down = up.map(|weight| sign * weight);
        let mut result = Vec::with_capacity(f.len());
        // With both ends repeated the whole block is one loop without wrapping.
        let mut padded = vec![0.0; (cells + 2 * REACH) * stride];
        for lines in f.chunks_exact(block) {
            padded[REACH * stride..][..block].copy_from_slice(lines);
            for row in 0..REACH {
                let below = (row as isize - REACH as isize).rem_euclid(cells as isize) as usize;
                padded[row * stride..][..stride].copy_from_slice(&lines[below * stride..][..stride]);
                let above = row % cells;
                padded[(REACH + cells + row) * stride..][..stride].copy_from_slice(&lines[above * stride..][..stride]);
            }
            let shifted = |shift: isize| &padded[(REACH as isize + shift) as usize * stride..][..block];
            let [a0, a1, a2] = [0, 1, 2].map(|k| shifted(above + k));
            let [b0, b1, b2] = [0, 1, 2].map(|k| shifted(below - k));
            result.extend((0..block).map(|i| {
                (up[0] * a0[i] + down[0] * b0[i])
                    + (up[1] * a1[i] + down[1] * b1[i])
                    + (up[2] * a2[i] + down[2] * b2[i])
            }));
        }
        result
    }

    /// A difference over the cells of `axis`; nothing changes along an axis that is
    /// not resolved.
    fn difference(&self, axis: usize, f: &[f64], weights: [f64; 3], reach: [isize; 2]) -> Vec<f64> {
        match self.cells[axis] {
            1 => vec![0.0; f.len()],
            _ => self.combine(axis, f, weights, reach, -1.0, self.step[axis]),
        }
    }

    /// A weighted mean, of all weights 1; values stay along an axis that is not resolved.
    fn average(&self, axis: usize, f: &[f64], weights: [f64; 3], reach: [isize; 2]) -> Vec<f64> {
        match self.cells[axis] {
            1 => f.to_vec(),
            _ => self.combine(axis, f, weights, reach, 1.0, 1.0),
        }
    }

    /// Derivative at centres from values on faces.
    pub fn derivative_to_centres(&self, axis: usize, faces: &[f64]) -> Vec<f64> {
        self.difference(axis, faces, STAGGERED, [0, -1])
    }

    /// Derivative on faces from values at centres.
    pub fn derivative_to_faces(&self, axis: usize, centres: &[f64]) -> Vec<f64> {
        self.difference(axis, centres, STAGGERED, [1, 0])
    }

    /// Derivative at centres from values at centres: the difference the sweeps make.
    pub fn derivative(&self, axis: usize, centres: &[f64]) -> Vec<f64> {
        self.difference(axis, centres, CENTRED, [1, -1])
    }

    /// `derivative` of x_axis f less x_axis times that of f: the rule of products, with f
    /// averaged to sixth order.
    pub fn lever(&self, axis: usize, centres: &[f64]) -> Vec<f64> {
        self.average(axis, centres, LEVER, [1, -1])
    }

    /// The difference over a cell of values on its two faces: what fluxes do.
    pub fn two_point(&self, axis: usize, faces: &[f64]) -> Vec<f64> {
        self.difference(axis, faces, [1.0, 0.0, 0.0], [0, -1])
    }

    /// Values at centres from values on faces.
    pub fn to_centres(&self, axis: usize, faces: &[f64]) -> Vec<f64> {
        self.average(axis, faces, MIDWAY, [0, -1])
    }

    /// Values on faces from values at centres.
    pub fn to_faces(&self, axis: usize, centres: &[f64]) -> Vec<f64> {
        self.average(axis, centres, MIDWAY, [1, 0])
    }

    /// Values at centres of a field whose two-point face difference is its exact
    /// derivative there: the mean over the cell. D_j is such a field along j, as
    /// the sweeps' fluxes are.
    pub fn mean_to_centres(&self, axis: usize, faces: &[f64]) -> Vec<f64> {
        self.average(axis, faces, MEAN, [0, -1])
    }

    /// The transpose of `mean_to_centres`.
    pub fn mean_to_faces(&self, axis: usize, centres: &[f64]) -> Vec<f64> {
        self.average(axis, centres, MEAN, [1, 0])
    }

    /// From values to the field whose `two_point` difference is their
    /// `derivative_to_centres`; it stays where it is.
    pub fn sharpen(&self, axis: usize, faces: &[f64]) -> Vec<f64> {
        self.average(axis, faces, SHARP, [0, 0])
    }

    /// What has too few cells for a wave: sin^12(k dx/2) of each, 1 of the shortest,
    /// 0.2 at three cells, 0.02 at four and 1e-5 at eight. Nothing along an axis that is not resolved.
    pub fn finest(&self, axis: usize, f: &[f64]) -> Vec<f64> {
        if self.cells[axis] == 1 {
            return vec![0.0; f.len()];
        }
        along(&[axis; 3], f.to_vec(), |axis, f| self.average(axis, f, FINE, [0, 0]))
    }
}

/// Applies an operator along each of `axes` in turn.
pub fn along(axes: &[usize], f: Vec<f64>, operator: impl Fn(usize, &[f64]) -> Vec<f64>) -> Vec<f64> {
    axes.iter().fold(f, |f, &axis| operator(axis, &f))
}

/// The two axes besides `axis`, in cyclic order.
pub fn others(axis: usize) -> [usize; 2] {
    [(axis + 1) % 3, (axis + 2) % 3]
}

/// One component of a vector field.
pub fn component(values: &[DVec3], k: usize) -> Vec<f64> {
    values.iter().map(|v| v[k]).collect()
}

/// A vector field from its components.
pub fn vectors([x, y, z]: [Vec<f64>; 3]) -> Vec<DVec3> {
    x.into_iter().zip(y).zip(z).map(|((x, y), z)| DVec3::new(x, y, z)).collect()
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    type Operator = fn(&Mesh, usize, &[f64]) -> Vec<f64>;

    /// A box of length 2 pi along `axis`, a few cells along the others.
    fn mesh(axis: usize, cells: usize) -> Mesh {
        let mut mesh = Mesh { cells: [3, 4, 5], step: [0.3, 0.4, 0.5], first: [0.0; 3] };
        (mesh.cells[axis], mesh.step[axis]) = (cells, TAU / cells as f64);
        mesh
    }

    fn error(axis: usize, cells: usize, [from, to, derivative]: [bool; 3], operator: Operator) -> f64 {
        let mesh = mesh(axis, cells);
        // A weight that varies along the other axes must only pass through.
        let weight = |i: usize| {
            mesh.indices(i).iter().enumerate().fold(1.0, |w, (k, &n)| if k == axis { w } else { w + n as f64 })
        };
        let at = |i: usize, face: bool| mesh.position(i)[axis] + if face { 0.5 * mesh.step[axis] } else { 0.0 };
        let input: Vec<f64> = (0..mesh.size()).map(|i| weight(i) * at(i, from).sin().exp()).collect();
        operator(&mesh, axis, &input)
            .iter()
            .enumerate()
            .map(|(i, value)| {
                let x = at(i, to);
                let exact = x.sin().exp() * if derivative { x.cos() } else { 1.0 };
                (value / weight(i) - exact).abs()
            })
            .fold(0.0, f64::max)
    }

    /// Every stencil is of sixth order along every axis: 2^6 = 64 per halving, 40
    /// leaves room for the next term of the series at 24 cells.
    #[test]
    fn stencils_are_of_sixth_order() {
        let operators: [([bool; 3], Operator); 7] = [
            ([true, false, true], Mesh::derivative_to_centres),
            ([false, true, true], Mesh::derivative_to_faces),
            ([false, false, true], Mesh::derivative),
            ([false, false, false], Mesh::lever),
            ([true, false, false], Mesh::to_centres),
            ([false, true, false], Mesh::to_faces),
            // On the way from centres to D on faces and back.
            ([true, false, false], |mesh, axis, f| mesh.mean_to_centres(axis, &mesh.sharpen(axis, f))),
        ];
        for axis in 0..3 {
            for (places, operator) in operators {
                let (coarse, fine) = (error(axis, 24, places, operator), error(axis, 48, places, operator));
                assert!(coarse / fine > 40.0, "{axis} {places:?}: {coarse} {fine}");
            }
        }
    }

    /// The mean over a cell of the field whose two-point difference is given.
    #[test]
    fn mean_inverts_the_two_point_difference() {
        let cells = 48;
        let mesh = Mesh { cells: [1, cells, 1], step: [1.0, TAU / cells as f64, 1.0], first: [0.0; 3] };
        // rho = cos y at centres; D = sum of rho dy on faces, D(y) = sin y.
        let mut sum = -0.5 * mesh.step[1];
        let faces: Vec<f64> = (0..cells)
            .map(|i| {
                sum += mesh.step[1] * mesh.position(i).y.cos();
                sum
            })
            .collect();
        for (i, value) in mesh.mean_to_centres(1, &faces).iter().enumerate() {
            // Sixth order: dy^6 = 5e-6, times 191/60480.
            assert!((value - mesh.position(i).y.sin()).abs() < 5e-8);
        }
    }

    /// Two-point difference after sharpening is the staggered difference, also on
    /// axes shorter than the stencil.
    #[test]
    fn sharpening_makes_the_two_point_difference_exact() {
        for cells in [2, 3, 5, 9] {
            let mesh = mesh(1, cells);
            let f: Vec<f64> = (0..mesh.size()).map(|i| ((i * i) as f64 * 0.37).sin()).collect();
            for axis in 0..3 {
                let exact = mesh.derivative_to_centres(axis, &f);
                let two_point = mesh.two_point(axis, &mesh.sharpen(axis, &f));
                assert!(two_point.iter().zip(&exact).all(|(a, b)| (a - b).abs() < 1e-13));
            }
        }
    }

    /// On a point all derivatives vanish and values stay.
    #[test]
    fn a_point_has_no_derivative() {
        let mesh = Mesh { cells: [1; 3], step: [1.0; 3], first: [0.0; 3] };
        assert!(mesh.is_point());
        assert_eq!(mesh.derivative(0, &[3.0]), [0.0]);
        assert_eq!(mesh.to_faces(1, &[3.0]), [3.0]);
        assert_eq!(mesh.mean_to_centres(2, &[3.0]), [3.0]);
    }
}
