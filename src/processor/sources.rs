//! The sources of Maxwell's equations. Twin of `shaders/sources.wgsl`.

use fearless_simd::Simd;

use super::planes::{LaneCell, Vectors};
use super::sums::{self, Moments, Place, Totals};
use super::{Cells, Context, Twin};
use crate::lanes::{Number, Vector};
use crate::operators::{FieldSample, ReadSources, Reading};
use crate::physics::{Momentum, Particle};
use crate::precision::Real;

impl Twin for ReadSources {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        sums::reading(context, cells, fields, *self)
    }
}

impl Moments for ReadSources {
    type In<R: Real> = R;

    #[inline(always)]
    fn add<S: Simd, R: Real, C: LaneCell<S, R>>(
        self,
        particle: &Particle,
        cell: C,
        at: &Place<Vectors<S, R>>,
        sums: &mut Totals<S, R>,
    ) {
        let Momentum { p, inverse_energy: inverse, factors: f } = at.momentum;
        let w0 = cell.density();
        let stream = p * (inverse * w0);
        sums.number(w0);
        if let Some(w) = cell.spin() {
            let [polarisation, magnetisation] = particle.dipoles(&at.momentum, w);
            sums.vector(stream + particle.hidden_stream(&at.momentum, w, at.field.b));
            sums.vector(magnetisation);
            sums.vector(polarisation);
            // - kappa w x e_j - d_kappa p_j w x p
            let (turn, kappa_w) = (p.cross(w) * f.d_kappa, w * f.kappa);
            sums.vector(kappa_w.across(0) + turn * p.along(0));
            sums.vector(kappa_w.across(1) + turn * p.along(1));
            sums.vector(kappa_w.across(2) + turn * p.along(2));
            sums.vector(p * (f.kappa * f.kappa * p.dot(w)));
        } else {
            sums.vector(stream);
            sums.pass(18);
        }
        sums.number(w0.abs() * inverse);
    }
}
