//! dt w = (2/hbar) h x w, h(p) = (e/2) int V(p - q) w(q) dq: spins turn about the mean field of each other, which differs from
//! momentum to momentum.
//!
//! The implicit midpoint rule takes w to w1 = w + 2 a x m, m = (w + w1)/2 and a the mean field of m over a time: a turn of every
//! spin by the angle 2 arctan |a|. With V(p - q) = V(q - p) it conserves int w, every |w| and int int V w.w', and is its own
//! inverse backwards. It is solved by rounds: of a guess of m comes a, of this the next m.

use std::sync::Arc;

use glam::DVec3;

use super::{Build, Kernel, Term, Wgsl, Work, wgsl};
use crate::grid::AXIS_NAMES;
use crate::precision::Precision;

/// A turn of every spin about the mean field of a space cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanFieldTurn {
    /// A table, of which it asks nothing.
    pub table: usize,
    /// Its place in [`Recording::mean_fields`](super::Recording::mean_fields).
    pub mean_field: usize,
    /// Whether the pair potential is a product of one for each axis.
    pub separable: bool,
}

/// a(p) = scale sum_q K(p - q) m(q) - uniform, in the order of momentum cells.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanField {
    /// How many times the mean field is found in a turn.
    pub rounds: usize,
    /// Of all sums.
    pub scale: f64,
    /// K
    pub couplings: Arc<Couplings>,
    /// What is taken off in each space cell.
    pub uniform: Vec<DVec3>,
}

/// Kernels of which turns are made.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// Spins to a desk.
    pub lay: Kernel,
    /// From desk to desk, one after the other.
    pub sums: Vec<Kernel>,
    /// To a desk.
    pub half_way: Kernel,
    /// At the end.
    pub turn: Kernel,
}

/// A pair potential by differences of indices along px, py, pz.
#[derive(Clone, Debug, PartialEq)]
pub enum Couplings {
    /// A factor for each difference along each axis.
    Separable([Vec<f64>; 3]),
    /// One for each, in the order of momentum cells.
    Whole(Vec<f64>),
}

impl Couplings {
    /// Factors, one after the other.
    pub fn factors(&self) -> Vec<f64> {
        match self {
            Couplings::Separable(along) => along.concat(),
            Couplings::Whole(factors) => factors.clone(),
        }
    }

    /// Whether they are a product.
    pub fn are_separable(&self) -> bool {
        matches!(self, Couplings::Separable(_))
    }
}

impl MeanField {
    /// Numbers before the factors: twin of `HEAD` in `shaders/shared/mean_field.wgsl`.
    pub const HEAD: usize = 1;

    /// The largest angle of a turn at which rounds are sure to close in fast: each leaves a quarter of what m is off by.
    pub const MOST: f64 = 0.5;

    /// Rounds that leave nothing but rounding, where the sum of all couplings turns a spin by `angle` at the most.
    ///
    /// a errs by angle/2 of what m does as a mean over |w|, and m by |w| of that, as (1 - a x) m = w: a round leaves the
    /// share angle/2. The first guess, m = w, is off by angle/2.
    pub fn rounds(angle: f64, precision: Precision) -> usize {
        let least = match precision {
            Precision::F32 => 0.25 * f64::from(f32::EPSILON),
            Precision::F64 => 0.25 * f64::EPSILON,
        };
        // Of no angle at all there is no logarithm.
        let share = (0.5 * angle).max(least);
        (least.log2() / share.log2()).ceil() as usize
    }

    /// The kernels of a round: spins are laid out, at the first, then summed along the slots of all momentum axes, or as a
    /// whole, and turned halfway, but for the last.
    pub fn round(separable: bool, momenta: impl Iterator<Item = usize>) -> Round {
        let kernel = |label: String, file: Wgsl, entry_point: &'static str, constants: &[(&'static str, u32)]| {
            let mut kernel = Kernel::in_place(&label, &[wgsl!("shared/mean_field"), file], entry_point, false);
            kernel.constants.extend(constants);
            Kernel { work: Work::MeanField, ..kernel }
        };
        let sum = |slot: usize| {
            let label =
                if separable { format!("mean-field sum {}", AXIS_NAMES[slot]) } else { "mean-field sum".into() };
            kernel(label, wgsl!("mean_field_sum"), "sum", &[("SUMMED", slot as u32)])
        };
        let turn = |label: &str, last: bool| {
            let constants = [("LAST", last.into()), ("SEPARABLE", separable.into())];
            kernel(label.into(), wgsl!("mean_field_turn"), "turn", &constants)
        };
        Round {
            lay: kernel("mean-field layout".into(), wgsl!("mean_field_lay"), "lay", &[]),
            sums: if separable { momenta.map(sum).collect() } else { vec![sum(0)] },
            half_way: turn("mean-field half turn", false),
            turn: turn("mean-field turn", true),
        }
    }

    /// All numbers in the order of the kernels.
    pub fn numbers(&self) -> Vec<f64> {
        let mut numbers = vec![self.scale];
        numbers.extend(self.couplings.factors());
        numbers.extend(self.uniform.iter().flat_map(|vector| vector.to_array()));
        numbers
    }
}

impl Term for MeanFieldTurn {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, _: Build) -> Kernel {
        MeanField::round(self.separable, std::iter::empty()).turn
    }

    fn kinds(spin: bool) -> Vec<Self> {
        let kind = |separable| MeanFieldTurn { table: 0, mean_field: 0, separable };
        if spin { [true, false].map(kind).into() } else { Vec::new() }
    }
}
