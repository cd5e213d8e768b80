//! What terms ask when they are recorded.

use glam::DVec3;

use super::sweep::parts;
use super::{Command, FieldSample, Recording, Scheme};
use crate::grid::{Grid, MOMENTUM};
use crate::physics::Particle;

/// Decides kernels and sub-cycles; the one place that bounds speeds.
#[derive(Clone, Copy)]
pub struct Recorder<'a> {
    /// All cells, of space and momentum.
    pub grid: &'a Grid,
    /// Constants of the species.
    pub particle: &'a Particle,
    /// What makes a sweep, one after the other.
    pub schemes: &'a [Scheme],
}

impl Recorder<'_> {
    /// Largest |p| on the grid; unresolved momenta taken from the table.
    pub(super) fn largest_momentum(&self, table: &[FieldSample]) -> f64 {
        let resolved: f64 = self
            .grid
            .momenta()
            .filter_map(|slot| self.grid.axis(slot))
            .map(|axis| axis.from.abs().max(axis.to().abs()).powi(2))
            .sum();
        (resolved + FieldSample::largest(table, |s| s.p.length_squared())).sqrt()
    }

    /// Largest |v_j| on the grid along direction `axis`.
    pub fn largest_velocity(&self, axis: usize, table: &[FieldSample]) -> f64 {
        let along = match self.grid.axis(MOMENTUM + axis) {
            Some(axis) => axis.from.abs().max(axis.to().abs()),
            None => FieldSample::largest(table, |s| s.p[axis].abs()),
        };
        along / self.particle.energy(DVec3::X * along)
    }

    /// Appends a sweep along storage slot `slot` that moves by `distance` at the most, cut into as
    /// many equal parts as keep the Courant number of each below one.
    pub(super) fn sweep(
        &self,
        recording: &mut Recording,
        slot: usize,
        (speed, time): (f64, f64),
        part: impl Fn(f64, Scheme) -> Command,
    ) {
        let Some(step) = self.grid.axis(slot).map(|axis| axis.step) else { return };
        let parts = parts(speed * time / step);
        let time = time / parts as f64;
        recording.commands.extend((0..parts).flat_map(|_| self.schemes).map(|&scheme| part(time, scheme)));
    }
}
