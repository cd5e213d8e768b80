//! `spinwigner dispersion`: flags to a plasma and a search.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;
use spinwigner::linear_theory::report::{self, Search};
use spinwigner::linear_theory::spin_waves::{self, SpinGas};
use spinwigner::linear_theory::{Plasma, collisional};
use spinwigner::scenario::schema::{Scenario, Units};
use spinwigner::{Error, Result, validate};

use super::parsers::interval;
use super::refuse_existing;

#[derive(Debug, Args)]
pub struct Flags {
    /// A scenario file, or the name of a shipped one; without it the flags below describe the plasma.
    #[arg(value_name = "SCENARIO.json|NAME")]
    scenario: Option<String>,
    /// Wavenumber along x, or a range of them. Default: that of --mode in the scenario's x axis.
    #[arg(long, value_name = "K|FROM:TO:COUNT", value_parser = wavenumbers)]
    k: Option<Wavenumbers>,
    /// Wavelengths in the scenario's x axis.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "k")]
    mode: u32,
    /// Real parts of the frequencies to search.
    #[arg(long, value_name = "FROM:TO", value_parser = interval, allow_hyphen_values = true)]
    re: Option<[f64; 2]>,
    /// Imaginary parts of the frequencies to search; negative is damped.
    #[arg(long, value_name = "FROM:TO", value_parser = interval, allow_hyphen_values = true)]
    im: Option<[f64; 2]>,
    /// Give the particles the spins of thermal equilibrium in the uniform B.
    #[arg(long)]
    thermal_spins: bool,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Draw omega over k to this file.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    #[command(flatten)]
    plasma: Given,
}

