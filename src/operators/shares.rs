//! Reads what a relativistic collision will take: sums with its shares.

use glam::DVec3;

use super::{Build, Inputs, Kernel, List, Reading, Sums, Term, Work, wgsl};
use crate::physics::Particle;

/// Sums over momentum at every space cell, each cell with the share 1 - exp(-t p.u/(E tau)) that a relaxation takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadShares {
    /// Its place in [`Recording::tables`](super::Recording::tables).
    pub table: usize,
    /// Place of the rates in [`Recording::covariant`](super::Recording::covariant).
    pub equilibria: usize,
}

/// What the share s of a space cell has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// int s w0
    pub density: f64,
    /// int s p w0
    pub momentum: DVec3,
    /// int s (E - m) w0
    pub kinetic_energy: f64,
    /// int s w
    pub spin: DVec3,
    /// int s p x w/(E + m)
    pub boost: DVec3,
}

/// The sums of `shaders/shares.wgsl`.
const SUMS: &List = &[("DENSITY", 1), ("KINETIC_ENERGY", 1), ("MOMENTUM", 3), ("SPIN_VECTOR", 3), ("BOOST", 3)];

impl Term for ReadShares {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        let mut kernel = Kernel::sums("shares", wgsl!("shares"), (SUMS, 0), build.canonical);
        kernel.files.extend([wgsl!("shared/equilibria"), wgsl!("shared/covariant")]);
        Kernel { work: Work::Sums { list: SUMS, extra: 0, inputs: Inputs::Equilibria }, ..kernel }
    }

    fn kinds(_: bool) -> Vec<Self> {
        vec![ReadShares { table: 0, equilibria: 0 }]
    }

    fn reading(&self, sums: &[Sums], _: &Particle) -> Option<Reading> {
        let shares = |sums: &Sums| Shares {
            density: sums.number("DENSITY"),
            momentum: sums.vector("MOMENTUM"),
            kinetic_energy: sums.number("KINETIC_ENERGY"),
            spin: sums.vector("SPIN_VECTOR"),
            boost: sums.vector("BOOST"),
        };
        Some(Reading::Shares(sums.iter().map(shares).collect()))
    }
}
