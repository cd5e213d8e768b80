//! What limits the step of an initial state: its largest int |w0|/eps, found without holding its cells.

use glam::DVec3;
use rayon::prelude::*;

use super::population::{Loader, Place};
use crate::error::Result;
use crate::grid::Grid;
use crate::physics::Particle;
use crate::scenario::schema::{Population, Scenario};
use crate::state::Cells;

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

/// The same of a state that is there, where it can be read and is no larger than [`READ_AT_ONCE`] in single precision.
pub fn inverse_inertia_of(
    state: &dyn Cells,
    grid: &Grid,
    particle: &Particle,
    unresolved: &dyn Fn(usize) -> DVec3,
) -> Option<f64> {
    let components = state.components();
    if (size_of::<f32>() * components * grid.cells()) as u64 > READ_AT_ONCE {
        return None;
    }
    let (mut largest, mut sum, mut own) = (0.0_f64, 0.0, DVec3::ZERO);
    for cells in grid.parts() {
        let numbers = state.take(cells.clone()).ok()?.widened();
        for (cell, w0) in cells.zip(numbers.iter().step_by(components)) {
            let (place, momentum) = (cell / grid.momentum_cells(), cell % grid.momentum_cells());
            if momentum == 0 {
                (largest, sum, own) = (largest.max(sum), 0.0, unresolved(place));
            }
            sum += w0.abs() / particle.energy(grid.momentum(momentum) + own);
        }
    }
    Some(grid.momentum_volume() * largest.max(sum))
}

/// Largest state that is read before a run, in bytes of single precision: more would take too long.
pub const READ_AT_ONCE: u64 = 1 << 30;

/// Momenta that [`largest_inverse_inertia`] sums over at the most, and bounds of the places it looks at.
const EVALUATIONS: usize = 1 << 26;
const FEWEST_PLACES: usize = 8;
const MOST_PLACES: usize = 256;
const SPACE_CELLS: usize = 1 << 24;
