//! Maxwell's equations on the host, in float64, on a staggered periodic mesh.

mod absorbing;
mod external;
mod fourier;
mod initial;
mod maxwell;
mod mesh;

pub use external::{ExternalFields, component_index};
pub use maxwell::{Crossed, Fields, Part};
pub use mesh::{MAXWELL_LIMIT, Mesh, along, component, others, vectors};
