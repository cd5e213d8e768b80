//! The binary on wrong input: exit code 2, one error that names the place and
//! the remedy, and no file left behind.

mod common;

use std::path::Path;
use std::process::{Command, Output};

use common::command::spinwigner;

/// A small valid scenario; the table breaks it.
const VALID: &str = r#"{
  "title": "Thermal spread",
  "about": "A warm neutral beam spreads.",
  "references": ["textbook"],
  "species": { "charge": 0, "hbar": 1, "magnetic_moment": 1 },
  "phase_space": {
    "x": { "from": 0, "to": 10, "cells": 16 },
    "px": { "from": -5, "to": 5, "cells": 32 }
  },
  "initial": {
    "populations": [{ "momentum": { "maxwellian": { "temperature": 1 } } }]
  },
  "time": { "step": 0.1, "end": 1 },
  "output": {
    "snapshots": [{ "quantity": "w0", "axes": ["x", "px"], "interval": 0.5 }]
  }
}
"#;

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Names in a folder.
fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is readable")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Asserts exit code 2, nothing on stdout, and one error with these words.
fn assert_refused(output: &Output, words: &[&str]) {
    let error = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert_eq!(stdout(output), "");
    assert_eq!(error.matches("error: ").count(), 1, "{error}");
    assert!(!error.contains("panicked"), "{error}");
    for words in words {
        assert!(error.contains(words), "wanted: {words}\n   got: {error}");
    }
}

#[test]
fn the_unbroken_scenario_is_valid() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.json"), VALID).expect("written");
    let output = spinwigner(folder.path(), &["check", "s.json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("s.json: valid\n"), "{}", stdout(&output));
}

#[test]
fn broken_scenarios_are_refused_with_place_and_remedy() {
    let table: &[(&str, &str, &[&str])] = &[
        // JSON
        ("\"cells\": 16", "\"cells\": 16,", &["s.json:7:46: ", "comma after the last entry"]),
        ("\"step\": 0.1", "\"step\": NaN", &["s.json:13:21: ", "NaN and Infinity are not JSON"]),
        ("\"step\": 0.1", "\"step\": 1e999", &["s.json:13:", "too large"]),
        // schema
        (
            "\"cells\": 16",
            "\"cels\": 16",
            &["s.json:7:33: at `phase_space.x.cels`", "did you mean `cells`?", "from, to, cells"],
        ),
        (
            "\"cells\": 16",
            "\"cells\": \"16\"",
            &["s.json:7:42: at `phase_space.x.cells`", "found the text \"16\", expected a whole number"],
        ),
        ("\"to\": 10, ", "", &["s.json:7:10: at `phase_space.x`", "`to` is missing"]),
        ("\"cells\": 16", "\"cells\": 16, \"cells\": 32", &["s.json:7:46: at `phase_space.x.cells`", "twice"]),
        (
            "maxwellian",
            "maxwelian",
            &["s.json:11:37: at `initial.populations[0].momentum`", "did you mean `maxwellian`?"],
        ),
        // rules
        ("\"cells\": 16", "\"cells\": 4", &["s.json:7:42: at `phase_space.x.cells`", "found 4, expected 8 or more"]),
        ("\"end\": 1", "\"end\": 1.03", &["s.json:13:33: at `time.end`", "the nearest end is 1\n"]),
        (
            "\"temperature\": 1",
            "\"temperature\": -1",
            &[
                "s.json:11:68: at `initial.populations[0].momentum.maxwellian.temperature`",
                "found -1, expected a number > 0",
            ],
        ),
        (", \"magnetic_moment\": 1", "", &["s.json:5:14: at `species`", "add `magnetic_moment`"]),
        ("[\"x\", \"px\"]", "[\"x\", \"py\"]", &["s.json:15:53: at `output.snapshots[0].axes[1]`", "one of x, px"]),
        (
            "\"cells\": 16",
            "\"cells\": 16, \"absorbing_layer\": 1",
            &["s.json:7:65: at `phase_space.x.absorbing_layer`", "1.6 cells, expected 8 cells or more (5)"],
        ),
        (
            "\"maxwellian\": { \"temperature\": 1 } }",
            "\"juttner\": { \"temperature\": 1 } }, \"perturbations\": [{ \"rotation\": { \"rate\": [0, 0, 1] } }]",
            &[
                "at `initial.populations[0].perturbations[0].rotation.rate[2]`",
                "turns the x-y plane, but y is not resolved",
            ],
        ),
        (
            "\"output\": {",
            "\"expect\": [{ \"what\": \"w\", \"measure\": { \"column\": { \"name\": \"spin_w\" } }, \"value\": 1, \"relative_tolerance\": 1 }],\n\"output\": {",
            &["s.json:14:62: at `expect[0].measure.column.name`", "did you mean `spin_x`?", "momentum_scale"],
        ),
        (
            "\"time\": { \"step\": 0.1",
            "\"fields\": { \"evolution\": \"maxwell\" }, \"time\": { \"step\": 0.5",
            &["s.json:13:59: at `time.step`", "or less, 0.99 of the stability limit 2/sqrt(K^2 + omega_p^2)"],
        ),
        (
            "\"time\": {",
            "\"fields\": {\"file\": {\"E\": \"e.npy\"}}, \"time\": {",
            &["s.json:13:28: at `fields.file.E`", "cannot read ./e.npy"],
        ),
    ];
    for (old, new, words) in table {
        assert!(VALID.contains(old), "{old}");
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("s.json"), VALID.replacen(old, new, 1)).expect("written");
        for arguments in [&["check", "s.json"][..], &["run", "s.json", "--out", "results"]] {
            assert_refused(&spinwigner(folder.path(), arguments), words);
        }
        assert_eq!(listing(folder.path()), ["s.json"], "something was created");
    }
}

