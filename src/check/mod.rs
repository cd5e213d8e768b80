//! What a scenario will cost and how well it is resolved, without a GPU.

mod memory;
mod misleading;
mod resolution;
mod steps;
#[cfg(test)]
mod tests;

use std::f64::consts::{PI, TAU};
use std::fmt::Write;
use std::path::Path;

use glam::DVec3;

use crate::equilibrium::Thermal;
use crate::error::Result;
use crate::fields::{Prescribed, SHARE, StepLimit, potential};
use crate::gpu;
use crate::grid::{AXIS_NAMES, Axis, Grid, MOMENTUM};
use crate::needs::{self, Disk, Memory, Room};
use crate::numerals::{bytes, number};
use crate::operators::FieldSample;
use crate::physics::Particle;
use crate::precision::Precision;
use crate::reduction;
use crate::scenario::Loaded;
use crate::scenario::schema::{
    self, Evolution, Initial, ModeNumber, Momentum, Perturbation, PhaseAxis, Population, Scenario, Space, Spin, Time,
};
use crate::simulation::{Origin, Prepared};
use crate::{initial, validate, watch};

/// Advised height at the momentum edges, relative to the peak: 5 spreads of a Gaussian leave 3.7e-6.
const EDGE: f64 = 4e-6;
/// Advised error of R and M0 on the grid, and the most momentum cells tried for it.
pub(crate) const EQUILIBRIUM: f64 = 1e-4;
pub(crate) const EQUILIBRIUM_CELLS: usize = 1 << 21;
/// Largest initial state that is made to be judged, in bytes.
const MADE_AT_ONCE: u64 = 1 << 27;

/// That on which a run computes unless it is told otherwise.
fn here() -> Room {
    gpu::best_gpu().map_or_else(Room::processor, Room::of)
}

/// Cells of an axis after multiplication.
fn scaled(cells: u32, factor: f64) -> u32 {
    ((f64::from(cells) * factor) as u32).max(validate::MIN_CELLS)
}

/// Everything `spinwigner check` prints about a run in `precision`.
///
/// # Errors
///
/// [`Error::Input`] for what a run will refuse of the initial state and its fields, where that is not too large to be
/// made at once, and where a run needs more memory than `memory_budget` bytes, or without one than the device that it
/// would take is known to have, or more memory or disk than this machine has left.
pub fn report(loaded: &Loaded, memory_budget: Option<u64>, precision: Precision) -> Result<String> {
    report_on(&here(), loaded, memory_budget, precision)
}

/// The same for a device that is chosen.
///
/// # Errors
///
/// Those of [`report`].
pub fn report_on(room: &Room, loaded: &Loaded, memory_budget: Option<u64>, precision: Precision) -> Result<String> {
    let estimate = Estimate::new(loaded, precision)?;
    let mut text = String::new();
    // Writing to a String cannot fail.
    let mut line = |words: String| writeln!(text, "{words}").unwrap_or_default();
    line(format!("{}: valid", loaded.origin));
    line(format!("  {}", loaded.scenario.title));
    line(String::new());
    estimate.phase_space(&mut line);
    let mut lacking = estimate.memory(memory_budget, room, &mut line);
    lacking.extend(estimate.disk(&mut line));
    needs::refuse(lacking).map_err(|error| loaded.placed(error))?;
    if let Some(origin) = Origin::of(&loaded.scenario, &loaded.folder).map_err(|error| loaded.placed(error))? {
        line(String::new());
        line("initial state".into());
        origin
            .words(&loaded.scenario, &estimate.grid, precision)
            .into_iter()
            .for_each(|words| line(format!("  {words}")));
    }
    let mut current = None;
    let read = !matches!(loaded.scenario.initial, Initial::Populations(_));
    let most = if read { initial::READ_AT_ONCE } else { MADE_AT_ONCE };
    if 8.0 * estimate.cells() * loaded.scenario.species.components() as f64 <= most as f64 {
        // What a run refuses once it has the state, and what it says of it.
        let prepared = Prepared::new(loaded)?;
        let sources = prepared.sources().map_err(|error| loaded.placed(error))?;
        if loaded.scenario.fields.evolution != Evolution::Frozen {
            let particle = &prepared.species.particle;
            current = watch::mean_current(&loaded.scenario, &prepared.grid, particle, &sources);
        }
        prepared.refuse_unmatched().map_err(|error| loaded.placed(error))?;
    } else {
        line(format!("  initial state of more than {}: judged by the run", bytes(most as f64)));
    }
    line(String::new());
    line("resolution and step size".into());
    let current = current.map(|words| Advice { level: Level::Warning, words });
    for Advice { level, words } in estimate.advice().into_iter().chain(current) {
        line(format!("  {:<8} {words}", level.word()));
    }
    Ok(text)
}

