//! Species and the axes of phase space.

use super::*;

impl Checker<'_> {
    pub(super) fn species(&mut self) {
        let species = &self.scenario.species;
        self.positive(species.mass, "species.mass");
        self.require(species.hbar >= 0.0, "species.hbar", || {
            format!("found {}, expected 0 or more", number(species.hbar, 12))
        });
        self.spin_hamiltonian();
        if !species.spin {
            return;
        }
        self.require(species.hbar != 0.0, "species.hbar", || {
            "found 0, expected hbar > 0 because spin turns at 2 mu_B/hbar; give `hbar`, or set `species.spin` to false"
                .into()
        });
        let has_moment = species.magnetic_moment.is_some() || species.spin_hamiltonian.is_some();
        self.require(species.charge != 0.0 || has_moment, "species", || {
            "found charge 0 and no `magnetic_moment`, expected a moment for neutral particles with spin; add `magnetic_moment`, or set `spin` to false".into()
        });
    }

    fn spin_hamiltonian(&mut self) {
        let (scenario, path) = (self.scenario, "species.spin_hamiltonian");
        if scenario.species.spin_hamiltonian.is_none() {
            return;
        }
        self.needs_spin(path, "a spin Hamiltonian");
        self.require(self.particle.given.acts(), path, || {
            "found zeros alone, expected a number other than 0 in `momentum` or `constant`; remove it where spins are free"
                .into()
        });
        self.require(!self.particle.relativistic(), path, || {
            "found a spin Hamiltonian of relativistic particles, expected `kinematics` \"non_relativistic\" or \"non_relativistic_without_spin_orbit\"".into()
        });
        self.require(scenario.species.charge == 0.0, path, || {
            format!(
                "found it with the charge {}, expected 0, as it knows no Lorentz force; give forces as a `potential` among `fields.external`",
                number(scenario.species.charge, 12)
            )
        });
        self.require(scenario.fields.evolution == Evolution::Frozen, path, || {
            "found it with fields that evolve, expected `fields.evolution` \"frozen\"".into()
        });
        self.require(scenario.output.balances.is_none(), "output.balances", || {
            "found local balances, which do not know a given spin Hamiltonian; remove this, or `species.spin_hamiltonian`"
                .into()
        });
        // What single precision holds.
        let rate = self.particle.given.bound(1.0) * 2.0 / scenario.species.hbar;
        self.require(scenario.species.hbar == 0.0 || rate <= f64::from(f32::MAX), path, || {
            format!(
                "found energies that over hbar, {}, are beyond 3.4e38; use units in which they are near one",
                number(scenario.species.hbar, 12)
            )
        });
    }

    pub(super) fn phase_space(&mut self) {
        let space = &self.scenario.phase_space;
        let canonical = [space.canonical.px, space.canonical.py, space.canonical.pz];
        let momenta: [_; 3] = std::array::from_fn(|k| (PhaseAxis::MOMENTA[k], canonical[k]));
        self.require(momenta.iter().any(|(axis, _)| self.has(*axis)), "phase_space", || {
            "found no momentum axis, expected at least one of px, py, pz; add \"px\": {\"from\": -5, \"to\": 5, \"cells\": 128}".into()
        });
        for (axis, momentum) in PhaseAxis::SPACE.into_iter().zip(PhaseAxis::MOMENTA) {
            let (name, needed) = (axis.name(), momentum.name());
            self.require(!self.has(axis) || self.has(momentum), format!("phase_space.{name}"), || {
                format!(
                    "found {name} without {needed}, expected the momentum that moves particles along {name}; add `phase_space.{needed}`"
                )
            });
        }
        for (axis, canonical) in momenta {
            let name = axis.name();
            self.require(canonical == 0.0 || !self.has(axis), format!("phase_space.canonical.{name}"), || {
                format!("found a canonical momentum for {name}, which is resolved; remove it (the initial state sets the momenta), or remove the axis")
            });
        }
        for (axis, along) in space.axes() {
            let Axis { from, to, cells, .. } = along;
            let path = format!("phase_space.{}", axis.name());
            self.require(from < to, format!("{path}.to"), || {
                format!("found from = {} and to = {}, expected from < to", number(from, 12), number(to, 12))
            });
            let (width, reach) = ((to - from) / f64::from(cells.max(1)), from.abs().max(to.abs()));
            self.require(from >= to || width > NARROWEST * reach, format!("{path}.to"), || {
                format!(
                    "found cells of {}, which cannot be told apart at {}; move the axis nearer to 0, or widen it",
                    number(width, 2),
                    number(reach, 12)
                )
            });
            self.require(cells >= MIN_CELLS, format!("{path}.cells"), || {
                format!("found {cells}, expected {MIN_CELLS} or more; sweeps reach three cells to each side")
            });
            self.absorbing_layer(axis, along, &format!("{path}.absorbing_layer"));
        }
        self.cells();
    }

    fn absorbing_layer(&mut self, axis: PhaseAxis, along: Axis, path: &str) {
        let Some(width) = along.absorbing_layer else { return };
        if !PhaseAxis::SPACE.contains(&axis) {
            return self.refuse(
                path,
                "found an absorbing layer on a momentum axis, which ends in walls; remove it, or widen the axis",
            );
        }
        self.positive(width, path);
        let (length, least) = (along.to - along.from, LAYER_CELLS * (along.to - along.from) / f64::from(along.cells));
        self.require(width <= 0.0 || width < length / 3.0, path, || {
            format!(
                "found {}, expected less than a third of the axis, {}; the layers of both ends would leave too little between them",
                number(width, 12),
                number(length / 3.0, 6)
            )
        });
        // A relative 1e-9, as the width of a cell is rounded.
        self.require(width <= 0.0 || width >= least * (1.0 - 1e-9), path, || {
            format!(
                "found {}, {} cells, expected {LAYER_CELLS} cells or more ({}), as steeper layers reflect; widen it or raise `cells`",
                number(width, 12),
                number(width * LAYER_CELLS / least, 3),
                number(least, 6)
            )
        });
    }

    fn cells(&mut self) {
        // As f64: the product of six u32 overflows everything else.
        let product = |axes: &[PhaseAxis]| -> f64 {
            axes.iter()
                .filter_map(|axis| self.scenario.phase_space.axis(*axis))
                .map(|axis| f64::from(axis.cells))
                .product()
        };
        let [all, space, momentum] = [&PhaseAxis::ALL[..], &PhaseAxis::SPACE, &PhaseAxis::MOMENTA].map(product);
        for (what, cells) in [("space", space), ("momentum", momentum)] {
            self.require(cells < MOST_PART, "phase_space", || {
                format!(
                    "found {} cells in {what}, expected fewer than 2^31; lower the `cells` of some axis",
                    number(cells, 4)
                )
            });
        }
        self.require(all < MOST_CELLS, "phase_space", || {
            // f32 components.
            let memory = 4.0 * all * self.scenario.species.components() as f64;
            format!(
                "found {} cells in all ({} of device memory), expected fewer than 2^40; lower the `cells` of some axis",
                number(all, 4),
                bytes(memory)
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{base, complaints, set};

    /// A scenario whose neutral particles have a given spin Hamiltonian.
    fn valid() -> Value {
        let mut root = base();
        set(&mut root, "/kinematics", json!("non_relativistic"));
        set(&mut root, "/time/step", json!(0.05));
        set(&mut root, "/fields", json!({}));
        let given = json!({"momentum": [[0, -0.3, 0], [0.3, 0, 0], [0, 0, 0]], "constant": [0, 0, 3]});
        set(&mut root, "/species", json!({"charge": 0, "hbar": 0.1, "spin_hamiltonian": given}));
        root
    }

    #[test]
    fn spin_hamiltonians_that_cannot_be_are_refused_at_their_place() {
        assert_eq!(complaints(&valid()), "");
        for (place, value, path, words) in [
            ("/species/spin_hamiltonian", json!({}), "species.spin_hamiltonian", "found zeros alone"),
            ("/species/charge", json!(-1), "species.spin_hamiltonian", "found it with the charge -1, expected 0"),
            ("/kinematics", json!("relativistic"), "species.spin_hamiltonian", "of relativistic particles"),
            ("/fields", json!({"evolution": "maxwell"}), "species.spin_hamiltonian", "with fields that evolve"),
            ("/species/spin", json!(false), "species.spin_hamiltonian", "needs spin"),
            (
                "/species/spin_hamiltonian/constant/0",
                json!(1e8),
                "time.step",
                "in half of which spins would turn by 5e7 rad",
            ),
            (
                "/species/spin_hamiltonian/momentum/2/0",
                json!(1e5),
                "time.step",
                "the fastest particles would cross 32000 cells of x",
            ),
            ("/species/hbar", json!(1.3e-38), "species.spin_hamiltonian", "over hbar, 1.3e-38, are beyond 3.4e38"),
            ("/output/balances", json!({"interval": 1}), "output.balances", "do not know a given spin Hamiltonian"),
            (
                "/initial/populations/0",
                json!({"momentum": {"equilibrium": {"temperature": 1}}}),
                "initial.populations[0].momentum",
                "found an equilibrium, which knows no",
            ),
        ] {
            let mut root = valid();
            set(&mut root, place, value);
            let text = complaints(&root);
            assert!(text.contains(&format!("`{path}`")) && text.contains(words) && text.contains("s.json:"), "{text}");
        }
    }
}
