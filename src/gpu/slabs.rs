//! The state cut into slabs along the outermost resolved axis, each in a buffer of
//! its own: no buffer or binding has to hold the whole.

use std::ops::Range;

use super::layout::field_bytes;
use crate::error::{Error, Result};
use crate::grid::{AXES, AXIS_NAMES, Grid, MOMENTUM};
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
    /// What keeps the device busy: where a slab has fewer lines than this along the axis of a sweep, they are cut
    /// into segments. No digit depends on it.
    pub invocations: usize,
}

/// Some drivers end a loop after 65535 turns, without a word.
pub const LINE_CELLS: usize = 65_000;
/// Invocations that keep the largest GPUs busy.
pub const GPU_INVOCATIONS: usize = 1 << 16;
/// Cells of a segment at the least: the shorter it is, the more of what it reads belongs to others.
pub const SEGMENT_CELLS: usize = 4;

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
    /// Cells a sweep reaches beyond the end of a segment; a slab has no fewer planes.
    pub reach: usize,
    /// Invocations that a sweep is to have on a slab.
    pub invocations: usize,
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
        Ok(Slabs { slot, planes, plane_bytes, precision, reach, invocations: limits.invocations })
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

    /// Whether lines along a slot go on in other slabs.
    pub fn cut_along(&self, slot: usize) -> bool {
        self.cut() && slot == self.slot
    }

    /// Cells along each slot in a slab.
    pub fn shape(&self, grid: &Grid, slab: usize) -> [usize; AXES] {
        let mut shape = grid.shape();
        shape[self.slot] = self.planes[slab].len();
        shape
    }

    /// Lines of a slab along a slot.
    pub fn lines(&self, grid: &Grid, slab: usize, slot: usize) -> usize {
        let shape = self.shape(grid, slab);
        shape.iter().product::<usize>() / shape[slot]
    }

    /// Segments that the lines of any slab along a slot are cut into.
    pub fn segments(&self, grid: &Grid, slot: usize) -> usize {
        let slabs = 0..self.planes.len();
        let lines = slabs.clone().map(|slab| self.lines(grid, slab, slot)).min().unwrap_or(1);
        let cells = slabs.map(|slab| self.shape(grid, slab)[slot]).min().unwrap_or(1);
        // What a segment reads beyond its ends is in the slab, or in the next one.
        let least = if self.cut_along(slot) { self.reach.max(SEGMENT_CELLS) } else { SEGMENT_CELLS };
        self.invocations.div_ceil(lines).clamp(1, (cells / least).max(1))
    }

    /// Whether a sweep along a slot needs the old cells on either side of segments, or of slabs.
    pub fn keeps(&self, grid: &Grid, slot: usize) -> bool {
        self.cut_along(slot) || self.segments(grid, slot) > 1
    }

    /// Bytes of the planes a sweep across slabs reads beyond the end of one.
    pub fn reach_bytes(&self) -> u64 {
        if self.cut() { self.reach as u64 * self.plane_bytes } else { 0 }
    }

    /// Bytes of the old cells on one side of all segments of a slab.
    pub fn kept_bytes(&self, grid: &Grid) -> u64 {
        let of = |slot: usize| {
            let planes = (self.segments(grid, slot) * self.reach) as u64;
            let plane = |slab: usize| self.bytes(slab) / self.shape(grid, slab)[slot] as u64;
            planes * (0..self.planes.len()).map(plane).max().unwrap_or(0)
        };
        grid.resolved().filter(|&slot| self.keeps(grid, slot)).map(of).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;
    use crate::operators::FLUX_REACH;

    const LIMITS: Limits =
        Limits { binding_bytes: 1 << 20, slab_bytes: 1 << 20, line_cells: LINE_CELLS, invocations: 1 };

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

    /// 256 lines along either axis are too few for a GPU; segments of four cells make 16384 of them. Many lines
    /// are left whole, and no setting makes segments shorter than that, nor than what a sweep across slabs reads.
    #[test]
    fn few_lines_are_cut_into_segments() {
        let slabs = |shape, invocations, slab_bytes, reach| {
            let grid = grid(shape);
            let limits = Limits { invocations, slab_bytes, binding_bytes: 1 << 30, ..LIMITS };
            let slabs = Slabs::new(&grid, 4, Precision::F32, limits, reach).expect("fits");
            grid.resolved().map(|slot| slabs.lines(&grid, 0, slot) * slabs.segments(&grid, slot)).collect::<Vec<_>>()
        };
        for reach in [FLUX_REACH, 2 * FLUX_REACH] {
            let square = [256, 1, 1, 256, 1, 1];
            assert_eq!(slabs(square, GPU_INVOCATIONS, 1 << 30, reach), [16384, 16384]);
            assert_eq!(slabs(square, 1024, 1 << 30, reach), [1024, 1024]);
            assert_eq!(slabs(square, 1, 1 << 30, reach), [256, 256]);
            assert_eq!(slabs([37, 1, 1, 50, 70, 1], 1 << 10, 1 << 30, reach), [3500, 2590, 1850]);
            // Slabs of 16 planes.
            let along_x = 256 * 16 / reach.max(SEGMENT_CELLS);
            assert_eq!(slabs(square, usize::MAX, 16 * 256 * 16, reach)[0], along_x / 256 * 256);
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
