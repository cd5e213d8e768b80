//! Self-consistent waves and instabilities against linear theory. Each number is
//! a root of the dispersion relation named beside it, in units omega_p = m = c = 1
//! (thermal speed instead of c where non-relativistic). Run with `--nocapture` to
//! see the figures.

mod common;

use std::f64::consts::TAU;

use common::{BOTH, close, fitted, plasma, record, scenario, shipped, start, steps};
use serde_json::{Value, json};
use spinwigner::run::DeviceChoice;

fn axis(from: f64, to: f64, cells: u32) -> Value {
    json!({"from": from, "to": to, "cells": cells})
}

/// Landau damping of a Maxwellian, k lambda_D = 0.3 and 0.5: plasma dispersion
/// function, Canosa 1973. Amplitude 1e-3 (k = 0.5) and 1e-4 (k = 0.3): the bounce
/// frequency sqrt(k E) = sqrt(amplitude) times the window stays below 0.4 rad of
/// trapping where damping is weak.
#[test]
fn landau_damping() {
    for (k, frequency, rate, amplitude, cells, from, to) in [
        (0.3, 1.15984648059191, -0.0126203684211172, 1e-4, 192, 10.0, 50.0),
        (0.5, 1.41566188860454, -0.153359466909605, 1e-3, 128, 5.0, 20.0),
    ] {
        let population = json!({
            "momentum": {"maxwellian": {"temperature": 1.0}},
            "perturbations": [{"density": {"mode": 1, "amplitude": amplitude}}]
        });
        let momenta = json!({"px": axis(-6.5, 6.5, cells)});
        let mut root = plasma(TAU / k, 32, population, momenta, "electrostatic", "E_x");
        root["kinematics"] = json!("non_relativistic_without_spin_orbit");
        root["time"] = json!({"step": 0.05, "end": to + 1.0});
        let loaded = scenario(&root);
        for device in BOTH {
            let fit = fitted(&loaded, &record(&loaded, device, 2), from, to);
            close(&format!("Landau k = {k} frequency, {device:?}, t = {from} to {to}"), fit.frequency, frequency, 2e-3);
            close(&format!("Landau k = {k} damping, {device:?}"), fit.growth_rate, rate, 1e-2);
        }
    }
}

/// Landau damping of a relativistic Juttner gas with one momentum, T = 0.05, k = 2:
/// `1 + (1/(k^2 theta)) [ 1 - z int h/(z - v) dv ] = 0`.
#[test]
fn relativistic_landau_damping() {
    let population = json!({
        "momentum": {"juttner": {"temperature": 0.05}},
        "perturbations": [{"density": {"mode": 1, "amplitude": 1e-3}}]
    });
    let mut root = plasma(TAU / 2.0, 32, population, json!({"px": axis(-1.6, 1.6, 192)}), "electrostatic", "E_x");
    root["time"] = json!({"step": 0.05, "end": 31.0});
    let loaded = scenario(&root);
    for device in BOTH {
        let fit = fitted(&loaded, &record(&loaded, device, 2), 8.0, 30.0);
        close(&format!("relativistic Landau frequency, {device:?}, t = 8 to 30"), fit.frequency, 1.27365, 2e-3);
        close(&format!("relativistic Landau damping, {device:?}"), fit.growth_rate, -0.038744, 1e-2);
    }
}

