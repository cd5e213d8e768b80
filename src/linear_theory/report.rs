//! `spinwigner dispersion`: waves of a scenario or of a plasma given by flags.

use std::path::Path;

use serde_json::{Value, json};

use super::limits::{Polarisation, SpinResonance};
use super::plasma::{Plasma, Spins};
use super::response::Response;
use super::roots::Rectangle;
use super::{Wave, default_window, not_followed, waves_followed};
use crate::error::{Error, Result};
use crate::numerals::column;
use crate::output::{LinePlot, Series, Style, write_panels};
use crate::scenario::schema::{Kinematics, Scenario, Units};

/// What to search, apart from the plasma.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Ascending wavenumbers.
    pub wavenumbers: Vec<f64>,
    /// Real parts of the frequencies looked at. Default: those of [`default_window`].
    pub re: Option<[f64; 2]>,
    /// Imaginary parts likewise.
    pub im: Option<[f64; 2]>,
}

/// Waves for each wavenumber.
#[derive(Clone, Debug)]
pub struct Report {
    /// Of the scenario.
    pub title: String,
    /// Names of the units of k and omega.
    pub units: [String; 2],
    /// As searched.
    pub wavenumbers: Vec<f64>,
    /// For each wavenumber those found, the fastest growing or least damped first.
    pub waves: Vec<Vec<Wave>>,
    /// Closed forms of the ordinary mode across B0 where they apply.
    pub closed_forms: Vec<Option<ClosedForms>>,
    /// What limits the answer, in sentences.
    pub notes: Vec<String>,
}

/// Frequencies near (g/2 - 1) q B0/m, and near light, of the short-orbit closed form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosedForms {
    /// Spins of the equilibrium, which choose the form.
    pub polarisation: Polarisation,
    /// [`SpinResonance::frequencies`], unless they are not real.
    pub corrected: Option<[f64; 2]>,
    /// Equation 76 of Ekman et al. with its factor 7/10.
    pub printed: Option<[f64; 2]>,
}

/// k of `mode` wavelengths in the scenario's x axis.
///
/// # Errors
///
/// [`Error::Input`] where there is no x axis.
pub fn wavenumber(scenario: &Scenario, mode: u32) -> Result<f64> {
    let axis = scenario.phase_space.x.ok_or_else(|| {
        Error::Input("dispersion: the scenario has no x axis to take a wavelength from; give --k".into())
    })?;
    Ok(std::f64::consts::TAU * f64::from(mode) / (axis.to - axis.from))
}

/// Searches the waves of a plasma.
///
/// # Errors
///
/// [`Error::Input`] for an empty window, and those of [`Response::new`] and [`waves`].
pub fn report(title: &str, units: &Units, plasma: &Plasma, search: &Search) -> Result<Report> {
    let mut report = Report {
        title: title.into(),
        units: [Units::inverse(&units.length), Units::inverse(&units.time)],
        wavenumbers: search.wavenumbers.clone(),
        waves: Vec::new(),
        closed_forms: Vec::new(),
        notes: plasma.mean_current().into_iter().collect(),
    };
    for &k in &search.wavenumbers {
        let mut window = default_window(plasma, k);
        if let Some([from, to]) = search.re {
            (window.from.re, window.to.re) = (from, to);
        }
        if let Some([from, to]) = search.im {
            (window.from.im, window.to.im) = (from, to);
        }
        check(&window)?;
        let response = Response::new(plasma, k)?;
        let (found, lost) = waves_followed(&response, window);
        // A window that the user has chosen is answered as a whole or not at all.
        if let Some(strip) = lost.first()
            && (found.is_empty() || search.re.is_some() || search.im.is_some())
        {
            return Err(not_followed(&response, window, *strip));
        }
        report.notes.extend(lost.iter().map(|[from, to]| {
            format!(
                "at k = {k} Re omega = {from:.4} to {to:.4} is left out, around which the dispersion function cannot be \
                 followed: a wave may lie on the edge; --re and --im choose a window inside"
            )
        }));
        report.waves.push(found);
        report.closed_forms.push(closed_forms(plasma, k));
    }
    Ok(report)
}

