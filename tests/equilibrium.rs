//! Thermal equilibria: R and M0 against tables and closed forms, states on grids, and
//! states that stay.

mod common;

use std::f64::consts::{PI, TAU};
use std::process::Command;

use common::{BOTH, close, scenario, start, steps};
use glam::DVec3;
use serde_json::{Value, json};
use spinwigner::equilibrium::{Answer, Conditions};
use spinwigner::grid::Grid;
use spinwigner::physics::Particle;
use spinwigner::precision::Precision;
use spinwigner::run::DeviceChoice;
use spinwigner::scenario::Loaded;
use spinwigner::scenario::schema::Statistics;
use spinwigner::simulation::Prepared;
use spinwigner::state::Cells;
use spinwigner::{check, initial};

/// A gas of unit mass, filled by nothing yet.
fn gas(relativistic: bool, statistics: Statistics, spin_energy: f64, temperature: f64) -> Conditions {
    Conditions {
        mass: 1.0,
        relativistic,
        spin_energy,
        temperature,
        statistics,
        chemical_potential: None,
        density: None,
        hbar: None,
    }
}

fn solve(conditions: Conditions) -> Answer {
    conditions.solve().unwrap_or_else(|error| panic!("{conditions:?}: {error}"))
}

/// Half of the last of `digits` printed significant digits, and 1e-9.
fn tolerance(digits: usize) -> f64 {
    1e-9f64.max(0.5 * 10f64.powi(1 - digits as i32))
}

/// Significant digits of a printed number.
fn digits(text: &str) -> usize {
    text.trim_start_matches(['0', '.']).chars().filter(char::is_ascii_digit).count()
}

/// Every row of `tests/data/equilibria.csv`, computed in high precision from the integrals
/// of F+- (Ekman et al., section IV, with mu_B B0 > 0); c = m = 1.
#[test]
fn the_table_is_reproduced() {
    use Statistics::{Boltzmann, FermiDirac};
    let table = include_str!("data/equilibria.csv");
    let mut rows = 0;
    for row in table.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let value = |i: usize| fields[i].parse::<f64>().unwrap_or(f64::NAN);
        let (first, second, third) = (value(2), value(4), value(6));
        let at = |mut conditions: Conditions, chemical_potential: f64| {
            conditions.chemical_potential = Some(chemical_potential);
            conditions
        };
        let conditions = match fields[0] {
            // Energies far below m tell nothing apart where there is no m to compare with.
            "nonrel_boltzmann" => gas(false, Boltzmann, first, 1.0),
            "nonrel_T0" => at(gas(false, FermiDirac, first, 0.0), 1.0),
            "nonrel_T0_fixed_density" => {
                // E_F = p_F^2/2 = 1, n = p_F^3/(3 pi^2 hbar^3).
                let density = 2f64.powf(1.5) / (3.0 * PI.powi(2));
                Conditions { density: Some(density), hbar: Some(1.0), ..gas(false, FermiDirac, first, 0.0) }
            }
            "nonrel_fermi_dirac" => at(gas(false, FermiDirac, second, 1.0), first),
            "rel_boltzmann" => gas(true, Boltzmann, second, first),
            "rel_T0" => at(gas(true, FermiDirac, second, 0.0), first - 1.0),
            "rel_fermi_dirac" => at(gas(true, FermiDirac, second, third), first - 1.0),
            other => panic!("unknown case {other}"),
        };
        let answer = solve(conditions);
        close(&format!("{row}: R"), answer.polarisation, value(7), tolerance(digits(fields[7])));
        close(&format!("{row}: M0"), answer.magnetisation, value(8), tolerance(digits(fields[8])));
        if fields[0] == "nonrel_T0_fixed_density" {
            let mu = answer.chemical_potential.expect("from the density");
            close("mu", mu, second, 1e-9);
            close("E_F", answer.fermi_energy.expect("known"), 1.0, 1e-12);
        }
        // Means over the gas without field, as the notes give them.
        for (words, squared) in [("mean 1/gamma=", false), ("mean 1/gamma^2=", true)] {
            if let Some((_, note)) = row.split_once(words) {
                let expected: f64 = note.split_whitespace().next().expect("a number").parse().expect("a number");
                let free = solve(Conditions { spin_energy: 0.0, ..conditions });
                let mean = if squared { free.mean_inverse_gamma_squared } else { free.mean_inverse_gamma };
                close(words, mean, expected, 1e-9);
            }
        }
        rows += 1;
    }
    assert_eq!(rows, 29);
}

