//! f64 on a device: the same physics as the float64 reference to rounding, chosen by an
//! option, and said wherever a run is recorded.

mod common;

use std::path::Path;
use std::process::{Command, Output};

use common::shipped;
use serde_json::Value;
use spinwigner::Error;
use spinwigner::gpu;
use spinwigner::precision::Precision;
use spinwigner::run::{DeviceChoice, open};
use spinwigner::simulation::{Prepared, Simulation};
use spinwigner::table::Table;

fn start(device: DeviceChoice) -> spinwigner::Result<Simulation> {
    let prepared = Prepared::new(&shipped("plasma-wave-full"))?;
    let (executor, _) = open(&prepared, device, Some(Precision::F64))?;
    prepared.start(executor)
}

/// What the best device of this machine offers; without one these tests have no subject.
fn offers_f64() -> bool {
    let adapters = gpu::list_adapters();
    adapters.first().expect("a graphics adapter; a software one will do (Debian: mesa-vulkan-drivers)").f64
}

/// 20 steps of the full plasma wave in f64: number and Gauss's law to 1e-12, as in the
/// reference, and every component within 1e-10 of it, in L2. 1,600 sweeps round
/// each cell to 1e-16 independently, which adds up to 4e-15; what is left is for devices
/// that divide and take roots less exactly. An adapter without f64 is named.
#[test]
fn the_full_plasma_wave_is_that_of_the_reference() {
    let gpu = start(DeviceChoice::Gpu);
    if !offers_f64() {
        match gpu.map(|_| ()) {
            Err(Error::Input(text)) => assert!(text.contains("--device reference"), "{text}"),
            other => panic!("expected a refusal, found {other:?}"),
        }
        return;
    }
    let mut gpu = gpu.unwrap_or_else(|error| panic!("{error}"));
    let mut reference = start(DeviceChoice::Reference).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(gpu.executor.description().precision, Precision::F64);
    let (what, mut table) = (shipped("plasma-wave-full").scenario.output.diagnostics, Table::default());
    common::sample(&mut gpu, &what, &mut table);
    for _ in 0..10 {
        gpu.advance(2).expect("finite");
        reference.advance(2).expect("finite");
        common::sample(&mut gpu, &what, &mut table);
    }
    let number = table.column("number").expect("recorded");
    let drift = number.iter().map(|n| (n / number[0] - 1.0).abs()).fold(0.0, f64::max);
    let gauss = table.column("gauss_residual").expect("recorded").into_iter().fold(0.0, f64::max);
    println!("number {drift:.1e}, Gauss {gauss:.1e}");
    // |q| n0 = 1.
    assert!(drift <= 1e-12 && gauss <= 1e-12, "{drift:e} {gauss:e}");
    let (exact, state) = (reference.executor.state().expect("state"), gpu.executor.state().expect("state"));
    for k in 0..4 {
        let (mut square, mut norm) = (0.0, 0.0);
        for cell in 0..exact.cells() {
            square += (state.cell(cell)[k] - exact.cell(cell)[k]).powi(2);
            norm += exact.cell(cell)[k].powi(2);
        }
        let relative = f64::sqrt(square / norm);
        println!("w{k}: {relative:.1e} after {} sweeps", reference.sweeps);
        assert!(relative <= 1e-10, "w{k}: {relative:e}");
    }
}

fn spinwigner(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spinwigner")).args(arguments).output().expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("UTF-8")
}

/// The first line, the record and the arrays of a run tell its precision; f32 unless told
/// otherwise.
#[test]
fn a_run_says_its_precision() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let page = folder.path().join("mine.json");
    let mut scenario: Value = serde_json::from_slice(&spinwigner(&["show", "stern-gerlach"]).stdout).expect("JSON");
    scenario["output"]["final_state"] = Value::Bool(true);
    std::fs::write(&page, scenario.to_string()).expect("written");
    let doubles: &[&str] = &["--precision", "f64"];
    for (options, expected, dtype) in [(&[][..], "f32", "<f4"), (doubles, "f64", "<f8")] {
        let out = folder.path().join(expected);
        let run = ["run", path(&page), "--device", "gpu", "--steps", "1", "--out", path(&out)];
        let output = spinwigner(&[&run, options].concat());
        if expected == "f64" && !offers_f64() {
            assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
            assert!(!out.exists());
            continue;
        }
        assert!(output.status.success(), "{}", text(&output.stderr));
        let on = text(&output.stdout).lines().nth(1).map(str::to_string).unwrap_or_default();
        assert!(on.starts_with("on ") && on.ends_with(expected), "{on}");
        let record = std::fs::read_to_string(out.join("run.json")).expect("run.json");
        let record: Value = serde_json::from_str(&record).expect("JSON");
        assert_eq!(record["device"]["precision"], expected);
        let array = std::fs::read(out.join("state/final.npy")).expect("final state");
        assert!(text(&array[..128]).contains(dtype));
    }
}

/// The reference computes in f64: it takes --precision f64 and refuses f32 with code 2. The processor under
/// its own name takes either, f32 by default.
#[test]
fn the_processor_has_both_precisions() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let out = folder.path().join("refused");
    let run = ["run", "two-stream", "--steps", "1", "--device", "reference", "--out", path(&out), "--precision"];
    let output = spinwigner(&[&run[..], &["f32"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("the reference computes in f64"), "{}", text(&output.stderr));
    assert!(!out.exists());
    let output = spinwigner(&[&run[..], &["f64"]].concat());
    assert!(output.status.success() && text(&output.stdout).contains(", f64"), "{}", text(&output.stderr));
    for (precision, expected) in [(&[][..], ", f32"), (&["--precision", "f64"], ", f64")] {
        let out = folder.path().join(format!("cpu{}", precision.len()));
        let run = ["run", "two-stream", "--steps", "1", "--device", "cpu", "--out", path(&out)];
        let output = spinwigner(&[&run[..], precision].concat());
        assert!(output.status.success() && text(&output.stdout).contains(expected), "{}", text(&output.stderr));
    }
}

/// `devices` lists f64, `check` counts twice the bytes.
#[test]
fn devices_and_check_know_f64() {
    let listed = text(&spinwigner(&["devices"]).stdout);
    let first = listed.lines().next().unwrap_or_default();
    assert_eq!(first.contains("f32 and f64"), offers_f64(), "{first}");
    // 32 x 48 x 48 cells with spin: 1.125 MiB and 2.25 MiB.
    for (precision, words) in [
        ("f32", "state 1.53 MiB in f32 (16 bytes per cell, held once)"),
        ("f64", "state 3.06 MiB in f64 (32 bytes per cell, held once)"),
    ] {
        let report = text(&spinwigner(&["check", "plasma-wave-full", "--precision", precision]).stdout);
        assert!(report.contains(words), "{report}");
    }
    let refused = spinwigner(&["check", "plasma-wave-full", "--precision", "f16"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("expected f32 or f64"));
}
