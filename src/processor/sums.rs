//! Readings: sums over the momentum cells of each space cell, in f64 whatever the precision of the state. What is added up
//! is worked out in f64 as well, or where a step waits for it in the precision of the state, as on devices. Their order is
//! the same for any number of threads.

use std::ops::Range;

use fearless_simd::{Simd, dispatch};
use glam::DVec3;
use rayon::prelude::*;

use super::cell::{Spin, Spinless};
use super::momenta::{Known, Momenta};
use super::pieces::{PIECE, ranges};
use super::planes::{LaneCell, Vectors};
use super::{Cells, Context, Field};
use crate::grid::Grid;
use crate::lanes::{LaneSum, Lanes, MOST_LANES, Number, Vector};
use crate::operators::{Build, FieldSample, Reading, Sums, Term, Work};
use crate::physics::{Momentum, Particle};
use crate::precision::Real;

/// Cells that are worth the call of another thread.
const TOGETHER: usize = 1 << 14;
/// The most sums of a reading.
const MOST_SUMS: usize = 24;

/// A term that adds up what cells have.
pub trait Moments: Term + Sync {
    /// Whether it asks which cells are at edges.
    const EDGES: bool = false;
    /// Precision in which it works out what cells of the precision `R` have.
    type In<R: Real>: Real;
    /// Adds the sums of a cell in the order of the term's list.
    fn add<S: Simd, R: Real, C: LaneCell<S, R>>(
        self,
        particle: &Particle,
        cell: C,
        at: &Place<Vectors<S, R>>,
        sums: &mut Totals<S, R>,
    );
}

/// Where a cell is.
pub struct Place<V: Vector> {
    pub momentum: Momentum<V>,
    pub field: Field<V>,
    /// 1 where it is the first or last of a momentum axis, else 0.
    pub edge: V::Number,
    /// 0, or infinite in lanes beyond the last cell.
    pub beyond: V::Number,
}

/// Running sums, to which one cell after the other adds from the first on.
pub struct Totals<S: Simd, R: Real> {
    totals: [LaneSum<S>; MOST_SUMS],
    next: usize,
    least: Lanes<S, R>,
}

impl<S: Simd, R: Real> Totals<S, R> {
    /// Adds to the next sum.
    #[inline(always)]
    pub fn number(&mut self, value: Lanes<S, R>) {
        self.totals[self.next].add(value);
        self.next += 1;
    }

    /// Adds to the next three.
    #[inline(always)]
    pub fn vector(&mut self, value: Vectors<S, R>) {
        self.three(value.x, value.y, value.z);
    }

    /// The same with each component by itself.
    #[inline(always)]
    pub fn three(&mut self, x: Lanes<S, R>, y: Lanes<S, R>, z: Lanes<S, R>) {
        self.number(x);
        self.number(y);
        self.number(z);
    }

    /// Leaves the next sums as they are.
    #[inline(always)]
    pub fn pass(&mut self, sums: usize) {
        self.next += sums;
    }

    /// The least of all values counts.
    #[inline(always)]
    pub fn least(&mut self, value: Lanes<S, R>) {
        self.least = self.least.min(value);
    }
}

/// What a reading's cells add up to, space cell by space cell.
pub fn reading<T: Moments, R: Real>(
    context: Context,
    cells: &Cells<R>,
    fields: &[FieldSample],
    term: T,
) -> Option<Reading> {
    let momentum_cells = context.grid.momentum_cells();
    let ranges: Vec<Range<usize>> = ranges(momentum_cells).collect();
    let spaces = fields.len();
    let together = (TOGETHER / momentum_cells.min(PIECE)).max(spaces / (8 * rayon::current_num_threads()));
    // One task is one range of momenta at some space cells.
    let tasks: Vec<(Range<usize>, Range<usize>)> = (0..spaces)
        .step_by(together)
        .flat_map(|first| ranges.iter().map(move |range| (first..spaces.min(first + together), range.clone())))
        .collect();
    let partial: Vec<Vec<Partial>> = tasks
        .into_par_iter()
        .map(|(spaces, momenta)| {
            let task = Task { context, fields, term, momenta };
            dispatch!(context.level, simd => task.add_up::<_, R, T::In<R>>(simd, cells, spaces))
        })
        .collect();
    let Work::Sums { list, extra, .. } = term.kernel(Build::default()).work else {
        unreachable!("a reading is made of sums")
    };
    let volume = context.grid.momentum_volume();
    let mut sums: Vec<Sums> = Vec::with_capacity(spaces);
    for parts in partial.chunks(ranges.len()) {
        for space in 0..parts[0].len() {
            let of_space = parts.iter().map(|part| &part[space]);
            let mut values = vec![0.0; crate::operators::position(list, "")];
            let mut least = f64::INFINITY;
            for part in of_space {
                values.iter_mut().zip(part.totals).for_each(|(value, total)| *value += total * volume);
                least = least.min(part.least);
            }
            sums.push(Sums { list, values, least: vec![least; extra] });
        }
    }
    term.reading(&sums, context.particle)
}

