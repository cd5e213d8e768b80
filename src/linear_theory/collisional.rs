//! Waves of a neutral gas that relaxes towards its local Maxwellian: sound, heat and shear.
//!
//! With a = 1/tau - i omega and means over the Maxwellian of v_th = 1,
//!
//! ```text
//! det(1 - P/tau) = 0,    P_ij = < e_i e_j/(a + i k v) >,    e = 1, v, (v^2 - D)/sqrt(2D)      sound, heat
//! 1 = < 1/(a + i k v) >/tau                                                                   shear, spins at xi = 1
//! ```
//!
//! P. L. Bhatnagar, E. P. Gross, M. Krook, Phys. Rev. 94, 511 (1954). Modes damped faster than 1/tau are no normal modes.

use std::f64::consts::TAU;

use glam::DVec3;
use num_complex::Complex64;

use super::Wave;
use super::landau::{Contour, Line};
use super::report::{Report, Search};
use super::roots::{self, Rectangle};
use crate::error::{Error, Result};
use crate::scenario::schema::{Initial, Kinematics, Momentum, PhaseAxis, Population, Scenario, Statistics, Units};

/// Thermal speeds to which integrals go, and the step of their nodes: the sums are integrals to rounding.
const FURTHEST: f64 = 10.0;
const STEP: f64 = 0.2;
/// Share of 1/tau that damping must stay above to be searched for.
const SLOWER: f64 = 0.98;

/// A gas at rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gas {
    /// sqrt(T/m)
    pub thermal_speed: f64,
    /// tau of its density and temperature.
    pub relaxation_time: f64,
    /// Momenta that are resolved, one to three.
    pub momenta: usize,
}

impl Gas {
    /// The gas of a scenario: its population without perturbations.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for what is no uniform Boltzmann gas of neutral particles.
    pub fn of(scenario: &Scenario) -> Result<Gas> {
        let refuse = |what: &str| Err(Error::Input(format!("dispersion: with `collisions`, {what}")));
        let Some(collisions) = scenario.collisions else { return refuse("which are missing") };
        if scenario.kinematics == Kinematics::Relativistic {
            return refuse("waves are those of a gas without relativity; set `kinematics` to \"non_relativistic\"");
        }
        let (population, temperature, momenta) = Gas::population(scenario, "collisions")?;
        let relaxation_time = collisions.time(population.density, temperature);
        Ok(Gas { thermal_speed: (temperature / scenario.species.mass).sqrt(), relaxation_time, momenta })
    }

