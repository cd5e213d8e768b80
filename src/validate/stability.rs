//! The time step against the fastest oscillation of fields and plasma.

use super::*;
use crate::fields::{Fields, SHARE, Stability, StepLimit};
use crate::grid::{AXES, AXIS_NAMES, MOMENTUM};
use crate::operators::{FieldSample, Force, MAX_PARTS, MOST_TURN, Recorder, SpinTorque, Streaming};
use crate::species::Species;
use crate::{initial, needs};

/// Bytes that a system which does not tell may have.
const UNKNOWN_MEMORY: u64 = 1 << 36;

/// The largest stable step of a scenario that breaks no other rule; none where nothing
/// limits it. What the run will refuse for another reason, and a file of more than
/// [`initial::READ_AT_ONCE`] bytes, is left to the run.
pub(crate) fn step_limit(scenario: &Scenario, folder: &Path) -> Option<StepLimit> {
    let grid = Grid::of(&scenario.phase_space).ok()?;
    // Whoever goes on judges what the whole run needs.
    if needs::held_fields(&grid) > needs::available_memory().unwrap_or(UNKNOWN_MEMORY) {
        return None;
    }
    let particle = Particle::new(&scenario.species, scenario.kinematics);
    let species = Species::new(particle, &grid, scenario.phase_space.canonical);
    let mut fields = Fields::given(scenario, folder, &grid, species.needed_potential()).ok()?;
    let origin = Origin::of(scenario, folder).ok()?;
    origin.iter().try_for_each(|origin| origin.put_fields(&mut fields)).ok()?;
    if !origin.as_ref().is_some_and(|origin| origin.has_potential(&particle)) {
        fields.solve_potential(scenario.time.start());
    }
    let at = |cell: usize| species.unresolved_momentum(fields.a[cell]);
    let inertia = match &scenario.initial {
        _ if fields.is_frozen() => 0.0,
        Initial::Populations(populations) => {
            initial::largest_inverse_inertia(scenario, populations, &grid, &particle, &at).ok()?
        }
        Initial::File(_) => {
            let state = initial::state(scenario, &grid, &particle, folder).ok()?;
            initial::inverse_inertia_of(&state, &grid, &particle, &at)?
        }
        Initial::Checkpoint(_) => {
            let state = origin?.cells(&grid, scenario.species.components());
            initial::inverse_inertia_of(&state, &grid, &particle, &at)?
        }
    };
    let b = fields.strongest_b(&scenario.phase_space);
    let stability = Stability::new(fields.evolution, &grid, &particle, &scenario.numerics, b);
    let limit = stability.limit(inertia);
    limit.largest().is_finite().then_some(limit)
}

