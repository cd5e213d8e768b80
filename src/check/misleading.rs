//! What a run would do without a word: fields that jump, drivers that begin anew, cells too narrow for single
//! precision, letters that pictures leave out.

use std::f64::consts::FRAC_PI_2;

use super::*;
use crate::output::missing_glyphs;
use crate::reduction;
use crate::scenario::schema::{External, Potential, Take};

/// Spreads beyond which a share of 1e-4 of a Gaussian lies on one side.
const TAIL: f64 = 3.72;
/// Cells in the width of a potential with which the sums of its force at centres are those of a smooth force.
const NARROWEST: f64 = 2.0;

impl Estimate<'_> {
    /// Letters of texts on pictures for which the font has no glyphs.
    pub(super) fn glyphs(&self) -> Option<Advice> {
        let Scenario { title, units, output, .. } = self.scenario;
        let texts = [title, &units.length, &units.time, &units.momentum, &units.energy];
        // diagnostics.png is always drawn, and has units alone.
        let texts = if output.snapshots.is_empty() { &texts[1..] } else { &texts[..] };
        let missing = missing_glyphs(&texts.iter().map(|text| text.as_str()).collect::<String>());
        let words = format!("pictures leave out {missing}: the font of the program has no glyphs for them");
        (!missing.is_empty()).then_some(Advice { level: Level::Warning, words })
    }

    /// Particles that outrun light, which nothing forbids without relativity.
    pub(super) fn outrunning(&self) -> Option<Advice> {
        let couples = self.particle.charge != 0.0 || self.particle.moment != 0.0;
        if self.particle.relativistic() || !couples || self.scenario.fields.evolution != Evolution::Maxwell {
            return None;
        }
        // Two spreads beyond the drift.
        let speed = |population: &Population, axis: usize| {
            let (spread, drifts) = self.spread_and_drifts(population, axis);
            drifts.iter().map(|drift| (2.0 * spread + drift.abs()) / self.particle.mass).fold(0.0, f64::max)
        };
        let axes = || (0..3).filter(|&axis| self.momenta[axis].is_some());
        let speeds = self.populations_given().iter().flat_map(|population| axes().map(move |axis| (population, axis)));
        let fastest = speeds.map(|(population, axis)| speed(population, axis)).fold(0.0, f64::max);
        let words = format!(
            "particles of two spreads have v = {} c, which only `non_relativistic` kinematics allows: light that they outrun \
             meets the single velocities of the momentum cells, and with spins or dissipation may grow at any step; use \
             relativistic kinematics or a colder gas, or see whether finer momenta change the answer",
            number(fastest, 3)
        );
        (fastest > 1.0).then_some(Advice { level: Level::Warning, words })
    }

    /// Momentum cells that single precision hardly tells apart.
    pub(super) fn narrow(&self) -> Option<Advice> {
        let reach = |axis: &Axis| axis.from.abs().max(axis.to().abs());
        let narrow = |axis: &Axis| axis.step < 16.0 * f64::from(f32::EPSILON) * reach(axis);
        let (i, axis) = self.momenta.iter().enumerate().find_map(|(i, axis)| Some((i, axis.filter(narrow)?)))?;
        let words = format!(
            "cells of {} are {} wide at {}, which single precision hardly tells apart: use --precision f64, or a frame \
             in which the axis is nearer to 0",
            PhaseAxis::MOMENTA[i].name(),
            number(axis.step, 2),
            number(reach(&axis), 3)
        );
        (self.precision == Precision::F32).then_some(Advice { level: Level::Warning, words })
    }

    /// Potentials too narrow for the cells: their force is taken at centres alone.
    pub(super) fn narrow_potentials(&self) -> Vec<Advice> {
        let advice = |external: &External| {
            let External::Potential(potential) = external else { return None };
            let (Potential::Gaussian { axis, width, .. } | Potential::Sech2 { axis, width, .. }) = *potential else {
                return None;
            };
            let along = PhaseAxis::from(axis);
            let cell = self.spaces[along as usize]?;
            let level = if width >= NARROWEST * cell.step { Level::Ok } else { Level::Warning };
            let fact = format!(
                "narrowest potential along {}: a width of {} cells, advised {NARROWEST} or more",
                along.name(),
                number(width / cell.step, 3)
            );
            let wanted = (NARROWEST * cell.length() / width).ceil();
            let remedy = format!("use {} cells along {}, or a wider potential", number(wanted, 15), along.name());
            Some((width / cell.step, Advice::new(level, fact, remedy)))
        };
        let all = self.scenario.fields.external.iter().filter_map(advice);
        all.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, advice)| advice).into_iter().collect()
    }

    /// When particles meet the jump of a prescribed gradient at the ends of a periodic axis, at the earliest.
    pub(super) fn ends(&self) -> Vec<Advice> {
        let along = |direction: usize| {
            let axis = self.spaces[direction]?;
            let name = PhaseAxis::SPACE[direction].name();
            let time = self
                .populations_given()
                .iter()
                .map(|population| self.first_at_an_end(population, direction, &axis))
                .fold(f64::INFINITY, f64::min);
            let level = if time > self.scenario.time.length() { Level::Ok } else { Level::Warning };
            let fact = match time {
                _ if self.populations_given().is_empty() => return None,
                0.0 => {
                    format!("particles lie at the ends of {name} from the start, where the prescribed gradient jumps")
                }
                f64::INFINITY => format!(
                    "the prescribed gradient jumps at the ends of {name}, to which no share of {} of the particles comes, by \
                     estimate",
                    watch::AT_ENDS
                ),
                _ => format!(
                    "the prescribed gradient jumps at the ends of {name}; a share of {} of the particles is there from \
                     t = {} on, by estimate, the run ends at {}",
                    watch::AT_ENDS,
                    number(self.scenario.time.start() + time, 3),
                    number(self.scenario.time.end, 4)
                ),
            };
            Some(Advice::new(level, fact, watch::AT_ENDS_REMEDY))
        };
        watch::jumping(self.scenario).into_iter().filter_map(along).collect()
    }

    /// Stiffness and centre of what harmonic potentials there are along a direction.
    fn harmonic(&self, direction: usize) -> [f64; 2] {
        let of = |external: &External| match *external {
            External::Potential(Potential::Harmonic { axis, stiffness, centre })
                if PhaseAxis::from(axis) == PhaseAxis::SPACE[direction] =>
            {
                [stiffness, stiffness * centre]
            }
            _ => [0.0; 2],
        };
        let parts = self.scenario.fields.external.iter().map(of);
        let [stiffness, pull] = parts.fold([0.0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]]);
        [stiffness, if stiffness == 0.0 { 0.0 } else { pull / stiffness }]
    }

    /// When the fastest tail of a population has reached an end, under the force of gradients at the start; of a harmonic
    /// trap that holds it, whether it comes there at all, then in a quarter of a period.
    fn first_at_an_end(&self, population: &Population, direction: usize, axis: &Axis) -> f64 {
        let Some(Space::Gaussian { centre, width }) = population.space else { return 0.0 };
        let (centre, width, mass) = (centre.each()[direction], width.each()[direction], self.particle.mass);
        let push = |external: &External| match *external {
            External::Gradient { component, slope, value, curvature, .. } if component.is_electric() => {
                let change = slope * centre + 0.5 * curvature * centre * centre;
                self.particle.charge.abs() * (value.abs() + change.abs())
            }
            External::Gradient { slope, curvature, .. } => {
                self.particle.moment.abs() * (slope + curvature * centre).abs()
            }
            _ => 0.0,
        };
        let acceleration: f64 = self.scenario.fields.external.iter().map(push).sum::<f64>() / mass;
        let (spread, drifts) = match self.momenta[direction] {
            Some(_) => self.spread_and_drifts(population, direction),
            None => (0.0, vec![0.0]),
        };
        let end = self.scenario.time.length();
        let [stiffness, bottom] = self.harmonic(direction);
        if stiffness > 0.0 {
            let rate = (stiffness / mass).sqrt();
            let wide = TAIL * width.max(spread / (mass * rate)) + 2.0 * acceleration / (rate * rate);
            let leaves = |drift: &f64| {
                let swing = (centre - bottom).hypot(self.particle.velocity(DVec3::X * *drift).x / rate);
                bottom - swing - wide < axis.from || bottom + swing + wide > axis.to()
            };
            return if drifts.iter().any(leaves) { FRAC_PI_2 / rate } else { f64::INFINITY };
        }
        let arrives = |time: f64| {
            let wide = TAIL * width.hypot(spread / mass * time) + 0.5 * acceleration * time * time;
            drifts.iter().any(|drift| {
                let middle = centre + self.particle.velocity(DVec3::X * *drift).x * time;
                middle - wide < axis.from || middle + wide > axis.to()
            })
        };
        (0..=200).map(|i| end * f64::from(i) / 200.0).find(|&time| arrives(time)).unwrap_or(f64::INFINITY)
    }

    /// What begins anew where a state is read, which may be that of another run.
    pub(super) fn continued(&self) -> Vec<Advice> {
        let source = match &self.scenario.initial {
            Initial::File(_) => "a file",
            Initial::Checkpoint(taken) if taken.take() == Take::Cells => "a checkpoint without its time",
            Initial::Populations(_) | Initial::Checkpoint(_) => return Vec::new(),
        };
        let mut advice = Vec::new();
        let mut warn = |words: String| advice.push(Advice { level: Level::Warning, words });
        let unsteady = Prescribed::of_all(&self.scenario.fields.external).iter().any(|part| !part.form.is_steady());
        if unsteady && self.scenario.time.start.is_none() {
            warn(format!(
                "the state comes from {source}, and external waves begin with their phase at t = 0: where it is that of \
                 another run at t = T, give `time.start` T, or begin from a checkpoint with its time"
            ));
        }
        let fields = &self.scenario.fields;
        let begin = |reduction: &reduction::Reduction| {
            let axis = PhaseAxis::MOMENTA.iter().position(|axis| *axis == reduction.axis).unwrap_or(0);
            fields.evolution == Evolution::Maxwell || self.field_bounds()[0].e[axis] != 0.0
        };
        let anew = reduction::reductions(self.scenario, self.folder);
        let anew: Vec<&str> = anew.iter().filter(|r| begin(r)).map(|reduction| reduction.axis.name()).collect();
        if self.particle.charge != 0.0 && !anew.is_empty() {
            warn(format!(
                "the state comes from {source}, and {} begin(s) with the mean that `phase_space.canonical` gives, A having \
                 none: where E had a mean in another run, give the mean of p_c - q A that it ended with, or begin from a \
                 checkpoint with its potential",
                anew.join(" and ")
            ));
        }
        advice
    }
}
