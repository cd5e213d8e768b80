//! What the user writes: one JSON page per experiment.
//!
//! Units are Heaviside-Lorentz natural units, `c = eps0 = mu0 = 1`: momenta in
//! `m c` when `mass = 1`, lengths and times in the same unit. Enums are tagged
//! externally (`{"maxwellian": {...}}`) because internally tagged ones lose the
//! line and column of a mistake.

use std::collections::BTreeMap;
use std::path::PathBuf;

use glam::DVec3;
use serde::{Deserialize, Serialize};

/// One experiment: species, phase space, initial state, fields, time, outputs.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Headline of pictures and lists.
    pub title: String,
    /// A sentence of physics: what happens and why.
    pub about: String,
    /// Where the set-up or its exact answer comes from.
    pub references: Vec<String>,
    /// Names of the units on axes and in headers.
    #[serde(default)]
    pub units: Units,
    pub species: Species,
    #[serde(default)]
    pub kinematics: Kinematics,
    pub phase_space: PhaseSpace,
    pub initial: Initial,
    #[serde(default)]
    pub fields: Fields,
    pub time: Time,
    #[serde(default, skip_serializing_if = "Numerics::is_default")]
    pub numerics: Numerics,
    #[serde(default)]
    pub output: Output,
    /// Closed-form answers this run is compared with when it ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
}

/// What the numbers of a scenario are measured in; names only, nothing is converted.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Units {
    pub length: String,
    pub time: String,
    pub momentum: String,
    pub energy: String,
}

impl Units {
    /// One over a unit: `ω_p` for `1/ω_p`, `1/λ_D` for `λ_D`, `1/(c/ω)` for `c/ω`.
    pub fn inverse(unit: &str) -> String {
        match unit.strip_prefix("1/") {
            Some(rest) if !rest.contains(['/', ' ']) => rest.into(),
            _ if unit.contains(['/', ' ']) => format!("1/({unit})"),
            _ => format!("1/{unit}"),
        }
    }
}

impl Default for Units {
    fn default() -> Self {
        Units { length: "c/ω".into(), time: "1/ω".into(), momentum: "mc".into(), energy: "mc²".into() }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Species {
    /// Signed charge q.
    #[serde(default = "minus_one")]
    pub charge: f64,
    #[serde(default = "one")]
    pub mass: f64,
    #[serde(default)]
    pub hbar: f64,
    /// Signed magnetic moment mu_B. Default `charge hbar / (2 mass)`; must be
    /// given for neutral particles with a moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub magnetic_moment: Option<f64>,
    /// Default: the Dirac value g = 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub g_factor: Option<GFactor>,
    /// `false` evolves w0 alone (one scalar per cell).
    #[serde(default = "yes")]
    pub spin: bool,
}

impl Species {
    /// Real numbers per phase-space cell: w0 alone, or w0 and the vector w.
    pub fn components(&self) -> usize {
        if self.spin { 4 } else { 1 }
    }
}

/// How g != 2 enters the Hamiltonian; the value is g itself.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum GFactor {
    /// mu_B -> (g/2) mu_B everywhere.
    Phenomenological(f64),
    /// Thomas-Bargmann-Michel-Telegdi form with a = (g - 2)/2.
    Tbmt(f64),
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Kinematics {
    #[default]
    Relativistic,
    /// v = p/m, T = B - p x E/(2m).
    NonRelativistic,
    /// v = p/m, T = B.
    NonRelativisticWithoutSpinOrbit,
}

/// Resolved axes, and the canonical momentum of those that are not.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct PhaseSpace {
    /// Space axes are periodic or absorb at their ends; each needs its own momentum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<Axis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<Axis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z: Option<Axis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub px: Option<Axis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub py: Option<Axis>,
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
    pub from: f64,
    pub to: f64,
    pub cells: u32,
    /// Width of the layer at both ends of a space axis that absorbs what enters it.
    /// Without one the axis is periodic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absorbing_layer: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Canonical {
    #[serde(default)]
    pub px: f64,
    #[serde(default)]
    pub py: f64,
    #[serde(default)]
    pub pz: f64,
}

impl Canonical {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

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

/// Wavelengths in the domain: along x, or along each of x, y, z.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(untagged, expecting = "a whole number (wavelengths along x), or an array of three (along x, y, z)")]
pub enum ModeNumber {
    X(i32),
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

/// A wave vector: its x component alone, or all three.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(untagged, expecting = "a number (along x), or an array of three numbers (x, y, z)")]
pub enum WaveVector {
    X(f64),
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
}

/// One number for every axis, or one per axis (x, y, z).
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(untagged, expecting = "a number, or an array of three numbers (x, y, z)")]
pub enum PerAxis {
    Same(f64),
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

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
pub enum MomentumAxis {
    Px,
    Py,
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
    #[default]
    X,
    Y,
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

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Time {
    pub step: f64,
    pub end: f64,
}

/// Choices of the scheme.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Numerics {
    /// Order in time: 2, or 4 by composition of five steps of order 2.
    pub order: u32,
    /// Share of the fifth-order upwind dissipation in every sweep, 0 to 1.
    pub dissipation: f64,
}

impl Numerics {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Numerics {
    fn default() -> Self {
        Numerics { order: 2, dissipation: 1.0 }
    }
}

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

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
pub enum PhaseAxis {
    X,
    Y,
    Z,
    Px,
    Py,
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

fn one() -> f64 {
    1.0
}
fn one_turn() -> i32 {
    1
}
fn minus_one() -> f64 {
    -1.0
}
fn yes() -> bool {
    true
}
fn z_axis() -> [f64; 3] {
    [0.0, 0.0, 1.0]
}
