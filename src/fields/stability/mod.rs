//! The largest step at which the coupled step is stable.
//!
//! Currents are read at the times of kicks, so that a wave of wavenumber k, its fields and
//! the momentum they give to the plasma, is a leapfrog of `w^2 = K^2 + w_p^2`: stable for
//! `w dt <= 2` in a step of order two, and for as much as its substeps allow in one of order
//! four. K is what the differences of the mesh make of k, `w_p^2 = q^2 int |w0|/eps d3p`
//! at its largest. The rate E x a of a kick is a rotation and limits nothing.
//!
//! Particles that gyrate make one sense of light faster: in place of w it is W, the largest root of
//! `W^3 - w_c W^2 - (K^2 + w_p^2) W + K^2 w_c = 0`, right-handed light along B (K = 0 in electrostatic
//! fields), which exceeds w_c, and so keeps the shears of a gyration stable, too. Where fields are frozen
//! these alone limit the step, to 2/w_c.
//!
//! Spins turn exactly, by any angle, but light meets them once a step. As its own angle in a step may be nearly
//! pi and streaming adds a radian, turns of the spins beyond one meet light that turns the other way, which has
//! energy of the other sign, and both grow. With Maxwell's equations `w_s dt <= 1`, w_s the rate in the
//! strongest B.
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

use super::mesh::{CENTRED, STAGGERED};
use super::{Mesh, others};
use crate::error::{Error, Result};
use crate::grid::{Grid, MOMENTUM};
use crate::numerals::{number, rounded_down};
use crate::operators::Sources;
use crate::physics::Particle;
use crate::scenario::schema::{Evolution, Numerics};

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

/// Largest w_s dt of spins that light meets. Of 24 polarised gases in strong B (0.7 to 0.99 of the other limits, both
/// orders, dissipation 0 to 1) none grew faster than at dt/4 up to 1 rad, one did at 1.5, and most at 3.
const SPIN_TURN: f64 = 1.0;

/// int |w0| over int w0 from which on ripples count: of a resolved run it is 1, of an unstable one it has no bound.
const RIPPLES: f64 = 1.25;

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
    /// 1 for the components of B that turn resolved momenta into each other.
    turning: DVec3,
    /// In the B of the start, and the strongest that the scenario prescribes later.
    start: Turns,
}

/// Rates of slow particles in the strongest B.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Turns {
    /// w_c of the B that turns resolved momenta into each other.
    pub cyclotron: f64,
    /// w_s of spins.
    pub precession: f64,
}

/// The limits that a plasma sets to the step on its mesh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepLimit {
    order: u32,
    /// K of the fastest wave; 0 unless Maxwell's equations are solved.
    wavenumber: f64,
    /// w_p where the plasma is densest.
    pub plasma_frequency: f64,
    /// In the strongest B. Spins count where light meets them.
    turns: Turns,
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
    /// Spins that turn too far between two meetings with light.
    Precession,
}

impl Stability {
    /// That of a run on `grid`; `b` is B at its strongest, of the start and of what is prescribed for later.
    pub fn new(
        evolution: Evolution,
        grid: &Grid,
        particle: &Particle,
        numerics: &Numerics,
        b: impl IntoIterator<Item = DVec3>,
    ) -> Self {
        let particle = *particle;
        let (order, dissipation) = (numerics.order, numerics.dissipation);
        let dephasing = dephasing(grid, &particle, evolution == Evolution::Maxwell);
        let turns = |j: usize| others(j).iter().all(|k| grid.axis(MOMENTUM + k).is_some());
        let turning = DVec3::from([0, 1, 2].map(|j| if turns(j) { 1.0 } else { 0.0 }));
        let (mesh, start) = (Mesh::of(grid), Turns::default());
        let mut stability = Stability { evolution, mesh, particle, order, dissipation, dephasing, turning, start };
        stability.start = stability.turns(b);
        stability
    }

