//! Thermal equilibria: polarisation and magnetisation over the temperature.

use super::{Entry, Figure, Panel, Row, Runner, Trace};
use crate::check;
use crate::equilibrium::{Answer, Conditions, Thermal};
use crate::error::{Error, Result};
use crate::grid::Grid;
use crate::output::Style;
use crate::physics::Particle;
use crate::scenario::Loaded;
use crate::scenario::schema::{Equilibrium, Initial, Momentum, PhaseAxis, Scenario};

/// Temperatures of a theory curve.
const CURVE: usize = 61;

/// The first population's equilibrium.
fn equilibrium(scenario: &mut Scenario) -> Option<&mut Equilibrium> {
    let Initial::Populations(populations) = &mut scenario.initial else { return None };
    match &mut populations.first_mut()?.momentum {
        Momentum::Equilibrium(equilibrium) => Some(equilibrium),
        _ => None,
    }
}

/// R and M0/(mu_B n) of the scenario's gas at a temperature.
fn exact(scenario: &Scenario, temperature: f64) -> Result<Answer> {
    let mut scenario = scenario.clone();
    let field = scenario.fields.uniform_magnetic().length();
    let species = scenario.species.clone();
    let equilibrium = equilibrium(&mut scenario).ok_or_else(not_thermal)?;
    let dirac = species.charge * species.hbar / (2.0 * species.mass);
    let conditions = Conditions {
        mass: species.mass,
        relativistic: true,
        spin_energy: species.magnetic_moment.unwrap_or(dirac) * field,
        temperature,
        statistics: equilibrium.statistics,
        chemical_potential: equilibrium.chemical_potential,
        density: None,
        hbar: Some(species.hbar),
    };
    conditions.solve()
}

fn not_thermal() -> Error {
    Error::Run("the scenario does not begin in thermal equilibrium".into())
}

/// Gives the scenario the momenta that `spinwigner check` advises for its equilibrium.
fn recommend(scenario: &mut Scenario) -> Result<()> {
    let field = scenario.fields.uniform_magnetic();
    let given = *equilibrium(scenario).ok_or_else(not_thermal)?;
    let grid = Grid::of(&scenario.phase_space)?;
    let thermal = Thermal::new(
        &given,
        1.0,
        &Particle::new(&scenario.species, scenario.kinematics),
        field,
        grid.momenta().count(),
    )?;
    let Some(finer) = thermal.resolving(&grid, check::EQUILIBRIUM, check::EQUILIBRIUM_CELLS)? else {
        return Err(Error::Run(format!("no grid resolves the gas at T = {}", given.temperature)));
    };
    for axis in PhaseAxis::MOMENTA {
        if let (Some(axis), Some(found)) = (scenario.phase_space.axis_mut(axis), finer.axis(axis as usize)) {
            (axis.from, axis.to, axis.cells) = (found.from, found.to(), found.cells as u32);
        }
    }
    Ok(())
}

/// Loads the gas at several temperatures, on momenta that hold it, and draws R and M0 over
/// the temperature.
pub fn exhibit(temperatures: &[f64], runner: &mut Runner, loaded: &Loaded, entry: &mut Entry) -> Result<Figure> {
    let main = runner.run(loaded, &loaded.name)?;
    entry.take(&main);
    let scenario = &loaded.scenario;
    let coldest = temperatures.iter().copied().fold(f64::INFINITY, f64::min);
    let hottest = temperatures.iter().copied().fold(0.0, f64::max);
    let curve = (0..CURVE)
        .map(|i| {
            let t = coldest + (hottest - coldest) * i as f64 / (CURVE - 1) as f64;
            Ok((t, exact(scenario, t)?))
        })
        .collect::<Result<Vec<_>>>()?;
    let mut dots = Vec::new();
    for &temperature in temperatures {
        let answer = exact(scenario, temperature)?;
        let mut variant = loaded.clone();
        variant.scenario.expect.clear();
        variant.scenario.output.snapshots.clear();
        // One step: the state as it is loaded is the first row.
        variant.scenario.time.end = variant.scenario.time.step;
        equilibrium(&mut variant.scenario).ok_or_else(not_thermal)?.temperature = temperature;
        recommend(&mut variant.scenario)?;
        let outcome = runner.run(&variant, &format!("{}-t{temperature}", loaded.name))?;
        let first = |name: &str| outcome.table.column(name).and_then(|values| values.first().copied());
        let of = |name| first(name).ok_or_else(not_thermal);
        let moment = 0.5 * scenario.species.charge * scenario.species.hbar / scenario.species.mass;
        let (number, spin, magnetisation) = (of("number")?, of("spin_z")?, of("magnetisation_z")?);
        let (r, m) = (spin / number, magnetisation / (moment * number));
        for (what, theory, measured) in [("R", answer.polarisation, r), ("M0/(mu_B n)", answer.magnetisation, m)] {
            entry.rows.push(Row {
                what: format!("{what} at T = {temperature}, loaded"),
                theory,
                measured: Some(measured),
                error: (measured / theory - 1.0).abs(),
                allowed: check::EQUILIBRIUM,
            });
        }
        dots.push((temperature, r, m));
        entry.runs += 1;
        entry.seconds += outcome.seconds;
    }
    let panel = |label: &str, theory: fn(&Answer) -> f64, measured: fn(&(f64, f64, f64)) -> f64| Panel {
        title: String::new(),
        horizontal: ("T".into(), scenario.units.energy.clone()),
        vertical: (label.into(), String::new()),
        traces: vec![
            Trace::new("exact", curve.iter().map(|(t, answer)| (*t, theory(answer))), Style::Line),
            Trace::new("loaded on the grid", dots.iter().map(|dot| (dot.0, measured(dot))), Style::Dots),
        ],
        logarithmic: false,
    };
    Ok(Figure {
        title: scenario.title.clone(),
        panels: vec![
            panel("R", |answer| answer.polarisation, |dot| dot.1),
            panel("M_0/(μ_B n)", |answer| answer.magnetisation, |dot| dot.2),
        ],
    })
}
