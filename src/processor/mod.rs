//! The terms on the processor, in f32 or f64, on all its threads and in the vectors it has. In f64 this is the
//! reference: the oracle of the kernels. Each file is the twin of the one of its name in `shaders/`.

mod absorption;
mod balance;
mod cell;
mod covariant_relaxation;
mod flux;
mod force;
mod hidden_velocity;
mod mean_field;
mod mean_field_turn;
mod momenta;
mod observables;
mod pairs;
mod part;
mod pieces;
mod planes;
mod relaxation;
mod rows;
mod shares;
mod sources;
mod spin_density;
mod spin_length;
mod spin_torque;
mod store;
mod streaming;
mod sums;
mod sweep;
mod turn;
mod uniform;
mod varying;

use std::ops::Range;

use fearless_simd::{Level, Simd};

use crate::error::{Error, Result};
use crate::grid::Grid;
use crate::lanes::Triple;
use crate::operators::{
    Command, Covariant, Executor, ExecutorDescription, FieldSample, LocalEquilibrium, MeanField, ReadSources, Reading,
    Recording, Sources, Term, each_term,
};
use crate::physics::Particle;
use crate::precision::{Numbers, Precision, Real};
use crate::state::{self, PART, runs};
use planes::Vectors;
use store::Store;

/// Holds the state in the precision `R`, once.
pub(crate) struct Processor<R> {
    grid: Grid,
    particle: Particle,
    dissipation: f64,
    cells: Cells<R>,
    level: Level,
    store: Store,
}

/// The numbers of all cells.
struct Cells<R> {
    numbers: Vec<R>,
    /// Numbers per cell: 1 or 4.
    components: usize,
}

impl<R: Real> Processor<R> {
    /// Takes a state of the grid's size; sweeps take the share `dissipation` of the upwind flux.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for a state that memory does not hold, or that cannot be made.
    pub fn new(grid: Grid, particle: Particle, dissipation: f64, state: &dyn state::Cells) -> Result<Self> {
        let (count, components) = (grid.cells() * state.components(), state.components());
        let mut numbers: Vec<R> = Vec::new();
        numbers.try_reserve_exact(count).map_err(|error| {
            let text = format!("{} cells do not fit this machine's memory ({error}); use fewer", grid.cells());
            Error::Input(text).at("phase_space")
        })?;
        numbers.resize(count, R::nearest(0.0));
        let cells = Cells { numbers, components };
        let mut processor =
            Processor { grid, particle, dissipation, cells, level: Level::new(), store: Store::default() };
        processor.write(state)?;
        Ok(processor)
    }
}

/// An executor that computes on the processor in `precision`. It takes a state of the grid's size; sweeps take the share
/// `dissipation` of the upwind flux. All kernels are compiled once, for this function; a caller that named the type would
/// compile them again.
///
/// # Errors
///
/// [`Error::Input`] for a state that memory does not hold, or that cannot be made.
pub fn executor(
    precision: Precision,
    grid: Grid,
    particle: Particle,
    dissipation: f64,
    state: &dyn state::Cells,
) -> Result<Box<dyn Executor>> {
    Ok(match precision {
        Precision::F32 => Box::new(Processor::<f32>::new(grid, particle, dissipation, state)?),
        Precision::F64 => Box::new(Processor::<f64>::new(grid, particle, dissipation, state)?),
    })
}

