//! The largest step at which the coupled step is stable.
//!
//! Currents are read at the times of kicks, so that a wave of wavenumber k, its fields and
//! the momentum they give to the plasma, is a leapfrog of `w^2 = K^2 + w_p^2`: stable for
//! `w dt <= 2` in a step of order two, and for as much as its substeps allow in one of order
//! four. K is what the differences of the mesh make of k, `w_p^2 = q^2 int |w0|/eps d3p`
//! at its largest. The rate E x a of a kick is a rotation and limits nothing.
//!
//! A leapfrog is a cold plasma. In a warm one a kick finds what earlier kicks made with
//! `exp(-(k v t)^2/2)` of it left, v the thermal speed: where steps turn a wave by about one
//! radian the late kicks that would slow an alternating wave down are forgotten, and it grows
//! from a smaller `w_p dt` on.
//!
//! M answers B as a plasma of `x = mu_B^2 (1 + |a|)^2 int |w0|/eps d3p` would that moves with
//! the centred difference: where x exceeds 1/2 the fastest wave is no longer the shortest.

use std::f64::consts::PI;

use super::mesh::{CENTRED, STAGGERED};
use super::{Fields, Mesh};
use crate::error::{Error, Result};
use crate::operators::Sources;
use crate::physics::Particle;
use crate::scenario::schema::Evolution;
use crate::scenario::validate::{number, rounded_down};

/// Share of the limit that a scenario may use: at the limit itself two roots meet, and
/// waves make the plasma denser in places.
pub const SHARE: f64 = 0.99;

/// Largest w dt of an oscillator in a step of order two: the drift, the kick, the drift.
const STRANG: f64 = 2.0;
/// The same of Suzuki's five steps of order two that make one of order four.
const SUZUKI: f64 = 2.7207;

/// Largest w_p dt of longitudinal waves in a Maxwellian of any temperature: at `k v dt` = 1.137.
const WARM_STRANG: f64 = 1.6179;
/// The same of order four: at `k v dt` = 1.03.
const WARM_SUZUKI: f64 = 2.208;

/// Samples of a symbol between the longest wave and the shortest.
const WAVES: usize = 1024;

/// The fastest oscillation of a plasma on a mesh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepLimit {
    pub order: u32,
    /// K of the fastest wave; 0 unless Maxwell's equations are solved.
    pub wavenumber: f64,
    pub plasma_frequency: f64,
}

impl StepLimit {
    /// That of fields with a plasma of `inertia`, the largest int |w0|/eps; none where they
    /// are frozen.
    pub fn new(evolution: Evolution, mesh: &Mesh, particle: &Particle, order: u32, inertia: f64) -> Option<Self> {
        let wavenumber = match evolution {
            Evolution::Frozen => return None,
            Evolution::Electrostatic => 0.0,
            Evolution::Maxwell => {
                let moment = particle.moment * (1.0 + particle.anomaly.abs());
                largest_wavenumber(mesh, moment * moment * inertia)
            }
        };
        Some(StepLimit { order, wavenumber, plasma_frequency: particle.charge.abs() * inertia.sqrt() })
    }

    /// The largest stable step; infinite where nothing oscillates.
    pub fn largest(&self) -> f64 {
        self.of_mesh().min(self.of_plasma())
    }

    /// That of the fastest wave, of fields with a cold plasma.
    fn of_mesh(&self) -> f64 {
        factor(self.order) / self.wavenumber.hypot(self.plasma_frequency)
    }

    /// That of plasma waves that are damped by the thermal motion.
    fn of_plasma(&self) -> f64 {
        warm_factor(self.order) / self.plasma_frequency
    }

    /// Whether the mesh counts: then fewer cells allow a larger step.
    pub fn is_of_mesh(&self) -> bool {
        self.of_mesh() < self.of_plasma()
    }

    /// The formula of [`Self::largest`] with its numbers, for messages.
    pub fn words(&self) -> String {
        let largest = number(self.largest(), 6);
        let frequency = format!("omega_p = {} where the plasma is densest", number(self.plasma_frequency, 6));
        if self.is_of_mesh() {
            let (factor, k) = (number(factor(self.order), 5), number(self.wavenumber, 6));
            format!("{factor}/sqrt(K^2 + omega_p^2) = {largest} with K = {k} of the mesh and {frequency}")
        } else {
            format!("{}/omega_p = {largest} with {frequency}", number(warm_factor(self.order), 5))
        }
    }
}

/// Largest w dt of an oscillator that a step of this order keeps stable.
pub fn factor(order: u32) -> f64 {
    if order == 4 { SUZUKI } else { STRANG }
}

/// Largest w_p dt of the plasma waves of a Maxwellian that a step of this order keeps stable.
fn warm_factor(order: u32) -> f64 {
    if order == 4 { WARM_SUZUKI } else { WARM_STRANG }
}

