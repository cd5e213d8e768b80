//! dt w = (2 mu_B/hbar) w x T + (2/hbar) h x w: the exact rotation of w about T, and about a given h.

use std::f64::consts::PI;

use glam::DVec3;

use super::sweep::MAX_PARTS;
use super::{Build, FieldSample, Kernel, Recorder, Recording, Term, wgsl};
use crate::scenario::schema::Kinematics;

/// Radians that a spin may turn at once: a device that has an angle in two parts knows it to some 1e-3 there.
pub const MOST_TURN: f64 = 1e7;

/// A turn by any angle, in one pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpinTorque {
    /// Negative backwards.
    pub time: f64,
    /// Its place in [`Recording::tables`].
    pub table: usize,
    /// Whether some spin may turn by more than half a circle: whole turns are then taken off an angle that is known
    /// to as many digits as it takes.
    pub far: bool,
}

impl SpinTorque {
    /// Whether anything acts on spins at all.
    pub fn acts(recorder: &Recorder, fields: &[FieldSample]) -> bool {
        let are_fields = || fields.iter().any(|s| s.e != DVec3::ZERO || s.b != DVec3::ZERO);
        recorder.particle.given.acts() || recorder.particle.torque_coefficient() != 0.0 && are_fields()
    }

    /// Whether it turns spins of all momenta alike.
    pub fn is_uniform(recorder: &Recorder, fields: &[FieldSample]) -> bool {
        let spin_orbit = recorder.particle.kinematics != Kinematics::NonRelativisticWithoutSpinOrbit;
        let given = recorder.particle.given.velocity_bound() > 0.0;
        !(given || recorder.particle.relativistic() || spin_orbit && fields.iter().any(|s| s.e != DVec3::ZERO))
    }

    /// Upper bound of the rate at which spins turn, 2 |mu_B T - h|/hbar.
    pub fn largest(recorder: &Recorder, fields: &[FieldSample]) -> f64 {
        let (particle, momentum) = (recorder.particle, recorder.largest_momentum(fields));
        let largest = FieldSample::largest(fields, |s| particle.precession_bound(momentum, s.e, s.b));
        particle.torque_coefficient().abs() * largest + particle.given_coefficient() * particle.given.bound(momentum)
    }

    /// Appends the turn of a time; more than a recording may hold where no angle is known.
    pub fn record(recorder: &Recorder, recording: &mut Recording, time: f64, table: usize) {
        let angle = (SpinTorque::largest(recorder, &recording.tables[table]) * time).abs();
        if angle == 0.0 {
            return;
        }
        let count = if angle <= MOST_TURN { 1 } else { MAX_PARTS };
        for _ in 0..count {
            recording.push(SpinTorque { time, table, far: angle > PI });
        }
    }
}

impl Term for SpinTorque {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        let near = wgsl!("spin_torque");
        let blocks = [wgsl!("shared/hamiltonian"), wgsl!("shared/blocks"), wgsl!("shared/rotation")];
        if !self.far {
            return Kernel::in_place("spin torque", &[&blocks[..], &[near]].concat(), "rotate", build.canonical);
        }
        let far = [wgsl!("shared/wide"), wgsl!("shared/wide_momenta"), near, wgsl!("spin_torque_far")];
        Kernel::in_place("spin torque (far)", &[&blocks[..], &far].concat(), "rotate_far", build.canonical)
    }

    fn kinds(spin: bool) -> Vec<Self> {
        if spin { [false, true].map(|far| SpinTorque { time: 0.0, table: 0, far }).into() } else { Vec::new() }
    }

    fn time(&self) -> f64 {
        self.time
    }
}
