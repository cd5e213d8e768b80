//! Reads what pairs of spins have of the mean field of each other.

use super::{Build, Inputs, Kernel, List, Reading, Sums, Term, Work, wgsl};
use crate::physics::Particle;

/// int a.w at every space cell, a being the mean field of w with nothing taken off: int int V w.w' where its scale is V(0) times
/// the volume of a momentum cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadPairs {
    /// A table, of which it asks nothing.
    pub table: usize,
    /// Its place in [`Recording::mean_fields`](super::Recording::mean_fields).
    pub mean_field: usize,
    /// Whether the pair potential is a product of one for each axis.
    pub separable: bool,
}

impl ReadPairs {
    /// The sums of `shaders/pairs.wgsl`.
    pub const SUMS: &List = &[("PAIRS", 1)];
}

impl Term for ReadPairs {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, _: Build) -> Kernel {
        let kernel = Kernel::sums("pairs", wgsl!("pairs"), (Self::SUMS, 0), false);
        Kernel { work: Work::Sums { list: Self::SUMS, extra: 0, inputs: Inputs::MeanField }, ..kernel }
    }

    fn kinds(spin: bool) -> Vec<Self> {
        let kind = |separable| ReadPairs { table: 0, mean_field: 0, separable };
        if spin { [true, false].map(kind).into() } else { Vec::new() }
    }

    fn reading(&self, sums: &[Sums], _: &Particle) -> Option<Reading> {
        Some(Reading::Pairs(sums.iter().map(|sums| sums.number("PAIRS")).collect()))
    }
}
