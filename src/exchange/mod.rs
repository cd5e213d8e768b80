//! The mean field of a contact interaction: each spin turns about the local spin density, and forces push where densities
//! vary. With a range it differs from momentum to momentum, and turns alone are known.
//!
//! A. E. Ruckenstein, L. P. Levy, on spin transport in dilute polarized gases: of the pair potential V(p - q) = g_x a
//! particle meets h_k(x) = (e/2) g_x S_k and h_0(x) = p^2/2m + g_x (1 + e/2) n, e = 1 for bosons and -1 for fermions, and
//!
//! ```text
//! dt w0 + ... = dx h_0 . dp w0 + sum_k dx h_k . dp w_k
//! dt w  + ... = dx h_0 . dp w  + dx h . dp w0 + (2/hbar) h x w,   (2/hbar) h x w = - (e g_x/hbar) w x S
//! n = int w0 dq,   S = int w dq,   E = int g_x n^2/2 + (e g_x/4) (n^2 + |S|^2) dx
//! ```
//!
//! All of it sums to zero over momenta: n and S are the same before and after. The turn about S is exact; the forces are
//! those of a potential and of the gradient of a B = -h/mu_B, for which there are sweeps. They are of order hbar at given e g_x n/hbar
//! and may be left out: then E is (e g_x/4) int |S|^2 dx.
//!
//! Where V falls off with |p - q| the turn is (2/hbar) h x w, h(p) = (e/2) int V(p - q) w(q) dq, and E is
//! (e/4) int int int V(p - q) w(p).w(q) dp dq dx: see [`range`] and [`MeanFieldTurn`](crate::operators::MeanFieldTurn).

pub mod amplitude;
pub mod range;

use glam::DVec3;

use crate::fields::{Mesh, component, vectors};
use crate::grid::Grid;
use crate::operators::{FieldSample, MeanField, SpinDensity, Turn};
use crate::physics::Particle;
use crate::precision::Precision;
use crate::scenario::schema::Scenario;

pub use range::PairPotential;

/// Largest derivative that the centred difference of sixth order has of a wave of amplitude one, times the step of its axis.
const STEEPEST: f64 = 1.586;

/// Phase of the shortest sound of a mean field that a step may take: half of that at which kicks and drifts in turns feed it.
pub const MOST_SOUND: f64 = 1.0;

/// Radians that spins may turn at once about what differs from momentum to momentum in the mean field: it takes two steps of its
/// own for each.
pub const MOST_UNEVEN: f64 = 256.0;

/// The mean field of one species.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// g_x
    strength: f64,
    /// e
    sign: f64,
    hbar: f64,
    mass: f64,
    /// mu_B, other than 0 with forces.
    moment: f64,
    /// Whether its forces act.
    pub forces: bool,
    /// V(p - q), where it has a range.
    pub potential: Option<PairPotential>,
}

impl Exchange {
    /// That of a validated scenario, if it has any.
    pub fn of(scenario: &Scenario) -> Option<Exchange> {
        let (exchange, species) = (scenario.exchange.as_ref()?, &scenario.species);
        let grid = || Grid::of(&scenario.phase_space).ok();
        let potential = |range| Some(PairPotential::new(exchange.strength, range, &grid()?));
        Some(Exchange {
            strength: exchange.strength,
            sign: exchange.statistics.sign(),
            hbar: species.hbar,
            mass: species.mass,
            moment: Particle::new(species, scenario.kinematics).moment,
            forces: exchange.forces,
            potential: exchange.range.as_ref().and_then(potential),
        })
    }

    /// The angular velocity that all spins share where the spin density is `spin`, right-handed: (e g_x/hbar) S, or that of
    /// the constant in a pair potential.
    pub fn rate(&self, spin: DVec3) -> DVec3 {
        let constant = self.potential.as_ref().map_or(self.strength, |potential| potential.constant);
        spin * (self.sign * constant / self.hbar)
    }

