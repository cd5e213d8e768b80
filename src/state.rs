//! The state: four components (w0, w1, w2, w3) per cell, or w0 alone.

use std::ops::{Add, AddAssign, Mul, Range, Sub};

use glam::{DVec3, DVec4};

/// The value of one cell in the reference: `f64` without spin, `DVec4` with.
pub trait Cell:
    Copy + Default + Send + Sync + Add<Output = Self> + Sub<Output = Self> + AddAssign + Mul<f64, Output = Self>
{
    /// Numbers per cell.
    const COMPONENTS: usize;
    /// w0 = Tr W.
    fn density(self) -> f64;
    /// w_k = Tr(sigma_k W), zero without spin.
    fn spin(self) -> DVec3;
    /// The cell with w replaced; no change without spin.
    fn with_spin(self, spin: DVec3) -> Self;
    /// The flux matrix v + c.sigma applied to this cell: (v w0 + c.w, v w + c w0).
    fn carried(self, v: f64, c: DVec3) -> Self;
}

impl Cell for f64 {
    const COMPONENTS: usize = 1;
    fn density(self) -> f64 {
        self
    }
    fn spin(self) -> DVec3 {
        DVec3::ZERO
    }
    fn with_spin(self, _: DVec3) -> Self {
        self
    }
    fn carried(self, v: f64, _: DVec3) -> Self {
        v * self
    }
}

impl Cell for DVec4 {
    const COMPONENTS: usize = 4;
    fn density(self) -> f64 {
        self.x
    }
    fn spin(self) -> DVec3 {
        DVec3::new(self.y, self.z, self.w)
    }
    fn with_spin(self, spin: DVec3) -> Self {
        DVec4::new(self.x, spin.x, spin.y, spin.z)
    }
    fn carried(self, v: f64, c: DVec3) -> Self {
        let (density, spin) = (self.density(), self.spin());
        let carried = v * spin + c * density;
        DVec4::new(v * density + c.dot(spin), carried.x, carried.y, carried.z)
    }
}

/// All cells in storage order, in double precision.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// w0.
    Spinless(Vec<f64>),
    /// (w0, w1, w2, w3).
    Spin(Vec<DVec4>),
}

impl State {
    /// Number of cells.
    pub fn cells(&self) -> usize {
        match self {
            State::Spinless(cells) => cells.len(),
            State::Spin(cells) => cells.len(),
        }
    }

    /// Numbers per cell: 1 or 4.
    pub fn components(&self) -> usize {
        match self {
            State::Spinless(_) => f64::COMPONENTS,
            State::Spin(_) => DVec4::COMPONENTS,
        }
    }

    /// (w0, w1, w2, w3) of a cell.
    pub fn cell(&self, index: usize) -> DVec4 {
        match self {
            State::Spinless(cells) => DVec4::new(cells[index], 0.0, 0.0, 0.0),
            State::Spin(cells) => cells[index],
        }
    }

    /// All numbers, cell by cell.
    pub fn numbers(&self) -> Vec<f64> {
        self.numbers_of(0..self.cells())
    }

    /// The numbers of some cells.
    pub fn numbers_of(&self, cells: Range<usize>) -> Vec<f64> {
        match self {
            State::Spinless(all) => all[cells].to_vec(),
            State::Spin(all) => all[cells].iter().flat_map(|cell| cell.to_array()).collect(),
        }
    }

    /// The inverse of [`State::numbers`].
    pub fn from_numbers(numbers: &[f64], components: usize) -> State {
        if components == f64::COMPONENTS {
            State::Spinless(numbers.to_vec())
        } else {
            State::Spin(numbers.chunks_exact(DVec4::COMPONENTS).map(DVec4::from_slice).collect())
        }
    }
}
