//! Response without a background field: straight orbits, one resonance w = k v_x.
//!
//! ```text
//! M_ab = int d3p sum_c l_ac S_bc / (w - k v_x) + second variation,
//! S_b  = -k dF/dp_x (x) dh_b + (2 i/hbar) dh_b x F
//! ```
//!
//! with (x) the symmetric product of [`Quadratic`]'s left and right factors
//! (docs/waves.md). p_x = m_perp sinh u makes v_x = tanh u, so that the pole
//! u* = artanh(w/k) is the same for all p_y and p_z.

use glam::DVec3;
use num_complex::Complex64;
use rayon::prelude::*;

use super::coupling::{Coupling, POTENTIALS, Vector};
use super::landau::{Contour, Line};
use super::plasma::{Plasma, Population, Shape, Spins};
use super::response::{Matrix, Quadratic, component};
use crate::error::Result;

const I: Complex64 = Complex64::I;

pub struct Unmagnetised {
    k: f64,
    coupling: Coupling,
    /// Second variation, which has no resonance.
    rest: Quadratic,
    parts: Vec<Part>,
}

/// One population on its own nodes.
struct Part {
    population: Population,
    spin: DVec3,
    /// Momenta across k and their weights; those for residues reach further, where a
    /// complex p_x weighs less against large p_y and p_z.
    across: Vec<([f64; 2], f64)>,
    far_across: Vec<([f64; 2], f64)>,
    /// Spreads of the momenta across k that are resolved.
    widths: Vec<f64>,
    /// u of the drift, from which the nodes are counted.
    centre: f64,
    line: Line,
    numerators: Vec<Quadratic>,
    velocities: Vec<f64>,
    /// density / int F0
    scale: f64,
}

impl Unmagnetised {
    pub fn new(plasma: &Plasma, k: f64) -> Result<Self> {
        let coupling = plasma.coupling();
        let mut rest = Quadratic::ZERO;
        let mut parts = Vec::new();
        for population in &plasma.populations {
            let Spins::Uniform(spin) = population.spins else { continue };
            let mut part = Part {
                population: *population,
                spin,
                across: across(plasma, population, 1.0),
                far_across: across(plasma, population, FAR),
                widths: match population.shape {
                    Shape::Gaussian { spread, .. } => {
                        (1..3).filter(|&i| plasma.resolved[i]).map(|i| spread[i]).collect()
                    }
                    Shape::Juttner { .. } => Vec::new(),
                },
                centre: centre(plasma, population),
                line: line(plasma, population),
                numerators: Vec::new(),
                velocities: Vec::new(),
                scale: 1.0,
            };
            let nodes: Vec<(Quadratic, Quadratic, f64)> = (0..part.line.count)
                .into_par_iter()
                .map(|node| {
                    let u = part.line.at(node).into();
                    (
                        part.numerator(&coupling, k, u, &part.across),
                        part.second_variation(&coupling, k, u),
                        part.number(&coupling, u),
                    )
                })
                .collect();
            // All nodes of both grids.
            let number: f64 = nodes.iter().map(|node| node.2).sum::<f64>() * part.line.spacing;
            part.scale = population.density / number;
            for (_, second, _) in &nodes {
                rest.add_scaled((part.scale * part.line.spacing).into(), second);
            }
            part.numerators = nodes.iter().map(|node| node.0).collect();
            part.velocities = (0..part.line.count)
                .map(|node| part.centre + part.line.at(node))
                .map(|u| if coupling.particle.relativistic() { u.tanh() } else { u / coupling.particle.mass })
                .collect();
            parts.push(part);
        }
        Ok(Unmagnetised { k, coupling, rest, parts })
    }

    /// M(w); not a number where the continuation to damped waves fails.
    pub fn moments(&self, w: Complex64) -> Matrix {
        let mut sum = self.rest;
        let place = self.pole(w);
        let relativistic = self.coupling.particle.relativistic();
        for part in &self.parts {
            let pole = place - part.centre;
            let grid = part.line.grid(Some(pole));
            let weight = part.scale * part.line.step();
            for node in (grid..part.line.count).step_by(2) {
                sum.add_scaled(weight / (w - self.k * part.velocities[node]), &part.numerators[node]);
            }
            // As Im w falls through zero, the contour is held back where particles resonate.
            let held = !relativistic || (part.velocities[0]..part.fastest()).contains(&(w.re / self.k));
            if w.im < 0.0 && !held {
                continue;
            }
            let factor = part.line.pole_weight(grid, pole, Contour::BelowPole);
            if factor == Complex64::ZERO {
                continue;
            }
            if relativistic && !part.converges(place) {
                if w.im < 0.0 {
                    sum.add_scaled(f64::NAN.into(), &sum.clone());
                }
                continue;
            }
            let slope = if relativistic {
                1.0 - (w / self.k).powi(2)
            } else {
                Complex64::from(1.0 / self.coupling.particle.mass)
            };
            let residue = -part.scale * factor / (self.k * slope);
            sum.add_scaled(residue, &part.numerator(&self.coupling, self.k, pole, &part.far_across));
        }
        sum.at(w)
    }

