//! The operators in float64 on the host: the oracle of the kernels, and what
//! runs where a machine has no graphics adapter. File names and loop shapes
//! follow `shaders/`.

mod absorption;
mod advection;
mod balance;
mod force;
mod moments;
mod spin_torque;
mod sweep;

use std::ops::Range;

use crate::error::Result;
use crate::grid::Grid;
use crate::operators::{Command, Executor, ExecutorDescription, FieldSample, Reading, Recording, Sources};
use crate::physics::Particle;
use crate::precision::Precision;
use crate::state::{Cell, State};

use sweep::Method;

/// Holds the state and a second copy that sweeps write to.
pub struct Reference {
    grid: Grid,
    particle: Particle,
    state: State,
    spare: State,
}

impl Reference {
    /// Takes a state of the grid's size.
    pub fn new(grid: Grid, particle: Particle, state: State) -> Self {
        assert_eq!(grid.cells(), state.cells(), "state and grid differ in size");
        Reference { spare: state.clone(), grid, particle, state }
    }
}

/// Maxwell's sources of a state, one per space cell, without an executor.
pub fn sources(grid: &Grid, particle: &Particle, state: &State, fields: &[FieldSample]) -> Vec<Sources> {
    let context = Context { grid, particle };
    match state {
        State::Spinless(cells) => moments::sources(context, cells, fields),
        State::Spin(cells) => moments::sources(context, cells, fields),
    }
}

/// The fixed context of an operator.
#[derive(Clone, Copy)]
struct Context<'a> {
    grid: &'a Grid,
    particle: &'a Particle,
}

impl Executor for Reference {
    fn execute(&mut self, recording: &Recording) -> Result<Vec<Reading>> {
        let context = Context { grid: &self.grid, particle: &self.particle };
        Ok(match (&mut self.state, &mut self.spare) {
            (State::Spinless(state), State::Spinless(spare)) => run(context, state, spare, recording),
            (State::Spin(state), State::Spin(spare)) => run(context, state, spare, recording),
            _ => unreachable!("the spare is a clone of the state"),
        })
    }

    fn read(&mut self, cells: Range<usize>) -> Result<State> {
        Ok(match &self.state {
            State::Spinless(state) => State::Spinless(state[cells].to_vec()),
            State::Spin(state) => State::Spin(state[cells].to_vec()),
        })
    }

    fn write(&mut self, state: &State) -> Result<()> {
        assert_eq!(self.grid.cells(), state.cells(), "state and grid differ in size");
        self.state.clone_from(state);
        Ok(())
    }

    fn cells(&self) -> usize {
        self.grid.cells()
    }

    fn description(&self) -> ExecutorDescription {
        ExecutorDescription {
            device: "float64 reference on the host".into(),
            backend: format!("{} threads", rayon::current_num_threads()),
            driver: String::new(),
            precision: Precision::F64,
        }
    }
}

fn run<C: Cell>(context: Context, state: &mut Vec<C>, spare: &mut Vec<C>, recording: &Recording) -> Vec<Reading> {
    let mut readings = Vec::new();
    for command in &recording.commands {
        match *command {
            Command::Advection { axis, time, streaming, speed, scheme, dissipation, table } => {
                let (fields, method) = (&recording.tables[table], Method { speed, scheme, dissipation });
                advection::sweep(context, state, spare, axis, time, streaming, method, fields);
                std::mem::swap(state, spare);
            }
            Command::Force { axis, time, speed, scheme, dissipation, table } => {
                let (fields, method) = (&recording.tables[table], Method { speed, scheme, dissipation });
                force::sweep(context, state, spare, axis, time, method, fields);
                std::mem::swap(state, spare);
            }
            Command::SpinTorque { time, table } => {
                spin_torque::rotate(context, state, time, &recording.tables[table]);
            }
            Command::Absorption { table } => {
                absorption::absorb(context, state, &recording.tables[table]);
            }
            Command::Sources { table } => {
                readings.push(Reading::Sources(moments::sources(context, state, &recording.tables[table])));
            }
            Command::Observables { table } => {
                readings.push(Reading::Observables(moments::observables(context, state, &recording.tables[table])));
            }
            Command::Balance { table } => {
                readings.push(Reading::Balance(balance::fluxes(context, state, &recording.tables[table])));
            }
        }
    }
    readings
}