fn check(window: &Rectangle) -> Result<()> {
    if window.from.re < window.to.re && window.from.im < window.to.im {
        return Ok(());
    }
    Err(Error::Input(format!(
        "dispersion: the window of frequencies is {} to {} along Re and {} to {} along Im, but must not be empty; \
         change --re or --im",
        window.from.re, window.to.re, window.from.im, window.to.im
    )))
}

/// The closed forms hold for spin-orbit coupling with phenomenological g.
fn closed_forms(plasma: &Plasma, k: f64) -> Option<ClosedForms> {
    let particle = plasma.particle;
    let dirac = particle.charge * particle.hbar / (2.0 * particle.mass);
    let delta = particle.moment / dirac - 1.0;
    let applies = plasma.magnetic_field != 0.0
        && !plasma.electrostatic
        && particle.moment != 0.0
        && particle.anomaly == 0.0
        && particle.kinematics != Kinematics::NonRelativisticWithoutSpinOrbit
        && delta.is_finite()
        && delta.abs() > 1e-12;
    if !applies {
        return None;
    }
    let all = |test: fn(&Spins) -> bool| plasma.populations.iter().all(|population| test(&population.spins));
    let polarisation = if all(|spins| matches!(spins, Spins::Thermal { .. })) {
        Polarisation::Thermal
    } else if all(|spins| matches!(spins, Spins::Uniform(spin) if spin.length() == 0.0)) {
        Polarisation::None
    } else {
        return None;
    };
    let resonance = SpinResonance {
        k,
        plasma_frequency: plasma.plasma_frequency(),
        cyclotron_frequency: particle.charge * plasma.magnetic_field / particle.mass,
        delta,
        hbar: particle.hbar / particle.mass,
    };
    Some(ClosedForms { polarisation, corrected: resonance.frequencies(polarisation), printed: resonance.as_printed() })
}

impl Report {
    /// The waves of every wavenumber of a search, the least damped first.
    ///
    /// # Errors
    ///
    /// Those of `waves`.
    pub(super) fn listed(
        title: &str,
        units: &Units,
        search: &Search,
        notes: Vec<String>,
        waves: impl Fn(f64) -> Result<Vec<Wave>>,
    ) -> Result<Report> {
        let sorted = |&k: &f64| {
            let mut found = waves(k)?;
            found.sort_by(|a, b| b.omega.im.total_cmp(&a.omega.im).then(a.omega.re.total_cmp(&b.omega.re)));
            Ok(found)
        };
        let waves = search.wavenumbers.iter().map(sorted).collect::<Result<Vec<_>>>()?;
        Ok(Report {
            title: title.into(),
            units: [Units::inverse(&units.length), Units::inverse(&units.time)],
            wavenumbers: search.wavenumbers.clone(),
            closed_forms: vec![None; waves.len()],
            notes,
            waves,
        })
    }

    /// A table.
    pub fn text(&self) -> String {
        let [k_unit, omega_unit] = &self.units;
        let mut text = format!(
            "{}\nwaves exp(i k x - i omega t); k in {k_unit}, omega in {omega_unit}\n\n{:>12} {:>19} {:>19} {:>8}  {:12} {}\n",
            self.title, "k", "Re omega", "Im omega", "error", "field", "near"
        );
        for (k, waves) in self.wavenumbers.iter().zip(&self.waves) {
            if waves.is_empty() {
                text += &format!("{} no waves in the window\n", column(*k, 12, 6));
            }
            for wave in waves {
                let line = format!(
                    "{} {} {} {:>8.0e}  {:12} {}",
                    column(*k, 12, 6),
                    column(wave.omega.re, 19, 12),
                    column(wave.omega.im, 19, 12),
                    wave.error,
                    wave.fields,
                    wave.near.as_deref().unwrap_or("")
                );
                text += line.trim_end();
                text += "\n";
            }
        }
        if self.closed_forms.iter().any(Option::is_some) {
            text += &format!(
                "\nordinary mode in closed form, for short Larmor radii (docs/waves.md): near precession, light\n\
                 {:>12} {:>13} {:>17} {:>17} {:>17} {:>17}\n",
                "k", "spins", "corrected", "", "Ekman et al. 76", ""
            );
        }
        for (k, closed) in self.wavenumbers.iter().zip(&self.closed_forms) {
            let Some(closed) = closed else { continue };
            let spins = if closed.polarisation == Polarisation::None { "unpolarised" } else { "thermal" };
            text += &format!("{} {spins:>13}", column(*k, 12, 6));
            for pair in [closed.corrected, closed.printed] {
                match pair {
                    Some([spin, light]) => text += &format!(" {} {}", column(spin, 17, 12), column(light, 17, 12)),
                    None => text += &format!(" {:>17} {:>17}", "not real", ""),
                }
            }
            text += "\n";
        }
        for note in &self.notes {
            text += &format!("\nnote: {note}\n");
        }
        text
    }

