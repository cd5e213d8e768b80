//! A run that is stopped at a random step and gone on with leaves what one leaves that never stopped: no bit of the
//! state, the fields and the clock differs, and no byte of rows, pictures and arrays.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::everything::Everything;
use common::random::Random;
use serde_json::{Value, json};
use spinwigner::checkpoint::{self, Checkpoint};
use spinwigner::precision::{Numbers, Precision};
use spinwigner::run::{self, DeviceChoice, Observer, Progress, ResumeOptions, RunOptions};
use spinwigner::scenario::Loaded;
use spinwigner::simulation::Evolving;
use spinwigner::{Error, Result};

const STEPS: u64 = 12;

/// Asks a run to stop after some step, and keeps its notes.
#[derive(Default)]
struct Stopper {
    at: Option<u64>,
    done: u64,
    notes: Vec<String>,
}

impl Observer for Stopper {
    fn note(&mut self, text: &str) {
        self.notes.push(text.into());
    }

    fn advanced(&mut self, progress: &Progress) {
        self.done = progress.steps;
    }

    fn stops(&mut self) -> bool {
        self.at.is_some_and(|at| self.done >= at)
    }
}

/// The plasma with every kind of output at intervals of their own.
fn scenario(everything: &Everything, numerics: &Value) -> Value {
    let mut scenario = everything.scenario(numerics, 0.1 * STEPS as f64);
    let mut snapshots = vec![
        json!({"quantity": "w0", "axes": ["x", "px"], "interval": 0.3, "change": true}),
        json!({"quantity": "w0", "axes": ["x", "px"], "times": [0.2, 0.7, 1.1]}),
    ];
    if everything.spin {
        snapshots.push(json!({"quantity": "texture", "axes": ["x", "px"], "interval": 0.5}));
    }
    scenario["output"] = json!({
        "diagnostics": {"interval": 0.2, "modes": [{"quantity": "E_x", "mode": 1}]},
        "snapshots": snapshots,
        "balances": {"interval": 0.4, "pictures": 0.6},
        "final_state": true,
        "checkpoints": {}
    });
    // Balances do not know the forces of a mean field.
    if scenario["exchange"]["forces"] == json!(true)
        && let Some(output) = scenario["output"].as_object_mut()
    {
        output.remove("balances");
    }
    scenario
}

/// The one of a name.
fn named(name: &str) -> Everything {
    Everything::all().into_iter().find(|everything| everything.name == name).expect("a name")
}

fn options(out: &Path, device: DeviceChoice, precision: Option<Precision>) -> RunOptions {
    RunOptions { out: Some(out.into()), device, precision, steps: None, retry: 0 }
}

/// Runs until about step `at`; the folder then has a checkpoint.
fn stopped(loaded: &Loaded, options: &RunOptions, at: u64) {
    let mut stopper = Stopper { at: Some(at), ..Stopper::default() };
    match run::execute(loaded, options, &mut stopper) {
        Err(Error::Stopped(_)) => {}
        other => panic!("{other:?}"),
    }
}

/// Every file of results with its bytes, but for the record, whose times on the wall differ, and checkpoints.
fn results(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("checkpoints") {
                folders.push(path);
            } else if path.is_file() && !path.ends_with("run.json") {
                let bytes = std::fs::read(&path).expect("readable");
                found.insert(path.strip_prefix(folder).expect("inside").to_path_buf(), bytes);
            }
        }
    }
    found
}

/// Clock and fields of a checkpoint as text, and every bit of its cells.
fn bits(path: &Path) -> (String, Vec<u64>) {
    let checkpoint = Checkpoint::open(path).expect("sound");
    let evolving = Evolving::of(&checkpoint).expect("of this version");
    let mut bits = Vec::new();
    let collect = |_: usize, numbers: Numbers| -> Result<()> {
        bits.extend(numbers.widened().into_iter().map(f64::to_bits));
        Ok(())
    };
    checkpoint.cells(collect).expect("sound");
    (serde_json::to_string(&evolving).expect("serialisable"), bits)
}

fn same(case: &str, one: &Path, other: &Path) {
    let (whole, parts) = (results(one), results(other));
    assert!(whole.len() > 15, "{case}: {:?}", whole.keys());
    assert_eq!(whole.keys().collect::<Vec<_>>(), parts.keys().collect::<Vec<_>>(), "{case}: other files");
    for (path, bytes) in &whole {
        assert!(parts[path] == *bytes, "{case}: {} differs", path.display());
    }
    let last = |folder: &Path| bits(&checkpoint::place(folder, STEPS));
    let ((evolving, cells), (other_evolving, other_cells)) = (last(one), last(other));
    assert_eq!(evolving, other_evolving, "{case}");
    assert!(cells == other_cells, "{case}: cells differ");
}

