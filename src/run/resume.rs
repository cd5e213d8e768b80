//! Going on from a checkpoint.

use std::path::Path;

use super::*;
use crate::atomic;
use crate::checkpoint::Header;
use crate::simulation::Evolving;
use crate::validate;

/// How to go on, apart from what the checkpoint says.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResumeOptions {
    /// On what to compute; as before by default.
    pub device: Option<DeviceChoice>,
    /// As before by default.
    pub precision: Option<Precision>,
    /// Physical time to end at, in place of the scenario's end.
    pub until: Option<f64>,
    /// Stop after so many more steps.
    pub steps: Option<u64>,
    /// Begin again from the last checkpoint where the device is lost, so many times.
    pub retry: u32,
}

/// Goes on with the run in `folder` from its newest sound checkpoint, as if it had not stopped: on the same device in
/// the same precision to the bit, rows and pictures included. What the run wrote after the checkpoint is written again.
///
/// # Errors
///
/// [`Error::Input`] where there is no sound checkpoint, or files of the run are not as it knows them; those of
/// [`execute`] besides.
pub fn resume(folder: &Path, options: &ResumeOptions, observer: &mut dyn Observer) -> Result<Outcome> {
    // The end is where the first try was to come to.
    let mut end = None;
    let outcome = go_on(folder, options, &mut end, observer);
    match end {
        Some(end) => retried(outcome, folder, end, options, observer),
        None => outcome,
    }
}

/// The same once, to step `end` where it is known, else to that of the options, which is then told.
pub(super) fn go_on(
    folder: &Path,
    options: &ResumeOptions,
    end: &mut Option<u64>,
    observer: &mut dyn Observer,
) -> Result<Outcome> {
    let reserve = Reserve::again(folder)?;
    let (checkpoint, evolving, memory, mut notes) = newest(folder)?;
    let header = &checkpoint.header;
    let zero = evolving.clock.time_after(0);
    let loaded = &validate::kept(header.scenario.clone(), &header.name, &header.origin, &header.folder, zero)?;
    let scenario = &loaded.scenario;
    let end = match *end {
        Some(end) => end,
        None => *end.insert(last_step(scenario, &evolving.clock, options)?),
    };
    refuse_other_files(header)?;
    let choice = match options.device {
        None => Choice { device: memory.device, precision: options.precision.or(memory.precision) },
        Some(device @ DeviceChoice::Reference) => Choice { device, precision: options.precision },
        Some(device) => Choice { device, precision: options.precision.or(Some(header.device.precision)) },
    };
    let (place, precision) = room(choice.device, choice.precision)?;
    needs::judge(scenario, &Grid::of(&scenario.phase_space)?, precision, &place, folder, folder::size(folder))
        .map_err(|error| loaded.placed(error))?;
    let prepared = Prepared::blank(loaded)?;
    let space_cells = prepared.grid.space_cells();
    let sample_fits = memory.balances.as_ref().is_none_or(|balances| balances.fits(space_cells));
    let components = scenario.species.components();
    if (header.cells, header.components) != (prepared.grid.cells(), components)
        || !evolving.fits(space_cells)
        || !sample_fits
    {
        return Err(Error::Input(format!(
            "{}: found cells or fields of another grid than its scenario's",
            checkpoint.path.display()
        )));
    }
    let (mut executor, notice) =
        open(&prepared, choice.device, choice.precision).map_err(|error| loaded.placed(error))?;
    notes.extend(notice);
    let here = executor.description();
    if !here.computes_as(&header.device) {
        notes.push(format!(
            "computed on {} until step {}, from then on on {}: digits will differ from those of a run on one of them",
            words(&header.device),
            header.steps,
            words(&here)
        ));
    }
    if header.spinwigner != env!("CARGO_PKG_VERSION") {
        let (before, now) = (&header.spinwigner, env!("CARGO_PKG_VERSION"));
        notes.push(format!("computed by version {before} until step {}, from then on by {now}", header.steps));
    }
    checkpoint.cells(|first, numbers| executor.put(first, &numbers))?;
    let mut simulation = prepared.resume(executor, evolving);
    simulation.sweeps = memory.sweeps;
    let rows = Rows::recalled(&simulation, scenario, folder, memory.rows)?;
    let mut actions = Actions::new(rows, scenario, &simulation.clock);
    actions.pictures.recall(memory.pictures);
    if let (Some(balances), Some(memory)) = (&mut actions.balances, memory.balances) {
        balances.recall(folder, memory)?;
    }
    // Everything that can be refused has been: now files may change.
    let mut run = Run::new(loaded, folder, choice, simulation, actions, header.files.clone());
    (run.begin, run.before, run.resumed) = (memory.begin, memory.seconds, memory.resumed);
    (run.warnings, run.notes) = (memory.warnings, memory.notes);
    run.resumed.push(header.steps);
    run.warnings.iter().chain(&notes).for_each(|note| observer.note(note));
    run.notes.extend(notes);
    for damaged in checkpoint::list(folder).into_iter().take_while(|path| *path != checkpoint.path) {
        let mut aside = damaged.clone().into_os_string();
        aside.push(".damaged");
        std::fs::rename(&damaged, aside).map_err(Error::file(damaged))?;
    }
    atomic::remove_temporary(folder)?;
    let pictures = folder.join("snapshots");
    std::fs::create_dir_all(&pictures).map_err(Error::file(&pictures))?;
    run.actions.each().try_for_each(|action| action.rewind(&run.outputs, header.steps))?;
    run.complete(end, reserve, observer)
}

