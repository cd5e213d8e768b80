//! Mean fields of pair potentials on a device: kernels that take turns on two desks.

use std::ops::Range;

use super::executor::{GpuExecutor, storage};
use crate::error::Result;
use crate::operators::{Command, Kernel, MeanField, MeanFieldTurn, ReadPairs, Recording, Round};
use crate::precision::Real;

/// What mean fields are found from and summed on.
pub(super) struct MeanFields {
    /// The numbers of those of a recording.
    numbers: wgpu::Buffer,
    /// Where each lies.
    lists: Vec<Range<u64>>,
    /// As large as the largest slab once there is a mean field.
    pub desks: [wgpu::Buffer; 2],
}

impl MeanFields {
    /// Without room.
    pub fn none(device: &wgpu::Device) -> MeanFields {
        let numbers = storage(device, "mean fields", 0);
        MeanFields { numbers, lists: Vec::new(), desks: desks(device, 0) }
    }

    /// Bytes of the buffers.
    pub fn bytes(&self) -> u64 {
        self.desks.iter().chain([&self.numbers]).map(wgpu::Buffer::size).sum()
    }
}

fn desks(device: &wgpu::Device, bytes: u64) -> [wgpu::Buffer; 2] {
    ["first desk", "second desk"].map(|label| storage(device, label, bytes))
}

/// Kernels that leave a mean field on a desk.
pub(super) struct Summing {
    mean_field: usize,
    rounds: usize,
    lay: Compiled,
    sums: Vec<Compiled>,
    half_way: Compiled,
}

type Compiled = (Kernel, wgpu::ComputePipeline);

impl<R: Real> GpuExecutor<R> {
    /// What comes before the kernel of a command that needs a mean field.
    pub(super) fn summing(&self, command: &Command, recording: &Recording) -> Result<Option<Summing>> {
        let (mean_field, separable, rounds) = match *command {
            Command::MeanFieldTurn(MeanFieldTurn { mean_field, separable, .. }) => {
                (mean_field, separable, recording.mean_fields[mean_field].rounds)
            }
            Command::ReadPairs(ReadPairs { mean_field, separable, .. }) => (mean_field, separable, 1),
            _ => return Ok(None),
        };
        self.slabs.hold_mean_fields(&self.grid, separable)?;
        let Round { lay, sums, half_way, .. } = MeanField::round(separable, self.grid.momenta());
        let compiled = |kernel: Kernel| -> Result<Compiled> {
            let pipeline = self.pipeline(&kernel)?;
            Ok((kernel, pipeline))
        };
        Ok(Some(Summing {
            mean_field,
            rounds,
            lay: compiled(lay)?,
            sums: sums.into_iter().map(compiled).collect::<Result<_>>()?,
            half_way: compiled(half_way)?,
        }))
    }

    /// Writes the mean fields of a recording, and makes room to sum them.
    pub(super) fn upload_mean_fields(&mut self, recording: &Recording) {
        if recording.mean_fields.is_empty() {
            return;
        }
        let (alignment, mut all) = (self.alignment as usize / size_of::<R>(), Vec::<R>::new());
        let (device, fields) = (&self.context.device, &mut self.mean_fields);
        fields.lists.clear();
        for mean_field in &recording.mean_fields {
            let start = all.len().next_multiple_of(alignment);
            all.resize(start, R::default());
            all.extend(mean_field.numbers().into_iter().map(R::nearest));
            fields.lists.push((start * size_of::<R>()) as u64..(all.len() * size_of::<R>()) as u64);
        }
        let wanted = (all.len() * size_of::<R>()) as u64;
        if fields.numbers.size() < wanted {
            fields.numbers = storage(device, "mean fields", wanted);
        }
        self.context.queue.write_buffer(&fields.numbers, 0, bytemuck::cast_slice(&all));
        let slab = self.slabs.largest();
        if fields.desks[0].size() < slab {
            fields.desks = desks(device, slab);
        }
    }

    /// The numbers of the mean field that a kernel needs, and the desk with its sums.
    pub(super) fn mean_field_from(&self, summing: &Summing, desk: usize) -> [wgpu::BindingResource<'_>; 2] {
        let bytes = &self.mean_fields.lists[summing.mean_field];
        let numbers = wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: &self.mean_fields.numbers,
            offset: bytes.start,
            size: std::num::NonZeroU64::new(bytes.end - bytes.start),
        });
        [numbers, self.mean_fields.desks[desk].as_entire_binding()]
    }

    /// Encodes all but the last turn on a slab, kernels with the bindings of `common` and of their own. Returns the desk that
    /// has the mean field.
    pub(super) fn encode_rounds<'a>(
        &'a self,
        encoder: &mut wgpu::CommandEncoder,
        summing: &Summing,
        slab: usize,
        common: &dyn Fn() -> Vec<wgpu::BindingResource<'a>>,
        mut begin: Option<wgpu::ComputePassTimestampWrites>,
    ) -> usize {
        // From a desk to the other.
        let mut run = |(kernel, pipeline): &Compiled, from: usize| {
            let mut resources = common();
            resources.extend(self.mean_field_from(summing, from));
            resources.push(self.mean_fields.desks[1 - from].as_entire_binding());
            self.dispatch(encoder, kernel, pipeline, resources, self.workgroups(kernel, slab), begin.take());
            1 - from
        };
        let mut desk = run(&summing.lay, 1);
        for round in 1..=summing.rounds {
            desk = summing.sums.iter().fold(desk, |desk, sum| run(sum, desk));
            if round < summing.rounds {
                desk = run(&summing.half_way, desk);
            }
        }
        desk
    }
}
