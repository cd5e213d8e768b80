//! From a loaded scenario to a folder of results: set-up, loop, verdict.

mod actions;
mod answers;
mod checkpoints;
mod device;
mod folder;
mod observer;
mod record;
mod resume;
mod schedule;
#[cfg(test)]
mod tests;
mod unsound;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::checkpoint::{self, Checkpoint};
use crate::error::{Error, Result};
use crate::grid::Grid;
use crate::needs;
use crate::numerals::number;
use crate::operators::ExecutorDescription;
use crate::output::series;
use crate::precision::Precision;
use crate::scenario::Loaded;
use crate::scenario::files::{self, Fingerprint};
use crate::scenario::schema::Scenario;
use crate::simulation::{Clock, Evolving, Prepared, Simulation};
use crate::table::Table;
use crate::{check, watch};
use actions::{Action, FinalState, LocalBalances, Outputs, Pictures, Rows};
use checkpoints::{Checkpoints, Memory};
use folder::Reserve;
use record::Record;
use schedule::Halt;

pub use answers::Answer;
pub use device::{DeviceChoice, open, room, start};
pub use observer::{Beginning, Observer, Progress};
pub use resume::{ResumeOptions, resume};

/// How to run, apart from the scenario.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Folder for the results; a new one under `runs/` by default.
    pub out: Option<PathBuf>,
    /// On what to compute.
    pub device: DeviceChoice,
    /// f32 by default; the reference is f64 alone.
    pub precision: Option<Precision>,
    /// Stop after this many steps.
    pub steps: Option<u64>,
    /// Begin again from the last checkpoint where the device is lost, so many times; there is one from the start then.
    pub retry: u32,
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Where the results are.
    pub folder: PathBuf,
    /// The rows of `diagnostics.csv`.
    pub table: Table,
    /// Empty for a run that was cut short.
    pub answers: Vec<Answer>,
    /// What was noted on the way and at the end.
    pub notes: Vec<String>,
    /// What `check` warns of, and a mean current.
    pub warnings: Vec<String>,
    /// On what it was computed.
    pub device: ExecutorDescription,
    /// Of phase space.
    pub cells: usize,
    /// Steps done.
    pub steps: u64,
    /// Physical time.
    pub time: f64,
    /// Time on the wall, with that before it was gone on with.
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

    /// The same, with every warning and note a failure.
    ///
    /// # Errors
    ///
    /// [`Error::Run`] when there was any, or expected answers were missed.
    pub fn strict_verdict(&self) -> Result<()> {
        let said = self.warnings.len() + self.notes.len();
        if said > 0 {
            return Err(Error::Run(format!("--strict: {said} notes were made, which run.json repeats")));
        }
        self.verdict()
    }
}

/// Runs a scenario and writes its results.
///
/// # Errors
///
/// [`Error::Input`] for what cannot be run, and for a folder in use; [`Error::Run`] where the run fails,
/// after what was computed is written; [`Error::Stopped`] where the observer
/// ended it, after all that is due at an end; [`Error::Device`] and [`Error::File`] where the machine does.
pub fn execute(loaded: &Loaded, options: &RunOptions, observer: &mut dyn Observer) -> Result<Outcome> {
    let scenario = &loaded.scenario;
    let (place, precision) = room(options.device, options.precision)?;
    let folder = options.out.as_deref().unwrap_or(Path::new("."));
    needs::judge(scenario, &Grid::of(&scenario.phase_space)?, precision, &place, folder, 0.0)
        .map_err(|error| loaded.placed(error))?;
    let files = files::external(scenario, &loaded.folder)?;
    let prepared = Prepared::new(loaded)?;
    let mut warnings = check::warnings(loaded, precision)?;
    let opened = open(&prepared, options.device, options.precision);
    let (executor, notice) = opened.map_err(|error| loaded.placed(error))?;
    notice.iter().for_each(|notice| observer.note(notice));
    let same = prepared.same();
    let mut simulation = prepared.start(executor)?;
    simulation.refuse_unmatched().map_err(|error| loaded.placed(error))?;
    // What a checkpoint leaves to the next step, so that there is something to see at the beginning.
    simulation.advance(0)?;
    let particle = &simulation.species.particle;
    warnings.extend(watch::mean_current(scenario, &simulation.grid, particle, &simulation.sources));
    warnings.iter().for_each(|warning| observer.note(warning));
    let rows = Rows::new(&mut simulation, loaded)?;
    // Everything that can be refused has been: now the folder may exist.
    let folder = folder::create(&loaded.name, options.out.as_deref())?;
    let reserve = Reserve::of(&folder)?;
    let actions = Actions::new(rows, scenario, &simulation.clock);
    let (device, precision) = (options.device, options.precision);
    let choice = Choice { device, precision };
    let (begin, end) = (simulation.clock.steps, planned(scenario, &simulation.clock));
    let end = options.steps.map_or(end, |steps| end.min(begin.saturating_add(steps)));
    let mut run = Run::new(loaded, &folder, choice, simulation, actions, files);
    (run.begin, run.beginning, run.warnings) = (begin, Some(Begin { same, kept: options.retry > 0 }), warnings);
    let outcome = run.complete(end, reserve, observer);
    let again = ResumeOptions { retry: options.retry, ..ResumeOptions::default() };
    retried(outcome, &folder, end, &again, observer)
}

