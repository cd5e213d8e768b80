//! What a run does when it halts: one file each. When is for their schedules.

mod balances;
mod final_state;
mod pictures;
mod rows;

use std::path::Path;
use std::time::Duration;

use super::schedule::{Halt, WallClock};
use crate::atomic::write_atomically;
use crate::error::Result;
use crate::scenario::schema::Scenario;
use crate::simulation::Simulation;
use crate::table::Table;

pub(super) use balances::LocalBalances;
pub(super) use final_state::FinalState;
pub(super) use pictures::Pictures;
pub(super) use rows::Rows;

/// What is done at halts of a run; it keeps what it must remember between them.
pub(super) trait Action {
    /// The first step after `at` for which the run has to halt.
    fn next(&self, at: Halt) -> u64;

    /// Does what is due; returns what a user should know, in a sentence.
    fn act(&mut self, simulation: &mut Simulation, at: Halt, outputs: &Outputs) -> Result<Option<String>>;

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

/// Shortest time between two rewrites of a growing table.
const PAUSE: Duration = Duration::from_secs(2);

/// A table of rows in a file that is written anew while it grows.
struct TableFile {
    name: &'static str,
    table: Table,
    clock: WallClock,
}

impl TableFile {
    fn new(name: &'static str, table: Table) -> TableFile {
        TableFile { name, table, clock: WallClock::new(PAUSE) }
    }

    /// After a row was added.
    fn grown(&mut self, folder: &Path) -> Result<()> {
        if self.clock.strikes() { self.write(folder) } else { Ok(()) }
    }

    fn write(&self, folder: &Path) -> Result<()> {
        if self.table.rows.is_empty() {
            return Ok(());
        }
        let text = self.table.to_csv();
        write_atomically(&folder.join(self.name), |file| file.write_all(text.as_bytes()))
    }
}
