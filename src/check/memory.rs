//! What a run takes: memory of the device and the host, disk.

use super::*;
use crate::operators::Scheme;
use crate::scenario::schema::Numerics;

/// Bytes of memory on a device.
struct Needed {
    /// Parts in which the state is held.
    slabs: usize,
    state: u64,
    total: u64,
}

impl Estimate<'_> {
    pub(super) fn phase_space(&self, line: &mut impl FnMut(String)) {
        line("phase space".into());
        for (axis, schema_axis) in self.scenario.phase_space.axes() {
            let Axis { cells, from, step } = schema_axis.into();
            let ends = match schema_axis.absorbing_layer {
                Some(width) => format!(", absorbing layers of {} at its ends", number(width, 4)),
                None => String::new(),
            };
            line(format!(
                "  {:<4} {} to {}, {cells} cells of {}{ends}",
                axis.name(),
                number(from, 6),
                number(schema_axis.to, 6),
                number(step, 4)
            ));
        }
        let Time { step, end } = self.scenario.time;
        line(format!(
            "  {} cells, {} steps of {} to t = {}",
            self.cells(),
            self.steps(),
            number(step, 6),
            number(end, 6)
        ));
    }

    /// Memory of the axes with `factor` times as many cells; the error says why the device cannot hold them.
    fn needed(&self, factor: f64, room: &Room) -> Result<Needed> {
        let mut space = self.scenario.phase_space.clone();
        for (name, axis) in self.scenario.phase_space.axes() {
            let cells = scaled(axis.cells, factor);
            *space.axis_mut(name) = Some(schema::Axis { cells, ..axis });
        }
        let grid = Grid::of(&space)?;
        let Some(limits) = room.limits else {
            let tables = TABLES * size_of::<FieldSample>() as u64 + 3 * size_of::<Sources>() as u64;
            let state = grid.cells() as u64 * self.cell_bytes() as u64;
            return Ok(Needed { slabs: 1, state, total: state + tables * grid.space_cells() as u64 });
        };
        let Numerics { order, dissipation, .. } = self.scenario.numerics;
        let reach = Scheme::reach_of(Scheme::of(order, dissipation));
        let slabs = Slabs::new(&grid, self.scenario.species.components(), self.precision, limits, reach)?;
        let memory = DeviceMemory::of(&grid, &slabs);
        Ok(Needed { slabs: slabs.planes.len(), state: memory.state, total: memory.total() })
    }

    /// The largest factor for the cells of every axis that fits, and the cells then.
    fn largest(&self, budget: u64, room: &Room) -> (f64, String) {
        let fits = |factor: f64| {
            let axes = self.scenario.phase_space.axes();
            let cells: f64 = axes.iter().map(|(_, axis)| f64::from(scaled(axis.cells, factor))).product();
            // A byte per cell bounds what need not be counted.
            cells < budget as f64 && self.needed(factor, room).is_ok_and(|needed| needed.total <= budget)
        };
        let (mut low, mut high) = (0.0, 1024.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if fits(middle) { low = middle } else { high = middle }
        }
        let cells = self.scenario.phase_space.axes().into_iter();
        let cells = cells.map(|(name, axis)| format!("{} {}", name.name(), scaled(axis.cells, low)));
        (low, cells.collect::<Vec<_>>().join(", "))
    }

    pub(super) fn memory(&self, budget: Option<u64>, room: &Room, line: &mut impl FnMut(String)) -> Result<()> {
        let Needed { slabs, state, total: needed } = self.needed(1.0, room).map_err(|error| {
            Error::Input(format!("{} cannot hold this grid: {error}; or use --device cpu", room.name))
        })?;
        if self.precision == Precision::F64 && !room.f64 {
            line(format!("  {} does not offer f64: use --precision f32, or --device reference", room.name));
        }
        line(format!(
            "  memory of {} {}: state {} in {} ({} bytes per cell, held once{}), fields and readings {}",
            room.name,
            bytes(needed as f64),
            bytes(state as f64),
            self.precision,
            self.cell_bytes(),
            if slabs == 1 { String::new() } else { format!(" in {slabs} slabs") },
            bytes((needed - state) as f64),
        ));
        // The initial state in f64 while it is sent; the same when it is read for pictures.
        let host = 2.0 * 8.0 * self.cells() * self.scenario.species.components() as f64;
        line(format!("  host memory about {} at the start and for every output of the state", bytes(host)));
        let Some(budget) = budget.or(room.bytes) else {
            line("  largest grid: give the memory of your device, as in --memory 24G".into());
            return Ok(());
        };
        let (factor, cells) = self.largest(budget, room);
        if factor == 0.0 {
            return Err(Error::Input(format!(
                "found {} of memory needed, expected {} or less; even the fewest cells of these axes ({cells}) \
                 need more",
                bytes(needed as f64),
                bytes(budget as f64),
            )));
        }
        if needed > budget {
            return Err(Error::Input(format!(
                "found {} of memory needed, expected {} or less; multiply the cells of every axis by {} or less ({cells})",
                bytes(needed as f64),
                bytes(budget as f64),
                number((factor * 1e3).floor() / 1e3, 3),
            )));
        }
        line(format!(
            "  fits in {}: {} % used; largest grid of this shape there: {cells}",
            bytes(budget as f64),
            number(100.0 * needed as f64 / budget as f64, 2)
        ));
        Ok(())
    }

    pub(super) fn disk(&self, line: &mut impl FnMut(String)) {
        let output = &self.scenario.output;
        let Time { step, end } = self.scenario.time;
        let samples = |interval: f64| (end / interval).floor() + 1.0;
        let rows = samples(output.diagnostics.interval.unwrap_or(step));
        let columns = CSV_COLUMNS + 2.0 * output.diagnostics.modes.len() as f64;
        // Not `sum`: that of no number is -0.
        let pictures_of = |snapshot: &Snapshot| snapshot.interval.map_or(snapshot.times.len() as f64, samples);
        let pictures = output.snapshots.iter().fold(0.0, |sum, snapshot| sum + pictures_of(snapshot));
        let mut total = rows * columns * CSV_NUMBER_BYTES + pictures * PICTURE_BYTES;
        let mut parts = vec![format!("{rows} rows of diagnostics"), format!("{pictures} pictures")];
        if let Some(balances) = output.balances {
            let rows = samples(balances.interval.unwrap_or(step)) - 1.0;
            let spaces = [self.scenario.phase_space.x, self.scenario.phase_space.y, self.scenario.phase_space.z];
            let each = balance::pictures(spaces.iter().flatten().count(), self.scenario.species.spin) as f64;
            let pictures = each * balances.pictures.map_or(1.0, |interval| samples(interval) - 1.0);
            total += rows * BALANCE_COLUMNS * CSV_NUMBER_BYTES + pictures * PICTURE_BYTES;
            parts.push(format!("{rows} rows and {pictures} pictures of balances"));
        }
        if output.final_state {
            total += self.state_bytes();
            parts.push(format!("the final state ({})", bytes(self.state_bytes())));
        }
        line(format!("  disk about {}: {}", bytes(total), parts.join(", ")));
    }
}
