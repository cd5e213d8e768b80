//! The state at the start: populations, their momenta, places and spins.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ModeNumber, MomentumAxis, PerAxis, one, one_turn};

/// The state at t = 0.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Initial {
    /// Sum of populations.
    Populations(Vec<Population>),
    /// `.npy`, shape (x axes..., p axes..., 4) or (..., 1) when spinless,
    /// f32 or f64, C order.
    File(PathBuf),
    /// Taken from another run.
    Checkpoint(Taken),
}

/// What a scenario takes from a checkpoint: all of it by its path alone.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(
    untagged,
    expecting = "a path (of a checkpoint, or of the folder of a run), or an object of `path` and `take`, \"all\" or \"cells\""
)]
pub enum Taken {
    /// The cells, the time, the fields and A.
    All(PathBuf),
    /// What is said.
    Said(TakenPart),
}

/// A checkpoint, and what is taken from it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct TakenPart {
    /// A checkpoint, or the folder of a run, whose newest one is taken.
    pub path: PathBuf,
    /// Default: all.
    #[serde(default)]
    pub take: Take,
}

/// What is taken from a checkpoint.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// Cells, time, fields and A.
    #[default]
    All,
    /// Cells alone.
    Cells,
}

impl Taken {
    /// The path as it is written.
    pub fn path(&self) -> &PathBuf {
        match self {
            Taken::All(path) | Taken::Said(TakenPart { path, .. }) => path,
        }
    }

    /// What of it is taken.
    pub fn take(&self) -> Take {
        match self {
            Taken::All(_) => Take::All,
            Taken::Said(TakenPart { take, .. }) => *take,
        }
    }
}

/// n(x) g(p; x) with a spin direction; g is normalised on the grid.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Number density (peak density when `space` is a packet).
    #[serde(default = "one")]
    pub density: f64,
    /// g(p; x).
    pub momentum: Momentum,
    /// Default: uniform in space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<Space>,
    /// Waves and rotations; those of the density multiply, all others add.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub perturbations: Vec<Perturbation>,
    /// Default: unpolarised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spin: Option<Spin>,
}

/// Momentum distribution; components along unresolved axes are not used.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Momentum {
    /// exp(-(p - drift)^2 / (2 m T)), one temperature per axis allowed.
    Maxwellian {
        /// An energy, > 0.
        temperature: PerAxis,
        /// Mean momentum. Default 0.
        #[serde(default)]
        drift: [f64; 3],
    },
    /// exp(-(eps - m)/T) restricted to the resolved momenta.
    Juttner {
        /// An energy, > 0.
        temperature: f64,
    },
    /// Thermal equilibrium with the spins in a uniform B; sets w, too.
    Equilibrium(Equilibrium),
    /// exp(-(p - drift)^2 / (2 spread^2)).
    Gaussian {
        /// Standard deviation of p, > 0.
        spread: PerAxis,
        /// Mean momentum. Default 0.
        #[serde(default)]
        drift: [f64; 3],
    },
    /// Two equal Gaussians at +drift and -drift.
    TwoBeam {
        /// Standard deviation of p in either, > 0.
        spread: PerAxis,
        /// Mean momentum of one; not 0 along all resolved axes.
        drift: [f64; 3],
    },
}

/// F(H) with H = eps - mu_B T.sigma, restricted to the resolved momenta.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Equilibrium {
    /// 0 is allowed for Fermi-Dirac statistics.
    pub temperature: f64,
    /// Default: Boltzmann.
    #[serde(default)]
    pub statistics: Statistics,
    /// Without the rest mass. Default: from the density and hbar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chemical_potential: Option<f64>,
    /// B. Default: the uniform B of the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<[f64; 3]>,
}

/// Occupation of a state of energy E.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Statistics {
    /// exp(-(E - mu)/T)
    #[default]
    Boltzmann,
    /// 1/(exp((E - mu)/T) + 1)
    FermiDirac,
}

/// How the density varies in space, apart from perturbations.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Space {
    /// exp(-(r - centre)^2 / (2 width^2)) over the resolved space axes.
    Gaussian {
        /// Within the axes; the packet is not repeated periodically.
        centre: PerAxis,
        /// Standard deviation of the place, > 0.
        width: PerAxis,
    },
}

/// Change of a population from place to place.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Perturbation {
    /// n -> n (1 + amplitude cos(k.r + phase)).
    Density {
        /// Wavelengths in the domain, not 0.
        mode: ModeNumber,
        /// From -1 to 1.
        amplitude: f64,
        /// In radians, at r = 0. Default 0.
        #[serde(default)]
        phase: f64,
    },
    /// Mean momentum along `axis` -> + amplitude cos(k.r + phase).
    Drift {
        /// A resolved one.
        axis: MomentumAxis,
        /// Wavelengths in the domain, not 0.
        mode: ModeNumber,
        /// A momentum, of either sign.
        amplitude: f64,
        /// In radians, at r = 0. Default 0.
        #[serde(default)]
        phase: f64,
    },
    /// w -> w + amplitude cos(k.r + phase) w0 along `direction`.
    Spin {
        /// Of any length but 0; it is normalised.
        direction: [f64; 3],
        /// Wavelengths in the domain, not 0.
        mode: ModeNumber,
        /// Of w/w0; |polarisation| and all |amplitude|s together are at most 1.
        amplitude: f64,
        /// In radians, at r = 0. Default 0.
        #[serde(default)]
        phase: f64,
    },
    /// Mean momentum -> + mass rate x (r - centre): rigid rotation.
    Rotation {
        /// Angular velocity; a component that is not 0 needs the two other axes.
        rate: [f64; 3],
        /// A point of the axis of rotation. Default: the origin.
        #[serde(default)]
        centre: [f64; 3],
    },
}

/// w = polarisation w0 (unit vector).
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Spin {
    /// The same everywhere.
    Uniform {
        /// Of any length but 0; it is normalised.
        direction: [f64; 3],
        /// From -1 to 1. Default 1.
        #[serde(default = "one")]
        polarisation: f64,
    },
    /// first cos(k.r) + second sin(k.r).
    Helix {
        /// A unit vector.
        first: [f64; 3],
        /// A unit vector orthogonal to `first`.
        second: [f64; 3],
        /// Wavelengths in the domain, not 0.
        mode: ModeNumber,
        /// From -1 to 1. Default 1.
        #[serde(default = "one")]
        polarisation: f64,
    },
    /// (sin t cos a, sin t sin a, cos t) around `centre` in the x-y plane, with
    /// t = 2 arctan(r/radius) and a = winding (azimuth) + phase: up in the core,
    /// down far away, in the plane at `radius`.
    Vortex {
        /// x and y of the core. Default: the origin.
        #[serde(default)]
        centre: [f64; 2],
        /// Distance from the core at which spins lie in the plane, > 0.
        radius: f64,
        /// Turns of the spins around the core, of either sign. Default 1.
        #[serde(default = "one_turn")]
        winding: i32,
        /// In radians; with `winding` 1 spins point outwards at 0 and circle at pi/2. Default 0.
        #[serde(default)]
        phase: f64,
        /// From -1 to 1. Default 1.
        #[serde(default = "one")]
        polarisation: f64,
    },
}

impl Spin {
    /// |w|/w0, with a sign.
    pub fn polarisation(self) -> f64 {
        match self {
            Spin::Uniform { polarisation, .. }
            | Spin::Helix { polarisation, .. }
            | Spin::Vortex { polarisation, .. } => polarisation,
        }
    }
}
