//! dt W + d_pj( (F_j + b_j) W ) = 0: Lorentz force, that of a potential, dipole force and its magnetic partner.

use glam::DVec3;

use super::sweep::kinds;
use super::{Build, Command, FieldSample, Kernel, Recorder, Recording, Scheme, Speed, Term, wgsl};
use crate::grid::MOMENTUM;

/// A sweep along the momentum of direction `axis`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Force {
    /// 0, 1, 2 for px, py, pz.
    pub axis: usize,
    /// Negative backwards.
    pub time: f64,
    /// How the force varies along px, py or pz.
    pub speed: Speed,
    /// How it takes a line through `time`.
    pub scheme: Scheme,
    /// Its place in [`Recording::tables`].
    pub table: usize,
}

/// Upper bounds of what moves a momentum, over the grid and a table.
struct Bounds {
    /// |q E_j - dU/dx_j|.
    uniform: f64,
    /// |q (v x B)_j|.
    magnetic: f64,
    /// |b_j|: the dipole force, and q a x B of the hidden velocity a.
    dipole: f64,
}

impl Bounds {
    fn of(recorder: &Recorder, fields: &[FieldSample], axis: usize) -> Self {
        let particle = recorder.particle;
        let momentum = recorder.largest_momentum(fields);
        let velocity = momentum / particle.energy(DVec3::X * momentum);
        let transverse = |s: &FieldSample| s.b.length_squared() - s.b[axis] * s.b[axis];
        let gradient = |s: &FieldSample| particle.precession_bound(momentum, s.de[axis], s.db[axis]);
        let magnetic = FieldSample::largest(fields, |s| transverse(s).max(0.0).sqrt()) * particle.charge.abs();
        Bounds {
            uniform: FieldSample::largest(fields, |s| (particle.charge * s.e[axis]).abs() + s.force[axis].abs()),
            magnetic: magnetic * velocity,
            dipole: FieldSample::largest(fields, |s| {
                particle.moment.abs() * gradient(s)
                    + particle.charge.abs() * s.b.length() * particle.hidden_velocity_bound(s.e, s.b)
            }),
        }
    }

    fn sum(&self) -> f64 {
        self.uniform + self.magnetic + self.dipole
    }
}

impl Force {
    /// Upper bound of |F_j + b_j| along direction `axis`.
    pub fn largest(recorder: &Recorder, fields: &[FieldSample], axis: usize) -> f64 {
        Bounds::of(recorder, fields, axis).sum()
    }

    /// Whether the force along direction `axis` differs from spin to spin.
    pub fn depends_on_spin(recorder: &Recorder, fields: &[FieldSample], axis: usize) -> bool {
        Bounds::of(recorder, fields, axis).dipole > 0.0
    }

    /// Whether the force along direction `axis` is the same at all momenta, and for all spins.
    pub fn is_uniform(recorder: &Recorder, fields: &[FieldSample], axis: usize) -> bool {
        let bounds = Bounds::of(recorder, fields, axis);
        bounds.magnetic + bounds.dipole == 0.0
    }

    /// Appends the sweeps along the momentum of direction `axis`, none where it is not resolved.
    pub fn record(recorder: &Recorder, recording: &mut Recording, axis: usize, time: f64, table: usize) {
        let slot = MOMENTUM + axis;
        if recorder.grid.axis(slot).is_none() {
            return;
        }
        let bounds = Bounds::of(recorder, &recording.tables[table], axis);
        let speed = if bounds.dipole > 0.0 {
            Speed::Coupled
        } else if bounds.magnetic > 0.0 && recorder.particle.relativistic() {
            Speed::Varying
        } else if bounds.uniform + bounds.magnetic > 0.0 {
            Speed::Uniform
        } else {
            return;
        };
        recorder.sweep(recording, slot, (bounds.sum(), time), |time, scheme| {
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
