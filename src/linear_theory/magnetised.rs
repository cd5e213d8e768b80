//! Response across a uniform B0: gyrating orbits and precessing spins.
//!
//! Along B0 = B0 z the equations for `w0 + w3`, `w0 - w3`, `w1 + i w2` and `w1 - i w2`
//! do not mix. Each is carried around the gyro-angle at its own rate, and with the
//! factor exp(-i beta sin phi), beta = - k p_perp/(q B0), each harmonic n has one
//! resonance, `w = rate_n(eps)`, at all angles (docs/waves.md):
//!
//! ```text
//! M_ab = 2 pi int p_perp dp_perp dp_z sum_s sum_n (1/2) l_{a,-n} r_{b,n} G_sn / (w - rate_sn)
//! G_sn = n q B0 F_s'/p_perp  (s = +, -),   n q B0 F0'/p_perp +- (2/hbar) F3  (w1 +- i w2)
//! rate = -n q B0 (1/eps +- mu_B m B0/eps^3),  -n q B0/eps +- (2 mu_B/hbar) T_z
//! ```
//!
//! The rates depend on the energy alone: with |p| = exp(x) the resonance is a pole in
//! x, the same for all directions of p. Without relativity nothing depends on p.

use num_complex::Complex64;
use rayon::prelude::*;

use super::coupling::{Coupling, POTENTIALS, Vector};
use super::landau::{Contour, Line, bessel, gauss_legendre};
use super::plasma::{Plasma, Population, Shape};
use super::response::{Matrix, Quadratic, component};
use crate::error::{Error, Result};

const I: Complex64 = Complex64::I;
/// w0 + w3, w0 - w3, w1 + i w2, w1 - i w2.
const BRANCHES: usize = 4;
/// Gyro-angles; dh has harmonics up to the second.
const ANGLES: usize = 8;
const HIGHEST: i32 = 3;
/// More gyro-harmonics than this are another method's business.
const MOST_HARMONICS: i32 = 100;
/// Share of a term in the largest that is rounding.
const NEGLIGIBLE: f64 = 1e-19;

pub struct Magnetised {
    k: f64,
    coupling: Coupling,
    rest: Quadratic,
    /// Resonances that do not depend on momentum, without relativity or for a pure
    /// anomalous precession, summed over all populations.
    poles: Vec<(f64, Quadratic)>,
    parts: Vec<Part>,
    cuts: Vec<f64>,
}

/// One population on its own nodes.
struct Part {
    population: Population,
    line: Line,
    /// Cosines of the angle to B0 and weights; empty if p_z is not resolved.
    directions: Vec<(f64, f64)>,
    /// p_z if it is not resolved.
    canonical: f64,
    families: Vec<Family>,
    energies: Vec<f64>,
    scale: f64,
    /// Largest F on the nodes.
    largest: f64,
}

/// One harmonic of one branch.
struct Family {
    resonance: Resonance,
    /// (power of w, row, column) of what is not negligible, the first node at which it
    /// is not, and from there its values, node by node.
    entries: Vec<(usize, usize, usize)>,
    first: usize,
    values: Vec<Complex64>,
}

impl Family {
    fn new(resonance: Resonance, numerators: &[Quadratic], floor: f64) -> Self {
        let mut entries = Vec::new();
        for power in 0..3 {
            for a in 0..POTENTIALS {
                for b in 0..POTENTIALS {
                    if numerators.iter().any(|numerator| numerator.0[power][a][b].norm() > floor) {
                        entries.push((power, a, b));
                    }
                }
            }
        }
        let first = numerators.iter().position(|numerator| numerator.largest() > 1e-3 * floor).unwrap_or(0);
        let values = numerators[first..]
            .iter()
            .flat_map(|numerator| entries.iter().map(|&(power, a, b)| numerator.0[power][a][b]))
            .collect();
        Family { resonance, entries, first, values }
    }
}

#[derive(Clone, Copy, Debug)]
struct Resonance {
    branch: usize,
    harmonic: i32,
    /// rate = constant + first/eps + third/eps^3
    constant: f64,
    first: f64,
    third: f64,
}

