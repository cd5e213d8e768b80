//! What runs recordings.

use std::ops::Range;

use super::{Reading, Recording};
use crate::error::Result;
use crate::precision::{Numbers, Precision};
use crate::state::State;

/// Numbers that are handed over at a time when a state is replaced: 64 MiB.
const PUT_AT_ONCE: usize = 8 << 20;

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

    /// Numbers per cell: 1 or 4.
    fn components(&self) -> usize;

    /// Cells of the state.
    fn cells(&self) -> usize {
        self.slabs().last().map_or(0, |last| last.end)
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

    /// Replaces the state by another of the same grid.
    ///
    /// # Errors
    ///
    /// [`Error::Device`](crate::Error::Device) where the machine fails.
    fn write(&mut self, state: &State) -> Result<()> {
        assert_eq!(self.cells(), state.cells(), "state and grid differ in size");
        let most = PUT_AT_ONCE / self.components();
        for first in (0..state.cells()).step_by(most) {
            let cells = first..state.cells().min(first + most);
            self.put(first, &Numbers::F64(state.numbers_of(cells)))?;
        }
        Ok(())
    }

    /// What executes: adapter, driver, precision; for notices and the run record.
    fn description(&self) -> ExecutorDescription;
}

/// Says on what a run was computed.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ExecutorDescription {
    /// Adapter and its kind, or that it is the processor.
    pub device: String,
    /// Interface of the adapter; threads of the processor and the instructions they use.
    pub backend: String,
    /// Name and version; empty for the processor.
    pub driver: String,
    /// Of the state and all arithmetic on it.
    pub precision: Precision,
}
