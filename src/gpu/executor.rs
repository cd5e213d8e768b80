//! Executes recordings on a device that holds the state once, in slabs: every
//! kernel works in place.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::context::{Context, Variant};
use super::layout::{FieldRecord, Parameters};
use super::shaders::{Kernel, Line};
use super::slabs::{Limits, Slabs};
use super::sums::{self, FLUX_NUMBERS, OBSERVABLE_NUMBERS, SOURCE_NUMBERS};
use crate::error::{Error, Result};
use crate::grid::{Grid, MOMENTUM};
use crate::operators::{Command, Executor, ExecutorDescription, FieldSample, Reading, Recording};
use crate::physics::Particle;
use crate::state::State;

/// Invocations per workgroup, `LANES` of the shaders.
pub const LANES: usize = 64;
/// Momentum cells of one workgroup in a kernel that works by momentum blocks.
pub const BLOCK: usize = 4096;
/// Workgroups per dispatch dimension that every adapter allows.
const MAX_GROUPS: usize = 65535;
/// Submissions in flight before the host waits.
const MAX_UNFINISHED: usize = 16;
/// Dispatches of a kernel that are timed together.
const REPEATS: usize = 3;
/// Bytes of one staging copy when a state is read back or written.
const STAGING: u64 = 64 << 20;

/// The state and the kernels on one device.
pub struct GpuExecutor {
    context: Context,
    grid: Grid,
    particle: Particle,
    slabs: Slabs,
    /// One buffer per slab.
    state: Vec<wgpu::Buffer>,
    /// Old planes below the slab that a sweep across slabs works on.
    below: wgpu::Buffer,
    /// The first slab's planes as they were before such a sweep.
    head: wgpu::Buffer,
    sums: wgpu::Buffer,
    parameters: wgpu::Buffer,
    fields: wgpu::Buffer,
    staging: wgpu::Buffer,
    /// Distance between parameter blocks and between field tables.
    alignment: u64,
    /// Submissions since the device was last waited for.
    unfinished: usize,
    profile: Option<Profile>,
}

/// Device time of every command executed since a profile was asked for: name, seconds.
pub type Profile = Arc<Mutex<Vec<(String, f64)>>>;

/// A command with its kernel and what it binds.
struct Bound {
    kernel: Kernel,
    pipeline: wgpu::ComputePipeline,
    table: usize,
    /// One block of parameters per slab.
    parameters: Vec<Parameters>,
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

/// Bytes of device memory of a run, by what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceMemory {
    pub state: u64,
    /// Planes kept aside by sweeps across slabs, and partial sums.
    pub work: u64,
    /// Field tables of one step.
    pub fields: u64,
    /// The staging buffer.
    pub staging: u64,
}

impl DeviceMemory {
    /// What a state of `components` numbers per cell takes when cut as `slabs`.
    pub fn of(grid: &Grid, slabs: &Slabs) -> DeviceMemory {
        let sums = |numbers| (0..slabs.planes.len()).map(move |slab| sums_bytes(grid, slabs, slab, numbers));
        // A step reads sources twice; what else is read comes alone.
        let readings = [2 * SOURCE_NUMBERS, OBSERVABLE_NUMBERS, FLUX_NUMBERS];
        let read: u64 = readings.into_iter().map(|numbers| sums(numbers).sum()).max().unwrap_or(0);
        let tables = TABLES * (grid.space_cells() * size_of::<FieldRecord>()) as u64;
        DeviceMemory {
            state: slabs.state_bytes(),
            work: slabs.carried_bytes() + slabs.reach_bytes() + sums(FLUX_NUMBERS).max().unwrap_or(0),
            fields: tables,
            // Sums, or a part of the state.
            staging: read.max(slabs.bytes(0).min(STAGING)),
        }
    }

    pub fn total(&self) -> u64 {
        self.state + self.work + self.fields + self.staging
    }
}

/// Field tables of one recorded step: three of a kick, one of a drift.
pub const TABLES: u64 = 4;

/// Cells along each slot in a slab.
fn slab_shape(grid: &Grid, slabs: &Slabs, slab: usize) -> [usize; crate::grid::AXES] {
    let mut shape = grid.shape();
    shape[slabs.slot] = slabs.planes[slab].len();
    shape
}

