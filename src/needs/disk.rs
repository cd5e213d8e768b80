//! Disk of a run: the files of its folder.

use crate::balance::Local;
use crate::checkpoint::KEPT;
use crate::grid::Grid;
use crate::numerals::bytes;
use crate::output::balance;
use crate::output::snapshot::SHOWN;
use crate::precision::Precision;
use crate::quantities::{Facts, columns};
use crate::scenario::schema::{PhaseAxis, Scenario, Snapshot, Time};
use crate::simulation::Evolving;

/// A picture of phase space, a typical one: 20 kB of axes and letters where little happens, 150 kB of noise.
const PICTURE: f64 = 6e4;
/// `diagnostics.png`, a typical one of five panels.
const CURVES: f64 = 1.2e5;
/// A number of a CSV file and its comma: between 4 of a zero and 23.
const NUMBER: f64 = 18.0;
/// Columns of balances.csv.
const BALANCE_COLUMNS: f64 = 11.0;
/// `run.json` besides the scenario.
const RECORD: f64 = 2e3;
/// Header of an array.
const HEADER: f64 = 128.0;

/// Bytes of the files of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Disk {
    /// Their sum when the run is over.
    pub total: f64,
    /// What a checkpoint takes besides while it is written and two are kept.
    pub passing: f64,
    /// What they are, in words.
    pub parts: Vec<String>,
}

impl Disk {
    /// All that a scenario writes.
    pub fn of(scenario: &Scenario, grid: &Grid, precision: Precision) -> Disk {
        let output = &scenario.output;
        let Time { step, .. } = scenario.time;
        let samples = |interval: f64| (scenario.time.length() / interval * (1.0 + 1e-9)).floor() + 1.0;
        let rows = samples(output.diagnostics.interval.unwrap_or(step));
        let columns = columns(&Facts::of(scenario)).len() as f64;
        // Not `sum`: that of no number is -0.
        let pictures_of = |snapshot: &Snapshot| snapshot.interval.map_or(snapshot.times.len() as f64, samples);
        let pictures = output.snapshots.iter().fold(0.0, |sum, snapshot| sum + pictures_of(snapshot));
        let record = RECORD + serde_json::to_string_pretty(scenario).map_or(0.0, |text| text.len() as f64);
        let mut passing = 0.0;
        let mut total = record + CURVES + (rows + 1.0) * columns * NUMBER + pictures * PICTURE;
        let mut parts = vec![format!("{rows} rows of diagnostics"), format!("{pictures} pictures")];
        if let Some(balances) = output.balances {
            let rows = samples(balances.interval.unwrap_or(step)) - 1.0;
            let spaces = PhaseAxis::SPACE.iter().filter(|&&axis| scenario.phase_space.axis(axis).is_some());
            let each = balance::pictures(spaces.count(), scenario.species.spin) as f64;
            let pictures = each * balances.pictures.map_or(1.0, |interval| samples(interval) - 1.0);
            total += (rows + 1.0) * BALANCE_COLUMNS * NUMBER + pictures * PICTURE;
            parts.push(format!("{rows} rows and {pictures} pictures of balances"));
        }
        if output.final_state {
            let state = HEADER + (grid.cells() * scenario.species.components() * precision.bytes()) as f64;
            let fields = 2.0 * (HEADER + (3 * size_of::<f64>() * grid.space_cells()) as f64);
            total += state + fields;
            parts.push(format!("the final state ({}) and its fields ({})", bytes(state), bytes(fields)));
        }
        if let Some(given) = output.checkpoints {
            let checkpoint = checkpoint_bytes(scenario, grid, precision);
            let steps = scenario.time.steps();
            let between = |every: f64| (steps / every * (1.0 - 1e-9)).ceil();
            let interval = given.interval.map_or(1.0, |interval| between((interval / step).round().max(1.0)));
            let counted = given.steps.map_or(1.0, |every| between(every as f64));
            // How many a clock asks for nobody knows.
            let written = if given.seconds.is_some() { f64::INFINITY } else { interval.max(counted) };
            total += written.min(KEPT as f64) * checkpoint;
            passing = if written > KEPT as f64 { checkpoint } else { 0.0 };
            parts.push(match written {
                1.0 => format!("a checkpoint of {}", bytes(checkpoint)),
                2.0 => format!("two checkpoints of {}", bytes(checkpoint)),
                _ => format!("checkpoints of {}, two of which are kept while a third is written", bytes(checkpoint)),
            });
        }
        Disk { total, passing, parts }
    }
}

/// Bytes of a checkpoint: cells, what evolves and is remembered at each space cell, first pictures of those that show
/// changes, and the scenario.
pub fn checkpoint_bytes(scenario: &Scenario, grid: &Grid, precision: Precision) -> f64 {
    let output = &scenario.output;
    let sample = output.balances.map_or(0, |_| size_of::<Local>());
    let fields = grid.space_cells() * (Evolving::CELL_BYTES + sample);
    let shape = grid.shape();
    let changes = output.snapshots.iter().filter(|snapshot| snapshot.change);
    let pixels = |snapshot: &Snapshot| snapshot.axes.map(|axis| shape[axis as usize].min(SHOWN)).iter().product();
    let planes: usize = changes.map(|snapshot| -> usize { pixels(snapshot) }).sum::<usize>() * size_of::<f64>();
    let header = serde_json::to_vec(scenario).map_or(0, |text| text.len());
    (grid.cells() * scenario.species.components() * precision.bytes() + fields + planes + header) as f64
}
