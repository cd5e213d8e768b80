//! The exchange mean field: waves, a helix and what is conserved, against closed forms and other routes' numbers. Units
//! m = 1, v_th = 1, hbar = 1e-3 unless said; M_+ = M_x + i M_y.

mod common;

use std::f64::consts::{FRAC_PI_3, PI, TAU};
use std::path::{Path, PathBuf};

use common::random::Random;
use common::{scenario, shipped, start};
use glam::{DVec3, DVec4};
use num_complex::Complex64;
use serde_json::{Value, json};
use spinwigner::npy;
use spinwigner::operators::Observables;
use spinwigner::run::{self, DeviceChoice, RunOptions};
use spinwigner::simulation::Simulation;
use spinwigner::state::State;

const HBAR: f64 = 1e-3;
/// Of the spins that waves are waves of.
const POLARISATION: f64 = 0.9;

fn axis(from: f64, to: f64, cells: u32) -> Value {
    json!({"from": from, "to": to, "cells": cells})
}

/// A neutral gas without a moment on x and px whose spins turn by Gamma = e g_x n/hbar, n = 1; it relaxes at the rate
/// 1/tau where tau is finite.
fn gas(k: f64, gamma: f64, tau: f64, initial: &Value, [step, end]: [f64; 2]) -> Value {
    let statistics = if gamma < 0.0 { "fermions" } else { "bosons" };
    let mut gas = json!({
        "title": "test", "about": "test", "references": ["test"],
        "species": {"charge": 0, "hbar": HBAR, "magnetic_moment": 0},
        "kinematics": "non_relativistic",
        "phase_space": {"x": axis(0.0, TAU / k, 32), "px": axis(-6.0, 6.0, 64)},
        "initial": initial,
        "time": {"step": step, "end": end}
    });
    if gamma != 0.0 {
        gas["exchange"] = json!({"strength": gamma.abs() * HBAR, "statistics": statistics});
    }
    if tau.is_finite() {
        gas["collisions"] = json!({"tau": tau});
    }
    gas
}

/// Spins along z, all of them, and of a share `a` along x a wave cos kx.
fn wave(a: f64) -> Value {
    json!({"populations": [{
        "momentum": {"maxwellian": {"temperature": 1.0}},
        "spin": {"uniform": {"direction": [0, 0, 1], "polarisation": POLARISATION}},
        "perturbations": [{"spin": {"direction": [1, 0, 0], "mode": 1, "amplitude": a}}]
    }]})
}

/// The factor of e^(ikx) in M_+.
fn transverse(simulation: &mut Simulation) -> Complex64 {
    let observables = simulation.observables().expect("observables");
    let mesh = simulation.fields.mesh;
    let k = mesh.fundamental().x;
    let of = |i: usize| {
        let spin = observables[i].spin;
        Complex64::new(spin.x, spin.y) * Complex64::from_polar(1.0, -k * mesh.position(i).x)
    };
    (0..observables.len()).map(of).sum::<Complex64>() / observables.len() as f64
}

fn w(cell: &DVec4) -> DVec3 {
    DVec3::new(cell.y, cell.z, cell.w)
}

fn advance_to(simulation: &mut Simulation, time: f64) {
    let steps = (time / simulation.clock.step).round() as u64 - simulation.clock.steps;
    simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
}

/// The frequency by which M_+ goes from one time to another, of those that differ by whole turns the one next to `near`.
fn frequency(value: &Value, device: DeviceChoice, times: [f64; 2], near: Complex64) -> Complex64 {
    let mut simulation = start(&scenario(value), device);
    let [first, last] = times.map(|time| {
        advance_to(&mut simulation, time);
        transverse(&mut simulation)
    });
    let i = Complex64::I;
    near + i * (last / first * (i * near * (times[1] - times[0])).exp()).ln() / (times[1] - times[0])
}

/// Transverse waves about a polarised Maxwellian, tau = 1: 1 = A G(a), A = 1/tau - i Omega0, a = A - i omega,
/// G = sqrt(pi/2)/(k v_th) w_F(i a/(sqrt2 k v_th)). The exact answers to 1e-4 of |omega|: the splitting leaves some
/// (Omega0 dt)^2/12, 5e-5 at the most. The last row is a pole of the continued dispersion relation.
#[test]
fn relaxing_waves_have_their_frequencies() {
    for (mu, k, step, exact) in [
        (0.5, 0.3, 0.02, [0.031_401_599_9, -0.070_368_496_8]),
        (1.0, 1.0, 0.02, [0.314_516_517_6, -0.508_459_682_4]),
        (2.0, 0.5, 0.01, [0.099_876_790_2, -0.056_080_691_9]),
        (5.0, 2.0, 0.005, [0.815_876_413_9, -0.306_357_786_0]),
        (-2.0, 1.0, 0.01, [-0.358_998_687_1, -0.273_651_783_0]),
        (1.0, 2.0, 0.01, [0.747_705_881_9, -1.665_347_971_7]),
    ] {
        let exact = Complex64::new(exact[0], exact[1]);
        let times = if k < 2.0 { [7.0, 10.0] } else { [4.0, 6.0] };
        let value = gas(k, mu / POLARISATION, 1.0, &wave(1e-3), [step, 10.0]);
        let found = frequency(&value, DeviceChoice::Reference, times, exact);
        println!("mu {mu}, k {k}: off by {:.1e}", (found - exact).norm() / exact.norm());
        assert!((found - exact).norm() < 1e-4 * exact.norm(), "mu {mu}, k {k}: {found} for {exact}");
    }
}