/// Maxwell's sources of a state, one per space cell, without an executor: from as many places at a time as make a part.
///
/// # Errors
///
/// [`Error::Input`] for a state that cannot be made.
pub fn sources(
    grid: &Grid,
    particle: &Particle,
    state: &dyn state::Cells,
    fields: &[FieldSample],
) -> Result<Vec<Sources>> {
    let store = Store::default();
    let context = Context {
        grid,
        particle,
        dissipation: 0.0,
        equilibria: &[],
        covariant: &[],
        mean_fields: &[],
        level: Level::new(),
        store: &store,
    };
    let (momenta, mut all) = (grid.momentum_cells(), Vec::new());
    for places in runs(grid.space_cells(), (PART / momenta).max(1)) {
        let numbers = state.take(places.start * momenta..places.end * momenta)?.widened();
        let held = Cells { numbers, components: state.components() };
        match sums::reading(context, &held, &fields[places], ReadSources { table: 0 }) {
            Some(Reading::Sources(sources)) => all.extend(sources),
            other => unreachable!("sources are read, not {other:?}"),
        }
    }
    Ok(all)
}

/// What is the same for all terms of a run.
#[derive(Clone, Copy)]
struct Context<'a> {
    grid: &'a Grid,
    particle: &'a Particle,
    dissipation: f64,
    /// Those of the recording.
    equilibria: &'a [Vec<LocalEquilibrium>],
    /// Those of relativistic particles.
    covariant: &'a [Vec<Covariant>],
    mean_fields: &'a [MeanField],
    /// The instruction set.
    level: Level,
    store: &'a Store,
}

/// A term on the processor.
trait Twin {
    /// Advances or reads all cells.
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading>;
}

/// Fields at one space cell, in all lanes.
#[derive(Clone, Copy)]
struct Field<V> {
    e: V,
    b: V,
    /// Of prescribed potentials.
    force: V,
    de: [V; 3],
    db: [V; 3],
}

impl<S: Simd, R: Real> Field<Vectors<S, R>> {
    #[inline(always)]
    fn splat(simd: S, sample: &FieldSample) -> Self {
        let FieldSample { e, b, force, de: [de_x, de_y, de_z], db: [db_x, db_y, db_z], .. } = *sample;
        Field {
            e: Triple::splat(simd, e),
            b: Triple::splat(simd, b),
            force: Triple::splat(simd, force),
            de: [Triple::splat(simd, de_x), Triple::splat(simd, de_y), Triple::splat(simd, de_z)],
            db: [Triple::splat(simd, db_x), Triple::splat(simd, db_y), Triple::splat(simd, db_z)],
        }
    }
}

impl<R: Real> Executor for Processor<R> {
    fn execute(&mut self, recording: &Recording) -> Result<Vec<Reading>> {
        let Processor { grid, particle, dissipation, cells, level, store } = self;
        let context = Context {
            grid,
            particle,
            dissipation: *dissipation,
            equilibria: &recording.equilibria,
            covariant: &recording.covariant,
            mean_fields: &recording.mean_fields,
            level: *level,
            store,
        };
        let run = |command: &Command| {
            let fields = &recording.tables[command.table()];
            each_term!(command, term => term.run(context, cells, fields))
        };
        Ok(recording.commands.iter().filter_map(run).collect())
    }

    fn take(&mut self, cells: Range<usize>) -> Result<Numbers> {
        let components = self.cells.components;
        Ok(R::numbers(self.cells.numbers[cells.start * components..cells.end * components].to_vec()))
    }

    fn put(&mut self, first: usize, numbers: &Numbers) -> Result<()> {
        let at = first * self.cells.components;
        self.cells.numbers[at..at + numbers.len()].copy_from_slice(&numbers.rounded::<R>());
        Ok(())
    }

    fn slabs(&self) -> Vec<Range<usize>> {
        std::iter::once(0..self.grid.cells()).collect()
    }

    fn grid(&self) -> &Grid {
        &self.grid
    }

    fn components(&self) -> usize {
        self.cells.components
    }

    fn description(&self) -> ExecutorDescription {
        let level = format!("{:?}", self.level);
        let instructions = level.split('(').next().unwrap_or_default();
        ExecutorDescription {
            device: "processor".into(),
            backend: instructions.into(),
            threads: Some(rayon::current_num_threads()),
            driver: String::new(),
            precision: R::PRECISION,
        }
    }
}
