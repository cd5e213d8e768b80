//! Figures are those of the formulas, and bad choices are warned about.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;
use crate::error::Error;
use crate::gpu::{LINE_CELLS, Limits};
use crate::operators::{Force, HiddenVelocity, Recorder, SpinTorque, Streaming};
use crate::validate::tests::{base, set};

fn loaded(root: &Value) -> Loaded {
    Loaded {
        scenario: serde_json::from_value(root.clone()).unwrap(),
        name: "s".into(),
        text: String::new(),
        origin: "s.json".into(),
        folder: PathBuf::new(),
    }
}

/// The line of a report that contains `words`.
fn line(root: &Value, words: &str) -> String {
    let text = report(&loaded(root), None, Precision::F32).unwrap();
    text.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("no {words} in\n{text}")).trim().to_string()
}

fn with(pointer: &str, value: Value) -> Value {
    let mut root = base();
    set(&mut root, pointer, value);
    root
}

/// base() has 64 cells on 10: widths below 0.3125 are too narrow for a potential.
#[test]
fn potentials_narrower_than_two_cells_are_warned_of() {
    let potential = |width: f64| json!([{"potential": {"gaussian": {"amplitude": -1, "width": width, "centre": 5}}}]);
    let wide = line(&with("/fields/external", potential(0.4)), "narrowest potential along x");
    assert!(wide.starts_with("ok") && wide.contains("2.56 cells"), "{wide}");
    let narrow = line(&with("/fields/external", potential(0.1)), "narrowest potential along x");
    assert!(narrow.starts_with("warning") && narrow.contains("use 200 cells along x"), "{narrow}");
}

/// Fields of a wave are bounds: q E dt/dp = 1e5 * 0.1/(12/32) = 26667 cells of py are more than a run sweeps, 2.67 are
/// noted.
#[test]
fn forces_across_thousands_of_cells_are_warned_of() {
    for (amplitude, level, words) in
        [(10.0, "note", "stable, but watch"), (1e5, "warning", "the run ends where a sweep")]
    {
        let said = line(&with("/fields/perturbations/0/amplitude", json!(amplitude)), "force along py");
        assert!(said.starts_with(level) && said.contains(words), "{said}");
    }
}

/// A trap of frequency one holds a cloud, of width and thermal speed one, eight from its middle; one that flies at six
/// comes to an end in a quarter of a period, pi/2.
#[test]
fn a_trap_keeps_particles_from_the_ends() {
    let text = crate::scenario::shipped::text("spin-segregation").expect("shipped");
    let mut root: Value = serde_json::from_str(text).expect("JSON");
    let held = line(&root, "jumps at the ends of x");
    assert!(held.starts_with("ok") && held.contains("no share of 0.0001"), "{held}");
    set(&mut root, "/initial/populations/0/momentum/maxwellian/drift", json!([6, 0, 0]));
    let flies = line(&root, "jumps at the ends of x");
    assert!(flies.starts_with("warning") && flies.contains("from t = 1.57 on"), "{flies}");
}

/// An adapter with the bindings of software Vulkan.
fn software(bytes: Option<u64>) -> Room {
    let limits = Limits { binding_bytes: 128 << 20, slab_bytes: 128 << 20, line_cells: LINE_CELLS, invocations: 1 };
    Room { name: "test".into(), limits: Some(limits), bytes, shares_memory: false, f64: true }
}

/// Momenta in kg m/s have squares that single precision cannot hold; nor has w0 of 1e25 particles in such cells.
#[test]
fn the_range_of_single_precision_is_warned_about() {
    let [fits, small, dense] = [(1.0, 1.0), (1e-25, 1e-60), (1.0, 1e25)].map(|(unit, density)| {
        let mut root = base();
        for axis in ["px", "py"] {
            set(&mut root, &format!("/phase_space/{axis}/from"), json!(-6.0 * unit));
            set(&mut root, &format!("/phase_space/{axis}/to"), json!(6.0 * unit));
        }
        set(&mut root, "/species/mass", json!(unit));
        set(&mut root, "/initial/populations/0/density", json!(density));
        set(&mut root, "/initial/populations/0/momentum", json!({"gaussian": {"spread": unit}}));
        root
    });
    let found = |root: &Value, precision| report(&loaded(root), None, precision).unwrap();
    assert!(!found(&fits, Precision::F32).contains("single precision"));
    for (root, what) in [(small, "the largest momentum or mass is 3.6e-49"), (dense, "the peak of w0 is 2.5e48")] {
        assert!(found(&root, Precision::F32).contains(what), "{}", found(&root, Precision::F32));
        assert!(!found(&root, Precision::F64).contains("single precision"));
    }
}

