//! Memory of a run, counted before anything is allocated.

use super::Room;
use crate::error::Result;
use crate::exchange::range::is_separable;
use crate::gpu::{DeviceMemory, Slabs};
use crate::grid::Grid;
use crate::interpolation::PLANES;
use crate::operators::Scheme;
use crate::output::snapshot;
use crate::precision::Precision;
use crate::scenario::schema::{Initial, Numerics, Range, Scenario};
use crate::state::PART;

/// Bytes of a cell while populations are added up, and of a weight.
const MADE: u64 = 32;
/// Bytes per space cell on the host of what a run holds, fields and sources, and of tables and sums that come and go;
/// those of drawing a picture of phase space, and the curves of the diagnostics. All as measured, which
/// `tests/needs.rs` repeats.
const HELD_PER_PLACE: u64 = 700;
const READ_PER_PLACE: u64 = 1560;
const DRAW_PICTURE: u64 = 46 << 20;
const DRAW_CURVES: u64 = 31 << 20;

/// Bytes of memory of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Parts in which the state is held.
    pub slabs: usize,
    /// The cells, where they are held.
    pub state: u64,
    /// All of the device; for the processor, cells, fields and readings.
    pub device: u64,
    /// All of the machine, that of a device in it included.
    pub host: u64,
}

impl Memory {
    /// That of a scenario on a grid of its axes; the error says why the device cannot hold it.
    ///
    /// # Errors
    ///
    /// Those of [`Slabs::new`].
    pub fn of(scenario: &Scenario, grid: &Grid, precision: Precision, room: &Room) -> Result<Memory> {
        let components = scenario.species.components();
        let host = host(scenario, grid, precision);
        let Some(limits) = room.limits else {
            let state = (grid.cells() * components * precision.bytes()) as u64;
            let fields = (HELD_PER_PLACE + READ_PER_PLACE) * grid.space_cells() as u64;
            let desks = desks(scenario, grid);
            return Ok(Memory { slabs: 1, state, device: state + fields + desks, host: state + host + desks });
        };
        let Numerics { order, dissipation, .. } = scenario.numerics;
        let reach = Scheme::reach_of(Scheme::of(order, dissipation));
        let slabs = Slabs::new(grid, components, precision, limits, reach)?;
        let mut memory = DeviceMemory::of(grid, &slabs);
        if scenario.collisions.is_some() {
            memory = memory.with_collisions(grid, precision);
        }
        if scenario.exchange.is_some() {
            memory = memory.with_exchange(grid, precision);
        }
        if let Some(range) = range(scenario) {
            let separable = is_separable(range, grid);
            slabs.hold_mean_fields(grid, separable)?;
            memory = memory.with_range(grid, &slabs, separable);
        }
        let device = memory.total();
        let host = if room.shares_memory { host + device } else { host };
        Ok(Memory { slabs: slabs.planes.len(), state: memory.state, device, host })
    }
}

/// How a mean field falls off.
fn range(scenario: &Scenario) -> Option<&Range> {
    scenario.exchange.as_ref()?.range.as_ref()
}

/// What the threads of a processor sum mean fields on: nine numbers of f64 for each momentum cell; and the factors, twice.
fn desks(scenario: &Scenario, grid: &Grid) -> u64 {
    let Some(range) = range(scenario) else { return 0 };
    let threads = rayon::current_num_threads().min(grid.space_cells());
    let factors = if is_separable(range, grid) { 0 } else { 3 };
    ((9 * threads + factors) * grid.momentum_cells() * size_of::<f64>()) as u64
}

/// Bytes of the fields and sources that a run holds.
pub fn held_fields(grid: &Grid) -> u64 {
    HELD_PER_PLACE * grid.space_cells() as u64
}

/// What the host has besides the cells: fields, and the largest of all that comes and goes.
fn host(scenario: &Scenario, grid: &Grid, precision: Precision) -> u64 {
    let components = scenario.species.components() as u64;
    let part = grid.parts().next().map_or(0, |cells| cells.len()) as u64;
    let (numbers, momenta, places) = (part * components, grid.momentum_cells() as u64, grid.space_cells() as u64);
    let made = match &scenario.initial {
        Initial::Populations(populations) => {
            let kept = if momenta <= PART as u64 { momenta } else { part };
            part * MADE + populations.len() as u64 * kept * MADE
        }
        Initial::File(_) => numbers * 8,
        // Whole planes of the first axis, and in f64: the old ones are taken to have as many cells.
        Initial::Checkpoint(_) => {
            let plane = grid.resolved().next().map_or(1, |slot| grid.strides()[slot]) as u64;
            (PLANES as u64 * plane * components + numbers) * 8
        }
    };
    let start = made + numbers * (8 + precision.bytes() as u64);
    let planes = || scenario.output.snapshots.iter().map(|what| snapshot::plane_bytes(grid, what));
    let kept: u64 = planes().map(|[kept, _]| kept).sum();
    // All are kept until they are drawn, one after the other.
    let drawn = planes().map(|[own, values]| (kept - own + DRAW_PICTURE).max(kept) + values).max().unwrap_or(0);
    let walk = kept + numbers * precision.bytes() as u64;
    let passing = [start, walk, drawn, DRAW_CURVES, READ_PER_PLACE * places];
    held_fields(grid) + passing.into_iter().max().unwrap_or(0)
}