/// The same gas with the forces of the mean field: hbar such that eta = e g n/2T is as given.
fn with_forces(mut gas: Value, eta: f64, gamma: f64) -> Value {
    let hbar = 2.0 * eta / gamma;
    (gas["species"]["hbar"], gas["species"]["magnetic_moment"]) = (json!(hbar), json!(0.3));
    (gas["exchange"]["strength"], gas["exchange"]["forces"]) = (json!(2.0 * eta.abs()), json!(true));
    gas
}

/// With forces 1 + eta = (A + eta a) G(a), eta = e g n/2T: sign(eta) = sign(mu), or the polarisation points down, which turns
/// waves the other way about z. Exact answers as above, to 1e-4; on the adapter to 2e-3.
#[test]
fn forces_change_the_waves_as_the_theory_says() {
    for (eta, mu, k, tau, times, exact) in [
        (0.1, 1.0, 1.0, 1.0, [7.0, 10.0], [0.366_828_021_9, -0.557_203_712_1]),
        (0.1, 5.0, 0.3, 1.0, [7.0, 10.0], [0.019_089_116_5, -0.003_842_177_2]),
        (-0.2, 1.0, 1.0, 1.0, [7.0, 10.0], [0.223_690_720_0, -0.405_334_715_0]),
        (-0.2, 5.0, 0.3, 1.0, [7.0, 10.0], [0.013_895_278_8, -0.002_802_678_5]),
    ] {
        let (exact, gamma) = (Complex64::new(exact[0], exact[1]), mu / POLARISATION);
        let down = eta * mu < 0.0;
        let direction = if down { -1.0 } else { 1.0 };
        let (gamma, step) = (direction * gamma, if mu > 1.0 { 0.005 } else { 0.01 });
        for (device, a, tolerance) in [(DeviceChoice::Reference, 1e-3, 1e-4), (DeviceChoice::Gpu, 0.02, 2e-3)] {
            if device == DeviceChoice::Gpu && k < 1.0 {
                continue;
            }
            let mut value = with_forces(gas(k, gamma, tau, &wave(a), [step, 10.0]), eta, gamma);
            value["initial"]["populations"][0]["spin"]["uniform"]["direction"] = json!([0, 0, direction]);
            let found = frequency(&value, device, times, exact);
            println!("{device:?}, eta {eta}, mu {mu}, k {k}: off by {:.1e}", (found - exact).norm() / exact.norm());
            assert!(
                (found - exact).norm() < tolerance * exact.norm(),
                "eta {eta}, mu {mu}, k {k}: {found} for {exact}"
            );
        }
    }
}

/// The same without collisions, Omega0 = 1: from an undamped wave, k = 0.1, to one that phase mixing damps in a period.
/// What streams freely has gone by exp(-(k t)^2/2). On the adapter, a = 0.02, to what is quadratic in a and single
/// precision.
#[test]
fn collisionless_waves_have_their_frequencies() {
    for (k, times, exact) in [
        (0.1, [60.0, 90.0], [0.010_104_298_1, -8.7e-22]),
        (0.3, [25.0, 45.0], [0.103_416_538_99, -0.004_202_556_0]),
        (0.5, [20.0, 32.0], [0.288_591_807_3, -0.085_082_181_4]),
        (1.0, [8.0, 14.0], [0.768_934_902_5, -0.565_695_893_6]),
    ] {
        let exact = Complex64::new(exact[0], exact[1]);
        for (device, a, tolerance) in [(DeviceChoice::Reference, 1e-3, 1e-4), (DeviceChoice::Gpu, 0.02, 5e-3)] {
            if device == DeviceChoice::Gpu && k != 0.3 {
                continue;
            }
            let value = gas(k, 1.0 / POLARISATION, f64::INFINITY, &wave(a), [0.025, 100.0]);
            let found = frequency(&value, device, times, exact);
            println!("{device:?}, k {k}: off by {:.1e}", (found - exact).norm() / exact.norm());
            assert!((found - exact).norm() < tolerance * exact.norm(), "{device:?}, k {k}: {found} for {exact}");
        }
    }
}

/// Leggett and Rice: long waves have omega = -i D k^2/(1 - i mu), D = v_th^2 tau, to 0.5 %: k^2 of it is beyond, with
/// k = 0.05 in units of 1/(v_th tau). Bosons and fermions turn opposite ways.
#[test]
fn long_waves_diffuse_and_turn_as_leggett_and_rice_say() {
    let k = 0.05;
    let found = [1.5, -1.5].map(|mu: f64| {
        let exact = -Complex64::I * k * k / Complex64::new(1.0, -mu);
        let value = gas(k, mu / POLARISATION, 1.0, &wave(1e-2), [0.05, 12.0]);
        let found = frequency(&value, DeviceChoice::Reference, [7.0, 12.0], exact);
        println!("mu {mu}: off by {:.1e}", (found - exact).norm() / exact.norm());
        assert!((found - exact).norm() < 5e-3 * exact.norm(), "mu {mu}: {found} for {exact}");
        found
    });
    assert!((found[0] + found[1].conj()).norm() < 1e-9 * found[0].norm(), "{found:?}");
}

