//! From a scenario to a simulation at its start: grid, state, fields, and what is consistent with them.

use std::sync::Arc;
use std::time::Duration;

use glam::DVec3;

use super::origin::{Origin, Way};
use super::{Clock, Evolving, Simulation};
use crate::checkpoint::Checkpoint;
use crate::collisions::Collisions;
use crate::error::Result;
use crate::exchange::Exchange;
use crate::fields::{Fields, Stability};
use crate::grid::Grid;
use crate::initial::{self, InitialState};
use crate::operators::{Executor, Scheme, Sources};
use crate::physics::Particle;
use crate::precision::Precision;
use crate::processor;
use crate::scenario::Loaded;
use crate::scenario::schema::{Background, Numerics, Pulse, Scenario, Synchronise};
use crate::species::Species;

/// A scenario ready to be put on a device.
pub struct Prepared {
    /// Cells of space and momentum.
    pub grid: Grid,
    /// The particles, and their momenta that are not resolved.
    pub species: Species,
    /// All cells at the start, made where they are asked for.
    pub state: InitialState,
    /// D holds the E the user gave, at centres, until the start.
    pub(super) fields: Fields,
    background: Background,
    stability: Stability,
    collisions: Option<Collisions>,
    exchange: Option<Exchange>,
    pulses: Vec<Pulse>,
    numerics: Numerics,
    clock: Clock,
    beginning: Beginning,
}

/// What is there of the fields, apart from what a scenario gives.
enum Beginning {
    /// Nothing.
    Given,
    /// Those of another run, as they were put in `fields`.
    Taken {
        /// The potential.
        potential: bool,
        /// D, else E at centres.
        evolution: bool,
        /// The charges besides the particles.
        charges: bool,
    },
    /// All that evolves: the run goes on.
    Same(Box<(Checkpoint, Evolving)>),
}

impl Prepared {
    /// Resolves a validated scenario; reads its arrays.
    ///
    /// # Errors
    ///
    /// [`Error::Input`](crate::Error::Input) for arrays that do not fit the scenario, a distribution that the grid
    /// does not hold, and fields that contradict Maxwell's equations.
    pub fn new(loaded: &Loaded) -> Result<Self> {
        Self::of(loaded).map_err(|error| loaded.placed(error))
    }

    fn of(loaded: &Loaded) -> Result<Self> {
        let scenario = &loaded.scenario;
        let grid = Grid::of(&scenario.phase_space)?;
        let particle = Particle::new(&scenario.species, scenario.kinematics);
        let origin = Origin::of(scenario, &loaded.folder)?.map(Origin::closed).transpose()?;
        let state = match &origin {
            Some(origin) => origin.cells(&grid, scenario.species.components()),
            None => initial::state(scenario, &grid, &particle, &loaded.folder)?,
        };
        let prepared = Self::with(loaded, grid, particle, state, origin)?;
        prepared.refuse_inconsistent_field()?;
        Ok(prepared)
    }

    /// The same without cells, which are to be put on the device: see [`Prepared::resume`].
    ///
    /// # Errors
    ///
    /// [`Error::Input`](crate::Error::Input) for arrays of fields that do not fit the scenario.
    pub fn blank(loaded: &Loaded) -> Result<Self> {
        let of = || {
            let scenario = &loaded.scenario;
            let grid = Grid::of(&scenario.phase_space)?;
            let particle = Particle::new(&scenario.species, scenario.kinematics);
            let state = InitialState::Blank { cells: grid.cells(), components: scenario.species.components() };
            Self::with(loaded, grid, particle, state, None)
        };
        of().map_err(|error| loaded.placed(error))
    }

    fn with(
        loaded: &Loaded,
        grid: Grid,
        particle: Particle,
        state: InitialState,
        origin: Option<Origin>,
    ) -> Result<Self> {
        let scenario = &loaded.scenario;
        let species = Species::new(particle, &grid, scenario.phase_space.canonical);
        let mut fields = Fields::given(scenario, &loaded.folder, &grid, species.needed_potential())?;
        let background = scenario.fields.background;
        let (start, step, numerics) = (scenario.time.start(), scenario.time.step, scenario.numerics);
        origin.iter().try_for_each(|origin| origin.put_fields(&mut fields))?;
        let clock = origin.as_ref().map_or_else(|| Clock::new(start, step), |origin| origin.clock(start, step));
        let beginning = Beginning::of(origin.as_ref(), scenario, &particle);
        let b = fields.strongest_b(&scenario.phase_space);
        let stability = Stability::new(fields.evolution, &grid, &particle, &numerics, b);
        let collisions = Collisions::of(scenario, &grid, &particle);
        let exchange = Exchange::of(scenario);
        Ok(Prepared {
            grid,
            species,
            state,
            fields,
            background,
            stability,
            collisions,
            exchange,
            pulses: scenario.pulses.clone(),
            numerics,
            clock,
            beginning,
        })
    }

    /// Share of the upwind part in its sweeps.
    pub fn dissipation(&self) -> f64 {
        self.numerics.dissipation
    }

