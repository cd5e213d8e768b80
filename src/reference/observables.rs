//! The observables of the diagnostics. Twin of `shaders/observables.wgsl`.

use glam::DVec3;
use rayon::prelude::*;

use super::{Context, Twin};
use crate::grid::Grid;
use crate::operators::{FieldSample, Observables, ReadObservables, Reading};
use crate::state::Cell;

impl Twin for ReadObservables {
    fn run<C: Cell>(
        &self,
        Context { grid, particle, .. }: Context,
        state: &mut Vec<C>,
        _: &mut Vec<C>,
        fields: &[FieldSample],
    ) -> Option<Reading> {
        let volume = grid.momentum_volume();
        let cells: Vec<(DVec3, bool)> =
            (0..grid.momentum_cells()).map(|m| (grid.momentum(m), on_edge(grid, m))).collect();
        let of_space_cell = |(state, field): (&[C], &FieldSample)| {
            let mut sum = Observables { positivity: f64::INFINITY, ..Observables::default() };
            for (cell, (p, edge)) in state.iter().zip(&cells) {
                let p = *p + field.p;
                let (w0, w) = (cell.density(), cell.spin());
                sum.density += w0 * volume;
                sum.momentum += p * w0 * volume;
                sum.spin += w * volume;
                if particle.moment != 0.0 {
                    let [polarisation, magnetisation] = particle.dipoles(p, w * volume);
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
        };
        let observables = state.par_chunks(cells.len()).zip(fields).map(of_space_cell).collect();
        Some(Reading::Observables(observables))
    }
}

/// Whether a momentum cell is the first or last of a resolved momentum axis.
fn on_edge(grid: &Grid, momentum_cell: usize) -> bool {
    let (index, shape) = (grid.indices(momentum_cell), grid.shape());
    grid.momenta().any(|slot| index[slot] == 0 || index[slot] + 1 == shape[slot])
}
