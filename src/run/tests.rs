//! Runs whose numbers or devices fail on the way.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use serde_json::json;

use super::*;
use crate::operators::{Executor, Reading, Recording};
use crate::precision::Numbers;
use crate::validate;

/// A device that is lost after so many more recordings.
struct Failing {
    executor: Box<dyn Executor>,
    left: Rc<Cell<u32>>,
}

impl Executor for Failing {
    fn execute(&mut self, recording: &Recording) -> Result<Vec<Reading>> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| Error::Device("the device was lost".into()))?;
        self.left.set(left);
        self.executor.execute(recording)
    }

    fn take(&mut self, cells: Range<usize>) -> Result<Numbers> {
        self.executor.take(cells)
    }

    fn put(&mut self, first: usize, numbers: &Numbers) -> Result<()> {
        self.executor.put(first, numbers)
    }

    fn slabs(&self) -> Vec<Range<usize>> {
        self.executor.slabs()
    }

    fn grid(&self) -> &Grid {
        self.executor.grid()
    }

    fn components(&self) -> usize {
        self.executor.components()
    }

    fn description(&self) -> ExecutorDescription {
        self.executor.description()
    }
}

/// Precessing spins on 8 x 8 cells, a checkpoint at every step and a row at every other.
fn scenario() -> Loaded {
    let axis = json!({"from": -1, "to": 1, "cells": 8});
    let value = json!({
        "title": "test", "about": "test", "references": [],
        "species": {"charge": -1, "hbar": 0.4},
        "phase_space": {"x": axis, "px": axis},
        "initial": {"populations": [{"momentum": {"gaussian": {"spread": 0.3}}}]},
        "fields": {"uniform": {"B": [0, 0, 0.5]}},
        "time": {"step": 0.1, "end": 2},
        "output": {"diagnostics": {"interval": 0.2}, "checkpoints": {"steps": 1}}
    });
    validate::from_value(&value, "test", Path::new(".")).expect("valid")
}

/// A run in `folder`, and how many more recordings its device lives.
fn begun<'a>(loaded: &'a Loaded, folder: &'a Path) -> (Run<'a>, Rc<Cell<u32>>) {
    let choice = Choice { device: DeviceChoice::Cpu, precision: None };
    let prepared = Prepared::new(loaded).expect("consistent");
    let (executor, _) = open(&prepared, choice.device, choice.precision).expect("opens");
    let left = Rc::new(Cell::new(u32::MAX));
    let failing = Failing { executor, left: left.clone() };
    let mut simulation = prepared.start(Box::new(failing)).expect("starts");
    let rows = Rows::new(&mut simulation, loaded).expect("a row");
    let actions = Actions::new(rows, &loaded.scenario, &simulation.clock);
    std::fs::create_dir_all(folder.join("snapshots")).expect("made");
    let mut run = Run::new(loaded, folder, choice, simulation, actions, Vec::new());
    run.beginning = Some(Begin { same: None, kept: false });
    (run, left)
}

/// NaN in a cell is found by the next checkpoint, which is not written, and by the next row: component, step, time
/// and cell are said, and the row before. x = -1 + 3.5/4 and px = -1 + 5.5/4.
#[test]
fn a_number_that_is_none_is_named() {
    let loaded = scenario();
    let folder = tempfile::tempdir().expect("a folder");
    let (mut run, _) = begun(&loaded, folder.path());
    let mut observer = |_: &str| {};
    run.act(run.halt(0, 20), &mut observer).expect("a row");
    assert!(run.advance_to(4, 20, &mut observer).expect("sound"));
    run.act(run.halt(4, 20), &mut observer).expect("a row");
    let kept = checkpoint::list(folder.path());
    assert_eq!(kept, [4, 3].map(|step| checkpoint::place(folder.path(), step)));
    let numbers = Numbers::F32(vec![0.1, 0.0, f32::NAN, 0.0]);
    run.simulation.executor.put(8 * 3 + 5, &numbers).expect("put");
    let cell = "w2 is NaN in the cell at x = -0.125 (3), px = 0.375 (5)";
    let before = "; the row before, at t = 0.4, said number = 2, energy_kinetic = ";
    let error = run.keep().expect_err("not sound").to_string();
    assert!(error.starts_with(&format!("{cell} after step 4, at t = 0.4{before}")), "{error}");
    let halt = run.halt(4, 20);
    let error = run.act(halt, &mut observer).expect_err("not sound");
    assert!(matches!(&error, Error::Run(text) if text.contains(cell) && text.contains(before)), "{error}");
    assert!(error.to_string().contains("is NaN at t = 0.4 after 4 steps"), "{error}");
    assert_eq!(checkpoint::list(folder.path()), kept);
}