/// K_n(x) e^x = int_0^inf e^{-x (cosh t - 1)} cosh(n t) dt by the trapezoidal rule, exact to
/// rounding for an even, entire integrand of width 1/sqrt(x) where x is large.
fn bessel_k(n: f64, x: f64) -> f64 {
    let step = 0.05 / x.max(1.0).sqrt();
    let term = |i: i32| {
        let t = step * f64::from(i);
        // cosh t - 1 without cancellation; exp(-700) and less is 0, whatever it multiplies.
        let exponent = 2.0 * x * (0.5 * t).sinh().powi(2);
        let value = if exponent < 700.0 { (-exponent).exp() * (n * t).cosh() } else { 0.0 };
        if i == 0 { 0.5 * value } else { value }
    };
    (0..2000).map(term).sum::<f64>() * step
}

/// A Juttner gas: <1/gamma> = K1(m/T)/K2(m/T), from very cold to very hot; R to first
/// order in mu_B B0 is (mu_B B0/T) <1/gamma>, M0 is (mu_B B0/T) <1/gamma^2>.
#[test]
fn a_juttner_gas_has_the_means_of_bessel_functions() {
    for temperature in [1e-6, 1e-4, 0.01, 0.3, 1.0, 20.0, 1e3] {
        let spin_energy = 1e-6 * f64::min(temperature, 1.0);
        let answer = solve(gas(true, Statistics::Boltzmann, spin_energy, temperature));
        let mean = bessel_k(1.0, 1.0 / temperature) / bessel_k(2.0, 1.0 / temperature);
        close(&format!("T = {temperature}: <1/gamma>"), answer.mean_inverse_gamma, mean, 1e-10);
        // The next order is (mu_B B0/T)^2 < 1e-12.
        close("R", answer.polarisation, spin_energy / temperature * mean, 1e-10);
        let weak = spin_energy / temperature * answer.mean_inverse_gamma_squared;
        close("M0", answer.magnetisation, weak, 1e-10);
        let paper = &answer.approximations;
        assert!(paper.iter().map(|a| a.equation).eq(["E51", "E56"]), "{paper:?}");
        assert!(paper[0].relative_error.expect("polarised").abs() < 1e-10, "{paper:?}");
    }
    // [E56] is 10 % off at T = m/2: <1/gamma>^2 in place of <1/gamma^2>.
    let answer = solve(gas(true, Statistics::Boltzmann, 1e-3, 0.5));
    let error = answer.approximations[1].relative_error.expect("polarised");
    assert!((error + 0.098).abs() < 0.001, "{error}");
}

/// T = 0: n+- ~ p+-^3/3, M0 from int p^2/eps dp = (p eps - asinh p)/2, with
/// eps+- - (+-) mu_B B0/eps+- = 1 + mu.
#[test]
fn a_degenerate_gas_fills_two_balls() {
    for (mu, b) in [(0.005, 1e-3), (0.1, 0.01), (0.4, -0.3), (2.0, 0.1), (30.0, 0.9), (-0.1, 0.2)] {
        let answer = solve(Conditions {
            chemical_potential: Some(mu),
            hbar: Some(0.3),
            ..gas(true, Statistics::FermiDirac, b, 0.0)
        });
        let [up, down] = [1.0, -1.0].map(|sign: f64| {
            let c: f64 = 1.0 + mu;
            let eps = 0.5 * (c + (c * c + 4.0 * sign * b).sqrt());
            let p = (eps * eps - 1.0).max(0.0).sqrt();
            (p.powi(3) / 3.0, 0.5 * (p * p.hypot(1.0) - p.asinh()))
        });
        let number = up.0 + down.0;
        close(&format!("mu = {mu}, b = {b}: R"), answer.polarisation, (up.0 - down.0) / number, 1e-10);
        // asinh cancels up to four digits of the closed form.
        close("M0", answer.magnetisation, (up.1 - down.1) / number, 1e-9);
        close("<1/gamma>", answer.mean_inverse_gamma, (up.1 + down.1) / number, 1e-9);
        let density = 4.0 * PI * number / (TAU * 0.3).powi(3);
        close("n", answer.density.expect("hbar is given"), density, 1e-10);
        // Back from the density.
        let back =
            solve(Conditions { density: Some(density), hbar: Some(0.3), ..gas(true, Statistics::FermiDirac, b, 0.0) });
        close("mu", back.chemical_potential.expect("found"), mu, 1e-9);
    }
}

