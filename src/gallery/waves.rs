//! Waves: frequency and rate over k by linear theory, and those of runs as dots.

use num_complex::Complex64;

use super::{Entry, Figure, Panel, Runner, Trace};
use crate::error::{Error, Result};
use crate::fit;
use crate::linear_theory::spin_waves::SpinGas;
use crate::linear_theory::{Plasma, Rectangle, Response, default_window, report, roots, waves};
use crate::output::Style;
use crate::quantities::mode_name;
use crate::run::Outcome;
use crate::scenario::Loaded;
use crate::scenario::schema::{Measure, Mode, Scenario, Units};

/// One wave of a scenario, followed over k.
pub struct Scan {
    /// Field components, or `spin`, as `spinwigner dispersion` names the wave.
    pub fields: &'static str,
    /// Wavenumbers that are drawn.
    pub from: f64,
    pub to: f64,
    /// Further wavenumbers that are run.
    pub runs: &'static [Window],
}

/// A run at another k, and the times between which its wave is fitted.
#[derive(Clone, Copy)]
pub struct Window {
    pub k: f64,
    pub from: f64,
    pub to: f64,
}

/// Wavenumbers of a theory curve.
const CURVE: usize = 61;

/// Most dots over time.
const DOTS: usize = 150;

/// A wave of linear theory at one k.
#[derive(Clone, Copy)]
struct Root {
    k: f64,
    omega: Complex64,
}

/// What has waves.
enum Medium {
    Plasma(Box<Plasma>),
    /// Fits tell |omega| alone: its spins turn the positive way about the polarisation.
    Spins(SpinGas),
}

impl Medium {
    fn of(scenario: &Scenario) -> Result<Self> {
        if scenario.exchange.is_none() {
            return Ok(Medium::Plasma(Box::new(Plasma::of(scenario)?)));
        }
        let gas = SpinGas::of(scenario)?;
        Ok(Medium::Spins(SpinGas { precession: gas.precession.abs(), ..gas }))
    }

    /// The wave of a polarised gas that long waves tend to, by the law of Leggett and Rice.
    fn long_wave(&self, k: f64) -> Option<Complex64> {
        match self {
            Medium::Spins(gas) if gas.relaxation_rate > 0.0 => Some(gas.long_wave(k)),
            _ => None,
        }
    }
}

/// The wave at one k that continues a known one.
fn continued(medium: &Medium, fields: &str, from: &Root, k: f64) -> Result<Option<Root>> {
    let zero = match medium {
        Medium::Plasma(plasma) => {
            let response = Response::new(plasma, k)?;
            let Some(block) = response.blocks.iter().find(|block| response.name(block) == fields) else {
                return Ok(None);
            };
            let spread = 1e-3 * response.scale.max(from.omega.norm());
            roots::muller(&|w| response.determinant(block, w), from.omega, spread)
        }
        Medium::Spins(gas) => roots::muller(&|w| gas.dispersion(k, w), from.omega, 1e-3 * from.omega.norm()),
    };
    // A jump is another wave.
    let near = |omega: &Complex64| (omega - from.omega).norm() < 0.2 * (omega.norm() + from.omega.norm());
    // Steps that ended elsewhere are no wave.
    let converged = zero.filter(|(omega, error)| *error < 1e-6 * omega.norm());
    Ok(converged.map(|(omega, _)| omega).filter(near).map(|omega| Root { k, omega }))
}

/// The wave with these fields that is nearest to what was measured.
fn found(medium: &Medium, fields: &str, k: f64, near: Complex64, band: Option<[f64; 2]>) -> Result<Root> {
    let all = match medium {
        Medium::Plasma(plasma) => {
            let window = match band {
                // Slow waves hardly grow or decay.
                Some(band) => Rectangle::new(band, [-0.1 * band[1], 0.1 * band[1]]),
                None => default_window(plasma, k),
            };
            waves(&Response::new(plasma, k)?, window)?
        }
        Medium::Spins(gas) => gas.waves(k, &report::Search::default())?,
    };
    let distance = |omega: Complex64| (omega - near).norm();
    let nearest = all
        .iter()
        .filter(|wave| wave.fields == fields)
        .min_by(|a, b| distance(a.omega).total_cmp(&distance(b.omega)))
        .ok_or_else(|| Error::Run(format!("linear theory has no wave with {fields} at k = {k}")))?;
    Ok(Root { k, omega: nearest.omega })
}

/// The wave over a range of k, from a known one to both sides.
fn curve(medium: &Medium, scan: &Scan, start: Root) -> Result<Vec<Root>> {
    let step = (scan.to - scan.from) / (CURVE - 1) as f64;
    let mut curve = vec![start];
    for upwards in [true, false] {
        let k = |i: usize| scan.from + step * if upwards { i } else { CURVE - 1 - i } as f64;
        let beyond = |k: f64, last: f64| if upwards { k > last } else { k < last };
        for i in 0..CURVE {
            let last = if upwards { &curve[curve.len() - 1] } else { &curve[0] };
            if !beyond(k(i), last.k) {
                continue;
            }
            match continued(medium, scan.fields, last, k(i))? {
                Some(root) if upwards => curve.push(root),
                Some(root) => curve.insert(0, root),
                None => break,
            }
        }
    }
    Ok(curve)
}

