//! A part of lines of which each has one speed. Nothing couples the numbers of a cell, which are therefore
//! left as the state holds them.

use std::ops::Range;

use fearless_simd::Simd;

use super::cell::Spinless;
use super::flux::{self, Six};
use super::part::Part;
use super::planes::{self, Vectors};
use crate::lanes::{Lanes, MOST_LANES};
use crate::operators::FLUX_REACH;
use crate::precision::Real;

/// Numbers of a row at most; more may be loaded.
pub const ROW_NUMBERS: usize = 256;
const WITH_OVERRUN: usize = ROW_NUMBERS + MOST_LANES;

/// Arrays of fixed lengths, so that one comparison bounds the loads from all of them.
type Weights<R> = [[R; planes::LENGTH + MOST_LANES]; 6];

/// Old numbers, the weights of their lines, and fluxes.
pub struct UniformPart<R> {
    components: usize,
    /// Numbers of a row.
    width: usize,
    /// Row after row, from those before the first on.
    old: Vec<R>,
    /// Whether lines follow each other in the state, so that each fills vectors by itself. A row is then one cell.
    lines_apart: bool,
    /// Six for each number of a row; where a row is one cell, all the same.
    weights: Box<Weights<R>>,
    /// What flows through the lower faces: of the next row, or of all rows where a row is one cell.
    fluxes: Vec<R>,
    /// The row above which lines are closed.
    closed: Option<usize>,
}

impl<R: Real> UniformPart<R> {
    /// For rows of at most `width` cells, `length` cells in all.
    pub fn new(components: usize, width: usize, length: usize) -> Self {
        let numbers = |cells: usize| vec![R::default(); cells * components + MOST_LANES];
        // Where rows are cells, of several lines.
        let weights = Box::new([[R::default(); _]; 6]);
        let fluxes = numbers(if width == 1 { length } else { ROW_NUMBERS });
        // The last of many lines side by side may be alone in its rows, too.
        let lines_apart = width == 1;
        let old = numbers(length + ROW_NUMBERS);
        UniformPart { components, width, lines_apart, old, weights, fluxes, closed: None }
    }

    /// Arrays for the weights of cells, to be filled before [`UniformPart::spread`].
    pub fn weights(&mut self) -> [&mut [R]; 6] {
        self.weights.each_mut().map(|weights| &mut weights[..])
    }

    /// Makes of the weights of cells those of numbers, the last cell first.
    pub fn spread(&mut self) {
        for weights in self.weights.iter_mut() {
            for cell in (0..self.width / self.components).rev() {
                let weight = weights[cell];
                weights[cell * self.components..(cell + 1) * self.components].fill(weight);
            }
        }
    }

    /// Advances a whole line, number `line` of those that weights were filled for.
    pub fn advance_line<S: Simd>(&mut self, simd: S, line: usize, periodic: bool, stored: &mut [R]) {
        let width = self.components;
        let (around, count) = (FLUX_REACH * width, stored.len());
        let UniformPart { old, weights, fluxes, .. } = self;
        old[around..around + count].copy_from_slice(stored);
        for k in 0..around {
            let outside = [around + count + k, around - 1 - k];
            let inside = [around + k % count, around + count - 1 - k % count];
            outside.into_iter().zip(inside).for_each(|(to, from)| {
                old[to] = if periodic { old[from] } else { R::default() };
            });
        }
        simd.vectorize(
            #[inline(always)]
            || {
                let weights = of_line(simd, weights, line);
                for i in (0..count + width).step_by(Lanes::<S, R>::COUNT) {
                    flux_at(simd, old, i, width, weights).store(fluxes, i);
                }
                if !periodic {
                    fluxes[..width].fill(R::default());
                    fluxes[count..count + width].fill(R::default());
                }
                for i in (0..count).step_by(Lanes::<S, R>::COUNT) {
                    let (lower, upper) = (Lanes::load(simd, fluxes, i), Lanes::load(simd, fluxes, i + width));
                    (Lanes::load(simd, old, around + i) - (upper - lower)).store_some(stored, i);
                }
            },
        );
    }

    /// Before `rows` rows are given; whether they are the first of their lines, and where these are closed, below and above.
    pub fn prepare<S: Simd>(&mut self, simd: S, rows: usize, first: bool, closed: [bool; 2]) {
        let width = self.width;
        self.closed = closed[1].then_some(rows - 1);
        let faces = if self.lines_apart { (rows + 1) * width } else { width };
        if self.lines_apart || first {
            self.flow(simd, faces);
            if closed[0] {
                self.fluxes[..width].fill(R::default());
            }
        }
        if self.lines_apart && closed[1] {
            self.fluxes[rows * width..faces].fill(R::default());
        }
    }

    /// Fluxes through the first lower faces.
    fn flow<S: Simd>(&mut self, simd: S, faces: usize) {
        let (width, apart) = (self.width, self.lines_apart);
        let UniformPart { old, weights, fluxes, .. } = self;
        simd.vectorize(
            #[inline(always)]
            || {
                let alike = of_line(simd, weights, 0);
                for i in (0..faces).step_by(Lanes::<S, R>::COUNT) {
                    let weights = if apart { alike } else { of_number(simd, weights, i) };
                    flux_at(simd, old, i, width, weights).store(fluxes, i);
                }
            },
        );
    }

