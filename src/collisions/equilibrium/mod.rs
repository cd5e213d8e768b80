//! Local equilibria, and their sums over the momenta of the grid.
//!
//! ```text
//! g0 = A F(h),   h = a + c.p - beta p^2/2m,   c = beta u
//! F = e^h, A = 1 (Boltzmann);   F = 1/(1 + e^-h), A = 2/(2 pi hbar)^3 (Fermi-Dirac)
//! ```
//!
//! e^h is a product of one [`Factors`] for each momentum axis. Relativistic particles have E - m in place of p^2/2m, and
//! each cell counts with its share of a collision.

mod matching;

use std::f64::consts::TAU;

use glam::DVec3;

use crate::grid::{Grid, MOMENTUM};
use crate::operators::Covariant;
use crate::physics::Particle;
use crate::scenario::schema::Statistics;

/// What is conserved: sums over the momenta of a space cell, times the volume of a momentum cell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// int w0
    pub number: f64,
    /// int p w0
    pub momentum: DVec3,
    /// int w0 p^2/2m
    pub energy: f64,
}

/// What equilibria there are, and on which momenta.
#[derive(Clone, Debug)]
pub struct Gas {
    particle: Particle,
    statistics: Statistics,
    conserves_number: bool,
    amplitude: f64,
    /// Centres of cells along px, py, pz; of an axis that is not resolved a single 0.
    centres: [Vec<f64>; 3],
    resolved: [bool; 3],
    volume: f64,
}

/// An equilibrium.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Equilibrium {
    /// a
    pub offset: f64,
    /// c, beta times the flow u.
    pub drift: DVec3,
    /// beta = 1/T
    pub beta: f64,
}

/// Factors of e^h along px, py, pz, the largest of each 1, and what they are to be multiplied with; of e^-h for fermions,
/// the least of each 1.
#[derive(Clone, Debug)]
pub struct Factors {
    /// Of all momenta.
    pub common: f64,
    /// One for each cell of an axis.
    pub along: [Vec<f64>; 3],
}

/// Factors of fermions are taken no further from the least than f32 holds: e^-60 is 1e-26.
const FURTHEST: f64 = 60.0;

/// Sums of A F and of A F', the weight of spins, over momenta.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    /// Of F, times 1, p, k = p^2/2m.
    pub value: Moments,
    /// Of F'.
    pub weight: f64,
    /// Of F' p.
    pub first: DVec3,
    /// Of F' p_i p_j.
    pub second: [[f64; 3]; 3],
    /// Of F' k, F' k p and F' k^2.
    energy: f64,
    energy_first: DVec3,
    energy_second: f64,
}

impl Gas {
    /// On the momenta of a grid.
    pub fn new(grid: &Grid, particle: &Particle, statistics: Statistics, conserves_number: bool) -> Gas {
        let axis = |direction: usize| grid.axis(MOMENTUM + direction);
        let centres = [0, 1, 2].map(|direction| {
            axis(direction).map_or(vec![0.0], |axis| (0..axis.cells as isize).map(|k| axis.centre(k)).collect())
        });
        let amplitude = match statistics {
            Statistics::Boltzmann if conserves_number => 1.0,
            Statistics::Boltzmann | Statistics::FermiDirac => 2.0 / (TAU * particle.hbar).powi(3),
        };
        let resolved = [0, 1, 2].map(|direction| axis(direction).is_some());
        let volume = grid.momentum_volume();
        Gas { particle: *particle, statistics, conserves_number, amplitude, centres, resolved, volume }
    }

    /// Volume of a cell of momentum.
    pub fn volume(&self) -> f64 {
        self.volume
    }

    /// What particles are.
    pub fn particle(&self) -> &Particle {
        &self.particle
    }

    /// A of fermions, else 0.
    pub fn states(&self) -> f64 {
        if self.statistics == Statistics::FermiDirac { self.amplitude } else { 0.0 }
    }

    /// Factors of an equilibrium.
    pub fn factors(&self, equilibrium: &Equilibrium) -> Factors {
        let Equilibrium { offset, drift, beta } = *equilibrium;
        let mut peak = offset;
        let along = [0, 1, 2].map(|direction| {
            let exponent = |p: f64| drift[direction] * p - 0.5 * beta * p * p / self.particle.mass;
            let exponents: Vec<f64> = self.centres[direction].iter().map(|&p| exponent(p)).collect();
            let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            peak += largest;
            let factor = |h: f64| match self.statistics {
                Statistics::Boltzmann => (h - largest).exp(),
                Statistics::FermiDirac => (largest - h).min(FURTHEST).exp(),
            };
            exponents.into_iter().map(factor).collect()
        });
        let common = match self.statistics {
            Statistics::Boltzmann => self.amplitude * peak.exp(),
            Statistics::FermiDirac => (-peak).exp(),
        };
        Factors { common, along }
    }

    /// Sums over the momenta.
    pub fn sums(&self, factors: &Factors) -> Sums {
        match self.statistics {
            Statistics::Boltzmann => self.product_sums(factors),
            Statistics::FermiDirac => self.all_sums(factors),
        }
    }

