//! Fields taken over from another run.

use glam::DVec3;

use super::{Fields, Matter, Mesh, component, others, vectors};
use crate::error::Result;
use crate::grid::Axis;
use crate::interpolation::{Stencils, resampled};

impl Fields {
    /// Takes D, B, A and the fixed charges of other fields, whose `matter` is given, in place of its own: where the
    /// meshes differ by interpolation of sixth order, each where it lies. Where the evolution is another one D holds the
    /// others' E at centres, as of fields that are given.
    ///
    /// # Errors
    ///
    /// [`Error::Input`](crate::Error::Input) where the grids are too coarse to keep div B = 0.
    pub(crate) fn take(&mut self, other: Fields, matter: &[Matter]) -> Result<()> {
        let (old, new) = (other.mesh, self.mesh);
        let stencils = |above: &[usize]| {
            [0, 1, 2].map(|axis| Stencils::new(&along(&old, axis), &along(&new, axis), true, half(&old, above, axis)))
        };
        let moved = |values: &[DVec3], places: [&[usize]; 3]| {
            vectors([0, 1, 2].map(|j| resampled(&stencils(places[j]), component(values, j))))
        };
        let centres: [&[usize]; 3] = [&[]; 3];
        self.d = if other.evolution != self.evolution {
            moved(&other.electric(matter), centres)
        } else if self.is_frozen() {
            moved(&other.d, centres)
        } else {
            moved(&other.d, [&[0], &[1], &[2]])
        };
        let edges = [0, 1, 2].map(others);
        self.b = moved(&other.b, [&edges[0], &edges[1], &edges[2]]);
        self.a = moved(&other.a, centres);
        self.fixed_charge = resampled(&stencils(&[]), other.fixed_charge);
        if stencils(&[]).iter().all(Stencils::is_same) { Ok(()) } else { self.clean_magnetic() }
    }

    /// Makes a domain with space axes neutral that is so but for errors of an interpolation.
    pub(crate) fn neutralise(&mut self, matter: &[Matter]) {
        if self.mesh.is_point() {
            return;
        }
        let charges = matter.iter().zip(&self.fixed_charge).map(|(matter, fixed)| matter.charge + fixed);
        let mean = charges.sum::<f64>() / self.mesh.size() as f64;
        self.fixed_charge.iter_mut().for_each(|charge| *charge -= mean);
    }
}

/// The cells of an axis; one of an axis that is not resolved.
fn along(mesh: &Mesh, axis: usize) -> Axis {
    let step = mesh.step[axis];
    Axis { cells: mesh.cells[axis], from: mesh.first[axis] - 0.5 * step, step }
}

/// Half a cell up the resolved ones of `axes`.
fn half(mesh: &Mesh, axes: &[usize], axis: usize) -> f64 {
    if axes.contains(&axis) && mesh.cells[axis] > 1 { 0.5 } else { 0.0 }
}
