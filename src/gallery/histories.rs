//! Columns of diagnostics over time beside closed forms.

use glam::DVec3;
use num_complex::Complex64;

use super::{Entry, Figure, Panel, Row, Runner, Trace};
use crate::error::{Error, Result};
use crate::exchange::Exchange;
use crate::output::Style;
use crate::physics::Particle;
use crate::scenario::Loaded;
use crate::scenario::schema::{External, Initial, Momentum, Pulse, Scenario};

/// Columns of one kind in one panel.
pub struct Histories {
    /// Of the vertical axis.
    pub label: &'static str,
    pub columns: &'static [History],
}

/// A column and what theory says of it.
pub struct History {
    pub column: &'static str,
    pub label: &'static str,
    pub theory: fn(&Setup, f64) -> f64,
    /// Largest difference allowed, relative to the largest value of theory.
    pub allowed: f64,
}

/// The numbers of a scenario that the closed forms need.
pub struct Setup {
    pub particle: Particle,
    /// Spread and drift of the first population's Gaussian in p.
    pub spread: DVec3,
    pub drift: DVec3,
    /// The uniform external fields, and the slope of a gradient.
    pub electric: DVec3,
    pub magnetic: DVec3,
    pub slope: f64,
    /// tau of collisions, infinite without.
    pub relaxation_time: f64,
    /// e g n/hbar of the first population's spins, all of them parallel.
    pub precession: f64,
    pub pulses: Vec<Pulse>,
}

impl Setup {
    fn of(scenario: &Scenario) -> Option<Self> {
        let Initial::Populations(populations) = &scenario.initial else { return None };
        let population = populations.first()?;
        let Momentum::Gaussian { spread, drift } = &population.momentum else { return None };
        let aligned = DVec3::Z * population.density;
        let mut setup = Setup {
            particle: Particle::new(&scenario.species, scenario.kinematics),
            spread: DVec3::from(spread.each()),
            drift: DVec3::from(*drift),
            electric: DVec3::ZERO,
            magnetic: DVec3::ZERO,
            slope: 0.0,
            relaxation_time: scenario.collisions.map_or(f64::INFINITY, |law| law.tau),
            precession: Exchange::of(scenario).map_or(0.0, |exchange| exchange.rate(aligned).z),
            pulses: scenario.pulses.clone(),
        };
        for external in &scenario.fields.external {
            match external {
                External::Uniform(field) => {
                    setup.electric += DVec3::from(field.E);
                    setup.magnetic += DVec3::from(field.B);
                }
                External::Gradient { slope, curvature: 0.0, .. } => setup.slope += slope,
                _ => return None,
            }
        }
        Some(setup)
    }

    /// Mean over the Gaussian in the momenta along two axes, the others zero. The
    /// trapezoidal rule to eight spreads is exact but for rounding.
    fn mean(&self, axes: [usize; 2], f: impl Fn(DVec3) -> f64) -> f64 {
        const STEPS: i32 = 64;
        let (mut sum, mut norm) = (0.0, 0.0);
        for i in -STEPS..=STEPS {
            for j in -STEPS..=STEPS {
                let [a, b] = [i, j].map(|i| 8.0 * f64::from(i) / f64::from(STEPS));
                let mut p = DVec3::ZERO;
                p[axes[0]] = self.drift[axes[0]] + a * self.spread[axes[0]];
                p[axes[1]] = self.drift[axes[1]] + b * self.spread[axes[1]];
                let weight = (-0.5 * (a * a + b * b)).exp();
                sum += weight * f(p);
                norm += weight;
            }
        }
        sum / norm
    }

    fn energy(&self, p: DVec3) -> f64 {
        (p.length_squared() + self.particle.mass * self.particle.mass).sqrt()
    }
}

/// Separation of spin up and down in a gradient, mu_B b t^2/m.
pub fn stern_gerlach(setup: &Setup, t: f64) -> f64 {
    (setup.particle.moment * setup.slope / setup.particle.mass).abs() * t * t
}

