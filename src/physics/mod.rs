//! The formulas both executors share: Hamiltonian, kinematics, g-factor.

mod particle;
mod rotation;

pub use particle::{FormFactors, GivenHamiltonian, Momentum, Particle};
pub use rotation::turned_by;
