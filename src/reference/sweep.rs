//! The one-axis sweep: conservative flux-form semi-Lagrangian, sixth-order
//! central polynomial with the dissipation of fifth-order upwind. Twin of
//! `shaders/shared/sweep.wgsl`, `stencil.wgsl` and `speed_*.wgsl`.
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
//! the series of exp(L) as far as L^4, see [`Factor`]. What dissipates is then a sweep of its own.

use glam::DVec3;
use rayon::prelude::*;

use crate::operators::{FLUX_REACH, Factor, Scheme, Speed};
use crate::state::Cell;

/// Cells that one block advances along the axis, and one whose fluxes reach twice as far.
const BLOCK: usize = 8;
const WIDE_BLOCK: usize = 16;
const REACH: usize = FLUX_REACH;

/// How an array is swept: `outer` x `cells` x `inner`, the sweep along `cells`.
#[derive(Clone, Copy)]
pub struct Layout {
    pub cells: usize,
    pub inner: usize,
    pub periodic: bool,
}

/// What a command says of the flux.
#[derive(Clone, Copy)]
pub struct Method {
    pub speed: Speed,
    pub scheme: Scheme,
    pub dissipation: f64,
}

/// One sweep with |nu| <= 1. `nu(outer, inner, k)` at cell k of a line may be asked beyond a
/// truncated axis, as far as the flux reaches; its k is wrapped on a periodic one.
pub fn sweep<C: Cell>(
    layout: Layout,
    input: &[C],
    output: &mut [C],
    Method { speed, scheme, dissipation }: Method,
    nu: impl Fn(usize, usize, isize) -> Courant + Sync,
) {
    match (scheme, speed) {
        (Scheme::Flux, Speed::Uniform) => {
            uniform(layout, input, output, |outer, inner| uniform_weights(nu(outer, inner, 0).v, dissipation));
        }
        (Scheme::Flux, _) => varying(layout, input, output, nu, |u, f, at| varying_flux(u, f, at, dissipation)),
        (Scheme::Series(factor), _) => series(layout, input, output, factor, nu),
        (Scheme::Dissipation, _) => {
            varying(layout, input, output, nu, |u, _, at| upwind_flux(u, &at.nu) * dissipation);
        }
    }
}

/// Weights of the six cells around a face (three left, three right) for a
/// uniform Courant number in [-1, 1]; `dissipation` is the share of the upwind part.
pub fn uniform_weights(nu: f64, dissipation: f64) -> [f64; 6] {
    let (nu2, nu3) = (nu * nu, nu * nu * nu);
    let (c2, c3, c4, c5, c6) =
        (nu2 / 2.0, nu3 / 6.0, nu2 * nu2 / 24.0, nu2 * nu3 / 120.0, nu3 * nu3 / 720.0 + dissipation * upwind(nu.abs()));
    // Odd derivatives of U see the sums of mirrored cells, even ones the differences.
    let even = [
        37.0 / 60.0 * nu - 6.0 / 8.0 * c3 + c5,
        -8.0 / 60.0 * nu + 7.0 / 8.0 * c3 - 1.5 * c5,
        1.0 / 60.0 * nu - 1.0 / 8.0 * c3 + 0.5 * c5,
    ];
    let odd = [
        -245.0 / 180.0 * c2 + 28.0 / 6.0 * c4 - 10.0 * c6,
        25.0 / 180.0 * c2 - 11.0 / 6.0 * c4 + 5.0 * c6,
        -2.0 / 180.0 * c2 + 1.0 / 6.0 * c4 - c6,
    ];
    [even[2] - odd[2], even[1] - odd[1], even[0] - odd[0], even[0] + odd[0], even[1] + odd[1], even[2] + odd[2]]
}

/// d(nu) = nu (1 - nu^2)(4 - nu^2)(3 - nu)/720: the difference between the
/// Lagrange polynomials through seven and through the six upwind faces.
fn upwind(nu: f64) -> f64 {
    nu * (1.0 - nu * nu) * (4.0 - nu * nu) * (3.0 - nu) / 720.0
}

impl Layout {
    /// Where cell `k` is found.
    fn wrap(self, k: isize) -> isize {
        if self.periodic { k.rem_euclid(self.cells as isize) } else { k }
    }
}

/// Scalar speed and coupling vector at a cell or face, as Courant numbers.
#[derive(Clone, Copy, Default)]
pub struct Courant {
    pub v: f64,
    pub c: DVec3,
}

impl Courant {
    /// A speed times what makes a Courant number of it.
    pub fn times(self, factor: f64) -> Courant {
        Courant { v: self.v * factor, c: self.c * factor }
    }

    fn combined(cells: [Courant; 4], weights: [f64; 4]) -> Courant {
        cells.iter().zip(weights).fold(Courant::default(), |sum, (cell, weight)| Courant {
            v: sum.v + weight * cell.v,
            c: sum.c + weight * cell.c,
        })
    }
}

