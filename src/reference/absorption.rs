//! dt W = - nu W in absorbing layers.

use rayon::prelude::*;

use super::Context;
use crate::operators::FieldSample;
use crate::state::Cell;

/// Takes the share `absorbed` of every cell away, in place.
pub fn absorb<C: Cell>(Context { grid, .. }: Context, state: &mut [C], fields: &[FieldSample]) {
    state.par_chunks_mut(grid.momentum_cells()).zip(fields).filter(|(_, field)| field.absorbed > 0.0).for_each(
        |(cells, field)| {
            for cell in cells {
                *cell = *cell * (1.0 - field.absorbed);
            }
        },
    );
}
