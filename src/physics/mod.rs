//! The formulas both executors share: Hamiltonian, kinematics, g-factor.

mod particle;

pub use particle::{FormFactors, Momentum, Particle};
