//! The command as a user meets it: files written, nothing overwritten, machines
//! without an adapter.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

fn spinwigner(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spinwigner"));
    command.args(arguments);
    command
}

/// Hides every Vulkan driver from the command.
fn without_adapter(arguments: &[&str]) -> Output {
    spinwigner(arguments)
        .env("VK_DRIVER_FILES", "/nonexistent")
        .env("VK_ICD_FILENAMES", "/nonexistent")
        .output()
        .expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("UTF-8")
}

/// The record of a run.
fn record(out: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(out.join("run.json")).expect("run.json")).expect("JSON")
}

/// A run that fails on the way leaves its rows and a record that says why: an E that grows as
/// 1e5 sin(0.1 t) soon throws particles across the whole grid in one step.
#[test]
fn a_failed_run_leaves_what_it_has() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let (page, out) = (folder.path().join("mine.json"), folder.path().join("results"));
    let shown = spinwigner(&["show", "spin-orbit-precession"]).output().expect("runs").stdout;
    let mut scenario: Value = serde_json::from_slice(&shown).expect("JSON");
    scenario["fields"]["external"] = serde_json::json!([{"travelling_wave": {
        "component": "E_x", "amplitude": 1e5, "wavenumber": 0, "frequency": 0.1, "phase": std::f64::consts::FRAC_PI_2
    }}]);
    std::fs::write(&page, scenario.to_string()).expect("written");
    let output = spinwigner(&["run", path(&page), "--out", path(&out), "--quiet"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let record = record(&out);
    let failure = record["failure"].as_str().expect("a reason");
    assert!(text(&output.stderr).contains(failure) && failure.contains("reduce time.step"), "{failure}");
    let rows = std::fs::read_to_string(out.join("diagnostics.csv")).expect("diagnostics.csv").lines().count();
    assert!(out.join("diagnostics.png").exists() && text(&output.stderr).contains(path(&out)));
    assert!(rows > 2 && record["steps"].as_u64().is_some_and(|steps| steps < 200), "{rows} {}", record["steps"]);
}

/// The arrays of a run, cells and fields, are what the next one takes, on a line and in a plane.
#[test]
fn the_arrays_of_a_run_are_given_back() {
    let folder = tempfile::tempdir().expect("temporary folder");
    for (name, spaces) in [("line", &["y"][..]), ("plane", &["x", "z"])] {
        let mut space = serde_json::json!({});
        for (k, axis) in spaces.iter().enumerate() {
            space[*axis] = serde_json::json!({"from": 0, "to": 4, "cells": 8 + k});
            space[format!("p{axis}")] = serde_json::json!({"from": -1, "to": 1, "cells": 12});
        }
        let mut scenario = serde_json::json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": -1, "hbar": 0.2}, "phase_space": space,
            "initial": {"populations": [{"momentum": {"gaussian": {"spread": 0.2}}}]},
            "fields": {"evolution": "maxwell", "uniform": {"E": [0.1, 0.2, 0], "B": [0.3, 0, 0.1]}},
            "time": {"step": 0.05, "end": 0.5}, "output": {"final_state": true}
        });
        let (page, out) = (folder.path().join(format!("{name}.json")), folder.path().join(name));
        std::fs::write(&page, scenario.to_string()).expect("written");
        let run = |page: &Path, out: &Path| {
            let arguments = ["run", path(page), "--out", path(out), "--device", "reference", "--quiet"];
            let output = spinwigner(&arguments).output().expect("runs");
            assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        };
        run(&page, &out);
        scenario["initial"] = serde_json::json!({"file": format!("{name}/state/final.npy")});
        scenario["fields"] = serde_json::json!({
            "evolution": "maxwell",
            "file": {"E": format!("{name}/state/E.npy"), "B": format!("{name}/state/B.npy")}
        });
        let again = folder.path().join(format!("{name}-again.json"));
        std::fs::write(&again, scenario.to_string()).expect("written");
        run(&again, &folder.path().join(format!("{name}-again")));
    }
}

