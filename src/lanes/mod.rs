//! What formulas are made of: numbers and vectors of three, one at a time or one in each lane of a
//! vector of the processor. A formula written for [`Number`] and [`Vector`] is written once.

mod simd;

use std::ops::{Add, Div, Mul, Neg, Sub};

use glam::DVec3;

pub use simd::{LaneSum, Lanes, MOST_LANES, Triple};

/// A real number, or one in each lane. Constants are rounded where they meet one.
pub trait Number:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    /// Has the digits of an f64, and needs as many of a series.
    const DOUBLE: bool;
    /// `value` in the lanes of such a number.
    fn like(self, value: f64) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The magnitude.
    fn abs(self) -> Self;
    /// The lesser of two.
    fn min(self, other: Self) -> Self;
    /// 1/x.
    #[inline(always)]
    fn inverse(self) -> Self {
        self.like(1.0) / self
    }
}

impl Number for f64 {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn like(self, value: f64) -> f64 {
        value
    }
    #[inline(always)]
    fn sqrt(self) -> f64 {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn abs(self) -> f64 {
        f64::abs(self)
    }
    #[inline(always)]
    fn min(self, other: f64) -> f64 {
        f64::min(self, other)
    }
}

/// A vector of three numbers.
pub trait Vector:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Neg<Output = Self>
    + Mul<Self::Number, Output = Self>
    + Mul<f64, Output = Self>
{
    /// Of its components.
    type Number: Number;
    /// `value` in the lanes of such a vector.
    fn like(self, value: DVec3) -> Self;
    /// The component along direction 0, 1 or 2.
    fn along(self, axis: usize) -> Self::Number;
    /// The scalar product.
    fn dot(self, other: Self) -> Self::Number;
    /// The vector product.
    fn cross(self, other: Self) -> Self;
    /// That of the direction `axis` with it: e_axis x v.
    fn across(self, axis: usize) -> Self;
    /// Its square.
    #[inline(always)]
    fn length_squared(self) -> Self::Number {
        self.dot(self)
    }
    /// Its length.
    #[inline(always)]
    fn length(self) -> Self::Number {
        self.dot(self).sqrt()
    }
}

impl Vector for DVec3 {
    type Number = f64;
    #[inline(always)]
    fn like(self, value: DVec3) -> DVec3 {
        value
    }
    #[inline(always)]
    fn along(self, axis: usize) -> f64 {
        self[axis]
    }
    #[inline(always)]
    fn dot(self, other: DVec3) -> f64 {
        DVec3::dot(self, other)
    }
    #[inline(always)]
    fn cross(self, other: DVec3) -> DVec3 {
        DVec3::cross(self, other)
    }
    #[inline(always)]
    fn across(self, axis: usize) -> DVec3 {
        DVec3::AXES[axis].cross(self)
    }
}
