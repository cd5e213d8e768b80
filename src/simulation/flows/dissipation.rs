//! Dissipation of the sweeps on its own, for steps whose sweeps have none; forwards in time
//! whatever the step.

use super::{DIRECTIONS, Finish, Flow, next_sources};
use crate::operators::{Force, ReadSources, Recorder, Recording, Scheme, Streaming};
use crate::simulation::Simulation;
use crate::splitting::{Order, Stage};

/// Records the dissipation of all axes for `time`, in one order or the other. `recorder`
/// makes [`Scheme::Dissipation`] sweeps.
fn sweeps(recorder: &Recorder, recording: &mut Recording, time: f64, table: usize, order: Order) {
    let mut sweeps: Vec<(bool, usize)> = recorder.grid.spaces().map(|axis| (true, axis)).collect();
    sweeps.extend(DIRECTIONS.map(|axis| (false, axis)));
    if order == Order::Backwards {
        sweeps.reverse();
    }
    for (space, axis) in sweeps {
        match space {
            true => Streaming::record(recorder, recording, axis, time, table),
            false => Force::record(recorder, recording, axis, time, table),
        }
    }
}

/// Records the dissipation of a stage and, where fields evolve, the sources after it; fields then lose
/// waves of two cells.
pub(super) fn record(simulation: &mut Simulation, recording: &mut Recording, stage: &Stage<Flow>) -> Finish {
    let Stage { time, length, order, .. } = *stage;
    let table = recording.tables.len();
    recording.tables.push(simulation.table(&simulation.electric(), time));
    let recorder = simulation.recorder_of(&[Scheme::Dissipation]);
    sweeps(&recorder, recording, length.abs(), table, order);
    if !simulation.self_consistent() {
        return Box::new(|_, _| Ok(()));
    }
    recording.push(ReadSources { table });
    Box::new(move |simulation, readings| {
        simulation.sources = next_sources(readings)?;
        let matter = simulation.matter();
        simulation.fields.obey_gauss(&matter);
        simulation.fields.damp(simulation.damping, length, &matter, &mut simulation.e_rate);
        Ok(())
    })
}
