//! What is written, and what it is compared with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FieldComponent, ModeNumber, PhaseAxis, Position, z_axis};

/// What is recorded.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Rows of `diagnostics.csv`.
    #[serde(default)]
    pub diagnostics: Diagnostics,
    /// Pictures of planes of phase space.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<Snapshot>,
    /// Local balances at every space cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balances: Option<LocalBalances>,
    /// Write the final state and fields as `.npy`.
    #[serde(default)]
    pub final_state: bool,
    /// When the run is kept, to be gone on with. Default: when a signal stops it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoints: Option<Checkpoints>,
}

/// When checkpoints are written besides the last step and a signal; of several, whichever comes first.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Checkpoints {
    /// Time between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<f64>,
    /// Steps between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Seconds on the wall between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// When rows are made, and what is in them besides the fixed columns.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Diagnostics {
    /// Time between rows of diagnostics.csv. Default: every step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<f64>,
    /// Axis along which "up" and "down" are meant.
    #[serde(default = "z_axis")]
    pub spin_axis: [f64; 3],
    /// Complex amplitudes of Fourier modes in space.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<Mode>,
    /// Values at places in space.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
}

impl Default for Diagnostics {
    fn default() -> Self {
        Diagnostics { interval: None, spin_axis: z_axis(), modes: Vec::new(), places: Vec::new() }
    }
}

/// Residuals of the local conservation laws.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct LocalBalances {
    /// Time between rows of balances.csv. Default: every step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<f64>,
    /// Time between pictures. Default: the last step alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictures: Option<f64>,
}

/// A Fourier mode in space.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    /// Of what.
    pub quantity: ModeQuantity,
    /// Wavelengths in the domain; 0 is the mean.
    pub mode: ModeNumber,
}

/// A place in space whose value is recorded.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Of what.
    pub quantity: ModeQuantity,
    /// x, or x, y and z, in the cell that holds it.
    pub at: Position,
}

/// A quantity of space whose Fourier modes, and values at places, can be recorded.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(expecting = "one of `density`, `spin_1`, `spin_2`, `spin_3`, `E_x`, `E_y`, `E_z`, `B_x`, `B_y`, `B_z`")]
pub enum ModeQuantity {
    /// int w0 dp
    #[serde(rename = "density")]
    Density,
    /// int w1 dp
    #[serde(rename = "spin_1")]
    Spin1,
    /// int w2 dp
    #[serde(rename = "spin_2")]
    Spin2,
    /// int w3 dp
    #[serde(rename = "spin_3")]
    Spin3,
    /// A self-consistent field at cell centres.
    #[serde(untagged)]
    Field(FieldComponent),
}

impl ModeQuantity {
    /// Whether it is a component of the spin density.
    pub fn is_spin(self) -> bool {
        matches!(self, ModeQuantity::Spin1 | ModeQuantity::Spin2 | ModeQuantity::Spin3)
    }
}

/// A series of pictures of one plane of phase space.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// What is shown, from the projected (w0, w).
    pub quantity: Quantity,
    /// Horizontal, vertical.
    pub axes: [PhaseAxis; 2],
    /// Time between pictures; either this or `times`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<f64>,
    /// Times of pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<f64>,
    /// Direction meant by `up`, `down` and `polarisation`. Default z.
    #[serde(default = "z_axis")]
    pub spin_axis: [f64; 3],
    /// Show the difference from the first picture, as small waves need.
    #[serde(default)]
    pub change: bool,
    /// Axes cut at a value; all other axes are summed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cut: BTreeMap<PhaseAxis, f64>,
    /// Where the spins of relativistic particles are seen from. Default: from each particle's rest frame.
    #[serde(default, skip_serializing_if = "Frame::is_rest")]
    pub frame: Frame,
    /// The polarisation at the ends of the colours, and of the longest arrow. Default 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub largest: f64,
}

/// In which frame w is seen.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// w itself, in the rest frame of each particle.
    #[default]
    Rest,
    /// The space part of the four-vector A^mu = L(p) (0, w).
    Laboratory,
}

impl Frame {
    fn is_rest(&self) -> bool {
        *self == Frame::Rest
    }
}

fn one() -> f64 {
    1.0
}

fn is_one(number: &f64) -> bool {
    *number == 1.0
}

/// What a picture shows; with w0 and w as projected on its plane.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// w0
    W0,
    /// w along x.
    W1,
    /// w along y.
    W2,
    /// w along z.
    W3,
    /// |w|
    Spin,
    /// (w0 + w.axis)/2
    Up,
    /// (w0 - w.axis)/2
    Down,
    /// w.axis / w0
    Polarisation,
    /// w3 / w0 in colour, (w1, w2) / w0 as arrows.
    Texture,
}

/// A number the run must end with, its formula, and how close is close enough.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// What is compared, in words with its formula.
    pub what: String,
    /// How the run's number is found.
    pub measure: Measure,
    /// The expected number.
    pub value: f64,
    /// Largest |measured - value|/|value|, > 0; absolute where `value` is 0.
    pub relative_tolerance: f64,
}

/// How a number is found in the rows of a run.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// A column of the diagnostics.
    Column {
        /// Without its unit.
        name: String,
        /// Time of the row. Default: the end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<f64>,
        /// Less the value at t = 0.
        #[serde(default)]
        change: bool,
    },
    /// gamma of C exp(gamma t) cos(omega t + phi), fitted to both parts of a mode between two times.
    GrowthRate {
        /// One of `output.diagnostics.modes`.
        mode: Mode,
        /// Time at which the fit begins.
        from: f64,
        /// Time at which the fit ends.
        to: f64,
        /// Frequencies among which the strongest line is meant. Default: the record is one wave.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        between: Option<[f64; 2]>,
    },
    /// |omega| of a mode between two times.
    Frequency {
        /// One of `output.diagnostics.modes`.
        mode: Mode,
        /// Time at which the fit begins.
        from: f64,
        /// Time at which the fit ends.
        to: f64,
        /// Frequencies among which the strongest line is meant. Default: the record is one wave.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        between: Option<[f64; 2]>,
    },
}