impl Checker<'_> {
    pub(super) fn stability(&mut self, folder: &Path) {
        let step = self.scenario.time.step;
        let Some(limit) = step_limit(self.scenario, folder) else { return };
        let most = SHARE * limit.largest();
        self.require(step <= most, "time.step", || {
            format!(
                "found {}, expected {} or less, {SHARE} of the stability limit {}; lower it{}",
                number(step, 12),
                number(rounded_down(most, 6), 12),
                limit.words(),
                limit.remedy()
            )
        });
    }

    /// A step in which particles, by themselves or pushed by uniform fields, would cross more cells than a run sweeps
    /// at once, or turn their spins by more than it knows. Half as many, since sweeps of neighbouring steps join and those of
    /// order 4 are longer than the step.
    pub(super) fn crossings(&mut self) {
        let (step, most) = (self.scenario.time.step, MAX_PARTS as f64 / 2.0);
        let (fields, space) = (&self.scenario.fields, &self.scenario.phase_space);
        let Ok(grid) = Grid::of(space) else { return };
        let particle = Particle::new(&self.scenario.species, self.scenario.kinematics);
        let recorder = Recorder { grid: &grid, particle: &particle, schemes: &[] };
        let unresolved = [0, 1, 2].map(|i| if grid.axis(MOMENTUM + i).is_none() { 1.0 } else { 0.0 });
        let canonical = DVec3::new(space.canonical.px, space.canonical.py, space.canonical.pz);
        let uniform = [FieldSample {
            e: DVec3::from(fields.uniform.E),
            b: fields.uniform_magnetic(),
            p: DVec3::from(unresolved) * canonical,
            ..FieldSample::default()
        }];
        for (slot, axis) in (0..AXES).filter_map(|slot| Some((slot, grid.axis(slot)?))) {
            let (speed, what) = match slot.checked_sub(MOMENTUM) {
                None => {
                    let given = particle.given.velocity_bound();
                    (Streaming::largest(&recorder, &uniform, slot).max(given), "the fastest particles")
                }
                Some(direction) => (Force::largest(&recorder, &uniform, direction), "what the uniform fields push"),
            };
            let crossed = speed * step / axis.step;
            self.require(crossed <= most, "time.step", || {
                format!(
                    "found {}, in which {what} would cross {} cells of {}, expected {most} or fewer: {} or less will do",
                    number(step, 12),
                    number(crossed, 3),
                    AXIS_NAMES[slot],
                    number(rounded_down(most * axis.step / speed, 3), 3)
                )
            });
        }
        // Halves of a kick turn spins by themselves.
        let rate = 0.5 * SpinTorque::largest(&recorder, &uniform);
        self.require(rate * step <= MOST_TURN, "time.step", || {
            format!(
                "found {}, in half of which spins would turn by {} rad, expected {} or less: {} or less will do",
                number(step, 12),
                number(rate * step, 3),
                number(MOST_TURN, 2),
                number(rounded_down(MOST_TURN / rate, 3), 3)
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{base, complaints, set};
    use super::*;
    use crate::npy;
    use crate::scenario::parse::parse;

    fn limit(root: &Value) -> StepLimit {
        step_limit(&parse(&root.to_string(), "s.json").unwrap(), Path::new(".")).expect("something limits it")
    }

    /// A run of ten steps.
    fn stepped(root: &Value, step: f64) -> Value {
        let mut root = root.clone();
        root["time"] = json!({"step": step, "end": 10.0 * step});
        root["output"] = json!({});
        root["expect"] = json!([]);
        root
    }

    /// The limit itself is refused, 0.989 of it is not, nor the number that the message gives.
    #[test]
    fn the_step_printed_is_accepted() {
        let mut electrostatic = base();
        set(&mut electrostatic, "/fields", json!({"evolution": "electrostatic"}));
        let mut point = electrostatic.clone();
        point["phase_space"].as_object_mut().unwrap().remove("x");
        point["initial"]["populations"][0].as_object_mut().unwrap().remove("perturbations");
        let mut spins = base();
        set(&mut spins, "/species/hbar", json!(3));
        set(&mut spins, "/species/g_factor", json!({"tbmt": 2.5}));
        for (root, dense) in [(base(), 1.01), (electrostatic, 1.01), (point, 1.0), (spins, 1.01)] {
            for order in [2, 4] {
                let mut root = root.clone();
                set(&mut root, "/numerics", json!({"order": order}));
                let limit = limit(&root);
                // <1/eps> of T = m in two dimensions is below 1.
                assert!(limit.plasma_frequency > 0.7 * f64::sqrt(dense) && limit.plasma_frequency < 1.0, "{limit:?}");
                assert_eq!(complaints(&stepped(&root, 0.989 * limit.largest())), "");
                let refused = complaints(&stepped(&root, limit.largest()));
                assert!(refused.contains("at `time.step`: found") && refused.contains(&limit.words()), "{refused}");
                let (_, rest) = refused.split_once("expected ").expect("a number");
                let accepted: f64 = rest.split_once(" or less").expect("a number").0.parse().unwrap();
                assert!(accepted > 0.98999 * limit.largest(), "{accepted} of {limit:?}");
                assert_eq!(complaints(&stepped(&root, accepted)), "");
            }
        }
    }

    /// Steps at which runs exploded while Maxwell's equations in vacuum allowed them: spins along
    /// light, and 16 cells without spin.
    #[test]
    fn steps_that_the_vacuum_allows_are_refused() {
        let plasma = |species: Value, cells: [u32; 2], end: f64, momentum: Value, step: f64| {
            json!({
                "title": "t", "about": "a", "references": [], "species": species,
                "phase_space": {
                    "x": {"from": 0, "to": std::f64::consts::TAU, "cells": cells[0]},
                    "px": {"from": -end, "to": end, "cells": cells[1]}
                },
                "initial": {"populations": [{"momentum": momentum}]},
                "fields": {"evolution": "maxwell"},
                "time": {"step": step, "end": 400.0 * step}
            })
        };
        let mut aligned =
            plasma(json!({"hbar": 0.5}), [32, 96], 2.6, json!({"juttner": {"temperature": 0.1}}), 0.158133);
        aligned["initial"]["populations"][0]["spin"] = json!({"uniform": {"direction": [1, 0, 0]}});
        let spinless = plasma(json!({"spin": false}), [16, 64], 0.6, json!({"gaussian": {"spread": 0.1}}), 0.316267);
        for (root, accepted) in [(aligned, "expected 0.155372 or less"), (spinless, "expected 0.30928 or less")] {
            let refused = complaints(&root);
            assert!(refused.contains(accepted), "{refused}");
        }
    }

    /// A state in a file is summed up as it is.
    /// With frozen fields 2/w_c limits the shears that turn a momentum, w_c of the strongest B at any time.
    #[test]
    fn gyration_limits_frozen_fields() {
        let mut root = base();
        // Nothing at t = 0.
        let phase = std::f64::consts::FRAC_PI_2;
        let wave = json!({"component": "B_z", "amplitude": 3.0, "wavenumber": 0, "frequency": 0.5, "phase": phase});
        set(
            &mut root,
            "/fields",
            json!({
                "evolution": "frozen", "external": [{"travelling_wave": wave}, {"uniform": {"B": [0, 0, -1]}}]
            }),
        );
        let limit = limit(&root);
        assert!((limit.largest() - 2.0 / 4.0).abs() < 1e-12, "{limit:?}");
        assert_eq!(complaints(&stepped(&root, 0.49)), "");
        let refused = complaints(&stepped(&root, 0.5));
        assert!(
            refused.contains("expected 0.495 or less") && refused.contains("2/omega_c = 0.5 of the shears"),
            "{refused}"
        );
        assert!(refused.contains("; lower it, or B"), "{refused}");
    }

    #[test]
    fn a_state_in_a_file_has_its_own_limit() {
        let folder = tempfile::tempdir().unwrap();
        let mut root = base();
        set(&mut root, "/phase_space/x/cells", json!(8));
        set(&mut root, "/phase_space/px/cells", json!(8));
        set(&mut root, "/phase_space/py/cells", json!(8));
        set(&mut root, "/initial", json!({"file": "state.npy"}));
        set(&mut root, "/kinematics", json!("non_relativistic"));
        let mut numbers = vec![0.0; 8 * 64 * 4];
        // One place holds w0 = 3 at two momenta, of 1.5 x 1.5.
        numbers[4 * 64 * 3] = 3.0;
        numbers[4 * (64 * 3 + 20)] = -3.0;
        npy::write_f64(&folder.path().join("state.npy"), &[8, 8, 8, 4], &numbers).unwrap();
        let scenario = parse(&root.to_string(), "s.json").unwrap();
        let limit = step_limit(&scenario, folder.path()).expect("fields evolve");
        assert!((limit.plasma_frequency - 13.5f64.sqrt()).abs() < 1e-12, "{limit:?}");
    }
}