impl Magnetised {
    pub fn new(plasma: &Plasma, k: f64) -> Result<Self> {
        let coupling = plasma.coupling();
        let harmonics = harmonics(plasma, k)?;
        let mut magnetised =
            Magnetised { k, coupling, rest: Quadratic::ZERO, poles: Vec::new(), parts: Vec::new(), cuts: Vec::new() };
        for population in &plasma.populations {
            let part = magnetised.part(plasma, population, harmonics);
            magnetised.parts.push(part);
        }
        let floor = NEGLIGIBLE * magnetised.rest.largest();
        magnetised.poles.retain(|(_, strength)| strength.largest() > floor);
        let mut cuts: Vec<f64> = Vec::new();
        for part in &magnetised.parts {
            for family in &part.families {
                let mass = (coupling.particle.mass.powi(2) + part.canonical.powi(2)).sqrt();
                cuts.extend([mass, part.energy_reach()].map(|eps| family.resonance.rate(1.0 / eps)));
            }
        }
        magnetised.cuts = cuts;
        Ok(magnetised)
    }

    /// Tabulates a population.
    fn part(&mut self, plasma: &Plasma, population: &Population, harmonics: i32) -> Part {
        let coupling = self.coupling;
        let (line, directions) = nodes(plasma, population, self.k);
        let mut part = Part {
            population: *population,
            line,
            directions,
            canonical: if plasma.resolved[2] { 0.0 } else { plasma.canonical[2] },
            families: Vec::new(),
            energies: Vec::new(),
            scale: 1.0,
            largest: 0.0,
        };
        let resonances: Vec<Resonance> = (0..BRANCHES)
            .flat_map(|branch| (-harmonics..=harmonics).map(move |n| (branch, n)))
            .filter(|(branch, n)| if *branch < 2 { *n != 0 } else { coupling.particle.moment != 0.0 })
            .map(|(branch, n)| Resonance::new(&coupling, branch, n))
            .collect();
        let table: Vec<(Vec<Quadratic>, Quadratic, f64, f64)> = (0..line.count)
            .into_par_iter()
            .map(|node| {
                let x = line.at(node).into();
                let (second, number, largest) = part.second_variation(&coupling, self.k, x);
                (part.numerators(&coupling, self.k, x, &resonances), second, number, largest)
            })
            .collect();
        let spacing = line.spacing;
        part.scale = population.density / (table.iter().map(|row| row.2).sum::<f64>() * spacing);
        part.largest = table.iter().map(|row| row.3).fold(0.0, f64::max);
        for row in &table {
            self.rest.add_scaled((part.scale * spacing).into(), &row.1);
        }
        part.energies =
            (0..line.count).map(|node| coupling.energy(&part.momentum(line.at(node).into(), 0.0).0).re).collect();
        let floor = NEGLIGIBLE * self.rest.largest() / (part.scale * spacing);
        for (index, resonance) in resonances.into_iter().enumerate() {
            let numerators: Vec<Quadratic> = table.iter().map(|row| row.0[index]).collect();
            if numerators.iter().all(|numerator| numerator.largest() < floor) {
                continue;
            }
            if resonance.first == 0.0 {
                let mut sum = Quadratic::ZERO;
                for numerator in &numerators {
                    sum.add_scaled((part.scale * spacing).into(), numerator);
                }
                self.add_pole(resonance.constant, &sum);
            } else {
                part.families.push(Family::new(resonance, &numerators, floor));
            }
        }
        part
    }

    /// Poles at the same frequency are one.
    fn add_pole(&mut self, at: f64, strength: &Quadratic) {
        let cyclotron = self.coupling.particle.charge * self.coupling.magnetic_field / self.coupling.particle.mass;
        match self.poles.iter_mut().find(|pole| (pole.0 - at).abs() < 1e-12 * cyclotron.abs()) {
            Some(pole) => pole.1.add_scaled(1.0.into(), strength),
            None => self.poles.push((at, *strength)),
        }
    }

