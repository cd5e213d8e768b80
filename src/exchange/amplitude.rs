//! The amplitude of two particles in vacuum, and the mean field that many of them make.
//!
//! A. E. Ruckenstein, L. P. Levy, reply on spin transport in dilute polarized gases, for a separable potential
//! V(k', k) = g v(k') v(k), v = exp(-(k b/hbar)^2/2), of relative momenta k with the energies E_k = k^2/m:
//!
//! ```text
//! t(k', k; E) = g v(k') v(k)/(1 - g I(E)),   I(E) = int d3k/(2 pi hbar)^3 v^2/(E - E_k + i0)
//! T0(kappa)   = Re t - 2 P int |f|^2/(2 (E_kappa - E_k))        f = <kappa| t(E_k) |k>      (their equation 3)
//! Sigma_c     = (e/2) int m(q) P int |f|^2/(E_kappa - E_k)      kappa = |p - q|/2           (equation 2)
//! Sigma_HF    = (e/2) int m(q) T0                                                           (equation 1)
//! ```
//!
//! By Low's equation T0 is V itself; what the second orders add cancels, and Sigma_HF + Sigma_c is that of Re t alone.

use std::f64::consts::{PI, TAU};

use num_complex::Complex64;

use crate::error::{Error, Result};
use crate::numerals::number;

/// Halvings of a step of quadratures, at the most; each squares the error.
const HALVINGS: usize = 14;
/// Where Gaussians end, exp(-x^2) and exp(-x^2/2): what is beyond is below 1e-16.
const REACH: f64 = 8.8;

/// A separable potential and the particles that it acts between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Potential {
    /// g: an energy times a volume.
    pub strength: f64,
    /// b
    pub range: f64,
    /// m
    pub mass: f64,
    /// Planck's constant over 2 pi.
    pub hbar: f64,
}

/// What two particles of relative momentum kappa have, energies times volume.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OnShell {
    /// V(kappa, kappa)
    pub potential: f64,
    /// t at the energy of both.
    pub amplitude: Complex64,
    /// P int |f|^2/(E_kappa - E_k): the second order of equation 2, and minus that of T0.
    pub second_order: f64,
    /// T0 of equation 3.
    pub many_body: f64,
}

/// Self-energies of a spin in a gas, over the sign e of exchange.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelfEnergy {
    /// Equation 1.
    pub hartree_fock: f64,
    /// Equation 2.
    pub collisions: f64,
    /// That of Re t, on the shell.
    pub local_field: f64,
}

/// g_x = 4 pi hbar^2 a/m of particles with the scattering length a.
pub fn contact_strength(length: f64, mass: f64, hbar: f64) -> f64 {
    4.0 * PI * hbar * hbar * length / mass
}

/// exp(-x^2) int_0^x exp(t^2) dt, by G. B. Rybicki's sum (Computers in Physics 3, 85 (1989)), exact to rounding.
fn dawson(x: f64) -> f64 {
    const STEP: f64 = 0.25;
    let (first, last) = (((x.abs() - REACH) / STEP).floor() as i64, ((x.abs() + REACH) / STEP).ceil() as i64);
    let term = |n: i64| (-(x.abs() - n as f64 * STEP).powi(2)).exp() / n as f64;
    (first..=last).filter(|n| n % 2 != 0).map(term).sum::<f64>() / PI.sqrt() * x.signum()
}

/// Halves a step until a sum, the first of what `of` makes of it, is the same to rounding of the sum of magnitudes, the
/// second.
fn halved(of: impl Fn(f64) -> [f64; 2]) -> f64 {
    let (mut step, mut before) = (0.4, f64::NAN);
    for _ in 0..HALVINGS {
        let [sum, scale] = of(step);
        if (sum - before).abs() <= 1e-14 * scale {
            return sum;
        }
        (before, step) = (sum, 0.5 * step);
    }
    before
}

/// The integral of an even function over all x by the trapezoid of a step, with points at odd multiples of half of it; and
/// that of its magnitude. For smooth functions the error falls exponentially with 1/step.
fn trapezoid(step: f64, reach: f64, value: impl Fn(f64) -> f64) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for n in 0..(reach / step).ceil() as usize {
        let value = 2.0 * step * value((n as f64 + 0.5) * step);
        sums = [sums[0] + value, sums[1] + value.abs()];
    }
    sums
}

/// The principal value of the integral of y^2 g(y)/(x^2 - y^2) over all y, g even and smooth, gone beyond `reach`: the
/// trapezoid, and pi x g(x) tan(pi x/step) for the poles, which is zero where they lie in the middle between points.
fn principal_value(x: f64, reach: f64, g: impl Fn(f64) -> f64) -> f64 {
    halved(|step| {
        let near = x < 0.25 * step;
        let step = if near { step } else { x / (2.0 * x / step).ceil() };
        let [sum, scale] = trapezoid(step, reach, |y| y * y * g(y) / (x * x - y * y));
        let poles = if near { PI * x * g(x) * (PI * x / step).tan() } else { 0.0 };
        [sum + poles, scale]
    })
}

