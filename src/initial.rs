//! The initial state: populations on the grid, or an array from a file.

use std::f64::consts::TAU;
use std::path::Path;

use glam::{DVec3, DVec4};
use rayon::prelude::*;

use crate::equilibrium::Thermal;
use crate::error::{Error, Result};
use crate::grid::{AXES, Axis, Grid, MOMENTUM};
use crate::npy;
use crate::physics::Particle;
use crate::scenario::schema::{
    Initial, ModeNumber, Momentum, MomentumAxis, Perturbation, Population, Scenario, Space, Spin,
};
use crate::state::State;

/// Builds the state; relative paths start at `folder`.
///
/// # Errors
///
/// [`Error::Input`] for a file that does not hold this state, a population that the grid does not hold, and a state
/// larger than memory.
pub fn state(scenario: &Scenario, grid: &Grid, particle: &Particle, folder: &Path) -> Result<State> {
    let components = if particle.spin { 4 } else { 1 };
    match &scenario.initial {
        Initial::File(path) => {
            let numbers =
                npy::read(&folder.join(path), &shape(grid, components)).map_err(|error| error.at("initial.file"))?;
            Ok(State::from_numbers(&numbers, components))
        }
        Initial::Populations(populations) => {
            let mut cells = Vec::new();
            cells.try_reserve_exact(grid.cells()).map_err(|error| {
                let text = format!("{} cells do not fit this machine's memory ({error}); use fewer", grid.cells());
                Error::Input(text).at("phase_space")
            })?;
            cells.resize(grid.cells(), DVec4::ZERO);
            for (index, population) in populations.iter().enumerate() {
                let key = format!("initial.populations[{index}]");
                add(population, grid, particle, scenario.fields.uniform_magnetic(), &mut cells)
                    .map_err(|error| error.at(&key))?;
                // A distribution without weight on the grid cannot be normalised.
                if cells.par_iter().any(|cell| !cell.is_finite()) {
                    let text = "has no weight on the momentum grid: its drift lies outside the axes, or its spread is \
                                far below a cell; widen or refine the axes";
                    return Err(Error::Input(text.into()).at(&key));
                }
            }
            Ok(if particle.spin {
                State::Spin(cells)
            } else {
                State::Spinless(cells.into_iter().map(|cell| cell.x).collect())
            })
        }
    }
}

/// Shape of a state file: the resolved axes, then the components.
pub fn shape(grid: &Grid, components: usize) -> Vec<usize> {
    let shape = grid.shape();
    grid.resolved().map(|slot| shape[slot]).chain([components]).collect()
}

/// The largest int |w0|/eps of the populations over the space cells, as the solver sums it, with the
/// momentum `unresolved` gives for each space cell along axes that are not resolved.
pub(crate) fn largest_inverse_inertia(
    scenario: &Scenario,
    populations: &[Population],
    grid: &Grid,
    particle: &Particle,
    unresolved: &(dyn Fn(usize) -> DVec3 + Sync),
) -> Result<f64> {
    let field = scenario.fields.uniform_magnetic();
    let loaders = populations.iter().map(|population| Loader::new(population, grid, particle, field));
    let loaders: Vec<Loader> = loaders.collect::<Result<_>>()?;
    let here = unresolved(0);
    let at_rest: Vec<f64> = loaders.iter().map(|loader| loader.inverse_energy(DVec3::ZERO, here)).collect();
    // Exact where nothing drifts and all places have the same unresolved momentum, else a guess.
    let mass = particle.mass;
    let estimate = |cell: usize| -> (f64, bool) {
        let place = Place::new(grid, cell * grid.momentum_cells());
        let own = unresolved(cell);
        let mut exact = own == here;
        let heavier = if particle.relativistic() { own.length_squared() - here.length_squared() } else { 0.0 };
        let sum = loaders.iter().zip(&at_rest).map(|(loader, inverse)| {
            let local = loader.local(&place);
            exact &= local.drift == DVec3::ZERO;
            // No particle is lighter than its rest mass.
            local.density * (inverse.powi(-2) + heavier).max(mass * mass).powf(-0.5)
        });
        (sum.sum(), exact)
    };
    // Beyond what any machine holds not every cell is looked at.
    let stride = grid.space_cells() / SPACE_CELLS + 1;
    let (exact, mut cells) = (0..grid.space_cells())
        .into_par_iter()
        .step_by(stride)
        .fold(
            || (0.0, Vec::new()),
            |(largest, mut guessed): (f64, Vec<(f64, usize)>), cell| match estimate(cell) {
                (inertia, true) => (largest.max(inertia), guessed),
                (inertia, false) => {
                    guessed.push((inertia, cell));
                    (largest, guessed)
                }
            },
        )
        .reduce(|| (0.0, Vec::new()), |(a, first), (b, second)| (a.max(b), [first, second].concat()));
    cells.sort_by(|a, b| b.0.total_cmp(&a.0));
    cells.truncate((EVALUATIONS / grid.momentum_cells()).clamp(FEWEST_PLACES, MOST_PLACES));
    let evaluated = cells.into_iter().map(|(_, cell)| -> f64 {
        let place = Place::new(grid, cell * grid.momentum_cells());
        let inertia = |loader: &Loader| {
            let local = loader.local(&place);
            local.density * loader.inverse_energy(local.drift, unresolved(cell))
        };
        loaders.iter().map(inertia).sum()
    });
    Ok(evaluated.fold(exact, f64::max))
}

