//! Resolution: distributions, equilibria, wavelengths, recurrence, momenta left out.

use super::*;

impl Estimate<'_> {
    /// Cells per thermal spread, and what is left at the momentum edges.
    pub(super) fn populations(&self) -> Vec<Advice> {
        let mut advice = Vec::new();
        let source = match &self.scenario.initial {
            Initial::File(_) => Some("a file"),
            Initial::Checkpoint(_) => Some("a checkpoint"),
            Initial::Populations(_) => None,
        };
        if let Some(source) = source {
            let words = format!("the initial state comes from {source}; how well the grid resolves it is not judged");
            advice.push(Advice { level: Level::Note, words });
        }
        for (index, population) in self.populations_given().iter().enumerate() {
            for (i, axis) in self.momenta.iter().enumerate() {
                let Some(axis) = axis else { continue };
                let name = PhaseAxis::MOMENTA[i].name();
                let who = format!("population {index} along {name}");
                let (spread, drifts) = self.spread_and_drifts(population, i);
                let cells = spread / axis.step;
                let level = if cells >= 3.0 { Level::Ok } else { Level::Warning };
                let fact = format!("{who}: {} cells per thermal spread, advised 3 or more", number(cells, 3));
                let wanted = (3.0 * axis.length() / spread).ceil();
                advice.push(Advice::new(level, fact, format!("use {} cells, or narrow the axis", number(wanted, 15))));

                let swing: f64 = population
                    .perturbations
                    .iter()
                    .map(|perturbation| match *perturbation {
                        Perturbation::Drift { axis, amplitude, .. } if PhaseAxis::from(axis).name() == name => {
                            amplitude.abs()
                        }
                        Perturbation::Rotation { rate, centre } => self.rotation(population, rate, centre)[i],
                        _ => 0.0,
                    })
                    .sum();
                let distance = drifts
                    .iter()
                    .map(|drift| (axis.to() - drift - swing).min(drift - swing - axis.from))
                    .fold(f64::INFINITY, f64::min);
                let left = if distance <= 0.0 { 1.0 } else { self.relative_height(population, distance, spread) };
                let level = if left <= EDGE { Level::Ok } else { Level::Warning };
                let fact = format!(
                    "{who}: {} spreads to the nearer edge, where {} of the peak is left",
                    number(distance / spread, 3),
                    number(left, 2)
                );
                advice.push(Advice::new(
                    level,
                    fact,
                    "widen the axis to 5 spreads or more, or what reaches the edge is cut off",
                ));
            }
        }
        advice
    }

    /// Squares of momenta and of w0 that single precision cannot hold.
    pub(super) fn range(&self) -> Option<Advice> {
        if self.precision == Precision::F64 {
            return None;
        }
        let momenta = || self.momenta.iter().flatten();
        let height = |population: &Population| {
            let spreads =
                (0..3).filter(|&i| self.momenta[i].is_some()).map(|i| self.spread_and_drifts(population, i).0);
            population.density / spreads.map(|spread| TAU.sqrt() * spread).product::<f64>()
        };
        let reach = momenta().map(|axis| axis.from.abs().max(axis.to().abs())).fold(self.particle.mass, f64::max);
        let volume = momenta().map(|axis| axis.step).product::<f64>();
        let heights = self.populations_given().iter().map(|population| ("the peak of w0", height(population)));
        let all = [("the largest momentum or mass", reach), ("a cell of momentum space", volume)].into_iter();
        let squares = all.chain(heights).map(|(what, value)| (what, value * value));
        let beyond = |&(_, square): &(&str, f64)| !(f32::MIN_POSITIVE.into()..=f32::MAX.into()).contains(&square);
        let (what, square) = squares.filter(|&(_, square)| square != 0.0).find(beyond)?;
        let words = format!(
            "single precision holds 1.2e-38 to 3.4e38, and the square of {what} is {}: use --precision f64, or units in \
             which masses, momenta and densities are near one",
            number(square, 2)
        );
        Some(Advice { level: Level::Warning, words })
    }

    /// The equilibrium of a population.
    fn thermal(&self, population: &Population) -> Option<Thermal> {
        let Momentum::Equilibrium(given) = &population.momentum else { return None };
        let (field, momenta) = (self.scenario.fields.uniform_magnetic(), self.momenta.iter().flatten().count());
        // A valid scenario has one.
        Thermal::new(given, population.density, &self.particle, field, momenta).ok()
    }

    /// R and M0 of equilibria on the grid beside the integrals, and the grid that gets them right.
    pub(super) fn equilibria(&self) -> Vec<Advice> {
        let grid = &self.grid;
        let judged = |(index, population): (usize, &Population)| {
            let thermal = self.thermal(population)?;
            let who = format!("population {index}");
            if !thermal.isotropic() {
                let fact = format!("{who}: R and M0 of an equilibrium with the T-BMT form are not judged");
                let level = if thermal.sharp(grid) { Level::Warning } else { Level::Note };
                return Some(Advice::new(level, fact, "cells wider than it is smooth are refused"));
            }
            let (exact, found) = (thermal.exact(), thermal.on(grid).ok()?);
            let error = found.error(&exact);
            let fact = format!(
                "{who}: R = {}, M0/(mu_B n) = {}; sums over the grid are off by {}, advised {EQUILIBRIUM} or less",
                number(exact.polarisation, 8),
                number(exact.magnetisation, 8),
                number(error, 2)
            );
            let level = if error <= EQUILIBRIUM { Level::Ok } else { Level::Warning };
            if level == Level::Ok {
                return Some(Advice { level, words: fact });
            }
            let remedy = match thermal.resolving(grid, EQUILIBRIUM, EQUILIBRIUM_CELLS) {
                Ok(Some(finer)) => {
                    let axes = finer.momenta().filter_map(|slot| {
                        let axis = finer.axis(slot)?;
                        let [from, to] = [axis.from, axis.to()].map(|edge| number(edge, 9));
                        Some(format!("{} {from} to {to} with {} cells", AXIS_NAMES[slot], axis.cells))
                    });
                    format!("use {}", axes.collect::<Vec<_>>().join(", "))
                }
                _ => format!("no grid of up to {EQUILIBRIUM_CELLS} momentum cells will do; use a higher temperature"),
            };
            Some(Advice::new(level, fact, remedy))
        };
        self.populations_given().iter().enumerate().filter_map(judged).collect()
    }

    /// Largest |mass rate x (r - centre)| along x, y, z over a population.
    fn rotation(&self, population: &Population, rate: [f64; 3], centre: [f64; 3]) -> DVec3 {
        let mut farthest = DVec3::ZERO;
        for (direction, axis) in self.spaces() {
            let (mut from, mut to) = (axis.from, axis.to());
            if let Some(Space::Gaussian { centre, width }) = population.space {
                // Three widths hold all but 0.3 % of a packet.
                let (centre, reach) = (centre.each()[direction], 3.0 * width.each()[direction]);
                (from, to) = (from.max(centre - reach), to.min(centre + reach));
            }
            farthest[direction] = (from - centre[direction]).abs().max((to - centre[direction]).abs());
        }
        let rate = DVec3::from(rate).abs();
        let along = |i: usize| {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            rate[j] * farthest[k] + rate[k] * farthest[j]
        };
        self.particle.mass * DVec3::new(along(0), along(1), along(2))
    }

    /// Standard deviation along an axis (for Juttner: where the exponent is
    /// 1/2), and the centres.
    pub(super) fn spread_and_drifts(&self, population: &Population, axis: usize) -> (f64, Vec<f64>) {
        let mass = self.particle.mass;
        match &population.momentum {
            Momentum::Maxwellian { temperature, drift } => {
                ((mass * temperature.each()[axis]).sqrt(), vec![drift[axis]])
            }
            Momentum::Gaussian { spread, drift } => (spread.each()[axis], vec![drift[axis]]),
            Momentum::TwoBeam { spread, drift } => (spread.each()[axis], vec![drift[axis], -drift[axis]]),
            Momentum::Equilibrium(_) => (self.thermal(population).map_or(0.0, |thermal| thermal.spread()), vec![0.0]),
            Momentum::Juttner { temperature } => {
                let relativistic = if self.particle.relativistic() { temperature * temperature / 4.0 } else { 0.0 };
                ((mass * temperature + relativistic).sqrt(), vec![0.0])
            }
        }
    }

    /// The distribution at a distance from its peak, relative to the peak.
    fn relative_height(&self, population: &Population, distance: f64, spread: f64) -> f64 {
        match &population.momentum {
            Momentum::Equilibrium(_) => {
                self.thermal(population).map_or(1.0, |thermal| thermal.relative_height(distance))
            }
            Momentum::Juttner { temperature } => {
                (-self.particle.kinetic_energy(DVec3::X * distance) / temperature).exp()
            }
            _ => (-0.5 * (distance / spread).powi(2)).exp(),
        }
    }

    /// Modes of the initial state.
    fn initial_modes(&self) -> impl Iterator<Item = ModeNumber> {
        self.populations_given().iter().flat_map(|population| {
            let helix = population.spin.and_then(|spin| match spin {
                Spin::Helix { mode, .. } => Some(mode),
                Spin::Uniform { .. } | Spin::Vortex { .. } => None,
            });
            let perturbed = population.perturbations.iter().filter_map(|perturbation| match *perturbation {
                Perturbation::Density { mode, .. }
                | Perturbation::Drift { mode, .. }
                | Perturbation::Spin { mode, .. } => Some(mode),
                Perturbation::Rotation { .. } => None,
            });
            perturbed.chain(helix)
        })
    }

    /// Cells per shortest wavelength that the scenario names, along each axis.
    pub(super) fn wavelengths(&self) -> Vec<Advice> {
        let named = self
            .initial_modes()
            .chain(self.scenario.fields.perturbations.iter().map(|p| p.mode))
            .chain(self.scenario.output.diagnostics.modes.iter().map(|mode| mode.mode))
            .map(|mode| self.wave_vector(mode));
        let external = &self.scenario.fields.external;
        let waves = Prescribed::of_all(external).into_iter().map(|part| part.form.wave_vector());
        let waves = waves.chain(external.iter().filter_map(potential).map(|form| form.wave_vector()));
        let largest = named.chain(waves).fold(DVec3::ZERO, |largest, k| largest.max(k.abs()));
        let along = |(direction, axis): (usize, Axis)| {
            let (name, k) = (PhaseAxis::SPACE[direction].name(), largest[direction]);
            let cells = TAU / (k * axis.step);
            let level = if cells >= 12.0 { Level::Ok } else { Level::Warning };
            let fact =
                format!("shortest wave along {name}: {} cells per wavelength, advised 12 or more", number(cells, 3));
            let wanted = (12.0 * axis.length() * k / TAU).ceil();
            Advice::new(level, fact, format!("use {} cells along {name}", number(wanted, 15)))
        };
        self.spaces().filter(|(direction, _)| largest[*direction] > 0.0).map(along).collect()
    }

    /// When the momentum grid un-mixes free streaming: at the first mode and axis that do.
    pub(super) fn recurrence(&self) -> Option<Advice> {
        let (mass, field) = (self.particle.mass, self.scenario.fields.uniform_magnetic());
        let all = self.initial_modes().flat_map(|mode| {
            let k = self.wave_vector(mode).abs();
            self.spaces().filter(move |(direction, _)| k[*direction] > 0.0).filter_map(move |(direction, _)| {
                let momentum = self.momenta[direction]?;
                let count = mode.each()[direction].abs();
                let time = TAU * mass / (k[direction] * momentum.step);
                // Across B particles turn back before they could come into phase again.
                let along = DVec3::AXES[direction];
                let gyration = self.particle.charge.abs() * field.reject_from_normalized(along).length() / mass;
                (gyration * time < TAU).then_some((time, k[direction], count, direction, momentum))
            })
        });
        let (time, k, count, direction, momentum) = all.min_by(|a, b| a.0.total_cmp(&b.0))?;
        let end = self.scenario.time.length();
        let level = if time > end { Level::Ok } else { Level::Warning };
        let (name, moving) = (PhaseAxis::SPACE[direction].name(), PhaseAxis::MOMENTA[direction].name());
        let fact = format!(
            "recurrence of mode {count} along {name}: t = 2 pi m/(k dp) = {}, the run ends at {}",
            number(time, 4),
            number(end, 4)
        );
        let wanted = (momentum.length() * k * end / (TAU * mass)).ceil();
        Some(Advice::new(
            level,
            fact,
            format!(
                "free streaming returns to its start before the end; use {} cells along {moving}, or end earlier",
                number(wanted, 15)
            ),
        ))
    }

    pub(super) fn reductions(&self) -> Vec<Advice> {
        let reduced = reduction::reductions(self.scenario, self.folder);
        let mut advice: Vec<Advice> = reduced
            .iter()
            .filter(|reduction| reduction.inexact.is_empty())
            .map(|reduction| Advice {
                level: Level::Ok,
                words: format!(
                    "{} is not resolved; its canonical momentum is conserved exactly",
                    reduction.axis.name()
                ),
            })
            .collect();
        advice.extend(
            validate::warnings(self.scenario, self.folder)
                .into_iter()
                .map(|words| Advice { level: Level::Warning, words }),
        );
        advice
    }
}
