//! The exchange mean field of a contact interaction: each spin turns about the local spin density.
//!
//! A. E. Ruckenstein, L. P. Levy, on spin transport in dilute polarized gases: of the pair potential V(p - q) = g_x a
//! particle meets h_k(x) = (e/2) g_x int w_k dq, e = 1 for bosons and -1 for fermions, and
//!
//! ```text
//! dt w = (2/hbar) h x w = - (e g_x/hbar) w x S,    S = int w dq
//! E = (e g_x/4) int |S|^2 dx
//! ```
//!
//! The torque sums to zero over momenta: S is the same before and after, and the turn about it is exact.

pub mod amplitude;

use glam::DVec3;

use crate::operators::{FieldSample, SpinDensity, Turn};
use crate::scenario::schema::Scenario;

/// The mean field of one species.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exchange {
    /// e g_x
    strength: f64,
    hbar: f64,
}

impl Exchange {
    /// That of a validated scenario, if it has any.
    pub fn of(scenario: &Scenario) -> Option<Exchange> {
        let exchange = scenario.exchange?;
        Some(Exchange { strength: exchange.statistics.sign() * exchange.strength, hbar: scenario.species.hbar })
    }

    /// The angular velocity of every spin where the spin density is `spin`, right-handed: (e g_x/hbar) S.
    pub fn rate(&self, spin: DVec3) -> DVec3 {
        spin * (self.strength / self.hbar)
    }

    /// The turns of all space cells in a time, negative backwards.
    pub fn turns(&self, densities: &[SpinDensity], time: f64) -> Vec<FieldSample> {
        densities.iter().map(|density| Turn::sample(self.rate(density.spin) * time)).collect()
    }

    /// Energy per volume of space where the spin density is `spin`.
    pub fn energy(&self, spin: DVec3) -> f64 {
        0.25 * self.strength * spin.length_squared()
    }
}