/// The mode and window of a measure of waves.
fn window(measure: &Measure) -> Option<(Mode, [f64; 2])> {
    match *measure {
        Measure::GrowthRate { mode, from, to, .. } | Measure::Frequency { mode, from, to, .. } => {
            Some((mode, [from, to]))
        }
        Measure::Column { .. } => None,
    }
}

/// What a run measured of a wave, from its answers.
#[derive(Clone, Copy, Default)]
struct Measured {
    frequency: Option<f64>,
    rate: Option<f64>,
}

fn measured(outcome: &Outcome) -> Measured {
    let mut found = Measured::default();
    for answer in &outcome.answers {
        match answer.expectation.measure {
            Measure::Frequency { .. } => found.frequency = answer.measured,
            Measure::GrowthRate { .. } => found.rate = answer.measured,
            Measure::Column { .. } => {}
        }
    }
    found
}

/// The scenario with the wavelength of another k; its answers are those of linear theory,
/// in which `known` is the wave of the scenario itself.
fn variant(loaded: &Loaded, known: &Root, at: Window, omega: Complex64) -> Loaded {
    let mut variant = loaded.clone();
    let scenario = &mut variant.scenario;
    if let Some(x) = &mut scenario.phase_space.x {
        let length = std::f64::consts::TAU / at.k;
        // Shorter cells need shorter steps for Maxwell's equations.
        scenario.time.step *= f64::min(1.0, length / (x.to - x.from));
        x.to = x.from + length;
    }
    // A travelling wave has B = (k/omega) E.
    let waves = &mut scenario.fields.perturbations;
    if waves.iter().any(|wave| wave.component.is_electric()) {
        let ratio = (at.k / omega.norm()) / (known.k / known.omega.norm());
        for wave in waves.iter_mut().filter(|wave| !wave.component.is_electric()) {
            wave.amplitude *= ratio;
        }
    }
    scenario.time.end = at.to;
    scenario.time.step = at.to / (at.to / scenario.time.step).ceil();
    scenario.output.snapshots.clear();
    // Columns at some time belong to the wave of the scenario itself.
    scenario.expect.retain(|expectation| window(&expectation.measure).is_some());
    for expectation in &mut scenario.expect {
        match &mut expectation.measure {
            Measure::Frequency { from, to, between, .. } => {
                (*from, *to) = (at.from, at.to);
                if let Some(band) = between {
                    *band = [0.5 * omega.re, 1.5 * omega.re];
                }
                expectation.value = omega.re;
            }
            Measure::GrowthRate { from, to, .. } => {
                (*from, *to) = (at.from, at.to);
                expectation.value = omega.im;
            }
            Measure::Column { .. } => {}
        }
        expectation.what = format!("k = {}: {}", at.k, expectation.what);
    }
    variant
}

/// Runs the scenario and its variants, and draws what they measured with linear theory.
pub fn exhibit(scan: &Scan, runner: &Runner, loaded: &Loaded, entry: &mut Entry) -> Result<Figure> {
    let main = runner.run(loaded, &loaded.name)?;
    entry.take(&main);
    let medium = Medium::of(&loaded.scenario)?;
    let k = report::wavenumber(&loaded.scenario, 1)?;
    let seen = measured(&main);
    let seen_at = Complex64::new(seen.frequency.unwrap_or(0.0), seen.rate.unwrap_or(0.0));
    let root = found(&medium, scan.fields, k, seen_at, band(loaded))?;
    let curve = curve(&medium, scan, root)?;
    let mut dots = vec![(k, seen)];
    for &at in scan.runs {
        let near = curve.iter().min_by(|a, b| (a.k - at.k).abs().total_cmp(&(b.k - at.k).abs()));
        let near = near.ok_or_else(|| Error::Run("linear theory gave no curve".into()))?;
        let Some(theory) = continued(&medium, scan.fields, near, at.k)? else {
            return Err(Error::Run(format!("linear theory lost the wave at k = {}", at.k)));
        };
        let outcome = runner.run(&variant(loaded, &root, at, theory.omega), &format!("{}-k{}", loaded.name, at.k))?;
        dots.push((at.k, measured(&outcome)));
        entry.take(&outcome);
    }
    dots.sort_by(|a, b| a.0.total_cmp(&b.0));

    let units = &loaded.scenario.units;
    let mut figure = Figure { title: loaded.scenario.title.clone(), panels: Vec::new() };
    figure.panels.extend(match band(loaded) {
        Some(band) => in_frequency(loaded, &main, root.omega, band),
        None => in_time(loaded, &main, root.omega, units),
    });
    let over_k = |title: &str, label: &str, part: fn(Complex64) -> f64, measured: fn(&Measured) -> Option<f64>| {
        let dots: Vec<(f64, f64)> = dots.iter().filter_map(|(k, m)| Some((*k, measured(m)?))).collect();
        let theory = curve.iter().map(|root| (root.k, part(root.omega)));
        let long: Vec<_> = curve.iter().filter_map(|root| Some((root.k, part(medium.long_wave(root.k)?)))).collect();
        let mut traces = vec![Trace::new("linear theory", theory, Style::Line)];
        if !long.is_empty() {
            traces.push(Trace::new("−i D k²/(1 − iµ)", long, Style::Line));
        }
        traces.push(Trace::new("measured", dots.clone(), Style::Dots));
        (!dots.is_empty()).then(|| Panel {
            title: title.into(),
            horizontal: ("k".into(), Units::inverse(&units.length)),
            vertical: (label.into(), Units::inverse(&units.time)),
            traces,
            logarithmic: false,
        })
    };
    figure.panels.extend(over_k("Frequency", "Re ω", |omega| omega.re, |m| m.frequency));
    figure.panels.extend(over_k("Growth rate", "Im ω", |omega| omega.im, |m| m.rate));
    Ok(figure)
}

