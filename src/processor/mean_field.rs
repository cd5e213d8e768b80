//! The mean field of a pair potential at every momentum of a space cell, in f64 whatever the precision of the state. Twin of
//! `shaders/shared/mean_field.wgsl`.

use fearless_simd::{Simd, dispatch};
use glam::DVec3;

use super::Context;
use crate::grid::MOMENTUM;
use crate::operators::{Couplings, MeanField};
use crate::precision::Real;

/// Each component of a vector at every momentum.
pub type Components = [Vec<f64>; 3];

/// Sums over momenta, each with a factor of the difference.
pub struct Summation {
    scale: f64,
    /// Cells along the momentum axes; the last one is resolved, of which neighbours follow each other.
    shape: [usize; 3],
    factors: Factors,
}

/// By differences of indices; a row of those along the last axis has them from the most negative to the most positive.
enum Factors {
    /// Along the first two axes, and the row.
    Separable([Vec<f64>; 2], Vec<f64>),
    /// A row for each difference along the first two axes.
    Whole(Vec<Vec<f64>>),
}

/// What a thread needs for a space cell.
#[derive(Default)]
pub struct Desk {
    /// Spins as they were.
    pub spins: Components,
    /// What the mean field is of, and then the mean field.
    pub summed: Components,
    spare: Components,
}

/// Factors of differences from `-(n - 1)` to `n - 1`.
fn row(factors: &[f64]) -> Vec<f64> {
    factors.iter().skip(1).rev().chain(factors).copied().collect()
}

impl Summation {
    pub fn new(context: Context, mean_field: &MeanField) -> Summation {
        let cells = |slot: usize| context.grid.axis(slot).map(|axis| axis.cells);
        let resolved: Vec<usize> = (MOMENTUM..MOMENTUM + 3).filter(|&slot| cells(slot).is_some()).collect();
        // Axes of one cell come first, which changes no order of cells.
        let missing = 3 - resolved.len();
        let slot = |axis: usize| axis.checked_sub(missing).map(|axis| resolved[axis]);
        let shape = [0, 1, 2].map(|axis| slot(axis).and_then(cells).unwrap_or(1));
        let factors = match &*mean_field.couplings {
            Couplings::Separable(along) => {
                let [first, second, last] =
                    [0, 1, 2].map(|axis| slot(axis).map_or_else(|| vec![1.0], |slot| along[slot - MOMENTUM].clone()));
                Factors::Separable([first, second], row(&last))
            }
            Couplings::Whole(factors) => Factors::Whole(factors.chunks_exact(shape[2]).map(row).collect()),
        };
        Summation { scale: mean_field.scale, shape, factors }
    }

    /// Spins of the cells of a space cell, and room for their mean field.
    pub fn take<R: Real>(&self, desk: &mut Desk, numbers: &[R]) {
        for (component, spins) in desk.spins.iter_mut().enumerate() {
            spins.clear();
            spins.extend(numbers.chunks_exact(4).map(|cell| -> f64 { cell[component + 1].into() }));
            desk.summed[component].clone_from(spins);
            desk.spare[component].resize(spins.len(), 0.0);
        }
    }

    /// Puts in the place of what is summed its mean field, less what is `uniform`.
    pub fn run(&self, context: Context, desk: &mut Desk, uniform: DVec3) {
        for (component, (summed, spare)) in desk.summed.iter_mut().zip(&mut desk.spare).enumerate() {
            dispatch!(context.level, simd => self.sum(simd, summed, spare));
            summed.iter_mut().for_each(|number| *number = *number * self.scale - uniform[component]);
        }
    }

    /// Sums of one component.
    #[inline(always)]
    fn sum<S: Simd>(&self, simd: S, summed: &mut Vec<f64>, spare: &mut Vec<f64>) {
        let [_, second, last] = self.shape;
        match &self.factors {
            Factors::Separable([along_first, along_second], row) => {
                simd.vectorize(
                    #[inline(always)]
                    || {
                        spare.fill(0.0);
                        for (target, source) in spare.chunks_exact_mut(last).zip(summed.chunks_exact(last)) {
                            add_row(target, source, row);
                        }
                    },
                );
                std::mem::swap(summed, spare);
                for (factors, stride) in [(along_second, last), (along_first, second * last)] {
                    if factors.len() > 1 {
                        simd.vectorize(
                            #[inline(always)]
                            || {
                                spare.fill(0.0);
                                add_planes(spare, summed, factors, stride);
                            },
                        );
                        std::mem::swap(summed, spare);
                    }
                }
            }
            Factors::Whole(rows) => {
                simd.vectorize(
                    #[inline(always)]
                    || {
                        spare.fill(0.0);
                        for (line, target) in spare.chunks_exact_mut(last).enumerate() {
                            let (x, y) = (line / second, line % second);
                            for (other, source) in summed.chunks_exact(last).enumerate() {
                                let apart = (x.abs_diff(other / second), y.abs_diff(other % second));
                                add_row(target, source, &rows[apart.0 * second + apart.1]);
                            }
                        }
                    },
                );
                std::mem::swap(summed, spare);
            }
        }
    }
}

/// Adds to each number of a line all of another, by the factors of a row.
#[inline(always)]
fn add_row(target: &mut [f64], source: &[f64], row: &[f64]) {
    let last = source.len() - 1;
    for (i, &number) in source.iter().enumerate() {
        add_scaled(target, &row[last - i..], number);
    }
}

/// Adds to each plane of an axis, `stride` numbers, all of another array.
#[inline(always)]
fn add_planes(target: &mut [f64], source: &[f64], factors: &[f64], stride: usize) {
    let whole = factors.len() * stride;
    for (target, source) in target.chunks_exact_mut(whole).zip(source.chunks_exact(whole)) {
        for (i, target) in target.chunks_exact_mut(stride).enumerate() {
            for (j, source) in source.chunks_exact(stride).enumerate() {
                add_scaled(target, source, factors[i.abs_diff(j)]);
            }
        }
    }
}

#[inline(always)]
fn add_scaled(target: &mut [f64], source: &[f64], factor: f64) {
    for (number, &more) in target.iter_mut().zip(source) {
        *number += factor * more;
    }
}