    /// M(w).
    pub fn moments(&self, w: Complex64) -> Matrix {
        let mut sum = self.rest;
        for (at, strength) in &self.poles {
            sum.add_scaled(1.0 / (w - at), strength);
        }
        for part in &self.parts {
            let mass2 = self.coupling.particle.mass.powi(2) + part.canonical.powi(2);
            for family in &part.families {
                let pole = family.resonance.place(w, mass2, part.energy_reach());
                let grid = part.line.grid(pole.as_ref().map(|pole| pole.x));
                let weight = part.scale * part.line.step();
                let mut totals = [Complex64::ZERO; 3 * POTENTIALS * POTENTIALS];
                let width = family.entries.len();
                // Nodes of the grid, of which the first may be skipped.
                let skipped = (family.first + grid) % 2;
                for node in (family.first + skipped..part.line.count).step_by(2) {
                    let factor = weight / (w - family.resonance.rate(1.0 / part.energies[node]));
                    let from = (node - family.first) * width;
                    for (total, value) in totals.iter_mut().zip(&family.values[from..from + width]) {
                        *total += factor * value;
                    }
                }
                for (&(power, a, b), total) in family.entries.iter().zip(&totals) {
                    sum.0[power][a][b] += total;
                }
                let Some(pole) = pole else { continue };
                if pole.harmless() {
                    continue;
                }
                let factor = part.line.pole_weight(grid, pole.x, pole.contour);
                if factor != Complex64::ZERO && part.matters(&self.coupling, pole.x, factor) {
                    let numerator = part.numerators(&self.coupling, self.k, pole.x, &[family.resonance]);
                    sum.add_scaled(-part.scale * factor / pole.slope, &numerator[0]);
                }
            }
        }
        sum.at(w)
    }

    /// Poles of the rows and columns named.
    pub fn poles(&self, fields: &[usize]) -> Vec<f64> {
        let floor = NEGLIGIBLE * self.rest.largest();
        let strong = |strength: &Quadratic| {
            strength.0.iter().any(|power| fields.iter().any(|&a| fields.iter().any(|&b| power[a][b].norm() > floor)))
        };
        self.poles.iter().filter(|pole| strong(&pole.1)).map(|pole| pole.0).collect()
    }

    pub fn cuts(&self) -> Vec<f64> {
        self.cuts.clone()
    }

    /// The resonance of a slow particle within 2 % of a frequency: a harmonic of the
    /// cyclotron frequency, or the precession frequency and a multiple of it.
    pub fn nearest(&self, w: f64) -> Option<String> {
        let particle = self.coupling.particle;
        let branches = if particle.moment == 0.0 { 0..1 } else { 0..BRANCHES };
        let off = |resonance: &Resonance| {
            let eps = if particle.relativistic() { particle.mass } else { 1.0 };
            (resonance.constant + resonance.first / eps - w).abs()
        };
        let resonance = branches
            .flat_map(|branch| (-20..=20).map(move |n| (branch, n)))
            .map(|(branch, n)| Resonance::new(&self.coupling, branch, n))
            .filter(|resonance| off(resonance) < 0.02 * w)
            .min_by(|a, b| off(a).total_cmp(&off(b)))?;
        let n = resonance.harmonic.abs();
        Some(match (resonance.branch < 2, n) {
            (true, 1) => "cyclotron".into(),
            (true, _) => format!("cyclotron x {n}"),
            (false, 0) => "precession".into(),
            (false, 1) => "precession, cyclotron".into(),
            (false, _) => format!("precession, cyclotron x {n}"),
        })
    }
}

/// Where w - rate vanishes.
struct Place {
    x: Complex64,
    /// d rate/dx there.
    slope: Complex64,
    contour: Contour,
}

impl Place {
    /// Whether the pole is so far on its own side that the sum alone is right: further
    /// off than pi/4, where exp(-p^2) begins to grow, the formula of [`Line`] fails.
    fn harmless(&self) -> bool {
        let depth = if self.contour == Contour::AbovePole { -self.x.im } else { self.x.im };
        depth > 0.25 * std::f64::consts::PI
    }
}

impl Resonance {
    fn new(coupling: &Coupling, branch: usize, harmonic: i32) -> Self {
        let particle = coupling.particle;
        let (m, b) = (particle.mass, coupling.magnetic_field);
        let gyration = -f64::from(harmonic) * particle.charge * b;
        let sign = if branch.is_multiple_of(2) { 1.0 } else { -1.0 };
        // T_z = (m/eps + a) B0, or (1 + a) B0.
        let turn = if branch < 2 { 0.0 } else { sign * particle.torque_coefficient() * b };
        let third = if branch < 2 { gyration * sign * particle.moment * b * m } else { 0.0 };
        if particle.relativistic() {
            let first = gyration + turn * m;
            let first = if first.abs() < 1e-13 * gyration.abs() { 0.0 } else { first };
            Resonance { branch, harmonic, constant: turn * particle.anomaly, first, third }
        } else {
            let constant = gyration / m + turn * (1.0 + particle.anomaly);
            Resonance { branch, harmonic, constant, first: 0.0, third: 0.0 }
        }
    }

