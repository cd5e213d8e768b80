//! What is asked of a gas and answered: polarisation, magnetisation, and the formulas
//! of the paper beside them.

use std::f64::consts::PI;
use std::fmt::Write;

use serde::Serialize;

use super::gas::Gas;
use crate::error::{Error, Result};
use crate::numerals::number;
use crate::scenario::schema::Statistics;

/// A gas with three momenta, filled up to a density or a chemical potential.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// m > 0.
    pub mass: f64,
    /// Whether eps - m = sqrt(m^2 + p^2) - m, else p^2/2m.
    pub relativistic: bool,
    /// mu_B B0; its sign is that of R. A phenomenological g multiplies mu_B by g/2.
    pub spin_energy: f64,
    /// An energy, > 0; for Fermi-Dirac statistics 0, too.
    pub temperature: f64,
    /// How states are occupied.
    pub statistics: Statistics,
    /// Without the rest mass. A Fermi-Dirac gas needs this or a density.
    pub chemical_potential: Option<f64>,
    /// n of both spins; instead of the chemical potential.
    pub density: Option<f64>,
    /// Needed to tell a density from a chemical potential and the other way round.
    pub hbar: Option<f64>,
}

/// The equilibrium, exact but for rounding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// R = int w3 / int w0.
    pub polarisation: f64,
    /// M0/(mu_B n) = int (m/eps) w3 / int w0.
    pub magnetisation: f64,
    /// < 1/gamma >.
    pub mean_inverse_gamma: f64,
    /// < 1/gamma^2 >.
    pub mean_inverse_gamma_squared: f64,
    /// mu without the rest mass.
    pub chemical_potential: Option<f64>,
    /// n of both spins, where it can be told.
    pub density: Option<f64>,
    /// Kinetic energy up to which both spins are filled at T = 0 without field:
    /// p_F = hbar (3 pi^2 n)^(1/3).
    pub fermi_energy: Option<f64>,
    /// Closed forms that apply.
    pub approximations: Vec<Approximation>,
}

/// A closed form, and how far it is off.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Approximation {
    /// Of Ekman et al.
    pub equation: &'static str,
    /// `R` or `M0/(mu_B n)`.
    pub quantity: &'static str,
    /// In ASCII, as in `tanh(mu_B B0/T)`.
    pub formula: &'static str,
    /// What it gives for these conditions.
    pub value: f64,
    /// value/exact - 1; none where the exact value is 0.
    pub relative_error: Option<f64>,
}

impl Conditions {
    /// The gas, and its density if it can be known.
    fn gas(&self) -> Result<(Gas, Option<f64>)> {
        let refuse = |text: &str| Err(Error::Input(text.to_string()));
        for (name, value) in [("density", self.density), ("hbar", self.hbar)] {
            if let Some(value) = value.filter(|value| !(value.is_finite() && *value > 0.0)) {
                return Err(Error::Input(format!("found {name} {}, expected a number > 0", number(value, 12))));
            }
        }
        let lowest = -self.spin_energy.abs();
        let gas = Gas {
            mass: self.mass,
            relativistic: self.relativistic,
            spin_energy: self.spin_energy,
            temperature: self.temperature,
            statistics: self.statistics,
            // No more than a start where a density decides.
            chemical_potential: self.chemical_potential.unwrap_or(if self.temperature == 0.0 {
                lowest + self.mass
            } else {
                lowest
            }),
            momenta: 3,
        }
        .validated()?;
        let cell = self.hbar.map(|hbar| 3.0 * (2.0 * PI * hbar).ln());
        match (self.chemical_potential, self.density, cell) {
            (Some(_), Some(_), _) => {
                refuse("found a density and a chemical potential, which determine each other; give one of them")
            }
            (Some(_), None, cell) => Ok((gas, cell.map(|cell| (gas.log_states() - cell).exp()))),
            (None, Some(density), Some(cell)) => Ok((gas.filled(density.ln() + cell)?, Some(density))),
            (None, density, _) if self.statistics == Statistics::Boltzmann => Ok((gas, density)),
            (None, Some(_), None) => {
                refuse("found a density without hbar, expected both; how far states are filled is n (2 pi hbar)^3")
            }
            (None, None, _) => refuse(
                "found Fermi-Dirac statistics without a filling, expected a chemical potential, or a density with hbar",
            ),
        }
    }

