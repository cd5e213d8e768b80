//! Spins turn about the mean field of each other, in f64 whatever the precision of the state; threads share space cells. Twin of
//! `shaders/mean_field_turn.wgsl`.

use glam::DVec3;
use rayon::prelude::*;

use super::mean_field::{Desk, Summation};
use super::{Cells, Context, Twin};
use crate::operators::{FieldSample, MeanFieldTurn, Reading};
use crate::precision::Real;

impl Twin for MeanFieldTurn {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, _: &[FieldSample]) -> Option<Reading> {
        if cells.components == 1 {
            return None;
        }
        let mean_field = &context.mean_fields[self.mean_field];
        let summation = Summation::new(context, mean_field);
        let spaces = cells.numbers.par_chunks_mut(4 * context.grid.momentum_cells()).zip(&mean_field.uniform);
        let make = || context.store.lend(None, Desk::default);
        spaces.for_each_init(make, |desk, (numbers, &uniform)| {
            summation.take(desk, numbers);
            for _ in 1..mean_field.rounds {
                summation.run(context, desk, uniform);
                let Desk { spins: [x, y, z], summed: [a, b, c], .. } = &mut **desk;
                for i in 0..x.len() {
                    let w = DVec3::new(x[i], y[i], z[i]);
                    [a[i], b[i], c[i]] = (w + half_way(w, DVec3::new(a[i], b[i], c[i]))).into();
                }
            }
            summation.run(context, desk, uniform);
            let Desk { spins: [x, y, z], summed: [a, b, c], .. } = &**desk;
            for (i, cell) in numbers.chunks_exact_mut(4).enumerate() {
                let w = DVec3::new(x[i], y[i], z[i]);
                let turned = w + 2.0 * half_way(w, DVec3::new(a[i], b[i], c[i]));
                cell[1..].iter_mut().zip(turned.to_array()).for_each(|(number, turned)| *number = R::nearest(turned));
            }
        });
        None
    }
}

/// m - w of the m = w + a x m halfway through a turn.
#[inline(always)]
fn half_way(w: DVec3, a: DVec3) -> DVec3 {
    a.cross(w + a.cross(w)) / (1.0 + a.length_squared())
}
