//! Reads how long all spins are together, which bounds how fast they turn in the mean field of each other.

use super::{Build, Kernel, List, Reading, Sums, Term, wgsl};
use crate::physics::Particle;

/// int |w| at every space cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadSpinLength {
    /// Its place in [`Recording::tables`](super::Recording::tables).
    pub table: usize,
}

/// The sums of `shaders/spin_length.wgsl`.
const SUMS: &List = &[("LENGTH", 1)];

impl Term for ReadSpinLength {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        Kernel::sums("spin_length", wgsl!("spin_length"), (SUMS, 0), build.canonical)
    }

    fn kinds(spin: bool) -> Vec<Self> {
        if spin { vec![ReadSpinLength { table: 0 }] } else { Vec::new() }
    }

    fn reading(&self, sums: &[Sums], _: &Particle) -> Option<Reading> {
        Some(Reading::SpinLengths(sums.iter().map(|sums| sums.number("LENGTH")).collect()))
    }
}