/// Two-stream growth: the shipped non-relativistic row, and two relativistic rows
/// with one momentum, f ~ sum exp(-(p -+ p0)^2/(2 sigma^2)).
#[test]
fn two_stream_growth() {
    // The windows begin when the waves that do not grow are below a percent.
    for (k, p0, sigma, rate, reach, from, to) in
        [(1.0, 0.5, 0.1, 0.277863619778, 1.2, 14.0, 25.0), (0.5, 0.8, 0.15, 0.217286013994, 1.8, 24.0, 36.0)]
    {
        let population = json!({
            "momentum": {"two_beam": {"spread": sigma, "drift": [p0, 0, 0]}},
            "perturbations": [{"density": {"mode": 1, "amplitude": 1e-5}}]
        });
        let mut root = plasma(TAU / k, 64, population, json!({"px": axis(-reach, reach, 160)}), "electrostatic", "E_x");
        root["time"] = json!({"step": 0.05, "end": to + 1.0});
        let loaded = scenario(&root);
        for device in BOTH {
            let fit = fitted(&loaded, &record(&loaded, device, 4), from, to);
            let name = format!("relativistic two-stream k = {k}, {device:?}, t = {from} to {to}");
            close(&name, fit.growth_rate, rate, 2e-2);
        }
    }
    let mut loaded = shipped("two-stream");
    loaded.scenario.time.end = 30.0;
    for device in BOTH {
        let fit = fitted(&loaded, &record(&loaded, device, 2), 15.0, 30.0);
        close(&format!("two-stream, {device:?}, t = 15 to 30"), fit.growth_rate, 0.225844, 2e-2);
    }
}

/// Growth of B_z in a plasma hotter along y than along x, with the response of the
/// spins: `w^2 - k^2 = - int [ v_y d_y f + k v_y^2 d_x f/(w - k v_x) ] - w^2 k (hbar^2/4)
/// int (1/eps^2)(k/w - p_x/(eps+1))^2 d_x f/(w - k v_x)`. At hbar = 0.5 the susceptibility
/// mu_B^2 n/T is above one and every shorter wave grows faster: that row is asked of
/// the float64 reference, whose rounding has no time to grow.
#[test]
fn weibel_growth() {
    for (sigma, k, hbar, rate, devices) in [
        ([0.1, 0.4], 1.0, 0.0, 0.18333360063, &BOTH[..]),
        ([0.15, 0.5], 0.7, 0.0, 0.170546796002, &BOTH[..]),
        ([0.1, 0.4], 1.0, 0.15, 0.189194823032, &BOTH[..]),
        ([0.1, 0.4], 1.0, 0.5, 0.242648969748, &BOTH[..1]),
    ] {
        let population = json!({"momentum": {"gaussian": {"spread": [sigma[0], sigma[1], 1.0]}}});
        let momenta = json!({
            "px": axis(-6.5 * sigma[0], 6.5 * sigma[0], 40),
            "py": axis(-5.5 * sigma[1], 5.5 * sigma[1], 40)
        });
        let mut root = plasma(TAU / k, 24, population, momenta, "maxwell", "B_z");
        root["fields"]["perturbations"] = json!([{"component": "B_z", "mode": 1, "amplitude": 1e-4}]);
        root["species"] = json!({"charge": -1, "spin": hbar > 0.0, "hbar": hbar});
        root["time"] = json!({"step": 0.125, "end": 25.0});
        let loaded = scenario(&root);
        for &device in devices {
            let fit = fitted(&loaded, &record(&loaded, device, 2), 12.0, 25.0);
            close(&format!("Weibel k = {k} hbar = {hbar}, {device:?}, t = 12 to 25"), fit.growth_rate, rate, 2e-2);
        }
    }
}

/// Non-relativistic Weibel, `w^2 - k^2 - 1 + (s2/s1)^2 [1 + xi Z(xi)] = 0`,
/// s1 = 0.02/sqrt2, s2 = sqrt12 s1, k = 1.25.
#[test]
fn non_relativistic_weibel_growth() {
    let s1 = 0.02 / 2f64.sqrt();
    let s2 = 12f64.sqrt() * s1;
    let population = json!({"momentum": {"gaussian": {"spread": [s1, s2, 1.0]}}});
    let momenta = json!({"px": axis(-6.0 * s1, 6.0 * s1, 32), "py": axis(-6.0 * s2, 6.0 * s2, 32)});
    let mut root = plasma(TAU / 1.25, 20, population, momenta, "maxwell", "B_z");
    root["kinematics"] = json!("non_relativistic_without_spin_orbit");
    root["fields"]["perturbations"] = json!([{"component": "B_z", "mode": 1, "amplitude": 1e-5}]);
    root["time"] = json!({"step": 0.2, "end": 160.0});
    let loaded = scenario(&root);
    for device in BOTH {
        let fit = fitted(&loaded, &record(&loaded, device, 5), 80.0, 160.0);
        close(&format!("non-relativistic Weibel, {device:?}, t = 80 to 160"), fit.growth_rate, 0.0278371, 2e-2);
    }
}

