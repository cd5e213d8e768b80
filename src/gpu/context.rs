//! Adapter, device, limits and the errors they raise.

use std::sync::OnceLock;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::LANES;
use super::layout::kinematics_code;
use super::slabs::{GPU_INVOCATIONS, LINE_CELLS, Limits};
use crate::error::{Error, Result};
use crate::operators::Kernel;
use crate::precision::Precision;
use crate::scenario::schema::Kinematics;

/// An adapter as `spinwigner devices` lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct AdapterDescription {
    /// Position in [`list_adapters`].
    pub index: usize,
    /// As its driver gives it.
    pub name: String,
    /// The interface it is reached by: Vulkan, Metal or DX12.
    pub backend: String,
    /// In words: discrete GPU, integrated GPU and so on.
    pub kind: String,
    /// Computes on the processor, in the machine's memory.
    pub software: bool,
    /// Name and version, as far as known.
    pub driver: String,
    /// Largest part of a buffer that a kernel can be given.
    pub storage_binding_bytes: u64,
    /// Largest buffer.
    pub max_buffer_bytes: u64,
    /// Offers f64 in shaders.
    pub f64: bool,
}

impl AdapterDescription {
    /// What limits the size of a slab.
    pub fn limits(&self) -> Limits {
        let binding_bytes = self.storage_binding_bytes.min(self.max_buffer_bytes);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        // A workgroup for each thread of a processor; a GPU hides the latency of its memory behind many.
        let invocations = if self.software { LANES * threads } else { GPU_INVOCATIONS };
        Limits { binding_bytes, slab_bytes: binding_bytes, line_cells: LINE_CELLS, invocations }
    }

    /// Refuses a precision that the adapter does not offer.
    pub(super) fn require(&self, precision: Precision) -> Result<()> {
        if precision == Precision::F64 && !self.f64 {
            return Err(Error::Input(format!(
                "--precision f64: {} ({}) computes in f32 only; use --precision f32, --device reference, which always \
                 computes in f64, or a device with f64 in `spinwigner devices`",
                self.name, self.backend
            )));
        }
        Ok(())
    }
}

/// Which adapter to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The fastest kind: discrete, integrated, virtual, software.
    Best,
    /// The position in [`list_adapters`].
    Index(usize),
}

/// An open device. Clones share it, and the kernels compiled for it.
#[derive(Clone)]
pub struct Context {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    /// What was opened.
    pub adapter: AdapterDescription,
    /// The first error that no call returned.
    failure: Arc<Mutex<Option<String>>>,
    pipelines: Arc<Mutex<HashMap<Variant, wgpu::ComputePipeline>>>,
}

/// Everything a compiled kernel depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Variant {
    pub kernel: Kernel,
    pub precision: Precision,
    pub spin: bool,
    pub kinematics: Kinematics,
    pub anomalous: bool,
    /// Whether a spin Hamiltonian is given.
    pub given: bool,
}

/// Everything that can compute here, best first.
pub fn list_adapters() -> Vec<AdapterDescription> {
    adapters().iter().enumerate().map(|(index, adapter)| describe(index, adapter)).collect()
}

/// The best adapter that is no software: what a run takes unless it is told otherwise. The system is asked once.
pub fn best_gpu() -> Option<AdapterDescription> {
    static BEST: OnceLock<Option<AdapterDescription>> = OnceLock::new();
    BEST.get_or_init(|| list_adapters().into_iter().find(|adapter| !adapter.software)).clone()
}

fn adapters() -> Vec<wgpu::Adapter> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let instance = wgpu::Instance::new(descriptor);
    let mut adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    adapters.sort_by_key(|adapter| match adapter.get_info().device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    });
    adapters
}

fn describe(index: usize, adapter: &wgpu::Adapter) -> AdapterDescription {
    let (info, limits) = (adapter.get_info(), adapter.limits());
    AdapterDescription {
        index,
        name: info.name,
        backend: info.backend.to_string(),
        kind: match info.device_type {
            wgpu::DeviceType::DiscreteGpu => "discrete GPU",
            wgpu::DeviceType::IntegratedGpu => "integrated GPU",
            wgpu::DeviceType::VirtualGpu => "virtual GPU",
            wgpu::DeviceType::Other => "other",
            wgpu::DeviceType::Cpu => "software on the CPU",
        }
        .into(),
        software: info.device_type == wgpu::DeviceType::Cpu,
        driver: format!("{} {}", info.driver, info.driver_info).trim().into(),
        storage_binding_bytes: limits.max_storage_buffer_binding_size,
        max_buffer_bytes: limits.max_buffer_size,
        // What naga writes for DirectX 12 in f64 is untried, and Metal has none.
        f64: info.backend == wgpu::Backend::Vulkan && adapter.features().contains(wgpu::Features::SHADER_F64),
    }
}

