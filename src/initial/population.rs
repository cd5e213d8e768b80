//! A population: density, drift and spin at each place, and its momenta.

use std::f64::consts::TAU;
use std::ops::Range;

use glam::{DVec3, DVec4};
use rayon::prelude::*;

use crate::equilibrium::Thermal;
use crate::error::Result;
use crate::grid::{AXES, Axis, Grid, MOMENTUM};
use crate::physics::Particle;
use crate::scenario::schema::{ModeNumber, Momentum, MomentumAxis, Perturbation, Population, Space, Spin};
use crate::state::{PART, runs};

/// Momentum cells that the mean of an equilibrium needs at the most.
const EQUILIBRIUM_CELLS: usize = 1 << 21;
/// Momenta that are worth the call of another thread.
const TOGETHER: usize = 1 << 12;

/// A population and what all its space cells share.
pub struct Loader {
    population: Population,
    grid: Grid,
    particle: Particle,
    thermal: Option<Thermal>,
}

/// What a population is at one place.
pub struct Local {
    pub density: f64,
    pub drift: DVec3,
    /// w/w0 besides that of an equilibrium.
    spin: DVec3,
}

impl Loader {
    pub fn new(population: &Population, grid: &Grid, particle: &Particle, field: DVec3) -> Result<Self> {
        let thermal = match &population.momentum {
            Momentum::Equilibrium(given) => {
                Some(Thermal::new(given, population.density, particle, field, grid.momenta().count())?)
            }
            _ => None,
        };
        Ok(Loader { population: population.clone(), grid: grid.clone(), particle: *particle, thermal })
    }

    pub fn local(&self, place: &Place) -> Local {
        let population = &self.population;
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
        weight(&self.population.momentum, &self.grid, &self.particle, p)
    }

    /// w0 and, in equilibrium, w at some momenta.
    fn weights(&self, momenta: Range<usize>, drift: DVec3) -> Result<Vec<DVec4>> {
        if let Some(thermal) = &self.thermal {
            return thermal.cells(&self.grid, momenta, drift);
        }
        let weight = |m: usize| DVec4::X * self.weight(self.grid.momentum(m) - drift);
        Ok(momenta.into_par_iter().with_min_len(TOGETHER).map(weight).collect())
    }

    /// The sum of w0 over all momenta, in their order.
    fn total(&self, drift: DVec3) -> Result<f64> {
        let mut total = 0.0;
        for momenta in runs(self.grid.momentum_cells(), PART) {
            total = self.weights(momenta, drift)?.iter().fold(total, |total, weight| total + weight.x);
        }
        Ok(total)
    }

    /// The mean of 1/eps where all momenta are shifted by `drift`, and `unresolved` along the other axes.
    pub fn inverse_energy(&self, drift: DVec3, unresolved: DVec3) -> f64 {
        if !self.particle.relativistic() {
            return 1.0 / self.particle.mass;
        }
        let pair = |p: DVec3, w0: f64| [w0, w0 / self.particle.energy(p + unresolved)];
        let sum = |[a, b]: [f64; 2], [c, d]: [f64; 2]| [a + c, b + d];
        let [number, inertia] = match &self.thermal {
            Some(thermal) => {
                let coarse = coarsened(&self.grid, EQUILIBRIUM_CELLS);
                let weights = |grid: &Grid| thermal.cells(grid, 0..grid.momentum_cells(), drift);
                let Ok((weights, grid)) = coarse.and_then(|grid| Ok((weights(&grid)?, grid))) else {
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
}

/// A population that fills cells.
pub struct Filling {
    loader: Loader,
    /// Weights where nothing drifts; none where they are too many to be kept.
    at_rest: Option<Vec<DVec4>>,
    /// Sum of their w0.
    total: f64,
}

impl Filling {
    pub fn new(population: &Population, grid: &Grid, particle: &Particle, field: DVec3) -> Result<Self> {
        let loader = Loader::new(population, grid, particle, field)?;
        let momenta = 0..grid.momentum_cells();
        let kept = momenta.len() <= PART;
        let at_rest = if kept { Some(loader.weights(momenta, DVec3::ZERO)?) } else { None };
        let total = match &at_rest {
            Some(weights) => total(weights),
            None => loader.total(DVec3::ZERO)?,
        };
        Ok(Filling { loader, at_rest, total })
    }

    /// Adds the population to the cells from `first` on.
    pub fn add(&self, first: usize, cells: &mut [DVec4]) -> Result<()> {
        let momentum_cells = self.loader.grid.momentum_cells();
        let (mut pieces, mut rest, mut at) = (Vec::new(), cells, first);
        while !rest.is_empty() {
            let momentum = at % momentum_cells;
            let (piece, after) = rest.split_at_mut(rest.len().min(momentum_cells - momentum));
            let count = piece.len();
            pieces.push((at - momentum, momentum..momentum + count, piece));
            (rest, at) = (after, at + count);
        }
        pieces
            .into_par_iter()
            .try_for_each(|(place, momenta, cells)| self.add_at(&Place::new(&self.loader.grid, place), momenta, cells))
    }

    /// Adds it to cells of some momenta at one place.
    fn add_at(&self, place: &Place, momenta: Range<usize>, cells: &mut [DVec4]) -> Result<()> {
        let Local { density, drift, spin } = self.loader.local(place);
        let (grid, made) = (&self.loader.grid, |momenta| self.loader.weights(momenta, drift));
        let whole = momenta.len() == grid.momentum_cells();
        let (own, sum);
        let weights = match &self.at_rest {
            Some(weights) if drift == DVec3::ZERO => {
                sum = self.total;
                &weights[momenta]
            }
            _ => {
                own = made(momenta)?;
                sum = match drift {
                    DVec3::ZERO => self.total,
                    _ if whole => total(&own),
                    _ => self.loader.total(drift)?,
                };
                &own[..]
            }
        };
        // Sums of centre values are what all moments of the solver are.
        let scale = density / (sum * grid.momentum_volume());
        cells.par_iter_mut().zip(weights).with_min_len(TOGETHER).for_each(|(cell, weight)| {
            *cell += scale * (*weight + weight.x * DVec4::new(0.0, spin.x, spin.y, spin.z));
        });
        Ok(())
    }
}

fn total(weights: &[DVec4]) -> f64 {
    weights.iter().fold(0.0, |total, weight| total + weight.x)
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

/// The centre of a space cell; components along axes that are not resolved are zero.
pub struct Place {
    resolved: DVec3,
    position: DVec3,
    /// k of one wavelength in the domain.
    fundamental: DVec3,
}

impl Place {
    /// The place of the phase-space cell with linear index `cell`.
    pub fn new(grid: &Grid, cell: usize) -> Self {
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
