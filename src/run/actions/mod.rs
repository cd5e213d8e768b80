//! What a run does when it halts: one file each. When is for their schedules.

mod balances;
mod final_state;
mod pictures;
mod rows;
mod table_file;

use std::path::Path;

use super::schedule::Halt;
use crate::error::{Error, Result};
use crate::scenario::schema::Scenario;
use crate::simulation::Simulation;

pub(super) use balances::{BalancesMemory, LocalBalances};
pub(super) use final_state::FinalState;
pub(super) use pictures::{Pictures, PicturesMemory};
pub(super) use rows::{Rows, RowsMemory};
use table_file::{TableFile, TableMemory};

/// What is done at halts of a run; it keeps what it must remember between them.
pub(super) trait Action {
    /// The first step after `at` for which the run has to halt.
    fn next(&self, at: Halt) -> u64;

    /// Does what is due; returns what a user should know, in sentences.
    fn act(&mut self, simulation: &mut Simulation, at: Halt, outputs: &Outputs) -> Result<Vec<String>>;

    /// Takes away what was written after a checkpoint that the run goes on from, at `step`: all that was done there and
    /// later will be done again.
    fn rewind(&mut self, _outputs: &Outputs, _step: u64) -> Result<()> {
        Ok(())
    }

    /// Writes what it still holds, at the end of a run or of what a failure has left of it.
    fn close(&mut self, _outputs: &Outputs) -> Result<()> {
        Ok(())
    }
}

/// Where results go, and what they are of.
pub(super) struct Outputs<'a> {
    pub scenario: &'a Scenario,
    pub folder: &'a Path,
}

/// Removes the pictures of `step` and later from a folder, `NAME_STEP.png` with seven digits or more, and no other file.
fn remove_pictures(folder: &Path, step: u64) -> Result<()> {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let digits = || Some(path.file_name()?.to_str()?.strip_suffix(".png")?.rsplit_once('_')?.1);
        let made = digits().and_then(|digits| digits.parse::<u64>().ok().filter(|made| format!("{made:07}") == digits));
        if made.is_some_and(|made| made >= step) {
            std::fs::remove_file(&path).map_err(Error::file(&path))?;
        }
    }
    Ok(())
}
