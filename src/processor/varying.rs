//! A part of lines along which speeds vary: vector loops over arrays. Cells of a row follow each other, and
//! rows of a line: with `width` cells in a row, the neighbours of number i are i - width and i + width.

use std::ops::Range;

use fearless_simd::Simd;

use super::cell::{Cell, Rate, Spin, Spinless};
use super::flux::{self, Six};
use super::part::Part;
use super::planes::{self, Arrays, LaneCell, Planes, Vectors};
use crate::lanes::Lanes;
use crate::operators::{FLUX_REACH, Factor, Scheme};
use crate::precision::Real;

/// Old cells with their Courant numbers, and what is made of them.
pub struct VaryingPart<R> {
    /// Old cells, from those before the first on.
    cells: Planes<R>,
    /// The Courant number of each of them.
    pub rates: Planes<R>,
    /// Products of both.
    products: Planes<R>,
    /// What flows through the lower faces, or the changes of a series.
    fluxes: Planes<R>,
    /// What one application of the flux changes.
    changes: Planes<R>,
    components: usize,
    coupled: bool,
    series: bool,
    /// Cells of a row.
    pub width: usize,
}

impl<R: Real> VaryingPart<R> {
    pub fn new(components: usize, coupled: bool, scheme: Scheme) -> Self {
        let series = matches!(scheme, Scheme::Series(_));
        VaryingPart {
            cells: Planes::new(true),
            rates: Planes::new(true),
            products: Planes::new(coupled || series),
            fluxes: Planes::new(true),
            changes: Planes::new(series),
            components,
            coupled,
            series,
            width: 1,
        }
    }

    /// Fills what is around a line of `cells` cells from `first` on: a ring, or nothing beyond the edges.
    pub fn surround(&mut self, first: usize, cells: usize, reach: usize, periodic: bool) {
        if !periodic {
            self.cells.clear(first - reach..first);
            return self.cells.clear(first + cells..first + cells + reach);
        }
        for cells_of in self.cells.arrays_mut().iter_mut().take(self.components) {
            for k in 0..reach {
                cells_of[first + cells + k] = cells_of[first + k % cells];
                cells_of[first - 1 - k] = cells_of[first + cells - 1 - k % cells];
            }
        }
    }

    /// Advances `rows` rows whose Courant numbers are there; nothing flows through the lower faces of rows `closed`.
    pub fn advance<S: Simd>(
        &mut self,
        simd: S,
        scheme: Scheme,
        dissipation: f64,
        rows: usize,
        closed: impl Iterator<Item = usize>,
    ) {
        match (self.components, self.coupled) {
            (1, _) => self.advance_cells::<S, Spinless<_>, false>(simd, scheme, dissipation, rows, closed),
            (_, false) => self.advance_cells::<S, Spin<_>, false>(simd, scheme, dissipation, rows, closed),
            (_, true) => self.advance_cells::<S, Spin<_>, true>(simd, scheme, dissipation, rows, closed),
        }
    }

    fn advance_cells<S: Simd, C: LaneCell<S, R>, const COUPLED: bool>(
        &mut self,
        simd: S,
        scheme: Scheme,
        dissipation: f64,
        rows: usize,
        closed: impl Iterator<Item = usize>,
    ) {
        let count = rows * self.width;
        if let Scheme::Series(factor) = scheme {
            return self.series::<S, C, COUPLED>(simd, factor, count);
        }
        self.flow::<S, C, COUPLED>(simd, scheme, dissipation, count + self.width);
        for row in closed {
            self.fluxes.clear(row * self.width..(row + 1) * self.width);
        }
    }

    /// Products of cells and speeds.
    #[inline(always)]
    fn carry<S: Simd, C: LaneCell<S, R>, const COUPLED: bool>(&mut self, simd: S, count: usize) {
        let (cells, rates, products) = (self.cells.arrays(), self.rates.arrays(), self.products.arrays_mut());
        for i in (0..count).step_by(Lanes::<S, R>::COUNT) {
            let rate = Rate::load::<COUPLED>(simd, rates, i);
            carried::<C, COUPLED>(C::load(simd, cells, i), rate).store(products, i);
        }
    }