    /// All there is to know about the equilibrium.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for numbers out of range, and where the filling is given twice or cannot be told.
    pub fn solve(&self) -> Result<Answer> {
        let (gas, density) = self.gas()?;
        let fermi = self.statistics == Statistics::FermiDirac;
        let integrals = gas.finite_integrals()?;
        let along = self.spin_energy.signum();
        let mut answer = Answer {
            polarisation: along * integrals.spin / integrals.number,
            magnetisation: along * integrals.magnetic / integrals.number,
            mean_inverse_gamma: integrals.inverse_gamma / integrals.number,
            mean_inverse_gamma_squared: integrals.inverse_gamma_squared / integrals.number,
            chemical_potential: (fermi
                || self.chemical_potential.is_some()
                || (density.is_some() && self.hbar.is_some()))
            .then_some(gas.chemical_potential),
            density,
            fermi_energy: None,
            approximations: Vec::new(),
        };
        // The gas that would be there without spin, with as many particles.
        let log_states = gas.log_states();
        let mut unpolarised = Gas { spin_energy: 0.0, ..gas };
        if fermi {
            unpolarised = unpolarised.filled(log_states)?;
            // A gas that is too thin for numbers has none.
            if log_states > THINNEST {
                let cold = Gas { temperature: 0.0, ..unpolarised }.filled(log_states)?;
                answer.fermi_energy = Some(cold.chemical_potential);
            }
        }
        let unpolarised = unpolarised.finite_integrals()?;
        let gamma = unpolarised.inverse_gamma / unpolarised.number;
        let (b, t, m) = (self.spin_energy, self.temperature, self.mass);
        let mut put = |equation, quantity, formula, value: f64| {
            let exact = if quantity == POLARISATION { answer.polarisation } else { answer.magnetisation };
            let relative_error = (exact != 0.0).then(|| value / exact - 1.0);
            answer.approximations.push(Approximation { equation, quantity, formula, value, relative_error });
        };
        match (answer.fermi_energy, self.relativistic) {
            (None, false) => put("E47", POLARISATION, "tanh(mu_B B0/T)", (b / t).tanh()),
            (None, true) => {
                put("E51", POLARISATION, "(mu_B B0/T) <1/gamma>", b / t * gamma);
            }
            (Some(fermi), relativistic) if t <= DEGENERATE * fermi => {
                if relativistic {
                    let gamma_fermi = fermi / m + 1.0;
                    let value = 3.0 * b / (m * (gamma_fermi * gamma_fermi - 1.0));
                    put("E55", POLARISATION, "3 mu_B B0/(((E_F/m + 1)^2 - 1) m)", value);
                } else {
                    put("E48", POLARISATION, "(3/2) mu_B B0/E_F", 1.5 * b / fermi);
                }
            }
            (Some(_), _) => {}
        }
        if self.relativistic {
            put("E56", MAGNETISATION, "R <1/gamma>", answer.polarisation * gamma);
        }
        Ok(answer)
    }
}

const POLARISATION: &str = "R";
const MAGNETISATION: &str = "M0/(mu_B n)";
/// Least ln of n (2 pi hbar)^3 of which a Fermi energy is told.
const THINNEST: f64 = -700.0;
/// The degenerate formulas are for T << E_F.
const DEGENERATE: f64 = 0.1;

impl Answer {
    /// One JSON object.
    pub fn json(&self) -> String {
        // Plain structs with text keys always serialise.
        serde_json::to_string_pretty(self).map_or(String::new(), |text| text + "\n")
    }

    /// A table for people.
    pub fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let mut line = |what: &str, value: f64, meaning: &str| {
            writeln!(text, "{what:<14} {:<18} {meaning}", number(value, 12)).unwrap_or_default();
        };
        line(POLARISATION, self.polarisation, "polarisation, (n+ - n-)/n");
        line(MAGNETISATION, self.magnetisation, "magnetisation, int (m/eps) w3 / int w0");
        line("<1/gamma>", self.mean_inverse_gamma, "");
        line("<1/gamma^2>", self.mean_inverse_gamma_squared, "");
        let known = [
            ("mu", self.chemical_potential, "chemical potential without the rest mass"),
            ("n", self.density, "density"),
            ("E_F", self.fermi_energy, "Fermi energy without field, at T = 0"),
        ];
        for (what, value, meaning) in known {
            if let Some(value) = value {
                line(what, value, meaning);
            }
        }
        if !self.approximations.is_empty() {
            text += "\napproximations of Ekman et al.\n";
        }
        for Approximation { equation, quantity, formula, value, relative_error } in &self.approximations {
            let off = relative_error.map_or(String::new(), |error| format!(", off by {} %", number(100.0 * error, 3)));
            writeln!(text, "  {equation}  {quantity} = {formula} = {}{off}", number(*value, 8)).unwrap_or_default();
        }
        text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}