    /// Rates in the strongest of some B.
    pub(crate) fn turns(&self, b: impl IntoIterator<Item = DVec3>) -> Turns {
        let largest =
            |[turning, all]: [f64; 2], b: DVec3| [turning.max((self.turning * b).length()), all.max(b.length())];
        let [turning, all] = b.into_iter().fold([0.0; 2], largest);
        let particle = &self.particle;
        let moment = particle.torque_coefficient().abs() * (1.0 + particle.anomaly.abs());
        Turns { cyclotron: particle.charge.abs() / particle.mass * turning, precession: moment * all }
    }

    /// The limit at the start, with a plasma of `inertia`, the largest int |w0|/eps.
    pub fn limit(&self, inertia: f64) -> StepLimit {
        self.limit_in(self.start, inertia)
    }

    fn limit_in(&self, turns: Turns, inertia: f64) -> StepLimit {
        let particle = &self.particle;
        // Frozen fields feel no plasma.
        let inertia = if self.evolution == Evolution::Frozen { 0.0 } else { inertia };
        let moment = particle.moment * (1.0 + particle.anomaly.abs());
        let response = moment * moment * inertia;
        let light = self.evolution == Evolution::Maxwell;
        let wavenumber = if light { largest_wavenumber(&self.mesh, response) } else { 0.0 };
        let plasma_frequency = particle.charge.abs() * inertia.sqrt();
        // In order four what dissipates stands apart from kicks.
        let fed = self.dissipation > 0.0 && self.order == 2 && plasma_frequency > 0.0;
        let longitudinal = plasma_frequency / wavenumber.hypot(plasma_frequency);
        let distance = if light && fed { (response * longitudinal).min(LARGEST_DISTANCE) } else { 0.0 };
        let answers = particle.charge != 0.0 || particle.moment != 0.0;
        let precession = if wavenumber > 0.0 && inertia > 0.0 { turns.precession } else { 0.0 };
        StepLimit {
            order: self.order,
            wavenumber,
            plasma_frequency,
            turns: Turns { precession, ..turns },
            dephasing: if answers && inertia > 0.0 { self.dephasing } else { 0.0 },
            dissipation: self.dissipation,
            light,
            distance,
        }
    }

    /// Refuses a `step` beyond the limit of the plasma and of the turns in B as they are at `time`.
    pub(crate) fn refuse(&self, sources: &[Sources], turns: Turns, step: f64, time: f64) -> Result<()> {
        let Some(densest) = sources.iter().max_by(|a, b| a.inverse_inertia.total_cmp(&b.inverse_inertia)) else {
            return Ok(());
        };
        // No particle weighs less than its mass at rest. What |w0| has more than w0 are ripples, as of a gas
        // that turns on few cells, and no part of w_p while they are small.
        let magnitude = densest.inverse_inertia * self.particle.mass;
        let ripples = magnitude / densest.density;
        let share = if (1.0..RIPPLES).contains(&ripples) { ripples } else { 1.0 };
        let limit = self.limit_in(self.start.or_larger(turns), densest.inverse_inertia / share);
        // Numbers that are not finite have words of their own.
        if step.abs() <= limit.largest() || !densest.inverse_inertia.is_finite() {
            return Ok(());
        }
        let (time, shown) = (number(time, 7), number(step.abs(), 6));
        if ripples > 1.001 {
            return Err(Error::Run(format!(
                "at t = {time} w0 alternates in sign at a place where int |w0| is {} or more and int w0 {}, and the \
                 largest stable step of a plasma of so much |w0| is {}, not {shown}; the run is far from resolved, or was \
                 unstable before: refine the momentum axes{} or reduce time.step",
                number(magnitude, 4),
                number(densest.density, 4),
                limit.words(),
                if self.dissipation < 1.0 { ", raise numerics.dissipation" } else { "" }
            )));
        }
        let before = format!("at t = {time} the step {shown} is unstable");
        let mean = sources.iter().map(|s| s.density).sum::<f64>() / sources.len() as f64;
        let magnetic = step.abs() <= self.limit(densest.inverse_inertia / share).largest();
        let cause = match magnetic {
            true => "B has become stronger".into(),
            false => format!(
                "the place of the highest plasma frequency holds {} times the mean density, with a mean m/eps of {}",
                number(densest.density / mean, 4),
                number(ripples / share, 4)
            ),
        };
        Err(Error::Run(format!(
            "{before}: {cause}, and the largest stable step there is {}; use time.step <= {}, or a much smaller one if \
             {}, as the run may have been unstable before",
            limit.words(),
            number(rounded_down(SHARE * limit.largest(), 3), 3),
            if magnetic { "it should not" } else { "the plasma should become neither denser nor slower there" }
        )))
    }
}

