//! What a run takes of memory and disk is what `check` says, on ten scenarios, and a state is never held twice.
//!
//! Peak memory is that of a child process, `VmHWM` of its status. What program and driver take by themselves is found
//! from the same run with eight cells along every axis, less what that is foretold to take. Linux alone tells.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use spinwigner::grid::Grid;
use spinwigner::needs::{Disk, Memory};
use spinwigner::precision::Precision;
use spinwigner::run::{self, DeviceChoice};
use spinwigner::scenario::Loaded;
use spinwigner::validate;

struct Case {
    axes: &'static [(&'static str, u32)],
    spin: bool,
    evolution: &'static str,
    device: &'static str,
    precision: &'static str,
    pictures: Value,
}

fn scenario(case: &Case, cells: Option<u32>, folder: &Path) -> (String, Loaded) {
    let mut space = json!({});
    for (name, count) in case.axes {
        let (from, to) = if name.starts_with('p') { (-1.0, 1.0) } else { (0.0, 6.0) };
        space[*name] = json!({"from": from, "to": to, "cells": cells.unwrap_or(*count)});
    }
    let wave = if case.axes[0].0 == "x" { json!([{"density": {"mode": 1, "amplitude": 0.1}}]) } else { json!([]) };
    let text = json!({
        "title": "memory", "about": "of a run", "references": [],
        "species": if case.spin { json!({"spin": true, "hbar": 0.01}) } else { json!({"spin": false}) },
        "phase_space": space,
        "initial": {"populations": [{"momentum": {"gaussian": {"spread": 0.2}}, "perturbations": wave}]},
        "fields": {"evolution": case.evolution},
        "time": {"step": 1e-4, "end": 1e-4},
        "output": {"final_state": true, "snapshots": case.pictures},
    });
    let path = folder.join(format!("{}.json", cells.unwrap_or(0)));
    std::fs::write(&path, text.to_string()).expect("written");
    let path = path.to_str().expect("a name").to_string();
    let loaded = validate::load(&path).expect("valid");
    (path, loaded)
}

/// Bytes of memory that a run takes at its peak, and of its files.
fn measured(case: &Case, scenario: &str, out: &Path) -> [f64; 2] {
    let mut child = Command::new(env!("CARGO_BIN_EXE_spinwigner"))
        .args(["run", scenario, "--quiet", "--device", case.device, "--precision", case.precision, "--out"])
        .arg(out)
        // One arena of memory for all threads: what a thread keeps for later is not what a run needs.
        .env("MALLOC_ARENA_MAX", "1")
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0;
    let success = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        peak = kilobytes.map_or(peak, |kilobytes| 1024.0 * kilobytes);
        if let Some(status) = child.try_wait().expect("a child") {
            break status.success();
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(success, "{scenario} on {}", case.device);
    [peak, size(out)]
}

fn size(path: &Path) -> f64 {
    let of = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.expect("an entry");
        let meta = entry.metadata().expect("known");
        if meta.is_dir() { size(&entry.path()) } else { meta.len() as f64 }
    };
    std::fs::read_dir(path).expect("a folder").map(of).sum()
}

fn cases() -> Vec<Case> {
    let picture = |x: &str, y: &str| json!([{"quantity": "w0", "axes": [x, y], "times": [0, 1e-4]}]);
    let case = |axes, spin, evolution, device, precision, pictures| Case {
        axes,
        spin,
        evolution,
        device,
        precision,
        pictures,
    };
    let [line, plane, momenta]: [&'static [(&str, u32)]; 3] = [
        &[("x", 4096), ("px", 4096)],
        &[("x", 32), ("y", 32), ("px", 64), ("py", 64)],
        &[("px", 160), ("py", 160), ("pz", 160)],
    ];
    let none = json!([]);
    vec![
        case(line, false, "electrostatic", "cpu", "f32", none.clone()),
        case(line, false, "electrostatic", "reference", "f64", picture("x", "px")),
        case(&[("x", 2048), ("px", 2048)], true, "maxwell", "cpu", "f32", picture("x", "px")),
        case(plane, true, "electrostatic", "cpu", "f32", picture("x", "y")),
        case(plane, true, "maxwell", "reference", "f64", none.clone()),
        case(momenta, true, "frozen", "cpu", "f32", picture("px", "pz")),
        case(&[("x", 256), ("y", 256), ("px", 12), ("py", 12)], true, "maxwell", "cpu", "f32", none.clone()),
        case(line, false, "electrostatic", "gpu", "f32", picture("x", "px")),
        case(plane, true, "electrostatic", "gpu", "f32", none.clone()),
        case(momenta, true, "frozen", "gpu", "f32", none),
    ]
}

/// Memory of the machine to 10 %, disk to 5 %. On a machine whose best adapter is a GPU the device's own is not seen.
#[test]
fn runs_take_what_was_foretold() {
    let mut failures = Vec::new();
    for (index, case) in cases().iter().enumerate() {
        let folder = tempfile::tempdir().expect("a folder");
        let precision = if case.precision == "f64" { Precision::F64 } else { Precision::F32 };
        let choice = match case.device {
            "gpu" => DeviceChoice::Gpu,
            "reference" => DeviceChoice::Reference,
            _ => DeviceChoice::Cpu,
        };
        let Ok((room, _)) = run::room(choice, Some(precision)) else { continue };
        if !room.shares_memory {
            continue;
        }
        let (small, little) = scenario(case, Some(8), folder.path());
        let (large, loaded) = scenario(case, None, folder.path());
        let [without, _] = measured(case, &small, &folder.path().join("small"));
        let [peak, disk] = measured(case, &large, &folder.path().join("large"));
        let grid = Grid::of(&loaded.scenario.phase_space).expect("a grid");
        let memory = |loaded: &Loaded| {
            let grid = Grid::of(&loaded.scenario.phase_space).expect("a grid");
            Memory::of(&loaded.scenario, &grid, precision, &room).expect("it fits").host as f64
        };
        let foretold = memory(&loaded);
        let without = without - memory(&little);
        let files = Disk::of(&loaded.scenario, &grid, precision).total;
        let (memory, disk) = (foretold / (peak - without), files / disk);
        let line = format!(
            "case {index} on {}: memory {:.1} MiB of {:.1}, a share of {memory:.3}; disk {disk:.4}",
            case.device,
            foretold / 1048576.0,
            (peak - without) / 1048576.0
        );
        println!("{line}");
        if (memory - 1.0).abs() > 0.1 || (disk - 1.0).abs() > 0.05 {
            failures.push(line);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What the machine lacks is refused by both, before anything is allocated, with all numbers: 3.2 TB in f32, on the
/// processor and for the final state, of which no machine of ours has as much memory, and few as much disk.
#[test]
fn what_a_machine_lacks_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let axes: &'static [(&str, u32)] = &[("x", 10_000), ("px", 80_000_000)];
    let pictures = json!([]);
    let case = Case { axes, spin: false, evolution: "frozen", device: "cpu", precision: "f32", pictures };
    let (path, _) = scenario(&case, None, folder.path());
    let out = folder.path().join("out");
    let out = out.to_str().expect("a name");
    for arguments in [vec!["check", &path, "--device", "cpu"], vec!["run", &path, "--device", "cpu", "--out", out]] {
        let output = Command::new(env!("CARGO_BIN_EXE_spinwigner")).args(&arguments).output().expect("started");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(
            text.contains("memory needed, expected") && text.contains("2.91 TiB") && text.contains(":1:"),
            "{text}"
        );
        assert!(!Path::new(out).exists());
    }
}