/// M_+ of a wave that begins as a Maxwellian, k = 1, mu = 2, tau = 1: the exact answers to 1e-4, on both executors.
#[test]
fn a_wave_that_begins_as_a_maxwellian_is_the_exact_answer() {
    let exact = [
        (0.5, 0.905_934_771_2, -0.028_460_487_9),
        (1.0, 0.750_662_350_7, -0.127_940_773_5),
        (2.0, 0.494_532_405_3, -0.290_234_766_5),
        (5.0, -0.009_213_03, -0.252_018_554_1),
        (10.0, -0.062_024_358_1, 0.016_548_827_4),
    ];
    for (device, a, tolerance) in [(DeviceChoice::Reference, 1e-3, 5e-5), (DeviceChoice::Gpu, 0.02, 1e-3)] {
        let value = gas(1.0, 2.0 / POLARISATION, 1.0, &wave(a), [0.0125, 10.0]);
        let mut simulation = start(&scenario(&value), device);
        // Half of a cos kx goes with e^(ikx).
        for (time, re, im) in exact {
            advance_to(&mut simulation, time);
            let off = (2.0 / a * transverse(&mut simulation) - Complex64::new(re, im)).norm();
            println!("{device:?}, t = {time}: off by {off:.1e}");
            assert!(off < tolerance, "{device:?}, t = {time}: off by {off:.1e}");
        }
    }
}

/// A file of spins at 60 degrees to z that wind about it once.
fn helix(folder: &Path) -> PathBuf {
    let (file, [sin, cos]) = (folder.join("helix.npy"), [FRAC_PI_3.sin(), FRAC_PI_3.cos()]);
    let mut numbers = Vec::new();
    for i in 0..32 {
        let phase = TAU * (f64::from(i) + 0.5) / 32.0;
        for j in 0..64 {
            let v = -6.0 + 12.0 * (f64::from(j) + 0.5) / 64.0;
            let f = (-0.5 * v * v).exp() / TAU.sqrt();
            numbers.extend([f, f * sin * phase.cos(), f * sin * phase.sin(), f * cos]);
        }
    }
    npy::write_f64(&file, &[32, 64, 4], &numbers).expect("written");
    file
}

/// Spins at 60 degrees to z that wind about it, w_+ = sin(60) F e^(ikx): k = 0.5, Gamma = 3, tau = 2, as far from linear
/// as can be. M_+ at t = 1 and 20 to 1e-4, M_z to rounding.
#[test]
fn a_helix_unwinds_as_the_exact_answer() {
    let (k, folder) = (0.5, tempfile::tempdir().expect("a folder"));
    let (file, cos) = (helix(folder.path()), FRAC_PI_3.cos());
    for (device, tolerance) in [(DeviceChoice::Reference, 1e-4), (DeviceChoice::Gpu, 3e-4)] {
        let value = gas(k, 3.0, 2.0, &json!({"file": file}), [0.0125, 20.0]);
        let mut simulation = start(&scenario(&value), device);
        for (time, re, im) in [(1.0, 0.820_526_375, -0.026_269_365), (20.0, 0.362_606_963, -0.477_147_049)] {
            advance_to(&mut simulation, time);
            let off = (transverse(&mut simulation) - Complex64::new(re, im)).norm();
            let observables = simulation.observables().expect("observables");
            let worst = observables.iter().map(|o| (o.spin.z - cos).abs()).fold(0.0, f64::max);
            println!("{device:?}, t = {time}: off by {off:.1e}, M_z by {worst:.1e}");
            assert!(off < tolerance, "{device:?}, t = {time}: off by {off:.1e}");
            assert!(worst < if device == DeviceChoice::Gpu { 1e-5 } else { 1e-7 }, "M_z is off by {worst:.1e}");
        }
    }
}

/// Without collisions and with forces, hbar = 0.2: what a helix gains in motion it takes from the mean field. M_+ and the kinetic
/// energy at t = 5 of the exact answers, whose total is 0.5 + (e g/4) S^2 = 0.65.
#[test]
fn a_helix_pushes_and_is_pushed() {
    let (k, folder) = (0.5, tempfile::tempdir().expect("a folder"));
    let file = helix(folder.path());
    for (device, tolerance) in [(DeviceChoice::Reference, 1e-4), (DeviceChoice::Gpu, 3e-4)] {
        let value = with_forces(gas(k, 3.0, f64::INFINITY, &json!({"file": file}), [0.0125, 5.0]), 0.3, 3.0);
        let mut simulation = start(&scenario(&value), device);
        let energies = |simulation: &mut Simulation| {
            let observables = simulation.observables().expect("observables");
            let mean = |of: &dyn Fn(&Observables) -> f64| observables.iter().map(of).sum::<f64>() / 32.0;
            let law = simulation.exchange.clone().expect("one");
            [mean(&|o| o.kinetic_energy), mean(&|o| law.energy(o.density, o.spin))]
        };
        let [kinetic, mean] = energies(&mut simulation);
        assert!((kinetic - 0.5).abs() < 1e-5 && (mean - 0.6).abs() < 1e-5, "{kinetic} {mean}");
        advance_to(&mut simulation, 5.0);
        let off = (transverse(&mut simulation) - Complex64::new(0.808_626_597, -0.214_364_303)).norm();
        let [after, later] = energies(&mut simulation);
        println!(
            "{device:?}: off by {off:.1e}, kinetic energy by {:.1e}, total by {:.1e}",
            after - 0.507_525_646,
            after + later - kinetic - mean
        );
        assert!(off < tolerance && (after - 0.507_525_646).abs() < tolerance, "{off:.1e} {after}");
        assert!((after + later - kinetic - mean).abs() < 2e-5, "{after} {later}");
    }
}

