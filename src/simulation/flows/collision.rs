//! Collisions: every space cell relaxes towards the equilibrium of its own number, momentum, energy and spin; forwards in
//! time whatever the step.

use super::{Finish, Flow, next_sources};
use crate::collisions::{Collisions, are_found, rates};
use crate::error::{Error, Result};
use crate::operators::{
    Covariant, CovariantRelaxation, FieldSample, ReadShares, ReadSources, Reading, Recording, Relaxation, Shares,
};
use crate::simulation::Simulation;
use crate::splitting::{Order, Stage};

/// Most turns in which flow and rates are sought.
const MOST_TURNS: usize = 60;

/// Matches the equilibria of the present state and records the relaxation towards them and, where fields evolve, the sources
/// after it: number, momentum and spin, and with them charge and, without relativity, current and magnetisation, are what
/// they were, P is not.
///
/// # Errors
///
/// [`Error::Run`] where no equilibrium matches a cell.
pub(super) fn record(simulation: &mut Simulation, recording: &mut Recording, stage: &Stage<Flow>) -> Result<Finish> {
    let Some(collisions) = simulation.collisions.clone() else { return Ok(Box::new(|_, _| Ok(()))) };
    let samples = simulation.table(&[], stage.time);
    let (table, fermions) = (recording.tables.len(), collisions.fermions());
    if simulation.species.particle.relativistic() {
        let equilibria = recording.covariant.len();
        recording.covariant.push(covariant(simulation, &collisions, &samples, stage)?);
        recording.push(CovariantRelaxation { table, equilibria, fermions });
    } else {
        let observables = simulation.observables()?;
        let (mesh, length, equilibria) = (&simulation.fields.mesh, stage.length.abs(), recording.equilibria.len());
        recording.equilibria.push(collisions.equilibria(mesh, &observables, &samples, length, stage.time)?);
        recording.push(Relaxation { table, equilibria, fermions });
    }
    recording.tables.push(samples);
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

/// What relativistic particles relax towards: rates and equilibria are found by turns.
fn covariant(
    simulation: &mut Simulation,
    collisions: &Collisions,
    samples: &[FieldSample],
    stage: &Stage<Flow>,
) -> Result<Vec<Covariant>> {
    let observables = simulation.observables()?;
    let (mesh, length, time) = (simulation.fields.mesh, stage.length.abs(), stage.time);
    let mut matched = collisions.guesses(&mesh, &observables, samples, length, time)?;
    let mut turns = 0;
    loop {
        let rates = rates(&matched);
        let shares = simulation.shares(samples, rates.clone())?;
        let seen = (&observables[..], &shares[..]);
        matched = collisions.matches(&mesh, seen, &matched, samples, [length, time])?;
        turns += 1;
        if turns == MOST_TURNS || are_found(&rates, &matched) {
            return collisions.covariant(&mesh, seen, (&rates, &matched), samples, time);
        }
    }
}

impl Simulation {
    /// Matches a first half collision of the initial state, without moving anything.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] where no equilibrium matches a cell.
    pub(crate) fn refuse_unmatched(&mut self) -> Result<()> {
        let (time, length) = (self.time(), 0.5 * self.clock.step);
        let stage = Stage { flow: Flow::Collision, time, length, order: Order::Forwards, last: false };
        match record(self, &mut Recording::default(), &stage) {
            Err(Error::Run(text)) => Err(Error::Input(text).at("collisions")),
            Err(other) => Err(other),
            Ok(_) => Ok(()),
        }
    }

    /// What a collision at these rates takes.
    fn shares(&mut self, samples: &[FieldSample], rates: Vec<Covariant>) -> Result<Vec<Shares>> {
        let recording = Recording {
            tables: vec![samples.to_vec()],
            covariant: vec![rates],
            commands: vec![ReadShares { table: 0, equilibria: 0 }.into()],
            ..Recording::default()
        };
        match self.execute(&recording)?.pop() {
            Some(Reading::Shares(shares)) => Ok(shares),
            _ => Err(Error::Run("the device returned no shares".into())),
        }
    }
}
