//! Checkpoints as files: whatever is damaged is found, whatever ends a run leaves a sound one, and how the device cuts
//! the state leaves no trace.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::random::Random;
use serde_json::{Value, json};
use spinwigner::checkpoint::{self, Checkpoint, Header};
use spinwigner::gpu::{Choice, Context, GpuExecutor, Limits};
use spinwigner::grid::Grid;
use spinwigner::needs;
use spinwigner::operators::{Executor, FLUX_REACH};
use spinwigner::precision::{Numbers, Precision};
use spinwigner::run::{self, DeviceChoice, RunOptions};
use spinwigner::state::Cells;

fn spinwigner(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spinwigner"));
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A run of two beams on the reference with a picture at every step, which says how far it came.
fn scenario(folder: &Path, steps: u64, checkpoints: Value) -> PathBuf {
    let shown = Command::new(env!("CARGO_BIN_EXE_spinwigner")).args(["show", "two-stream"]).output().expect("runs");
    let mut scenario: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    let step = scenario["time"]["step"].as_f64().expect("a number");
    scenario["phase_space"]["x"]["cells"] = json!(64);
    scenario["phase_space"]["px"]["cells"] = json!(64);
    scenario["time"]["end"] = json!(steps as f64 * step);
    scenario["expect"] = json!([]);
    scenario["output"] = json!({
        "snapshots": [{"quantity": "w0", "axes": ["x", "px"], "interval": step}], "checkpoints": checkpoints
    });
    let page = folder.join("mine.json");
    std::fs::write(&page, scenario.to_string()).expect("written");
    page
}

/// More than any test waits for, and fewer than fill a disk with pictures.
const MANY: u64 = 20_000;

fn begin(page: &Path, out: &Path) -> Child {
    let arguments = ["run", path(page), "--out", path(out), "--device", "reference", "--quiet"];
    spinwigner(&arguments).spawn().expect("runs")
}

/// Waits until a file is there, while the run goes on.
fn await_file(run: &mut Child, file: &Path) {
    while !file.exists() {
        assert!(run.try_wait().expect("a child").is_none(), "the run ended by itself");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn header() -> Header {
    let loaded = common::shipped("stern-gerlach");
    let simulation = common::start(&loaded, DeviceChoice::Cpu);
    Header {
        spinwigner: "0".into(),
        steps: 3,
        time: 0.5,
        cells: 100,
        components: 4,
        device: simulation.executor.description(),
        name: "test".into(),
        origin: "test".into(),
        folder: ".".into(),
        scenario: loaded.scenario,
        files: Vec::new(),
    }
}

/// Single bits flipped at random and in every byte of the head, and files cut short anywhere or continued: all are
/// found. A CRC-32 finds every single flip.
#[test]
fn all_damage_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.checkpoint");
    let mut random = Random(3);
    let numbers: Vec<f32> = random.numbers(400).into_iter().map(|number| number as f32).collect();
    let written = checkpoint::write(&file, &header(), b"fields", b"memory", |cells| {
        Ok(Numbers::F32(numbers[4 * cells.start..4 * cells.end].to_vec()))
    });
    let sound = std::fs::read(&file).expect("readable");
    assert_eq!(written.expect("written"), sound.len() as u64);
    let mut read = Vec::new();
    let found = Checkpoint::open(&file).expect("sound");
    let collect = |_, numbers| {
        read.push(numbers);
        Ok(())
    };
    found.cells(collect).expect("sound");
    assert_eq!((found.header, read), (header(), vec![Numbers::F32(numbers)]));
    let refused = |bytes: &[u8], what: String| {
        std::fs::write(&file, bytes).expect("written");
        let error = Checkpoint::open(&file).err().unwrap_or_else(|| panic!("{what}: not found"));
        assert!(error.to_string().contains("found no sound checkpoint"), "{error}");
    };
    let flips =
        (0..80).flat_map(|byte| [8 * byte, 8 * byte + 7]).chain((0..1000).map(|_| random.below(8 * sound.len())));
    for bit in flips.collect::<Vec<_>>() {
        let mut bytes = sound.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        refused(&bytes, format!("bit {bit}"));
    }
    for _ in 0..100 {
        let length = random.below(sound.len());
        refused(&sound[..length], format!("{length} bytes"));
    }
    refused(&[&sound[..], &[0]].concat(), "a byte more".into());
    refused(&[&sound[..], &sound[..]].concat(), "twice".into());
}

/// What a device that cuts the state in many slabs writes is, byte for byte, what one with few writes, and either
/// reads it.
#[test]
fn slabs_leave_no_trace() {
    let loaded = common::shipped("weibel");
    let prepared = spinwigner::simulation::Prepared::new(&loaded).expect("consistent");
    let context = Context::open(Choice::Best).expect("the adapter opens").expect("an adapter");
    let (grid, particle) = (prepared.grid.clone(), prepared.species.particle);
    let plane = (grid.cells() / grid.shape()[0] * Cells::components(&prepared.state) * 4) as u64;
    let executor = |planes: u64| {
        let limits = Limits { slab_bytes: planes * plane, ..context.adapter.limits() };
        let (context, grid, state) = (context.clone(), grid.clone(), &prepared.state);
        GpuExecutor::<f32>::with_limits(context, grid, particle, 1.0, state, limits, FLUX_REACH).expect("fits")
    };
    let (mut few, mut many) = (executor(grid.shape()[0] as u64), executor(FLUX_REACH as u64 + 1));
    assert!(few.slabs().len() == 1 && many.slabs().len() > 3);
    let folder = tempfile::tempdir().expect("a folder");
    let mut header = header();
    (header.cells, header.components) = (grid.cells(), few.components());
    let write = |executor: &mut GpuExecutor<f32>, name: &str| {
        let file = folder.path().join(name);
        checkpoint::write(&file, &header, &[], &[], |cells| executor.take(cells)).expect("written");
        std::fs::read(file).expect("readable")
    };
    let whole = write(&mut few, "few");
    assert!(whole == write(&mut many, "many"));
    let zero = Numbers::F32(vec![0.0; grid.cells() * few.components()]);
    for executor in [&mut few, &mut many] {
        executor.put(0, &zero).expect("put");
        assert!(write(executor, "zero") != whole);
        let kept = Checkpoint::open(&folder.path().join("many")).expect("sound");
        kept.cells(|first, numbers| executor.put(first, &numbers)).expect("put");
        assert!(write(executor, "again") == whole);
    }
}

/// The planned size of a checkpoint is the one it has, to 5 %: on a line and in a plane, with balances and changes, in
/// both precisions.
#[test]
fn the_disk_is_foretold() {
    for (name, precision) in
        [("stern-gerlach", "f32"), ("weibel", "f64"), ("weibel-2d2p", "f32"), ("two-stream", "f64")]
    {
        let mut loaded = common::shipped(name);
        let step = loaded.scenario.time.step;
        loaded.scenario.output = serde_json::from_value(json!({
            "snapshots": [{"quantity": "w0", "axes": ["x", "px"], "interval": step, "change": true}],
            "balances": {"interval": step}, "checkpoints": {}
        }))
        .expect("an output");
        let precision = if precision == "f32" { Precision::F32 } else { Precision::F64 };
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("results");
        let (out, steps) = (Some(out.clone()), Some(2));
        let (device, chosen) = (DeviceChoice::Cpu, Some(precision));
        let options = RunOptions { out: out.clone(), device, precision: chosen, steps, retry: 0 };
        run::execute(&loaded, &options, &mut |_: &str| {}).expect("done");
        let last = checkpoint::list(&out.expect("a folder")).remove(0);
        let grid = Grid::of(&loaded.scenario.phase_space).expect("a grid");
        let planned = needs::checkpoint_bytes(&loaded.scenario, &grid, precision);
        let written = last.metadata().expect("it").len() as f64;
        println!("{name}: {written} bytes, planned {planned}, {:.4}", planned / written);
        assert!((planned / written - 1.0).abs() < 0.05);
    }
}

/// All files of runs with one checkpoint, two, and more are what was planned, to 5 %.
#[test]
fn all_files_are_foretold() {
    let axis = |length: f64, cells: u32| json!({"from": 0.0, "to": length, "cells": cells});
    for (checkpoints, kept) in [(json!({}), 1), (json!({"steps": 2}), 2), (json!({"interval": 0.01, "steps": 3}), 2)] {
        let value = json!({
            "title": "test", "about": "test", "references": [], "species": {"hbar": 0.1},
            "phase_space": {"x": axis(6.0, 400), "px": axis(2.0, 512)},
            "initial": {"populations": [{"momentum": {"gaussian": {"spread": 0.2, "drift": [1, 0, 0]}}}]},
            "time": {"step": 0.01, "end": 0.04}, "output": {"checkpoints": checkpoints}
        });
        let (loaded, folder) = (common::scenario(&value), tempfile::tempdir().expect("a folder"));
        let (device, precision) = (DeviceChoice::Cpu, Some(Precision::F32));
        let options = RunOptions { out: Some(folder.path().join("out")), device, precision, steps: None, retry: 0 };
        run::execute(&loaded, &options, &mut |_: &str| {}).expect("done");
        let grid = Grid::of(&loaded.scenario.phase_space).expect("a grid");
        let planned = needs::Disk::of(&loaded.scenario, &grid, Precision::F32);
        let written = size(&folder.path().join("out"));
        println!("{checkpoints}: {written} bytes, planned {}, {:.4}", planned.total, planned.total / written);
        assert!((planned.total / written - 1.0).abs() < 0.05);
        assert_eq!(checkpoint::list(&folder.path().join("out")).len(), kept);
        assert_eq!(planned.passing > 0.0, checkpoints == json!({"interval": 0.01, "steps": 3}));
    }
}

fn size(path: &Path) -> f64 {
    let of = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.expect("an entry");
        let meta = entry.metadata().expect("known");
        if meta.is_dir() { size(&entry.path()) } else { meta.len() as f64 }
    };
    std::fs::read_dir(path).expect("a folder").map(of).sum()
}

/// Where no folder can be made the run is refused, or ends, with the place; nothing is left, and no panic.
#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = scenario(folder.path(), 2, json!({}));
    let mut places = vec![page.join("results")];
    if cfg!(target_os = "linux") {
        places.push("/proc/results".into());
    }
    for out in places {
        let output = spinwigner(&["run", path(&page), "--out", path(&out), "--device", "reference"]).output();
        let output = output.expect("runs");
        let code = output.status.code();
        assert!(code == Some(1) || code == Some(2), "{}", said(&output));
        assert!(said(&output).contains(path(&out)) && !said(&output).contains("panicked"), "{}", said(&output));
        assert!(!out.exists());
    }
}

