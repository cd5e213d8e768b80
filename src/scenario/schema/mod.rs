//! What the user writes: one JSON page per experiment.
//!
//! Units are Heaviside-Lorentz natural units, `c = eps0 = mu0 = 1`: momenta in
//! `m c` when `mass = 1`, lengths and times in the same unit. Enums are tagged
//! externally (`{"maxwellian": {...}}`) because internally tagged ones lose the
//! line and column of a mistake.

mod collisions;
mod exchange;
mod fields;
mod initial;
mod output;
mod phase_space;
mod pulses;

pub use collisions::*;
pub use exchange::*;
pub use fields::*;
pub use initial::*;
pub use output::*;
pub use phase_space::*;
pub use pulses::*;

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
    /// What the particles are.
    pub species: Species,
    /// Relativistic or not. Default: relativistic.
    #[serde(default)]
    pub kinematics: Kinematics,
    /// The grid.
    pub phase_space: PhaseSpace,
    /// The state at the start.
    pub initial: Initial,
    /// E and B. Default: none, frozen.
    #[serde(default)]
    pub fields: Fields,
    /// How particles collide. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collisions: Option<Collisions>,
    /// The mean field of the other spins. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Exchange>,
    /// Turns of all spins at given times, in this order at the same time. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pulses: Vec<Pulse>,
    /// Step and end.
    pub time: Time,
    /// Default: order 2, full dissipation.
    #[serde(default, skip_serializing_if = "Numerics::is_default")]
    pub numerics: Numerics,
    /// What is recorded. Default: diagnostics at every step, no pictures.
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
    /// Of x, y, z. Default `c/ω`.
    pub length: String,
    /// Of t. Default `1/ω`.
    pub time: String,
    /// Of p. Default `mc`.
    pub momentum: String,
    /// Of energies. Default `mc²`.
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

/// Particles of one kind.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Species {
    /// Signed charge q.
    #[serde(default = "minus_one")]
    pub charge: f64,
    /// m > 0. Default 1.
    #[serde(default = "one")]
    pub mass: f64,
    /// Momentum times length; > 0 with spin. Default 0.
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
    /// What spins have besides their moment in fields, for example Rashba coupling. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spin_hamiltonian: Option<SpinHamiltonian>,
}

impl Species {
    /// Real numbers per phase-space cell: w0 alone, or w0 and the vector w.
    pub fn components(&self) -> usize {
        if self.spin { 4 } else { 1 }
    }
}

/// h.sigma with h_k = sum_j A_kj p_j + c_k.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct SpinHamiltonian {
    /// A, energy over momentum: a row for each of sigma_x, sigma_y, sigma_z, a column for each of p_x, p_y, p_z. Default 0.
    #[serde(default)]
    pub momentum: [[f64; 3]; 3],
    /// c, an energy, along x, y, z. Default 0.
    #[serde(default)]
    pub constant: [f64; 3],
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

/// eps in v = p/eps, and the precession field T (here for g = 2).
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Kinematics {
    /// eps = sqrt(m^2 + p^2), T = (m/eps) (B - p x E/(eps + m)).
    #[default]
    Relativistic,
    /// v = p/m, T = B - p x E/(2m).
    NonRelativistic,
    /// v = p/m, T = B.
    NonRelativisticWithoutSpinOrbit,
}

/// From where to where a run goes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Time step, > 0; limited by stability where fields evolve.
    pub step: f64,
    /// A whole number of steps after the start, one or more.
    pub end: f64,
    /// Time of the initial state. Default: that of the checkpoint it is taken from, else 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<f64>,
}

impl Time {
    /// Time of the initial state.
    pub fn start(self) -> f64 {
        self.start.unwrap_or_default()
    }

    /// Time between start and end.
    pub fn length(self) -> f64 {
        self.end - self.start()
    }

    /// Steps between start and end.
    pub fn steps(self) -> f64 {
        (self.length() / self.step).round()
    }
}

/// Choices of the scheme.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Numerics {
    /// Order in time: 2, or 4 by composition of five steps of order 2.
    pub order: u32,
    /// Share of the fifth-order upwind dissipation in every sweep, 0 to 1.
    pub dissipation: f64,
    /// When state and fields are brought to the same time.
    pub synchronise: Synchronise,
}

/// When the two half drifts of neighbouring steps are made apart.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Synchronise {
    /// Where an output is due: fewer sweeps.
    #[default]
    Outputs,
    /// After every step: outputs change no bit of the run.
    Steps,
}

impl Numerics {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Numerics {
    fn default() -> Self {
        Numerics { order: 2, dissipation: 1.0, synchronise: Synchronise::Outputs }
    }
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