    /// The largest angular velocity of a spin at a density of others, all of them parallel.
    pub fn largest_rate(&self, density: f64) -> f64 {
        let largest = self.potential.as_ref().map_or(self.strength.abs(), |potential| potential.largest);
        largest * density.abs() / self.hbar
    }

    /// The largest angle by which what differs from momentum to momentum turns a spin in a time, at int |w| of all spins.
    pub fn uneven_angle(&self, length: f64, time: f64) -> f64 {
        self.potential.as_ref().map_or(0.0, |potential| potential.rest * (length * time / self.hbar).abs())
    }

    /// What spins turn about `parts` times to have turned by what differs from momentum to momentum in a time, by `angle` at
    /// the most.
    pub fn mean_field(
        &self,
        potential: &PairPotential,
        densities: &[SpinDensity],
        (angle, time, parts): (f64, f64, usize),
        precision: Precision,
    ) -> MeanField {
        let parts = parts as f64;
        let half_turn = 0.5 * self.sign * time / (self.hbar * parts);
        let uniform = densities.iter().map(|density| density.spin * (half_turn * potential.constant)).collect();
        MeanField {
            rounds: MeanField::rounds(angle / parts, precision),
            scale: half_turn * self.strength * potential.volume,
            couplings: potential.couplings.clone(),
            uniform,
        }
    }

    /// What pairs of spins are read with.
    pub fn pairs(&self, potential: &PairPotential) -> MeanField {
        MeanField {
            rounds: 0,
            scale: self.strength * potential.volume,
            couplings: potential.couplings.clone(),
            uniform: Vec::new(),
        }
    }

    /// eta of transverse waves, how forces change them, in a gas of this density and temperature: e g_x n/2T.
    pub fn forces_on_waves(&self, density: f64, temperature: f64) -> f64 {
        if self.forces { 0.5 * self.sign * self.strength * density / temperature } else { 0.0 }
    }

    /// What acts in a time, negative backwards, in all space cells: the turn, and where there are forces those too.
    pub fn fields(&self, mesh: &Mesh, densities: &[SpinDensity], time: f64) -> Vec<FieldSample> {
        let mut fields: Vec<FieldSample> =
            densities.iter().map(|density| Turn::sample(self.rate(density.spin) * time)).collect();
        if !self.forces {
            return fields;
        }
        let numbers: Vec<f64> = densities.iter().map(|density| density.density).collect();
        let spins: Vec<DVec3> = densities.iter().map(|density| density.spin).collect();
        let push = -self.strength * (1.0 + 0.5 * self.sign);
        let twist = -0.5 * self.sign * self.strength / self.moment;
        for axis in mesh.resolved() {
            let slopes = mesh.derivative(axis, &numbers);
            let gradients = vectors([0, 1, 2].map(|k| mesh.derivative(axis, &component(&spins, k))));
            for ((sample, slope), gradient) in fields.iter_mut().zip(slopes).zip(gradients) {
                (sample.force[axis], sample.db[axis]) = (push * slope, twist * gradient);
            }
        }
        fields
    }

    /// Phase that sound of the mean field, at most sqrt(2 |g_x| n/m) fast, takes in a time in the shortest waves that forces
    /// see: beyond two, kicks and drifts in turns feed such waves.
    pub fn phase_of_sound(&self, mesh: &Mesh, density: f64, time: f64) -> f64 {
        if !self.forces {
            return 0.0;
        }
        let shortest = mesh.resolved().map(|axis| (STEEPEST / mesh.step[axis]).powi(2)).sum::<f64>();
        (2.0 * (self.strength * density).abs() / self.mass * shortest).sqrt() * time.abs()
    }

    /// Energy per volume of space where int int V w.w' is `pairs`.
    pub fn energy_of_pairs(&self, pairs: f64) -> f64 {
        0.25 * self.sign * pairs
    }

    /// Energy per volume of space of a contact interaction.
    pub fn energy(&self, density: f64, spin: DVec3) -> f64 {
        let turns = 0.25 * self.sign * self.strength * spin.length_squared();
        let forces = self.strength * (0.5 + 0.25 * self.sign) * density * density;
        if self.forces { turns + forces } else { turns }
    }
}
