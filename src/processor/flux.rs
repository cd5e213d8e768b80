//! The flux of the one-axis sweep: conservative flux-form semi-Lagrangian, sixth-order central
//! polynomial with the dissipation of fifth-order upwind. Twin of `shaders/shared/stencil.wgsl` and
//! `speed_*.wgsl`.
//!
//! Let U be the primitive of the state along the axis. The amount crossing a face
//! in one sweep at Courant number nu is, for constant speed,
//!
//! ```text
//! Phi(nu) = U(0) - U(-nu) = sum_m (-1)^(m+1) nu^m U^(m) / m!
//! ```
//!
//! with the derivatives of the polynomial through the seven faces around. For a
//! speed A that varies, or couples the components, the derivatives act on the
//! products `f = A u`: `Phi = sum_m (-nu_f)^(m-1)/m! f^(m-1)` with nu_f at the
//! face. It is of second order in time for any A(s), exact for constant A, and a
//! polynomial in A: no eigenvectors, no branch.
//!
//! The difference of two fluxes is a derivative at the centre if their mean over a
//! cell is what the derivative is of: with S = 1 + D^2/24 + ... for that mean, the
//! second-order term must be `-1/2 S^-1 A S f'` rather than `-1/2 A f'`. To fourth
//! order that adds `(A'' f' + 2 A' f'')/48`, without which rotations heat.
//!
//! The last difference, `- d(|nu|) U^(6)`, turns the sixth-order central flux into
//! the fifth-order upwind one; the scenario says what share of it acts.
//!
//! The second-order flux forwards and backwards leaves an error of third order in time
//! where A varies. A composition of order four takes its sweeps from another scheme: with
//! L u = - d/ds (A u) by the sixth-order central flux, two factors `1 + a L + b L^2` make
//! the series of exp(L) as far as L^4, see [`Factor`](crate::operators::Factor). What dissipates is then a
//! sweep of its own.

use std::ops::{Add, Mul, Sub};

use super::cell::{Cell, NumberOf, Rate};
use crate::lanes::{Number, Vector};

/// Six of something around a face: three on the left, the farthest first, three on the right.
pub type Six<T> = [T; 6];

/// Coefficients of the values and derivatives of `f` at a face, for the sums (even) or differences
/// (odd) of mirrored cells, nearest first.
const VALUE: [f64; 3] = [37.0 / 60.0, -8.0 / 60.0, 1.0 / 60.0];
/// - f'/2!
const FIRST: [f64; 3] = [-245.0 / 360.0, 25.0 / 360.0, -2.0 / 360.0];
/// f''/3!
const SECOND: [f64; 3] = [-6.0 / 48.0, 7.0 / 48.0, -1.0 / 48.0];
/// - f'''/4!
const THIRD: [f64; 3] = [28.0 / 144.0, -11.0 / 144.0, 1.0 / 144.0];
/// f''''/5!
const FOURTH: [f64; 3] = [2.0 / 240.0, -3.0 / 240.0, 1.0 / 240.0];
/// - f'''''/6!
const FIFTH: [f64; 3] = [-10.0 / 720.0, 5.0 / 720.0, -1.0 / 720.0];
/// The sixth difference of u.
const SIXTH: [f64; 3] = [10.0, -5.0, 1.0];

/// Weights of the six cells around a face for a uniform Courant number in [-1, 1];
/// `dissipation` is the share of the upwind part.
#[inline(always)]
pub fn uniform_weights<N: Number>(nu: N, dissipation: f64) -> Six<N> {
    let zero = nu.like(0.0);
    Weights::at(nu, zero, zero, dissipation).of_cells([nu; 6])
}

/// d(nu) = nu (1 - nu^2)(4 - nu^2)(3 - nu)/720: the difference between the
/// Lagrange polynomials through seven and through the six upwind faces.
#[inline(always)]
fn upwind<N: Number>(nu: N) -> N {
    let square = nu * nu;
    nu * (-square + 1.0) * (-square + 4.0) * (-nu + 3.0) * (1.0 / 720.0)
}

/// A Courant number at a face, a quarter of its first derivative along the line, per cell, and - 1/24 of its second:
/// from the two cells left of the face and the two right of it.
#[inline(always)]
fn at_face<T>(cells: [T; 4]) -> [T; 3]
where
    T: Copy + Add<Output = T> + Sub<Output = T> + Mul<f64, Output = T>,
{
    let (near, far) = (cells[1] + cells[2], cells[0] + cells[3]);
    let value = near * (9.0 / 16.0) - far * (1.0 / 16.0);
    let slope = (cells[2] - cells[1]) * (0.25 * 27.0 / 24.0) - (cells[3] - cells[0]) * (0.25 / 24.0);
    [value, slope, (near - far) * (0.5 / 24.0)]
}

