//! The mean field of the other spins.

use super::*;

impl Checker<'_> {
    pub(super) fn exchange(&mut self) {
        let Some(exchange) = self.scenario.exchange else { return };
        self.needs_spin("exchange", "the exchange mean field");
        self.require(!self.particle.relativistic(), "exchange", || {
            "found an exchange mean field of relativistic particles, expected `kinematics` \"non_relativistic\" or \"non_relativistic_without_spin_orbit\"".into()
        });
        self.require(exchange.strength != 0.0, "exchange.strength", || {
            "found 0, expected a number other than 0; remove `exchange` where particles do not interact".into()
        });
        if exchange.forces {
            self.needs_space("exchange.forces", "the forces of a mean field");
            self.require(self.particle.moment != 0.0, "exchange.forces", || {
                "found true for particles without a magnetic moment, expected `species.magnetic_moment` other than 0: spins are pushed as by the gradient of a B; any moment will do where there is no B".into()
            });
            self.require(self.scenario.output.balances.is_none(), "output.balances", || {
                "found local balances, which do not know the forces of a mean field; remove this, or `exchange.forces`"
                    .into()
            });
        }
        // Densities are judged when there are some: this is what no density can mend.
        let rate = exchange.strength / self.scenario.species.hbar;
        self.require(!self.scenario.species.spin || rate.is_finite(), "exchange.strength", || {
            format!(
                "found {}, which over hbar, {}, is no number; use units in which they are near one",
                number(exchange.strength, 12),
                number(self.scenario.species.hbar, 12)
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{base, complaints, set};

    #[test]
    fn exchange_that_cannot_be_is_refused_at_its_place() {
        let mut valid = base();
        set(&mut valid, "/kinematics", json!("non_relativistic"));
        set(&mut valid, "/time/step", json!(0.05));
        set(&mut valid, "/exchange", json!({"strength": 0.2, "statistics": "fermions"}));
        assert_eq!(complaints(&valid), "");
        for (place, value, path, words) in [
            ("/exchange/strength", json!(0), "exchange.strength", "found 0, expected a number other than 0"),
            ("/kinematics", json!("relativistic"), "exchange", "of relativistic particles"),
        ] {
            let mut root = valid.clone();
            set(&mut root, place, value);
            let text = complaints(&root);
            assert!(text.contains(path) && text.contains(words) && text.starts_with("s.json:"), "{text}");
        }
        let mut root = valid.clone();
        set(&mut root, "/exchange/forces", json!(true));
        assert_eq!(complaints(&root), "");
        set(&mut root, "/species/magnetic_moment", json!(0));
        assert!(complaints(&root).contains("`exchange.forces`: found true for particles"), "{}", complaints(&root));
        let mut root = valid;
        set(&mut root, "/species/spin", json!(false));
        assert!(complaints(&root).contains("the exchange mean field needs spin"), "{}", complaints(&root));
    }
}