    /// The only population of a scenario, its temperature and how many momenta are resolved; `with` is the entry that
    /// asks for it.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for what is no uniform Boltzmann gas of neutral particles at rest.
    pub(super) fn population<'s>(scenario: &'s Scenario, with: &str) -> Result<(&'s Population, f64, usize)> {
        let refuse = |what: &str| Err(Error::Input(format!("dispersion: with `{with}`, {what}")));
        if scenario.species.charge != 0.0 || !scenario.fields.external.is_empty() {
            return refuse("waves are those of a neutral gas without external fields; set `species.charge` to 0");
        }
        let Initial::Populations(populations) = &scenario.initial else {
            return refuse("the state is read; give one population in `initial.populations`");
        };
        let [population] = &populations[..] else { return refuse("there must be one population") };
        let momenta: Vec<usize> =
            (0..3).filter(|&k| scenario.phase_space.axis(PhaseAxis::MOMENTA[k]).is_some()).collect();
        let mass = scenario.species.mass;
        // Along each axis.
        let (temperatures, drift) = match &population.momentum {
            Momentum::Maxwellian { temperature, drift } => (temperature.each(), DVec3::from(*drift)),
            Momentum::Gaussian { spread, drift } => (spread.each().map(|s| s * s / mass), DVec3::from(*drift)),
            _ => return refuse("the population must be a `maxwellian` or a `gaussian`"),
        };
        let temperature = temperatures[momenta[0]];
        if momenta.iter().any(|&k| temperatures[k] != temperature) {
            return refuse("the population must be as hot along every momentum");
        }
        let fermi = scenario.collisions.is_some_and(|law| law.statistics != Statistics::Boltzmann);
        if fermi || momenta.iter().any(|&k| drift[k] != 0.0) {
            return refuse("the gas must be at rest and of Boltzmann statistics");
        }
        if population.space.is_some() {
            return refuse("the gas must be uniform; remove `space`");
        }
        Ok((population, temperature, momenta.len()))
    }

    /// < v^n/(a + i q v) > for n = 0 to 4, at a with Re a > 0 and, continued, beyond.
    pub(super) fn means(q: f64, a: Complex64) -> [Complex64; 5] {
        let line = Line::new(-FURTHEST, FURTHEST, STEP);
        let pole = Complex64::I * a / q;
        let grid = line.grid(Some(pole));
        let maxwellian = |v: Complex64| (-0.5 * v * v).exp() / TAU.sqrt();
        let mut sums = [Complex64::ZERO; 5];
        let mut add = |v: Complex64, weight: Complex64| {
            let mut term = maxwellian(v) * weight;
            for sum in &mut sums {
                *sum += term;
                term *= v;
            }
        };
        for node in (grid..line.count).step_by(2) {
            let v = Complex64::from(line.at(node));
            add(v, line.step() / (a + Complex64::I * q * v));
        }
        let weight = line.pole_weight(grid, pole, Contour::BelowPole);
        if weight != Complex64::ZERO {
            add(pole, weight / (Complex64::I * q));
        }
        sums
    }

    /// det(1 - P) of sound and heat, in units of tau and v_th.
    fn longitudinal(&self, q: f64, s: Complex64) -> Complex64 {
        let [m0, m1, m2, m3, m4] = Gas::means(q, 1.0 - Complex64::I * s);
        let d = self.momenta as f64;
        let root = (2.0 * d).sqrt();
        let (p11, p12, p22) = (1.0 - m0, -m1, 1.0 - m2);
        let (p13, p23) = (-(m2 - m0) / root, -(m3 - m1) / root);
        let p33 = 1.0 - (m4 - 2.0 * m2 + m0 + 2.0 * (d - 1.0) * m0) / (2.0 * d);
        p11 * (p22 * p33 - p23 * p23) - p12 * (p12 * p33 - p23 * p13) + p13 * (p12 * p23 - p22 * p13)
    }

    /// Waves of wavenumber `k` in a window of frequencies, by default all that are damped more slowly than by 1/tau.
    ///
    /// # Errors
    ///
    /// [`Error::Run`] where the dispersion function cannot be followed around the window.
    pub fn waves(&self, k: f64, search: &Search) -> Result<Vec<Wave>> {
        let (q, tau) = (k * self.thermal_speed * self.relaxation_time, self.relaxation_time);
        // Lopsided, so that what does not oscillate is inside and only one of a pair that does.
        let re = search.re.map_or([-0.05 * q, 4.0 * q], |re| re.map(|w| w * tau));
        let im = search.im.map_or([-SLOWER, 0.1 * q.min(1.0)], |im| im.map(|w| w * tau));
        let window = Rectangle::new(re, im);
        let longitudinal = |s: Complex64| self.longitudinal(q, s);
        let shear = |s: Complex64| 1.0 - Gas::means(q, 1.0 - Complex64::I * s)[0];
        let mut blocks: Vec<(&dyn Fn(Complex64) -> Complex64, usize)> = vec![(&longitudinal, 1)];
        if self.momenta > 1 {
            blocks.push((&shear, self.momenta - 1));
        }
        let mut found = Vec::new();
        for (block, (function, multiplicity)) in blocks.into_iter().enumerate() {
            let zeros = roots::zeros(function, window).ok_or_else(|| {
                Error::Run(format!(
                    "dispersion: the waves of k = {k} could not be told apart in this window; change --re or --im"
                ))
            })?;
            for zero in zeros {
                let oscillates = zero.at.re.abs() > 1e-6 * q;
                let name = if block == 1 {
                    "shear"
                } else if oscillates {
                    "sound"
                } else {
                    "heat"
                };
                found.push(Wave {
                    k,
                    omega: zero.at / tau,
                    error: zero.error / tau,
                    multiplicity: zero.multiplicity * multiplicity,
                    fields: name.into(),
                    near: None,
                });
            }
        }
        Ok(found)
    }
}

