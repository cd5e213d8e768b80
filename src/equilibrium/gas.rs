//! The distribution F(H) of an ideal gas of spins in a uniform field, and its integrals.
//!
//! Ekman et al., section IV, with the signs put right: spins along B0 and against
//! it have the energies E+- = eps - m -+ mu_B B0 m/eps, and
//! F+- = (2 pi hbar)^-3 / (exp((E+- - mu)/T) + 1), without the 1 for Boltzmann.

use std::f64::consts::PI;

use super::quadrature::{gauss_legendre, integrate};
use crate::error::{Error, Result};
use crate::numerals::number;
use crate::scenario::schema::Statistics;

/// Where the exponent (E - mu)/T deserves a panel of its own.
const LEVELS: [f64; 15] = [-40.0, -20.0, -10.0, -5.0, -2.0, 0.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0];

/// Halvings of a bracket: to rounding, unless the root is smaller than the bracket by twenty decades.
const HALVINGS: usize = 120;

/// An ideal gas in thermal equilibrium.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gas {
    pub mass: f64,
    pub relativistic: bool,
    /// mu_B B0.
    pub spin_energy: f64,
    pub temperature: f64,
    pub statistics: Statistics,
    /// mu, without the rest mass. It scales a Boltzmann gas and changes nothing else.
    pub chemical_potential: f64,
    /// How many momenta are resolved; the others are zero.
    pub momenta: usize,
}

/// Integrals over momentum of F+ + F- and F+ - F- (up or down along mu_B B0), in
/// units of (2 pi hbar)^-3, scaled by [`Gas::log_scale`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Integrals {
    /// int w0
    pub number: f64,
    /// int |w|
    pub spin: f64,
    /// int (m/eps) |w|
    pub magnetic: f64,
    /// int (m/eps) w0
    pub inverse_gamma: f64,
    /// int (m/eps)^2 w0
    pub inverse_gamma_squared: f64,
    /// int p^2 w0
    pub square: f64,
}

impl Gas {
    /// The gas, if there is one.
    pub fn validated(self) -> Result<Gas> {
        let refuse = |text: String| Err(Error::Input(text));
        let shown = |value| number(value, 12);
        let cold = self.statistics == Statistics::FermiDirac;
        if !(self.mass.is_finite() && self.mass > 0.0) {
            return refuse(format!("found mass {}, expected a number > 0", shown(self.mass)));
        }
        if !self.temperature.is_finite() || self.temperature < 0.0 || (self.temperature == 0.0 && !cold) {
            let least = if cold { "0 or more" } else { "a number > 0 (Fermi-Dirac statistics take 0, too)" };
            return refuse(format!("found temperature {}, expected {least}", shown(self.temperature)));
        }
        if !self.spin_energy.is_finite() || (self.relativistic && self.spin_energy.abs() >= self.mass) {
            return refuse(format!(
                "found the spin energy mu_B B0 = {}, expected less than the rest energy {}, beyond which the model ends; \
                 use a weaker field",
                shown(self.spin_energy),
                shown(self.mass)
            ));
        }
        if !self.chemical_potential.is_finite() {
            return refuse(format!(
                "found the chemical potential {}, expected a finite number",
                self.chemical_potential
            ));
        }
        if self.temperature == 0.0 && self.filling() <= 0.0 {
            return refuse(format!(
                "found no particles: at T = 0 states are filled up to the chemical potential {}, and the lowest has the \
                 energy -|mu_B B0| = {}; raise it",
                shown(self.chemical_potential),
                shown(-self.spin_energy.abs())
            ));
        }
        Ok(self)
    }

    /// The integrals over all momenta, where they are numbers.
    pub fn finite_integrals(&self) -> Result<Integrals> {
        let integrals = self.integrals();
        if (integrals.square / integrals.number).is_finite() && integrals.spin.is_finite() {
            return Ok(integrals);
        }
        Err(Error::Input(format!(
            "found the temperature {}, the spin energy {} and the chemical potential {} of particles of mass {}, at which the \
             integrals over momentum leave the range of numbers or do not settle; expected energies that compare, within \
             some twelve decades, with each other and the mass",
            number(self.temperature, 6),
            number(self.spin_energy, 6),
            number(self.chemical_potential, 6),
            number(self.mass, 6)
        )))
    }

    /// mu above the lowest energy, -|mu_B B0|.
    fn filling(&self) -> f64 {
        self.chemical_potential + self.spin_energy.abs()
    }

    /// The energy above the lowest where exponents begin, and the 1 of the
    /// denominator on that scale: large exponents never meet small numbers.
    fn scale(&self) -> (f64, f64) {
        let filling = self.filling();
        match self.statistics {
            Statistics::Boltzmann => (0.0, 0.0),
            Statistics::FermiDirac if filling >= 0.0 => (filling, 1.0),
            Statistics::FermiDirac => (0.0, (filling / self.temperature).exp()),
        }
    }

