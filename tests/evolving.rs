//! A run that is taken apart into its cells and what else evolves, and put together again in a fresh
//! simulation, goes on as if nothing had happened: no bit differs.

mod common;

use serde_json::{Value, json};
use spinwigner::precision::Numbers;
use spinwigner::run::DeviceChoice;
use spinwigner::scenario::Loaded;
use spinwigner::simulation::{Evolving, Simulation};

const STEPS: u64 = 5;

/// On a line, with momenta along y and z that are not resolved, or in a plane, whose axes take turns.
fn plasma(fields: &Value, numerics: &Value, layer: Option<f64>, plane: bool) -> Loaded {
    let axis = |from: f64, to: f64, cells: u32| json!({"from": from, "to": to, "cells": cells});
    let mut phase_space = json!({"x": axis(0.0, 8.0, 32), "px": axis(-1.5, 1.5, 20), "canonical": {"py": 0.1}});
    if let Some(layer) = layer {
        phase_space["x"]["absorbing_layer"] = json!(layer);
    }
    if plane {
        let momentum = axis(-1.5, 1.5, 9);
        phase_space = json!({"x": axis(0.0, 8.0, 9), "y": axis(0.0, 6.0, 8), "px": momentum, "py": momentum});
    }
    common::scenario(&json!({
        "title": "test", "about": "test", "references": ["test"],
        "species": {"charge": -1, "hbar": 0.4},
        "phase_space": phase_space,
        "initial": {"populations": [{
            "momentum": {"gaussian": {"spread": 0.3}},
            "perturbations": [{"density": {"mode": 1, "amplitude": 0.1}}],
            "spin": {"uniform": {"direction": [0.6, 0.3, 0.8], "polarisation": 0.5}}
        }]},
        "fields": fields, "numerics": numerics,
        "time": {"step": 0.1, "end": 10.0}
    }))
}

/// Every bit of numbers of either precision, the sign of zero included.
fn bits(cells: &[(usize, Numbers)]) -> Vec<u64> {
    let bits = |numbers: &Numbers| numbers.clone().widened().into_iter().map(f64::to_bits).collect::<Vec<_>>();
    cells.iter().flat_map(|(_, numbers)| bits(numbers)).collect()
}

fn text(evolving: &Evolving) -> String {
    serde_json::to_string(evolving).expect("serialisable")
}

/// The cells as a checkpoint would hold them: slab by slab, in the precision of the device.
fn cells(simulation: &mut Simulation) -> Vec<(usize, Numbers)> {
    let slabs = simulation.executor.slabs();
    slabs.into_iter().map(|cells| (cells.start, simulation.executor.take(cells).expect("taken"))).collect()
}

#[test]
fn a_run_taken_apart_goes_on_to_the_bit() {
    let wave = json!({"travelling_wave": {"component": "E_y", "amplitude": 0.2, "wavenumber": [std::f64::consts::FRAC_PI_4, 0, 0], "frequency": 1.1}});
    let light =
        json!([{"component": "E_y", "mode": 1, "amplitude": 0.1}, {"component": "B_z", "mode": 1, "amplitude": 0.1}]);
    let maxwell =
        json!({"evolution": "maxwell", "uniform": {"B": [0.3, 0, 0]}, "perturbations": light, "external": [wave]});
    let electrostatic = json!({"evolution": "electrostatic", "uniform": {"B": [0.2, 0, 0.3]}});
    let frozen = json!({"perturbations": light, "external": [wave]});
    let merged = json!({"dissipation": 0.5});
    let apart = json!({"synchronise": "steps", "dissipation": 0});
    let four = json!({"order": 4});
    for (name, fields, layer, plane) in [
        ("maxwell", &maxwell, None, false),
        ("in a plane", &maxwell, None, true),
        ("electrostatic", &electrostatic, None, false),
        ("frozen", &frozen, None, false),
        ("layers", &maxwell, Some(2.2), false),
    ] {
        for numerics in [&merged, &apart, &four] {
            if layer.is_some() && numerics["order"] == json!(4) {
                continue;
            }
            for device in common::BOTH {
                let loaded = plasma(fields, numerics, layer, plane);
                let mut whole = common::start(&loaded, device);
                whole.advance(STEPS).expect("finite");
                let (state, end) = (bits(&cells(&mut whole)), text(&whole.evolving()));
                for stop in 0..=STEPS {
                    let mut first = common::start(&loaded, device);
                    first.advance_open(stop).expect("finite");
                    let (kept, evolving) = (cells(&mut first), first.evolving());
                    let single = device == DeviceChoice::Gpu;
                    assert!(kept.iter().all(|(_, numbers)| matches!(numbers, Numbers::F32(_)) == single));
                    // As text and back.
                    let evolving: Evolving = serde_json::from_str(&text(&evolving)).expect("its own text");
                    let mut second = common::start(&loaded, device);
                    for (first, numbers) in &kept {
                        second.executor.put(*first, numbers).expect("put");
                    }
                    second.restore(evolving);
                    second.advance(STEPS - stop).expect("finite");
                    let case = format!("{name}, {numerics}, {device:?}, stopped after {stop}");
                    assert!(bits(&cells(&mut second)) == state, "{case}: cells differ");
                    assert_eq!(text(&second.evolving()), end, "{case}");
                }
                assert!((whole.time() - 0.1 * STEPS as f64).abs() < 1e-12);
            }
        }
    }
}