/// A run leaves its record, its rows, its pictures and its arrays, and says where.
#[test]
fn a_run_writes_what_it_promises() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let (page, out) = (folder.path().join("mine.json"), folder.path().join("results"));
    let shown = spinwigner(&["show", "stern-gerlach"]).output().expect("runs").stdout;
    let mut scenario: Value = serde_json::from_slice(&shown).expect("JSON");
    scenario["output"]["final_state"] = Value::Bool(true);
    let step = scenario["time"]["step"].as_f64().expect("a number");
    let timed = serde_json::json!({"quantity": "spin", "axes": ["x", "px"], "times": [step, 3.0 * step]});
    scenario["output"]["snapshots"].as_array_mut().expect("a list").push(timed);
    std::fs::write(&page, scenario.to_string()).expect("written");
    let output = spinwigner(&["run", path(&page), "--out", path(&out), "--steps", "4"]).output().expect("runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains(path(&out)));

    let record = record(&out);
    assert_eq!(record["steps"], 4);
    assert!(record["failure"].is_null());
    assert_eq!(
        record["scenario"],
        serde_json::to_value(&spinwigner::validate::load(path(&page)).expect("valid").scenario).expect("JSON")
    );
    assert!(record["device"]["precision"].is_string() && !record["references"].as_array().expect("list").is_empty());

    // Rows every second step, the first and the last among them.
    let rows = std::fs::read_to_string(out.join("diagnostics.csv")).expect("diagnostics.csv");
    assert!(rows.starts_with("time [T],number,"), "{rows}");
    assert_eq!(rows.lines().count(), 1 + 3);
    for picture in ["diagnostics.png", "snapshots/w3_x_px_0000004.png", "snapshots/polarisation_x_px_0000000.png"] {
        let image = image::open(out.join(picture)).expect(picture);
        assert!(image.width() >= 800 && image.height() >= 400);
    }
    let at_times = (0..=4).filter(|step| out.join(format!("snapshots/spin_x_px_{step:07}.png")).exists());
    assert_eq!(at_times.collect::<Vec<_>>(), [1, 3]);
    let state = spinwigner::npy::read(&out.join("state/final.npy"), &[160, 128, 4]).expect("final state");
    // Particles per cell of dx dp = 0.2 x 5/128: density 1 at the peak, width 1.
    let number = state.chunks_exact(4).map(|cell| cell[0]).sum::<f64>() * 0.2 * 5.0 / 128.0;
    assert!((number / std::f64::consts::TAU.sqrt() - 1.0).abs() < 1e-6, "{number}");
    let left: Vec<_> =
        std::fs::read_dir(&out).expect("folder").map(|entry| entry.expect("entry").file_name()).collect();
    assert_eq!(left.len(), 5, "only what is promised: {left:?}");
}

/// Whether this process ignores a signal, where the system tells.
#[cfg(unix)]
fn ignored(number: u32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).expect("a mask") >> (number - 1) & 1 == 1)
}

/// A signal ends a run after its step, with code 3: rows, state, pictures and the reason are there, and nothing else.
#[cfg(unix)]
#[test]
fn a_signal_stops_a_run() {
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        // Whoever began these tests may have had it ignored, and so would the run.
        if ignored(number) {
            continue;
        }
        let folder = tempfile::tempdir().expect("temporary folder");
        let (page, out) = (folder.path().join("mine.json"), folder.path().join("results"));
        let shown = spinwigner(&["show", "two-stream"]).output().expect("runs").stdout;
        let mut scenario: Value = serde_json::from_slice(&shown).expect("JSON");
        let step = scenario["time"]["step"].as_f64().expect("a number");
        scenario["time"]["end"] = serde_json::json!(1e7 * step);
        scenario["output"] = serde_json::json!({
            "diagnostics": {"interval": 5e6 * step}, "final_state": true,
            "snapshots": [{"quantity": "w0", "axes": ["x", "px"], "interval": 1e7 * step}]
        });
        scenario["expect"] = serde_json::json!([]);
        std::fs::write(&page, scenario.to_string()).expect("written");
        let arguments = ["run", path(&page), "--out", path(&out), "--device", "reference"];
        let mut run = spinwigner(&arguments);
        let mut run = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("runs");
        // It has begun when its first picture is there.
        let first = out.join("snapshots/w0_x_px_0000000.png");
        while !first.exists() {
            assert!(run.try_wait().expect("a child").is_none(), "the run ended by itself");
            std::thread::sleep(Duration::from_millis(20));
        }
        let unfinished = record(&out)["failure"].to_string();
        assert!(unfinished.contains("ended before the run did"), "{unfinished}");
        let number = run.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &number]).status().expect("kill").success());
        let output = run.wait_with_output().expect("ends");
        assert_eq!(output.status.code(), Some(3), "{signal}: {}", text(&output.stderr));
        let record = record(&out);
        let (failure, steps) =
            (record["failure"].as_str().expect("a reason"), record["steps"].as_u64().expect("steps"));
        assert!(failure.contains(&format!("after step {steps} of 10000000")), "{failure}");
        assert!(text(&output.stderr).contains(failure), "{}", text(&output.stderr));
        let rows = std::fs::read_to_string(out.join("diagnostics.csv")).expect("diagnostics.csv");
        assert_eq!(rows.lines().count(), 3, "{rows}");
        for file in ["diagnostics.png", "state/final.npy", &format!("snapshots/w0_x_px_{steps:07}.png")] {
            assert!(out.join(file).exists(), "{file}");
        }
        let left = std::fs::read_dir(&out).expect("folder").map(|entry| entry.expect("entry").file_name());
        assert_eq!(left.filter(|name| name.to_string_lossy().starts_with('.')).count(), 0);
    }
}

