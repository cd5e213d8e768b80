//! Expected answers beside what a run came to.

use crate::fit;
use crate::quantities::mode_name;
use crate::scenario::schema::{Expectation, Measure, Mode, Time};
use crate::table::Table;

/// An expected answer and what came out.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The expected one.
    pub expectation: Expectation,
    /// `None` where no wave could be fitted.
    pub measured: Option<f64>,
}

impl Answer {
    /// What the rows of a run say that went over a `time`.
    pub fn of(expectation: &Expectation, table: &Table, time: Time) -> Answer {
        let measured = match &expectation.measure {
            Measure::Column { name, at, change } => {
                let value = table.nearest(name, at.unwrap_or(time.end));
                let first = if *change { table.nearest(name, time.start()) } else { Some(0.0) };
                value.zip(first).map(|(value, first)| value - first)
            }
            Measure::GrowthRate { mode, from, to, between } => {
                fitted(table, mode, [*from, *to], *between).map(|fit| fit.growth_rate)
            }
            Measure::Frequency { mode, from, to, between } => {
                fitted(table, mode, [*from, *to], *between).map(|fit| fit.frequency)
            }
        };
        Answer { expectation: expectation.clone(), measured }
    }

    /// Relative to the expected value, unless that is zero.
    pub fn error(&self) -> f64 {
        let scale = if self.expectation.value == 0.0 { 1.0 } else { self.expectation.value.abs() };
        self.measured.map_or(f64::INFINITY, |measured| (measured - self.expectation.value).abs() / scale)
    }

    /// Whether it is within the tolerance.
    pub fn met(&self) -> bool {
        self.error() <= self.expectation.relative_tolerance
    }
}

/// The wave of a recorded mode in a window of time, of its largest line or of that in a band of frequencies.
fn fitted(table: &Table, mode: &Mode, [from, to]: [f64; 2], between: Option<[f64; 2]>) -> Option<fit::Fit> {
    let time = table.column("time")?;
    let name = mode_name(mode);
    let (re, im) = (table.column(&format!("{name}_re"))?, table.column(&format!("{name}_im"))?);
    match between {
        Some(band) => fit::line(&time, &[&re, &im], from, to, band),
        None => fit::standing_wave(&time, &[&re, &im], from, to),
    }
}
