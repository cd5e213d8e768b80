//! Conserved quantities, health and Fourier modes: one row per sample.

use glam::DVec3;

use crate::error::{Error, Result};
use crate::grid::AXIS_NAMES;
use crate::operators::{Observables, Sources};
use crate::scenario::schema::{Diagnostics, Mode, ModeNumber, ModeQuantity, Units};
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

    /// Reads what [`Table::to_csv`] wrote; the message says what is wrong where.
    pub fn from_csv(text: &str) -> std::result::Result<Self, String> {
        let mut lines = text.lines().enumerate();
        let (_, header) = lines.next().ok_or("found an empty file, expected a header")?;
        let mut table = Table::default();
        for name in split_quoted(header) {
            let (name, unit) = match name.rsplit_once(" [") {
                Some((name, unit)) => (name.to_string(), unit.trim_end_matches(']').to_string()),
                None => (name, String::new()),
            };
            table.columns.push(name);
            table.units.push(unit);
        }
        for (index, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let row: Option<Vec<f64>> = line.split(',').map(|number| number.trim().parse().ok()).collect();
            match row {
                Some(row) if row.len() == table.columns.len() => table.rows.push(row),
                _ => return Err(format!("line {}: expected {} numbers", index + 1, table.columns.len())),
            }
        }
        Ok(table)
    }

    fn push(&mut self, row: Vec<(String, String, f64)>) {
        if self.rows.is_empty() {
            self.columns = row.iter().map(|(name, _, _)| name.clone()).collect();
            self.units = row.iter().map(|(_, unit, _)| unit.clone()).collect();
        }
        self.rows.push(row.into_iter().map(|(_, _, value)| value).collect());
    }
}

/// Splits at commas outside quotes, and takes the quotes off.
fn split_quoted(line: &str) -> Vec<String> {
    let (mut names, mut quoted) = (vec![String::new()], false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                names.last_mut().into_iter().for_each(|name| name.push('"'));
            }
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(String::new()),
            other => names.last_mut().into_iter().for_each(|name| name.push(other)),
        }
    }
    names
}

