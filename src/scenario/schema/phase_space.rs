//! Axes, and what lives on them: modes, wave vectors, values per axis.

use serde::{Deserialize, Serialize};

/// Resolved axes, and the canonical momentum of those that are not.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct PhaseSpace {
    /// Space axes are periodic or absorb at their ends; each needs its own momentum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<Axis>,
    /// Like `x`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<Axis>,
    /// Like `x`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z: Option<Axis>,
    /// Momentum axes end in walls, or on a ring where sweeps do not dissipate; one at least is resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub px: Option<Axis>,
    /// Like `px`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub py: Option<Axis>,
    /// Like `px`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pz: Option<Axis>,
    /// Conserved canonical momentum p_c of axes that are not resolved:
    /// p(x,t) = p_c - q A(x,t). Default 0.
    #[serde(default, skip_serializing_if = "Canonical::is_default")]
    pub canonical: Canonical,
}

impl PhaseSpace {
    /// The axis, when it is resolved.
    pub fn axis(&self, axis: PhaseAxis) -> Option<Axis> {
        match axis {
            PhaseAxis::X => self.x,
            PhaseAxis::Y => self.y,
            PhaseAxis::Z => self.z,
            PhaseAxis::Px => self.px,
            PhaseAxis::Py => self.py,
            PhaseAxis::Pz => self.pz,
        }
    }

    /// The place of an axis.
    pub fn axis_mut(&mut self, axis: PhaseAxis) -> &mut Option<Axis> {
        match axis {
            PhaseAxis::X => &mut self.x,
            PhaseAxis::Y => &mut self.y,
            PhaseAxis::Z => &mut self.z,
            PhaseAxis::Px => &mut self.px,
            PhaseAxis::Py => &mut self.py,
            PhaseAxis::Pz => &mut self.pz,
        }
    }

    /// Resolved axes in the order of storage: x, y, z, px, py, pz.
    pub fn axes(&self) -> Vec<(PhaseAxis, Axis)> {
        PhaseAxis::ALL.into_iter().filter_map(|axis| Some((axis, self.axis(axis)?))).collect()
    }
}

/// A uniform axis of cells between two edges.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// Lower edge.
    pub from: f64,
    /// Upper edge, above `from`.
    pub to: f64,
    /// Cells of equal width, 8 or more.
    pub cells: u32,
    /// Width of the layer at both ends of a space axis that absorbs what enters it.
    /// Without one the axis is periodic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absorbing_layer: Option<f64>,
}

impl Axis {
    /// Whether a wave has whole periods between the edges, as where the axis is periodic.
    pub fn holds_periods_of(&self, wavenumber: f64) -> bool {
        let periods = wavenumber * (self.to - self.from) / std::f64::consts::TAU;
        (periods - periods.round()).abs() < 1e-6
    }
}

/// p_c of momenta that are not resolved; 0 for those that are.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Canonical {
    /// Along x. Default 0.
    #[serde(default)]
    pub px: f64,
    /// Along y. Default 0.
    #[serde(default)]
    pub py: f64,
    /// Along z. Default 0.
    #[serde(default)]
    pub pz: f64,
}

impl Canonical {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Wavelengths in the domain: along x, or along each of x, y, z.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(untagged, expecting = "a whole number (wavelengths along x), or an array of three (along x, y, z)")]
pub enum ModeNumber {
    /// Along x, and none along y and z.
    X(i32),
    /// Along x, y, z.
    Each([i32; 3]),
}

impl ModeNumber {
    /// Wavelengths along each of x, y, z.
    pub fn each(self) -> [i32; 3] {
        match self {
            ModeNumber::X(mode) => [mode, 0, 0],
            ModeNumber::Each(modes) => modes,
        }
    }
}

/// A place: x alone, or x, y, z.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(untagged, expecting = "a number (x), or an array of three numbers (x, y, z)")]
pub enum Position {
    /// x, with y = z = 0.
    X(f64),
    /// x, y, z.
    Each([f64; 3]),
}