/// Every kind of fields with every scheme, on all devices that `meets` says a kind and a scheme meet.
fn gone_on_with(meets: impl Fn(usize, usize, usize) -> bool) {
    let mut random = Random(16);
    let devices = [
        (DeviceChoice::Reference, None),
        (DeviceChoice::Cpu, Some(Precision::F32)),
        (DeviceChoice::Gpu, Some(Precision::F32)),
        (DeviceChoice::Gpu, Some(Precision::F64)),
    ];
    for (kind, everything) in Everything::all().into_iter().enumerate() {
        for (index, numerics) in everything.numerics().into_iter().enumerate() {
            let loaded = common::scenario(&scenario(&everything, &numerics));
            let met = devices.into_iter().enumerate().filter(|(device, _)| meets(kind, index, *device));
            for (_, (device, precision)) in met {
                let folder = tempfile::tempdir().expect("a folder");
                let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
                run::execute(&loaded, &options(&whole, device, precision), &mut Stopper::default()).expect("done");
                let first = 1 + random.below(STEPS as usize - 2) as u64;
                stopped(&loaded, &options(&parts, device, precision), first);
                // Once more on the way, at the same step or a later one.
                let mut again = Stopper { at: Some(first + 2), ..Stopper::default() };
                let _ = run::resume(&parts, &ResumeOptions::default(), &mut again);
                let mut stopper = Stopper::default();
                run::resume(&parts, &ResumeOptions::default(), &mut stopper).expect("done");
                let case = format!("{}, {numerics}, {device:?}, {precision:?}, stopped after {first}", everything.name);
                assert!(stopper.notes.iter().all(|note| !note.contains("computed on")), "{case}: {:?}", stopper.notes);
                same(&case, &whole, &parts);
            }
        }
    }
}

/// Every device meets every scheme, and every kind of fields two of both.
#[test]
fn a_run_that_is_gone_on_with_is_one_that_never_stopped() {
    gone_on_with(|kind, scheme, device| scheme % 2 == kind % 2 && (scheme + kind / 2) % 4 == device);
}

#[test]
#[ignore = "all with all take minutes: cargo test --release --test resume -- --ignored"]
fn runs_of_every_kind_on_every_device_are_gone_on_with() {
    gone_on_with(|_, _, _| true);
}

/// Prescribed fields in a file that changed make another run, which is refused; as they were they are gone on with.
#[test]
fn another_file_of_fields_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, out) = (folder.path().join("u.npy"), folder.path().join("out"));
    let mut scenario = scenario(&named("electrostatic, no spin"), &json!({}));
    scenario["fields"]["external"] = json!([{"potential": {"file": file}}]);
    let write = |height: f64| {
        let values: Vec<f64> = (0..32).map(|i| height * (f64::from(i) / 32.0 * std::f64::consts::TAU).cos()).collect();
        spinwigner::npy::write_f64(&file, &[32], &values).expect("written");
    };
    write(0.1);
    let loaded = common::scenario(&scenario);
    stopped(&loaded, &options(&out, DeviceChoice::Reference, None), 5);
    write(0.2);
    let before = results(&out);
    let error = run::resume(&out, &ResumeOptions::default(), &mut Stopper::default()).expect_err("refused");
    assert!(
        matches!(&error, Error::Input(text) if text.contains("found other numbers than when the run began")),
        "{error}"
    );
    assert!(error.to_string().contains("u.npy") && results(&out) == before);
    write(0.1);
    run::resume(&out, &ResumeOptions::default(), &mut Stopper::default()).expect("done");
}

/// From float64 on the reference to float32 on the processor, and back: said, and near to what it was.
#[test]
fn another_device_is_said() {
    let loaded = common::scenario(&scenario(&named("maxwell"), &json!({})));
    let folder = tempfile::tempdir().expect("a folder");
    for (index, [from, to]) in
        [[DeviceChoice::Reference, DeviceChoice::Cpu], [DeviceChoice::Cpu, DeviceChoice::Reference]]
            .into_iter()
            .enumerate()
    {
        let (whole, parts) =
            (folder.path().join(format!("whole-{index}")), folder.path().join(format!("parts-{index}")));
        let exact = run::execute(&loaded, &options(&whole, DeviceChoice::Reference, None), &mut Stopper::default());
        stopped(&loaded, &options(&parts, from, None), 5);
        let mut stopper = Stopper::default();
        let precision = (to == DeviceChoice::Cpu).then_some(Precision::F32);
        let changed = ResumeOptions { device: Some(to), precision, ..ResumeOptions::default() };
        let other = run::resume(&parts, &changed, &mut stopper).expect("done");
        let note = stopper.notes.iter().find(|note| note.contains("digits will differ")).expect("a note");
        assert!(note.contains("in f32") && note.contains("in f64"), "{note}");
        let (exact, other) = (exact.expect("done").table, other.table);
        assert_eq!(exact.rows.len(), other.rows.len());
        let energy =
            |table: &spinwigner::table::Table| *table.column("energy_total").expect("it").last().expect("a row");
        assert!((energy(&exact) / energy(&other) - 1.0).abs() < 1e-4);
        assert!(exact.rows != other.rows);
    }
}

