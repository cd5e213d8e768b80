//! Self-consistent waves and instabilities against linear theory: every row of
//! tests/data/waves.csv, in units omega_p = m = c = 1 (thermal speed instead of c where
//! non-relativistic). Frequencies are asked to 2e-3; rates to 1e-2 or 2e-2, as a window
//! holds few e-foldings and a little of other waves. Run with `--nocapture` to see the figures.

mod common;

use std::f64::consts::TAU;

use common::{BOTH, close, fitted, plasma, record, scenario, shipped, start, steps};
use serde_json::{Value, json};
use spinwigner::linear_theory::{self, Plasma, Rectangle, Response};
use spinwigner::run::DeviceChoice;
use spinwigner::scenario::Loaded;

fn axis(from: f64, to: f64, cells: u32) -> Value {
    json!({"from": from, "to": to, "cells": cells})
}

/// Frequency and rate in the one row for a problem whose parameters contain these words.
fn root(problem: &str, words: &str) -> [f64; 2] {
    let rows: Vec<[f64; 2]> = include_str!("data/waves.csv")
        .lines()
        .filter_map(|line| {
            // problem,"parameters",omega_re,omega_im,source
            let mut parts = line.splitn(3, '"');
            let (name, parameters, rest) = (parts.next()?, parts.next()?, parts.next()?);
            let mut numbers = rest.split(',').skip(1).map(|number| number.parse().expect("a number"));
            let row = [numbers.next()?, numbers.next()?];
            (name.trim_end_matches(',') == problem && parameters.contains(words)).then_some(row)
        })
        .collect();
    assert_eq!(rows.len(), 1, "rows of {problem} with {words}");
    rows[0]
}

/// The growth rate near one, of the first mode of a scenario of length 2 pi/k, in linear theory.
fn rate_in_theory(loaded: &Loaded, k: f64, near: f64) -> f64 {
    let plasma = Plasma::of(&loaded.scenario).unwrap_or_else(|error| panic!("{error}"));
    let response = Response::new(&plasma, k).unwrap_or_else(|error| panic!("{error}"));
    let window = Rectangle::new([0.0, 0.05], [0.9 * near, 1.1 * near]);
    let waves = linear_theory::waves(&response, window).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(waves.len(), 1, "{waves:?}");
    waves[0].omega.im
}

