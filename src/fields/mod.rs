//! Maxwell's equations on the host, in float64, on a staggered periodic mesh.

mod external;
mod maxwell;
mod mesh;

pub use external::{ExternalFields, component_index};
pub use maxwell::{Fields, Part};
pub use mesh::{MAXWELL_LIMIT, Mesh};