/// What `nohup` has a run ignore it ignores.
#[cfg(target_os = "linux")]
#[test]
fn nohup_is_respected() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let program = env!("CARGO_BIN_EXE_spinwigner");
    let mut run = Command::new("nohup");
    run.args([program, "run", "two-stream", "--device", "reference", "--out", "out"]).current_dir(folder.path());
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nohup");
    while !folder.path().join("out/run.json").exists() {
        assert!(run.try_wait().expect("a child").is_none(), "the run ended before it began");
        std::thread::sleep(Duration::from_millis(5));
    }
    let number = run.id().to_string();
    assert!(Command::new("kill").args(["-s", "HUP", &number]).status().expect("kill").success());
    assert_eq!(run.wait().expect("ends").code(), Some(0));
    assert!(record(&folder.path().join("out"))["failure"].is_null());
}

/// Runs that begin at the same time find folders of their own.
#[test]
fn runs_at_once_share_no_folder() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let begin = |_| {
        let mut run = spinwigner(&["run", "two-stream", "--steps", "1", "--device", "reference", "--quiet"]);
        run.current_dir(folder.path()).spawn().expect("runs")
    };
    let runs: Vec<_> = (0..6).map(begin).collect();
    for mut run in runs {
        assert!(run.wait().expect("ends").success());
    }
    let made = std::fs::read_dir(folder.path().join("runs")).expect("runs");
    let names: Vec<_> = made.map(|entry| entry.expect("entry").file_name().into_string().expect("UTF-8")).collect();
    assert!(names.len() == 6 && (2..=6).all(|n| names.contains(&format!("two-stream-{n}"))), "{names:?}");
}

/// A folder with results is refused with code 2 and stays as it was.
#[test]
fn results_are_never_overwritten() {
    let folder = tempfile::tempdir().expect("temporary folder");
    std::fs::write(folder.path().join("precious"), "data").expect("written");
    let output =
        spinwigner(&["run", "two-stream", "--steps", "1", "--out", path(folder.path())]).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("never overwritten"));
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1);
}

/// Without an adapter `auto` says so and computes on the processor; `gpu` fails
/// with code 1 and leaves nothing; a number names what there is, code 2.
#[test]
fn a_machine_without_adapter() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let out = folder.path().join("auto");
    let output = without_adapter(&["run", "two-stream", "--steps", "2", "--out", path(&out)]);
    assert!(output.status.success());
    assert!(text(&output.stderr).contains("on the processor in f32") && text(&output.stdout).contains("f32"));
    assert!(out.join("run.json").exists());
    for (device, code) in [("gpu", 1), ("0", 2)] {
        let out = folder.path().join(device);
        let output = without_adapter(&["run", "two-stream", "--device", device, "--out", path(&out)]);
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert!(!out.exists());
    }
}

/// An answer that is missed is said and gives code 1; the results stay.
#[test]
fn a_missed_answer_is_an_error() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let (page, out) = (folder.path().join("wrong.json"), folder.path().join("results"));
    let shown = spinwigner(&["show", "landau-damping"]).output().expect("runs").stdout;
    let mut scenario: Value = serde_json::from_slice(&shown).expect("JSON");
    scenario["expect"][0]["value"] = Value::from(1.5);
    std::fs::write(&page, scenario.to_string()).expect("written");
    let run = ["run", path(&page), "--device", "reference", "--out", path(&out)];
    let output = spinwigner(&run).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("MISSED frequency") && text(&output.stderr).contains("1 of 2"));
    assert!(out.join("diagnostics.csv").exists());
    // Its energy is nothing to note.
    assert_eq!(record(&out)["notes"], serde_json::json!([]));
}

