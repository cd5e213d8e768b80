//! dt W + d_xj( a_j W ) = 0: the hidden velocity a due to E, and to a given h.

use glam::DVec3;

use super::sweep::kinds;
use super::{Build, Command, FieldSample, Kernel, Recorder, Recording, Scheme, Speed, Term, wgsl};

/// A sweep along a space axis, whose speed always couples w0 with w.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HiddenVelocity {
    /// 0, 1, 2 for x, y, z.
    pub axis: usize,
    /// Negative backwards.
    pub time: f64,
    /// How it takes a line through `time`.
    pub scheme: Scheme,
    /// Its place in [`Recording::tables`].
    pub table: usize,
}

impl HiddenVelocity {
    /// Upper bound of |a_j|, along any direction.
    pub fn largest(recorder: &Recorder, fields: &[FieldSample]) -> f64 {
        let electric = FieldSample::largest(fields, |s| recorder.particle.hidden_velocity_bound(s.e, DVec3::ZERO));
        electric + recorder.particle.given.velocity_bound()
    }

    /// Whether spins are moved along a space axis.
    pub fn acts(recorder: &Recorder, fields: &[FieldSample]) -> bool {
        recorder.grid.spaces().next().is_some() && HiddenVelocity::largest(recorder, fields) > 0.0
    }

    /// Appends the sweeps along space axis `axis`.
    pub fn record(recorder: &Recorder, recording: &mut Recording, axis: usize, time: f64, table: usize) {
        let largest = HiddenVelocity::largest(recorder, &recording.tables[table]);
        if largest > 0.0 {
            recorder.sweep(recording, axis, (largest, time), |time, scheme| {
                Command::from(HiddenVelocity { axis, time, scheme, table })
            });
        }
    }
}

impl Term for HiddenVelocity {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        let files = [wgsl!("shared/advection"), wgsl!("hidden_velocity")];
        Kernel::sweep("hidden velocity", &files, self.axis, (Speed::Coupled, self.scheme), build)
    }

    fn kinds(spin: bool) -> Vec<Self> {
        let speeds: &[Speed] = if spin { &[Speed::Coupled] } else { &[] };
        kinds(speeds, |axis, _, scheme| HiddenVelocity { axis, time: 0.0, scheme, table: 0 })
    }

    fn time(&self) -> f64 {
        self.time
    }

    fn slot(&self) -> Option<usize> {
        Some(self.axis)
    }
}
