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
//! On a grid the momenta are beams. Those faster than a wave and those slower swap energy with it
//! in opposite senses; steps in which the phases `k v dt` of the ones come around to
//! those of the others, at `k (v_max - v_min) dt = 2 pi`, let such pairs grow together. Below
//! that a plasma of one maximum is quiet. Beyond, dissipation has to outweigh what a wave gains
//! in a step, less than `0.1 (w_p dt)^2` where fields are electrostatic. Light, whose phases reach
//! pi, pairs with beams as well, and through polarised spins gains more than dissipation takes:
//! with Maxwell's equations no `k |v| dt` may exceed pi. Particles slower than light are far below that.
//!
//! M answers B as a plasma of `x = mu_B^2 (1 + |a|)^2 int |w0|/eps d3p` would that moves with
//! the centred difference: where x exceeds 1/2 the fastest wave is no longer the shortest.

use std::f64::consts::{PI, TAU};

use glam::DVec3;

use super::Mesh;
use super::mesh::{CENTRED, STAGGERED};
use crate::error::{Error, Result};
use crate::grid::{Grid, MOMENTUM};
use crate::operators::Sources;
use crate::physics::Particle;
use crate::scenario::schema::{Evolution, Numerics};
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

/// All that limits the step of a run but the plasma, which changes.
#[derive(Clone, Debug)]
pub struct Stability {
    evolution: Evolution,
    mesh: Mesh,
    particle: Particle,
    order: u32,
    dissipation: f64,
    /// Rate at which the phases of the fastest particles and of the slowest part, in
    /// the wave that sweeps move fastest: k (v_max - v_min), or with light 2 k max |v|.
    dephasing: f64,
}

/// The limits that a plasma sets to the step on its mesh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepLimit {
    order: u32,
    /// K of the fastest wave; 0 unless Maxwell's equations are solved.
    wavenumber: f64,
    /// w_p where the plasma is densest.
    pub plasma_frequency: f64,
    /// k (v_max - v_min) or, with light, 2 k max |v|; 0 where nothing answers the fields.
    dephasing: f64,
    dissipation: f64,
    /// Whether light pairs with beams as well.
    light: bool,
}

/// What it is that limits a step.
#[derive(Clone, Copy, PartialEq)]
enum Cause {
    /// The fastest wave, of fields with a cold plasma.
    Mesh,
    /// Plasma waves that are damped by the thermal motion.
    Plasma,
    /// Particles that outrun each other by a wave, in sweeps that do not dissipate.
    Dephasing,
    /// The same, in sweeps that do.
    Dissipation,
    /// Particles that outrun light.
    Outrunning,
}

impl Stability {
    /// That of a run on `grid`.
    pub fn new(evolution: Evolution, grid: &Grid, particle: &Particle, numerics: &Numerics) -> Self {
        let particle = *particle;
        let (order, dissipation) = (numerics.order, numerics.dissipation);
        let dephasing = dephasing(grid, &particle, evolution == Evolution::Maxwell);
        Stability { evolution, mesh: Mesh::of(grid), particle, order, dissipation, dephasing }
    }

    /// The limit with a plasma of `inertia`, the largest int |w0|/eps; none where fields
    /// are frozen.
    pub fn limit(&self, inertia: f64) -> Option<StepLimit> {
        let particle = &self.particle;
        let wavenumber = match self.evolution {
            Evolution::Frozen => return None,
            Evolution::Electrostatic => 0.0,
            Evolution::Maxwell => {
                let moment = particle.moment * (1.0 + particle.anomaly.abs());
                largest_wavenumber(&self.mesh, moment * moment * inertia)
            }
        };
        let answers = particle.charge != 0.0 || particle.moment != 0.0;
        Some(StepLimit {
            order: self.order,
            wavenumber,
            plasma_frequency: particle.charge.abs() * inertia.sqrt(),
            dephasing: if answers && inertia > 0.0 { self.dephasing } else { 0.0 },
            dissipation: self.dissipation,
            light: self.evolution == Evolution::Maxwell,
        })
    }