    /// Where v_x = w/k.
    fn pole(&self, w: Complex64) -> Complex64 {
        let z = w / self.k;
        if self.coupling.particle.relativistic() {
            0.5 * ((1.0 + z).ln() - (1.0 - z).ln())
        } else {
            self.coupling.particle.mass * z
        }
    }

    /// Phase velocities of the slowest and fastest particles, times k.
    pub fn cuts(&self) -> Vec<f64> {
        if !self.coupling.particle.relativistic() {
            return Vec::new();
        }
        self.parts.iter().flat_map(|part| [part.velocities[0], part.fastest()]).map(|v| v * self.k).collect()
    }
}

impl Part {
    /// Momentum at `centre + u`, dp_x/du, and p_x less its drift.
    fn momentum(&self, coupling: &Coupling, u: Complex64, [py, pz]: [f64; 2]) -> (Vector, Complex64, Complex64) {
        if !coupling.particle.relativistic() {
            return ([self.centre + u, py.into(), pz.into()], Complex64::ONE, u);
        }
        let m = coupling.particle.mass;
        let across = (m * m + py * py + pz * pz).sqrt();
        let drift = if let Shape::Gaussian { drift, .. } = self.population.shape { drift[0] } else { 0.0 };
        let drift = (drift / across).asinh();
        // sinh a - sinh b = 2 cosh((a + b)/2) sinh((a - b)/2)
        let (sum, difference) = (u + (self.centre + drift), u + (self.centre - drift));
        let offset = 2.0 * across * (0.5 * sum).cosh() * (0.5 * difference).sinh();
        let u = self.centre + u;
        ([across * u.sinh(), py.into(), pz.into()], across * u.cosh(), offset)
    }

    /// The velocity along k that no particles exceed.
    fn fastest(&self) -> f64 {
        self.velocities[self.velocities.len() - 1]
    }

    /// Whether the integral over p_y and p_z at the pole exists and is not beyond the nodes:
    /// a Gaussian falls there as exp(-p_perp^2 (Re sinh^2 u/spread_x^2 + 1/spread_perp^2)/2).
    fn converges(&self, u: Complex64) -> bool {
        let Shape::Gaussian { spread, .. } = self.population.shape else { return true };
        let growth = -(u.sinh() * u.sinh()).re / (spread[0] * spread[0]);
        let widest = self.widths.iter().copied().fold(0.0, f64::max);
        // Of the squared reach, exp(-28) of the weight remains beyond the nodes.
        growth * widest * widest < 1.0 - 56.0 / (FAR * Plasma::REACH).powi(2)
    }

    /// Integral over the momenta across k of all that stands over w - k v_x.
    fn numerator(&self, coupling: &Coupling, k: f64, u: Complex64, across: &[([f64; 2], f64)]) -> Quadratic {
        let spin = self.spin.to_array();
        let torque = if coupling.particle.moment == 0.0 { 0.0 } else { 2.0 / coupling.particle.hbar };
        let mut sum = Quadratic::ZERO;
        for &(place, weight) in across {
            let (p, jacobian, offset) = self.momentum(coupling, u, place);
            let (f, slope) = self.population.along(coupling, &p, offset);
            let (left, right) = (coupling.perturbation(-k, &p), coupling.perturbation(k, &p));
            let (left, right): ([_; 4], [_; 4]) =
                (std::array::from_fn(|c| component(&left, c)), std::array::from_fn(|c| component(&right, c)));
            let weight = weight * jacobian * f;
            let gradient = -k * slope * weight;
            sum.add(gradient, &left[0], &right[0]);
            if torque == 0.0 {
                continue;
            }
            for c in 0..3 {
                sum.add(gradient, &left[c + 1], &right[c + 1]);
                if spin[c] != 0.0 {
                    sum.add(gradient * spin[c], &left[0], &right[c + 1]);
                    sum.add(gradient * spin[c], &left[c + 1], &right[0]);
                    // (dh x s)_i = eps_ijc dh_j s_c
                    let (next, last) = ((c + 1) % 3, (c + 2) % 3);
                    let turn = I * torque * spin[c] * weight;
                    sum.add(turn, &left[next + 1], &right[last + 1]);
                    sum.add(-turn, &left[last + 1], &right[next + 1]);
                }
            }
        }
        sum
    }

    fn second_variation(&self, coupling: &Coupling, k: f64, u: Complex64) -> Quadratic {
        let spin = self.spin.to_array().map(Complex64::from);
        let mut sum = Quadratic::ZERO;
        for &(place, weight) in &self.across {
            let (p, jacobian, offset) = self.momentum(coupling, u, place);
            let factor = weight * jacobian * self.population.along(coupling, &p, offset).0;
            let second = coupling.second_variation(k, &p, &spin);
            for a in 0..POTENTIALS {
                for b in 0..POTENTIALS {
                    sum.0[0][a][b] += factor * second[a][b][0];
                    sum.0[1][a][b] += factor * second[a][b][1];
                }
            }
        }
        sum
    }