/// Light: omega = k in vacuum; in a Juttner
/// plasma with one momentum `w^2 = k^2 + K0/K1`; with spins, along k or none,
/// the dispersion relation of physics section 9 with T = 0.1, hbar = 0.5.
#[test]
fn light_waves() {
    let electrons = json!({"charge": -1, "spin": false});
    let spins = json!({"charge": -1, "hbar": 0.5});
    let along_k = json!({"uniform": {"direction": [1, 0, 0]}});
    // (name, species, spin, E_z beside E_y, omega)
    for (name, species, spin, circular, frequency) in [
        ("vacuum", &electrons, None, false, 1.0),
        ("spinless plasma", &electrons, None, false, 1.397647040833),
        ("unpolarised spins", &spins, None, false, 1.389333344625),
        ("spins along k, helicity +1", &spins, Some(&along_k), true, 1.452422165212),
    ] {
        // The vacuum is a plasma of density 1e-12.
        let density = if name == "vacuum" { 1e-12 } else { 1.0 };
        let mut population = json!({"density": density, "momentum": {"juttner": {"temperature": 0.1}}});
        if let Some(spin) = spin {
            population["spin"] = spin.clone();
        }
        let mut root = plasma(TAU, 32, population, json!({"px": axis(-2.6, 2.6, 96)}), "maxwell", "E_y");
        root["species"] = species.clone();
        // A travelling wave, E ~ y + i s z times exp(i(kx - wt)) with s = 1: its B follows
        // from Faraday's law, k x E = w B. Amplitude 1e-4 keeps A^2 out.
        let (e, b) = (1e-4, 1e-4 / frequency);
        let mut waves = vec![
            json!({"component": "E_y", "mode": 1, "amplitude": e}),
            json!({"component": "B_z", "mode": 1, "amplitude": b}),
        ];
        if circular {
            let quarter = TAU / 4.0;
            waves.push(json!({"component": "E_z", "mode": 1, "amplitude": e, "phase": quarter}));
            waves.push(json!({"component": "B_y", "mode": 1, "amplitude": -b, "phase": quarter}));
        }
        root["fields"]["perturbations"] = json!(waves);
        root["time"] = json!({"step": 0.05, "end": 40.0});
        let loaded = scenario(&root);
        for device in BOTH {
            let fit = fitted(&loaded, &record(&loaded, device, 4), 2.0, 40.0);
            close(&format!("light, {name}, {device:?}"), fit.frequency, frequency, 2e-3);
        }
    }
}

/// Light in a Juttner plasma with three momenta, T = 0.1, k = 1: 1.354159925328.
#[test]
fn light_wave_in_three_momenta() {
    let population = json!({"momentum": {"juttner": {"temperature": 0.1}}});
    let momenta = json!({"px": axis(-2.4, 2.4, 24), "py": axis(-2.4, 2.4, 24), "pz": axis(-2.4, 2.4, 24)});
    let mut root = plasma(TAU, 8, population, momenta, "maxwell", "E_y");
    root["fields"]["perturbations"] = json!([{"component": "E_y", "mode": 1, "amplitude": 1e-3}]);
    root["time"] = json!({"step": 0.1, "end": 20.0});
    let loaded = scenario(&root);
    for device in BOTH {
        let fit = fitted(&loaded, &record(&loaded, device, 1), 1.0, 20.0);
        close(&format!("light, three momenta, {device:?}"), fit.frequency, 1.354159925328, 2e-3);
    }
}

