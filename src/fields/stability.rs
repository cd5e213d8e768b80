//! The largest step at which the coupled step is stable.
//!
//! Currents are read at the times of kicks, so that a wave of wavenumber k, its fields and
//! the momentum they give to the plasma, is a leapfrog of `w^2 = K^2 + w_p^2`: stable for
//! `w dt <= 2` in a step of order two, and for as much as its substeps allow in one of order
//! four. K is what the differences of the mesh make of k, `w_p^2 = q^2 int |w0|/eps d3p`
//! at its largest. The rate E x a of a kick is a rotation and limits nothing.
//!
//! A leapfrog is a cold plasma. In a warm one a kick finds what earlier kicks made after streaming:
//! its density is `- (w_p dt)^2 sum_l l F(l k dt)` of theirs, F the Fourier transform of the
//! distribution f of the velocities. Waves that alternate from step to step in which all phases
//! `k v dt` lie within 2 a < 2 pi grow where `(w_p dt)^2 int f/(4 cos^2(k v dt/2)) dv > 1`.
//! A distribution of one maximum is a sum of boxes, and of these the widest, all velocities on the
//! grid alike, is the worst: stable for `(w_p dt)^2 tan(a/2) <= 2 a`.
//!
//! At a = pi the fastest particles come around to the slowest: beams of either swap energy with a wave in
//! opposite senses (M. G. Krein), and such pairs grow together. Beyond, dissipation bears
//! them in electrostatic fields while `w_p dt` is small. Light, whose phases reach pi, pairs with beams as
//! well: with Maxwell's equations a is `k |v| dt` of the fastest.
//!
//! Sweeps that dissipate shrink P, and E = D - P of light along polarised spins gains from it where a
//! step turns light by nearly pi: a run with spins and dissipation keeps a distance from there.
//!
//! M answers B as a plasma of `x = mu_B^2 (1 + |a|)^2 int |w0|/eps d3p` would that moves with
//! the centred difference: where x exceeds 1/2 the fastest wave is no longer the shortest.

use std::f64::consts::PI;

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

/// What order four bears of a w_p dt that order two does, at least, in a plasma of any temperature.
const SUZUKI_OF_STRANG: f64 = 1.27;

/// The most that light keeps from its largest w dt where spins meet dissipation; less than that it is
/// their response x times `w_p/sqrt(K^2 + w_p^2)`. Both were found by trial.
const LARGEST_DISTANCE: f64 = 0.3;

/// Largest w_p dt over the root of the dissipation where beams come around to each other.
const BORNE: f64 = 0.5;

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
    /// Whether Maxwell's equations are solved.
    light: bool,
    /// Share of its largest w dt that light keeps from it, where it meets spins in sweeps that dissipate.
    distance: f64,
}