/// Refuses arrays of prescribed fields that are not those the run began with: it would be another run.
fn refuse_other_files(header: &Header) -> Result<()> {
    let now = files::external(&header.scenario, &header.folder)?;
    match header.files.iter().zip(&now).find(|(then, now)| then != now) {
        None => Ok(()),
        Some((then, _)) => Err(Error::Input(format!(
            "{}: found other numbers than when the run began, which read its fields from there; put the file back, or \
             begin another run with `initial.checkpoint`",
            header.folder.join(&then.path).display()
        ))),
    }
}

/// The newest sound checkpoint of a run, what is in it, and notes of those that are not sound.
fn newest(folder: &Path) -> Result<(Checkpoint, Evolving, Memory, Vec<String>)> {
    let sound = |path: &Path| -> Result<(Checkpoint, Evolving, Memory)> {
        let checkpoint = Checkpoint::open(path)?;
        let (evolving, memory) = (Evolving::of(&checkpoint)?, checkpoint.memory()?);
        Ok((checkpoint, evolving, memory))
    };
    let mut damaged: Vec<String> = Vec::new();
    for path in checkpoint::list(folder) {
        match sound(&path) {
            Ok((checkpoint, evolving, memory)) => {
                let older = |text: &String| format!("{text}; going on from the older {} instead", path.display());
                let notes = damaged.iter().map(older).collect();
                return Ok((checkpoint, evolving, memory, notes));
            }
            Err(error) => damaged.push(error.to_string()),
        }
    }
    let shown = folder.display();
    Err(Error::Input(if damaged.is_empty() {
        format!(
            "{shown}: found no checkpoint, expected the folder of a run that a signal stopped, or whose scenario asks for \
             `output.checkpoints`"
        )
    } else {
        format!("{shown}: found no sound checkpoint\n{}", damaged.join("\n"))
    }))
}

/// The step to end at.
fn last_step(scenario: &Scenario, clock: &Clock, options: &ResumeOptions) -> Result<u64> {
    let done = clock.steps;
    let end = match options.until {
        None if options.steps.is_some() => u64::MAX,
        None => planned(scenario, clock).max(done),
        Some(until) => {
            let (now, more) = (clock.time_after(done), (until - clock.time_after(done)) / clock.step);
            if !(more.round() >= 0.0 && more < 1e15) {
                return Err(Error::Input(format!(
                    "--until {}: expected t = {}, which the checkpoint is at, or later, and fewer than 1e15 steps",
                    number(until, 12),
                    number(now, 7)
                )));
            }
            done + more.round() as u64
        }
    };
    Ok(options.steps.map_or(end, |steps| end.min(done.saturating_add(steps))))
}

fn words(device: &ExecutorDescription) -> String {
    let driver = if device.driver.is_empty() { String::new() } else { format!(", {}", device.driver) };
    format!("{} [{}{driver}] in {}", device.device, device.interface(), device.precision)
}