/// Searches the waves of a gas.
///
/// # Errors
///
/// Those of [`Gas::waves`].
pub fn report(title: &str, units: &Units, gas: &Gas, search: &Search) -> Result<Report> {
    Report::listed(title, units, search, Vec::new(), |k| gas.waves(k, search))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1/tau of the roots of exact answers, in one, two and three momenta: `modes`, found there as eigenvalues too.
    #[test]
    fn modes_are_those_of_the_exact_answers() {
        for (momenta, q, name, exact) in MODES {
            let gas = Gas { thermal_speed: 2.0, relaxation_time: 0.5, momenta };
            let found = gas.waves(q, &Search::default()).expect("followed");
            let wave = found.iter().find(|wave| wave.fields == name).unwrap_or_else(|| panic!("{name} of {found:?}"));
            let off = (wave.omega * 0.5 - Complex64::new(exact[0], exact[1])).norm();
            println!("{momenta} momenta, k v tau = {q}, {name}: off by {off:.1e}");
            assert!(off < 1e-10, "{momenta} {q} {name}: {} {exact:?}", wave.omega * 0.5);
        }
    }

    /// Long waves are those of a fluid: sound at sqrt(gamma) k, all damping k^2 T tau, to order (k v_th tau)^2.
    #[test]
    fn long_waves_are_hydrodynamic() {
        for momenta in 1..=3 {
            let gas = Gas { thermal_speed: 1.0, relaxation_time: 1.0, momenta };
            let gamma = 1.0 + 2.0 / momenta as f64;
            let k = 0.02;
            let found = gas.waves(k, &Search::default()).expect("followed");
            assert_eq!(found.len(), if momenta > 1 { 3 } else { 2 }, "{found:?}");
            for wave in found {
                let speed = if wave.fields == "sound" { gamma.sqrt() } else { 0.0 };
                assert!((wave.omega.re / k - speed).abs() < 1e-3, "{wave:?}");
                assert!((wave.omega.im / (k * k) + 1.0).abs() < 5e-3, "{wave:?}");
            }
        }
    }

    /// Momenta, k v_th tau, name, omega tau.
    const MODES: [(usize, f64, &str, [f64; 2]); 32] = [
        (1, 0.01, "sound", [0.0173213730422, -9.99667119077e-05]),
        (1, 0.01, "heat", [0.0, -9.99766839808e-05]),
        (1, 0.05, "sound", [0.0867076224156, -0.00247984096671]),
        (1, 0.05, "heat", [0.0, -0.00248568023963]),
        (1, 0.2, "sound", [0.351290390435, -0.0363399946213]),
        (1, 0.2, "heat", [0.0, -0.0370533116969]),
        (1, 1.0, "sound", [1.84309570332, -0.558818154901]),
        (1, 1.0, "heat", [0.0, -0.558296180456]),
        (2, 0.01, "sound", [0.0141424889255, -9.99850107348e-05]),
        (2, 0.01, "heat", [0.0, -9.9980014484e-05]),
        (2, 0.01, "shear", [0.0, -9.99900039973e-05]),
        (2, 0.05, "sound", [0.0707541100141, -0.00249078729655]),
        (2, 0.05, "heat", [0.0, -0.00248772053083]),
        (2, 0.05, "shear", [0.0, -0.00249381146886]),
        (2, 0.2, "sound", [0.285118921105, -0.0380632456316]),
        (2, 0.2, "heat", [0.0, -0.0374594398808]),
        (2, 0.2, "shear", [0.0, -0.0386046168158]),
        (2, 1.0, "sound", [1.49339037801, -0.651242358418]),
        (2, 1.0, "heat", [0.0, -0.602194780763]),
        (2, 1.0, "shear", [0.0, -0.697369159288]),
        (3, 0.01, "sound", [0.0129102455382, -9.99862298947e-05]),
        (3, 0.01, "heat", [0.0, -9.99820126263e-05]),
        (3, 0.01, "shear", [0.0, -9.99900039973e-05]),
        (3, 0.05, "sound", [0.0645868229164, -0.00249150604575]),
        (3, 0.05, "heat", [0.0, -0.00248894230367]),
        (3, 0.05, "shear", [0.0, -0.00249381146886]),
        (3, 0.2, "sound", [0.260179268854, -0.0381595816677]),
        (3, 0.2, "heat", [0.0, -0.0376970485949]),
        (3, 0.2, "shear", [0.0, -0.0386046168158]),
        (3, 1.0, "sound", [1.35755977655, -0.655105836141]),
        (3, 1.0, "heat", [0.0, -0.625179237557]),
        (3, 1.0, "shear", [0.0, -0.697369159288]),
    ];
}
