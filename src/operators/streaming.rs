//! dt W + d_xj( (v_j + a_j) W ) = 0: streaming with the hidden velocity a due to B.

use glam::DVec3;

use super::sweep::kinds;
use super::{Build, Command, FieldSample, Kernel, Recorder, Recording, Scheme, Speed, Term, wgsl};

/// A sweep along a space axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Streaming {
    /// 0, 1, 2 for x, y, z.
    pub axis: usize,
    /// Negative backwards.
    pub time: f64,
    /// How the velocity varies along x, y or z.
    pub speed: Speed,
    /// How it takes a line through `time`.
    pub scheme: Scheme,
    /// Its place in [`Recording::tables`].
    pub table: usize,
}

impl Streaming {
    /// Upper bound of |a_j| due to B, along any direction.
    fn largest_hidden(recorder: &Recorder, fields: &[FieldSample]) -> f64 {
        FieldSample::largest(fields, |s| recorder.particle.hidden_velocity_bound(DVec3::ZERO, s.b))
    }

    /// Upper bound of |v_j + a_j| along direction `axis`.
    pub fn largest(recorder: &Recorder, fields: &[FieldSample], axis: usize) -> f64 {
        recorder.largest_velocity(axis, fields) + Streaming::largest_hidden(recorder, fields)
    }

    /// Appends the sweeps along space axis `axis`.
    pub fn record(recorder: &Recorder, recording: &mut Recording, axis: usize, time: f64, table: usize) {
        if recorder.grid.axis(axis).is_none() {
            return;
        }
        let fields = &recording.tables[table];
        let uniform_momentum = fields.iter().all(|s| s.p == fields[0].p);
        let speed = if Streaming::largest_hidden(recorder, fields) > 0.0 {
            Speed::Coupled
        } else if uniform_momentum || !recorder.particle.relativistic() {
            Speed::Uniform
        } else {
            Speed::Varying
        };
        let largest = Streaming::largest(recorder, fields, axis);
        recorder.sweep(recording, axis, (largest, time), |time, scheme| {
            Command::from(Streaming { axis, time, speed, scheme, table })
        });
    }
}

impl Term for Streaming {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        let files = [wgsl!("shared/advection"), wgsl!("streaming")];
        Kernel::sweep("streaming", &files, self.axis, (self.speed, self.scheme), build)
    }

    fn kinds(spin: bool) -> Vec<Self> {
        kinds(Speed::all(spin), |axis, speed, scheme| Streaming { axis, time: 0.0, speed, scheme, table: 0 })
    }

    fn time(&self) -> f64 {
        self.time
    }

    fn slot(&self) -> Option<usize> {
        Some(self.axis)
    }
}