/// Bytes of the partial sums of a slab, so many `numbers` of each workgroup.
fn sums_bytes(grid: &Grid, slabs: &Slabs, slab: usize, numbers: usize) -> u64 {
    let shape = slab_shape(grid, slabs, slab);
    let cells = |slots: Range<usize>| shape[slots].iter().product::<usize>();
    (cells(0..MOMENTUM) * cells(MOMENTUM..shape.len()).div_ceil(BLOCK) * numbers * size_of::<f32>()) as u64
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
        let limits = context.adapter.limits();
        GpuExecutor::with_limits(context, grid, particle, state, limits)
    }

    /// The same with slabs no larger than `limits` allow.
    pub fn with_limits(
        context: Context,
        grid: Grid,
        particle: Particle,
        state: &State,
        limits: Limits,
    ) -> Result<Self> {
        let slabs = Slabs::new(&grid, state.components(), limits)?;
        let memory = DeviceMemory::of(&grid, &slabs);
        let device = &context.device;
        let out_of_memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let sums = (0..slabs.planes.len()).map(|slab| sums_bytes(&grid, &slabs, slab, FLUX_NUMBERS)).max();
        let mut executor = GpuExecutor {
            state: (0..slabs.planes.len()).map(|slab| storage(device, "state", slabs.bytes(slab))).collect(),
            below: storage(device, "planes below", slabs.carried_bytes()),
            head: storage(device, "first planes", slabs.reach_bytes()),
            sums: storage(device, "sums", sums.unwrap_or(0)),
            parameters: storage(device, "parameters", 0),
            fields: storage(device, "fields", 0),
            staging: staging(device, 0),
            unfinished: 0,
            profile: None,
            alignment: u64::from(device.limits().min_storage_buffer_offset_alignment.max(16)),
            slabs,
            grid,
            particle,
            context,
        };
        if let Some(error) = pollster::block_on(out_of_memory.pop()) {
            return Err(Error::Device(format!(
                "{} has no room for {} MiB: {error}; use fewer cells",
                executor.context.adapter.name,
                memory.total() >> 20
            )));
        }
        executor.write(state)?;
        Ok(executor)
    }

    /// Sends the state, a part at a time.
    fn write(&mut self, state: &State) -> Result<()> {
        let components = state.components();
        let chunk = STAGING as usize / (components * size_of::<f32>());
        let mut first = 0;
        for (slab, buffer) in self.state.iter().enumerate() {
            let cells = self.slabs.bytes(slab) as usize / (components * size_of::<f32>());
            for start in (0..cells).step_by(chunk) {
                let count = chunk.min(cells - start);
                let numbers = state.numbers_f32(first + start..first + start + count);
                let offset = (start * components * size_of::<f32>()) as u64;
                self.context.queue.write_buffer(buffer, offset, bytemuck::cast_slice(&numbers));
                // Hands the staging memory back before the next chunk.
                self.context.queue.submit([]);
                self.context.wait()?;
            }
            first += cells;
        }
        Ok(())
    }

    /// Times every command from now on by the device's own clock; `None` without one.
    pub fn start_profile(&mut self) -> Option<Profile> {
        let clock = self.context.device.features().contains(wgpu::Features::TIMESTAMP_QUERY);
        self.profile = clock.then(Profile::default);
        self.profile.clone()
    }

    /// Bytes of all buffers on the device.
    pub fn allocated_bytes(&self) -> u64 {
        let others = [&self.below, &self.head, &self.sums, &self.parameters, &self.fields, &self.staging];
        self.state.iter().chain(others).map(wgpu::Buffer::size).sum()
    }

    /// How the state is cut.
    pub fn slabs(&self) -> &Slabs {
        &self.slabs
    }

    fn spin(&self) -> bool {
        self.particle.spin
    }

    fn pipeline(&self, kernel: Kernel) -> Result<wgpu::ComputePipeline> {
        let particle = &self.particle;
        self.context.pipeline(Variant {
            kernel,
            spin: particle.spin,
            kinematics: particle.kinematics,
            anomalous: particle.anomaly != 0.0,
        })
    }

    /// The kernel of a command, and its parameters for every slab.
    fn bind(&self, command: &Command, tables: &[Vec<FieldSample>]) -> Result<Bound> {
        let canonical = |table: usize| tables[table].iter().any(|sample| sample.p != glam::DVec3::ZERO);
        let line = |slot: usize, table: usize| Line {
            cut: self.slabs.cut() && slot == self.slabs.slot,
            canonical: canonical(table),
            apart: self.context.adapter.software,
        };
        let over_step = |slot: usize, time: f64| self.grid.axis(slot).map_or(0.0, |axis| time / axis.step) as f32;
        let (kernel, table, time_over_step, time) = match *command {
            Command::Advection { axis, time, streaming, speed, table } => {
                let kernel = Kernel::Advection { axis, speed, streaming, line: line(axis, table) };
                (kernel, table, over_step(axis, time), time)
            }
            Command::Force { axis, time, speed, table } => {
                let slot = MOMENTUM + axis;
                (Kernel::Force { axis, speed, line: line(slot, table) }, table, over_step(slot, time), time)
            }
            Command::SpinTorque { time, table } => {
                (Kernel::SpinTorque { canonical: canonical(table) }, table, 0.0, time)
            }
            Command::Absorption { table } => (Kernel::Absorption, table, 0.0, 0.0),
            Command::Sources { table } => (Kernel::Sources { canonical: canonical(table) }, table, 0.0, 0.0),
            Command::Balance { table } => (Kernel::Balance { canonical: canonical(table) }, table, 0.0, 0.0),
            Command::Observables { table } => (Kernel::Observables { canonical: canonical(table) }, table, 0.0, 0.0),
        };
        let planes = self.slabs.planes.iter();
        let parameters = planes.map(|planes| Parameters {
            time_over_step,
            time: time as f32,
            ..Parameters::new(&self.grid, &self.particle, self.slabs.slot, planes.clone())
        });
        Ok(Bound { kernel, pipeline: self.pipeline(kernel)?, table, parameters: parameters.collect() })
    }

    /// Workgroups of a kernel on a slab along x, y, z.
    fn workgroups(&self, kernel: Kernel, slab: usize) -> [u32; 3] {
        let shape = slab_shape(&self.grid, &self.slabs, slab);
        let cells = |slots: Range<usize>| shape[slots].iter().product::<usize>();
        let (space, momentum) = (cells(0..MOMENTUM), cells(MOMENTUM..shape.len()));
        // More workgroups than one dimension allows go to a second one.
        let folded = |groups: usize| [groups.min(MAX_GROUPS), groups.div_ceil(MAX_GROUPS)];
        let groups = match kernel {
            Kernel::Advection { axis, .. } => {
                let [x, y] = folded(space / shape[axis] * momentum.div_ceil(LANES));
                [x, y, 1]
            }
            Kernel::Force { axis, .. } => {
                let [x, y] = folded((space * momentum / shape[MOMENTUM + axis]).div_ceil(LANES));
                [x, y, 1]
            }
            Kernel::Copy => {
                let [x, y] = folded((space * momentum).div_ceil(LANES));
                [x, y, 1]
            }
            Kernel::SpinTorque { .. }
            | Kernel::Absorption
            | Kernel::Sources { .. }
            | Kernel::Observables { .. }
            | Kernel::Balance { .. } => {
                let [y, z] = folded(space);
                [momentum.div_ceil(BLOCK), y, z]
            }
        };
        groups.map(|groups| groups as u32)
    }

    /// Encodes a kernel on one slab; `parameters` and `fields` are offsets in their buffers.
    fn encode(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        command: &Bound,
        slab: usize,
        parameters: u64,
        fields: u64,
        timestamps: Option<wgpu::ComputePassTimestampWrites>,
    ) {
        let slice = |buffer, offset: u64, bytes: usize| {
            wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer,
                offset,
                size: std::num::NonZeroU64::new(bytes as u64),
            })
        };
        let above = self.state.get(slab + 1).filter(|_| self.slabs.cut()).unwrap_or(&self.head);
        let mut resources = vec![
            slice(&self.parameters, parameters, size_of::<Parameters>()),
            slice(&self.fields, fields, self.grid.space_cells() * size_of::<FieldRecord>()),
            self.state[slab].as_entire_binding(),
        ];
        match command.kernel {
            Kernel::Advection { .. } | Kernel::Force { .. } => {
                resources.extend([self.below.as_entire_binding(), above.as_entire_binding()]);
            }
            Kernel::Sources { .. } | Kernel::Observables { .. } | Kernel::Balance { .. } => {
                resources.push(self.sums.as_entire_binding())
            }
            Kernel::SpinTorque { .. } | Kernel::Absorption | Kernel::Copy => {}
        }
        let workgroups = self.workgroups(command.kernel, slab);
        self.dispatch(encoder, command.kernel, &command.pipeline, resources, workgroups, timestamps);
    }

    fn dispatch(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        kernel: Kernel,
        pipeline: &wgpu::ComputePipeline,
        resources: Vec<wgpu::BindingResource>,
        [x, y, z]: [u32; 3],
        timestamps: Option<wgpu::ComputePassTimestampWrites>,
    ) {
        let label = kernel.label();
        let entries: Vec<_> = resources
            .into_iter()
            .enumerate()
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding: binding as u32, resource })
            .collect();
        let group = self.context.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(&label),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let mut pass = encoder
            .begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some(&label), timestamp_writes: timestamps });
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(x, y, z);
    }

    /// Keeps aside what a sweep across slabs overwrites before it is read again:
    /// the last planes of the last slab and the first of the first.
    fn keep_ends(&self, encoder: &mut wgpu::CommandEncoder) {
        let (bytes, last) = (self.slabs.reach_bytes(), self.state.len() - 1);
        let end = self.slabs.bytes(last);
        encoder.copy_buffer_to_buffer(&self.state[last], end - bytes, &self.below, 0, bytes);
        encoder.copy_buffer_to_buffer(&self.state[0], 0, &self.head, 0, bytes);
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
        self.map(&self.staging, bytes, read)
    }

    fn map<T>(&self, buffer: &wgpu::Buffer, bytes: u64, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let slice = buffer.slice(..bytes);
        slice.map_async(wgpu::MapMode::Read, |_| {});
        self.context.wait()?;
        let mapped = slice
            .get_mapped_range()
            .map_err(|error| Error::Device(format!("{}: {error}", self.context.adapter.name)))?;
        let result = read(&mapped);
        drop(mapped);
        buffer.unmap();
        Ok(result)
    }

    /// Bytes that a kernel leaves to be read from a slab.
    fn reading_bytes(&self, kernel: Kernel, slab: usize) -> u64 {
        sums_bytes(&self.grid, &self.slabs, slab, kernel.numbers())
    }

    /// Finishes in float64 what the workgroups of all slabs began.
    fn finish_reading(&self, kernel: Kernel, bytes: &[u8]) -> Reading {
        let (moment, volume) = (self.particle.moment, self.grid.momentum_volume());
        let numbers: &[f32] = bytemuck::cast_slice(bytes);
        // Slabs hold different space cells, or different momenta of the only one.
        let cells = numbers.chunks_exact(numbers.len() / self.grid.space_cells());
        match kernel {
            Kernel::Balance { .. } => Reading::Balance(cells.map(|cell| sums::fluxes(cell, volume)).collect()),
            Kernel::Observables { .. } => {
                Reading::Observables(cells.map(|cell| sums::observables(cell, moment, volume)).collect())
            }
            _ => Reading::Sources(cells.map(|cell| sums::sources(cell, moment, volume)).collect()),
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

    /// Bytes of all parameter blocks of a command, each aligned.
    fn block_bytes(&self) -> u64 {
        (size_of::<Parameters>() as u64).next_multiple_of(self.alignment)
    }

    /// Compiles the kernels of a recording, uploads its tables and parameters.
    fn bind_all(&mut self, recording: &Recording) -> Result<(Vec<Bound>, u64)> {
        let table_stride = self.upload_tables(recording);
        let bound: Vec<Bound> =
            recording.commands.iter().map(|command| self.bind(command, &recording.tables)).collect::<Result<_>>()?;
        let block = self.block_bytes() as usize;
        let mut blocks = vec![0u8; bound.len() * self.state.len() * block];
        let parameters = bound.iter().flat_map(|command| &command.parameters);
        for (slot, parameters) in blocks.chunks_exact_mut(block).zip(parameters) {
            slot[..size_of::<Parameters>()].copy_from_slice(bytemuck::bytes_of(parameters));
        }
        if self.parameters.size() < blocks.len() as u64 {
            self.parameters = storage(&self.context.device, "parameters", blocks.len() as u64);
        }
        self.context.queue.write_buffer(&self.parameters, 0, &blocks);
        Ok((bound, table_stride))
    }

    /// Encodes command number `index` on all slabs; what it leaves to be read goes to
    /// `staged` in the staging buffer. Returns the end of that.
    fn encode_command(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        index: usize,
        command: &Bound,
        table_stride: u64,
        mut staged: u64,
        timestamps: Option<&wgpu::QuerySet>,
    ) -> u64 {
        if let Kernel::Advection { line, .. } | Kernel::Force { line, .. } = command.kernel
            && line.cut
        {
            self.keep_ends(encoder);
        }
        for slab in 0..self.state.len() {
            let block = (index * self.state.len() + slab) as u64 * self.block_bytes();
            let (first, last) = (slab == 0, slab + 1 == self.state.len());
            let timestamps = timestamps.filter(|_| first || last).map(|query_set| wgpu::ComputePassTimestampWrites {
                query_set,
                beginning_of_pass_write_index: first.then_some(2 * index as u32),
                end_of_pass_write_index: last.then_some(2 * index as u32 + 1),
            });
            self.encode(encoder, command, slab, block, command.table as u64 * table_stride, timestamps);
            let bytes = self.reading_bytes(command.kernel, slab);
            if bytes > 0 {
                encoder.copy_buffer_to_buffer(&self.sums, 0, &self.staging, staged, bytes);
            }
            staged += bytes;
        }
        staged
    }

    /// Times the first command of each recording, and before them the copy kernel, from
    /// the largest slab to a buffer of its size. All take turns for `rounds` rounds, and
    /// the least time of each counts: other work on the machine only ever adds to it.
    pub fn time(&mut self, recordings: &[Recording], rounds: usize) -> Result<Vec<KernelTiming>> {
        let target = storage(&self.context.device, "copy", self.state[0].size());
        let pipeline = self.pipeline(Kernel::Copy)?;
        let timing = |name, bytes| KernelTiming { name, seconds: f64::INFINITY, bytes };
        let mut timings = vec![timing(Kernel::Copy.label(), 2.0 * self.slabs.bytes(0) as f64)];
        for round in 0..=rounds {
            let copy = self.timed(|executor, encoder| {
                let resources = vec![executor.state[0].as_entire_binding(), target.as_entire_binding()];
                let workgroups = executor.workgroups(Kernel::Copy, 0);
                executor.dispatch(encoder, Kernel::Copy, &pipeline, resources, workgroups, None);
            })?;
            let mut seconds = vec![copy];
            for recording in recordings {
                let (bound, table_stride) = self.bind_all(recording)?;
                self.reserve_staging(&bound);
                let command = &bound[0];
                seconds.push(self.timed(|executor, encoder| {
                    executor.encode_command(encoder, 0, command, table_stride, 0, None);
                })?);
                if round == 0 {
                    let reads = command.kernel.numbers() > 0;
                    let bytes = self.slabs.state_bytes() as f64 * if reads { 1.0 } else { 2.0 };
                    timings.push(timing(command.kernel.label(), bytes));
                }
            }
            // The first round compiles and warms up.
            for (timing, seconds) in timings.iter_mut().zip(seconds).filter(|_| round > 0) {
                timing.seconds = timing.seconds.min(seconds);
            }
        }
        Ok(timings)
    }

    /// Seconds per call of what `encode` puts in a submission of a few calls.
    fn timed(&self, encode: impl Fn(&Self, &mut wgpu::CommandEncoder)) -> Result<f64> {
        self.context.wait()?;
        let start = std::time::Instant::now();
        let mut encoder = self.context.device.create_command_encoder(&Default::default());
        for _ in 0..REPEATS {
            encode(self, &mut encoder);
        }
        self.context.queue.submit([encoder.finish()]);
        self.context.wait()?;
        Ok(start.elapsed().as_secs_f64() / REPEATS as f64)
    }

    fn timestamps(&self, commands: usize) -> wgpu::QuerySet {
        self.context.device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("profile"),
            ty: wgpu::QueryType::Timestamp,
            count: 2 * commands as u32,
        })
    }

    /// Adds the device times of the commands to the profile.
    fn read_timestamps(&mut self, bound: &[Bound], clock: &wgpu::QuerySet) -> Result<()> {
        let bytes = 16 * bound.len() as u64;
        let resolved = self.context.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("profile"),
            size: bytes,
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        let readable = staging(&self.context.device, bytes);
        let mut encoder = self.context.device.create_command_encoder(&Default::default());
        encoder.resolve_query_set(clock, 0..2 * bound.len() as u32, &resolved, 0);
        encoder.copy_buffer_to_buffer(&resolved, 0, &readable, 0, bytes);
        self.context.queue.submit([encoder.finish()]);
        let period = f64::from(self.context.queue.get_timestamp_period()) * 1e-9;
        let seconds: Vec<f64> = self.map(&readable, bytes, |bytes| {
            let ticks: &[u64] = bytemuck::cast_slice(bytes);
            ticks.chunks_exact(2).map(|ends| ends[1].saturating_sub(ends[0]) as f64 * period).collect()
        })?;
        if let Some(profile) = &self.profile {
            let mut profile = profile.lock().unwrap_or_else(PoisonError::into_inner);
            profile.extend(bound.iter().map(|command| command.kernel.label()).zip(seconds));
        }
        Ok(())
    }

    /// Makes room for everything that the commands leave to be read; returns its size.
    fn reserve_staging(&mut self, bound: &[Bound]) -> u64 {
        let slabs = 0..self.state.len();
        let bytes = |command: &Bound| slabs.clone().map(|slab| self.reading_bytes(command.kernel, slab)).sum::<u64>();
        let total = bound.iter().map(bytes).sum();
        if self.staging.size() < total {
            self.staging = staging(&self.context.device, total);
        }
        total
    }
}

