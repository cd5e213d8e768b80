//! What a relativistic collision will take, in f64. Twin of `shaders/shares.wgsl`.

use glam::DVec3;
use rayon::prelude::*;

use super::pieces::ranges;
use super::{Cells, Context, Twin};
use crate::operators::{Covariant, FieldSample, ReadShares, Reading, Shares};
use crate::precision::Real;

impl Twin for ReadShares {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        let (rates, cells) = (&context.covariant[self.equilibria], &*cells);
        let momenta: Vec<_> = ranges(context.grid.momentum_cells()).collect();
        let part = |i: usize| {
            let (space, range) = (i / momenta.len(), momenta[i % momenta.len()].clone());
            let mut sums = Shares::default();
            range.for_each(|m| add(context, &rates[space], (space, m), fields[space].p, cells, &mut sums));
            sums
        };
        let parts: Vec<Shares> = (0..fields.len() * momenta.len()).into_par_iter().map(part).collect();
        let volume = context.grid.momentum_volume();
        let whole = |parts: &[Shares]| Shares {
            density: volume * parts.iter().map(|part| part.density).sum::<f64>(),
            momentum: volume * parts.iter().map(|part| part.momentum).sum::<DVec3>(),
            kinetic_energy: volume * parts.iter().map(|part| part.kinetic_energy).sum::<f64>(),
            spin: volume * parts.iter().map(|part| part.spin).sum::<DVec3>(),
            boost: volume * parts.iter().map(|part| part.boost).sum::<DVec3>(),
        };
        Some(Reading::Shares(parts.chunks(momenta.len()).map(whole).collect()))
    }
}

/// Adds a cell.
fn add<R: Real>(
    context: Context,
    rate: &Covariant,
    (space, m): (usize, usize),
    unresolved: DVec3,
    cells: &Cells<R>,
    sums: &mut Shares,
) {
    let p = context.grid.momentum(m) + unresolved;
    let (energy, kinetic) = (context.particle.energy(p), context.particle.kinetic_energy(p));
    let share = rate.share(p, energy);
    let first = (space * context.grid.momentum_cells() + m) * cells.components;
    let number = |k: usize| -> f64 { cells.numbers[first + k].into() };
    let w0 = share * number(0);
    sums.density += w0;
    sums.momentum += w0 * p;
    sums.kinetic_energy += w0 * kinetic;
    if cells.components == 4 {
        let w = share * DVec3::new(number(1), number(2), number(3));
        sums.spin += w;
        sums.boost += p.cross(w) / (energy + context.particle.mass);
    }
}