/// The same of a state in a file, where it can be read and is no larger than [`READ_AT_ONCE`].
pub fn inverse_inertia_of(
    path: &Path,
    grid: &Grid,
    particle: &Particle,
    unresolved: &dyn Fn(usize) -> DVec3,
) -> Option<f64> {
    if std::fs::metadata(path).ok()?.len() > READ_AT_ONCE {
        return None;
    }
    let components = if particle.spin { 4 } else { 1 };
    let numbers = npy::read(path, &shape(grid, components)).ok()?;
    let momenta: Vec<DVec3> = (0..grid.momentum_cells()).map(|m| grid.momentum(m)).collect();
    let places = numbers.chunks_exact(momenta.len() * components).enumerate();
    let inertia = places.map(|(cell, numbers)| -> f64 {
        let (own, w0) = (unresolved(cell), numbers.iter().step_by(components));
        w0.zip(&momenta).map(|(w0, p)| w0.abs() / particle.energy(*p + own)).sum()
    });
    Some(grid.momentum_volume() * inertia.fold(0.0, f64::max))
}

/// Largest file that is read before a run, in bytes.
pub const READ_AT_ONCE: u64 = 1 << 30;

/// Momenta that [`largest_inverse_inertia`] sums over at the most, and bounds of the places it looks at.
const EVALUATIONS: usize = 1 << 26;
const FEWEST_PLACES: usize = 8;
const MOST_PLACES: usize = 256;
const SPACE_CELLS: usize = 1 << 24;
/// Momentum cells that the mean of an equilibrium needs at the most.
const EQUILIBRIUM_CELLS: usize = 1 << 21;

/// A population and what all its space cells share.
struct Loader<'a> {
    population: &'a Population,
    grid: &'a Grid,
    particle: &'a Particle,
    thermal: Option<Thermal>,
}

/// What a population is at one place.
struct Local {
    density: f64,
    drift: DVec3,
    /// w/w0 besides that of an equilibrium.
    spin: DVec3,
}

impl<'a> Loader<'a> {
    fn new(population: &'a Population, grid: &'a Grid, particle: &'a Particle, field: DVec3) -> Result<Self> {
        let thermal = match &population.momentum {
            Momentum::Equilibrium(given) => {
                Some(Thermal::new(given, population.density, particle, field, grid.momenta().count())?)
            }
            _ => None,
        };
        Ok(Loader { population, grid, particle, thermal })
    }

    fn local(&self, place: &Place) -> Local {
        let population = self.population;
        let (mut density, mut drift) = (population.density, DVec3::ZERO);
        let mut spin = population.spin.map_or(DVec3::ZERO, |spin| polarisation(spin, place));
        if let Some(Space::Gaussian { centre, width }) = population.space {
            let widths = place.from(centre.each()) / DVec3::from(width.each());
            // Widths along axes that are not resolved are not used, and may be 0.
            let exponent: f64 = self.grid.spaces().map(|axis| widths[axis].powi(2)).sum();
            density *= (-0.5 * exponent).exp();
        }
        for perturbation in &population.perturbations {
            match *perturbation {
                Perturbation::Density { mode, amplitude, phase } => {
                    density *= 1.0 + amplitude * (place.phase(mode) + phase).cos();
                }
                Perturbation::Rotation { rate, centre } => {
                    drift += self.particle.mass * DVec3::from(rate).cross(place.from(centre));
                }
                Perturbation::Drift { axis, mode, amplitude, phase } => {
                    drift[direction(axis)] += amplitude * (place.phase(mode) + phase).cos();
                }
                Perturbation::Spin { direction, mode, amplitude, phase } => {
                    spin += DVec3::from(direction).normalize() * amplitude * (place.phase(mode) + phase).cos();
                }
            }
        }
        Local { density, drift, spin }
    }

    /// w0 at a momentum, not normalised; not of an equilibrium.
    fn weight(&self, p: DVec3) -> f64 {
        weight(&self.population.momentum, self.grid, self.particle, p)
    }

