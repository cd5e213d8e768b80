//! Momentum cells of one space cell by pieces that threads share.

use std::ops::Range;

use rayon::prelude::*;

use super::{Cells, Context};
use crate::precision::Real;

/// Momentum cells of a piece at most.
pub const PIECE: usize = 2048;
/// Pieces that are worth the call of another thread.
const WORTH_A_THREAD: usize = 4;

/// Some momentum cells of a space cell.
pub struct Piece<'a, R> {
    /// Number of the space cell.
    pub space: usize,
    /// Which momentum cells.
    pub momenta: Range<usize>,
    /// Their numbers.
    pub numbers: &'a mut [R],
}

/// Ranges of at most [`PIECE`] momentum cells.
pub fn ranges(momentum_cells: usize) -> impl Iterator<Item = Range<usize>> {
    (0..momentum_cells).step_by(PIECE).map(move |first| first..momentum_cells.min(first + PIECE))
}

/// Hands all cells out, each once.
pub fn for_each<R: Real, T>(
    context: Context,
    cells: &mut Cells<R>,
    make: impl Fn() -> T + Sync + Send,
    advance: impl Fn(&mut T, Piece<R>) + Sync + Send,
) {
    let momentum_cells = context.grid.momentum_cells();
    let components = cells.components;
    let spaces = cells.numbers.chunks_mut(momentum_cells * components).enumerate();
    let mut pieces: Vec<Piece<R>> = spaces
        .flat_map(|(space, numbers)| {
            let parts = numbers.chunks_mut(PIECE * components).zip(ranges(momentum_cells));
            parts.map(move |(numbers, momenta)| Piece { space, momenta, numbers })
        })
        .collect();
    // Those of the same momenta follow each other, so that what depends on momenta is worked out once.
    pieces.sort_by_key(|piece| piece.momenta.start);
    let together = WORTH_A_THREAD * PIECE.div_ceil(momentum_cells);
    pieces.into_par_iter().with_min_len(together).for_each_init(make, advance);
}
