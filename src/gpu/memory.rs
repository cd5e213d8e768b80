//! Device memory of a run, counted before anything is allocated.

use std::ops::Range;

use super::BLOCK;
use super::layout::field_bytes;
use super::slabs::Slabs;
use crate::grid::{Grid, MOMENTUM};
use crate::operators::{Build, Command, Covariant, LocalEquilibrium, MeanField, ReadSources, Term};
use crate::precision::Precision;
use crate::state::PART;

/// Bytes of one staging copy when a state is read back or written: a part of it.
pub const STAGING: u64 = 32 * PART as u64;
/// Field tables of one recorded step: three of a kick, one of a drift.
pub const TABLES: u64 = 4;

/// Bytes of device memory of a run, by what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceMemory {
    /// The cells.
    pub state: u64,
    /// Old cells on either side of segments and slabs, and partial sums.
    pub work: u64,
    /// Field tables of one step, and equilibria of a collision.
    pub fields: u64,
    /// The staging buffer.
    pub staging: u64,
}

impl DeviceMemory {
    /// What a state takes when cut as `slabs`.
    pub fn of(grid: &Grid, slabs: &Slabs) -> DeviceMemory {
        let sums = |numbers| (0..slabs.planes.len()).map(move |slab| sums_bytes(grid, slabs, slab, numbers));
        // A step reads sources twice; what else is read comes alone.
        let sources = ReadSources { table: 0 }.kernel(Build::default()).numbers();
        let read = sums((2 * sources).max(largest_reading())).sum::<u64>();
        let tables = TABLES * grid.space_cells() as u64 * field_bytes(slabs.precision);
        // Before and after; before the next slab as well.
        let kept = if slabs.cut() { 3 } else { 2 } * slabs.kept_bytes(grid) + slabs.reach_bytes();
        DeviceMemory {
            state: slabs.state_bytes(),
            work: kept + sums(largest_reading()).max().unwrap_or(0),
            fields: tables,
            // Sums, or a part of the state.
            staging: read.max(slabs.bytes(0).min(STAGING)),
        }
    }

    /// The same with collisions, of which one is recorded at a time.
    pub fn with_collisions(self, grid: &Grid, precision: Precision) -> DeviceMemory {
        DeviceMemory { fields: self.fields + equilibria_bytes(grid, precision), ..self }
    }

    /// The same with an exchange mean field: the turns of a kick, two of them where sweeps of the hidden velocity stand
    /// between.
    pub fn with_exchange(self, grid: &Grid, precision: Precision) -> DeviceMemory {
        DeviceMemory { fields: self.fields + 2 * grid.space_cells() as u64 * field_bytes(precision), ..self }
    }

    /// The same where it has a range: two desks as large as a slab, and the numbers of one mean field.
    pub fn with_range(self, grid: &Grid, slabs: &Slabs, separable: bool) -> DeviceMemory {
        let factors = if separable { grid.shape()[MOMENTUM..].iter().sum() } else { grid.momentum_cells() };
        let numbers = MeanField::HEAD + factors + 3 * grid.space_cells();
        DeviceMemory {
            work: self.work + 2 * slabs.largest(),
            fields: self.fields + (numbers * slabs.precision.bytes()) as u64,
            ..self
        }
    }

    /// Sum of all.
    pub fn total(&self) -> u64 {
        self.state + self.work + self.fields + self.staging
    }
}

/// Bytes of what all space cells relax towards in a collision, each number in two parts.
pub fn equilibria_bytes(grid: &Grid, precision: Precision) -> u64 {
    let factors = grid.shape()[MOMENTUM..].iter().sum::<usize>();
    let numbers = (LocalEquilibrium::HEAD + factors).max(Covariant::NUMBERS);
    (2 * numbers * grid.space_cells() * precision.bytes()) as u64
}

/// Numbers that a workgroup leaves in the largest of all readings.
pub fn largest_reading() -> usize {
    let numbers = |term: Command| term.kernel(Build::default()).numbers();
    Command::kinds(true).into_iter().map(numbers).max().unwrap_or(0)
}

/// Bytes of the partial sums of a slab, so many `numbers` of each workgroup.
pub fn sums_bytes(grid: &Grid, slabs: &Slabs, slab: usize, numbers: usize) -> u64 {
    let shape = slabs.shape(grid, slab);
    let cells = |slots: Range<usize>| shape[slots].iter().product::<usize>();
    (cells(0..MOMENTUM) * cells(MOMENTUM..shape.len()).div_ceil(BLOCK) * numbers * slabs.precision.bytes()) as u64
}