/// Non-relativistic Fermi-Dirac at mu < 0 as the series of its powers of Boltzmann:
/// n+- ~ - sum_j (-1)^j exp(j (mu +- mu_B B0)/T) j^{-3/2}.
#[test]
fn a_fermi_gas_is_a_series_of_boltzmann_gases() {
    for (mu, b) in [(-2.0, 0.5), (-1.0, 0.05), (-50.0, 1.5), (-800.0, 0.5)] {
        let answer = solve(Conditions { chemical_potential: Some(mu), ..gas(false, Statistics::FermiDirac, b, 1.0) });
        // exp(mu) is common to all terms; at -800 it is no number.
        let part = |b: f64| {
            (1..200)
                .map(f64::from)
                .map(|j| (-1f64).powf(j + 1.0) * ((j - 1.0) * mu + j * b).exp() * j.powf(-1.5))
                .sum::<f64>()
        };
        let (up, down) = (part(b), part(-b));
        close(&format!("mu = {mu}"), answer.polarisation, (up - down) / (up + down), 1e-11);
    }
}

/// Robust where exponents are large or small: cold and strongly polarised, nearly T = 0,
/// hot; density and chemical potential are each other's inverse.
#[test]
fn extremes_are_finite_and_consistent() {
    use Statistics::{Boltzmann, FermiDirac};
    // Spins frozen along B: exp(-2 b/T) = 1e-87 are against it.
    let frozen = solve(gas(true, Boltzmann, 0.01, 1e-4));
    close("R", frozen.polarisation, 1.0, 1e-12);
    // F+ ~ exp(-K (1 + b/eps)/T): <p^2> = 3 m T/(1 + b) to first order in T.
    close("M0", frozen.magnetisation, 1.0 - 1.5e-4 / 1.01, 1e-7);
    // Sommerfeld: corrections of (T/E_F)^2 pi^2/12.
    for relativistic in [true, false] {
        let at = |temperature: f64| {
            solve(Conditions { chemical_potential: Some(0.5), ..gas(relativistic, FermiDirac, 0.02, temperature) })
        };
        close("nearly T = 0", at(1e-7).polarisation, at(0.0).polarisation, 1e-11);
    }
    for (statistics, temperature, density) in [
        (FermiDirac, 1e-3, 1e-2),
        (FermiDirac, 0.3, 1e-12),
        (FermiDirac, 50.0, 1e3),
        (Boltzmann, 1e-3, 1e-9),
        (FermiDirac, 1e-4, 1e-200),
    ] {
        let conditions = Conditions { hbar: Some(1.0), ..gas(true, statistics, 0.01, temperature) };
        let answer = solve(Conditions { density: Some(density), ..conditions });
        let mu = answer.chemical_potential.expect("found");
        let back = solve(Conditions { chemical_potential: Some(mu), ..conditions });
        // n ~ exp(mu/T) magnifies the rounding of mu by mu/T.
        let magnified = 1e-12 + 4.0 * f64::EPSILON * mu.abs() / temperature;
        close(&format!("{statistics:?} T = {temperature}: n"), back.density.expect("hbar"), density, magnified);
        close("R", back.polarisation, answer.polarisation, 1e-9);
    }
}

/// An equilibrium in B = 1 along z with |mu_B| B = hbar/2, on symmetric axes of |p| < reach.
fn page(momenta: &[&str], reach: f64, cells: usize, hbar: f64, equilibrium: &Value) -> Value {
    let mut axes = json!({});
    for name in momenta {
        axes[*name] = json!({"from": -reach, "to": reach, "cells": cells});
    }
    json!({
        "title": "t", "about": "a", "references": [],
        "species": {"charge": -1, "hbar": hbar},
        "phase_space": axes,
        "initial": {"populations": [{"momentum": {"equilibrium": equilibrium}}]},
        "fields": {"external": [{"uniform": {"B": [0, 0, 1]}}]},
        "time": {"step": 0.1, "end": 1}
    })
}

