//! Every kind of grid, space x momentum axes 0 x 1-3, 1 x 1-3, 2 x 2-3, 3 x 3, through
//! what it admits of free streaming, precession and cyclotron motion: against closed
//! forms, on the float64 reference and on the device. Run with `--nocapture` to see the
//! figures.

mod common;

use std::f64::consts::TAU;

use common::{BOTH, scenario, start, steps};
use serde_json::{Value, json};
use spinwigner::state::State;
use spinwigner::table::Table;

/// Numbers of resolved space and momentum axes.
const KINDS: [(usize, usize); 9] = [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (3, 3)];
/// Spread of the momenta; the axes reach 4.5 spreads.
const SPREAD: f64 = 0.4;
const STEP: f64 = 0.1;

/// A Maxwellian with a density wave across all space axes, spins along x, B along z.
fn page(space: usize, momenta: usize, species: Value, drift: f64, end: f64) -> Value {
    let mut phase_space = json!({});
    for name in &["x", "y", "z"][..space] {
        phase_space[*name] = json!({"from": 0.0, "to": TAU, "cells": if space == 3 { 8 } else { 12 }});
    }
    for name in &["px", "py", "pz"][..momenta] {
        phase_space[*name] = json!({"from": -1.8, "to": 1.8, "cells": if momenta == 3 { 14 } else { 24 }});
    }
    let mut population = json!({
        "momentum": {"gaussian": {"spread": SPREAD, "drift": [drift, 0, 0]}},
        "spin": {"uniform": {"direction": [1, 0, 0]}}
    });
    let mut diagnostics = json!({});
    if space > 0 {
        let mode: Vec<i32> = (0..3).map(|axis| i32::from(axis < space)).collect();
        population["perturbations"] = json!([{"density": {"mode": mode, "amplitude": 0.2}}]);
        diagnostics["modes"] = json!([{"quantity": "density", "mode": mode}]);
    }
    json!({
        "title": "test", "about": "test", "references": ["test"],
        "species": species, "kinematics": "non_relativistic_without_spin_orbit",
        "phase_space": phase_space, "initial": {"populations": [population]},
        "fields": {"external": [{"uniform": {"B": [0, 0, 1]}}]},
        "time": {"step": STEP, "end": end}, "output": {"diagnostics": diagnostics}
    })
}

/// First and last rows and the final state on both executors, which agree to 1e-5 of the
/// largest number: some 60 sweeps and turns of f32, 6e-8 each.
fn run(root: &Value) -> Vec<Table> {
    let loaded = scenario(root);
    let mut states: Vec<State> = Vec::new();
    let tables = BOTH.map(|device| {
        let (mut simulation, mut table) = (start(&loaded, device), Table::default());
        let what = &loaded.scenario.output.diagnostics;
        common::sample(&mut simulation, what, &mut table);
        simulation.advance(steps(&loaded)).unwrap_or_else(|error| panic!("{error}"));
        common::sample(&mut simulation, what, &mut table);
        states.push(simulation.executor.state().expect("state"));
        table
    });
    let cells = 0..states[0].cells();
    let largest = cells.clone().map(|cell| states[0].cell(cell).abs().max_element()).fold(0.0, f64::max);
    let difference = |cell: usize| (states[0].cell(cell) - states[1].cell(cell)).abs().max_element();
    let worst = cells.map(difference).fold(0.0, f64::max) / largest;
    println!("  device against reference: {worst:.1e} of the largest number");
    assert!(worst <= 1e-5, "{worst}");
    tables.into()
}

fn ends(table: &Table, column: &str) -> (f64, f64) {
    let values = table.column(column).unwrap_or_else(|| panic!("{column} of {:?}", table.columns));
    (values[0], values[1])
}

