//! A kind of particles, as fields and executors meet it.

use glam::DVec3;

use crate::fields::{Fields, Matter};
use crate::grid::{AXES, Grid, MOMENTUM};
use crate::operators::{FieldSample, Sources};
use crate::physics::Particle;
use crate::scenario::schema::Canonical;

/// Particles of one kind and the momenta that the grid does not resolve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Species {
    /// Charge, mass, moment and kinematics.
    pub particle: Particle,
    /// Conserved canonical momentum p_c along axes that are not resolved.
    canonical: DVec3,
    /// 1 along those axes, else 0.
    unresolved: DVec3,
}

impl Species {
    /// Particles on a grid; of `canonical` only the components that it does not resolve count.
    pub fn new(particle: Particle, grid: &Grid, canonical: Canonical) -> Species {
        let mut unresolved = DVec3::ZERO;
        for slot in MOMENTUM..AXES {
            unresolved[slot - MOMENTUM] = if grid.axis(slot).is_none() { 1.0 } else { 0.0 };
        }
        Species { particle, canonical: DVec3::new(canonical.px, canonical.py, canonical.pz), unresolved }
    }

    /// 1 for the components of A that it needs: those along momenta reduced to p_c - q A.
    pub fn needed_potential(&self) -> DVec3 {
        if self.particle.charge == 0.0 { DVec3::ZERO } else { self.unresolved }
    }

    /// The momentum p_c - q A along axes that are not resolved, 0 along the others.
    pub fn unresolved_momentum(&self, a: DVec3) -> DVec3 {
        self.unresolved * (self.canonical - self.particle.charge * a)
    }

    /// The table its kernels read: [`Fields::table`] with the momenta that are not resolved.
    pub fn table(&self, fields: &Fields, e: &[DVec3], time: f64) -> Vec<FieldSample> {
        let mut table = fields.table(e, time);
        for (sample, a) in table.iter_mut().zip(&fields.a) {
            sample.p = self.unresolved_momentum(*a);
        }
        table
    }

    /// Its charges and currents.
    pub fn matter(&self, sources: &[Sources]) -> Vec<Matter> {
        let charge = self.particle.charge;
        let matter = |s: &Sources| Matter {
            charge: charge * s.density,
            current: charge * s.stream,
            polarisation: s.polarisation,
            magnetisation: s.magnetisation,
        };
        sources.iter().map(matter).collect()
    }

    /// Current of the hidden velocity due to `e`, the mean of that before and after.
    pub fn hidden_current(&self, e: &[DVec3], before: &[Sources], after: &[Sources]) -> Vec<DVec3> {
        let mean = |i: usize| 0.5 * (before[i].hidden_stream(e[i]) + after[i].hidden_stream(e[i]));
        (0..e.len()).map(|i| self.particle.charge * mean(i)).collect()
    }

    /// a of every cell: `E x a` is the rate at which the E of a kick turns itself, see [`crate::fields::centred`].
    pub fn turning(&self, sources: &[Sources]) -> Vec<DVec3> {
        let curl = |s: &Sources| -> DVec3 { (0..3).map(|j| DVec3::AXES[j].cross(s.polarisation_slope[j])).sum() };
        sources.iter().map(|s| self.particle.charge * curl(s) + s.torque_turning).collect()
    }
}