/// Spins of every direction at every momentum, one space cell: ten thousand steps leave the total spin, |w| of every cell
/// and with them the energy (e g/4) S^2, to 1e-12 of what they are; turns of 1e-3 and, ten steps of them, of a hundred
/// radians.
#[test]
fn spins_turn_about_a_total_that_stays() {
    for (gamma, steps) in [(1e-3, 10_000), (-100.0, 10)] {
        let population = json!({"momentum": {"maxwellian": {"temperature": 1.0}}});
        let mut value = gas(1.0, gamma, f64::INFINITY, &json!({"populations": [population]}), [1.0, 10_000.0]);
        value["phase_space"] = json!({"px": axis(-6.0, 6.0, 40), "py": axis(-6.0, 6.0, 8)});
        let mut simulation = start(&scenario(&value), DeviceChoice::Reference);
        let mut random = Random(21);
        let cell = |_| {
            let w = random.vector();
            DVec4::new(w.length(), w.x, w.y, w.z)
        };
        let before: Vec<DVec4> = (0..simulation.grid.cells()).map(cell).collect();
        let volume = simulation.grid.momentum_volume();
        let total = |cells: &[DVec4]| cells.iter().map(w).sum::<DVec3>() * volume;
        let spin = total(&before);
        // The spin density is of order one.
        let scale = before.iter().map(|u| u.x).sum::<f64>() * volume;
        simulation.executor.write(&State::Spin(before.clone())).expect("written");
        simulation.advance(steps).expect("finite");
        let state = simulation.executor.state().expect("state");
        let after: Vec<DVec4> = (0..before.len()).map(|i| state.cell(i)).collect();
        let off = (total(&after) - spin).length() / scale;
        let stretched = |(a, b): (&DVec4, &DVec4)| (w(a).length() / b.x - 1.0).abs();
        let worst = after.iter().zip(&before).map(stretched).fold(0.0, f64::max);
        let moved = after.iter().zip(&before).map(|(a, b)| (*a - *b).length()).fold(0.0, f64::max);
        println!("Gamma {gamma}: total off by {off:.1e}, |w| by {worst:.1e}, moved by {moved:.1e}");
        assert!(off < 1e-12 && worst < 1e-12 && moved > 0.1, "Gamma {gamma}: {off:.1e} {worst:.1e} {moved:.1e}");
        assert!(after.iter().zip(&before).all(|(a, b)| a.x == b.x), "w0 changed");
    }
}

/// Particles in a potential, a pulse, and an E whose hidden velocity and torque differ from momentum to momentum, with
/// spin waves of all directions: halving the step divides what it leaves by 4 or 16 (by more than 3 and 10 where the
/// next order is seen), and steps backwards lead back but for what sweeps leave, (k v dt)^6/72 of what is finest.
#[test]
fn steps_keep_their_order() {
    let wave =
        |direction: [f64; 3], mode: i32| json!({"spin": {"direction": direction, "mode": mode, "amplitude": 0.3}});
    let value = |order: u32, step: f64, forces: bool| {
        json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": 0, "hbar": 0.5, "magnetic_moment": 0.4},
            "kinematics": "non_relativistic",
            "phase_space": {"x": axis(0.0, 6.0, 16), "px": axis(-3.0, 3.0, 20), "py": axis(-3.0, 3.0, 12)},
            "initial": {"populations": [{
                "momentum": {"gaussian": {"spread": 0.6}},
                "spin": {"uniform": {"direction": [0.3, 0.4, 0.8], "polarisation": 0.4}},
                "perturbations": [wave([1.0, 0.0, 0.0], 1), wave([0.0, 1.0, 0.5], 2)]
            }]},
            "fields": {"external": [
                {"uniform": {"E": [0, 0, 0.5], "B": [0.2, 0, 0.6]}},
                {"potential": {"cosine": {"amplitude": 0.2, "wavenumber": [FRAC_PI_3, 0, 0]}}}
            ]},
            "exchange": {"strength": if forces { 0.5 } else { 1.0 }, "statistics": "fermions", "forces": forces},
            "pulses": [{"time": 0.8, "axis": [1, 1, 0], "angle": 1.0}],
            "numerics": {"order": order, "dissipation": 0, "synchronise": "steps"},
            "time": {"step": step, "end": 1.6}
        })
    };
    let end = |order: u32, step: f64, forces: bool| {
        let mut simulation = start(&scenario(&value(order, step, forces)), DeviceChoice::Reference);
        advance_to(&mut simulation, 1.6);
        simulation.executor.state().expect("state")
    };
    let apart =
        |a: &State, b: &State| (0..a.cells()).map(|i| (a.cell(i) - b.cell(i)).abs().max_element()).fold(0.0, f64::max);
    for (order, forces, least) in [(2, false, 3.0), (4, false, 10.0), (2, true, 3.0), (4, true, 10.0)] {
        let ends = [0.2, 0.1, 0.05].map(|step| end(order, step, forces));
        let (first, second) = (apart(&ends[0], &ends[1]), apart(&ends[1], &ends[2]));
        println!("order {order}, forces {forces}: {first:.1e}, then {second:.1e}");
        assert!(first > least * second && second > 1e-9, "order {order}, {forces}: {first:.1e}, then {second:.1e}");
    }
    for (order, forces) in [(2, false), (4, false), (2, true), (4, true)] {
        let mut simulation = start(&scenario(&value(order, 0.1, forces)), DeviceChoice::Reference);
        let before = simulation.executor.state().expect("state");
        simulation.advance(16).expect("finite");
        let away = apart(&simulation.executor.state().expect("state"), &before);
        simulation.reverse();
        simulation.advance(16).expect("finite");
        let back = apart(&simulation.executor.state().expect("state"), &before);
        println!("order {order}, forces {forces}: {away:.1e} away, back to {back:.1e}");
        assert!(away > 1e-2 && back < 1e-6, "order {order}, {forces}: {away:.1e} away, back to {back:.1e}");
    }
}