/// Neutral particles stream freely, and their spins turn by 2 mu_B B t/hbar = t. The wave's
/// amplitude falls as exp(-k^2 spread^2 t^2/2). The dissipation of the sweeps, (k dx)^6/60
/// per cell crossed, adds to it: particles cross 0.32/dx cells on average, which makes 2e-4
/// for each axis of 12 cells per wavelength and 1.6e-3 for each of 8; twice that is allowed.
#[test]
fn free_streaming_and_precession() {
    for (space, momenta) in KINDS {
        println!("{space} x {momenta}");
        let species = json!({"charge": 0, "hbar": 1, "magnetic_moment": 0.5});
        let time = 1.0;
        for table in run(&page(space, momenta, species, 0.0, time)) {
            let (number, kept) = ends(&table, "number");
            assert!((kept / number - 1.0).abs() < 1e-5, "number {number} {kept}");
            let (x, y) = (ends(&table, "spin_x").1 / number, ends(&table, "spin_y").1 / number);
            // dw/dt = (2 mu_B/hbar) w x B turns w about z by - t.
            println!("  spin off by {:.1e}, {:.1e}", x - time.cos(), y + time.sin());
            assert!((x - time.cos()).abs() < 2e-6 && (y + time.sin()).abs() < 2e-6, "{x} {y}");
            if space == 0 {
                continue;
            }
            let name: Vec<String> = (0..3).map(|axis| i32::from(axis < space).to_string()).collect();
            let (before, after) = ends(&table, &format!("density_mode_{}_re", name.join("_")));
            let exact = (-0.5 * space as f64 * (SPREAD * time).powi(2)).exp();
            let tolerance = if space == 3 { 1e-2 } else { 8e-4 };
            println!("  amplitude {:.6}, exact {exact:.6}", after / before);
            assert!((after / before / exact - 1.0).abs() <= tolerance, "{after} {before} {exact}");
        }
    }
}

/// Charges turn with their spins, by q B t/m: a quarter of a turn takes the mean momentum
/// from x to y. Two halves about a whole are leapfrog: its circle is an ellipse by
/// (B dt)^2/8 = 1.3e-3, and turns faster by (B dt)^2/24, 7e-4 rad in all.
#[test]
fn cyclotron_motion() {
    for (space, momenta) in KINDS.into_iter().filter(|(_, momenta)| *momenta > 1) {
        println!("{space} x {momenta}");
        let end = 16.0 * STEP;
        for table in run(&page(space, momenta, json!({"charge": -1, "hbar": 1}), 0.4, end)) {
            let number = ends(&table, "number").0;
            let (initial, px) = ends(&table, "momentum_x");
            let py = ends(&table, "momentum_y").1;
            let mean = initial / number;
            assert!((mean - 0.4).abs() < 1e-3, "{mean}");
            // dp/dt = q v x B with q = -1 turns p about z by + B t/m.
            let (x, y) = (px / initial - end.cos(), py / initial - end.sin());
            println!("  momentum off by {x:.1e}, {y:.1e} of {mean}");
            assert!(x.abs() < 2e-3 && y.abs() < 2e-3, "{x} {y}");
            let (x, y) = (ends(&table, "spin_x").1 / number, ends(&table, "spin_y").1 / number);
            assert!((x - end.cos()).abs() < 2e-6 && (y - end.sin()).abs() < 2e-6, "{x} {y}");
        }
    }
}

/// Every term at once, with self-consistent fields: the device stays with the reference,
/// div D = rho to the rounding of the sums in f32, and div B = 0 to that of float64.
#[test]
fn coupled_plasma() {
    for (space, momenta) in KINDS.into_iter().filter(|(space, _)| *space > 0) {
        println!("{space} x {momenta}");
        let mut root = page(space, momenta, json!({"charge": -1, "hbar": 0.3}), 0.2, 1.0);
        root["kinematics"] = json!("relativistic");
        root["initial"]["populations"][0]["spin"] =
            json!({"uniform": {"direction": [0.6, 0, 0.8], "polarisation": 0.5}});
        // Along the last resolved axis, so that B_x may vary; in x alone B_y and B_z may.
        let across: Vec<i32> = (0..3).map(|axis| i32::from(axis + 1 == space)).collect();
        let component = if space == 1 { "B_y" } else { "B_x" };
        root["fields"] = json!({
            "evolution": "maxwell", "uniform": {"B": [0, 0, 0.3]},
            "perturbations": [
                {"component": component, "mode": across, "amplitude": 0.05},
                {"component": "E_y", "mode": 1, "amplitude": 0.05}
            ]
        });
        for (table, rounding) in run(&root).iter().zip([1e-13, 1e-6]) {
            let (number, kept) = ends(table, "number");
            let gauss = ends(table, "gauss_residual").1;
            println!("  number off by {:.1e}, div D by {gauss:.1e}", kept / number - 1.0);
            assert!((kept / number - 1.0).abs() < rounding && gauss < rounding, "{number} {kept} {gauss}");
            if space > 1 {
                assert!(ends(table, "divergence_b").1 < 1e-13);
            }
            // Something happened.
            let (before, after) = ends(table, "energy_kinetic");
            assert!((after - before).abs() > 1e-6 * before);
        }
    }
}
