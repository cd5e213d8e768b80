//! Transverse spin waves of a polarised neutral gas whose spins turn in the mean field of each other.
//!
//! For w_+ = w1 + i w2 ~ exp(i(k x - omega t)) across the polarisation M0 of a Maxwellian,
//!
//! ```text
//! 1 + eta = (A + eta a) G(a),   G(a) = < 1/(a + i k v) > = sqrt(pi/2)/(k v_th) w_F(i a/(sqrt2 k v_th))
//! A = 1/tau - i Omega0,   a = A - i omega,   Omega0 = e g_x M0/hbar
//! ```
//!
//! with the Faddeeva function w_F; eta = e g_x n/(2 T) is that of the forces, 0 with the torque alone. Long waves have
//! omega = -i D k^2 (1 + eta)/(1 - i Omega0 tau), D = v_th^2 tau: A. J. Leggett, M. J. Rice, Phys. Rev. Lett. 20, 586
//! (1968). Modes damped faster than 1/tau are no normal modes.

use num_complex::Complex64;

use super::Wave;
use super::collisional::Gas;
use super::report::{Report, Search};
use super::roots::{self, Rectangle};
use crate::error::{Error, Result};
use crate::exchange::Exchange;
use crate::scenario::schema::{Scenario, Spin, Units};

/// A polarised gas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpinGas {
    /// sqrt(T/m)
    pub thermal_speed: f64,
    /// 1/tau, 0 without collisions.
    pub relaxation_rate: f64,
    /// Omega0, with its sign.
    pub precession: f64,
    /// eta of the forces.
    pub forces: f64,
}

impl SpinGas {
    /// The gas of a scenario with an exchange mean field: its population without perturbations.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for what is no uniform, uniformly polarised Boltzmann gas of neutral particles.
    pub fn of(scenario: &Scenario) -> Result<SpinGas> {
        let refuse = |what: &str| Err(Error::Input(format!("dispersion: with `exchange`, {what}")));
        let Some(exchange) = Exchange::of(scenario) else { return refuse("which is missing") };
        if exchange.potential.is_some() {
            return refuse("waves are those of a contact interaction; remove `exchange.range`");
        }
        let (population, temperature, _) = Gas::population(scenario, "exchange")?;
        let Some(Spin::Uniform { polarisation, .. }) = population.spin else {
            return refuse("spins must be polarised alike everywhere; give the population a `uniform` spin");
        };
        if scenario.fields.uniform.B != [0.0; 3] {
            return refuse("waves are those without B, which turns all spins alike; remove `fields.uniform.B`");
        }
        let magnetisation = glam::DVec3::Z * (population.density * polarisation);
        Ok(SpinGas {
            thermal_speed: (temperature / scenario.species.mass).sqrt(),
            relaxation_rate: scenario.collisions.map_or(0.0, |law| 1.0 / law.time(population.density, temperature)),
            precession: exchange.rate(magnetisation).z,
            forces: exchange.forces_on_waves(population.density, temperature),
        })
    }

    /// -i D k^2 (1 + eta)/(1 - i Omega0 tau) of long waves in a gas that collides.
    pub(crate) fn long_wave(&self, k: f64) -> Complex64 {
        let q = k * self.thermal_speed;
        -Complex64::I * q * q * (1.0 + self.forces) / Complex64::new(self.relaxation_rate, -self.precession)
    }

    /// 1 + eta - (A + eta a) G(a).
    pub(crate) fn dispersion(&self, k: f64, omega: Complex64) -> Complex64 {
        let q = k * self.thermal_speed;
        let steady = Complex64::new(self.relaxation_rate, -self.precession);
        let a = steady - Complex64::I * omega;
        1.0 + self.forces - (steady + self.forces * a) / q * Gas::means(1.0, a / q)[0]
    }