/// What [`report`] warns of, for a run to repeat. A mean current is left to the run, which has the state.
///
/// # Errors
///
/// [`Error::Input`] for a grid that cannot be.
pub fn warnings(loaded: &Loaded, precision: Precision) -> Result<Vec<String>> {
    let advice = Estimate::without_limit(loaded, precision)?.advice();
    Ok(advice.into_iter().filter(|advice| advice.level == Level::Warning).map(|advice| advice.words).collect())
}

/// How urgent a piece of advice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Ok,
    Note,
    Warning,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Note => "note",
            Level::Warning => "warning",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Advice {
    level: Level,
    words: String,
}

impl Advice {
    /// `fact` alone when all is well, else followed by what to do.
    fn new(level: Level, fact: String, remedy: impl Into<String>) -> Self {
        let words = if level == Level::Ok { fact } else { format!("{fact}; {}", remedy.into()) };
        Advice { level, words }
    }
}

struct Estimate<'s> {
    scenario: &'s Scenario,
    /// Of its arrays.
    folder: &'s Path,
    limit: Option<StepLimit>,
    /// Of the state on the device.
    precision: Precision,
    particle: Particle,
    grid: Grid,
    /// Along x, y, z.
    spaces: [Option<Axis>; 3],
    /// Along x, y, z.
    momenta: [Option<Axis>; 3],
}

impl<'s> Estimate<'s> {
    fn new(loaded: &'s Loaded, precision: Precision) -> Result<Self> {
        let limit = validate::step_limit(&loaded.scenario, &loaded.folder);
        Ok(Estimate { limit, ..Self::without_limit(loaded, precision)? })
    }

    /// The same but for the limit of the step, which every valid scenario keeps.
    fn without_limit(loaded: &'s Loaded, precision: Precision) -> Result<Self> {
        let scenario = &loaded.scenario;
        let grid = Grid::of(&scenario.phase_space)?;
        let axes = |first: usize| [0, 1, 2].map(|direction| grid.axis(first + direction).copied());
        Ok(Estimate {
            scenario,
            folder: &loaded.folder,
            limit: None,
            precision,
            particle: Particle::new(&scenario.species, scenario.kinematics),
            spaces: axes(0),
            momenta: axes(MOMENTUM),
            grid,
        })
    }

    fn cells(&self) -> f64 {
        self.scenario.phase_space.axes().iter().map(|(_, axis)| f64::from(axis.cells)).product()
    }

    /// Bytes of a cell on the device.
    fn cell_bytes(&self) -> usize {
        self.precision.bytes() * self.scenario.species.components()
    }

    fn advice(&self) -> Vec<Advice> {
        let bounds = self.field_bounds();
        let mut advice = Vec::new();
        advice.extend(self.glyphs());
        advice.extend(self.range());
        advice.extend(self.narrow());
        advice.extend(self.streaming(&bounds));
        advice.extend(self.forces(&bounds));
        advice.extend(self.narrow_potentials());
        advice.extend(self.stability());
        advice.extend(self.outrunning());
        advice.extend(self.plasma_frequency());
        advice.extend(self.cyclotron(&bounds));
        advice.extend(self.precession(&bounds));
        advice.extend(self.exchange());
        advice.extend(self.range_of_exchange());
        advice.extend(self.pulses());
        advice.extend(self.susceptibility());
        advice.extend(self.collisions());
        advice.extend(self.populations());
        advice.extend(self.equilibria());
        advice.extend(self.wavelengths());
        advice.extend(self.recurrence());
        advice.extend(self.ends());
        advice.extend(self.continued());
        advice.extend(self.reductions());
        advice
    }

    fn populations_given(&self) -> &[Population] {
        match &self.scenario.initial {
            Initial::Populations(populations) => populations,
            Initial::File(_) | Initial::Checkpoint(_) => &[],
        }
    }

    /// The resolved space axes and their directions.
    fn spaces(&self) -> impl Iterator<Item = (usize, Axis)> {
        self.spaces.into_iter().enumerate().filter_map(|(direction, axis)| Some((direction, axis?)))
    }

    /// Wave vector of a mode.
    fn wave_vector(&self, mode: ModeNumber) -> DVec3 {
        let modes = mode.each();
        let mut k = DVec3::ZERO;
        for (direction, axis) in self.spaces() {
            k[direction] = TAU * f64::from(modes[direction]) / axis.length();
        }
        k
    }
}
