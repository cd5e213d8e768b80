//! Rows of a few lines in the cache, with those around them that fluxes reach.

use std::ops::Range;

use fearless_simd::Simd;

use crate::precision::Real;

/// What a sweep does with a part. Row k holds cell k of lines side by side.
pub trait Part<R: Real> {
    /// Rows have so many cells.
    fn set_width(&mut self, cells: usize);
    /// Old cells, as the state holds them, of one row or more from `row` on.
    fn put<S: Simd>(&mut self, simd: S, row: usize, stored: &[R]);
    /// Rows of nothing.
    fn clear(&mut self, rows: Range<usize>);
    /// Moves `count` rows of old cells from row `from` on to the front.
    fn keep(&mut self, from: usize, count: usize);
    /// New cells of one row or more from `row` on, each once and in turn.
    fn give<S: Simd>(&mut self, simd: S, row: usize, stored: &mut [R]);
}