/// What some cells add up to.
#[derive(Clone, Copy)]
struct Partial {
    totals: [f64; MOST_SUMS],
    least: f64,
}

/// A range of momenta.
struct Task<'a, T> {
    context: Context<'a>,
    fields: &'a [FieldSample],
    term: T,
    momenta: Range<usize>,
}

impl<T: Moments> Task<'_, T> {
    /// One result for each space cell; cells of the precision `R` are worked with in `A`.
    fn add_up<S: Simd, R: Real, A: Real>(&self, simd: S, cells: &Cells<R>, spaces: Range<usize>) -> Vec<Partial> {
        let mut desk = self.context.store.lend(None, Desk::<A>::default);
        let Desk { columns, numbers } = &mut *desk;
        columns.set(self.context.grid, self.momenta.clone(), None);
        let edges = Edges::of(self.context.grid, self.momenta.clone(), T::EDGES);
        let (momentum_cells, count) = (self.context.grid.momentum_cells(), self.momenta.len());
        // Lanes beyond the last cell hold nothing, whatever the range before had there.
        numbers.clear();
        numbers.resize(cells.components * (count + MOST_LANES), A::default());
        let of_space_cell = |space: usize| {
            let first = space * momentum_cells + self.momenta.start;
            let held = &cells.numbers[first * cells.components..(first + count) * cells.components];
            simd.vectorize(
                #[inline(always)]
                || numbers.iter_mut().zip(held).for_each(|(number, &held)| *number = A::nearest(held.into())),
            );
            let field = &self.fields[space];
            let known = columns.add(simd, self.context.particle, field.p);
            match cells.components {
                1 => self.add_cells::<S, A, Spinless<_>>(simd, numbers, known, &edges, field),
                _ => self.add_cells::<S, A, Spin<_>>(simd, numbers, known, &edges, field),
            }
        };
        spaces.map(of_space_cell).collect()
    }

    fn add_cells<S: Simd, R: Real, C: LaneCell<S, R>>(
        &self,
        simd: S,
        numbers: &[R],
        known: Known<R>,
        edges: &Edges<R>,
        field: &FieldSample,
    ) -> Partial {
        simd.vectorize(
            #[inline(always)]
            || {
                let (particle, field, known) = (self.context.particle, Field::splat(simd, field), known.alike());
                let least = Lanes::splat(simd, f64::INFINITY);
                let mut sums = Totals { totals: [LaneSum::zero(simd); MOST_SUMS], next: 0, least };
                for i in (0..self.momenta.len()).step_by(Lanes::<S, R>::COUNT) {
                    let (edge, beyond) = (Lanes::load(simd, &edges.edge, i), Lanes::load(simd, &edges.beyond, i));
                    sums.next = 0;
                    self.term.add(
                        particle,
                        C::load_stored(simd, numbers, i),
                        &Place { momentum: known.load(simd, i), field, edge, beyond },
                        &mut sums,
                    );
                }
                let mut totals = [0.0; MOST_SUMS];
                totals.iter_mut().zip(sums.totals).for_each(|(total, lanes)| *total = lanes.total());
                Partial { totals, least: sums.least.least() }
            },
        )
    }
}

/// What a thread needs for a range.
#[derive(Default)]
struct Desk<A> {
    columns: Momenta<A>,
    numbers: Vec<A>,
}

/// Which cells of a range are at the edges of momentum axes, and which lanes beyond its end.
struct Edges<R> {
    edge: Vec<R>,
    beyond: Vec<R>,
}

impl<R: Real> Edges<R> {
    fn of(grid: &Grid, momenta: Range<usize>, wanted: bool) -> Self {
        let count = momenta.len();
        let mut edge = vec![R::default(); count + MOST_LANES];
        let (shape, strides) = (grid.shape(), grid.strides());
        for slot in grid.momenta().filter(|_| wanted) {
            let last = shape[slot] - 1;
            for (edge, cell) in edge.iter_mut().zip(momenta.clone()) {
                let index = cell / strides[slot] % shape[slot];
                if index == 0 || index == last {
                    *edge = R::nearest(1.0);
                }
            }
        }
        let mut beyond = vec![R::default(); count];
        beyond.resize(count + MOST_LANES, R::nearest(f64::INFINITY));
        Edges { edge, beyond }
    }
}

/// A direction as a vector of lanes.
#[inline(always)]
pub fn unit<V: Vector>(like: V, axis: usize) -> V {
    like.like(DVec3::AXES[axis])
}
