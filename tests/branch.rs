//! Runs that begin from a checkpoint of another: to the bit as that would have gone on where nothing else acts, else by
//! interpolation of sixth order; with its time, fields and potential, or its cells alone.

mod common;

use std::path::Path;

use common::everything::Everything;
use serde_json::{Value, json};
use spinwigner::checkpoint;
use spinwigner::precision::Precision;
use spinwigner::run::{self, DeviceChoice, Observer, Progress, RunOptions};
use spinwigner::simulation::{Origin, Prepared, Simulation, Way};
use spinwigner::state::{Cells, State};
use spinwigner::table::Table;
use spinwigner::{Error, validate};

/// Asks a run to stop after some step.
#[derive(Default)]
struct Stopper {
    at: Option<u64>,
    done: u64,
}

impl Observer for Stopper {
    fn note(&mut self, _text: &str) {}

    fn advanced(&mut self, progress: &Progress) {
        self.done = progress.steps;
    }

    fn stops(&mut self) -> bool {
        self.at.is_some_and(|at| self.done >= at)
    }
}

type Device = (DeviceChoice, Option<Precision>);
const F64: Device = (DeviceChoice::Reference, None);
const F32: Device = (DeviceChoice::Cpu, Some(Precision::F32));

/// Runs to the end, or until a signal after step `at`; the rows are those of a run that came to its end.
fn run(scenario: &Value, out: &Path, (device, precision): Device, at: Option<u64>) -> Table {
    let options = RunOptions { out: Some(out.into()), device, precision, steps: None, retry: 0 };
    match run::execute(&common::scenario(scenario), &options, &mut Stopper { at, done: 0 }) {
        Ok(outcome) => outcome.table,
        Err(Error::Stopped(_)) if at.is_some() => Table::default(),
        Err(error) => panic!("{error}"),
    }
}

/// The same scenario from a checkpoint.
fn from(scenario: &Value, checkpoint: &Path) -> Value {
    let mut scenario = scenario.clone();
    scenario["initial"] = json!({"checkpoint": checkpoint});
    scenario
}

/// Puts a scenario on the reference, where it begins.
fn begun(scenario: &Value) -> Simulation {
    let mut simulation = common::start(&common::scenario(scenario), DeviceChoice::Reference);
    simulation.advance(0).expect("closed");
    simulation
}

/// A branch with nothing changed leaves what the run does that it leaves: no bit of state and fields differs, no number
/// of the rows that both have, on all kinds of plasmas and steps, whether or not a row is due where it leaves. The first
/// row, where the run has none, is at its beginning.
#[test]
fn a_branch_goes_on_as_the_run_it_leaves() {
    for (index, everything) in Everything::all().into_iter().enumerate() {
        let numerics = everything.numerics();
        let numerics = &numerics[index % numerics.len()];
        let mut scenario = everything.scenario(numerics, 1.2);
        scenario["output"] = json!({"diagnostics": {"interval": 0.3}, "final_state": true});
        let device = [F64, F32][index % 2];
        let folder = tempfile::tempdir().expect("a folder");
        let [whole, part, branch] = ["whole", "part", "branch"].map(|name| folder.path().join(name));
        let rows = run(&scenario, &whole, device, None);
        for at in [4, 6] {
            let (part, branch) = (part.join(at.to_string()), branch.join(at.to_string()));
            run(&scenario, &part, device, Some(at));
            let left = checkpoint::list(&part).remove(0);
            let own = run(&from(&scenario, &part), &branch, device, None);
            let case = format!("{}, {numerics}, {device:?}, from step {at}", everything.name);
            for file in ["final.npy", "E.npy", "B.npy"] {
                let read = |run: &Path| std::fs::read(run.join("state").join(file)).expect("written");
                assert!(read(&whole) == read(&branch), "{case}: {file} differs");
            }
            let header = checkpoint::Header::of(&left).expect("sound");
            assert!((own.rows[0][0] - header.time).abs() < 1e-12, "{case}: the first row is at {}", own.rows[0][0]);
            let later = |table: &Table| {
                // What counts from the start of a run: momentum that fixed charges took up goes on.
                let rows = table.rows.iter().filter(|row| row[0] > header.time + 0.01);
                rows.cloned().collect::<Vec<_>>()
            };
            assert!(later(&rows) == later(&own) && !later(&own).is_empty(), "{case}: rows differ");
        }
    }
}

