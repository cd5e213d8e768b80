//! What was measured, as tables and as JSON.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::atomic::write_atomically;
use crate::error::Result;
use crate::operators::ExecutorDescription;

/// Everything measured in one run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Version of this package.
    pub spinwigner: &'static str,
    /// What was measured, and in which precision.
    pub device: ExecutorDescription,
    /// Kernels on states with spin, then without.
    pub kernels: Vec<KernelTable>,
    /// Steps on every kind of grid, with spin and without.
    pub steps: Vec<StepRow>,
    /// Steps with exchange or collisions and without.
    pub additions: Vec<AdditionRow>,
    /// Steps on more and more cells.
    pub scaling: Vec<StepRow>,
    /// Of a step with x, y, px, py, pz and spin; none where the device has no clock.
    pub profile: Option<Profile>,
}

/// Every kernel on one grid.
#[derive(Clone, Debug, Serialize)]
pub struct KernelTable {
    /// Cells along each resolved axis, as in `x 64, px 64`.
    pub grid: String,
    /// Whether cells have four numbers, or one.
    pub spin: bool,
    /// Of phase space.
    pub cells: usize,
    /// First the copy, for comparison.
    pub kernels: Vec<KernelRow>,
}

/// Speed of a kernel; the least time of all rounds counts.
#[derive(Clone, Debug, Serialize)]
pub struct KernelRow {
    /// Term, axis and kind of speed.
    pub name: String,
    /// Of phase space.
    pub cells_per_second: f64,
    /// Of the bytes that must move: the state read, and written if it is.
    pub bytes_per_second: f64,
    /// Share of the copy kernel's bytes per second.
    pub of_copy: f64,
}

/// Whole steps, field update and readback included.
#[derive(Clone, Debug, Serialize)]
pub struct StepRow {
    /// Cells along each resolved axis, as in `x 64, px 64`.
    pub grid: String,
    /// Whether cells have four numbers, or one.
    pub spin: bool,
    /// Of phase space.
    pub cells: usize,
    /// Parts in which the device holds the state.
    pub slabs: usize,
    /// Sweeps and rotations per step; each must read and write the state once.
    pub sweeps: f64,
    /// Least time of one step, on the wall.
    pub seconds: f64,
    /// Phase-space cells that a step takes on per second.
    pub cells_per_second: f64,
    /// Of the bytes that must move: by every sweep, the state read and written.
    pub bytes_per_second: f64,
    /// Share of the copy kernel's bytes per second.
    pub of_copy: f64,
    /// Share of the step that the host spends on fields.
    pub host: f64,
    /// Device memory over that of the state, as allocated.
    pub memory: f64,
    /// The same, as counted before anything is allocated.
    pub memory_predicted: f64,
}

/// Whole steps with something added and without, in turns.
#[derive(Clone, Debug, Serialize)]
pub struct AdditionRow {
    /// What is added.
    pub added: &'static str,
    /// Cells along each resolved axis, as in `x 64, px 64`.
    pub grid: String,
    /// What acts besides.
    pub beside: &'static str,
    /// Of phase space.
    pub cells: usize,
    /// Least time of one step without, on the wall.
    pub seconds_without: f64,
    /// Least time of one step with it.
    pub seconds: f64,
}

/// One step, pass by pass, by the device's clock.
#[derive(Clone, Debug, Serialize)]
pub struct Profile {
    /// Cells along each resolved axis, as in `x 64, px 64`.
    pub grid: String,
    /// Of phase space.
    pub cells: usize,
    /// Bytes that the step's sweeps must move.
    pub bytes: f64,
    /// What moving as many takes the copy kernel.
    pub seconds_at_copy_speed: f64,
    /// On the wall, host and readback included.
    pub seconds: f64,
    /// One for each kernel, in the order in which they first run.
    pub passes: Vec<Pass>,
}

