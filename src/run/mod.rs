//! From a loaded scenario to a folder of results: set-up, loop, verdict.

mod actions;
mod answers;
mod device;
mod folder;
mod observer;
mod record;
mod schedule;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::grid::Grid;
use crate::needs;
use crate::numerals::number;
use crate::operators::ExecutorDescription;
use crate::output::series;
use crate::precision::Precision;
use crate::scenario::Loaded;
use crate::simulation::{Prepared, Simulation};
use crate::table::Table;
use crate::{check, watch};
use actions::{Action, FinalState, LocalBalances, Outputs, Pictures, Rows};
use folder::Reserve;
use record::Record;
use schedule::Halt;

pub use answers::Answer;
pub use device::{DeviceChoice, open, room, start};
pub use observer::{Beginning, Observer, Progress};

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
    /// Time on the wall.
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
    let planned = (scenario.time.end / scenario.time.step).round() as u64;
    let steps = options.steps.map_or(planned, |steps| steps.min(planned));
    let (place, precision) = room(options.device, options.precision)?;
    let folder = options.out.as_deref().unwrap_or(Path::new("."));
    needs::judge(scenario, &Grid::of(&scenario.phase_space)?, precision, &place, folder)
        .map_err(|error| loaded.placed(error))?;
    let prepared = Prepared::new(loaded)?;
    let mut warnings = check::warnings(loaded, precision)?;
    let opened = open(&prepared, options.device, options.precision);
    let (executor, notice) = opened.map_err(|error| loaded.placed(error))?;
    notice.iter().for_each(|notice| observer.note(notice));
    let mut simulation = prepared.start(executor)?;
    let particle = &simulation.species.particle;
    warnings.extend(watch::mean_current(scenario, &simulation.grid, particle, &simulation.sources));
    warnings.iter().for_each(|warning| observer.note(warning));
    let rows = Rows::new(&mut simulation, loaded)?;
    // Everything that can be refused has been: now the folder may exist.
    let folder = folder::create(&loaded.name, options.out.as_deref())?;
    let reserve = Reserve::of(&folder)?;
    // Stands there if nothing else can be written any more.
    let cut_short = Error::Run("the program ended before the run did".into());
    let notes = warnings.iter().collect();
    Record { seconds: 0.0, notes, failure: Some(&cut_short), answers: &[] }.write(&folder, loaded, &simulation)?;
    let device = simulation.executor.description();
    observer.begins(&Beginning { title: &scenario.title, device: &device, steps });
    let step = simulation.clock.step;
    let actions = Actions {
        rows,
        pictures: Pictures::new(scenario, step),
        balances: LocalBalances::new(scenario, step),
        final_state: scenario.output.final_state.then_some(FinalState),
    };
    let outputs = Outputs { scenario, folder: &folder };
    let mut run = Run { simulation, actions, outputs, notes: Vec::new(), started: Instant::now(), stride: 1 };
    let outcome = run.advance(steps, observer);
    observer.ends();
    let closed = run.actions.each().try_for_each(|action| action.close(&run.outputs));
    let seconds = run.started.elapsed().as_secs_f64();
    let drawn = series::write(&folder.join("diagnostics.png"), scenario, run.actions.rows.table());
    drop(reserve);
    let Run { simulation, actions: Actions { rows, .. }, mut notes, .. } = run;
    if let Err(error) = outcome.and(closed).and(drawn) {
        // What was computed before a failure is kept, and why it ended; that is the error to tell.
        let notes = warnings.iter().chain(&notes).collect();
        let _ = Record { seconds, notes, failure: Some(&error), answers: &[] }.write(&folder, loaded, &simulation);
        observer.note(&format!("what was computed until then is in {}", folder.display()));
        return Err(error);
    }
    let asked = if steps == planned { &scenario.expect[..] } else { &[] };
    let answers: Vec<Answer> =
        asked.iter().map(|expectation| Answer::of(expectation, rows.table(), scenario.time.end)).collect();
    notes.extend(rows.last_words());
    let recorded = warnings.iter().chain(&notes).collect();
    Record { seconds, notes: recorded, failure: None, answers: &answers }.write(&folder, loaded, &simulation)?;
    let (cells, steps, time) = (simulation.grid.cells(), simulation.clock.steps, simulation.time());
    Ok(Outcome { folder, table: rows.into_table(), answers, notes, warnings, device, cells, steps, time, seconds })
}

/// What is done while a simulation advances, in the order in which it acts.
struct Actions {
    rows: Rows,
    pictures: Pictures,
    balances: Option<LocalBalances>,
    final_state: Option<FinalState>,
}

impl Actions {
    fn each(&mut self) -> impl Iterator<Item = &mut dyn Action> {
        let balances = self.balances.as_mut().map(|action| action as &mut dyn Action);
        let final_state = self.final_state.as_mut().map(|action| action as &mut dyn Action);
        [Some(&mut self.rows as &mut dyn Action), Some(&mut self.pictures), balances, final_state].into_iter().flatten()
    }
}

struct Run<'a> {
    simulation: Simulation,
    actions: Actions,
    outputs: Outputs<'a>,
    notes: Vec<String>,
    started: Instant,
    /// Steps between two looks at the observer.
    stride: u64,
}

/// Time on the wall that should pass between two looks at the observer.
const GLANCE: Duration = Duration::from_millis(200);

impl Run<'_> {
    /// Advances to step `end`, from halt to halt, or ends where the observer asks it to.
    fn advance(&mut self, end: u64, observer: &mut dyn Observer) -> Result<()> {
        loop {
            let at = Halt { step: self.simulation.clock.steps, end };
            let next = self.act(at, observer)?;
            if at.is_last() {
                return Ok(());
            }
            if !self.advance_to(next, observer)? {
                let step = self.simulation.clock.steps;
                if step < end {
                    self.act(Halt { step, end: step }, observer)?;
                    let time = number(self.simulation.time(), 7);
                    return Err(Error::Stopped(format!("stopped at t = {time}, after step {step} of {end}")));
                }
            }
        }
    }

    /// Does what is due at a halt; returns the next.
    fn act(&mut self, at: Halt, observer: &mut dyn Observer) -> Result<u64> {
        let mut next = at.end;
        for action in self.actions.each() {
            for note in action.act(&mut self.simulation, at, &self.outputs)? {
                observer.note(&note);
                self.notes.push(note);
            }
            next = next.min(action.next(at));
        }
        Ok(next)
    }

    /// Advances to step `next`; returns whether it came there, or the observer stopped it before.
    fn advance_to(&mut self, next: u64, observer: &mut dyn Observer) -> Result<bool> {
        let mut stopped = false;
        while self.simulation.clock.steps < next && !stopped {
            let (begun, steps) = (Instant::now(), self.stride.min(next - self.simulation.clock.steps));
            self.simulation.advance_open(steps)?;
            let share = GLANCE.as_secs_f64() / begun.elapsed().as_secs_f64();
            self.stride = ((share * steps as f64) as u64).clamp(1, 2 * self.stride);
            self.tell(observer);
            stopped = observer.stops();
        }
        self.simulation.advance(0)?;
        Ok(!stopped)
    }

    fn tell(&self, observer: &mut dyn Observer) {
        let (steps, time) = (self.simulation.clock.steps, self.simulation.time());
        let done = steps as f64 * self.simulation.grid.cells() as f64;
        let cells_per_second = done / self.started.elapsed().as_secs_f64();
        observer.advanced(&Progress { steps, time, cells_per_second });
    }
}
