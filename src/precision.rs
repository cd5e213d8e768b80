//! Precision of a state on a device and of all arithmetic on it, chosen at run time.

use std::fmt;

use bytemuck::Pod;
use fearless_simd::{Simd, SimdFloatElement, SimdWiden};

/// A precision that kernels can be built for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Single: 24 binary digits.
    #[default]
    F32,
    /// Double: 53 binary digits.
    F64,
}

impl Precision {
    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        match self {
            Precision::F32 => size_of::<f32>(),
            Precision::F64 => size_of::<f64>(),
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Precision::F32 => "f32",
            Precision::F64 => "f64",
        })
    }
}

/// A number of a device: `real` of the shaders, and of the processor's vectors.
pub trait Real: sealed::Sealed + SimdFloatElement + Pod + Send + Sync + Into<f64> {
    /// Which of them it is.
    const PRECISION: Precision;
    /// The nearest number of this precision.
    fn nearest(value: f64) -> Self;
    /// Some numbers, and their precision.
    fn numbers(numbers: Vec<Self>) -> Numbers;
    /// Adds a vector to a running sum in double precision, which has as many lanes: the second half of a vector in
    /// single precision has a sum of its own.
    fn add_to<S: Simd>(lanes: Self::Native<S>, sums: &mut [S::f64s; 2]);
}

impl Real for f32 {
    const PRECISION: Precision = Precision::F32;
    #[inline(always)]
    fn nearest(value: f64) -> Self {
        value as f32
    }
    fn numbers(numbers: Vec<f32>) -> Numbers {
        Numbers::F32(numbers)
    }
    #[inline(always)]
    fn add_to<S: Simd>(lanes: S::f32s, [lower, upper]: &mut [S::f64s; 2]) {
        let (low, high) = lanes.widen();
        (*lower, *upper) = (*lower + low, *upper + high);
    }
}

impl Real for f64 {
    const PRECISION: Precision = Precision::F64;
    #[inline(always)]
    fn nearest(value: f64) -> Self {
        value
    }
    fn numbers(numbers: Vec<f64>) -> Numbers {
        Numbers::F64(numbers)
    }
    #[inline(always)]
    fn add_to<S: Simd>(lanes: S::f64s, [sum, _]: &mut [S::f64s; 2]) {
        *sum += lanes;
    }
}

/// Numbers of some cells, cell by cell, in the precision of a device.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// As a device in single precision holds them.
    F32(Vec<f32>),
    /// As a device in double precision, or the reference, holds them.
    F64(Vec<f64>),
}

impl Numbers {
    /// In double precision, which holds them all.
    pub fn widened(self) -> Vec<f64> {
        match self {
            Numbers::F32(numbers) => numbers.into_iter().map(f64::from).collect(),
            Numbers::F64(numbers) => numbers,
        }
    }

    /// Numbers, of which a cell has one or four.
    pub fn len(&self) -> usize {
        match self {
            Numbers::F32(numbers) => numbers.len(),
            Numbers::F64(numbers) => numbers.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// In another precision, rounded where it is the lesser.
    pub fn rounded<R: Real>(&self) -> Vec<R> {
        match self {
            Numbers::F32(numbers) => numbers.iter().map(|&number| R::nearest(number.into())).collect(),
            Numbers::F64(numbers) => numbers.iter().map(|&number| R::nearest(number)).collect(),
        }
    }
}

/// Shaders exist for these two alone.
mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}
