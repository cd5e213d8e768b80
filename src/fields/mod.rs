//! Maxwell's equations on the host, in float64, on a staggered periodic mesh.

mod absorbing;
mod centred;
mod external;
mod fourier;
mod initial;
mod matter;
mod maxwell;
mod mesh;
mod stability;

pub use centred::{centred, rate_left};
pub use external::{ExternalFields, component_index};
pub use matter::Matter;
pub use maxwell::Fields;
pub use mesh::{Mesh, along, component, others, vectors};
pub use stability::{SHARE, Stability, StepLimit};

#[cfg(test)]
mod tests {
    use glam::DVec3;

    use super::Mesh;

    /// Boxes in one, two and three dimensions, with even, odd and different cells.
    pub fn meshes() -> [Mesh; 6] {
        let mesh = |cells| Mesh { cells, step: [0.3, 0.37, 0.25], first: [-1.0, 0.4, 2.0] };
        [[16, 1, 1], [1, 1, 9], [8, 12, 1], [7, 1, 10], [6, 7, 8], [9, 5, 4]].map(mesh)
    }

    /// Numbers between -1 and 1 without structure; the same for the same seed.
    pub struct Noise(pub u64);

    impl Noise {
        pub fn number(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        }

        pub fn numbers(&mut self, mesh: &Mesh) -> Vec<f64> {
            (0..mesh.size()).map(|_| self.number()).collect()
        }

        pub fn vectors(&mut self, mesh: &Mesh) -> Vec<DVec3> {
            (0..mesh.size()).map(|_| DVec3::from(std::array::from_fn(|_| self.number()))).collect()
        }
    }
}
