//! Columns of diagnostics over time, and what a scenario expects of them at some times.

use super::{Entry, Figure, Panel, Runner, Trace};
use crate::error::{Error, Result};
use crate::output::Style;
use crate::scenario::Loaded;
use crate::scenario::schema::Measure;

/// A column, its change since the start where that is meant, and the expected values over time.
struct Expected<'a> {
    name: &'a str,
    change: bool,
    points: Vec<(f64, f64)>,
}

/// Runs the scenario and draws its expected columns, one panel for each.
pub fn exhibit(runner: &Runner, loaded: &Loaded, entry: &mut Entry) -> Result<Figure> {
    let outcome = runner.run(loaded, &loaded.name)?;
    entry.take(&outcome);
    let scenario = &loaded.scenario;
    let time = outcome.table.column("time").unwrap_or_default();
    let mut columns: Vec<Expected> = Vec::new();
    for expectation in &scenario.expect {
        let Measure::Column { name, at, change } = &expectation.measure else { continue };
        let point = (at.unwrap_or(scenario.time.end), expectation.value);
        match columns.iter_mut().find(|known| known.name == name && known.change == *change) {
            Some(known) => known.points.push(point),
            None => columns.push(Expected { name, change: *change, points: vec![point] }),
        }
    }
    let mut panels = Vec::new();
    for Expected { name, change, points } in columns {
        let values =
            outcome.table.column(name).ok_or_else(|| Error::Run(format!("{}: no column {name}", loaded.name)))?;
        let first = if change { values.first().copied().unwrap_or(0.0) } else { 0.0 };
        let label = if change { format!("change of {name}") } else { name.to_string() };
        panels.push(Panel {
            title: String::new(),
            horizontal: ("t".into(), scenario.units.time.clone()),
            vertical: (label, outcome.table.unit(name).unwrap_or_default().into()),
            traces: vec![
                Trace::new("expected", points, Style::Dots),
                Trace::new("measured", time.iter().zip(&values).map(|(t, value)| (*t, value - first)), Style::Line),
            ],
            logarithmic: false,
        });
    }
    Ok(Figure { title: scenario.title.clone(), panels })
}