/// What happens to spins that wind up in a gradient at t = 2.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Nothing,
    /// A pulse of pi about x.
    Pulse,
    /// The gradient changes its sign.
    Reversal,
}

/// Spins in B = G x, kappa = 2 mu_B G/hbar = 0.5, tau = 0.5, tipped by an angle towards x: they wind up, and an echo of a pulse or of a
/// gradient that is reversed unwinds them. M_+ at x = 0 of the exact answers, which are the kinetic equation on other
/// grids. To 3e-4: the splitting leaves (Omega0 dt)^2/12, the axes end at v = 5. hbar is so small that B pushes nobody.
#[test]
fn echoes_are_the_exact_answers() {
    use Then::{Nothing, Pulse, Reversal};
    let first = (2.0, 0.424_395_216_7, -0.036_770_977_3);
    let other = (2.0, 0.424_395_216_7, 0.036_770_977_3);
    for (then, mu, tip, rows) in [
        (Pulse, 1.0, 30.0_f64, &[first, (4.0, 0.339_884_943_6, 0.083_668_723_1)][..]),
        (Pulse, 1.0, 90.0, &[(2.0, 0.851_779_651_2, 0.0), (4.0, 0.694_881_799_7, 0.0)]),
        (Pulse, 3.0, 30.0, &[(2.0, 0.476_778_755_8, -0.037_978_324_6), (4.0, 0.457_633_931_5, 0.081_039_398_1)]),
        (
            Pulse,
            1.0,
            150.0,
            &[other, (3.0, 0.351_585_072_2, -0.074_965_194_5), (4.0, 0.339_884_943_6, -0.083_668_723_1)],
        ),
        (
            Reversal,
            1.0,
            30.0,
            &[first, (3.0, 0.351_585_072_2, -0.074_965_194_5), (4.0, 0.339_884_943_6, -0.083_668_723_1)],
        ),
        (Reversal, 3.0, 90.0, &[(2.0, 0.957_315_499_5, 0.0), (4.0, 0.930_005_820_3, 0.0)]),
        (
            Nothing,
            1.0,
            30.0,
            &[(1.0, 0.491_465_743_5, -0.003_012_681_2), first, (4.0, 0.096_992_877_0, -0.090_720_252_4)],
        ),
        (Nothing, 3.0, 30.0, &[(4.0, 0.277_280_953_8, -0.217_545_553_2)]),
    ] {
        let (tau, kappa, hbar) = (0.5, 0.5, 1e-6);
        let (sin, cos) = tip.to_radians().sin_cos();
        let initial = json!({"populations": [{
            "momentum": {"maxwellian": {"temperature": 1.0}},
            "spin": {"uniform": {"direction": [sin, 0, cos]}}
        }]});
        let mut value = gas(1.0, mu / tau, tau, &initial, [0.01, 4.0]);
        // w_+ turns as exp(-i kappa x t): dt w = (2 mu_B/hbar) w x B.
        value["species"] = json!({"charge": 0, "hbar": hbar, "magnetic_moment": 0.5 * hbar});
        value["exchange"]["strength"] = json!(mu / tau * hbar);
        // Spins that nothing unwinds need finer cells; x = 0 is the middle one.
        let cells = if then == Nothing { 181 } else { 111 };
        value["phase_space"] = json!({"x": axis(-22.0, 22.0, cells), "px": axis(-5.0, 5.0, 40)});
        let gradient = |slope: f64| json!([{"gradient": {"component": "B_z", "axis": "x", "slope": slope}}]);
        value["fields"] = json!({"external": gradient(kappa)});
        if then == Pulse {
            value["pulses"] = json!([{"time": 2, "axis": [1, 0, 0], "angle": PI}]);
        }
        let mut simulation = start(&scenario(&value), DeviceChoice::Reference);
        for &(time, re, im) in rows {
            let late = time > 2.0;
            if then == Reversal && late && simulation.time() == 2.0 {
                // Fields are given: the cells are all there is to go on with.
                let state = simulation.executor.state().expect("state");
                value["fields"]["external"] = gradient(-kappa);
                let prepared = start(&scenario(&value), DeviceChoice::Reference);
                let clock = simulation.clock;
                simulation = prepared;
                simulation.executor.write(&state).expect("written");
                simulation.clock = clock;
            }
            advance_to(&mut simulation, time);
            let spin = simulation.observables().expect("observables")[cells as usize / 2].spin;
            let off = (Complex64::new(spin.x, spin.y) - Complex64::new(re, im)).norm();
            let along = if late && then == Pulse { -cos } else { cos };
            println!("{then:?}, mu {mu}, {tip} degrees, t = {time}: off by {off:.1e}, M_z by {:.1e}", spin.z - along);
            assert!(
                off < 3e-4 && (spin.z - along).abs() < 1e-4,
                "{then:?}, mu {mu}, {tip} degrees, t = {time}: {spin} for {re} {im}"
            );
        }
    }
}

