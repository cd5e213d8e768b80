//! Rules a scenario must obey beyond its types, all violations said at once.

use std::f64::consts::PI;
use std::fs::File;
use std::path::Path;

use glam::DVec3;

use super::columns::columns;
use super::locate::Places;
use super::parse::did_you_mean;
use super::reduction;
use super::schema::*;
use crate::equilibrium::Thermal;
use crate::error::{Error, Result};
use crate::fields::{MAXWELL_LIMIT, Mesh, component_index};
use crate::grid::Grid;
use crate::physics::Particle;

/// Sweeps reach three cells to each side.
pub(crate) const MIN_CELLS: u32 = 8;
/// Most cells of phase space, and of space or momentum alone: what memory will hold
/// in the years to come, and what a 32-bit index reaches.
const MOST_CELLS: f64 = (1u64 << 40) as f64;
const MOST_PART: f64 = (1u64 << 31) as f64;
/// Fewest cells across an absorbing layer: a steeper one reflects.
const LAYER_CELLS: f64 = 8.0;
/// How far `end / step` and intervals may be from whole numbers, relatively.
const WHOLE: f64 = 1e-6;

/// A broken rule: where, and what to do.
#[derive(Clone, Debug, PartialEq)]
struct Violation {
    path: String,
    text: String,
}

/// Checks every rule. `folder` is where relative `.npy` paths begin; `text` and
/// `origin` tell the lines and the file in the error.
pub fn validate(scenario: &Scenario, text: &str, origin: &str, folder: &Path) -> Result<()> {
    let mut checker =
        Checker { scenario, particle: Particle::new(&scenario.species, scenario.kinematics), violations: Vec::new() };
    checker.species();
    checker.phase_space();
    checker.initial();
    checker.fields();
    checker.time();
    checker.numerics();
    checker.output();
    checker.expectations();
    // File shapes mean nothing before the grid does.
    if checker.violations.is_empty() {
        checker.files(folder);
    }
    if checker.violations.is_empty() {
        return Ok(());
    }
    let places = Places::of(text);
    let lines: Vec<String> = checker
        .violations
        .iter()
        .map(|violation| {
            let (line, column) = places.value(&violation.path);
            format!("{origin}:{line}:{column}: at `{}`: {}", violation.path, violation.text)
        })
        .collect();
    Err(Error::Input(match lines.as_slice() {
        [line] => line.clone(),
        lines => format!("{} mistakes in {origin}\n{}", lines.len(), lines.join("\n")),
    }))
}

/// What is allowed but probably not meant, or only approximately solved.
pub fn warnings(scenario: &Scenario) -> Vec<String> {
    let mut warnings: Vec<String> =
        reduction::reductions(scenario).into_iter().filter_map(|reduction| reduction.warning()).collect();
    let species = &scenario.species;
    if !species.spin && (species.magnetic_moment.is_some() || species.g_factor.is_some()) {
        warnings.push(
            "`species.magnetic_moment` and `species.g_factor` have no effect while `species.spin` is false".into(),
        );
    }
    for (index, external) in scenario.fields.external.iter().enumerate() {
        let (External::TravellingWave { wavenumber, .. } | External::StandingWave { wavenumber, .. }) = external else {
            continue;
        };
        for (axis, wavenumber) in PhaseAxis::SPACE.into_iter().zip(wavenumber.each()) {
            // Absorbing layers lie where the wave would meet itself.
            let Some(along) = scenario.phase_space.axis(axis).filter(|along| along.absorbing_layer.is_none()) else {
                continue;
            };
            if reduction::whole_periods(wavenumber, along) {
                continue;
            }
            let unit = std::f64::consts::TAU / (along.to - along.from);
            let nearest = (wavenumber / unit).round() * unit;
            warnings.push(format!(
                "`fields.external[{index}]`: {} wavelengths on the periodic {} axis make the field jump at its ends; the nearest periodic wavenumber is {}",
                number(wavenumber / unit, 4),
                axis.name(),
                number(nearest, 12)
            ));
        }
    }
    warnings
}

