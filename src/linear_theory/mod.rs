//! Linear waves about homogeneous equilibria of the four-component equations.
//!
//! A [`Plasma`] and a wavenumber make a [`Response`], the dispersion matrix D(w) of
//! the potentials (phi, A_y, A_z); [`waves`] finds all frequencies with det D = 0 in
//! a part of the complex plane. docs/waves.md derives D.

pub mod collisional;
mod coupling;
mod landau;
pub mod limits;
mod magnetised;
mod plasma;
pub mod report;
mod response;
pub(crate) mod roots;
pub mod spin_waves;
mod unmagnetised;

pub use plasma::{Plasma, Population, Shape, Spins};
pub use response::{Block, Response};
pub use roots::Rectangle;

use num_complex::Complex64;
use rayon::prelude::*;

use crate::error::{Error, Result};

/// A wave exp(i k x - i omega t).
#[derive(Clone, Debug, PartialEq)]
pub struct Wave {
    /// Wavenumber, > 0.
    pub k: f64,
    /// Growing where its imaginary part is > 0.
    pub omega: Complex64,
    /// |D/D'|: how far the zero of the computed determinant may be off.
    pub error: f64,
    /// Waves of this frequency; those of E_y and E_z alike count as two.
    pub multiplicity: usize,
    /// Components of E that oscillate; in a neutral gas sound, heat, shear or spin.
    pub fields: String,
    /// The resonance of slow particles it is near to.
    pub near: Option<String>,
}

/// Share of the typical frequency that is kept clear of cuts and poles.
const CLEARANCE: f64 = 1e-9;
/// Zeros closer than this to a pole, relative to the typical frequency, are cancelled by it.
const MERGED: f64 = 1e-12;

/// The part of the complex plane searched unless another is asked for: waves up to
/// light and plasma waves with their thermal shift, and rates that Landau's
/// continuation can follow.
pub fn default_window(plasma: &Plasma, k: f64) -> Rectangle {
    let frequency = plasma.plasma_frequency().max(0.1 * k);
    let mass = plasma.particle.mass;
    let thermal = plasma
        .populations
        .iter()
        .map(|population| match population.shape {
            Shape::Gaussian { spread, drift } => (spread[0] / mass, drift[0].abs() / mass),
            Shape::Juttner { temperature } => ((temperature / mass).sqrt().min(0.6), 0.0),
        })
        .fold((f64::INFINITY, 0.0), |sum: (f64, f64), next| (sum.0.min(next.0), sum.1.max(next.0 + next.1)));
    let light = if plasma.electrostatic { 0.0 } else { 1.0 };
    let top = (frequency * frequency + k * k * f64::max(light, 4.0 * thermal.1 * thermal.1)).sqrt();
    let lowest = if plasma.magnetic_field == 0.0 {
        (0.9 * frequency).min(4.0 * k * thermal.0).min(0.6 * k * narrowest(plasma))
    } else {
        0.03 * frequency
    };
    Rectangle::new([0.0, 1.3 * top], [-lowest, frequency])
}

/// Least ratio of the spread along k to one across it, which limits the continuation
/// with relativity.
fn narrowest(plasma: &Plasma) -> f64 {
    let ratio = |population: &Population| match population.shape {
        Shape::Gaussian { spread, .. } if plasma.particle.relativistic() => {
            let across = (1..3).filter(|&axis| plasma.resolved[axis]).map(|axis| spread[axis]);
            spread[0] / across.fold(0.0, f64::max)
        }
        _ => f64::INFINITY,
    };
    plasma.populations.iter().map(ratio).fold(f64::INFINITY, f64::min)
}

/// All waves in a window of frequencies. Frequencies with Re < 0 mirror those with Re > 0,
/// of the opposite helicity, and are left out of a window that begins at zero.
///
/// # Errors
///
/// [`Error::Run`] where the dispersion function cannot be followed around the window.
pub fn waves(response: &Response, window: Rectangle) -> Result<Vec<Wave>> {
    let (waves, lost) = waves_followed(response, window);
    lost.first().map_or(Ok(waves), |strip| Err(not_followed(response, window, *strip)))
}

/// Why a strip of real frequencies has no answer.
fn not_followed(response: &Response, window: Rectangle, [from, to]: [f64; 2]) -> Error {
    Error::Run(format!(
        "the dispersion function at k = {} cannot be followed around omega = {from:.4} to {to:.4}, {:.4} i to {:.4} i: a \
         wave may lie on the edge, or damping is too strong to continue to; change --re or --im",
        response.k, window.from.im, window.to.im
    ))
}

