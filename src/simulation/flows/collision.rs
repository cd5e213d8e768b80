//! Collisions: every space cell relaxes towards the equilibrium of its own number, momentum, energy and spin; forwards in
//! time whatever the step.

use super::{Finish, Flow, next_sources};
use crate::error::Result;
use crate::operators::{ReadSources, Recording, Relaxation};
use crate::simulation::Simulation;
use crate::splitting::Stage;

/// Matches the equilibria of the present state and records the relaxation towards them and, where fields evolve, the sources
/// after it: number, momentum and spin, and with them charge, current and magnetisation, are what they were, P is not.
///
/// # Errors
///
/// [`Error::Run`](crate::Error::Run) where no equilibrium matches a cell.
pub(super) fn record(simulation: &mut Simulation, recording: &mut Recording, stage: &Stage<Flow>) -> Result<Finish> {
    let Some(collisions) = simulation.collisions.clone() else { return Ok(Box::new(|_, _| Ok(()))) };
    let observables = simulation.observables()?;
    let samples = simulation.table(&[], stage.time);
    let length = stage.length.abs();
    let equilibria = collisions.equilibria(&simulation.fields.mesh, &observables, &samples, length, stage.time)?;
    let (table, list) = (recording.tables.len(), recording.equilibria.len());
    recording.tables.push(samples);
    recording.equilibria.push(equilibria);
    recording.push(Relaxation { table, equilibria: list, fermions: collisions.fermions() });
    if !simulation.self_consistent() {
        return Ok(Box::new(|_, _| Ok(())));
    }
    recording.push(ReadSources { table });
    Ok(Box::new(move |simulation, readings| {
        simulation.sources = next_sources(readings)?;
        let matter = simulation.matter();
        simulation.fields.obey_gauss(&matter);
        Ok(())
    }))
}