/// < cos(2 mu_B B m t/(hbar eps)) >: spins across B turn at 1/gamma.
pub fn larmor(setup: &Setup, t: f64) -> f64 {
    let rate = 2.0 * setup.particle.moment * setup.magnetic.z / setup.particle.hbar * setup.particle.mass;
    setup.mean([0, 2], |p| (rate * t / setup.energy(p)).cos())
}

/// t < (p/eps)(1 + s mu_B m B/eps^2) >: spins along +-x drift with their hidden momentum.
fn hidden(setup: &Setup, t: f64, s: f64) -> f64 {
    let energy = |p| setup.energy(p);
    let shift = s * setup.particle.moment * setup.particle.mass * setup.magnetic.x;
    t * setup.mean([0, 1], |p| {
        let p = DVec3::new(p.x, 0.0, 0.0);
        p.x / energy(p) * (1.0 + shift / (energy(p) * energy(p)))
    })
}

pub fn hidden_up(setup: &Setup, t: f64) -> f64 {
    hidden(setup, t, 1.0)
}

pub fn hidden_down(setup: &Setup, t: f64) -> f64 {
    hidden(setup, t, -1.0)
}

/// Thomas precession angle while a uniform E_x takes p_x to p_x + q E t,
/// `2 sgn(p_y) [ atan( sqrt((m_p - m)/(m_p + m)) tanh( asinh(p_x/m_p)/2 ) ) ]`,
/// m_p^2 = m^2 + p_y^2: the integral of (2 mu_B/hbar)(m/eps) p_y E/(eps + m).
fn angle(setup: &Setup, p: DVec3, t: f64) -> f64 {
    let perp = (setup.particle.mass * setup.particle.mass + p.y * p.y).sqrt();
    let at = |px: f64| {
        let root = ((perp - setup.particle.mass) / (perp + setup.particle.mass)).sqrt();
        2.0 * p.y.signum() * (root * ((px / perp).asinh() / 2.0).tanh()).atan()
    };
    at(p.x + setup.particle.charge * setup.electric.x * t) - at(p.x)
}

pub fn thomas_cosine(setup: &Setup, t: f64) -> f64 {
    setup.mean([0, 1], |p| angle(setup, p, t).cos())
}

pub fn thomas_sine(setup: &Setup, t: f64) -> f64 {
    -setup.mean([0, 1], |p| angle(setup, p, t).sin())
}

/// S_z + i S_x = exp(2 i alpha p0 t/hbar - 2 (alpha t sp/hbar)^2) of spins along z in h = alpha p_x sigma_y,
/// alpha = -mu_B E_z/2m; per particle.
fn rashba(setup: &Setup, t: f64) -> Complex64 {
    let alpha = -setup.particle.moment * setup.electric.z / (2.0 * setup.particle.mass);
    let turn = 2.0 * alpha * t / setup.particle.hbar;
    Complex64::from_polar((-0.5 * (turn * setup.spread.x).powi(2)).exp(), turn * setup.drift.x)
}

pub fn rashba_along(setup: &Setup, t: f64) -> f64 {
    rashba(setup, t).im
}

pub fn rashba_across(setup: &Setup, t: f64) -> f64 {
    rashba(setup, t).re
}

