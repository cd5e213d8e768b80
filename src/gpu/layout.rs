//! The bytes shared with WGSL. `tests/shaders.rs` proves each struct equal to
//! its twin by naga's reflection.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use glam::DVec3;

use crate::grid::{AXES, Grid, MOMENTUM};
use crate::operators::FieldSample;
use crate::physics::Particle;
use crate::scenario::schema::Kinematics;

/// Twin of `Axis` in `shaders/shared/parameters.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct AxisRecord {
    pub cells: u32,
    pub stride: u32,
    pub offset: u32,
    pub whole: u32,
    pub first: f32,
    pub step: f32,
    pub first_low: f32,
    pub step_low: f32,
}

/// Twin of `Particle` in `shaders/shared/parameters.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct ParticleRecord {
    pub mass: f32,
    pub charge: f32,
    pub moment: f32,
    pub torque: f32,
    pub anomaly: f32,
    pub mass_low: f32,
    pub anomaly_low: f32,
}

/// Twin of `Parameters` in `shaders/shared/parameters.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct Parameters {
    pub axes: [AxisRecord; AXES],
    pub momentum_cells: u32,
    pub space_cells: u32,
    pub first_space_cell: u32,
    pub particle: ParticleRecord,
    pub time_over_step: f32,
    pub time: f32,
    pub zero: u32,
}

/// What rounding to single precision leaves of a number.
fn low(number: f64) -> f32 {
    (number - f64::from(number as f32)) as f32
}

impl Parameters {
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
                    first: first as f32,
                    step: step as f32,
                    first_low: low(first),
                    step_low: low(step),
                }
            }),
            momentum_cells: momentum_cells as u32,
            space_cells: cells(0..MOMENTUM) as u32,
            first_space_cell: if slot < MOMENTUM { (planes.start * strides[slot] / momentum_cells) as u32 } else { 0 },
            particle: ParticleRecord {
                mass: particle.mass as f32,
                charge: particle.charge as f32,
                moment: particle.moment as f32,
                torque: particle.torque_coefficient() as f32,
                anomaly: particle.anomaly as f32,
                mass_low: low(particle.mass),
                anomaly_low: low(particle.anomaly),
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
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct FieldRecord {
    pub e: [f32; 3],
    pub remaining: f32,
    pub b: [f32; 4],
    pub p: [f32; 4],
    pub p_low: [f32; 4],
    pub de: [[f32; 4]; 3],
    pub db: [[f32; 4]; 3],
}

impl From<&FieldSample> for FieldRecord {
    fn from(sample: &FieldSample) -> Self {
        let record = |v: DVec3| [v.x as f32, v.y as f32, v.z as f32, 0.0];
        FieldRecord {
            e: sample.e.to_array().map(|number| number as f32),
            remaining: (1.0 - sample.absorbed) as f32,
            b: record(sample.b),
            p: record(sample.p),
            p_low: [low(sample.p.x), low(sample.p.y), low(sample.p.z), 0.0],
            de: sample.de.map(record),
            db: sample.db.map(record),
        }
    }
}
