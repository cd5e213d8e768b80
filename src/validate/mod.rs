//! Rules a scenario must obey beyond its types, all violations said at once: [`load`] hands out none
//! that breaks one.

mod collisions;
mod exchange;
mod fields;
mod files;
mod initial;
mod output;
mod phase_space;
mod pulses;
mod stability;
#[cfg(test)]
pub(crate) mod tests;

use std::f64::consts::PI;
use std::path::Path;

use glam::DVec3;

use crate::equilibrium::Thermal;
use crate::error::{Error, Result};
use crate::fields::{Prescribed, component_index, potential};
use crate::grid::Grid;
use crate::npy;
use crate::numerals::{bytes, number, rounded_down};
use crate::operators::MOST_TURN;
use crate::physics::Particle;
use crate::quantities::{Facts, columns};
use crate::reduction;
use crate::scenario::locate::Places;
use crate::scenario::parse::did_you_mean;
use crate::scenario::schema::*;
use crate::scenario::{self, Loaded};
use crate::simulation::{Origin, Way};

pub(crate) use stability::step_limit;

/// Sweeps reach three cells to each side.
pub(crate) const MIN_CELLS: u32 = 8;
/// Most cells of phase space, and of space or momentum alone: what memory will hold
/// in the years to come, and what a 32-bit index reaches.
const MOST_CELLS: f64 = (1u64 << 40) as f64;
const MOST_PART: f64 = (1u64 << 31) as f64;
/// Fewest cells across an absorbing layer: a steeper one reflects.
const LAYER_CELLS: f64 = 8.0;
/// Most steps, which are counted in f64 here and there.
const MOST_STEPS: f64 = (1u64 << 53) as f64;
/// Narrowest cells, over the distance of an axis from zero: f64 rounds to 1e-16.
const NARROWEST: f64 = 1e-12;
/// How far `end / step` and intervals may be from whole numbers, relatively.
const WHOLE: f64 = 1e-6;

/// Mistakes that are said one by one.
const MOST_SAID: usize = 50;

/// A broken rule: where, and what to do.
#[derive(Clone, Debug, PartialEq)]
struct Violation {
    path: String,
    text: String,
}

/// Loads a shipped scenario by name, or one from a file, that obeys every rule.
///
/// # Errors
///
/// [`Error::File`] where the file cannot be read, else [`Error::Input`].
pub fn load(name_or_path: &str) -> Result<Loaded> {
    validated(scenario::find(name_or_path)?)
}

/// The scenario of a JSON text, which messages and results call `name`; arrays it names are looked for in `folder`.
///
/// # Errors
///
/// [`Error::Input`] for every mistake in it.
pub fn from_text(text: &str, name: &str, folder: &Path) -> Result<Loaded> {
    validated(scenario::parsed(text.into(), name.into(), name.into(), folder.into())?)
}

/// The scenario of a JSON value, such as `serde_json::json!` makes; else as [`from_text`].
///
/// # Errors
///
/// [`Error::Input`] for every mistake in it; lines are those of the value printed with an indent.
pub fn from_value(value: &serde_json::Value, name: &str, folder: &Path) -> Result<Loaded> {
    from_text(&format!("{value:#}"), name, folder)
}

/// A scenario that a checkpoint holds: its state is there, and what a scenario reads it from may be gone. `zero` is the
/// time of its step number zero.
///
/// # Errors
///
/// [`Error::Input`] for every mistake in it, as another version may see in it.
pub(crate) fn kept(scenario: Scenario, name: &str, origin: &str, folder: &Path, zero: f64) -> Result<Loaded> {
    let text = serde_json::to_string_pretty(&scenario).unwrap_or_default();
    let loaded = Loaded { scenario, name: name.into(), text, origin: origin.into(), folder: folder.into() };
    check(&loaded, zero, true, Vec::new())?;
    Ok(loaded)
}

