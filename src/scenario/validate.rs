//! Rules a scenario must obey beyond its types, all violations said at once.

use std::fs::File;
use std::path::Path;

use super::locate::Places;
use super::reduction;
use super::schema::*;
use crate::error::{Error, Result};
use crate::physics::Particle;

/// Sweeps reach three cells to each side.
const MIN_CELLS: u32 = 8;
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
        if let Some(x) = scenario.phase_space.x
            && !reduction::whole_periods(wavenumber.each()[0], x)
        {
            let wavenumber = wavenumber.each()[0];
            let unit = std::f64::consts::TAU / (x.to - x.from);
            let nearest = (wavenumber / unit).round() * unit;
            warnings.push(format!(
                "`fields.external[{index}]`: {} wavelengths on the periodic x axis make the field jump at its ends; the nearest periodic wavenumber is {}",
                number(wavenumber / unit, 4),
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

    /// `what` varies along x.
    fn needs_x(&mut self, path: &str, what: &str) {
        let resolved = self.has(PhaseAxis::X);
        self.require(resolved, path, || {
            format!("{what} varies along x, which is not resolved; add `phase_space.x` or remove this")
        });
    }

    /// `what` belongs to particles with spin.
    fn needs_spin(&mut self, path: &str, what: &str) {
        let spin = self.scenario.species.spin;
        self.require(spin, path, || {
            format!("{what} needs spin, but `species.spin` is false; set it to true or remove this")
        });
    }

    /// A Fourier mode in x, which the grid must be able to hold.
    fn mode(&mut self, mode: ModeNumber, at_least: i32, path: &str) {
        let mode = mode.each()[0];
        self.require(mode >= at_least, path, || {
            format!("found 0, expected {at_least} or more wavelengths; a uniform part is given by `density`, `drift`, `spin.uniform` or `fields.uniform`")
        });
        let Some(x) = self.scenario.phase_space.x else { return };
        let most = x.cells as i32 / 2;
        self.require(mode <= most, path, || {
            format!("found {mode} wavelengths on {} cells, expected {most} or fewer (two cells per wavelength); lower it or raise `phase_space.x.cells`", x.cells)
        });
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
        let momenta = [
            (PhaseAxis::Px, space.canonical.px),
            (PhaseAxis::Py, space.canonical.py),
            (PhaseAxis::Pz, space.canonical.pz),
        ];
        self.require(momenta.iter().any(|(axis, _)| self.has(*axis)), "phase_space", || {
            "found no momentum axis, expected at least one of px, py, pz; add \"px\": {\"from\": -5, \"to\": 5, \"cells\": 128}".into()
        });
        self.require(space.x.is_none() || space.px.is_some(), "phase_space.x", || {
            "found x without px, expected the momentum that moves particles along x; add `phase_space.px`".into()
        });
        for (axis, canonical) in momenta {
            let name = axis.name();
            self.require(canonical == 0.0 || !self.has(axis), format!("phase_space.canonical.{name}"), || {
                format!("found a canonical momentum for {name}, which is resolved; remove it (the initial state sets the momenta), or remove the axis")
            });
        }
        for (axis, Axis { from, to, cells, .. }) in space.axes() {
            let path = format!("phase_space.{}", axis.name());
            self.require(from < to, format!("{path}.to"), || {
                format!("found from = {} and to = {}, expected from < to", number(from, 12), number(to, 12))
            });
            self.require(cells >= MIN_CELLS, format!("{path}.cells"), || {
                format!("found {cells}, expected {MIN_CELLS} or more; sweeps reach three cells to each side")
            });
        }
        // As f64: the product of four u32 overflows everything else.
        let cells: f64 = space.axes().iter().map(|(_, axis)| f64::from(axis.cells)).product();
        self.require(cells < 2f64.powi(32), "phase_space", || {
            // f32 components, held twice.
            let memory = 8.0 * cells * self.scenario.species.components() as f64;
            format!(
                "found {} cells in all ({} of device memory), expected fewer than 2^32; lower the `cells` of some axis",
                number(cells, 4),
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
                let path = format!("{path}.space.gaussian");
                self.needs_x(&path, "a packet");
                self.positive(width.each()[0], format!("{path}.width"));
                if let Some(x) = self.scenario.phase_space.x {
                    self.require((x.from..=x.to).contains(&centre.each()[0]), format!("{path}.centre"), || {
                        format!(
                            "found {}, expected a place on the x axis, {} to {}",
                            number(centre.each()[0], 12),
                            number(x.from, 12),
                            number(x.to, 12)
                        )
                    });
                }
            }
            for (index, perturbation) in population.perturbations.iter().enumerate() {
                self.perturbation(perturbation, &format!("{path}.perturbations[{index}]"));
            }
            if let Some(spin) = &population.spin {
                self.spin(spin, &format!("{path}.spin"));
            }
        }
    }

    fn momentum(&mut self, momentum: &Momentum, path: &str) {
        let (kind, width, key) = match momentum {
            Momentum::Maxwellian { temperature, .. } => ("maxwellian", *temperature, "temperature"),
            Momentum::Juttner { temperature } => ("juttner", PerAxis::Same(*temperature), "temperature"),
            Momentum::Gaussian { spread, .. } => ("gaussian", *spread, "spread"),
            Momentum::TwoBeam { spread, .. } => ("two_beam", *spread, "spread"),
        };
        let resolved = [PhaseAxis::Px, PhaseAxis::Py, PhaseAxis::Pz].map(|axis| self.has(axis));
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
                self.needs_x(&path, "a density perturbation");
                self.mode(mode, 1, &format!("{path}.mode"));
                self.require(amplitude.abs() <= 1.0, format!("{path}.amplitude"), || {
                    format!(
                        "found {}, expected a number from -1 to 1; the density would become negative",
                        number(amplitude, 12)
                    )
                });
            }
            Perturbation::Rotation { .. } => {}
            Perturbation::Drift { axis, mode, .. } => {
                let path = format!("{path}.drift");
                self.needs_x(&path, "a drift perturbation");
                self.mode(mode, 1, &format!("{path}.mode"));
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

    fn spin(&mut self, spin: &Spin, path: &str) {
        self.needs_spin(path, "a polarisation");
        let (path, polarisation) = match *spin {
            Spin::Uniform { direction, polarisation } => {
                let path = format!("{path}.uniform");
                self.direction(direction, &format!("{path}.direction"));
                (path, polarisation)
            }
            Spin::Vortex { radius, polarisation, .. } => {
                let path = format!("{path}.vortex");
                self.positive(radius, format!("{path}.radius"));
                (path, polarisation)
            }
            Spin::Helix { first, second, mode, polarisation } => {
                let path = format!("{path}.helix");
                self.needs_x(&path, "a helix");
                self.mode(mode, 1, &format!("{path}.mode"));
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
        let charged_domain =
            evolves && species.charge != 0.0 && self.has(PhaseAxis::X) && fields.background == Background::None;
        self.require(!charged_domain, "fields.background", || {
            "found a net charge in a periodic domain, where Gauss's law has no solution; use \"neutralising\"".into()
        });
        for (index, perturbation) in fields.perturbations.iter().enumerate() {
            let path = format!("fields.perturbations[{index}]");
            self.needs_x(&path, "a field perturbation");
            self.mode(perturbation.mode, 1, &format!("{path}.mode"));
            self.divergence_free(perturbation.component, &format!("{path}.component"));
            let transverse = !matches!(perturbation.component, FieldComponent::Ex | FieldComponent::Bx);
            self.require(fields.evolution != Evolution::Electrostatic || !transverse, format!("{path}.component"), || {
                "found a transverse field with \"electrostatic\" evolution, which moves E_x only; use \"maxwell\", or prescribe it in `fields.external`".into()
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
            External::Gradient { component, slope, .. } => {
                let path = format!("{path}.gradient");
                self.needs_x(&path, "a gradient");
                if *slope != 0.0 {
                    self.divergence_free(*component, &format!("{path}.component"));
                }
            }
            External::TravellingWave { component, wavenumber, .. } => {
                self.wave(*component, wavenumber.each()[0], &format!("{path}.travelling_wave"));
            }
            External::StandingWave { component, wavenumber, .. } => {
                self.wave(*component, wavenumber.each()[0], &format!("{path}.standing_wave"));
            }
            External::File(file) => self.field_file(file, &format!("{path}.file")),
        }
    }

    fn wave(&mut self, component: FieldComponent, wavenumber: f64, path: &str) {
        if wavenumber != 0.0 {
            self.needs_x(path, "a wave");
            self.divergence_free(component, &format!("{path}.component"));
        }
    }

    /// Refuses a B_x that varies along x.
    fn divergence_free(&mut self, component: FieldComponent, path: &str) {
        self.require(component != FieldComponent::Bx, path, || {
            "found a B_x that varies along x, which violates div B = 0; vary B_y or B_z, or give a uniform B_x".into()
        });
    }

    fn field_file(&mut self, file: &FieldFile, path: &str) {
        self.needs_x(path, "a field from a file");
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
    }

    fn spin_axis(&mut self, axis: [f64; 3], path: &str) {
        self.direction(axis, path);
        if axis != Diagnostics::default().spin_axis {
            self.needs_spin(path, "a spin axis");
        }
    }

    fn recorded_mode(&mut self, mode: Mode, path: &str) {
        self.needs_x(path, "a Fourier mode");
        self.mode(mode.mode, 0, &format!("{path}.mode"));
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
            if let Some(Axis { from, to, .. }) = self.scenario.phase_space.axis(axis) {
                self.require((from..=to).contains(&value), path, || {
                    format!(
                        "found {}, expected a value on the axis, {} to {}",
                        number(value, 12),
                        number(from, 12),
                        number(to, 12)
                    )
                });
            }
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
            let (kind, mode, from, to) = match expectation.measure {
                Measure::Final { .. } => continue,
                Measure::GrowthRate { mode, from, to } => ("growth_rate", mode, from, to),
                Measure::Frequency { mode, from, to } => ("frequency", mode, from, to),
            };
            let path = format!("{path}.measure.{kind}");
            self.recorded_mode(mode, &format!("{path}.mode"));
            let recorded = self.scenario.output.diagnostics.modes.contains(&mode);
            self.require(recorded, format!("{path}.mode"), || {
                "found a mode that is not recorded; add it to `output.diagnostics.modes`".into()
            });
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

    /// `.npy` files exist and have the type and shape of the grid.
    fn files(&mut self, folder: &Path) {
        let cells: Vec<u64> = self.scenario.phase_space.axes().iter().map(|(_, axis)| u64::from(axis.cells)).collect();
        let components = self.scenario.species.components() as u64;
        if let Initial::File(path) = &self.scenario.initial {
            self.npy(&folder.join(path), &[cells.as_slice(), &[components]].concat(), "initial.file");
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
                    self.npy(&folder.join(file), &[cells[0], 3], &format!("{path}.{name}"));
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
            ("/phase_space/x/cells".into(), json!(2_097_152), "phase_space", "4.295e9 cells in all (128 GiB"),
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
            ("/fields/external".into(), external(json!({"file": {}})), "fields.external[0].file", "neither E nor B"),
            (
                "/fields/external".into(),
                external(json!({"file": {"B": "nowhere.npy"}})),
                "fields.external[0].file.B",
                "cannot read ./nowhere.npy",
            ),
            ("/time/step".into(), json!(0), "time.step", "> 0"),
            ("/time/end".into(), json!(0.05), "time.end", "one step (0.1) or more"),
            ("/time/end".into(), json!(10.04), "time.end", "nearest end is 10"),
            ("/output/diagnostics/interval".into(), json!(0.05), "output.diagnostics.interval", "one time step"),
            (
                "/output/diagnostics/interval".into(),
                json!(0.34),
                "output.diagnostics.interval",
                "nearest interval is 0.3",
            ),
            ("/output/diagnostics/spin_axis".into(), json!([0, 0, 0]), "output.diagnostics.spin_axis", "zero vector"),
            ("/output/diagnostics/modes/0/mode".into(), json!(33), "output.diagnostics.modes[0].mode", "32 or fewer"),
            ("/output/snapshots/0/interval".into(), json!(0.25), "output.snapshots[0].interval", "whole number"),
            ("/output/snapshots/0/axes".into(), json!(["x", "x"]), "output.snapshots[0].axes", "x twice"),
            ("/output/snapshots/0/axes".into(), json!(["x", "pz"]), "output.snapshots[0].axes[1]", "one of x, px, py"),
            ("/output/snapshots/0/cut".into(), json!({"px": 0}), "output.snapshots[0].cut.px", "axis of the picture"),
            ("/output/snapshots/0/cut".into(), json!({"py": 7}), "output.snapshots[0].cut.py", "-6 to 6"),
            ("/output/snapshots/0/cut".into(), json!({"pz": 0}), "output.snapshots[0].cut.pz", "not resolved"),
            ("/expect/0/relative_tolerance".into(), json!(0), "expect[0].relative_tolerance", "> 0"),
            ("/expect/0/measure/frequency/to".into(), json!(11), "expect[0].measure.frequency", "0 to 10"),
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
    fn what_varies_along_x_needs_x() {
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