#[test]
fn all_broken_rules_are_reported_together() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = VALID.replace("\"cells\": 16", "\"cells\": 4").replace("\"interval\": 0.5", "\"interval\": 0.55");
    std::fs::write(folder.path().join("s.json"), text).expect("written");
    let output = spinwigner(folder.path(), &["run", "s.json"]);
    assert_refused(
        &output,
        &[
            "2 mistakes in s.json\n",
            "s.json:7:42: at `phase_space.x.cells`",
            "s.json:15:72: at `output.snapshots[0].interval`",
        ],
    );
    assert_eq!(stderr(&output).lines().count(), 3, "{}", stderr(&output));
}

#[test]
fn files_that_are_no_scenario_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("written");
    write("empty.json", b"");
    write("cut.json", &VALID.as_bytes()[..100]);
    write("latin.json", b"{\n  \"title\": \"\xe9\"\n}");
    write("list.json", b"[1, 2]");
    std::fs::create_dir(folder.path().join("folder")).expect("created");
    let before = listing(folder.path());
    for (name, words) in [
        ("empty.json", "empty.json:1:1: found an empty file"),
        ("cut.json", "the file ends too early"),
        ("latin.json", "latin.json:2:13: found bytes that are not UTF-8"),
        ("list.json", "list.json:1:1: at the top level: found an array"),
        ("folder", "found a folder"),
        ("missing.json", "missing.json: no such file"),
        ("landau-dampign", "did you mean the shipped scenario `landau-damping`?"),
        ("what", "is neither a shipped scenario nor a file"),
    ] {
        assert_refused(&spinwigner(folder.path(), &["run", name]), &[words]);
    }
    assert_eq!(listing(folder.path()), before, "something was created");
}

