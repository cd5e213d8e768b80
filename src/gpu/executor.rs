//! Executes recordings on a device that holds the state once, in slabs: every
//! kernel works in place.

use std::ops::Range;

use super::context::{Context, Variant};
use super::ends::Ends;
use super::layout::{FieldRecord, Parameters, low};
use super::mean_field::{MeanFields, Summing};
use super::memory::{DeviceMemory, STAGING, equilibria_bytes, largest_reading, sums_bytes};
use super::slabs::{Limits, Slabs};
use super::timing::Profile;
use super::{BLOCK, LANES, sums};
use crate::error::{Error, Result};
use crate::grid::{Grid, MOMENTUM};
use crate::operators::{
    Build, Command, Covariant, Executor, ExecutorDescription, Inputs, Kernel, Reading, Recording, Term, Work,
};
use crate::physics::Particle;
use crate::precision::{Numbers, Real};
use crate::state::Cells;

/// Workgroups per dispatch dimension that every adapter allows.
const MAX_GROUPS: usize = 65535;
/// Submissions in flight before the host waits.
const MAX_UNFINISHED: usize = 16;
/// Bytes of the largest cell, vec4<f64>: the least that a binding of the state may hold.
const CELL: u64 = 32;

/// The state and the kernels on one device, in the precision `R`.
pub struct GpuExecutor<R> {
    pub(super) context: Context,
    pub(super) grid: Grid,
    particle: Particle,
    pub(super) slabs: Slabs,
    /// One buffer per slab.
    pub(super) state: Vec<wgpu::Buffer>,
    /// Old cells on either side of what a sweep advances at once.
    ends: Ends,
    sums: wgpu::Buffer,
    /// What every command is told, for each slab.
    common: Vec<Parameters<R>>,
    parameters: wgpu::Buffer,
    fields: wgpu::Buffer,
    /// What space cells relax towards.
    equilibria: wgpu::Buffer,
    pub(super) mean_fields: MeanFields,
    staging: wgpu::Buffer,
    /// Distance between parameter blocks and between field tables.
    pub(super) alignment: u64,
    /// Submissions since the device was last waited for.
    unfinished: usize,
    pub(super) profile: Option<Profile>,
}

/// A command with its kernel and what it binds.
pub(super) struct Bound<R> {
    command: Command,
    pub(super) kernel: Kernel,
    pipeline: wgpu::ComputePipeline,
    /// One block of parameters per slab.
    parameters: Vec<Parameters<R>>,
    /// What comes before a sweep.
    keep: Option<(Kernel, wgpu::ComputePipeline)>,
    /// What comes before the kernel that needs a mean field.
    summing: Option<Summing>,
}

/// Of a command's timestamps the one at its beginning, for the first of several passes.
fn beginning<'a>(
    timestamps: &mut Option<wgpu::ComputePassTimestampWrites<'a>>,
) -> Option<wgpu::ComputePassTimestampWrites<'a>> {
    let whole = timestamps.as_mut()?;
    let (query_set, index) = (whole.query_set, whole.beginning_of_pass_write_index.take()?);
    timestamps.take_if(|whole| whole.end_of_pass_write_index.is_none());
    Some(wgpu::ComputePassTimestampWrites {
        query_set,
        beginning_of_pass_write_index: Some(index),
        end_of_pass_write_index: None,
    })
}

