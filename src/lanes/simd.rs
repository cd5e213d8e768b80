//! Vectors of the processor as numbers. Everything is inlined: a call would lose the instruction set.

use std::ops::{Add, Div, Mul, Neg, Sub};

use fearless_simd::{Simd, prelude::*};
use glam::DVec3;

use super::{Number, Vector};
use crate::precision::{Precision, Real};

/// The most lanes of any instruction set and precision.
pub const MOST_LANES: usize = 16;

/// A number in each lane of a vector as wide as the instruction set `S` has.
#[derive(Clone, Copy)]
pub struct Lanes<S: Simd, R: Real>(R::Native<S>);

impl<S: Simd, R: Real> Lanes<S, R> {
    /// How many.
    pub const COUNT: usize = <R::Native<S> as SimdBase<S>>::LEN;

    /// `value` in all lanes.
    #[inline(always)]
    pub fn splat(simd: S, value: f64) -> Self {
        Lanes(R::Native::<S>::splat(simd, R::nearest(value)))
    }

    /// As many numbers as there are lanes, from `at` on.
    #[inline(always)]
    pub fn load(simd: S, numbers: &[R], at: usize) -> Self {
        Lanes(R::Native::<S>::from_slice(simd, &numbers[at..at + Self::COUNT]))
    }

    /// Writes the lanes from `at` on.
    #[inline(always)]
    pub fn store(self, numbers: &mut [R], at: usize) {
        self.0.store_slice(&mut numbers[at..at + Self::COUNT]);
    }

    /// Writes the lanes from `at` on, as far as there is room.
    #[inline(always)]
    pub fn store_some(self, numbers: &mut [R], at: usize) {
        if at + Self::COUNT <= numbers.len() {
            return self.store(numbers, at);
        }
        let mut all = [R::default(); MOST_LANES];
        self.store(&mut all, 0);
        let rest = &mut numbers[at..];
        rest.copy_from_slice(&all[..rest.len()]);
    }

    /// The four numbers of as many cells as there are lanes, each in a vector of its own.
    #[inline(always)]
    pub fn load_four(simd: S, cells: &[R], at: usize) -> [Self; 4] {
        let count = Self::COUNT;
        let cells = &cells[at..at + 4 * count];
        let (first, second) = (Self::load(simd, cells, 0).0, Self::load(simd, cells, count).0);
        let (third, fourth) = (Self::load(simd, cells, 2 * count).0, Self::load(simd, cells, 3 * count).0);
        let (even_low, odd_low) = first.deinterleave(second);
        let (even_high, odd_high) = third.deinterleave(fourth);
        let (w0, w2) = even_low.deinterleave(even_high);
        let (w1, w3) = odd_low.deinterleave(odd_high);
        [Lanes(w0), Lanes(w1), Lanes(w2), Lanes(w3)]
    }

    /// The inverse of [`Lanes::load_four`].
    #[inline(always)]
    pub fn store_four(four: [Self; 4], cells: &mut [R], at: usize) {
        let cells = &mut cells[at..at + 4 * Self::COUNT];
        let [w0, w1, w2, w3] = four;
        let (even_low, even_high) = w0.0.interleave(w2.0);
        let (odd_low, odd_high) = w1.0.interleave(w3.0);
        let (first, second) = even_low.interleave(odd_low);
        let (third, fourth) = even_high.interleave(odd_high);
        first.store_slice(&mut cells[..Self::COUNT]);
        second.store_slice(&mut cells[Self::COUNT..2 * Self::COUNT]);
        third.store_slice(&mut cells[2 * Self::COUNT..3 * Self::COUNT]);
        fourth.store_slice(&mut cells[3 * Self::COUNT..]);
    }

    /// The least of the lanes.
    #[inline(always)]
    pub fn least(self) -> f64 {
        self.0.reduce_min().into()
    }
}

/// A running sum of vectors, in f64 whatever their precision.
#[derive(Clone, Copy)]
pub struct LaneSum<S: Simd>([S::f64s; 2]);

impl<S: Simd> LaneSum<S> {
    /// Of nothing.
    #[inline(always)]
    pub fn zero(simd: S) -> Self {
        LaneSum([S::f64s::splat(simd, 0.0); 2])
    }

    /// Adds each lane to one of the sum.
    #[inline(always)]
    pub fn add<R: Real>(&mut self, lanes: Lanes<S, R>) {
        R::add_to(lanes.0, &mut self.0);
    }

