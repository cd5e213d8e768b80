//! A mean current, which drives a uniform E where that evolves.
//!
//! Of Ampere's law only `dE/dt = -j` is left of what is uniform: particles that drift at u against charges that stand
//! still swing with `d^2 u/dt^2 = -w_p^2 u`, and E with `q n u/w_p`. A wave that linear theory sees in a steady drift
//! meets another plasma a quarter of a period later.

use std::f64::consts::PI;

use glam::DVec3;

use crate::grid::{AXIS_NAMES, Grid, MOMENTUM};
use crate::numerals::number;
use crate::operators::Sources;
use crate::physics::Particle;
use crate::scenario::schema::{Evolution, PhaseAxis, Scenario};

/// Mean velocity, over the largest on the grid, that is worth a note.
const NOTED: f64 = 1e-3;

/// What is to be said of the mean current at the start; none where fields do not answer it, or ends absorb.
pub(crate) fn mean_current(
    scenario: &Scenario,
    grid: &Grid,
    particle: &Particle,
    sources: &[Sources],
) -> Option<String> {
    let space = &scenario.phase_space;
    let open = PhaseAxis::SPACE.iter().any(|&axis| space.axis(axis).is_some_and(|a| a.absorbing_layer.is_some()));
    let driven = |j: usize| match scenario.fields.evolution {
        Evolution::Frozen => false,
        Evolution::Maxwell => true,
        Evolution::Electrostatic => grid.axis(j).is_some() || grid.space_cells() == 1,
    };
    let density: f64 = sources.iter().map(|s| s.density).sum();
    if open || particle.charge == 0.0 || density <= 0.0 {
        return None;
    }
    let mean = sources.iter().map(|s| s.stream).sum::<DVec3>() / density;
    let reach = |slot: usize| grid.axis(slot).map_or(0.0, |axis| axis.from.abs().max(axis.to().abs()));
    let largest = (MOMENTUM..MOMENTUM + 3).map(|slot| particle.velocity(DVec3::X * reach(slot)).x).fold(0.0, f64::max);
    let drifts: Vec<usize> = (0..3).filter(|&j| driven(j) && mean[j].abs() > NOTED * largest).collect();
    if drifts.is_empty() {
        return None;
    }
    let inertia = sources.iter().map(|s| s.inverse_inertia).sum::<f64>() / sources.len() as f64;
    let frequency = particle.charge.abs() * inertia.sqrt();
    let along = |j: &usize| format!("{} along {}", number(mean[*j], 4), AXIS_NAMES[*j]);
    let along = drifts.iter().map(along).collect::<Vec<_>>().join(" and ");
    let speed = drifts.iter().map(|&j| mean[j] * mean[j]).sum::<f64>().sqrt();
    Some(format!(
        "the particles have a mean velocity, {along}, and with it a mean current, which drives a uniform E up to {} that \
         turns the whole plasma round within t = pi/omega_p = {}: momenta swing by {} and more, and no wave of a steady \
         drift grows at its rate; choose drifts whose currents add up to zero, as in the frame of the mean velocity, or \
         add a population that carries the current back",
        number(particle.charge.abs() * density / sources.len() as f64 * speed / frequency, 3),
        number(PI / frequency, 3),
        number(2.0 * particle.mass * speed, 3)
    ))
}