    /// int F0 over the momenta across k, not normalised.
    fn number(&self, coupling: &Coupling, u: Complex64) -> f64 {
        self.across
            .iter()
            .map(|&(place, weight)| {
                let (p, jacobian, offset) = self.momentum(coupling, u, place);
                weight * (jacobian * self.population.along(coupling, &p, offset).0).re
            })
            .sum()
    }
}

/// exp(-42) and less does not count, where a Juttner distribution still has to be
/// multiplied with powers of p.
const JUTTNER_REACH: f64 = 42.0;

/// How much further than others the nodes for residues reach.
const FAR: f64 = 1.5;

/// Nodes and weights along one momentum: trapezoidal, as all distributions are analytic and decay.
fn axis(plasma: &Plasma, population: &Population, axis: usize, far: f64) -> Vec<(f64, f64)> {
    if !plasma.resolved[axis] {
        return vec![(plasma.canonical[axis], 1.0)];
    }
    match population.shape {
        Shape::Gaussian { spread, drift } => {
            let (spread, drift) = (spread[axis], drift[axis]);
            // The energy is analytic within m of the real axis: exp(-2 pi/0.15) is 1e-18.
            let analytic = if plasma.particle.relativistic() { 0.15 * plasma.particle.mass } else { f64::INFINITY };
            let step = (0.6 * spread).min(analytic);
            let count = (far * Plasma::REACH * spread / step).ceil() as i32;
            (-count..=count).map(|j| (drift + step * f64::from(j), step)).collect()
        }
        Shape::Juttner { temperature } => {
            let m = plasma.particle.mass;
            let step = (0.6 * (temperature / m).sqrt()).min(0.2);
            let count = ((1.0 + JUTTNER_REACH * temperature / m).acosh() / step).ceil() as i32;
            (-count..=count).map(|j| step * f64::from(j)).map(|s| (m * s.sinh(), step * m * s.cosh())).collect()
        }
    }
}

/// Momenta across k that carry weight.
fn across(plasma: &Plasma, population: &Population, far: f64) -> Vec<([f64; 2], f64)> {
    let (ys, zs) = (axis(plasma, population, 1, far), axis(plasma, population, 2, far));
    let coupling = plasma.coupling();
    let along = if let Shape::Gaussian { drift, .. } = population.shape { drift[0] } else { 0.0 };
    let mut nodes = Vec::with_capacity(ys.len() * zs.len());
    let mut largest = 0.0f64;
    for &(py, wy) in &ys {
        for &(pz, wz) in &zs {
            let weight = population.along(&coupling, &[along.into(), py.into(), pz.into()], Complex64::ZERO).0.re;
            largest = largest.max(weight);
            nodes.push((([py, pz], wy * wz), weight));
        }
    }
    nodes.into_iter().filter(|node| node.1 > 1e-18f64.powf(far * far) * largest).map(|node| node.0).collect()
}

/// u of the drift of a particle at rest across k.
fn centre(plasma: &Plasma, population: &Population) -> f64 {
    let drift = if let Shape::Gaussian { drift, .. } = population.shape { drift[0] } else { 0.0 };
    if plasma.particle.relativistic() { (drift / least_mass(plasma)).asinh() } else { drift }
}

/// sqrt(m^2 + p_perp^2) at least, of momenta that are not resolved.
fn least_mass(plasma: &Plasma) -> f64 {
    let across = (1..3).filter(|&axis| !plasma.resolved[axis]).map(|axis| plasma.canonical[axis].powi(2));
    (plasma.particle.mass.powi(2) + across.sum::<f64>()).sqrt()
}

/// Nodes along k, on both sides of the centre alike.
fn line(plasma: &Plasma, population: &Population) -> Line {
    let m = plasma.particle.mass;
    match population.shape {
        Shape::Gaussian { spread, drift } => {
            let reach = Plasma::REACH * spread[0];
            if !plasma.particle.relativistic() {
                return Line::new(-reach, reach, 0.6 * spread[0]);
            }
            // du = dp/eps; the largest energies that matter have the finest step, and the
            // smallest mass across k the widest reach.
            let (mut least, mut most) = (f64::INFINITY, 0.0f64);
            for ([py, pz], _) in across(plasma, population, 1.0) {
                let mass = (m * m + py * py + pz * pz).sqrt();
                (least, most) = (least.min(mass), most.max(mass));
            }
            let centre = centre(plasma, population);
            let ends = [drift[0] - reach, drift[0] + reach];
            let distance = |p: f64, mass: f64| ((p / mass).asinh() - centre).abs();
            let width = ends.iter().flat_map(|&p| [distance(p, least), distance(p, most)]).fold(0.0, f64::max);
            let fastest = drift[0].abs() + reach;
            Line::new(-width, width, (0.6 * spread[0] / (most * most + fastest * fastest).sqrt()).min(0.2))
        }
        Shape::Juttner { temperature } => {
            let reach = (1.0 + JUTTNER_REACH * temperature / m).acosh();
            Line::new(-reach, reach, (0.6 * (temperature / m).sqrt()).min(0.2))
        }
    }
}
