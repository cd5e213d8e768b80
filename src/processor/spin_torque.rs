//! The exact rotation of w about T and a given h. Twin of `shaders/spin_torque.wgsl`.

use std::f64::consts::TAU;

use fearless_simd::{Simd, dispatch};
use glam::DVec3;

use super::cell::Spin;
use super::momenta::Momenta;
use super::pieces::{self, Piece};
use super::planes::LaneCell;
use super::{Cells, Context, Field, Twin};
use crate::lanes::{Lanes, MOST_LANES, Number, Vector};
use crate::operators::{FieldSample, Reading, SpinTorque};
use crate::physics::{Momentum, Particle, turned_by};
use crate::precision::Real;

impl Twin for SpinTorque {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        if cells.components == 1 {
            return None;
        }
        let particle = context.particle;
        let about = About {
            particle,
            strength: -particle.torque_coefficient() * self.time,
            given: particle.given_coefficient() * self.time,
        };
        if self.far {
            pieces::for_each(
                context,
                cells,
                || (),
                |(), piece| rotate_far(context, about, &fields[piece.space], piece),
            );
            return None;
        }
        let make = || context.store.lend(None, Momenta::<R>::default);
        pieces::for_each(context, cells, make, |momenta, piece| {
            momenta.set(context.grid, piece.momenta.clone(), None);
            let field = &fields[piece.space];
            dispatch!(context.level, simd => rotate(simd, about, field, momenta, piece));
        });
        None
    }
}

/// Turns the spins of some cells.
#[inline(always)]
fn rotate<S: Simd, R: Real>(simd: S, about: About, field: &FieldSample, momenta: &mut Momenta<R>, piece: Piece<R>) {
    let known = momenta.add(simd, about.particle, field.p).alike();
    let field = Field::splat(simd, field);
    let lanes = Lanes::<S, R>::COUNT;
    let whole = piece.momenta.len() / lanes * lanes;
    for at in (0..whole).step_by(lanes) {
        about
            .turned(Spin::load_stored(simd, piece.numbers, at), &known.load(simd, at), &field)
            .store_stored(piece.numbers, at);
    }
    // Fewer cells than lanes are left.
    let rest = &mut piece.numbers[4 * whole..];
    let mut cells = [R::default(); 4 * MOST_LANES];
    cells[..rest.len()].copy_from_slice(rest);
    about.turned(Spin::load_stored(simd, &cells, 0), &known.load(simd, whole), &field).store_stored(&mut cells, 0);
    rest.copy_from_slice(&cells[..rest.len()]);
}

/// The same by angles of many turns, which are formed in f64 whatever the precision of the state.
fn rotate_far<R: Real>(context: Context, about: About, field: &FieldSample, piece: Piece<R>) {
    for (cell, momentum) in piece.numbers.chunks_exact_mut(4).zip(piece.momenta) {
        let p = context.grid.momentum(momentum) + field.p;
        let turn = about.turn(&about.particle.at(p), field.e, field.b);
        let w = rotated(DVec3::new(cell[1].into(), cell[2].into(), cell[3].into()), remainder(turn));
        for (number, turned) in cell[1..].iter_mut().zip(w.to_array()) {
            *number = R::nearest(turned);
        }
    }
}

/// `turn` without its whole turns, whose angle is TAU and what its rounding left.
fn remainder(turn: DVec3) -> DVec3 {
    const TAU_LOW: f64 = 2.449_293_598_294_706_4e-16;
    let angle = turn.length();
    let turns = (angle / TAU).round();
    if turns == 0.0 { turn } else { turn * ((angle - turns * TAU - turns * TAU_LOW) / angle) }
}

/// What spins turn about.
#[derive(Clone, Copy)]
struct About<'a> {
    particle: &'a Particle,
    /// Of T.
    strength: f64,
    /// Of a given h.
    given: f64,
}

impl About<'_> {
    /// Cells with their spins turned.
    #[inline(always)]
    fn turned<V: Vector>(&self, cell: Spin<V>, at: &Momentum<V>, field: &Field<V>) -> Spin<V> {
        Spin { w: rotated(cell.w, self.turn(at, field.e, field.b)), ..cell }
    }

    /// The turn at a momentum in given fields, right-handed.
    #[inline(always)]
    fn turn<V: Vector>(&self, at: &Momentum<V>, e: V, b: V) -> V {
        let turn = self.particle.precession_field_at(at, e, b) * self.strength;
        if self.given == 0.0 { turn } else { turn + self.particle.given.at(at.p) * self.given }
    }
}

/// w turned by |turn| <= pi about `turn`.
#[inline(always)]
fn rotated<V: Vector>(w: V, turn: V) -> V {
    let half = turn * 0.5;
    let square = half.length_squared();
    turned_by(w, half * series(square, &SINC), series(square, &COSINE))
}

/// (-1)^k/(2k)!, the coefficients of cos x in powers of x^2. For |x| <= pi/2 those left out are below 7e-9
/// in f32 and 2e-17 in f64.
const COSINE: [f64; 11] = coefficients(0);
/// (-1)^k/(2k + 1)!, those of sin(x)/x.
const SINC: [f64; 11] = coefficients(1);
/// Terms of a series that f32 needs.
const SINGLE_TERMS: usize = 7;

const fn coefficients(odd: usize) -> [f64; 11] {
    let mut coefficients = [1.0; 11];
    let mut k = 1;
    while k < coefficients.len() {
        let n = 2 * k + odd;
        coefficients[k] = -coefficients[k - 1] / (n * (n - 1)) as f64;
        k += 1;
    }
    coefficients
}

/// A series in powers of `x`.
#[inline(always)]
fn series<N: Number>(x: N, coefficients: &[f64; 11]) -> N {
    let terms = if N::DOUBLE { coefficients.len() } else { SINGLE_TERMS };
    let mut sum = x.like(coefficients[terms - 1]);
    for k in (0..terms - 1).rev() {
        sum = sum * x + coefficients[k];
    }
    sum
}
