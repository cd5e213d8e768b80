//! The operators on a graphics adapter through wgpu.

mod context;
mod ends;
mod executor;
mod layout;
mod mean_field;
mod memory;
mod slabs;
mod sums;
mod timing;

pub use context::{AdapterDescription, Choice, Context, best_gpu, list_adapters};
pub use executor::GpuExecutor;
pub use layout::{AxisRecord, FieldRecord, Parameters, ParticleRecord};
pub use memory::{DeviceMemory, TABLES};
pub use slabs::{GPU_INVOCATIONS, LINE_CELLS, Limits, SEGMENT_CELLS, Slabs};
pub use timing::{KernelTiming, Profile};

/// Invocations per workgroup, `LANES` of the shaders.
pub const LANES: usize = 64;
/// Momentum cells of one workgroup in a kernel that works by momentum blocks.
pub const BLOCK: usize = 4096;
