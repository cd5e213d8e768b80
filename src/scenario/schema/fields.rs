//! Self-consistent and prescribed fields.

use std::path::PathBuf;

use glam::DVec3;
use serde::{Deserialize, Serialize};

use super::{ModeNumber, SpaceAxis, WaveVector};

/// E and B: the self-consistent ones at t = 0 and how they move, and prescribed ones.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// How the self-consistent fields move. Default: frozen.
    #[serde(default)]
    pub evolution: Evolution,
    /// A fixed, uniform charge density.
    #[serde(default)]
    pub background: Background,
    /// Spatially uniform part of the initial self-consistent fields.
    #[serde(default)]
    pub uniform: UniformField,
    /// Sinusoidal initial fields. The longitudinal E follows from Gauss's law and is checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub perturbations: Vec<FieldPerturbation>,
    /// Initial fields at cell centres, `.npy` of shape (space cells..., 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FieldFile>,
    /// Prescribed fields, added to the self-consistent ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external: Vec<External>,
}

impl Fields {
    /// The uniform part of B, self-consistent and external.
    pub fn uniform_magnetic(&self) -> DVec3 {
        let external = self.external.iter().filter_map(|external| match external {
            External::Uniform(field) => Some(DVec3::from(field.B)),
            _ => None,
        });
        DVec3::from(self.uniform.B) + external.sum::<DVec3>()
    }
}

/// What moves of the self-consistent fields.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Evolution {
    /// All components of D and B.
    Maxwell,
    /// E along the resolved space axes from the charges, its mean from the mean current; B stays.
    Electrostatic,
    /// Fields stay as they are prescribed.
    #[default]
    Frozen,
}

/// Charge density that stays where it is, beside the particles.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Background {
    /// Minus the mean charge density of the initial state.
    #[default]
    Neutralising,
    /// The particles alone; a periodic domain must then be neutral.
    None,
}

/// E and B that are the same everywhere.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "E and B are the field's own names in the file")]
pub struct UniformField {
    /// Along x, y, z; charge times E is a force. Default 0.
    #[serde(default)]
    pub E: [f64; 3],
    /// Along x, y, z. Default 0.
    #[serde(default)]
    pub B: [f64; 3],
}

impl UniformField {
    /// The value of one component.
    pub fn component(&self, component: FieldComponent) -> f64 {
        match component {
            FieldComponent::Ex => self.E[0],
            FieldComponent::Ey => self.E[1],
            FieldComponent::Ez => self.E[2],
            FieldComponent::Bx => self.B[0],
            FieldComponent::By => self.B[1],
            FieldComponent::Bz => self.B[2],
        }
    }
}

/// A component of a field, named as in `E_x`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldComponent {
    /// E along x.
    #[serde(rename = "E_x")]
    Ex,
    /// E along y.
    #[serde(rename = "E_y")]
    Ey,
    /// E along z.
    #[serde(rename = "E_z")]
    Ez,
    /// B along x.
    #[serde(rename = "B_x")]
    Bx,
    /// B along y.
    #[serde(rename = "B_y")]
    By,
    /// B along z.
    #[serde(rename = "B_z")]
    Bz,
}

impl FieldComponent {
    /// Those of E, then those of B.
    pub const ALL: [FieldComponent; 6] = [
        FieldComponent::Ex,
        FieldComponent::Ey,
        FieldComponent::Ez,
        FieldComponent::Bx,
        FieldComponent::By,
        FieldComponent::Bz,
    ];

    /// Whether it is one of E.
    pub fn is_electric(self) -> bool {
        self < FieldComponent::Bx
    }
}

/// component += amplitude cos(k.r + phase).
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct FieldPerturbation {
    /// What it is added to.
    pub component: FieldComponent,
    /// Wavelengths in the domain; not 0, at most half the cells of each axis.
    pub mode: ModeNumber,
    /// Of either sign.
    pub amplitude: f64,
    /// In radians, at r = 0. Default 0.
    #[serde(default)]
    pub phase: f64,
}

/// Arrays of fields at cell centres, `.npy` of shape (space cells..., 3); one may be left out.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "E and B are the field's own names in the file")]
pub struct FieldFile {
    /// f32 or f64 in C order; relative to the folder of the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub E: Option<PathBuf>,
    /// Likewise, of B.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub B: Option<PathBuf>,
}

