//! Pictures of the diagnostics against time.

use std::path::Path;

use super::{LinePlot, Series, Style};
use crate::diagnostics::{Table, mode_name};
use crate::error::Result;
use crate::scenario::schema::{Initial, Mode, ModeNumber, Scenario};

/// A panel before it is drawn: its series are owned.
struct Panel {
    title: String,
    vertical: (&'static str, String),
    series: Vec<(String, Vec<f64>)>,
    logarithmic: bool,
}

/// Draws a run's diagnostics, one panel per kind of quantity.
pub fn write(path: &Path, scenario: &Scenario, table: &Table) -> Result<()> {
    let time = table.column("time").unwrap_or_default();
    let units = &scenario.units;
    let panels: Vec<Panel> = [
        Panel {
            title: "Energy since the start".into(),
            vertical: ("ΔU", units.energy.clone()),
            series: named(
                table,
                &[
                    ("energy_kinetic", "kinetic"),
                    ("energy_electric", "electric"),
                    ("energy_magnetic", "magnetic"),
                    ("energy_spin", "spin"),
                    ("energy_total", "total"),
                ],
                |value, first| value - first,
            ),
            logarithmic: false,
        },
        Panel {
            title: "Momentum".into(),
            vertical: ("Π", units.momentum.clone()),
            series: named(table, &[("momentum_x", "x"), ("momentum_y", "y"), ("momentum_z", "z")], |value, _| value),
            logarithmic: false,
        },
        Panel {
            title: "Spin".into(),
            vertical: ("S", "ħ/2".into()),
            series: named(table, &[("spin_x", "S_x"), ("spin_y", "S_y"), ("spin_z", "S_z")], |value, _| value),
            logarithmic: false,
        },
        angular_momentum(table, "x"),
        angular_momentum(table, "y"),
        angular_momentum(table, "z"),
        Panel {
            title: "Mean position of the spin components".into(),
            vertical: ("⟨r⟩", units.length.clone()),
            series: if is_packet(scenario) {
                named(
                    table,
                    &[
                        ("mean_x_up", "x, up"),
                        ("mean_x_down", "x, down"),
                        ("mean_y_up", "y, up"),
                        ("mean_y_down", "y, down"),
                        ("mean_z_up", "z, up"),
                        ("mean_z_down", "z, down"),
                    ],
                    |value, _| value,
                )
            } else {
                Vec::new()
            },
            logarithmic: false,
        },
        Panel {
            title: "Modes".into(),
            vertical: ("amplitude", String::new()),
            series: modes(scenario, table),
            logarithmic: true,
        },
        Panel {
            title: "Conservation".into(),
            vertical: ("error", String::new()),
            series: [
                named(
                    table,
                    &[("number", "number, relative change"), ("purity", "purity, relative change")],
                    |value, first| (value / first - 1.0).abs(),
                ),
                named(table, &[("gauss_residual", "Gauss residual"), ("divergence_b", "div B")], |value, _| value),
            ]
            .concat(),
            logarithmic: true,
        },
    ]
    .into_iter()
    .filter(|panel| !panel.series.is_empty())
    .collect();
    let plots: Vec<LinePlot> = panels
        .iter()
        .map(|panel| LinePlot {
            title: panel.title.clone(),
            horizontal: ("t".into(), units.time.clone()),
            vertical: (panel.vertical.0.into(), panel.vertical.1.clone()),
            series: panel
                .series
                .iter()
                .map(|(name, values)| Series { name: name.clone(), abscissa: &time, values, style: Style::Line })
                .collect(),
            logarithmic: panel.logarithmic,
        })
        .collect();
    super::write_panels(path, &scenario.title, &plots)
}

/// Parts of one component of the angular momentum, without series where the table has none.
fn angular_momentum(table: &Table, axis: &str) -> Panel {
    let part = |part: &str| format!("angular_momentum_{part}{axis}");
    let (spin, orbital, field, total) = (part("spin_"), part("orbital_"), part("field_"), part(""));
    let unit = table.unit(&total).unwrap_or_default().to_string();
    Panel {
        title: format!("Angular momentum along {axis} since the start"),
        vertical: ("ΔJ", unit),
        series: named(
            table,
            &[(&spin, "spin"), (&orbital, "orbital"), (&field, "field"), (&total, "total")],
            |value, first| value - first,
        ),
        logarithmic: false,
    }
}

/// Columns by the names they are shown under, each value passed through `of(value, first value)`.
fn named(table: &Table, columns: &[(&str, &str)], of: impl Fn(f64, f64) -> f64) -> Vec<(String, Vec<f64>)> {
    columns
        .iter()
        .filter_map(|(column, label)| {
            let values = table.column(column)?;
            let first = *values.first()?;
            Some((label.to_string(), values.into_iter().map(|value| of(value, first)).collect()))
        })
        .collect()
}

/// Moduli of the recorded modes.
fn modes(scenario: &Scenario, table: &Table) -> Vec<(String, Vec<f64>)> {
    let modulus = |mode: &Mode| {
        let name = mode_name(mode);
        let (re, im) = (table.column(&format!("{name}_re"))?, table.column(&format!("{name}_im"))?);
        let (quantity, _) = name.rsplit_once("_mode")?;
        let wavelengths = match mode.mode {
            ModeNumber::X(number) => number.to_string(),
            ModeNumber::Each([x, y, z]) => format!("({x}, {y}, {z})"),
        };
        Some((format!("{quantity}, mode {wavelengths}"), re.iter().zip(&im).map(|(re, im)| re.hypot(*im)).collect()))
    };
    scenario.output.diagnostics.modes.iter().filter_map(modulus).collect()
}

/// Whether a mean position means anything: some population is a packet.
fn is_packet(scenario: &Scenario) -> bool {
    match &scenario.initial {
        Initial::Populations(populations) => populations.iter().any(|population| population.space.is_some()),
        Initial::File(_) => false,
    }
}
