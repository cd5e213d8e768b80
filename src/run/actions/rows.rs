//! Rows of `diagnostics.csv`, and a watch over the energy in them.

use super::{Action, Outputs, TableFile};
use crate::diagnostics;
use crate::error::Result;
use crate::run::schedule::{Halt, Schedule};
use crate::scenario::schema::Scenario;
use crate::simulation::Simulation;
use crate::table::Table;
use crate::watch::Watch;

/// Share of the particles at the momentum edges that deserves a note.
const EDGE: f64 = 1e-4;

pub(in crate::run) struct Rows {
    schedule: Schedule,
    file: TableFile,
    watch: Option<Watch>,
}

impl Rows {
    /// Takes the first row.
    pub fn new(simulation: &mut Simulation, scenario: &Scenario) -> Result<Rows> {
        let schedule = Schedule::every(scenario.output.diagnostics.interval, simulation.clock.step);
        let watch = Watch::of(simulation, scenario);
        let file = TableFile::new("diagnostics.csv", Table::default());
        let mut rows = Rows { schedule, file, watch };
        rows.sample(simulation, scenario)?;
        Ok(rows)
    }

    fn sample(&mut self, simulation: &mut Simulation, scenario: &Scenario) -> Result<Option<String>> {
        let table = &mut self.file.table;
        diagnostics::sample(simulation, &scenario.output.diagnostics, &scenario.units, table)?;
        self.watch.as_mut().map_or(Ok(None), |watch| watch.see(table))
    }

    pub fn table(&self) -> &Table {
        &self.file.table
    }

    pub fn into_table(self) -> Table {
        self.file.table
    }

    /// What is to be said when the run is over.
    pub fn last_words(&self) -> Vec<String> {
        let words = self.watch.as_ref().and_then(Watch::last_words);
        self.edge_note().into_iter().chain(words).collect()
    }

    /// Says when particles have gathered at the ends of the momentum axes.
    fn edge_note(&self) -> Option<String> {
        let number = |name: &str| self.table().column(name).and_then(|values| values.last().copied()).unwrap_or(0.0);
        let edge = number("edge_number") / number("number");
        (edge > EDGE).then(|| {
            format!(
                "{edge:.1e} of the particles sit in the outermost momentum cells, where nothing leaves; widen the axes"
            )
        })
    }
}

impl Action for Rows {
    fn next(&self, at: Halt) -> u64 {
        self.schedule.next(at)
    }

    fn act(&mut self, simulation: &mut Simulation, at: Halt, outputs: &Outputs) -> Result<Option<String>> {
        // The first row is there already.
        if at.step == 0 || !self.schedule.is_due(at) {
            return Ok(None);
        }
        let note = self.sample(simulation, outputs.scenario)?;
        self.file.grown(outputs.folder)?;
        Ok(note)
    }

    fn close(&mut self, outputs: &Outputs) -> Result<()> {
        self.file.write(outputs.folder)
    }
}
