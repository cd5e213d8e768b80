//! What a user must be told: fields that jump, currents that turn a plasma round, drivers that begin anew. Each case
//! has a neighbour of which nothing is to be said.

mod common;

use std::path::Path;

use common::command::spinwigner;
use serde_json::{Value, json};
use spinwigner::npy;

/// What a command says on both streams, and its exit code.
fn said(folder: &Path, scenario: &Value, arguments: &[&str]) -> (String, Option<i32>) {
    std::fs::write(folder.join("s.json"), scenario.to_string()).expect("written");
    let output = spinwigner(folder, arguments);
    let both = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&both).into_owned(), output.status.code())
}

/// Two cold streams of electrons with the given drifts, on an axis around their mean.
fn streams(drifts: [f64; 2]) -> Value {
    let mean = 0.5 * (drifts[0] + drifts[1]);
    let stream = |drift: f64| {
        json!({"density": 0.5, "momentum": {"gaussian": {"spread": 1, "drift": [drift, 0, 0]}},
               "perturbations": [{"density": {"mode": 1, "amplitude": 1e-5}}]})
    };
    json!({
        "title": "t", "about": "a", "references": [], "species": {"charge": -1, "spin": false},
        "kinematics": "non_relativistic_without_spin_orbit",
        "phase_space": {
            "x": {"from": 0, "to": 10.0 * std::f64::consts::PI, "cells": 32},
            "px": {"from": mean - 8.0, "to": mean + 8.0, "cells": 64}
        },
        "initial": {"populations": [stream(drifts[0]), stream(drifts[1])]},
        "fields": {"evolution": "electrostatic"},
        "time": {"step": 0.1, "end": 1},
        "output": {"diagnostics": {"interval": 0.5}}
    })
}

/// dE/dt = -j of a mean current alone: both streams of one frame are turned round within pi/omega_p.
#[test]
fn a_mean_current_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = "a mean velocity";
    for (drifts, told) in [([12.4, 7.6], true), ([2.4, -2.4], false), ([-7.6, -12.4], true)] {
        let scenario = streams(drifts);
        for (number, command) in [
            &["check", "s.json"][..],
            &["run", "s.json", "--device", "cpu", "--steps", "1", "--quiet"],
            &["dispersion", "s.json"],
        ]
        .into_iter()
        .enumerate()
        {
            let (text, code) = said(folder.path(), &scenario, command);
            assert_eq!((text.contains(words), code), (told, Some(0)), "{drifts:?} {number}\n{text}");
            assert!(!told || text.contains("pi/omega_p = 3.14"), "{text}");
        }
    }
    // Where fields are frozen no E answers.
    let mut frozen = streams([12.4, 7.6]);
    frozen["fields"] = json!({});
    let (text, _) = said(folder.path(), &frozen, &["check", "s.json"]);
    assert!(!text.contains(words), "{text}");
}

/// A polarised packet of neutrons in a gradient along `axis`, on an axis of half the length `reach`.
fn packet(axis: &str, reach: f64, open: bool) -> Value {
    let momentum = format!("p{axis}");
    let mut along = json!({"from": -reach, "to": reach, "cells": 64});
    if open {
        along["absorbing_layer"] = json!(reach / 4.0);
    }
    json!({
        "title": "t", "about": "a", "references": [],
        "species": {"charge": 0, "hbar": 1, "magnetic_moment": 1},
        "kinematics": "non_relativistic_without_spin_orbit",
        "phase_space": {axis: along, momentum: {"from": -2.5, "to": 2.5, "cells": 64}},
        "initial": {"populations": [{
            "momentum": {"gaussian": {"spread": 0.3}}, "space": {"gaussian": {"centre": 0, "width": 1}},
            "spin": {"uniform": {"direction": [1, 0, 0]}}
        }]},
        "fields": {"external": [{"gradient": {"component": if axis == "z" { "B_x" } else { "B_z" }, "axis": axis, "slope": 0.1}}]},
        "time": {"step": 0.25, "end": 10},
        "output": {"diagnostics": {"interval": 0.5}}
    })
}