impl Turns {
    fn or_larger(self, other: Turns) -> Turns {
        Turns { cyclotron: self.cyclotron.max(other.cyclotron), precession: self.precession.max(other.precession) }
    }
}

impl StepLimit {
    /// The largest stable step; infinite where nothing oscillates.
    pub fn largest(&self) -> f64 {
        self.binding().0
    }

    /// The smallest of the limits, and what sets it.
    fn binding(&self) -> (f64, Cause) {
        let mesh = (self.factor() / self.fastest(), Cause::Mesh);
        let streaming = (self.streaming(), Cause::Streaming);
        // Not a number for neutral particles without dissipation, which exceeds nothing.
        let borne = (BORNE * self.dissipation.sqrt() / self.plasma_frequency, Cause::Dissipation);
        let plasma = if !self.light && borne.0 > streaming.0 { borne } else { streaming };
        let spins = (SPIN_TURN / self.turns.precession, Cause::Precession);
        [plasma, spins].into_iter().fold(mesh, |least, other| if other.0 < least.0 { other } else { least })
    }

    /// W of the fastest wave.
    fn fastest(&self) -> f64 {
        let (k, turn) = (self.wavenumber, self.turns.cyclotron);
        let light = k.hypot(self.plasma_frequency);
        if turn == 0.0 {
            return light;
        }
        // Below the largest root the cubic is negative, from the larger of w_c and `light` on.
        let [mut below, mut above] = [light.max(turn), light + turn];
        for _ in 0..60 {
            let w = 0.5 * (below + above);
            let cubic = w * w * (w - turn) - light * light * w + k * k * turn;
            if cubic < 0.0 { below = w } else { above = w }
        }
        above
    }

    /// Largest w dt of the fastest wave.
    fn factor(&self) -> f64 {
        (1.0 - self.distance) * factor(self.order)
    }

    /// What a w_p dt may be, in units of what it may be in order two.
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
            Cause::Mesh if self.wavenumber.max(self.plasma_frequency) == 0.0 => format!(
                "{}/omega_c = {largest} of the shears that turn a momentum, omega_c = {} of the strongest B",
                number(self.factor(), 5),
                number(self.turns.cyclotron, 6)
            ),
            Cause::Mesh => {
                let (factor, k) = (number(self.factor(), 5), number(self.wavenumber, 6));
                // In weak B the formula without it says the same.
                if self.fastest() < (1.0 + 1e-7) * self.wavenumber.hypot(self.plasma_frequency) {
                    return format!(
                        "{factor}/sqrt(K^2 + omega_p^2) = {largest} with K = {k} of the mesh and {frequency}"
                    );
                }
                format!(
                    "{factor}/W = {largest} with K = {k} of the mesh, {frequency}, omega_c = {} of the strongest B, and W = \
                     {} the largest root of W^3 - omega_c W^2 - (K^2 + omega_p^2) W + K^2 omega_c = 0",
                    number(self.turns.cyclotron, 6),
                    number(self.fastest(), 6)
                )
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
            Cause::Precession => format!(
                "{}/omega_s = {largest}, the turn of spins that light meets, with omega_s = 2 |mu_B B|/hbar = {} in the \
                 strongest B",
                number(SPIN_TURN, 3),
                number(self.turns.precession, 6)
            ),
        }
    }

    /// What else than a smaller step would do, for messages.
    pub fn remedy(&self) -> &'static str {
        match self.binding().1 {
            Cause::Mesh if self.turns.cyclotron > self.wavenumber.hypot(self.plasma_frequency) => ", or B",
            Cause::Precession => ", or B",
            Cause::Mesh if self.wavenumber == 0.0 => "",
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
mod tests;