/// Weights of sums (even) and differences (odd) of mirrored products, and of the sixth difference.
struct Weights<N> {
    even: [N; 3],
    odd: [N; 3],
    sixth: [N; 3],
}

impl<N: Number> Weights<N> {
    /// Where a scalar Courant number has these values [`at_face`].
    #[inline(always)]
    fn at(nu: N, slope: N, curvature: N, dissipation: f64) -> Self {
        let upwind = upwind(nu.abs().min(nu.like(1.0))) * dissipation;
        Weights {
            even: [even(nu, slope, 0), even(nu, slope, 1), even(nu, slope, 2)],
            odd: [odd(nu, curvature, 0), odd(nu, curvature, 1), odd(nu, curvature, 2)],
            sixth: [upwind * SIXTH[0], upwind * SIXTH[1], upwind * SIXTH[2]],
        }
    }

    /// Those of the cells themselves, `nu` their Courant numbers.
    #[inline(always)]
    fn of_cells(&self, nu: Six<N>) -> Six<N> {
        let Weights { even, odd, sixth } = self;
        [
            nu[0] * (even[2] - odd[2]) + sixth[2],
            nu[1] * (even[1] - odd[1]) + sixth[1],
            nu[2] * (even[0] - odd[0]) + sixth[0],
            nu[3] * (even[0] + odd[0]) - sixth[0],
            nu[4] * (even[1] + odd[1]) - sixth[1],
            nu[5] * (even[2] + odd[2]) - sixth[2],
        ]
    }
}

/// Weight of the sum of the mirrored cells number `m`.
#[inline(always)]
fn even<N: Number>(nu: N, slope: N, m: usize) -> N {
    let square = nu * nu;
    (square * FOURTH[m] + SECOND[m]) * square + VALUE[m] + slope * SECOND[m]
}

/// Weight of their difference.
#[inline(always)]
fn odd<N: Number>(nu: N, curvature: N, m: usize) -> N {
    let square = nu * nu;
    ((square * FIFTH[m] + THIRD[m]) * square + FIRST[m]) * nu + curvature * FIRST[m]
}

/// A sum of six cells.
#[inline(always)]
pub fn weighted<C: Cell>(u: Six<C>, weights: Six<NumberOf<C>>) -> C {
    (u[0].times(weights[0]) + u[1].times(weights[1]))
        + (u[2].times(weights[2]) + u[3].times(weights[3]))
        + (u[4].times(weights[4]) + u[5].times(weights[5]))
}

/// Flux of cells `u` that a scalar speed carries.
#[inline(always)]
pub fn scalar_flux<C: Cell>(u: Six<C>, nu: Six<NumberOf<C>>, dissipation: f64) -> C {
    let [value, slope, curvature] = at_face([nu[1], nu[2], nu[3], nu[4]]);
    weighted(u, Weights::at(value, slope, curvature, dissipation).of_cells(nu))
}

/// Flux of cells `u` with the products `f` that a matrix carries.
#[inline(always)]
pub fn coupled_flux<C: Cell>(u: Six<C>, f: Six<C>, nu: [Rate<C::Vector>; 4], dissipation: f64) -> C {
    let [nu, slope, curvature] = at_face(nu);
    let sum = [f[3] + f[2], f[4] + f[1], f[5] + f[0]];
    let difference = [f[3] - f[2], f[4] - f[1], f[5] - f[0]];
    let (first, second) = (combined(difference, FIRST), combined(sum, SECOND));
    let mut flux = combined(difference, FIFTH);
    flux = combined(sum, FOURTH) + flux.carried(nu);
    flux = combined(difference, THIRD) + flux.carried(nu);
    flux = second + flux.carried(nu);
    flux = first + flux.carried(nu);
    flux = combined(sum, VALUE) + flux.carried(nu);
    flux = flux + (second.carried(slope) + first.carried(curvature));
    flux + upwind_flux(u, nu, dissipation)
}

/// The upwind part: the sixth difference of u with the fastest speed.
#[inline(always)]
fn upwind_flux<C: Cell>(u: Six<C>, nu: Rate<C::Vector>, dissipation: f64) -> C {
    let speed = nu.v.abs() + nu.c.length();
    let share = upwind(speed.min(speed.like(1.0))) * -dissipation;
    combined([u[3] - u[2], u[4] - u[1], u[5] - u[0]], SIXTH).times(share)
}