    /// Fluxes through `count` lower faces, by one flux.
    fn flow<S: Simd, C: LaneCell<S, R>, const COUPLED: bool>(
        &mut self,
        simd: S,
        scheme: Scheme,
        dissipation: f64,
        count: usize,
    ) {
        simd.vectorize(
            #[inline(always)]
            || match (scheme, COUPLED) {
                (Scheme::Dissipation, _) => self.dissipate::<S, C, COUPLED>(simd, dissipation, count),
                (_, true) => self.flow_coupled::<S, C>(simd, dissipation, count),
                (_, false) => self.flow_scalar::<S, C>(simd, dissipation, count),
            },
        );
    }

    #[inline(always)]
    fn flow_coupled<S: Simd, C: LaneCell<S, R>>(&mut self, simd: S, dissipation: f64, count: usize) {
        let width = self.width;
        self.carry::<S, C, true>(simd, count + (2 * FLUX_REACH - 1) * width);
        let (cells, rates, products) = (self.cells.arrays(), self.rates.arrays(), self.products.arrays());
        let fluxes = self.fluxes.arrays_mut();
        for i in (0..count).step_by(Lanes::<S, R>::COUNT) {
            let (u, f) = (six::<S, R, C>(simd, cells, i, width), six::<S, R, C>(simd, products, i, width));
            flux::coupled_flux(u, f, near::<S, R, true>(simd, rates, i, width), dissipation).store(fluxes, i);
        }
    }

    #[inline(always)]
    fn flow_scalar<S: Simd, C: LaneCell<S, R>>(&mut self, simd: S, dissipation: f64, count: usize) {
        let width = self.width;
        let (cells, [rates, ..], fluxes) = (self.cells.arrays(), self.rates.arrays(), self.fluxes.arrays_mut());
        for i in (0..count).step_by(Lanes::<S, R>::COUNT) {
            let nu = [
                Lanes::load(simd, rates, i),
                Lanes::load(simd, rates, i + width),
                Lanes::load(simd, rates, i + 2 * width),
                Lanes::load(simd, rates, i + 3 * width),
                Lanes::load(simd, rates, i + 4 * width),
                Lanes::load(simd, rates, i + 5 * width),
            ];
            flux::scalar_flux(six::<S, R, C>(simd, cells, i, width), nu, dissipation).store(fluxes, i);
        }
    }

    #[inline(always)]
    fn dissipate<S: Simd, C: LaneCell<S, R>, const COUPLED: bool>(&mut self, simd: S, dissipation: f64, count: usize) {
        let width = self.width;
        let (cells, rates, fluxes) = (self.cells.arrays(), self.rates.arrays(), self.fluxes.arrays_mut());
        for i in (0..count).step_by(Lanes::<S, R>::COUNT) {
            let nu = near::<S, R, COUPLED>(simd, rates, i, width);
            flux::dissipation_flux(six::<S, R, C>(simd, cells, i, width), nu, dissipation).store(fluxes, i);
        }
    }

    /// New cells from `at` on as the state holds them: from the fluxes through their faces, or from the changes of a series.
    fn give_cells<S: Simd, C: LaneCell<S, R>>(&self, simd: S, at: usize, stored: &mut [R]) {
        let (cells, fluxes, width) = (self.cells.arrays(), self.fluxes.arrays(), self.width);
        simd.vectorize(
            #[inline(always)]
            || match self.series {
                true => planes::give(
                    stored,
                    at,
                    #[inline(always)]
                    |i| C::load(simd, cells, i + 2 * FLUX_REACH * width) + C::load(simd, fluxes, i),
                ),
                false => planes::give(
                    stored,
                    at,
                    #[inline(always)]
                    |i| C::load(simd, cells, i + FLUX_REACH * width) + kept::<S, R, C>(simd, fluxes, i, width),
                ),
            },
        );
    }

    /// Changes by a factor of the series of exp(L): L u reaches three cells on either side, L L u six.
    fn series<S: Simd, C: LaneCell<S, R>, const COUPLED: bool>(&mut self, simd: S, factor: Factor, count: usize) {
        simd.vectorize(
            #[inline(always)]
            || {
                let width = self.width;
                let [first, second] = factor.coefficients();
                self.carry::<S, C, COUPLED>(simd, count + 4 * FLUX_REACH * width);
                self.central::<S, C>(simd, count + (2 * FLUX_REACH + 1) * width);
                self.carry_change::<S, C, COUPLED>(simd, count + 2 * FLUX_REACH * width);
                self.central::<S, C>(simd, count + width);
                let (changes, fluxes) = (self.changes.arrays(), self.fluxes.arrays_mut());
                for i in (0..count).step_by(Lanes::<S, R>::COUNT) {
                    let once = C::load(simd, changes, i + FLUX_REACH * width);
                    let twice = kept::<S, R, C>(simd, fluxes, i, width);
                    // One sum with u: what each loses to rounding adds up, the more the smaller its terms.
                    (once.scaled(first) + twice.scaled(second)).store(fluxes, i);
                }
            },
        );
    }