#[test]
fn memory_counts_one_copy_and_names_the_largest_grid() {
    // 64 x 64 x 32 cells of 16 bytes: 2 MiB; sums, tables and a staging buffer of its size.
    let root = base();
    let report = |budget| report_on(&software(None), &loaded(&root), budget, Precision::F32);
    let text = report(None).unwrap();
    assert!(text.contains("state 2 MiB in f32 (16 bytes per cell, held once)"), "{text}");
    assert!(text.contains("--memory 24G"), "{text}");
    // 69 x 69 x 34 cells of 16 bytes are 4.94 MiB with the staging buffer, and too many with sums and tables.
    let text = report(Some(5 << 20)).unwrap();
    assert!(text.contains("81 % used; largest grid of this shape there: x 68, px 68, py 34"), "{text}");
    let error = report(Some(2 << 20)).unwrap_err();
    assert!(matches!(error, Error::Input(_)));
    assert!(error.to_string().contains("by 0.796 or less (x 50, px 50, py 25)"), "{error}");
}

#[test]
fn large_states_are_cut_in_slabs() {
    // 8192 x 64 x 32 x 16 bytes = 256 MiB; 20 planes of 3 GiB fit no binding.
    let root = with("/phase_space/x/cells", json!(8192));
    let text = report_on(&software(Some(1 << 30)), &loaded(&root), None, Precision::F32).unwrap();
    assert!(text.contains("held once in 2 slabs") && text.contains("fits in 1 GiB"), "{text}");
    let mut root = with("/phase_space/x/cells", json!(20));
    set(&mut root, "/phase_space/px/cells", json!(8192));
    set(&mut root, "/phase_space/py/cells", json!(8192));
    let error = report_on(&software(None), &loaded(&root), None, Precision::F32).unwrap_err().to_string();
    assert!(error.contains("test cannot hold this grid") && error.ends_with("--device cpu"), "{error}");
}

/// The processor holds the state once and some kilobytes per cell of space, and a state that memory does not hold is
/// refused however its lines lie.
#[test]
fn the_processor_holds_what_memory_does() {
    let processor = |bytes| Room { bytes, ..Room::processor() };
    let root = base();
    let report = |root: &Value, bytes| report_on(&processor(bytes), &loaded(root), None, Precision::F64);
    let text = report(&root, Some(1 << 30)).unwrap();
    assert!(text.contains("state 4 MiB in f64 (32 bytes per cell, held once)"), "{text}");
    assert!(report(&root, Some(4 << 20)).unwrap_err().to_string().contains("of memory needed, expected 4 MiB or less"));
    let mut root = with("/phase_space/x/cells", json!(20));
    set(&mut root, "/phase_space/px/cells", json!(8192));
    set(&mut root, "/phase_space/py/cells", json!(8192));
    let error = report(&root, Some(24 << 30)).unwrap_err().to_string();
    assert!(error.contains("found 40 GiB of memory needed"), "{error}");
}

/// Each quantity by hand for the base: dx = 10/64, dp = 12/64, n = q = m = 1.
#[test]
fn numbers_are_those_of_the_formulas() {
    let root = base();
    // v = 6/sqrt(37) = 0.98639; times 0.1/0.15625.
    assert!(line(&root, "streaming").contains("= 0.631 (max|v| = 0.986)"));
    // 2.48333 * 6.4, and 2 (1 - 0.05^2 0.81^2 0.81/15.9) over its root of squares with omega_p = 0.81.
    let stability = line(&root, "stability");
    assert!(
        stability.starts_with("ok       stability: dt is 0.796 of 1.9998/sqrt(K^2 + omega_p^2) = 0.125664"),
        "{stability}"
    );
    assert!(stability.contains("with K = 15.8933"), "{stability}");
    assert!(line(&root, "plasma oscillation").contains("omega_p dt = 0.1,"));
    assert!(line(&root, "population 0 along px").contains("5.33 cells per thermal spread"));
    // exp(-18) = 1.5e-8
    assert!(line(&root, "to the nearer edge").contains("6 spreads to the nearer edge, where 1.5e-8"));
    assert!(line(&root, "shortest wave").contains("64 cells per wavelength"));
    // 2 pi / (2 pi/10 * 12/64) = 160/3
    assert!(line(&root, "recurrence").starts_with("ok       recurrence of mode 1 along x: t = 2 pi m/(k dp) = 53.33"));
    // |q B| = 2 gives 0.2 a step; hbar drops out of 2 mu_B/hbar = 1.
    let magnetised = with("/fields/uniform", json!({"B": [0, 0, 2]}));
    assert!(line(&magnetised, "cyclotron").starts_with("ok       cyclotron motion: |q B| dt/m = 0.2,"));
    assert!(line(&magnetised, "pz is not resolved").starts_with("ok"));
}