    fn rate(&self, inverse: f64) -> f64 {
        self.constant + inverse * (self.first + self.third * inverse * inverse)
    }

    /// The resonant momentum on the sheet that the waves are continued to. As Im w falls
    /// through zero the contour is held back where particles resonate, between the rates
    /// of those at rest and of the fastest there are; elsewhere nothing is picked up.
    fn place(&self, w: Complex64, mass2: f64, reach: f64) -> Option<Place> {
        // y = 1/eps by Newton's method; the third term is small.
        let excess = w - self.constant;
        let mut y = excess / self.first;
        for _ in 0..20 {
            let value = y * (self.first + self.third * y * y) - excess;
            let step = value / (self.first + 3.0 * self.third * y * y);
            y -= step;
            if step.norm() <= 1e-16 * y.norm() {
                break;
            }
        }
        let eps = 1.0 / y;
        if !(eps.is_finite() && eps.re > 0.0) {
            return None;
        }
        let (slowest, fastest) = (self.rate(1.0 / mass2.sqrt()), self.rate(1.0 / reach));
        if w.im < 0.0 && !(slowest.min(fastest)..slowest.max(fastest)).contains(&w.re) {
            return None;
        }
        let p2 = eps * eps - mass2;
        if p2 == Complex64::ZERO {
            return None;
        }
        let slope = -(self.first + 3.0 * self.third * y * y) * y * y * y * p2;
        // The rate falls with x for first > 0: the pole then comes from below.
        let contour = if self.first > 0.0 { Contour::AbovePole } else { Contour::BelowPole };
        let mut x = 0.5 * p2.ln();
        // On the real axis above the threshold the pole stays on the side it came from.
        if w.im == 0.0 && p2.re < 0.0 {
            x.im = match contour {
                Contour::AbovePole => -x.im.abs(),
                Contour::BelowPole => x.im.abs(),
            };
        }
        Some(Place { x, slope, contour })
    }
}

impl Part {
    /// Momentum of size exp(x) at an angle to B0, in the x-z plane, and its size across B0.
    fn momentum(&self, x: Complex64, cosine: f64) -> (Vector, Complex64) {
        let size = x.exp();
        if self.directions.is_empty() {
            return ([size, Complex64::ZERO, self.canonical.into()], size);
        }
        let across = size * (1.0 - cosine * cosine).sqrt();
        ([across, Complex64::ZERO, size * cosine], across)
    }

    /// Cosines and weights including p_perp dp_perp dp_z/dx.
    fn directions(&self, x: Complex64) -> Vec<(f64, Complex64)> {
        if self.directions.is_empty() {
            vec![(0.0, (2.0 * x).exp())]
        } else {
            self.directions.iter().map(|&(cosine, weight)| (cosine, weight * (3.0 * x).exp())).collect()
        }
    }

    /// Largest energy with particles.
    fn energy_reach(&self) -> f64 {
        self.energies.last().copied().unwrap_or(f64::INFINITY)
    }

    /// Whether the residue at x can contribute more than rounding.
    fn matters(&self, coupling: &Coupling, x: Complex64, factor: Complex64) -> bool {
        let size = |(cosine, _): (f64, Complex64)| {
            let p = self.momentum(x, cosine).0;
            self.population.branch(coupling, &p, 1.0).0.norm() + self.population.branch(coupling, &p, -1.0).0.norm()
        };
        self.directions(x).into_iter().map(size).fold(0.0, f64::max) * factor.norm() > 1e-22 * self.largest
    }