/// The largest K of a mesh with spin response `x`: the root of the sum over the axes of
/// the largest `(2 s/dx)^2 + x (d/dx)^2`, s and d the symbols of the staggered and the
/// centred difference.
fn largest_wavenumber(mesh: &Mesh, x: f64) -> f64 {
    let symbol = |weights: [f64; 3], angles: [f64; 3]| -> f64 {
        weights.iter().zip(angles).map(|(weight, angle)| 2.0 * weight * angle.sin()).sum()
    };
    let square = |wave: usize| {
        let theta = PI * wave as f64 / WAVES as f64;
        let staggered = symbol(STAGGERED, [0.5, 1.5, 2.5].map(|faces| faces * theta));
        let centred = symbol(CENTRED, [1.0, 2.0, 3.0].map(|cells| cells * theta));
        staggered * staggered + x * centred * centred
    };
    let largest = (1..=WAVES).map(square).fold(0.0, f64::max);
    mesh.resolved().map(|axis| largest / mesh.step[axis].powi(2)).fold(0.0, |sum, square| sum + square).sqrt()
}

impl Fields {
    /// Refuses a `step` beyond the limit of the plasma as it is at `time`.
    pub fn refuse_unstable_step(
        &self,
        sources: &[Sources],
        particle: &Particle,
        order: u32,
        step: f64,
        time: f64,
    ) -> Result<()> {
        let largest = |of: fn(&Sources) -> f64| sources.iter().map(of).fold(0.0, f64::max);
        let inertia = largest(|s| s.inverse_inertia);
        let Some(limit) = StepLimit::new(self.evolution, &self.mesh, particle, order, inertia) else { return Ok(()) };
        // Numbers that are not finite have words of their own.
        if step.abs() <= limit.largest() || !inertia.is_finite() {
            return Ok(());
        }
        let mean = sources.iter().map(|s| s.density).sum::<f64>() / sources.len() as f64;
        Err(Error::Run(format!(
            "at t = {} the step {} is unstable: the densest place holds {} times the mean density, and the \
             largest stable step there is {}; use time.step <= {}, or see whether the plasma should become so dense",
            number(time, 7),
            number(step.abs(), 6),
            number(largest(|s| s.density) / mean, 4),
            limit.words(),
            number(rounded_down(SHARE * limit.largest(), 3), 3)
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::schema::Kinematics;
    use crate::splitting::composition;

    fn mesh(cells: [usize; 3]) -> Mesh {
        Mesh { cells, step: [0.5, 0.25, 1.0], first: [0.0; 3] }
    }

    fn particle(moment: f64, anomaly: f64) -> Particle {
        let kinematics = Kinematics::Relativistic;
        Particle { mass: 1.0, charge: -0.8, hbar: 0.5, moment, anomaly, kinematics, spin: true }
    }

    fn limit(cells: [usize; 3], particle: &Particle, inertia: f64) -> StepLimit {
        StepLimit::new(Evolution::Maxwell, &mesh(cells), particle, 2, inertia).expect("fields evolve")
    }

    /// The product of the leapfrogs of one step, [q, p] of an oscillator of frequency 1.
    fn trace(order: u32, step: f64) -> f64 {
        let mut columns = [[1.0, 0.0], [0.0, 1.0]];
        for [q, p] in &mut columns {
            for fraction in composition(order) {
                let h = fraction * step;
                *q += 0.5 * h * *p;
                *p -= h * *q;
                *q += 0.5 * h * *p;
            }
        }
        columns[0][0] + columns[1][1]
    }

    /// An oscillator is stable where the trace of its step is 2 or less.
    #[test]
    fn factors_are_those_of_the_compositions() {
        for order in [2, 4] {
            for tenth in 1..1000 {
                assert!(trace(order, 1e-3 * f64::from(tenth) * factor(order)).abs() <= 2.0 + 1e-12, "{order} {tenth}");
            }
            assert!(trace(order, 1.001 * factor(order)).abs() > 2.0, "{order}");
        }
    }

    /// Kicks at `middles` of a step of 1 act on what streaming left of the earlier ones: growth of
    /// the density of a wave in 300 steps, `frequency` w_p dt and `blur` k v dt.
    fn growth_of_a_warm_wave(order: u32, frequency: f64, blur: f64) -> f64 {
        let (mut kicks, mut start): (Vec<(f64, f64)>, f64) = (Vec::new(), 0.0);
        for _ in 0..300 {
            for fraction in composition(order) {
                kicks.push((start + 0.5 * fraction, *fraction));
                start += fraction;
            }
        }
        let mut density = vec![1.0];
        for now in 1..kicks.len() {
            let answer = |(&(time, weight), &density): (&(f64, f64), &f64)| -> f64 {
                let since = kicks[now].0 - time;
                weight * since * (-0.5 * (blur * since).powi(2)).exp() * density
            };
            density.push(-frequency.powi(2) * kicks.iter().zip(&density).map(answer).sum::<f64>());
        }
        let largest = |part: &[f64]| part.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let third = density.len() / 3;
        largest(&density[2 * third..]) / largest(&density[third..2 * third])
    }

    /// Stable just below the factor at any temperature, unstable just above it at one.
    #[test]
    fn warm_factors_are_those_of_kicks_and_streaming() {
        // At the limit kicks of one sign in turn keep an alternating wave as it is: 1 = (w_p dt)^2 S.
        let sum = |blur: f64| {
            let term = |m: i32| f64::from(m) * (-0.5 * (blur * f64::from(m)).powi(2)).exp();
            (1..40).map(|m| if m % 2 == 1 { term(m) } else { -term(m) }).sum::<f64>()
        };
        let largest = (500..3000).map(|thousandth| sum(1e-3 * f64::from(thousandth))).fold(0.0, f64::max);
        assert!((largest.powf(-0.5) - WARM_STRANG).abs() < 1e-3, "{largest}");
        for (order, worst) in [(2, 1.137), (4, 1.035)] {
            let growth = |share: f64, blur: f64| growth_of_a_warm_wave(order, share * warm_factor(order), blur);
            for tenth in 3..20 {
                assert!(growth(0.99, 0.1 * f64::from(tenth)) < 1.1, "{order} {tenth}");
            }
            assert!(growth(1.01, worst) > 1.1, "{order}");
        }
    }

    /// 2 x 1.241667/dx along each axis, and w_p = 0.8 sqrt(2.5).
    #[test]
    fn every_axis_and_the_plasma_count() {
        let (none, shortest) = (particle(0.0, 0.0), 2.0 * (75.0 / 64.0 + 25.0 / 384.0 + 3.0 / 640.0));
        for (cells, inverse) in [([8, 1, 1], 2.0), ([8, 9, 1], 20f64.sqrt()), ([8, 8, 16], 21f64.sqrt()), ([1; 3], 0.0)]
        {
            let limit = limit(cells, &none, 2.5);
            assert!((limit.wavenumber - shortest * inverse).abs() < 1e-12, "{cells:?}");
            let frequency = (limit.wavenumber.powi(2) + 1.6).sqrt();
            let largest = f64::min(2.0 / frequency, 1.6179 / 1.6f64.sqrt());
            assert!((limit.largest() - largest).abs() < 1e-14, "{cells:?}");
        }
        let still = |evolution| StepLimit::new(evolution, &mesh([8; 3]), &none, 4, 2.5);
        assert!((still(Evolution::Electrostatic).expect("evolves").largest() - 2.208 / 1.6f64.sqrt()).abs() < 1e-14);
        assert_eq!(still(Evolution::Frozen), None);
        assert_eq!(limit([1; 3], &none, 0.0).largest(), f64::INFINITY);
    }

    /// What M answers changes nothing up to x = 1/2; at 0.9 K^2 is 1.075 times as large, at 1.5 1.27 times.
    #[test]
    fn spins_count_where_they_answer_strongly() {
        let square = |x: f64, anomaly: f64| {
            let moment = x.sqrt() / (1.0 + anomaly);
            limit([8, 1, 1], &particle(-moment, -anomaly), 1.0).wavenumber.powi(2)
        };
        let vacuum = square(0.0, 0.0);
        assert!((square(0.5, 0.0) / vacuum - 1.0).abs() < 1e-3);
        for (x, ratio) in [(0.9, 1.075), (1.5, 1.27)] {
            for anomaly in [0.0, 0.3] {
                let found = square(x, anomaly) / vacuum;
                assert!((found / ratio - 1.0).abs() < 5e-3, "{x} {anomaly}: {found}");
            }
        }
    }

    /// A plasma that is compressed in one place is stopped there and then.
    #[test]
    fn a_plasma_that_becomes_dense_is_stopped() {
        let fields = Fields::new(mesh([8, 1, 1]), Evolution::Maxwell);
        let particle = particle(0.1, 0.0);
        let mut sources = vec![Sources { density: 1.0, inverse_inertia: 0.9, ..Sources::default() }; 8];
        let step = 0.999 * limit([8, 1, 1], &particle, 0.9).largest();
        for step in [step, -step] {
            assert!(fields.refuse_unstable_step(&sources, &particle, 2, step, 1.5).is_ok());
        }
        sources[3] = Sources { density: 3.0, inverse_inertia: 2.7, ..Sources::default() };
        for step in [step, -step] {
            let error = fields.refuse_unstable_step(&sources, &particle, 2, step, 1.5).expect_err("too dense");
            let text = error.to_string();
            assert!(matches!(error, Error::Run(_)) && text.contains("at t = 1.5 the step 0.39"), "{text}");
            assert!(text.contains("holds 2.4 times the mean") && text.contains("use time.step <= 0.3"), "{text}");
        }
        let frozen = Fields::new(mesh([8, 1, 1]), Evolution::Frozen);
        assert!(frozen.refuse_unstable_step(&sources, &particle, 2, 100.0, 1.5).is_ok());
    }
}
