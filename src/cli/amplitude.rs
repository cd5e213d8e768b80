//! `spinwigner amplitude`: from two particles in vacuum to the mean field of many.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use spinwigner::exchange::amplitude::{OnShell, Potential, SelfEnergy, contact_strength};
use spinwigner::numerals::{column, number};
use spinwigner::{Error, Result};

#[derive(Debug, Args)]
pub struct Flags {
    /// g of the separable potential V(k', k) = g v(k') v(k), v = exp(-(k b/hbar)^2/2).
    #[arg(long, value_name = "G", allow_negative_numbers = true, required_unless_present = "scattering_length")]
    strength: Option<f64>,
    /// b of the potential.
    #[arg(long, value_name = "B", default_value = "1", conflicts_with = "scattering_length")]
    range: f64,
    /// The scattering length of a contact interaction, in place of a potential.
    #[arg(long, value_name = "A", allow_negative_numbers = true, conflicts_with_all = ["strength", "kappa", "momentum"])]
    scattering_length: Option<f64>,
    /// Relative momentum of two particles; may be given more than once. Default: 0.
    #[arg(long, value_name = "K")]
    kappa: Vec<f64>,
    /// Momentum of a particle whose self-energies in a Maxwellian are asked for; may be given more than once.
    #[arg(long, value_name = "P")]
    momentum: Vec<f64>,
    /// Density of the polarised spins.
    #[arg(long, value_name = "N", default_value = "1")]
    density: f64,
    /// Their temperature.
    #[arg(long, value_name = "T", default_value = "1")]
    temperature: f64,
    /// Relaxation time, for mu = Omega0 tau.
    #[arg(long, value_name = "TAU")]
    tau: Option<f64>,
    /// Mass m.
    #[arg(long, value_name = "M", default_value = "1")]
    mass: f64,
    /// Planck's constant over 2 pi.
    #[arg(long, value_name = "HBAR", default_value = "1")]
    hbar: f64,
    /// Fermions: e = -1 in place of the 1 of bosons.
    #[arg(long)]
    fermions: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Flags {
    fn refuse_bad(&self) -> Result<()> {
        let positive = [("--range", self.range), ("--density", self.density), ("--temperature", self.temperature)];
        let rest = [("--mass", self.mass), ("--hbar", self.hbar), ("--tau", self.tau.unwrap_or(1.0))];
        for (name, value) in positive.into_iter().chain(rest) {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Input(format!("{name}: found {value}, expected a number > 0")));
            }
        }
        for (name, value) in [("--strength", self.strength), ("--scattering-length", self.scattering_length)] {
            if let Some(value) = value.filter(|value| !value.is_finite()) {
                return Err(Error::Input(format!("{name}: found {value}, expected a finite number")));
            }
        }
        for (name, values) in [("--kappa", &self.kappa), ("--momentum", &self.momentum)] {
            if let Some(value) = values.iter().find(|value| !(**value >= 0.0 && value.is_finite())) {
                return Err(Error::Input(format!("{name}: found {value}, expected a number >= 0")));
            }
        }
        Ok(())
    }

    fn sign(&self) -> f64 {
        if self.fermions { -1.0 } else { 1.0 }
    }
}

/// What is printed.
struct Answer {
    length: f64,
    strength: f64,
    /// Omega0 = e g_x n/hbar, and mu.
    rate: f64,
    mu: Option<f64>,
    pairs: Vec<(f64, OnShell)>,
    energies: Vec<(f64, SelfEnergy)>,
}

/// Computes and formats.
pub fn report(flags: &Flags) -> Result<String> {
    flags.refuse_bad()?;
    let (mut pairs, mut energies) = (Vec::new(), Vec::new());
    let length = match (flags.scattering_length, flags.strength) {
        (Some(length), _) => length,
        (None, strength) => {
            let potential = Potential {
                strength: strength.unwrap_or_default(),
                range: flags.range,
                mass: flags.mass,
                hbar: flags.hbar,
            };
            potential.refuse_bound_state().map_err(|error| Error::Input(format!("--strength: {error}")))?;
            let momenta = if flags.kappa.is_empty() { &[0.0][..] } else { &flags.kappa };
            pairs = momenta.iter().map(|&kappa| (kappa, potential.on_shell(kappa))).collect();
            let energy = |&p: &f64| (p, potential.self_energy(p, flags.sign() * flags.density, flags.temperature));
            energies = flags.momentum.iter().map(energy).collect();
            potential.scattering_length()
        }
    };
    let strength = contact_strength(length, flags.mass, flags.hbar);
    let rate = flags.sign() * strength * flags.density / flags.hbar;
    let answer = Answer { length, strength, rate, mu: flags.tau.map(|tau| rate * tau), pairs, energies };
    if !answer.is_finite() {
        return Err(Error::Input(
            "amplitude: found an answer beyond what numbers hold, expected masses, momenta and energies whose squares are \
             numbers; use units in which they are near one"
                .into(),
        ));
    }
    if flags.json { Ok(format!("{:#}\n", answer.json())) } else { Ok(answer.text()) }
}

