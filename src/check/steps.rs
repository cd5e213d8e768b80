//! Step sizes: speeds, forces, stability, and phases per step.

use super::*;
use crate::exchange::{Exchange, MOST_SOUND};
use crate::fields::{Local, Mesh};
use crate::operators::{Force, HiddenVelocity, MAX_PARTS, Recorder, SpinTorque, Streaming};
use crate::scenario::schema::Range;

impl Estimate<'_> {
    /// What the terms are asked with.
    fn recorder(&self) -> Recorder<'_> {
        Recorder { grid: &self.grid, particle: &self.particle, schemes: &[] }
    }

    /// A table of one sample that bounds, component by component, the fields the scenario gives and their
    /// derivatives; files are not read. A momentum that is not resolved counts with its canonical one.
    pub(super) fn field_bounds(&self) -> [FieldSample; 1] {
        let (fields, space) = (&self.scenario.fields, &self.scenario.phase_space);
        let canonical = DVec3::new(space.canonical.px, space.canonical.py, space.canonical.pz);
        let unresolved = DVec3::from(self.momenta.map(|axis| if axis.is_none() { 1.0 } else { 0.0 }));
        let mut bound = FieldSample {
            e: DVec3::from(fields.uniform.E).abs(),
            b: DVec3::from(fields.uniform.B).abs(),
            p: unresolved * canonical,
            ..FieldSample::default()
        };
        for p in &fields.perturbations {
            let value = p.amplitude.abs();
            let local = Local { value, slope: value * self.wave_vector(p.mode).abs(), rate: 0.0 };
            local.add_to(&mut bound, p.component);
        }
        for part in Prescribed::of_all(&fields.external) {
            part.form.bound(space).add_to(&mut bound, part.component);
        }
        for form in fields.external.iter().filter_map(potential) {
            bound.force += form.bound(space).slope;
        }
        if fields.evolution != Evolution::Frozen {
            // Gauss's law: E = q n amplitude k/k^2.
            for population in self.populations_given() {
                for perturbation in &population.perturbations {
                    if let Perturbation::Density { mode, amplitude, .. } = *perturbation {
                        let k = self.wave_vector(mode);
                        let e = self.particle.charge * population.density * amplitude * k / k.length_squared();
                        bound.e += e.abs();
                    }
                }
            }
        }
        [bound]
    }

    pub(super) fn streaming(&self, bounds: &[FieldSample]) -> Vec<Advice> {
        let recorder = self.recorder();
        let along = |(direction, axis): (usize, Axis)| {
            let name = PhaseAxis::SPACE[direction].name();
            // E moves spins in sweeps of their own.
            let speed =
                Streaming::largest(&recorder, bounds, direction).max(HiddenVelocity::largest(&recorder, bounds));
            let (v, what) = match speed > recorder.largest_velocity(direction, bounds) {
                true => ("v + a", ", a the hidden velocity"),
                false => ("v", ""),
            };
            let courant = speed * self.scenario.time.step / axis.step;
            let fact = format!(
                "streaming along {name}: max|{v}| dt/d{name} = {} (max|{v}| = {}{what})",
                number(courant, 3),
                number(speed, 3)
            );
            crossing(courant, fact, "particles cross", axis.step / speed)
        };
        self.spaces().map(along).collect()
    }

    pub(super) fn forces(&self, bounds: &[FieldSample]) -> Vec<Advice> {
        let mut advice = Vec::new();
        for (i, axis) in self.momenta.iter().enumerate() {
            let Some(axis) = axis else { continue };
            let force = Force::largest(&self.recorder(), bounds, i);
            if force == 0.0 {
                continue;
            }
            let courant = force * self.scenario.time.step / axis.step;
            let name = PhaseAxis::MOMENTA[i].name();
            let fact = format!("force along {name}: max|F| dt/dp = {} from the given fields", number(courant, 3));
            advice.push(crossing(courant, fact, "momenta cross", axis.step / force));
        }
        advice
    }

    /// The step against the limit of fields and plasma, which every valid scenario keeps.
    pub(super) fn stability(&self) -> Option<Advice> {
        let limit = self.limit?;
        let share = self.scenario.time.step / limit.largest();
        let fact = format!("stability: dt is {} of {}, allowed up to {SHARE}", number(share, 3), limit.words());
        Some(Advice { level: Level::Ok, words: fact })
    }

    /// The step against the relaxation time.
    pub(super) fn collisions(&self) -> Option<Advice> {
        let tau = self.scenario.collisions?.tau;
        let share = self.scenario.time.step / tau;
        let level = if share <= 1.0 { Level::Ok } else { Level::Note };
        let fact = format!("collisions: dt/tau = {} at density and temperature 1", number(share, 3));
        let remedy = format!(
            "the relaxation is exact and stable, but not its interplay with motion; use time.step <= {} to follow it",
            number(tau, 3)
        );
        Some(Advice::new(level, fact, remedy))
    }

    /// Density averaged over the domain.
    fn mean_density(&self) -> f64 {
        let mean = |population: &Population| {
            let Some(Space::Gaussian { width, .. }) = population.space else { return population.density };
            let part =
                |(direction, axis): (usize, Axis)| (width.each()[direction] * TAU.sqrt() / axis.length()).min(1.0);
            population.density * self.spaces().map(part).product::<f64>()
        };
        self.populations_given().iter().map(mean).sum()
    }

    pub(super) fn plasma_frequency(&self) -> Option<Advice> {
        if self.scenario.fields.evolution == Evolution::Frozen || self.particle.charge == 0.0 {
            return None;
        }
        let density = self.mean_density();
        if density == 0.0 {
            return None;
        }
        let frequency = self.particle.charge.abs() * (density / self.particle.mass).sqrt();
        Some(self.phase_per_step("plasma oscillation: omega_p dt", frequency, 0.2))
    }

    pub(super) fn cyclotron(&self, bounds: &[FieldSample]) -> Option<Advice> {
        let magnetic = FieldSample::largest(bounds, |s| s.b.length());
        let frequency = self.particle.charge.abs() * magnetic / self.particle.mass;
        (frequency > 0.0).then(|| self.phase_per_step("cyclotron motion: |q B| dt/m", frequency, 0.2))
    }

    fn phase_per_step(&self, what: &str, frequency: f64, advised: f64) -> Advice {
        let phase = frequency * self.scenario.time.step;
        let level = if phase <= advised { Level::Ok } else { Level::Warning };
        let fact = format!("{what} = {}, advised up to {advised}", number(phase, 3));
        Advice::new(level, fact, format!("use time.step <= {}", number(advised / frequency, 3)))
    }

    pub(super) fn precession(&self, bounds: &[FieldSample]) -> Option<Advice> {
        let rate = SpinTorque::largest(&self.recorder(), bounds);
        if rate == 0.0 {
            return None;
        }
        let angle = rate * self.scenario.time.step;
        let level = match angle {
            _ if angle <= 0.5 => Level::Ok,
            _ if angle <= PI => Level::Note,
            _ => Level::Warning,
        };
        let turned = if self.particle.given.acts() { "2|h - mu_B T|" } else { "2|mu_B T|" };
        let fact = format!("spin precession: at most {turned} dt/hbar = {} rad a step", number(angle, 3));
        Some(Advice::new(
            level,
            fact,
            format!(
                "the rotation is exact but its coupling to motion is not; use time.step <= {} for half a radian",
                number(0.5 / rate, 3)
            ),
        ))
    }

    /// The turn in the mean field of the other spins where all of them are parallel.
    pub(super) fn exchange(&self) -> Option<Advice> {
        let exchange = Exchange::of(self.scenario)?;
        let peak = |population: &Population| {
            let factor = |perturbation: &Perturbation| match perturbation {
                Perturbation::Density { amplitude, .. } => 1.0 + amplitude.abs(),
                _ => 1.0,
            };
            population.density.abs() * population.perturbations.iter().map(factor).product::<f64>()
        };
        let density: f64 = self.populations_given().iter().map(peak).sum();
        let rate = exchange.largest_rate(density);
        if rate == 0.0 {
            return None;
        }
        let angle = rate * self.scenario.time.step;
        let level = match angle {
            _ if angle <= 0.5 => Level::Ok,
            _ if angle <= PI => Level::Note,
            _ => Level::Warning,
        };
        let fact =
            format!("exchange: at most |g| n dt/hbar = {} rad a step, where all spins are parallel", number(angle, 3));
        let exact = if exchange.potential.is_some() {
            "a step is of second order, and takes two parts for each radian"
        } else {
            "the rotation is exact but its coupling to motion is not"
        };
        let remedy = format!("{exact}; use time.step <= {} for half a radian", number(0.5 / rate, 3));
        let phase = exchange.phase_of_sound(&Mesh::of(&self.grid), density, self.scenario.time.step);
        if phase > MOST_SOUND {
            let fact = format!(
                "exchange: sound of the mean field takes a phase of {} a step, {MOST_SOUND} at the most",
                number(phase, 3)
            );
            let remedy =
                format!("the run ends; use time.step <= {}", number(self.scenario.time.step * MOST_SOUND / phase, 3));
            return Some(Advice::new(Level::Warning, fact, remedy));
        }
        Some(Advice::new(level, fact, remedy))
    }

    /// How far the mean field of a gaussian range reaches, in cells of the momentum axes.
    pub(super) fn range_of_exchange(&self) -> Option<Advice> {
        let Range::Gaussian { width } = *self.scenario.exchange.as_ref()?.range.as_ref()? else { return None };
        let widest = self.momenta.iter().flatten().map(|axis| axis.step).fold(0.0, f64::max);
        let cells = width / widest;
        let level = if cells >= 1.0 { Level::Ok } else { Level::Note };
        let fact =
            format!("exchange: the range is {} of the widest momentum cell, advised from 1 on", number(cells, 3));
        let remedy =
            "sums over cells stand for the integral over V, which falls off between them; use more momentum cells";
        Some(Advice::new(level, fact, remedy))
    }

    /// When and how far pulses turn spins.
    pub(super) fn pulses(&self) -> Option<Advice> {
        let pulses = &self.scenario.pulses;
        let first = pulses.first()?;
        let words = format!(
            "pulses: {}, the first of {} rad at t = {}; steps are apart there",
            pulses.len(),
            number(first.angle, 4),
            number(first.time, 7)
        );
        Some(Advice { level: Level::Ok, words })
    }

    /// Pauli susceptibility mu_B^2 n/T of unpolarised populations: from one on, H
    /// falls as B grows, and magnetisation grows by itself at a rate in proportion
    /// to the wavenumber (w^2 = k^2 (1 - mu_B^2 n/T) for slow, short waves).
    pub(super) fn susceptibility(&self) -> Option<Advice> {
        let moment = self.particle.moment;
        if self.scenario.fields.evolution != Evolution::Maxwell || moment == 0.0 {
            return None;
        }
        let along = |(direction, _): (usize, Axis)| -> f64 {
            let of = |population: &Population| {
                let (spread, _) = self.spread_and_drifts(population, direction);
                moment * moment * population.density * self.particle.mass / (spread * spread)
            };
            self.populations_given().iter().map(of).sum()
        };
        // Waves along the coldest direction respond most.
        let susceptibility = self.spaces().map(along).fold(0.0, f64::max);
        if susceptibility == 0.0 {
            return None;
        }
        let level = if susceptibility < 1.0 { Level::Ok } else { Level::Warning };
        let fact = format!("spin susceptibility: mu_B^2 n/T = {}, must stay below 1", number(susceptibility, 3));
        let remedy = "ever shorter waves of magnetisation grow ever faster, and no grid resolves them; \
                      use a smaller hbar or a hotter plasma";
        Some(Advice::new(level, fact, remedy))
    }
}

/// Cells crossed in a step: one is followed best, and [`MAX_PARTS`] end the run.
fn crossing(courant: f64, fact: String, what: &str, step: f64) -> Advice {
    let (level, consequence) = match courant {
        ..=1.0 => (Level::Ok, ""),
        _ if courant < MAX_PARTS as f64 => (Level::Note, "stable, but watch the splitting error, or"),
        _ => (Level::Warning, "the run ends where a sweep would cross 4096;"),
    };
    let remedy = format!("{what} more than one cell a step: {consequence} use time.step <= {}", number(step, 3));
    Advice::new(level, fact, remedy)
}
