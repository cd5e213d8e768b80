//! The mean field of the other spins.

use serde::{Deserialize, Serialize};

/// The mean field of a contact interaction: spins turn about the local spin density, and forces push where densities vary.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// g_x: the pair potential V(p - q), the same at all momenta.
    pub strength: f64,
    /// What particles are; it decides the sign.
    pub statistics: QuantumStatistics,
    /// Whether its forces act, of order hbar beside the turns. Default false.
    #[serde(default)]
    pub forces: bool,
}

/// Which particles exchange their spins: the symmetry of a pair.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum QuantumStatistics {
    /// e = 1
    Bosons,
    /// e = -1
    Fermions,
}

impl QuantumStatistics {
    /// The sign e of exchange.
    pub fn sign(self) -> f64 {
        match self {
            QuantumStatistics::Bosons => 1.0,
            QuantumStatistics::Fermions => -1.0,
        }
    }
}
