//! Every rule refuses what breaks it.

use serde_json::{Value, json};

use super::*;
use crate::scenario::parse::parse;

/// A valid scenario that uses much of the schema.
pub(crate) fn base() -> Value {
    json!({
        "title": "t", "about": "a", "references": ["r"],
        "species": {"charge": -1, "mass": 1, "hbar": 0.1, "spin": true},
        "phase_space": {
            "x": {"from": 0, "to": 10, "cells": 64},
            "px": {"from": -6, "to": 6, "cells": 64},
            "py": {"from": -6, "to": 6, "cells": 32}
        },
        "initial": {"populations": [{
            "density": 1,
            "momentum": {"maxwellian": {"temperature": 1}},
            "perturbations": [{"density": {"mode": 1, "amplitude": 0.01}}],
            "spin": {"uniform": {"direction": [0, 0, 1], "polarisation": 0.5}}
        }]},
        "fields": {"evolution": "maxwell", "perturbations": [{"component": "E_y", "mode": 1, "amplitude": 0.1}]},
        "time": {"step": 0.1, "end": 10},
        "output": {
            "diagnostics": {"interval": 0.5, "modes": [{"quantity": "density", "mode": 1}, {"quantity": "E_y", "mode": 1}]},
            "snapshots": [{"quantity": "w0", "axes": ["x", "px"], "interval": 1, "cut": {"py": 0}}]
        },
        "expect": [{
            "what": "w", "measure": {"frequency": {"mode": {"quantity": "E_y", "mode": 1}, "from": 0, "to": 10}},
            "value": 1, "relative_tolerance": 0.1
        }]
    })
}

/// Sets `value` at a JSON pointer, creating the last key if need be.
pub(crate) fn set(root: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = root.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}"));
    match parent {
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        other => other[key] = value,
    }
}

fn loaded(text: &str, folder: &Path) -> Loaded {
    let (scenario, text, folder) = (parse(text, "s.json").unwrap(), text.to_string(), folder.to_path_buf());
    Loaded { scenario, text, folder, name: "s".into(), origin: "s.json".into() }
}

