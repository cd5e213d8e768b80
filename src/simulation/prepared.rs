//! From a scenario to a simulation at t = 0: grid, state, fields, and what is consistent with them.

use std::time::Duration;

use glam::DVec3;

use super::{Clock, Simulation};
use crate::error::Result;
use crate::fields::{ExternalFields, Fields, Mesh, Stability, along, component, others};
use crate::grid::Grid;
use crate::operators::{Executor, Recorder, Scheme, Sources};
use crate::physics::Particle;
use crate::scenario::Loaded;
use crate::scenario::schema::{Background, External, FieldFile, Numerics, Synchronise};
use crate::species::Species;
use crate::state::State;
use crate::{initial, npy, reference};

/// A scenario ready to be put on a device.
pub struct Prepared {
    pub grid: Grid,
    pub species: Species,
    pub state: State,
    /// D holds the E the user gave, at centres, until the start.
    pub(super) fields: Fields,
    background: Background,
    step: f64,
    numerics: Numerics,
}

impl Prepared {
    /// Resolves a validated scenario; reads its arrays.
    pub fn new(loaded: &Loaded) -> Result<Self> {
        let scenario = &loaded.scenario;
        let grid = Grid::of(&scenario.phase_space)?;
        let particle = Particle::new(&scenario.species, scenario.kinematics);
        let state = initial::state(scenario, &grid, &particle, &loaded.folder)?;
        let species = Species::new(particle, &grid, scenario.phase_space.canonical);
        let fields = given_fields(loaded, &grid, &species)?;
        let background = scenario.fields.background;
        let (step, numerics) = (scenario.time.step, scenario.numerics);
        let prepared = Prepared { grid, species, state, fields, background, step, numerics };
        prepared.refuse_inconsistent_field()?;
        Ok(prepared)
    }

    /// Share of the upwind part in its sweeps.
    pub fn dissipation(&self) -> f64 {
        self.numerics.dissipation
    }

    /// What makes its sweeps.
    pub fn schemes(&self) -> &'static [Scheme] {
        Scheme::of(self.numerics.order, self.numerics.dissipation)
    }

    /// Compares the longitudinal part of the given E with what follows from the charges and P.
    fn refuse_inconsistent_field(&self) -> Result<()> {
        let Some(claimed) = self.fields.claimed() else { return Ok(()) };
        let mut fields = self.fields.clone();
        fields.solve_potential();
        let table = self.species.table(&fields, &[], 0.0);
        let sources = reference::sources(&self.grid, &self.species.particle, &self.state, &table);
        let matter = self.species.matter(&sources);
        fields.set_background(self.background, &matter)?;
        fields.solve_gauss(&matter);
        fields.refuse_contradiction(&claimed, &matter)
    }

    /// Makes the initial fields consistent with the state on its device.
    pub fn start(self, executor: Box<dyn Executor>) -> Result<Simulation> {
        let cells = self.grid.space_cells();
        let order = self.numerics.order;
        let stability = Stability::new(self.fields.evolution, &self.grid, &self.species.particle, &self.numerics);
        let mut simulation = Simulation {
            e_rate: vec![DVec3::ZERO; cells],
            order,
            dissipation: self.numerics.dissipation,
            damping: DVec3::ZERO,
            // What dissipates stands between the steps of order four.
            synchronise: if order == 2 { self.numerics.synchronise } else { Synchronise::Steps },
            clock: Clock::new(self.step),
            fixed_momentum: DVec3::ZERO,
            sources: vec![Sources::default(); cells],
            grid: self.grid,
            species: self.species,
            fields: self.fields,
            executor,
            stability,
            sweeps: 0,
            executed: Duration::ZERO,
        };
        simulation.fields.solve_potential();
        simulation.sources = simulation.read_sources()?;
        if simulation.fields.is_frozen() {
            return Ok(simulation);
        }
        let matter = simulation.matter();
        simulation.fields.set_background(self.background, &matter)?;
        simulation.fields.solve_gauss(&matter);
        simulation.fields.obey_gauss(&matter);
        simulation.find_rate(&self.state)?;
        // From now on: the trial kicks ask for the rate alone.
        simulation.damping = damping(&simulation);
        Ok(simulation)
    }
}