/// The band of frequencies in which the wave is looked for.
fn band(loaded: &Loaded) -> Option<[f64; 2]> {
    match loaded.scenario.expect.first()?.measure {
        Measure::GrowthRate { between, .. } | Measure::Frequency { between, .. } => between,
        Measure::Column { .. } => None,
    }
}

/// The mode's spectrum up to some widths of the band, with the frequency of linear theory.
fn in_frequency(loaded: &Loaded, outcome: &Outcome, omega: Complex64, band: [f64; 2]) -> Option<Panel> {
    let (mode, [from, to]) = window(&loaded.scenario.expect.first()?.measure)?;
    let name = mode_name(&mode);
    let column = |name: &str| outcome.table.column(name);
    let (time, re, im) = (column("time")?, column(&format!("{name}_re"))?, column(&format!("{name}_im"))?);
    let highest = band[1] + 8.0 * (band[1] - band[0]);
    let frequencies: Vec<f64> = (0..=1200).map(|i| highest * f64::from(i) / 1200.0).collect();
    let spectrum = fit::spectrum(&time, &[&re, &im], from, to, &frequencies);
    let lowest = spectrum.iter().copied().fold(1.0, f64::min);
    let quantity = name.split("_mode").next().unwrap_or_default();
    Some(Panel {
        title: String::new(),
        horizontal: ("ω".into(), Units::inverse(&loaded.scenario.units.time)),
        vertical: (format!("spectrum of {quantity}"), String::new()),
        traces: vec![
            Trace::new("linear theory", [(omega.re, lowest), (omega.re, 1.0)], Style::Line),
            Trace::new("measured", frequencies.into_iter().zip(spectrum), Style::Line),
        ],
        logarithmic: true,
    })
}

/// The larger part of the mode over time, with exp(-i omega t) of linear theory fitted to it
/// in amplitude and phase alone.
fn in_time(loaded: &Loaded, outcome: &Outcome, omega: Complex64, units: &Units) -> Option<Panel> {
    let (mode, [from, to]) = window(&loaded.scenario.expect.first()?.measure)?;
    let name = mode_name(&mode);
    let column = |name: &str| outcome.table.column(name);
    let (time, re, im) = (column("time")?, column(&format!("{name}_re"))?, column(&format!("{name}_im"))?);
    let power = |part: &[f64]| part.iter().map(|value| value * value).sum::<f64>();
    let part = if power(&re) > power(&im) { re } else { im };
    let theory = fit::known_wave(&time, &part, from, to, omega)?;
    // Cusps and slopes show on a logarithmic axis; waves that keep their height need none.
    let logarithmic = omega.im.abs() * (to - from) > 1.0;
    let shown = |y: f64| if logarithmic { y.abs() } else { y };
    // A wave of many periods is shown by the last few of its window.
    let period = std::f64::consts::TAU / omega.re.abs();
    let start = if logarithmic { time[0] } else { from.max(to - 8.0 * period) };
    let end = if logarithmic { f64::INFINITY } else { to };
    // What rounding leaves before a wave sets in would stretch a logarithmic axis.
    let least = if logarithmic { 1e-6 * part.iter().fold(0.0, |most: f64, y| most.max(y.abs())) } else { 0.0 };
    let drawn = time.iter().zip(&part).filter(|(t, y)| (start..=end).contains(*t) && y.abs() >= least);
    let stride = drawn.clone().count().div_ceil(DOTS);
    // A little beyond the window, where the run departs from linear theory.
    let beyond = if logarithmic { 0.25 * (to - from) } else { 0.0 };
    let first = (from - beyond).max(start);
    let last = (to + beyond).min(*time.last()?);
    let fine = (0..=600).map(|i| first + (last - first) * f64::from(i) / 600.0);
    let quantity = name.split("_mode").next().unwrap_or_default();
    Some(Panel {
        title: String::new(),
        horizontal: ("t".into(), units.time.clone()),
        vertical: (if logarithmic { format!("|{quantity}|") } else { quantity.into() }, String::new()),
        traces: vec![
            Trace::new("linear theory", fine.map(|t| (t, shown(theory(t)))), Style::Line),
            Trace::new("measured", drawn.map(|(t, y)| (*t, shown(*y))).step_by(stride), Style::Dots),
        ],
        logarithmic,
    })
}
