//! The state cut into slabs along the outermost resolved axis, each in a buffer of
//! its own: no buffer or binding has to hold the whole.

use std::ops::Range;

use super::layout::field_bytes;
use crate::error::{Error, Result};
use crate::grid::{AXIS_NAMES, Grid, MOMENTUM};
use crate::precision::Precision;

/// What a device can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the largest buffer that can be bound as a whole.
    pub binding_bytes: u64,
    /// Bytes of the largest slab, no more than that.
    pub slab_bytes: u64,
    /// Cells along a line that one invocation may visit.
    pub line_cells: usize,
}

/// Some drivers end a loop after 65535 turns, without a word.
pub const LINE_CELLS: usize = 65_000;

/// How a state is cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Slabs {
    /// Storage slot of the cut axis.
    pub slot: usize,
    /// Planes of each slab along it, in order.
    pub planes: Vec<Range<usize>>,
    /// Bytes of one plane.
    pub plane_bytes: u64,
    /// That of the numbers in it.
    pub precision: Precision,
    /// Planes a sweep reaches beyond the end of a slab; a slab has no fewer.
    pub reach: usize,
}

impl Slabs {
    /// Cuts a state of `components` numbers per cell into as few slabs of nearly equal
    /// size as the limits allow, for sweeps of the given
    /// [reach](crate::operators::Scheme::reach_of).
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for a grid that no cut brings within the limits.
    pub fn new(grid: &Grid, components: usize, precision: Precision, limits: Limits, reach: usize) -> Result<Slabs> {
        // A grid has a momentum axis at least.
        let slot = grid.resolved().next().unwrap_or(0);
        let planes = grid.shape()[slot];
        let plane_bytes = (grid.strides()[slot] * components * precision.bytes()) as u64;
        let most = ((limits.slab_bytes / plane_bytes) as usize).min(limits.line_cells);
        let count = if most >= planes { 1 } else { planes.div_ceil(most.max(1)) };
        if count > 1 && planes / count < reach {
            return Err(Error::Input(format!(
                "the state is cut in slabs of whole {axis} cells, {reach} or more each; one is {} MiB, and this device \
                 binds {} MiB at a time: use fewer cells along the other axes, more along {axis}, or --device reference",
                plane_bytes >> 20,
                limits.slab_bytes >> 20,
                axis = AXIS_NAMES[slot],
            )));
        }
        // The fields of all space cells are one binding; the sums of a slab are smaller.
        let table_bytes = grid.space_cells() as u64 * field_bytes(precision);
        if table_bytes > limits.binding_bytes {
            return Err(Error::Input(format!(
                "{} space cells need {} MiB of fields, and this device binds {} MiB at a time: use fewer cells along \
                 the space axes, or --device reference",
                grid.space_cells(),
                table_bytes >> 20,
                limits.binding_bytes >> 20,
            )));
        }
        if let Some(long) = grid.resolved().skip(1).find(|&slot| grid.shape()[slot] > limits.line_cells) {
            return Err(Error::Input(format!(
                "{} cells along {}: the device takes {} or fewer along every axis but {}; use fewer, or --device reference",
                grid.shape()[long],
                AXIS_NAMES[long],
                limits.line_cells,
                AXIS_NAMES[slot],
            )));
        }
        let edge = |slab: usize| slab * planes / count;
        let planes = (0..count).map(|slab| edge(slab)..edge(slab + 1)).collect();
        Ok(Slabs { slot, planes, plane_bytes, precision, reach })
    }

    /// Whether there is more than one.
    pub fn cut(&self) -> bool {
        self.planes.len() > 1
    }

    /// Bytes of a slab.
    pub fn bytes(&self, slab: usize) -> u64 {
        self.planes[slab].len() as u64 * self.plane_bytes
    }

    /// Bytes of the largest slab.
    pub fn largest(&self) -> u64 {
        (0..self.planes.len()).map(|slab| self.bytes(slab)).max().unwrap_or(0)
    }

