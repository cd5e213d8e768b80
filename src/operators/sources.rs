//! Reads the sources of Maxwell's equations.

use glam::DVec3;
use serde::{Deserialize, Serialize};

use super::{Build, Kernel, List, Reading, Sums, Term, wgsl};
use crate::physics::Particle;

/// Sums over momentum at every space cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadSources {
    /// Its place in [`Recording::tables`](super::Recording::tables).
    pub table: usize,
}

/// Moments of one space cell that enter Maxwell's equations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    /// int w0
    pub density: f64,
    /// int ( v w0 + a^B.w ): a^B is the hidden velocity due to B.
    pub stream: DVec3,
    /// P = - mu_B int kappa w x p
    pub polarisation: DVec3,
    /// M = mu_B int ( alpha w - beta p (p.w) )
    pub magnetisation: DVec3,
    /// N_j, j = x, y, z: what P gains per momentum that all particles gain along j,
    /// `N_j = - mu_B int ( kappa w x e_j + kappa'/eps p_j w x p )`.
    pub polarisation_slope: [DVec3; 3],
    /// (2 mu_B/hbar) mu_B int kappa^2 p (p.w): E times it is the rate at which the torque of E turns - P.
    pub torque_turning: DVec3,
    /// int |w0|/eps: charge squared times it is the square of the plasma frequency.
    pub inverse_inertia: f64,
}

impl Sources {
    /// Visits all its numbers.
    pub(crate) fn numbers<E>(&mut self, visit: &mut dyn FnMut(&mut f64) -> Result<(), E>) -> Result<(), E> {
        let Sources {
            density,
            stream,
            polarisation,
            magnetisation,
            polarisation_slope,
            torque_turning,
            inverse_inertia,
        } = self;
        visit(density)?;
        let vectors = [stream, polarisation, magnetisation, torque_turning].into_iter().chain(polarisation_slope);
        vectors.flat_map(|vector| vector.as_mut()).try_for_each(&mut *visit)?;
        visit(inverse_inertia)
    }

    /// int a^E.w, a^E the hidden velocity due to `e`: `- N_j.E` along j, as H is
    /// `eps - P.E` per particle.
    pub fn hidden_stream(&self, e: DVec3) -> DVec3 {
        -DVec3::from(self.polarisation_slope.map(|slope| slope.dot(e)))
    }
}

/// The sums of `shaders/sources.wgsl`.
const SUMS: &List = &[
    ("DENSITY", 1),
    ("STREAM", 3),
    ("MAGNETISATION", 3),
    ("POLARISATION", 3),
    ("POLARISATION_SLOPE", 9),
    ("TORQUE_TURNING", 3),
    ("INVERSE_INERTIA", 1),
];

impl Term for ReadSources {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        Kernel::sums("sources", wgsl!("sources"), (SUMS, 0), build.canonical)
    }

    fn kinds(_: bool) -> Vec<Self> {
        vec![ReadSources { table: 0 }]
    }

    fn reading(&self, sums: &[Sums], particle: &Particle) -> Option<Reading> {
        let moment = particle.moment;
        let sources = |sums: &Sums| Sources {
            density: sums.number("DENSITY"),
            stream: sums.vector("STREAM"),
            magnetisation: sums.vector("MAGNETISATION") * moment,
            polarisation: sums.vector("POLARISATION") * moment,
            polarisation_slope: [0, 1, 2].map(|j| sums.direction("POLARISATION_SLOPE", j) * moment),
            torque_turning: sums.vector("TORQUE_TURNING") * (particle.torque_coefficient() * moment),
            inverse_inertia: sums.number("INVERSE_INERTIA"),
        };
        Some(Reading::Sources(sums.iter().map(sources).collect()))
    }
}