/// Kills a run with checkpoints every third step at a random moment after its first one: it goes on, and no more than
/// one interval is lost.
fn kill_and_go_on(random: &mut Random, longest: f64) {
    let folder = tempfile::tempdir().expect("a folder");
    let (page, out) = (scenario(folder.path(), MANY, json!({"steps": 3})), folder.path().join("results"));
    let mut run = begin(&page, &out);
    await_file(&mut run, &checkpoint::place(&out, 3));
    std::thread::sleep(Duration::from_secs_f64(longest * random.fraction()));
    run.kill().expect("killed");
    run.wait().expect("ended");
    let pictures = std::fs::read_dir(out.join("snapshots")).expect("a folder").flatten();
    let step = |name: &str| -> Option<u64> { name.strip_suffix(".png")?.rsplit_once('_')?.1.parse().ok() };
    let last = pictures.filter_map(|entry| step(entry.file_name().to_str()?)).max().expect("a picture");
    let output = spinwigner(&["resume", path(&out), "--steps", "2"]).output().expect("runs");
    assert!(output.status.success(), "{}", said(&output));
    let record: Value = serde_json::from_slice(&std::fs::read(out.join("run.json")).expect("it")).expect("JSON");
    let from = record["resumed"][0].as_u64().expect("a step");
    assert!(from + 3 > last && from.is_multiple_of(3), "{from}, though there was a picture of {last}");
    let rows = std::fs::read_to_string(out.join("diagnostics.csv")).expect("rows");
    assert_eq!(rows.lines().count() as u64, 1 + 1 + from + 2);
}