/// Landau damping of a Maxwellian, k lambda_D = 0.3, 0.5 and 1: plasma dispersion
/// function, Canosa 1973. The bounce frequency sqrt(k E) = sqrt(amplitude) times the
/// window stays below 0.4 rad of trapping where damping is weak; at k = 1 the wave is gone
/// within a bounce, and 0.02 keeps it above the rounding of single precision.
#[test]
fn landau_damping() {
    for (k, amplitude, cells, from, to) in
        [(0.3, 1e-4, 192, 10.0, 50.0), (0.5, 1e-3, 128, 5.0, 20.0), (1.0, 0.02, 128, 3.0, 8.0)]
    {
        let [frequency, rate] = root("landau_nonrel", &format!("lambda_D={k},"));
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

/// Landau damping of a relativistic Juttner gas with one momentum:
/// `1 + (1/(k^2 theta)) [ 1 - z int h/(z - v) dv ] = 0`. Windows begin when the waves that are
/// damped faster are gone, amplitudes are below trapping as above.
#[test]
fn relativistic_landau_damping() {
    for (words, theta, k, amplitude, reach, from, to) in [
        ("theta=0.05, k=2", 0.05, 2.0, 1e-3, 1.6, 8.0, 30.0),
        ("theta=T/m=0.01", 0.01, 5.0, 1e-3, 0.65, 5.0, 20.0),
        ("theta=T/m=0.1", 0.1, 0.5 / 0.1f64.sqrt(), 1e-4, 2.6, 15.0, 40.0),
        ("theta=0.01, k=3", 0.01, 3.0, 1e-4, 0.65, 10.0, 50.0),
    ] {
        let [frequency, rate] = root("landau_juttner_1D", words);
        let population = json!({
            "momentum": {"juttner": {"temperature": theta}},
            "perturbations": [{"density": {"mode": 1, "amplitude": amplitude}}]
        });
        let momenta = json!({"px": axis(-reach, reach, 160)});
        let mut root = plasma(TAU / k, 32, population, momenta, "electrostatic", "E_x");
        root["time"] = json!({"step": 0.05, "end": to + 1.0});
        let loaded = scenario(&root);
        for device in BOTH {
            let fit = fitted(&loaded, &record(&loaded, device, 2), from, to);
            close(
                &format!("Juttner {words}, frequency, {device:?}, t = {from} to {to}"),
                fit.frequency,
                frequency,
                2e-3,
            );
            close(&format!("Juttner {words}, damping, {device:?}"), fit.growth_rate, rate, 1e-2);
        }
    }
}

/// The same with three momenta. An electric field along x keeps py and pz, and the gas is
/// even in both: the positive halves of these axes are the whole gas.
#[test]
fn relativistic_landau_damping_in_three_momenta() {
    for (words, theta, from, to) in [("theta=T/m=0.01", 0.01f64, 5.0, 15.0), ("theta=T/m=0.04", 0.04, 8.0, 20.0)] {
        let [frequency, rate] = root("landau_juttner_3D", words);
        let population = json!({
            "momentum": {"juttner": {"temperature": theta}},
            "perturbations": [{"density": {"mode": 1, "amplitude": 1e-3}}]
        });
        let spread = theta.sqrt();
        let half = axis(0.0, 6.0 * spread, 8);
        let momenta = json!({"px": axis(-6.5 * spread, 6.5 * spread, 80), "py": half, "pz": half});
        let mut root = plasma(TAU * spread / 0.5, 16, population, momenta, "electrostatic", "E_x");
        root["time"] = json!({"step": 0.05, "end": to + 1.0});
        let loaded = scenario(&root);
        let fit = fitted(&loaded, &record(&loaded, DeviceChoice::Cpu, 2), from, to);
        close(&format!("Juttner 3D {words}, frequency, t = {from} to {to}"), fit.frequency, frequency, 2e-3);
        close(&format!("Juttner 3D {words}, damping"), fit.growth_rate, rate, 1e-2);
    }
}

/// A bump on the tail of a Maxwellian, 0.9 N(0, 1) + 0.1 N(4.5, 1/2), k = 0.3. Its mean velocity
/// of 0.45 would drive a uniform E at omega_p; in the frame without a mean current the frequency
/// is lower by 0.45 k.
#[test]
fn bump_on_tail() {
    let [frequency, rate] = root("bump_on_tail", "k=0.3");
    let k = 0.3;
    let maxwellian = json!({"density": 0.9, "momentum": {"gaussian": {"spread": 1, "drift": [-0.45, 0, 0]}}});
    let bump = json!({
        "density": 0.1,
        "momentum": {"gaussian": {"spread": 0.5, "drift": [4.5 - 0.45, 0, 0]}},
        "perturbations": [{"density": {"mode": 1, "amplitude": 1e-4}}]
    });
    let momenta = json!({"px": axis(-6.0, 7.0, 130)});
    let mut root = plasma(TAU / k, 32, maxwellian, momenta, "electrostatic", "E_x");
    root["initial"]["populations"].as_array_mut().expect("a list").push(bump);
    root["kinematics"] = json!("non_relativistic_without_spin_orbit");
    root["time"] = json!({"step": 0.1, "end": 41.0});
    let loaded = scenario(&root);
    for device in BOTH {
        let fit = fitted(&loaded, &record(&loaded, device, 2), 20.0, 40.0);
        close(&format!("bump, {device:?}, frequency, t = 20 to 40"), fit.frequency, frequency - 0.45 * k, 2e-3);
        close(&format!("bump, {device:?}, growth"), fit.growth_rate, rate, 2e-2);
    }
}

/// Two-stream growth: the shipped non-relativistic row, and two relativistic rows
/// with one momentum, f ~ sum exp(-(p -+ p0)^2/(2 sigma^2)).
#[test]
fn two_stream_growth() {
    // The windows begin when the waves that do not grow are below a percent.
    for (k, p0, sigma, reach, from, to) in [(1.0, 0.5, 0.1, 1.2, 14.0, 25.0), (0.5, 0.8, 0.15, 1.8, 24.0, 36.0)] {
        let [_, rate] = root("two_stream_relativistic_1P", &format!("k={k},"));
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
    let [_, rate] = root("two_stream_nonrel", "v0=2.4");
    let mut loaded = shipped("two-stream");
    loaded.scenario.time.end = 30.0;
    for device in BOTH {
        let fit = fitted(&loaded, &record(&loaded, device, 2), 15.0, 30.0);
        close(&format!("two-stream, {device:?}, t = 15 to 30"), fit.growth_rate, rate, 2e-2);
    }
}

/// Cold beams, k v = sqrt(3/8), grow at 1/(2 sqrt 2), with relativity where omega_p^2/gamma^3 = 1.
/// The spread that a grid resolves lowers the rate by 3e-3 or less.
#[test]
fn cold_two_stream_growth() {
    let [_, rate] = root("two_stream_cold", "k v=0.612372435696");
    // (kinematics, velocity, momentum, density): 0.6, 0.75 and 1.25^3 belong to gamma = 1.25.
    for (kinematics, v, p, density) in
        [("non_relativistic_without_spin_orbit", 1.0, 1.0, 1.0), ("relativistic", 0.6, 0.75, 1.25f64.powi(3))]
    {
        let k = 0.612372435696 / v;
        let population = json!({
            "density": density,
            "momentum": {"two_beam": {"spread": 0.05, "drift": [p, 0, 0]}},
            "perturbations": [{"density": {"mode": 1, "amplitude": 1e-6}}]
        });
        let momenta = json!({"px": axis(-p - 0.4, p + 0.4, (2.8 / 0.03) as u32)});
        let mut root = plasma(TAU / k, 24, population, momenta, "electrostatic", "E_x");
        root["kinematics"] = json!(kinematics);
        root["time"] = json!({"step": 0.1, "end": 29.0});
        let loaded = scenario(&root);
        close(&format!("cold beams, {kinematics}, rate with spread"), rate_in_theory(&loaded, k, rate), rate, 5e-3);
        for device in BOTH {
            let fit = fitted(&loaded, &record(&loaded, device, 2), 15.0, 28.0);
            close(&format!("cold beams, {kinematics}, {device:?}, t = 15 to 28"), fit.growth_rate, rate, 2e-2);
        }
    }
}

/// Beams of +-0.9 c across k filament at G^2 = [ sqrt((k^2 + g^-3)^2 + 4 k^2 b^2/g) - (k^2 + g^-3) ]/2
/// if cold. The spread that a grid resolves lowers the rate by 4e-3.
#[test]
fn filamentation_growth() {
    let [_, rate] = root("filamentation_cold_beams", "beta=0.9");
    let drift = 0.9 / (1.0 - 0.81f64).sqrt();
    let population = json!({"momentum": {"two_beam": {"spread": [0.05, 0.15, 1], "drift": [0, drift, 0]}}});
    let momenta = json!({"px": axis(-0.35, 0.35, 20), "py": axis(-2.9, 2.9, 48)});
    let mut root = plasma(TAU, 16, population, momenta, "maxwell", "B_z");
    root["fields"]["perturbations"] = json!([{"component": "B_z", "mode": 1, "amplitude": 1e-5}]);
    root["time"] = json!({"step": 0.1, "end": 17.0});
    let loaded = scenario(&root);
    close("filamentation, rate with spread", rate_in_theory(&loaded, 1.0, rate), rate, 5e-3);
    for device in BOTH {
        let fit = fitted(&loaded, &record(&loaded, device, 2), 8.0, 16.0);
        close(&format!("filamentation, {device:?}, t = 8 to 16"), fit.growth_rate, rate, 2e-2);
    }
}

/// Growth of B_z in a plasma hotter along y than along x, with the response of the
/// spins: `w^2 - k^2 = - int [ v_y d_y f + k v_y^2 d_x f/(w - k v_x) ] - w^2 k (hbar^2/4)
/// int (1/eps^2)(k/w - p_x/(eps+1))^2 d_x f/(w - k v_x)`. At hbar = 0.5 the susceptibility
/// mu_B^2 n/T is above one and every shorter wave grows faster: that row is asked of
/// the float64 reference, whose rounding has no time to grow.
#[test]
fn weibel_growth() {
    let rate = |words: &str| root("weibel_1D2P_relativistic_with_spin", words)[1];
    for (sigma, k, hbar, rate, devices) in [
        ([0.1, 0.4], 1.0, 0.0, rate("sigma_y=0.4, k=1, hbar=0,"), &BOTH[..]),
        ([0.15, 0.5], 0.7, 0.0, rate("sigma_y=0.5, k=0.7, hbar=0,"), &BOTH[..]),
        // That of the shipped scenario.
        ([0.1, 0.4], 1.0, 0.15, 0.189194823032, &BOTH[..]),
        ([0.1, 0.4], 1.0, 0.5, rate("sigma_y=0.4, k=1, hbar=0.5"), &BOTH[..1]),
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
    let [_, rate] = root("weibel_nonrel", "k=1.25");
    let s1 = 0.02 / 2f64.sqrt();
    let s2 = 12f64.sqrt() * s1;
    let population = json!({"momentum": {"gaussian": {"spread": [s1, s2, 1.0]}}});
    let momenta = json!({"px": axis(-6.0 * s1, 6.0 * s1, 32), "py": axis(-6.0 * s2, 6.0 * s2, 32)});
    let mut root = plasma(TAU / 1.25, 20, population, momenta, "maxwell", "B_z");
    root["kinematics"] = json!("non_relativistic_without_spin_orbit");
    root["fields"]["perturbations"] = json!([{"component": "B_z", "mode": 1, "amplitude": 1e-5}]);
    root["time"] = json!({"step": 0.16, "end": 160.0});
    let loaded = scenario(&root);
    for device in BOTH {
        let fit = fitted(&loaded, &record(&loaded, device, 5), 80.0, 160.0);
        close(&format!("non-relativistic Weibel, {device:?}, t = 80 to 160"), fit.growth_rate, rate, 2e-2);
    }
}

/// Light: omega = k in vacuum; in a Juttner
/// plasma with one momentum `w^2 = k^2 + K0/K1`; with spins, along k or none,
/// the dispersion relation of docs/waves.md with T = 0.1, hbar = 0.5.
#[test]
fn light_waves() {
    let electrons = json!({"charge": -1, "spin": false});
    let spins = json!({"charge": -1, "hbar": 0.5});
    let along_k = json!({"uniform": {"direction": [1, 0, 0]}});
    // (name, species, spin, E_z beside E_y, omega)
    for (name, species, spin, circular, frequency) in [
        ("vacuum", &electrons, None, false, 1.0),
        ("spinless plasma", &electrons, None, false, root("light_wave_juttner_1P", "theta=0.1")[0]),
        ("unpolarised spins", &spins, None, false, root("light_wave_1P_with_spin", "unpolarised")[0]),
        (
            "spins along k, helicity +1",
            &spins,
            Some(&along_k),
            true,
            root("light_wave_1P_with_spin", "fully polarised")[0],
        ),
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

/// Light in a Juttner plasma with three momenta, k = 1. At T = 1 particles close to the speed of
/// light ring at omega = k, and fade as powers of t only: the window begins late.
#[test]
fn light_wave_in_three_momenta() {
    for (theta, reach, cells, from, to, devices) in [
        (0.01, 0.55, 16, 1.0, 14.0, &BOTH[1..]),
        (0.1, 2.4, 24, 1.0, 20.0, &BOTH[..]),
        (1.0, 11.0, 24, 5.0, 25.0, &BOTH[1..]),
    ] {
        let [frequency, _] = root("light_wave_juttner_3P", &format!("theta={theta},"));
        let population = json!({"momentum": {"juttner": {"temperature": theta}}});
        let each = axis(-reach, reach, cells);
        let mut root = plasma(TAU, 8, population, json!({"px": each, "py": each, "pz": each}), "maxwell", "E_y");
        root["fields"]["perturbations"] = json!([{"component": "E_y", "mode": 1, "amplitude": 1e-3}]);
        root["time"] = json!({"step": 0.1, "end": to});
        let loaded = scenario(&root);
        for &device in devices {
            let fit = fitted(&loaded, &record(&loaded, device, 1), from, to);
            let name = format!("light, three momenta, T = {theta}, {device:?}, t = {from} to {to}");
            close(&name, fit.frequency, frequency, 2e-3);
        }
    }
}

/// The ordinary mode across B0 = 3, T = 0.02, k = 1, E along B0: the full response with relativity,
/// Larmor radii and spins. Two rows differ by 9e-4 of the frequency alone, hence 5e-4.
#[test]
fn ordinary_mode_across_a_field() {
    let juttner = json!({"momentum": {"juttner": {"temperature": 0.02}}});
    let thermal = json!({"momentum": {"equilibrium": {"temperature": 0.02}}});
    for (words, population, hbar, half_g) in [
        ("hbar=0, g/2=1", &juttner, 0.0, 1.0),
        ("hbar=0.4, g/2=1", &thermal, 0.4, 1.0),
        ("g/2=1.3 phenomenological, thermal equilibrium", &thermal, 0.05, 1.3),
        ("g/2=1.3 phenomenological, unpolarised", &juttner, 0.05, 1.3),
    ] {
        let [frequency, _] = root("ordinary_mode_across_B0_1D3P", words);
        let each = axis(-0.75, 0.75, 16);
        let momenta = json!({"px": each, "py": each, "pz": each});
        let mut root = plasma(TAU, 8, population.clone(), momenta, "maxwell", "E_z");
        root["species"] = json!({
            "charge": -1, "spin": hbar > 0.0, "hbar": hbar, "g_factor": {"phenomenological": 2.0 * half_g}
        });
        root["fields"]["uniform"] = json!({"B": [0, 0, 3]});
        root["fields"]["perturbations"] = json!([{"component": "E_z", "mode": 1, "amplitude": 1e-3}]);
        root["time"] = json!({"step": 0.06, "end": 12.0});
        let loaded = scenario(&root);
        let fit = fitted(&loaded, &record(&loaded, DeviceChoice::Cpu, 1), 1.0, 12.0);
        close(&format!("ordinary mode, {words}"), fit.frequency, frequency, 5e-4);
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
        // The full plasma wave takes a minute: its first twentieth here, all of it in `spinwigner run`.
        let count = if name == "plasma-wave-full" { 10 } else { steps(&loaded) };
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

/// Number and Gauss's law over 40 steps, 200 substeps, of the full plasma wave: 1e-6 in f32 (a
/// rounding of each cell is 6e-8 and averages out), 1e-12 in float64; long runs are in
/// docs/conservation.md.
#[test]
fn number_and_gauss_are_conserved() {
    let mut loaded = shipped("plasma-wave-full");
    loaded.scenario.time.end = 40.0 * loaded.scenario.time.step;
    for (device, tolerance) in [(DeviceChoice::Reference, 1e-12), (DeviceChoice::Gpu, 1e-6)] {
        let table = record(&loaded, device, 4);
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