/// Checks a scenario, which then has the start of a checkpoint that it takes its time from, and the table of a file.
fn validated(mut loaded: Loaded) -> Result<Loaded> {
    let mut violations = exchange::table_from_file(&mut loaded.scenario, &loaded.folder);
    let origin = match Origin::of(&loaded.scenario, &loaded.folder) {
        Err(Error::Key { key, text }) => {
            violations.push(Violation { path: key, text });
            None
        }
        origin => origin?.filter(|origin| origin.way != Way::Cells),
    };
    if let Some(time) = origin.as_ref().map(Origin::time) {
        let own = loaded.scenario.time.start.replace(time);
        if own.is_some_and(|own| (own - time).abs() > WHOLE * loaded.scenario.time.step) {
            let text = format!(
                "found a start other than that of the checkpoint, t = {}; remove it, or take the cells alone",
                number(time, 12)
            );
            violations.push(Violation { path: "time.start".into(), text });
        }
    }
    let time = loaded.scenario.time;
    let zero = origin.map_or(time.start(), |origin| origin.clock(time.start(), time.step).time_after(0));
    check(&loaded, zero, false, violations)?;
    Ok(loaded)
}

/// Checks every rule, but those of the initial state where it is `kept` elsewhere; mistakes, and those `found` already,
/// are said one line each, beginning with `FILE:LINE:COLUMN`. Step number zero is at the time `zero`.
fn check(loaded: &Loaded, zero: f64, kept: bool, found: Vec<Violation>) -> Result<()> {
    let Loaded { scenario, origin, folder, .. } = loaded;
    let particle = Particle::new(&scenario.species, scenario.kinematics);
    // Without its checkpoint a scenario has no times.
    let timeless = found.iter().any(|violation| violation.path.starts_with("initial"));
    let mut checker = Checker { scenario, particle, zero, violations: found };
    checker.texts();
    checker.species();
    checker.phase_space();
    checker.initial();
    checker.fields();
    checker.collisions();
    checker.exchange();
    checker.numerics();
    if !timeless {
        checker.time();
        checker.pulses();
        checker.output();
        checker.expectations();
    }
    // File shapes mean nothing before the grid does.
    if checker.violations.is_empty() {
        checker.files(folder, kept);
    }
    // And the state is known when all else is.
    if checker.violations.is_empty() && !kept {
        checker.stability(folder);
        checker.crossings();
    }
    if checker.violations.is_empty() {
        return Ok(());
    }
    let (count, places) = (checker.violations.len(), Places::of(&loaded.text));
    let said = checker.violations.iter().take(MOST_SAID);
    let mut lines: Vec<String> = said.map(|said| loaded.complaint_at(&places, &said.path, &said.text)).collect();
    if count > lines.len() {
        lines.push(format!("... and {} more", count - lines.len()));
    }
    Err(Error::Input(match lines.as_slice() {
        [line] => line.clone(),
        lines => format!("{count} mistakes in {origin}\n{}", lines.join("\n")),
    }))
}

/// What is allowed but probably not meant, or only approximately solved.
pub fn warnings(scenario: &Scenario, folder: &Path) -> Vec<String> {
    let mut warnings: Vec<String> =
        reduction::reductions(scenario, folder).into_iter().filter_map(|reduction| reduction.warning()).collect();
    let species = &scenario.species;
    if !species.spin && (species.magnetic_moment.is_some() || species.g_factor.is_some()) {
        warnings.push(
            "`species.magnetic_moment` and `species.g_factor` have no effect while `species.spin` is false".into(),
        );
    }
    for (index, external) in scenario.fields.external.iter().enumerate() {
        let waves = Prescribed::of(external).into_iter().map(|part| part.form.wave_vector());
        let waves = waves.chain(potential(external).map(|form| form.wave_vector()));
        for (axis, wavenumber) in waves.flat_map(|k| PhaseAxis::SPACE.into_iter().zip(k.to_array())) {
            // Absorbing layers lie where the wave would meet itself.
            let Some(along) = scenario.phase_space.axis(axis).filter(|along| along.absorbing_layer.is_none()) else {
                continue;
            };
            if along.holds_periods_of(wavenumber) {
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

fn norm(v: [f64; 3]) -> f64 {
    v.iter().map(|c| c * c).sum::<f64>().sqrt()
}

struct Checker<'s> {
    scenario: &'s Scenario,
    /// Time of step number zero.
    zero: f64,
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
