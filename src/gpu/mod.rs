//! The operators on a graphics adapter through wgpu.

mod context;
mod executor;
mod layout;
mod shaders;

pub use context::{AdapterDescription, Choice, Context, list_adapters};
pub use executor::{GpuExecutor, KernelTiming, LANES, MARCH, REDUCED};
pub use layout::{AxisRecord, FieldRecord, Parameters, SumsRecord};
pub use shaders::{Kernel, Term};