/// The shipped pages meet what they expect, in f32 on the processor: waves their roots, the echo at x = 0 the exact answers.
#[test]
fn shipped_waves_and_echoes_are_the_exact_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, count) in [("spin-wave-collisionless", 2), ("leggett-rice", 4), ("spin-echo", 5)] {
        let mut loaded = shipped(name);
        loaded.scenario.output.snapshots.clear();
        let out = Some(folder.path().join(name));
        let options = RunOptions { out, device: DeviceChoice::Cpu, precision: None, steps: None, retry: 0 };
        let outcome = run::execute(&loaded, &options, &mut |_: &str| {}).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(outcome.answers.len(), count, "{name}");
        for answer in &outcome.answers {
            println!("{name}, {}: off by {:.1e}", answer.expectation.what, answer.error());
            assert!(answer.met(), "{name}: {answer:?}");
        }
    }
}

/// Two components of a gas in a trap, x^2/2, whose frequencies differ: h_3 = hbar Omega2 x^2/2, Omega2 = 0.3, hbar = 0.1,
/// |g| = 0.4, spins along x at first. Where the components separate is the work of the mean field, forces and all: n and M at
/// three places at t = 2 and 4 of the exact answers (bracket and flux form on two grids), to 1e-5, and the energy.
#[test]
fn components_of_a_trapped_gas_segregate() {
    let (cells, reach, hbar, moment) = (128, 8.0, 0.1, 0.3);
    let folder = tempfile::tempdir().expect("a folder");
    let x = |i: usize| -reach + 2.0 * reach * (i as f64 + 0.5) / cells as f64;
    let b: Vec<f64> = (0..cells).flat_map(|i| [0.0, 0.0, -0.5 * hbar * 0.3 * x(i) * x(i) / moment]).collect();
    let file = folder.path().join("b.npy");
    npy::write_f64(&file, &[cells, 3], &b).expect("written");
    let population = json!({
        "momentum": {"maxwellian": {"temperature": 1.0}},
        "density": 1.0 / TAU.sqrt(),
        "space": {"gaussian": {"centre": 0, "width": 1}},
        "spin": {"uniform": {"direction": [1, 0, 0]}}
    });
    for (statistics, energy, rows) in [
        (
            "fermions",
            1.0,
            [
                (2.0, [0.399_794_734, 0.241_785_147], [0.181_892_264, 0.105_987_977, 0.006_184_704_93]),
                (4.0, [0.399_293_335, 0.240_068_89], [0.128_267_786, 0.155_527_867, 0.002_221_158_71]),
            ],
        ),
        (
            "bosons",
            1.112_837_92,
            [
                (2.0, [0.367_457_518, 0.247_075_549], [0.182_927_205, 0.111_719_571, -0.006_389_908_51]),
                (4.0, [0.378_201_306, 0.247_836_39], [0.122_071_511, 0.166_891_375, -0.002_340_962_29]),
            ],
        ),
    ] {
        let value = json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": 0, "hbar": hbar, "magnetic_moment": moment},
            "kinematics": "non_relativistic_without_spin_orbit",
            "phase_space": {"x": axis(-reach, reach, cells as u32), "px": axis(-7.0, 7.0, 128)},
            "initial": {"populations": [population.clone()]},
            "fields": {"external": [{"potential": {"harmonic": {"stiffness": 1}}}, {"file": {"B": file}}]},
            "exchange": {"strength": 0.4, "statistics": statistics, "forces": true},
            "time": {"step": 0.01, "end": 4.0}
        });
        let mut simulation = start(&scenario(&value), DeviceChoice::Reference);
        let total = |simulation: &mut Simulation| {
            let (observables, mesh) = (simulation.observables().expect("observables"), simulation.fields.mesh);
            let law = simulation.exchange.clone().expect("one");
            let of = |(i, o): (usize, &Observables)| {
                let trap = 0.5 * mesh.position(i).x.powi(2);
                let zeeman = 0.5 * hbar * 0.3 * mesh.position(i).x.powi(2) * o.spin.z;
                o.kinetic_energy + trap * o.density + zeeman + law.energy(o.density, o.spin)
            };
            observables.iter().enumerate().map(of).sum::<f64>() * mesh.step[0]
        };
        assert!((total(&mut simulation) - energy).abs() < 1e-6);
        for (time, n, m) in rows {
            advance_to(&mut simulation, time);
            let observables = simulation.observables().expect("observables");
            // Places lie in the middle between cells: interpolated to eighth order.
            let at = |place: f64, of: &dyn Fn(&Observables) -> f64| {
                let first = ((place + reach) / (2.0 * reach) * cells as f64 - 0.5).floor() as usize - 3;
                let weights = [-5.0, 49.0, -245.0, 1225.0, 1225.0, -245.0, 49.0, -5.0].map(|w| w / 2048.0);
                weights.iter().enumerate().map(|(k, weight)| weight * of(&observables[first + k])).sum::<f64>()
            };
            let found = [at(0.0, &|o| o.density), at(1.0, &|o| o.density)];
            let spin = [at(1.0, &|o| o.spin.x), at(1.0, &|o| o.spin.y), at(1.0, &|o| o.spin.z)];
            let off = (0..2).map(|k| (found[k] - n[k]).abs()).chain((0..3).map(|k| (spin[k] - m[k]).abs()));
            let off = off.fold(0.0, f64::max);
            let gained = total(&mut simulation) - energy;
            println!("{statistics}, t = {time}: off by {off:.1e}, energy by {gained:.1e}");
            assert!(off < 1e-5 && gained.abs() < 5e-6, "{statistics}, t = {time}: {found:?} {spin:?} {gained:.1e}");
        }
    }
}