/// A device that is lost ends the run with an error of its kind; rows and checkpoints are there, and the run goes on to
/// what it would have been.
#[test]
fn a_lost_device_loses_no_more_than_a_step() {
    let loaded = scenario();
    let folder = tempfile::tempdir().expect("a folder");
    let rows = |name: &str| std::fs::read_to_string(folder.path().join(name).join("diagnostics.csv")).expect("rows");
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    let (run, _) = begun(&loaded, &whole);
    run.complete(20, Reserve::of(&whole).expect("room"), &mut |_: &str| {}).expect("done");
    let (run, left) = begun(&loaded, &parts);
    left.set(17);
    let error = run.complete(20, Reserve::of(&parts).expect("room"), &mut |_: &str| {}).expect_err("lost");
    assert!(matches!(&error, Error::Device(text) if text == "the device was lost"), "{error}");
    let last = checkpoint::list(&parts).len();
    assert_eq!(last, 2);
    assert!(rows("parts").lines().count() > 2 && rows("parts") != rows("whole"));
    let record = std::fs::read_to_string(parts.join("run.json")).expect("a record");
    assert!(record.contains("the device was lost"));
    resume(&parts, &ResumeOptions::default(), &mut |_: &str| {}).expect("done");
    assert_eq!(rows("parts"), rows("whole"));
}

/// A device that is lost is tried again, from the last checkpoint or, before there is one, from that of the start; one
/// that is lost whenever it is asked ends the run after so many tries. So is one without room.
#[test]
fn a_lost_device_is_tried_again() {
    let loaded = scenario();
    let folder = tempfile::tempdir().expect("a folder");
    let rows = |folder: &Path| std::fs::read_to_string(folder.join("diagnostics.csv")).expect("rows");
    let whole = folder.path().join("whole");
    let (run, _) = begun(&loaded, &whole);
    run.complete(20, Reserve::of(&whole).expect("room"), &mut |_: &str| {}).expect("done");
    for lives in [0, 1, 17] {
        let parts = folder.path().join(format!("parts-{lives}"));
        let (mut run, left) = begun(&loaded, &parts);
        run.beginning = Some(Begin { same: None, kept: true });
        left.set(lives);
        let mut notes = Vec::new();
        let outcome = run.complete(20, Reserve::of(&parts).expect("room"), &mut |_: &str| {});
        assert!(matches!(outcome, Err(Error::Device(_))), "{outcome:?}");
        let options = ResumeOptions { retry: 2, ..ResumeOptions::default() };
        let outcome = retried(outcome, &parts, 20, &options, &mut |note: &str| notes.push(note.to_string()));
        assert_eq!(outcome.expect("done").steps, 20, "{lives}");
        assert_eq!(rows(&parts), rows(&whole), "{lives}");
        let said = |words: &str| notes.iter().filter(|note| note.contains(words)).count();
        assert_eq!((said("the device failed; going on from"), said("1 more times")), (1, 1), "{notes:?}");
    }
    for text in ["the device was lost", "Not enough memory left"] {
        let again = |retry| {
            let options = ResumeOptions { retry, ..ResumeOptions::default() };
            retried(Err(Error::Device(text.into())), &folder.path().join("none"), 20, &options, &mut |_: &str| {})
        };
        // Nothing is there to go on from.
        assert!(matches!(again(3), Err(Error::Device(found)) if found == text));
        assert!(matches!(again(0), Err(Error::Device(found)) if found == text));
    }
}
