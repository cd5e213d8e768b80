//! Local balances: rows of `balances.csv` and pictures, each between samples one step apart.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Action, Outputs, TableFile, TableMemory, remove_pictures};
use crate::balance::{Balances, Sample};
use crate::error::Result;
use crate::output::balance;
use crate::run::schedule::{Halt, Schedule};
use crate::scenario::schema::Scenario;
use crate::simulation::Simulation;
use crate::table::Table;

pub(in crate::run) struct LocalBalances {
    rows: Schedule,
    pictures: Option<Schedule>,
    file: TableFile,
    /// Sample one step before a balance.
    before: Option<Sample>,
}

/// What it remembers.
#[derive(Serialize, Deserialize)]
pub(in crate::run) struct BalancesMemory {
    file: TableMemory,
    before: Option<Sample>,
}

impl BalancesMemory {
    /// Whether it can be of a run on so many space cells.
    pub fn fits(&self, space_cells: usize) -> bool {
        self.before.as_ref().is_none_or(|sample| sample.fits(space_cells))
    }
}

impl LocalBalances {
    /// None where the scenario asks for none.
    pub fn new(scenario: &Scenario, step: f64) -> Option<LocalBalances> {
        let what = scenario.output.balances?;
        let pictures = what.pictures.map(|interval| Schedule::every(Some(interval), step));
        let file = TableFile::new("balances.csv", Table::default());
        Some(LocalBalances { rows: Schedule::every(what.interval, step), pictures, file, before: None })
    }

    pub fn memory(&mut self, folder: &Path) -> Result<BalancesMemory> {
        Ok(BalancesMemory { file: self.file.keep(folder)?, before: self.before.clone() })
    }

    /// Goes on from what it remembers.
    pub fn recall(&mut self, folder: &Path, memory: BalancesMemory) -> Result<()> {
        self.file = TableFile::recalled("balances.csv", folder, memory.file)?;
        self.before = memory.before;
        Ok(())
    }

    fn schedules(&self) -> impl Iterator<Item = &Schedule> {
        std::iter::once(&self.rows).chain(&self.pictures)
    }
}

/// A balance needs a step before it.
fn is_due(schedule: &Schedule, at: Halt) -> bool {
    !at.is_first() && schedule.is_due(at)
}

impl Action for LocalBalances {
    /// The next sample: that of a balance, or the one before.
    fn next(&self, at: Halt) -> u64 {
        let next = self.schedules().map(|schedule| schedule.next(at)).min().unwrap_or(at.end);
        if next > at.step + 1 { next - 1 } else { next }
    }

    fn act(&mut self, simulation: &mut Simulation, at: Halt, outputs: &Outputs) -> Result<Vec<String>> {
        let following = Halt { step: at.step + 1, ..at };
        let next = !at.is_last() && self.schedules().any(|schedule| is_due(schedule, following));
        if !next && self.before.is_none() {
            return Ok(Vec::new());
        }
        let sample = Sample::of(simulation)?;
        if let Some(before) = self.before.take() {
            let balances = Balances::between(&before, &sample);
            if is_due(&self.rows, at) {
                balances.record(&outputs.scenario.units, &mut self.file.table)?;
                self.file.grown(outputs.folder)?;
            }
            if self.pictures.as_ref().is_some_and(|schedule| is_due(schedule, at)) {
                balance::write(&outputs.folder.join("balances"), &balances, outputs.scenario, at.step)?;
            }
        }
        self.before = next.then_some(sample);
        Ok(Vec::new())
    }

    fn rewind(&mut self, outputs: &Outputs, step: u64) -> Result<()> {
        remove_pictures(&outputs.folder.join("balances"), step)?;
        self.file.rewind(outputs.folder)
    }

    fn close(&mut self, outputs: &Outputs) -> Result<()> {
        self.file.write(outputs.folder)
    }
}
