//! Sweeps along a space axis, whatever moves there.

use glam::DVec3;

use super::Context;
use super::sweep::{self, Courant, Layout, Method};
use crate::operators::FieldSample;
use crate::state::Cell;

/// One sweep along space axis `axis` for `time`; `speed(field, p)` is the speed of a cell.
pub fn sweep<C: Cell>(
    Context { grid, .. }: Context,
    (state, spare): (&mut Vec<C>, &mut Vec<C>),
    (axis, time): (usize, f64),
    method: Method,
    fields: &[FieldSample],
    speed: impl Fn(&FieldSample, DVec3) -> Courant + Sync,
) {
    let momentum_cells = grid.momentum_cells();
    let inner = grid.strides()[axis];
    let cells = grid.shape()[axis];
    let layout = Layout { cells, inner, periodic: true };
    let courant = time / grid.axis(axis).map_or(1.0, |axis| axis.step);
    let momenta: Vec<DVec3> = (0..momentum_cells).map(|m| grid.momentum(m)).collect();
    let space_inner = inner / momentum_cells;
    let space = |outer: usize, inner: usize, k: usize| (outer * cells + k) * space_inner + inner / momentum_cells;
    sweep::sweep(layout, state, spare, method, |outer, i, k| {
        let field = &fields[space(outer, i, k as usize)];
        speed(field, momenta[i % momentum_cells] + field.p).times(courant)
    });
    std::mem::swap(state, spare);
}