    /// ln of what [`Gas::occupations`] and [`Gas::integrals`] leave out.
    pub fn log_scale(&self) -> f64 {
        let outside = self.filling() - self.scale().0;
        if outside == 0.0 { 0.0 } else { outside / self.temperature }
    }

    /// F+ + F- and F+ - F- at a kinetic energy, with the energies of the spins
    /// `splitting` below and above it.
    pub fn occupations(&self, kinetic: f64, splitting: f64) -> (f64, f64) {
        let lowest = self.spin_energy.abs();
        let (up, down) = (kinetic + (lowest - splitting), kinetic + (lowest + splitting));
        if self.temperature == 0.0 {
            let [up, down] = [up, down].map(|energy| if energy < self.filling() { 1.0 } else { 0.0 });
            return (up + down, up - down);
        }
        let (from, one) = self.scale();
        let exponent = |energy: f64| (energy - from) / self.temperature;
        let occupation = |energy: f64| 1.0 / (exponent(energy).exp() + one);
        // F+ - F- = F+ (1 - F-) (1 - exp((E+ - E-)/T)): no small difference of large numbers.
        let holes = if one == 0.0 { 1.0 } else { 1.0 / (1.0 + one * (-exponent(down)).exp()) };
        let difference = -(-2.0 * splitting / self.temperature).exp_m1();
        (occupation(up) + occupation(down), occupation(up) * holes * difference)
    }

    /// m/eps, 1 without relativity, and the kinetic energy at |p|.
    fn kinetics(&self, p: f64) -> (f64, f64) {
        if !self.relativistic {
            return (1.0, p * p / (2.0 * self.mass));
        }
        let eps = self.mass.hypot(p);
        (self.mass / eps, p * p / (eps + self.mass))
    }

    /// The momentum at which spins along (sign 1) or against (-1) mu_B B0 have an
    /// energy above the lowest; 0 if they have more at rest. From
    /// E = eps - m - sign |mu_B B0| m/eps.
    pub fn momentum_at(&self, energy: f64, sign: f64) -> f64 {
        let (m, b) = (self.mass, sign * self.spin_energy.abs());
        let above = energy - (self.spin_energy.abs() - b);
        if above <= 0.0 {
            return 0.0;
        }
        if !self.relativistic {
            return (2.0 * m * above).sqrt();
        }
        let c = m + energy - self.spin_energy.abs();
        let eps = 0.5 * (c + (c * c + 4.0 * b * m).max(0.0).sqrt());
        let kinetic = above / (1.0 + b / eps);
        (kinetic * (kinetic + 2.0 * m)).sqrt()
    }

    /// The momentum at which F has fallen by exp(-exponent) from its level at mu, or at
    /// rest where mu is below; the largest that is filled at T = 0.
    pub fn reach(&self, exponent: f64) -> f64 {
        self.momentum_at(self.scale().0 + exponent * self.temperature, 1.0)
    }

    /// Momentum over which F changes, 0 at T = 0: the spread sqrt(m T + T^2/4) of thermal
    /// motion, or T/v at the Fermi surface, whichever is less. Sums over cells of
    /// this width are integrals to 1e-8, as the distance of the poles of F from real
    /// momenta, where E = mu + i pi T, is pi times this.
    pub fn width(&self) -> f64 {
        let (m, t) = (self.mass, self.temperature);
        let hot = if self.relativistic { t * t / 4.0 } else { 0.0 };
        let spread = (m * t + hot).sqrt();
        if self.statistics == Statistics::Boltzmann || t == 0.0 {
            return spread;
        }
        let (mu, quadratic) = (self.filling(), if self.relativistic { 1.0 } else { 0.0 });
        // p^2 = 2 m E + E^2 at the pole.
        let (re, im) = (2.0 * m * mu + quadratic * (mu * mu - (PI * t).powi(2)), 2.0 * PI * t * (m + quadratic * mu));
        let modulus = re.hypot(im);
        // Im sqrt(re + i im), without cancellation.
        let imaginary = if re > 0.0 { im.abs() / (2.0 * (modulus + re)).sqrt() } else { (0.5 * (modulus - re)).sqrt() };
        spread.min(imaginary / PI)
    }