/// Goes on to step `end` where a device was lost, as often as it may.
fn retried(
    mut outcome: Result<Outcome>,
    folder: &Path,
    end: u64,
    options: &ResumeOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome> {
    for left in (0..options.retry).rev() {
        let Err(Error::Device(_)) = &outcome else { break };
        let Some(last) = checkpoint::list(folder).into_iter().next() else { break };
        observer.note(&format!("the device failed; going on from {}, {left} more times if it must be", last.display()));
        outcome = resume::go_on(folder, options, &mut Some(end), observer);
    }
    outcome
}

/// The step at which a scenario ends.
fn planned(scenario: &Scenario, clock: &Clock) -> u64 {
    clock.steps_at(scenario.time.end)
}

/// What a run that does not go on with its own folder begins with.
struct Begin {
    /// The checkpoint of another run that it goes on from as that would.
    same: Option<(Checkpoint, Evolving)>,
    /// Whether there is to be a checkpoint of the start.
    kept: bool,
}

/// What is done while a simulation advances, in the order in which it acts.
struct Actions {
    rows: Rows,
    pictures: Pictures,
    balances: Option<LocalBalances>,
    final_state: Option<FinalState>,
}

impl Actions {
    fn new(rows: Rows, scenario: &Scenario, clock: &Clock) -> Actions {
        Actions {
            rows,
            pictures: Pictures::new(scenario, clock),
            balances: LocalBalances::new(scenario, clock.step),
            final_state: scenario.output.final_state.then_some(FinalState),
        }
    }

    fn each(&mut self) -> impl Iterator<Item = &mut dyn Action> {
        let balances = self.balances.as_mut().map(|action| action as &mut dyn Action);
        let final_state = self.final_state.as_mut().map(|action| action as &mut dyn Action);
        [Some(&mut self.rows as &mut dyn Action), Some(&mut self.pictures), balances, final_state].into_iter().flatten()
    }
}

/// On what a run computes, as it was asked for.
#[derive(Clone, Copy)]
struct Choice {
    device: DeviceChoice,
    precision: Option<Precision>,
}

struct Run<'a> {
    loaded: &'a Loaded,
    outputs: Outputs<'a>,
    choice: Choice,
    simulation: Simulation,
    actions: Actions,
    checkpoints: Checkpoints,
    warnings: Vec<String>,
    notes: Vec<String>,
    /// Steps done when it began, in another run.
    begin: u64,
    /// None where it goes on.
    beginning: Option<Begin>,
    /// Steps after which it was gone on with.
    resumed: Vec<u64>,
    started: Instant,
    /// Time on the wall before it was gone on with.
    before: f64,
    /// Steps between two looks at the observer.
    stride: u64,
    /// Arrays of prescribed fields.
    files: Vec<Fingerprint>,
}

/// Time on the wall that should pass between two looks at the observer.
const GLANCE: Duration = Duration::from_millis(200);

