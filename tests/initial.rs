//! Initial fields are consistent with the charges, or refused; outputs keep apart.

mod common;

use std::f64::consts::TAU;

use common::{plasma, record, scenario, start};
use serde_json::{Value, json};
use spinwigner::Error;
use spinwigner::run::DeviceChoice;
use spinwigner::simulation::Prepared;

/// A density wave 1 + a cos(kx), k = 1, in a neutral plasma: E_x = (q a/k) sin(kx).
fn density_wave(cells: u32, amplitude: f64) -> Value {
    let population = json!({
        "momentum": {"maxwellian": {"temperature": 0.04}},
        "perturbations": [{"density": {"mode": 1, "amplitude": amplitude}}]
    });
    let momenta = json!({"px": {"from": -1.2, "to": 1.2, "cells": 32}});
    plasma(TAU, cells, population, momenta, "electrostatic", "E_x")
}

/// sin(kx) = cos(kx - pi/2).
fn given_wave(amplitude: f64) -> Value {
    json!([{"component": "E_x", "mode": 1, "amplitude": amplitude, "phase": -TAU / 4.0}])
}

/// Without a given E_x it follows from Gauss's law to the sixth order of the mesh:
/// (k dx)^6 191/60480 = 1e-5 at 16 cells.
#[test]
fn electric_field_follows_from_the_charges() {
    let simulation = start(&scenario(&density_wave(16, 0.01)), DeviceChoice::Reference);
    for (i, e) in simulation.electric().iter().enumerate() {
        let exact = -0.01 * simulation.fields.mesh.position(i).x.sin();
        assert!((e.x - exact).abs() < 2e-5 * 0.01, "{i}: {} {exact}", e.x);
    }
    assert!(simulation.fields.gauss_residual(&simulation.sources) < 1e-13);
}

/// A right E_x is accepted on coarse grids and at small amplitudes, a wrong one is
/// refused with its residual.
#[test]
fn a_given_field_must_obey_gauss() {
    for (cells, amplitude) in [(16, 0.01), (64, 1e-5)] {
        let mut root = density_wave(cells, amplitude);
        root["fields"]["perturbations"] = given_wave(-amplitude);
        assert!(Prepared::new(&scenario(&root)).is_ok(), "{cells} {amplitude}");
        root["fields"]["perturbations"] = given_wave(amplitude);
        match Prepared::new(&scenario(&root)).map(|_| ()) {
            Err(Error::Input(text)) => {
                assert!(text.contains("contradicts Gauss's law") && text.contains("off by up to"), "{text}");
            }
            other => panic!("the wrong sign was taken: {other:?}"),
        }
    }
}

/// A uniform E_x is no statement about charges, whatever else is given.
#[test]
fn a_uniform_field_is_free() {
    for cells in [16, 48, 60, 64, 100] {
        let mut root = density_wave(cells, 0.01);
        root["fields"]["evolution"] = json!("maxwell");
        root["time"] = json!({"step": 0.02, "end": 0.1});
        root["fields"]["uniform"] = json!({"E": [0.1, 0, 0]});
        root["fields"]["perturbations"] = json!([{"component": "E_y", "mode": 1, "amplitude": 0.01}]);
        let simulation = start(&scenario(&root), DeviceChoice::Reference);
        let mean = simulation.electric().iter().map(|e| e.x).sum::<f64>() / f64::from(cells);
        assert!((mean - 0.1).abs() < 1e-12, "{mean}");
    }
}

/// f = sum Re( amplitude exp(ikx) ): mode 0 is the mean, mode 1 the given wave.
#[test]
fn modes_are_amplitudes() {
    let mut root = density_wave(24, 0.25);
    root["time"] = json!({"step": 0.05, "end": 0.05});
    root["output"]["diagnostics"]["modes"] =
        json!([{"quantity": "density", "mode": 0}, {"quantity": "density", "mode": 1}]);
    let table = record(&scenario(&root), DeviceChoice::Reference, 1);
    let first = |name: &str| table.column(name).expect("recorded")[0];
    assert!((first("density_mode0_re") - 1.0).abs() < 1e-12);
    assert!((first("density_mode1_re") - 0.25).abs() < 1e-12);
    assert!(first("density_mode1_im").abs() < 1e-12);
}

/// A population off the grid is the user's error, not a NaN.
#[test]
fn a_population_off_the_grid_is_refused() {
    let mut root = density_wave(16, 0.0);
    root["initial"]["populations"][0]["momentum"] = json!({"gaussian": {"spread": 0.01, "drift": [9, 0, 0]}});
    match Prepared::new(&scenario(&root)).map(|_| ()) {
        Err(Error::Input(text)) => assert!(text.contains("populations[0]") && text.contains("no weight"), "{text}"),
        other => panic!("taken: {other:?}"),
    }
}

/// Fields too strong for the step end the run with a reason instead of filling the memory.
#[test]
fn endless_sub_cycles_are_refused() {
    let mut root = density_wave(16, 0.0);
    root["fields"]["external"] = json!([{"uniform": {"E": [1e9, 0, 0]}}]);
    let mut simulation = start(&scenario(&root), DeviceChoice::Reference);
    match simulation.advance(1) {
        Err(Error::Run(text)) => assert!(text.contains("time.step"), "{text}"),
        other => panic!("went on: {other:?}"),
    }
}
