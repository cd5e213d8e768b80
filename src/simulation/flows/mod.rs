//! The flows of a step: each records its commands, then finishes on the host with what they read.

pub mod collision;
pub mod dissipation;
pub mod drift;
pub mod kick;
pub mod pulse;

use glam::DVec3;

use super::Simulation;
use crate::error::{Error, Result};
use crate::operators::{Reading, Recorder, Recording, Sources};
use crate::scenario::schema;
use crate::splitting::{Order, Stage};

/// A part of the dynamics that acts alone for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// B fixed: W moves in space, D evolves.
    Drift,
    /// E fixed: W moves in momentum and turns, B and A evolve.
    Kick,
    /// The upwind part of all sweeps.
    Dissipation,
    /// Relaxation towards local equilibria.
    Collision,
    /// One of the pulses, by its number; backwards where the length is negative.
    Pulse(usize),
}

/// The flows of a step that can be composed to order four, the last of them in the middle.
pub(super) const FLOWS: [Flow; 2] = [Flow::Drift, Flow::Kick];
/// Those of a step of order two with collisions.
pub(super) const WITH_COLLISIONS: [Flow; 3] = [Flow::Collision, Flow::Drift, Flow::Kick];

/// Space and momentum directions in the order of the first half.
const DIRECTIONS: [usize; 3] = [0, 1, 2];

/// What a recording reads, in its order.
type Readings = std::vec::IntoIter<Reading>;

/// What a flow does on the host when its commands are done.
type Finish = Box<dyn FnOnce(&mut Simulation, &mut Readings) -> Result<()>>;

impl Flow {
    /// Takes the fields as far as they go before the commands, and records these.
    fn record(self, simulation: &mut Simulation, recording: &mut Recording, stage: &Stage<Flow>) -> Result<Finish> {
        match self {
            Flow::Drift => Ok(drift::record(simulation, recording, stage)),
            Flow::Kick => kick::record(simulation, recording, stage),
            Flow::Dissipation => Ok(dissipation::record(simulation, recording, stage)),
            Flow::Collision => collision::record(simulation, recording, stage),
            Flow::Pulse(number) => {
                let schema::Pulse { axis, angle, .. } = simulation.pulses[number];
                let angle = DVec3::from(axis).normalize() * (angle * stage.length.signum());
                Ok(pulse::record(simulation, recording, angle, stage.time))
            }
        }
    }

    /// Whether it needs nothing of what `other`, just before it, finishes on the host: a drift
    /// finds the B that a kick has when it is recorded.
    fn joins(self, other: Flow) -> bool {
        (other, self) == (Flow::Kick, Flow::Drift)
    }
}

impl Simulation {
    /// Runs flows one after the other, those in one recording that need not wait for each other.
    pub(super) fn run(&mut self, stages: impl IntoIterator<Item = Stage<Flow>>) -> Result<()> {
        let (mut recording, mut recorded) = (Recording::default(), Vec::<(Stage<Flow>, Finish)>::new());
        for stage in stages {
            if recorded.last().is_some_and(|(last, _)| !stage.flow.joins(last.flow)) {
                self.finish(&std::mem::take(&mut recording), &mut recorded)?;
            }
            let finish = stage.flow.record(self, &mut recording, &stage)?;
            recorded.push((stage, finish));
        }
        self.finish(&recording, &mut recorded)
    }

    fn finish(&mut self, recording: &Recording, recorded: &mut Vec<(Stage<Flow>, Finish)>) -> Result<()> {
        if recorded.is_empty() {
            return Ok(());
        }
        let mut readings = self.execute(recording)?.into_iter();
        for (stage, finish) in recorded.drain(..) {
            finish(self, &mut readings)?;
            self.clock.steps += u64::from(stage.last);
        }
        Ok(())
    }
}

/// The next sources among the readings.
fn next_sources(readings: &mut Readings) -> Result<Vec<Sources>> {
    readings
        .find_map(|reading| match reading {
            Reading::Sources(sources) => Some(sources),
            Reading::SpinDensity(_)
            | Reading::SpinLengths(_)
            | Reading::Pairs(_)
            | Reading::Observables(_)
            | Reading::Fluxes(_)
            | Reading::Shares(_) => None,
        })
        .ok_or_else(|| Error::Run("the device returned no sources".into()))
}

/// Sweeps along all space axes.
fn along_space(recorder: &Recorder, time: f64, order: Order, mut sweep: impl FnMut(usize, f64)) {
    let mut axes: Vec<usize> = recorder.grid.spaces().collect();
    match order {
        Order::Forwards => axes.into_iter().for_each(|axis| sweep(axis, time)),
        Order::Backwards => axes.into_iter().rev().for_each(|axis| sweep(axis, time)),
        Order::Palindrome => {
            let Some(last) = axes.pop() else { return };
            axes.iter().for_each(|&axis| sweep(axis, 0.5 * time));
            sweep(last, time);
            axes.iter().rev().for_each(|&axis| sweep(axis, 0.5 * time));
        }
    }
}
