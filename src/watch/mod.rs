//! Watches over the rows of a run for what misleads: energy that comes from nowhere, particles at the ends of the
//! momentum axes or where a field jumps, w0 below zero; and over its start for a mean current.

mod bounds;
mod current;
mod ends;
mod energy;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::scenario::Loaded;
use crate::scenario::schema::Scenario;
use crate::simulation::Simulation;
use crate::table::Table;

use bounds::{Bound, Seen};
use ends::Ends;
use energy::Energy;

pub(crate) use current::mean_current;
pub(crate) use ends::{NOTED as AT_ENDS, REMEDY as AT_ENDS_REMEDY, jumping};

/// What is remembered of the rows of `diagnostics.csv` so far.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    energy: Option<Energy>,
    bounds: Vec<Bound>,
    ends: Vec<Ends>,
}

/// What a watch remembers, to go on with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WatchMemory {
    energy: Option<Energy>,
    bounds: Vec<Seen>,
    ends: Vec<bool>,
}

impl Watch {
    /// What it remembers.
    pub fn memory(&self) -> WatchMemory {
        WatchMemory {
            energy: self.energy.clone(),
            bounds: self.bounds.iter().map(|bound| bound.seen).collect(),
            ends: self.ends.iter().map(|ends| ends.noted).collect(),
        }
    }

    /// Goes on from where a watch of the same run was.
    pub fn recalled(memory: WatchMemory, simulation: &Simulation, scenario: &Scenario) -> Watch {
        let (mut bounds, mut ends) = (Bound::all(simulation.species.particle.spin), Ends::all(scenario));
        bounds.iter_mut().zip(memory.bounds).for_each(|(bound, seen)| bound.seen = seen);
        ends.iter_mut().zip(memory.ends).for_each(|(ends, noted)| ends.noted = noted);
        Watch { energy: memory.energy, bounds, ends }
    }

    /// What can be watched of a run.
    pub fn of(simulation: &Simulation, loaded: &Loaded) -> Watch {
        Watch {
            energy: Energy::of(simulation, loaded),
            bounds: Bound::all(simulation.species.particle.spin),
            ends: Ends::all(&loaded.scenario),
        }
    }

    /// Looks at a simulation and the last row of its table; returns notes, each the first time it is due.
    ///
    /// # Errors
    ///
    /// [`Error::Run`](crate::Error::Run) when more energy came or went than there was.
    pub fn see(&mut self, simulation: &Simulation, table: &Table) -> Result<Vec<String>> {
        let value = |name: &str| {
            let column = table.columns.iter().position(|column| column == name)?;
            table.rows.last()?.get(column).copied()
        };
        let mut notes: Vec<String> = self.bounds.iter_mut().filter_map(|bound| bound.see(&value)).collect();
        notes.extend(self.ends.iter_mut().filter_map(|ends| ends.see(simulation)));
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
