//! Hard pulses.

use serde::{Deserialize, Serialize};

/// A turn of all spins at once, whatever their place and momentum.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Pulse {
    /// When; a whole number of steps. A row at this time is of the state before.
    pub time: f64,
    /// Of any length but 0; it is normalised.
    pub axis: [f64; 3],
    /// In radians, right-handed about the axis.
    pub angle: f64,
}
