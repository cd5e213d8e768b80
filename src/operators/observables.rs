//! Reads what the diagnostics need beyond the sources.

use glam::DVec3;

use super::{Build, Kernel, List, Reading, Sums, Term, wgsl};
use crate::physics::Particle;

/// Sums over momentum at every space cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadObservables {
    /// Its place in [`Recording::tables`](super::Recording::tables).
    pub table: usize,
}

/// Moments of one space cell for the diagnostics. On a device they are as exact as the
/// state: at least 1e-10 of the sum of magnitudes, but for `momentum_scale`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Observables {
    /// int w0
    pub density: f64,
    /// int p w0
    pub momentum: DVec3,
    /// int w
    pub spin: DVec3,
    /// int (eps - m) w0
    pub kinetic_energy: f64,
    /// P and M as in [`Sources`](super::Sources), more exact.
    pub polarisation: DVec3,
    /// M, see above.
    pub magnetisation: DVec3,
    /// int w.h, h a given one
    pub given_energy: f64,
    /// int (w0^2 + |w|^2)/2
    pub purity: f64,
    /// int |w0| over the outermost cells of the momentum axes
    pub edge: f64,
    /// int |p| |w0|, the scale momentum errors are compared with
    pub momentum_scale: f64,
    /// min (w0 - |w|) over the momentum cells
    pub positivity: f64,
}

/// The sums of `shaders/observables.wgsl`; one number more is the least w0 - |w|.
const SUMS: &List = &[
    ("DENSITY", 1),
    ("EDGE", 1),
    ("MOMENTUM_SCALE", 1),
    ("KINETIC_ENERGY", 1),
    ("PURITY", 1),
    ("MOMENTUM", 3),
    ("SPIN_VECTOR", 3),
    ("MAGNETISATION", 3),
    ("POLARISATION", 3),
    ("GIVEN_TURN", 1),
];

impl Term for ReadObservables {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        Kernel::sums("observables", wgsl!("observables"), (SUMS, 1), build.canonical)
    }

    fn kinds(_: bool) -> Vec<Self> {
        vec![ReadObservables { table: 0 }]
    }

    fn reading(&self, sums: &[Sums], particle: &Particle) -> Option<Reading> {
        let moment = particle.moment;
        let observables = |sums: &Sums| Observables {
            density: sums.number("DENSITY"),
            edge: sums.number("EDGE"),
            momentum_scale: sums.number("MOMENTUM_SCALE"),
            kinetic_energy: sums.number("KINETIC_ENERGY"),
            purity: sums.number("PURITY"),
            momentum: sums.vector("MOMENTUM"),
            spin: sums.vector("SPIN_VECTOR"),
            magnetisation: sums.vector("MAGNETISATION") * moment,
            polarisation: sums.vector("POLARISATION") * moment,
            given_energy: sums.number("GIVEN_TURN") * 0.5 * particle.hbar,
            positivity: sums.least[0],
        };
        Some(Reading::Observables(sums.iter().map(observables).collect()))
    }
}
