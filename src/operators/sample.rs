//! What every term is told of a space cell.

use glam::{DVec3, DVec4};

/// Fields at one space-cell centre, as every kernel needs them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FieldSample {
    /// E, external fields included.
    pub e: DVec3,
    /// B, external fields included.
    pub b: DVec3,
    /// dE/dx, dE/dy, dE/dz; zero along axes that are not resolved.
    pub de: [DVec3; 3],
    /// dB/dx, dB/dy, dB/dz.
    pub db: [DVec3; 3],
    /// Kinetic momentum p_c - q A along axes that are not resolved, else 0.
    pub p: DVec3,
    /// Force of prescribed potentials, - grad U.
    pub force: DVec3,
    /// A turn of all spins: its axis times the sine, and the cosine, of half its angle.
    pub turn: DVec4,
    /// Share of the particles that an absorption takes away.
    pub absorbed: f64,
}

impl FieldSample {
    /// Largest magnitude of a field over a table.
    pub fn largest(table: &[FieldSample], of: impl Fn(&FieldSample) -> f64) -> f64 {
        table.iter().map(of).fold(0.0, f64::max)
    }
}
