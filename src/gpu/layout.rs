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
    /// Of this slab.
    pub cells: u32,
    /// From a cell of this slab to the next along the axis.
    pub stride: u32,
    /// Where this slab begins on the whole axis.
    pub offset: u32,
    /// Cells of the whole axis.
    pub whole: u32,
    /// Centre of the first cell of the whole axis; 0 where not resolved.
    pub first: R,
    /// Width of a cell; 0 where not resolved.
    pub step: R,
    /// What the rounding of `first` left.
    pub first_low: R,
    /// What the rounding of `step` left.
    pub step_low: R,
}

/// Twin of `Particle` in `shaders/shared/parameters.wgsl`.
#[repr(C, packed)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct ParticleRecord<R> {
    /// m
    pub mass: R,
    /// q
    pub charge: R,
    /// mu_B, times g/2 in the phenomenological form.
    pub moment: R,
    /// 2 mu_B/hbar, 0 without a moment.
    pub torque: R,
    /// a = (g - 2)/2 of the T-BMT form, else 0.
    pub anomaly: R,
    /// What the rounding of `mass` left.
    pub mass_low: R,
    /// What the rounding of `anomaly` left.
    pub anomaly_low: R,
    /// What the rounding of `torque` left.
    pub torque_low: R,
    /// Of a spin Hamiltonian h = c + sum_j slope_j p_j: 2/hbar times its slopes and c.
    pub given_turn: [[R; 3]; 4],
    /// What their rounding left.
    pub given_turn_low: [[R; 3]; 4],
    /// Its slopes.
    pub given_slopes: [[R; 3]; 3],
}

/// Twin of `Parameters` in `shaders/shared/parameters.wgsl`.
#[repr(C, packed)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct Parameters<R> {
    /// x, y, z, px, py, pz, the last one fastest.
    pub axes: [AxisRecord<R>; AXES],
    /// Of this slab.
    pub momentum_cells: u32,
    /// Of this slab.
    pub space_cells: u32,
    /// Its first space cell on the whole grid.
    pub first_space_cell: u32,
    /// Its lines along the swept axis.
    pub lines: u32,
    /// Segments that each of them is cut into.
    pub segments: u32,
    /// Always 0, see `kept` in the shaders; what follows is aligned in either precision.
    pub zero: u32,
    /// Constants of the species.
    pub particle: ParticleRecord<R>,
    /// Time of the sweep over the width of a cell along it.
    pub time_over_step: R,
    /// Time for which the term acts.
    pub time: R,
    /// Share of the upwind part in the flux of a sweep.
    pub dissipation: R,
    /// What the rounding of `time` left.
    pub time_low: R,
}

/// What rounding to a device's precision leaves of a number.
pub fn low<R: Real>(number: f64) -> R {
    R::nearest(number - R::nearest(number).into())
}

impl<R: Real> Parameters<R> {
    /// What does not change from command to command, for the planes `planes` along `slot`.
    pub fn new(grid: &Grid, particle: &Particle, dissipation: f64, slot: usize, planes: Range<usize>) -> Self {
        let (mut shape, whole, strides) = (grid.shape(), grid.shape(), grid.strides());
        shape[slot] = planes.len();
        let cells = |slots: Range<usize>| shape[slots].iter().product::<usize>();
        let momentum_cells = cells(MOMENTUM..AXES);
        let [x, y, z] = particle.given.slopes;
        let turns = [x, y, z, particle.given.constant].map(|h| h * particle.given_coefficient());
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
                torque_low: low(particle.torque_coefficient()),
                given_turn: turns.map(|turn| turn.to_array().map(R::nearest)),
                given_turn_low: turns.map(|turn| turn.to_array().map(low)),
                given_slopes: particle.given.slopes.map(|slope| slope.to_array().map(R::nearest)),
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
    /// E at the centre of the cell, external fields included.
    pub e: [R; 3],
    /// Share of the particles that an absorption leaves.
    pub remaining: R,
    /// B likewise; the last number is padding, as below.
    pub b: [R; 4],
    /// Kinetic momentum along axes that are not resolved, else 0.
    pub p: [R; 4],
    /// What the rounding of `p` left.
    pub p_low: [R; 4],
    /// What the rounding of `e` left.
    pub e_low: [R; 4],
    /// What the rounding of `b` left.
    pub b_low: [R; 4],
    /// Force of prescribed potentials.
    pub force: [R; 4],
    /// Axis times the sine, and cosine, of half the angle by which all spins turn.
    pub turn: [R; 4],
    /// dE/dx, dE/dy, dE/dz.
    pub de: [[R; 4]; 3],
    /// dB/dx, dB/dy, dB/dz.
    pub db: [[R; 4]; 3],
}

impl<R: Real> From<&FieldSample> for FieldRecord<R> {
    fn from(sample: &FieldSample) -> Self {
        let record = |v: DVec3| [v.x, v.y, v.z, 0.0].map(R::nearest);
        let lows = |v: DVec3| [v.x, v.y, v.z, 0.0].map(low);
        FieldRecord {
            e: sample.e.to_array().map(R::nearest),
            remaining: R::nearest(1.0 - sample.absorbed),
            b: record(sample.b),
            p: record(sample.p),
            p_low: lows(sample.p),
            e_low: lows(sample.e),
            b_low: lows(sample.b),
            force: record(sample.force),
            turn: sample.turn.to_array().map(R::nearest),
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
