//! How particles collide.

use serde::{Deserialize, Serialize};

use super::Statistics;

/// Relaxation towards the local equilibrium of the same number, momentum, energy and spin.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Collisions {
    /// tau > 0 at density and temperature 1.
    pub tau: f64,
    /// Power of the density in tau. Default 0.
    #[serde(default)]
    pub density_power: f64,
    /// Power of the temperature in tau. Default 0.
    #[serde(default)]
    pub temperature_power: f64,
    /// Of the equilibrium. Default Boltzmann.
    #[serde(default)]
    pub statistics: Statistics,
    /// Coefficient of the nonlocal term; 1, the default, is a plain relaxation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xi: Option<f64>,
    /// Pseudo-gauge parameter, in place of xi: xi = (1 - zeta)(E + m)/E, 2 (1 - zeta) without relativity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zeta: Option<f64>,
    /// Whether collisions keep the number of particles; else only energy and momentum, at chemical potential 0. Default
    /// true.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub conserves_number: bool,
    /// Cells of less than this share of the largest density count as empty. Default 1e-6.
    #[serde(default = "empty")]
    pub empty_below: f64,
}

impl Collisions {
    /// Whether gradients act on spins: 1 - xi differs from 0 somewhere.
    pub fn is_nonlocal(&self) -> bool {
        self.zeta.is_some() && self.xi.is_none() || self.xi() != 1.0
    }

    /// xi without relativity, also where zeta gives it.
    pub fn xi(&self) -> f64 {
        self.zeta.map_or(self.xi.unwrap_or(1.0), |zeta| 2.0 * (1.0 - zeta))
    }

    /// tau at a density and temperature.
    pub fn time(&self, density: f64, temperature: f64) -> f64 {
        self.tau * density.powf(self.density_power) * temperature.powf(self.temperature_power)
    }
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
fn is_true(flag: &bool) -> bool {
    *flag
}

fn empty() -> f64 {
    1e-6
}
