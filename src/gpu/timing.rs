//! Times of kernels: many dispatches by the host's clock, single passes by the device's.

use std::sync::{Arc, Mutex, PoisonError};

use super::executor::{Bound, GpuExecutor, staging, storage};
use crate::error::Result;
use crate::operators::{Kernel, Recording};
use crate::precision::Real;

/// Dispatches of a kernel that are timed together.
const REPEATS: usize = 3;

/// Device time of every command executed since a profile was asked for: name, seconds.
pub type Profile = Arc<Mutex<Vec<(String, f64)>>>;

/// Time of repeated dispatches of one kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelTiming {
    /// Label of the kernel.
    pub name: String,
    /// Seconds per dispatch.
    pub seconds: f64,
    /// Bytes that one dispatch must move: the state read, and written if it is.
    pub bytes: f64,
}

impl<R: Real> GpuExecutor<R> {
    /// Times every command from now on by the device's own clock; `None` without one.
    pub fn start_profile(&mut self) -> Option<Profile> {
        let clock = self.context.device.features().contains(wgpu::Features::TIMESTAMP_QUERY);
        self.profile = clock.then(Profile::default);
        self.profile.clone()
    }

    /// Times the first command of each recording, and before them the copy kernel, from
    /// the largest slab to a buffer of its size. All take turns for `rounds` rounds, and
    /// the least time of each counts: other work on the machine only ever adds to it.
    ///
    /// # Errors
    ///
    /// [`Error::Device`](crate::Error::Device) where the device fails.
    pub fn time(&mut self, recordings: &[Recording], rounds: usize) -> Result<Vec<KernelTiming>> {
        let target = storage(&self.context.device, "copy", self.state[0].size());
        let kernel = Kernel::copy();
        let pipeline = self.pipeline(&kernel)?;
        let timing = |name, bytes| KernelTiming { name, seconds: f64::INFINITY, bytes };
        let mut timings = vec![timing(kernel.label.clone(), 2.0 * self.slabs.bytes(0) as f64)];
        for round in 0..=rounds {
            let copy = self.timed(|executor, encoder| {
                let resources = vec![executor.state[0].as_entire_binding(), target.as_entire_binding()];
                let workgroups = executor.workgroups(&kernel, 0);
                executor.dispatch(encoder, &kernel, &pipeline, resources, workgroups, None);
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
                    timings.push(timing(command.kernel.label.clone(), bytes));
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

    pub(super) fn timestamps(&self, commands: usize) -> wgpu::QuerySet {
        self.context.device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("profile"),
            ty: wgpu::QueryType::Timestamp,
            count: 2 * commands as u32,
        })
    }

    /// Adds the device times of the commands to the profile.
    pub(super) fn read_timestamps(&mut self, bound: &[Bound<R>], clock: &wgpu::QuerySet) -> Result<()> {
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
            profile.extend(bound.iter().map(|command| command.kernel.label.clone()).zip(seconds));
        }
        Ok(())
    }
}