/// Stem of a mode's two columns, `STEM_re` and `STEM_im`: `density_mode1` along x,
/// `density_mode_1_0_m2` along all three axes, with `m` for minus.
pub fn mode_name(mode: &Mode) -> String {
    // The quantity's name in the scenario file is its name in the table.
    let name = serde_json::to_value(mode.quantity).ok();
    let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or("mode");
    match mode.mode {
        ModeNumber::X(number) => format!("{name}_mode{number}"),
        ModeNumber::Each(numbers) => {
            let [x, y, z] = numbers.map(|number| number.to_string().replace('-', "m"));
            format!("{name}_mode_{x}_{y}_{z}")
        }
    }
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

/// Sum of a quantity over the space cells, times their volume.
fn integral<T>(cells: &[T], volume: f64, of: impl Fn(&T) -> f64) -> f64 {
    cells.iter().map(of).sum::<f64>() * volume
}

fn row(
    simulation: &Simulation,
    observables: &[Observables],
    what: &Diagnostics,
    units: &Units,
) -> Vec<(String, String, f64)> {
    let (fields, particle) = (&simulation.fields, &simulation.particle);
    let sources: &[Sources] = &simulation.sources;
    let (mesh, volume) = (fields.mesh, simulation.grid.space_volume());
    let (e, b) = (simulation.electric(), fields.magnetic());
    let time = simulation.time();
    let mut row = Vec::new();
    // Adding zero makes a positive zero of a negative one.
    let mut put = |name: &str, unit: &str, value: f64| row.push((name.to_string(), unit.to_string(), value + 0.0));

    put("time", &units.time, time);
    put("number", "", integral(observables, volume, |o| o.density));
    put("charge", "", particle.charge * integral(observables, volume, |o| o.density));

    let kinetic = integral(observables, volume, |o| o.kinetic_energy);
    let electric = integral(&e, volume, |e| 0.5 * e.length_squared());
    let magnetic = integral(&fields.b, volume, |b| 0.5 * b.length_squared());
    let spin_energy: f64 = (0..sources.len())
        .map(|i| {
            let external = fields.external.at(i, mesh.position(i), time).b;
            -sources[i].magnetisation.dot(b[i] + external) * volume
        })
        .sum();
    put("energy_kinetic", &units.energy, kinetic);
    put("energy_electric", &units.energy, electric);
    put("energy_magnetic", &units.energy, magnetic);
    put("energy_spin", &units.energy, spin_energy);
    put("energy_total", &units.energy, kinetic + electric + magnetic + spin_energy);

    // D x B with D brought to the centres, where E and P live.
    let field_momentum: DVec3 = (0..sources.len()).map(|i| (e[i] + sources[i].polarisation).cross(b[i]) * volume).sum();
    for (k, name) in ["x", "y", "z"].into_iter().enumerate() {
        let particles = integral(observables, volume, |o| o.momentum[k]);
        put(&format!("momentum_{name}"), &units.momentum, particles + field_momentum[k]);
    }
    put("momentum_scale", &units.momentum, integral(observables, volume, |o| o.momentum_scale));
    if particle.spin {
        for (k, name) in ["x", "y", "z"].into_iter().enumerate() {
            put(&format!("spin_{name}"), "ħ/2", integral(observables, volume, |o| o.spin[k]));
        }
        for (k, name) in ["x", "y", "z"].into_iter().enumerate() {
            put(&format!("magnetisation_{name}"), "", integral(sources, volume, |s| s.magnetisation[k]));
        }
    }
    put("purity", "", integral(observables, volume, |o| o.purity));
    put("gauss_residual", "", if fields.is_frozen() { 0.0 } else { fields.gauss_residual(sources) });
    if mesh.resolved().count() > 1 && !fields.is_frozen() {
        put("divergence_b", "", fields.magnetic_residual());
    }
    put("edge_number", "", integral(observables, volume, |o| o.edge));
    put("least_w0_minus_w", "", observables.iter().map(|o| o.positivity).fold(f64::INFINITY, f64::min));

    if particle.spin && !mesh.is_point() {
        let axis = DVec3::from(what.spin_axis).normalize();
        let number = integral(observables, volume, |o| o.density);
        let centroid = |sign: f64| {
            let (mut weight, mut position) = (0.0, DVec3::ZERO);
            for (i, o) in observables.iter().enumerate() {
                let own = o.density + sign * axis.dot(o.spin);
                weight += own;
                position += own * mesh.position(i);
            }
            // No particle of this spin has no position: rows are finite, so it reads 0.
            if weight.abs() * volume > 1e-6 * number.abs() { position / weight } else { DVec3::ZERO }
        };
        let (up, down) = (centroid(1.0), centroid(-1.0));
        for k in mesh.resolved() {
            let name = AXIS_NAMES[k];
            put(&format!("mean_{name}_up"), &units.length, up[k]);
            put(&format!("mean_{name}_down"), &units.length, down[k]);
            put(&format!("separation_{name}"), &units.length, up[k] - down[k]);
        }
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
        // f = sum_m Re( amplitude_m exp(i k.r) )
        let numbers = mode.mode.each();
        // A wave that is its own mirror image counts once: 0 or half the cells along every axis.
        let alone = (0..3).all(|k| 2 * i64::from(numbers[k]) % mesh.cells[k] as i64 == 0);
        let weight = if alone { 1.0 } else { 2.0 } / observables.len() as f64;
        let wavenumber = DVec3::from(numbers.map(f64::from)) * mesh.fundamental();
        let (mut re, mut im) = (0.0, 0.0);
        for i in 0..observables.len() {
            let phase = wavenumber.dot(mesh.position(i));
            re += value(i) * phase.cos() * weight;
            im -= value(i) * phase.sin() * weight;
        }
        put(&format!("{}_re", mode_name(mode)), "", re);
        put(&format!("{}_im", mode_name(mode)), "", im);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names, units with commas and quotes, and every digit survive.
    #[test]
    fn a_table_is_read_back() {
        let table = Table {
            columns: vec!["time".into(), "energy_total".into(), "E_x_mode1_re".into()],
            units: vec!["1/ω_p".into(), "a, \"b\"".into(), String::new()],
            rows: vec![vec![0.0, 1.0 / 3.0, -1e-300], vec![0.1, 2.5, f64::MAX]],
        };
        let read = Table::from_csv(&table.to_csv()).expect("its own text");
        assert_eq!((read.columns, read.units, read.rows), (table.columns, table.units, table.rows));
        for text in ["", "time\nx\n", "time,b\n1\n"] {
            assert!(Table::from_csv(text).is_err(), "{text}");
        }
    }
}
