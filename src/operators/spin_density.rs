//! Reads the density of particles and of their spins, which mean fields follow.

use glam::DVec3;

use super::{Build, Kernel, List, Reading, Sums, Term, wgsl};
use crate::physics::Particle;

/// Sums over momentum at every space cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadSpinDensity {
    /// Its place in [`Recording::tables`](super::Recording::tables).
    pub table: usize,
}

/// Moments of one space cell, as exact as [`Observables`](super::Observables).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SpinDensity {
    /// int w0
    pub density: f64,
    /// int w
    pub spin: DVec3,
}

/// The sums of `shaders/spin_density.wgsl`.
const SUMS: &List = &[("DENSITY", 1), ("SPIN_VECTOR", 3)];

impl Term for ReadSpinDensity {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        Kernel::sums("spin_density", wgsl!("spin_density"), (SUMS, 0), build.canonical)
    }

    fn kinds(spin: bool) -> Vec<Self> {
        if spin { vec![ReadSpinDensity { table: 0 }] } else { Vec::new() }
    }

    fn reading(&self, sums: &[Sums], _: &Particle) -> Option<Reading> {
        let density = |sums: &Sums| SpinDensity { density: sums.number("DENSITY"), spin: sums.vector("SPIN_VECTOR") };
        Some(Reading::SpinDensity(sums.iter().map(density).collect()))
    }
}