    /// Sums of a product are products of sums.
    fn product_sums(&self, factors: &Factors) -> Sums {
        let moments = [0, 1, 2].map(|direction| {
            let mut sums = [0.0; 5];
            for (&p, &factor) in self.centres[direction].iter().zip(&factors.along[direction]) {
                let mut term = factor;
                for sum in &mut sums {
                    *sum += term;
                    term *= p;
                }
            }
            sums
        });
        let weight = factors.common * self.volume * moments.iter().map(|sums| sums[0]).product::<f64>();
        // Means of p^k along each axis.
        let mean = |axis: usize, power: usize| moments[axis][power] / moments[axis][0];
        let double = |i: usize, j: usize| if i == j { mean(i, 2) } else { mean(i, 1) * mean(j, 1) };
        let half = 0.5 / self.particle.mass;
        // <p_i p_j^2>, <p_i^2 p_j^2>
        let triple = |i: usize, j: usize| if i == j { mean(i, 3) } else { mean(i, 1) * mean(j, 2) };
        let fourth = |i: usize, j: usize| if i == j { mean(i, 4) } else { mean(i, 2) * mean(j, 2) };
        let over = |of: &dyn Fn(usize) -> f64| (0..3).map(of).sum::<f64>();
        let first = weight * DVec3::new(mean(0, 1), mean(1, 1), mean(2, 1));
        let energy = weight * half * over(&|j| mean(j, 2));
        Sums {
            value: Moments { number: weight, momentum: first, energy },
            weight,
            first,
            second: [0, 1, 2].map(|i| [0, 1, 2].map(|j| weight * double(i, j))),
            energy,
            energy_first: weight * half * DVec3::from([0, 1, 2].map(|i| over(&|j| triple(i, j)))),
            energy_second: weight * half * half * over(&|i| over(&|j| fourth(i, j))),
        }
    }

    /// Cell by cell.
    fn all_sums(&self, factors: &Factors) -> Sums {
        let mut sums = Sums::default();
        let [x, y, z] = &self.centres;
        let scale = self.amplitude * self.volume;
        for (&px, &fx) in x.iter().zip(&factors.along[0]) {
            for (&py, &fy) in y.iter().zip(&factors.along[1]) {
                let common = factors.common * fx * fy;
                for (&pz, &fz) in z.iter().zip(&factors.along[2]) {
                    let occupied = 1.0 / (1.0 + common * fz);
                    let (value, weight) = (scale * occupied, scale * occupied * (1.0 - occupied));
                    let p = DVec3::new(px, py, pz);
                    sums.add(p, 0.5 / self.particle.mass * p.length_squared(), value, weight);
                }
            }
        }
        sums
    }

    /// Sums over the momenta, with one more along axes that are not resolved, of what a relativistic collision takes at the
    /// rates of `rate`.
    pub fn shares(&self, equilibrium: &Equilibrium, rate: &Covariant, unresolved: DVec3) -> Sums {
        let (covariant, mut sums) = (self.covariant(equilibrium, rate), Sums::default());
        self.each(unresolved, |p| {
            let kinetic = self.particle.kinetic_energy(p);
            let share = self.volume * rate.share(p, self.particle.energy(p));
            let [value, weight] = covariant.equilibrium(p, kinetic);
            sums.add(p, kinetic, share * value, share * weight);
        });
        sums
    }

    /// Visits all momenta.
    pub fn each(&self, unresolved: DVec3, mut visit: impl FnMut(DVec3)) {
        let [x, y, z] = &self.centres;
        for &px in x {
            for &py in y {
                z.iter().for_each(|&pz| visit(DVec3::new(px, py, pz) + unresolved));
            }
        }
    }

    /// An equilibrium as kernels have it, at the rates of `rate`.
    pub fn covariant(&self, equilibrium: &Equilibrium, rate: &Covariant) -> Covariant {
        let Equilibrium { offset, drift, beta } = *equilibrium;
        let square = beta * beta - drift.length_squared();
        let peak = if beta > 0.0 && square > 0.0 {
            // c.p - beta (E - m) is largest at p = m u.
            self.particle.mass * drift.length_squared() / (beta + square.sqrt())
        } else {
            let furthest =
                DVec3::from(self.centres.each_ref().map(|axis| axis.iter().fold(0.0f64, |most, p| most.max(p.abs()))));
            drift.abs().dot(furthest) + (-beta).max(0.0) * self.particle.kinetic_energy(furthest)
        };
        let common = match self.statistics {
            Statistics::Boltzmann => self.amplitude * (offset + peak).exp(),
            Statistics::FermiDirac => (-offset - peak).exp(),
        };
        Covariant { common, states: self.states(), drift, beta, peak, ..*rate }
    }
}

impl Sums {
    /// The sums that spins need, at momenta with one more along axes that are not resolved.
    pub fn with_momentum(mut self, p: DVec3) -> Sums {
        for (i, row) in self.second.iter_mut().enumerate() {
            for (j, sum) in row.iter_mut().enumerate() {
                *sum += p[i] * self.first[j] + p[j] * self.first[i] + p[i] * p[j] * self.weight;
            }
        }
        self.first += p * self.weight;
        self
    }

    /// Adds a momentum of kinetic energy k.
    fn add(&mut self, p: DVec3, k: f64, value: f64, weight: f64) {
        self.value.number += value;
        self.value.momentum += value * p;
        self.value.energy += value * k;
        self.weight += weight;
        self.first += weight * p;
        for (i, row) in self.second.iter_mut().enumerate() {
            for (j, sum) in row.iter_mut().enumerate() {
                *sum += weight * p[i] * p[j];
            }
        }
        self.energy += weight * k;
        self.energy_first += weight * k * p;
        self.energy_second += weight * k * k;
    }
}