impl Executor for GpuExecutor {
    fn execute(&mut self, recording: &Recording) -> Result<Vec<Reading>> {
        let (bound, table_stride) = self.bind_all(recording)?;
        let total = self.reserve_staging(&bound);
        let mut encoder = self.context.device.create_command_encoder(&Default::default());
        let mut ends = Vec::new();
        let mut staged = 0;
        let clock = self.profile.as_ref().filter(|_| !bound.is_empty()).map(|_| self.timestamps(bound.len()));
        for (index, command) in bound.iter().enumerate() {
            staged = self.encode_command(&mut encoder, index, command, table_stride, staged, clock.as_ref());
            ends.push(staged as usize);
        }
        self.context.queue.submit([encoder.finish()]);
        if let Some(clock) = clock {
            self.read_timestamps(&bound, &clock)?;
        }
        if total == 0 {
            return self.limit_queue().map(|()| Vec::new());
        }
        self.unfinished = 0;
        self.map_staging(total, |bytes| {
            let mut start = 0;
            let mut readings = Vec::new();
            for (command, end) in bound.iter().zip(ends) {
                if end > start {
                    readings.push(self.finish_reading(command.kernel, &bytes[start..end]));
                }
                start = end;
            }
            readings
        })
    }

    fn read(&mut self, cells: Range<usize>) -> Result<State> {
        let components = if self.spin() { 4 } else { 1 };
        let cell_bytes = (components * size_of::<f32>()) as u64;
        let wanted = cells.start as u64 * cell_bytes..cells.end as u64 * cell_bytes;
        let chunk = self.slabs.bytes(0).min(STAGING);
        if self.staging.size() < chunk {
            self.staging = staging(&self.context.device, chunk);
        }
        let mut numbers = Vec::with_capacity(cells.len() * components);
        let mut first = 0;
        for slab in 0..self.state.len() {
            let here = wanted.start.clamp(first, first + self.slabs.bytes(slab))
                ..wanted.end.clamp(first, first + self.slabs.bytes(slab));
            for offset in here.clone().step_by(chunk as usize) {
                let bytes = chunk.min(here.end - offset);
                let mut encoder = self.context.device.create_command_encoder(&Default::default());
                encoder.copy_buffer_to_buffer(&self.state[slab], offset - first, &self.staging, 0, bytes);
                self.context.queue.submit([encoder.finish()]);
                self.map_staging(bytes, |bytes| {
                    let values: &[f32] = bytemuck::cast_slice(bytes);
                    numbers.extend(values.iter().map(|&value| f64::from(value)));
                })?;
            }
            first += self.slabs.bytes(slab);
        }
        Ok(State::from_numbers(&numbers, components))
    }

    fn cells(&self) -> usize {
        self.grid.cells()
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