    /// The sum over the lanes.
    #[inline(always)]
    pub fn total(self) -> f64 {
        let [lower, upper] = self.0;
        (lower + upper).reduce_sum()
    }
}

/// An operation of two numbers, the second of them a vector or a constant.
macro_rules! operation {
    ($trait:ident, $name:ident, $operator:tt) => {
        impl<S: Simd, R: Real> $trait for Lanes<S, R> {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                Lanes(self.0 $operator other.0)
            }
        }

        impl<S: Simd, R: Real> $trait<f64> for Lanes<S, R> {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: f64) -> Self {
                Lanes(self.0 $operator R::nearest(other))
            }
        }
    };
}

operation!(Add, add, +);
operation!(Sub, sub, -);
operation!(Mul, mul, *);
operation!(Div, div, /);

impl<S: Simd, R: Real> Neg for Lanes<S, R> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Lanes(-self.0)
    }
}

impl<S: Simd, R: Real> Number for Lanes<S, R> {
    const DOUBLE: bool = matches!(R::PRECISION, Precision::F64);
    #[inline(always)]
    fn like(self, value: f64) -> Self {
        Self::splat(self.0.token(), value)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Lanes(self.0.sqrt())
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Lanes(self.0.abs())
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Lanes(self.0.min(other.0))
    }
}

/// A vector of three in each lane.
#[derive(Clone, Copy)]
pub struct Triple<N> {
    /// Components along the first direction.
    pub x: N,
    /// Along the second.
    pub y: N,
    /// Along the third.
    pub z: N,
}

impl<S: Simd, R: Real> Triple<Lanes<S, R>> {
    /// `value` in all lanes.
    #[inline(always)]
    pub fn splat(simd: S, value: DVec3) -> Self {
        Triple { x: Lanes::splat(simd, value.x), y: Lanes::splat(simd, value.y), z: Lanes::splat(simd, value.z) }
    }

    /// From three arrays.
    #[inline(always)]
    pub fn load(simd: S, [x, y, z]: [&[R]; 3], at: usize) -> Self {
        Triple { x: Lanes::load(simd, x, at), y: Lanes::load(simd, y, at), z: Lanes::load(simd, z, at) }
    }
}

impl<N: Number> Add for Triple<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Triple { x: self.x + other.x, y: self.y + other.y, z: self.z + other.z }
    }
}

impl<N: Number> Sub for Triple<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Triple { x: self.x - other.x, y: self.y - other.y, z: self.z - other.z }
    }
}

impl<N: Number> Neg for Triple<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Triple { x: -self.x, y: -self.y, z: -self.z }
    }
}

impl<S: Simd, R: Real> Mul<Lanes<S, R>> for Triple<Lanes<S, R>> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: Lanes<S, R>) -> Self {
        Triple { x: self.x * factor, y: self.y * factor, z: self.z * factor }
    }
}

impl<S: Simd, R: Real> Mul<f64> for Triple<Lanes<S, R>> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: f64) -> Self {
        Triple { x: self.x * factor, y: self.y * factor, z: self.z * factor }
    }
}

impl<S: Simd, R: Real> Vector for Triple<Lanes<S, R>> {
    type Number = Lanes<S, R>;
    #[inline(always)]
    fn like(self, value: DVec3) -> Self {
        Triple { x: self.x.like(value.x), y: self.y.like(value.y), z: self.z.like(value.z) }
    }
    #[inline(always)]
    fn along(self, axis: usize) -> Self::Number {
        match axis {
            0 => self.x,
            1 => self.y,
            _ => self.z,
        }
    }
    #[inline(always)]
    fn dot(self, other: Self) -> Self::Number {
        self.x * other.x + self.y * other.y + self.z * other.z
    }
    #[inline(always)]
    fn cross(self, other: Self) -> Self {
        Triple {
            x: self.y * other.z - other.y * self.z,
            y: self.z * other.x - other.z * self.x,
            z: self.x * other.y - other.x * self.y,
        }
    }
    #[inline(always)]
    fn across(self, axis: usize) -> Self {
        let zero = self.x.like(0.0);
        match axis {
            0 => Triple { x: zero, y: -self.z, z: self.y },
            1 => Triple { x: self.z, y: zero, z: -self.x },
            _ => Triple { x: -self.y, y: self.x, z: zero },
        }
    }
}