/// The Courant number at a face and its first two derivatives along the line, per cell.
struct AtFace {
    nu: Courant,
    slope: Courant,
    curvature: Courant,
}

impl AtFace {
    /// From the two cells left of the face and the two right of it.
    fn of(cells: [Courant; 4]) -> AtFace {
        AtFace {
            nu: Courant::combined(cells, [-1.0 / 16.0, 9.0 / 16.0, 9.0 / 16.0, -1.0 / 16.0]),
            slope: Courant::combined(cells, [1.0 / 24.0, -27.0 / 24.0, 27.0 / 24.0, -1.0 / 24.0]),
            curvature: Courant::combined(cells, [0.5, -0.5, -0.5, 0.5]),
        }
    }
}

/// Flux through the face between the third and fourth of six cells: `u` the
/// cells, `f` the products A u.
fn varying_flux<C: Cell>(u: [C; 6], f: [C; 6], at: &AtFace, dissipation: f64) -> C {
    let sum = [f[3] + f[2], f[4] + f[1], f[5] + f[0]];
    let difference = [f[3] - f[2], f[4] - f[1], f[5] - f[0]];
    let combine = |x: [C; 3], a: f64, b: f64, c: f64| x[0] * a + x[1] * b + x[2] * c;
    let carried = |by: Courant, x: C| x.carried(by.v, by.c);
    // - f'/2 and f''/6 at the face.
    let first = combine(difference, -245.0 / 360.0, 25.0 / 360.0, -2.0 / 360.0);
    let second = combine(sum, -6.0 / 48.0, 7.0 / 48.0, -1.0 / 48.0);
    let mut flux = combine(difference, -10.0 / 720.0, 5.0 / 720.0, -1.0 / 720.0);
    flux = combine(sum, 2.0 / 240.0, -3.0 / 240.0, 1.0 / 240.0) + carried(at.nu, flux);
    flux = combine(difference, 28.0 / 144.0, -11.0 / 144.0, 1.0 / 144.0) + carried(at.nu, flux);
    flux = second + carried(at.nu, flux);
    flux = first + carried(at.nu, flux);
    flux = combine(sum, 37.0 / 60.0, -8.0 / 60.0, 1.0 / 60.0) + carried(at.nu, flux);
    flux += carried(at.slope, second) * 0.25 - carried(at.curvature, first) * (1.0 / 24.0);
    flux + upwind_flux(u, &at.nu) * dissipation
}

/// The upwind part: the sixth difference of u with the fastest speed.
fn upwind_flux<C: Cell>(u: [C; 6], nu: &Courant) -> C {
    let speed = nu.v.abs() + nu.c.length();
    ((u[3] - u[2]) * -10.0 + (u[4] - u[1]) * 5.0 - (u[5] - u[0])) * upwind(speed.min(1.0))
}

/// The sixth-order central flux of the products f = A u.
fn central_flux<C: Cell>(f: &[C]) -> C {
    (f[2] + f[3]) * (37.0 / 60.0) - (f[1] + f[4]) * (8.0 / 60.0) + (f[0] + f[5]) * (1.0 / 60.0)
}

/// Sweeps with one set of weights per line.
fn uniform<C: Cell>(layout: Layout, input: &[C], output: &mut [C], weights: impl Fn(usize, usize) -> [f64; 6] + Sync) {
    march(layout, input, output, |outer, inner, _, u| {
        let weights = weights(outer, inner);
        move |face| {
            let mut flux = C::default();
            for (weight, cell) in weights.into_iter().zip(&u[face..]) {
                flux += *cell * weight;
            }
            flux
        }
    });
}

/// Sweeps with a speed that varies along the line and a flux of cells, products and speeds.
fn varying<C: Cell>(
    layout: Layout,
    input: &[C],
    output: &mut [C],
    nu: impl Fn(usize, usize, isize) -> Courant + Sync,
    flux: impl Fn([C; 6], [C; 6], &AtFace) -> C + Sync,
) {
    march(layout, input, output, |outer, inner, first, u| {
        let a: [Courant; WINDOW] =
            std::array::from_fn(|slot| nu(outer, inner, layout.wrap((first + slot) as isize - REACH as isize)));
        let f: [C; WINDOW] = std::array::from_fn(|slot| u[slot].carried(a[slot].v, a[slot].c));
        let flux = &flux;
        move |face| {
            let window = |x: &[C]| std::array::from_fn(|i| x[face + i]);
            let at_face = AtFace::of([a[face + 1], a[face + 2], a[face + 3], a[face + 4]]);
            flux(window(&u), window(&f), &at_face)
        }
    });
}