/// What it is that limits a step.
#[derive(Clone, Copy, PartialEq)]
enum Cause {
    /// The fastest wave, of fields with a cold plasma.
    Mesh,
    /// Plasma waves of particles that part by less than a wave.
    Streaming,
    /// Particles that part by more, where sweeps dissipate.
    Dissipation,
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
        let moment = particle.moment * (1.0 + particle.anomaly.abs());
        let response = moment * moment * inertia;
        let wavenumber = match self.evolution {
            Evolution::Frozen => return None,
            Evolution::Electrostatic => 0.0,
            Evolution::Maxwell => largest_wavenumber(&self.mesh, response),
        };
        let plasma_frequency = particle.charge.abs() * inertia.sqrt();
        // In order four what dissipates stands apart from kicks.
        let fed = self.dissipation > 0.0 && self.order == 2 && plasma_frequency > 0.0;
        let longitudinal = plasma_frequency / wavenumber.hypot(plasma_frequency);
        let light = self.evolution == Evolution::Maxwell;
        let distance = if light && fed { (response * longitudinal).min(LARGEST_DISTANCE) } else { 0.0 };
        let answers = particle.charge != 0.0 || particle.moment != 0.0;
        Some(StepLimit {
            order: self.order,
            wavenumber,
            plasma_frequency,
            dephasing: if answers && inertia > 0.0 { self.dephasing } else { 0.0 },
            dissipation: self.dissipation,
            light,
            distance,
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
             mean density, and the largest stable step there is {}; use time.step <= {}, or a much smaller one if the \
             plasma should not become denser there, as the run may have been unstable before",
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
        let mesh = (self.factor() / self.wavenumber.hypot(self.plasma_frequency), Cause::Mesh);
        let streaming = (self.streaming(), Cause::Streaming);
        // Not a number for neutral particles without dissipation, which exceeds nothing.
        let borne = (BORNE * self.dissipation.sqrt() / self.plasma_frequency, Cause::Dissipation);
        let plasma = if !self.light && borne.0 > streaming.0 { borne } else { streaming };
        if plasma.0 < mesh.0 { plasma } else { mesh }
    }

    /// Largest w dt of the fastest wave.
    fn factor(&self) -> f64 {
        (1.0 - self.distance) * factor(self.order)
    }

    /// What a w_p dt may be times that of order two.
    fn of_strang(&self) -> f64 {
        if self.order == 4 { SUZUKI_OF_STRANG } else { 1.0 }
    }

    /// The step at which `(w_p dt)^2 = of_strang^2 2 a/tan(a/2)`, a = k dv dt/2.
    fn streaming(&self) -> f64 {
        if self.dephasing == 0.0 {
            return f64::INFINITY;
        }
        // Both sides are monotonic in a.
        let [mut stable, mut unstable] = [0.0, PI];
        for _ in 0..60 {
            let a: f64 = 0.5 * (stable + unstable);
            let least = self.plasma_frequency * 2.0 * a / self.dephasing;
            let most = self.of_strang() * (2.0 * a / (0.5 * a).tan()).sqrt();
            if least <= most { stable = a } else { unstable = a }
        }
        2.0 * stable / self.dephasing
    }

    /// The formula of [`Self::largest`] with its numbers, for messages.
    pub fn words(&self) -> String {
        let (largest, cause) = self.binding();
        let largest = number(largest, 6);
        let frequency = format!("omega_p = {} where the plasma is densest", number(self.plasma_frequency, 6));
        match cause {
            Cause::Mesh => {
                let (factor, k) = (number(self.factor(), 5), number(self.wavenumber, 6));
                format!("{factor}/sqrt(K^2 + omega_p^2) = {largest} with K = {k} of the mesh and {frequency}")
            }
            Cause::Streaming => format!(
                "{largest}, where (omega_p dt)^2 tan(a/2) is {} a, with {frequency} and a = k dv dt/2, k dv = {} {} \
                 in waves of three cells",
                number(2.0 * self.of_strang().powi(2), 5),
                number(self.dephasing, 6),
                if self.light {
                    "twice the rate at which the fastest particles on the momentum axes move"
                } else {
                    "the rate at which particles at the ends of the momentum axes part"
                }
            ),
            Cause::Dissipation => {
                let numerator = if self.dissipation == 1.0 {
                    number(BORNE, 3)
                } else {
                    format!("{} sqrt(dissipation)", number(BORNE, 3))
                };
                format!("{numerator}/omega_p = {largest} with {frequency}, where particles may part by whole waves")
            }
        }
    }

    /// What else than a smaller step would do, for messages.
    pub fn remedy(&self) -> &'static str {
        match self.binding().1 {
            Cause::Mesh => ", or the `cells` of the space axes",
            Cause::Streaming | Cause::Dissipation if self.dissipation < 1.0 && !self.light => {
                ", or the `cells` of the space axes, narrow the momentum axes, or raise numerics.dissipation"
            }
            Cause::Streaming | Cause::Dissipation => ", or the `cells` of the space axes, or narrow the momentum axes",
        }
    }
}

