//! What pairs of spins have of the mean field of each other, in f64 whatever the precision of the state; threads share space
//! cells. Twin of `shaders/pairs.wgsl`.

use glam::DVec3;
use rayon::prelude::*;

use super::mean_field::{Desk, Summation};
use super::store::Lent;
use super::{Cells, Context, Twin};
use crate::operators::{FieldSample, ReadPairs, Reading, Sums, Term};
use crate::precision::Real;

impl Twin for ReadPairs {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, _: &[FieldSample]) -> Option<Reading> {
        let mean_field = &context.mean_fields[self.mean_field];
        let summation = Summation::new(context, mean_field);
        let spaces = cells.numbers.par_chunks(4 * context.grid.momentum_cells());
        let make = || context.store.lend(None, Desk::default);
        let of_space = |desk: &mut Lent<Desk>, numbers: &[R]| {
            summation.take(desk, numbers);
            summation.run(context, desk, DVec3::ZERO);
            let products = desk.spins.iter().flatten().zip(desk.summed.iter().flatten());
            let sum = products.map(|(spin, field)| spin * field).sum::<f64>();
            Sums { list: ReadPairs::SUMS, values: vec![sum * context.grid.momentum_volume()], least: Vec::new() }
        };
        let sums: Vec<Sums> = spaces.map_init(make, of_space).collect();
        self.reading(&sums, context.particle)
    }
}
