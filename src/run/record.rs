//! `run.json`: what was run, on what, and what it came to.

use std::path::Path;

use serde_json::{Value, json};

use super::Answer;
use crate::atomic::write_atomically;
use crate::error::{Error, Result};
use crate::scenario::Loaded;
use crate::simulation::Simulation;

/// What is written besides scenario and simulation.
pub(super) struct Record<'a> {
    pub seconds: f64,
    /// Steps after which it was gone on with.
    pub resumed: &'a [u64],
    /// Warnings of the scenario and notes of the run.
    pub notes: Vec<&'a String>,
    pub failure: Option<&'a Error>,
    pub answers: &'a [Answer],
}

impl Record<'_> {
    pub fn write(&self, folder: &Path, loaded: &Loaded, simulation: &Simulation) -> Result<()> {
        let answers: Vec<Value> = self.answers.iter().map(entry).collect();
        let record = json!({
            "spinwigner": env!("CARGO_PKG_VERSION"),
            "references": loaded.scenario.references,
            "scenario": loaded.scenario,
            "origin": loaded.origin,
            "device": simulation.executor.description(),
            "steps": simulation.clock.steps,
            "time": simulation.time(),
            "sweeps": simulation.sweeps,
            "cells": simulation.grid.cells(),
            "seconds": self.seconds,
            "resumed": self.resumed,
            "notes": self.notes,
            "failure": self.failure.map(ToString::to_string),
            "answers": answers,
        });
        write_atomically(&folder.join("run.json"), |file| {
            serde_json::to_writer_pretty(&mut *file, &record)?;
            file.write_all(b"\n")
        })
    }
}

fn entry(answer: &Answer) -> Value {
    json!({
        "what": answer.expectation.what,
        "expected": answer.expectation.value,
        "measured": answer.measured,
        "relative_error": answer.error(),
        "allowed": answer.expectation.relative_tolerance,
        "met": answer.met(),
    })
}
