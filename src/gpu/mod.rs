//! The operators on a graphics adapter through wgpu.

mod context;
mod executor;
mod layout;
mod shaders;
mod slabs;
mod sums;

pub use context::{AdapterDescription, Choice, Context, list_adapters};
pub use executor::{BLOCK, DeviceMemory, GpuExecutor, KernelTiming, LANES, Profile, TABLES};
pub use layout::{AxisRecord, FieldRecord, Parameters, ParticleRecord};
pub use shaders::{Kernel, Line};
pub use slabs::{LINE_CELLS, Limits, REACH, Slabs};
pub use sums::{FLUXES, List, OBSERVABLES, SOURCES, position};