    /// Waves of wavenumber `k` in a window of frequencies; by default those that relax more slowly than collisions do, or
    /// than thermal motion takes them apart.
    ///
    /// # Errors
    ///
    /// [`Error::Run`] where the dispersion function cannot be followed around the window.
    pub fn waves(&self, k: f64, search: &Search) -> Result<Vec<Wave>> {
        let q = k * self.thermal_speed;
        let (reach, damping) = match self.relaxation_rate {
            0.0 => (self.precession.abs() + 2.0 * q, q),
            rate => (self.precession.abs() + 2.0 * q, 0.98 * rate),
        };
        // Lopsided, so that no root lies on its middle lines.
        let window = Rectangle::new(
            search.re.unwrap_or([-1.03 * reach, reach]),
            search.im.unwrap_or([-damping, 0.11 * damping]),
        );
        let zeros = roots::zeros(&|omega| self.dispersion(k, omega), window).ok_or_else(|| {
            Error::Run(format!(
                "dispersion: the waves of k = {k} could not be told apart in this window; change --re or --im"
            ))
        })?;
        let wave = |zero: roots::Zero| Wave {
            k,
            omega: zero.at,
            error: zero.error,
            multiplicity: zero.multiplicity,
            fields: "spin".into(),
            near: None,
        };
        Ok(zeros.into_iter().map(wave).collect())
    }
}

/// Searches the waves of a polarised gas.
///
/// # Errors
///
/// Those of [`SpinGas::waves`].
pub fn report(title: &str, units: &Units, gas: &SpinGas, search: &Search) -> Result<Report> {
    let note = "spin waves turn about the polarisation as exp(i(k x - omega t)), omega with its sign".into();
    Report::listed(title, units, search, vec![note], |k| gas.waves(k, search))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn off(gas: SpinGas, k: f64, exact: [f64; 2]) -> f64 {
        let exact = Complex64::new(exact[0], exact[1]);
        let waves = gas.waves(k, &Search::default()).expect("followed");
        waves.iter().map(|wave| (wave.omega - exact).norm()).fold(f64::INFINITY, f64::min)
    }

    /// Roots of the exact answers to 1e-9, tau = 1 and v_th = 1: with mu and eta of either sign, and without collisions.
    #[test]
    fn waves_are_those_of_the_exact_answers() {
        for (eta, mu, k, exact) in [
            (0.0, 0.0, 0.3, [0.0, -0.083_800_166_803_189_97]),
            (0.0, 0.5, 0.1, [0.003_931_285_133_434_373, -0.007_985_761_594_984_69]),
            (0.0, 1.0, 1.0, [0.314_516_517_580_345_77, -0.508_459_682_427_667_1]),
            (0.0, 5.0, 2.0, [0.815_876_413_898_808_3, -0.306_357_786_024_407_16]),
            (0.0, -2.0, 0.5, [-0.099_876_790_209_446_45, -0.056_080_691_918_052_52]),
            (0.1, 1.0, 1.0, [0.366_828_021_934_133_33, -0.557_203_712_148_813]),
            (0.1, 5.0, 0.3, [0.019_089_116_492_847_3, -0.003_842_177_234_993_098_8]),
            (-0.2, 1.0, 1.0, [0.223_690_719_988_091_48, -0.405_334_714_990_967_1]),
            (-0.2, 5.0, 0.3, [0.013_895_278_823_068_18, -0.002_802_678_493_471_722]),
        ] {
            let gas = SpinGas { thermal_speed: 1.0, relaxation_rate: 1.0, precession: mu, forces: eta };
            let off = off(gas, k, exact);
            assert!(off < 1e-9, "eta {eta}, mu {mu}, k {k}: off by {off:.1e}");
        }
        for (k, exact) in [
            (0.1, [0.010_104_298_084_712_806, 0.0]),
            (0.3, [0.103_416_538_986_269_53, -0.004_202_555_974_896_481]),
            (0.5, [0.288_591_807_302_848_5, -0.085_082_181_428_719_62]),
            (1.0, [0.768_934_902_491_231, -0.565_695_893_649_807_9]),
        ] {
            let gas = SpinGas { thermal_speed: 1.0, relaxation_rate: 0.0, precession: 1.0, forces: 0.0 };
            let off = off(gas, k, exact);
            assert!(off < 1e-9, "k {k}: off by {off:.1e}");
        }
    }

    /// omega = -i D k^2 (1 + eta)/(1 - i mu) of long waves, to k^2 of it, in any units.
    #[test]
    fn long_waves_are_those_of_leggett_and_rice() {
        let (tau, speed, mu, eta) = (0.4, 3.0, -1.5, 0.2);
        let gas = SpinGas { thermal_speed: speed, relaxation_rate: 1.0 / tau, precession: mu / tau, forces: eta };
        let k = 0.01 / (speed * tau);
        let exact = -Complex64::I * speed * speed * tau * k * k * (1.0 + eta) / Complex64::new(1.0, -mu);
        let off = off(gas, k, [exact.re, exact.im]);
        assert!(off < 1e-3 * exact.norm(), "off by {off:.1e} of {exact}");
    }
}