/// All dispatches of a kernel.
#[derive(Clone, Debug, Serialize)]
pub struct Pass {
    /// Term, axis and kind of speed.
    pub name: String,
    /// Commands in the two steps that were timed.
    pub count: usize,
    /// Device time per step.
    pub seconds: f64,
}

/// Writes a report as JSON.
///
/// # Errors
///
/// [`Error::File`] where it cannot be written.
pub fn write_json(report: &Report, path: &Path) -> Result<()> {
    write_atomically(path, |file| {
        serde_json::to_writer_pretty(&mut *file, report)?;
        file.write_all(b"\n")
    })
}

impl Report {
    /// Tables for reading.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let mut line = |words: String| writeln!(text, "{words}").unwrap_or_default();
        let spin = |spin: bool| if spin { "with spin" } else { "without spin" };
        let device = &self.device;
        line(format!("{}, {} {}, {}", device.device, device.interface(), device.driver, device.precision));
        for table in &self.kernels {
            line(format!("\n{} ({:.2e} cells), {}", table.grid, table.cells as f64, spin(table.spin)));
            line(format!("{:<28} {:>10} {:>10} {:>9}", "kernel", "Mcell/s", "GB/s", "of copy"));
            for row in &table.kernels {
                line(format!(
                    "{:<28} {:>10.1} {:>10.2} {:>8.0}%",
                    row.name,
                    1e-6 * row.cells_per_second,
                    1e-9 * row.bytes_per_second,
                    100.0 * row.of_copy
                ));
            }
        }
        let head = format!(
            "{:<40} {:>9} {:>6} {:>7} {:>10} {:>9} {:>8} {:>6} {:>7}",
            "step of", "cells", "slabs", "sweeps", "ms", "Mcell/s", "of copy", "host", "memory"
        );
        let step = |row: &StepRow| {
            format!(
                "{:<40} {:>9.2e} {:>6} {:>7.1} {:>10.2} {:>9.2} {:>7.0}% {:>5.1}% {:>7.3}",
                format!("{} {}", row.grid.replace(", ", " "), if row.spin { "spin" } else { "" }),
                row.cells as f64,
                row.slabs,
                row.sweeps,
                1e3 * row.seconds,
                1e-6 * row.cells_per_second,
                100.0 * row.of_copy,
                100.0 * row.host,
                row.memory
            )
        };
        line(format!("\n{head}"));
        for rows in self.steps.chunks(2) {
            rows.iter().for_each(|row| line(step(row)));
            if let [with, without] = rows {
                let cost = with.seconds / with.cells as f64 / (without.seconds / without.cells as f64);
                line(format!("{:<40} spin costs {cost:.1} times as much per step", ""));
            }
        }
        line(format!(
            "\n{:<24} {:<32} {:<16} {:>10} {:>10} {:>7}",
            "added to a step", "of", "beside", "ms without", "ms with", "ratio"
        ));
        for row in &self.additions {
            let (without, with, ratio) =
                (1e3 * row.seconds_without, 1e3 * row.seconds, row.seconds / row.seconds_without);
            let grid = row.grid.replace(", ", " ");
            line(format!("{:<24} {grid:<32} {:<16} {without:>10.2} {with:>10.2} {ratio:>7.2}", row.added, row.beside));
        }
        if !self.scaling.is_empty() {
            line(format!("\n{head}"));
            self.scaling.iter().for_each(|row| line(step(row)));
        }
        if let Some(profile) = &self.profile {
            line(format!(
                "\none step of {}: {:.2} GB must move, {:.1} ms at copy speed; it took {:.1} ms",
                profile.grid,
                1e-9 * profile.bytes,
                1e3 * profile.seconds_at_copy_speed,
                1e3 * profile.seconds
            ));
            for pass in &profile.passes {
                line(format!("  {:<28} {:>10.2} ms", pass.name, 1e3 * pass.seconds));
            }
            let device: f64 = profile.passes.iter().map(|pass| pass.seconds).sum();
            line(format!("  {:<28} {:>10.2} ms", "fields, readback, submission", 1e3 * (profile.seconds - device)));
        }
        text
    }
}
