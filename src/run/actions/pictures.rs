//! Pictures of phase space, `snapshots/NAME_STEP.png`.

use std::collections::BTreeMap;

use super::{Action, Outputs, remove_pictures};
use crate::error::Result;
use crate::output::snapshot::{self, Plane, Projection};
use crate::run::schedule::{Halt, Schedule};
use crate::scenario::schema::{Scenario, Snapshot};
use crate::simulation::{Clock, Simulation};

pub(in crate::run) struct Pictures {
    /// One per snapshot of the scenario, as its name.
    schedules: Vec<Schedule>,
    names: Vec<String>,
    /// First plane of the snapshots that show changes, by their position.
    first_planes: PicturesMemory,
}

/// First planes by the position of their snapshot, in its order.
pub(in crate::run) type PicturesMemory = BTreeMap<usize, Vec<f64>>;

impl Pictures {
    pub fn new(scenario: &Scenario, clock: &Clock) -> Pictures {
        let snapshots = &scenario.output.snapshots;
        let schedule = |snapshot: &Snapshot| match snapshot.interval {
            Some(interval) => Schedule::every(Some(interval), clock.step),
            None => Schedule::at(&snapshot.times, clock),
        };
        let schedules = snapshots.iter().map(schedule).collect();
        Pictures { schedules, names: snapshot::names(snapshots), first_planes: PicturesMemory::new() }
    }

    pub fn memory(&self) -> PicturesMemory {
        self.first_planes.clone()
    }

    /// Goes on from what it remembers.
    pub fn recall(&mut self, memory: PicturesMemory) {
        self.first_planes = memory;
    }

    fn draw(&mut self, index: usize, mut plane: Plane, simulation: &Simulation, outputs: &Outputs) -> Result<()> {
        let (scenario, grid) = (outputs.scenario, &simulation.grid);
        let what = &scenario.output.snapshots[index];
        if what.change {
            let first = self.first_planes.entry(index).or_insert_with(|| plane.values.clone());
            plane.values.iter_mut().zip(first).for_each(|(value, first)| *value -= *first);
        }
        let map = snapshot::heat_map(&plane, grid, what, &scenario.units, &scenario.title, simulation.time());
        let name = format!("{}_{:07}.png", self.names[index], simulation.clock.steps);
        map.write_png(&outputs.folder.join("snapshots").join(name))
    }
}

impl Action for Pictures {
    fn next(&self, at: Halt) -> u64 {
        self.schedules.iter().map(|schedule| schedule.next(at)).min().unwrap_or(at.end)
    }

    fn act(&mut self, simulation: &mut Simulation, at: Halt, outputs: &Outputs) -> Result<Vec<String>> {
        let due: Vec<usize> = (0..self.schedules.len()).filter(|&index| self.schedules[index].is_due(at)).collect();
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let Simulation { grid, executor, species, .. } = simulation;
        let snapshots = &outputs.scenario.output.snapshots;
        let of =
            |&index: &usize| Projection::new(grid, executor.components(), species.particle.mass, &snapshots[index]);
        let mut projections: Vec<_> = due.iter().map(of).collect();
        // Read once for all pictures of this step.
        executor.walk(&mut |first, numbers| {
            projections.iter_mut().for_each(|projection| projection.add(first, numbers));
            Ok(())
        })?;
        for (index, projection) in due.into_iter().zip(projections) {
            self.draw(index, projection.plane(), simulation, outputs)?;
        }
        Ok(Vec::new())
    }

    fn rewind(&mut self, outputs: &Outputs, step: u64) -> Result<()> {
        remove_pictures(&outputs.folder.join("snapshots"), step)
    }
}
