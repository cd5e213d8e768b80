//! When a run is kept, and all that it remembers besides its simulation.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::DeviceChoice;
use super::actions::{BalancesMemory, PicturesMemory, RowsMemory};
use super::schedule::{Halt, Schedule, WallClock};
use crate::precision::Precision;
use crate::scenario::schema::Scenario;

/// When checkpoints are due besides a signal.
pub(super) struct Checkpoints {
    schedules: Vec<Schedule>,
    clock: Option<WallClock>,
}

impl Checkpoints {
    pub fn new(scenario: &Scenario, step: f64) -> Checkpoints {
        let Some(given) = scenario.output.checkpoints else {
            return Checkpoints { schedules: Vec::new(), clock: None };
        };
        let interval = given.interval.map(|interval| Schedule::every(Some(interval), step));
        let steps = given.steps.map(Schedule::Every);
        // At the last step whatever else is asked for, so that the run can be gone on with.
        let schedules = interval.into_iter().chain(steps).chain([Schedule::AtEnd]).collect();
        let clock =
            given.seconds.map(|seconds| WallClock::new(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)));
        Checkpoints { schedules, clock }
    }

    /// The first step after `at` at which one is due, whatever the clock says.
    pub fn next(&self, at: Halt) -> u64 {
        self.schedules.iter().map(|schedule| schedule.next(at)).min().unwrap_or(at.end)
    }

    pub fn is_due(&mut self, at: Halt) -> bool {
        self.clock.as_mut().is_some_and(WallClock::strikes) || self.schedules.iter().any(|schedule| schedule.is_due(at))
    }
}

/// All that a run remembers besides its simulation.
#[derive(Serialize, Deserialize)]
pub(super) struct Memory {
    /// As it was asked for.
    pub device: DeviceChoice,
    pub precision: Option<Precision>,
    /// Sweeps so far.
    pub sweeps: u64,
    /// Time on the wall so far.
    pub seconds: f64,
    pub warnings: Vec<String>,
    pub notes: Vec<String>,
    /// Steps after which it was gone on with.
    pub resumed: Vec<u64>,
    /// Steps done when it began.
    pub begin: u64,
    pub rows: RowsMemory,
    pub pictures: PicturesMemory,
    pub balances: Option<BalancesMemory>,
}
