//! What a run takes: memory of the device and the host, disk.

use std::path::Path;

use super::*;

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
        let Time { step, end, start } = self.scenario.time;
        line(format!(
            "  {} cells, {} steps of {}{} to t = {}",
            self.cells(),
            self.scenario.time.steps(),
            number(step, 6),
            start.map_or_else(String::new, |start| format!(" from t = {}", number(start, 9))),
            number(end, 6)
        ));
    }

    /// Memory of the axes with `factor` times as many cells; the error says why the device cannot hold them.
    fn needed(&self, factor: f64, room: &Room) -> Result<Memory> {
        let mut space = self.scenario.phase_space.clone();
        for (name, axis) in self.scenario.phase_space.axes() {
            let cells = scaled(axis.cells, factor);
            *space.axis_mut(name) = Some(schema::Axis { cells, ..axis });
        }
        Memory::of(self.scenario, &Grid::of(&space)?, self.precision, room)
    }

    /// The largest factor for the cells of every axis that fits, and the cells then.
    fn largest(&self, budget: u64, room: &Room) -> (f64, String) {
        let fits = |factor: f64| {
            let axes = self.scenario.phase_space.axes();
            let cells: f64 = axes.iter().map(|(_, axis)| f64::from(scaled(axis.cells, factor))).product();
            // A byte per cell bounds what need not be counted.
            cells < budget as f64 && self.needed(factor, room).is_ok_and(|needed| needed.device <= budget)
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

    /// Says what a run takes of device and host, and returns what they do not have.
    pub(super) fn memory(&self, budget: Option<u64>, room: &Room, line: &mut impl FnMut(String)) -> Vec<String> {
        let Memory { slabs, state, device: needed, host } = match self.needed(1.0, room) {
            Ok(memory) => memory,
            Err(error) => return vec![format!("{} cannot hold this grid: {error}; or use --device cpu", room.name)],
        };
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
        let mut lacking = Vec::new();
        let available = needs::available_memory();
        // The memory of the processor is that of the host.
        let own = if room.limits.is_none() { available } else { None };
        line(format!("  host memory {} besides what program and driver take", bytes(host as f64)));
        lacking.extend(needs::without_memory(host, available));
        let Some(budget) = budget.or(room.bytes).or(own) else {
            line("  largest grid: give the memory of your device, as in --memory 24G".into());
            return lacking;
        };
        let (factor, cells) = self.largest(budget, room);
        if needed <= budget {
            line(format!(
                "  fits in {}: {} % used; largest grid of this shape there: {cells}",
                bytes(budget as f64),
                number(100.0 * needed as f64 / budget as f64, 2)
            ));
            return lacking;
        }
        let remedy = match factor {
            0.0 => format!("even the fewest cells of these axes ({cells}) need more"),
            _ => {
                let factor = number((factor * 1e3).floor() / 1e3, 3);
                format!("multiply the cells of every axis by {factor} or less ({cells})")
            }
        };
        lacking.push(format!(
            "found {} of memory needed, expected {} or less; {remedy}",
            bytes(needed as f64),
            bytes(budget as f64)
        ));
        lacking
    }

    /// Says what a run writes, and returns what the disk here does not have room for.
    pub(super) fn disk(&self, line: &mut impl FnMut(String)) -> Option<String> {
        let disk = Disk::of(self.scenario, &self.grid, self.precision);
        line(format!("  disk about {}: {}", bytes(disk.total), disk.parts.join(", ")));
        if self.scenario.output.checkpoints.is_none() {
            let checkpoint = needs::checkpoint_bytes(self.scenario, &self.grid, self.precision);
            line(format!("  a signal that stops the run writes a checkpoint of {}", bytes(checkpoint)));
        }
        needs::without_disk(&disk, Path::new("."), 0.0)
    }
}