    /// Integrals over directions and gyro-angle of all that stands over w - rate.
    fn numerators(&self, coupling: &Coupling, k: f64, x: Complex64, resonances: &[Resonance]) -> Vec<Quadratic> {
        let gyration = coupling.particle.charge * coupling.magnetic_field;
        let torque = if coupling.particle.moment == 0.0 { 0.0 } else { 2.0 / coupling.particle.hbar };
        let mut sums = vec![Quadratic::ZERO; resonances.len()];
        let highest = resonances.iter().map(|resonance| resonance.harmonic.abs()).max().unwrap_or(0) + HIGHEST;
        for (cosine, weight) in self.directions(x) {
            let (p, across) = self.momentum(x, cosine);
            let plus = self.population.branch(coupling, &p, 1.0);
            let minus = self.population.branch(coupling, &p, -1.0);
            if (plus.0.norm() + minus.0.norm()) * weight.norm() < 1e-40 {
                continue;
            }
            let bessels = bessel(highest as usize, -k * across / gyration);
            let spectra = Spectra::new(coupling, k, &p, across);
            let (mean, odd) = (0.5 * (plus.1 + minus.1), 0.5 * (plus.0 - minus.0));
            for (resonance, sum) in resonances.iter().zip(&mut sums) {
                let n = resonance.harmonic;
                let turning = f64::from(n) * gyration;
                let source = match resonance.branch {
                    0 => turning * plus.1,
                    1 => turning * minus.1,
                    2 => turning * mean + torque * odd,
                    _ => turning * mean - torque * odd,
                };
                // Half from w0 +- w3 and w1 +- i w2, 2 pi from the gyro-angle.
                let factor = std::f64::consts::PI * weight * source;
                if factor == Complex64::ZERO {
                    continue;
                }
                let (left, right) = (&spectra.left[resonance.branch], &spectra.right[resonance.branch]);
                // exp(i beta sin phi) exp(i m phi) has J_{n-m} at n; the conjugate factor J_{n+m} at -n.
                sum.add(factor, &harmonic(left, &bessels, |m| n + m), &harmonic(right, &bessels, |m| n - m));
            }
        }
        sums
    }

    /// Second variation, number and largest F at one |p|.
    fn second_variation(&self, coupling: &Coupling, k: f64, x: Complex64) -> (Quadratic, f64, f64) {
        let (mut sum, mut number, mut largest) = (Quadratic::ZERO, 0.0, 0.0f64);
        for (cosine, weight) in self.directions(x) {
            let (p, across) = self.momentum(x, cosine);
            let plus = self.population.branch(coupling, &p, 1.0).0;
            let minus = self.population.branch(coupling, &p, -1.0).0;
            let both = 0.5 * (plus + minus);
            let factor = 2.0 * std::f64::consts::PI * weight * both;
            number += factor.re;
            largest = largest.max(plus.norm() + minus.norm());
            if both == Complex64::ZERO {
                continue;
            }
            let spin = [Complex64::ZERO, Complex64::ZERO, 0.5 * (plus - minus) / both];
            for angle in 0..ANGLES {
                let second = coupling.second_variation(k, &turned(&p, across, angle), &spin);
                for a in 0..POTENTIALS {
                    for b in 0..POTENTIALS {
                        sum.0[0][a][b] += factor * second[a][b][0] / ANGLES as f64;
                        sum.0[1][a][b] += factor * second[a][b][1] / ANGLES as f64;
                    }
                }
            }
        }
        (sum, number, largest)
    }
}

/// The momentum at a gyro-angle 2 pi angle/ANGLES.
fn turned(p: &Vector, across: Complex64, angle: usize) -> Vector {
    let (sine, cosine) = (std::f64::consts::TAU * angle as f64 / ANGLES as f64).sin_cos();
    [across * cosine, across * sine, p[2]]
}

type Pairs = [[Complex64; 2]; POTENTIALS];
/// Fourier coefficients in the gyro-angle from -HIGHEST to HIGHEST.
type Spectrum = [Pairs; 2 * HIGHEST as usize + 1];

/// dh in the four branches: dh0 +- dh3 and dh1 +- i dh2 from the right; from the left
/// the conjugate combination that goes with w1 +- i w2.
struct Spectra {
    left: [Spectrum; BRANCHES],
    right: [Spectrum; BRANCHES],
}

impl Spectra {
    fn new(coupling: &Coupling, k: f64, p: &Vector, across: Complex64) -> Self {
        let empty = [[[Complex64::ZERO; 2]; POTENTIALS]; 2 * HIGHEST as usize + 1];
        let mut spectra = Spectra { left: [empty; BRANCHES], right: [empty; BRANCHES] };
        for angle in 0..ANGLES {
            let p = turned(p, across, angle);
            let (left, right) = (coupling.perturbation(-k, &p), coupling.perturbation(k, &p));
            let (left, right): ([Pairs; 4], [Pairs; 4]) =
                (std::array::from_fn(|c| component(&left, c)), std::array::from_fn(|c| component(&right, c)));
            for (index, m) in (-HIGHEST..=HIGHEST).enumerate() {
                let phase = -std::f64::consts::TAU * f64::from(m) * angle as f64 / ANGLES as f64;
                let weight = Complex64::cis(phase) / ANGLES as f64;
                for a in 0..POTENTIALS {
                    for power in 0..2 {
                        let (l, r) = (left.map(|c| weight * c[a][power]), right.map(|c| weight * c[a][power]));
                        spectra.left[0][index][a][power] += l[0] + l[3];
                        spectra.left[1][index][a][power] += l[0] - l[3];
                        spectra.left[2][index][a][power] += l[1] - I * l[2];
                        spectra.left[3][index][a][power] += l[1] + I * l[2];
                        spectra.right[0][index][a][power] += r[0] + r[3];
                        spectra.right[1][index][a][power] += r[0] - r[3];
                        spectra.right[2][index][a][power] += r[1] + I * r[2];
                        spectra.right[3][index][a][power] += r[1] - I * r[2];
                    }
                }
            }
        }
        spectra
    }
}

