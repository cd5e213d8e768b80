//! Self-consistent and prescribed fields.

use std::path::PathBuf;

use glam::DVec3;
use serde::{Deserialize, Serialize};

use super::{ModeNumber, SpaceAxis, WaveVector};

#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Fields {
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

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Background {
    /// Minus the mean charge density of the initial state.
    #[default]
    Neutralising,
    None,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "E and B are the field's own names in the file")]
pub struct UniformField {
    #[serde(default)]
    pub E: [f64; 3],
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

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldComponent {
    #[serde(rename = "E_x")]
    Ex,
    #[serde(rename = "E_y")]
    Ey,
    #[serde(rename = "E_z")]
    Ez,
    #[serde(rename = "B_x")]
    Bx,
    #[serde(rename = "B_y")]
    By,
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
    pub component: FieldComponent,
    pub mode: ModeNumber,
    pub amplitude: f64,
    #[serde(default)]
    pub phase: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "E and B are the field's own names in the file")]
pub struct FieldFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub E: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub B: Option<PathBuf>,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum External {
    Uniform(UniformField),
    /// component = value + slope x, or y, or z.
    Gradient {
        component: FieldComponent,
        #[serde(default)]
        axis: SpaceAxis,
        #[serde(default)]
        value: f64,
        slope: f64,
    },
    /// amplitude cos(k.r - omega t + phase).
    TravellingWave {
        component: FieldComponent,
        amplitude: f64,
        wavenumber: WaveVector,
        frequency: f64,
        #[serde(default)]
        phase: f64,
    },
    /// amplitude cos(k.r + phase) cos(omega t).
    StandingWave {
        component: FieldComponent,
        amplitude: f64,
        wavenumber: WaveVector,
        frequency: f64,
        #[serde(default)]
        phase: f64,
    },
    /// Constant in time, `.npy` of shape (space cells..., 3) at cell centres.
    File(FieldFile),
}

impl External {
    /// The file it comes from.
    pub fn file(&self) -> Option<&FieldFile> {
        if let External::File(file) = self { Some(file) } else { None }
    }
}
