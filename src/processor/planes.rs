//! Arrays in the cache that vectors are loaded from: one for each number of a cell.

use std::ops::Range;

use fearless_simd::Simd;

use super::cell::{Cell, Rate, Spin, Spinless};
use crate::lanes::{Lanes, MOST_LANES, Triple};
use crate::precision::Real;

/// The vectors of a formula on the instruction set `S` in the precision `R`.
pub type Vectors<S, R> = Triple<Lanes<S, R>>;

/// Numbers of an array that are used at most. Fixed, so that one comparison bounds the loads from all arrays.
pub const LENGTH: usize = 1056;
/// A load or store may run over the end by a vector.
const WITH_OVERRUN: usize = LENGTH + MOST_LANES;

/// An array for each number of a cell.
pub type Arrays<R> = [[R; WITH_OVERRUN]; 4];

/// Each begins where a cache line does: loads that cross none are twice as fast.
#[derive(Clone)]
#[repr(align(64))]
struct Aligned<R>(Arrays<R>);

/// Arrays on the heap; none where they are not needed.
pub struct Planes<R>(Vec<Aligned<R>>);

impl<R: Real> Planes<R> {
    pub fn new(needed: bool) -> Self {
        Planes(vec![Aligned([[R::default(); WITH_OVERRUN]; 4]); needed.into()])
    }

    #[inline(always)]
    pub fn arrays(&self) -> &Arrays<R> {
        &self.0.first().expect("arrays that are used are needed").0
    }

    #[inline(always)]
    pub fn arrays_mut(&mut self) -> &mut Arrays<R> {
        &mut self.0.first_mut().expect("arrays that are used are needed").0
    }

    fn each(&mut self) -> impl Iterator<Item = &mut [R; WITH_OVERRUN]> {
        self.0.iter_mut().flat_map(|arrays| &mut arrays.0)
    }

    /// Moves some numbers of the first arrays to the front.
    pub fn keep(&mut self, arrays: usize, numbers: Range<usize>) {
        self.each().take(arrays).for_each(|array| array.copy_within(numbers.clone(), 0));
    }

    /// Makes some numbers of all arrays zero.
    pub fn clear(&mut self, numbers: Range<usize>) {
        self.each().for_each(|array| array[numbers.clone()].fill(R::default()));
    }
}

/// A cell in each lane.
pub trait LaneCell<S: Simd, R: Real>: Cell<Vector = Vectors<S, R>> {
    /// From arrays of its numbers.
    fn load(simd: S, arrays: &Arrays<R>, at: usize) -> Self;
    /// Into arrays of its numbers.
    fn store(self, arrays: &mut Arrays<R>, at: usize);
    /// From cells as the state holds them, the first of them number `at`.
    fn load_stored(simd: S, cells: &[R], at: usize) -> Self;
    /// To cells as the state holds them.
    fn store_stored(self, cells: &mut [R], at: usize);
}

impl<S: Simd, R: Real> LaneCell<S, R> for Spinless<Vectors<S, R>> {
    #[inline(always)]
    fn load(simd: S, arrays: &Arrays<R>, at: usize) -> Self {
        Spinless(Lanes::load(simd, &arrays[0], at))
    }
    #[inline(always)]
    fn store(self, arrays: &mut Arrays<R>, at: usize) {
        self.0.store(&mut arrays[0], at);
    }
    #[inline(always)]
    fn load_stored(simd: S, cells: &[R], at: usize) -> Self {
        Spinless(Lanes::load(simd, cells, at))
    }
    #[inline(always)]
    fn store_stored(self, cells: &mut [R], at: usize) {
        self.0.store(cells, at);
    }
}

impl<S: Simd, R: Real> LaneCell<S, R> for Spin<Vectors<S, R>> {
    #[inline(always)]
    fn load(simd: S, arrays: &Arrays<R>, at: usize) -> Self {
        let w0 = Lanes::load(simd, &arrays[0], at);
        Spin { w0, w: Triple::load(simd, [&arrays[1], &arrays[2], &arrays[3]], at) }
    }
    #[inline(always)]
    fn store(self, arrays: &mut Arrays<R>, at: usize) {
        self.w0.store(&mut arrays[0], at);
        self.w.x.store(&mut arrays[1], at);
        self.w.y.store(&mut arrays[2], at);
        self.w.z.store(&mut arrays[3], at);
    }
    #[inline(always)]
    fn load_stored(simd: S, cells: &[R], at: usize) -> Self {
        let [w0, x, y, z] = Lanes::load_four(simd, cells, 4 * at);
        Spin { w0, w: Triple { x, y, z } }
    }
    #[inline(always)]
    fn store_stored(self, cells: &mut [R], at: usize) {
        Lanes::store_four([self.w0, self.w.x, self.w.y, self.w.z], cells, 4 * at);
    }
}

impl<S: Simd, R: Real> Rate<Vectors<S, R>> {
    /// From arrays of its numbers; the coupling is zero where there is none.
    #[inline(always)]
    pub fn load<const COUPLED: bool>(simd: S, arrays: &Arrays<R>, at: usize) -> Self {
        let v = Lanes::load(simd, &arrays[0], at);
        let c = match COUPLED {
            true => Triple::load(simd, [&arrays[1], &arrays[2], &arrays[3]], at),
            false => Triple::splat(simd, glam::DVec3::ZERO),
        };
        Rate { v, c }
    }

    /// Into arrays of its numbers.
    #[inline(always)]
    pub fn store<const COUPLED: bool>(self, arrays: &mut Arrays<R>, at: usize) {
        self.v.store(&mut arrays[0], at);
        if COUPLED {
            self.c.x.store(&mut arrays[1], at);
            self.c.y.store(&mut arrays[2], at);
            self.c.z.store(&mut arrays[3], at);
        }
    }
}

/// Cells as the state holds them into arrays from `at` on.
pub fn take<S: Simd, R: Real, C: LaneCell<S, R>>(simd: S, stored: &[R], arrays: &mut Arrays<R>, at: usize) {
    let count = stored.len() / C::COMPONENTS;
    simd.vectorize(
        #[inline(always)]
        || {
            let whole = count / Lanes::<S, R>::COUNT * Lanes::<S, R>::COUNT;
            for i in (0..whole).step_by(Lanes::<S, R>::COUNT) {
                C::load_stored(simd, stored, i).store(arrays, at + i);
            }
            if whole < count {
                // Fewer cells than lanes are left.
                let rest = &stored[whole * C::COMPONENTS..];
                let mut cells = [R::default(); 4 * MOST_LANES];
                cells[..rest.len()].copy_from_slice(rest);
                C::load_stored(simd, &cells, 0).store(arrays, at + whole);
            }
        },
    );
}

/// Cells that `cell` makes, as the state holds them: number i from arrays at `at + i`.
#[inline(always)]
pub fn give<S: Simd, R: Real, C: LaneCell<S, R>>(stored: &mut [R], at: usize, cell: impl Fn(usize) -> C) {
    let count = stored.len() / C::COMPONENTS;
    let whole = count / Lanes::<S, R>::COUNT * Lanes::<S, R>::COUNT;
    for i in (0..whole).step_by(Lanes::<S, R>::COUNT) {
        cell(at + i).store_stored(stored, i);
    }
    if whole < count {
        let rest = &mut stored[whole * C::COMPONENTS..];
        let mut cells = [R::default(); 4 * MOST_LANES];
        cell(at + whole).store_stored(&mut cells, 0);
        rest.copy_from_slice(&cells[..rest.len()]);
    }
}
