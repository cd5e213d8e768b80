//! The bytes shared with WGSL. `tests/shaders.rs` proves each struct equal to
//! its twin by naga's reflection, in both precisions.
//!
//! Structs are packed, so that what WGSL pads is a member here and there.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use glam::DVec3;

use crate::grid::{AXES, Grid, MOMENTUM};
use crate::operators::FieldSample;
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
    pub first_low: R,
    pub step_low: R,
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
    pub mass_low: R,
    pub anomaly_low: R,
}

/// Twin of `Parameters` in `shaders/shared/parameters.wgsl`.
#[repr(C, packed)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct Parameters<R> {
    pub axes: [AxisRecord<R>; AXES],
    pub momentum_cells: u32,
    pub space_cells: u32,
    pub first_space_cell: u32,
    pub zero: u32,
    pub particle: ParticleRecord<R>,
    pub time_over_step: R,
    pub time: R,
    pub dissipation: R,
}

/// What rounding to a device's precision leaves of a number.
fn low<R: Real>(number: f64) -> R {
    R::nearest(number - R::nearest(number).into())
}

impl<R: Real> Parameters<R> {
    /// What does not change from command to command, for the planes `planes` along `slot`.
    pub fn new(grid: &Grid, particle: &Particle, dissipation: f64, slot: usize, planes: Range<usize>) -> Self {
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
                    first_low: low(first),
                    step_low: low(step),
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
                mass_low: low(particle.mass),
                anomaly_low: low(particle.anomaly),
            },
            dissipation: R::nearest(dissipation),
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
    pub p_low: [R; 4],
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
            p_low: [low(sample.p.x), low(sample.p.y), low(sample.p.z), low(0.0)],
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
