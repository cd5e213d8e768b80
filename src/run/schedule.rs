//! When something is due.

use std::time::{Duration, Instant};

use crate::simulation::Clock;

/// A halt of a run: so many steps of all are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Halt {
    pub step: u64,
    pub end: u64,
    /// Steps done when the run began: not 0 where it goes on from another.
    pub begin: u64,
}

impl Halt {
    pub fn is_first(self) -> bool {
        self.step == self.begin
    }

    pub fn is_last(self) -> bool {
        self.step == self.end
    }
}

/// Steps at which something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Every so many steps, at the beginning and at the end.
    Every(u64),
    /// At these steps alone.
    At(Vec<u64>),
    /// At the end alone.
    AtEnd,
}

impl Schedule {
    /// What is due every `interval` of time, in steps of `step`; each step without one.
    pub fn every(interval: Option<f64>, step: f64) -> Schedule {
        Schedule::Every(interval.map_or(1, |interval| ((interval / step).round() as u64).max(1)))
    }

    /// What is due at some times.
    pub fn at(times: &[f64], clock: &Clock) -> Schedule {
        Schedule::At(times.iter().map(|&time| clock.steps_at(time)).collect())
    }

    pub fn is_due(&self, at: Halt) -> bool {
        match self {
            Schedule::Every(steps) => at.step.is_multiple_of(*steps) || at.is_first() || at.is_last(),
            Schedule::At(steps) => steps.contains(&at.step),
            Schedule::AtEnd => at.is_last(),
        }
    }

    /// The first step after `at` at which it is due; the end where there is none before.
    pub fn next(&self, at: Halt) -> u64 {
        match self {
            Schedule::Every(steps) => (at.step / steps).saturating_add(1).saturating_mul(*steps).min(at.end),
            Schedule::At(steps) => {
                steps.iter().copied().filter(|&step| step > at.step).min().unwrap_or(at.end).min(at.end)
            }
            Schedule::AtEnd => at.end,
        }
    }
}

/// Something that is due when so much time has passed on the wall since it was last done.
#[derive(Clone, Copy, Debug)]
pub struct WallClock {
    pub pause: Duration,
    last: Instant,
}

impl WallClock {
    pub fn new(pause: Duration) -> WallClock {
        WallClock { pause, last: Instant::now() }
    }

    /// Whether it is due; if so, as of now it was done.
    pub fn strikes(&mut self) -> bool {
        let due = self.last.elapsed() > self.pause;
        if due {
            self.last = Instant::now();
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Going from one due step to the next meets all of them, and the end.
    #[test]
    fn what_is_due_is_met() {
        for (schedule, due) in [
            (Schedule::Every(1), vec![0, 1, 2, 3, 4, 5, 6, 7]),
            (Schedule::Every(3), vec![0, 3, 6, 7]),
            (Schedule::Every(u64::MAX), vec![0, 7]),
            (Schedule::AtEnd, vec![7]),
            (Schedule::At(vec![5, 0, 2, 9]), vec![0, 2, 5]),
        ] {
            let halt = |step| Halt { step, end: 7, begin: 0 };
            let listed: Vec<u64> = (0..=7).filter(|&step| schedule.is_due(halt(step))).collect();
            assert_eq!(listed, due, "{schedule:?}");
            let mut met = vec![0];
            while let Some(&last) = met.last()
                && last < 7
            {
                met.push(schedule.next(halt(last)));
            }
            assert_eq!(met.iter().filter(|&&step| schedule.is_due(halt(step))).count(), due.len(), "{schedule:?}");
        }
    }

    /// The nearest number of steps, at least one.
    #[test]
    fn intervals_become_steps() {
        for (interval, steps) in [(None, 1), (Some(0.01), 1), (Some(0.1), 1), (Some(0.26), 3), (Some(1e3), 10_000)] {
            assert_eq!(Schedule::every(interval, 0.1), Schedule::Every(steps));
        }
        assert_eq!(Schedule::at(&[0.3, 0.0, 1.2], &Clock::new(0.0, 0.1)), Schedule::At(vec![3, 0, 12]));
        assert_eq!(Schedule::at(&[0.3, 0.4, 1.2], &Clock::new(0.3, 0.1)), Schedule::At(vec![0, 1, 9]));
    }
}
