//! Conserved quantities, health and Fourier modes: one row per sample.

use glam::DVec3;

use crate::error::{Error, Result};
use crate::fields::{Matter, others};
use crate::grid::{AXIS_NAMES, MOMENTUM};
use crate::operators::Observables;
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

    /// Value of a column in the row nearest to a time.
    pub fn nearest(&self, name: &str, time: f64) -> Option<f64> {
        let distances = self.column("time")?.into_iter().map(|t| (t - time).abs());
        let nearest = distances.zip(self.column(name)?).min_by(|(a, _), (b, _)| a.total_cmp(b));
        nearest.map(|(_, value)| value)
    }

    /// Unit of a column.
    pub fn unit(&self, name: &str) -> Option<&str> {
        let index = self.columns.iter().position(|column| column == name)?;
        Some(&self.units[index])
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

    pub(crate) fn push(&mut self, row: Vec<(String, String, f64)>) {
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
            simulation.clock.steps
        )));
    }
    table.push(row);
    Ok(())
}

/// Sum with the rounding errors carried along (Neumaier, ZAMM 54, 39 (1974)).
fn compensated(terms: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for term in terms {
        let next: f64 = sum + term;
        lost += if f64::abs(sum) >= term.abs() { (sum - next) + term } else { (term - next) + sum };
        sum = next;
    }
    sum + lost
}

/// Sum of a quantity over the space cells, times their volume.
fn integral<T>(cells: &[T], volume: f64, of: impl Fn(&T) -> f64) -> f64 {
    compensated(cells.iter().map(of)) * volume
}

/// The same of a vector.
fn vector_integral<T>(cells: &[T], volume: f64, of: impl Fn(&T) -> DVec3) -> DVec3 {
    DVec3::from([0, 1, 2].map(|k| integral(cells, volume, |cell| of(cell)[k])))
}

/// What angular momentum is made of at one space cell.
struct Carried {
    /// From the centre of the box, 0 along axes that are not resolved.
    lever: DVec3,
    /// Densities of momentum.
    particles: DVec3,
    field: DVec3,
}

fn row(
    simulation: &Simulation,
    observables: &[Observables],
    what: &Diagnostics,
    units: &Units,
) -> Vec<(String, String, f64)> {
    let (fields, particle) = (&simulation.fields, &simulation.species.particle);
    let (mesh, volume) = (fields.mesh, simulation.grid.space_volume());
    // E = D - P, with the more exact P of the observables.
    let exact = |o: &Observables| Matter { polarisation: o.polarisation, ..Matter::default() };
    let e = fields.electric(&observables.iter().map(exact).collect::<Vec<_>>());
    let b = fields.magnetic();
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
    let spin_energy = volume
        * compensated((0..observables.len()).map(|i| {
            let external = fields.external.at(i, mesh.position(i), time).b;
            -observables[i].magnetisation.dot(b[i] + external)
        }));
    put("energy_kinetic", &units.energy, kinetic);
    put("energy_electric", &units.energy, electric);
    put("energy_magnetic", &units.energy, magnetic);
    put("energy_spin", &units.energy, spin_energy);
    put("energy_total", &units.energy, compensated([kinetic, electric, magnetic, spin_energy]));

    // D x B with D brought to the centres, where E and P live.
    let carried: Vec<Carried> = (0..observables.len())
        .map(|i| Carried {
            lever: mesh.position(i) - mesh.centre(),
            particles: observables[i].momentum,
            field: (e[i] + observables[i].polarisation).cross(b[i]),
        })
        .collect();
    let particles = vector_integral(&carried, volume, |c| c.particles);
    let field = vector_integral(&carried, volume, |c| c.field);
    let fixed = simulation.fixed_momentum;
    for (stem, vector) in
        [("", particles + field + fixed), ("particles_", particles), ("field_", field), ("fixed_", fixed)]
    {
        for k in 0..MOMENTUM {
            put(&format!("momentum_{stem}{}", AXIS_NAMES[k]), &units.momentum, vector[k]);
        }
    }
    put("momentum_scale", &units.momentum, integral(observables, volume, |o| o.momentum_scale));
    if particle.spin {
        for (k, name) in ["x", "y", "z"].into_iter().enumerate() {
            put(&format!("spin_{name}"), "ħ/2", integral(observables, volume, |o| o.spin[k]));
        }
        for (k, name) in ["x", "y", "z"].into_iter().enumerate() {
            put(&format!("magnetisation_{name}"), "", integral(observables, volume, |o| o.magnetisation[k]));
        }
    }
    // A component of r x p needs both axes of its plane.
    let turns = |k: usize| others(k).iter().all(|axis| mesh.resolved().any(|resolved| resolved == *axis));
    let orbital = vector_integral(&carried, volume, |c| c.lever.cross(c.particles));
    let field = vector_integral(&carried, volume, |c| c.lever.cross(c.field));
    let spin = 0.5 * particle.hbar * vector_integral(observables, volume, |o| o.spin);
    let unit = format!("{}·{}", units.length, units.momentum);
    for k in (0..MOMENTUM).filter(|k| turns(*k)) {
        let name = AXIS_NAMES[k];
        put(&format!("angular_momentum_{name}"), &unit, compensated([orbital[k], field[k], spin[k]]));
        put(&format!("angular_momentum_orbital_{name}"), &unit, orbital[k]);
        put(&format!("angular_momentum_field_{name}"), &unit, field[k]);
        if particle.spin {
            put(&format!("angular_momentum_spin_{name}"), &unit, spin[k]);
        }
    }
    put("purity", "", integral(observables, volume, |o| o.purity));
    put("gauss_residual", "", if fields.is_frozen() { 0.0 } else { fields.gauss_residual(&simulation.matter()) });
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
    use std::path::PathBuf;

    use serde_json::{Value, json};

    use super::*;
    use crate::reference::Reference;
    use crate::scenario::columns::columns;
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
        prepared.state = State::Spin(values.collect());
        let executor = Reference::new(grid, prepared.species.particle, 1.0, prepared.state.clone());
        let mut simulation = prepared.start(Box::new(executor)).expect("consistent");
        let mut table = Table::default();
        sample(&mut simulation, &Diagnostics::default(), &Units::default(), &mut table).expect("finite");
        assert_eq!(table.columns, columns(&scenario));
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

    /// 1 and 2^-30 are kept while 2^60 comes and goes.
    #[test]
    fn sums_keep_what_large_terms_hide() {
        let large = 2f64.powi(60);
        assert_eq!(compensated([1.0, large, 2f64.powi(-30), -large]), 1.0 + 2f64.powi(-30));
    }

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