impl Answer {
    fn is_finite(&self) -> bool {
        let one = [self.length, self.strength, self.rate, self.mu.unwrap_or_default()];
        let pairs = self.pairs.iter().flat_map(|(_, pair)| {
            [pair.potential, pair.amplitude.re, pair.amplitude.im, pair.many_body, pair.second_order]
        });
        let energies =
            self.energies.iter().flat_map(|(_, energy)| [energy.hartree_fock, energy.collisions, energy.local_field]);
        one.into_iter().chain(pairs).chain(energies).all(f64::is_finite)
    }

    fn json(&self) -> serde_json::Value {
        let pair = |(kappa, pair): &(f64, OnShell)| {
            json!({
                "kappa": kappa, "potential": pair.potential,
                "amplitude": [pair.amplitude.re, pair.amplitude.im],
                "many_body": pair.many_body,
                "second_order_of_many_body": -pair.second_order, "second_order_of_collisions": pair.second_order
            })
        };
        let energy = |(momentum, energy): &(f64, SelfEnergy)| {
            json!({
                "momentum": momentum, "hartree_fock": energy.hartree_fock, "collisions": energy.collisions,
                "local_field": energy.local_field
            })
        };
        json!({
            "scattering_length": self.length, "exchange_strength": self.strength, "rate": self.rate, "mu": self.mu,
            "pairs": self.pairs.iter().map(pair).collect::<Vec<_>>(),
            "self_energies": self.energies.iter().map(energy).collect::<Vec<_>>()
        })
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let mut line = |words: String| writeln!(text, "{words}").unwrap_or_default();
        if !self.pairs.is_empty() {
            line("two particles of relative momentum kappa; the second orders of T0 and of collisions cancel".into());
            line(format!(
                "{:>10} {:>14} {:>14} {:>14} {:>14} {:>14} {:>14}",
                "kappa", "V", "Re t", "Im t", "T0", "2nd of T0", "2nd of coll."
            ));
            for (kappa, pair) in &self.pairs {
                line(format!(
                    "{:>10} {} {} {} {} {} {}",
                    number(*kappa, 7),
                    column(pair.potential, 14, 9),
                    column(pair.amplitude.re, 14, 9),
                    column(pair.amplitude.im, 14, 9),
                    column(pair.many_body, 14, 9),
                    column(-pair.second_order, 14, 9),
                    column(pair.second_order, 14, 9)
                ));
            }
            line(String::new());
        }
        if !self.energies.is_empty() {
            line("self-energies along the spins; their sum is that of Re t, the local field".into());
            line(format!("{:>10} {:>14} {:>14} {:>14}", "p", "Sigma_HF", "Sigma_c", "of Re t"));
            for (p, energy) in &self.energies {
                line(format!(
                    "{:>10} {} {} {}",
                    number(*p, 7),
                    column(energy.hartree_fock, 14, 9),
                    column(energy.collisions, 14, 9),
                    column(energy.local_field, 14, 9)
                ));
            }
            line(String::new());
        }
        line(format!("scattering length a                     {}", number(self.length, 10)));
        line(format!("`exchange.strength`, 4 pi hbar^2 a/m     {}", number(self.strength, 10)));
        line(format!("Omega0 = e g n/hbar                     {}", number(self.rate, 10)));
        if let Some(mu) = self.mu {
            line(format!("mu = Omega0 tau                         {}", number(mu, 10)));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        flags: Flags,
    }

    fn said(line: &str) -> Result<String> {
        report(&Line::parse_from(std::iter::once("amplitude").chain(line.split(' '))).flags)
    }

    /// Helium-3 in SI units, a = 7 nm: 4 pi hbar^2 a/m = 1.953e-49 J m^3 has its digits. An answer that overflows is refused.
    #[test]
    fn answers_have_their_digits_in_any_units_or_are_refused() {
        let text = said("--scattering-length 7e-9 --mass 5.008e-27 --hbar 1.054571817e-34").expect("an answer");
        let exact = 4.0 * std::f64::consts::PI * 1.054571817e-34f64.powi(2) * 7e-9 / 5.008e-27;
        assert!(text.contains(&number(exact, 10)) && text.contains("7e-9"), "{text}");
        assert!(matches!(said("--strength 1e300 --mass 1e300"), Err(Error::Input(_))));
        assert!(matches!(said("--scattering-length 1e300 --hbar 1e300"), Err(Error::Input(_))));
        assert!(matches!(said("--strength 1 --tau 0"), Err(Error::Input(_))));
    }
}