/// sum_m c_m J_{order(m)}
fn harmonic(spectrum: &Spectrum, bessels: &[Complex64], order: impl Fn(i32) -> i32) -> Pairs {
    let mut sum = [[Complex64::ZERO; 2]; POTENTIALS];
    for (coefficients, m) in spectrum.iter().zip(-HIGHEST..) {
        let order = order(m);
        let size = bessels[order.unsigned_abs() as usize];
        let value = if order < 0 && order % 2 != 0 { -size } else { size };
        for a in 0..POTENTIALS {
            sum[a][0] += coefficients[a][0] * value;
            sum[a][1] += coefficients[a][1] * value;
        }
    }
    sum
}

/// Largest momentum that matters, and the smallest scale of the distribution.
fn extent(plasma: &Plasma, population: &Population) -> (f64, f64) {
    let m = plasma.particle.mass;
    match population.shape {
        Shape::Gaussian { spread, drift } => {
            let last = if plasma.resolved[2] { spread[2] } else { 0.0 };
            let drift = if plasma.resolved[2] { drift[2].abs() } else { 0.0 };
            let least = if plasma.resolved[2] { spread[0].min(spread[2]) } else { spread[0] };
            (drift + Plasma::REACH * spread[0].max(last), least)
        }
        Shape::Juttner { temperature } => {
            let top = m + 42.0 * temperature;
            ((top * top - m * m).sqrt(), (temperature * m).sqrt())
        }
    }
}

/// Gyro-harmonics that are not negligible.
fn harmonics(plasma: &Plasma, k: f64) -> Result<i32> {
    let gyration = (plasma.particle.charge * plasma.magnetic_field).abs();
    let reach =
        plasma.populations.iter().map(|population| k * extent(plasma, population).0 / gyration).fold(0.0, f64::max);
    // J_n(b) < (e b/2n)^n, in which dh brings two neighbours.
    let size = |n: i32| (0.5 * std::f64::consts::E * reach / f64::from(n)).powi(n);
    let Some(harmonics) = (1..MOST_HARMONICS).find(|&n| size(n) < 1e-17).map(|n| n + 2) else {
        return Err(Error::Input(format!(
            "dispersion: the largest gyroradius is {reach:.0}/k, which takes more than the {MOST_HARMONICS} harmonics \
             allowed; use a smaller k, a smaller spread or a larger B"
        )));
    };
    Ok(harmonics)
}

/// Nodes in x = ln |p| and in the direction.
fn nodes(plasma: &Plasma, population: &Population, k: f64) -> (Line, Vec<(f64, f64)>) {
    let (most, least) = extent(plasma, population);
    // Products of Bessel functions oscillate with 2 beta, here at a momentum that still matters.
    let beta = 0.6 * k * most / (plasma.particle.charge * plasma.magnetic_field).abs();
    let mut step = std::f64::consts::TAU / (2.0 * beta + 52.0);
    let mut count = 32 + beta as usize;
    if let Shape::Gaussian { spread, drift } = population.shape
        && plasma.resolved[2]
        && (drift[2] != 0.0 || spread[0] != spread[2])
    {
        step = step.min(0.5 * least / (drift[2].abs() + least));
        count += 64;
    }
    // The weight falls as exp(2 x) or exp(3 x) below the least scale.
    let (dimensions, directions) = if plasma.resolved[2] { (3.0, gauss_legendre(count)) } else { (2.0, Vec::new()) };
    (Line::new(least.ln() - 38.0 / dimensions, most.ln(), step), directions)
}
