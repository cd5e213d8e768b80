//! Lines that lie side by side in the state, and how threads share them.

use std::ops::Range;

use rayon::prelude::*;

use crate::precision::Real;

/// Numbers that are worth the call of another thread.
const WORTH_A_THREAD: usize = 1 << 14;
/// The least numbers of a row that a thread is given.
const LEAST_WIDTH: usize = 64;

/// How the state is swept: `outer` x `cells` x `inner`, the sweep along `cells`.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Of a line.
    pub cells: usize,
    /// Cells from one of a line to the next.
    pub inner: usize,
    /// Numbers of a cell.
    pub components: usize,
}

/// Row k holds cell k of lines side by side.
pub enum Rows<'a, R> {
    /// All lines of a block.
    Whole {
        /// Row after row.
        numbers: &'a mut [R],
        /// Of a row.
        width: usize,
    },
    /// Some lines of a block; others are with other threads.
    Parts(Vec<&'a mut [R]>),
}

/// Lines that one thread advances.
pub struct Strip<'a, R> {
    /// Their numbers.
    pub rows: Rows<'a, R>,
    /// Which block.
    pub outer: usize,
    /// The first cell of a row, counted in the block.
    pub first: usize,
    /// Cells of a row.
    pub width: usize,
}

impl<R: Real> Rows<'_, R> {
    /// Hands out some numbers of each of some rows, all of them at once where they follow each other.
    pub fn read(&self, rows: Range<usize>, part: Range<usize>, mut put: impl FnMut(usize, &[R])) {
        match self {
            Rows::Whole { numbers, width } if part == (0..*width) => {
                put(rows.start, &numbers[rows.start * width..rows.end * width]);
            }
            Rows::Whole { numbers, width } => {
                rows.for_each(|row| put(row, &numbers[row * width..][part.clone()]));
            }
            Rows::Parts(parts) => rows.for_each(|row| put(row, &parts[row][part.clone()])),
        }
    }

    /// The same to be written.
    pub fn write(&mut self, rows: Range<usize>, part: Range<usize>, mut give: impl FnMut(usize, &mut [R])) {
        match self {
            Rows::Whole { numbers, width } if part == (0..*width) => {
                give(rows.start, &mut numbers[rows.start * *width..rows.end * *width]);
            }
            Rows::Whole { numbers, width } => {
                rows.for_each(|row| give(row, &mut numbers[row * *width..][part.clone()]));
            }
            Rows::Parts(parts) => rows.for_each(|row| give(row, &mut parts[row][part.clone()])),
        }
    }
}

impl Layout {
    /// Hands all lines out, each once, to as many threads as are worth it. No number depends on how they are shared.
    pub fn for_each<R: Real, T>(
        self,
        state: &mut [R],
        make: impl Fn() -> T + Sync + Send,
        advance: impl Fn(&mut T, Strip<R>) + Sync + Send,
    ) {
        let width = self.inner * self.components;
        let block = self.cells * width;
        let (blocks, threads) = (state.len() / block, rayon::current_num_threads());
        let whole = |outer: usize, numbers| {
            let rows = Rows::Whole { numbers, width };
            Strip { rows, outer, first: 0, width: self.inner }
        };
        if state.len() < 2 * WORTH_A_THREAD || threads == 1 {
            let mut own = make();
            state.chunks_mut(block).enumerate().for_each(|(outer, numbers)| advance(&mut own, whole(outer, numbers)));
        } else if blocks >= 4 * threads || self.inner == 1 {
            let together = WORTH_A_THREAD.div_ceil(block);
            state
                .par_chunks_mut(block)
                .enumerate()
                .with_min_len(together)
                .for_each_init(make, |own, (outer, numbers)| advance(own, whole(outer, numbers)));
        } else {
            let parts = (4 * threads).div_ceil(blocks);
            let least = LEAST_WIDTH.max(WORTH_A_THREAD.div_ceil(self.cells)).div_ceil(self.components);
            let part = self.inner.div_ceil(parts).max(least);
            self.strips(state, part).into_par_iter().for_each_init(make, advance);
        }
    }

    /// Every block in strips of at most `part` lines.
    fn strips<R: Real>(self, state: &mut [R], part: usize) -> Vec<Strip<'_, R>> {
        let row = self.inner * self.components;
        let mut strips = Vec::new();
        for (outer, block) in state.chunks_mut(self.cells * row).enumerate() {
            let mut parts: Vec<Vec<&mut [R]>> = Vec::new();
            parts.resize_with(self.inner.div_ceil(part), || Vec::with_capacity(self.cells));
            for row in block.chunks_mut(row) {
                parts.iter_mut().zip(row.chunks_mut(part * self.components)).for_each(|(rows, row)| rows.push(row));
            }
            strips.extend(parts.into_iter().enumerate().map(|(number, rows)| {
                let first = number * part;
                Strip { rows: Rows::Parts(rows), outer, first, width: part.min(self.inner - first) }
            }));
        }
        strips
    }
}