    /// What makes its sweeps.
    pub fn schemes(&self) -> &'static [Scheme] {
        Scheme::of(self.numerics.order, self.numerics.dissipation)
    }

    /// Sums over momentum of the state at the start, for which all cells are made once, part by part.
    ///
    /// # Errors
    ///
    /// [`Error::Input`](crate::Error::Input) for a distribution that the grid does not hold, and an array that cannot be
    /// read or holds what is no number.
    pub fn sources(&self) -> Result<Vec<Sources>> {
        let time = self.clock.time_after(self.clock.steps);
        let table = self.species.table(&self.with_potential(), &[], time);
        processor::sources(&self.grid, &self.species.particle, &self.state, &table)
    }

    /// The fields with a potential.
    fn with_potential(&self) -> Fields {
        let mut fields = self.fields.clone();
        if !self.beginning.has_potential() {
            fields.solve_potential(self.clock.time_after(self.clock.steps));
        }
        fields
    }

    /// The checkpoint that the run goes on from as another did, and what evolves besides its cells.
    pub fn same(&self) -> Option<(Checkpoint, Evolving)> {
        match &self.beginning {
            Beginning::Same(both) => Some((**both).clone()),
            _ => None,
        }
    }

    /// Tries the first collision of the initial state, on the processor.
    ///
    /// # Errors
    ///
    /// [`Error::Input`](crate::Error::Input) where no equilibrium matches a cell, and those of [`Prepared::start`].
    pub fn refuse_unmatched(self) -> Result<()> {
        if self.collisions.is_none() {
            return Ok(());
        }
        let (grid, particle) = (self.grid.clone(), self.species.particle);
        let executor = processor::executor(Precision::F64, grid, particle, self.dissipation(), &self.state)?;
        self.start(executor)?.refuse_unmatched()
    }

    /// Compares the longitudinal part of the given E with what follows from the charges and P.
    fn refuse_inconsistent_field(&self) -> Result<()> {
        let Beginning::Given = self.beginning else { return Ok(()) };
        let Some(claimed) = self.fields.claimed() else { return Ok(()) };
        let mut fields = self.with_potential();
        let matter = self.species.matter(&self.sources()?);
        fields.set_background(self.background, &matter)?;
        fields.solve_gauss(&matter);
        fields.refuse_contradiction(&claimed, &matter)
    }

    /// Makes the initial fields consistent with the state on its device.
    ///
    /// # Errors
    ///
    /// [`Error::Input`](crate::Error::Input) for a periodic domain that is not neutral,
    /// [`Error::Run`](crate::Error::Run) for fields too strong for the step,
    /// [`Error::Device`](crate::Error::Device) where the machine fails.
    pub fn start(self, executor: Box<dyn Executor>) -> Result<Simulation> {
        let (beginning, background, state, mut simulation) = self.assemble(executor);
        let has_potential = beginning.has_potential();
        let (evolution, charges) = match beginning {
            Beginning::Same(both) => {
                simulation.restore(both.1);
                return Ok(simulation);
            }
            Beginning::Taken { evolution, charges, .. } => (evolution, charges),
            Beginning::Given => (false, false),
        };
        if !has_potential {
            simulation.fields.solve_potential(simulation.time());
        }
        simulation.sources = simulation.read_sources()?;
        if simulation.fields.is_frozen() {
            return Ok(simulation);
        }
        let matter = simulation.matter();
        match charges {
            true => simulation.fields.neutralise(&matter),
            false => simulation.fields.set_background(background, &matter)?,
        }
        if !evolution {
            simulation.fields.solve_gauss(&matter);
        }
        simulation.fields.obey_gauss(&matter);
        simulation.find_rate(&state)?;
        // From now on: the trial kicks ask for the rate alone.
        simulation.damping = damping(&simulation);
        Ok(simulation)
    }

    /// Goes on from where another run of the same scenario was, whose cells the executor holds.
    pub fn resume(self, executor: Box<dyn Executor>, evolving: Evolving) -> Simulation {
        let (_, _, _, mut simulation) = self.assemble(executor);
        simulation.restore(evolving);
        simulation
    }

    fn assemble(self, executor: Box<dyn Executor>) -> (Beginning, Background, InitialState, Simulation) {
        let cells = self.grid.space_cells();
        let order = self.numerics.order;
        let simulation = Simulation {
            e_rate: vec![DVec3::ZERO; cells],
            order,
            dissipation: self.numerics.dissipation,
            damping: DVec3::ZERO,
            // What dissipates stands between the steps of order four.
            synchronise: if order == 2 { self.numerics.synchronise } else { Synchronise::Steps },
            clock: self.clock,
            fixed_momentum: DVec3::ZERO,
            sources: vec![Sources::default(); cells],
            grid: self.grid,
            species: self.species,
            fields: self.fields,
            executor,
            stability: self.stability,
            collisions: self.collisions.map(Arc::new),
            exchange: self.exchange,
            pulses: self.pulses,
            sweeps: 0,
            executed: Duration::ZERO,
        };
        (self.beginning, self.background, self.state, simulation)
    }
}

impl Beginning {
    fn of(origin: Option<&Origin>, scenario: &Scenario, particle: &Particle) -> Beginning {
        let Some(origin) = origin.filter(|origin| origin.way != Way::Cells) else { return Beginning::Given };
        match origin.same() {
            Some((checkpoint, evolving)) => Beginning::Same(Box::new((checkpoint.clone(), evolving.clone()))),
            None => Beginning::Taken {
                potential: origin.has_potential(particle),
                evolution: origin.has_evolution(scenario.fields.evolution),
                charges: origin.has_charges(scenario),
            },
        }
    }

    /// Whether A is there.
    fn has_potential(&self) -> bool {
        matches!(self, Beginning::Taken { potential: true, .. } | Beginning::Same(..))
    }
}

/// Rates, per time, at which fields lose waves of two cells: some six times that at which sweeps dissipate
/// those of particles as fast as the fastest, or as light.
fn damping(simulation: &Simulation) -> DVec3 {
    let (grid, fields) = (&simulation.grid, &simulation.fields);
    let table = simulation.table(&[], simulation.time());
    let recorder = simulation.recorder_of(&[]);
    let rate = |j: usize| recorder.largest_velocity(j, &table).max(1.0) / fields.mesh.step[j];
    let along = |j: usize| grid.axis(j).map_or(0.0, |_| 6.0 * simulation.dissipation * rate(j));
    DVec3::from([0, 1, 2].map(along))
}