/// A run of N steps that goes on to 2 N is one of 2 N, where nothing halts before its end for the end's sake; `steps`
/// ends it before, or is so many more.
#[test]
fn a_run_goes_beyond_its_end() {
    let electrostatic = named("electrostatic, no spin");
    let scenario = |end: u64| {
        let mut scenario = scenario(&electrostatic, &json!({"synchronise": "steps"}));
        scenario["time"]["end"] = json!(0.1 * end as f64);
        scenario["output"]["snapshots"] = json!([{"quantity": "w0", "axes": ["x", "px"], "interval": 0.3}]);
        common::scenario(&scenario)
    };
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    let device = DeviceChoice::Reference;
    run::execute(&scenario(2 * STEPS), &options(&whole, device, None), &mut Stopper::default()).expect("done");
    run::execute(&scenario(STEPS), &options(&parts, device, None), &mut Stopper::default()).expect("done");
    let until = Some(0.2 * STEPS as f64);
    // What a killed writer left goes, a file of the user's stays, and a folder that was removed is made again.
    std::fs::remove_dir_all(parts.join("snapshots")).expect("removed");
    let [left, own] = [".run.json.123-4.tmp", ".notes.tmp"].map(|name| parts.join(name));
    [&left, &own].into_iter().for_each(|path| std::fs::write(path, "").expect("written"));
    let few = ResumeOptions { until, steps: Some(5), ..ResumeOptions::default() };
    assert_eq!(run::resume(&parts, &few, &mut Stopper::default()).expect("done").steps, STEPS + 5);
    assert!(!left.exists() && parts.join("snapshots").is_dir());
    std::fs::remove_file(own).expect("it is still there");
    // On another number of threads, of which nothing is to be said.
    let far = ResumeOptions { until, ..ResumeOptions::default() };
    let threads = rayon::current_num_threads() + 1;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let mut stopper = Stopper::default();
    assert_eq!(pool.install(|| run::resume(&parts, &far, &mut stopper)).expect("done").steps, 2 * STEPS);
    assert!(stopper.notes.iter().all(|note| !note.contains("computed on")), "{:?}", stopper.notes);
    let rows = |folder: &Path| std::fs::read_to_string(folder.join("diagnostics.csv")).expect("rows");
    assert_eq!(rows(&whole), rows(&parts));
    let more = ResumeOptions { steps: Some(3), ..ResumeOptions::default() };
    assert_eq!(run::resume(&parts, &more, &mut Stopper::default()).expect("done").steps, 2 * STEPS + 3);
    let back = ResumeOptions { until: Some(0.3), ..ResumeOptions::default() };
    let error = run::resume(&parts, &back, &mut Stopper::default()).expect_err("refused");
    assert!(matches!(&error, Error::Input(text) if text.contains("which the checkpoint is at, or later")), "{error}");
}

/// The older checkpoint is taken where the newest is damaged, named, and nothing is lost by it; rows that are not as
/// the checkpoint knows them are refused and left alone; so is a folder without checkpoints.
#[test]
fn a_damaged_checkpoint_is_named() {
    let mut scenario = scenario(&named("electrostatic, no spin"), &json!({}));
    scenario["output"]["checkpoints"] = json!({"steps": 3});
    let loaded = common::scenario(&scenario);
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    let device = DeviceChoice::Reference;
    run::execute(&loaded, &options(&whole, device, None), &mut Stopper::default()).expect("done");
    stopped(&loaded, &options(&parts, device, None), 10);
    let [newest, older] = &checkpoint::list(&parts)[..] else { panic!("two are kept") };
    let mut bytes = std::fs::read(newest).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(newest, bytes).expect("written");
    let mut stopper = Stopper::default();
    run::resume(&parts, &ResumeOptions::default(), &mut stopper).expect("done");
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    let named = stopper.notes.iter().find(|note| note.contains(&name(newest)));
    let note = named.unwrap_or_else(|| panic!("{:?}", stopper.notes));
    assert!(note.contains("checksum"), "{note}");
    assert!(note.contains(&format!("going on from the older {}", older.display())), "{note}");
    same("older", &whole, &parts);
    assert!(newest.with_file_name(name(newest) + ".damaged").exists());

    let rows = parts.join("diagnostics.csv");
    let text = std::fs::read_to_string(&rows).expect("rows").replacen('1', "2", 1);
    std::fs::write(&rows, &text).expect("written");
    let error = run::resume(&parts, &ResumeOptions::default(), &mut stopper).expect_err("refused");
    assert!(matches!(&error, Error::Input(text) if text.contains("diagnostics.csv")), "{error}");
    assert_eq!(std::fs::read_to_string(&rows).expect("rows"), text);
    let error = run::resume(folder.path(), &ResumeOptions::default(), &mut stopper).expect_err("refused");
    assert!(matches!(&error, Error::Input(text) if text.contains("found no checkpoint")), "{error}");
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 2, "nothing is left behind");
}