/// R and M0/(|mu_B| n), along -B as mu_B < 0, as sums over a loaded state.
fn sums(loaded: &Loaded) -> (f64, f64) {
    let scenario = &loaded.scenario;
    let grid = Grid::of(&scenario.phase_space).expect("a grid");
    let particle = Particle::new(&scenario.species, scenario.kinematics);
    let state = initial::state(scenario, &grid, &particle, &loaded.folder).expect("a state").held().expect("made");
    let (mut number, mut spin, mut magnetic) = (0.0, 0.0, 0.0);
    for m in 0..grid.momentum_cells() {
        let cell = state.cell(m);
        assert!(cell.x >= -cell.w && cell.x >= 0.0 && (cell.y, cell.z) == (0.0, 0.0), "{cell}");
        number += cell.x;
        spin -= cell.w;
        magnetic -= cell.w / particle.energy(grid.momentum(m));
    }
    (spin / number, magnetic / number)
}

/// What `check` recommends for a grid that is far too coarse: reach and cells per axis.
fn recommended(root: &Value) -> (f64, usize) {
    let report = check::report(&scenario(root), None, Precision::F32).expect("fits");
    let line = report.lines().find(|line| line.contains("sums over the grid")).expect("judged");
    println!("{line}");
    assert!(line.trim_start().starts_with("warning"), "{line}");
    // "use px -0.5 to 0.5 with 20 cells, py ..."
    let words: Vec<&str> = line.split("; use ").nth(1).expect("a remedy").split_whitespace().collect();
    (words[3].parse().expect("reach"), words[5].parse().expect("cells"))
}

/// At T = 0 with mu = 0.15, b = 0.02: n, M0 in D momenta from p+-^D and int p^(D-1)/eps dp =
/// asinh p, eps - 1, (p eps - asinh p)/2. On the grid that `check` recommends both are
/// within 1e-4, the advised error.
#[test]
fn recommended_grids_hold_degenerate_gases() {
    let (mu, b) = (0.15, 0.02);
    let equilibrium = json!({"temperature": 0, "statistics": "fermi_dirac", "chemical_potential": mu});
    for momenta in [&["px"][..], &["px", "pz"], &["px", "py", "pz"]] {
        let [up, down] = [1.0, -1.0].map(|sign: f64| {
            let c: f64 = 1.0 + mu;
            let eps = 0.5 * (c + (c * c + 4.0 * sign * b).sqrt());
            let p = (eps * eps - 1.0).sqrt();
            match momenta.len() {
                1 => (p, p.asinh()),
                2 => (0.5 * p * p, eps - 1.0),
                _ => (p.powi(3) / 3.0, 0.5 * (p * eps - p.asinh())),
            }
        });
        let number = up.0 + down.0;
        let (reach, cells) = recommended(&page(momenta, 0.5, 8, 2.0 * b, &equilibrium));
        let (spin, magnetic) = sums(&scenario(&page(momenta, reach, cells, 2.0 * b, &equilibrium)));
        // Averages over cells are exact.
        close(&format!("{momenta:?}: R"), spin, (up.0 - down.0) / number, 1e-9);
        close("M0", magnetic, (up.1 - down.1) / number, 1e-4);
    }
}

/// Warm gases in three momenta, with averages where the Fermi edge is narrower than a
/// cell and values at the centres where it is not; answers from the quadrature.
#[test]
fn recommended_grids_hold_warm_gases() {
    let momenta = ["px", "py", "pz"];
    for (statistics, temperature) in [("fermi_dirac", 0.002), ("fermi_dirac", 0.05), ("boltzmann", 0.1)] {
        let fermi = statistics == "fermi_dirac";
        let kind = if fermi { Statistics::FermiDirac } else { Statistics::Boltzmann };
        let mut equilibrium = json!({"temperature": temperature, "statistics": statistics});
        if fermi {
            equilibrium["chemical_potential"] = json!(0.1);
        }
        let exact =
            solve(Conditions { chemical_potential: fermi.then_some(0.1), ..gas(true, kind, 0.01, temperature) });
        let (reach, cells) = recommended(&page(&momenta, 0.6, 8, 0.02, &equilibrium));
        let (spin, magnetic) = sums(&scenario(&page(&momenta, reach, cells, 0.02, &equilibrium)));
        close(&format!("{statistics} {temperature} on {cells} cells: R"), spin, exact.polarisation, 1e-4);
        close("M0", magnetic, exact.magnetisation, 1e-4);
    }
}

