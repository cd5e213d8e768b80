//! dt w = (2 mu_B/hbar) w x T: the exact rotation of w about T.

use std::f64::consts::PI;

use glam::DVec3;

use super::sweep::parts;
use super::{Build, FieldSample, Kernel, Recorder, Recording, Term, wgsl};

/// A turn of half a circle at the most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpinTorque {
    /// Negative backwards.
    pub time: f64,
    /// Its place in [`Recording::tables`].
    pub table: usize,
}

impl SpinTorque {
    /// Whether fields act on spins at all.
    pub fn acts(recorder: &Recorder, fields: &[FieldSample]) -> bool {
        recorder.particle.torque_coefficient() != 0.0 && fields.iter().any(|s| s.e != DVec3::ZERO || s.b != DVec3::ZERO)
    }

    /// Upper bound of the rate at which spins turn, 2 |mu_B T|/hbar.
    pub fn largest(recorder: &Recorder, fields: &[FieldSample]) -> f64 {
        let (particle, momentum) = (recorder.particle, recorder.largest_momentum(fields));
        let largest = FieldSample::largest(fields, |s| particle.precession_bound(momentum, s.e, s.b));
        particle.torque_coefficient().abs() * largest
    }

    /// Appends the turns of a time.
    pub fn record(recorder: &Recorder, recording: &mut Recording, time: f64, table: usize) {
        let angle = SpinTorque::largest(recorder, &recording.tables[table]) * time;
        if angle == 0.0 {
            return;
        }
        let parts = parts(angle / PI);
        for _ in 0..parts {
            recording.push(SpinTorque { time: time / parts as f64, table });
        }
    }
}

impl Term for SpinTorque {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        let files = [wgsl!("shared/hamiltonian"), wgsl!("shared/blocks"), wgsl!("spin_torque")];
        Kernel::in_place("spin torque", &files, "rotate", build.canonical)
    }

    fn kinds(spin: bool) -> Vec<Self> {
        if spin { vec![SpinTorque { time: 0.0, table: 0 }] } else { Vec::new() }
    }

    fn time(&self) -> f64 {
        self.time
    }
}