/// Another driver, step, precision, or the cells of another plasma: time and fields go on, and close to what they were.
/// A step half as long leaves a tenth of the change of ten steps in all numbers, to the order of the scheme.
#[test]
fn what_else_acts_meets_the_same_fields() {
    let everything = &Everything::all()[0];
    let scenario = everything.scenario(&json!({}), 0.8);
    let folder = tempfile::tempdir().expect("a folder");
    let part = folder.path().join("part");
    run(&scenario, &part, F64, Some(4));
    let same = begun(&from(&scenario, &part));
    let time = same.time();
    let mut finer = from(&scenario, &part);
    finer["time"]["step"] = json!(0.05);
    let mut other = from(&scenario, &part);
    other["fields"]["external"] = json!([]);
    for changed in [finer, other] {
        let branch = begun(&changed);
        assert_eq!((branch.clock.steps, branch.time()), (0, time));
        // What a drift that is closed elsewhere, and Gauss's law that is solved once more, leave: rounding.
        let apart =
            |a: &[glam::DVec3], b: &[glam::DVec3]| a.iter().zip(b).map(|(a, b)| (*a - *b).length()).fold(0.0, f64::max);
        let (one, two) = (&same.fields, &branch.fields);
        assert!(apart(&one.d, &two.d) < 1e-13 && apart(&one.b, &two.b) == 0.0 && apart(&one.a, &two.a) == 0.0);
        assert!(one.a.iter().any(|a| a.length() > 1e-3));
    }
    let mut single = begun(&from(&scenario, &part));
    let mut cells = from(&scenario, &part);
    cells["initial"]["checkpoint"] = json!({"path": part, "take": "cells"});
    cells["time"]["start"] = json!(2.5);
    cells["time"]["end"] = json!(3.0);
    let mut alone = begun(&cells);
    assert_eq!(alone.time(), 2.5);
    assert!(alone.fields.b.iter().zip(&single.fields.b).any(|(a, b)| (*a - *b).length() > 1e-4));
    let [one, two] = [&mut single, &mut alone].map(|run| run.executor.state().expect("state"));
    assert!(one == two, "cells alone are the same");
}

/// A branch is to the bit only if all that acts is the same; each entry that acts is another one by itself. What a half
/// drift owes is then made first: a pulse just there would stand between its halves.
#[test]
fn whatever_acts_makes_another_run() {
    let kinds = Everything::all();
    let everything = kinds.iter().find(|kind| kind.name == "exchange and collisions").expect("a kind");
    let scenario = everything.scenario(&json!({}), 0.8);
    let folder = tempfile::tempdir().expect("a folder");
    run(&scenario, folder.path().join("part").as_path(), F64, Some(4));
    let same = from(&scenario, &folder.path().join("part"));
    let way = |value: &Value| {
        let loaded = common::scenario(value);
        Origin::of(&loaded.scenario, &loaded.folder).expect("sound").expect("one").way
    };
    let mut told = same.clone();
    (told["title"], told["time"]["end"]) = (json!("another"), json!(1.0));
    assert_eq!([way(&same), way(&told)], [Way::Same; 2]);
    for (pointer, value) in [
        ("/exchange/strength", json!(0.31)),
        ("/exchange/statistics", json!("bosons")),
        ("/pulses/0/angle", json!(1.2)),
        ("/pulses", json!([])),
        ("/collisions/tau", json!(0.4)),
        ("/species/hbar", json!(0.37)),
        ("/fields/external", json!([])),
        ("/numerics", json!({"order": 4})),
    ] {
        let mut changed = same.clone();
        *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
        assert_eq!(way(&changed), Way::Changed, "{pointer}");
    }
    let mut pulsed = same;
    let time = begun(&pulsed).time();
    pulsed["pulses"] = json!([{"time": time, "axis": [0, 0, 1], "angle": 1.0}]);
    let mut none = pulsed.clone();
    none["pulses"] = json!([]);
    let [mut pulsed, mut none] = [pulsed, none].map(|value| begun(&value));
    assert!(!pulsed.clock.owes_drift && pulsed.time() == time);
    pulsed.advance(1).expect("finite");
    none.advance(1).expect("finite");
    let [turned, left] = [pulsed, none].map(|mut simulation| simulation.executor.state().expect("state"));
    let number = |state: &State| state.numbers().iter().step_by(4).sum::<f64>();
    assert!(turned != left && (number(&turned) / number(&left) - 1.0).abs() < 1e-12);
}