impl Potential {
    /// k b/hbar
    fn scaled(&self, momentum: f64) -> f64 {
        momentum * self.range / self.hbar
    }

    /// g m/(hbar^2 b), without dimension.
    fn coupling(&self) -> f64 {
        self.strength * self.mass / (self.hbar * self.hbar * self.range)
    }

    /// Refuses a potential that binds a pair, whose state is a term of its own in Low's equation: g m/(hbar^2 b) below
    /// -4 pi^(3/2).
    ///
    /// # Errors
    ///
    /// [`Error::Input`] with the least strength that binds none.
    pub fn refuse_bound_state(&self) -> Result<()> {
        let least = -4.0 * PI.powf(1.5);
        if self.coupling() > least {
            return Ok(());
        }
        let least = least * self.hbar * self.hbar * self.range / self.mass;
        Err(Error::Input(format!(
            "found a strength of {}, which binds a pair, expected one above {}: a bound state is a term of its own in Low's \
             equation",
            number(self.strength, 12),
            number(least, 7)
        )))
    }

    /// 1 - g I at the energy of the scaled relative momentum x, I = (2 x D(x) - 1)/(4 pi^(3/2)) - i x exp(-x^2)/(4 pi)
    /// with Dawson's function D.
    fn denominator(&self, x: f64) -> Complex64 {
        let re = (2.0 * x * dawson(x) - 1.0) / (4.0 * PI.powf(1.5));
        let im = -x * (-x * x).exp() / (4.0 * PI);
        1.0 - self.coupling() * Complex64::new(re, im)
    }

    /// V, t and T0 at the relative momentum `kappa`, not negative.
    pub fn on_shell(&self, kappa: f64) -> OnShell {
        let x = self.scaled(kappa);
        let potential = self.strength * (-x * x).exp();
        let amplitude = potential / self.denominator(x);
        // (g^2 m/hbar^2 b) v(x)^2 P int d3y/(2 pi)^3 v(y)^2/(|1 - g I(y)|^2 (x^2 - y^2))
        let integral =
            principal_value(x, REACH, |y| (-y * y).exp() / self.denominator(y).norm_sqr()) / (2.0 * TAU * PI);
        let second_order = potential * self.coupling() * integral;
        OnShell { potential, amplitude, second_order, many_body: amplitude.re - second_order }
    }

    /// Self-energies at the momentum `p`, not negative, in a Maxwellian of spins of a density and temperature.
    pub fn self_energy(&self, p: f64, density: f64, temperature: f64) -> SelfEnergy {
        let spread = (self.mass * temperature).sqrt();
        let p = p / spread;
        // Of the distance r = |p - q| in spreads, so that sums over all r count twice.
        let weight = |r: f64| {
            let shape = if p > 0.0 { -(-2.0 * r * p).exp_m1() / p } else { 2.0 * r };
            0.5 * r * (-0.5 * (r - p).powi(2)).exp() * shape / TAU.sqrt()
        };
        let mean = |of: &dyn Fn(OnShell) -> f64| {
            let value = |r: f64| weight(r) * of(self.on_shell(0.5 * r * spread));
            0.5 * density * halved(|step| trapezoid(step, p + REACH, value))
        };
        SelfEnergy {
            hartree_fock: mean(&|pair| pair.many_body),
            collisions: mean(&|pair| pair.second_order),
            local_field: mean(&|pair| pair.amplitude.re),
        }
    }

