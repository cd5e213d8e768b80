//! Roots of the dispersion relation against tests/data/waves.csv, row by row.

use num_complex::Complex64;
use serde_json::{Value, json};
use spinwigner::linear_theory::{self, Plasma, Rectangle, Response, Wave};
use spinwigner::scenario::schema::Scenario;

/// One row of the table: problem, parameters, frequency and the digits it is printed with.
struct Row {
    problem: &'static str,
    parameters: &'static str,
    omega: Complex64,
    /// One unit of the last digit printed.
    unit: [f64; 2],
}

/// Splits a line at commas outside quotes.
fn cells(line: &'static str) -> Vec<&'static str> {
    let mut quoted = false;
    let mut parts = line.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let mut cells = Vec::new();
    while let Some(part) = parts.next() {
        cells.push(part.trim_matches('"'));
    }
    cells
}

fn rows() -> Vec<Row> {
    let unit = |digits: &str| 10f64.powi(-(digits.split_once('.').map_or(0, |(_, part)| part.len()) as i32));
    include_str!("data/waves.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let cells = cells(line);
            let number = |text: &str| text.parse::<f64>().expect("a number");
            Row {
                problem: cells[0],
                parameters: cells[1],
                omega: Complex64::new(number(cells[2]), number(cells[3])),
                unit: [unit(cells[2]), unit(cells[3])],
            }
        })
        .collect()
}

/// A number that follows `name` in the parameters of a row.
fn parameter(row: &Row, name: &str) -> f64 {
    let (_, rest) = row.parameters.split_once(name).unwrap_or_else(|| panic!("{name} in {}", row.parameters));
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    rest[..end].parse().unwrap_or_else(|_| panic!("{name} in {}", row.parameters))
}

/// A plasma with the momenta named, to be adapted.
fn scenario(momenta: &[&str], populations: Value, evolution: &str) -> Value {
    let axis = json!({"from": -1, "to": 1, "cells": 8});
    let mut space = json!({"x": {"from": 0, "to": 1, "cells": 8}});
    for name in momenta {
        space[*name] = axis.clone();
    }
    json!({
        "title": "t", "about": "a", "references": [], "species": {"charge": -1}, "phase_space": space,
        "initial": {"populations": populations}, "fields": {"evolution": evolution}, "time": {"step": 1, "end": 1}
    })
}

fn plasma(value: Value) -> Plasma {
    let scenario: Scenario = serde_json::from_value(value).expect("a scenario");
    Plasma::of(&scenario).unwrap_or_else(|error| panic!("{error}"))
}

fn non_relativistic(mut value: Value) -> Value {
    value["kinematics"] = json!("non_relativistic");
    value
}

const ONE: &[&str] = &["px"];
const TWO: &[&str] = &["px", "py"];
const THREE: &[&str] = &["px", "py", "pz"];

fn juttner(theta: f64) -> Value {
    json!([{"momentum": {"juttner": {"temperature": theta}}}])
}

fn beams(spread: f64, drift: f64) -> Value {
    json!([{"momentum": {"two_beam": {"spread": spread, "drift": [drift, 0, 0]}}}])
}