    /// The same numbers for programs.
    pub fn json(&self) -> Value {
        let waves: Vec<Value> = self
            .waves
            .iter()
            .flatten()
            .map(|wave| {
                json!({
                    "k": wave.k, "omega_re": wave.omega.re, "omega_im": wave.omega.im, "error": wave.error,
                    "multiplicity": wave.multiplicity, "field": wave.fields, "near": wave.near
                })
            })
            .collect();
        let closed: Vec<Value> = self
            .wavenumbers
            .iter()
            .zip(&self.closed_forms)
            .filter_map(|(k, closed)| {
                let closed = (*closed)?;
                let spins = if closed.polarisation == Polarisation::None { "unpolarised" } else { "thermal" };
                Some(json!({"k": k, "spins": spins, "corrected": closed.corrected, "printed": closed.printed}))
            })
            .collect();
        json!({"title": self.title, "waves": waves, "closed_forms": closed, "notes": self.notes})
    }

    /// Draws Re omega and Im omega over k.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for a single wavenumber, [`Error::File`] where the picture cannot be written.
    pub fn write_png(&self, path: &Path) -> Result<()> {
        if self.wavenumbers.len() < 2 {
            return Err(Error::Input("dispersion: a picture needs several wavenumbers; give --k FROM:TO:COUNT".into()));
        }
        let branches = self.branches();
        let [k_unit, omega_unit] = &self.units;
        let part = |of: fn(&Wave) -> f64| -> Vec<Vec<f64>> {
            branches
                .iter()
                .map(|(_, waves)| waves.iter().map(|wave| wave.as_ref().map_or(f64::NAN, of)).collect())
                .collect()
        };
        let (re, im) = (part(|wave| wave.omega.re), part(|wave| wave.omega.im));
        let panels =
            [("Frequency", "Re ω", &re), ("Growth rate", "Im ω", &im)].map(|(title, label, values)| LinePlot {
                title: title.into(),
                horizontal: ("k".into(), k_unit.clone()),
                vertical: (label.into(), omega_unit.clone()),
                series: branches
                    .iter()
                    .zip(values)
                    .map(|((name, _), values)| Series {
                        name: name.clone(),
                        abscissa: &self.wavenumbers,
                        values,
                        style: Style::Line,
                    })
                    .collect(),
                logarithmic: false,
            });
        write_panels(path, &self.title, &panels)
    }

    /// Joins each wave to the nearest one of the same field at the next k, and keeps the least damped.
    fn branches(&self) -> Vec<(String, Vec<Option<Wave>>)> {
        const MOST: usize = 12;
        let mut branches: Vec<(String, Vec<Option<Wave>>)> = Vec::new();
        for (index, waves) in self.waves.iter().enumerate() {
            let mut waves = waves.clone();
            for (name, branch) in &mut branches {
                let last = branch.last().cloned().flatten();
                let nearest = last.and_then(|last| {
                    let distance = |wave: &Wave| (wave.omega - last.omega).norm();
                    let candidates = waves.iter().enumerate().filter(|(_, wave)| wave.fields == *name);
                    let (at, wave) = candidates.min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))?;
                    (distance(wave) < 0.25 * (last.omega.norm() + wave.omega.norm())).then_some(at)
                });
                branch.push(nearest.map(|at| waves.remove(at)));
            }
            for wave in waves {
                let mut branch = vec![None; index];
                let name = wave.fields.clone();
                branch.push(Some(wave));
                branches.push((name, branch));
            }
        }
        let damping = |branch: &[Option<Wave>]| {
            branch.iter().flatten().map(|wave| wave.omega.im).fold(f64::NEG_INFINITY, f64::max)
        };
        branches.retain(|(_, branch)| branch.iter().flatten().count() > 1);
        branches.sort_by(|a, b| damping(&b.1).total_cmp(&damping(&a.1)));
        branches.truncate(MOST);
        branches
    }
}