    /// w0 and, in equilibrium, w at each momentum.
    fn weights(&self, drift: DVec3) -> Result<Vec<DVec4>> {
        if let Some(thermal) = &self.thermal {
            return thermal.cells(self.grid, drift);
        }
        Ok((0..self.grid.momentum_cells()).map(|m| DVec4::X * self.weight(self.grid.momentum(m) - drift)).collect())
    }

    /// The mean of 1/eps where all momenta are shifted by `drift`, and `unresolved` along the other axes.
    fn inverse_energy(&self, drift: DVec3, unresolved: DVec3) -> f64 {
        if !self.particle.relativistic() {
            return 1.0 / self.particle.mass;
        }
        let pair = |p: DVec3, w0: f64| [w0, w0 / self.particle.energy(p + unresolved)];
        let sum = |[a, b]: [f64; 2], [c, d]: [f64; 2]| [a + c, b + d];
        let [number, inertia] = match &self.thermal {
            Some(thermal) => {
                let coarse = coarsened(self.grid, EQUILIBRIUM_CELLS);
                let Ok((weights, grid)) = coarse.and_then(|grid| Ok((thermal.cells(&grid, drift)?, grid))) else {
                    // The run says why there is no such state; no particle is lighter.
                    return 1.0 / self.particle.mass;
                };
                weights.iter().enumerate().map(|(m, w)| pair(grid.momentum(m), w.x)).fold([0.0; 2], sum)
            }
            None => {
                let of = |p: DVec3| pair(p, self.weight(p - drift));
                let momenta = (0..self.grid.momentum_cells()).into_par_iter().map(|m| self.grid.momentum(m));
                momenta.map(of).reduce(|| [0.0; 2], sum)
            }
        };
        inertia / number
    }

    /// Adds the population to the cells of one place.
    fn add(&self, place: &Place, at_rest: &[DVec4], cells: &mut [DVec4]) -> Result<()> {
        let Local { density, drift, spin } = self.local(place);
        let moved = if drift == DVec3::ZERO { None } else { Some(self.weights(drift)?) };
        let weights = moved.as_deref().unwrap_or(at_rest);
        // Sums of centre values are what all moments of the solver are.
        let scale = density / (weights.iter().map(|weight| weight.x).sum::<f64>() * self.grid.momentum_volume());
        for (cell, weight) in cells.iter_mut().zip(weights) {
            *cell += scale * (*weight + weight.x * DVec4::new(0.0, spin.x, spin.y, spin.z));
        }
        Ok(())
    }
}

/// The momenta of a grid, on coarser cells where there are more than `most`.
fn coarsened(grid: &Grid, most: usize) -> Result<Grid> {
    let excess = (grid.momentum_cells() as f64 / most as f64).max(1.0);
    let factor = excess.powf(-1.0 / grid.momenta().count() as f64);
    let mut axes = [None; AXES];
    for slot in grid.momenta() {
        axes[slot] = grid.axis(slot).map(|axis| {
            let cells = (factor * axis.cells as f64).round();
            Axis { cells: cells as usize, from: axis.from, step: axis.length() / cells }
        });
    }
    Grid::new(axes)
}

fn add(population: &Population, grid: &Grid, particle: &Particle, field: DVec3, cells: &mut [DVec4]) -> Result<()> {
    let momentum_cells = grid.momentum_cells();
    let loader = Loader::new(population, grid, particle, field)?;
    let at_rest = loader.weights(DVec3::ZERO)?;
    cells
        .par_chunks_mut(momentum_cells)
        .enumerate()
        .try_for_each(|(space_cell, cells)| loader.add(&Place::new(grid, space_cell * momentum_cells), &at_rest, cells))
}

/// The centre of a space cell; components along axes that are not resolved are zero.
struct Place {
    resolved: DVec3,
    position: DVec3,
    /// k of one wavelength in the domain.
    fundamental: DVec3,
}

impl Place {
    /// The place of the phase-space cell with linear index `cell`.
    fn new(grid: &Grid, cell: usize) -> Self {
        let index = grid.indices(cell);
        let mut place = Place { resolved: DVec3::ZERO, position: DVec3::ZERO, fundamental: DVec3::ZERO };
        for slot in grid.spaces() {
            if let Some(axis) = grid.axis(slot) {
                place.resolved[slot] = 1.0;
                place.position[slot] = axis.centre(index[slot] as isize);
                place.fundamental[slot] = TAU / axis.length();
            }
        }
        place
    }

    /// The vector from a point to here, along the resolved axes.
    fn from(&self, point: [f64; 3]) -> DVec3 {
        self.resolved * (self.position - DVec3::from(point))
    }

    /// k.r of a mode.
    fn phase(&self, mode: ModeNumber) -> f64 {
        (DVec3::from(mode.each().map(f64::from)) * self.fundamental).dot(self.position)
    }
}

