//! Values on one grid from values on another, by polynomials of fifth degree through the six nearest: of sixth order.
//!
//! Axis by axis. Where a value is asked for that is there, it is handed on as it is.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::error::Result;
use crate::grid::{AXES, Axis, Grid, MOMENTUM};
use crate::precision::Numbers;
use crate::state::Cells;

/// Values that make one.
const POINTS: usize = 6;
/// Share of a cell by which places may differ that are the same but for rounding.
const SAME: f64 = 1e-9;

/// How values along an axis follow from those along another.
#[derive(Clone, Debug, PartialEq)]
pub struct Stencils {
    /// Cells of the old axis.
    from: usize,
    /// One for each cell of the new axis.
    each: Vec<Stencil>,
    /// Whether all stay what and where they are.
    same: bool,
}

/// The old values that make a new one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stencil {
    cells: [usize; POINTS],
    weights: [f64; POINTS],
}

impl Stencils {
    /// From `old` to `new`, which lies within it or, where it is periodic, has its length. Values lie so many cells, of
    /// either axis, above its centres.
    pub fn new(old: &Axis, new: &Axis, periodic: bool, above: f64) -> Stencils {
        let each: Vec<Stencil> = (0..new.cells)
            .map(|cell| {
                // In cells of the old axis, from its first value on.
                let place = (new.from - old.from + (cell as f64 + 0.5 + above) * new.step) / old.step - 0.5 - above;
                Stencil::at(place, old.cells, periodic)
            })
            .collect();
        let stays = |(cell, stencil): (usize, &Stencil)| stencil.cells == [cell; POINTS];
        let same = old.cells == new.cells && each.iter().enumerate().all(stays);
        Stencils { from: old.cells, each, same }
    }

    /// Those of an axis that is not resolved.
    fn one() -> Stencils {
        let axis = Axis { cells: 1, from: 0.0, step: 1.0 };
        Stencils::new(&axis, &axis, false, 0.0)
    }

    /// Whether every value is one that was there.
    pub fn is_same(&self) -> bool {
        self.same
    }

    /// Applied along one axis: `inner` numbers belong to each of its cells.
    fn along(&self, values: Vec<f64>, inner: usize) -> Vec<f64> {
        if self.same {
            return values;
        }
        let count = values.len() / self.from * self.each.len();
        let mut made = vec![0.0; count];
        made.par_chunks_exact_mut(inner).enumerate().for_each(|(row, made)| {
            let (outer, stencil) = (row / self.each.len(), &self.each[row % self.each.len()]);
            let rows = stencil.cells.map(|cell| &values[(outer * self.from + cell) * inner..][..inner]);
            stencil.combine(rows, made);
        });
        made
    }
}

impl Stencil {
    /// The value at a place in cells from the first one on.
    fn at(place: f64, cells: usize, periodic: bool) -> Stencil {
        let nearest = place.round();
        if (place - nearest).abs() < SAME {
            let cell = if periodic { nearest.rem_euclid(cells as f64) } else { nearest.clamp(0.0, cells as f64 - 1.0) };
            let mut weights = [0.0; POINTS];
            weights[0] = 1.0;
            return Stencil { cells: [cell as usize; POINTS], weights };
        }
        let mut first = place.floor() - 2.0;
        if !periodic {
            // Near an end the six nearest lie to one side.
            first = first.clamp(0.0, cells as f64 - POINTS as f64);
        }
        let wrapped = |cell: f64| cell.rem_euclid(cells as f64) as usize;
        let within = place - first;
        Stencil { cells: std::array::from_fn(|k| wrapped(first + k as f64)), weights: lagrange(within) }
    }

    /// The sum of six rows.
    fn combine(&self, rows: [&[f64]; POINTS], made: &mut [f64]) {
        if self.cells == [self.cells[0]; POINTS] {
            return made.copy_from_slice(rows[0]);
        }
        let [a, b, c, d, e, f] = self.weights;
        let [ra, rb, rc, rd, re, rf] = rows;
        for (i, made) in made.iter_mut().enumerate() {
            *made = (a * ra[i] + f * rf[i]) + (b * rb[i] + e * re[i]) + (c * rc[i] + d * rd[i]);
        }
    }
}

/// Weights of the values at 0, 1, ..., 5 in that at `place` of the polynomial through them.
fn lagrange(place: f64) -> [f64; POINTS] {
    std::array::from_fn(|k| {
        let others = (0..POINTS).filter(|&j| j != k);
        others.map(|j| (place - j as f64) / (k as f64 - j as f64)).product()
    })
}

