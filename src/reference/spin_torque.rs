//! The exact rotation of w about T. Twin of `shaders/spin_torque.wgsl`.

use glam::DVec3;
use rayon::prelude::*;

use super::{Context, Twin};
use crate::operators::{FieldSample, Reading, SpinTorque};
use crate::state::Cell;

impl Twin for SpinTorque {
    fn run<C: Cell>(
        &self,
        Context { grid, particle, .. }: Context,
        state: &mut Vec<C>,
        _: &mut Vec<C>,
        fields: &[FieldSample],
    ) -> Option<Reading> {
        let momentum_cells = grid.momentum_cells();
        let momenta: Vec<DVec3> = (0..momentum_cells).map(|m| grid.momentum(m)).collect();
        let coefficient = -particle.torque_coefficient() * self.time;
        state.par_chunks_mut(momentum_cells).zip(fields).for_each(|(cells, field)| {
            for (cell, p) in cells.iter_mut().zip(&momenta) {
                let turn = coefficient * particle.precession_field(*p + field.p, field.e, field.b);
                *cell = cell.with_spin(rotated(cell.spin(), turn));
            }
        });
        None
    }
}

/// Rodrigues: `w` turned by |turn| about `turn`; smooth at turn = 0.
fn rotated(w: DVec3, turn: DVec3) -> DVec3 {
    let angle = turn.length();
    let (sinc, versine) = if angle < 1e-4 {
        (1.0 - angle * angle / 6.0, 0.5 - angle * angle / 24.0)
    } else {
        let half = (0.5 * angle).sin();
        (angle.sin() / angle, 2.0 * half * half / (angle * angle))
    };
    let first = turn.cross(w);
    w + sinc * first + versine * turn.cross(first)
}
