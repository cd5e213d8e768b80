//! Executes recordings on a device that holds the state in two buffers.

use std::collections::HashMap;

use super::context::Context;
use super::layout::{FieldRecord, Parameters, Sums, SumsRecord, kinematics_code};
use super::shaders::{Kernel, Term};
use crate::error::{Error, Result};
use crate::grid::{Grid, MOMENTUM};
use crate::operators::{Command, Executor, ExecutorDescription, Reading, Recording, Speed};
use crate::physics::Particle;
use crate::state::State;

/// Invocations per workgroup, `LANES` of the shaders.
pub const LANES: usize = 64;
/// Cells one invocation of a sweep advances, `MARCH` of the shaders.
pub const MARCH: usize = 8;
/// Momentum cells one workgroup of a reduction adds, `LANES * RUN`.
pub const REDUCED: usize = LANES * 8;
/// Workgroups per dispatch dimension that every adapter allows.
const MAX_GROUPS: usize = 65535;
/// Submissions in flight before the host waits.
const MAX_UNFINISHED: usize = 16;
/// Bytes of one staging copy when a state is read back.
const READBACK: u64 = 64 << 20;

/// The state and the kernels on one device.
pub struct GpuExecutor {
    context: Context,
    grid: Grid,
    particle: Particle,
    state: [wgpu::Buffer; 2],
    /// Which of the two buffers holds the state.
    current: usize,
    face_flux: wgpu::Buffer,
    sums: wgpu::Buffer,
    parameters: wgpu::Buffer,
    fields: wgpu::Buffer,
    staging: wgpu::Buffer,
    pipelines: HashMap<Kernel, wgpu::ComputePipeline>,
    /// Distance between parameter blocks and between field tables.
    alignment: u64,
    /// Submissions since the device was last waited for.
    unfinished: usize,
}

/// A command with its kernel, and where its reading will lie in the staging buffer.
struct Bound {
    kernel: Kernel,
    direction: usize,
    table: usize,
    staged: Option<std::ops::Range<usize>>,
}

/// Time of repeated dispatches of one kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelTiming {
    pub name: String,
    /// Seconds per dispatch.
    pub seconds: f64,
    /// Bytes that one dispatch must move: the state read, and written if it is.
    pub bytes: f64,
}

