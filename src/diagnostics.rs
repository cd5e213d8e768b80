//! Conserved quantities, health and Fourier modes: one row per sample.

use std::f64::consts::TAU;

use glam::DVec3;

use crate::error::{Error, Result};
use crate::operators::{Observables, Sources};
use crate::scenario::schema::{Diagnostics, Mode, ModeQuantity, Units};
use crate::simulation::Simulation;

/// A table of samples; every row has the columns of the first.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Names without units.
    pub columns: Vec<String>,
    /// Unit of each column, empty for pure numbers.
    pub units: Vec<String>,
    pub rows: Vec<Vec<f64>>,
}

impl Table {
    /// Values of a column.
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        let index = self.columns.iter().position(|column| column == name)?;
        Some(self.rows.iter().map(|row| row[index]).collect())
    }

    /// Comma-separated text with units in the header, numbers in full precision.
    pub fn to_csv(&self) -> String {
        let names = self.columns.iter().zip(&self.units);
        let header: Vec<String> =
            names.map(|(name, unit)| if unit.is_empty() { name.clone() } else { format!("{name} [{unit}]") }).collect();
        // A unit may hold what separates columns.
        let quoted = |name: &String| match name.contains([',', '"', '\n']) {
            true => format!("\"{}\"", name.replace('"', "\"\"")),
            false => name.clone(),
        };
        let mut text = header.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
        for row in &self.rows {
            let numbers: Vec<String> = row.iter().map(|number| format!("{number:e}")).collect();
            text += &(numbers.join(",") + "\n");
        }
        text
    }

    fn push(&mut self, row: Vec<(String, String, f64)>) {
        if self.rows.is_empty() {
            self.columns = row.iter().map(|(name, _, _)| name.clone()).collect();
            self.units = row.iter().map(|(_, unit, _)| unit.clone()).collect();
        }
        self.rows.push(row.into_iter().map(|(_, _, value)| value).collect());
    }
}

/// Stem of a mode's two columns, `STEM_re` and `STEM_im`.
pub fn mode_name(mode: &Mode) -> String {
    // The quantity's name in the scenario file is its name in the table.
    let name = serde_json::to_value(mode.quantity).ok();
    let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or("mode");
    format!("{name}_mode{}", mode.mode.each()[0])
}

/// Appends a row for the present state. `Error::Run` when it is not finite.
pub fn sample(simulation: &mut Simulation, what: &Diagnostics, units: &Units, table: &mut Table) -> Result<()> {
    let observables = simulation.observables()?;
    let row = row(simulation, &observables, what, units);
    if let Some((name, _, value)) = row.iter().find(|(_, _, value)| !value.is_finite()) {
        return Err(Error::Run(format!(
            "{name} is {value} at t = {:.6} after {} steps; reduce time.step or refine the grid, and see the last \
             rows of diagnostics.csv",
            simulation.time(),
            simulation.steps
        )));
    }
    table.push(row);
    Ok(())
}

/// Sums over x of a quantity of each space cell, times the cell width.
fn integral<T>(cells: &[T], dx: f64, of: impl Fn(&T) -> f64) -> f64 {
    cells.iter().map(of).sum::<f64>() * dx
}

