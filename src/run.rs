//! `spinwigner run`: from a loaded scenario to a folder of results.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::atomic::write_atomically;
use crate::balance::{Balances, Sample};
use crate::diagnostics;
use crate::error::{Error, Result};
use crate::fit;
use crate::gpu::{Choice, Context, GpuExecutor};
use crate::operators::{Executor, ExecutorDescription, Scheme};
use crate::output::{balance, series, snapshot};
use crate::precision::Precision;
use crate::quantities::mode_name;
use crate::reference::Reference;
use crate::scenario::Loaded;
use crate::scenario::schema::{Expectation, Measure, Scenario};
use crate::simulation::{Prepared, Simulation};
use crate::state::State;
use crate::table::Table;
use crate::watch::Watch;
use crate::{initial, npy, validate};

/// Where to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The best adapter, else the reference with a notice.
    Auto,
    /// The best adapter, else an error.
    Gpu,
    /// Float64 on the host.
    Reference,
    /// An adapter by its position in `spinwigner devices`.
    Index(usize),
}

/// How to run, apart from the scenario.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Folder for the results; a new one under `runs/` by default.
    pub out: Option<PathBuf>,
    pub device: DeviceChoice,
    /// f32 by default; the reference knows f64 alone.
    pub precision: Option<Precision>,
    /// Stop after this many steps.
    pub steps: Option<u64>,
    pub quiet: bool,
}

/// Shortest time between two rewrites of `diagnostics.csv`.
const FLUSH: Duration = Duration::from_secs(2);

/// Share of the particles at the momentum edges that deserves a note.
const EDGE: f64 = 1e-4;