impl Position {
    /// x, y, z.
    pub fn each(self) -> [f64; 3] {
        match self {
            Position::X(x) => [x, 0.0, 0.0],
            Position::Each(place) => place,
        }
    }
}

/// A wave vector: its x component alone, or all three.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(untagged, expecting = "a number (along x), or an array of three numbers (x, y, z)")]
pub enum WaveVector {
    /// k_x, with k_y = k_z = 0.
    X(f64),
    /// k_x, k_y, k_z.
    Each([f64; 3]),
}

impl WaveVector {
    /// Components along x, y, z.
    pub fn each(self) -> [f64; 3] {
        match self {
            WaveVector::X(k) => [k, 0.0, 0.0],
            WaveVector::Each(k) => k,
        }
    }

    /// The axes along which it is not zero, each with the key that says so.
    pub fn axes(self) -> Vec<(PhaseAxis, String)> {
        let key = |index: usize| match self {
            WaveVector::X(_) => "wavenumber".to_string(),
            WaveVector::Each(_) => format!("wavenumber[{index}]"),
        };
        let numbers = PhaseAxis::SPACE.into_iter().zip(self.each()).enumerate();
        numbers.filter(|(_, (_, k))| *k != 0.0).map(|(index, (axis, _))| (axis, key(index))).collect()
    }
}

/// One number for every axis, or one per axis (x, y, z).
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(untagged, expecting = "a number, or an array of three numbers (x, y, z)")]
pub enum PerAxis {
    /// For x, y and z alike.
    Same(f64),
    /// For x, y, z.
    Each([f64; 3]),
}

impl PerAxis {
    /// The value along each of x, y, z.
    pub fn each(self) -> [f64; 3] {
        match self {
            PerAxis::Same(value) => [value; 3],
            PerAxis::Each(values) => values,
        }
    }
}

/// A component of the momentum.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
pub enum MomentumAxis {
    /// Along x.
    Px,
    /// Along y.
    Py,
    /// Along z.
    Pz,
}

impl From<MomentumAxis> for PhaseAxis {
    fn from(axis: MomentumAxis) -> Self {
        match axis {
            MomentumAxis::Px => PhaseAxis::Px,
            MomentumAxis::Py => PhaseAxis::Py,
            MomentumAxis::Pz => PhaseAxis::Pz,
        }
    }
}

/// A direction of space.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SpaceAxis {
    /// Along x.
    #[default]
    X,
    /// Along y.
    Y,
    /// Along z.
    Z,
}

impl From<SpaceAxis> for PhaseAxis {
    fn from(axis: SpaceAxis) -> Self {
        match axis {
            SpaceAxis::X => PhaseAxis::X,
            SpaceAxis::Y => PhaseAxis::Y,
            SpaceAxis::Z => PhaseAxis::Z,
        }
    }
}

/// An axis of phase space.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
pub enum PhaseAxis {
    /// Place along x.
    X,
    /// Place along y.
    Y,
    /// Place along z.
    Z,
    /// Momentum along x.
    Px,
    /// Momentum along y.
    Py,
    /// Momentum along z.
    Pz,
}

impl PhaseAxis {
    /// In the order of storage, so that `axis as usize` is the slot in a grid.
    pub const ALL: [PhaseAxis; 6] =
        [PhaseAxis::X, PhaseAxis::Y, PhaseAxis::Z, PhaseAxis::Px, PhaseAxis::Py, PhaseAxis::Pz];

    /// The space axes, in the order of the components of a vector.
    pub const SPACE: [PhaseAxis; 3] = [PhaseAxis::X, PhaseAxis::Y, PhaseAxis::Z];
    /// The momenta, in the order of the components of a vector.
    pub const MOMENTA: [PhaseAxis; 3] = [PhaseAxis::Px, PhaseAxis::Py, PhaseAxis::Pz];

    /// The name written in a scenario.
    pub fn name(self) -> &'static str {
        match self {
            PhaseAxis::X => "x",
            PhaseAxis::Y => "y",
            PhaseAxis::Z => "z",
            PhaseAxis::Px => "px",
            PhaseAxis::Py => "py",
            PhaseAxis::Pz => "pz",
        }
    }
}