/// A number for a message: `digits` significant digits, no noise behind them.
pub(crate) fn number(x: f64, digits: usize) -> String {
    let rounded: f64 = format!("{x:.*e}", digits.saturating_sub(1)).parse().unwrap_or(x);
    if rounded == 0.0 {
        // Not "-0".
        "0".to_string()
    } else if (1e-4..1e7).contains(&rounded.abs()) {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

/// Bytes for a message.
pub(crate) fn bytes(count: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let unit = if count < 1.0 { 0 } else { ((count.log2() / 10.0) as usize).min(units.len() - 1) };
    format!("{} {}", number(count / 1024f64.powi(unit as i32), 3), units[unit])
}

fn norm(v: [f64; 3]) -> f64 {
    v.iter().map(|c| c * c).sum::<f64>().sqrt()
}

struct Checker<'s> {
    scenario: &'s Scenario,
    particle: Particle,
    violations: Vec<Violation>,
}

impl Checker<'_> {
    fn refuse(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.violations.push(Violation { path: path.into(), text: text.into() });
    }

    fn require(&mut self, holds: bool, path: impl Into<String>, text: impl FnOnce() -> String) {
        if !holds {
            self.refuse(path, text());
        }
    }

    fn positive(&mut self, value: f64, path: impl Into<String>) {
        self.require(value > 0.0, path, || format!("found {}, expected a number > 0", number(value, 12)));
    }

    fn has(&self, axis: PhaseAxis) -> bool {
        self.scenario.phase_space.axis(axis).is_some()
    }

    /// Whether anything can vary in space.
    fn inhomogeneous(&self) -> bool {
        PhaseAxis::SPACE.into_iter().any(|axis| self.has(axis))
    }

    /// Names of the resolved space axes.
    fn spaces(&self) -> Vec<&'static str> {
        PhaseAxis::SPACE.into_iter().filter(|axis| self.has(*axis)).map(PhaseAxis::name).collect()
    }

    /// `what` varies in space.
    fn needs_space(&mut self, path: &str, what: &str) {
        let resolved = self.inhomogeneous();
        self.require(resolved, path, || {
            format!(
                "{what} needs a space axis, the one it varies along, but none is resolved; add `phase_space.x`, `y` or `z` with its momentum, or remove this"
            )
        });
    }

    /// `what` varies along `axis`; without any space axis [`Self::needs_space`] says so.
    fn needs_axis(&mut self, axis: PhaseAxis, path: &str, what: &str) {
        let missing = self.inhomogeneous() && !self.has(axis);
        let resolved = self.spaces().join(" or ");
        self.require(!missing, path, || {
            format!(
                "{what} varies along {name}, which is not resolved; use {resolved}, or add `phase_space.{name}` and `phase_space.p{name}`",
                name = axis.name()
            )
        });
    }

    /// A value on a resolved axis.
    fn on_axis(&mut self, axis: PhaseAxis, value: f64, path: impl Into<String>) {
        let Some(Axis { from, to, .. }) = self.scenario.phase_space.axis(axis) else { return };
        self.require((from..=to).contains(&value), path, || {
            format!(
                "found {}, expected a value on the {} axis, {} to {}",
                number(value, 12),
                axis.name(),
                number(from, 12),
                number(to, 12)
            )
        });
    }

    /// `what` belongs to particles with spin.
    fn needs_spin(&mut self, path: &str, what: &str) {
        let spin = self.scenario.species.spin;
        self.require(spin, path, || {
            format!("{what} needs spin, but `species.spin` is false; set it to true or remove this")
        });
    }

    /// A Fourier mode, which the grid must be able to hold.
    fn mode(&mut self, mode: ModeNumber, mean_allowed: bool, path: &str) {
        if !self.inhomogeneous() {
            return;
        }
        self.require(mean_allowed || mode.each() != [0; 3], path, || {
            "found 0, expected 1 or more wavelengths along some axis; a uniform part is given by `density`, `drift`, `spin.uniform` or `fields.uniform`".into()
        });
        for (index, (axis, number)) in PhaseAxis::SPACE.into_iter().zip(mode.each()).enumerate() {
            if number == 0 {
                continue;
            }
            let path = element(path, index, matches!(mode, ModeNumber::Each(_)));
            let name = axis.name();
            let Some(Axis { cells, .. }) = self.scenario.phase_space.axis(axis) else {
                let text = format!(
                    "found {number} wavelengths along {name}, which is not resolved; write the mode as [x, y, z] with 0 for {name}, or add `phase_space.{name}` and `phase_space.p{name}`"
                );
                self.refuse(path, text);
                continue;
            };
            let most = cells / 2;
            self.require(number.unsigned_abs() <= most, path, || {
                format!("found {number} wavelengths on {cells} cells, expected {most} or fewer (two cells per wavelength); lower it or raise `phase_space.{name}.cells`")
            });
        }
    }

    fn species(&mut self) {
        let species = &self.scenario.species;
        self.positive(species.mass, "species.mass");
        self.require(species.hbar >= 0.0, "species.hbar", || {
            format!("found {}, expected 0 or more", number(species.hbar, 12))
        });
        if !species.spin {
            return;
        }
        self.require(species.hbar != 0.0, "species.hbar", || {
            "found 0, expected hbar > 0 because spin turns at 2 mu_B/hbar; give `hbar`, or set `species.spin` to false"
                .into()
        });
        self.require(species.charge != 0.0 || species.magnetic_moment.is_some(), "species", || {
            "found charge 0 and no `magnetic_moment`, expected a moment for neutral particles with spin; add `magnetic_moment`, or set `spin` to false".into()
        });
    }

    fn phase_space(&mut self) {
        let space = &self.scenario.phase_space;
        let canonical = [space.canonical.px, space.canonical.py, space.canonical.pz];
        let momenta: [_; 3] = std::array::from_fn(|k| (PhaseAxis::MOMENTA[k], canonical[k]));
        self.require(momenta.iter().any(|(axis, _)| self.has(*axis)), "phase_space", || {
            "found no momentum axis, expected at least one of px, py, pz; add \"px\": {\"from\": -5, \"to\": 5, \"cells\": 128}".into()
        });
        for (axis, momentum) in PhaseAxis::SPACE.into_iter().zip(PhaseAxis::MOMENTA) {
            let (name, needed) = (axis.name(), momentum.name());
            self.require(!self.has(axis) || self.has(momentum), format!("phase_space.{name}"), || {
                format!(
                    "found {name} without {needed}, expected the momentum that moves particles along {name}; add `phase_space.{needed}`"
                )
            });
        }
        for (axis, canonical) in momenta {
            let name = axis.name();
            self.require(canonical == 0.0 || !self.has(axis), format!("phase_space.canonical.{name}"), || {
                format!("found a canonical momentum for {name}, which is resolved; remove it (the initial state sets the momenta), or remove the axis")
            });
        }
        for (axis, along) in space.axes() {
            let Axis { from, to, cells, .. } = along;
            let path = format!("phase_space.{}", axis.name());
            self.require(from < to, format!("{path}.to"), || {
                format!("found from = {} and to = {}, expected from < to", number(from, 12), number(to, 12))
            });
            self.require(cells >= MIN_CELLS, format!("{path}.cells"), || {
                format!("found {cells}, expected {MIN_CELLS} or more; sweeps reach three cells to each side")
            });
            self.absorbing_layer(axis, along, &format!("{path}.absorbing_layer"));
        }
        self.cells();
    }

    fn absorbing_layer(&mut self, axis: PhaseAxis, along: Axis, path: &str) {
        let Some(width) = along.absorbing_layer else { return };
        if !PhaseAxis::SPACE.contains(&axis) {
            return self.refuse(
                path,
                "found an absorbing layer on a momentum axis, which ends in walls; remove it, or widen the axis",
            );
        }
        self.positive(width, path);
        let (length, least) = (along.to - along.from, LAYER_CELLS * (along.to - along.from) / f64::from(along.cells));
        self.require(width <= 0.0 || width < length / 3.0, path, || {
            format!(
                "found {}, expected less than a third of the axis, {}; the layers of both ends would leave too little between them",
                number(width, 12),
                number(length / 3.0, 6)
            )
        });
        // A relative 1e-9, as the width of a cell is rounded.
        self.require(width <= 0.0 || width >= least * (1.0 - 1e-9), path, || {
            format!(
                "found {}, {} cells, expected {LAYER_CELLS} cells or more ({}), as steeper layers reflect; widen it or raise `cells`",
                number(width, 12),
                number(width * LAYER_CELLS / least, 3),
                number(least, 6)
            )
        });
    }

    fn cells(&mut self) {
        // As f64: the product of six u32 overflows everything else.
        let product = |axes: &[PhaseAxis]| -> f64 {
            axes.iter()
                .filter_map(|axis| self.scenario.phase_space.axis(*axis))
                .map(|axis| f64::from(axis.cells))
                .product()
        };
        let [all, space, momentum] = [&PhaseAxis::ALL[..], &PhaseAxis::SPACE, &PhaseAxis::MOMENTA].map(product);
        for (what, cells) in [("space", space), ("momentum", momentum)] {
            self.require(cells < MOST_PART, "phase_space", || {
                format!(
                    "found {} cells in {what}, expected fewer than 2^31; lower the `cells` of some axis",
                    number(cells, 4)
                )
            });
        }
        self.require(all < MOST_CELLS, "phase_space", || {
            // f32 components.
            let memory = 4.0 * all * self.scenario.species.components() as f64;
            format!(
                "found {} cells in all ({} of device memory), expected fewer than 2^40; lower the `cells` of some axis",
                number(all, 4),
                bytes(memory)
            )
        });
    }

    fn initial(&mut self) {
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

    fn direction(&mut self, vector: [f64; 3], path: &str) {
        let length = norm(vector);
        self.require(length > 0.0, path, || "found a zero vector, expected a direction such as [0, 0, 1]".into());
    }

    fn fields(&mut self) {
        let fields = &self.scenario.fields;
        let species = &self.scenario.species;
        let evolves = fields.evolution != Evolution::Frozen;
        self.require(!evolves || species.charge != 0.0 || self.particle.moment != 0.0, "fields.evolution", || {
            "found evolving fields, but the particles have neither charge nor moment; use \"frozen\", or give `species.charge`".into()
        });
        let closed = PhaseAxis::SPACE
            .into_iter()
            .filter_map(|axis| self.scenario.phase_space.axis(axis))
            .all(|axis| axis.absorbing_layer.is_none());
        let charged_domain =
            evolves && species.charge != 0.0 && self.inhomogeneous() && closed && fields.background == Background::None;
        self.require(!charged_domain, "fields.background", || {
            "found a net charge in a periodic domain, where Gauss's law has no solution; use \"neutralising\", or give some space axis an `absorbing_layer`".into()
        });
        for (index, perturbation) in fields.perturbations.iter().enumerate() {
            let path = format!("fields.perturbations[{index}]");
            self.needs_space(&path, "a field perturbation");
            self.mode(perturbation.mode, false, &format!("{path}.mode"));
            let varies = perturbation.mode.each().map(|number| number != 0);
            self.divergence_free(perturbation.component, varies, &format!("{path}.component"));
            let (electric, direction) = direction(perturbation.component);
            let longitudinal = electric && self.has(PhaseAxis::SPACE[direction]) && varies[direction];
            let allowed = fields.evolution != Evolution::Electrostatic || !self.inhomogeneous() || longitudinal;
            let moved: Vec<String> = self.spaces().iter().map(|name| format!("E_{name}")).collect();
            self.require(allowed, format!("{path}.component"), || {
                format!(
                    "found a transverse field with \"electrostatic\" evolution, which moves {} only; use \"maxwell\", or prescribe it in `fields.external`",
                    moved.join(" and ")
                )
            });
        }
        if let Some(file) = &fields.file {
            self.field_file(file, "fields.file");
        }
        for (index, external) in fields.external.iter().enumerate() {
            self.external(external, &format!("fields.external[{index}]"));
        }
    }

    fn external(&mut self, external: &External, path: &str) {
        match external {
            External::Uniform(_) => {}
            External::Gradient { component, axis, slope, .. } => {
                let path = format!("{path}.gradient");
                self.needs_space(&path, "a gradient");
                let along = PhaseAxis::from(*axis);
                self.needs_axis(along, &format!("{path}.axis"), "a gradient");
                let varies = PhaseAxis::SPACE.map(|other| other == along && *slope != 0.0);
                self.divergence_free(*component, varies, &format!("{path}.component"));
            }
            External::TravellingWave { component, wavenumber, .. } => {
                self.wave(*component, *wavenumber, &format!("{path}.travelling_wave"));
            }
            External::StandingWave { component, wavenumber, .. } => {
                self.wave(*component, *wavenumber, &format!("{path}.standing_wave"));
            }
            External::File(file) => self.field_file(file, &format!("{path}.file")),
        }
    }

    fn wave(&mut self, component: FieldComponent, wavenumber: WaveVector, path: &str) {
        let varies = wavenumber.each().map(|k| k != 0.0);
        if varies == [false; 3] {
            return;
        }
        self.needs_space(path, "a wave");
        for (index, axis) in PhaseAxis::SPACE.into_iter().enumerate().filter(|(index, _)| varies[*index]) {
            let path = element(&format!("{path}.wavenumber"), index, matches!(wavenumber, WaveVector::Each(_)));
            self.needs_axis(axis, &path, "a wave");
        }
        self.divergence_free(component, varies, &format!("{path}.component"));
    }

    /// Refuses a B_j that varies along j.
    fn divergence_free(&mut self, component: FieldComponent, varies: [bool; 3], path: &str) {
        let (electric, direction) = direction(component);
        self.require(electric || !varies[direction], path, || {
            let name = PhaseAxis::SPACE[direction].name();
            format!(
                "found a B_{name} that varies along {name}, which violates div B = 0; vary another component, or let B_{name} vary across {name}"
            )
        });
    }

    fn field_file(&mut self, file: &FieldFile, path: &str) {
        self.needs_space(path, "a field from a file");
        self.require(file.E.is_some() || file.B.is_some(), path, || {
            "found neither E nor B, expected a file for at least one".into()
        });
    }

    fn time(&mut self) {
        let Time { step, end } = self.scenario.time;
        self.positive(step, "time.step");
        if step <= 0.0 {
            return;
        }
        if end < step {
            self.refuse(
                "time.end",
                format!("found {}, expected one step ({}) or more", number(end, 12), number(step, 12)),
            );
            return;
        }
        self.light(step);
        if let Some(nearest) = nearest_multiple(end, step) {
            self.refuse(
                "time.end",
                format!(
                    "found {} steps of {}, expected a whole number of steps; the nearest end is {}",
                    number(end / step, 9),
                    number(step, 12),
                    number(nearest, 12)
                ),
            );
        }
    }

    fn numerics(&mut self) {
        let Numerics { order, dissipation } = self.scenario.numerics;
        self.require(matches!(order, 2 | 4), "numerics.order", || format!("found {order}, expected 2 or 4"));
        self.require((0.0..=1.0).contains(&dissipation), "numerics.dissipation", || {
            format!("found {}, expected a share from 0 to 1", number(dissipation, 12))
        });
        let space = &self.scenario.phase_space;
        let open = PhaseAxis::SPACE.iter().any(|&axis| space.axis(axis).is_some_and(|a| a.absorbing_layer.is_some()));
        self.require(order == 2 || !open, "numerics.order", || {
            "found 4, but what an absorbing layer swallows does not come back in the steps that order four takes \
             backwards; use 2, or remove the layers"
                .into()
        });
    }

    /// The explicit limit of Maxwell's equations.
    fn light(&mut self, step: f64) {
        let limit = maxwell_limit(&self.scenario.phase_space);
        let unstable = self.scenario.fields.evolution == Evolution::Maxwell && step > limit;
        self.require(!unstable, "time.step", || {
            format!(
                "found {}, expected {} or less, the stability limit {}/sqrt(sum of 1/dx^2) of Maxwell's equations; lower it, or the `cells` of the space axes",
                number(step, 12),
                // Rounded down, so that the number given is accepted.
                number((limit * 1e6).floor() / 1e6, 12),
                number(MAXWELL_LIMIT, 3)
            )
        });
    }

    fn interval(&mut self, interval: f64, path: &str) {
        let step = self.scenario.time.step;
        if step <= 0.0 {
            return;
        }
        if interval < step {
            self.refuse(
                path,
                format!("found {}, expected one time step ({}) or more", number(interval, 12), number(step, 12)),
            );
        } else if let Some(nearest) = nearest_multiple(interval, step) {
            self.refuse(
                path,
                format!(
                    "found {} steps of {}, expected a whole number of time steps; the nearest interval is {}",
                    number(interval / step, 9),
                    number(step, 12),
                    number(nearest, 12)
                ),
            );
        }
    }

    fn output(&mut self) {
        let output = &self.scenario.output;
        if let Some(interval) = output.diagnostics.interval {
            self.interval(interval, "output.diagnostics.interval");
        }
        self.spin_axis(output.diagnostics.spin_axis, "output.diagnostics.spin_axis");
        for (index, mode) in output.diagnostics.modes.iter().enumerate() {
            self.recorded_mode(*mode, &format!("output.diagnostics.modes[{index}]"));
        }
        for (index, snapshot) in output.snapshots.iter().enumerate() {
            self.snapshot(snapshot, &format!("output.snapshots[{index}]"));
        }
        if let Some(balances) = output.balances {
            self.needs_space("output.balances", "a local balance");
            for (interval, name) in [(balances.interval, "interval"), (balances.pictures, "pictures")] {
                if let Some(interval) = interval {
                    self.interval(interval, &format!("output.balances.{name}"));
                }
            }
        }
    }

    fn spin_axis(&mut self, axis: [f64; 3], path: &str) {
        self.direction(axis, path);
        if axis != Diagnostics::default().spin_axis {
            self.needs_spin(path, "a spin axis");
        }
    }

    fn recorded_mode(&mut self, mode: Mode, path: &str) {
        self.needs_space(path, "a Fourier mode");
        self.mode(mode.mode, true, &format!("{path}.mode"));
        if matches!(mode.quantity, ModeQuantity::Spin1 | ModeQuantity::Spin2 | ModeQuantity::Spin3) {
            self.needs_spin(&format!("{path}.quantity"), "a spin mode");
        }
    }

    fn snapshot(&mut self, snapshot: &Snapshot, path: &str) {
        self.interval(snapshot.interval, &format!("{path}.interval"));
        self.spin_axis(snapshot.spin_axis, &format!("{path}.spin_axis"));
        if snapshot.quantity != Quantity::W0 {
            self.needs_spin(&format!("{path}.quantity"), "this quantity");
        }
        self.require(snapshot.quantity != Quantity::Texture || !snapshot.change, format!("{path}.change"), || {
            "found the change of a texture, whose arrows have none; remove `change`, or picture `w3` or `polarisation`"
                .into()
        });
        for (index, axis) in snapshot.axes.into_iter().enumerate() {
            self.resolved(axis, &format!("{path}.axes[{index}]"));
        }
        self.require(snapshot.axes[0] != snapshot.axes[1], format!("{path}.axes"), || {
            format!("found {} twice, expected two different axes", snapshot.axes[0].name())
        });
        for (&axis, &value) in &snapshot.cut {
            let path = format!("{path}.cut.{}", axis.name());
            self.resolved(axis, &path);
            self.require(!snapshot.axes.contains(&axis), path.as_str(), || {
                format!(
                    "found a cut of {}, which is an axis of the picture; remove the cut or change `axes`",
                    axis.name()
                )
            });
            self.on_axis(axis, value, path);
        }
    }

    fn resolved(&mut self, axis: PhaseAxis, path: &str) {
        self.require(self.has(axis), path, || {
            let names: Vec<&str> = self.scenario.phase_space.axes().iter().map(|(axis, _)| axis.name()).collect();
            format!("found {}, which is not resolved, expected one of {}", axis.name(), names.join(", "))
        });
    }

    fn expectations(&mut self) {
        let end = self.scenario.time.end;
        for (index, expectation) in self.scenario.expect.iter().enumerate() {
            let path = format!("expect[{index}]");
            self.positive(expectation.relative_tolerance, format!("{path}.relative_tolerance"));
            let (kind, mode, from, to, between) = match &expectation.measure {
                Measure::Column { name, at, .. } => {
                    let path = format!("{path}.measure.column");
                    self.column(name, &format!("{path}.name"));
                    if let Some(at) = at {
                        self.row(*at, &format!("{path}.at"));
                    }
                    continue;
                }
                Measure::GrowthRate { mode, from, to, between } => ("growth_rate", *mode, *from, *to, *between),
                Measure::Frequency { mode, from, to, between } => ("frequency", *mode, *from, *to, *between),
            };
            let path = format!("{path}.measure.{kind}");
            self.recorded_mode(mode, &format!("{path}.mode"));
            let recorded = self.scenario.output.diagnostics.modes.contains(&mode);
            self.require(recorded, format!("{path}.mode"), || {
                "found a mode that is not recorded; add it, written alike, to `output.diagnostics.modes`".into()
            });
            if let Some([low, high]) = between {
                let interval = self.scenario.output.diagnostics.interval.unwrap_or(self.scenario.time.step);
                let most = PI / interval;
                self.require(0.0 <= low && low < high && high < most, format!("{path}.between"), || {
                    format!(
                        "found the frequencies {} to {}, expected low < high from 0 to below {}, pi over the time between rows",
                        number(low, 12),
                        number(high, 12),
                        number(most, 6)
                    )
                });
            }
            self.require(0.0 <= from && from < to && to <= end, path, || {
                format!(
                    "found the times {} to {}, expected from < to within the run, 0 to {}",
                    number(from, 12),
                    number(to, 12),
                    number(end, 12)
                )
            });
        }
    }

    /// What a run is judged by must be measured by it.
    fn column(&mut self, column: &str, path: &str) {
        let names = columns(self.scenario);
        self.require(names.iter().any(|name| name == column), path, || {
            let hint = match did_you_mean(column, names.iter().map(String::as_str)) {
                Some(name) => format!("; did you mean `{name}`?"),
                None => String::new(),
            };
            format!(
                "found `{column}`, which diagnostics.csv will not have{hint}\n  its columns are {}; modes are added in `output.diagnostics.modes`",
                names.join(", ")
            )
        });
    }

    /// A time after the first at which a row is recorded.
    fn row(&mut self, at: f64, path: &str) {
        let Time { step, end } = self.scenario.time;
        let interval = self.scenario.output.diagnostics.interval.unwrap_or(step);
        if at <= 0.0 || at > end {
            let text =
                format!("found {}, expected a time > 0 within the run, up to {}", number(at, 12), number(end, 12));
            return self.refuse(path, text);
        }
        if interval <= 0.0 || at == end {
            return;
        }
        if let Some(nearest) = nearest_multiple(at, interval) {
            let text = format!(
                "found {}, at which no row is recorded; rows are {} apart, the nearest is at {}",
                number(at, 12),
                number(interval, 12),
                number(nearest.min(end), 12)
            );
            self.refuse(path, text);
        }
    }

    /// `.npy` files exist and have the type and shape of the grid.
    fn files(&mut self, folder: &Path) {
        let shape = |axes: &[PhaseAxis], components: u64| -> Vec<u64> {
            let resolved = axes.iter().filter_map(|axis| self.scenario.phase_space.axis(*axis));
            resolved.map(|axis| u64::from(axis.cells)).chain([components]).collect()
        };
        let components = self.scenario.species.components() as u64;
        if let Initial::File(path) = &self.scenario.initial {
            self.npy(&folder.join(path), &shape(&PhaseAxis::ALL, components), "initial.file");
        }
        let fields = &self.scenario.fields;
        let own = fields.file.iter().map(|file| (file, "fields.file".to_string()));
        let external = fields.external.iter().enumerate().filter_map(|(index, external)| match external {
            External::File(file) => Some((file, format!("fields.external[{index}].file"))),
            _ => None,
        });
        for (file, path) in own.chain(external) {
            for (name, file) in [("E", &file.E), ("B", &file.B)] {
                if let Some(file) = file {
                    self.npy(&folder.join(file), &shape(&PhaseAxis::SPACE, 3), &format!("{path}.{name}"));
                }
            }
        }
    }

    fn npy(&mut self, file: &Path, shape: &[u64], path: &str) {
        let shown = file.display();
        let header = match File::open(file).and_then(npyz::NpyHeader::from_reader) {
            Ok(header) => header,
            Err(error) => {
                let text =
                    format!("cannot read {shown} as .npy: {error}; relative paths begin at the folder of the scenario");
                return self.refuse(path, text);
            }
        };
        let real = match header.dtype() {
            npyz::DType::Plain(kind) => {
                kind.type_char() == npyz::TypeChar::Float && [4, 8].contains(&kind.size_field())
            }
            _ => false,
        };
        self.require(real, path, || {
            format!("found {} in {shown}, expected float32 or float64", header.dtype().descr())
        });
        self.require(header.order() == npyz::Order::C, path, || {
            format!("found Fortran order in {shown}, expected C order; save numpy.ascontiguousarray(...)")
        });
        self.require(header.shape() == shape, path, || {
            format!("found shape {:?} in {shown}, expected {shape:?}", header.shape())
        });
    }
}

