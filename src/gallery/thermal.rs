//! Thermal equilibria: polarisation and magnetisation over the temperature.

use glam::DVec3;

use super::{Entry, Figure, Panel, Row, Runner, Trace};
use crate::check;
use crate::equilibrium::{Thermal, Totals};
use crate::error::{Error, Result};
use crate::grid::Grid;
use crate::output::Style;
use crate::physics::Particle;
use crate::run::Outcome;
use crate::scenario::Loaded;
use crate::scenario::schema::{Equilibrium, Initial, Momentum, PhaseAxis, Population, Scenario};

/// Temperatures of a theory curve.
const CURVE: usize = 61;

/// The first population's equilibrium and density.
fn equilibrium(scenario: &mut Scenario) -> Result<(&mut Equilibrium, f64)> {
    let not_thermal = || Error::Run("the scenario does not begin in thermal equilibrium".into());
    let Initial::Populations(populations) = &mut scenario.initial else { return Err(not_thermal()) };
    match populations.first_mut() {
        Some(Population { momentum: Momentum::Equilibrium(equilibrium), density, .. }) => Ok((equilibrium, *density)),
        _ => Err(not_thermal()),
    }
}

/// The scenario at another temperature.
fn at(scenario: &Scenario, temperature: f64) -> Result<Scenario> {
    let mut scenario = scenario.clone();
    equilibrium(&mut scenario)?.0.temperature = temperature;
    Ok(scenario)
}

fn particle(scenario: &Scenario) -> Particle {
    Particle::new(&scenario.species, scenario.kinematics)
}

/// Its gas.
fn thermal(scenario: &Scenario) -> Result<Thermal> {
    let mut copy = scenario.clone();
    let (given, density) = equilibrium(&mut copy)?;
    let momenta = PhaseAxis::MOMENTA.into_iter().filter(|&axis| scenario.phase_space.axis(axis).is_some()).count();
    Thermal::new(given, density, &particle(scenario), scenario.fields.uniform_magnetic(), momenta)
}

/// Gives the scenario the momenta that `spinwigner check` advises for its equilibrium.
fn recommend(scenario: &mut Scenario) -> Result<()> {
    let grid = Grid::of(&scenario.phase_space)?;
    let finer = thermal(scenario)?.resolving(&grid, check::EQUILIBRIUM, check::EQUILIBRIUM_CELLS)?;
    let finer = finer.ok_or_else(|| Error::Run(format!("{}: no grid resolves the gas", scenario.title)))?;
    for axis in PhaseAxis::MOMENTA {
        if let (Some(axis), Some(found)) = (scenario.phase_space.axis_mut(axis), finer.axis(axis as usize)) {
            (axis.from, axis.to, axis.cells) = (found.from, found.to(), found.cells as u32);
        }
    }
    Ok(())
}

/// R and M0/(mu_B n) along mu_B B of the state as it was loaded, the first row.
fn loaded_totals(scenario: &Scenario, outcome: &Outcome) -> Result<Totals> {
    let first = |name: &str| {
        let value = outcome.table.column(name).and_then(|values| values.first().copied());
        value.ok_or_else(|| Error::Run(format!("{}: no column {name}", scenario.title)))
    };
    let vector = |name: &str| -> Result<DVec3> {
        Ok(DVec3::new(first(&format!("{name}_x"))?, first(&format!("{name}_y"))?, first(&format!("{name}_z"))?))
    };
    let (number, moment) = (first("number")?, particle(scenario).moment);
    let along = moment.signum() * scenario.fields.uniform_magnetic().normalize_or_zero();
    Ok(Totals {
        polarisation: vector("spin")?.dot(along) / number,
        magnetisation: vector("magnetisation")?.dot(along) / (moment * number),
    })
}

/// Loads the gas at several temperatures, on momenta that hold it, and draws R and M0 over
/// the temperature.
pub fn exhibit(temperatures: &[f64], runner: &Runner, loaded: &Loaded, entry: &mut Entry) -> Result<Figure> {
    let main = runner.run(loaded, &loaded.name)?;
    entry.take(&main);
    let scenario = &loaded.scenario;
    let coldest = temperatures.iter().copied().fold(f64::INFINITY, f64::min);
    let hottest = temperatures.iter().copied().fold(0.0, f64::max);
    let curve = (0..CURVE)
        .map(|i| {
            let temperature = coldest + (hottest - coldest) * i as f64 / (CURVE - 1) as f64;
            Ok((temperature, thermal(&at(scenario, temperature)?)?.exact()))
        })
        .collect::<Result<Vec<_>>>()?;
    let mut dots = Vec::new();
    for &temperature in temperatures {
        let mut variant = Loaded { scenario: at(scenario, temperature)?, ..loaded.clone() };
        variant.scenario.expect.clear();
        variant.scenario.output.snapshots.clear();
        variant.scenario.time.end = variant.scenario.time.step;
        recommend(&mut variant.scenario)?;
        let outcome = runner.run(&variant, &format!("{}-t{temperature}", loaded.name))?;
        let (exact, found) = (thermal(&variant.scenario)?.exact(), loaded_totals(scenario, &outcome)?);
        for (what, expected, measured) in
            [("R", exact.polarisation, found.polarisation), ("M0/(mu_B n)", exact.magnetisation, found.magnetisation)]
        {
            entry.rows.push(Row {
                what: format!("{what} at T = {temperature}, loaded"),
                expected,
                measured: Some(measured),
                error: (measured / expected - 1.0).abs(),
                allowed: check::EQUILIBRIUM,
            });
        }
        dots.push((temperature, found));
        entry.runs += 1;
        entry.seconds += outcome.seconds;
    }
    let panel = |label: &str, of: fn(&Totals) -> f64| Panel {
        title: String::new(),
        horizontal: ("T".into(), scenario.units.energy.clone()),
        vertical: (label.into(), String::new()),
        traces: vec![
            Trace::new("exact", curve.iter().map(|(t, totals)| (*t, of(totals))), Style::Line),
            Trace::new("loaded on the grid", dots.iter().map(|(t, totals)| (*t, of(totals))), Style::Dots),
        ],
        logarithmic: false,
    };
    Ok(Figure {
        title: scenario.title.clone(),
        panels: vec![
            panel("R, along μ_B B", |totals| totals.polarisation),
            panel("M_0/(μ_B n)", |totals| totals.magnetisation),
        ],
    })
}