/// A closed run whose energy grows says so, and fails when it has grown by more than there was:
/// B turns momenta by shears, px py px, which keep px^2 + (1 - (w_c dt/2)^2) py^2: at w_c dt = 1.9, just below
/// what is refused, energy swings tenfold. The energy of B
/// itself, many times theirs, does not hide it. Seen are the reason and code 1; rows and
/// record stay, with the notes.
#[test]
fn a_run_that_explodes_is_a_failure() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let (page, out) = (folder.path().join("mine.json"), folder.path().join("results"));
    let axis = serde_json::json!({"from": -6, "to": 6, "cells": 48});
    let scenario = |field: f64| {
        serde_json::json!({
            "title": "Gyration", "about": "A plasma gyrates.", "references": [],
            "species": {"spin": false}, "kinematics": "non_relativistic",
            "phase_space": {"px": axis, "py": axis},
            "initial": {"populations": [{"momentum": {"maxwellian": {"temperature": 1, "drift": [0.5, 0, 0]}}}]},
            "fields": {"evolution": "maxwell", "uniform": {"B": [0, 0, field]}},
            "time": {"step": 0.1, "end": 20}
        })
    };
    let run = |field: f64, out: &Path| {
        std::fs::write(&page, scenario(field).to_string()).expect("written");
        spinwigner(&["run", path(&page), "--device", "reference", "--out", path(out)]).output().expect("runs")
    };
    let stable = run(1.0, &folder.path().join("stable"));
    assert!(stable.status.success() && !text(&stable.stderr).contains("energy"), "{}", text(&stable.stderr));
    let output = run(19.0, &out);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let record = record(&out);
    let failure = record["failure"].as_str().expect("a reason");
    assert!(failure.contains("the total energy has grown by") && said.contains(failure), "{failure}");
    assert!(record["notes"].is_array());
    assert!(out.join("diagnostics.csv").exists());
}

/// A step that validation would refuse, in a scenario changed since, ends the run at once.
#[test]
fn an_unstable_step_ends_the_run() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let mut loaded = spinwigner::validate::load("light-wave").expect("shipped");
    // 2 (1 - 0.25^2 0.976^2 0.976/12.685)/sqrt(12.6475^2 + 0.976^2) = 0.156942
    for (step, stable) in [(0.1569, true), (0.157, false)] {
        (loaded.scenario.time.step, loaded.scenario.time.end) = (step, 2.0 * step);
        loaded.scenario.output = Default::default();
        loaded.scenario.expect.clear();
        let options = spinwigner::run::RunOptions {
            out: Some(folder.path().join(step.to_string())),
            device: spinwigner::run::DeviceChoice::Reference,
            precision: None,
            steps: None,
            retry: 0,
        };
        match spinwigner::run::execute(&loaded, &options, &mut |_: &str| {}) {
            Ok(_) => assert!(stable),
            Err(error) => {
                let text = error.to_string();
                assert!(!stable && matches!(error, spinwigner::Error::Run(_)), "{text}");
                assert!(text.contains("the step 0.157 is unstable") && text.contains("time.step <= 0.155"), "{text}");
            }
        }
    }
}

/// A column is measured in the row at a time, and its change since the first row.
#[test]
fn a_column_at_a_time() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let (page, out) = (folder.path().join("mine.json"), folder.path().join("results"));
    let shown = spinwigner(&["show", "larmor-precession"]).output().expect("runs").stdout;
    let mut scenario: Value = serde_json::from_slice(&shown).expect("JSON");
    scenario["time"]["end"] = Value::from(2);
    let measure = |column: Value| serde_json::json!({"what": "w", "measure": {"column": column}, "value": 0, "relative_tolerance": 9});
    scenario["expect"] = serde_json::json!([
        measure(serde_json::json!({"name": "spin_x"})),
        measure(serde_json::json!({"name": "spin_x", "at": 1})),
        measure(serde_json::json!({"name": "spin_x", "at": 1, "change": true})),
    ]);
    std::fs::write(&page, scenario.to_string()).expect("written");
    let output =
        spinwigner(&["run", path(&page), "--device", "reference", "--out", path(&out)]).output().expect("runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rows = std::fs::read_to_string(out.join("diagnostics.csv")).expect("diagnostics.csv");
    let table = spinwigner::table::Table::from_csv(&rows).expect("a table");
    let (time, spin) = (table.column("time").expect("time"), table.column("spin_x").expect("spin_x"));
    let row = time.iter().position(|t| (t - 1.0).abs() < 1e-9).expect("a row at 1");
    let last = spin.len() - 1;
    let record = record(&out);
    for (index, exact) in [spin[last], spin[row], spin[row] - spin[0]].into_iter().enumerate() {
        assert_eq!(record["answers"][index]["measured"].as_f64(), Some(exact));
    }
    assert!(spin[0] > spin[row] && spin[row] > spin[last] && row < last, "{spin:?}");
}
