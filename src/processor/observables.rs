//! The observables of the diagnostics. Twin of `shaders/observables.wgsl`.

use fearless_simd::Simd;

use super::planes::{LaneCell, Vectors};
use super::sums::{self, Moments, Place, Totals};
use super::{Cells, Context, Twin};
use crate::lanes::{Number, Vector};
use crate::operators::{FieldSample, ReadObservables, Reading};
use crate::physics::Particle;
use crate::precision::Real;

impl Twin for ReadObservables {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        sums::reading(context, cells, fields, *self)
    }
}

impl Moments for ReadObservables {
    const EDGES: bool = true;
    // Rows are as exact as those of devices, whose weights have two parts.
    type In<R: Real> = f64;

    #[inline(always)]
    fn add<S: Simd, R: Real, C: LaneCell<S, R>>(
        self,
        particle: &Particle,
        cell: C,
        at: &Place<Vectors<S, R>>,
        sums: &mut Totals<S, R>,
    ) {
        let (p, w0) = (at.momentum.p, cell.density());
        let (mut square, mut least) = (w0 * w0, w0);
        if let Some(w) = cell.spin() {
            square = square + w.length_squared();
            least = w0 - w.length();
        }
        sums.number(w0);
        sums.number(w0.abs() * at.edge);
        sums.number(w0.abs() * p.length());
        sums.number(particle.kinetic_energy(p) * w0);
        sums.number(square * 0.5);
        sums.vector(p * w0);
        if let Some(w) = cell.spin() {
            let [polarisation, magnetisation] = particle.dipoles(&at.momentum, w);
            sums.vector(w);
            sums.vector(magnetisation);
            sums.vector(polarisation);
            if particle.given.acts() {
                sums.number(w.dot(particle.given.at(p)) * particle.given_coefficient());
            }
        }
        sums.least(least + at.beyond);
    }
}