    /// Refuses a `step` beyond the limit of the plasma as it is at `time`.
    pub fn refuse(&self, sources: &[Sources], step: f64, time: f64) -> Result<()> {
        let Some(densest) = sources.iter().max_by(|a, b| a.inverse_inertia.total_cmp(&b.inverse_inertia)) else {
            return Ok(());
        };
        let Some(limit) = self.limit(densest.inverse_inertia) else { return Ok(()) };
        // Numbers that are not finite have words of their own.
        if step.abs() <= limit.largest() || !densest.inverse_inertia.is_finite() {
            return Ok(());
        }
        let (time, step) = (number(time, 7), number(step.abs(), 6));
        // No particle weighs less than its mass at rest.
        let magnitude = densest.inverse_inertia * self.particle.mass;
        if magnitude > 1.001 * densest.density {
            return Err(Error::Run(format!(
                "at t = {time} the step {step} is unstable: w0 alternates in sign at a place where int |w0| is {} or \
                 more and int w0 {}, and the largest stable step there is {}; the run is unstable or far from \
                 resolved: reduce time.step{} or refine the momentum axes",
                number(magnitude, 4),
                number(densest.density, 4),
                limit.words(),
                if self.dissipation < 1.0 { ", raise numerics.dissipation" } else { "" }
            )));
        }
        let mean = sources.iter().map(|s| s.density).sum::<f64>() / sources.len() as f64;
        Err(Error::Run(format!(
            "at t = {time} the step {step} is unstable: the place of the highest plasma frequency holds {} times the \
             mean density, and the largest stable step there is {}; use time.step <= {}, or see whether the plasma \
             should become so dense",
            number(densest.density / mean, 4),
            limit.words(),
            number(rounded_down(SHARE * limit.largest(), 3), 3)
        )))
    }
}

impl StepLimit {
    /// The largest stable step; infinite where nothing oscillates.
    pub fn largest(&self) -> f64 {
        self.binding().0
    }

    /// The smallest of the limits, and what sets it.
    fn binding(&self) -> (f64, Cause) {
        let mesh = (factor(self.order) / self.wavenumber.hypot(self.plasma_frequency), Cause::Mesh);
        let plasma = (warm_factor(self.order) / self.plasma_frequency, Cause::Plasma);
        // Not a number for neutral particles without dissipation, which exceeds nothing.
        let (apart, damped) = (TAU / self.dephasing, self.dissipation.sqrt() / self.plasma_frequency);
        let beams = match self.light {
            true => (apart, Cause::Outrunning),
            false if damped > apart => (damped, Cause::Dissipation),
            false => (apart, Cause::Dephasing),
        };
        [plasma, beams].into_iter().fold(mesh, |least, limit| if limit.0 < least.0 { limit } else { least })
    }

    /// The formula of [`Self::largest`] with its numbers, for messages.
    pub fn words(&self) -> String {
        let (largest, cause) = self.binding();
        let largest = number(largest, 6);
        let frequency = format!("omega_p = {} where the plasma is densest", number(self.plasma_frequency, 6));
        match cause {
            Cause::Mesh => {
                let (factor, k) = (number(factor(self.order), 5), number(self.wavenumber, 6));
                format!("{factor}/sqrt(K^2 + omega_p^2) = {largest} with K = {k} of the mesh and {frequency}")
            }
            Cause::Plasma => format!("{}/omega_p = {largest} with {frequency}", number(warm_factor(self.order), 5)),
            Cause::Dephasing => format!(
                "2 pi/(k dv) = {largest} with k dv = {}, the rate at which particles at the ends of the momentum \
                 axes part in waves of three cells",
                number(self.dephasing, 6)
            ),
            Cause::Outrunning => format!(
                "pi/(k v) = {largest} with k v = {} of the fastest particles on the momentum axes, which outrun light, \
                 in waves of three cells",
                number(0.5 * self.dephasing, 6)
            ),
            Cause::Dissipation => {
                let numerator = if self.dissipation == 1.0 { "1" } else { "sqrt(dissipation)" };
                let around = number(TAU / self.dephasing, 6);
                format!("{numerator}/omega_p = {largest} with {frequency}, which exceeds 2 pi/(k dv) = {around}")
            }
        }
    }

