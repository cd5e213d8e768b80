//! Absorbing layers take a share of every cell. Twin of `shaders/absorption.wgsl`.

use rayon::prelude::*;

use super::{Context, Twin};
use crate::operators::{Absorption, FieldSample, Reading};
use crate::state::Cell;

impl Twin for Absorption {
    fn run<C: Cell>(
        &self,
        Context { grid, .. }: Context,
        state: &mut Vec<C>,
        _: &mut Vec<C>,
        fields: &[FieldSample],
    ) -> Option<Reading> {
        state.par_chunks_mut(grid.momentum_cells()).zip(fields).filter(|(_, field)| field.absorbed > 0.0).for_each(
            |(cells, field)| {
                for cell in cells {
                    *cell = *cell * (1.0 - field.absorbed);
                }
            },
        );
        None
    }
}