fn direction(axis: MomentumAxis) -> usize {
    match axis {
        MomentumAxis::Px => 0,
        MomentumAxis::Py => 1,
        MomentumAxis::Pz => 2,
    }
}

/// w/w0 of a spin state at a place.
fn polarisation(spin: Spin, place: &Place) -> DVec3 {
    match spin {
        Spin::Uniform { direction, polarisation } => DVec3::from(direction).normalize() * polarisation,
        Spin::Helix { first, second, mode, polarisation } => {
            let (sine, cosine) = place.phase(mode).sin_cos();
            (DVec3::from(first) * cosine + DVec3::from(second) * sine) * polarisation
        }
        Spin::Vortex { centre, radius, winding, phase, polarisation } => {
            let from = place.from([centre[0], centre[1], 0.0]);
            let tilt = 2.0 * (from.x.hypot(from.y) / radius).atan();
            let (sine, cosine) = (f64::from(winding) * from.y.atan2(from.x) + phase).sin_cos();
            DVec3::new(tilt.sin() * cosine, tilt.sin() * sine, tilt.cos()) * polarisation
        }
    }
}

/// Momentum distribution over the resolved momenta, not normalised.
fn weight(distribution: &Momentum, grid: &Grid, particle: &Particle, p: DVec3) -> f64 {
    let resolved = |k: usize| grid.axis(MOMENTUM + k).is_some();
    let gaussian = |spread: [f64; 3], drift: DVec3| {
        let exponent: f64 =
            (0..AXES - MOMENTUM).filter(|&k| resolved(k)).map(|k| ((p[k] - drift[k]) / spread[k]).powi(2)).sum();
        (-0.5 * exponent).exp()
    };
    match *distribution {
        Momentum::Maxwellian { temperature, drift } => {
            gaussian(temperature.each().map(|t| (particle.mass * t).sqrt()), drift.into())
        }
        Momentum::Juttner { temperature } => (-particle.kinetic_energy(p) / temperature).exp(),
        // Not one number: `Thermal::cells`.
        Momentum::Equilibrium(_) => 0.0,
        Momentum::Gaussian { spread, drift } => gaussian(spread.each(), drift.into()),
        Momentum::TwoBeam { spread, drift } => {
            let drift = DVec3::from(drift);
            gaussian(spread.each(), drift) + gaussian(spread.each(), -drift)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operators::FieldSample;
    use crate::processor;
    use crate::validate::tests::{base, set};

    /// int |w0|/eps found without the state is what the solver sums up of it: to rounding where
    /// nothing drifts, and where it does, too, as few places are looked at all but a few cells.
    #[test]
    fn inertia_is_that_of_the_state() {
        let gaussian = |drift: f64| json!({"gaussian": {"spread": [0.5, 0.7, 1], "drift": [drift, 0, 0]}});
        let thermal = json!({"equilibrium": {"temperature": 0.4, "field": [0, 0, 0.1]}});
        let density = json!({"density": {"mode": 2, "amplitude": 0.4, "phase": 0.3}});
        let drift = json!({"drift": {"axis": "py", "mode": 1, "amplitude": 1.5}});
        let packet = json!({"gaussian": {"centre": 4, "width": 2}});
        let sets = [
            json!([{"momentum": gaussian(0.6), "perturbations": [density]}]),
            json!([{"momentum": gaussian(0.6), "space": packet}, {"density": 0.5, "momentum": gaussian(-2.0)}]),
            json!([{"momentum": thermal, "perturbations": [density]}]),
            json!([{"momentum": gaussian(0.0), "perturbations": [density, drift]}, {"density": 0.7, "momentum": thermal}]),
        ];
        let momenta = [|_: usize| DVec3::ZERO, |_: usize| 2.0 * DVec3::Z, |cell: usize| (cell as f64).sin() * DVec3::Z];
        for populations in sets {
            let mut root = base();
            set(&mut root, "/initial/populations", populations);
            let scenario: Scenario = serde_json::from_value(root).expect("a scenario");
            let Initial::Populations(populations) = &scenario.initial else { panic!("populations") };
            let grid = Grid::of(&scenario.phase_space).expect("a grid");
            let particle = Particle::new(&scenario.species, scenario.kinematics);
            let state = state(&scenario, &grid, &particle, Path::new(".")).expect("a state");
            for at in momenta {
                let table: Vec<FieldSample> =
                    (0..grid.space_cells()).map(|cell| FieldSample { p: at(cell), ..FieldSample::default() }).collect();
                let sources = processor::sources(&grid, &particle, &state, &table);
                let exact = sources.iter().map(|s| s.inverse_inertia).fold(0.0, f64::max);
                let found = largest_inverse_inertia(&scenario, populations, &grid, &particle, &at).expect("a sum");
                assert!((found / exact - 1.0).abs() < 1e-12, "{found} for {exact}");
            }
        }
    }
}
