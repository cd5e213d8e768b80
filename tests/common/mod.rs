//! What the physics tests share: scenarios from JSON, runs on either executor.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod command;
pub mod everything;
pub mod plasmas;
pub mod random;

use std::path::PathBuf;

use serde_json::{Value, json};
use spinwigner::diagnostics;
use spinwigner::fit::{self, Fit};
use spinwigner::quantities::mode_name;
use spinwigner::run::{DeviceChoice, open};
use spinwigner::scenario::Loaded;
use spinwigner::scenario::schema::{Diagnostics, Mode, Units};
use spinwigner::simulation::{Prepared, Simulation};
use spinwigner::table::Table;
use spinwigner::validate;

/// The executors every physical answer is asked of. Without an adapter the GPU
/// one fails: a missing adapter is no reason to pass.
pub const BOTH: [DeviceChoice; 2] = [DeviceChoice::Reference, DeviceChoice::Gpu];

/// A scenario from JSON, parsed and validated as a user's file is.
pub fn scenario(value: &Value) -> Loaded {
    let file = tempfile::NamedTempFile::with_suffix(".json").expect("temporary file");
    std::fs::write(file.path(), value.to_string()).expect("written");
    let mut loaded = validate::load(&file.path().to_string_lossy()).unwrap_or_else(|error| panic!("{error}"));
    loaded.folder = PathBuf::from(".");
    loaded
}

/// A shipped scenario.
pub fn shipped(name: &str) -> Loaded {
    validate::load(name).unwrap_or_else(|error| panic!("{error}"))
}

/// Puts a scenario on a device.
pub fn start(loaded: &Loaded, device: DeviceChoice) -> Simulation {
    let prepared = Prepared::new(loaded).unwrap_or_else(|error| panic!("{error}"));
    let (executor, _) = open(&prepared, device, None).unwrap_or_else(|error| panic!("{error}"));
    prepared.start(executor).unwrap_or_else(|error| panic!("{error}"))
}

/// Steps of the whole scenario.
pub fn steps(loaded: &Loaded) -> u64 {
    (loaded.scenario.time.end / loaded.scenario.time.step).round() as u64
}

/// Runs a scenario to its end with a row of diagnostics every `every` steps.
pub fn record(loaded: &Loaded, device: DeviceChoice, every: u64) -> Table {
    let mut simulation = start(loaded, device);
    let mut table = Table::default();
    let what = &loaded.scenario.output.diagnostics;
    sample(&mut simulation, what, &mut table);
    while simulation.clock.steps < steps(loaded) {
        simulation.advance(every).unwrap_or_else(|error| panic!("{error}"));
        sample(&mut simulation, what, &mut table);
    }
    table
}

/// Appends a row.
pub fn sample(simulation: &mut Simulation, what: &Diagnostics, table: &mut Table) {
    diagnostics::sample(simulation, what, &Units::default(), table).unwrap_or_else(|error| panic!("{error}"));
}

/// Frequency and rate of the first recorded mode in a window.
pub fn fitted(loaded: &Loaded, table: &Table, from: f64, to: f64) -> Fit {
    let mode: &Mode = &loaded.scenario.output.diagnostics.modes[0];
    let name = mode_name(mode);
    let part = |suffix: &str| table.column(&format!("{name}_{suffix}")).expect("recorded");
    let time = table.column("time").expect("recorded");
    fit::standing_wave(&time, &[&part("re"), &part("im")], from, to).expect("a wave")
}

/// Asserts and prints |measured/exact - 1| <= tolerance.
pub fn close(what: &str, measured: f64, exact: f64, tolerance: f64) {
    let error = (measured / exact - 1.0).abs();
    println!("{what}: measured {measured:.8}, exact {exact:.8}, off by {error:.1e} (allowed {tolerance:.0e})");
    assert!(error <= tolerance, "{what}: {measured} is off {exact} by {error:.2e}");
}

/// A plasma with one x axis, one population and recorded modes, to be adapted.
pub fn plasma(length: f64, x: u32, population: Value, momenta: Value, evolution: &str, mode: &str) -> Value {
    let mut phase_space = momenta;
    phase_space["x"] = json!({"from": 0.0, "to": length, "cells": x});
    json!({
        "title": "test", "about": "test", "references": ["test"],
        "species": {"charge": -1, "spin": false},
        "phase_space": phase_space,
        "initial": {"populations": [population]},
        "fields": {"evolution": evolution},
        "time": {"step": 0.05, "end": 20.0},
        "output": {"diagnostics": {"modes": [{"quantity": mode, "mode": 1}]}}
    })
}
