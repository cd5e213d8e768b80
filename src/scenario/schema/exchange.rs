//! The mean field of the other spins.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The mean field of a contact interaction: spins turn about the local spin density, and forces push where densities vary.
/// With a range they turn about what the pair potential leaves of it at their momentum.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// g_x: the pair potential V(p - q), the same at all momenta or, with a range, at p = q.
    pub strength: f64,
    /// What particles are; it decides the sign.
    pub statistics: QuantumStatistics,
    /// Whether its forces act, of order hbar beside the turns. Default false.
    #[serde(default)]
    pub forces: bool,
    /// How the pair potential falls off. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
}

/// V(p - q)/g_x; momenta that are not resolved count as equal.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Range {
    /// exp(-|p - q|^2/(2 width^2))
    Gaussian {
        /// A momentum, > 0.
        width: f64,
    },
    /// Pairs of |p - q|, from 0 on, and V/g_x, with straight lines between them; 0 beyond the last.
    Table(Vec<[f64; 2]>),
    /// The same from an array of shape (rows, 2); a validated scenario has the table in its place.
    File(PathBuf),
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