/// A field prescribed for all time; particles feel it and do not change it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum External {
    /// Constant in space and time.
    Uniform(UniformField),
    /// component = value + slope x + curvature x^2/2, or y, or z.
    Gradient {
        /// The one it sets.
        component: FieldComponent,
        /// Direction along which it varies. Default x.
        #[serde(default)]
        axis: SpaceAxis,
        /// At 0 of that axis. Default 0.
        #[serde(default)]
        value: f64,
        /// Derivative there along that axis, also where its ends meet and the field jumps. Default 0.
        #[serde(default)]
        slope: f64,
        /// Second derivative along that axis. Default 0.
        #[serde(default)]
        curvature: f64,
    },
    /// amplitude cos(k.r - omega t + phase).
    TravellingWave {
        /// The one it sets; a light wave takes two.
        component: FieldComponent,
        /// Of either sign.
        amplitude: f64,
        /// k itself, of either sign.
        wavenumber: WaveVector,
        /// Angular, omega, of either sign.
        frequency: f64,
        /// In radians, at r = 0 and t = 0. Default 0.
        #[serde(default)]
        phase: f64,
    },
    /// amplitude cos(k.r + phase) cos(omega t).
    StandingWave {
        /// The one it sets; a light wave takes two.
        component: FieldComponent,
        /// Of either sign.
        amplitude: f64,
        /// k itself, of either sign.
        wavenumber: WaveVector,
        /// Angular, omega, of either sign.
        frequency: f64,
        /// In radians, at r = 0. Default 0.
        #[serde(default)]
        phase: f64,
    },
    /// Constant in time, `.npy` of shape (space cells..., 3) at cell centres.
    File(FieldFile),
    /// A potential energy U of the particles, charged or not: the force - grad U.
    Potential(Potential),
}

/// A potential energy, constant in time; x stands for the place along its axis.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Potential {
    /// stiffness (x - centre)^2/2.
    Harmonic {
        /// Direction along which it varies. Default x.
        #[serde(default)]
        axis: SpaceAxis,
        /// Energy over length squared; mass times the square of the angular frequency.
        stiffness: f64,
        /// Default 0.
        #[serde(default)]
        centre: f64,
    },
    /// c_0 + c_1 (x - centre) + c_2 (x - centre)^2 + ...
    Polynomial {
        /// Direction along which it varies. Default x.
        #[serde(default)]
        axis: SpaceAxis,
        /// c_0, c_1, ...
        coefficients: Vec<f64>,
        /// Default 0.
        #[serde(default)]
        centre: f64,
    },
    /// amplitude exp(-(x - centre)^2/(2 width^2)).
    Gaussian {
        /// Direction along which it varies. Default x.
        #[serde(default)]
        axis: SpaceAxis,
        /// A hill if positive, a well if negative.
        amplitude: f64,
        /// Default 0.
        #[serde(default)]
        centre: f64,
        /// Above 0.
        width: f64,
    },
    /// amplitude / cosh^2((x - centre)/width).
    Sech2 {
        /// Direction along which it varies. Default x.
        #[serde(default)]
        axis: SpaceAxis,
        /// A hill if positive, a well if negative.
        amplitude: f64,
        /// Default 0.
        #[serde(default)]
        centre: f64,
        /// Above 0.
        width: f64,
    },
    /// amplitude cos(k.r + phase).
    Cosine {
        /// Of either sign.
        amplitude: f64,
        /// k itself, of either sign.
        wavenumber: WaveVector,
        /// In radians, at r = 0. Default 0.
        #[serde(default)]
        phase: f64,
    },
    /// `.npy` of shape (space cells...) at cell centres, relative to the folder of the scenario.
    File(PathBuf),
}

impl External {
    /// The file it comes from.
    pub fn file(&self) -> Option<&FieldFile> {
        if let External::File(file) = self { Some(file) } else { None }
    }

    /// The file a potential energy comes from.
    pub fn potential_file(&self) -> Option<&PathBuf> {
        if let External::Potential(Potential::File(file)) = self { Some(file) } else { None }
    }
}
