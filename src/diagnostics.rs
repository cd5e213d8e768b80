//! One row of `diagnostics.csv` per sample of a running simulation.

use crate::error::{Error, Result};
use crate::fields::Matter;
use crate::numerals::number;
use crate::operators::Observables;
use crate::precision::Precision;
use crate::quantities::{Column, Sample, columns};
use crate::scenario::schema::{Diagnostics, Units};
use crate::simulation::Simulation;
use crate::table::Table;

/// Appends a row for the present state.
///
/// # Errors
///
/// [`Error::Run`] when a number is not finite (no row is appended then), and those of [`Simulation::observables`].
pub fn sample(simulation: &mut Simulation, what: &Diagnostics, units: &Units, table: &mut Table) -> Result<()> {
    let observables = simulation.observables()?;
    let pairs = simulation.pairs()?;
    let fields = &simulation.fields;
    // E = D - P, with the more exact P of the observables.
    let exact = |o: &Observables| Matter { polarisation: o.polarisation, ..Matter::default() };
    let sample = Sample {
        time: simulation.time(),
        particle: &simulation.species.particle,
        fields,
        exchange: simulation.exchange.as_ref(),
        pairs: &pairs,
        matter: &simulation.matter(),
        observables: &observables,
        e: fields.electric(&observables.iter().map(exact).collect::<Vec<_>>()),
        b: fields.magnetic(),
        fixed_momentum: simulation.fixed_momentum,
        diagnostics: what,
    };
    let columns = columns(&sample.facts()).into_iter();
    // Adding zero makes a positive zero of a negative one.
    let value = |column: &Column| (column.quantity.value)(&sample, column.k) + 0.0;
    let row: Vec<(String, String, f64)> = columns
        .map(|column| {
            let (value, unit) = (value(&column), column.quantity.unit.name(units));
            (column.name, unit, value)
        })
        .collect();
    if let Some((name, _, value)) = row.iter().find(|(_, _, value)| !value.is_finite()) {
        let found = format!("{name} is {value} at t = {}", number(simulation.time(), 7));
        let single = simulation.executor.description().precision == Precision::F32;
        return Err(Error::Run(match simulation.clock.steps {
            0 if single => format!(
                "{found}, before the first step: numbers leave the range of single precision, 1.2e-38 to 3.4e38; use \
                 --precision f64 or --device reference, or units in which masses, momenta and densities are near one"
            ),
            0 => format!("{found}, before the first step: numbers overflow; use units in which they are near one"),
            steps => format!(
                "{found} after {steps} steps; reduce time.step or refine the grid, and see the last rows of \
                 diagnostics.csv"
            ),
        }));
    }
    table.push(row);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use glam::DVec3;
    use serde_json::{Value, json};

    use super::*;
    use crate::precision::Precision;
    use crate::processor;
    use crate::quantities::Facts;
    use crate::scenario::{Loaded, parse};
    use crate::simulation::Prepared;
    use crate::state::State;

    /// The first row of a run on the reference: `cell(r, p)` on the given axes.
    fn first_row(space: &[&str], cells: u32, fields: Value, cell: impl Fn(DVec3, DVec3) -> glam::DVec4) -> Table {
        let mut axes = json!({});
        for name in space {
            axes[*name] = json!({"from": 1.0, "to": 9.0, "cells": cells});
            axes[format!("p{name}")] = json!({"from": -3.0, "to": 3.0, "cells": 24});
        }
        let text = json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": -1, "hbar": 0.4},
            "phase_space": axes,
            "initial": {"populations": [{"momentum": {"maxwellian": {"temperature": 0.1}}}]},
            "fields": fields,
            "time": {"step": 0.1, "end": 1.0}
        })
        .to_string();
        let scenario = parse::parse(&text, "test").expect("valid");
        let (name, origin, folder) = ("test".into(), "test".into(), PathBuf::from("."));
        let mut prepared =
            Prepared::new(&Loaded { scenario: scenario.clone(), name, text, origin, folder }).expect("consistent");
        let (grid, mesh) = (prepared.grid.clone(), crate::fields::Mesh::of(&prepared.grid));
        let momenta = grid.momentum_cells();
        let values = (0..grid.cells()).map(|i| cell(mesh.position(i / momenta), grid.momentum(i % momenta)));
        prepared.state = State::Spin(values.collect()).into();
        let executor =
            processor::executor(Precision::F64, grid, prepared.species.particle, 1.0, &prepared.state).expect("made");
        let mut simulation = prepared.start(executor).expect("consistent");
        let mut table = Table::default();
        sample(&mut simulation, &Diagnostics::default(), &Units::default(), &mut table).expect("finite");
        let known: Vec<String> = columns(&Facts::of(&scenario)).into_iter().map(|column| column.name).collect();
        assert_eq!(table.columns, known, "what a scenario foretells its run has");
        table
    }

    fn value(table: &Table, column: &str) -> f64 {
        table.column(column).unwrap_or_else(|| panic!("no {column} in {:?}", table.columns))[0]
    }

    /// A packet that turns rigidly, p = Omega x (r - c) with Omega along z, spread s in x and y and
    /// t in momentum, and drifts with (p, 0): L_z = N ( 2 Omega s^2 - b p ) with c = 5 + b along y.
    /// Spins along z add (hbar/2) N. Sums of Gaussians two cells wide or more are exact to
    /// 2 exp(-2 pi^2 2^2), cut off at 6 s and 5 t: to 1e-5.
    #[test]
    fn orbital_angular_momentum_of_a_rigid_rotation() {
        let (omega, s, t, b, drift) = (0.25, 0.6, 0.5, 0.3, 0.2);
        let centre = DVec3::new(5.0, 5.0 + b, 0.0);
        let packet = |r: DVec3, p: DVec3| {
            let from = r - centre;
            let mean = DVec3::new(drift - omega * from.y, omega * from.x, 0.0);
            let exponent = from.length_squared() / (s * s) + (p - mean).length_squared() / (t * t);
            (-0.5 * exponent).exp() * glam::DVec4::new(1.0, 0.0, 0.0, 1.0)
        };
        let table = first_row(&["x", "y"], 27, json!({"evolution": "frozen"}), packet);
        let number = value(&table, "number");
        let exact = number * (2.0 * omega * s * s - b * drift);
        let orbital = value(&table, "angular_momentum_orbital_z");
        assert!((orbital / exact - 1.0).abs() < 1e-5, "{orbital} for {exact}");
        let spin = value(&table, "angular_momentum_spin_z");
        assert!((spin / (0.2 * number) - 1.0).abs() < 1e-12, "{spin}");
        let total = value(&table, "angular_momentum_z");
        assert!((total - orbital - spin).abs() < 1e-14 * number, "{total}");
        let momentum = value(&table, "momentum_particles_x");
        assert!((momentum / (number * drift) - 1.0).abs() < 1e-5, "{momentum}");
        assert!(!table.columns.iter().any(|name| name == "angular_momentum_x"));
    }

    /// D = E0 sin(k (x - c)) e_x in B0 e_z: int r x (D x B) = - B0 int (x - c) D_x = - B0 E0 V S, where the
    /// sum S of x sin(k x) over n cells of width d is d/(2 sin(k d/2)) for each. The momentum D x B
    /// of the field vanishes.
    #[test]
    fn angular_momentum_of_crossed_fields() {
        let (e, b, cells) = (0.3, 0.7, 12);
        // sin(k (x - c)) is cos(k x + phase) with x - c = 0 at x = 5 and k = 2 pi/8.
        let k = std::f64::consts::TAU / 8.0;
        let phase = -0.5 * std::f64::consts::PI - 5.0 * k;
        let fields = json!({
            "evolution": "frozen", "uniform": {"B": [0, 0, b]},
            "perturbations": [{"component": "E_x", "mode": [1, 0, 0], "amplitude": e, "phase": phase}]
        });
        let table = first_row(&["x", "y"], cells, fields, |_, p| (-4.0 * p.length_squared()).exp() * glam::DVec4::X);
        let width = 8.0 / f64::from(cells);
        let exact = -b * e * 64.0 * 0.5 * width / (0.5 * k * width).sin();
        let field = value(&table, "angular_momentum_field_z");
        assert!((field / exact - 1.0).abs() < 1e-12, "{field} for {exact}");
        assert!(value(&table, "momentum_field_y").abs() < 1e-12 * exact.abs());
    }
}
