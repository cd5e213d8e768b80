//! One turn for all momenta of a space cell. Twin of `shaders/turn.wgsl`.

use fearless_simd::{Simd, dispatch};
use glam::{DVec3, DVec4};

use super::cell::Spin;
use super::pieces::{self, Piece};
use super::planes::{LaneCell, Vectors};
use super::{Cells, Context, Twin};
use crate::lanes::{Lanes, MOST_LANES, Triple};
use crate::operators::{FieldSample, Reading, Turn};
use crate::physics::turned_by;
use crate::precision::Real;

impl Twin for Turn {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        if cells.components == 1 {
            return None;
        }
        let advance = |(): &mut (), piece: Piece<R>| {
            let turn = fields[piece.space].turn;
            if turn.truncate() != DVec3::ZERO {
                dispatch!(context.level, simd => rotate(simd, turn, piece));
            }
        };
        pieces::for_each(context, cells, || (), advance);
        None
    }
}

/// Turns the spins of some cells.
#[inline(always)]
fn rotate<S: Simd, R: Real>(simd: S, turn: DVec4, piece: Piece<R>) {
    let h: Vectors<S, R> = Triple::splat(simd, turn.truncate());
    let cos = Lanes::splat(simd, turn.w);
    let turned = |cell: Spin<Vectors<S, R>>| Spin { w: turned_by(cell.w, h, cos), ..cell };
    let lanes = Lanes::<S, R>::COUNT;
    let whole = piece.momenta.len() / lanes * lanes;
    for at in (0..whole).step_by(lanes) {
        turned(Spin::load_stored(simd, piece.numbers, at)).store_stored(piece.numbers, at);
    }
    // Fewer cells than lanes are left.
    let rest = &mut piece.numbers[4 * whole..];
    let mut cells = [R::default(); 4 * MOST_LANES];
    cells[..rest.len()].copy_from_slice(rest);
    turned(Spin::load_stored(simd, &cells, 0)).store_stored(&mut cells, 0);
    rest.copy_from_slice(&cells[..rest.len()]);
}