/// Applies a factor of the series of exp(L) on a ring.
fn series<C: Cell>(
    layout: Layout,
    input: &[C],
    output: &mut [C],
    factor: Factor,
    nu: impl Fn(usize, usize, isize) -> Courant + Sync,
) {
    const BOTH: usize = 2 * REACH;
    const WIDE: usize = WIDE_BLOCK + 2 * BOTH;
    let [first_weight, second_weight] = factor.coefficients();
    in_blocks(layout, output, |outer, inner, first| {
        let at = |slot: usize| (first + slot) as isize - BOTH as isize;
        // The last block of a line is shorter.
        let end = (layout.cells - first).min(WIDE_BLOCK) + 2 * BOTH;
        let mut u = [C::default(); WIDE];
        let mut a = [Courant::default(); WIDE];
        for slot in 0..end {
            u[slot] = read(layout, input, outer, inner, at(slot));
            a[slot] = nu(outer, inner, layout.wrap(at(slot)));
        }
        // L v in the cells where the flux reaches no further than `v`, which is known from `margin` on.
        let applied = |v: &[C; WIDE], margin: usize| -> [C; WIDE] {
            let f: [C; WIDE] = std::array::from_fn(|slot| v[slot].carried(a[slot].v, a[slot].c));
            let mut through = [C::default(); WIDE];
            for face in margin + REACH..end - margin - REACH + 1 {
                through[face] = central_flux(&f[face - REACH..face + REACH]);
            }
            let mut change = [C::default(); WIDE];
            for slot in margin + REACH..end - margin - REACH {
                change[slot] = through[slot] - through[slot + 1];
            }
            change
        };
        let once = applied(&u, 0);
        let twice = applied(&once, REACH);
        std::array::from_fn::<C, WIDE_BLOCK, _>(|k| {
            let slot = k + BOTH;
            u[slot] + (once[slot] * first_weight + twice[slot] * second_weight)
        })
    });
}

/// Cells around a block that its fluxes read.
const WINDOW: usize = BLOCK + 2 * REACH;

/// Cell `k` of a line; beyond the edges periodic, or empty.
fn read<C: Cell>(layout: Layout, input: &[C], outer: usize, inner: usize, k: isize) -> C {
    let k = layout.wrap(k);
    if !(0..layout.cells as isize).contains(&k) {
        return C::default();
    }
    input[(outer * layout.cells + k as usize) * layout.inner + inner]
}

/// Advances every line in blocks. `fluxes(outer, inner, first, u)` is given the cells from
/// `first - 3` on, and returns what flows through the lower face of cell `first + face`.
fn march<C, F>(
    layout: Layout,
    input: &[C],
    output: &mut [C],
    fluxes: impl Fn(usize, usize, usize, [C; WINDOW]) -> F + Sync,
) where
    C: Cell,
    F: Fn(usize) -> C,
{
    let Layout { cells, periodic, .. } = layout;
    in_blocks(layout, output, |outer, inner, first| {
        let u: [C; WINDOW] =
            std::array::from_fn(|slot| read(layout, input, outer, inner, (first + slot) as isize - REACH as isize));
        let flux = fluxes(outer, inner, first, u);
        let through = |face: usize| {
            let closed = !periodic && (first + face == 0 || first + face >= cells);
            if closed { C::default() } else { flux(face) }
        };
        let mut lower = through(0);
        std::array::from_fn::<C, BLOCK, _>(|k| {
            let upper = through(k + 1);
            let cell = u[k + REACH] - (upper - lower);
            lower = upper;
            cell
        })
    });
}

/// Fills the lines of `output` in blocks of `N` cells: `block(outer, inner, first)` are
/// the cells from `first` on; what lies beyond the line is left.
fn in_blocks<C: Cell, const N: usize>(
    Layout { cells, inner, .. }: Layout,
    output: &mut [C],
    block: impl Fn(usize, usize, usize) -> [C; N] + Sync,
) {
    let blocks = cells.div_ceil(N);
    output.par_chunks_mut(cells * inner).enumerate().for_each(|(outer, output)| {
        output.par_chunks_mut(N * inner).enumerate().with_min_len(blocks.min(512 / inner + 1)).for_each(
            |(number, output)| {
                for i in 0..inner {
                    let advanced = block(outer, i, number * N);
                    for (cell, advanced) in output[i..].iter_mut().step_by(inner).zip(advanced) {
                        *cell = advanced;
                    }
                }
            },
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// The general flux with a constant speed is the weighted one.
    #[test]
    fn varying_flux_with_constant_speed_is_the_uniform_flux() {
        let u = [0.3, -1.2, 0.7, 2.1, -0.4, 0.9];
        for nu in [-0.8, -0.1, 0.35, 1.0] {
            for dissipation in [0.0, 1.0] {
                let weighted: f64 = uniform_weights(nu, dissipation).iter().zip(u).map(|(w, u)| w * u).sum();
                let at = AtFace::of([Courant { v: nu, c: DVec3::ZERO }; 4]);
                let general = varying_flux(u, u.map(|u| nu * u), &at, dissipation);
                assert!((weighted - general).abs() < 1e-14);
            }
        }
    }
}
