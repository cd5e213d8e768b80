//! dt W + d_pj( (F_j + b_j) W ) = 0: Lorentz force, dipole force and its
//! magnetic partner. A momentum axis is closed, or its edges are joined.

use glam::DVec3;

use super::Context;
use super::sweep::{self, Courant, Layout, Method};
use crate::grid::MOMENTUM;
use crate::operators::{FieldSample, Speed};
use crate::state::Cell;

/// One sweep along the momentum of direction `axis`.
#[allow(clippy::too_many_arguments, reason = "the fields of one recorded command")]
pub fn sweep<C: Cell>(
    Context { grid, particle }: Context,
    input: &[C],
    output: &mut [C],
    axis: usize,
    time: f64,
    method: Method,
    fields: &[FieldSample],
) {
    let Some(&momentum_axis) = grid.axis(MOMENTUM + axis) else { return };
    let inner = grid.strides()[MOMENTUM + axis];
    let layout = Layout { cells: momentum_axis.cells, inner, periodic: method.scheme.joins_edges() };
    let courant = time / momentum_axis.step;
    let direction = DVec3::AXES[axis];
    let line_cells = momentum_axis.cells * inner;
    let lines_per_space = grid.momentum_cells() / line_cells;
    let momenta: Vec<DVec3> = (0..grid.momentum_cells()).map(|m| grid.momentum(m)).collect();
    // The field, and the momentum of cell k of a line.
    let at = |outer: usize, i: usize, k: isize| {
        let field = &fields[outer / lines_per_space];
        let mut p = momenta[outer % lines_per_space * line_cells + i] + field.p;
        p[axis] = momentum_axis.centre(k);
        (field, p)
    };
    sweep::sweep(layout, input, output, method, |outer, i, k| {
        let (field, p) = at(outer, i, k);
        let force = particle.lorentz_force(p, field.e, field.b)[axis];
        let c = match method.speed {
            Speed::Coupled => particle.dipole_force(p, direction, field.e, field.b, field.de[axis], field.db[axis]),
            _ => DVec3::ZERO,
        };
        Courant { v: force * courant, c: c * courant }
    });
}