fn row(
    simulation: &Simulation,
    observables: &[Observables],
    what: &Diagnostics,
    units: &Units,
) -> Vec<(String, String, f64)> {
    let (fields, particle) = (&simulation.fields, &simulation.particle);
    let sources: &[Sources] = &simulation.sources;
    let dx = simulation.grid.space_volume();
    let (e, b) = (simulation.electric(), fields.magnetic());
    let time = simulation.time();
    let mut row = Vec::new();
    // Adding zero makes a positive zero of a negative one.
    let mut put = |name: &str, unit: &str, value: f64| row.push((name.to_string(), unit.to_string(), value + 0.0));

    put("time", &units.time, time);
    put("number", "", integral(observables, dx, |o| o.density));
    put("charge", "", particle.charge * integral(observables, dx, |o| o.density));

    let kinetic = integral(observables, dx, |o| o.kinetic_energy);
    let electric = integral(&e, dx, |e| 0.5 * e.length_squared());
    let magnetic = integral(&fields.b, dx, |b| 0.5 * b.length_squared());
    let spin_energy: f64 = (0..sources.len())
        .map(|i| {
            let external = fields.external.at(i, fields.x(i), time).b;
            -sources[i].magnetisation.dot(b[i] + external) * dx
        })
        .sum();
    put("energy_kinetic", &units.energy, kinetic);
    put("energy_electric", &units.energy, electric);
    put("energy_magnetic", &units.energy, magnetic);
    put("energy_spin", &units.energy, spin_energy);
    put("energy_total", &units.energy, kinetic + electric + magnetic + spin_energy);

    // D x B with D brought to the centres, where E and P live.
    let field_momentum: DVec3 = (0..sources.len()).map(|i| (e[i] + sources[i].polarisation).cross(b[i]) * dx).sum();
    for (k, name) in ["x", "y", "z"].into_iter().enumerate() {
        let particles = integral(observables, dx, |o| o.momentum[k]);
        put(&format!("momentum_{name}"), &units.momentum, particles + field_momentum[k]);
    }
    put("momentum_scale", &units.momentum, integral(observables, dx, |o| o.momentum_scale));
    if particle.spin {
        for (k, name) in ["x", "y", "z"].into_iter().enumerate() {
            put(&format!("spin_{name}"), "ħ/2", integral(observables, dx, |o| o.spin[k]));
        }
        for (k, name) in ["x", "y", "z"].into_iter().enumerate() {
            put(&format!("magnetisation_{name}"), "", integral(sources, dx, |s| s.magnetisation[k]));
        }
    }
    put("purity", "", integral(observables, dx, |o| o.purity));
    put("gauss_residual", "", if fields.is_frozen() { 0.0 } else { fields.gauss_residual(sources) });
    put("edge_number", "", integral(observables, dx, |o| o.edge));
    put("least_w0_minus_w", "", observables.iter().map(|o| o.positivity).fold(f64::INFINITY, f64::min));

    if particle.spin && simulation.grid.axis(0).is_some() {
        let axis = DVec3::from(what.spin_axis).normalize();
        let centroid = |sign: f64| {
            let weight = |i: usize| observables[i].density + sign * axis.dot(observables[i].spin);
            let (mut number, mut position) = (0.0, 0.0);
            for i in 0..observables.len() {
                number += weight(i);
                position += weight(i) * fields.x(i);
            }
            // No particle of this spin: no position.
            if number.abs() * dx > 1e-6 * integral(observables, dx, |o| o.density).abs() {
                position / number
            } else {
                0.0
            }
        };
        let (up, down) = (centroid(1.0), centroid(-1.0));
        put("mean_x_up", &units.length, up);
        put("mean_x_down", &units.length, down);
        put("separation_x", &units.length, up - down);
    }

    for mode in &what.modes {
        let value = |i: usize| match mode.quantity {
            ModeQuantity::Density => observables[i].density,
            ModeQuantity::Spin1 => observables[i].spin.x,
            ModeQuantity::Spin2 => observables[i].spin.y,
            ModeQuantity::Spin3 => observables[i].spin.z,
            ModeQuantity::Field(component) => {
                let (vector, direction) = crate::fields::component_index(component);
                if vector == 0 { e[i][direction] } else { b[i][direction] }
            }
        };
        // f = sum_m Re( amplitude_m exp(i k x) )
        let cells = observables.len();
        // Modes 0 and cells/2 are their own mirror images.
        let alone = mode.mode.each()[0] == 0 || 2 * mode.mode.each()[0] as usize == cells;
        let weight = if alone { 1.0 } else { 2.0 } / cells as f64;
        let (mut re, mut im) = (0.0, 0.0);
        for i in 0..cells {
            let phase = TAU * f64::from(mode.mode.each()[0]) * fields.x(i) / (cells as f64 * fields.mesh.step);
            re += value(i) * phase.cos() * weight;
            im -= value(i) * phase.sin() * weight;
        }
        put(&format!("{}_re", mode_name(mode)), "", re);
        put(&format!("{}_im", mode_name(mode)), "", im);
    }
    row
}
