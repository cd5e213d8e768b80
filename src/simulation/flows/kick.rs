//! Kick, E fixed: W moves in momentum under `q(E + v x B)` and the dipole force, w turns about T,
//! the hidden velocity due to E carries W along x; dB/dt = - curl E, dA/dt = - E. The magnetic
//! operators use B before and after in its two halves.
//!
//! ```text
//! kick = px(1/2) py(1/2) pz(1/2) torque(1/2) | hidden(1) | torque(1/2) pz(1/2) py(1/2) px(1/2)
//! ```
//!
//! What nothing separates is one: the two turns without a hidden velocity, the two innermost
//! forces without spin.

use glam::DVec3;

use super::{DIRECTIONS, Finish, Flow, along_space, next_sources};
use crate::fields::{centred, rate_left};
use crate::grid::MOMENTUM;
use crate::operators::{Force, HiddenVelocity, ReadSources, Recorder, Recording, SpinTorque};
use crate::simulation::Simulation;
use crate::splitting::{Order, Stage};

/// Tables of one kick: fields before and after Faraday's law, and halfway.
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    /// Place in [`Recording::tables`] of the fields before.
    pub before: usize,
    /// Place of those halfway.
    pub middle: usize,
    /// Place of those after.
    pub after: usize,
}

/// Records the sweeps and turns of one kick of length `time`.
pub fn sweeps(recorder: &Recorder, recording: &mut Recording, time: f64, tables: Tables, order: Order) {
    let Tables { before, middle, after } = tables;
    let axes: Vec<usize> =
        DIRECTIONS.into_iter().filter(|&axis| recorder.grid.axis(MOMENTUM + axis).is_some()).collect();
    let (last, others) = match axes.split_last() {
        Some((&last, others)) if !SpinTorque::acts(recorder, &recording.tables[middle]) => (Some(last), others),
        _ => (None, &axes[..]),
    };
    for &axis in others {
        Force::record(recorder, recording, axis, 0.5 * time, before);
    }
    match last {
        Some(axis) => Force::record(recorder, recording, axis, time, middle),
        None if !HiddenVelocity::acts(recorder, &recording.tables[middle]) => {
            SpinTorque::record(recorder, recording, time, middle);
        }
        None => {
            SpinTorque::record(recorder, recording, 0.5 * time, before);
            along_space(recorder, time, order, |axis, time| {
                HiddenVelocity::record(recorder, recording, axis, time, middle);
            });
            SpinTorque::record(recorder, recording, 0.5 * time, after);
        }
    }
    for &axis in others.iter().rev() {
        Force::record(recorder, recording, axis, 0.5 * time, after);
    }
}

/// Takes B and A through a kick and records it and, where fields evolve, the sources after it;
/// these take D on, and tell the rate of E that the kick leaves behind.
pub(super) fn record(simulation: &mut Simulation, recording: &mut Recording, stage: &Stage<Flow>) -> Finish {
    let Stage { time, length, order, .. } = *stage;
    if simulation.order == 2 {
        let matter = simulation.matter();
        simulation.fields.damp(simulation.damping, length, &matter, &mut simulation.e_rate);
    }
    let mesh = simulation.fields.mesh;
    let external = |i: usize| simulation.fields.external.at(i, mesh.position(i), time + 0.5 * length).e;
    let e_external: Vec<DVec3> = (0..mesh.size()).map(external).collect();
    let mut e = simulation.electric();
    if simulation.self_consistent() {
        for (i, turning) in simulation.turning().into_iter().enumerate() {
            e[i] = centred(0.5 * length, e[i], turning, simulation.e_rate[i], e_external[i]);
        }
    }
    let tables = advance(simulation, recording, &e, time, length);
    sweeps(&simulation.recorder(), recording, length, tables, order);
    if !simulation.self_consistent() {
        return Box::new(|_, _| Ok(()));
    }
    recording.push(ReadSources { table: tables.after });
    Box::new(move |simulation, readings| {
        let kicked = next_sources(readings)?;
        simulation.fixed_momentum += length * simulation.fields.force_on_fixed_charge(&e);
        let held: Vec<DVec3> = e.iter().zip(&e_external).map(|(e, external)| *e + *external).collect();
        let hidden = simulation.species.hidden_current(&held, &simulation.sources, &kicked);
        simulation.fields.displace(length, &hidden);
        simulation.sources = kicked;
        simulation.fields.obey_gauss(&simulation.matter());
        let (end, turning) = (simulation.electric(), simulation.turning());
        let rate = |i: usize| rate_left(0.5 * length, e[i], end[i], turning[i], e_external[i]);
        simulation.e_rate = (0..end.len()).map(rate).collect();
        Ok(())
    })
}

/// Takes B and A through a kick of `length` from `start` and adds its tables: `e` and the
/// prescribed E belong to its middle, B and A of the first half to its start and of
/// the second to its end.
fn advance(simulation: &mut Simulation, recording: &mut Recording, e: &[DVec3], start: f64, length: f64) -> Tables {
    let (half, middle, end) = (0.5 * length, start + 0.5 * length, start + length);
    let advance = |simulation: &mut Simulation| {
        simulation.fields.faraday(half, e);
        simulation.fields.potential(half, e, middle);
    };
    let mut before = simulation.table(e, start);
    advance(simulation);
    let middle = simulation.table(e, middle);
    advance(simulation);
    let mut after = simulation.table(e, end);
    for (i, sample) in middle.iter().enumerate() {
        for table in [&mut before, &mut after] {
            (table[i].e, table[i].de) = (sample.e, sample.de);
        }
    }
    let first = recording.tables.len();
    recording.tables.extend([before, middle, after]);
    Tables { before: first, middle: first + 1, after: first + 2 }
}