pub(super) fn storage(device: &wgpu::Device, label: &str, bytes: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: bytes.max(CELL),
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

pub(super) fn staging(device: &wgpu::Device, bytes: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("staging"),
        size: bytes.max(CELL),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

impl<R: Real> GpuExecutor<R> {
    /// Puts a state on the device, for sweeps of the given
    /// [reach](crate::operators::Scheme::reach_of) that take the share `dissipation` of the upwind
    /// flux.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] if the grid does not fit, or the device does not offer the precision; [`Error::Device`] where
    /// it has no room, or fails.
    pub fn new(
        context: Context,
        grid: Grid,
        particle: Particle,
        dissipation: f64,
        state: &dyn Cells,
        reach: usize,
    ) -> Result<Self> {
        let limits = context.adapter.limits();
        GpuExecutor::with_limits(context, grid, particle, dissipation, state, limits, reach)
    }

    /// The same with slabs no larger than `limits` allow.
    ///
    /// # Errors
    ///
    /// Those of [`GpuExecutor::new`].
    pub fn with_limits(
        context: Context,
        grid: Grid,
        particle: Particle,
        dissipation: f64,
        state: &dyn Cells,
        limits: Limits,
        reach: usize,
    ) -> Result<Self> {
        context.adapter.require(R::PRECISION)?;
        let slabs = Slabs::new(&grid, state.components(), R::PRECISION, limits, reach)?;
        let memory = DeviceMemory::of(&grid, &slabs);
        let device = &context.device;
        let out_of_memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let sums = (0..slabs.planes.len()).map(|slab| sums_bytes(&grid, &slabs, slab, largest_reading())).max();
        let mut executor = GpuExecutor {
            state: (0..slabs.planes.len()).map(|slab| storage(device, "state", slabs.bytes(slab))).collect(),
            ends: Ends::new(device, &grid, &slabs),
            sums: storage(device, "sums", sums.unwrap_or(0)),
            common: (slabs.planes.iter())
                .map(|planes| Parameters::new(&grid, &particle, dissipation, slabs.slot, planes.clone()))
                .collect(),
            parameters: storage(device, "parameters", 0),
            fields: storage(device, "fields", 0),
            equilibria: storage(device, "equilibria", 0),
            mean_fields: MeanFields::none(device),
            staging: staging(device, 0),
            unfinished: 0,
            profile: None,
            alignment: u64::from(device.limits().min_storage_buffer_offset_alignment).max(CELL),
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

    /// Bytes of all buffers on the device.
    pub fn allocated_bytes(&self) -> u64 {
        let others = [&self.sums, &self.parameters, &self.fields, &self.equilibria, &self.staging];
        let own = self.state.iter().chain(others).map(wgpu::Buffer::size).sum::<u64>();
        own + self.ends.bytes() + self.mean_fields.bytes()
    }

    /// How the state is cut.
    pub fn cut(&self) -> &Slabs {
        &self.slabs
    }

    pub(super) fn pipeline(&self, kernel: &Kernel) -> Result<wgpu::ComputePipeline> {
        let particle = &self.particle;
        self.context.pipeline(Variant {
            kernel: kernel.clone(),
            precision: R::PRECISION,
            spin: particle.spin,
            kinematics: particle.kinematics,
            anomalous: particle.anomaly != 0.0,
            given: particle.given.acts(),
        })
    }

    /// The kernel of a command, and its parameters for every slab.
    fn bind(&self, command: &Command, recording: &Recording) -> Result<Bound<R>> {
        let slot = command.slot();
        let build = Build {
            kept: slot.is_some_and(|slot| self.slabs.keeps(&self.grid, slot)),
            canonical: recording.tables[command.table()].iter().any(|sample| sample.p != glam::DVec3::ZERO),
            apart: self.context.adapter.software,
        };
        let kernel = command.kernel(build);
        let time = command.time();
        let step = slot.and_then(|slot| self.grid.axis(slot)).map(|axis| axis.step);
        let time_over_step = R::nearest(step.map_or(0.0, |step| time / step));
        let (time, time_low) = (R::nearest(time), R::nearest(time - R::nearest(time).into()));
        let segments = slot.map_or(1, |slot| self.slabs.segments(&self.grid, slot)) as u32;
        let common = self.common.iter().enumerate();
        let parameters = common.map(|(slab, common)| {
            let lines = slot.map_or(0, |slot| self.slabs.lines(&self.grid, slab, slot)) as u32;
            Parameters { time_over_step, time, time_low, lines, segments, ..*common }
        });
        let parameters = parameters.collect();
        let keep = match kernel.work {
            Work::Lines { slot, reach } if build.kept => {
                assert!(reach <= self.slabs.reach, "`{}` reaches further than this executor was told", kernel.label);
                // Slabs alone are cut by copies.
                (segments > 1).then(|| Kernel::keep(slot, reach))
            }
            _ => None,
        };
        let keep = keep.map(|keep| self.pipeline(&keep).map(|pipeline| (keep, pipeline))).transpose()?;
        let summing = self.summing(command, recording)?;
        Ok(Bound { command: *command, pipeline: self.pipeline(&kernel)?, kernel, parameters, keep, summing })
    }

    /// Workgroups of a kernel on a slab along x, y, z.
    pub(super) fn workgroups(&self, kernel: &Kernel, slab: usize) -> [u32; 3] {
        let shape = self.slabs.shape(&self.grid, slab);
        let cells = |slots: Range<usize>| shape[slots].iter().product::<usize>();
        let (space, momentum) = (cells(0..MOMENTUM), cells(MOMENTUM..shape.len()));
        // More workgroups than one dimension allows go to a second one.
        let folded = |groups: usize| [groups.min(MAX_GROUPS), groups.div_ceil(MAX_GROUPS)];
        let lines = |groups: usize| {
            let [x, y] = folded(groups);
            [x, y, 1]
        };
        let segments = |slot| self.slabs.segments(&self.grid, slot);
        let across = |slot| self.slabs.lines(&self.grid, slab, slot);
        let groups = match kernel.work {
            Work::Lines { slot, .. } if slot < MOMENTUM => {
                lines(space / shape[slot] * momentum.div_ceil(LANES) * segments(slot))
            }
            Work::Lines { slot, .. } => lines((across(slot) * segments(slot)).div_ceil(LANES)),
            Work::Keep { slot, reach } => lines((across(slot) * segments(slot) * reach).div_ceil(LANES)),
            Work::Copy | Work::MeanField => lines((space * momentum).div_ceil(LANES)),
            Work::Blocks | Work::Relaxation | Work::Sums { .. } => {
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
        command: &Bound<R>,
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
        let common = || {
            vec![
                slice(&self.parameters, parameters, size_of::<Parameters<R>>()),
                slice(&self.fields, fields, self.grid.space_cells() * size_of::<FieldRecord<R>>()),
                self.state[slab].as_entire_binding(),
            ]
        };
        let (mut timestamps, mut desk) = (timestamps, 0);
        if let Some(summing) = &command.summing {
            let begin = beginning(&mut timestamps);
            desk = self.encode_rounds(encoder, summing, slab, &common, begin);
        }
        if let Some((keep, pipeline)) = &command.keep {
            let resources = common().into_iter().chain(self.ends.of(slab)).collect();
            let begin = beginning(&mut timestamps);
            self.dispatch(encoder, keep, pipeline, resources, self.workgroups(keep, slab), begin);
        }
        let found = command.summing.iter().flat_map(|summing| self.mean_field_from(summing, desk));
        let mut resources = common();
        match command.kernel.work {
            Work::Lines { .. } => resources.extend(self.ends.of(slab)),
            Work::Sums { inputs, .. } => {
                resources.push(self.sums.as_entire_binding());
                match inputs {
                    Inputs::Nothing => {}
                    Inputs::Equilibria => resources.push(self.equilibria_of(&command.command)),
                    Inputs::MeanField => resources.extend(found),
                }
            }
            Work::MeanField => {
                resources.extend(found);
                resources.push(self.mean_fields.desks[1 - desk].as_entire_binding());
            }
            Work::Relaxation => resources.push(self.equilibria_of(&command.command)),
            Work::Blocks | Work::Keep { .. } | Work::Copy => {}
        }
        let workgroups = self.workgroups(&command.kernel, slab);
        self.dispatch(encoder, &command.kernel, &command.pipeline, resources, workgroups, timestamps);
    }

    pub(super) fn dispatch(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        kernel: &Kernel,
        pipeline: &wgpu::ComputePipeline,
        resources: Vec<wgpu::BindingResource>,
        [x, y, z]: [u32; 3],
        timestamps: Option<wgpu::ComputePassTimestampWrites>,
    ) {
        let label = &kernel.label;
        let entries: Vec<_> = resources
            .into_iter()
            .enumerate()
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding: binding as u32, resource })
            .collect();
        let group = self.context.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(label),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let mut pass = encoder
            .begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some(label), timestamp_writes: timestamps });
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(x, y, z);
    }

    /// Writes all field tables of a recording; returns their offsets' distance.
    fn upload_tables(&mut self, recording: &Recording) -> u64 {
        let bytes = (self.grid.space_cells() * size_of::<FieldRecord<R>>()) as u64;
        let stride = bytes.next_multiple_of(self.alignment);
        let wanted = stride * recording.tables.len() as u64;
        if self.fields.size() < wanted {
            self.fields = storage(&self.context.device, "fields", wanted);
        }
        for (table, offset) in recording.tables.iter().zip((0..).step_by(stride as usize)) {
            let records: Vec<FieldRecord<R>> = table.iter().map(FieldRecord::from).collect();
            self.context.queue.write_buffer(&self.fields, offset, bytemuck::cast_slice(&records));
        }
        stride
    }

    fn equilibria_of(&self, command: &Command) -> wgpu::BindingResource<'_> {
        let list = match command {
            Command::Relaxation(relaxation) => relaxation.equilibria,
            Command::CovariantRelaxation(relaxation) => relaxation.equilibria,
            Command::ReadShares(shares) => shares.equilibria,
            _ => 0,
        };
        let bytes = equilibria_bytes(&self.grid, R::PRECISION);
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: &self.equilibria,
            offset: list as u64 * bytes.next_multiple_of(self.alignment),
            size: std::num::NonZeroU64::new(bytes),
        })
    }

    /// Writes what the relaxations of a recording need.
    fn upload_equilibria(&mut self, recording: &Recording) {
        let factors = self.grid.shape()[MOMENTUM..].iter().sum();
        let separable = recording.equilibria.iter().map(|cells| {
            let numbers = cells.iter().flat_map(|cell| cell.numbers(factors));
            numbers.collect::<Vec<f64>>()
        });
        let covariant =
            recording.covariant.iter().map(|cells| cells.iter().flat_map(Covariant::numbers).collect::<Vec<f64>>());
        let lists: Vec<Vec<f64>> = separable.chain(covariant).collect();
        if lists.is_empty() {
            return;
        }
        let stride = equilibria_bytes(&self.grid, R::PRECISION).next_multiple_of(self.alignment);
        let wanted = stride * lists.len() as u64;
        if self.equilibria.size() < wanted {
            self.equilibria = storage(&self.context.device, "equilibria", wanted);
        }
        for (numbers, offset) in lists.into_iter().zip((0..).step_by(stride as usize)) {
            let parts: Vec<R> = numbers.into_iter().flat_map(|number| [R::nearest(number), low(number)]).collect();
            self.context.queue.write_buffer(&self.equilibria, offset, bytemuck::cast_slice(&parts));
        }
    }

    /// Reads `bytes` of the mapped staging buffer.
    fn map_staging<T>(&self, bytes: u64, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        self.map(&self.staging, bytes, read)
    }

    pub(super) fn map<T>(&self, buffer: &wgpu::Buffer, bytes: u64, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
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
    fn reading_bytes(&self, kernel: &Kernel, slab: usize) -> u64 {
        sums_bytes(&self.grid, &self.slabs, slab, kernel.numbers())
    }

    /// Finishes in float64 what the workgroups of all slabs began.
    fn finish_reading(&self, bound: &Bound<R>, bytes: &[u8]) -> Option<Reading> {
        let numbers: &[R] = bytemuck::cast_slice(bytes);
        let volume = self.grid.momentum_volume();
        // Slabs hold different space cells, or different momenta of the only one.
        let cells = numbers.chunks_exact(numbers.len() / self.grid.space_cells());
        let sums: Vec<_> = cells.map(|cell| sums::finished(&bound.kernel, cell, volume)).collect();
        bound.command.reading(&sums, &self.particle)
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
        (size_of::<Parameters<R>>() as u64).next_multiple_of(self.alignment)
    }

    /// Compiles the kernels of a recording, uploads its tables and parameters.
    pub(super) fn bind_all(&mut self, recording: &Recording) -> Result<(Vec<Bound<R>>, u64)> {
        let table_stride = self.upload_tables(recording);
        self.upload_equilibria(recording);
        self.upload_mean_fields(recording);
        let bound: Vec<Bound<R>> =
            recording.commands.iter().map(|command| self.bind(command, recording)).collect::<Result<_>>()?;
        let block = self.block_bytes() as usize;
        let mut blocks = vec![0u8; bound.len() * self.state.len() * block];
        let parameters = bound.iter().flat_map(|command| &command.parameters);
        for (slot, parameters) in blocks.chunks_exact_mut(block).zip(parameters) {
            slot[..size_of::<Parameters<R>>()].copy_from_slice(bytemuck::bytes_of(parameters));
        }
        if self.parameters.size() < blocks.len() as u64 {
            self.parameters = storage(&self.context.device, "parameters", blocks.len() as u64);
        }
        self.context.queue.write_buffer(&self.parameters, 0, &blocks);
        Ok((bound, table_stride))
    }

    /// Encodes command number `index` on all slabs; what it leaves to be read goes to
    /// `staged` in the staging buffer. Returns the end of that.
    pub(super) fn encode_command(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        index: usize,
        command: &Bound<R>,
        table_stride: u64,
        mut staged: u64,
        timestamps: Option<&wgpu::QuerySet>,
    ) -> u64 {
        for slab in 0..self.state.len() {
            if let Work::Lines { slot, reach } = command.kernel.work
                && self.slabs.cut_along(slot)
            {
                let segments = self.slabs.segments(&self.grid, slot);
                self.ends.copy(encoder, (&self.state, &self.slabs), slab, (segments, reach));
            }
            let block = (index * self.state.len() + slab) as u64 * self.block_bytes();
            let (first, last) = (slab == 0, slab + 1 == self.state.len());
            let timestamps = timestamps.filter(|_| first || last).map(|query_set| wgpu::ComputePassTimestampWrites {
                query_set,
                beginning_of_pass_write_index: first.then_some(2 * index as u32),
                end_of_pass_write_index: last.then_some(2 * index as u32 + 1),
            });
            self.encode(encoder, command, slab, block, command.command.table() as u64 * table_stride, timestamps);
            let bytes = self.reading_bytes(&command.kernel, slab);
            if bytes > 0 {
                encoder.copy_buffer_to_buffer(&self.sums, 0, &self.staging, staged, bytes);
            }
            staged += bytes;
        }
        staged
    }

    /// Makes room for everything that the commands leave to be read; returns its size.
    pub(super) fn reserve_staging(&mut self, bound: &[Bound<R>]) -> u64 {
        let slabs = 0..self.state.len();
        let bytes =
            |command: &Bound<R>| slabs.clone().map(|slab| self.reading_bytes(&command.kernel, slab)).sum::<u64>();
        let total = bound.iter().map(bytes).sum();
        if self.staging.size() < total {
            self.staging = staging(&self.context.device, total);
        }
        total
    }
}