/// s^2 + (0.3 t)^2 and t^2/20 bring 1e-4 of the packet 3.72 spreads and more from its centre: to 8 before t = 10, when
/// it is at 16, and never to 40.
#[test]
fn a_jump_that_particles_meet_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    for (axis, reach, open, told) in
        [("x", 8.0, false, true), ("z", 8.0, false, true), ("x", 40.0, false, false), ("x", 8.0, true, false)]
    {
        let scenario = packet(axis, reach, open);
        let (check, _) = said(folder.path(), &scenario, &["check", "s.json"]);
        let warned = check.lines().any(|line| line.contains("warning") && line.contains("gradient jumps"));
        assert_eq!(warned, told, "{axis} {reach} {open}\n{check}");
        let (run, code) = said(folder.path(), &scenario, &["run", "s.json", "--device", "cpu", "--quiet"]);
        assert_eq!(code, Some(0), "{run}");
        assert_eq!(run.contains(&format!("first and last cells of {axis}")), told, "{axis} {reach} {open}\n{run}");
    }
}

/// Fields of a file that are zero, or whose mean is, leave what is not resolved exact; a B that has a mean does not.
#[test]
fn field_files_are_judged_by_their_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut scenario = streams([2.4, -2.4]);
    let wave = |i: usize| (std::f64::consts::TAU * (i as f64 + 0.5) / 32.0).cos();
    let of = |b: &dyn Fn(usize) -> [f64; 3]| (0..32).flat_map(b).collect::<Vec<f64>>();
    for (numbers, told) in [
        (of(&|_| [0.0; 3]), false),
        (of(&|i| [0.0, 0.1 * wave(i), 0.2 * wave(i)]), false),
        (of(&|i| [0.0, 0.1 * wave(i), 0.2 * wave(i) + 0.01]), true),
        (of(&|i| [0.1, 0.1 * wave(i), 0.0]), true),
    ] {
        npy::write_f64(&folder.path().join("b.npy"), &[32, 3], &numbers).expect("written");
        for fields in [
            json!({"evolution": "electrostatic", "external": [{"file": {"B": "b.npy"}}]}),
            json!({"evolution": "electrostatic", "file": {"B": "b.npy"}}),
        ] {
            scenario["fields"] = fields;
            let (text, _) = said(folder.path(), &scenario, &["check", "s.json"]);
            assert_eq!(text.contains("only approximately"), told, "{numbers:?}\n{text}");
        }
    }
}

/// A state that is read may be that of another run: waves begin with their phase at t = 0.
#[test]
fn what_begins_anew_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut scenario = streams([2.4, -2.4]);
    let wave = json!({"component": "E_x", "amplitude": 0.02, "wavenumber": 0.2, "frequency": 1.4});
    scenario["fields"]["external"] = json!([{"travelling_wave": wave}]);
    scenario["output"]["final_state"] = json!(true);
    let run = ["run", "s.json", "--device", "cpu", "--quiet", "--out", "first"];
    let (text, code) = said(folder.path(), &scenario, &run);
    assert_eq!((text.contains("begin with their phase"), code), (false, Some(0)), "{text}");
    scenario["initial"] = json!({"file": "first/state/final.npy"});
    let run = ["run", "s.json", "--device", "cpu", "--quiet", "--out", "second"];
    for command in [&["check", "s.json"][..], &run] {
        let (text, code) = said(folder.path(), &scenario, command);
        assert_eq!((text.contains("begin with their phase at t = 0"), code), (true, Some(0)), "{text}");
    }
    let record = std::fs::read_to_string(folder.path().join("second/run.json")).expect("a record");
    assert!(record.contains("begin with their phase"), "{record}");
    // A start is a time to go on at.
    let end = scenario["time"]["end"].as_f64().expect("a number");
    let mut later = scenario.clone();
    later["time"]["start"] = json!(end);
    later["time"]["end"] = json!(2.0 * end);
    let (text, code) = said(folder.path(), &later, &["check", "s.json"]);
    assert_eq!((text.contains("begin with their phase"), code), (false, Some(0)), "{text}");
    scenario["fields"]["external"] = json!([]);
    let (text, _) = said(folder.path(), &scenario, &["check", "s.json"]);
    assert!(!text.contains("begin with their phase"), "{text}");
}