impl Context {
    /// Opens an adapter; `Ok(None)` if this machine has none at all.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] where there is no adapter of this index, [`Error::Device`] where it cannot be opened.
    pub fn open(choice: Choice) -> Result<Option<Context>> {
        let mut adapters = adapters();
        let index = match choice {
            Choice::Best if adapters.is_empty() => return Ok(None),
            Choice::Best => 0,
            Choice::Index(index) if index < adapters.len() => index,
            Choice::Index(index) => {
                return Err(Error::Input(format!(
                    "there is no device {index}; this machine has {}; `spinwigner devices` lists them",
                    match adapters.len() {
                        0 => "none".into(),
                        count => format!("devices 0 to {}", count - 1),
                    }
                )));
            }
        };
        let adapter = adapters.swap_remove(index);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("spinwigner"),
            // The defaults are smaller than what most adapters offer.
            required_limits: adapter.limits(),
            // For profiles, where there are clocks, and for f64.
            required_features: adapter.features() & (wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::SHADER_F64),
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| Error::Device(format!("{} cannot be opened: {error}", adapter.get_info().name)))?;
        let failure = Arc::new(Mutex::new(None));
        let (on_error, on_loss) = (failure.clone(), failure.clone());
        let keep_first = |slot: &Mutex<Option<String>>, text: String| {
            // A poisoned lock still holds the first failure.
            slot.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(text);
        };
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| keep_first(&on_error, error.to_string())));
        device.set_device_lost_callback(move |reason, text| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                keep_first(&on_loss, format!("device lost: {text}"));
            }
        });
        Ok(Some(Context { adapter: describe(index, &adapter), device, queue, failure, pipelines: Default::default() }))
    }

    /// A kernel, compiled at its first use.
    pub(super) fn pipeline(&self, variant: Variant) -> Result<wgpu::ComputePipeline> {
        let mut pipelines = self.pipelines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = pipelines.get(&variant) {
            return Ok(pipeline.clone());
        }
        let pipeline = self.compile(&variant)?;
        pipelines.insert(variant, pipeline.clone());
        Ok(pipeline)
    }

    fn compile(&self, variant: &Variant) -> Result<wgpu::ComputePipeline> {
        let &Variant { ref kernel, precision, spin, kinematics, anomalous, given } = variant;
        let device = &self.device;
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let label = &kernel.label;
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(label),
            source: wgpu::ShaderSource::Wgsl(kernel.source(precision, spin).into()),
        });
        let entries: Vec<_> = kernel
            .bindings()
            .iter()
            .enumerate()
            .map(|(binding, &read_only)| wgpu::BindGroupLayoutEntry {
                binding: binding as u32,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Storage { read_only },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        let bindings =
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries: &entries });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(label),
            bind_group_layouts: &[Some(&bindings)],
            immediate_size: 0,
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(label),
            layout: Some(&layout),
            module: &module,
            entry_point: Some(kernel.entry_point),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &kernel.constants(kinematics_code(kinematics), anomalous, given),
                // Every lane writes what is read after the barrier.
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        match pollster::block_on(scope.pop()) {
            Some(error) => Err(Error::Device(format!("{} rejects kernel `{label}`: {error}", self.adapter.name))),
            None => Ok(pipeline),
        }
    }

    /// The first error that the device reported on its own.
    pub(super) fn check(&self) -> Result<()> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        match failure.as_ref() {
            None => Ok(()),
            Some(text) => Err(Error::Device(format!("{}: {text}", self.adapter.name))),
        }
    }

    /// Waits until everything submitted has finished.
    pub(super) fn wait(&self) -> Result<()> {
        self.device
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|error| Error::Device(format!("{}: {error}", self.adapter.name)))?;
        self.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The refusal names the adapter and where f64 is to be had.
    #[test]
    fn f64_is_refused_where_it_is_not_offered() {
        let adapter = |f64| AdapterDescription {
            index: 0,
            name: "Apple M9".into(),
            backend: "metal".into(),
            kind: "integrated GPU".into(),
            software: false,
            driver: String::new(),
            storage_binding_bytes: 1 << 30,
            max_buffer_bytes: 1 << 30,
            f64,
        };
        assert!(adapter(false).require(Precision::F32).is_ok() && adapter(true).require(Precision::F64).is_ok());
        match adapter(false).require(Precision::F64) {
            Err(Error::Input(text)) => {
                assert!(text.contains("Apple M9 (metal)") && text.contains("--device reference"), "{text}");
            }
            other => panic!("expected a refusal, found {other:?}"),
        }
    }
}
