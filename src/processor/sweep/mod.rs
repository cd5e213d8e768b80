//! Sweeps along an axis, in place: parts of neighbouring lines are copied into the cache, advanced
//! there, and put back. Twin of `shaders/shared/sweep.wgsl` and `series.wgsl`.

mod lines;
mod speeds;

use std::ops::Range;

use fearless_simd::{Simd, dispatch};

use super::momenta::Momenta;
use super::part::Part;
use super::planes;
use super::rows::{Layout, Rows, Strip};
use super::uniform::{self, UniformPart};
use super::varying::VaryingPart;
use super::{Cells, Context, Field};
use crate::grid::MOMENTUM;
use crate::lanes::Vector;
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
}
