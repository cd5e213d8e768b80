//! Densities of particles and spins. Twin of `shaders/spin_density.wgsl`.

use super::cell::Cell;
use super::sums::{self, Moments, Place, Totals};
use super::{Cells, Context, Twin};
use crate::operators::{FieldSample, ReadSpinDensity, Reading};
use crate::physics::Particle;
use crate::precision::Real;

impl Twin for ReadSpinDensity {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        sums::reading(context, cells, fields, *self)
    }
}

impl Moments for ReadSpinDensity {
    #[inline(always)]
    fn add<C: Cell>(self, _: &Particle, cell: C, _: &Place<C::Vector>, sums: &mut Totals<C::Vector>) {
        sums.number(cell.density());
        if let Some(w) = cell.spin() {
            sums.vector(w);
        }
    }
}