/// Without `chemical_potential` states are filled up to n (2 pi hbar)^3. With n = 0.01,
/// hbar = 1 and T = 0, p_F = (3 pi^2 n)^(1/3) = 0.667: R as from the quadrature.
#[test]
fn the_density_fills_the_states() {
    let equilibrium = json!({"temperature": 0, "statistics": "fermi_dirac"});
    let mut root = page(&["px", "py", "pz"], 1.0, 24, 1.0, &equilibrium);
    root["initial"]["populations"][0]["density"] = json!(0.01);
    root["species"]["magnetic_moment"] = json!(-0.02);
    let exact =
        solve(Conditions { density: Some(0.01), hbar: Some(1.0), ..gas(true, Statistics::FermiDirac, 0.02, 0.0) });
    // Averages over cells are exact.
    close("R", sums(&scenario(&root)).0, exact.polarisation, 1e-9);
}

/// Waves of density start from equilibrium: w/w0 is that of the gas at rest, at every momentum.
#[test]
fn density_waves_keep_the_polarisation() {
    let equilibrium = json!({"temperature": 0.05});
    let mut root = page(&["px"], 2.0, 32, 0.02, &equilibrium);
    root["phase_space"]["x"] = json!({"from": 0, "to": TAU, "cells": 16});
    root["initial"]["populations"][0]["perturbations"] = json!([{"density": {"mode": 1, "amplitude": 0.3}}]);
    let prepared = Prepared::new(&scenario(&root)).expect("a state");
    let state = prepared.state.held().expect("made");
    for cell in 0..prepared.grid.cells() {
        let value = state.cell(cell);
        let eps = prepared.species.particle.energy(prepared.grid.momentum(cell % 32));
        // F+/F- = exp(2 b/(T gamma)).
        assert!((value.w + value.x * (0.01 / (0.05 * eps)).tanh()).abs() < 1e-14 * value.x.max(1e-300), "{cell}");
    }
}

/// With an anomalous moment spins lie along T(p) = (m/eps + a) B - a (p.B) p/(eps (eps + m)), and
/// |w|/w0 = tanh(|mu_B T|/temperature). Cells too wide for it are refused, as no average is made.
#[test]
fn anomalous_moments_follow_the_precession_field() {
    let mut root = page(&["px", "pz"], 2.0, 32, 0.02, &json!({"temperature": 0.1}));
    root["species"]["g_factor"] = json!({"tbmt": 4});
    let prepared = Prepared::new(&scenario(&root)).expect("a state");
    let state = prepared.state.held().expect("made");
    for m in 0..prepared.grid.cells() {
        let (cell, p) = (state.cell(m), prepared.grid.momentum(m));
        let eps = (1.0 + p.length_squared()).sqrt();
        let t = (1.0 / eps + 1.0) * DVec3::Z - p.z * p / (eps * (eps + 1.0));
        let expected = -cell.x * (0.01 * t.length() / 0.1).tanh() * t.normalize();
        assert!((DVec3::new(cell.y, cell.z, cell.w) - expected).length() < 1e-14 * cell.x, "{p}");
    }
    root["initial"]["populations"][0]["momentum"]["equilibrium"]["temperature"] = json!(1e-4);
    let refused = Prepared::new(&scenario(&root)).map(|_| ()).expect_err("averages are not made").to_string();
    assert!(refused.contains("populations[0]") && refused.contains("averages over cells"), "{refused}");
}

/// How much an equilibrium changes, relative to the state in L2, while it turns with the cyclotron
/// motion of its particles in fields that answer to it.
fn change(device: DeviceChoice, cells: usize, step: f64) -> f64 {
    let equilibrium = json!({"temperature": 0.05, "statistics": "fermi_dirac", "chemical_potential": 0.1});
    let mut root = page(&["px", "py"], 1.6, cells, 0.02, &equilibrium);
    root["phase_space"]["x"] = json!({"from": 0, "to": 1, "cells": 8});
    root["fields"] = json!({"evolution": "maxwell", "uniform": {"B": [0, 0, 1]}});
    root["time"] = json!({"step": step, "end": 3});
    let loaded = scenario(&root);
    let mut simulation = start(&loaded, device);
    let before = simulation.executor.state().expect("read").numbers();
    simulation.advance(steps(&loaded)).expect("advanced");
    let after = simulation.executor.state().expect("read").numbers();
    let electric = simulation.electric().iter().map(|e| e.length()).fold(0.0, f64::max);
    assert!(electric < 1e-6, "no current, but rounding: {electric}");
    let norm = |numbers: Vec<f64>| numbers.iter().map(|x| x * x).sum::<f64>().sqrt();
    let change = norm(before.iter().zip(&after).map(|(a, b)| a - b).collect()) / norm(before);
    println!("{device:?}, {cells} cells, step {step}: changed by {change:.2e}");
    change
}