/// M_+ at x = 0 of spins tipped from z towards x by the first pulse, at t = 0, and turned about x by the second one, of pi, at
/// t1, in B_z = G x, per particle: sin(phi) h exp(i mu cos(phi) ln h), the phase reversed by the second pulse, with
///
/// `(1 + mu^2 cos^2 phi) ln h + (mu^2/2) sin^2 phi (h^2 - 1) = -D int q^2 dt`,
///
/// q the winding in x, which kappa = 2 mu_B G/hbar makes, D = v_th^2 tau, mu = Omega0 tau. A. J. Leggett, M. J. Rice, Phys.
/// Rev. Lett. 20, 586 (1968); for q v_th tau << 1. Rows at a pulse are of the state before.
fn echo(setup: &Setup, t: f64) -> Complex64 {
    let [tip, flip] = setup.pulses[..] else { return Complex64::ZERO };
    if t <= tip.time {
        return Complex64::ZERO;
    }
    let ((sin, cos), tau) = (tip.angle.sin_cos(), setup.relaxation_time);
    let mu = setup.precession * tau;
    let kappa = 2.0 * setup.particle.moment * setup.slope / setup.particle.hbar;
    let (winding, unwinding) = (t.min(flip.time), (t - flip.time).max(0.0));
    // The integral of q^2, q = kappa t, then kappa (t - 2 t1).
    let cubes = winding.powi(3) + flip.time.powi(3) - (flip.time - unwinding).powi(3);
    let squares = kappa * kappa * cubes / 3.0;
    let speed = setup.spread.x / setup.particle.mass;
    // Convex and rising in ln h: Newton's steps come down to it from 0.
    let mut log = 0.0_f64;
    for _ in 0..50 {
        let square = (2.0 * log).exp();
        let off = (1.0 + (mu * cos).powi(2)) * log
            + 0.5 * (mu * sin).powi(2) * (square - 1.0)
            + speed * speed * tau * squares;
        log -= off / (1.0 + (mu * cos).powi(2) + (mu * sin).powi(2) * square);
    }
    let phase = if unwinding > 0.0 { -mu * cos * log } else { mu * cos * log };
    Complex64::from_polar(sin * log.exp(), phase)
}

pub fn echo_along(setup: &Setup, t: f64) -> f64 {
    echo(setup, t).re
}

pub fn echo_across(setup: &Setup, t: f64) -> f64 {
    echo(setup, t).im
}

/// Most dots in a panel.
const DOTS: usize = 26;

/// Runs the scenario and draws its columns as dots on the curves of theory.
pub fn exhibit(histories: &Histories, runner: &Runner, loaded: &Loaded, entry: &mut Entry) -> Result<Figure> {
    let outcome = runner.run(loaded, &loaded.name)?;
    entry.take(&outcome);
    let scenario = &loaded.scenario;
    let setup = Setup::of(scenario);
    let time = outcome.table.column("time").unwrap_or_default();
    let mut traces = Vec::new();
    for history in histories.columns {
        let values = outcome
            .table
            .column(history.column)
            .ok_or_else(|| Error::Run(format!("{}: no column {}", loaded.name, history.column)))?;
        let setup =
            setup.as_ref().ok_or_else(|| Error::Run(format!("{}: not a Gaussian in uniform fields", loaded.name)))?;
        let theory: Vec<f64> = time.iter().map(|&t| (history.theory)(setup, t)).collect();
        let largest = theory.iter().map(|value| value.abs()).fold(0.0, f64::max);
        let far = |i: &usize| (values[*i] - theory[*i]).abs();
        if let Some(worst) = (0..time.len()).max_by(|a, b| far(a).total_cmp(&far(b))) {
            entry.rows.push(Row {
                what: format!("{} at its worst, t = {:.4}, error relative to its largest", history.label, time[worst]),
                expected: theory[worst],
                measured: Some(values[worst]),
                error: far(&worst) / largest,
                allowed: history.allowed,
            });
        }
        let stride = time.len().div_ceil(DOTS);
        let dots = time.iter().copied().zip(values.iter().copied()).step_by(stride);
        traces.push(Trace::new(&format!("{}, theory", history.label), time.iter().copied().zip(theory), Style::Line));
        traces.push(Trace::new(&format!("{}, measured", history.label), dots, Style::Dots));
    }
    let unit = histories.columns.first().and_then(|history| outcome.table.unit(history.column));
    Ok(Figure {
        title: scenario.title.clone(),
        panels: vec![Panel {
            title: String::new(),
            horizontal: ("t".into(), scenario.units.time.clone()),
            vertical: (histories.label.into(), unit.unwrap_or_default().into()),
            traces,
            logarithmic: false,
        }],
    })
}
