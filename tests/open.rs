//! Absorbing layers: what leaves an open domain does not come back, and Gauss's law and
//! div B = 0 hold all the while. Run with `--nocapture` to see the figures.

mod common;

use common::{BOTH, scenario, start, steps};
use serde_json::{Value, json};
use spinwigner::run::DeviceChoice;
use spinwigner::scenario::schema::Diagnostics;
use spinwigner::table::Table;

/// A beam of charges that leaves along x, and light that leaves both ways.
fn page(plane: bool) -> Value {
    let mut phase_space = json!({
        "x": {"from": -20.0, "to": 20.0, "cells": 160, "absorbing_layer": 8},
        "px": {"from": 0.2, "to": 1.8, "cells": 16}
    });
    let (mut mode, mut width) = (json!(8), json!([2.0, 1.0, 1.0]));
    if plane {
        phase_space["x"]["cells"] = json!(80);
        phase_space["y"] = json!({"from": -3.0, "to": 3.0, "cells": 10});
        phase_space["py"] = json!({"from": -0.8, "to": 0.8, "cells": 10});
        (mode, width) = (json!([8, 1, 0]), json!([2.5, 1.5, 1.0]));
    }
    json!({
        "title": "test", "about": "test", "references": ["test"],
        "species": {"charge": -1, "spin": false},
        "phase_space": phase_space,
        "initial": {"populations": [{
            "density": 0.01,
            "momentum": {"gaussian": {"spread": [0.15, 0.15, 1], "drift": [1, 0, 0]}},
            "space": {"gaussian": {"centre": 0, "width": width}}
        }]},
        "fields": {
            "evolution": "maxwell", "background": "none",
            "perturbations": [{"component": "E_z", "mode": mode, "amplitude": 0.02}]
        },
        "time": {"step": if plane { 0.2 } else { 0.15 }, "end": 90.0}
    })
}

/// After 90 light times of the unit, twice across the domain for the beam and more for
/// light, less than a thousandth of the particles and a hundredth of the energy of the
/// light is left: a layer takes exp(-12) of what crosses it. Charges that were swallowed
/// stay, and Gauss's law counts them.
#[test]
fn what_leaves_does_not_come_back() {
    let density = 0.01;
    for plane in [false, true] {
        let loaded = scenario(&page(plane));
        for device in BOTH {
            let (mut simulation, mut table) = (start(&loaded, device), Table::default());
            let what = Diagnostics::default();
            common::sample(&mut simulation, &what, &mut table);
            while simulation.clock.steps < steps(&loaded) {
                simulation.advance(30).unwrap_or_else(|error| panic!("{error}"));
                common::sample(&mut simulation, &what, &mut table);
            }
            let column = |name: &str| table.column(name).unwrap_or_else(|| panic!("{name} of {:?}", table.columns));
            let ends = |name: &str| (column(name)[0], column(name)[column(name).len() - 1]);
            let (number, left) = ends("number");
            let light = |row: usize| column("energy_magnetic")[row];
            let brightest = column("energy_magnetic").into_iter().fold(0.0, f64::max);
            let dark = light(table.rows.len() - 1) / brightest;
            println!("plane {plane}, {device:?}: {:.1e} of the particles, {dark:.1e} of the light left", left / number);
            assert!(left / number < 1e-3 && dark < 1e-2, "{left} {dark}");
            let gauss = column("gauss_residual").into_iter().fold(0.0, f64::max);
            println!("  div D off by {gauss:.1e} of {density}");
            // The mean of div D is zero, that of the charges as well as f32 conserves their number.
            let rounding = if device == DeviceChoice::Reference { 1e-12 } else { 1e-7 };
            assert!(gauss < rounding * density, "{gauss}");
            if plane {
                let magnetic = column("divergence_b").into_iter().fold(0.0, f64::max);
                assert!(magnetic < 1e-14, "{magnetic}");
            }
        }
    }
}