impl<'a> Run<'a> {
    fn new(
        loaded: &'a Loaded,
        folder: &'a Path,
        choice: Choice,
        simulation: Simulation,
        actions: Actions,
        files: Vec<Fingerprint>,
    ) -> Run<'a> {
        Run {
            loaded,
            outputs: Outputs { scenario: &loaded.scenario, folder },
            choice,
            actions,
            checkpoints: Checkpoints::new(&loaded.scenario, simulation.clock.step),
            simulation,
            warnings: Vec::new(),
            notes: Vec::new(),
            begin: 0,
            beginning: None,
            resumed: Vec::new(),
            started: Instant::now(),
            before: 0.0,
            stride: 1,
            files,
        }
    }

    fn seconds(&self) -> f64 {
        self.before + self.started.elapsed().as_secs_f64()
    }

    fn record(&self, failure: Option<&Error>, answers: &[Answer]) -> Result<()> {
        let notes = self.warnings.iter().chain(&self.notes).collect();
        let (seconds, resumed) = (self.seconds(), &self.resumed[..]);
        Record { seconds, resumed, notes, failure, answers }.write(self.outputs.folder, self.loaded, &self.simulation)
    }

    /// Advances to step `end`, and writes what is due then.
    fn complete(mut self, end: u64, reserve: Reserve, observer: &mut dyn Observer) -> Result<Outcome> {
        let (scenario, folder) = (&self.loaded.scenario, self.outputs.folder);
        // Stands there if nothing else can be written any more.
        self.record(Some(&Error::Run("the program ended before the run did".into())), &[])?;
        let device = self.simulation.executor.description();
        let done = self.simulation.clock.steps;
        observer.begins(&Beginning { title: &scenario.title, device: &device, done, steps: end });
        let outcome = self.advance(end, observer);
        observer.ends();
        let closed = self.actions.each().try_for_each(|action| action.close(&self.outputs));
        let drawn = series::write(&folder.join("diagnostics.png"), scenario, self.actions.rows.table());
        drop(reserve);
        if let Err(error) = outcome.and(closed).and(drawn) {
            // What was computed before a failure is kept, and why it ended; that is the error to tell.
            let _ = self.record(Some(&error), &[]);
            observer.note(&format!("what was computed until then is in {}", folder.display()));
            if let Some(last) = checkpoint::list(folder).first() {
                let folder = folder.display();
                observer.note(&format!("{} is there to go on from: spinwigner resume {folder}", last.display()));
            }
            return Err(error);
        }
        let asked = if end == planned(scenario, &self.simulation.clock) { &scenario.expect[..] } else { &[] };
        let table = self.actions.rows.table();
        let answers: Vec<Answer> =
            asked.iter().map(|expectation| Answer::of(expectation, table, scenario.time)).collect();
        self.notes.extend(self.actions.rows.last_words());
        self.record(None, &answers)?;
        let (seconds, folder) = (self.seconds(), folder.to_path_buf());
        let Run { simulation, actions: Actions { rows, .. }, notes, warnings, .. } = self;
        let (cells, steps, time) = (simulation.grid.cells(), simulation.clock.steps, simulation.time());
        Ok(Outcome { folder, table: rows.into_table(), answers, notes, warnings, device, cells, steps, time, seconds })
    }

    /// Advances to step `end`, from halt to halt, or ends where the observer asks it to.
    fn advance(&mut self, end: u64, observer: &mut dyn Observer) -> Result<()> {
        let mut next = match self.beginning.take() {
            Some(begin) => self.begin(begin, end, observer)?,
            None if self.simulation.clock.steps == self.begin => self.act(self.halt(self.begin, end), observer)?,
            // A checkpoint is from before what its step asks for.
            None => self.next(self.halt(self.simulation.clock.steps.saturating_sub(1), end)),
        };
        loop {
            if !self.advance_to(next, end, observer)? {
                let step = self.simulation.clock.steps;
                self.act(self.halt(step, step), observer)?;
                let time = number(self.simulation.time(), 7);
                return Err(Error::Stopped(format!("stopped at t = {time}, after step {step} of {end}")));
            }
            let at = self.halt(self.simulation.clock.steps, end);
            next = self.act(at, observer)?;
            if at.is_last() {
                return Ok(());
            }
        }
    }

    fn halt(&self, step: u64, end: u64) -> Halt {
        Halt { step, end, begin: self.begin }
    }

    /// Does what is due at the beginning; returns the next halt. The run that it goes on from would not have halted here
    /// unless something were due: then nothing of the halt stays.
    fn begin(&mut self, begin: Begin, end: u64, observer: &mut dyn Observer) -> Result<u64> {
        let step = self.simulation.clock.steps;
        if begin.kept {
            self.keep()?;
        }
        let next = self.act(self.halt(step, end), observer)?;
        if let Some((cells, evolving)) = begin.same
            && self.next(self.halt(step.saturating_sub(1), end)) != step
        {
            self.simulation.reopen(&cells, evolving)?;
        }
        Ok(next)
    }

    /// The next halt after `at`.
    fn next(&mut self, at: Halt) -> u64 {
        self.actions.each().map(|action| action.next(at)).min().unwrap_or(at.end).min(at.end)
    }

    /// Does what is due at a halt; returns the next.
    fn act(&mut self, at: Halt, observer: &mut dyn Observer) -> Result<u64> {
        for action in self.actions.each() {
            for note in action.act(&mut self.simulation, at, &self.outputs)? {
                observer.note(&note);
                self.notes.push(note);
            }
        }
        Ok(self.next(at))
    }

    /// Advances to step `next`; returns whether it came there, or the observer stopped it before the end.
    fn advance_to(&mut self, next: u64, end: u64, observer: &mut dyn Observer) -> Result<bool> {
        let mut stopped = false;
        while self.simulation.clock.steps < next && !stopped {
            let done = self.simulation.clock.steps;
            let to = next.min(self.checkpoints.next(self.halt(done, end)));
            let (begun, steps) = (Instant::now(), self.stride.min(to - done));
            self.simulation.advance_open(steps)?;
            let share = GLANCE.as_secs_f64() / begun.elapsed().as_secs_f64();
            self.stride = ((share * steps as f64) as u64).clamp(1, 2 * self.stride);
            self.tell(observer);
            let at = self.halt(self.simulation.clock.steps, end);
            stopped = observer.stops() && !at.is_last();
            if self.checkpoints.is_due(at) || stopped {
                // Before the last half drift is made apart, as a run that does not stop here would not.
                self.keep()?;
            }
        }
        self.simulation.advance(0)?;
        Ok(!stopped)
    }

    /// Writes a checkpoint.
    fn keep(&mut self) -> Result<()> {
        let folder = self.outputs.folder;
        let memory = Memory {
            device: self.choice.device,
            precision: self.choice.precision,
            sweeps: self.simulation.sweeps,
            seconds: self.seconds(),
            warnings: self.warnings.clone(),
            notes: self.notes.clone(),
            resumed: self.resumed.clone(),
            begin: self.begin,
            rows: self.actions.rows.memory(folder)?,
            pictures: self.actions.pictures.memory(),
            balances: self.actions.balances.as_mut().map(|balances| balances.memory(folder)).transpose()?,
        };
        let simulation = &mut self.simulation;
        let header = checkpoint::Header {
            spinwigner: env!("CARGO_PKG_VERSION").into(),
            steps: simulation.clock.steps,
            time: simulation.time(),
            cells: simulation.executor.cells(),
            components: simulation.executor.components(),
            device: simulation.executor.description(),
            name: self.loaded.name.clone(),
            origin: self.loaded.origin.clone(),
            folder: std::path::absolute(&self.loaded.folder).map_err(Error::file(&self.loaded.folder))?,
            scenario: self.loaded.scenario.clone(),
            files: self.files.clone(),
        };
        let (evolving, memory) = (simulation.evolving().encoded(), checkpoint::encoded(&memory)?);
        let path = checkpoint::place(folder, header.steps);
        let rows = self.actions.rows.table();
        checkpoint::write(&path, &header, &evolving, &memory, |cells| {
            let numbers = simulation.executor.take(cells.clone())?;
            match unsound::first(&numbers) {
                None => Ok(numbers),
                Some(at) => {
                    let place = cells.start * header.components + at;
                    Err(unsound::error(simulation, rows, place, numbers.widened()[at]))
                }
            }
        })?;
        checkpoint::forget(folder);
        Ok(())
    }

    fn tell(&self, observer: &mut dyn Observer) {
        let (steps, time) = (self.simulation.clock.steps, self.simulation.time());
        let since = self.resumed.last().copied().unwrap_or(self.begin);
        let done = (steps - since) as f64 * self.simulation.grid.cells() as f64;
        let cells_per_second = done / self.started.elapsed().as_secs_f64();
        observer.advanced(&Progress { steps, time, cells_per_second });
    }
}
