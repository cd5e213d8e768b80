//! The bytes shared with WGSL. `tests/shaders.rs` proves each struct equal to
//! its twin by naga's reflection, in both precisions.
//!
//! Structs are packed, so that what WGSL pads is a member here and there.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use glam::DVec3;

use crate::grid::{AXES, Grid, MOMENTUM};
use crate::operators::{FieldSample, Fluxes, Observables, Sources};
use crate::physics::Particle;
use crate::precision::{Precision, Real};
use crate::scenario::schema::Kinematics;

/// Twin of `Axis` in `shaders/shared/parameters.wgsl`.
#[repr(C, packed)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct AxisRecord<R> {
    pub cells: u32,
    pub stride: u32,
    pub offset: u32,
    pub whole: u32,
    pub first: R,
    pub step: R,
}

/// Twin of `Particle` in `shaders/shared/parameters.wgsl`.
#[repr(C, packed)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct ParticleRecord<R> {
    pub mass: R,
    pub charge: R,
    pub moment: R,
    pub torque: R,
    pub anomaly: R,
}

/// Twin of `Parameters` in `shaders/shared/parameters.wgsl`.
#[repr(C, packed)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct Parameters<R> {
    pub axes: [AxisRecord<R>; AXES],
    pub momentum_cells: u32,
    pub space_cells: u32,
    pub first_space_cell: u32,
    pub padding: u32,
    pub particle: ParticleRecord<R>,
    pub time_over_step: R,
    pub time: R,
    pub dissipation: R,
}

impl<R: Real> Parameters<R> {
    /// What does not change from command to command, for the planes `planes` along `slot`.
    pub fn new(grid: &Grid, particle: &Particle, slot: usize, planes: Range<usize>) -> Self {
        let (mut shape, whole, strides) = (grid.shape(), grid.shape(), grid.strides());
        shape[slot] = planes.len();
        let cells = |slots: Range<usize>| shape[slots].iter().product::<usize>();
        let momentum_cells = cells(MOMENTUM..AXES);
        Parameters {
            axes: std::array::from_fn(|axis| {
                let (first, step) = grid.axis(axis).map_or((0.0, 0.0), |axis| (axis.centre(0), axis.step));
                AxisRecord {
                    cells: shape[axis] as u32,
                    // Strides of the axes outside the cut one belong to axes of one cell.
                    stride: strides[axis] as u32,
                    offset: if axis == slot { planes.start as u32 } else { 0 },
                    whole: whole[axis] as u32,
                    first: R::nearest(first),
                    step: R::nearest(step),
                }
            }),
            momentum_cells: momentum_cells as u32,
            space_cells: cells(0..MOMENTUM) as u32,
            first_space_cell: if slot < MOMENTUM { (planes.start * strides[slot] / momentum_cells) as u32 } else { 0 },
            particle: ParticleRecord {
                mass: R::nearest(particle.mass),
                charge: R::nearest(particle.charge),
                moment: R::nearest(particle.moment),
                torque: R::nearest(particle.torque_coefficient()),
                anomaly: R::nearest(particle.anomaly),
            },
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
#[repr(C, packed)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct FieldRecord<R> {
    pub e: [R; 3],
    pub remaining: R,
    pub b: [R; 4],
    pub p: [R; 4],
    pub de: [[R; 4]; 3],
    pub db: [[R; 4]; 3],
}

impl<R: Real> From<&FieldSample> for FieldRecord<R> {
    fn from(sample: &FieldSample) -> Self {
        let record = |v: DVec3| [v.x, v.y, v.z, 0.0].map(R::nearest);
        FieldRecord {
            e: sample.e.to_array().map(R::nearest),
            remaining: R::nearest(1.0 - sample.absorbed),
            b: record(sample.b),
            p: record(sample.p),
            de: sample.de.map(record),
            db: sample.db.map(record),
        }
    }
}

/// Bytes of a [`FieldRecord`].
pub fn field_bytes(precision: Precision) -> u64 {
    let bytes = match precision {
        Precision::F32 => size_of::<FieldRecord<f32>>(),
        Precision::F64 => size_of::<FieldRecord<f64>>(),
    };
    bytes as u64
}

/// Numbers that one workgroup of a reduction writes.
pub const SUMS: usize = 16;

/// Partial sums of one space cell, finished in double precision.
pub struct Sums {
    values: [f64; SUMS - 1],
    least: f64,
}

impl Sums {
    /// Adds the partial sums of all workgroups of a space cell.
    pub fn of<R: Real>(partial: &[R]) -> Self {
        let mut sums = Sums { values: [0.0; SUMS - 1], least: f64::INFINITY };
        for numbers in partial.chunks_exact(SUMS) {
            for (sum, number) in sums.values.iter_mut().zip(numbers) {
                *sum += (*number).into();
            }
            sums.least = sums.least.min(numbers[SUMS - 1].into());
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
            hidden_stream: DVec3::new(self.values[7], self.values[11], self.values[12]) * moment * volume,
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

/// Numbers that one workgroup of the `balance` kernel writes.
pub const FLUXES: usize = 24;

/// Adds the partial sums of all workgroups of a space cell, as the `balance` kernel writes them.
pub fn fluxes<R: Real>(partial: &[R], volume: f64) -> Fluxes {
    let mut sums = [0.0; FLUXES];
    for numbers in partial.chunks_exact(FLUXES) {
        sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += (*number).into() * volume);
    }
    let vector = |k: usize| DVec3::from_slice(&sums[3 * k..]);
    Fluxes { momentum: [0, 1, 2].map(vector), spin: [3, 4, 5].map(vector), energy: vector(6), torque: vector(7) }
}
