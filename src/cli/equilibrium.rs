//! `spinwigner equilibrium`: a gas in thermal equilibrium.

use clap::Args;
use spinwigner::Result;
use spinwigner::equilibrium::Conditions;
use spinwigner::scenario::schema::Statistics;

#[derive(Debug, Args)]
pub struct Flags {
    /// Temperature T, an energy; 0 for a degenerate gas.
    #[arg(long, value_name = "T")]
    temperature: f64,
    /// mu_B B0: half the energy between the spins at rest. R has its sign.
    #[arg(long, value_name = "ENERGY", allow_negative_numbers = true)]
    spin_energy: f64,
    /// How states are filled.
    #[arg(long, value_name = "boltzmann|fermi-dirac", default_value = "boltzmann", value_parser = statistics)]
    statistics: Statistics,
    /// Chemical potential without the rest mass.
    #[arg(long, value_name = "MU", allow_negative_numbers = true)]
    chemical_potential: Option<f64>,
    /// Number density.
    #[arg(long, value_name = "N")]
    density: Option<f64>,
    /// Planck's constant over 2 pi: relates density and chemical potential.
    #[arg(long, value_name = "HBAR")]
    hbar: Option<f64>,
    /// Mass m.
    #[arg(long, value_name = "M", default_value = "1")]
    mass: f64,
    /// Kinetic energy p^2/(2m), and gamma = 1.
    #[arg(long)]
    non_relativistic: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl From<&Flags> for Conditions {
    fn from(flags: &Flags) -> Conditions {
        Conditions {
            mass: flags.mass,
            relativistic: !flags.non_relativistic,
            spin_energy: flags.spin_energy,
            temperature: flags.temperature,
            statistics: flags.statistics,
            chemical_potential: flags.chemical_potential,
            density: flags.density,
            hbar: flags.hbar,
        }
    }
}

/// Solves and formats.
pub fn report(flags: &Flags) -> Result<String> {
    let answer = Conditions::from(flags).solve()?;
    Ok(if flags.json { answer.json() } else { answer.table() })
}

fn statistics(text: &str) -> std::result::Result<Statistics, String> {
    match text {
        "boltzmann" => Ok(Statistics::Boltzmann),
        "fermi-dirac" => Ok(Statistics::FermiDirac),
        _ => Err("expected boltzmann or fermi-dirac".into()),
    }
}
