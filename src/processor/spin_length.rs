//! Lengths of all spins. Twin of `shaders/spin_length.wgsl`.

use fearless_simd::Simd;

use super::planes::{LaneCell, Vectors};
use super::sums::{self, Moments, Place, Totals};
use super::{Cells, Context, Twin};
use crate::lanes::Vector;
use crate::operators::{FieldSample, ReadSpinLength, Reading};
use crate::physics::Particle;
use crate::precision::Real;

impl Twin for ReadSpinLength {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        sums::reading(context, cells, fields, *self)
    }
}

impl Moments for ReadSpinLength {
    type In<R: Real> = R;

    #[inline(always)]
    fn add<S: Simd, R: Real, C: LaneCell<S, R>>(
        self,
        _: &Particle,
        cell: C,
        _: &Place<Vectors<S, R>>,
        sums: &mut Totals<S, R>,
    ) {
        if let Some(w) = cell.spin() {
            sums.number(w.length());
        }
    }
}
