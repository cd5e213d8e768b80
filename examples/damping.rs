//! Landau damping against the wave number: a scan of runs in memory, each fitted and held against linear
//! theory, and a picture of both.
//!
//! ```text
//! cargo run --release --example damping
//! ```

use std::f64::consts::TAU;
use std::path::Path;

use serde_json::{Value, json};
use spinwigner::linear_theory::{Plasma, Response, default_window, waves};
use spinwigner::output::{LinePlot, Series, Style};
use spinwigner::run::{self, DeviceChoice};
use spinwigner::{Error, Result, fit, validate};

/// Steps between samples of the field.
const EVERY: u64 = 2;

/// Frequency and growth rate.
type Wave = [f64; 2];

fn main() -> Result<()> {
    let wavenumbers = [0.3, 0.35, 0.4, 0.45, 0.5];
    println!("{:>6}  {:>22}  {:>22}", "k", "measured", "linear theory");
    let (mut measured, mut theory) = (Vec::new(), Vec::new());
    for k in wavenumbers {
        let (seen, exact) = wave(k)?;
        let shown = |[frequency, rate]: Wave| format!("{frequency:10.6} {rate:+10.6}i");
        println!("{k:6.2}  {:>22}  {:>22}", shown(seen), shown(exact));
        measured.push(seen[1]);
        theory.push(exact[1]);
    }
    let series = |name: &str, values, style| Series { name: name.into(), abscissa: &wavenumbers, values, style };
    let plot = LinePlot {
        title: "Landau damping".into(),
        horizontal: ("k".into(), "1/λ_D".into()),
        vertical: ("Im ω".into(), "ω_p".into()),
        series: vec![series("linear theory", &theory, Style::Line), series("measured", &measured, Style::Dots)],
        logarithmic: false,
    };
    plot.write_png(Path::new("damping.png"))?;
    println!("wrote damping.png");
    Ok(())
}

/// The plasma of the shipped scenario in a box of one wavelength.
fn plasma(k: f64) -> Value {
    json!({
        "title": "Landau damping", "about": "A small density wave in a Maxwellian plasma",
        "references": ["L. D. Landau, J. Phys. USSR 10, 25 (1946)"],
        "species": {"charge": -1, "spin": false},
        "kinematics": "non_relativistic_without_spin_orbit",
        "phase_space": {"x": {"from": 0, "to": TAU / k, "cells": 32}, "px": {"from": -6, "to": 6, "cells": 128}},
        "initial": {"populations": [{
            "momentum": {"maxwellian": {"temperature": 1}},
            "perturbations": [{"density": {"mode": 1, "amplitude": 1e-3}}]
        }]},
        "fields": {"evolution": "electrostatic"},
        "time": {"step": 0.05, "end": 25}
    })
}

/// The wave of wave number `k` as a run has it between t = 5 and 20, and as theory does.
fn wave(k: f64) -> Result<(Wave, Wave)> {
    let loaded = validate::from_value(&plasma(k), "damping", Path::new("."))?;
    let mut simulation = run::start(&loaded, DeviceChoice::Auto)?;
    let (mut time, mut sine) = (Vec::new(), Vec::new());
    while simulation.time() < loaded.scenario.time.end {
        simulation.advance(EVERY)?;
        let mesh = simulation.fields.mesh;
        let part = |(i, e): (usize, glam::DVec3)| e.x * (k * mesh.position(i).x).sin();
        sine.push(simulation.electric().into_iter().enumerate().map(part).sum::<f64>());
        time.push(simulation.time());
    }
    let fit = fit::standing_wave(&time, &[&sine], 5.0, 20.0)
        .ok_or_else(|| Error::Run(format!("k = {k}: no wave could be fitted")))?;

    let plasma = Plasma::of(&loaded.scenario)?;
    // The least damped wave comes first.
    let found = waves(&Response::new(&plasma, k)?, default_window(&plasma, k))?;
    let first = found.first().ok_or_else(|| Error::Run(format!("k = {k}: theory has no wave")))?;
    Ok(([fit.frequency, fit.growth_rate], [first.omega.re, first.omega.im]))
}
