//! `spinwigner polarisation`: what a fluid's gradients do to spins.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use glam::DVec3;
use serde::Deserialize;
use spinwigner::polarisation::{self, Fluid, Form, Kind};
use spinwigner::{Error, Result};

#[derive(Debug, Args)]
pub struct Flags {
    /// A JSON file: {"gradients": d_mu beta_nu as 4 rows of 4, "b": [..], "e": [..], "momenta": [[px, py, pz], ..]}.
    file: PathBuf,
    /// Asymptotic polarisation at this xi; may be given more than once.
    #[arg(long, value_name = "XI", allow_negative_numbers = true)]
    xi: Vec<f64>,
    /// Pseudo-gauge polarisation at this zeta; may be given more than once.
    #[arg(long, value_name = "ZETA", allow_negative_numbers = true)]
    zeta: Vec<f64>,
    /// Mass m.
    #[arg(long, value_name = "M", default_value = "1")]
    mass: f64,
    /// Planck's constant over 2 pi.
    #[arg(long, value_name = "HBAR", default_value = "1")]
    hbar: f64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What the file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    gradients: [[f64; 4]; 4],
    #[serde(default)]
    b: [f64; 3],
    #[serde(default)]
    e: [f64; 3],
    momenta: Vec<[f64; 3]>,
}

/// Computes and formats.
pub fn report(flags: &Flags) -> Result<String> {
    for (name, value) in [("--mass", flags.mass), ("--hbar", flags.hbar)] {
        if !(value > 0.0 && value.is_finite()) {
            return Err(Error::Input(format!("{name}: found {value}, expected a number > 0")));
        }
    }
    for (name, values) in [("--xi", &flags.xi), ("--zeta", &flags.zeta)] {
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(Error::Input(format!("{name}: found {value}, expected a finite number")));
        }
    }
    let text = std::fs::read_to_string(&flags.file).map_err(|error| {
        Error::Input(format!(
            "cannot read {}: {error}; give a JSON file of gradients and momenta, as `spinwigner polarisation --help` shows",
            flags.file.display()
        ))
    })?;
    let given: Given = serde_json::from_str(&text).map_err(|error| {
        let place = format!("{}:{}:{}", flags.file.display(), error.line(), error.column());
        Error::Input(format!(
            "{place}: {error}; expected {{\"gradients\": [[.. 4] .. 4], \"b\": [x, y, z], \"e\": [x, y, z], \"momenta\": [[px, py, pz], ..]}}"
        ))
    })?;
    let fluid = Fluid { gradients: given.gradients, b: given.b.into(), e: given.e.into() };
    let mut forms = vec![Form::LocalEquilibrium, Form::Canonical, Form::Zubarev];
    forms.extend(flags.xi.iter().map(|&xi| Form::Asymptotic(xi)));
    forms.extend(flags.zeta.iter().map(|&zeta| Form::PseudoGauge(zeta)));
    let momenta: Vec<DVec3> = given.momenta.into_iter().map(DVec3::from).collect();
    let kind = Kind { mass: flags.mass, hbar: flags.hbar };
    let tables = polarisation::tables(&fluid, kind, &forms, &momenta);
    if let Some(row) = tables.iter().flat_map(|table| &table.rows).find(|row| !row.is_finite()) {
        return Err(Error::Input(format!(
            "{}: at momentum {:?} w/w0 is {:?}, beyond what numbers hold; use smaller gradients, spin potentials or momenta",
            flags.file.display(),
            row.p,
            row.w_over_w0
        )));
    }
    if let Some(warning) = polarisation::beyond_first_order(&tables) {
        // Nothing is left to tell when stderr is closed.
        let _ = writeln!(std::io::stderr(), "warning: {warning}");
    }
    if flags.json {
        return serde_json::to_string_pretty(&tables).map_err(|error| Error::Run(error.to_string()));
    }
    Ok(polarisation::text(&tables).trim_end().to_string())
}