/// A light wave in a smooth plasma of spins on x, px, py with `cells`, as it is at once: after a step of nearly nothing.
fn smooth(cells: [u32; 3]) -> Value {
    let axis = |length: f64, cells: u32| json!({"from": -length, "to": length, "cells": cells});
    json!({
        "title": "test", "about": "test", "references": [],
        "species": {"charge": -1, "hbar": 0.1},
        "phase_space": {"x": axis(3.0, cells[0]), "px": axis(2.0, cells[1]), "py": axis(2.0, cells[2])},
        "initial": {"populations": [{
            "momentum": {"gaussian": {"spread": 0.35, "drift": [0.1, -0.05, 0]}},
            "perturbations": [{"density": {"mode": 1, "amplitude": 0.3}}],
            "spin": {"helix": {"first": [1, 0, 0], "second": [0, 1, 0], "mode": 1, "polarisation": 0.6}}
        }]},
        "fields": {
            "evolution": "maxwell", "uniform": {"B": [0.2, 0, 0]},
            "perturbations": [
                {"component": "E_z", "mode": 1, "amplitude": 0.2}, {"component": "B_y", "mode": 2, "amplitude": 0.1}
            ]
        },
        "time": {"step": 1e-14, "end": 1e-14},
        "output": {"checkpoints": {}}
    })
}

/// Largest errors of cells, E and B, and errors of the number and of the momentum per particle, of a checkpoint on
/// `cells` that is taken onto `finer` times half as many.
fn errors(cells: [u32; 3], finer: [u32; 3], folder: &Path) -> [f64; 5] {
    let out = folder.join(format!("{cells:?}"));
    if !out.exists() {
        run(&smooth(cells), &out, F64, None);
    }
    let onto: [u32; 3] = std::array::from_fn(|axis| cells[axis] / 2 * finer[axis]);
    let mut exact = begun(&smooth(onto));
    let mut taken = from(&smooth(onto), &out);
    taken["time"] = json!({"step": 1e-14, "end": 1e-13});
    let mut taken = begun(&taken);
    let largest = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let fields = |simulation: &Simulation| {
        let numbers = |v: Vec<glam::DVec3>| v.iter().flat_map(|v| v.to_array()).collect::<Vec<_>>();
        [numbers(simulation.electric()), numbers(simulation.fields.b.clone())]
    };
    let sums = |simulation: &mut Simulation| {
        let what = spinwigner::scenario::schema::Diagnostics::default();
        let mut table = Table::default();
        common::sample(simulation, &what, &mut table);
        ["number", "momentum_particles_x"].map(|name| table.column(name).expect("a column")[0])
    };
    let ([e, b], [exact_e, exact_b]) = (fields(&taken), fields(&exact));
    let (found, expected) = (sums(&mut taken), sums(&mut exact));
    let [found_cells, expected_cells] =
        [&mut taken, &mut exact].map(|simulation| simulation.executor.state().expect("state").numbers());
    [
        largest(&found_cells, &expected_cells) / largest(&expected_cells, &vec![0.0; expected_cells.len()]),
        largest(&e, &exact_e),
        largest(&b, &exact_b),
        (found[0] / expected[0] - 1.0).abs(),
        (found[1] / expected[1] - 1.0).abs(),
    ]
}

