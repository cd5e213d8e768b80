//! Watches over the rows of a run for what misleads: energy that comes from nowhere, particles at the ends of the
//! momentum axes, and w0 below zero.

mod bounds;
mod energy;

use crate::error::Result;
use crate::scenario::schema::Scenario;
use crate::simulation::Simulation;
use crate::table::Table;

use bounds::Bound;
use energy::Energy;

/// What is remembered of the rows of `diagnostics.csv` so far.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    energy: Option<Energy>,
    bounds: Vec<Bound>,
}

impl Watch {
    /// What can be watched of a run.
    pub fn of(simulation: &Simulation, scenario: &Scenario) -> Watch {
        Watch { energy: Energy::of(simulation, scenario), bounds: Bound::all(simulation.species.particle.spin) }
    }

    /// Looks at the last row of a table; returns notes, each the first time it is due.
    ///
    /// # Errors
    ///
    /// [`Error::Run`](crate::Error::Run) when more energy came or went than there was.
    pub fn see(&mut self, table: &Table) -> Result<Vec<String>> {
        let value = |name: &str| {
            let column = table.columns.iter().position(|column| column == name)?;
            table.rows.last()?.get(column).copied()
        };
        let mut notes: Vec<String> = self.bounds.iter_mut().filter_map(|bound| bound.see(&value)).collect();
        if let Some(energy) = &mut self.energy {
            notes.extend(energy.see(&value)?);
        }
        Ok(notes)
    }

    /// What is to be said at the end, where it became worse than was noted.
    pub fn last_words(&self) -> Vec<String> {
        let energy = self.energy.as_ref().and_then(Energy::last_words);
        self.bounds.iter().filter_map(Bound::last_words).chain(energy).collect()
    }
}
