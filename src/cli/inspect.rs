//! `inspect`: what a checkpoint holds.

use std::path::Path;

use spinwigner::Result;
use spinwigner::checkpoint::Checkpoint;
use spinwigner::numerals::{bytes, number};

/// Reads a checkpoint through.
pub fn report(file: &Path) -> Result<String> {
    let Checkpoint { header, bytes: size, .. } = Checkpoint::open(file)?;
    let device = &header.device;
    let axes = header.scenario.phase_space.axes();
    let axes: Vec<String> = axes.into_iter().map(|(name, axis)| format!("{} {}", name.name(), axis.cells)).collect();
    let spin = if header.components == 1 { "w0 alone" } else { "w0, w1, w2, w3" };
    Ok(format!(
        "{}: sound, {}\n  {} ({}, {})\n  {} steps to t = {}; the scenario ends at t = {}\n  {} cells ({}), {spin} in {}\n  \
         computed on {} [{}] by spinwigner {}\n",
        file.display(),
        bytes(size as f64),
        header.scenario.title,
        header.name,
        header.origin,
        header.steps,
        number(header.time, 9),
        number(header.scenario.time.end, 9),
        header.cells,
        axes.join(", "),
        device.precision,
        device.device,
        device.interface(),
        header.spinwigner,
    ))
}