#[test]
fn a_run_killed_at_any_moment_goes_on() {
    let mut random = Random(9);
    (0..8).for_each(|_| kill_and_go_on(&mut random, 0.2));
}

#[test]
#[ignore = "takes minutes"]
fn a_run_killed_at_two_hundred_moments_goes_on() {
    let mut random = Random(10);
    (0..200).for_each(|_| kill_and_go_on(&mut random, 0.3));
}

/// A signal leaves a checkpoint of the step it stopped the run after, soon, and the run goes on from it. While it goes
/// on nobody else does.
#[cfg(unix)]
#[test]
fn a_signalled_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (page, out) = (scenario(folder.path(), MANY, json!({})), folder.path().join("results"));
    let mut run = begin(&page, &out);
    await_file(&mut run, &out.join("snapshots/w0_x_px_0000002.png"));
    let refused = spinwigner(&["resume", path(&out)]).output().expect("runs");
    assert!(refused.status.code() == Some(2) && said(&refused).contains("still going on"), "{}", said(&refused));
    let asked = Instant::now();
    let id = run.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &id]).status().expect("kill").success());
    let mut lines = BufReader::new(run.stderr.take().expect("piped")).lines();
    assert_eq!(run.wait().expect("ends").code(), Some(3));
    println!("SIGTERM to exit: {:.3} s", asked.elapsed().as_secs_f64());
    assert!(lines.any(|line| line.expect("UTF-8").contains("spinwigner resume")));
    let record =
        || -> Value { serde_json::from_slice(&std::fs::read(out.join("run.json")).expect("it")).expect("JSON") };
    let steps = record()["steps"].as_u64().expect("steps");
    assert!(checkpoint::place(&out, steps).exists());
    let output = spinwigner(&["resume", path(&out), "--steps", "4"]).output().expect("runs");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!((record()["steps"].as_u64(), &record()["resumed"]), (Some(steps + 4), &json!([steps])));
}