/// A plasma of electrons (q = -1, m = 1, n = 1, so that omega_p = 1) in thermal equilibrium.
#[derive(Debug, Args)]
#[group(id = "given", multiple = true, conflicts_with = "scenario")]
struct Given {
    /// Temperature in units of m c^2.
    #[arg(long, value_name = "T", help_heading = "Plasma without a scenario")]
    temperature: Option<f64>,
    /// Number of momenta that are resolved: px; px, py; or all.
    #[arg(long, value_name = "1|2|3", value_parser = clap::value_parser!(u8).range(1..=3), help_heading = "Plasma without a scenario")]
    momenta: Option<u8>,
    /// Default: relativistic.
    #[arg(long, value_enum, help_heading = "Plasma without a scenario")]
    kinematics: Option<KinematicsFlag>,
    /// Uniform B along z.
    #[arg(long, value_name = "B", allow_hyphen_values = true, help_heading = "Plasma without a scenario")]
    magnetic_field: Option<f64>,
    /// Planck's constant in units of m c^2/omega_p; 0 leaves the spin out.
    #[arg(long, value_name = "HBAR", help_heading = "Plasma without a scenario")]
    hbar: Option<f64>,
    /// g factor, as a factor g/2 of the moment or with --tbmt.
    #[arg(long, value_name = "G", help_heading = "Plasma without a scenario")]
    g: Option<f64>,
    /// g in the Thomas-Bargmann-Michel-Telegdi form.
    #[arg(long, requires = "g", help_heading = "Plasma without a scenario")]
    tbmt: bool,
    /// Only E_x.
    #[arg(long, help_heading = "Plasma without a scenario")]
    electrostatic: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KinematicsFlag {
    Relativistic,
    NonRelativistic,
    NonRelativisticWithoutSpinOrbit,
}

#[derive(Clone, Debug)]
struct Wavenumbers(Vec<f64>);

/// Searches and formats.
pub fn report(flags: &Flags) -> Result<String> {
    flags.png.iter().try_for_each(|path| refuse_existing("--png", path))?;
    let (title, units, scenario) = match &flags.scenario {
        Some(name) => {
            let loaded = validate::load(name)?;
            (loaded.scenario.title.clone(), loaded.scenario.units.clone(), loaded.scenario)
        }
        None => ("Electrons in thermal equilibrium".into(), Units::default(), given(&flags.plasma)?),
    };
    let wavenumbers = match &flags.k {
        Some(Wavenumbers(values)) => values.clone(),
        None => vec![report::wavenumber(&scenario, flags.mode)?],
    };
    let search = Search { wavenumbers, re: flags.re, im: flags.im };
    if scenario.species.spin_hamiltonian.is_some() {
        return Err(Error::Input("dispersion: knows no waves with `species.spin_hamiltonian`; remove it".into()));
    }
    let report = if scenario.exchange.is_some() {
        spin_waves::report(&title, &units, &SpinGas::of(&scenario)?, &search)?
    } else if scenario.collisions.is_some() {
        collisional::report(&title, &units, &collisional::Gas::of(&scenario)?, &search)?
    } else {
        let mut plasma = Plasma::of(&scenario)?;
        if flags.thermal_spins {
            plasma.thermalise_spins()?;
        }
        report::report(&title, &units, &plasma, &search)?
    };
    if let Some(path) = &flags.png {
        report.write_png(path)?;
    }
    Ok(if flags.json { format!("{:#}\n", report.json()) } else { report.text() })
}

/// The flags as a scenario.
fn given(flags: &Given) -> Result<Scenario> {
    let Some(temperature) = flags.temperature else {
        return Err(Error::Input(
            "dispersion: needs a scenario, or --temperature and the other flags of a plasma (see --help)".into(),
        ));
    };
    let axis = json!({"from": -1, "to": 1, "cells": 8});
    let mut space = serde_json::Map::new();
    for name in ["px", "py", "pz"].into_iter().take(usize::from(flags.momenta.unwrap_or(1))) {
        space.insert(name.into(), axis.clone());
    }
    let mut species = json!({"charge": -1, "hbar": flags.hbar.unwrap_or(0.0)});
    if let Some(g) = flags.g {
        species["g_factor"] = if flags.tbmt { json!({"tbmt": g}) } else { json!({"phenomenological": g}) };
    }
    let kinematics = match flags.kinematics {
        None | Some(KinematicsFlag::Relativistic) => "relativistic",
        Some(KinematicsFlag::NonRelativistic) => "non_relativistic",
        Some(KinematicsFlag::NonRelativisticWithoutSpinOrbit) => "non_relativistic_without_spin_orbit",
    };
    let sound = temperature > 0.0
        && [temperature, flags.magnetic_field.unwrap_or(0.0), flags.hbar.unwrap_or(0.0), flags.g.unwrap_or(2.0)]
            .iter()
            .all(|number| number.is_finite());
    if !sound || flags.hbar.unwrap_or(0.0) < 0.0 {
        return Err(Error::Input(
            "dispersion: --temperature must be above 0, --hbar not below 0, and all numbers finite".into(),
        ));
    }
    let scenario = json!({
        "title": "", "about": "", "references": [], "species": species, "kinematics": kinematics,
        "phase_space": space,
        "initial": {"populations": [{"momentum": {"juttner": {"temperature": temperature}}}]},
        "fields": {
            "evolution": if flags.electrostatic { "electrostatic" } else { "maxwell" },
            "uniform": {"B": [0.0, 0.0, flags.magnetic_field.unwrap_or(0.0)]}
        },
        "time": {"step": 1, "end": 1}
    });
    serde_json::from_value(scenario).map_err(|error| Error::Input(format!("dispersion: {error}")))
}

/// `K` or `FROM:TO:COUNT`
fn wavenumbers(text: &str) -> std::result::Result<Wavenumbers, String> {
    let complaint =
        || "expected a number above 0, or FROM:TO:COUNT with 2 to 10000 numbers, such as 0.1:2:40".to_string();
    let positive = |text: &str| text.trim().parse::<f64>().ok().filter(|k| k.is_finite() && *k > 0.0);
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        [k] => Ok(Wavenumbers(vec![positive(k).ok_or_else(complaint)?])),
        [from, to, count] => {
            let (from, to) = (positive(from).ok_or_else(complaint)?, positive(to).ok_or_else(complaint)?);
            let count: usize = count.trim().parse().map_err(|_| complaint())?;
            if from >= to || !(2..=10_000).contains(&count) {
                return Err(complaint());
            }
            Ok(Wavenumbers((0..count).map(|i| from + (to - from) * i as f64 / (count - 1) as f64).collect()))
        }
        _ => Err(complaint()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wavenumbers_are_one_or_a_range() {
        assert_eq!(wavenumbers("0.5").map(|k| k.0), Ok(vec![0.5]));
        assert_eq!(wavenumbers("1:2:3").map(|k| k.0), Ok(vec![1.0, 1.5, 2.0]));
        for text in ["0", "-1", "1:2", "2:1:3", "1:2:1", "1:2:1e9", "inf"] {
            assert!(wavenumbers(text).is_err(), "{text}");
        }
    }
}
