//! What is written, and what it is compared with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FieldComponent, ModeNumber, PhaseAxis, z_axis};

#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Output {
    #[serde(default)]
    pub diagnostics: Diagnostics,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<Snapshot>,
    /// Local balances at every space cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balances: Option<LocalBalances>,
    /// Write the final state and fields as `.npy`.
    #[serde(default)]
    pub final_state: bool,
}

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
}

impl Default for Diagnostics {
    fn default() -> Self {
        Diagnostics { interval: None, spin_axis: z_axis(), modes: Vec::new() }
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

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    pub quantity: ModeQuantity,
    pub mode: ModeNumber,
}

/// A quantity of space whose Fourier modes can be recorded.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(expecting = "one of `density`, `spin_1`, `spin_2`, `spin_3`, `E_x`, `E_y`, `E_z`, `B_x`, `B_y`, `B_z`")]
pub enum ModeQuantity {
    #[serde(rename = "density")]
    Density,
    #[serde(rename = "spin_1")]
    Spin1,
    #[serde(rename = "spin_2")]
    Spin2,
    #[serde(rename = "spin_3")]
    Spin3,
    #[serde(untagged)]
    Field(FieldComponent),
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    pub quantity: Quantity,
    /// Horizontal, vertical.
    pub axes: [PhaseAxis; 2],
    /// Time between pictures.
    pub interval: f64,
    /// Direction meant by `up`, `down` and `polarisation`. Default z.
    #[serde(default = "z_axis")]
    pub spin_axis: [f64; 3],
    /// Show the difference from the first picture, as small waves need.
    #[serde(default)]
    pub change: bool,
    /// Axes cut at a value; all other axes are summed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cut: BTreeMap<PhaseAxis, f64>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    W0,
    W1,
    W2,
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
    pub measure: Measure,
    pub value: f64,
    pub relative_tolerance: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// A column of the diagnostics.
    Column {
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
        mode: Mode,
        from: f64,
        to: f64,
        /// Frequencies among which the strongest line is meant. Default: the record is one wave.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        between: Option<[f64; 2]>,
    },
    /// |omega| of a mode between two times.
    Frequency {
        mode: Mode,
        from: f64,
        to: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        between: Option<[f64; 2]>,
    },
}