/// Rates, per time, at which fields lose waves of two cells: some six times that at which sweeps dissipate
/// those of particles as fast as the fastest, or as light.
fn damping(simulation: &Simulation) -> DVec3 {
    let (grid, fields) = (&simulation.grid, &simulation.fields);
    let table = simulation.table(&[], 0.0);
    let recorder = simulation.recorder_of(&[]);
    let rate = |j: usize| recorder.largest_velocity(j, &table).max(1.0) / fields.mesh.step[j];
    let along = |j: usize| grid.axis(j).map_or(0.0, |_| 6.0 * simulation.dissipation * rate(j));
    DVec3::from([0, 1, 2].map(along))
}

/// The fields a scenario gives, at t = 0: D holds E at centres, and A is not solved for.
pub(crate) fn given_fields(loaded: &Loaded, grid: &Grid, species: &Species) -> Result<Fields> {
    let scenario = &loaded.scenario;
    let mesh = Mesh::of(grid);
    let mut fields = Fields::new(mesh, scenario.fields.evolution);
    (fields.d, fields.b) = initial_fields(loaded, &mesh)?;
    fields.clean_magnetic()?;
    fields.external = external_fields(loaded, &mesh)?;
    fields.needed_potential = species.needed_potential();
    let space = &scenario.phase_space;
    fields.absorb([space.x, space.y, space.z].map(|axis| axis?.absorbing_layer));
    Ok(fields)
}

/// Self-consistent E at centres and B on its edges as the user gave them.
fn initial_fields(loaded: &Loaded, mesh: &Mesh) -> Result<(Vec<DVec3>, Vec<DVec3>)> {
    let fields = &loaded.scenario.fields;
    let mut e = vec![DVec3::from(fields.uniform.E); mesh.size()];
    let mut b = vec![DVec3::from(fields.uniform.B); mesh.size()];
    if let Some(file) = &fields.file {
        let (file_e, file_b) = field_arrays(loaded, file, mesh)?;
        for (sum, given) in e.iter_mut().zip(file_e) {
            *sum += given;
        }
        if !file_b.is_empty() {
            for k in 0..3 {
                let given = along(&others(k), component(&file_b, k), |axis, b| mesh.to_faces(axis, b));
                for (sum, given) in b.iter_mut().zip(given) {
                    sum[k] += given;
                }
            }
        }
    }
    for perturbation in &fields.perturbations {
        let (vector, direction) = crate::fields::component_index(perturbation.component);
        let offset = if vector == 1 { mesh.half_step(&others(direction)) } else { DVec3::ZERO };
        let wavenumber = DVec3::from(perturbation.mode.each().map(f64::from)) * mesh.fundamental();
        for i in 0..mesh.size() {
            let angle = wavenumber.dot(mesh.position(i) + offset);
            let value = perturbation.amplitude * (angle + perturbation.phase).cos();
            if vector == 0 { e[i][direction] += value } else { b[i][direction] += value }
        }
    }
    Ok((e, b))
}

fn external_fields(loaded: &Loaded, mesh: &Mesh) -> Result<ExternalFields> {
    let (mut e, mut b) = (Vec::new(), Vec::new());
    let add = |sum: &mut Vec<DVec3>, more: Vec<DVec3>| {
        if sum.is_empty() {
            *sum = more;
        } else {
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
    };
    for external in &loaded.scenario.fields.external {
        if let External::File(file) = external {
            let (file_e, file_b) = field_arrays(loaded, file, mesh)?;
            add(&mut e, file_e);
            add(&mut b, file_b);
        }
    }
    Ok(ExternalFields::new(loaded.scenario.fields.external.clone(), mesh, &e, &b))
}

/// E and B of a file entry at centres, empty where none is named.
fn field_arrays(loaded: &Loaded, file: &FieldFile, mesh: &Mesh) -> Result<(Vec<DVec3>, Vec<DVec3>)> {
    let read = |path: &Option<std::path::PathBuf>| -> Result<Vec<DVec3>> {
        let Some(path) = path else { return Ok(Vec::new()) };
        let numbers = npy::read(&loaded.folder.join(path), &mesh.file_shape())?;
        Ok(numbers.chunks_exact(3).map(DVec3::from_slice).collect())
    };
    Ok((read(&file.E)?, read(&file.B)?))
}
