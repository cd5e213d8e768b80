//! Numbers that are no numbers: where, when, and what the row before said.

use crate::error::{Error, Result};
use crate::grid::AXIS_NAMES;
use crate::numerals::number;
use crate::precision::Numbers;
use crate::simulation::Simulation;
use crate::table::Table;

/// The place of the first number that is not finite.
pub(super) fn first(numbers: &Numbers) -> Option<usize> {
    match numbers {
        Numbers::F32(numbers) => numbers.iter().position(|number| !number.is_finite()),
        Numbers::F64(numbers) => numbers.iter().position(|number| !number.is_finite()),
    }
}

/// The failure of a run that the number at `place` among those of all cells ends.
pub(super) fn error(simulation: &Simulation, rows: &Table, place: usize, value: f64) -> Error {
    let (steps, time) = (simulation.clock.steps, number(simulation.time(), 7));
    Error::Run(format!(
        "{} after step {steps}, at t = {time}{}; reduce time.step or refine the grid",
        cell(simulation, place, value),
        row_before(rows)
    ))
}

/// The cell of the first number of the state that is not finite, in words: empty where there is none.
pub(super) fn place(simulation: &mut Simulation) -> Result<Option<String>> {
    let components = simulation.executor.components();
    let mut found = None;
    simulation.executor.walk(&mut |start, numbers| {
        found = found.or_else(|| first(numbers).map(|at| (start * components + at, numbers.clone().widened()[at])));
        Ok(())
    })?;
    Ok(found.map(|(place, value)| cell(simulation, place, value)))
}

/// `w2 is NaN in the cell at x = 0.5 (3), px = -1 (10)`
fn cell(simulation: &Simulation, place: usize, value: f64) -> String {
    let (components, grid) = (simulation.executor.components(), &simulation.grid);
    let index = grid.indices(place / components);
    let axes = grid.resolved().filter_map(|slot| {
        let axis = grid.axis(slot)?;
        Some(format!("{} = {} ({})", AXIS_NAMES[slot], number(axis.centre(index[slot] as isize), 6), index[slot]))
    });
    format!("w{} is {value} in the cell at {}", place % components, axes.collect::<Vec<_>>().join(", "))
}

/// `; the row before, at t = 1.5, said number = 1, ...`, of the first columns; empty where there is none.
pub(super) fn row_before(rows: &Table) -> String {
    const COLUMNS: [&str; 5] = ["number", "energy_kinetic", "energy_electric", "energy_magnetic", "energy_total"];
    let value = |name: &str| {
        let index = rows.columns.iter().position(|column| column == name)?;
        rows.rows.last()?.get(index).copied()
    };
    let Some(time) = value("time") else { return String::new() };
    let said = COLUMNS.iter().filter_map(|name| Some(format!("{name} = {}", number(value(name)?, 6))));
    format!("; the row before, at t = {}, said {}", number(time, 7), said.collect::<Vec<_>>().join(", "))
}