#[test]
fn bad_choices_are_warned_about() {
    for (pointer, value, words) in [
        ("/time/step", json!(0.25), "plasma oscillation"),
        ("/fields/uniform", json!({"B": [0, 0, 3]}), "cyclotron motion"),
        ("/fields/uniform", json!({"B": [40, 0, 0]}), "spin precession"),
        ("/initial/populations/0/momentum/maxwellian/temperature", json!(0.1), "cells per thermal spread"),
        ("/initial/populations/0/momentum/maxwellian/temperature", json!(2), "to the nearer edge"),
        ("/initial/populations/0/momentum/maxwellian/drift", json!([4, 0, 0]), "population 0 along px: 2 spreads"),
        ("/initial/populations/0/momentum/maxwellian/drift", json!([9, 0, 0]), "where 1 of the peak"),
        ("/output/diagnostics/modes/0/mode", json!(6), "shortest wave"),
        ("/time/end", json!(60), "recurrence of mode 1"),
        ("/fields/uniform", json!({"B": [0.1, 0, 0]}), "pz is not resolved and follows"),
    ] {
        let found = line(&with(pointer, value.clone()), words);
        assert!(found.starts_with("warning"), "{pointer} = {value}: {found}");
    }
}

#[test]
fn waves_that_do_not_fit_the_axis_are_warned_about() {
    let wave = json!([{"travelling_wave": {"component": "E_x", "amplitude": 0.1, "wavenumber": 1, "frequency": 1}}]);
    // 10/(2 pi) = 1.592 wavelengths; two of them have k = 4 pi/10.
    let found = line(&with("/fields/external", wave), "wavelengths on the periodic x axis");
    assert!(found.contains("1.592") && found.contains("1.25663706"), "{found}");
}

/// Each axis by hand: dy = 20/32, dpy = 12/32.
#[test]
fn every_axis_is_judged() {
    let mut root = base();
    set(&mut root, "/phase_space/y", json!({"from": -10, "to": 10, "cells": 32, "absorbing_layer": 6}));
    set(
        &mut root,
        "/initial/populations/0/perturbations",
        json!([{"density": {"mode": [1, 4, 0], "amplitude": 0.01}}, {"rotation": {"rate": [0, 0, 0.1]}}]),
    );
    set(&mut root, "/initial/populations/0/space", json!({"gaussian": {"centre": [5, 0, 0], "width": [1, 2, 0]}}));
    set(
        &mut root,
        "/fields/external",
        json!([{"gradient": {"component": "B_x", "axis": "y", "slope": 20}}, {"uniform": {"E": [0, 0.1, 0]}}]),
    );
    assert!(line(&root, "y    -10 to 10").ends_with("32 cells of 0.625, absorbing layers of 6 at its ends"));
    // v = 6/sqrt(37), and a = 0.385 mu_B B/m with B = 20 * 10.
    assert!(line(&root, "streaming along y").contains("max|v + a| dt/dy = 0.774 (max|v + a| = 4.84, a the"));
    // In weak B: 2.48333 sqrt(6.4^2 + 1.6^2)
    let mut weak = root.clone();
    set(&mut weak, "/fields/external/0/gradient/slope", json!(0.1));
    assert!(line(&weak, "stability").contains("K = 16.3825"));
    // 2 pi/(k dp) = 2 pi/(0.4 pi * 12/32) = 40/3, and 160/3 along x.
    assert!(line(&root, "recurrence").contains("mode 4 along y: t = 2 pi m/(k dp) = 13.33"));
    assert!(line(&root, "shortest wave along x").contains("64 cells"));
    assert!(line(&root, "shortest wave along y").starts_with("warning  shortest wave along y: 8 cells"));
    // The mean density is (sqrt(2 pi)/10) (2 sqrt(2 pi)/20), its root 0.2507.
    assert!(line(&root, "plasma oscillation").contains("omega_p dt = 0.0251,"));
    // Rotation moves py by 0.1 * 8 (to x = 8) and px by 0.1 * 6 (to |y| = 6).
    assert!(line(&root, "population 0 along px: 5.4 spreads").starts_with("ok"));
    assert!(line(&root, "population 0 along py: 5.2 spreads").starts_with("ok"));
    // The dipole force acts along y, where B_x varies: mu_B slope = 0.05 * 20 adds to q E.
    let force = |name: &str| line(&root, &format!("force along {name}"));
    assert!(force("py").contains("max|F| dt/dp") && force("px").contains("max|F| dt/dp"));
}

