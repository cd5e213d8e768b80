//! The time step against the fastest oscillation of fields and plasma.

use super::*;
use crate::fields::{SHARE, Stability, StepLimit};
use crate::{fields, initial};

/// The largest stable step of a scenario that breaks no other rule; none where nothing
/// oscillates. What the run will refuse for another reason, and a file of more than
/// [`initial::READ_AT_ONCE`] bytes, is left to the run.
pub(crate) fn step_limit(scenario: &Scenario, folder: &Path) -> Option<StepLimit> {
    let evolution = scenario.fields.evolution;
    if evolution == Evolution::Frozen {
        return None;
    }
    let grid = Grid::of(&scenario.phase_space).ok()?;
    let particle = Particle::new(&scenario.species, scenario.kinematics);
    let momenta = UnresolvedMomenta::new(scenario, folder, &grid, &particle)?;
    let at = |cell: usize| momenta.at(cell);
    let inertia = match &scenario.initial {
        Initial::Populations(populations) => {
            initial::largest_inverse_inertia(scenario, populations, &grid, &particle, &at).ok()?
        }
        Initial::File(path) => initial::inverse_inertia_of(&folder.join(path), &grid, &particle, &at)?,
    };
    let limit = Stability::new(evolution, &grid, &particle, &scenario.numerics).limit(inertia)?;
    limit.largest().is_finite().then_some(limit)
}

/// p_c - q A along axes that are not resolved, at t = 0.
struct UnresolvedMomenta {
    axes: DVec3,
    canonical: DVec3,
    charge: f64,
    /// A at each space cell; empty where it vanishes.
    potential: Vec<DVec3>,
}

impl UnresolvedMomenta {
    fn new(scenario: &Scenario, folder: &Path, grid: &Grid, particle: &Particle) -> Option<Self> {
        let space = &scenario.phase_space;
        let axes = PhaseAxis::MOMENTA.map(|axis| if space.axis(axis).is_none() { 1.0 } else { 0.0 });
        let (axes, charge, canonical) = (DVec3::from(axes), particle.charge, space.canonical);
        let canonical = DVec3::new(canonical.px, canonical.py, canonical.pz);
        let mut potential = Vec::new();
        if charge != 0.0 && axes != DVec3::ZERO && grid.spaces().next().is_some() {
            let mut fields = fields::Fields::given(scenario, folder, grid, particle).ok()?;
            fields.solve_potential();
            potential = fields.a;
        }
        Some(UnresolvedMomenta { axes, canonical, charge, potential })
    }

    fn at(&self, cell: usize) -> DVec3 {
        let potential = self.potential.get(cell).copied().unwrap_or_default();
        self.axes * (self.canonical - self.charge * potential)
    }
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
