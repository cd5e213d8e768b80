//! Phase-space pictures: a plane of the grid, the other axes summed or cut.

use glam::{DVec3, DVec4};

use super::{HeatMap, PlotAxis, Scale};
use crate::grid::{AXIS_NAMES, Grid};
use crate::scenario::schema::{PhaseAxis, Quantity, Snapshot, Units};
use crate::state::State;

/// Densities below this part of the largest show no polarisation.
const EMPTY: f64 = 1e-3;

/// Storage slot of an axis.
pub fn slot(axis: PhaseAxis) -> usize {
    axis as usize
}

/// Values of a snapshot, rows along the vertical axis from below, and its extent.
pub fn project(state: &State, grid: &Grid, snapshot: &Snapshot) -> Vec<f64> {
    let [horizontal, vertical] = snapshot.axes.map(slot);
    let shape = grid.shape();
    let (columns, rows) = (shape[horizontal], shape[vertical]);
    let cut: Vec<(usize, usize)> = snapshot
        .cut
        .iter()
        .filter_map(|(&axis, &value)| {
            let along = grid.axis(slot(axis))?;
            let index = ((value - along.from) / along.step).floor().clamp(0.0, along.cells as f64 - 1.0);
            Some((slot(axis), index as usize))
        })
        .collect();
    let weight: f64 = grid
        .resolved()
        .filter(|other| *other != horizontal && *other != vertical && cut.iter().all(|(slot, _)| slot != other))
        .filter_map(|other| grid.axis(other))
        .map(|axis| axis.step)
        .product();
    let mut plane = vec![DVec4::ZERO; columns * rows];
    for cell in 0..grid.cells() {
        let index = grid.indices(cell);
        if cut.iter().all(|&(slot, at)| index[slot] == at) {
            plane[index[vertical] * columns + index[horizontal]] += state.cell(cell) * weight;
        }
    }
    let axis = DVec3::from(snapshot.spin_axis).normalize();
    let largest = plane.iter().map(|w| w.x).fold(0.0, f64::max);
    plane
        .iter()
        .map(|cell| {
            let w = DVec3::new(cell.y, cell.z, cell.w);
            match snapshot.quantity {
                Quantity::W0 => cell.x,
                Quantity::W1 => w.x,
                Quantity::W2 => w.y,
                Quantity::W3 | Quantity::Texture => w.z,
                Quantity::Spin => w.length(),
                Quantity::Up => 0.5 * (cell.x + axis.dot(w)),
                Quantity::Down => 0.5 * (cell.x - axis.dot(w)),
                Quantity::Polarisation if cell.x > EMPTY * largest => axis.dot(w) / cell.x,
                Quantity::Polarisation => f64::NAN,
            }
        })
        .collect()
}

/// The picture of projected `values`.
pub fn heat_map<'a>(
    values: &'a [f64],
    grid: &Grid,
    snapshot: &Snapshot,
    units: &Units,
    title: &str,
    time: f64,
) -> HeatMap<'a> {
    let axis = |axis: PhaseAxis| {
        let (from, to, cells) = grid.axis(slot(axis)).map_or((0.0, 1.0, 1), |a| (a.from, a.to(), a.cells));
        let label = match axis {
            PhaseAxis::X => "x",
            PhaseAxis::Y => "y",
            PhaseAxis::Z => "z",
            PhaseAxis::Px => "p_x",
            PhaseAxis::Py => "p_y",
            PhaseAxis::Pz => "p_z",
        };
        let unit = if axis == PhaseAxis::X { &units.length } else { &units.momentum };
        (PlotAxis { label: label.into(), unit: unit.clone(), from, to }, cells)
    };
    let (horizontal, columns) = axis(snapshot.axes[0]);
    let (vertical, rows) = axis(snapshot.axes[1]);
    let along = named_direction(snapshot.spin_axis);
    let (mut bar_label, mut scale) = match snapshot.quantity {
        Quantity::W0 => ("w_0".into(), Scale::Sequential),
        Quantity::W1 => ("w_1".into(), Scale::Diverging),
        Quantity::W2 => ("w_2".into(), Scale::Diverging),
        Quantity::W3 | Quantity::Texture => ("w_3".into(), Scale::Diverging),
        Quantity::Spin => ("|w|".into(), Scale::Sequential),
        Quantity::Up => (format!("(w_0 + w·{along})/2"), Scale::Diverging),
        Quantity::Down => (format!("(w_0 − w·{along})/2"), Scale::Diverging),
        Quantity::Polarisation => (format!("w·{along} / w_0"), Scale::DivergingUnit),
    };
    if snapshot.change {
        bar_label = format!("change of {bar_label} since t = 0");
        scale = Scale::Diverging;
    }
    // Four decimals at most, without trailing zeros.
    let mut subtitle = format!("t = {} {}", (time * 1e4).round() / 1e4, units.time);
    for (&axis, value) in &snapshot.cut {
        subtitle += &format!(", {} = {value}", AXIS_NAMES[slot(axis)]);
    }
    HeatMap { title: title.into(), subtitle, horizontal, vertical, values, columns, rows, bar_label, scale }
}

fn named_direction(axis: [f64; 3]) -> String {
    for (k, name) in ["x", "y", "z"].into_iter().enumerate() {
        if axis[k] > 0.0 && (0..3).all(|other| other == k || axis[other] == 0.0) {
            return name.into();
        }
    }
    format!("({}, {}, {})", axis[0], axis[1], axis[2])
}

/// File-name part of each snapshot: quantity and axes, numbered where that is not unique.
pub fn names(snapshots: &[Snapshot]) -> Vec<String> {
    let plain: Vec<String> = snapshots.iter().map(name).collect();
    let number = |index: usize| plain[..=index].iter().filter(|other| **other == plain[index]).count();
    let unique = |index: usize| match number(index) {
        1 => plain[index].clone(),
        number => format!("{}_{number}", plain[index]),
    };
    (0..plain.len()).map(unique).collect()
}

fn name(snapshot: &Snapshot) -> String {
    let change = if snapshot.change { "change_" } else { "" };
    let quantity = match snapshot.quantity {
        Quantity::W0 => "w0",
        Quantity::W1 => "w1",
        Quantity::W2 => "w2",
        Quantity::W3 => "w3",
        Quantity::Spin => "spin",
        Quantity::Up => "up",
        Quantity::Down => "down",
        Quantity::Polarisation => "polarisation",
        Quantity::Texture => "texture",
    };
    let [horizontal, vertical] = snapshot.axes.map(|axis| AXIS_NAMES[slot(axis)]);
    format!("{change}{quantity}_{horizontal}_{vertical}")
}