/// Light along (3, 4, 0)/5 with E_z has B_x and B_y, which vary along x and y; either alone violates div B = 0.
#[test]
fn oblique_light_is_judged_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let wave = |component: &str, amplitude: f64| json!({"travelling_wave": {"component": component, "amplitude": amplitude, "wavenumber": [3, 4, 0], "frequency": 5}});
    let tau = std::f64::consts::TAU;
    let mut scenario = streams([2.4, -2.4]);
    scenario["phase_space"] = json!({
        "x": {"from": 0, "to": tau, "cells": 40}, "y": {"from": 0, "to": tau, "cells": 48},
        "px": {"from": -8, "to": 8, "cells": 16}, "py": {"from": -8, "to": 8, "cells": 16}
    });
    for (external, refused) in [
        (json!([wave("E_z", 1.0), wave("B_x", 0.8), wave("B_y", -0.6)]), false),
        (json!([wave("E_z", 1.0), wave("B_x", 0.8), wave("B_y", 0.6)]), true),
        (json!([wave("E_z", 1.0), wave("B_x", 0.8)]), true),
        (
            json!([{"gradient": {"component": "B_x", "axis": "x", "slope": 0.1}},
                {"gradient": {"component": "B_y", "axis": "y", "slope": -0.1}}]),
            false,
        ),
        (
            json!([{"gradient": {"component": "B_x", "axis": "x", "slope": 0.1}},
                {"gradient": {"component": "B_y", "axis": "y", "slope": 0.1}}]),
            true,
        ),
    ] {
        scenario["fields"] = json!({"external": external});
        let (text, code) = said(folder.path(), &scenario, &["check", "s.json"]);
        assert_eq!(code, Some(if refused { 2 } else { 0 }), "{external}\n{text}");
        assert!(!refused || text.contains("violates div B = 0"), "{text}");
    }
    for (other, refused) in [(-0.75, false), (0.75, true)] {
        scenario["fields"] = json!({"perturbations": [
            {"component": "B_x", "mode": [3, 4, 0], "amplitude": 1.0}, {"component": "B_y", "mode": [3, 4, 0], "amplitude": other}
        ]});
        let (text, code) = said(folder.path(), &scenario, &["check", "s.json"]);
        assert_eq!(code, Some(if refused { 2 } else { 0 }), "{other}\n{text}");
    }
}

/// Notes end a run with a failure when they shall; a run of which nothing is noted is none.
#[test]
fn strict_runs_fail_for_a_note() {
    let folder = tempfile::tempdir().expect("a folder");
    for (drifts, strict, code) in
        [([12.4, 7.6], true, 1), ([12.4, 7.6], false, 0), ([2.4, -2.4], true, 0), ([2.4, -2.4], false, 0)]
    {
        let mut command = vec!["run", "s.json", "--device", "cpu", "--precision", "f32", "--steps", "1"];
        command.extend(strict.then_some("--strict"));
        let (text, found) = said(folder.path(), &streams(drifts), &command);
        assert_eq!(found, Some(code), "{drifts:?} {strict}\n{text}");
        assert_eq!(text.contains("--strict: 1 notes"), code == 1, "{text}");
    }
}

/// Texts of one line hold no control characters, columns have names of their own, and what is too large is called so.
#[test]
fn odd_values_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let mode = json!({"quantity": "E_x", "mode": 1});
    for (pointer, value, words) in [
        ("/title", json!("a\u{1b}[2Jb"), "s.json:1:"),
        ("/units", json!({"time": "T\nU"}), "`units.time`: found the control character \\u{a}"),
        ("/output/diagnostics/modes", json!([mode, mode]), "the mode of modes[0] again"),
        ("/phase_space/x/cells", json!(4294967296u64), "too many"),
        ("/species", json!([{"spin": false}, {"spin": false}]), "one kind of particles"),
        ("/phase_space/x", json!({"from": 1, "to": 1.0000000000000002, "cells": 8}), "cannot be told apart"),
        ("/time", json!({"step": 1e-30, "end": 1e30}), "which no run lives to see"),
    ] {
        let mut scenario = streams([2.4, -2.4]);
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        scenario.pointer_mut(parent).expect("a parent")[key] = value;
        for command in ["check", "run"] {
            let (text, code) = said(folder.path(), &scenario, &[command, "s.json"]);
            assert_eq!(code, Some(2), "{pointer}\n{text}");
            assert!(text.starts_with("error: s.json:1:") && text.contains(words), "{pointer}\n{text}");
            assert!(!text.contains('\u{1b}'), "{text}");
        }
    }
}