/// Largest w dt of an oscillator that a step of this order keeps stable.
fn factor(order: u32) -> f64 {
    if order == 4 { SUZUKI } else { STRANG }
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
    use std::f64::consts::TAU;

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

    /// Kicks act on what streaming left of the earlier ones: growth of the density of a wave in 120 steps,
    /// `frequency` w_p dt and `transform(t)` the mean of exp(-i k v t) over the velocities, t in steps.
    fn growth_of_a_warm_wave(order: u32, frequency: f64, transform: impl Fn(f64) -> [f64; 2]) -> f64 {
        let (mut kicks, mut start): (Vec<(f64, f64)>, f64) = (Vec::new(), 0.0);
        for _ in 0..120 {
            for fraction in composition(order) {
                kicks.push((start + 0.5 * fraction, *fraction));
                start += fraction;
            }
        }
        let mut density: Vec<[f64; 2]> = vec![[1.0, 0.0]];
        for now in 1..kicks.len() {
            let mut sum = [0.0; 2];
            for (&(time, weight), [re, im]) in kicks.iter().zip(&density) {
                let since = kicks[now].0 - time;
                let ([f, g], scale) = (transform(since), -frequency * frequency * weight * since);
                sum = [sum[0] + scale * (f * re - g * im), sum[1] + scale * (f * im + g * re)];
            }
            density.push(sum);
        }
        let size = |part: &[[f64; 2]]| part.iter().fold(0.0, |most: f64, [re, im]| most.max(re.hypot(*im)));
        let third = density.len() / 3;
        // What has all but died away is no wave.
        size(&density[2 * third..]) / size(&density[third..2 * third]).max(1e-3)
    }

    /// The largest w_p dt by [`StepLimit::streaming`] of a plasma whose phases lie within a.
    fn frequency_of(order: u32, a: f64) -> f64 {
        let factor = if order == 4 { SUZUKI_OF_STRANG } else { 1.0 };
        factor * (2.0 * a / (0.5 * a).tan()).sqrt()
    }

    /// A box of velocities is stable just below the limit and, in order two, not above it; so are,
    /// below, other distributions of one maximum within the same bounds: triangles with their tips
    /// anywhere, on a plateau or not.
    #[test]
    fn a_box_of_velocities_is_the_worst() {
        for order in [2, 4] {
            for a in [0.1, 0.8, 1.5, 2.2, 2.7, 3.0] {
                let (sinc, limit) = (|t: f64| [(a * t).sin() / (a * t), 0.0], frequency_of(order, a));
                let growth = |share: f64| growth_of_a_warm_wave(order, share * limit, sinc);
                assert!(growth(0.99) < 1.5, "order {order}, a = {a}: {}", growth(0.99));
                let beyond = if order == 4 { 1.1 } else { 1.02 };
                assert!(growth(beyond) > 1.5, "order {order}, a = {a}: {}", growth(beyond));
                for (tip, plateau) in [(0.0, 0.0), (0.6, 0.0), (0.95, 0.3), (-0.5, 1.0)] {
                    let cells = 300;
                    let velocity = |i: usize| a * (2.0 * (i as f64 + 0.5) / cells as f64 - 1.0);
                    let weight = |i: usize| {
                        let x = velocity(i) / a - tip;
                        plateau + 1.0 - if x < 0.0 { -x / (1.0 + tip) } else { x / (1.0 - tip) }
                    };
                    let all: f64 = (0..cells).map(weight).sum();
                    let transform = |t: f64| {
                        (0..cells).fold([0.0; 2], |[re, im], i| {
                            let (sin, cos) = (velocity(i) * t).sin_cos();
                            [re + weight(i) / all * cos, im - weight(i) / all * sin]
                        })
                    };
                    // As long as that takes in order two alone.
                    if order == 2 {
                        let growth = growth_of_a_warm_wave(order, 0.99 * limit, transform);
                        assert!(growth < 1.5, "a = {a}, tip at {tip} on {plateau}: {growth}");
                    }
                }
            }
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
            assert!((limit.largest() - 2.0 / frequency).abs() < 1e-14, "{cells:?}");
        }
        let still = |evolution| stability(evolution, [8; 3], &none, 4).limit(2.5);
        assert!((still(Evolution::Electrostatic).expect("evolves").largest() - 2.7207 / 1.6f64.sqrt()).abs() < 1e-14);
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

    /// The root of (w_p dt)^2 tan(a/2) = 2 a, a = k dv dt/2 with k = 1.585978/dx, unless dissipation allows more.
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
                let (frequency, step) = (0.8 * inertia.sqrt(), limit.largest());
                let borne = 0.5 * dissipation.sqrt() / frequency;
                if (step / borne - 1.0).abs() < 1e-12 {
                    assert!(limit.words().starts_with("0.5"), "{}", limit.words());
                    assert!(frequency * borne > frequency_of(order, f64::min(0.5 * rate * borne, PI)));
                } else {
                    let (found, expected) = (frequency * step, frequency_of(order, 0.5 * rate * step));
                    // Six digits of k are few where a is close to pi.
                    assert!((found / expected - 1.0).abs() < 0.02, "{dissipation} {order} {inertia}");
                    assert!(step > borne, "{dissipation} {order} {inertia}");
                    assert!(limit.words().contains("where (omega_p dt)^2 tan(a/2) is"), "{}", limit.words());
                }
            }
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

    /// Where particles outrun light by far, none crosses `k |v| dt = pi`; where they do not the mesh limits the step,
    /// where spins meet dissipation to 1 - x w_p/sqrt(K^2 + w_p^2) of what it could be, x = 0.1^2 0.5.
    #[test]
    fn light_keeps_its_distance() {
        let axis = |cells: usize, from: f64, step: f64| Some(Axis { cells, from, step });
        let grid = Grid::new([axis(8, 0.0, 0.5), None, None, axis(10, -1.0, 0.5), None, None]).expect("valid");
        for (kinematics, outruns) in [(Kinematics::NonRelativistic, true), (Kinematics::Relativistic, false)] {
            for (order, dissipation, moment) in [(2, 0.0, 0.1), (2, 1.0, 0.1), (2, 1.0, 0.0), (4, 0.5, 0.1)] {
                let particle = Particle { kinematics, ..particle(moment, 0.0) };
                let numerics = Numerics { order, dissipation, ..Numerics::default() };
                let stability = Stability::new(Evolution::Maxwell, &grid, &particle, &numerics);
                let limit = stability.limit(0.5).expect("evolves");
                let words = limit.words();
                if outruns {
                    let a = 1.585978 / 0.5 * 4.0 * limit.largest();
                    let expected = frequency_of(order, a);
                    assert!((0.8 * 0.5f64.sqrt() * limit.largest() / expected - 1.0).abs() < 1e-3, "{words}");
                    assert!(words.contains("twice the rate"), "{words}");
                } else {
                    let factor = ["1.9989/", "2/", "2.7207/"][match (order, dissipation > 0.0 && moment > 0.0) {
                        (4, _) => 2,
                        (_, pumped) => usize::from(!pumped),
                    }];
                    assert!(words.starts_with(factor), "{words}");
                }
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