/// Puts a prepared scenario on a device. The notice says why it is not a GPU.
pub fn open(
    prepared: &Prepared,
    choice: DeviceChoice,
    precision: Option<Precision>,
) -> Result<(Box<dyn Executor>, Option<String>)> {
    let reference = || -> Box<dyn Executor> {
        let (grid, state) = (prepared.grid.clone(), prepared.state.clone());
        Box::new(Reference::new(grid, prepared.particle, prepared.dissipation(), state))
    };
    let adapter = match choice {
        DeviceChoice::Reference if precision == Some(Precision::F32) => {
            return Err(Error::Input(
                "--precision f32: the reference computes in f64; leave out --precision, or use --device gpu".into(),
            ));
        }
        DeviceChoice::Reference => return Ok((reference(), None)),
        DeviceChoice::Auto | DeviceChoice::Gpu => Choice::Best,
        DeviceChoice::Index(index) => Choice::Index(index),
    };
    match Context::open(adapter)? {
        Some(context) => {
            let (grid, particle, state) = (prepared.grid.clone(), prepared.particle, &prepared.state);
            let (dissipation, reach) = (prepared.dissipation(), Scheme::reach_of(prepared.schemes()));
            let gpu: Box<dyn Executor> = match precision.unwrap_or_default() {
                Precision::F32 => {
                    Box::new(GpuExecutor::<f32>::new(context, grid, particle, dissipation, state, reach)?)
                }
                Precision::F64 => {
                    Box::new(GpuExecutor::<f64>::new(context, grid, particle, dissipation, state, reach)?)
                }
            };
            Ok((gpu, None))
        }
        None if choice == DeviceChoice::Auto => {
            let mut notice = String::from(
                "no Vulkan, Metal or DX12 adapter here: computing with the float64 reference on the CPU (on Debian \
                 `apt-get install mesa-vulkan-drivers libvulkan1` adds a software one)",
            );
            if precision == Some(Precision::F32) {
                notice += "; --precision f32 has no effect on it";
            }
            Ok((reference(), Some(notice)))
        }
        None => Err(Error::Device(
            "no Vulkan, Metal or DX12 adapter on this machine; install its driver (on Debian `apt-get install \
             mesa-vulkan-drivers libvulkan1` adds a software one), or use --device reference"
                .into(),
        )),
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Where the results are.
    pub folder: PathBuf,
    pub table: Table,
    /// Empty for a run that was cut short.
    pub answers: Vec<Answer>,
    pub device: ExecutorDescription,
    pub cells: usize,
    pub steps: u64,
    pub seconds: f64,
}

impl Outcome {
    /// # Errors
    ///
    /// [`Error::Run`] when expected answers were missed.
    pub fn verdict(&self) -> Result<()> {
        let missed = self.answers.iter().filter(|answer| !answer.met()).count();
        if missed > 0 {
            return Err(Error::Run(format!("{missed} of {} expected answers were missed", self.answers.len())));
        }
        Ok(())
    }
}

/// Runs a scenario and writes its results; prints progress and a summary.
pub fn execute(loaded: &Loaded, options: &RunOptions) -> Result<Outcome> {
    let scenario = &loaded.scenario;
    let planned = (scenario.time.end / scenario.time.step).round() as u64;
    let steps = options.steps.map_or(planned, |steps| steps.min(planned));
    let prepared = Prepared::new(loaded)?;
    let warnings = validate::warnings(scenario);
    warnings.iter().for_each(|warning| warn(warning));
    let (executor, notice) = open(&prepared, options.device, options.precision)?;
    if let Some(notice) = notice {
        warn(&notice);
    }
    let mut simulation = prepared.start(executor)?;
    let mut table = Table::default();
    diagnostics::sample(&mut simulation, &scenario.output.diagnostics, &scenario.units, &mut table)?;
    let mut watch = Watch::of(&simulation, scenario);
    if let Some(watch) = &mut watch {
        watch.see(&table)?;
    }
    // Everything that can be refused has been: now the folder may exist.
    let folder = output_folder(&loaded.name, options.out.as_deref())?;
    let device = simulation.executor.description();
    if !options.quiet {
        say(&scenario.title);
        say(&format!("on {} [{}], {}", device.device, device.backend, device.precision));
    }
    let mut run = Run {
        loaded,
        simulation,
        folder,
        table,
        balances: Table::default(),
        before: None,
        watch,
        warnings,
        notes: Vec::new(),
        started: Instant::now(),
        flushed: Instant::now(),
        progress: progress(steps, options.quiet),
        first_planes: HashMap::new(),
    };
    let outcome = run.advance(steps);
    run.progress.finish_and_clear();
    if let Err(error) = outcome {
        // What was computed before a failure is kept, and why it ended; that is the error to tell.
        let _ = run.write_diagnostics();
        let _ = run.write_record(&[], Some(&error));
        return Err(error);
    }
    run.write_diagnostics()?;
    let answers = if steps == planned { run.expectations() } else { Vec::new() };
    let seconds = run.started.elapsed().as_secs_f64();
    run.finish(&answers, seconds, options.quiet)?;
    let Run { simulation, folder, table, .. } = run;
    Ok(Outcome { folder, table, answers, device, cells: simulation.grid.cells(), steps, seconds })
}

/// Prints a line; a reader that has gone away is no error.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints a note to standard error, open or not.
fn warn(text: &str) {
    let _ = writeln!(std::io::stderr(), "note: {text}");
}

/// Creates the folder; an existing one with files in it is never written to.
fn output_folder(name: &str, wanted: Option<&Path>) -> Result<PathBuf> {
    let taken =
        |path: &Path| path.exists() && std::fs::read_dir(path).map_or(true, |mut entries| entries.next().is_some());
    let folder = match wanted {
        Some(path) if taken(path) => {
            return Err(Error::Input(format!(
                "--out {}: already holds files, and results are never overwritten; name a new folder or remove it",
                path.display()
            )));
        }
        Some(path) => path.to_path_buf(),
        None => {
            let numbered = (2..).map(|n| format!("{name}-{n}"));
            let mut names = std::iter::once(name.to_string()).chain(numbered).map(|name| Path::new("runs").join(name));
            names.find(|path| !taken(path)).unwrap_or_default()
        }
    };
    std::fs::create_dir_all(folder.join("snapshots")).map_err(Error::file(&folder))?;
    Ok(folder)
}

fn progress(steps: u64, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    // Hidden by itself when standard error is not a terminal.
    let bar = ProgressBar::new(steps);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} step {pos}/{len}  {msg}  {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// An expected answer and what came out.
#[derive(Clone, Debug)]
pub struct Answer {
    pub expectation: Expectation,
    /// `None` where no wave could be fitted.
    pub measured: Option<f64>,
}

impl Answer {
    /// Relative to the expected value, unless that is zero.
    pub fn error(&self) -> f64 {
        let scale = if self.expectation.value == 0.0 { 1.0 } else { self.expectation.value.abs() };
        self.measured.map_or(f64::INFINITY, |measured| (measured - self.expectation.value).abs() / scale)
    }

    pub fn met(&self) -> bool {
        self.error() <= self.expectation.relative_tolerance
    }
}

struct Run<'a> {
    loaded: &'a Loaded,
    simulation: Simulation,
    folder: PathBuf,
    table: Table,
    balances: Table,
    /// Sample one step before a local balance.
    before: Option<Sample>,
    watch: Option<Watch>,
    /// What the scenario was warned of, and what the run has noted since.
    warnings: Vec<String>,
    notes: Vec<String>,
    started: Instant,
    flushed: Instant,
    progress: ProgressBar,
    /// First plane of the snapshots that show changes, by their position.
    first_planes: HashMap<usize, Vec<f64>>,
}

impl<'a> Run<'a> {
    fn scenario(&self) -> &'a Scenario {
        &self.loaded.scenario
    }

    /// Steps between outputs that are `interval` apart in time.
    fn every(&self, interval: Option<f64>) -> u64 {
        interval.map_or(1, |interval| ((interval / self.simulation.clock.step).round() as u64).max(1))
    }

    fn advance(&mut self, steps: u64) -> Result<()> {
        let rows = self.every(self.scenario().output.diagnostics.interval);
        let pictures: Vec<u64> =
            self.scenario().output.snapshots.iter().map(|snapshot| self.every(Some(snapshot.interval))).collect();
        loop {
            let done = self.simulation.clock.steps;
            // The first row is there already.
            if done > 0 && (done.is_multiple_of(rows) || done == steps) {
                self.sample()?;
            }
            let mut state = None;
            for (index, every) in pictures.iter().enumerate() {
                if done.is_multiple_of(*every) || done == steps {
                    // Read once for all pictures of this step.
                    let state = match &state {
                        Some(state) => state,
                        None => &*state.insert(self.simulation.executor.state()?),
                    };
                    self.picture(index, state)?;
                }
            }
            self.balance(steps)?;
            if done == steps {
                return Ok(());
            }
            let next = pictures.iter().chain([&rows]).map(|every| (done / every + 1) * every).min();
            let next = next.unwrap_or(steps).min(self.next_balance(steps));
            self.simulation.advance(next - done)?;
            self.show_progress();
        }
    }

    /// Steps between rows of local balances and between their pictures.
    fn balance_strides(&self) -> Option<[u64; 2]> {
        let what = self.scenario().output.balances?;
        Some([self.every(what.interval), what.pictures.map_or(u64::MAX, |interval| self.every(Some(interval)))])
    }

    /// The next step at which a sample for local balances is due: their own, or the one before.
    fn next_balance(&self, steps: u64) -> u64 {
        let (done, strides) = (self.simulation.clock.steps, self.balance_strides());
        let Some(next) =
            strides.into_iter().flatten().map(|every| (done / every).saturating_add(1).saturating_mul(every)).min()
        else {
            return steps;
        };
        let next = next.min(steps);
        if next > done + 1 { next - 1 } else { next }
    }

    /// Takes the samples that local balances of this step and the next one need.
    fn balance(&mut self, steps: u64) -> Result<()> {
        let Some([rows, pictures]) = self.balance_strides() else { return Ok(()) };
        let scenario = self.scenario();
        let done = self.simulation.clock.steps;
        let due = |step: u64, every: u64| step > 0 && (step.is_multiple_of(every) || step == steps);
        let next = done < steps && (due(done + 1, rows) || due(done + 1, pictures));
        if !next && self.before.is_none() {
            return Ok(());
        }
        let sample = Sample::of(&mut self.simulation)?;
        if let Some(before) = self.before.take() {
            let balances = Balances::between(&before, &sample);
            if due(done, rows) {
                balances.record(&scenario.units, &mut self.balances)?;
            }
            if due(done, pictures) {
                balance::write(&self.folder.join("balances"), &balances, scenario, done)?;
            }
        }
        self.before = next.then_some(sample);
        Ok(())
    }

    fn sample(&mut self) -> Result<()> {
        let scenario = self.scenario();
        let what = &scenario.output.diagnostics;
        diagnostics::sample(&mut self.simulation, what, &scenario.units, &mut self.table)?;
        if let Some(note) = self.watch.as_mut().map_or(Ok(None), |watch| watch.see(&self.table))? {
            self.progress.suspend(|| warn(&note));
            self.notes.push(note);
        }
        if self.flushed.elapsed() > FLUSH {
            self.write_diagnostics()?;
        }
        Ok(())
    }

    fn write_diagnostics(&mut self) -> Result<()> {
        self.flushed = Instant::now();
        for (name, table) in [("diagnostics.csv", &self.table), ("balances.csv", &self.balances)] {
            if !table.rows.is_empty() {
                let text = table.to_csv();
                write_atomically(&self.folder.join(name), |file| file.write_all(text.as_bytes()))?;
            }
        }
        Ok(())
    }

    fn picture(&mut self, index: usize, state: &State) -> Result<()> {
        let scenario = self.scenario();
        let what = &scenario.output.snapshots[index];
        let mut plane = snapshot::project(state, &self.simulation.grid, what);
        if what.change {
            let first = self.first_planes.entry(index).or_insert_with(|| plane.values.clone());
            plane.values.iter_mut().zip(first).for_each(|(value, first)| *value -= *first);
        }
        let map = snapshot::heat_map(
            &plane,
            &self.simulation.grid,
            what,
            &scenario.units,
            &scenario.title,
            self.simulation.time(),
        );
        let name = &snapshot::names(&scenario.output.snapshots)[index];
        let name = format!("{name}_{:07}.png", self.simulation.clock.steps);
        map.write_png(&self.folder.join("snapshots").join(name))
    }

    fn show_progress(&self) {
        let steps = self.simulation.clock.steps;
        let rate = steps as f64 * self.simulation.grid.cells() as f64 / self.started.elapsed().as_secs_f64();
        self.progress.set_message(format!("t = {:.3}  {:.1} Mcell/s", self.simulation.time(), rate * 1e-6));
        self.progress.set_position(steps);
    }

    /// Compares the scenario's expected answers with what came out.
    fn expectations(&self) -> Vec<Answer> {
        let time = self.table.column("time").unwrap_or_default();
        self.scenario()
            .expect
            .iter()
            .map(|expectation| {
                let fitted = |mode, from, to, between: Option<[f64; 2]>| {
                    let name = mode_name(mode);
                    let (re, im) =
                        (self.table.column(&format!("{name}_re"))?, self.table.column(&format!("{name}_im"))?);
                    match between {
                        Some(band) => fit::line(&time, &[&re, &im], from, to, band),
                        None => fit::standing_wave(&time, &[&re, &im], from, to),
                    }
                };
                let measured = match &expectation.measure {
                    Measure::Column { name, at, change } => {
                        let value = self.table.nearest(name, at.unwrap_or(self.scenario().time.end));
                        let first = if *change { self.table.nearest(name, 0.0) } else { Some(0.0) };
                        value.zip(first).map(|(value, first)| value - first)
                    }
                    Measure::GrowthRate { mode, from, to, between } => {
                        fitted(mode, *from, *to, *between).map(|fit| fit.growth_rate)
                    }
                    Measure::Frequency { mode, from, to, between } => {
                        fitted(mode, *from, *to, *between).map(|fit| fit.frequency)
                    }
                };
                Answer { expectation: expectation.clone(), measured }
            })
            .collect()
    }

    /// Says when particles have gathered at the ends of the momentum axes.
    fn edge_note(&self) -> Option<String> {
        let number = |name: &str| self.table.column(name).and_then(|values| values.last().copied()).unwrap_or(0.0);
        let edge = number("edge_number") / number("number");
        (edge > EDGE).then(|| {
            format!(
                "{edge:.1e} of the particles sit in the outermost momentum cells, where nothing leaves; widen the axes"
            )
        })
    }

    /// Writes plots, record and final state, and prints the summary.
    fn finish(&mut self, report: &[Answer], seconds: f64, quiet: bool) -> Result<()> {
        self.notes.extend(self.edge_note());
        self.notes.extend(self.watch.as_ref().and_then(Watch::last_words));
        if self.scenario().output.final_state {
            self.write_final_state()?;
        }
        self.write_record(report, None)?;
        // Last, as nothing else depends on it.
        series::write(&self.folder.join("diagnostics.png"), self.scenario(), &self.table)?;
        if quiet {
            return Ok(());
        }
        let cells = self.simulation.grid.cells();
        say(&format!(
            "{} steps to t = {:.4}, {} cells, {:.1} s ({:.1} Mcell/s)",
            self.simulation.clock.steps,
            self.simulation.time(),
            cells,
            seconds,
            1e-6 * cells as f64 * self.simulation.clock.steps as f64 / seconds
        ));
        for answer in report {
            let expectation = &answer.expectation;
            say(&format!("{} {}", if answer.met() { "met   " } else { "MISSED" }, expectation.what));
            say(&match answer.measured {
                Some(measured) => format!(
                    "       expected {:.8}, measured {measured:.8}, off by {:.2e} (allowed {:.0e})",
                    expectation.value,
                    answer.error(),
                    expectation.relative_tolerance
                ),
                None => "       no wave could be fitted in the window".into(),
            });
        }
        self.notes.iter().for_each(|note| say(&format!("note: {note}")));
        let pictures = std::fs::read_dir(self.folder.join("snapshots")).map_or(0, Iterator::count);
        say(&format!(
            "results in {}: {pictures} pictures in snapshots/, diagnostics.csv, diagnostics.png, run.json",
            self.folder.display()
        ));
        Ok(())
    }

    fn write_final_state(&mut self) -> Result<()> {
        let folder = self.folder.join("state");
        std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        let state = self.simulation.executor.state()?;
        let shape = initial::shape(&self.simulation.grid, state.components());
        let numbers = state.numbers();
        if self.simulation.executor.description().precision == Precision::F32 {
            npy::write_f32(&folder.join("final.npy"), &shape, &numbers)?;
        } else {
            npy::write_f64(&folder.join("final.npy"), &shape, &numbers)?;
        }
        let (e, b) = (self.simulation.electric(), self.simulation.fields.magnetic());
        let shape = self.simulation.fields.mesh.file_shape();
        for (name, field) in [("E", e), ("B", b)] {
            let numbers: Vec<f64> = field.iter().flat_map(|v| v.to_array()).collect();
            npy::write_f64(&folder.join(format!("{name}.npy")), &shape, &numbers)?;
        }
        Ok(())
    }

    fn write_record(&self, report: &[Answer], failure: Option<&Error>) -> Result<()> {
        let answers: Vec<_> = report
            .iter()
            .map(|answer| {
                json!({
                    "what": answer.expectation.what,
                    "expected": answer.expectation.value,
                    "measured": answer.measured,
                    "relative_error": answer.error(),
                    "allowed": answer.expectation.relative_tolerance,
                    "met": answer.met(),
                })
            })
            .collect();
        let record = json!({
            "spinwigner": env!("CARGO_PKG_VERSION"),
            "references": self.scenario().references,
            "scenario": self.scenario(),
            "origin": self.loaded.origin,
            "device": self.simulation.executor.description(),
            "steps": self.simulation.clock.steps,
            "time": self.simulation.time(),
            "sweeps": self.simulation.sweeps,
            "cells": self.simulation.grid.cells(),
            "seconds": self.started.elapsed().as_secs_f64(),
            "notes": self.warnings.iter().chain(&self.notes).collect::<Vec<_>>(),
            "failure": failure.map(ToString::to_string),
            "answers": answers,
        });
        write_atomically(&self.folder.join("run.json"), |file| {
            serde_json::to_writer_pretty(&mut *file, &record)?;
            file.write_all(b"\n")
        })
    }
}
