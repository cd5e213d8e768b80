//! dt W + d_pj( (F_j + b_j) W ) = 0: Lorentz force, dipole force and its magnetic partner.

use glam::DVec3;

use super::sweep::kinds;
use super::{Build, Command, FieldSample, Kernel, Recorder, Recording, Scheme, Speed, Term, wgsl};
use crate::grid::MOMENTUM;

/// A sweep along the momentum of direction `axis`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Force {
    pub axis: usize,
    pub time: f64,
    pub speed: Speed,
    pub scheme: Scheme,
    pub table: usize,
}

impl Force {
    /// Appends the sweeps along the momentum of direction `axis`, none where it is not resolved.
    pub fn record(recorder: &Recorder, recording: &mut Recording, axis: usize, time: f64, table: usize) {
        let slot = MOMENTUM + axis;
        if recorder.grid.axis(slot).is_none() {
            return;
        }
        let (particle, fields) = (recorder.particle, &recording.tables[table]);
        let momentum = recorder.largest_momentum(fields);
        let transverse = |s: &FieldSample| s.b.length_squared() - s.b[axis] * s.b[axis];
        let gradient = |s: &FieldSample| particle.precession_bound(momentum, s.de[axis], s.db[axis]);
        let magnetic = FieldSample::largest(fields, |s| transverse(s).max(0.0).sqrt()) * particle.charge.abs();
        let electric = FieldSample::largest(fields, |s| s.e[axis].abs()) * particle.charge.abs();
        let dipole = FieldSample::largest(fields, |s| {
            particle.moment.abs() * gradient(s)
                + particle.charge.abs() * s.b.length() * particle.hidden_velocity_bound(s.e, s.b)
        });
        let speed = if dipole > 0.0 {
            Speed::Coupled
        } else if magnetic > 0.0 && particle.relativistic() {
            Speed::Varying
        } else if electric + magnetic > 0.0 {
            Speed::Uniform
        } else {
            return;
        };
        let velocity = momentum / particle.energy(DVec3::X * momentum);
        let largest = electric + magnetic * velocity + dipole;
        recorder.sweep(recording, slot, (largest, time), |time, scheme| {
            Command::from(Force { axis, time, speed, scheme, table })
        });
    }
}

impl Term for Force {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        Kernel::sweep("force", &[wgsl!("force")], MOMENTUM + self.axis, (self.speed, self.scheme), build)
    }

    fn kinds(spin: bool) -> Vec<Self> {
        kinds(Speed::all(spin), |axis, speed, scheme| Force { axis, time: 0.0, speed, scheme, table: 0 })
    }

    fn time(&self) -> f64 {
        self.time
    }

    fn slot(&self) -> Option<usize> {
        Some(MOMENTUM + self.axis)
    }
}