/// Half a turn in steps of 0.05. The edge, 0.11 wide, has few cells: the change falls by more than
/// order 3.5 (measured 4.1) on the way to the fifth order of the sweeps; the error of the splitting,
/// dt^2/12 = 2e-4 at the most, is what remains.
#[test]
fn equilibria_stay() {
    let [exact, rounded] = BOTH.map(|device| change(device, 72, 0.05));
    assert!((exact - rounded).abs() < 1e-5, "f32 and f64 differ by rounding: {exact} {rounded}");
    assert!(exact < 4e-4, "{exact}");
    let coarse = change(DeviceChoice::Reference, 48, 0.05);
    assert!(coarse > 1.5f64.powf(3.5) * exact, "{coarse} {exact}");
}

/// The command prints a table or JSON, and refuses what is no gas with code 2.
/// Whatever the energies, there is an answer in numbers or a refusal, at once: none at infinity nor where integrals
/// leave the range of numbers, and a thin Fermi gas is a Boltzmann gas.
#[test]
fn any_energies_are_answered_or_refused() {
    let scales = [0.0, 1e-300, 1e-100, 1e-12, 1e-3, 1.0, 1e5, 1e12, 1e100, 1e300, f64::INFINITY, f64::NAN];
    let (mut answered, mut refused) = (0, 0);
    for statistics in [Statistics::Boltzmann, Statistics::FermiDirac] {
        for temperature in scales {
            for filling in [-1e3, -10.0, 0.1, 1e4, 1e100, f64::INFINITY] {
                for mass in [1e-30, 1.0, 1e200] {
                    let fermi = statistics == Statistics::FermiDirac;
                    let conditions = Conditions {
                        mass,
                        chemical_potential: fermi.then_some(filling),
                        ..gas(true, statistics, 0.01 * mass, temperature)
                    };
                    match conditions.solve() {
                        Ok(answer) => {
                            answered += 1;
                            let numbers = [answer.polarisation, answer.magnetisation, answer.mean_inverse_gamma];
                            assert!(numbers.iter().all(|number| number.is_finite()), "{conditions:?} {answer:?}");
                        }
                        Err(error) => {
                            refused += 1;
                            assert!(matches!(error, spinwigner::Error::Input(_)), "{error}");
                        }
                    }
                }
            }
        }
    }
    println!("{answered} answered, {refused} refused");
    assert!(answered > 50 && refused > 50);
    let thin = Conditions { chemical_potential: Some(-10.0), ..gas(true, Statistics::FermiDirac, 0.01, 1e-3) };
    let [thin, classical] = [solve(thin), solve(gas(true, Statistics::Boltzmann, 0.01, 1e-3))];
    assert!((thin.polarisation - classical.polarisation).abs() < 1e-12 && thin.fermi_energy.is_none());
}

#[test]
fn the_command_answers_in_json() {
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_spinwigner")).arg("equilibrium").args(arguments).output().expect("runs")
    };
    let output = run(&["--temperature", "0.1", "--spin-energy", "-0.01", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    close("R", answer["polarisation"].as_f64().expect("a number"), -0.0864822181649, 1e-11);
    assert_eq!(answer["approximations"][0]["equation"], "E51");
    let output = run(&["--temperature", "0.1", "--spin-energy", "0.01"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("E56  M0/(mu_B n) = R <1/gamma>"));
    for (arguments, words) in [
        (&["--temperature", "0", "--spin-energy", "0.1"][..], "found temperature 0"),
        (&["--temperature", "0", "--spin-energy", "0.1", "--statistics", "fermi-dirac"], "without a filling"),
        (&["--temperature", "1", "--spin-energy", "2"], "beyond which the model ends"),
        (&["--temperature", "1", "--spin-energy", "0", "--density", "1", "--chemical-potential", "1"], "give one"),
    ] {
        let output = run(arguments);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && text.contains(words), "{arguments:?}: {text}");
    }
}