/// The same without forces, hbar -> 0, by torque alone: dt w + v dx w - x dv w = (Omega2 x^2 z + Gamma M) x w. To first order in Omega2
/// M_y and M_z over it, to 1e-4 (what is left out is Omega2^2, times 10 to 100), and at Omega2 = 0.3, to 1e-5, M at three places.
#[test]
fn spins_of_a_trapped_gas_segregate_as_the_exact_answers_say() {
    let (cells, reach, hbar) = (128, 8.0, 1e-6);
    let of = |gamma: f64, omega: f64, step: f64| {
        let value = json!({
            "title": "test", "about": "test", "references": ["test"],
            // -(2 mu_B/hbar) B_z = Omega2 x^2
            "species": {"charge": 0, "hbar": hbar, "magnetic_moment": 0.5 * hbar},
            "kinematics": "non_relativistic_without_spin_orbit",
            "phase_space": {"x": axis(-reach, reach, cells), "px": axis(-8.0, 8.0, cells)},
            "initial": {"populations": [{
                "momentum": {"maxwellian": {"temperature": 1.0}},
                "density": 1.0 / TAU.sqrt(),
                "space": {"gaussian": {"centre": 0, "width": 1}},
                "spin": {"uniform": {"direction": [1, 0, 0]}}
            }]},
            "fields": {"external": [
                {"potential": {"harmonic": {"stiffness": 1}}},
                {"gradient": {"component": "B_z", "curvature": -2.0 * omega}}
            ]},
            "exchange": {"strength": gamma * hbar, "statistics": "bosons"},
            "numerics": {"order": 4},
            "time": {"step": step, "end": 4.0}
        });
        start(&scenario(&value), DeviceChoice::Reference)
    };
    let at = |simulation: &mut Simulation, place: f64| {
        let observables = simulation.observables().expect("observables");
        let first = ((place + reach) / (2.0 * reach) * f64::from(cells) - 0.5).floor() as usize - 3;
        let weights = [-5.0, 49.0, -245.0, 1225.0, 1225.0, -245.0, 49.0, -5.0].map(|w| w / 2048.0);
        weights.iter().enumerate().map(|(k, weight)| observables[first + k].spin * *weight).sum::<DVec3>()
    };
    // M_y and M_z over Omega2 at x = 0, 1, 2.
    for (gamma, rows) in [
        (
            2.0,
            [
                (
                    1.0,
                    [
                        [0.107_636_604, 0.013_849_327_7],
                        [0.242_424_506, -0.004_308_621_52],
                        [0.171_907_263, -0.002_509_461_62],
                    ],
                ),
                (4.0, [[1.052_921_6, -0.484_612_31], [0.901_916_599, 0.021_121_460_6], [0.480_167_068, 0.188_262_882]]),
            ],
        ),
        (
            6.0,
            [
                (
                    1.0,
                    [
                        [0.098_423_789_8, 0.040_183_416],
                        [0.246_075_158, -0.012_358_762_8],
                        [0.172_776_371, -0.007_429_372_72],
                    ],
                ),
                (
                    4.0,
                    [
                        [1.812_603_28, -0.045_201_202_8],
                        [0.952_187_477, -0.107_639_11],
                        [0.118_699_362, 0.083_451_865_4],
                    ],
                ),
            ],
        ),
    ] {
        let omega = 1e-3;
        let mut simulation = of(gamma, omega, 0.05);
        for (time, exact) in rows {
            advance_to(&mut simulation, time);
            for (place, exact) in [0.0, 1.0, 2.0].into_iter().zip(exact) {
                let spin = at(&mut simulation, place) / omega;
                let off = (spin.y - exact[0]).abs().max((spin.z - exact[1]).abs());
                println!("Gamma {gamma}, t = {time}, x = {place}: off by {off:.1e}");
                assert!(off < 1e-4, "Gamma {gamma}, t = {time}, x = {place}: {spin} for {exact:?}");
            }
        }
    }
    let mut simulation = of(4.0, 0.3, 0.05);
    for (time, exact) in [
        (
            1.0,
            [[0.395_188_373, 0.030_754_227_1, 0.008_103_231_52], [0.224_886_106, 0.069_081_806_3, -0.002_542_012_26]],
        ),
        (2.0, [[0.342_366_988, 0.127_261_419, 0.014_974_369_6], [0.182_523_084, 0.104_658_962, -0.006_089_183_51]]),
        (4.0, [[0.197_964_53, 0.285_262_526, -0.095_513_110_6], [0.127_467_539, 0.160_611_294, 0.000_502_790_842]]),
    ] {
        advance_to(&mut simulation, time);
        for (place, exact) in [0.0, 1.0].into_iter().zip(exact) {
            let off = (at(&mut simulation, place) - DVec3::from(exact)).abs().max_element();
            println!("Omega2 = 0.3, t = {time}, x = {place}: off by {off:.1e}");
            assert!(off < 1e-5, "t = {time}, x = {place}: {off:.1e}");
        }
    }
}

