//! Lorentz force, dipole force and its magnetic partner. A momentum axis is closed, or its
//! edges are joined. Twin of `shaders/force.wgsl`.

use glam::DVec3;

use super::sweep::{self, Courant, Layout, Method};
use super::{Context, Twin};
use crate::grid::MOMENTUM;
use crate::operators::{FieldSample, Force, Reading, Speed};
use crate::state::Cell;

impl Twin for Force {
    fn run<C: Cell>(
        &self,
        Context { grid, particle, dissipation }: Context,
        state: &mut Vec<C>,
        spare: &mut Vec<C>,
        fields: &[FieldSample],
    ) -> Option<Reading> {
        let Force { axis, time, speed, scheme, .. } = *self;
        let &momentum_axis = grid.axis(MOMENTUM + axis)?;
        let inner = grid.strides()[MOMENTUM + axis];
        let layout = Layout { cells: momentum_axis.cells, inner, periodic: scheme.joins_edges() };
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
        sweep::sweep(layout, state, spare, Method { speed, scheme, dissipation }, |outer, i, k| {
            let (field, p) = at(outer, i, k);
            let v = particle.lorentz_force(p, field.e, field.b)[axis];
            let c = match speed {
                Speed::Coupled => particle.dipole_force(p, direction, field.e, field.b, field.de[axis], field.db[axis]),
                Speed::Uniform | Speed::Varying => DVec3::ZERO,
            };
            Courant { v, c }.times(courant)
        });
        std::mem::swap(state, spare);
        None
    }
}