    /// A population as a sum of balls: radii, ascending, and weights, which add up to its
    /// occupation at rest. At T = 0 one ball is all.
    pub fn balls(&self, sign: f64) -> Vec<(f64, f64)> {
        let (from, one) = self.scale();
        if self.temperature == 0.0 {
            return vec![(self.momentum_at(from, sign), 1.0)];
        }
        let (b, t, width) = (sign * self.spin_energy.abs(), self.temperature, self.width());
        // exp(-25) = 1e-11; six nodes on two widths integrate the edge to 1e-9.
        let [start, end] = [-25.0, 25.0].map(|level| self.momentum_at(from + level * t, sign));
        if end == 0.0 {
            return Vec::new();
        }
        let panels = (0.5 * (end - start) / width).ceil();
        let rule = gauss_legendre(6);
        let mut balls = Vec::new();
        for panel in 0..panels as usize {
            let half = 0.5 * (end - start) / panels;
            let centre = start + (2.0 * panel as f64 + 1.0) * half;
            for (node, weight) in rule.iter().rev() {
                let p = centre + half * node;
                let (g, kinetic) = self.kinetics(p);
                let energy = kinetic + (self.spin_energy.abs() - b * g);
                let occupation = 1.0 / (((energy - from) / t).exp() + one);
                // dE/dp = v (1 + b m/eps^2), v/p = g/m.
                let coupling = if self.relativistic { b * g * g / self.mass } else { 0.0 };
                let slope = p * g / self.mass * (1.0 + coupling);
                balls.push((p, half * weight * slope / t * occupation * (1.0 - one * occupation)));
            }
        }
        balls
    }

    /// The integrals over all momenta.
    pub fn integrals(&self) -> Integrals {
        let [number, spin, magnetic, inverse_gamma, inverse_gamma_squared, square] = self
            .integrate(|p, g, [sum, difference]| [sum, difference, g * difference, g * sum, g * g * sum, p * p * sum]);
        Integrals { number, spin, magnetic, inverse_gamma, inverse_gamma_squared, square }
    }

    /// ln of int (F+ + F-) d3p in units of (2 pi hbar)^-3: of the density times (2 pi hbar)^3. That integral alone:
    /// those of differences take many panels where they cancel.
    pub fn log_states(&self) -> f64 {
        let [number] = self.integrate(|_, _, [sum, _]| [sum]);
        number.ln() + self.log_scale()
    }

    /// Integrals over all momenta of functions of |p|, m/eps and the [`Gas::occupations`] there.
    fn integrate<const N: usize>(&self, integrand: impl Fn(f64, f64, [f64; 2]) -> [f64; N]) -> [f64; N] {
        let (from, t) = (self.scale().0, self.temperature);
        let mut breaks = vec![0.0];
        for sign in [1.0, -1.0] {
            let levels = if t == 0.0 { &LEVELS[5..6] } else { &LEVELS[..] };
            breaks.extend(levels.iter().map(|level| self.momentum_at(from + level * t, sign)));
        }
        let end = breaks.iter().copied().fold(0.0, f64::max);
        if self.relativistic {
            breaks.extend([0.5, 1.0, 2.0, 4.0].map(|part| part * self.mass).into_iter().filter(|p| *p < end));
        }
        breaks.sort_by(f64::total_cmp);
        breaks.dedup();
        integrate(&breaks, |p| {
            let (g, kinetic) = self.kinetics(p);
            let occupations = self.occupations(kinetic, self.spin_energy.abs() * g).into();
            let measure = match self.momenta {
                1 => 2.0,
                2 => 2.0 * PI * p,
                _ => 4.0 * PI * p * p,
            };
            integrand(p, g, occupations).map(|value| measure * value)
        })
    }

    /// The gas with the chemical potential at which [`Gas::log_states`] has a value.
    pub fn filled(self, log_states: f64) -> Result<Gas> {
        let lowest = -self.spin_energy.abs();
        let at = |chemical_potential: f64| Gas { chemical_potential, ..self };
        let excess =
            |mu: f64| if mu > lowest || self.temperature > 0.0 { at(mu).log_states() - log_states } else { -1e300 };
        if self.temperature > 0.0 {
            // A Boltzmann gas is its scale; it has no fewer particles than a Fermi gas.
            let classical = Gas { statistics: Statistics::Boltzmann, chemical_potential: lowest, ..self };
            let mu = lowest + self.temperature * (log_states - classical.log_states());
            if self.statistics == Statistics::Boltzmann {
                return at(mu).validated();
            }
            return at(rising_root(excess, mu, self.temperature)?).validated();
        }
        // The kinetic energy at the radius of one ball with all particles is above mu.
        let radius = ((log_states - (4.0 * PI / 3.0).ln()) / 3.0).exp();
        at(rising_root(excess, lowest, self.kinetics(radius).1)?).validated()
    }
}

/// The root of a rising function above `from`: bracketed by doubling a first `step`, then
/// bisected down to rounding.
fn rising_root(f: impl Fn(f64) -> f64, from: f64, step: f64) -> Result<f64> {
    let (mut low, mut high, mut step) = (from, from + step, step);
    // Every step doubles: without end only where it is nothing, as of a density that is none.
    while step > 0.0 && f(high) < 0.0 {
        (low, high, step) = (high, high + 2.0 * step, 2.0 * step);
    }
    if !(high.is_finite() && high > from) {
        return Err(Error::Input(format!(
            "found no chemical potential above {} with this density; check the density and hbar",
            number(from, 6)
        )));
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        *(if f(middle) < 0.0 { &mut low } else { &mut high }) = middle;
    }
    Ok(0.5 * (low + high))
}
