//! The bytes shared with WGSL. `tests/shaders.rs` proves each struct equal to
//! its twin by naga's reflection.

use bytemuck::{Pod, Zeroable};
use glam::DVec3;

use crate::grid::{AXES, Grid};
use crate::operators::{FieldSample, Observables, Sources};
use crate::physics::Particle;
use crate::scenario::schema::Kinematics;

/// Twin of `Axis` in `shaders/shared/parameters.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct AxisRecord {
    pub cells: u32,
    pub stride: u32,
    pub first: f32,
    pub step: f32,
}

/// Twin of `Parameters` in `shaders/shared/parameters.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct Parameters {
    pub axes: [AxisRecord; AXES],
    pub momentum_cells: u32,
    pub space_cells: u32,
    pub direction: u32,
    pub streaming: u32,
    pub mass: f32,
    pub charge: f32,
    pub moment: f32,
    pub torque: f32,
    pub anomaly: f32,
    pub time_over_step: f32,
    pub time: f32,
}

impl Parameters {
    /// What does not change from command to command.
    pub fn new(grid: &Grid, particle: &Particle) -> Self {
        let (shape, strides) = (grid.shape(), grid.strides());
        Parameters {
            axes: std::array::from_fn(|slot| {
                let (first, step) = grid.axis(slot).map_or((0.0, 0.0), |axis| (axis.centre(0), axis.step));
                AxisRecord {
                    cells: shape[slot] as u32,
                    stride: strides[slot] as u32,
                    first: first as f32,
                    step: step as f32,
                }
            }),
            momentum_cells: grid.momentum_cells() as u32,
            space_cells: grid.space_cells() as u32,
            mass: particle.mass as f32,
            charge: particle.charge as f32,
            moment: particle.moment as f32,
            torque: particle.torque_coefficient() as f32,
            anomaly: particle.anomaly as f32,
            ..Default::default()
        }
    }
}

/// The value of the shaders' `KINEMATICS` constant.
pub fn kinematics_code(kinematics: Kinematics) -> u32 {
    match kinematics {
        Kinematics::Relativistic => 0,
        Kinematics::NonRelativistic => 1,
        Kinematics::NonRelativisticWithoutSpinOrbit => 2,
    }
}

/// Twin of `FieldRecord` in `shaders/shared/parameters.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct FieldRecord {
    pub e: [f32; 4],
    pub b: [f32; 4],
    pub p: [f32; 4],
    pub de: [[f32; 4]; 3],
    pub db: [[f32; 4]; 3],
}

impl From<&FieldSample> for FieldRecord {
    fn from(sample: &FieldSample) -> Self {
        let record = |v: DVec3| [v.x as f32, v.y as f32, v.z as f32, 0.0];
        FieldRecord {
            e: record(sample.e),
            b: record(sample.b),
            p: record(sample.p),
            de: sample.de.map(record),
            db: sample.db.map(record),
        }
    }
}

/// Twin of `Sums` in `shaders/moments.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct SumsRecord {
    pub a: [f32; 4],
    pub b: [f32; 4],
    pub c: [f32; 4],
    pub d: [f32; 3],
    pub least: f32,
}

/// Partial sums of one space cell, finished in double precision.
pub struct Sums {
    values: [f64; 15],
    least: f64,
}

impl Sums {
    /// Adds the partial sums of all workgroups of a space cell.
    pub fn of(partial: &[SumsRecord]) -> Self {
        let mut sums = Sums { values: [0.0; 15], least: f64::INFINITY };
        for record in partial {
            let numbers = record.a.iter().chain(&record.b).chain(&record.c).chain(&record.d);
            for (sum, number) in sums.values.iter_mut().zip(numbers) {
                *sum += f64::from(*number);
            }
            sums.least = sums.least.min(f64::from(record.least));
        }
        sums
    }

    fn vector(&self, at: usize) -> DVec3 {
        DVec3::from_slice(&self.values[at..])
    }

    /// As written by the `sources` kernel; `volume` is that of a momentum cell.
    pub fn sources(&self, moment: f64, volume: f64) -> Sources {
        Sources {
            density: self.values[0] * volume,
            stream: self.vector(1) * volume,
            magnetisation: self.vector(4) * moment * volume,
            polarisation: self.vector(8) * moment * volume,
            hidden_stream: DVec3::new(self.values[7], self.values[11], self.values[12]) * volume,
        }
    }

    /// As written by the `observables` kernel.
    pub fn observables(&self, volume: f64) -> Observables {
        Observables {
            density: self.values[0] * volume,
            momentum: self.vector(1) * volume,
            spin: self.vector(4) * volume,
            kinetic_energy: self.values[7] * volume,
            purity: self.values[8] * volume,
            edge: self.values[9] * volume,
            momentum_scale: self.values[10] * volume,
            positivity: self.least,
        }
    }
}
