//! dt W + d_xj( (v_j + a_j) W ) = 0: streaming and hidden-momentum velocity.

use glam::DVec3;

use super::Context;
use super::sweep::{self, Courant, Layout, Method};
use crate::operators::{FieldSample, Speed};
use crate::state::Cell;

/// One sweep along space axis `axis`.
#[allow(clippy::too_many_arguments, reason = "the fields of one recorded command")]
pub fn sweep<C: Cell>(
    Context { grid, particle }: Context,
    input: &[C],
    output: &mut [C],
    axis: usize,
    time: f64,
    streaming: bool,
    method: Method,
    fields: &[FieldSample],
) {
    let momentum_cells = grid.momentum_cells();
    let inner = grid.strides()[axis];
    let cells = grid.shape()[axis];
    let layout = Layout { cells, inner, periodic: true };
    let courant = time / grid.axis(axis).map_or(1.0, |axis| axis.step);
    let momenta: Vec<DVec3> = (0..momentum_cells).map(|m| grid.momentum(m)).collect();
    let direction = DVec3::AXES[axis];
    let space_inner = inner / momentum_cells;
    let space = |outer: usize, inner: usize, k: usize| (outer * cells + k) * space_inner + inner / momentum_cells;
    sweep::sweep(layout, input, output, method, |outer, i, k| {
        let field = &fields[space(outer, i, k as usize)];
        let p = momenta[i % momentum_cells] + field.p;
        let v = if streaming { particle.velocity(p)[axis] } else { 0.0 };
        let c = match method.speed {
            Speed::Coupled if streaming => particle.hidden_velocity(p, direction, DVec3::ZERO, field.b),
            Speed::Coupled => particle.hidden_velocity(p, direction, field.e, DVec3::ZERO),
            _ => DVec3::ZERO,
        };
        Courant { v: v * courant, c: c * courant }
    });
}
