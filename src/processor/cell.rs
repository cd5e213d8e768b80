//! The value of a cell, one or one in each lane: w0 alone, or (w0, w).

use std::ops::{Add, Mul, Sub};

use crate::lanes::Vector;

/// Speed at a cell or a face as Courant numbers; the matrix is v + c.sigma.
#[derive(Clone, Copy)]
pub struct Rate<V: Vector> {
    /// Of all components.
    pub v: V::Number,
    /// Couples w0 with w.
    pub c: V,
}

impl<V: Vector> Add for Rate<V> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Rate { v: self.v + other.v, c: self.c + other.c }
    }
}

impl<V: Vector> Sub for Rate<V> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Rate { v: self.v - other.v, c: self.c - other.c }
    }
}

impl<V: Vector> Mul<f64> for Rate<V> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: f64) -> Self {
        Rate { v: self.v * factor, c: self.c * factor }
    }
}

/// The numbers of a cell.
pub type NumberOf<C> = <<C as Cell>::Vector as Vector>::Number;

/// What sweeps and readings do with a cell.
pub trait Cell: Copy + Add<Output = Self> + Sub<Output = Self> {
    /// Of w; its numbers are those of the cell.
    type Vector: Vector;
    /// Numbers per cell.
    const COMPONENTS: usize;
    /// w0 = Tr W.
    fn density(self) -> NumberOf<Self>;
    /// w_k = Tr(sigma_k W); none without spin.
    fn spin(self) -> Option<Self::Vector>;
    /// Each number times one in the same lane.
    fn times(self, factor: NumberOf<Self>) -> Self;
    /// Each number times a constant.
    fn scaled(self, factor: f64) -> Self;
    /// The flux matrix applied to this cell: (v w0 + c.w, v w + c w0).
    fn carried(self, by: Rate<Self::Vector>) -> Self;
}

/// w0 alone.
#[derive(Clone, Copy)]
pub struct Spinless<V: Vector>(pub V::Number);

/// (w0, w).
#[derive(Clone, Copy)]
pub struct Spin<V: Vector> {
    pub w0: V::Number,
    pub w: V,
}

impl<V: Vector> Add for Spinless<V> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Spinless(self.0 + other.0)
    }
}

impl<V: Vector> Sub for Spinless<V> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Spinless(self.0 - other.0)
    }
}

impl<V: Vector> Cell for Spinless<V> {
    type Vector = V;
    const COMPONENTS: usize = 1;
    #[inline(always)]
    fn density(self) -> V::Number {
        self.0
    }
    #[inline(always)]
    fn spin(self) -> Option<V> {
        None
    }
    #[inline(always)]
    fn times(self, factor: V::Number) -> Self {
        Spinless(self.0 * factor)
    }
    #[inline(always)]
    fn scaled(self, factor: f64) -> Self {
        Spinless(self.0 * factor)
    }
    #[inline(always)]
    fn carried(self, by: Rate<V>) -> Self {
        Spinless(self.0 * by.v)
    }
}

impl<V: Vector> Add for Spin<V> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Spin { w0: self.w0 + other.w0, w: self.w + other.w }
    }
}

impl<V: Vector> Sub for Spin<V> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Spin { w0: self.w0 - other.w0, w: self.w - other.w }
    }
}

impl<V: Vector> Cell for Spin<V> {
    type Vector = V;
    const COMPONENTS: usize = 4;
    #[inline(always)]
    fn density(self) -> V::Number {
        self.w0
    }
    #[inline(always)]
    fn spin(self) -> Option<V> {
        Some(self.w)
    }
    #[inline(always)]
    fn times(self, factor: V::Number) -> Self {
        Spin { w0: self.w0 * factor, w: self.w * factor }
    }
    #[inline(always)]
    fn scaled(self, factor: f64) -> Self {
        Spin { w0: self.w0 * factor, w: self.w * factor }
    }
    #[inline(always)]
    fn carried(self, by: Rate<V>) -> Self {
        Spin { w0: self.w0 * by.v + self.w.dot(by.c), w: self.w * by.v + by.c * self.w0 }
    }
}
