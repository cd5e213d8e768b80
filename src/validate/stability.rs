//! The time step against the fastest oscillation of fields and plasma.

use super::*;
use crate::fields::{Fields, SHARE, Stability, StepLimit};
use crate::initial;
use crate::species::Species;

/// The largest stable step of a scenario that breaks no other rule; none where nothing
/// limits it. What the run will refuse for another reason, and a file of more than
/// [`initial::READ_AT_ONCE`] bytes, is left to the run.
pub(crate) fn step_limit(scenario: &Scenario, folder: &Path) -> Option<StepLimit> {
    let grid = Grid::of(&scenario.phase_space).ok()?;
    let particle = Particle::new(&scenario.species, scenario.kinematics);
    let species = Species::new(particle, &grid, scenario.phase_space.canonical);
    let mut fields = Fields::given(scenario, folder, &grid, species.needed_potential()).ok()?;
    fields.solve_potential();
    let at = |cell: usize| species.unresolved_momentum(fields.a[cell]);
    let inertia = match &scenario.initial {
        _ if fields.is_frozen() => 0.0,
        Initial::Populations(populations) => {
            initial::largest_inverse_inertia(scenario, populations, &grid, &particle, &at).ok()?
        }
        Initial::File(path) => initial::inverse_inertia_of(&folder.join(path), &grid, &particle, &at)?,
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
}
