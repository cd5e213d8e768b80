//! What a run does when it halts: one file each. When is for their schedules.

mod balances;
mod final_state;
mod pictures;
mod rows;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::schedule::{Halt, WallClock};
use crate::atomic::write_atomically;
use crate::error::{Error, Result};
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

    /// Does what is due; returns what a user should know, in sentences.
    fn act(&mut self, simulation: &mut Simulation, at: Halt, outputs: &Outputs) -> Result<Vec<String>>;

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

/// Longest time for which rows are kept back.
const PAUSE: Duration = Duration::from_secs(2);

/// A table in a file that grows with it.
struct TableFile {
    name: &'static str,
    table: Table,
    /// The file, its length, and the rows in it; none before the first.
    written: Option<(File, u64, usize)>,
    clock: WallClock,
}

impl TableFile {
    fn new(name: &'static str, table: Table) -> TableFile {
        TableFile { name, table, written: None, clock: WallClock::new(PAUSE) }
    }

    /// After a row was added.
    fn grown(&mut self, folder: &Path) -> Result<()> {
        if self.clock.strikes() { self.write(folder) } else { Ok(()) }
    }

    /// Writes the rows that are not in the file yet. Where they find no room it keeps whole rows.
    fn write(&mut self, folder: &Path) -> Result<()> {
        if self.table.rows.is_empty() {
            return Ok(());
        }
        let path = folder.join(self.name);
        let rows = self.table.rows.len();
        match &mut self.written {
            None => {
                let text = self.table.to_csv();
                write_atomically(&path, |file| file.write_all(text.as_bytes()))?;
                let file = OpenOptions::new().append(true).open(&path).map_err(Error::file(&path))?;
                self.written = Some((file, text.len() as u64, rows));
            }
            Some((file, length, written)) => {
                let text = self.table.csv_rows(*written);
                if let Err(error) = file.write_all(text.as_bytes()).and_then(|()| file.flush()) {
                    // The error is the one worth reporting.
                    let _ = file.set_len(*length);
                    return Err(Error::file(&path)(error));
                }
                (*length, *written) = (*length + text.len() as u64, rows);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that grows row by row holds what one written at once does.
    #[test]
    fn a_file_grows_with_its_table() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut file = TableFile::new("rows.csv", Table::default());
        file.write(folder.path()).expect("nothing to write");
        assert!(!folder.path().join("rows.csv").exists());
        for row in 0..5 {
            file.table
                .push(vec![("time".into(), "T".into(), 0.1 * f64::from(row)), ("b".into(), String::new(), 1.0 / 3.0)]);
            file.write(folder.path()).expect("written");
            let text = std::fs::read_to_string(folder.path().join("rows.csv")).expect("written");
            assert_eq!(text, file.table.to_csv());
        }
    }
}
