//! The state: four components (w0, w1, w2, w3) per cell, or w0 alone.

use std::ops::Range;

use glam::DVec4;

use crate::error::Result;
use crate::precision::Numbers;

/// Cells that are handled at a time where a state is walked over: 4 MiB with spin in f64. A walk takes the cells in their
/// order, in parts of about as many.
pub const PART: usize = 1 << 17;

/// `count` in runs of `most`, in order.
pub fn runs(count: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(most).map(move |first| first..count.min(first + most))
}

/// A state of which any cells can be had, wherever it is.
pub trait Cells {
    /// Number of cells.
    fn cells(&self) -> usize;

    /// Numbers per cell: 1 or 4.
    fn components(&self) -> usize;

    /// Numbers of some cells.
    ///
    /// # Errors
    ///
    /// [`Error::Input`](crate::Error::Input) where they cannot be made, or read.
    fn take(&self, cells: Range<usize>) -> Result<Numbers>;

    /// All of it, in double precision.
    ///
    /// # Errors
    ///
    /// Those of [`Cells::take`].
    fn held(&self) -> Result<State> {
        let (each, mut numbers) = (self.components(), Vec::new());
        for cells in runs(self.cells(), PART) {
            numbers.extend(self.take(cells)?.widened());
        }
        Ok(State::from_numbers(&numbers, each))
    }
}

impl Cells for State {
    fn cells(&self) -> usize {
        State::cells(self)
    }

    fn components(&self) -> usize {
        State::components(self)
    }

    fn take(&self, cells: Range<usize>) -> Result<Numbers> {
        Ok(Numbers::F64(self.numbers_of(cells)))
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
            State::Spinless(_) => 1,
            State::Spin(_) => 4,
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
        if components == 1 {
            State::Spinless(numbers.to_vec())
        } else {
            State::Spin(numbers.chunks_exact(4).map(DVec4::from_slice).collect())
        }
    }
}
