//! Fluxes of momentum, spin and energy, and the torque. Twin of `shaders/balance.wgsl`.

use fearless_simd::Simd;

use super::cell::{Cell, Rate};
use super::planes::{LaneCell, Vectors};
use super::sums::{self, Moments, Place, Totals, unit};
use super::{Cells, Context, Twin};
use crate::lanes::Vector;
use crate::operators::{FieldSample, ReadFluxes, Reading};
use crate::physics::Particle;
use crate::precision::Real;

impl Twin for ReadFluxes {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        sums::reading(context, cells, fields, *self)
    }
}

impl Moments for ReadFluxes {
    type In<R: Real> = R;

    #[inline(always)]
    fn add<S: Simd, R: Real, C: LaneCell<S, R>>(
        self,
        particle: &Particle,
        cell: C,
        at: &Place<Vectors<S, R>>,
        sums: &mut Totals<S, R>,
    ) {
        let p = at.momentum.p;
        let x = flow(particle, cell, at, 0);
        let y = flow(particle, cell, at, 1);
        let z = flow(particle, cell, at, 2);
        sums.vector(p * x.density());
        sums.vector(p * y.density());
        sums.vector(p * z.density());
        let energy = particle.kinetic_energy(p);
        let (along_x, along_y, along_z) = (x.density() * energy, y.density() * energy, z.density() * energy);
        let (Some(w), Some(x), Some(y), Some(z)) = (cell.spin(), x.spin(), y.spin(), z.spin()) else {
            sums.pass(9);
            return sums.three(along_x, along_y, along_z);
        };
        let t = particle.precession_field_at(&at.momentum, at.field.e, at.field.b) * particle.moment;
        sums.vector(x);
        sums.vector(y);
        sums.vector(z);
        sums.three(along_x - t.dot(x), along_y - t.dot(y), along_z - t.dot(z));
        sums.vector(w.cross(t));
    }
}

/// What crosses a plane across direction `j`.
#[inline(always)]
fn flow<C: Cell>(particle: &Particle, cell: C, at: &Place<C::Vector>, j: usize) -> C {
    let c = particle.hidden_velocity_at(&at.momentum, unit(at.momentum.p, j), at.field.e, at.field.b);
    cell.carried(Rate { v: at.momentum.velocity().along(j), c })
}
