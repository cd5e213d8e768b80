//! Old cells on either side of the segments of a sweep, kept on a device before it begins.
//!
//! Those inside a slab are kept by a kernel of their own, `shaders/keep.wgsl`; those in other slabs, which are advanced one after the
//! other, by copies of whole planes.

use super::executor::storage;
use super::slabs::Slabs;
use crate::grid::Grid;

/// The cells, as [segment][cell][line].
pub(super) struct Ends {
    /// Before all segments of a slab; of the next slab in the other buffer.
    before: [wgpu::Buffer; 2],
    /// After them.
    after: wgpu::Buffer,
    /// The first slab's planes as they were before a sweep across slabs.
    head: wgpu::Buffer,
}

impl Ends {
    pub fn new(device: &wgpu::Device, grid: &Grid, slabs: &Slabs) -> Ends {
        let kept = slabs.kept_bytes(grid);
        Ends {
            before: [kept, if slabs.cut() { kept } else { 0 }].map(|bytes| storage(device, "before", bytes)),
            after: storage(device, "after", kept),
            head: storage(device, "first planes", slabs.reach_bytes()),
        }
    }

    /// Bytes of the buffers.
    pub fn bytes(&self) -> u64 {
        self.before.iter().chain([&self.after, &self.head]).map(wgpu::Buffer::size).sum()
    }

    /// What a sweep of a slab binds.
    pub fn of(&self, slab: usize) -> [wgpu::BindingResource<'_>; 2] {
        [&self.before[slab % 2], &self.after].map(wgpu::Buffer::as_entire_binding)
    }

    /// Copies the old `planes` on either side of a slab whose lines are cut into `segments`, and those before the next one, which
    /// is advanced later.
    pub fn copy(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        (state, slabs): (&[wgpu::Buffer], &Slabs),
        slab: usize,
        (segments, planes): (usize, usize),
    ) {
        let (bytes, last) = (planes as u64 * slabs.plane_bytes, state.len() - 1);
        let keep_last_of = |encoder: &mut wgpu::CommandEncoder, slab: usize, before: &wgpu::Buffer| {
            encoder.copy_buffer_to_buffer(&state[slab], slabs.bytes(slab) - bytes, before, 0, bytes);
        };
        if slab == 0 {
            keep_last_of(encoder, last, &self.before[0]);
            encoder.copy_buffer_to_buffer(&state[0], 0, &self.head, 0, bytes);
        }
        keep_last_of(encoder, slab, &self.before[(slab + 1) % 2]);
        let next = state.get(slab + 1).unwrap_or(&self.head);
        encoder.copy_buffer_to_buffer(next, 0, &self.after, (segments - 1) as u64 * bytes, bytes);
    }
}