/// What is said of speeds is never less than what a step is cut by, with fields of every kind. In a strong B, electrons
/// whose moment is large are pushed as much by the hidden velocity as by all else.
#[test]
fn speeds_are_not_below_those_of_the_recorder() {
    let mut root = base();
    set(&mut root, "/species/hbar", json!(2));
    set(&mut root, "/fields/uniform", json!({"E": [0.2, 0, 0.1], "B": [0, 30, 0]}));
    set(&mut root, "/fields/perturbations", json!([{"component": "B_z", "mode": 2, "amplitude": -3, "phase": 0.4}]));
    let wave = |component: &str| json!({"component": component, "amplitude": 5, "wavenumber": 1.3, "frequency": 0.7});
    set(
        &mut root,
        "/fields/external",
        json!([
            {"uniform": {"E": [0, 1, 0], "B": [20, 0, 40]}},
            {"gradient": {"component": "B_z", "value": -1, "slope": 2}},
            {"travelling_wave": wave("E_y")},
            {"standing_wave": wave("B_y")},
        ]),
    );
    let loaded = loaded(&root);
    let estimate = Estimate::new(&loaded, Precision::F32).unwrap();
    let (grid, particle, bounds) = (&estimate.grid, &estimate.particle, estimate.field_bounds());
    let fields = crate::fields::Fields::given(&loaded.scenario, &loaded.folder, grid, DVec3::ONE).unwrap();
    let recorder = Recorder { grid, particle, schemes: &[] };
    for time in [0.0, 0.9, 3.1] {
        let table = fields.table(&fields.d, time);
        let speeds = |fields: &[FieldSample]| {
            [
                Streaming::largest(&recorder, fields, 0),
                HiddenVelocity::largest(&recorder, fields),
                Force::largest(&recorder, fields, 0),
                Force::largest(&recorder, fields, 1),
                SpinTorque::largest(&recorder, fields),
            ]
        };
        for (found, bound) in speeds(&table).into_iter().zip(speeds(&bounds)) {
            assert!(found > 0.0 && found <= bound && bound < 2.0 * found, "{found} {bound}");
        }
        let strongest = FieldSample::largest(&table, |s| s.b.length());
        let partner = |s: &FieldSample| s.b.length() * particle.hidden_velocity_bound(s.e, s.b);
        assert!(FieldSample::largest(&table, partner) > 5.0 * strongest, "more than v x B, as v < 1");
    }
    // The line is the bound times dt/dp, 0.1 to 12/64.
    let courant = Force::largest(&recorder, &bounds, 0) * 0.1 / 0.1875;
    assert!(line(&root, "force along px").contains(&format!("= {} from", number(courant, 3))));
}

/// spin-resonance: gyration takes 12.6, phases along x would take 58 to return.
#[test]
fn gyration_prevents_recurrence() {
    let words = |name: &str| report(&validate::load(name).unwrap(), None, Precision::F32).unwrap();
    assert!(!words("spin-resonance").contains("recurrence"));
    assert!(words("landau-damping").contains("recurrence of mode 1 along x"));
}

#[test]
fn homogeneous_scenarios_have_no_advice_on_x() {
    let mut root = base();
    root["phase_space"].as_object_mut().unwrap().remove("x");
    root["initial"]["populations"][0].as_object_mut().unwrap().remove("perturbations");
    let text = report(&loaded(&root), None, Precision::F32).unwrap();
    for words in ["streaming", "recurrence", "shortest wave", "NaN", "inf"] {
        assert!(!text.contains(words), "{words}\n{text}");
    }
}

/// Two spreads of 0.3 are slower than light, of 0.6 are not; relativity and fields without light have no such thing.
#[test]
fn particles_that_outrun_light_are_warned_about() {
    let warned = |spread: f64, kinematics: &str, evolution: &str| {
        let mut root = base();
        set(&mut root, "/initial/populations/0/momentum", json!({"gaussian": {"spread": spread}}));
        set(&mut root, "/kinematics", json!(kinematics));
        set(&mut root, "/fields/evolution", json!(evolution));
        set(&mut root, "/time/step", json!(1e-3));
        let text = report(&loaded(&root), None, Precision::F32).unwrap();
        text.lines().find(|line| line.contains("outrun")).map(str::to_string)
    };
    let words = warned(0.6, "non_relativistic", "maxwell").unwrap();
    assert!(words.contains("warning") && words.contains("v = 1.2 c"), "{words}");
    assert_eq!(warned(0.3, "non_relativistic", "maxwell"), None);
    assert_eq!(warned(0.6, "relativistic", "maxwell"), None);
    assert_eq!(warned(0.6, "non_relativistic", "electrostatic"), None);
}
