//! Densities of particles and spins. Twin of `shaders/spin_density.wgsl`.

use fearless_simd::Simd;

use super::planes::{LaneCell, Vectors};
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
    type In<R: Real> = R;

    #[inline(always)]
    fn add<S: Simd, R: Real, C: LaneCell<S, R>>(
        self,
        _: &Particle,
        cell: C,
        _: &Place<Vectors<S, R>>,
        sums: &mut Totals<S, R>,
    ) {
        sums.number(cell.density());
        if let Some(w) = cell.spin() {
            sums.vector(w);
        }
    }
}
