//! The terms in float64 on the host: the oracle of the kernels, and what runs where a machine has
//! no graphics adapter. Each file is the twin of the one of its name in `shaders/`.

mod absorption;
mod balance;
mod force;
mod hidden_velocity;
mod observables;
mod sources;
mod space_lines;
mod spin_torque;
mod streaming;
mod sweep;

use std::ops::Range;

use crate::error::Result;
use crate::grid::Grid;
use crate::operators::{Executor, ExecutorDescription, FieldSample, Reading, Recording, Sources, Term, each_term};
use crate::physics::Particle;
use crate::precision::{Numbers, Precision};
use crate::state::{Cell, State};

/// Holds the state and a second copy that sweeps write to.
pub struct Reference {
    grid: Grid,
    particle: Particle,
    dissipation: f64,
    state: State,
    spare: State,
}

impl Reference {
    /// Takes a state of the grid's size; sweeps take the share `dissipation` of the upwind flux.
    pub fn new(grid: Grid, particle: Particle, dissipation: f64, state: State) -> Self {
        assert_eq!(grid.cells(), state.cells(), "state and grid differ in size");
        Reference { spare: state.clone(), grid, particle, dissipation, state }
    }
}

/// Maxwell's sources of a state, one per space cell, without an executor.
pub fn sources(grid: &Grid, particle: &Particle, state: &State, fields: &[FieldSample]) -> Vec<Sources> {
    let context = Context { grid, particle, dissipation: 0.0 };
    match state {
        State::Spinless(cells) => sources::sources(context, cells, fields),
        State::Spin(cells) => sources::sources(context, cells, fields),
    }
}

/// What is the same for all terms of a run.
#[derive(Clone, Copy)]
struct Context<'a> {
    grid: &'a Grid,
    particle: &'a Particle,
    dissipation: f64,
}

/// The float64 twin of a term's kernel.
trait Twin {
    /// Advances or reads `state`; `spare` has its size, and may be exchanged with it.
    fn run<C: Cell>(
        &self,
        context: Context,
        state: &mut Vec<C>,
        spare: &mut Vec<C>,
        fields: &[FieldSample],
    ) -> Option<Reading>;
}

impl Executor for Reference {
    fn execute(&mut self, recording: &Recording) -> Result<Vec<Reading>> {
        let context = Context { grid: &self.grid, particle: &self.particle, dissipation: self.dissipation };
        Ok(match (&mut self.state, &mut self.spare) {
            (State::Spinless(state), State::Spinless(spare)) => run(context, state, spare, recording),
            (State::Spin(state), State::Spin(spare)) => run(context, state, spare, recording),
            _ => unreachable!("the spare is a clone of the state"),
        })
    }

    fn take(&mut self, cells: Range<usize>) -> Result<Numbers> {
        Ok(Numbers::F64(self.state.numbers_of(cells)))
    }

    fn put(&mut self, first: usize, numbers: &Numbers) -> Result<()> {
        let numbers = numbers.rounded::<f64>();
        let put = State::from_numbers(&numbers, self.components());
        let cells = first..first + put.cells();
        match (&mut self.state, put) {
            (State::Spinless(state), State::Spinless(put)) => state[cells].copy_from_slice(&put),
            (State::Spin(state), State::Spin(put)) => state[cells].copy_from_slice(&put),
            _ => unreachable!("both have as many components"),
        }
        Ok(())
    }

    fn slabs(&self) -> Vec<Range<usize>> {
        std::iter::once(0..self.grid.cells()).collect()
    }

    fn components(&self) -> usize {
        self.state.components()
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
    let run = |command: &crate::operators::Command| {
        let fields = &recording.tables[command.table()];
        each_term!(command, term => term.run(context, state, spare, fields))
    };
    recording.commands.iter().filter_map(run).collect()
}
