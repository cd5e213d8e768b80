//! Step sizes: speeds, forces, stability, and phases per step.

use super::*;

impl Estimate<'_> {
    /// Largest speed along x, y or z: with the other momenta zero.
    fn max_speed(&self, axis: usize) -> f64 {
        let mut p = DVec3::ZERO;
        p[axis] = self.reach[axis];
        self.particle.velocity(p)[axis]
    }

    /// Upper bounds of the fields the scenario gives; files are not read.
    pub(super) fn field_bound(&self) -> Bound {
        let fields = &self.scenario.fields;
        let mut bound = Bound::default();
        bound.add_uniform(&fields.uniform);
        for p in &fields.perturbations {
            bound.add(p.component, p.amplitude);
        }
        for external in &fields.external {
            match *external {
                External::Uniform(ref field) => bound.add_uniform(field),
                External::Gradient { component, axis, value, slope } => {
                    let along = self.spaces[PhaseAxis::from(axis) as usize];
                    let ends = along.map_or([0.0; 2], |along| [along.from, along.to()]);
                    let largest = ends.map(|x| (value + slope * x).abs());
                    bound.add(component, largest[0].max(largest[1]));
                }
                External::TravellingWave { component, amplitude, .. }
                | External::StandingWave { component, amplitude, .. } => bound.add(component, amplitude),
                External::File(_) => {}
            }
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
        bound
    }

    /// Upper bounds of the derivatives of the fields along x, y and z.
    fn gradient_bounds(&self) -> [Bound; 3] {
        let fields = &self.scenario.fields;
        let mut bounds = [Bound::default(); 3];
        let mut add = |component: FieldComponent, slopes: DVec3| {
            for (direction, bound) in bounds.iter_mut().enumerate() {
                bound.add(component, slopes[direction]);
            }
        };
        for p in &fields.perturbations {
            add(p.component, p.amplitude * self.wave_vector(p.mode));
        }
        for external in &fields.external {
            match *external {
                External::Gradient { component, axis, slope, .. } => {
                    add(component, slope * DVec3::AXES[PhaseAxis::from(axis) as usize]);
                }
                External::TravellingWave { component, amplitude, wavenumber, .. }
                | External::StandingWave { component, amplitude, wavenumber, .. } => {
                    add(component, amplitude * DVec3::from(wavenumber.each()));
                }
                External::Uniform(_) | External::File(_) => {}
            }
        }
        bounds
    }

    pub(super) fn streaming(&self) -> Vec<Advice> {
        let along = |(direction, axis): (usize, Axis)| {
            let name = PhaseAxis::SPACE[direction].name();
            let speed = self.max_speed(direction);
            let courant = speed * self.scenario.time.step / axis.step;
            let fact = format!(
                "streaming along {name}: max|v| dt/d{name} = {} (max|v| = {})",
                number(courant, 3),
                number(speed, 3)
            );
            let level = if courant <= 1.0 { Level::Ok } else { Level::Note };
            Advice::new(
                level,
                fact,
                format!(
                    "particles cross more than one cell a step: stable, but watch the splitting error, or use time.step <= {}",
                    number(axis.step / speed, 3)
                ),
            )
        };
        self.spaces().map(along).collect()
    }

    pub(super) fn forces(&self, field: Bound) -> Vec<Advice> {
        let speeds = DVec3::new(self.max_speed(0), self.max_speed(1), self.max_speed(2));
        let gradients = self.gradient_bounds();
        let mut advice = Vec::new();
        for (i, axis) in self.momenta.iter().enumerate() {
            let Some(axis) = axis else { continue };
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            let mut force = self.particle.charge.abs() * (field.e[i] + speeds[j] * field.b[k] + speeds[k] * field.b[j]);
            // The dipole force mu_B dT/dx_i.
            let bound = self.particle.precession_bound(self.reach.length(), gradients[i].e, gradients[i].b);
            force += self.particle.moment.abs() * bound;
            if force == 0.0 {
                continue;
            }
            let courant = force * self.scenario.time.step / axis.step;
            let name = PhaseAxis::MOMENTA[i].name();
            let fact = format!("force along {name}: max|F| dt/dp = {} from the given fields", number(courant, 3));
            let level = if courant <= 1.0 { Level::Ok } else { Level::Note };
            advice.push(Advice::new(level, fact, format!(
                "momenta cross more than one cell a step: stable, but watch the splitting error, or use time.step <= {}",
                number(axis.step / force, 3)
            )));
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

    pub(super) fn cyclotron(&self, field: Bound) -> Option<Advice> {
        let frequency = self.particle.charge.abs() * field.b.length() / self.particle.mass;
        (frequency > 0.0).then(|| self.phase_per_step("cyclotron motion: |q B| dt/m", frequency, 0.2))
    }

    fn phase_per_step(&self, what: &str, frequency: f64, advised: f64) -> Advice {
        let phase = frequency * self.scenario.time.step;
        let level = if phase <= advised { Level::Ok } else { Level::Warning };
        let fact = format!("{what} = {}, advised up to {advised}", number(phase, 3));
        Advice::new(level, fact, format!("use time.step <= {}", number(advised / frequency, 3)))
    }

    pub(super) fn precession(&self, field: Bound) -> Option<Advice> {
        let rate = self.particle.torque_coefficient().abs()
            * self.particle.precession_bound(self.reach.length(), field.e, field.b);
        if rate == 0.0 {
            return None;
        }
        let angle = rate * self.scenario.time.step;
        let level = match angle {
            _ if angle <= 0.5 => Level::Ok,
            _ if angle <= PI => Level::Note,
            _ => Level::Warning,
        };
        let fact = format!("spin precession: at most 2|mu_B T| dt/hbar = {} rad a step", number(angle, 3));
        Some(Advice::new(
            level,
            fact,
            format!(
                "the rotation is exact but its coupling to motion is not; use time.step <= {} for half a radian",
                number(0.5 / rate, 3)
            ),
        ))
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