fn storage(device: &wgpu::Device, label: &str, bytes: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: bytes.max(16),
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

fn staging(device: &wgpu::Device, bytes: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("staging"),
        size: bytes.max(16),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

impl GpuExecutor {
    /// Puts a state on the device. `Error::Input` if the grid does not fit.
    pub fn new(context: Context, grid: Grid, particle: Particle, state: &State) -> Result<Self> {
        let (space_cells, momentum_cells) = (grid.space_cells(), grid.momentum_cells());
        let bytes = (grid.cells() * state.components() * size_of::<f32>()) as u64;
        let flux_bytes = (space_cells * momentum_cells.div_ceil(LANES) * size_of::<f32>()) as u64;
        let sums_bytes = (space_cells * momentum_cells.div_ceil(REDUCED) * size_of::<SumsRecord>()) as u64;
        let table_bytes = (space_cells * size_of::<FieldRecord>()) as u64;
        let largest = bytes.max(flux_bytes).max(sums_bytes).max(table_bytes);
        let limit = context.adapter.storage_binding_bytes.min(context.adapter.max_buffer_bytes);
        if largest > limit {
            return Err(Error::Input(format!(
                "the grid has {} cells, {} MiB on the device, but one storage binding of {} holds {} MiB; \
                 use fewer cells, or --device reference",
                grid.cells(),
                largest >> 20,
                context.adapter.name,
                limit >> 20
            )));
        }
        let device = &context.device;
        let out_of_memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let executor = GpuExecutor {
            state: [storage(device, "state", bytes), storage(device, "state", bytes)],
            current: 0,
            face_flux: storage(device, "face flux", flux_bytes),
            sums: storage(device, "sums", sums_bytes),
            parameters: storage(device, "parameters", 0),
            fields: storage(device, "fields", 0),
            staging: staging(device, 0),
            pipelines: HashMap::new(),
            unfinished: 0,
            alignment: u64::from(device.limits().min_storage_buffer_offset_alignment.max(16)),
            grid,
            particle,
            context,
        };
        executor.refuse_too_many_workgroups()?;
        let numbers: Vec<f32> = state.numbers().into_iter().map(|number| number as f32).collect();
        executor.context.queue.write_buffer(&executor.state[0], 0, bytemuck::cast_slice(&numbers));
        if let Some(error) = pollster::block_on(out_of_memory.pop()) {
            return Err(Error::Device(format!(
                "{} has no room for twice {} MiB of state: {error}; use fewer cells",
                executor.context.adapter.name,
                bytes >> 20
            )));
        }
        executor.context.wait()?;
        Ok(executor)
    }

    /// Sweeps along x and reductions keep all momentum cells in one dimension.
    fn refuse_too_many_workgroups(&self) -> Result<()> {
        let sweep = Kernel::Sweep { term: Term::Advection, speed: Speed::Uniform, flux: false };
        let sweeps = self.grid.spaces().map(|axis| self.workgroups(sweep, axis));
        let reduction = self.workgroups(Kernel::Sources, 0);
        if sweeps.chain([reduction]).flatten().any(|groups| groups > MAX_GROUPS) {
            return Err(Error::Input(format!(
                "{} space and {} momentum cells need more than {MAX_GROUPS} workgroups in one dimension; \
                 use fewer cells, or --device reference",
                self.grid.space_cells(),
                self.grid.momentum_cells()
            )));
        }
        Ok(())
    }

    fn spin(&self) -> bool {
        self.particle.spin
    }

    /// Compiles a kernel at its first use.
    fn prepare(&mut self, kernel: Kernel) -> Result<()> {
        if self.pipelines.contains_key(&kernel) {
            return Ok(());
        }
        let device = &self.context.device;
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let label = kernel.label();
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(&label),
            source: wgpu::ShaderSource::Wgsl(kernel.source(self.spin()).into()),
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
        let bindings = device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(&label), entries: &entries });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(&label),
            bind_group_layouts: &[Some(&bindings)],
            immediate_size: 0,
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(&label),
            layout: Some(&layout),
            module: &module,
            entry_point: Some(kernel.entry_point()),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &kernel.constants(kinematics_code(self.particle.kinematics), self.particle.anomaly != 0.0),
                // Every lane writes what is read after the barrier.
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        if let Some(error) = pollster::block_on(scope.pop()) {
            return Err(Error::Device(format!("{} rejects kernel `{label}`: {error}", self.context.adapter.name)));
        }
        self.pipelines.insert(kernel, pipeline);
        Ok(())
    }

    /// The kernel of a command and the parameters it runs with.
    fn bind(&self, command: &Command) -> (Kernel, Parameters, usize) {
        let mut parameters = Parameters::new(&self.grid, &self.particle);
        let over_step = |slot: usize, time: f64| self.grid.axis(slot).map_or(0.0, |axis| time / axis.step) as f32;
        match *command {
            Command::Advection { axis, time, streaming, speed, table, flux } => {
                parameters.direction = axis as u32;
                parameters.streaming = u32::from(streaming);
                parameters.time_over_step = over_step(axis, time);
                (Kernel::Sweep { term: Term::Advection, speed, flux }, parameters, table)
            }
            Command::Force { axis, time, speed, table } => {
                parameters.direction = axis as u32;
                parameters.time_over_step = over_step(MOMENTUM + axis, time);
                (Kernel::Sweep { term: Term::Force, speed, flux: false }, parameters, table)
            }
            Command::SpinTorque { time, table } => {
                parameters.time = time as f32;
                (Kernel::SpinTorque, parameters, table)
            }
            Command::Sources { table } => (Kernel::Sources, parameters, table),
            Command::Observables { table } => (Kernel::Observables, parameters, table),
        }
    }

    /// Workgroups of a kernel along x, y, z.
    fn workgroups(&self, kernel: Kernel, direction: usize) -> [usize; 3] {
        let shape = self.grid.shape();
        // More workgroups than one dimension allows go to a second one.
        let folded = |groups: usize| (groups.min(MAX_GROUPS), groups.div_ceil(MAX_GROUPS));
        match kernel {
            Kernel::Sweep { term: Term::Advection, .. } => [
                self.grid.momentum_cells().div_ceil(LANES),
                shape[direction].div_ceil(MARCH),
                self.grid.space_cells() / shape[direction],
            ],
            Kernel::Sweep { term: Term::Force, .. } => {
                let cells = shape[MOMENTUM + direction];
                let (x, z) = folded((self.grid.cells() / cells).div_ceil(LANES));
                [x, cells.div_ceil(MARCH), z]
            }
            Kernel::SpinTorque => {
                let (x, z) = folded(self.grid.momentum_cells().div_ceil(LANES));
                [x, self.grid.space_cells().div_ceil(MARCH), z]
            }
            Kernel::Copy => {
                let (x, y) = folded(self.grid.cells().div_ceil(LANES));
                [x, y, 1]
            }
            Kernel::Sources | Kernel::Observables => {
                let (y, z) = folded(self.grid.space_cells());
                [self.grid.momentum_cells().div_ceil(REDUCED), y, z]
            }
        }
    }

    /// Encodes one dispatch.
    fn encode(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        kernel: Kernel,
        direction: usize,
        parameters: u64,
        fields: u64,
    ) {
        let pipeline = &self.pipelines[&kernel];
        let slice = |buffer, offset: u64, bytes: usize| {
            wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer,
                offset,
                size: std::num::NonZeroU64::new(bytes as u64),
            })
        };
        let (from, to) = (&self.state[self.current], &self.state[1 - self.current]);
        let mut resources = vec![
            slice(&self.parameters, parameters, size_of::<Parameters>()),
            slice(&self.fields, fields, self.grid.space_cells() * size_of::<FieldRecord>()),
            from.as_entire_binding(),
        ];
        match kernel {
            Kernel::Sweep { .. } => resources.extend([to.as_entire_binding(), self.face_flux.as_entire_binding()]),
            Kernel::Copy => resources.push(to.as_entire_binding()),
            Kernel::Sources | Kernel::Observables => resources.push(self.sums.as_entire_binding()),
            Kernel::SpinTorque => {}
        }
        let entries: Vec<_> = resources
            .into_iter()
            .enumerate()
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding: binding as u32, resource })
            .collect();
        let label = kernel.label();
        let group = self.context.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(&label),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let [x, y, z] = self.workgroups(kernel, direction).map(|groups| groups as u32);
        let mut pass =
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some(&label), timestamp_writes: None });
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(x, y, z);
    }

    /// Writes all field tables of a recording; returns their offsets' distance.
    fn upload_tables(&mut self, recording: &Recording) -> u64 {
        let bytes = (self.grid.space_cells() * size_of::<FieldRecord>()) as u64;
        let stride = bytes.next_multiple_of(self.alignment);
        let wanted = stride * recording.tables.len() as u64;
        if self.fields.size() < wanted {
            self.fields = storage(&self.context.device, "fields", wanted);
        }
        for (table, offset) in recording.tables.iter().zip((0..).step_by(stride as usize)) {
            let records: Vec<FieldRecord> = table.iter().map(FieldRecord::from).collect();
            self.context.queue.write_buffer(&self.fields, offset, bytemuck::cast_slice(&records));
        }
        stride
    }

    /// Reads `bytes` of the mapped staging buffer.
    fn map_staging<T>(&self, bytes: u64, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let slice = self.staging.slice(..bytes);
        slice.map_async(wgpu::MapMode::Read, |_| {});
        self.context.wait()?;
        let mapped = slice
            .get_mapped_range()
            .map_err(|error| Error::Device(format!("{}: {error}", self.context.adapter.name)))?;
        let result = read(&mapped);
        drop(mapped);
        self.staging.unmap();
        Ok(result)
    }

    /// Bytes a kernel leaves to be read: one number per face, or one record per
    /// space cell, for each workgroup along x.
    fn reading_bytes(&self, kernel: Kernel, direction: usize) -> usize {
        let record = match kernel {
            Kernel::Sweep { flux: true, .. } => size_of::<f32>(),
            Kernel::Sources | Kernel::Observables => size_of::<SumsRecord>(),
            Kernel::Sweep { .. } | Kernel::SpinTorque | Kernel::Copy => 0,
        };
        record * self.grid.space_cells() * self.workgroups(kernel, direction)[0]
    }

    /// Finishes in float64 what the workgroups began.
    fn finish_reading(&self, kernel: Kernel, direction: usize, bytes: &[u8]) -> Reading {
        let groups = self.workgroups(kernel, direction)[0];
        let (moment, volume) = (self.particle.moment, self.grid.momentum_volume());
        let sums = || bytemuck::cast_slice::<u8, SumsRecord>(bytes).chunks_exact(groups).map(Sums::of);
        match kernel {
            Kernel::Sources => Reading::Sources(sums().map(|sum| sum.sources(moment, volume)).collect()),
            Kernel::Observables => Reading::Observables(sums().map(|sum| sum.observables(volume)).collect()),
            Kernel::Sweep { .. } | Kernel::SpinTorque | Kernel::Copy => {
                let content = volume * self.grid.axis(direction).map_or(1.0, |axis| axis.step);
                let face = |sums: &[f32]| sums.iter().map(|&sum| f64::from(sum)).sum::<f64>() * content;
                Reading::Flux(bytemuck::cast_slice(bytes).chunks_exact(groups).map(face).collect())
            }
        }
    }

    /// Keeps submissions that nobody waits for from piling up.
    fn limit_queue(&mut self) -> Result<()> {
        self.unfinished += 1;
        if self.unfinished < MAX_UNFINISHED {
            return self.context.check();
        }
        self.unfinished = 0;
        self.context.wait()
    }

    /// Repeats one command `repeats` times in one submission and times it.
    pub fn time_command(&mut self, recording: &Recording, repeats: usize) -> Result<KernelTiming> {
        let (kernel, parameters, table) = self.bind(&recording.commands[0]);
        self.time_kernel(kernel, parameters, table, recording, repeats)
    }

    /// Times the copy kernel on the same state.
    pub fn time_copy(&mut self, recording: &Recording, repeats: usize) -> Result<KernelTiming> {
        let parameters = Parameters::new(&self.grid, &self.particle);
        self.time_kernel(Kernel::Copy, parameters, 0, recording, repeats)
    }

    fn time_kernel(
        &mut self,
        kernel: Kernel,
        parameters: Parameters,
        table: usize,
        recording: &Recording,
        repeats: usize,
    ) -> Result<KernelTiming> {
        self.prepare(kernel)?;
        let stride = self.upload_tables(recording);
        self.parameters = storage(&self.context.device, "parameters", size_of::<Parameters>() as u64);
        self.context.queue.write_buffer(&self.parameters, 0, bytemuck::bytes_of(&parameters));
        let mut seconds = 0.0;
        // The first round compiles and warms up.
        for round in 0..2 {
            self.context.wait()?;
            let start = std::time::Instant::now();
            let mut encoder = self.context.device.create_command_encoder(&Default::default());
            for _ in 0..if round == 0 { 1 } else { repeats } {
                self.encode(&mut encoder, kernel, parameters.direction as usize, 0, table as u64 * stride);
            }
            self.context.queue.submit([encoder.finish()]);
            self.context.wait()?;
            seconds = start.elapsed().as_secs_f64() / repeats as f64;
        }
        let writes = !matches!(kernel, Kernel::Sources | Kernel::Observables);
        let bytes = self.state[0].size() as f64 * if writes { 2.0 } else { 1.0 };
        Ok(KernelTiming { name: kernel.label(), seconds, bytes })
    }
}