/// Plasma and wavenumber of a row, and the fields that oscillate.
fn problem(row: &Row) -> (Plasma, f64, &'static str) {
    let theta = || parameter(row, "theta=").max(parameter(row, "theta="));
    match row.problem {
        "landau_nonrel" => {
            let gas = json!([{"momentum": {"gaussian": {"spread": 1}}}]);
            (plasma(non_relativistic(scenario(ONE, gas, "electrostatic"))), parameter(row, "lambda_D="), "E_x")
        }
        "landau_juttner_1D" | "landau_juttner_3D" => {
            let theta = parameter(row, if row.parameters.contains("theta=T/m=") { "theta=T/m=" } else { "theta=" });
            let k = if row.parameters.contains("lambda_D=") {
                parameter(row, "lambda_D=") / theta.sqrt()
            } else {
                parameter(row, " k=")
            };
            let momenta = if row.problem == "landau_juttner_1D" { ONE } else { THREE };
            (plasma(scenario(momenta, juttner(theta), "electrostatic")), k, "E_x")
        }
        "two_stream_nonrel" => (
            plasma(non_relativistic(scenario(ONE, beams(1.0, parameter(row, "v0=")), "electrostatic"))),
            parameter(row, " k="),
            "E_x",
        ),
        "bump_on_tail" => {
            // 0.2/sqrt(2 pi) exp(-2 (v - 4.5)^2) has the density 0.1 and the spread 1/2.
            let gas = json!([
                {"density": 0.9, "momentum": {"gaussian": {"spread": 1}}},
                {"density": 0.1, "momentum": {"gaussian": {"spread": 0.5, "drift": [4.5, 0, 0]}}}
            ]);
            (plasma(non_relativistic(scenario(ONE, gas, "electrostatic"))), parameter(row, " k="), "E_x")
        }
        "two_stream_relativistic_1P" => {
            let gas = beams(parameter(row, "sigma="), parameter(row, "p0="));
            (plasma(scenario(ONE, gas, "electrostatic")), parameter(row, " k="), "E_x")
        }
        "weibel_nonrel" => {
            let along = 0.02 / 2f64.sqrt();
            let gas = json!([{"momentum": {"gaussian": {"spread": [along, 12f64.sqrt() * along, 1]}}}]);
            (plasma(non_relativistic(scenario(TWO, gas, "maxwell"))), parameter(row, " k="), "E_y")
        }
        "weibel_1D2P_relativistic_with_spin" => {
            let spread = [parameter(row, "sigma_x="), parameter(row, "sigma_y="), 1.0];
            let mut root = scenario(TWO, json!([{"momentum": {"gaussian": {"spread": spread}}}]), "maxwell");
            root["species"]["hbar"] = json!(parameter(row, "hbar="));
            (plasma(root), parameter(row, " k="), "E_y")
        }
        "light_wave_juttner_3P" => (plasma(scenario(THREE, juttner(theta()), "maxwell")), 1.0, "E_y or E_z"),
        "light_wave_juttner_1P" => (plasma(scenario(ONE, juttner(theta()), "maxwell")), 1.0, "E_y or E_z"),
        "light_wave_1P_with_spin" => {
            let polarised = row.parameters.contains("fully polarised");
            let mut gas = juttner(theta());
            if polarised {
                gas[0]["spin"] = json!({"uniform": {"direction": [1, 0, 0]}});
            }
            let mut root = scenario(ONE, gas, "maxwell");
            root["species"]["hbar"] = json!(parameter(row, "hbar="));
            (plasma(root), 1.0, if polarised { "E_y + i E_z" } else { "E_y or E_z" })
        }
        "ordinary_mode_across_B0_1D3P" => {
            let mut root = scenario(THREE, juttner(theta()), "maxwell");
            root["species"]["hbar"] = json!(parameter(row, "hbar="));
            root["species"]["g_factor"] = json!({"phenomenological": 2.0 * parameter(row, "g/2=")});
            root["fields"]["uniform"] = json!({"B": [0, 0, parameter(row, "B0=")]});
            let mut plasma = plasma(root);
            if row.parameters.contains("thermal equilibrium in B0") {
                plasma.thermalise_spins().unwrap_or_else(|error| panic!("{error}"));
            }
            (plasma, parameter(row, "k="), "E_z")
        }
        other => panic!("the table has a problem unknown here: {other}"),
    }
}

/// The wave nearest to a frequency among all that are found around it.
fn nearest(plasma: &Plasma, k: f64, fields: &str, omega: Complex64) -> Wave {
    let response = Response::new(plasma, k).unwrap_or_else(|error| panic!("{error}"));
    let window = Rectangle::new(
        [if omega.re == 0.0 { 0.0 } else { omega.re - 0.07 }, omega.re + 0.05],
        [omega.im - 0.03, omega.im + 0.04],
    );
    let waves = linear_theory::waves(&response, window).unwrap_or_else(|error| panic!("{error}"));
    waves
        .iter()
        .filter(|wave| wave.fields == fields)
        .min_by(|a, b| (a.omega - omega).norm().total_cmp(&(b.omega - omega).norm()))
        .unwrap_or_else(|| panic!("no {fields} near {omega}: {waves:?}"))
        .clone()
}

/// Every root of the table to the digits printed. Cold beams have their own tests.
#[test]
fn every_row_of_the_table() {
    let mut checked = 0;
    for row in rows() {
        if row.problem.contains("cold") {
            continue;
        }
        let start = std::time::Instant::now();
        let (plasma, k, fields) = problem(&row);
        let wave = nearest(&plasma, k, fields, row.omega);
        println!(
            "{} [{}]: {:.14} {:+.14} i, printed {} {:+} i, {:.0} ms",
            row.problem, row.parameters, wave.omega.re, wave.omega.im, row.omega.re, row.omega.im,
            1e3 * start.elapsed().as_secs_f64()
        );
        // Half a unit of the last digit, and a little for a table that truncates.
        for (found, printed, unit) in
            [(wave.omega.re, row.omega.re, row.unit[0]), (wave.omega.im, row.omega.im, row.unit[1])]
        {
            let unit = if printed == 0.0 { 1e-9 } else { unit };
            assert!((found - printed).abs() <= 0.51 * unit, "{}: {found} is not {printed}", row.problem);
        }
        checked += 1;
    }
    assert_eq!(checked, rows().len() - 2);
}