/// Forty thousand mistakes are counted, and some said.
#[test]
fn many_mistakes_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut scenario = streams([2.4, -2.4]);
    let snapshot = json!({"quantity": "w3", "axes": ["x", "px"], "interval": 0.5});
    scenario["output"]["snapshots"] = vec![snapshot; 40_000].into();
    let (text, code) = said(folder.path(), &scenario, &["check", "s.json"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("40000 mistakes in s.json") && text.contains("... and 39950 more"), "{}", &text[..500]);
    assert_eq!(text.lines().count(), 52);
}

/// Characters that the font of pictures lacks are named; those it has are not.
#[test]
fn characters_that_pictures_leave_out_are_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut scenario = streams([2.4, -2.4]);
    scenario["output"]["snapshots"] = json!([{"quantity": "w0", "axes": ["x", "px"], "interval": 1}]);
    for (title, left_out) in [("Two-stream, k λ_D = ½ ħω²", None), ("二流 λ 🚀", Some("pictures leave out 二流🚀:"))]
    {
        scenario["title"] = json!(title);
        let (text, _) = said(folder.path(), &scenario, &["check", "s.json"]);
        assert_eq!(text.contains("pictures leave out"), left_out.is_some(), "{text}");
        assert!(left_out.is_none_or(|words| text.contains(words)), "{text}");
    }
}

/// Spins across B turn by 2 mu_B B dt/hbar = 23 000 rad a step, and are at cos(2 mu_B B t/hbar) after forty. On the
/// processor the angle is known to 1e-16 of itself and w has some ten roundings a step; a device knows a step's angle
/// to five times 2^-35 of it at worst.
#[test]
fn spins_turn_by_any_angle() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut scenario = packet("x", 8.0, false);
    scenario["fields"] = json!({"uniform": {"B": [0, 0, 46_000]}});
    scenario["output"]["diagnostics"] = json!({"interval": 10});
    let (exact, rounding) = (920_000f64.cos(), 0.5 * f64::from(f32::EPSILON));
    for (device, tolerance) in
        [("reference", 1e-8), ("cpu", 40.0 * 10.0 * rounding), ("gpu", 40.0 * 5.0 * 23e3 * 2f64.powi(-35))]
    {
        let run = ["run", "s.json", "--device", device, "--quiet", "--out", device];
        let (text, code) = said(folder.path(), &scenario, &run);
        assert_eq!(code, Some(0), "{text}");
        let rows = std::fs::read_to_string(folder.path().join(device).join("diagnostics.csv")).expect("rows");
        let table = spinwigner::table::Table::from_csv(&rows).expect("a table");
        let last = |name: &str| table.nearest(name, 10.0).expect("recorded");
        let found = last("spin_x") / last("number");
        assert!((found - exact).abs() < tolerance, "{device}: {found} for {exact}, allowed {tolerance:.1e}");
    }
    // Beyond 1e7 rad uniform fields are refused, and of others the run says what turns, where and when.
    scenario["fields"] = json!({"uniform": {"B": [0, 0, 1e9]}});
    for command in ["check", "run"] {
        let (text, code) = said(folder.path(), &scenario, &[command, "s.json"]);
        assert!(code == Some(2) && text.contains("in half of which spins would turn by 2.5e8 rad"), "{code:?}\n{text}");
    }
    scenario["fields"] = json!({"external": [{"gradient": {"component": "B_z", "value": 1e9, "slope": 1}}]});
    let (text, code) = said(folder.path(), &scenario, &["run", "s.json", "--device", "cpu", "--quiet", "--out", "far"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("in step 1, from t = 0 on, spins would turn by") && text.contains(" at x = "), "{text}");
}

/// More places than memory has room for fields of are refused by both, before any field is made.
#[test]
fn more_places_than_memory_holds_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut scenario = streams([2.4, -2.4]);
    let axis = &mut scenario["phase_space"]["x"];
    (axis["to"], axis["cells"]) = (json!(2_147_483_600u32), json!(2_147_483_600u32));
    for command in ["check", "run"] {
        let (text, code) = said(folder.path(), &scenario, &[command, "s.json"]);
        assert!(code == Some(2) && text.contains("memory needed") && text.contains("s.json:1:"), "{code:?}\n{text}");
    }
}
