//! Populations, their momenta, places and spins.

use super::*;

impl Checker<'_> {
    pub(super) fn initial(&mut self) {
        let Initial::Populations(populations) = &self.scenario.initial else { return };
        self.require(!populations.is_empty(), "initial.populations", || {
            "found no population, expected at least one; add {\"momentum\": {\"maxwellian\": {\"temperature\": 1}}}"
                .into()
        });
        for (index, population) in populations.iter().enumerate() {
            let path = format!("initial.populations[{index}]");
            self.positive(population.density, format!("{path}.density"));
            self.momentum(&population.momentum, &format!("{path}.momentum"));
            if let Some(Space::Gaussian { centre, width }) = population.space {
                self.packet(centre, width, &format!("{path}.space.gaussian"));
            }
            for (index, perturbation) in population.perturbations.iter().enumerate() {
                self.perturbation(perturbation, &format!("{path}.perturbations[{index}]"));
            }
            self.spin_waves(population, &format!("{path}.perturbations"));
            if let Momentum::Equilibrium(given) = &population.momentum {
                self.equilibrium(given, population, &path);
            }
            if let Some(spin) = &population.spin {
                self.spin(spin, &format!("{path}.spin"));
            }
        }
    }

    fn packet(&mut self, centre: PerAxis, width: PerAxis, path: &str) {
        self.needs_space(path, "a packet");
        let space = &self.scenario.phase_space;
        for (index, axis) in PhaseAxis::SPACE.into_iter().enumerate().filter(|(_, axis)| space.axis(*axis).is_some()) {
            let place =
                |key: &str, value: PerAxis| element(&format!("{path}.{key}"), index, matches!(value, PerAxis::Each(_)));
            self.on_axis(axis, centre.each()[index], place("centre", centre));
            // One number is judged once.
            if matches!(width, PerAxis::Each(_)) || self.first_space() == Some(axis) {
                self.positive(width.each()[index], place("width", width));
            }
        }
    }

    fn first_space(&self) -> Option<PhaseAxis> {
        PhaseAxis::SPACE.into_iter().find(|axis| self.has(*axis))
    }

    fn equilibrium(&mut self, given: &Equilibrium, population: &Population, path: &str) {
        self.require(population.spin.is_none(), format!("{path}.spin"), || {
            "found a spin state of an equilibrium, which has its own: along mu_B B, by temperature and field; remove it, or choose another `momentum`".into()
        });
        self.require(self.scenario.species.spin_hamiltonian.is_none(), format!("{path}.momentum"), || {
            "found an equilibrium, which knows no `species.spin_hamiltonian`; choose another `momentum`, or remove that"
                .into()
        });
        let canonical = self.scenario.phase_space.canonical;
        self.require(canonical == Canonical::default(), "phase_space.canonical", || {
            "found a canonical momentum beside an equilibrium, whose momenta are 0 along axes that are not resolved; remove it, or resolve the axis".into()
        });
        let path = format!("{path}.momentum.equilibrium");
        let resolved = PhaseAxis::MOMENTA.into_iter().filter(|axis| self.has(*axis)).count();
        let uniform = self.scenario.fields.uniform_magnetic();
        let sound = resolved > 0 && self.violations.is_empty();
        if let Err(error) =
            sound.then(|| Thermal::new(given, population.density, &self.particle, uniform, resolved)).transpose()
        {
            self.refuse(path, error.to_string());
        }
    }

    fn momentum(&mut self, momentum: &Momentum, path: &str) {
        let (kind, width, key) = match momentum {
            Momentum::Equilibrium(_) => return,
            Momentum::Maxwellian { temperature, .. } => ("maxwellian", *temperature, "temperature"),
            Momentum::Juttner { temperature } => ("juttner", PerAxis::Same(*temperature), "temperature"),
            Momentum::Gaussian { spread, .. } => ("gaussian", *spread, "spread"),
            Momentum::TwoBeam { spread, .. } => ("two_beam", *spread, "spread"),
        };
        let resolved = PhaseAxis::MOMENTA.map(|axis| self.has(axis));
        match width {
            PerAxis::Same(value) => self.positive(value, format!("{path}.{kind}.{key}")),
            PerAxis::Each(values) => {
                // Those of unresolved axes are not used.
                for axis in (0..3).filter(|&axis| resolved[axis]) {
                    self.positive(values[axis], format!("{path}.{kind}.{key}[{axis}]"));
                }
            }
        }
        if let Momentum::TwoBeam { drift, .. } = momentum {
            let apart = (0..3).any(|axis| resolved[axis] && drift[axis] != 0.0);
            self.require(apart, format!("{path}.two_beam.drift"), || {
                "found no drift along a resolved momentum, expected two beams apart; give it a non-zero component, or use `gaussian`".into()
            });
        }
    }

    fn perturbation(&mut self, perturbation: &Perturbation, path: &str) {
        match *perturbation {
            Perturbation::Density { mode, amplitude, .. } => {
                let path = format!("{path}.density");
                self.needs_space(&path, "a density perturbation");
                self.mode(mode, false, &format!("{path}.mode"));
                self.require(amplitude.abs() <= 1.0, format!("{path}.amplitude"), || {
                    format!(
                        "found {}, expected a number from -1 to 1; the density would become negative",
                        number(amplitude, 12)
                    )
                });
            }
            Perturbation::Rotation { rate, .. } => self.rotation(rate, &format!("{path}.rotation")),
            Perturbation::Spin { direction, mode, .. } => {
                let path = format!("{path}.spin");
                self.needs_spin(&path, "a spin perturbation");
                self.needs_space(&path, "a spin perturbation");
                self.mode(mode, false, &format!("{path}.mode"));
                self.direction(direction, &format!("{path}.direction"));
            }
            Perturbation::Drift { axis, mode, .. } => {
                let path = format!("{path}.drift");
                self.needs_space(&path, "a drift perturbation");
                self.mode(mode, false, &format!("{path}.mode"));
                let axis = PhaseAxis::from(axis);
                self.require(self.has(axis), format!("{path}.axis"), || {
                    let name = axis.name();
                    format!(
                        "found {name}, which is not resolved; add `phase_space.{name}` or choose a resolved momentum"
                    )
                });
            }
        }
    }

    /// The spins of a population and the waves added to them stay within |w| <= w0.
    fn spin_waves(&mut self, population: &Population, path: &str) {
        let mut most = match (&population.momentum, population.spin) {
            (Momentum::Equilibrium(given), _) => {
                // tanh bounds Fermi-Dirac statistics, too.
                let field = given.field.map_or(self.scenario.fields.uniform_magnetic(), DVec3::from);
                let anomaly = self.particle.anomaly;
                let energy = self.particle.moment * field.length() * (1.0 + anomaly).abs().max(anomaly.abs());
                if energy == 0.0 { 0.0 } else { (energy / given.temperature).tanh().abs() }
            }
            (_, Some(spin)) => spin.polarisation().abs(),
            (_, None) => 0.0,
        };
        for (index, perturbation) in population.perturbations.iter().enumerate() {
            let Perturbation::Spin { amplitude, .. } = *perturbation else { continue };
            most += amplitude.abs();
            self.require(most <= 1.0 + 1e-12, format!("{path}[{index}].spin.amplitude"), || {
                format!(
                    "found {}, which with the spins it is added to makes |w| up to {} w0, expected 1 or less; lower it",
                    number(amplitude, 12),
                    number(most, 6)
                )
            });
        }
    }

    /// A rotation about an axis turns the plane across it, which must be resolved.
    fn rotation(&mut self, rate: [f64; 3], path: &str) {
        self.require(rate != [0.0; 3], format!("{path}.rate"), || {
            "found no rotation, expected an angular velocity such as [0, 0, 0.1]; give one, or remove this".into()
        });
        for (index, axis) in PhaseAxis::SPACE.into_iter().enumerate().filter(|(index, _)| rate[*index] != 0.0) {
            let plane = [(index + 1) % 3, (index + 2) % 3].map(|other| PhaseAxis::SPACE[other]);
            let space = &self.scenario.phase_space;
            for missing in plane.into_iter().filter(|other| space.axis(*other).is_none()) {
                let [first, second] = plane.map(PhaseAxis::name);
                let text = format!(
                    "found a rotation about {}, which turns the {first}-{second} plane, but {name} is not resolved; add `phase_space.{name}` and `phase_space.p{name}`, or make this component 0",
                    axis.name(),
                    name = missing.name()
                );
                self.refuse(format!("{path}.rate[{index}]"), text);
            }
        }
    }

    fn spin(&mut self, spin: &Spin, path: &str) {
        self.needs_spin(path, "a polarisation");
        let (path, polarisation) = match *spin {
            Spin::Uniform { direction, polarisation } => {
                let path = format!("{path}.uniform");
                self.direction(direction, &format!("{path}.direction"));
                (path, polarisation)
            }
            Spin::Vortex { centre, radius, polarisation, .. } => {
                let path = format!("{path}.vortex");
                self.positive(radius, format!("{path}.radius"));
                for (index, axis) in [PhaseAxis::X, PhaseAxis::Y].into_iter().enumerate() {
                    let name = axis.name();
                    self.require(self.has(axis), path.as_str(), || {
                        format!("a vortex lies in the x-y plane, but {name} is not resolved; add `phase_space.{name}` and `phase_space.p{name}`, or remove this")
                    });
                    self.on_axis(axis, centre[index], format!("{path}.centre[{index}]"));
                }
                (path, polarisation)
            }
            Spin::Helix { first, second, mode, polarisation } => {
                let path = format!("{path}.helix");
                self.needs_space(&path, "a helix");
                self.mode(mode, false, &format!("{path}.mode"));
                for (vector, name) in [(first, "first"), (second, "second")] {
                    self.require((norm(vector) - 1.0).abs() <= 1e-6, format!("{path}.{name}"), || {
                        format!("found a vector of length {}, expected length 1", number(norm(vector), 9))
                    });
                }
                let dot: f64 = first.iter().zip(second).map(|(a, b)| a * b).sum();
                self.require(dot.abs() <= 1e-6, format!("{path}.second"), || {
                    format!("found first . second = {}, expected orthogonal vectors (0)", number(dot, 6))
                });
                (path, polarisation)
            }
        };
        self.require(polarisation.abs() <= 1.0, format!("{path}.polarisation"), || {
            format!("found {}, expected a number from -1 to 1", number(polarisation, 12))
        });
    }

    pub(super) fn direction(&mut self, vector: [f64; 3], path: &str) {
        let length = norm(vector);
        self.require(length > 0.0, path, || "found a zero vector, expected a direction such as [0, 0, 1]".into());
    }
}
