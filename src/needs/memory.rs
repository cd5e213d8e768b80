//! Memory of a run, counted before anything is allocated.

use super::Room;
use crate::error::Result;
use crate::gpu::{DeviceMemory, Slabs};
use crate::grid::Grid;
use crate::operators::Scheme;
use crate::output::snapshot;
use crate::precision::Precision;
use crate::scenario::schema::{Initial, Numerics, Scenario};
use crate::state::PART;

/// Bytes of a cell while populations are added up, and of a weight.
const MADE: u64 = 32;
/// Bytes per space cell of fields, sources, tables and sums on the host: what runs were measured to take,
/// `tests/needs.rs`.
const PER_SPACE_CELL: u64 = 1200;

/// Bytes of memory of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Parts in which the state is held.
    pub slabs: usize,
    /// The cells, where they are held.
    pub state: u64,
    /// All of the device; for the processor, of the host.
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
            return Ok(Memory { slabs: 1, state, device: state + host, host: state + host });
        };
        let Numerics { order, dissipation, .. } = scenario.numerics;
        let reach = Scheme::reach_of(Scheme::of(order, dissipation));
        let slabs = Slabs::new(grid, components, precision, limits, reach)?;
        let memory = DeviceMemory::of(grid, &slabs);
        let device = memory.total();
        let host = if room.shares_memory { host + device } else { host };
        Ok(Memory { slabs: slabs.planes.len(), state: memory.state, device, host })
    }
}

/// What the host has besides the cells: fields, and what is largest of all that comes and goes.
fn host(scenario: &Scenario, grid: &Grid, precision: Precision) -> u64 {
    let components = scenario.species.components();
    let part = grid.parts(components).next().map_or(0, |cells| cells.len()) as u64;
    let numbers = part * components as u64;
    let momenta = grid.momentum_cells() as u64;
    let made = match &scenario.initial {
        Initial::Populations(populations) => {
            let kept = if momenta * components as u64 <= PART as u64 { momenta } else { part };
            part * MADE + populations.len() as u64 * kept * MADE
        }
        Initial::File(_) => numbers * 8,
    };
    let start = made + numbers * (8 + precision.bytes() as u64);
    let planes = scenario.output.snapshots.iter().map(|what| snapshot::plane_bytes(grid, what));
    let (all, largest) = planes.fold((0, 0), |(all, largest), [kept, drawn]| (all + kept, drawn.max(largest)));
    let pictures = all + (numbers * precision.bytes() as u64).max(largest);
    start.max(pictures) + PER_SPACE_CELL * grid.space_cells() as u64
}
