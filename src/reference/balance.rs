//! Fluxes of momentum, spin and energy, and the torque. Twin of `shaders/balance.wgsl`.

use glam::DVec3;
use rayon::prelude::*;

use super::{Context, Twin};
use crate::operators::{FieldSample, Fluxes, ReadFluxes, Reading};
use crate::state::Cell;

impl Twin for ReadFluxes {
    fn run<C: Cell>(
        &self,
        Context { grid, particle, .. }: Context,
        state: &mut Vec<C>,
        _: &mut Vec<C>,
        fields: &[FieldSample],
    ) -> Option<Reading> {
        let volume = grid.momentum_volume();
        let momenta: Vec<DVec3> = (0..grid.momentum_cells()).map(|m| grid.momentum(m)).collect();
        let of_space_cell = |(cells, field): (&[C], &FieldSample)| {
            let mut sum = Fluxes::default();
            for (cell, p) in cells.iter().zip(&momenta) {
                let p = *p + field.p;
                let (cell, v) = (*cell * volume, particle.velocity(p));
                let energy = particle.kinetic_energy(p);
                let t = particle.moment * particle.precession_field(p, field.e, field.b);
                for (j, axis) in DVec3::AXES.into_iter().enumerate() {
                    let flow = cell.carried(v[j], particle.hidden_velocity(p, axis, field.e, field.b));
                    sum.momentum[j] += p * flow.density();
                    sum.spin[j] += flow.spin();
                    sum.energy[j] += energy * flow.density() - t.dot(flow.spin());
                }
                sum.torque += cell.spin().cross(t);
            }
            sum
        };
        Some(Reading::Fluxes(state.par_chunks(momenta.len()).zip(fields).map(of_space_cell).collect()))
    }
}
