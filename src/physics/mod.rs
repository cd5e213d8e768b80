//! The formulas both executors share: Hamiltonian, kinematics, g-factor.

mod particle;
mod rotation;

pub use particle::{FormFactors, Given, Momentum, Particle};
pub use rotation::turned_by;
