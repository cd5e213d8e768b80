//! Collisions of relativistic particles, in f64 whatever the precision of the state. Twin of
//! `shaders/covariant_relaxation.wgsl`.

use super::pieces;
use super::{Cells, Context, Twin};
use crate::operators::{Covariant, CovariantRelaxation, FieldSample, Reading};
use crate::precision::Real;

impl Twin for CovariantRelaxation {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        let (equilibria, components) = (&context.covariant[self.equilibria], cells.components);
        pieces::for_each(
            context,
            cells,
            || (),
            |(), piece| {
                let equilibrium = &equilibria[piece.space];
                if equilibrium.time == 0.0 {
                    return;
                }
                let unresolved = fields[piece.space].p;
                for (m, cell) in piece.momenta.zip(piece.numbers.chunks_exact_mut(components)) {
                    relax(context, equilibrium, context.grid.momentum(m) + unresolved, cell);
                }
            },
        );
        None
    }
}

/// One cell.
fn relax<R: Real>(context: Context, equilibrium: &Covariant, p: glam::DVec3, cell: &mut [R]) {
    let (energy, kinetic) = (context.particle.energy(p), context.particle.kinetic_energy(p));
    let share = equilibrium.share(p, energy);
    let [g, weight] = equilibrium.equilibrium(p, kinetic);
    let move_to = |number: &mut R, target: f64| {
        let old: f64 = (*number).into();
        *number = R::nearest(old + share * (target - old));
    };
    move_to(&mut cell[0], g);
    if let [_, spin @ ..] = cell {
        let Covariant { law, b, e, gradients, .. } = equilibrium;
        let target = weight * law.target(p, energy, [*b, *e], gradients);
        spin.iter_mut().zip(target.to_array()).for_each(|(number, target)| move_to(number, target));
    }
}
