//! The initial state: populations on the grid, or an array from a file.

use std::f64::consts::TAU;
use std::path::Path;

use glam::{DVec3, DVec4};
use rayon::prelude::*;

use crate::equilibrium::Thermal;
use crate::error::{Error, Result};
use crate::grid::{AXES, Grid, MOMENTUM};
use crate::npy;
use crate::physics::Particle;
use crate::scenario::schema::{
    Initial, ModeNumber, Momentum, MomentumAxis, Perturbation, Population, Scenario, Space, Spin,
};
use crate::state::State;

/// Builds the state; relative paths start at `folder`.
pub fn state(scenario: &Scenario, grid: &Grid, particle: &Particle, folder: &Path) -> Result<State> {
    let components = if particle.spin { 4 } else { 1 };
    match &scenario.initial {
        Initial::File(path) => {
            let numbers = npy::read(&folder.join(path), &shape(grid, components))?;
            Ok(State::from_numbers(&numbers, components))
        }
        Initial::Populations(populations) => {
            let mut cells = Vec::new();
            cells.try_reserve_exact(grid.cells()).map_err(|error| {
                Error::Input(format!("{} cells do not fit this machine's memory ({error}); use fewer", grid.cells()))
            })?;
            cells.resize(grid.cells(), DVec4::ZERO);
            for (index, population) in populations.iter().enumerate() {
                let wrap = |error: Error| Error::Input(format!("initial.populations[{index}]: {error}"));
                add(population, grid, particle, scenario.fields.uniform_magnetic(), &mut cells).map_err(wrap)?;
                // A distribution without weight on the grid cannot be normalised.
                if cells.par_iter().any(|cell| !cell.is_finite()) {
                    return Err(Error::Input(format!(
                        "initial.populations[{index}] has no weight on the momentum grid: its drift lies outside the \
                         axes, or its spread is far below a cell; widen or refine the axes"
                    )));
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

fn add(population: &Population, grid: &Grid, particle: &Particle, field: DVec3, cells: &mut [DVec4]) -> Result<()> {
    let momentum_cells = grid.momentum_cells();
    let momenta: Vec<DVec3> = (0..momentum_cells).map(|m| grid.momentum(m)).collect();
    let volume = grid.momentum_volume();
    let thermal = match &population.momentum {
        Momentum::Equilibrium(given) => {
            Some(Thermal::new(given, population.density, particle, field, grid.momenta().count())?)
        }
        _ => None,
    };
    // w0 and, in equilibrium, w at each momentum.
    let weights = |drift: DVec3| -> Result<Vec<DVec4>> {
        if let Some(thermal) = &thermal {
            return thermal.cells(grid, drift);
        }
        let w0 = |p: &DVec3| DVec4::X * weight(&population.momentum, grid, particle, *p - drift);
        Ok(momenta.iter().map(w0).collect())
    };
    let at_rest = weights(DVec3::ZERO)?;
    cells.par_chunks_mut(momentum_cells).enumerate().try_for_each(|(space_cell, cells)| {
        let place = Place::new(grid, space_cell * momentum_cells);
        let (mut density, mut drift) = (population.density, DVec3::ZERO);
        let mut spin = population.spin.map_or(DVec3::ZERO, |spin| polarisation(spin, &place));
        if let Some(Space::Gaussian { centre, width }) = population.space {
            let widths = place.from(centre.each()) / DVec3::from(width.each());
            // Widths along axes that are not resolved are not used, and may be 0.
            let exponent: f64 = grid.spaces().map(|axis| widths[axis].powi(2)).sum();
            density *= (-0.5 * exponent).exp();
        }
        for perturbation in &population.perturbations {
            match *perturbation {
                Perturbation::Density { mode, amplitude, phase } => {
                    density *= 1.0 + amplitude * (place.phase(mode) + phase).cos();
                }
                Perturbation::Rotation { rate, centre } => {
                    drift += particle.mass * DVec3::from(rate).cross(place.from(centre));
                }
                Perturbation::Drift { axis, mode, amplitude, phase } => {
                    drift[direction(axis)] += amplitude * (place.phase(mode) + phase).cos();
                }
                Perturbation::Spin { direction, mode, amplitude, phase } => {
                    spin += DVec3::from(direction).normalize() * amplitude * (place.phase(mode) + phase).cos();
                }
            }
        }
        let moved = if drift == DVec3::ZERO { None } else { Some(weights(drift)?) };
        let weights = moved.as_ref().unwrap_or(&at_rest);
        // Sums of centre values are what all moments of the solver are.
        let scale = density / (weights.iter().map(|weight| weight.x).sum::<f64>() * volume);
        for (cell, weight) in cells.iter_mut().zip(weights) {
            *cell += scale * (*weight + weight.x * DVec4::new(0.0, spin.x, spin.y, spin.z));
        }
        Ok(())
    })
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
