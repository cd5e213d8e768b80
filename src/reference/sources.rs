//! The sources of Maxwell's equations. Twin of `shaders/sources.wgsl`.

use glam::DVec3;
use rayon::prelude::*;

use super::{Context, Twin};
use crate::operators::{FieldSample, ReadSources, Reading, Sources};
use crate::state::Cell;

impl Twin for ReadSources {
    fn run<C: Cell>(
        &self,
        context: Context,
        state: &mut Vec<C>,
        _: &mut Vec<C>,
        fields: &[FieldSample],
    ) -> Option<Reading> {
        Some(Reading::Sources(sources(context, state, fields)))
    }
}

/// One for each space cell.
pub fn sources<C: Cell>(Context { grid, particle, .. }: Context, state: &[C], fields: &[FieldSample]) -> Vec<Sources> {
    let volume = grid.momentum_volume();
    let momenta: Vec<DVec3> = (0..grid.momentum_cells()).map(|m| grid.momentum(m)).collect();
    state
        .par_chunks(momenta.len())
        .zip(fields)
        .map(|(cells, field)| {
            let mut sum = Sources::default();
            for (cell, p) in cells.iter().zip(&momenta) {
                let p = *p + field.p;
                let (w0, w) = (cell.density() * volume, cell.spin() * volume);
                sum.density += w0;
                sum.stream += particle.velocity(p) * w0;
                sum.inverse_inertia += w0.abs() / particle.energy(p);
                if particle.moment == 0.0 {
                    continue;
                }
                let [polarisation, magnetisation] = particle.dipoles(p, w);
                sum.polarisation += polarisation;
                sum.magnetisation += magnetisation;
                let f = particle.form_factors(p);
                sum.torque_turning +=
                    particle.torque_coefficient() * particle.moment * f.kappa * f.kappa * p.dot(w) * p;
                for (j, axis) in DVec3::AXES.into_iter().enumerate() {
                    sum.stream[j] += particle.hidden_velocity(p, axis, DVec3::ZERO, field.b).dot(w);
                    let slope = f.kappa * w.cross(axis) + f.d_kappa * p[j] * w.cross(p);
                    sum.polarisation_slope[j] -= particle.moment * slope;
                }
            }
            sum
        })
        .collect()
}