/// The waves of [`waves`], and the strips of real frequencies, between resonances, around which the dispersion function
/// cannot be followed.
pub fn waves_followed(response: &Response, window: Rectangle) -> (Vec<Wave>, Vec<[f64; 2]>) {
    let (mut waves, mut lost) = (Vec::new(), Vec::new());
    for block in &response.blocks {
        for zero in zeros(response, block, window, &mut lost) {
            waves.push(Wave {
                k: response.k,
                omega: zero.at,
                error: zero.error,
                multiplicity: zero.multiplicity * if *block == Block::Transverse { 2 } else { 1 },
                fields: response.name(block),
                near: response.near(zero.at),
            });
        }
    }
    waves.sort_by(|a, b| b.omega.im.total_cmp(&a.omega.im).then(a.omega.re.total_cmp(&b.omega.re)));
    // Neighbours keep clear of the edge between them from both sides.
    (waves, joined(lost, 3.0 * CLEARANCE * response.scale))
}

/// Strips that overlap or are no more than `gap` apart as one.
fn joined(mut strips: Vec<[f64; 2]>, gap: f64) -> Vec<[f64; 2]> {
    strips.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut all: Vec<[f64; 2]> = Vec::new();
    for [from, to] in strips {
        match all.last_mut() {
            Some(last) if from - last[1] <= gap => last[1] = last[1].max(to),
            _ => all.push([from, to]),
        }
    }
    all
}

fn zeros(response: &Response, block: &Block, window: Rectangle, lost: &mut Vec<[f64; 2]>) -> Vec<roots::Zero> {
    let scale = response.scale;
    let (poles, order) = response.poles(block);
    let inside = window.from.re - scale..window.to.re + scale;
    let poles: Vec<f64> = poles.into_iter().filter(|pole| inside.contains(pole)).collect();
    // Without its poles the determinant is analytic.
    let function = |w: Complex64| {
        let poles: Complex64 = poles.iter().map(|pole| ((w - pole) / scale).powi(order)).product();
        response.determinant(block, w) * poles
    };
    // Waves that only grow lie on the edge of a window that begins at zero.
    let from = if window.from.re == 0.0 { -0.0173 * scale } else { window.from.re };
    let mut edges: Vec<f64> = response.cuts().into_iter().filter(|cut| from < *cut && *cut < window.to.re).collect();
    if window.from.im >= 0.0 {
        edges.clear();
    }
    edges.extend([from, window.to.re]);
    edges.sort_by(f64::total_cmp);
    edges.dedup_by(|a, b| (*a - *b).abs() < 4.0 * CLEARANCE * scale);
    let search = |pair: &[f64]| {
        let strip = [pair[0] + CLEARANCE * scale, pair[1] - CLEARANCE * scale];
        // A zero on the edge hides from the argument principle: move the edge a little.
        let zeros = [0.0, 1e-3, 3.7e-3, 1.3e-2].into_iter().find_map(|more| {
            let more = more * scale;
            let im = [window.from.im - more, window.to.im + more];
            roots::zeros(&function, Rectangle::new(strip, im))
        });
        zeros.ok_or(strip)
    };
    let searched: Vec<_> = edges.par_windows(2).map(search).collect();
    let mut found = Vec::new();
    for outcome in searched {
        match outcome {
            Ok(zeros) => found.extend(zeros),
            Err(strip) => lost.push(strip),
        }
    }
    found.retain(|zero| {
        let mirrored = window.from.re == 0.0 && zero.at.re < -1e-9 * scale;
        let merged = poles.iter().any(|pole| (zero.at - pole).norm() < MERGED * scale.max(pole.abs()));
        !mirrored && !merged
    });
    for zero in &mut found {
        // What is left of a zero is rounding.
        if zero.at.re.abs() <= (10.0 * zero.error).max(1e-12 * scale) {
            zero.at.re = 0.0;
        }
        if zero.at.im.abs() <= (10.0 * zero.error).max(1e-13 * scale) {
            zero.at.im = 0.0;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn neighbouring_strips_are_one() {
        let strips = vec![[2.0, 3.0], [0.0, 1.0], [1.1, 1.9], [2.5, 2.6], [3.2, 4.0]];
        assert_eq!(joined(strips, 0.15), [[0.0, 3.0], [3.2, 4.0]]);
    }
}