impl Executor for GpuExecutor {
    fn execute(&mut self, recording: &Recording) -> Result<Vec<Reading>> {
        let table_stride = self.upload_tables(recording);
        let block = (size_of::<Parameters>() as u64).next_multiple_of(self.alignment);
        let mut blocks = vec![0u8; recording.commands.len() * block as usize];
        let mut bound = Vec::new();
        let mut staged = 0;
        for (command, slot) in recording.commands.iter().zip(blocks.chunks_exact_mut(block as usize)) {
            let (kernel, parameters, table) = self.bind(command);
            self.prepare(kernel)?;
            slot[..size_of::<Parameters>()].copy_from_slice(bytemuck::bytes_of(&parameters));
            let direction = parameters.direction as usize;
            let bytes = self.reading_bytes(kernel, direction);
            bound.push(Bound { kernel, direction, table, staged: (bytes > 0).then(|| staged..staged + bytes) });
            staged += bytes.next_multiple_of(16);
        }
        if self.parameters.size() < blocks.len() as u64 {
            self.parameters = storage(&self.context.device, "parameters", blocks.len() as u64);
        }
        if self.staging.size() < staged as u64 {
            self.staging = staging(&self.context.device, staged as u64);
        }
        self.context.queue.write_buffer(&self.parameters, 0, &blocks);
        let mut encoder = self.context.device.create_command_encoder(&Default::default());
        for (index, command) in bound.iter().enumerate() {
            let (parameters, table) = (index as u64 * block, command.table as u64 * table_stride);
            self.encode(&mut encoder, command.kernel, command.direction, parameters, table);
            let written = match command.kernel {
                Kernel::Sweep { .. } => {
                    self.current = 1 - self.current;
                    &self.face_flux
                }
                _ => &self.sums,
            };
            if let Some(range) = &command.staged {
                encoder.copy_buffer_to_buffer(written, 0, &self.staging, range.start as u64, range.len() as u64);
            }
        }
        self.context.queue.submit([encoder.finish()]);
        if staged == 0 {
            return self.limit_queue().map(|()| Vec::new());
        }
        self.unfinished = 0;
        self.map_staging(staged as u64, |bytes| {
            let read = |command: &Bound| {
                let range = command.staged.clone()?;
                Some(self.finish_reading(command.kernel, command.direction, &bytes[range]))
            };
            bound.iter().filter_map(read).collect()
        })
    }

    fn state(&mut self) -> Result<State> {
        let total = self.state[0].size();
        let chunk = total.min(READBACK);
        if self.staging.size() < chunk {
            self.staging = staging(&self.context.device, chunk);
        }
        let mut numbers = Vec::with_capacity((total / 4) as usize);
        let mut offset = 0;
        while offset < total {
            let bytes = chunk.min(total - offset);
            let mut encoder = self.context.device.create_command_encoder(&Default::default());
            encoder.copy_buffer_to_buffer(&self.state[self.current], offset, &self.staging, 0, bytes);
            self.context.queue.submit([encoder.finish()]);
            self.map_staging(bytes, |bytes| {
                let values: &[f32] = bytemuck::cast_slice(bytes);
                numbers.extend(values.iter().map(|&value| f64::from(value)));
            })?;
            offset += bytes;
        }
        Ok(State::from_numbers(&numbers, if self.spin() { 4 } else { 1 }))
    }

    fn description(&self) -> ExecutorDescription {
        let adapter = &self.context.adapter;
        ExecutorDescription {
            device: format!("{} ({})", adapter.name, adapter.kind),
            backend: adapter.backend.clone(),
            driver: adapter.driver.clone(),
            precision: "f32".into(),
        }
    }
}