/// A scalar at every place of a mesh on another one; `stencils` are those of its three axes.
pub fn resampled(stencils: &[Stencils; 3], values: Vec<f64>) -> Vec<f64> {
    let new = |axis: usize| stencils[axis].each.len();
    // From the last axis on: what comes after an axis is already new.
    (0..3).rev().fold(values, |values, axis| {
        let inner = (axis + 1..3).map(new).product();
        stencils[axis].along(values, inner)
    })
}

/// How the cells of a grid follow from those of another with the same axes.
pub fn between(old: &Grid, new: &Grid) -> [Stencils; AXES] {
    std::array::from_fn(|slot| match (old.axis(slot), new.axis(slot)) {
        (Some(old), Some(new)) => Stencils::new(old, new, slot < MOMENTUM, 0.0),
        _ => Stencils::one(),
    })
}

/// A state of another grid, or with other components, as one of this.
pub struct Resampled<C> {
    cells: C,
    stencils: [Stencils; AXES],
    /// The first resolved axis, by whose planes cells are read.
    slot: usize,
    /// Cells of a plane, old and new.
    planes: [usize; 2],
    components: usize,
    /// Planes of the old axis, new along all others.
    kept: Mutex<VecDeque<(usize, Plane)>>,
}

type Plane = Arc<Vec<f64>>;

/// Planes in memory while a state is walked over: those of a stencil, one that is read and one that is made of it.
pub const PLANES: usize = POINTS + 2;

impl<C: Cells> Resampled<C> {
    /// Cells of the grid `old` on `new`, see [`between`]; spins that are not there are zero, and w0 alone is kept where
    /// there is one component.
    pub fn new(cells: C, old: &Grid, new: &Grid, components: usize) -> Resampled<C> {
        let slot = new.resolved().next().unwrap_or(0);
        let planes = [old, new].map(|grid| grid.strides()[slot]);
        Resampled { cells, stencils: between(old, new), slot, planes, components, kept: Mutex::default() }
    }

    fn plane(&self, index: usize, wanted: &Stencil) -> Result<Plane> {
        // A panic elsewhere has left whole planes.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plane)) = kept.iter().find(|(held, _)| *held == index) {
            return Ok(plane.clone());
        }
        kept.retain(|(held, _)| wanted.cells.contains(held));
        let cells = index * self.planes[0]..(index + 1) * self.planes[0];
        let mut values = converted(self.cells.take(cells)?, self.cells.components(), self.components);
        let mut inner = self.components;
        for stencils in self.stencils[self.slot + 1..].iter().rev() {
            values = stencils.along(values, inner);
            inner *= stencils.each.len();
        }
        let plane = Arc::new(values);
        kept.push_back((index, plane.clone()));
        Ok(plane)
    }
}

/// Numbers of cells with so many components.
fn converted(numbers: Numbers, from: usize, to: usize) -> Vec<f64> {
    let numbers = numbers.widened();
    match (from, to) {
        (1, 4) => numbers.into_iter().flat_map(|w0| [w0, 0.0, 0.0, 0.0]).collect(),
        (4, 1) => numbers.into_iter().step_by(4).collect(),
        _ => numbers,
    }
}

impl<C: Cells> Cells for Resampled<C> {
    fn cells(&self) -> usize {
        self.stencils.iter().map(|stencils| stencils.each.len()).product()
    }

    fn components(&self) -> usize {
        self.components
    }