    /// Refuses slabs that hold some of the momenta of a place, of which a mean field needs all, and more momenta than an
    /// invocation may visit where its sums are not along one axis after the other.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] of the range.
    pub fn hold_mean_fields(&self, grid: &Grid, separable: bool) -> Result<()> {
        let [x, y, z] = [0, 1, 2].map(|direction| grid.shape()[MOMENTUM + direction]);
        // Turns of three loops.
        if !separable && x * (1 + y * (1 + z)) > LINE_CELLS {
            let text = format!(
                "{} momentum cells: the device sums {LINE_CELLS} or fewer with a table on several momentum axes; use fewer, a \
                 Gaussian, or --device reference",
                x * y * z
            );
            return Err(Error::Input(text).at("exchange.range"));
        }
        if !self.cut() || self.slot < MOMENTUM {
            return Ok(());
        }
        let text = format!(
            "the state is cut in slabs along {}, and a mean field with a range needs all momenta in one: use fewer cells, or \
             --device reference",
            AXIS_NAMES[self.slot]
        );
        Err(Error::Input(text).at("exchange.range"))
    }

    /// Bytes of the state.
    pub fn state_bytes(&self) -> u64 {
        (0..self.planes.len()).map(|slab| self.bytes(slab)).sum()
    }

    /// Bytes of the planes a sweep across slabs reads beyond the end of one.
    pub fn reach_bytes(&self) -> u64 {
        if self.cut() { self.reach as u64 * self.plane_bytes } else { 0 }
    }

    /// Bytes of what it hands from slab to slab: those planes and a flux.
    pub fn carried_bytes(&self) -> u64 {
        if self.cut() { (self.reach as u64 + 1) * self.plane_bytes } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;
    use crate::operators::FLUX_REACH;

    const LIMITS: Limits = Limits { binding_bytes: 1 << 20, slab_bytes: 1 << 20, line_cells: LINE_CELLS };

    fn grid(shape: [usize; 6]) -> Grid {
        let axis = |cells| (cells > 1).then_some(Axis { cells, from: 0.0, step: 1.0 });
        Grid::new(shape.map(axis)).expect("valid axes")
    }

    #[test]
    fn slabs_cover_the_axis_once_and_fit() {
        let grid = grid([37, 1, 1, 10, 9, 1]);
        for limit in [1, 5_000, 10_000, 30_000, 1_000_000] {
            let Ok(slabs) = Slabs::new(&grid, 4, Precision::F32, Limits { slab_bytes: limit, ..LIMITS }, FLUX_REACH)
            else {
                // 37 planes are no multiple of three: some slab has four, of 90 cells.
                assert!(limit < 4 * 90 * 16);
                continue;
            };
            assert_eq!(slabs.slot, 0);
            assert_eq!(slabs.planes.iter().flat_map(Clone::clone).collect::<Vec<_>>(), (0..37).collect::<Vec<_>>());
            assert!((0..slabs.planes.len()).all(|slab| slabs.bytes(slab) <= limit));
            assert!(!slabs.cut() || slabs.planes.iter().all(|planes| planes.len() >= FLUX_REACH));
            assert_eq!(slabs.state_bytes(), 37 * 90 * 16);
        }
    }

    /// 192 bytes in f32 for each of 10,000 space cells exceed a MiB.
    #[test]
    fn fields_must_fit_a_binding() {
        let grid = grid([10_000, 1, 1, 8, 1, 1]);
        let message = Slabs::new(&grid, 4, Precision::F32, LIMITS, FLUX_REACH).expect_err("too many").to_string();
        assert!(message.contains("10000 space cells need 2 MiB of fields"), "{message}");
    }

    #[test]
    fn without_space_the_first_momentum_is_cut() {
        let grid = grid([1, 1, 1, 1, 20, 8]);
        let slabs = |precision, slab_bytes| {
            Slabs::new(&grid, 1, precision, Limits { slab_bytes, ..LIMITS }, FLUX_REACH).expect("fits")
        };
        let found = |slabs: Slabs| (slabs.slot, slabs.planes.len(), slabs.plane_bytes);
        assert_eq!(found(slabs(Precision::F32, 200)), (4, 4, 32));
        assert_eq!(found(slabs(Precision::F64, 400)), (4, 4, 64));
    }
}