    /// Changes L u from the fluxes through their faces, and their products with the speeds.
    #[inline(always)]
    fn carry_change<S: Simd, C: LaneCell<S, R>, const COUPLED: bool>(&mut self, simd: S, count: usize) {
        let (rates, fluxes) = (self.rates.arrays(), self.fluxes.arrays());
        let (changes, products) = (self.changes.arrays_mut(), self.products.arrays_mut());
        for i in (0..count).step_by(Lanes::<S, R>::COUNT) {
            let change = kept::<S, R, C>(simd, fluxes, i, self.width);
            let rate = Rate::load::<COUPLED>(simd, rates, i + FLUX_REACH * self.width);
            change.store(changes, i);
            carried::<C, COUPLED>(change, rate).store(products, i);
        }
    }

    /// Central fluxes of the products through `count` lower faces.
    #[inline(always)]
    fn central<S: Simd, C: LaneCell<S, R>>(&mut self, simd: S, count: usize) {
        let (products, fluxes) = (self.products.arrays(), self.fluxes.arrays_mut());
        for i in (0..count).step_by(Lanes::<S, R>::COUNT) {
            flux::central_flux(six::<S, R, C>(simd, products, i, self.width)).store(fluxes, i);
        }
    }
}

impl<R: Real> Part<R> for VaryingPart<R> {
    fn set_width(&mut self, cells: usize) {
        self.width = cells;
    }

    fn put<S: Simd>(&mut self, simd: S, row: usize, stored: &[R]) {
        let (cells, at) = (self.cells.arrays_mut(), row * self.width);
        match self.components {
            1 => planes::take::<S, R, Spinless<_>>(simd, stored, cells, at),
            _ => planes::take::<S, R, Spin<_>>(simd, stored, cells, at),
        }
    }

    fn clear(&mut self, rows: Range<usize>) {
        self.cells.clear(rows.start * self.width..rows.end * self.width);
    }

    fn keep(&mut self, from: usize, count: usize) {
        let numbers = from * self.width..(from + count) * self.width;
        self.cells.keep(self.components, numbers.clone());
        self.rates.keep(if self.coupled { 4 } else { 1 }, numbers);
    }

    fn give<S: Simd>(&mut self, simd: S, row: usize, stored: &mut [R]) {
        match self.components {
            1 => self.give_cells::<S, Spinless<_>>(simd, row * self.width, stored),
            _ => self.give_cells::<S, Spin<_>>(simd, row * self.width, stored),
        }
    }
}

/// The six cells from number `at` on along a line.
#[inline(always)]
fn six<S: Simd, R: Real, C: LaneCell<S, R>>(simd: S, arrays: &Arrays<R>, at: usize, width: usize) -> Six<C> {
    [
        C::load(simd, arrays, at),
        C::load(simd, arrays, at + width),
        C::load(simd, arrays, at + 2 * width),
        C::load(simd, arrays, at + 3 * width),
        C::load(simd, arrays, at + 4 * width),
        C::load(simd, arrays, at + 5 * width),
    ]
}

/// The Courant numbers of the four of them next to the face.
#[inline(always)]
fn near<S: Simd, R: Real, const COUPLED: bool>(
    simd: S,
    rates: &Arrays<R>,
    at: usize,
    width: usize,
) -> [Rate<Vectors<S, R>>; 4] {
    [
        Rate::load::<COUPLED>(simd, rates, at + width),
        Rate::load::<COUPLED>(simd, rates, at + 2 * width),
        Rate::load::<COUPLED>(simd, rates, at + 3 * width),
        Rate::load::<COUPLED>(simd, rates, at + 4 * width),
    ]
}

/// What stays in a cell: the flux through its lower face less that through its upper.
#[inline(always)]
fn kept<S: Simd, R: Real, C: LaneCell<S, R>>(simd: S, fluxes: &Arrays<R>, at: usize, width: usize) -> C {
    C::load(simd, fluxes, at) - C::load(simd, fluxes, at + width)
}

/// The product of a speed and a cell.
#[inline(always)]
fn carried<C: Cell, const COUPLED: bool>(cell: C, rate: Rate<C::Vector>) -> C {
    if COUPLED { cell.carried(rate) } else { cell.times(rate.v) }
}