/// 20 steps with a checkpoint of a quarter of a megabyte every third, and no pictures.
#[cfg(unix)]
fn without_pictures(folder: &Path) -> PathBuf {
    let page = scenario(folder, 20, json!({"steps": 3}));
    let mut scenario: Value = serde_json::from_slice(&std::fs::read(&page).expect("it")).expect("JSON");
    scenario["output"]["snapshots"] = json!([]);
    (scenario["phase_space"]["x"]["cells"], scenario["phase_space"]["px"]["cells"]) = (json!(160), json!(160));
    std::fs::write(&page, scenario.to_string()).expect("written");
    page
}

/// A file-size limit, whose signal would end the program, is an error that names the file. The checkpoint from before
/// there was one stays, and the run goes on from it when there is none.
#[cfg(unix)]
#[test]
fn a_file_size_limit_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let (page, out) = (without_pictures(folder.path()), folder.path().join("results"));
    let first = ["run", path(&page), "--out", path(&out), "--device", "reference", "--steps", "2"];
    assert!(spinwigner(&first).output().expect("runs").status.success());
    // 200 blocks of 512 or 1024 bytes hold the record, and no 160 x 160 cells of float64.
    let limited = format!("ulimit -f 200; exec {} resume {}", env!("CARGO_BIN_EXE_spinwigner"), path(&out));
    let output = Command::new("sh").args(["-c", &limited]).stdout(Stdio::null()).output().expect("runs");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let words = format!("{}: File too large", checkpoint::place(&out, 3).display());
    assert!(said(&output).contains(&words), "{}", said(&output));
    let left = std::fs::read_dir(out.join("checkpoints")).expect("a folder").flatten();
    let left: Vec<_> = left.map(|entry| entry.path()).collect();
    assert_eq!(left, [checkpoint::place(&out, 2)]);
    let again = spinwigner(&["resume", path(&out)]).output().expect("runs");
    assert!(again.status.success(), "{}", said(&again));
}

/// So is a full disk, which a run that has room when it begins meets on its way, and another is refused for.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "mounts a small tmpfs, which needs root"]
fn a_full_disk_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).expect("made");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs", path(&disk)]).status();
    assert!(mounted.expect("mount").success());
    let (page, out) = (without_pictures(folder.path()), disk.join("results"));
    let first = ["run", path(&page), "--out", path(&out), "--device", "reference", "--steps", "2"];
    let first = spinwigner(&first).output().expect("runs");
    let resumed = ["resume", path(&out), "--steps", "1000000", "--quiet"];
    let mut run = spinwigner(&resumed).spawn().expect("runs");
    await_file(&mut run, &checkpoint::place(&out, 3));
    // All room but 100 kB is taken, given back later.
    let filler = disk.join("filler");
    let mut file = std::fs::File::create(&filler).expect("created");
    while file.write_all(&[1; 4096]).is_ok() {}
    let length = file.metadata().expect("it").len();
    file.set_len(length - 100_000).expect("cut");
    let output = run.wait_with_output().expect("ends");
    let refused = spinwigner(&["resume", path(&out)]).output().expect("runs");
    let (kept, record) = (checkpoint::list(&out), std::fs::read_to_string(out.join("run.json")));
    let sound = kept.iter().all(|path| Checkpoint::open(path).is_ok());
    drop(file);
    std::fs::remove_file(filler).expect("removed");
    let again = spinwigner(&["resume", path(&out), "--steps", "3"]).output().expect("runs");
    let unmounted = Command::new("umount").args(["-l", path(&disk)]).status();
    assert!(unmounted.expect("umount").success());
    assert!(first.status.success(), "{}", said(&first));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("No space left") && record.expect("a record").contains("No space left"));
    assert!(sound && !kept.is_empty(), "{kept:?}");
    assert!(refused.status.code() == Some(2) && said(&refused).contains("of disk needed"), "{}", said(&refused));
    assert!(again.status.success(), "{}", said(&again));
}
