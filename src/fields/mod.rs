//! Maxwell's equations on the host, in float64, on a staggered periodic mesh.

mod absorbing;
mod centred;
mod external;
mod fourier;
mod given;
mod initial;
mod matter;
mod maxwell;
mod mesh;
mod potential;
mod prescribed;
mod stability;
mod taken;

pub use centred::{centred, rate_left};
pub use external::{ExternalFields, component_index};
pub(crate) use given::{Component, OfFiles};
pub use matter::Matter;
pub use maxwell::Fields;
pub use mesh::{Mesh, along, component, others, vectors};
pub(crate) use potential::closed_form as potential;
pub(crate) use prescribed::{ClosedForm, FieldForm, Local, Prescribed};
pub use stability::{SHARE, Stability, StepLimit};

#[cfg(test)]
mod tests {
    use super::Mesh;

    /// Boxes in one, two and three dimensions, with even, odd and different cells.
    pub fn meshes() -> [Mesh; 6] {
        let mesh = |cells| Mesh { cells, step: [0.3, 0.37, 0.25], first: [-1.0, 0.4, 2.0] };
        [[16, 1, 1], [1, 1, 9], [8, 12, 1], [7, 1, 10], [6, 7, 8], [9, 5, 4]].map(mesh)
    }
}
