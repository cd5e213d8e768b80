//! Sweeps along an axis, in place: parts of neighbouring lines are copied into the cache, advanced
//! there, and put back. Twin of `shaders/shared/sweep.wgsl` and `series.wgsl`.

use std::ops::Range;

use fearless_simd::{Simd, dispatch};
use glam::DVec3;

use super::cell::Rate;
use super::flux::{self, Six};
use super::momenta::Momenta;
use super::part::Part;
use super::planes::{self, Arrays};
use super::rows::{Layout, Rows, Strip};
use super::uniform::{self, UniformPart};
use super::varying::VaryingPart;
use super::{Cells, Context, Field};
use crate::grid::MOMENTUM;
use crate::lanes::{Lanes, Vector};
use crate::operators::{FieldSample, Scheme, Speed};
use crate::physics::{Momentum, Particle};
use crate::precision::Real;

/// The least cells of a row that are worth a part of whole lines.
const LEAST_WIDTH: usize = 16;
/// Numbers of a row of a part.
const ROW_NUMBERS: usize = 128;
/// Numbers of a part for uniform speeds, which need fewer arrays.
const UNIFORM_NUMBERS: usize = 6144;

/// A term that carries the state along an axis.
pub trait Carrier: Copy + Sync {
    /// Speed of all components of a cell.
    fn scalar<V: Vector>(self, particle: &Particle, at: &Momentum<V>, field: &Field<V>) -> V::Number;
    /// Speed that couples w0 with w.
    fn coupling<V: Vector>(self, particle: &Particle, at: &Momentum<V>, field: &Field<V>) -> V;
}

/// What a command says of a sweep.
#[derive(Clone, Copy)]
pub struct Method {
    /// Storage slot of the axis.
    pub slot: usize,
    pub time: f64,
    pub speed: Speed,
    pub scheme: Scheme,
}

/// One sweep with Courant numbers of at most one.
pub fn sweep<R: Real, T: Carrier>(
    context: Context,
    state: &mut Cells<R>,
    fields: &[FieldSample],
    term: T,
    method: Method,
) {
    let Some(axis) = context.grid.axis(method.slot) else { return };
    let (inner, components) = (context.grid.strides()[method.slot], state.components);
    let layout = Layout { cells: axis.cells, inner, components };
    let sweep = Sweep { context, fields, term, method, layout, courant: method.time / axis.step };
    let numbers = &mut state.numbers;
    let purpose = Some((method.slot, method.speed, method.scheme));
    if sweep.uniform() {
        let size = sweep.size(uniform::ROW_NUMBERS, UNIFORM_NUMBERS / components);
        let make = || Buffers::new(UniformPart::new(components, size.width, size.length), size);
        let make = || context.store.lend(purpose, make);
        layout.for_each(numbers, sweep.repeat(), make, |buffers, outer, strip| {
            dispatch!(context.level, simd => match sweep.whole_lines(size) {
                true => sweep.advance_lines(simd, buffers, outer, strip, Sweep::advance_uniform_lines),
                false => sweep.advance(simd, buffers, outer, strip, Sweep::advance_uniform),
            });
        });
    } else {
        let size = sweep.size(ROW_NUMBERS, planes::LENGTH);
        let coupled = method.speed == Speed::Coupled;
        let make = || Buffers::new(VaryingPart::new(components, coupled, method.scheme), size);
        let make = || context.store.lend(purpose, make);
        layout.for_each(numbers, sweep.repeat(), make, |buffers, outer, strip| {
            dispatch!(context.level, simd => match sweep.whole_lines(size) {
                true => sweep.advance_lines(simd, buffers, outer, strip, Sweep::advance_varying_lines),
                false => sweep.advance(simd, buffers, outer, strip, Sweep::advance_varying),
            });
        });
    }
}

/// A sweep and what it needs to know.
struct Sweep<'a, T> {
    context: Context<'a>,
    fields: &'a [FieldSample],
    term: T,
    method: Method,
    layout: Layout,
    /// What makes a Courant number of a speed.
    courant: f64,
}

/// Sizes of a part in cells.
#[derive(Clone, Copy)]
struct Size {
    /// Of a row.
    width: usize,
    /// Rows that are advanced.
    rows: usize,
    /// All, with the rows around.
    length: usize,
}

/// What a thread needs for its lines.
struct Buffers<R, P> {
    part: P,
    size: Size,
    /// Momenta of the cells of a row, or along a line.
    columns: Momenta<R>,
    /// The first rows before they are replaced.
    head: Vec<R>,
}

