//! Drift, B fixed: streaming and the hidden velocity due to B carry W along x, and
//! dD/dt = curl H - j.
//!
//! ```text
//! drift = x y z, then z y x the next time
//! ```

use super::{Finish, Flow, along_space, next_sources};
use crate::operators::{Absorption, ReadSources, Recorder, Recording, Streaming};
use crate::simulation::Simulation;
use crate::splitting::{Order, Stage};

/// Records the sweeps of a drift of length `time`, then absorption.
pub fn sweeps(recorder: &Recorder, recording: &mut Recording, time: f64, table: usize, order: Order) {
    along_space(recorder, time, order, |axis, time| Streaming::record(recorder, recording, axis, time, table));
    Absorption::record(recording, table);
}

/// Records a drift and, where fields evolve, the sources after it; they take D on by Ampere's law.
pub(super) fn record(simulation: &mut Simulation, recording: &mut Recording, stage: &Stage<Flow>) -> Finish {
    let Stage { time, length, order, .. } = *stage;
    let table = recording.tables.len();
    let mut samples = simulation.table(&[], time);
    for (sample, rate) in samples.iter_mut().zip(&simulation.fields.absorption) {
        sample.absorbed = -(-rate * length).exp_m1();
    }
    let turns = simulation.stability.turns(samples.iter().map(|sample| sample.b));
    recording.tables.push(samples);
    sweeps(&simulation.recorder(), recording, length, table, order);
    if !simulation.self_consistent() {
        return Box::new(|_, _| Ok(()));
    }
    recording.push(ReadSources { table });
    Box::new(move |simulation, readings| {
        let after = next_sources(readings)?;
        simulation.stability.refuse(&after, turns, simulation.clock.step, time)?;
        let [before, matter] = [&simulation.sources, &after].map(|sources| simulation.species.matter(sources));
        let fields = &mut simulation.fields;
        // The layers took a share away last of all.
        let left = matter.iter().zip(&fields.absorption);
        let removed: Vec<f64> = left.map(|(left, rate)| left.charge * (rate * length).exp_m1()).collect();
        fields.collect(&removed);
        fields.ampere(length, &before, &matter);
        fields.obey_gauss(&matter);
        simulation.sources = after;
        Ok(())
    })
}
