//! The speeds of a sweep: which fields and momenta its cells have, and the Courant numbers or weights these make.

use fearless_simd::Simd;
use glam::DVec3;

use super::{Buffers, Carrier, Lines, Step, Sweep};
use crate::grid::MOMENTUM;
use crate::lanes::Lanes;
use crate::operators::FieldSample;
use crate::precision::Real;
use crate::processor::Field;
use crate::processor::cell::Rate;
use crate::processor::flux::{self, Six};
use crate::processor::momenta::Momenta;
use crate::processor::planes::Arrays;
use crate::processor::uniform::UniformPart;
use crate::processor::varying::VaryingPart;

impl<T: Carrier> Sweep<'_, T> {
    /// The momenta of lines, but for what rows add.
    pub(super) fn set_columns<R: Real, P>(&self, Buffers { columns, size, .. }: &mut Buffers<R, P>, lines: Lines) {
        let (grid, slot) = (self.context.grid, self.method.slot);
        let (reach, cells) = (self.reach() as isize, self.layout.cells as isize);
        let (first, places) = (self.first_momentum(lines), -reach..cells + reach);
        if slot < MOMENTUM {
            let first = lines.first % grid.momentum_cells();
            columns.set(grid, first..first + lines.width, None);
        } else if self.along() {
            columns.set_lines(grid, slot, (first, 1), places, self.periodic());
        } else if self.one_field(*size) {
            columns.set_rows(grid, slot, (first, lines.width), places, self.periodic());
        } else {
            columns.set(grid, first..first + lines.width, Some(slot - MOMENTUM));
        }
    }

    /// The momentum cell where lines along a momentum axis begin.
    pub(super) fn first_momentum(&self, lines: Lines) -> usize {
        let block = self.layout.cells * self.layout.inner;
        lines.outer * block % self.context.grid.momentum_cells() + lines.first
    }

    /// The fields at row `k`, and what its momenta have beside those of the columns.
    pub(super) fn row(&self, lines: Lines, k: isize) -> (&FieldSample, DVec3) {
        let (grid, slot, cells) = (self.context.grid, self.method.slot, self.layout.cells);
        let momenta = grid.momentum_cells();
        let k = if self.periodic() { k.rem_euclid(cells as isize) } else { k };
        if slot < MOMENTUM {
            let inner = self.layout.inner / momenta;
            let field = &self.fields[(lines.outer * cells + k as usize) * inner + lines.first / momenta];
            return (field, field.p);
        }
        let field = &self.fields[lines.outer * cells * self.layout.inner / momenta];
        match grid.axis(slot) {
            Some(axis) if !self.along() => (field, field.p + DVec3::AXES[slot - MOMENTUM] * axis.centre(k)),
            _ => (field, field.p),
        }
    }

    /// The Courant numbers of old rows.
    pub(super) fn fill<S: Simd, R: Real, const COUPLED: bool>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, VaryingPart<R>>,
        lines: Lines,
        step: &Step,
    ) {
        let width = lines.width;
        let Buffers { part, columns, size, .. } = buffers;
        let rates = part.rates.arrays_mut();
        if self.one_field(*size) {
            let field = &self.fields[lines.outer / self.repeat()];
            return self.fill_row::<S, R, COUPLED>(
                simd,
                (field, field.p),
                columns,
                rates,
                (0, 0, step.old.len() * width),
            );
        }
        if self.along() {
            // What rows are to other lines, columns are to this one, and all its cells have one field.
            let first = (step.old.start + self.reach() as isize) as usize;
            let places = (step.at, first, step.old.len());
            return self.fill_row::<S, R, COUPLED>(simd, self.row(lines, 0), columns, rates, places);
        }
        for (row, k) in (step.at..).zip(step.old.clone()) {
            // What runs over the end of a row is replaced by the next.
            self.fill_row::<S, R, COUPLED>(simd, self.row(lines, k), columns, rates, (row * width, 0, width));
        }
    }

    /// Courant numbers of cells with one field; `places` are the first of them in `rates`, in `columns`, and how many.
    pub(super) fn fill_row<S: Simd, R: Real, const COUPLED: bool>(
        &self,
        simd: S,
        (field, p): (&FieldSample, DVec3),
        columns: &mut Momenta<R>,
        rates: &mut Arrays<R>,
        (at, column, count): (usize, usize, usize),
    ) {
        let (particle, term) = (self.context.particle, self.term);
        let known = columns.add(simd, particle, p);
        simd.vectorize(
            #[inline(always)]
            || {
                let (field, known) = (Field::splat(simd, field), known.alike());
                for i in (0..count).step_by(Lanes::<S, R>::COUNT) {
                    let momentum = known.load(simd, column + i);
                    let v = term.scalar(particle, &momentum, &field);
                    let c = if COUPLED { term.coupling(particle, &momentum, &field) } else { momentum.p };
                    (Rate { v, c } * self.courant).store::<COUPLED>(rates, at + i);
                }
            },
        );
    }

    /// The weights of some lines of one field, those of `columns` from `column` on with p added to their momenta.
    pub(super) fn weigh<S: Simd, R: Real>(
        &self,
        simd: S,
        buffers: &mut Buffers<R, UniformPart<R>>,
        (field, p): (&FieldSample, DVec3),
        (column, lines): (usize, usize),
    ) {
        let known = buffers.columns.add(simd, self.context.particle, p);
        let [a, b, c, d, e, f] = buffers.part.weights();
        simd.vectorize(
            #[inline(always)]
            || {
                let field = Field::splat(simd, field);
                for i in (0..lines).step_by(Lanes::<S, R>::COUNT) {
                    let momentum = known.load(simd, column + i);
                    let nu = self.term.scalar(self.context.particle, &momentum, &field) * self.courant;
                    let weights: Six<Lanes<S, R>> = flux::uniform_weights(nu, self.context.dissipation);
                    weights[0].store(a, i);
                    weights[1].store(b, i);
                    weights[2].store(c, i);
                    weights[3].store(d, i);
                    weights[4].store(e, i);
                    weights[5].store(f, i);
                }
            },
        );
    }
}
