//! The phase-space grid: three space and three momentum axes, each resolved or not.
//!
//! Cells are stored in C order, `(x, y, z, px, py, pz)` with the last axis
//! fastest; an axis that is not resolved has one cell. The value stored for a
//! cell belongs to its centre. On a uniform grid sums of centre values times the
//! cell volume are integrals to spectral accuracy for smooth, decaying states.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::scenario::schema;
use crate::state::{PART, runs};

/// Number of phase-space axes, resolved or not.
pub const AXES: usize = 6;
/// Index of the first momentum axis; the space axes come before it.
pub const MOMENTUM: usize = 3;
/// Names of the axes in storage order.
pub const AXIS_NAMES: [&str; AXES] = ["x", "y", "z", "px", "py", "pz"];

/// A resolved axis: `cells` cells of width `step`, the first starting at `from`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// One or more.
    pub cells: usize,
    /// Lower edge.
    pub from: f64,
    /// Width of a cell.
    pub step: f64,
}

impl Axis {
    /// Centre of cell `index`; any integer is allowed, also beyond the edges.
    pub fn centre(&self, index: isize) -> f64 {
        self.from + (index as f64 + 0.5) * self.step
    }

    /// Upper edge.
    pub fn to(&self) -> f64 {
        self.from + self.cells as f64 * self.step
    }

    /// Width of the whole axis.
    pub fn length(&self) -> f64 {
        self.cells as f64 * self.step
    }
}

impl From<schema::Axis> for Axis {
    fn from(axis: schema::Axis) -> Self {
        Axis { cells: axis.cells as usize, from: axis.from, step: (axis.to - axis.from) / f64::from(axis.cells) }
    }
}

/// The resolved axes of phase space.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    axes: [Option<Axis>; AXES],
}

impl Grid {
    /// A grid of the given axes in storage order. A space axis needs its own
    /// momentum axis, and at least one momentum must be resolved.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] where a momentum is missing.
    pub fn new(axes: [Option<Axis>; AXES]) -> Result<Self> {
        for space in 0..MOMENTUM {
            if axes[space].is_some() && axes[MOMENTUM + space].is_none() {
                return Err(Error::Input(format!(
                    "space axis {} is resolved but its momentum {} is not; add it",
                    AXIS_NAMES[space],
                    AXIS_NAMES[MOMENTUM + space]
                )));
            }
        }
        if axes[MOMENTUM..].iter().all(Option::is_none) {
            return Err(Error::Input("no momentum axis; add px, py or pz".into()));
        }
        Ok(Grid { axes })
    }

    /// The grid of a scenario's phase space.
    ///
    /// # Errors
    ///
    /// Those of [`Grid::new`].
    pub fn of(space: &schema::PhaseSpace) -> Result<Self> {
        let axis = |axis: Option<schema::Axis>| axis.map(Axis::from);
        Grid::new(schema::PhaseAxis::ALL.map(|name| axis(space.axis(name))))
    }

    /// The axis in storage slot `slot`, if resolved.
    pub fn axis(&self, slot: usize) -> Option<&Axis> {
        self.axes[slot].as_ref()
    }

    /// Cells along each slot, 1 where not resolved.
    pub fn shape(&self) -> [usize; AXES] {
        self.axes.map(|axis| axis.map_or(1, |axis| axis.cells))
    }

    /// Distance in cells between neighbours along each slot.
    pub fn strides(&self) -> [usize; AXES] {
        let shape = self.shape();
        let mut strides = [1; AXES];
        for slot in (0..AXES - 1).rev() {
            strides[slot] = strides[slot + 1] * shape[slot + 1];
        }
        strides
    }

    /// Slots of the resolved axes, in storage order.
    pub fn resolved(&self) -> impl Iterator<Item = usize> + '_ {
        (0..AXES).filter(|&slot| self.axes[slot].is_some())
    }

    /// Slots of the resolved momentum axes.
    pub fn momenta(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        (MOMENTUM..AXES).filter(|&slot| self.axes[slot].is_some())
    }

    /// Slots of the resolved space axes.
    pub fn spaces(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        (0..MOMENTUM).filter(|&slot| self.axes[slot].is_some())
    }

    /// Number of phase-space cells.
    pub fn cells(&self) -> usize {
        self.shape().iter().product()
    }

    /// The parts in which a state is walked over: all cells, in their order. Each is of whole
    /// planes, as far as these are small: of all momenta at some places, or of whole lines along the last axis.
    pub fn parts(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let strides = self.strides();
        let plane = self.resolved().map(|slot| strides[slot]).find(|&plane| plane <= PART).unwrap_or(1);
        runs(self.cells(), PART / plane * plane)
    }

    /// Number of cells in space (1 when no space axis is resolved).
    pub fn space_cells(&self) -> usize {
        self.shape()[..MOMENTUM].iter().product()
    }

    /// Number of cells in momentum.
    pub fn momentum_cells(&self) -> usize {
        self.shape()[MOMENTUM..].iter().product()
    }

    /// Volume of a momentum cell over the resolved momenta.
    pub fn momentum_volume(&self) -> f64 {
        self.axes[MOMENTUM..].iter().flatten().map(|axis| axis.step).product()
    }

    /// Volume of a space cell over the resolved space axes (1 without any).
    pub fn space_volume(&self) -> f64 {
        self.axes[..MOMENTUM].iter().flatten().map(|axis| axis.step).product()
    }

    /// Indices along the six slots of the cell with linear index `cell`.
    pub fn indices(&self, cell: usize) -> [usize; AXES] {
        let (shape, strides) = (self.shape(), self.strides());
        std::array::from_fn(|slot| cell / strides[slot] % shape[slot])
    }

    /// Momentum at the centre of momentum cell `momentum_cell`; components along
    /// axes that are not resolved are zero.
    pub fn momentum(&self, momentum_cell: usize) -> glam::DVec3 {
        let index = self.indices(momentum_cell);
        let component = |slot: usize| self.axes[slot].map_or(0.0, |axis| axis.centre(index[slot] as isize));
        glam::DVec3::new(component(3), component(4), component(5))
    }
}
