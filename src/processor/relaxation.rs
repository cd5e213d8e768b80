//! Collisions, in f64 whatever the precision of the state. Twin of `shaders/relaxation.wgsl`.

use glam::DVec3;

use super::pieces::{self, Piece};
use super::{Cells, Context, Twin};
use crate::grid::MOMENTUM;
use crate::operators::{FieldSample, LocalEquilibrium, Reading, Relaxation};
use crate::precision::Real;

impl Twin for Relaxation {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        let equilibria = &context.equilibria[self.equilibria];
        let components = cells.components;
        pieces::for_each(
            context,
            cells,
            || (),
            |(), piece| {
                let equilibrium = &equilibria[piece.space];
                if equilibrium.share > 0.0 {
                    relax(context, self.fermions, equilibrium, fields[piece.space].p, components, piece);
                }
            },
        );
        None
    }
}

/// The momenta of a piece, row after row along pz.
fn relax<R: Real>(
    context: Context,
    fermions: bool,
    equilibrium: &LocalEquilibrium,
    unresolved: DVec3,
    components: usize,
    piece: Piece<R>,
) {
    let LocalEquilibrium { share, common, states, local, turned, nonlocal, along } = equilibrium;
    let shape = context.grid.shape();
    let (count_y, count_z) = (shape[MOMENTUM + 1], shape[MOMENTUM + 2]);
    let centre = |direction: usize, index: usize| {
        context.grid.axis(MOMENTUM + direction).map_or(unresolved[direction], |axis| axis.centre(index as isize))
    };
    let mut cell = piece.momenta.start;
    let mut numbers = piece.numbers;
    while cell < piece.momenta.end {
        let row = cell / count_z;
        let (x, y, z) = (row / count_y, row % count_y, cell % count_z);
        let count = (count_z - z).min(piece.momenta.end - cell);
        let (of_row, rest) = numbers.split_at_mut(count * components);
        let product = common * along[0][x] * along[1][y];
        let (px, py) = (centre(0, x), centre(1, y));
        for (k, cell) in of_row.chunks_exact_mut(components).enumerate() {
            let factor = product * along[2][z + k];
            let n = if fermions { 1.0 / (1.0 + factor) } else { 0.0 };
            let [g, weight] = if fermions { [states * n, states * n * (1.0 - n)] } else { [factor; 2] };
            let mut move_to = |component: usize, target: f64| {
                let old: f64 = cell[component].into();
                cell[component] = R::nearest(old + share * (target - old));
            };
            move_to(0, g);
            if components == 4 {
                let p = DVec3::new(px, py, centre(2, z + k));
                let flow = nonlocal[0] * p.x + nonlocal[1] * p.y + nonlocal[2] * p.z;
                let target = *local + p.cross(flow) + *turned * p.length_squared() - p * p.dot(*turned);
                (0..3).for_each(|component| move_to(component + 1, weight * target[component]));
            }
        }
        numbers = rest;
        cell += count;
    }
}
