//! What Maxwell's equations know of particles.

use glam::DVec3;

/// Charges and currents of all that moves, in one space cell, at its centre.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Matter {
    /// Density of free charge.
    pub charge: f64,
    /// Density j of free current while B is fixed.
    pub current: DVec3,
    /// P, of E = D - P.
    pub polarisation: DVec3,
    /// M, of H = B - M.
    pub magnetisation: DVec3,
}