/// Cells, E and B are what the same formulas give on the new grid, to sixth order: 2^6 = 64 per halving, of which 40
/// leave room for the next term where 12 cells have the shorter wave; number and momentum, of which errors cancel in
/// sums, to 1e-6. E and B reach rounding sooner.
#[test]
fn another_grid_is_met_to_sixth_order() {
    let folder = tempfile::tempdir().expect("a folder");
    for finer in [[3, 3, 1], [1, 3, 2], [3, 2, 2]] {
        let coarse = errors([24, 32, 32], finer, folder.path());
        let fine = errors([48, 64, 64], finer, folder.path());
        println!("{finer:?} halves: {coarse:?} {fine:?}");
        for (what, (coarse, fine)) in ["cells", "E", "B"].into_iter().zip(coarse.into_iter().zip(fine)) {
            assert!(coarse / fine > 40.0 || fine < 1e-11, "{what}, {finer:?}: {coarse:.2e} {fine:.2e}");
        }
        assert!(fine[0] > 1e-9 && fine[3] < 1e-6 && fine[4] < 1e-6, "{fine:?}");
    }
}

/// From a grid to a finer one and back: a round trip ends within twice the error of its parts, 1e-3 of the largest cell
/// where cells are half a spread wide.
#[test]
fn a_round_trip_returns() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
    run(&smooth([24, 32, 24]), &one, F64, None);
    let mut there = from(&smooth([36, 40, 36]), &one);
    there["time"] = json!({"step": 1e-14, "end": 1e-13});
    run(&there, &two, F64, None);
    let mut back = from(&smooth([24, 32, 24]), &two);
    back["time"] = json!({"step": 1e-14, "end": 1e-12});
    let (mut first, mut last) = (begun(&smooth([24, 32, 24])), begun(&back));
    let [first, last] = [&mut first, &mut last].map(|run| run.executor.state().expect("state").numbers());
    let largest = first.iter().copied().fold(0.0, f64::max);
    let off = first.iter().zip(&last).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / largest;
    println!("off by {off:.1e} of the largest cell");
    assert!(off > 1e-9 && off < 1e-3, "{off:.1e}");
}

/// From no spin to spin w is zero, and back w0 is what it was, to the bit; f32 is exact in f64, and f64 is rounded to
/// the nearest f32.
#[test]
fn spins_and_precisions_change() {
    let [spinless, spin] = [2, 3].map(|index| Everything::all().swap_remove(index).scenario(&json!({"order": 4}), 0.6));
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for (name, scenario, device) in [("32", &spinless, F32), ("64", &spinless, F64), ("spin", &spin, F64)] {
        run(scenario, &at(name), device, Some(3));
    }
    let cells = |scenario: &Value, name: &str| {
        let prepared = Prepared::new(&common::scenario(&from(scenario, &at(name)))).expect("consistent");
        prepared.state.held().expect("read")
    };
    let kept = |name: &str| {
        let checkpoint = checkpoint::Checkpoint::open(&checkpoint::list(&at(name)).remove(0)).expect("sound");
        checkpoint.held().expect("read")
    };
    for name in ["32", "64"] {
        assert!(cells(&spinless, name) == kept(name));
        let (grown, old) = (cells(&spin, name), kept(name));
        assert!((0..old.cells()).all(|cell| grown.cell(cell) == old.cell(cell)) && grown.components() == 4);
    }
    let (shrunk, old) = (cells(&spinless, "spin"), kept("spin"));
    assert!((0..old.cells()).all(|cell| shrunk.cell(cell).x == old.cell(cell).x) && shrunk.components() == 1);
    let single = run(&from(&spinless, &at("64")), &at("rounded"), F32, None);
    assert!(single.rows.len() > 1);
}

