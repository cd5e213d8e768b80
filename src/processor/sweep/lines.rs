//! Sweeps along the fastest axis, where lines follow each other in the state: whole ones, several at a time.

use fearless_simd::Simd;

use super::{Buffers, Carrier, Sweep};
use crate::operators::{FieldSample, Speed};
use crate::precision::Real;
use crate::processor::part::Part;
use crate::processor::planes;
use crate::processor::rows::{Layout, Strip};
use crate::processor::uniform::UniformPart;
use crate::processor::varying::VaryingPart;

impl<T: Carrier> Sweep<'_, T> {
    /// Advances lines that follow each other in the state from line `outer` on, several at a time.
    pub(super) fn advance_lines<S: Simd, R: Real, P>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, P>,
        outer: usize,
        strip: Strip<R>,
        advance: impl Fn(&Self, S, &mut Buffers<R, P>, &FieldSample, usize, &mut [R]),
    ) {
        let Strip::Blocks(numbers) = strip else { unreachable!("a line is a block of its own") };
        let (block, repeat) = (self.layout.block(), self.repeat());
        let at_once = (planes::LENGTH / (self.layout.cells + 2 * self.reach())).max(1);
        // Space cells, the first and last of which may be parts; lines with the same momenta one after the other.
        let (first, end) = (outer, outer + numbers.len() / block);
        for number in (0..repeat).step_by(at_once) {
            for space in first / repeat..end.div_ceil(repeat) {
                let start = (space * repeat + number).max(first);
                let stop = (space * repeat + repeat.min(number + at_once)).min(end);
                if start < stop {
                    let lines = &mut numbers[(start - first) * block..(stop - first) * block];
                    advance(self, simd, buffers, &self.fields[space], start % repeat * self.layout.cells, lines);
                }
            }
        }
    }

    /// Lines of one speed each, `first` the momentum cell where they begin.
    pub(super) fn advance_uniform_lines<S: Simd, R: Real>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, UniformPart<R>>,
        field: &FieldSample,
        first: usize,
        numbers: &mut [R],
    ) {
        let (grid, Layout { cells, components, .. }) = (self.context.grid, self.layout);
        let lines = numbers.len() / (cells * components);
        buffers.columns.set_lines(grid, self.method.slot, (first, lines), 0..1, self.periodic());
        self.weigh(simd, buffers, (field, field.p), (0, lines));
        for (line, stored) in numbers.chunks_exact_mut(cells * components).enumerate() {
            buffers.part.advance_line(simd, line, self.periodic(), stored);
        }
    }

    /// Lines along which the speed varies: each with the cells around it after the one before.
    pub(super) fn advance_varying_lines<S: Simd, R: Real>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, VaryingPart<R>>,
        field: &FieldSample,
        first: usize,
        numbers: &mut [R],
    ) {
        let (grid, Layout { cells, components, .. }) = (self.context.grid, self.layout);
        let (reach, periodic, lines) = (self.reach(), self.periodic(), numbers.len() / (cells * components));
        let places = -(reach as isize)..(cells + reach) as isize;
        let padded = places.len();
        let Buffers { part, columns, .. } = buffers;
        columns.set_lines(grid, self.method.slot, (first, lines), places, periodic);
        let all = (0, 0, lines * padded);
        match self.method.speed {
            Speed::Coupled => {
                self.fill_row::<S, R, true>(simd, (field, field.p), columns, part.rates.arrays_mut(), all)
            }
            _ => self.fill_row::<S, R, false>(simd, (field, field.p), columns, part.rates.arrays_mut(), all),
        }
        part.set_width(1);
        for (line, stored) in numbers.chunks_exact(cells * components).enumerate() {
            part.put(simd, line * padded + reach, stored);
            part.surround(line * padded + reach, cells, reach, periodic);
        }
        let edges = (0..lines).flat_map(|line| [line * padded, line * padded + cells]).filter(|_| !periodic);
        let (scheme, dissipation) = (self.method.scheme, self.context.dissipation);
        part.advance(simd, scheme, dissipation, lines * padded - 2 * reach, edges);
        for (line, stored) in numbers.chunks_exact_mut(cells * components).enumerate() {
            part.give(simd, line * padded, stored);
        }
    }
}