/// The upwind part alone.
#[inline(always)]
pub fn dissipation_flux<C: Cell>(u: Six<C>, nu: [Rate<C::Vector>; 4], dissipation: f64) -> C {
    let [nu, ..] = at_face(nu);
    upwind_flux(u, nu, dissipation)
}

/// The sixth-order central flux of the products f = A u.
#[inline(always)]
pub fn central_flux<C: Cell>(f: Six<C>) -> C {
    combined([f[3] + f[2], f[4] + f[1], f[5] + f[0]], VALUE)
}

/// Three cells with coefficients.
#[inline(always)]
fn combined<C: Cell>(x: [C; 3], by: [f64; 3]) -> C {
    x[0].scaled(by[0]) + x[1].scaled(by[1]) + x[2].scaled(by[2])
}

#[cfg(test)]
mod tests {
    use glam::DVec3;

    use super::*;
    use crate::processor::cell::{Spin, Spinless};

    /// Exactness on polynomials: the weights integrate degree 5 over the swept
    /// interval, minus nothing from the dissipation (a sixth difference of U).
    #[test]
    fn uniform_weights_are_exact_to_degree_four() {
        for nu in [-1.0, -0.63, 0.0, 0.2, 1.0] {
            let weights = uniform_weights(nu, 1.0);
            for degree in 0..=4 {
                let primitive = |s: f64| s.powi(degree + 1) / f64::from(degree + 1);
                let average = |k: i32| primitive(f64::from(k + 1)) - primitive(f64::from(k));
                let flux: f64 = weights.iter().zip(-3..).map(|(w, k)| w * average(k)).sum();
                let exact = primitive(0.0) - primitive(-nu);
                assert!((flux - exact).abs() < 1e-13, "nu={nu} degree={degree}: {flux} {exact}");
            }
        }
    }

    /// Von Neumann: no wave grows at any Courant number up to one, with or without the
    /// upwind part.
    #[test]
    fn no_wave_grows() {
        for (step, dissipation) in (-20..=20).flat_map(|step| [(step, 0.0), (step, 0.3), (step, 1.0)]) {
            let weights = uniform_weights(f64::from(step) / 20.0, dissipation);
            for mode in 0..=64 {
                let theta = std::f64::consts::PI * f64::from(mode) / 64.0;
                let (mut re, mut im) = (1.0, 0.0);
                for (weight, offset) in weights.iter().zip(-3..) {
                    // u_k - (Phi_upper - Phi_lower), u_k = exp(i k theta).
                    for (sign, at) in [(-1.0, offset + 1), (1.0, offset)] {
                        re += sign * weight * (f64::from(at) * theta).cos();
                        im += sign * weight * (f64::from(at) * theta).sin();
                    }
                }
                assert!(re.hypot(im) <= 1.0 + 1e-12, "nu={step}/20 theta={theta}");
            }
        }
    }

    /// The flux of a matrix that couples nothing, and that of a scalar, are one; where the speed does
    /// not vary, the weighted one.
    #[test]
    fn the_fluxes_are_one() {
        let u = [0.3, -1.2, 0.7, 2.1, -0.4, 0.9].map(|w0| Spin { w0, w: DVec3::new(w0 * w0, -w0, 0.5) });
        let rates = |nu: [f64; 6]| nu.map(|v| Rate { v, c: DVec3::ZERO });
        for nu in [[-0.8; 6], [-0.1; 6], [0.35; 6], [1.0; 6], [0.1, 0.3, 0.4, 0.2, -0.3, -0.2]] {
            for dissipation in [0.0, 1.0] {
                let nus = rates(nu);
                let f = [0, 1, 2, 3, 4, 5].map(|i| u[i].carried(nus[i]));
                let matrix = coupled_flux(u, f, [nus[1], nus[2], nus[3], nus[4]], dissipation);
                let scalar = scalar_flux(u, nu, dissipation);
                assert!((matrix.w0 - scalar.w0).abs() < 1e-14 && (matrix.w - scalar.w).length() < 1e-14);
                if nu == [nu[0]; 6] {
                    let w0 = u.map(|cell| Spinless::<DVec3>(cell.w0));
                    let weighted = weighted(w0, uniform_weights(nu[0], dissipation)).0;
                    assert!((weighted - scalar.w0).abs() < 1e-14);
                }
            }
        }
    }
}