/// Whatever cannot be begun from is refused where the scenario names it, with the place of the key and what is expected.
#[test]
fn what_cannot_be_begun_from_is_refused() {
    let everything = Everything::all().swap_remove(2);
    let scenario = everything.scenario(&json!({}), 1.2);
    let folder = tempfile::tempdir().expect("a folder");
    let part = folder.path().join("part");
    run(&scenario, &part, F32, Some(4));
    let sound = checkpoint::list(&part).remove(0);
    let mut bytes = std::fs::read(&sound).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let [damaged, short] = ["damaged", "short"].map(|name| folder.path().join(name));
    std::fs::write(&damaged, &bytes).expect("written");
    std::fs::write(&short, &bytes[..100]).expect("written");
    std::fs::write(folder.path().join("text"), "no checkpoint").expect("written");
    let checkpoint = |path: Value| ("/initial", json!({"checkpoint": path}));
    let key = "initial.checkpoint";
    let cases: [((&str, Value), &str, &str); 15] = [
        (checkpoint(json!("nowhere")), key, "relative paths begin at the folder of the scenario"),
        (checkpoint(json!(".")), key, "found no checkpoint in"),
        (checkpoint(json!("damaged")), key, "a checksum differs"),
        (checkpoint(json!("short")), key, "found no sound checkpoint"),
        (checkpoint(json!("text")), key, "it does not begin as a checkpoint does"),
        (checkpoint(json!({"path": "part", "take": "all of it"})), key, "an object of `path` and `take`"),
        (checkpoint(json!({"take": "cells"})), key, "an object of `path` and `take`"),
        (("/phase_space/py", json!({"from": -1, "to": 1, "cells": 8})), key, "found a checkpoint with the axes x, px"),
        (("/phase_space/px/to", json!(1.6)), "phase_space.px", "expected within -1.5 to 1.5"),
        (("/phase_space/px/from", json!(-1.501)), "phase_space.px", "expected within -1.5 to 1.5"),
        (("/phase_space/x/to", json!(9)), "phase_space.x", "expected the length 8"),
        (("/phase_space/x/absorbing_layer", json!(2.2)), "phase_space.x", "as its ends are absorbing"),
        (("/time/start", json!(0)), "time.start", "found a start other than that of the checkpoint, t = 0.4"),
        (("/time/end", json!(0.4)), "time.end", "expected one step (0.1) or more after the start, t = 0.4"),
        (("/time/end", json!(0.63)), "time.end", "the nearest end is 0.6"),
    ];
    for ((pointer, value), key, words) in cases {
        let mut wrong = from(&scenario, Path::new("part"));
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        wrong.pointer_mut(parent).expect("a parent")[name] = value;
        if pointer.ends_with("py") {
            wrong["phase_space"].as_object_mut().expect("an object").remove("canonical");
        }
        if pointer.ends_with("absorbing_layer") {
            wrong["phase_space"]["x"]["from"] = json!(-8);
            wrong["phase_space"]["x"]["to"] = json!(0);
        }
        let error = validate::from_value(&wrong, "s.json", folder.path()).expect_err("refused").to_string();
        assert!(error.contains(words) && error.contains(&format!("at `{key}")), "{pointer}: {error}");
        assert!(error.contains("s.json:") && !error.contains("mistakes in"), "{pointer}: {error}");
    }
    // What is within is taken, and a period from anywhere.
    let mut within = from(&scenario, Path::new("part"));
    within["phase_space"]["px"] = json!({"from": -1.2, "to": 1.5, "cells": 33});
    within["phase_space"]["x"] = json!({"from": -3, "to": 5, "cells": 40});
    validate::from_value(&within, "s.json", folder.path()).expect("valid");
}