    /// m t(0)/(4 pi hbar^2)
    pub fn scattering_length(&self) -> f64 {
        self.on_shell(0.0).amplitude.re / contact_strength(1.0, self.mass, self.hbar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn potential(strength: f64) -> Potential {
        Potential { strength, range: 1.0, mass: 1.0, hbar: 1.0 }
    }

    fn close(what: &str, found: f64, exact: f64, tolerance: f64) {
        assert!((found - exact).abs() <= tolerance, "{what}: {found} for {exact}");
    }

    /// Abramowitz and Stegun, table 7.5: D(1), D(2); D(x) = 1/(2x) + 1/(4x^3) + ... far out.
    #[test]
    fn dawson_is_the_table() {
        for (x, exact) in [(0.0, 0.0), (1.0, 0.538_079_506_912_768), (2.0, 0.301_340_388_923_792)] {
            close("D", dawson(x), exact, 1e-14);
            close("D of -x", dawson(-x), -exact, 1e-14);
        }
        let x = 50.0_f64;
        let series =
            (1.0 + 0.5 / (x * x) * (1.0 + 1.5 / (x * x) * (1.0 + 2.5 / (x * x) * (1.0 + 3.5 / (x * x))))) / (2.0 * x);
        close("D(50)", dawson(x), series, 1e-15);
    }

    /// V, Re t, Im t and Re t - V of g = 5, 40, -10, another's numbers: to 1e-8. The second order is a principal value of
    /// its own, so that T0 = V is Low's equation.
    #[test]
    fn amplitudes_are_the_exact_answers() {
        for (g, kappa, v, re, im, second) in [
            (
                5.0,
                0.3,
                4.569_655_926_356_141,
                3.819_353_982_358_832_5,
                -0.351_194_538_937_040_33,
                -0.750_301_943_996_625_4,
            ),
            (
                5.0,
                1.5,
                0.526_996_122_809_321_7,
                0.560_451_635_844_801_4,
                -0.037_662_967_084_166_38,
                0.033_455_513_035_443_536,
            ),
            (40.0, 0.3, 36.557_247_410_849_13, 13.069_885_081_684_872, -4.578_524_404_243_375, -23.487_362_329_144_798),
            (40.0, 0.7, 24.505_055_767_376_643, 8.929_045_648_187_59, -8.059_276_765_714_484, -15.576_010_119_172_171),
            (
                40.0,
                1.5,
                4.215_968_982_474_574,
                4.186_972_086_258_332,
                -4.312_192_508_686_938,
                -0.028_996_896_214_371_17,
            ),
            (
                -10.0,
                0.7,
                -6.126_263_941_844_161,
                -6.092_888_443_029_195,
                -2.384_703_745_683_886,
                0.033_375_498_815_240_885,
            ),
        ] {
            let found = potential(g).on_shell(kappa);
            for (what, found, exact) in [
                ("V", found.potential, v),
                ("Re t", found.amplitude.re, re),
                ("Im t", found.amplitude.im, im),
                ("second order", found.second_order, second),
                ("T0", found.many_body, v),
            ] {
                close(&format!("g {g}, kappa {kappa}: {what}"), found, exact, 1e-10);
            }
            // Of the flux: Im t = - (m kappa/4 pi hbar^3) |t|^2.
            close("unitarity", found.amplitude.im, -kappa / (4.0 * PI) * found.amplitude.norm_sqr(), 1e-12);
        }
    }

    /// Self-energies in a Maxwellian, T = 1, of g = 40: another's six digits, to 2e-6; Sigma_HF = (g/2) (2/3)^(3/2) exp(-p^2/6), and
    /// both together are that of Re t.
    #[test]
    fn self_energies_are_the_exact_answers() {
        for (p, hartree_fock, collisions, local) in
            [(0.0, 10.886_622, -6.719_23, 4.167_392), (1.0, 9.215_326, -5.520_602, 3.694_725)]
        {
            let found = potential(40.0).self_energy(p, 1.0, 1.0);
            close("Sigma_HF", found.hartree_fock, 20.0 * (2.0_f64 / 3.0).powf(1.5) * (-p * p / 6.0).exp(), 1e-9);
            close("Sigma_HF", found.hartree_fock, hartree_fock, 2e-6);
            close("Sigma_c", found.collisions, collisions, 2e-6);
            close("Re t", found.local_field, local, 2e-6);
            close("sum", found.hartree_fock + found.collisions, found.local_field, 1e-9);
        }
    }

    /// A weak potential has t = g in the limit of long waves, whatever the units, and g_x follows from its length; one that
    /// binds is refused.
    #[test]
    fn units_and_lengths() {
        let pair = Potential { strength: 1e-6, range: 0.1, mass: 3.0, hbar: 2.0 };
        let strength = contact_strength(pair.scattering_length(), pair.mass, pair.hbar);
        close("g_x", strength / 1e-6, 1.0 / (1.0 + pair.coupling() / (4.0 * PI.powf(1.5))), 1e-12);
        // All lengths doubled, b and those of kappa, and volumes eightfold.
        let doubled = Potential { strength: 8.0 * pair.strength * 1e6 / 4.0, range: 0.2, ..pair };
        let single = Potential { strength: pair.strength * 1e6, ..pair };
        let [one, two] = [single.on_shell(9.0), doubled.on_shell(4.5)];
        close("t", two.amplitude.re / one.amplitude.re, 2.0, 1e-12);
        close("second order", two.second_order / one.second_order, 2.0, 1e-10);
        assert!(potential(-22.27).refuse_bound_state().is_ok());
        let refused = potential(-22.28).refuse_bound_state().expect_err("bound").to_string();
        assert!(refused.contains("found a strength of -22.28") && refused.contains("above -22.27"), "{refused}");
    }
}
