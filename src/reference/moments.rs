//! Sums over momentum at every space cell: the sources of Maxwell's equations
//! and the observables of the diagnostics.

use glam::DVec3;
use rayon::prelude::*;

use super::Context;
use crate::grid::{Grid, MOMENTUM};
use crate::operators::{FieldSample, Observables, Sources};
use crate::physics::Particle;
use crate::state::Cell;

/// Maxwell's sources, one per space cell.
pub fn sources<C: Cell>(Context { grid, particle }: Context, state: &[C], fields: &[FieldSample]) -> Vec<Sources> {
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
                let [polarisation, magnetisation] = dipoles(particle, p, w);
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

/// What the diagnostics need, one per space cell.
pub fn observables<C: Cell>(
    Context { grid, particle }: Context,
    state: &[C],
    fields: &[FieldSample],
) -> Vec<Observables> {
    let volume = grid.momentum_volume();
    let cells: Vec<(DVec3, bool)> = (0..grid.momentum_cells()).map(|m| (grid.momentum(m), on_edge(grid, m))).collect();
    state
        .par_chunks(cells.len())
        .zip(fields)
        .map(|(state, field)| {
            let mut sum = Observables { positivity: f64::INFINITY, ..Observables::default() };
            for (cell, (p, edge)) in state.iter().zip(&cells) {
                let p = *p + field.p;
                let (w0, w) = (cell.density(), cell.spin());
                sum.density += w0 * volume;
                sum.momentum += p * w0 * volume;
                sum.spin += w * volume;
                if particle.moment != 0.0 {
                    let [polarisation, magnetisation] = dipoles(particle, p, w * volume);
                    sum.polarisation += polarisation;
                    sum.magnetisation += magnetisation;
                }
                sum.kinetic_energy += particle.kinetic_energy(p) * w0 * volume;
                sum.purity += 0.5 * (w0 * w0 + w.length_squared()) * volume;
                sum.momentum_scale += p.length() * w0.abs() * volume;
                if *edge {
                    sum.edge += w0.abs() * volume;
                }
                sum.positivity = sum.positivity.min(w0 - w.length());
            }
            sum
        })
        .collect()
}

/// What a cell adds to P and M.
fn dipoles(particle: &Particle, p: DVec3, w: DVec3) -> [DVec3; 2] {
    let f = particle.form_factors(p);
    [-particle.moment * f.kappa * w.cross(p), particle.moment * (f.alpha * w - f.beta * p.dot(w) * p)]
}

/// Whether a momentum cell is the first or last of a resolved momentum axis.
fn on_edge(grid: &Grid, momentum_cell: usize) -> bool {
    let (index, shape) = (grid.indices(momentum_cell), grid.shape());
    grid.momenta().any(|slot| {
        debug_assert!(slot >= MOMENTUM);
        index[slot] == 0 || index[slot] + 1 == shape[slot]
    })
}