    /// What else than a smaller step would do, for messages.
    pub fn remedy(&self) -> &'static str {
        match self.binding().1 {
            Cause::Mesh => ", or the `cells` of the space axes",
            Cause::Plasma => "",
            Cause::Dephasing if self.dissipation < 1.0 => {
                ", or the `cells` of the space axes, narrow the momentum axes, or raise numerics.dissipation"
            }
            Cause::Dissipation if self.dissipation < 1.0 => ", or raise numerics.dissipation",
            Cause::Dephasing | Cause::Dissipation | Cause::Outrunning => {
                ", or the `cells` of the space axes, or narrow the momentum axes"
            }
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

/// What a difference makes of i times the angle per cell.
fn symbol(weights: [f64; 3], angles: [f64; 3]) -> f64 {
    weights.iter().zip(angles).map(|(weight, angle)| 2.0 * weight * angle.sin()).sum()
}

fn centred_symbol(angle: f64) -> f64 {
    symbol(CENTRED, [1.0, 2.0, 3.0].map(|cells| cells * angle))
}

/// The largest of a function of the angle per cell over all waves.
fn largest_of_waves(square: impl Fn(f64) -> f64) -> f64 {
    (1..=WAVES).map(|wave| square(PI * wave as f64 / WAVES as f64)).fold(0.0, f64::max)
}

/// The largest K of a mesh with spin response `x`: the root of the sum over the axes of
/// the largest `(2 s/dx)^2 + x (d/dx)^2`, s and d the symbols of the staggered and the
/// centred difference.
fn largest_wavenumber(mesh: &Mesh, x: f64) -> f64 {
    let largest = largest_of_waves(|angle| {
        let staggered = symbol(STAGGERED, [0.5, 1.5, 2.5].map(|faces| faces * angle));
        staggered * staggered + x * centred_symbol(angle).powi(2)
    });
    mesh.resolved().map(|axis| largest / mesh.step[axis].powi(2)).fold(0.0, |sum, square| sum + square).sqrt()
}

/// k (v_max - v_min) of the momenta that are resolved along resolved space axes, or, with light,
/// 2 k max |v|; along several the root of the sum of squares, as if the corners of a box of
/// momenta held nothing.
fn dephasing(grid: &Grid, particle: &Particle, light: bool) -> f64 {
    let largest = largest_of_waves(centred_symbol);
    let farthest = |j: usize| grid.axis(MOMENTUM + j).map_or(0.0, |axis| axis.from.abs().max(axis.to().abs()));
    let rates = (0..MOMENTUM).filter_map(|j| {
        let (space, momentum) = (grid.axis(j)?, grid.axis(MOMENTUM + j)?);
        // Momentum across weighs a particle down: the slowest of one sign has most of it.
        let across = DVec3::from([0, 1, 2].map(|k| if k == j { 0.0 } else { farthest(k) }));
        let velocity = |p: f64, across: DVec3| particle.velocity(DVec3::AXES[j] * p + across)[j];
        let extreme = |p: f64, inner: bool| velocity(p, if inner { across } else { DVec3::ZERO });
        let (from, to) = (momentum.from, momentum.to());
        let (slowest, fastest) = (extreme(from, from > 0.0), extreme(to, to < 0.0));
        let range = if light { 2.0 * fastest.max(-slowest) } else { fastest - slowest };
        Some(largest / space.step * range)
    });
    rates.fold(0.0, f64::hypot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;
    use crate::scenario::schema::Kinematics;
    use crate::splitting::composition;

    fn mesh(cells: [usize; 3]) -> Mesh {
        Mesh { cells, step: [0.5, 0.25, 1.0], first: [0.0; 3] }
    }

    fn particle(moment: f64, anomaly: f64) -> Particle {
        let kinematics = Kinematics::Relativistic;
        Particle { mass: 1.0, charge: -0.8, hbar: 0.5, moment, anomaly, kinematics, spin: true }
    }

    /// Without momenta, which have no part in K and w_p.
    fn stability(evolution: Evolution, cells: [usize; 3], particle: &Particle, order: u32) -> Stability {
        Stability { evolution, mesh: mesh(cells), particle: *particle, order, dissipation: 0.0, dephasing: 0.0 }
    }

    fn limit(cells: [usize; 3], particle: &Particle, inertia: f64) -> StepLimit {
        stability(Evolution::Maxwell, cells, particle, 2).limit(inertia).expect("fields evolve")
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
        let still = |evolution| stability(evolution, [8; 3], &none, 4).limit(2.5);
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

    /// Growth per step of a Maxwellian of beams `dp` thermal speeds apart: the largest eigenvalue
    /// beyond 1 of kicks on the beams and phases `blur` p between them.
    fn growth_of_beams(frequency: f64, blur: f64, cells: usize, reach: f64) -> f64 {
        let dp = 2.0 * reach / cells as f64;
        let p: Vec<f64> = (0..cells).map(|i| -reach + (i as f64 + 0.5) * dp).collect();
        let slope = |p: f64| -p * (-0.5 * p * p).exp() / TAU.sqrt();
        // f_j -> exp(-i blur p_j) f_j, then f_j -= a n f0'(p_j) with n = dp sum f and a = -i w_p^2/k.
        let mut f: Vec<[f64; 2]> = (0..cells).map(|i| [1.0 / (1.0 + i as f64), 0.3]).collect();
        let steps = 3000;
        let (mut early, mut late) = (0.0f64, 0.0f64);
        for step in 0..steps {
            let mut density = [0.0; 2];
            for ([re, im], p) in f.iter_mut().zip(&p) {
                let (sin, cos) = (blur * p).sin_cos();
                (*re, *im) = (*re * cos + *im * sin, *im * cos - *re * sin);
                (density[0], density[1]) = (density[0] + dp * *re, density[1] + dp * *im);
            }
            let pull = frequency * frequency / blur;
            for ([re, im], p) in f.iter_mut().zip(&p) {
                *re -= pull * density[1] * slope(*p);
                *im += pull * density[0] * slope(*p);
            }
            let size = density[0].hypot(density[1]);
            if (steps / 3..steps / 2).contains(&step) {
                early = early.max(size);
            } else if step >= 5 * steps / 6 {
                late = late.max(size);
            }
        }
        (late / early).ln() / (0.5 * f64::from(steps))
    }

    /// Beams are quiet below 2 pi/(k dv) whatever their number, and beyond it some of them grow, by
    /// less than 0.1 (w_p dt)^2 a step. A wave that beats by a factor of two looks in half of
    /// 3000 steps like a growth of ln 2/1500 = 5e-4.
    #[test]
    fn beams_that_come_around_grow() {
        let (mut quiet, mut grown) = (0.0f64, 0.0f64);
        for trial in 0..160 {
            // Sequences that fill the unit interval evenly.
            let part = |step: f64| (0.5 + f64::from(trial) * step).fract();
            let (frequency, reach) = (0.3 + 1.2 * part(0.618034), 4.5 + 1.5 * part(0.754878));
            let cells = 18 + (30.0 * part(0.569840)) as usize;
            let below = (0.5 + 0.49 * part(0.819173)) * PI / reach;
            quiet = quiet.max(growth_of_beams(frequency, below, cells, reach));
            let beyond = growth_of_beams(frequency, (1.3 + 2.0 * part(0.819173)) * PI / reach, cells, reach);
            assert!(beyond < 0.1 * frequency * frequency, "{frequency} {cells} {reach}: {beyond}");
            grown = grown.max(beyond);
        }
        assert!(quiet < 6e-4 && grown > 0.01, "{quiet} {grown}");
    }

    /// 2 pi/(k dv), k = 1.585978/dx, unless dissipation allows more.
    #[test]
    fn dissipation_bears_beams_that_come_around() {
        let none = particle(0.0, 0.0);
        let axis = |cells: usize, from: f64, step: f64| Some(Axis { cells, from, step });
        let grid =
            Grid::new([axis(8, 0.0, 0.5), None, None, axis(10, -1.0, 0.3), axis(4, -1.0, 0.5), None]).expect("valid");
        let velocity = |p: f64, across: f64| p / (1.0 + p * p + across * across).sqrt();
        let rate = 1.585978 / 0.5 * (velocity(2.0, 0.0) - velocity(-1.0, 0.0));
        for (dissipation, order) in [(0.0, 2), (0.0, 4), (0.5, 2), (1.0, 4)] {
            let numerics = Numerics { order, dissipation, ..Numerics::default() };
            let stability = Stability::new(Evolution::Electrostatic, &grid, &none, &numerics);
            for inertia in [1e-3, 0.1, 2.5] {
                let limit = stability.limit(inertia).expect("evolves");
                let frequency = 0.8 * inertia.sqrt();
                let beams = f64::max(TAU / rate, dissipation.sqrt() / frequency);
                let expected = beams.min(warm_factor(order) / frequency);
                assert!((limit.largest() / expected - 1.0).abs() < 1e-4, "{dissipation} {order} {inertia}");
            }
            let words = |inertia| stability.limit(inertia).expect("evolves").words();
            assert_eq!(words(1e-3).starts_with("2 pi/(k dv) = 1.2"), dissipation == 0.0, "{}", words(1e-3));
            assert_eq!(stability.limit(0.0).expect("evolves").largest(), f64::INFINITY);
        }
        // All along +x: the slowest has most momentum across.
        let axes = [axis(8, 0.0, 0.5), None, None, axis(10, 1.0, 0.2), axis(4, -6.0, 3.0), None];
        let grid = Grid::new(axes).expect("valid");
        for (light, range) in [(false, velocity(3.0, 0.0) - velocity(1.0, 6.0)), (true, 2.0 * velocity(3.0, 0.0))] {
            let (beam, expected) = (dephasing(&grid, &none, light), 1.585978 / 0.5 * range);
            assert!((beam / expected - 1.0).abs() < 1e-4, "{beam} {expected}");
        }
    }

    /// pi/(k v) where particles outrun light by far, whatever dissipates; that of the mesh where they do not.
    #[test]
    fn light_limits_what_outruns_it() {
        let axis = |cells: usize, from: f64, step: f64| Some(Axis { cells, from, step });
        let grid = Grid::new([axis(8, 0.0, 0.5), None, None, axis(10, -1.0, 0.5), None, None]).expect("valid");
        for (kinematics, outruns) in [(Kinematics::NonRelativistic, true), (Kinematics::Relativistic, false)] {
            let particle = Particle { kinematics, ..particle(0.1, 0.0) };
            for (order, dissipation) in [(2, 0.0), (2, 1.0), (4, 0.5)] {
                let numerics = Numerics { order, dissipation, ..Numerics::default() };
                let stability = Stability::new(Evolution::Maxwell, &grid, &particle, &numerics);
                let limit = stability.limit(0.5).expect("evolves");
                let most = PI / (1.585978 / 0.5 * 4.0);
                assert_eq!((limit.largest() / most - 1.0).abs() < 1e-4, outruns, "{}", limit.words());
                assert_eq!(limit.words().starts_with("pi/(k v) = 0.2476"), outruns, "{}", limit.words());
            }
        }
    }

    /// A plasma that is compressed in one place is stopped there and then, and so is one that ripples.
    #[test]
    fn a_plasma_that_becomes_dense_is_stopped() {
        let particle = particle(0.1, 0.0);
        let of = |evolution| stability(evolution, [8, 1, 1], &particle, 2);
        let mut sources = vec![Sources { density: 1.0, inverse_inertia: 0.9, ..Sources::default() }; 8];
        let step = 0.999 * limit([8, 1, 1], &particle, 0.9).largest();
        for step in [step, -step] {
            assert!(of(Evolution::Maxwell).refuse(&sources, step, 1.5).is_ok());
        }
        for (density, words) in [
            (3.0, ["holds 2.4 times the mean", "use time.step <= 0.3"]),
            (2.0, ["int |w0| is 2.7 or more", "int w0 2,"]),
        ] {
            sources[3] = Sources { density, inverse_inertia: 2.7, ..Sources::default() };
            for step in [step, -step] {
                let error = of(Evolution::Maxwell).refuse(&sources, step, 1.5).expect_err("too dense");
                let text = error.to_string();
                assert!(matches!(error, Error::Run(_)) && text.contains("at t = 1.5 the step 0.39"), "{text}");
                assert!(words.iter().all(|words| text.contains(words)), "{text}");
            }
        }
        assert!(of(Evolution::Frozen).refuse(&sources, 100.0, 1.5).is_ok());
    }
}
