//! Collisions.

use super::*;

impl Checker<'_> {
    pub(super) fn collisions(&mut self) {
        let Some(collisions) = self.scenario.collisions else { return };
        self.positive(collisions.tau, "collisions.tau");
        let share = collisions.empty_below;
        self.require((0.0..1.0).contains(&share), "collisions.empty_below", || {
            format!("found {}, expected a share of the largest density, from 0 to less than 1", number(share, 12))
        });
        let axes = PhaseAxis::MOMENTA.iter().filter(|axis| self.has(**axis)).count();
        if collisions.statistics == Statistics::FermiDirac {
            self.require(self.scenario.species.hbar > 0.0, "collisions.statistics", || {
                "found \"fermi_dirac\" without hbar, which counts states: 2/(2 pi hbar)^3 of them for each momentum; give `species.hbar`".into()
            });
            self.require(axes == 3, "collisions.statistics", || {
                let momenta = if axes == 1 { "momentum" } else { "momenta" };
                format!("found \"fermi_dirac\" with {axes} {momenta}, expected three, on which states are counted; add px, py and pz")
            });
        }
        if !collisions.conserves_number && !self.particle.relativistic() {
            self.require(false, "collisions.conserves_number", || {
                "found false without relativity, whose energies hold no rest mass to be spent; use `kinematics` \"relativistic\", or true".into()
            });
        } else if !collisions.conserves_number {
            self.require(self.scenario.species.hbar > 0.0 && axes == 3, "collisions.conserves_number", || {
                format!("found false with {axes} of px, py, pz and hbar {}, expected three and hbar > 0, which count states: 2/(2 pi hbar)^3 of them for each momentum", number(self.scenario.species.hbar, 12))
            });
        }
        // The key that is given is the one to blame.
        let key =
            if collisions.zeta.is_some() && collisions.xi.is_none() { "collisions.zeta" } else { "collisions.xi" };
        if collisions.xi.is_some() || collisions.zeta.is_some() {
            self.needs_spin(key, "the nonlocal term of collisions");
            if !self.particle.spin {
                return;
            }
        }
        self.require(collisions.xi.is_none() || collisions.zeta.is_none(), "collisions.zeta", || {
            "found both xi and zeta, expected one: zeta sets xi = (1 - zeta)(E + m)/E, 2 (1 - zeta) without relativity"
                .into()
        });
        let local = self.scenario.kinematics == Kinematics::NonRelativisticWithoutSpinOrbit;
        self.require(!local || !collisions.is_nonlocal(), key, || {
            "found a nonlocal term without spin-orbit coupling, to which it belongs; remove xi and zeta, or use `kinematics` \"non_relativistic\"".into()
        });
        for (place, along) in PhaseAxis::SPACE.into_iter().zip(PhaseAxis::MOMENTA) {
            // The flow of a momentum that nothing resolves has no place in the matching.
            let needed = collisions.is_nonlocal() && self.inhomogeneous() && axes < 2 && self.has(place);
            self.require(!needed || !self.has(along), key, || {
                "found a nonlocal term on one momentum, expected two or three: it turns spins where flows shear; add a momentum, or set xi to 1".into()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{base, complaints, set};

    /// A base without relativity, with the given collisions.
    fn colliding(collisions: Value) -> Value {
        let mut root = base();
        set(&mut root, "/kinematics", json!("non_relativistic"));
        set(&mut root, "/time/step", json!(0.05));
        set(&mut root, "/collisions", collisions);
        root
    }

    #[test]
    fn collisions_that_cannot_be_are_refused_at_their_place() {
        assert_eq!(complaints(&colliding(json!({"tau": 1, "xi": 0.5}))), "");
        for (collisions, path, words) in [
            (json!({"tau": 0}), "collisions.tau", "found 0, expected a number > 0"),
            (json!({"tau": 1, "statistics": "fermi_dirac"}), "collisions.statistics", "with 2 momenta, expected three"),
            (json!({"tau": 1, "xi": 0, "zeta": 0}), "collisions.zeta", "both xi and zeta"),
            (
                json!({"tau": 1, "conserves_number": false}),
                "collisions.conserves_number",
                "found false without relativity",
            ),
            (json!({"tau": 1, "empty_below": 1}), "collisions.empty_below", "from 0 to less than 1"),
        ] {
            let text = complaints(&colliding(collisions));
            assert!(text.contains(path) && text.contains(words) && text.starts_with("s.json:"), "{text}");
        }
        let mut root = colliding(json!({"tau": 1, "zeta": 0}));
        set(&mut root, "/kinematics", json!("relativistic"));
        assert_eq!(complaints(&root), "");
        set(&mut root, "/collisions", json!({"tau": 1, "conserves_number": false}));
        assert!(complaints(&root).contains("with 2 of px, py, pz and hbar"), "{}", complaints(&root));
        // One complaint of one mistake, at the key that is given.
        root = colliding(json!({"tau": 1, "zeta": 0}));
        set(&mut root, "/species/spin", json!(false));
        let text = complaints(&root);
        assert!(text.contains("collisions.zeta") && text.matches("collisions.").count() == 1, "{text}");
        root = colliding(json!({"tau": 1, "xi": 0}));
        set(&mut root, "/kinematics", json!("non_relativistic_without_spin_orbit"));
        assert!(complaints(&root).contains("a nonlocal term without spin-orbit coupling"), "{}", complaints(&root));
    }

    #[test]
    fn potentials_that_cannot_be_are_refused_at_their_place() {
        for (potential, path, words) in [
            (json!({"gaussian": {"amplitude": 1, "width": 0}}), "gaussian.width", "found 0, expected a number > 0"),
            (
                json!({"harmonic": {"axis": "y", "stiffness": 1}}),
                "harmonic.axis",
                "varies along y, which is not resolved",
            ),
            (json!({"polynomial": {"coefficients": [1]}}), "polynomial.coefficients", "found no slope"),
            (json!({"file": "nowhere.npy"}), "potential.file", "cannot read ./nowhere.npy"),
            (json!({"cosine": {"amplitude": 1, "wavenumber": [0, 1, 0]}}), "cosine.wavenumber[1]", "varies along y"),
        ] {
            let mut root = base();
            set(&mut root, "/fields/external", json!([{"potential": potential}]));
            let text = complaints(&root);
            let path = format!("fields.external[0].potential.{}", path.trim_start_matches("potential."));
            assert!(text.contains(&path) && text.contains(words) && text.starts_with("s.json:"), "{text}");
        }
    }
}