    fn take(&self, cells: Range<usize>) -> Result<Numbers> {
        if self.stencils.iter().all(Stencils::is_same) {
            let numbers = self.cells.take(cells)?;
            // In the precision they have.
            let from = self.cells.components();
            return Ok(if from == self.components {
                numbers
            } else {
                Numbers::F64(converted(numbers, from, self.components))
            });
        }
        let (each, size) = (self.components, self.planes[1]);
        let mut made = vec![0.0; cells.len() * each];
        let (mut room, mut at) = (&mut made[..], cells.start);
        while at < cells.end {
            let (index, within) = (at / size, at % size);
            let count = (size - within).min(cells.end - at);
            let stencil = &self.stencils[self.slot].each[index];
            let mut planes: [Plane; POINTS] = Default::default();
            for (plane, &cell) in planes.iter_mut().zip(&stencil.cells) {
                *plane = self.plane(cell, stencil)?;
            }
            let (part, rest) = room.split_at_mut(count * each);
            let rows = std::array::from_fn(|k| &planes[k][within * each..(within + count) * each]);
            stencil.combine(rows, part);
            (room, at) = (rest, at + count);
        }
        Ok(Numbers::F64(made))
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::random::Random;
    use crate::state::{State, runs};

    fn axis(from: f64, to: f64, cells: usize) -> Axis {
        Axis { cells, from, step: (to - from) / cells as f64 }
    }

    /// Largest error of exp(sin(x + 0.3)) on `new`, from values on `old`.
    fn error(old: &Axis, new: &Axis, periodic: bool, above: f64) -> f64 {
        let exact = |axis: &Axis, i: usize| (axis.centre(i as isize) + above * axis.step + 0.3).sin().exp();
        let values: Vec<f64> = (0..old.cells).map(|i| exact(old, i)).collect();
        let made = Stencils::new(old, new, periodic, above).along(values, 1);
        made.iter().enumerate().map(|(i, value)| (value - exact(new, i)).abs()).fold(0.0, f64::max)
    }

    /// 2^6 = 64 per halving; 50 leaves room for the next term at 24 and 48 cells, one-sided at ends as well. Cells go
    /// to finer, coarser and shifted ones, and to a part of an axis.
    #[test]
    fn interpolation_is_of_sixth_order() {
        for (ends, periodic) in [([0.0, TAU], true), ([1.7, 1.7 + TAU], true), ([0.4, 5.1], false), ([0.0, TAU], false)]
        {
            for cells in [331, 370, 200] {
                for above in [0.0, 0.5] {
                    // At ends that are no ends of a period values above the last one are not asked for.
                    if above > 0.0 && !periodic {
                        continue;
                    }
                    let at = |old| error(&axis(0.0, TAU, old), &axis(ends[0], ends[1], cells), periodic, above);
                    let (coarse, fine) = (at(48), at(96));
                    println!("{ends:?} {cells} cells, {above}: {coarse:.1e} {fine:.1e}");
                    assert!(fine > 0.0 && coarse / fine > 50.0, "{ends:?} {cells}: {coarse:.2e} {fine:.2e}");
                }
            }
        }
    }

    /// Values that are there stay to the bit, on the axis itself and on a part of it; polynomials of fifth degree are
    /// exact to rounding.
    #[test]
    fn values_that_are_there_stay() {
        let mut random = Random(4);
        let old = axis(-3.0, 3.0, 30);
        let values = random.numbers(30);
        assert!(Stencils::new(&old, &old, false, 0.0).is_same());
        let part = Stencils::new(&old, &axis(-1.0, 2.0, 15), false, 0.0);
        assert!(!part.is_same());
        assert_eq!(part.along(values.clone(), 1), values[10..25]);
        let turned = Stencils::new(&old, &axis(-1.0, 5.0, 30), true, 0.0);
        assert_eq!(turned.along(values.clone(), 1), [&values[10..], &values[..10]].concat());
        let five = |x: f64| (1.0 + x) * (x - 2.5) * (0.3 + x * x) * (x + 0.1);
        let values = (0..30).map(|i| five(old.centre(i))).collect();
        let new = axis(-2.9, 3.0, 41);
        for (i, value) in Stencils::new(&old, &new, false, 0.0).along(values, 1).iter().enumerate() {
            assert!((value - five(new.centre(i as isize))).abs() < 1e-12, "{i}");
        }
    }

    /// In five dimensions, whichever parts it is asked for in: a product of functions is the product of what becomes of
    /// them.
    #[test]
    fn cells_do_not_depend_on_how_they_are_asked_for() {
        let of = |cells: [usize; 5]| {
            let [x, y, px, py, pz] = cells;
            let momentum = |cells| Some(axis(-2.0, 2.0, cells));
            Grid::new([
                Some(axis(0.0, 3.0, x)),
                Some(axis(1.0, 3.0, y)),
                None,
                momentum(px),
                momentum(py),
                momentum(pz),
            ])
        };
        let (old, new) = (of([8, 9, 10, 8, 9]).expect("a grid"), of([10, 8, 10, 12, 8]).expect("a grid"));
        let mut random = Random(8);
        let factors: Vec<Vec<f64>> = (0..AXES).map(|slot| random.numbers(old.shape()[slot])).collect();
        let made: Vec<Vec<f64>> =
            between(&old, &new).iter().zip(&factors).map(|(along, f)| along.along(f.clone(), 1)).collect();
        let product = |grid: &Grid, factors: &[Vec<f64>], cell: usize| -> f64 {
            grid.indices(cell).iter().zip(factors).map(|(&i, factor)| factor[i]).product()
        };
        let state = State::Spinless((0..old.cells()).map(|cell| product(&old, &factors, cell)).collect());
        let resampled = Resampled::new(state, &old, &new, 4);
        let all = resampled.take(0..new.cells()).expect("made").widened();
        for (cell, found) in all.chunks_exact(4).enumerate() {
            let exact = product(&new, &made, cell);
            assert!((found[0] - exact).abs() < 1e-14 && found[1..] == [0.0; 3], "{cell}: {found:?}, {exact}");
        }
        for most in [7, 1000, 5000] {
            let parts = runs(new.cells(), most).flat_map(|cells| resampled.take(cells).expect("made").widened());
            assert!(parts.eq(all.iter().copied()), "{most}");
        }
    }
}
