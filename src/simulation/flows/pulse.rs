//! Hard pulses: all spins turn at once.

use glam::DVec3;

use super::{Finish, next_sources};
use crate::operators::{ReadSources, Recording, Turn};
use crate::simulation::Simulation;

/// Records the turn and, where fields evolve, the sources after it: D stays, and E is D less the P of the turned spins.
pub(super) fn record(simulation: &mut Simulation, recording: &mut Recording, angle: DVec3, time: f64) -> Finish {
    let table = recording.tables.len();
    let turn = Turn::sample(angle).turn;
    let mut samples = simulation.table(&[], time);
    samples.iter_mut().for_each(|sample| sample.turn = turn);
    recording.tables.push(samples);
    recording.push(Turn { table });
    if !simulation.self_consistent() {
        return Box::new(|_, _| Ok(()));
    }
    recording.push(ReadSources { table });
    Box::new(move |simulation, readings| {
        simulation.sources = next_sources(readings)?;
        let matter = simulation.matter();
        simulation.fields.obey_gauss(&matter);
        Ok(())
    })
}