impl<R: Real> Executor for GpuExecutor<R> {
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
                    readings.extend(self.finish_reading(command, &bytes[start..end]));
                }
                start = end;
            }
            readings
        })
    }

    fn take(&mut self, cells: Range<usize>) -> Result<Numbers> {
        let cell_bytes = (self.components() * size_of::<R>()) as u64;
        let wanted = cells.start as u64 * cell_bytes..cells.end as u64 * cell_bytes;
        let chunk = self.slabs.bytes(0).min(STAGING);
        if self.staging.size() < chunk {
            self.staging = staging(&self.context.device, chunk);
        }
        let mut numbers: Vec<R> = Vec::with_capacity(cells.len() * self.components());
        let mut first = 0;
        for slab in 0..self.state.len() {
            let here = wanted.start.clamp(first, first + self.slabs.bytes(slab))
                ..wanted.end.clamp(first, first + self.slabs.bytes(slab));
            for offset in here.clone().step_by(chunk as usize) {
                let bytes = chunk.min(here.end - offset);
                let mut encoder = self.context.device.create_command_encoder(&Default::default());
                encoder.copy_buffer_to_buffer(&self.state[slab], offset - first, &self.staging, 0, bytes);
                self.context.queue.submit([encoder.finish()]);
                self.map_staging(bytes, |bytes| numbers.extend_from_slice(bytemuck::cast_slice(bytes)))?;
            }
            first += self.slabs.bytes(slab);
        }
        Ok(R::numbers(numbers))
    }

    fn put(&mut self, first: usize, numbers: &Numbers) -> Result<()> {
        let numbers = numbers.rounded::<R>();
        let cell = self.components();
        for (slab, cells) in self.slabs().into_iter().enumerate() {
            let here = first.max(cells.start)..(first + numbers.len() / cell).min(cells.end);
            let chunk = STAGING as usize / (cell * size_of::<R>());
            for start in here.clone().step_by(chunk) {
                let end = here.end.min(start + chunk);
                let offset = ((start - cells.start) * cell * size_of::<R>()) as u64;
                let part = &numbers[(start - first) * cell..(end - first) * cell];
                self.context.queue.write_buffer(&self.state[slab], offset, bytemuck::cast_slice(part));
                // Hands the staging memory back before the next chunk.
                self.context.queue.submit([]);
                self.context.wait()?;
            }
        }
        Ok(())
    }

    fn slabs(&self) -> Vec<Range<usize>> {
        let cell_bytes = (self.components() * size_of::<R>()) as u64;
        let ends = (0..self.state.len()).scan(0, |end, slab| {
            *end += (self.slabs.bytes(slab) / cell_bytes) as usize;
            Some(*end)
        });
        let mut start = 0;
        ends.map(|end| std::mem::replace(&mut start, end)..end).collect()
    }

    fn grid(&self) -> &Grid {
        &self.grid
    }

    fn components(&self) -> usize {
        if self.particle.spin { 4 } else { 1 }
    }

    fn description(&self) -> ExecutorDescription {
        let adapter = &self.context.adapter;
        ExecutorDescription {
            device: format!("{} ({})", adapter.name, adapter.kind),
            backend: adapter.backend.clone(),
            threads: None,
            driver: adapter.driver.clone(),
            precision: R::PRECISION,
        }
    }
}
