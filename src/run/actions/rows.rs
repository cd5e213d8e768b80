//! Rows of `diagnostics.csv`, and a watch over the energy in them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Action, Outputs, TableFile, TableMemory};
use crate::diagnostics;
use crate::error::{Error, Result};
use crate::run::schedule::{Halt, Schedule};
use crate::run::unsound;
use crate::scenario::Loaded;
use crate::scenario::schema::Scenario;
use crate::simulation::Simulation;
use crate::table::Table;
use crate::watch::{Watch, WatchMemory};

/// The file.
const NAME: &str = "diagnostics.csv";

pub(in crate::run) struct Rows {
    schedule: Schedule,
    file: TableFile,
    watch: Watch,
    /// Notes of the first row.
    first: Vec<String>,
}

/// What it remembers.
#[derive(Serialize, Deserialize)]
pub(in crate::run) struct RowsMemory {
    file: TableMemory,
    watch: WatchMemory,
}

impl Rows {
    /// Goes on from what it remembers.
    pub fn recalled(simulation: &Simulation, scenario: &Scenario, folder: &Path, memory: RowsMemory) -> Result<Rows> {
        let schedule = Schedule::every(scenario.output.diagnostics.interval, simulation.clock.step);
        let watch = Watch::recalled(memory.watch, simulation, scenario);
        let file = TableFile::recalled(NAME, folder, memory.file)?;
        Ok(Rows { schedule, file, watch, first: Vec::new() })
    }

    pub fn memory(&mut self, folder: &Path) -> Result<RowsMemory> {
        Ok(RowsMemory { file: self.file.keep(folder)?, watch: self.watch.memory() })
    }

    /// Takes the first row.
    pub fn new(simulation: &mut Simulation, loaded: &Loaded) -> Result<Rows> {
        let scenario = &loaded.scenario;
        let schedule = Schedule::every(scenario.output.diagnostics.interval, simulation.clock.step);
        let watch = Watch::of(simulation, loaded);
        let file = TableFile::new(NAME, Table::default());
        let mut rows = Rows { schedule, file, watch, first: Vec::new() };
        rows.first = rows.sample(simulation, scenario)?;
        Ok(rows)
    }

    fn sample(&mut self, simulation: &mut Simulation, scenario: &Scenario) -> Result<Vec<String>> {
        let table = &mut self.file.table;
        match diagnostics::sample(simulation, &scenario.output.diagnostics, &scenario.units, table) {
            Err(Error::Run(text)) => {
                let place = unsound::place(simulation)?.map_or_else(String::new, |place| format!("; {place}"));
                return Err(Error::Run(text + &place + &unsound::row_before(table)));
            }
            outcome => outcome?,
        }
        self.watch.see(simulation, table)
    }

    pub fn table(&self) -> &Table {
        &self.file.table
    }

    pub fn into_table(self) -> Table {
        self.file.table
    }

    /// What is to be said when the run is over.
    pub fn last_words(&self) -> Vec<String> {
        self.watch.last_words()
    }
}

impl Action for Rows {
    fn next(&self, at: Halt) -> u64 {
        self.schedule.next(at)
    }

    fn act(&mut self, simulation: &mut Simulation, at: Halt, outputs: &Outputs) -> Result<Vec<String>> {
        // The first row is there already.
        if at.is_first() || !self.schedule.is_due(at) {
            return Ok(std::mem::take(&mut self.first));
        }
        let notes = self.sample(simulation, outputs.scenario)?;
        self.file.grown(outputs.folder)?;
        Ok(notes)
    }

    fn rewind(&mut self, outputs: &Outputs, _step: u64) -> Result<()> {
        self.file.rewind(outputs.folder)
    }

    fn close(&mut self, outputs: &Outputs) -> Result<()> {
        self.file.write(outputs.folder)
    }
}
