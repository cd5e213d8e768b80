//! The operators on a graphics adapter through wgpu.

mod context;
mod executor;
mod layout;
mod shaders;
mod slabs;

pub use context::{AdapterDescription, Choice, Context, list_adapters};
pub use executor::{BLOCK, DeviceMemory, GpuExecutor, KernelTiming, LANES, Profile, TABLES};
pub use layout::{AxisRecord, FLUXES, FieldRecord, Parameters, ParticleRecord, SUMS};
pub use shaders::{Kernel, Line};
pub use slabs::{LINE_CELLS, Limits, REACH, Slabs};