/// Largest stable step of the explicit Maxwell update; infinite without a space axis.
pub(crate) fn maxwell_limit(space: &PhaseSpace) -> f64 {
    Grid::of(space).map_or(f64::INFINITY, |grid| Mesh::of(&grid).maxwell_limit())
}

/// Whether a component is one of E, and its direction.
fn direction(component: FieldComponent) -> (bool, usize) {
    let (vector, direction) = component_index(component);
    (vector == 0, direction)
}

/// The path of an element where `path` names an array, else `path` itself.
fn element(path: &str, index: usize, array: bool) -> String {
    if array { format!("{path}[{index}]") } else { path.to_string() }
}

/// The nearest whole multiple of `unit`, unless `value` is one already.
fn nearest_multiple(value: f64, unit: f64) -> Option<f64> {
    let ratio = value / unit;
    let whole = ratio.round().max(1.0);
    ((ratio - whole).abs() > (WHOLE * whole).min(0.01)).then_some(whole * unit)
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::scenario::parse::parse;

    /// A valid scenario that uses much of the schema.
    pub(crate) fn base() -> Value {
        json!({
            "title": "t", "about": "a", "references": ["r"],
            "species": {"charge": -1, "mass": 1, "hbar": 0.1, "spin": true},
            "phase_space": {
                "x": {"from": 0, "to": 10, "cells": 64},
                "px": {"from": -6, "to": 6, "cells": 64},
                "py": {"from": -6, "to": 6, "cells": 32}
            },
            "initial": {"populations": [{
                "density": 1,
                "momentum": {"maxwellian": {"temperature": 1}},
                "perturbations": [{"density": {"mode": 1, "amplitude": 0.01}}],
                "spin": {"uniform": {"direction": [0, 0, 1], "polarisation": 0.5}}
            }]},
            "fields": {"evolution": "maxwell", "perturbations": [{"component": "E_y", "mode": 1, "amplitude": 0.1}]},
            "time": {"step": 0.1, "end": 10},
            "output": {
                "diagnostics": {"interval": 0.5, "modes": [{"quantity": "density", "mode": 1}, {"quantity": "E_y", "mode": 1}]},
                "snapshots": [{"quantity": "w0", "axes": ["x", "px"], "interval": 1, "cut": {"py": 0}}]
            },
            "expect": [{
                "what": "w", "measure": {"frequency": {"mode": {"quantity": "E_y", "mode": 1}, "from": 0, "to": 10}},
                "value": 1, "relative_tolerance": 0.1
            }]
        })
    }

    /// Sets `value` at a JSON pointer, creating the last key if need be.
    pub(crate) fn set(root: &mut Value, pointer: &str, value: Value) {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = root.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}"));
        match parent {
            Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
            other => other[key] = value,
        }
    }

    fn complaints(root: &Value) -> String {
        let text = serde_json::to_string_pretty(root).unwrap();
        let scenario = parse(&text, "s.json").unwrap();
        match validate(&scenario, &text, "s.json", Path::new(".")) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_base_is_valid() {
        assert_eq!(complaints(&base()), "");
    }

    /// Each edit of the base breaks one rule: JSON pointer, value, path in the
    /// error and words it must contain.
    #[test]
    fn each_rule_refuses_what_breaks_it() {
        let population = "/initial/populations/0";
        let at = |rest: &str| format!("{population}{rest}");
        let external = |value: Value| json!([value]);
        let table: Vec<(String, Value, &str, &str)> = vec![
            ("/species/mass".into(), json!(0), "species.mass", "> 0"),
            ("/species/hbar".into(), json!(-1), "species.hbar", "0 or more"),
            ("/species/hbar".into(), json!(0), "species.hbar", "set `species.spin` to false"),
            ("/species/charge".into(), json!(0), "species", "magnetic_moment"),
            ("/phase_space/px".into(), Value::Null, "phase_space.x", "x without px"),
            ("/phase_space".into(), json!({}), "phase_space", "no momentum axis"),
            ("/phase_space/canonical".into(), json!({"py": 1}), "phase_space.canonical.py", "resolved"),
            ("/phase_space/px/to".into(), json!(-6), "phase_space.px.to", "from < to"),
            ("/phase_space/px/cells".into(), json!(7), "phase_space.px.cells", "8 or more"),
            ("/phase_space/y".into(), json!({"from": 0, "to": 1, "cells": 7}), "phase_space.y.cells", "8 or more"),
            ("/phase_space/z".into(), json!({"from": 0, "to": 1, "cells": 8}), "phase_space.z", "z without pz"),
            (
                "/phase_space/x/cells".into(),
                json!(2_147_483_648_u32),
                "phase_space",
                "cells in space, expected fewer than 2^31",
            ),
            ("/phase_space/py/cells".into(), json!(33_554_432), "phase_space", "cells in momentum, expected fewer"),
            ("/phase_space/x/cells".into(), json!(536_870_912), "phase_space", "1.1e12 cells in all (16 TiB"),
            (
                "/phase_space/px/absorbing_layer".into(),
                json!(1),
                "phase_space.px.absorbing_layer",
                "on a momentum axis",
            ),
            ("/phase_space/x/absorbing_layer".into(), json!(0), "phase_space.x.absorbing_layer", "> 0"),
            (
                "/phase_space/x/absorbing_layer".into(),
                json!(3.4),
                "phase_space.x.absorbing_layer",
                "a third of the axis",
            ),
            (
                "/phase_space/x/absorbing_layer".into(),
                json!(1.2),
                "phase_space.x.absorbing_layer",
                "7.68 cells, expected 8",
            ),
            ("/initial/populations".into(), json!([]), "initial.populations", "at least one"),
            (at("/density"), json!(0), "initial.populations[0].density", "> 0"),
            (
                at("/momentum/maxwellian/temperature"),
                json!(0),
                "initial.populations[0].momentum.maxwellian.temperature",
                "> 0",
            ),
            (
                at("/momentum/maxwellian/temperature"),
                json!([1, -1, 0]),
                "initial.populations[0].momentum.maxwellian.temperature[1]",
                "> 0",
            ),
            (
                at("/momentum"),
                json!({"juttner": {"temperature": -1}}),
                "initial.populations[0].momentum.juttner.temperature",
                "> 0",
            ),
            (
                at("/momentum"),
                json!({"two_beam": {"spread": 1, "drift": [0, 0, 2]}}),
                "initial.populations[0].momentum.two_beam.drift",
                "two beams apart",
            ),
            (
                at("/space"),
                json!({"gaussian": {"centre": 11, "width": 1}}),
                "initial.populations[0].space.gaussian.centre",
                "0 to 10",
            ),
            (
                at("/space"),
                json!({"gaussian": {"centre": 5, "width": 0}}),
                "initial.populations[0].space.gaussian.width",
                "> 0",
            ),
            (
                at("/perturbations/0/density/mode"),
                json!(33),
                "initial.populations[0].perturbations[0].density.mode",
                "32 or fewer",
            ),
            (
                at("/space"),
                json!({"gaussian": {"centre": [11, 0, 0], "width": [-1, 0, 0]}}),
                "initial.populations[0].space.gaussian.centre[0]",
                "0 to 10",
            ),
            (
                at("/space"),
                json!({"gaussian": {"centre": [5, 0, 0], "width": [-1, 0, 0]}}),
                "initial.populations[0].space.gaussian.width[0]",
                "> 0",
            ),
            (
                at("/perturbations/0/density/mode"),
                json!([1, 2, 0]),
                "initial.populations[0].perturbations[0].density.mode[1]",
                "2 wavelengths along y, which is not resolved",
            ),
            (
                at("/perturbations/0/density/mode"),
                json!([-33, 0, 0]),
                "initial.populations[0].perturbations[0].density.mode[0]",
                "-33 wavelengths on 64 cells, expected 32 or fewer",
            ),
            (
                at("/perturbations/0"),
                json!({"rotation": {"rate": [0, 0, 0]}}),
                "initial.populations[0].perturbations[0].rotation.rate",
                "no rotation",
            ),
            (
                at("/perturbations/0"),
                json!({"rotation": {"rate": [0, 0, 1]}}),
                "initial.populations[0].perturbations[0].rotation.rate[2]",
                "turns the x-y plane, but y is not resolved",
            ),
            (
                at("/spin"),
                json!({"vortex": {"radius": 1}}),
                "initial.populations[0].spin.vortex",
                "but y is not resolved",
            ),
            (
                at("/spin"),
                json!({"vortex": {"radius": 0, "centre": [11, 0]}}),
                "initial.populations[0].spin.vortex.radius",
                "> 0",
            ),
            (
                at("/spin"),
                json!({"vortex": {"radius": 1, "centre": [11, 0]}}),
                "initial.populations[0].spin.vortex.centre[0]",
                "0 to 10",
            ),
            (
                at("/perturbations/0/density/mode"),
                json!(0),
                "initial.populations[0].perturbations[0].density.mode",
                "1 or more",
            ),
            (
                at("/perturbations/0/density/amplitude"),
                json!(-1.5),
                "initial.populations[0].perturbations[0].density.amplitude",
                "negative",
            ),
            (
                at("/perturbations/0"),
                json!({"drift": {"axis": "pz", "mode": 1, "amplitude": 1}}),
                "initial.populations[0].perturbations[0].drift.axis",
                "add `phase_space.pz`",
            ),
            (
                at("/perturbations/0"),
                json!({"spin": {"direction": [0, 0, 0], "mode": 1, "amplitude": 0.1}}),
                "initial.populations[0].perturbations[0].spin.direction",
                "zero vector",
            ),
            (
                at("/perturbations/0"),
                json!({"spin": {"direction": [1, 0, 0], "mode": 33, "amplitude": 0.1}}),
                "initial.populations[0].perturbations[0].spin.mode",
                "32 or fewer",
            ),
            (
                at("/perturbations"),
                json!([
                    {"spin": {"direction": [1, 0, 0], "mode": 1, "amplitude": -0.4}},
                    {"spin": {"direction": [0, 0, 1], "mode": 2, "amplitude": 0.2}}
                ]),
                "initial.populations[0].perturbations[1].spin.amplitude",
                "|w| up to 1.1 w0",
            ),
            // Spins of an equilibrium count with those of the wave.
            (
                population.into(),
                json!({
                    "momentum": {"equilibrium": {"temperature": 1, "field": [0, 0, 0.1]}},
                    "perturbations": [{"spin": {"direction": [1, 0, 0], "mode": 1, "amplitude": 1}}]
                }),
                "initial.populations[0].perturbations[0].spin.amplitude",
                "expected 1 or less",
            ),
            (
                at("/spin/uniform/direction"),
                json!([0, 0, 0]),
                "initial.populations[0].spin.uniform.direction",
                "zero vector",
            ),
            (
                at("/spin/uniform/polarisation"),
                json!(1.1),
                "initial.populations[0].spin.uniform.polarisation",
                "-1 to 1",
            ),
            (
                at("/spin"),
                json!({"helix": {"first": [1, 0, 0], "second": [0, 2, 0], "mode": 1}}),
                "initial.populations[0].spin.helix.second",
                "length 2",
            ),
            (
                at("/spin"),
                json!({"helix": {"first": [1, 0, 0], "second": [0.8, 0.6, 0], "mode": 1}}),
                "initial.populations[0].spin.helix.second",
                "first . second = 0.8",
            ),
            ("/fields/background".into(), json!("none"), "fields.background", "Gauss's law"),
            (
                "/fields/perturbations/0/component".into(),
                json!("B_x"),
                "fields.perturbations[0].component",
                "div B = 0",
            ),
            ("/fields/perturbations/0/mode".into(), json!(40), "fields.perturbations[0].mode", "32 or fewer"),
            ("/fields/evolution".into(), json!("electrostatic"), "fields.perturbations[0].component", "E_x only"),
            (
                "/fields/external".into(),
                external(json!({"gradient": {"component": "B_x", "slope": 1}})),
                "fields.external[0].gradient.component",
                "div B = 0",
            ),
            (
                "/fields/external".into(),
                external(
                    json!({"travelling_wave": {"component": "B_x", "amplitude": 1, "wavenumber": 1, "frequency": 1}}),
                ),
                "fields.external[0].travelling_wave.component",
                "div B = 0",
            ),
            (
                "/fields/external".into(),
                external(json!({"gradient": {"component": "B_x", "axis": "z", "slope": 1}})),
                "fields.external[0].gradient.axis",
                "varies along z, which is not resolved; use x",
            ),
            (
                "/fields/external".into(),
                external(
                    json!({"standing_wave": {"component": "B_x", "amplitude": 1, "wavenumber": [0, 1, 0], "frequency": 1}}),
                ),
                "fields.external[0].standing_wave.wavenumber[1]",
                "varies along y",
            ),
            ("/fields/external".into(), external(json!({"file": {}})), "fields.external[0].file", "neither E nor B"),
            (
                "/fields/external".into(),
                external(json!({"file": {"B": "nowhere.npy"}})),
                "fields.external[0].file.B",
                "cannot read ./nowhere.npy",
            ),
            ("/time/step".into(), json!(0), "time.step", "> 0"),
            ("/time/step".into(), json!(0.2), "time.step", "expected 0.125838 or less, the stability limit 0.805"),
            ("/time/end".into(), json!(0.05), "time.end", "one step (0.1) or more"),
            ("/numerics".into(), json!({"order": 3}), "numerics.order", "found 3, expected 2 or 4"),
            ("/numerics".into(), json!({"dissipation": 1.5}), "numerics.dissipation", "a share from 0 to 1"),
            ("/time/end".into(), json!(10.04), "time.end", "nearest end is 10"),
            ("/output/diagnostics/interval".into(), json!(0.05), "output.diagnostics.interval", "one time step"),
            (
                "/output/diagnostics/interval".into(),
                json!(0.34),
                "output.diagnostics.interval",
                "nearest interval is 0.3",
            ),
            (
                "/output/balances".into(),
                json!({"interval": 0.34}),
                "output.balances.interval",
                "nearest interval is 0.3",
            ),
            ("/output/balances".into(), json!({"pictures": 0.05}), "output.balances.pictures", "one time step"),
            ("/output/diagnostics/spin_axis".into(), json!([0, 0, 0]), "output.diagnostics.spin_axis", "zero vector"),
            ("/output/diagnostics/modes/0/mode".into(), json!(33), "output.diagnostics.modes[0].mode", "32 or fewer"),
            ("/output/snapshots/0/interval".into(), json!(0.25), "output.snapshots[0].interval", "whole number"),
            ("/output/snapshots/0/axes".into(), json!(["x", "x"]), "output.snapshots[0].axes", "x twice"),
            ("/output/snapshots/0/axes".into(), json!(["x", "pz"]), "output.snapshots[0].axes[1]", "one of x, px, py"),
            ("/output/snapshots/0/cut".into(), json!({"px": 0}), "output.snapshots[0].cut.px", "axis of the picture"),
            ("/output/snapshots/0/cut".into(), json!({"py": 7}), "output.snapshots[0].cut.py", "-6 to 6"),
            ("/output/snapshots/0/cut".into(), json!({"pz": 0}), "output.snapshots[0].cut.pz", "not resolved"),
            (
                "/output/snapshots/0".into(),
                json!({"quantity": "texture", "axes": ["x", "px"], "interval": 1, "change": true}),
                "output.snapshots[0].change",
                "the change of a texture",
            ),
            (
                "/expect/0/measure".into(),
                json!({"column": {"name": "spin_X"}}),
                "expect[0].measure.column.name",
                "did you mean `spin_x`?",
            ),
            (
                "/expect/0/measure".into(),
                json!({"column": {"name": "spin_x", "at": 0}}),
                "expect[0].measure.column.at",
                "> 0 within the run, up to 10",
            ),
            (
                "/expect/0/measure".into(),
                json!({"column": {"name": "spin_x", "at": 3.3, "change": true}}),
                "expect[0].measure.column.at",
                "the nearest is at 3.5",
            ),
            ("/expect/0/relative_tolerance".into(), json!(0), "expect[0].relative_tolerance", "> 0"),
            ("/expect/0/measure/frequency/to".into(), json!(11), "expect[0].measure.frequency", "0 to 10"),
            (
                "/expect/0/measure/frequency/between".into(),
                json!([2, 1]),
                "expect[0].measure.frequency.between",
                "frequencies 2 to 1",
            ),
            (
                "/expect/0/measure/frequency/between".into(),
                json!([1, 1e4]),
                "expect[0].measure.frequency.between",
                "pi over the time between rows",
            ),
            (
                "/expect/0/measure/frequency/mode/mode".into(),
                json!(2),
                "expect[0].measure.frequency.mode",
                "not recorded",
            ),
        ];
        for (pointer, value, path, words) in table {
            let mut root = base();
            set(&mut root, &pointer, value.clone());
            let message = complaints(&root);
            let place = format!("at `{path}`: ");
            let hit = message
                .lines()
                .any(|line| line.starts_with("s.json:") && line.contains(&place) && line.contains(words));
            assert!(hit, "{pointer} = {value}\nwanted: {place} ... {words}\n   got: {message}");
        }
    }

    #[test]
    fn what_varies_in_space_needs_a_space_axis() {
        let mut root = base();
        root["phase_space"].as_object_mut().unwrap().remove("x");
        set(&mut root, "/initial/populations/0/space", json!({"gaussian": {"centre": 0, "width": 1}}));
        set(
            &mut root,
            "/initial/populations/0/spin",
            json!({"helix": {"first": [1, 0, 0], "second": [0, 1, 0], "mode": 1}}),
        );
        set(&mut root, "/fields/file", json!({"E": "e.npy"}));
        set(
            &mut root,
            "/fields/external",
            json!([
                {"gradient": {"component": "B_z", "slope": 1}},
                {"standing_wave": {"component": "E_y", "amplitude": 1, "wavenumber": 1, "frequency": 1}},
                {"uniform": {"B": [0, 0, 1]}}
            ]),
        );
        let message = complaints(&root);
        for path in [
            "initial.populations[0].space.gaussian",
            "initial.populations[0].perturbations[0].density",
            "initial.populations[0].spin.helix",
            "fields.perturbations[0]",
            "fields.file",
            "fields.external[0].gradient",
            "fields.external[1].standing_wave",
            "output.diagnostics.modes[0]",
            "output.snapshots[0].axes[0]",
            "expect[0].measure.frequency.mode",
        ] {
            assert!(message.contains(&format!("at `{path}`: ")), "{path}\n{message}");
        }
        assert!(!message.contains("external[2]"), "{message}");
        assert!(message.starts_with("11 mistakes in s.json\n"), "{message}");
    }

    /// A plane with packets, rotation, vortex, helix, waves in any direction and layers.
    fn plane() -> Value {
        let mut root = base();
        let axis =
            |from: f64, to: f64, layer: Value| json!({"from": from, "to": to, "cells": 64, "absorbing_layer": layer});
        set(&mut root, "/phase_space/x", axis(0.0, 10.0, json!(2)));
        set(&mut root, "/phase_space/y", axis(-10.0, 10.0, Value::Null));
        set(&mut root, "/initial/populations/0/space", json!({"gaussian": {"centre": [5, 0, 99], "width": 1}}));
        set(
            &mut root,
            "/initial/populations/0/perturbations",
            json!([
                {"density": {"mode": [-1, 32, 0], "amplitude": 0.1}},
                {"drift": {"axis": "py", "mode": [0, 1, 0], "amplitude": 0.1}},
                {"rotation": {"rate": [0, 0, 0.1], "centre": [5, 0, 0]}}
            ]),
        );
        set(&mut root, "/initial/populations/0/spin", json!({"vortex": {"centre": [5, 0], "radius": 1}}));
        set(
            &mut root,
            "/fields",
            json!({
                "evolution": "maxwell",
                "background": "none",
                "perturbations": [
                    {"component": "B_x", "mode": [0, 1, 0], "amplitude": 0.1},
                    {"component": "B_z", "mode": [1, -1, 0], "amplitude": 0.1}
                ],
                "external": [
                    {"gradient": {"component": "B_x", "axis": "y", "slope": 1}},
                    {"standing_wave": {"component": "B_y", "amplitude": 1, "wavenumber": 1, "frequency": 1}}
                ]
            }),
        );
        set(
            &mut root,
            "/output",
            json!({
                "diagnostics": {"modes": [{"quantity": "E_y", "mode": [0, 1, 0]}, {"quantity": "density", "mode": [0, 0, 0]}]},
                "snapshots": [{"quantity": "texture", "axes": ["x", "y"], "interval": 1, "cut": {"px": 0}}]
            }),
        );
        set(
            &mut root,
            "/expect",
            json!([{"what": "w", "measure": {"column": {"name": "separation_y"}}, "value": 0, "relative_tolerance": 1}]),
        );
        root
    }

    #[test]
    fn each_rule_holds_along_every_axis() {
        assert_eq!(complaints(&plane()), "");
        let table: Vec<(&str, Value, &str, &str)> = vec![
            ("/phase_space/py", Value::Null, "phase_space.y", "y without py"),
            ("/phase_space/x/absorbing_layer", Value::Null, "fields.background", "`absorbing_layer`"),
            (
                "/initial/populations/0/space/gaussian/centre",
                json!(11),
                "initial.populations[0].space.gaussian.centre",
                "the x axis, 0 to 10",
            ),
            (
                "/initial/populations/0/space/gaussian/width",
                json!([1, 0, 0]),
                "initial.populations[0].space.gaussian.width[1]",
                "> 0",
            ),
            (
                "/initial/populations/0/perturbations/2/rotation/rate",
                json!([0.1, 0, 0]),
                "initial.populations[0].perturbations[2].rotation.rate[0]",
                "turns the y-z plane, but z is not resolved",
            ),
            (
                "/initial/populations/0/spin/vortex/centre",
                json!([5, 11]),
                "initial.populations[0].spin.vortex.centre[1]",
                "-10 to 10",
            ),
            (
                "/fields/perturbations/0/mode",
                json!([1, 1, 0]),
                "fields.perturbations[0].component",
                "B_x that varies along x",
            ),
            (
                "/fields/perturbations/1/component",
                json!("B_y"),
                "fields.perturbations[1].component",
                "B_y that varies along y",
            ),
            (
                "/fields/perturbations/1/mode",
                json!([0, 0, 1]),
                "fields.perturbations[1].mode[2]",
                "along z, which is not",
            ),
            ("/fields/external/0/gradient/component", json!("B_y"), "fields.external[0].gradient.component", "div B"),
            (
                "/fields/external/1/standing_wave/wavenumber",
                json!([1, 1, 0]),
                "fields.external[1].standing_wave.component",
                "div B",
            ),
            ("/fields/evolution", json!("electrostatic"), "fields.perturbations[0].component", "E_x and E_y only"),
            // 0.80536 / sqrt((64/10)^2 + (64/20)^2)
            ("/time/step", json!(0.125), "time.step", "expected 0.112553 or less"),
        ];
        for (pointer, value, path, words) in table {
            let mut root = plane();
            set(&mut root, pointer, value.clone());
            let message = complaints(&root);
            let place = format!("at `{path}`: ");
            let hit = message.lines().any(|line| line.contains(&place) && line.contains(words));
            assert!(hit, "{pointer} = {value}\nwanted: {place} ... {words}\n   got: {message}");
        }
        // E_y along y is longitudinal, E_y along x is not.
        for (mode, refused) in [([0, 1, 0], false), ([1, 0, 0], true)] {
            let mut root = plane();
            let wave = json!([{"component": "E_y", "mode": mode, "amplitude": 0.1}]);
            set(&mut root, "/fields", json!({"evolution": "electrostatic", "perturbations": wave}));
            assert_eq!(complaints(&root).contains("transverse"), refused, "{mode:?}");
        }
    }

    #[test]
    fn waves_that_do_not_fit_are_warned_about_per_axis() {
        let mut root = plane();
        set(
            &mut root,
            "/fields/external",
            json!([{"travelling_wave": {"component": "B_z", "amplitude": 0.1, "wavenumber": [1, 1, 0], "frequency": 1}}]),
        );
        let scenario: Scenario = serde_json::from_value(root.clone()).unwrap();
        let found = warnings(&scenario);
        // x absorbs what comes to its ends.
        let fits = |found: &[String]| found.iter().filter(|text| text.contains("wavelengths on the periodic")).count();
        assert_eq!(fits(&found), 1, "{found:?}");
        assert!(found.iter().any(|text| text.contains("periodic y axis")), "{found:?}");
        set(&mut root, "/phase_space/x/absorbing_layer", Value::Null);
        assert_eq!(fits(&warnings(&serde_json::from_value(root).unwrap())), 2);
    }

    #[test]
    fn equilibria_that_do_not_exist_are_refused() {
        let with = |given: Value| {
            let mut root = base();
            root["initial"]["populations"][0].as_object_mut().unwrap().remove("spin");
            root["initial"]["populations"][0]["momentum"] = json!({"equilibrium": given});
            root["fields"]["uniform"] = json!({"B": [0, 0, 2]});
            root
        };
        let fermi = |temperature: f64, potential: f64| json!({"temperature": temperature, "statistics": "fermi_dirac", "chemical_potential": potential});
        assert_eq!(complaints(&with(json!({"temperature": 0.5}))), "");
        assert_eq!(complaints(&with(fermi(0.0, 0.5))), "");
        // mu_B B = 0.05 * 2.
        assert_eq!(complaints(&with(fermi(0.0, -0.09))), "");
        for (given, words) in [
            (json!({"temperature": 0}), "found temperature 0, expected a number > 0"),
            (json!({"temperature": -1, "statistics": "fermi_dirac", "chemical_potential": 1}), "expected 0 or more"),
            (fermi(0.0, -0.11), "the lowest has the energy -|mu_B B0| = -0.1"),
            (json!({"temperature": 1, "field": [0, 0, 30]}), "mu_B B0 = 1.5, expected less than the rest energy 1"),
            (json!({"temperature": 1, "statistics": "fermi_dirac"}), "without `chemical_potential`"),
        ] {
            let found = complaints(&with(given.clone()));
            assert!(
                found.contains("populations[0].momentum.equilibrium`") && found.contains(words),
                "{given}: {found}"
            );
        }
        let mut root = with(json!({"temperature": 0.5}));
        root["initial"]["populations"][0]["spin"] = json!({"uniform": {"direction": [0, 0, 1]}});
        assert!(complaints(&root).contains("found a spin state of an equilibrium"));
        let mut root = with(json!({"temperature": 0.5}));
        root["phase_space"]["canonical"] = json!({"pz": 0.1});
        assert!(complaints(&root).contains("found a canonical momentum beside an equilibrium"));
    }

    #[test]
    fn what_needs_spin_is_refused_without() {
        let mut root = base();
        set(&mut root, "/species/spin", json!(false));
        set(&mut root, "/output/diagnostics/modes/0/quantity", json!("spin_2"));
        set(&mut root, "/output/diagnostics/spin_axis", json!([1, 0, 0]));
        set(&mut root, "/output/snapshots/0/quantity", json!("up"));
        let message = complaints(&root);
        assert_eq!(message.matches("needs spin").count(), 4, "{message}");
    }

    #[test]
    fn evolving_fields_need_a_source() {
        let mut root = base();
        set(&mut root, "/species", json!({"charge": 0, "spin": false}));
        root["initial"]["populations"][0].as_object_mut().unwrap().remove("spin");
        assert!(complaints(&root).contains("at `fields.evolution`: "), "{}", complaints(&root));
        set(&mut root, "/species", json!({"charge": 0, "hbar": 1, "magnetic_moment": 1}));
        assert_eq!(complaints(&root), "");
    }

    #[test]
    fn lines_and_columns_point_at_the_value() {
        let text = "{\"title\":\"t\",\"about\":\"a\",\"references\":[],\"species\":{\"spin\":false},\n\"phase_space\":{\"px\":{\"from\":0,\"to\":1,\n  \"cells\": 4}},\"initial\":{\"populations\":[]},\n\"time\":{\"step\":1,\"end\":1}}";
        let scenario = parse(text, "s.json").unwrap();
        let message = validate(&scenario, text, "s.json", Path::new(".")).unwrap_err().to_string();
        assert!(message.contains("s.json:3:12: at `phase_space.px.cells`"), "{message}");
        assert!(message.contains("s.json:3:41: at `initial.populations`"), "{message}");
    }

    #[test]
    fn npy_files_must_fit_the_grid() {
        let folder = tempfile::tempdir().unwrap();
        let header = |descr: &str, order: &str, shape: &str| {
            let dict = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
            let length = u16::try_from(dict.len()).unwrap().to_le_bytes();
            [b"\x93NUMPY\x01\x00".as_slice(), &length, dict.as_bytes()].concat()
        };
        let cases = [
            (header("<f4", "False", "(64, 64, 32, 4)"), ""),
            (header("<f8", "False", "(64, 64, 32, 4)"), ""),
            (header("<f4", "False", "(64, 64, 32, 1)"), "found shape [64, 64, 32, 1]"),
            (header("<i4", "False", "(64, 64, 32, 4)"), "expected float32 or float64"),
            (header("<f4", "True", "(64, 64, 32, 4)"), "Fortran order"),
            (b"text".to_vec(), "cannot read"),
        ];
        for (bytes, words) in cases {
            std::fs::write(folder.path().join("state.npy"), bytes).unwrap();
            let mut root = base();
            set(&mut root, "/initial", json!({"file": "state.npy"}));
            let text = root.to_string();
            let scenario = parse(&text, "s.json").unwrap();
            let result = validate(&scenario, &text, "s.json", folder.path());
            let message = result.map_or_else(|error| error.to_string(), |()| String::new());
            assert_eq!(message.is_empty(), words.is_empty(), "{message}");
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn numbers_and_bytes_are_readable() {
        assert_eq!(number(3.0 * 0.1, 12), "0.3");
        assert_eq!(number(1e300, 3), "1e300");
        assert_eq!(number(-0.0, 3), "0");
        assert_eq!(number(12345.0, 3), "12300");
        assert_eq!(bytes(0.0), "0 B");
        assert_eq!(bytes(1536.0), "1.5 KiB");
        assert_eq!(bytes(2f64.powi(37)), "128 GiB");
    }

    #[test]
    fn whole_multiples_are_accepted_up_to_rounding() {
        assert_eq!(nearest_multiple(0.3, 0.1), None);
        assert_eq!(nearest_multiple(1.0, 0.333_333_3), None);
        assert!(nearest_multiple(1.0, 0.3).is_some_and(|nearest| (nearest - 0.9).abs() < 1e-12));
        assert!(nearest_multiple(1e6 + 0.5, 1.0).is_some());
    }
}