/// Gases drawn at random, no wave of which grows by itself (|g| n at most a quarter of T), and cold bosons, whose sound nothing
/// damps, at up to 0.98 of the step that it allows: after 2,000 steps ripples are no larger than at first, and no energy came but
/// what sweeps heat. Both executors; one of the gases is on two space axes.
#[test]
fn forces_feed_no_waves() {
    let mut random = Random(77);
    for draw in 0..6 {
        let mut between = |from: f64, to: f64| from + (to - from) * (0.5 + 0.5 * random.next());
        let (temperature, share, polarisation) = (between(0.05, 2.0), between(0.5, 0.99), between(0.0, 1.0));
        let hbar = between(0.05, 0.5);
        let strength = between(-0.25, 0.25) * temperature;
        let (temperature, share, strength) = if draw == 5 { (0.02, 0.85, 0.5) } else { (temperature, share, strength) };
        let (statistics, plane) = (if draw % 2 == 0 || draw == 5 { "bosons" } else { "fermions" }, draw == 4);
        let dx = 0.4;
        let axes = if plane { 2.0_f64 } else { 1.0 };
        // Of a density 1.1 at most.
        let step = share / ((2.0 * 1.12 * strength.abs() * axes).sqrt() * 1.586 / dx);
        let (reach, along) = (5.0 * f64::sqrt(temperature.max(0.1)), axis(0.0, 16.0 * dx, 16));
        let momentum = axis(-reach, reach, if plane { 16 } else { 40 });
        let wave = |direction: [f64; 3]| json!({"spin": {"direction": direction, "mode": 1, "amplitude": 0.3}});
        let value = json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": 0, "hbar": hbar, "magnetic_moment": 0.2},
            "kinematics": "non_relativistic_without_spin_orbit",
            "phase_space": if plane {
                json!({"x": along, "y": along, "px": momentum, "py": momentum})
            } else {
                json!({"x": along, "px": momentum})
            },
            "initial": {"populations": [{
                "momentum": {"maxwellian": {"temperature": temperature}},
                "spin": {"uniform": {"direction": [0.2, 0, 1], "polarisation": 0.7 * polarisation}},
                "perturbations": [{"density": {"mode": 1, "amplitude": 0.1}}, wave([1.0, 0.0, 0.0])]
            }]},
            "exchange": {"strength": strength, "statistics": statistics, "forces": true},
            "time": {"step": step, "end": 2000.0 * step}
        });
        let device = if draw == 3 { DeviceChoice::Gpu } else { DeviceChoice::Cpu };
        let mut simulation = start(&scenario(&value), device);
        let look = |simulation: &mut Simulation| {
            let observables = simulation.observables().expect("observables");
            let law = simulation.exchange.clone().expect("one");
            let energy = |o: &Observables| o.kinetic_energy + law.energy(o.density, o.spin);
            let total = observables.iter().map(energy).sum::<f64>() / observables.len() as f64;
            // Waves of two to four cells, as the change from cell to cell.
            let ripple = observables
                .windows(2)
                .map(|pair| (pair[1].density - pair[0].density).abs() + (pair[1].spin - pair[0].spin).length());
            (total, ripple.fold(0.0, f64::max))
        };
        let (energy, ripple) = look(&mut simulation);
        simulation.advance(if plane { 400 } else { 2000 }).unwrap_or_else(|error| panic!("{draw}: {error}"));
        let (after, later) = look(&mut simulation);
        println!(
            "{draw}, {statistics}, T {temperature:.2}, g n/T {:.2}, {share:.2} of the step: energy {energy:.3} to {after:.3}, ripple {ripple:.1e} to {later:.1e}",
            strength / temperature
        );
        assert!(
            later < 1.2 * ripple && (after / energy - 1.0).abs() < 0.02,
            "{draw}: {energy} {after} {ripple} {later}"
        );
    }
}
