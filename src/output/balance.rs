//! Pictures of local balances: curves of all terms along a line, maps of the residual
//! in a plane.

use std::path::Path;

use super::{HeatMap, LinePlot, PlotAxis, Scale, Series, Style, write_panels};
use crate::balance::{Balances, Equation, Law};
use crate::error::{Error, Result};
use crate::grid::AXIS_NAMES;
use crate::scenario::schema::{Scenario, Units};

/// Pictures of all laws at one time, with so many space axes.
pub fn pictures(spaces: usize, spin: bool) -> usize {
    match (spaces, spin) {
        (1, true) => 5,
        (1, false) => 4,
        (_, true) => 11,
        (_, false) => 8,
    }
}

/// Draws all laws at one time: `LAW_STEP.png` of curves, or a map of each component.
///
/// # Errors
///
/// [`Error::File`] where a picture cannot be written.
pub fn write(folder: &Path, balances: &Balances, scenario: &Scenario, step: u64) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
    let axes: Vec<usize> = balances.mesh.resolved().collect();
    for law in balances.laws() {
        let equations: Vec<&Equation> = balances.equations.iter().filter(|equation| equation.law == law).collect();
        if let [horizontal, vertical, ..] = axes[..] {
            for equation in equations {
                let path = folder.join(format!("{}_{step:07}.png", equation.name()));
                write_map(&path, balances, equation, scenario, [horizontal, vertical])?;
            }
        } else if let [axis] = axes[..] {
            let path = folder.join(format!("{}_{step:07}.png", law.name()));
            write_curves(&path, balances, &equations, scenario, axis)?;
        }
    }
    Ok(())
}

/// The quantity of a law in words.
fn words(law: Law) -> &'static str {
    match law {
        Law::Number => "particle number",
        Law::Energy => "energy",
        Law::Momentum => "momentum",
        Law::Spin => "spin",
        Law::Orbital => "orbital angular momentum",
    }
}

/// Unit of a density per time.
fn unit(law: Law, units: &Units, spaces: usize) -> String {
    let quantity = match law {
        Law::Number => "1",
        Law::Energy => &units.energy,
        Law::Momentum => &units.momentum,
        Law::Spin | Law::Orbital => &format!("{} · {}", units.momentum, units.length),
    };
    let volume = match spaces {
        1 => format!("({})", units.length),
        2 => format!("({})²", units.length),
        _ => format!("({})³", units.length),
    };
    format!("{quantity} / {volume} / ({})", units.time)
}

fn title(scenario: &Scenario, law: Law) -> String {
    format!("{}: local balance of {}", scenario.title, words(law))
}

/// `t = 1.25 1/ω_p`
fn when(balances: &Balances, units: &Units) -> String {
    format!("t = {} {}", (balances.time * 1e4).round() / 1e4, units.time)
}

/// `residual, up to 2.3e-4 of the terms`
fn how_large(balances: &Balances, law: Law) -> String {
    format!("residual, up to {:.1e} of the terms", balances.relative(law))
}

/// The residual, without what layers absorb.
fn residual(balances: &Balances, equation: &Equation) -> Vec<f64> {
    let mut residual = equation.residual();
    for (value, _) in residual.iter_mut().zip(&balances.absorbing).filter(|(_, absorbing)| **absorbing) {
        *value = f64::NAN;
    }
    residual
}

/// A panel per component, all terms in each.
fn write_curves(
    path: &Path,
    balances: &Balances,
    equations: &[&Equation],
    scenario: &Scenario,
    axis: usize,
) -> Result<()> {
    let (mesh, units) = (&balances.mesh, &scenario.units);
    let Some(law) = equations.first().map(|equation| equation.law) else { return Ok(()) };
    let abscissa: Vec<f64> = (0..mesh.size()).map(|i| mesh.position(i)[axis]).collect();
    let residuals: Vec<Vec<f64>> = equations.iter().map(|equation| residual(balances, equation)).collect();
    let mut panels = Vec::new();
    for (equation, residual) in equations.iter().zip(&residuals) {
        let Equation { component, rate, divergence, source, .. } = equation;
        let name = how_large(balances, law);
        let series = [("rate", rate), ("flux divergence", divergence), ("source", source), (&name, residual)];
        let time = when(balances, units);
        panels.push(LinePlot {
            title: component.map_or_else(|| time.clone(), |k| format!("{} component, {time}", AXIS_NAMES[k])),
            horizontal: (AXIS_NAMES[axis].into(), units.length.clone()),
            vertical: ("terms".into(), unit(law, units, 1)),
            series: series
                .map(|(name, values)| Series { name: name.into(), abscissa: &abscissa, values, style: Style::Line })
                .into(),
            logarithmic: false,
        });
    }
    write_panels(path, &title(scenario, law), &panels)
}

/// The residual in the plane of two axes, through the middle of a third.
fn write_map(
    path: &Path,
    balances: &Balances,
    equation: &Equation,
    scenario: &Scenario,
    plane: [usize; 2],
) -> Result<()> {
    let (mesh, units, law) = (&balances.mesh, &scenario.units, equation.law);
    let mut subtitle = format!("{}, {}", when(balances, units), how_large(balances, law));
    let middle = mesh.cells.map(|cells| cells / 2);
    for axis in mesh.resolved().filter(|axis| !plane.contains(axis)) {
        let place = mesh.first[axis] + middle[axis] as f64 * mesh.step[axis];
        subtitle += &format!(", {} = {}", AXIS_NAMES[axis], (place * 1e4).round() / 1e4);
    }
    let [columns, rows] = plane.map(|axis| mesh.cells[axis]);
    let values = residual(balances, equation);
    let at = |row: usize, column: usize| {
        let mut index = middle;
        (index[plane[0]], index[plane[1]]) = (column, row);
        values[mesh.cell(index)]
    };
    let values: Vec<f64> = (0..rows * columns).map(|i| at(i / columns, i % columns)).collect();
    let axis = |axis: usize| {
        let from = mesh.first[axis] - 0.5 * mesh.step[axis];
        let to = from + mesh.cells[axis] as f64 * mesh.step[axis];
        PlotAxis { label: AXIS_NAMES[axis].into(), unit: units.length.clone(), from, to }
    };
    let component = equation.component.map_or_else(String::new, |k| format!(", {}", AXIS_NAMES[k]));
    HeatMap {
        title: title(scenario, law) + &component,
        subtitle,
        horizontal: axis(plane[0]),
        vertical: axis(plane[1]),
        values: &values,
        arrows: &[],
        columns,
        rows,
        bar_label: format!("residual [{}]", unit(law, units, mesh.resolved().count())),
        scale: Scale::Diverging,
        true_to_scale: true,
    }
    .write_png(path)
}
