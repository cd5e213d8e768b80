//! What runs recordings.

use std::ops::Range;

use super::{Reading, Recording};
use crate::error::Result;
use crate::grid::Grid;
use crate::precision::{Numbers, Precision};
use crate::state::{Cells, State};

/// Runs recordings on some machine and holds the state there.
pub trait Executor {
    /// Executes the commands in order and returns what they read out.
    ///
    /// # Errors
    ///
    /// [`Error::Device`](crate::Error::Device) where the machine fails.
    fn execute(&mut self, recording: &Recording) -> Result<Vec<Reading>>;

    /// Numbers of some cells of the state, in the precision they have there.
    ///
    /// # Errors
    ///
    /// [`Error::Device`](crate::Error::Device) where the machine fails.
    fn take(&mut self, cells: Range<usize>) -> Result<Numbers>;

    /// Replaces the cells from `first` on by as many as `numbers` make.
    ///
    /// # Errors
    ///
    /// [`Error::Device`](crate::Error::Device) where the machine fails.
    fn put(&mut self, first: usize, numbers: &Numbers) -> Result<()>;

    /// The cells of each slab: what is best taken and put at a time.
    fn slabs(&self) -> Vec<Range<usize>>;

    /// What the cells are of.
    fn grid(&self) -> &Grid;

    /// Numbers per cell: 1 or 4.
    fn components(&self) -> usize;

    /// Cells of the state.
    fn cells(&self) -> usize {
        self.grid().cells()
    }

    /// Hands over all cells in their order, part by part: the first cell of each, and its numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Device`](crate::Error::Device) where the machine fails, and those of `visit`.
    fn walk(&mut self, visit: &mut dyn FnMut(usize, &Numbers) -> Result<()>) -> Result<()> {
        for cells in self.grid().parts() {
            let first = cells.start;
            visit(first, &self.take(cells)?)?;
        }
        Ok(())
    }

    /// Some cells of the state, in double precision.
    ///
    /// # Errors
    ///
    /// [`Error::Device`](crate::Error::Device) where the machine fails.
    fn read(&mut self, cells: Range<usize>) -> Result<State> {
        Ok(State::from_numbers(&self.take(cells)?.widened(), self.components()))
    }

    /// The whole state, in double precision.
    ///
    /// # Errors
    ///
    /// [`Error::Device`](crate::Error::Device) where the machine fails.
    fn state(&mut self) -> Result<State> {
        self.read(0..self.cells())
    }

    /// Replaces the state by another of the same grid, part by part.
    ///
    /// # Errors
    ///
    /// [`Error::Device`](crate::Error::Device) where the machine fails, and those of [`Cells::take`].
    fn write(&mut self, state: &dyn Cells) -> Result<()> {
        assert_eq!(self.cells(), state.cells(), "state and grid differ in size");
        for cells in self.grid().parts() {
            let first = cells.start;
            self.put(first, &state.take(cells)?)?;
        }
        Ok(())
    }

    /// What executes: adapter, driver, precision; for notices and the run record.
    fn description(&self) -> ExecutorDescription;
}

/// Says on what a run was computed.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ExecutorDescription {
    /// Adapter and its kind, or that it is the processor.
    pub device: String,
    /// Interface of the adapter; instructions that the processor uses.
    pub backend: String,
    /// Of the processor; they change no digit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
    /// Name and version; empty for the processor.
    pub driver: String,
    /// Of the state and all arithmetic on it.
    pub precision: Precision,
}

impl ExecutorDescription {
    /// Interface of the adapter, or threads of the processor and their instructions, in words.
    pub fn interface(&self) -> String {
        self.threads.map_or_else(|| self.backend.clone(), |threads| format!("{threads} threads, {}", self.backend))
    }

    /// Whether the other leaves the same digits.
    pub fn computes_as(&self, other: &ExecutorDescription) -> bool {
        ExecutorDescription { threads: other.threads, ..self.clone() } == *other
    }
}
