//! Reads what the local balances need beyond sources and observables.

use glam::DVec3;

use super::{Build, Kernel, List, Reading, Sums, Term, wgsl};
use crate::physics::Particle;

/// Sums over momentum at every space cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadFluxes {
    /// Its place in [`Recording::tables`](super::Recording::tables).
    pub table: usize,
}

/// Moments of one space cell for the local balances. With the flow along x, y and z
/// of cell (w0, w), `(v_j w0 + a_j.w, v_j w + a_j w0)` = (J_j0, J_j), all a included:
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fluxes {
    /// int p J_j0, one vector per direction j of the flow.
    pub momentum: [DVec3; 3],
    /// int J_j, one vector per direction j.
    pub spin: [DVec3; 3],
    /// int ( (eps - m) J_j0 - mu_B T.J_j )
    pub energy: DVec3,
    /// mu_B int w x T
    pub torque: DVec3,
}

/// The sums of `shaders/balance.wgsl`; fluxes have one vector per direction.
const SUMS: &List = &[("MOMENTUM_FLUX", 9), ("SPIN_FLUX", 9), ("ENERGY_FLUX", 3), ("TORQUE", 3)];

impl Term for ReadFluxes {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        Kernel::sums("balance", wgsl!("balance"), (SUMS, 0), build.canonical)
    }

    fn kinds(_: bool) -> Vec<Self> {
        vec![ReadFluxes { table: 0 }]
    }

    fn reading(&self, sums: &[Sums], _: &Particle) -> Option<Reading> {
        let fluxes = |sums: &Sums| Fluxes {
            momentum: [0, 1, 2].map(|j| sums.direction("MOMENTUM_FLUX", j)),
            spin: [0, 1, 2].map(|j| sums.direction("SPIN_FLUX", j)),
            energy: sums.vector("ENERGY_FLUX"),
            torque: sums.vector("TORQUE"),
        };
        Some(Reading::Fluxes(sums.iter().map(fluxes).collect()))
    }
}