impl<R: Real, P> Buffers<R, P> {
    fn new(part: P, size: Size) -> Self {
        Buffers { part, size, columns: Momenta::default(), head: Vec::new() }
    }
}

/// Lines that are advanced together: `width` of them from `first` on, counted in the block `outer`.
#[derive(Clone, Copy)]
struct Lines {
    outer: usize,
    first: usize,
    width: usize,
}

/// Old rows that are in a part from row `at` on, and those that are advanced, by their cells.
struct Step {
    at: usize,
    old: Range<isize>,
    advanced: Range<usize>,
}

impl<T: Carrier> Sweep<'_, T> {
    fn reach(&self) -> usize {
        self.method.scheme.reach()
    }

    fn periodic(&self) -> bool {
        self.method.slot < MOMENTUM || self.method.scheme.joins_edges()
    }

    /// Whether cells of a line follow each other in the state, with one field for all.
    fn along(&self) -> bool {
        self.layout.inner == 1 && self.method.slot >= MOMENTUM
    }

    /// Whether such lines fit into a part, one or more.
    fn whole_lines(&self, size: Size) -> bool {
        self.along() && size.rows == self.layout.cells
    }

    /// One set of weights per line.
    fn uniform(&self) -> bool {
        (self.method.speed, self.method.scheme) == (Speed::Uniform, Scheme::Flux)
    }

    /// Blocks after which momenta repeat: those of a space cell.
    fn repeat(&self) -> usize {
        match self.method.slot < MOMENTUM {
            true => 1,
            false => self.context.grid.momentum_cells() / (self.layout.cells * self.layout.inner),
        }
    }

    /// Whether all cells of a part have one field, and their momenta are set at once.
    fn one_field(&self, size: Size) -> bool {
        self.method.slot >= MOMENTUM && !self.uniform() && size.rows == self.layout.cells
    }

    /// Parts of `length` cells at most in rows of about `row` numbers, three quarters of which are advanced; whole
    /// lines where they are short.
    fn size(&self, row: usize, length: usize) -> Size {
        let Layout { cells, inner, components } = self.layout;
        let around = 2 * self.reach();
        let whole = length / (cells + around);
        let most = if whole >= LEAST_WIDTH { whole } else { length / (4 * around) };
        let most = (row / components).min(most).min(inner);
        // As many rows alike.
        let width = inner.div_ceil(inner.div_ceil(most));
        let rows = (length / width - around).min(cells);
        Size { width, rows, length: (rows + around) * width }
    }

    /// Advances the lines of a strip, of which block `outer` is the first.
    fn advance<S: Simd, R: Real, P: Part<R>>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, P>,
        outer: usize,
        mut strip: Strip<R>,
        step: impl Fn(&Self, S, &mut Buffers<R, P>, Lines, &Step),
    ) {
        let Layout { inner, components, .. } = self.layout;
        // Lines along a space axis lie in one space cell.
        let segment = if self.method.slot < MOMENTUM { self.context.grid.momentum_cells() } else { inner };
        let (blocks, columns) = match &strip {
            Strip::Blocks(numbers) => (numbers.len() / self.layout.block(), 0..inner),
            Strip::Columns { cells, .. } => (1, cells.clone()),
        };
        // Blocks with the same momenta one after the other.
        let repeat = self.repeat();
        for number in 0..repeat.min(blocks) {
            let mut first = columns.start;
            while first < columns.end {
                let width = buffers.size.width.min(columns.end - first).min(segment - first % segment);
                buffers.part.set_width(width);
                self.set_columns(buffers, Lines { outer: outer + number, first, width });
                let numbers = (first - columns.start) * components..(first - columns.start + width) * components;
                for block in (number..blocks).step_by(repeat) {
                    let lines = Lines { outer: outer + block, first, width };
                    let mut rows = match &mut strip {
                        Strip::Blocks(numbers) => Rows::Whole {
                            numbers: &mut numbers[block * self.layout.block()..][..self.layout.block()],
                            width: inner * components,
                        },
                        Strip::Columns { rows, .. } => Rows::Parts(rows),
                    };
                    self.march(simd, buffers, lines, (&mut rows, numbers.clone()), &step);
                }
                first += width;
            }
        }
    }

    /// Takes lines part by part through the cache.
    fn march<S: Simd, R: Real, P: Part<R>>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, P>,
        lines: Lines,
        (rows, numbers): (&mut Rows<R>, Range<usize>),
        step: &impl Fn(&Self, S, &mut Buffers<R, P>, Lines, &Step),
    ) {
        let (cells, reach, height) = (self.layout.cells, self.reach(), buffers.size.rows);
        for first in (0..cells).step_by(height) {
            let advanced = first..cells.min(first + height);
            let (start, at) = match first {
                0 => (-(reach as isize), 0),
                _ => ((first + reach) as isize, 2 * reach),
            };
            if first > 0 {
                buffers.part.keep(height, at);
            } else if height < cells {
                buffers.head.clear();
                rows.read(0..reach, numbers.clone(), |_, row| buffers.head.extend_from_slice(row));
            }
            let old = start..(advanced.end + reach) as isize;
            self.read(simd, buffers, (rows, &numbers), old.clone(), (at, first > 0));
            step(self, simd, buffers, lines, &Step { at, old, advanced: advanced.clone() });
            rows.write(advanced, numbers.clone(), |row, numbers| buffers.part.give(simd, row - first, numbers));
        }
    }

    /// Puts the old cells of rows `wanted` into a part from row `at` on: around a ring, or nothing beyond the edges.
    /// The first rows are in `head` once they are `replaced`.
    fn read<S: Simd, R: Real, P: Part<R>>(
        &self,
        simd: S,
        Buffers { part, head, .. }: &mut Buffers<R, P>,
        (rows, numbers): (&Rows<R>, &Range<usize>),
        wanted: Range<isize>,
        (mut at, replaced): (usize, bool),
    ) {
        let cells = self.layout.cells as isize;
        let mut k = wanted.start;
        while k < wanted.end {
            let inside = k.rem_euclid(cells);
            let run = (cells - inside).min(wanted.end - k) as usize;
            let from = inside as usize;
            if inside != k && !self.periodic() {
                part.clear(at..at + run);
            } else if k >= cells && replaced {
                part.put(simd, at, &head[from * numbers.len()..(from + run) * numbers.len()]);
            } else {
                rows.read(from..from + run, numbers.clone(), |row, old| part.put(simd, at + row - from, old));
            }
            at += run;
            k += run as isize;
        }
    }

    /// Advances lines that follow each other in the state from line `outer` on, several at a time.
    fn advance_lines<S: Simd, R: Real, P>(
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
    fn advance_uniform_lines<S: Simd, R: Real>(
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
    fn advance_varying_lines<S: Simd, R: Real>(
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

    /// Where lines are closed, below and above the rows of a step.
    fn closed(&self, step: &Step) -> [bool; 2] {
        let closed = !self.periodic();
        [closed && step.advanced.start == 0, closed && step.advanced.end == self.layout.cells]
    }

    fn advance_uniform<S: Simd, R: Real>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, UniformPart<R>>,
        lines: Lines,
        step: &Step,
    ) {
        let first = step.advanced.start == 0;
        if first {
            // The columns of a line are its cells from those before the first on.
            let column = if self.along() { self.reach() } else { 0 };
            self.weigh(simd, buffers, self.row(lines, 0), (column, lines.width));
            buffers.part.spread();
        }
        buffers.part.prepare(simd, step.advanced.len(), first, self.closed(step));
    }

    fn advance_varying<S: Simd, R: Real>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, VaryingPart<R>>,
        lines: Lines,
        step: &Step,
    ) {
        match self.method.speed {
            Speed::Coupled => self.fill::<S, R, true>(simd, buffers, lines, step),
            Speed::Uniform | Speed::Varying => self.fill::<S, R, false>(simd, buffers, lines, step),
        }
        let (scheme, dissipation, rows) = (self.method.scheme, self.context.dissipation, step.advanced.len());
        let [below, above] = self.closed(step);
        let closed = below.then_some(0).into_iter().chain(above.then_some(rows));
        buffers.part.advance(simd, scheme, dissipation, rows, closed);
    }

    /// The momenta of lines, but for what rows add.
    fn set_columns<R: Real, P>(&self, Buffers { columns, size, .. }: &mut Buffers<R, P>, lines: Lines) {
        let (grid, slot) = (self.context.grid, self.method.slot);
        let (reach, cells) = (self.reach() as isize, self.layout.cells as isize);
        let (first, places) = (self.first_momentum(lines), -reach..cells + reach);
        if slot < MOMENTUM {
            let first = lines.first % grid.momentum_cells();
            columns.set(grid, first..first + lines.width, None);
        } else if self.along() {
            columns.set_lines(grid, slot, (first, 1), places, self.periodic());
        } else if self.one_field(*size) {
            columns.set_rows(grid, slot, (first, lines.width), places, self.periodic());
        } else {
            columns.set(grid, first..first + lines.width, Some(slot - MOMENTUM));
        }
    }

    /// The momentum cell where lines along a momentum axis begin.
    fn first_momentum(&self, lines: Lines) -> usize {
        let block = self.layout.cells * self.layout.inner;
        lines.outer * block % self.context.grid.momentum_cells() + lines.first
    }

    /// The fields at row `k`, and what its momenta have beside those of the columns.
    fn row(&self, lines: Lines, k: isize) -> (&FieldSample, DVec3) {
        let (grid, slot, cells) = (self.context.grid, self.method.slot, self.layout.cells);
        let momenta = grid.momentum_cells();
        let k = if self.periodic() { k.rem_euclid(cells as isize) } else { k };
        if slot < MOMENTUM {
            let inner = self.layout.inner / momenta;
            let field = &self.fields[(lines.outer * cells + k as usize) * inner + lines.first / momenta];
            return (field, field.p);
        }
        let field = &self.fields[lines.outer * cells * self.layout.inner / momenta];
        match grid.axis(slot) {
            Some(axis) if !self.along() => (field, field.p + DVec3::AXES[slot - MOMENTUM] * axis.centre(k)),
            _ => (field, field.p),
        }
    }

    /// The Courant numbers of old rows.
    fn fill<S: Simd, R: Real, const COUPLED: bool>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, VaryingPart<R>>,
        lines: Lines,
        step: &Step,
    ) {
        let width = lines.width;
        let Buffers { part, columns, size, .. } = buffers;
        let rates = part.rates.arrays_mut();
        if self.one_field(*size) {
            let field = &self.fields[lines.outer / self.repeat()];
            return self.fill_row::<S, R, COUPLED>(
                simd,
                (field, field.p),
                columns,
                rates,
                (0, 0, step.old.len() * width),
            );
        }
        if self.along() {
            // What rows are to other lines, columns are to this one, and all its cells have one field.
            let first = (step.old.start + self.reach() as isize) as usize;
            let places = (step.at, first, step.old.len());
            return self.fill_row::<S, R, COUPLED>(simd, self.row(lines, 0), columns, rates, places);
        }
        for (row, k) in (step.at..).zip(step.old.clone()) {
            // What runs over the end of a row is replaced by the next.
            self.fill_row::<S, R, COUPLED>(simd, self.row(lines, k), columns, rates, (row * width, 0, width));
        }
    }

    /// Courant numbers of cells with one field; `places` are the first of them in `rates`, in `columns`, and how many.
    fn fill_row<S: Simd, R: Real, const COUPLED: bool>(
        &self,
        simd: S,
        (field, p): (&FieldSample, DVec3),
        columns: &mut Momenta<R>,
        rates: &mut Arrays<R>,
        (at, column, count): (usize, usize, usize),
    ) {
        let (particle, term) = (self.context.particle, self.term);
        let known = columns.add(simd, particle, p);
        simd.vectorize(
            #[inline(always)]
            || {
                let (field, known) = (Field::splat(simd, field), known.alike());
                for i in (0..count).step_by(Lanes::<S, R>::COUNT) {
                    let momentum = known.load(simd, column + i);
                    let v = term.scalar(particle, &momentum, &field);
                    let c = if COUPLED { term.coupling(particle, &momentum, &field) } else { momentum.p };
                    (Rate { v, c } * self.courant).store::<COUPLED>(rates, at + i);
                }
            },
        );
    }

    /// The weights of some lines of one field, those of `columns` from `column` on with p added to their momenta.
    fn weigh<S: Simd, R: Real>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, UniformPart<R>>,
        (field, p): (&FieldSample, DVec3),
        (column, lines): (usize, usize),
    ) {
        let known = buffers.columns.add(simd, self.context.particle, p);
        let [a, b, c, d, e, f] = buffers.part.weights();
        simd.vectorize(
            #[inline(always)]
            || {
                let field = Field::splat(simd, field);
                for i in (0..lines).step_by(Lanes::<S, R>::COUNT) {
                    let momentum = known.load(simd, column + i);
                    let nu = self.term.scalar(self.context.particle, &momentum, &field) * self.courant;
                    let weights: Six<Lanes<S, R>> = flux::uniform_weights(nu, self.context.dissipation);
                    weights[0].store(a, i);
                    weights[1].store(b, i);
                    weights[2].store(c, i);
                    weights[3].store(d, i);
                    weights[4].store(e, i);
                    weights[5].store(f, i);
                }
            },
        );
    }
}