/// End states on the device and in the reference: at most 1e-5 of each component,
/// in L2, per 20,000 sweeps. A rounding of the state, 3e-8 rms, adds up at random to
/// 4e-6 over 20,000 sweeps; the phase of a spin that turns by 50 rad is off by 50
/// roundings, 3e-6. The instabilities are compared before their growth has amplified
/// the rounding (two-stream t = 10, weibel t = 10).
#[test]
fn device_and_reference_agree() {
    for name in [
        "stern-gerlach",
        "larmor-precession",
        "hidden-momentum",
        "spin-orbit-precession",
        "landau-damping",
        "two-stream",
        "weibel",
        "plasma-wave-full",
    ] {
        let mut loaded = shipped(name);
        if ["two-stream", "weibel"].contains(&name) {
            loaded.scenario.time.end = 10.0;
        }
        // The full plasma wave takes a minute: its first fifth here, all of it in `spinwigner run`.
        let count = if name == "plasma-wave-full" { 200 } else { steps(&loaded) };
        let [reference, gpu] = BOTH.map(|device| {
            let mut simulation = start(&loaded, device);
            simulation.advance(count).expect("finite");
            simulation
        });
        let (mut reference, mut gpu) = (reference, gpu);
        assert!(reference.sweeps <= 20_000);
        let (exact, state) = (reference.executor.state().expect("state"), gpu.executor.state().expect("state"));
        let components = exact.components();
        let (a, b) = (state.numbers(), exact.numbers());
        let l2 = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
        let whole = l2(&mut b.iter().copied());
        for k in 0..components {
            let of = |numbers: &[f64]| numbers.iter().skip(k).step_by(components).copied().collect::<Vec<_>>();
            let (a, b) = (of(&a), of(&b));
            let norm = l2(&mut b.iter().copied());
            let difference = l2(&mut a.iter().zip(&b).map(|(a, b)| a - b));
            // A component that only rounding fills is measured against the whole state.
            let relative = difference / if norm > 1e-3 * whole { norm } else { whole };
            println!("{name} w{k}: {relative:.1e} after {} sweeps", reference.sweeps);
            assert!(relative <= 1e-5, "{name} w{k}: {relative:.2e}");
        }
    }
}

/// Number and Gauss's law over 200 steps of the full plasma wave: 1e-6 in f32 (a
/// rounding of each cell is 6e-8 and averages out), 1e-12 in float64. The rest of the
/// thousand steps is in docs/numerics.md.
#[test]
fn number_and_gauss_are_conserved() {
    let mut loaded = shipped("plasma-wave-full");
    loaded.scenario.time.end = 10.0;
    for (device, tolerance) in [(DeviceChoice::Reference, 1e-12), (DeviceChoice::Gpu, 1e-6)] {
        let table = record(&loaded, device, 20);
        let number = table.column("number").expect("recorded");
        let drift = number.iter().map(|n| (n / number[0] - 1.0).abs()).fold(0.0, f64::max);
        let gauss = table.column("gauss_residual").expect("recorded").into_iter().fold(0.0, f64::max);
        println!("{device:?}: number {drift:.1e}, Gauss {gauss:.1e}");
        // |q| n0 = 1.
        assert!(drift <= tolerance && gauss <= tolerance, "{device:?}: {drift:.1e} {gauss:.1e}");
        let energy = |name: &str| table.column(name).expect("recorded");
        let parts = ["energy_kinetic", "energy_electric", "energy_magnetic", "energy_spin"].map(energy);
        let exchanged = (0..number.len())
            .map(|i| parts.iter().map(|part| (part[i] - part[0]).abs()).sum::<f64>() / 2.0)
            .fold(0.0, f64::max);
        let total = energy("energy_total");
        let drift = total.iter().map(|u| (u - total[0]).abs()).fold(0.0, f64::max) / exchanged;
        println!("{device:?}: energy drift over energy exchanged {drift:.1e}");
        assert!(drift <= 1e-2, "{device:?}: {drift:.2e}");
    }
}
