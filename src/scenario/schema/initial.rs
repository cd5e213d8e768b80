//! The state at the start: populations, their momenta, places and spins.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ModeNumber, MomentumAxis, PerAxis, one, one_turn};

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Initial {
    /// Sum of populations.
    Populations(Vec<Population>),
    /// `.npy`, shape (x axes..., p axes..., 4) or (..., 1) when spinless,
    /// f32 or f64, C order.
    File(PathBuf),
}

/// n(x) g(p; x) with a spin direction; g is normalised on the grid.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Number density (peak density when `space` is a packet).
    #[serde(default = "one")]
    pub density: f64,
    pub momentum: Momentum,
    /// Default: uniform in space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<Space>,
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
        temperature: PerAxis,
        #[serde(default)]
        drift: [f64; 3],
    },
    /// exp(-(eps - m)/T) restricted to the resolved momenta.
    Juttner { temperature: f64 },
    /// Thermal equilibrium with the spins in a uniform B; sets w, too.
    Equilibrium(Equilibrium),
    /// exp(-(p - drift)^2 / (2 spread^2)).
    Gaussian {
        spread: PerAxis,
        #[serde(default)]
        drift: [f64; 3],
    },
    /// Two equal Gaussians at +drift and -drift.
    TwoBeam { spread: PerAxis, drift: [f64; 3] },
}

/// F(H) with H = eps - mu_B T.sigma, restricted to the resolved momenta.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Equilibrium {
    /// 0 is allowed for Fermi-Dirac statistics.
    pub temperature: f64,
    #[serde(default)]
    pub statistics: Statistics,
    /// Without the rest mass. Default: from the density and hbar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chemical_potential: Option<f64>,
    /// B. Default: the uniform B of the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<[f64; 3]>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Statistics {
    #[default]
    Boltzmann,
    FermiDirac,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Space {
    /// exp(-(r - centre)^2 / (2 width^2)) over the resolved space axes.
    Gaussian { centre: PerAxis, width: PerAxis },
}

/// Change of a population from place to place.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Perturbation {
    /// n -> n (1 + amplitude cos(k.r + phase)).
    Density {
        mode: ModeNumber,
        amplitude: f64,
        #[serde(default)]
        phase: f64,
    },
    /// Mean momentum along `axis` -> + amplitude cos(k.r + phase).
    Drift {
        axis: MomentumAxis,
        mode: ModeNumber,
        amplitude: f64,
        #[serde(default)]
        phase: f64,
    },
    /// w -> w + amplitude cos(k.r + phase) w0 along `direction`.
    Spin {
        direction: [f64; 3],
        mode: ModeNumber,
        amplitude: f64,
        #[serde(default)]
        phase: f64,
    },
    /// Mean momentum -> + mass rate x (r - centre): rigid rotation.
    Rotation {
        rate: [f64; 3],
        #[serde(default)]
        centre: [f64; 3],
    },
}

/// w = polarisation w0 (unit vector).
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Spin {
    Uniform {
        direction: [f64; 3],
        #[serde(default = "one")]
        polarisation: f64,
    },
    /// first cos(k.r) + second sin(k.r).
    Helix {
        first: [f64; 3],
        second: [f64; 3],
        mode: ModeNumber,
        #[serde(default = "one")]
        polarisation: f64,
    },
    /// (sin t cos a, sin t sin a, cos t) around `centre` in the x-y plane, with
    /// t = 2 arctan(r/radius) and a = winding (azimuth) + phase: up in the core,
    /// down far away, in the plane at `radius`.
    Vortex {
        #[serde(default)]
        centre: [f64; 2],
        radius: f64,
        #[serde(default = "one_turn")]
        winding: i32,
        #[serde(default)]
        phase: f64,
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