/// What a run refuses once it has the state and its fields, `check` refuses in the same words, at its place.
#[test]
fn check_refuses_what_run_refuses() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let numbers: Vec<f64> = (0..16 * 32 * 4).map(|i| if i == 77 { f64::NAN } else { 1.0 }).collect();
    spinwigner::npy::write_f64(&folder.path().join("nan.npy"), &[16, 32, 4], &numbers).expect("written");
    let text = std::fs::read(folder.path().join("nan.npy")).expect("readable");
    std::fs::write(folder.path().join("short.npy"), &text[..4000]).expect("written");
    let nested = "{'descr': [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";
    let nested = [b"\x93NUMPY\x01\x00", &(nested.len() as u16).to_le_bytes()[..], nested.as_bytes()].concat();
    std::fs::write(folder.path().join("bad.npy"), nested).expect("written");
    let charged = VALID.replace(r#""charge": 0, "hbar": 1, "magnetic_moment": 1"#, r#""charge": -1, "hbar": 0.1"#);
    let populations = r#""populations": [{ "momentum": { "maxwellian": { "temperature": 1 } } }]"#;
    let fields = |fields: &str| charged.replace(r#""time": {"#, &format!("\"fields\": {fields},\n  \"time\": {{"));
    let file = |file: &str| VALID.replace(populations, &format!("\"file\": \"{file}\""));
    let narrow = r#""populations": [{ "momentum": { "gaussian": { "spread": 1e-9, "drift": [0.1, 0, 0] } } }]"#;
    let wave = |component: &str| {
        let wave = format!(r#"{{ "component": "{component}", "mode": 1, "amplitude": 3 }}"#);
        fields(&format!(r#"{{ "evolution": "maxwell", "perturbations": [{wave}] }}"#))
    };
    let lonely = fields(r#"{ "evolution": "electrostatic", "background": "none" }"#);
    for (page, place, words) in [
        (file("nan.npy"), "s.json:11:13: at `initial.file`: ", "holds NaN at flat index 77"),
        (file("short.npy"), "s.json:11:13: at `initial.file`: ", "short.npy"),
        (file("bad.npy"), "s.json:11:13: at `initial.file`: ", "nested"),
        (
            VALID.replace(populations, narrow),
            "s.json:11:21: at `initial.populations[0]`: ",
            "no weight on the momentum grid",
        ),
        (wave("E_x"), "s.json:13:13: at `fields`: ", "Gauss's law"),
        (lonely, "at `fields.background`: ", "net charge in a periodic domain"),
    ] {
        std::fs::write(folder.path().join("s.json"), page).expect("written");
        let check = spinwigner(folder.path(), &["check", "s.json"]);
        let run = spinwigner(folder.path(), &["run", "s.json", "--out", "out", "--device", "reference"]);
        for output in [&check, &run] {
            assert_refused(output, &[place, words]);
        }
        assert_eq!(stderr(&check), stderr(&run));
        assert!(!folder.path().join("out").exists());
    }
}

/// A gas narrower than a cell of momentum has no equilibrium that collisions could lead to: `check` says so as `run` does, of
/// the first half collision.
#[test]
fn collisions_that_cannot_begin_are_refused_by_check() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = VALID
        .replace("\"time\":", "\"kinematics\": \"non_relativistic\", \"collisions\": { \"tau\": 1 }, \"time\":")
        .replace("\"temperature\": 1 ", "\"temperature\": 0.001 ");
    std::fs::write(folder.path().join("s.json"), &text).expect("written");
    let words = [
        "s.json:13:",
        "at `collisions`",
        "at t = 0 and x = 0.3125 (cell 0)",
        "too cold for the momentum axes",
        "refine the momentum axes",
    ];
    for arguments in [&["check", "s.json"][..], &["run", "s.json", "--out", "out", "--device", "reference"]] {
        assert_refused(&spinwigner(folder.path(), arguments), &words);
    }
    assert!(!folder.path().join("out").exists());
    // Warm enough it is valid, relativistic or not.
    for kinematics in ["relativistic", "non_relativistic"] {
        let warm = text.replace("0.001", "1").replace("\"non_relativistic\"", &format!("\"{kinematics}\""));
        std::fs::write(folder.path().join("s.json"), warm).expect("written");
        let output = spinwigner(folder.path(), &["check", "s.json"]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
}

/// What `polarisation` cannot read or compute is refused; what its formulas do not hold for is computed with a warning.
#[test]
fn polarisation_says_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refused = spinwigner(folder.path(), &["polarisation", "nowhere.json"]);
    assert_refused(&refused, &["cannot read nowhere.json", "give a JSON file of gradients and momenta"]);
    let given = |b: &str, p: &str| {
        let zero = "[0, 0, 0, 0]";
        let text = format!(
            "{{\"gradients\": [{zero}, {zero}, {zero}, {zero}], \"b\": [{b}, 0, 0], \"momenta\": [[{p}, 1, 0]]}}"
        );
        std::fs::write(folder.path().join("fluid.json"), text).expect("written");
        spinwigner(folder.path(), &["polarisation", "fluid.json"])
    };
    assert_refused(&given("1e300", "1e200"), &["fluid.json: at momentum", "beyond what numbers hold"]);
    let warned = given("5", "1");
    assert!(warned.status.success() && stderr(&warned).contains("warning: |w|/w0 is up to"), "{}", stderr(&warned));
    let small = given("0.1", "1");
    assert!(small.status.success() && stderr(&small).is_empty(), "{}", stderr(&small));
}

/// What is there is not replaced, whatever it is.
#[test]
fn existing_files_are_not_replaced() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("mine.json"), VALID).expect("written");
    for arguments in
        [["dispersion", "landau-damping", "--png", "mine.json"], ["bench", "--cells=1e4", "--json", "mine.json"]]
    {
        assert_refused(&spinwigner(folder.path(), &arguments), &["mine.json: exists, and nothing is ever overwritten"]);
        assert_eq!(std::fs::read_to_string(folder.path().join("mine.json")).expect("readable"), VALID);
    }
}

#[test]
fn wrong_arguments_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (arguments, words) in [
        (&["run", "two-stream", "--device", "cuda"][..], "expected auto, gpu, cpu, reference, or an index"),
        (&["run", "two-stream", "--steps", "0"], "--steps"),
        (&["check", "two-stream", "--memory", "4X"], "4G, 512M"),
        (&["show", "tow-stream"], "did you mean `two-stream`?"),
        (&["frobnicate"], "frobnicate"),
    ] {
        assert_refused(&spinwigner(folder.path(), arguments), &[words]);
    }
    assert!(listing(folder.path()).is_empty(), "something was created");
}

#[test]
fn a_state_beyond_the_memory_budget_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.json"), VALID).expect("written");
    // 16 x 32 cells of 16 bytes are 8 KiB; fields and readings at 16 places, and on an adapter a staging buffer, add
    // some 33 KiB.
    let output = spinwigner(folder.path(), &["check", "s.json", "--memory", "20K"]);
    assert_refused(&output, &["of memory needed, expected 20 KiB or less; multiply the cells of every axis by 0."]);
    let output = spinwigner(folder.path(), &["check", "s.json", "--memory", "4K"]);
    assert_refused(&output, &["expected 4 KiB or less", "(x 8, px 8) need more"]);
    assert!(spinwigner(folder.path(), &["check", "s.json", "--memory", "48K"]).status.success());
}

#[test]
fn shipped_scenarios_are_listed_shown_and_valid() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let list = spinwigner(folder.path(), &["list"]);
    assert!(list.status.success(), "{}", stderr(&list));
    let list = stdout(&list);
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names.len(), spinwigner::scenario::shipped::SHIPPED.len());
    for name in names {
        let check = spinwigner(folder.path(), &["check", name]);
        assert!(check.status.success(), "{name}: {}", stderr(&check));
        assert!(stdout(&check).contains("resolution and step size"), "{name}");
        // What `show` prints is a scenario of one's own.
        let shown = spinwigner(folder.path(), &["show", name]);
        assert!(shown.status.success(), "{name}: {}", stderr(&shown));
        std::fs::write(folder.path().join("my.json"), &shown.stdout).expect("written");
        let mine = spinwigner(folder.path(), &["check", "my.json"]);
        assert!(mine.status.success(), "{name}: {}", stderr(&mine));
    }
}

/// `spinwigner list | head -1`
#[cfg(unix)]
#[test]
fn a_reader_that_stops_early_is_no_error() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output =
        Command::new(env!("CARGO_BIN_EXE_spinwigner")).arg("list").stdout(writer).output().expect("the binary starts");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stderr(&output), "");
}