    /// One row of lines that lie side by side.
    fn give_row<S: Simd>(&mut self, simd: S, row: usize, stored: &mut [R]) {
        let (width, first, closed) = (self.width, row * self.width, self.closed == Some(row));
        let UniformPart { old, weights, fluxes, .. } = self;
        simd.vectorize(
            #[inline(always)]
            || {
                let around = row_of(old, first + FLUX_REACH * width);
                let fluxes = fluxes.first_chunk_mut::<WITH_OVERRUN>().expect("a row has room");
                let rows = [
                    row_of(old, first + width),
                    row_of(old, first + 2 * width),
                    around,
                    row_of(old, first + 4 * width),
                    row_of(old, first + 5 * width),
                    row_of(old, first + 6 * width),
                ];
                for i in (0..width).step_by(Lanes::<S, R>::COUNT) {
                    let upper = match closed {
                        true => Lanes::splat(simd, 0.0),
                        false => flux::weighted(of_rows(simd, rows, i), of_number(simd, weights, i)).0,
                    };
                    let u = Lanes::load(simd, around, i);
                    (u - (upper - Lanes::load(simd, fluxes, i))).store_some(stored, i);
                    upper.store(fluxes, i);
                }
            },
        );
    }

    /// Some rows of one line.
    fn give_line<S: Simd>(&mut self, simd: S, first: usize, stored: &mut [R]) {
        let UniformPart { width, old, fluxes, .. } = self;
        simd.vectorize(
            #[inline(always)]
            || {
                for i in (0..stored.len()).step_by(Lanes::<S, R>::COUNT) {
                    let at = first + i;
                    let u = Lanes::load(simd, old, at + FLUX_REACH * *width);
                    let (lower, upper) = (Lanes::load(simd, fluxes, at), Lanes::load(simd, fluxes, at + *width));
                    (u - (upper - lower)).store_some(stored, i);
                }
            },
        );
    }
}

impl<R: Real> Part<R> for UniformPart<R> {
    fn set_width(&mut self, cells: usize) {
        self.width = cells * self.components;
    }

    fn put<S: Simd>(&mut self, _: S, row: usize, stored: &[R]) {
        self.old[row * self.width..][..stored.len()].copy_from_slice(stored);
    }

    fn clear(&mut self, rows: Range<usize>) {
        self.old[rows.start * self.width..rows.end * self.width].fill(R::default());
    }

    fn keep(&mut self, from: usize, count: usize) {
        self.old.copy_within(from * self.width..(from + count) * self.width, 0);
    }

    fn give<S: Simd>(&mut self, simd: S, row: usize, stored: &mut [R]) {
        if self.lines_apart {
            return self.give_line(simd, row * self.width, stored);
        }
        for (row, stored) in (row..).zip(stored.chunks_exact_mut(self.width)) {
            self.give_row(simd, row, stored);
        }
    }
}

/// The flux through the lower faces of the numbers from `at` on.
#[inline(always)]
fn flux_at<S: Simd, R: Real>(simd: S, old: &[R], at: usize, width: usize, weights: Six<Lanes<S, R>>) -> Lanes<S, R> {
    let u: Six<Spinless<Vectors<S, R>>> = [
        Spinless(Lanes::load(simd, old, at)),
        Spinless(Lanes::load(simd, old, at + width)),
        Spinless(Lanes::load(simd, old, at + 2 * width)),
        Spinless(Lanes::load(simd, old, at + 3 * width)),
        Spinless(Lanes::load(simd, old, at + 4 * width)),
        Spinless(Lanes::load(simd, old, at + 5 * width)),
    ];
    flux::weighted(u, weights).0
}

/// The row of numbers from `at` on.
#[inline(always)]
fn row_of<R>(old: &[R], at: usize) -> &[R; WITH_OVERRUN] {
    old[at..].first_chunk().expect("rows have room")
}

/// One number of each of six rows.
#[inline(always)]
fn of_rows<S: Simd, R: Real>(simd: S, rows: [&[R; WITH_OVERRUN]; 6], at: usize) -> Six<Spinless<Vectors<S, R>>> {
    [
        Spinless(Lanes::load(simd, rows[0], at)),
        Spinless(Lanes::load(simd, rows[1], at)),
        Spinless(Lanes::load(simd, rows[2], at)),
        Spinless(Lanes::load(simd, rows[3], at)),
        Spinless(Lanes::load(simd, rows[4], at)),
        Spinless(Lanes::load(simd, rows[5], at)),
    ]
}

/// The weights of the numbers from `at` on.
#[inline(always)]
fn of_number<S: Simd, R: Real>(simd: S, weights: &Weights<R>, at: usize) -> Six<Lanes<S, R>> {
    [
        Lanes::load(simd, &weights[0], at),
        Lanes::load(simd, &weights[1], at),
        Lanes::load(simd, &weights[2], at),
        Lanes::load(simd, &weights[3], at),
        Lanes::load(simd, &weights[4], at),
        Lanes::load(simd, &weights[5], at),
    ]
}

/// Those of number `line`, in all lanes.
#[inline(always)]
fn of_line<S: Simd, R: Real>(simd: S, weights: &Weights<R>, line: usize) -> Six<Lanes<S, R>> {
    [
        Lanes::splat(simd, weights[0][line].into()),
        Lanes::splat(simd, weights[1][line].into()),
        Lanes::splat(simd, weights[2][line].into()),
        Lanes::splat(simd, weights[3][line].into()),
        Lanes::splat(simd, weights[4][line].into()),
        Lanes::splat(simd, weights[5][line].into()),
    ]
}