pub(super) fn complaints(root: &Value) -> String {
    let text = serde_json::to_string_pretty(root).unwrap();
    match validated(loaded(&text, Path::new("."))) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_base_is_valid() {
    assert_eq!(complaints(&base()), "");
}

/// A snapshot at given times.
fn timed(times: Value) -> Value {
    json!({"quantity": "w0", "axes": ["x", "px"], "times": times})
}

/// Each edit of the base breaks one rule: JSON pointer, value, path in the
/// error and words it must contain.
#[test]
fn each_rule_refuses_what_breaks_it() {
    let population = "/initial/populations/0";
    let at = |rest: &str| format!("{population}{rest}");
    let external = |value: Value| json!([value]);
    let table: Vec<(String, Value, &str, &str)> = vec![
        ("/species/mass".into(), json!(0), "species.mass", "> 0"),
        ("/species/hbar".into(), json!(-1), "species.hbar", "0 or more"),
        ("/species/hbar".into(), json!(0), "species.hbar", "set `species.spin` to false"),
        ("/species/charge".into(), json!(0), "species", "magnetic_moment"),
        ("/phase_space/px".into(), Value::Null, "phase_space.x", "x without px"),
        ("/phase_space".into(), json!({}), "phase_space", "no momentum axis"),
        ("/phase_space/canonical".into(), json!({"py": 1}), "phase_space.canonical.py", "resolved"),
        ("/phase_space/px/to".into(), json!(-6), "phase_space.px.to", "from < to"),
        ("/phase_space/px/cells".into(), json!(7), "phase_space.px.cells", "8 or more"),
        ("/phase_space/y".into(), json!({"from": 0, "to": 1, "cells": 7}), "phase_space.y.cells", "8 or more"),
        ("/phase_space/z".into(), json!({"from": 0, "to": 1, "cells": 8}), "phase_space.z", "z without pz"),
        (
            "/phase_space/x/cells".into(),
            json!(2_147_483_648_u32),
            "phase_space",
            "cells in space, expected fewer than 2^31",
        ),
        ("/phase_space/py/cells".into(), json!(33_554_432), "phase_space", "cells in momentum, expected fewer"),
        ("/phase_space/x/cells".into(), json!(536_870_912), "phase_space", "1.1e12 cells in all (16 TiB"),
        ("/phase_space/px/absorbing_layer".into(), json!(1), "phase_space.px.absorbing_layer", "on a momentum axis"),
        ("/phase_space/x/absorbing_layer".into(), json!(0), "phase_space.x.absorbing_layer", "> 0"),
        ("/phase_space/x/absorbing_layer".into(), json!(3.4), "phase_space.x.absorbing_layer", "a third of the axis"),
        (
            "/phase_space/x/absorbing_layer".into(),
            json!(1.2),
            "phase_space.x.absorbing_layer",
            "7.68 cells, expected 8",
        ),
        ("/initial/populations".into(), json!([]), "initial.populations", "at least one"),
        (at("/density"), json!(0), "initial.populations[0].density", "> 0"),
        (
            at("/momentum/maxwellian/temperature"),
            json!(0),
            "initial.populations[0].momentum.maxwellian.temperature",
            "> 0",
        ),
        (
            at("/momentum/maxwellian/temperature"),
            json!([1, -1, 0]),
            "initial.populations[0].momentum.maxwellian.temperature[1]",
            "> 0",
        ),
        (
            at("/momentum"),
            json!({"juttner": {"temperature": -1}}),
            "initial.populations[0].momentum.juttner.temperature",
            "> 0",
        ),
        (
            at("/momentum"),
            json!({"two_beam": {"spread": 1, "drift": [0, 0, 2]}}),
            "initial.populations[0].momentum.two_beam.drift",
            "two beams apart",
        ),
        (
            at("/space"),
            json!({"gaussian": {"centre": 11, "width": 1}}),
            "initial.populations[0].space.gaussian.centre",
            "0 to 10",
        ),
        (
            at("/space"),
            json!({"gaussian": {"centre": 5, "width": 0}}),
            "initial.populations[0].space.gaussian.width",
            "> 0",
        ),
        (
            at("/perturbations/0/density/mode"),
            json!(33),
            "initial.populations[0].perturbations[0].density.mode",
            "32 or fewer",
        ),
        (
            at("/space"),
            json!({"gaussian": {"centre": [11, 0, 0], "width": [-1, 0, 0]}}),
            "initial.populations[0].space.gaussian.centre[0]",
            "0 to 10",
        ),
        (
            at("/space"),
            json!({"gaussian": {"centre": [5, 0, 0], "width": [-1, 0, 0]}}),
            "initial.populations[0].space.gaussian.width[0]",
            "> 0",
        ),
        (
            at("/perturbations/0/density/mode"),
            json!([1, 2, 0]),
            "initial.populations[0].perturbations[0].density.mode[1]",
            "2 wavelengths along y, which is not resolved",
        ),
        (
            at("/perturbations/0/density/mode"),
            json!([-33, 0, 0]),
            "initial.populations[0].perturbations[0].density.mode[0]",
            "-33 wavelengths on 64 cells, expected 32 or fewer",
        ),
        (
            at("/perturbations/0"),
            json!({"rotation": {"rate": [0, 0, 0]}}),
            "initial.populations[0].perturbations[0].rotation.rate",
            "no rotation",
        ),
        (
            at("/perturbations/0"),
            json!({"rotation": {"rate": [0, 0, 1]}}),
            "initial.populations[0].perturbations[0].rotation.rate[2]",
            "turns the x-y plane, but y is not resolved",
        ),
        (at("/spin"), json!({"vortex": {"radius": 1}}), "initial.populations[0].spin.vortex", "but y is not resolved"),
        (
            at("/spin"),
            json!({"vortex": {"radius": 0, "centre": [11, 0]}}),
            "initial.populations[0].spin.vortex.radius",
            "> 0",
        ),
        (
            at("/spin"),
            json!({"vortex": {"radius": 1, "centre": [11, 0]}}),
            "initial.populations[0].spin.vortex.centre[0]",
            "0 to 10",
        ),
        (
            at("/perturbations/0/density/mode"),
            json!(0),
            "initial.populations[0].perturbations[0].density.mode",
            "1 or more",
        ),
        (
            at("/perturbations/0/density/amplitude"),
            json!(-1.5),
            "initial.populations[0].perturbations[0].density.amplitude",
            "negative",
        ),
        (
            at("/perturbations/0"),
            json!({"drift": {"axis": "pz", "mode": 1, "amplitude": 1}}),
            "initial.populations[0].perturbations[0].drift.axis",
            "add `phase_space.pz`",
        ),
        (
            at("/perturbations/0"),
            json!({"spin": {"direction": [0, 0, 0], "mode": 1, "amplitude": 0.1}}),
            "initial.populations[0].perturbations[0].spin.direction",
            "zero vector",
        ),
        (
            at("/perturbations/0"),
            json!({"spin": {"direction": [1, 0, 0], "mode": 33, "amplitude": 0.1}}),
            "initial.populations[0].perturbations[0].spin.mode",
            "32 or fewer",
        ),
        (
            at("/perturbations"),
            json!([
                {"spin": {"direction": [1, 0, 0], "mode": 1, "amplitude": -0.4}},
                {"spin": {"direction": [0, 0, 1], "mode": 2, "amplitude": 0.2}}
            ]),
            "initial.populations[0].perturbations[1].spin.amplitude",
            "|w| up to 1.1 w0",
        ),
        // Spins of an equilibrium count with those of the wave.
        (
            population.into(),
            json!({
                "momentum": {"equilibrium": {"temperature": 1, "field": [0, 0, 0.1]}},
                "perturbations": [{"spin": {"direction": [1, 0, 0], "mode": 1, "amplitude": 1}}]
            }),
            "initial.populations[0].perturbations[0].spin.amplitude",
            "expected 1 or less",
        ),
        (
            at("/spin/uniform/direction"),
            json!([0, 0, 0]),
            "initial.populations[0].spin.uniform.direction",
            "zero vector",
        ),
        (at("/spin/uniform/polarisation"), json!(1.1), "initial.populations[0].spin.uniform.polarisation", "-1 to 1"),
        (
            at("/spin"),
            json!({"helix": {"first": [1, 0, 0], "second": [0, 2, 0], "mode": 1}}),
            "initial.populations[0].spin.helix.second",
            "length 2",
        ),
        (
            at("/spin"),
            json!({"helix": {"first": [1, 0, 0], "second": [0.8, 0.6, 0], "mode": 1}}),
            "initial.populations[0].spin.helix.second",
            "first . second = 0.8",
        ),
        ("/fields/background".into(), json!("none"), "fields.background", "Gauss's law"),
        ("/fields/perturbations/0/component".into(), json!("B_x"), "fields.perturbations[0].component", "div B = 0"),
        ("/fields/perturbations/0/mode".into(), json!(40), "fields.perturbations[0].mode", "32 or fewer"),
        ("/fields/evolution".into(), json!("electrostatic"), "fields.perturbations[0].component", "E_x only"),
        (
            "/fields/external".into(),
            external(json!({"gradient": {"component": "B_x", "slope": 1}})),
            "fields.external[0].gradient.component",
            "div B = 0",
        ),
        (
            "/fields/external".into(),
            external(json!({"travelling_wave": {"component": "B_x", "amplitude": 1, "wavenumber": 1, "frequency": 1}})),
            "fields.external[0].travelling_wave.component",
            "div B = 0",
        ),
        (
            "/fields/external".into(),
            external(json!({"gradient": {"component": "B_x", "axis": "z", "slope": 1}})),
            "fields.external[0].gradient.axis",
            "varies along z, which is not resolved; use x",
        ),
        (
            "/fields/external".into(),
            external(
                json!({"standing_wave": {"component": "B_x", "amplitude": 1, "wavenumber": [0, 1, 0], "frequency": 1}}),
            ),
            "fields.external[0].standing_wave.wavenumber[1]",
            "varies along y",
        ),
        ("/fields/external".into(), external(json!({"file": {}})), "fields.external[0].file", "neither E nor B"),
        (
            "/fields/external".into(),
            external(json!({"file": {"B": "nowhere.npy"}})),
            "fields.external[0].file.B",
            "cannot read ./nowhere.npy",
        ),
        ("/time/step".into(), json!(0), "time.step", "> 0"),
        (
            "/time/step".into(),
            json!(0.125),
            "time.step",
            "or less, 0.99 of the stability limit 1.9998/sqrt(K^2 + omega_p^2) = 0.125664",
        ),
        ("/phase_space/x/to".into(), json!(1e-3), "time.step", "the fastest particles would cross 6310 cells of x"),
        (
            "/fields".into(),
            json!({"evolution": "frozen", "uniform": {"E": [4000, 0, 0]}}),
            "time.step",
            "what the uniform fields push would cross 2130 cells of px, expected 2048 or fewer: 0.096 or less",
        ),
        ("/time/end".into(), json!(0.05), "time.end", "one step (0.1) or more"),
        ("/numerics".into(), json!({"order": 3}), "numerics.order", "found 3, expected 2 or 4"),
        ("/numerics".into(), json!({"dissipation": 1.5}), "numerics.dissipation", "a share from 0 to 1"),
        ("/time/end".into(), json!(10.04), "time.end", "nearest end is 10"),
        ("/output/diagnostics/interval".into(), json!(0.05), "output.diagnostics.interval", "one time step"),
        ("/output/diagnostics/interval".into(), json!(0.34), "output.diagnostics.interval", "nearest interval is 0.3"),
        ("/output/balances".into(), json!({"interval": 0.34}), "output.balances.interval", "nearest interval is 0.3"),
        ("/output/balances".into(), json!({"pictures": 0.05}), "output.balances.pictures", "one time step"),
        ("/output/diagnostics/spin_axis".into(), json!([0, 0, 0]), "output.diagnostics.spin_axis", "zero vector"),
        ("/output/diagnostics/modes/0/mode".into(), json!(33), "output.diagnostics.modes[0].mode", "32 or fewer"),
        ("/output/snapshots/0/interval".into(), json!(0.25), "output.snapshots[0].interval", "whole number"),
        ("/output/snapshots/0/interval".into(), json!(null), "output.snapshots[0]", "neither `interval` nor `times`"),
        ("/output/snapshots/0/times".into(), json!([1]), "output.snapshots[0].times", "beside an `interval`"),
        ("/output/snapshots/0".into(), timed(json!([0, 0.25])), "output.snapshots[0].times[1]", "nearest time is 0.3"),
        ("/output/snapshots/0".into(), timed(json!([-1])), "output.snapshots[0].times[0]", "within the run, 0 to 10"),
        ("/output/snapshots/0".into(), timed(json!([10.1])), "output.snapshots[0].times[0]", "within the run, 0 to 10"),
        ("/output/snapshots/0".into(), timed(json!([3, 1])), "output.snapshots[0].times[1]", "1 after 3"),
        ("/output/snapshots/0/axes".into(), json!(["x", "x"]), "output.snapshots[0].axes", "x twice"),
        ("/output/snapshots/0/axes".into(), json!(["x", "pz"]), "output.snapshots[0].axes[1]", "one of x, px, py"),
        ("/output/snapshots/0/cut".into(), json!({"px": 0}), "output.snapshots[0].cut.px", "axis of the picture"),
        ("/output/snapshots/0/cut".into(), json!({"py": 7}), "output.snapshots[0].cut.py", "-6 to 6"),
        ("/output/snapshots/0/cut".into(), json!({"pz": 0}), "output.snapshots[0].cut.pz", "not resolved"),
        (
            "/output/snapshots/0".into(),
            json!({"quantity": "texture", "axes": ["x", "px"], "interval": 1, "change": true}),
            "output.snapshots[0].change",
            "the change of a texture",
        ),
        (
            "/expect/0/measure".into(),
            json!({"column": {"name": "spin_X"}}),
            "expect[0].measure.column.name",
            "did you mean `spin_x`?",
        ),
        (
            "/expect/0/measure".into(),
            json!({"column": {"name": "spin_x", "at": 0}}),
            "expect[0].measure.column.at",
            "> 0 within the run, up to 10",
        ),
        (
            "/expect/0/measure".into(),
            json!({"column": {"name": "spin_x", "at": 3.3, "change": true}}),
            "expect[0].measure.column.at",
            "the nearest is at 3.5",
        ),
        ("/expect/0/relative_tolerance".into(), json!(0), "expect[0].relative_tolerance", "> 0"),
        ("/expect/0/measure/frequency/to".into(), json!(11), "expect[0].measure.frequency", "0 to 10"),
        (
            "/expect/0/measure/frequency/between".into(),
            json!([2, 1]),
            "expect[0].measure.frequency.between",
            "frequencies 2 to 1",
        ),
        (
            "/expect/0/measure/frequency/between".into(),
            json!([1, 1e4]),
            "expect[0].measure.frequency.between",
            "pi over the time between rows",
        ),
        ("/expect/0/measure/frequency/mode/mode".into(), json!(2), "expect[0].measure.frequency.mode", "not recorded"),
    ];
    for (pointer, value, path, words) in table {
        let mut root = base();
        set(&mut root, &pointer, value.clone());
        let message = complaints(&root);
        let place = format!("at `{path}`: ");
        let hit =
            message.lines().any(|line| line.starts_with("s.json:") && line.contains(&place) && line.contains(words));
        assert!(hit, "{pointer} = {value}\nwanted: {place} ... {words}\n   got: {message}");
    }
}

#[test]
fn what_varies_in_space_needs_a_space_axis() {
    let mut root = base();
    root["phase_space"].as_object_mut().unwrap().remove("x");
    set(&mut root, "/initial/populations/0/space", json!({"gaussian": {"centre": 0, "width": 1}}));
    set(
        &mut root,
        "/initial/populations/0/spin",
        json!({"helix": {"first": [1, 0, 0], "second": [0, 1, 0], "mode": 1}}),
    );
    set(&mut root, "/fields/file", json!({"E": "e.npy"}));
    set(
        &mut root,
        "/fields/external",
        json!([
            {"gradient": {"component": "B_z", "slope": 1}},
            {"standing_wave": {"component": "E_y", "amplitude": 1, "wavenumber": 1, "frequency": 1}},
            {"uniform": {"B": [0, 0, 1]}}
        ]),
    );
    let message = complaints(&root);
    for path in [
        "initial.populations[0].space.gaussian",
        "initial.populations[0].perturbations[0].density",
        "initial.populations[0].spin.helix",
        "fields.perturbations[0]",
        "fields.file",
        "fields.external[0].gradient",
        "fields.external[1].standing_wave",
        "output.diagnostics.modes[0]",
        "output.snapshots[0].axes[0]",
        "expect[0].measure.frequency.mode",
    ] {
        assert!(message.contains(&format!("at `{path}`: ")), "{path}\n{message}");
    }
    assert!(!message.contains("external[2]"), "{message}");
    assert!(message.starts_with("11 mistakes in s.json\n"), "{message}");
}

/// A plane with packets, rotation, vortex, helix, waves in any direction and layers.
fn plane() -> Value {
    let mut root = base();
    let axis =
        |from: f64, to: f64, layer: Value| json!({"from": from, "to": to, "cells": 64, "absorbing_layer": layer});
    set(&mut root, "/phase_space/x", axis(0.0, 10.0, json!(2)));
    set(&mut root, "/phase_space/y", axis(-10.0, 10.0, Value::Null));
    set(&mut root, "/initial/populations/0/space", json!({"gaussian": {"centre": [5, 0, 99], "width": 1}}));
    set(
        &mut root,
        "/initial/populations/0/perturbations",
        json!([
            {"density": {"mode": [-1, 32, 0], "amplitude": 0.1}},
            {"drift": {"axis": "py", "mode": [0, 1, 0], "amplitude": 0.1}},
            {"rotation": {"rate": [0, 0, 0.1], "centre": [5, 0, 0]}}
        ]),
    );
    set(&mut root, "/initial/populations/0/spin", json!({"vortex": {"centre": [5, 0], "radius": 1}}));
    set(
        &mut root,
        "/fields",
        json!({
            "evolution": "maxwell",
            "background": "none",
            "perturbations": [
                {"component": "B_x", "mode": [0, 1, 0], "amplitude": 0.1},
                {"component": "B_z", "mode": [1, -1, 0], "amplitude": 0.1}
            ],
            "external": [
                {"gradient": {"component": "B_x", "axis": "y", "slope": 0.5}},
                {"standing_wave": {"component": "B_y", "amplitude": 1, "wavenumber": 1, "frequency": 1}}
            ]
        }),
    );
    set(
        &mut root,
        "/output",
        json!({
            "diagnostics": {"modes": [{"quantity": "E_y", "mode": [0, 1, 0]}, {"quantity": "density", "mode": [0, 0, 0]}]},
            "snapshots": [{"quantity": "texture", "axes": ["x", "y"], "interval": 1, "cut": {"px": 0}}]
        }),
    );
    set(
        &mut root,
        "/expect",
        json!([{"what": "w", "measure": {"column": {"name": "separation_y"}}, "value": 0, "relative_tolerance": 1}]),
    );
    root
}

#[test]
fn each_rule_holds_along_every_axis() {
    assert_eq!(complaints(&plane()), "");
    let table: Vec<(&str, Value, &str, &str)> = vec![
        ("/phase_space/py", Value::Null, "phase_space.y", "y without py"),
        ("/phase_space/x/absorbing_layer", Value::Null, "fields.background", "`absorbing_layer`"),
        (
            "/initial/populations/0/space/gaussian/centre",
            json!(11),
            "initial.populations[0].space.gaussian.centre",
            "the x axis, 0 to 10",
        ),
        (
            "/initial/populations/0/space/gaussian/width",
            json!([1, 0, 0]),
            "initial.populations[0].space.gaussian.width[1]",
            "> 0",
        ),
        (
            "/initial/populations/0/perturbations/2/rotation/rate",
            json!([0.1, 0, 0]),
            "initial.populations[0].perturbations[2].rotation.rate[0]",
            "turns the y-z plane, but z is not resolved",
        ),
        (
            "/initial/populations/0/spin/vortex/centre",
            json!([5, 11]),
            "initial.populations[0].spin.vortex.centre[1]",
            "-10 to 10",
        ),
        (
            "/fields/perturbations/0/mode",
            json!([1, 1, 0]),
            "fields.perturbations[0].component",
            "B_x that varies along x",
        ),
        (
            "/fields/perturbations/1/component",
            json!("B_y"),
            "fields.perturbations[1].component",
            "B_y that varies along y",
        ),
        ("/fields/perturbations/1/mode", json!([0, 0, 1]), "fields.perturbations[1].mode[2]", "along z, which is not"),
        ("/fields/external/0/gradient/component", json!("B_y"), "fields.external[0].gradient.component", "div B"),
        (
            "/fields/external/1/standing_wave/wavenumber",
            json!([1, 1, 0]),
            "fields.external[1].standing_wave.component",
            "div B",
        ),
        ("/fields/evolution", json!("electrostatic"), "fields.perturbations[0].component", "E_x and E_y only"),
        // K = 2.48333 sqrt((64/10)^2 + (64/20)^2)
        ("/time/step", json!(0.125), "time.step", "with K = 17.769"),
    ];
    for (pointer, value, path, words) in table {
        let mut root = plane();
        set(&mut root, pointer, value.clone());
        let message = complaints(&root);
        let place = format!("at `{path}`: ");
        let hit = message.lines().any(|line| line.contains(&place) && line.contains(words));
        assert!(hit, "{pointer} = {value}\nwanted: {place} ... {words}\n   got: {message}");
    }
    // E_y along y is longitudinal, E_y along x is not.
    for (mode, refused) in [([0, 1, 0], false), ([1, 0, 0], true)] {
        let mut root = plane();
        let wave = json!([{"component": "E_y", "mode": mode, "amplitude": 0.1}]);
        set(&mut root, "/fields", json!({"evolution": "electrostatic", "perturbations": wave}));
        assert_eq!(complaints(&root).contains("transverse"), refused, "{mode:?}");
    }
}

#[test]
fn waves_that_do_not_fit_are_warned_about_per_axis() {
    let mut root = plane();
    set(
        &mut root,
        "/fields/external",
        json!([{"travelling_wave": {"component": "B_z", "amplitude": 0.1, "wavenumber": [1, 1, 0], "frequency": 1}}]),
    );
    let scenario: Scenario = serde_json::from_value(root.clone()).unwrap();
    let found = warnings(&scenario, Path::new("."));
    // x absorbs what comes to its ends.
    let fits = |found: &[String]| found.iter().filter(|text| text.contains("wavelengths on the periodic")).count();
    assert_eq!(fits(&found), 1, "{found:?}");
    assert!(found.iter().any(|text| text.contains("periodic y axis")), "{found:?}");
    set(&mut root, "/phase_space/x/absorbing_layer", Value::Null);
    assert_eq!(fits(&warnings(&serde_json::from_value(root).unwrap(), Path::new("."))), 2);
}

#[test]
fn equilibria_that_do_not_exist_are_refused() {
    let with = |given: Value| {
        let mut root = base();
        root["initial"]["populations"][0].as_object_mut().unwrap().remove("spin");
        root["initial"]["populations"][0]["momentum"] = json!({"equilibrium": given});
        root["fields"]["uniform"] = json!({"B": [0, 0, 2]});
        root
    };
    let fermi = |temperature: f64, potential: f64| json!({"temperature": temperature, "statistics": "fermi_dirac", "chemical_potential": potential});
    assert_eq!(complaints(&with(json!({"temperature": 0.5}))), "");
    assert_eq!(complaints(&with(fermi(0.0, 0.5))), "");
    // mu_B B = 0.05 * 2.
    assert_eq!(complaints(&with(fermi(0.0, -0.09))), "");
    for (given, words) in [
        (json!({"temperature": 0}), "found temperature 0, expected a number > 0"),
        (json!({"temperature": -1, "statistics": "fermi_dirac", "chemical_potential": 1}), "expected 0 or more"),
        (fermi(0.0, -0.11), "the lowest has the energy -|mu_B B0| = -0.1"),
        (json!({"temperature": 1, "field": [0, 0, 30]}), "mu_B B0 = 1.5, expected less than the rest energy 1"),
        (json!({"temperature": 1, "statistics": "fermi_dirac"}), "without `chemical_potential`"),
    ] {
        let found = complaints(&with(given.clone()));
        assert!(found.contains("populations[0].momentum.equilibrium`") && found.contains(words), "{given}: {found}");
    }
    let mut root = with(json!({"temperature": 0.5}));
    root["initial"]["populations"][0]["spin"] = json!({"uniform": {"direction": [0, 0, 1]}});
    assert!(complaints(&root).contains("found a spin state of an equilibrium"));
    let mut root = with(json!({"temperature": 0.5}));
    root["phase_space"]["canonical"] = json!({"pz": 0.1});
    assert!(complaints(&root).contains("found a canonical momentum beside an equilibrium"));
}

#[test]
fn what_needs_spin_is_refused_without() {
    let mut root = base();
    set(&mut root, "/species/spin", json!(false));
    set(&mut root, "/output/diagnostics/modes/0/quantity", json!("spin_2"));
    set(&mut root, "/output/diagnostics/spin_axis", json!([1, 0, 0]));
    set(&mut root, "/output/snapshots/0/quantity", json!("up"));
    let message = complaints(&root);
    assert_eq!(message.matches("needs spin").count(), 4, "{message}");
}

#[test]
fn evolving_fields_need_a_source() {
    let mut root = base();
    set(&mut root, "/species", json!({"charge": 0, "spin": false}));
    root["initial"]["populations"][0].as_object_mut().unwrap().remove("spin");
    assert!(complaints(&root).contains("at `fields.evolution`: "), "{}", complaints(&root));
    set(&mut root, "/species", json!({"charge": 0, "hbar": 1, "magnetic_moment": 1}));
    assert_eq!(complaints(&root), "");
}

#[test]
fn lines_and_columns_point_at_the_value() {
    let text = "{\"title\":\"t\",\"about\":\"a\",\"references\":[],\"species\":{\"spin\":false},\n\"phase_space\":{\"px\":{\"from\":0,\"to\":1,\n  \"cells\": 4}},\"initial\":{\"populations\":[]},\n\"time\":{\"step\":1,\"end\":1}}";
    let message = validated(loaded(text, Path::new("."))).unwrap_err().to_string();
    assert!(message.contains("s.json:3:12: at `phase_space.px.cells`"), "{message}");
    assert!(message.contains("s.json:3:41: at `initial.populations`"), "{message}");
}

#[test]
fn npy_files_must_fit_the_grid() {
    let folder = tempfile::tempdir().unwrap();
    let header = |descr: &str, order: &str, shape: &str| {
        let dict = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = u16::try_from(dict.len()).unwrap().to_le_bytes();
        [b"\x93NUMPY\x01\x00".as_slice(), &length, dict.as_bytes()].concat()
    };
    let cases = [
        (header("<f4", "False", "(64, 64, 32, 4)"), ""),
        (header("<f8", "False", "(64, 64, 32, 4)"), ""),
        (header("<f4", "False", "(64, 64, 32, 1)"), "found shape [64, 64, 32, 1]"),
        (header("<i4", "False", "(64, 64, 32, 4)"), "expected float32 or float64"),
        (header("<f4", "True", "(64, 64, 32, 4)"), "Fortran order"),
        (b"text".to_vec(), "cannot read"),
    ];
    for (bytes, words) in cases {
        std::fs::write(folder.path().join("state.npy"), bytes).unwrap();
        let mut root = base();
        set(&mut root, "/initial", json!({"file": "state.npy"}));
        let text = root.to_string();
        let result = validated(loaded(&text, folder.path()));
        let message = result.map_or_else(|error| error.to_string(), |_| String::new());
        assert_eq!(message.is_empty(), words.is_empty(), "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn numbers_and_bytes_are_readable() {
    assert_eq!(number(3.0 * 0.1, 12), "0.3");
    assert_eq!(number(1e300, 3), "1e300");
    assert_eq!(number(-0.0, 3), "0");
    assert_eq!(number(12345.0, 3), "12300");
    assert_eq!(bytes(0.0), "0 B");
    assert_eq!(bytes(1536.0), "1.5 KiB");
    assert_eq!(bytes(2f64.powi(37)), "128 GiB");
}

#[test]
fn numbers_are_rounded_down() {
    for (x, rounded) in [(3.309_879, 3.30987), (3.309_871, 3.30987), (0.123_456, 0.123_456), (9.999_999_9, 9.99999)] {
        assert_eq!(rounded_down(x, 6), rounded);
    }
}

#[test]
fn whole_multiples_are_accepted_up_to_rounding() {
    assert_eq!(nearest_multiple(0.3, 0.1), None);
    assert_eq!(nearest_multiple(1.0, 0.333_333_3), None);
    assert!(nearest_multiple(1.0, 0.3).is_some_and(|nearest| (nearest - 0.9).abs() < 1e-12));
    assert!(nearest_multiple(1e6 + 0.5, 1.0).is_some());
}
