//! The operators on a graphics adapter through wgpu.

mod context;
mod executor;
mod layout;
mod memory;
mod shaders;
mod slabs;
mod sums;
mod timing;

pub use context::{AdapterDescription, Choice, Context, list_adapters};
pub use executor::{BLOCK, GpuExecutor, LANES};
pub use layout::{AxisRecord, FieldRecord, Parameters, ParticleRecord};
pub use memory::{DeviceMemory, TABLES};
pub use shaders::{Kernel, Line};
pub use slabs::{LINE_CELLS, Limits, Slabs};
pub use sums::{FLUXES, List, OBSERVABLES, SOURCES, position};
pub use timing::{KernelTiming, Profile};
