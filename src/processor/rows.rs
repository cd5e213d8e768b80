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
pub enum Rows<'a, 'b, R> {
    /// All lines of a block.
    Whole {
        /// Row after row.
        numbers: &'a mut [R],
        /// Of a row.
        width: usize,
    },
    /// Some lines of a block; others are with other threads.
    Parts(&'a mut [&'b mut [R]]),
}

/// Lines that one thread advances: of one block some or all, or all of several blocks.
pub enum Strip<'a, R> {
    /// Blocks one after the other.
    Blocks(&'a mut [R]),
    /// Rows of a part of one block.
    Columns {
        /// One for each cell of a line.
        rows: Vec<&'a mut [R]>,
        /// The first cell of a row, counted in the block, and how many.
        cells: Range<usize>,
    },
}

impl<R: Real> Rows<'_, '_, R> {
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
    /// Numbers of a block.
    pub fn block(self) -> usize {
        self.cells * self.inner * self.components
    }

    /// Hands all lines out, each once, with the number of their first block, to as many threads as are worth it. Where
    /// there are enough of them, `together` blocks are not parted. No number depends on how lines are shared.
    pub fn for_each<R: Real, T>(
        self,
        state: &mut [R],
        together: usize,
        make: impl Fn() -> T + Sync + Send,
        advance: impl Fn(&mut T, usize, Strip<R>) + Sync + Send,
    ) {
        let (blocks, parts) = (state.len() / self.block(), 4 * rayon::current_num_threads());
        if state.len() < 2 * WORTH_A_THREAD || rayon::current_num_threads() == 1 {
            advance(&mut make(), 0, Strip::Blocks(state));
        } else if blocks >= parts || self.inner == 1 {
            let unit = if blocks / together >= parts { together } else { 1 };
            let least = (blocks / (2 * parts)).max(WORTH_A_THREAD.div_ceil(self.block()));
            let each = least.div_ceil(unit) * unit;
            state
                .par_chunks_mut(each * self.block())
                .enumerate()
                .for_each_init(make, |own, (part, numbers)| advance(own, part * each, Strip::Blocks(numbers)));
        } else {
            let least = LEAST_WIDTH.max(WORTH_A_THREAD.div_ceil(self.cells)).div_ceil(self.components);
            let width = self.inner.div_ceil(parts.div_ceil(blocks)).max(least);
            self.strips(state, width)
                .into_par_iter()
                .for_each_init(make, |own, (outer, strip)| advance(own, outer, strip));
        }
    }

    /// Every block in strips of at most `width` lines.
    fn strips<R: Real>(self, state: &mut [R], width: usize) -> Vec<(usize, Strip<'_, R>)> {
        let mut strips = Vec::new();
        for (outer, block) in state.chunks_mut(self.block()).enumerate() {
            let mut parts: Vec<Vec<&mut [R]>> = Vec::new();
            parts.resize_with(self.inner.div_ceil(width), || Vec::with_capacity(self.cells));
            for row in block.chunks_mut(self.inner * self.components) {
                parts.iter_mut().zip(row.chunks_mut(width * self.components)).for_each(|(rows, row)| rows.push(row));
            }
            strips.extend(parts.into_iter().zip((0..self.inner).step_by(width)).map(|(rows, first)| {
                let cells = first..self.inner.min(first + width);
                (outer, Strip::Columns { rows, cells })
            }));
        }
        strips
    }
}
