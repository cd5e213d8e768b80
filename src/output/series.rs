//! Pictures of the diagnostics against time.

use std::path::Path;

use super::{LinePlot, Series, Style};
use crate::error::Result;
use crate::grid::AXIS_NAMES;
use crate::quantities::{Column, Facts, Panel, Unit, columns, mode_name, place_name, quantity_name};
use crate::scenario::schema::{Initial, Mode, ModeNumber, Place, Position, Scenario, Units};
use crate::table::Table;

/// A panel before it is drawn: its series are owned.
struct Drawing {
    title: String,
    vertical: (&'static str, String),
    series: Vec<(String, Vec<f64>)>,
    logarithmic: bool,
}

/// Draws a run's diagnostics, one panel per kind of quantity.
///
/// # Errors
///
/// [`Error::File`](crate::Error::File) where the picture cannot be written.
pub fn write(path: &Path, scenario: &Scenario, table: &Table) -> Result<()> {
    let time = table.column("time").unwrap_or_default();
    let units = &scenario.units;
    let curves = Curves { columns: columns(&Facts::of(scenario)), table };
    let since_start = |value: f64, first: f64| value - first;
    let plain = |value: f64, _: f64| value;
    let panels: Vec<Drawing> = [
        Drawing {
            title: "Energy since the start".into(),
            vertical: ("ΔU", units.energy.clone()),
            series: curves.of(Panel::Energy, since_start),
            logarithmic: false,
        },
        Drawing {
            title: "Momentum".into(),
            vertical: ("Π", units.momentum.clone()),
            series: curves.of(Panel::Momentum, plain),
            logarithmic: false,
        },
        Drawing {
            title: "Spin".into(),
            vertical: ("S", Unit::Spin.name(units)),
            series: curves.of(Panel::Spin, plain),
            logarithmic: false,
        },
        curves.angular_momentum(0, units),
        curves.angular_momentum(1, units),
        curves.angular_momentum(2, units),
        Drawing {
            title: "Mean position of the spin components".into(),
            vertical: ("⟨r⟩", units.length.clone()),
            series: if is_packet(scenario) { curves.of(Panel::MeanPosition, plain) } else { Vec::new() },
            logarithmic: false,
        },
        Drawing {
            title: "Modes".into(),
            vertical: ("amplitude", String::new()),
            series: modes(scenario, table),
            logarithmic: true,
        },
        Drawing {
            title: "Values at places".into(),
            vertical: ("value", String::new()),
            series: places(scenario, table),
            logarithmic: false,
        },
        Drawing {
            title: "Conservation".into(),
            vertical: ("error", String::new()),
            series: [
                curves.of(Panel::Conserved, |value, first| (value / first - 1.0).abs()),
                curves.of(Panel::Residual, plain),
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

/// The columns that are drawn, as the table of quantities says, and their values.
struct Curves<'a> {
    columns: Vec<Column>,
    table: &'a Table,
}

impl Curves<'_> {
    /// The curves of a panel, each value passed through `of(value, first value)`.
    fn of(&self, panel: Panel, of: impl Fn(f64, f64) -> f64) -> Vec<(String, Vec<f64>)> {
        self.those(panel, |_| true, of)
    }

    /// Parts of one component of the angular momentum, without series where the run has none.
    fn angular_momentum(&self, k: usize, units: &Units) -> Drawing {
        let mut series = self.those(Panel::AngularMomentum, |column| column.k == k, |value, first| value - first);
        // What the others add up to lies on top of them.
        series.sort_by_key(|(label, _)| label == "total");
        Drawing {
            title: format!("Angular momentum along {} since the start", AXIS_NAMES[k]),
            vertical: ("ΔJ", Unit::AngularMomentum.name(units)),
            series,
            logarithmic: false,
        }
    }

    fn those(
        &self,
        panel: Panel,
        which: impl Fn(&Column) -> bool,
        of: impl Fn(f64, f64) -> f64,
    ) -> Vec<(String, Vec<f64>)> {
        let curve = |column: &Column| {
            let (_, label) = column.quantity.curve.filter(|(own, _)| *own == panel && which(column))?;
            let values = self.table.column(&column.name)?;
            let first = *values.first()?;
            let label = label.replace('*', AXIS_NAMES.get(column.k)?);
            Some((label, values.into_iter().map(|value| of(value, first)).collect()))
        };
        self.columns.iter().filter_map(curve).collect()
    }
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

/// Values at the recorded places.
fn places(scenario: &Scenario, table: &Table) -> Vec<(String, Vec<f64>)> {
    let value = |place: &Place| {
        let at = match place.at {
            Position::X(x) => x.to_string(),
            Position::Each([x, y, z]) => format!("({x}, {y}, {z})"),
        };
        Some((format!("{} at {at}", quantity_name(place.quantity)), table.column(&place_name(place))?))
    };
    scenario.output.diagnostics.places.iter().filter_map(value).collect()
}

/// Whether a mean position means anything: some population is a packet.
fn is_packet(scenario: &Scenario) -> bool {
    match &scenario.initial {
        Initial::Populations(populations) => populations.iter().any(|population| population.space.is_some()),
        Initial::File(_) | Initial::Checkpoint(_) => false,
    }
}
