//! Collisions: relaxation towards the local equilibrium of the same number, momentum, energy and spin.
//! `docs/collisions.md` has the equations.

mod covariant;
mod equilibrium;
mod gradient;
mod linear;
mod refusal;
mod spin;

use glam::DVec3;
use rayon::prelude::*;

use crate::error::Result;
use crate::fields::Mesh;
use crate::grid::Grid;
use crate::operators::{FieldSample, LocalEquilibrium, Observables};
use crate::physics::Particle;
use crate::scenario::schema::{self, Scenario, Statistics};
pub(crate) use covariant::{are_found, rates};
pub(crate) use gradient::gradient;

use equilibrium::{Equilibrium, Gas, Moments, Sums};
use refusal::Cause;
use spin::SpinTarget;

/// How particles of a run collide.
#[derive(Clone, Debug)]
pub struct Collisions {
    law: schema::Collisions,
    particle: Particle,
    gas: Gas,
    /// Along which axes space is a ring.
    periodic: [bool; 3],
}

/// A space cell with particles.
#[derive(Clone, Copy)]
struct Local {
    moments: Moments,
    spin: DVec3,
    equilibrium: Equilibrium,
    sums: Sums,
    /// Momentum along axes that are not resolved.
    unresolved: DVec3,
}

impl Collisions {
    /// Those of a scenario, if it has any.
    pub fn of(scenario: &Scenario, grid: &Grid, particle: &Particle) -> Option<Collisions> {
        let law = scenario.collisions?;
        let space = &scenario.phase_space;
        let periodic = [space.x, space.y, space.z].map(|axis| axis.is_some_and(|axis| axis.absorbing_layer.is_none()));
        let gas = Gas::new(grid, particle, law.statistics, law.conserves_number);
        Some(Collisions { law, particle: *particle, gas, periodic })
    }

    /// Whether particles are fermions.
    pub fn fermions(&self) -> bool {
        self.law.statistics == Statistics::FermiDirac
    }

    /// What every space cell relaxes towards during `length`, of the present sums over its momenta.
    ///
    /// # Errors
    ///
    /// [`Error::Run`](crate::Error::Run) where no equilibrium has the moments of a cell, or no spin potential its spin;
    /// `time` is named.
    pub fn equilibria(
        &self,
        mesh: &Mesh,
        observables: &[Observables],
        fields: &[FieldSample],
        length: f64,
        time: f64,
    ) -> Result<Vec<LocalEquilibrium>> {
        let refuse =
            |i: usize, cause: Cause| cause.error(mesh, i, time, &moments(&observables[i]), observables[i].spin);
        let empty = self.empty(observables);
        let cell = |i: usize| -> Result<Option<Local>> {
            if empty(i) {
                return Ok(None);
            }
            self.local(&observables[i], fields[i].p).map(Some).map_err(|cause| refuse(i, cause))
        };
        let cells: Vec<Option<Local>> = (0..observables.len()).into_par_iter().map(cell).collect::<Result<_>>()?;
        let m = self.particle.mass;
        let flow = |l: usize| {
            let value = move |cell: &Option<Local>| {
                cell.as_ref().map(|c| c.equilibrium.drift[l] + c.equilibrium.beta * c.unresolved[l] / m)
            };
            cells.iter().map(value).collect::<Vec<_>>()
        };
        let gradients = self.is_nonlocal(mesh).then(|| [0, 1, 2].map(|l| gradient(mesh, self.periodic, &flow(l))));
        let relaxed = |i: usize| {
            let Some(local) = &cells[i] else { return Ok(LocalEquilibrium::default()) };
            let gradients = gradients.as_ref().map_or([DVec3::ZERO; 3], |all| [0, 1, 2].map(|l| all[l][i]));
            self.towards(local, gradients, length).map_err(|cause| refuse(i, cause))
        };
        (0..observables.len()).into_par_iter().map(relaxed).collect()
    }

    /// Which cells are empty. Ripples around zero are; a state that is no longer finite is not.
    fn empty<'a>(&self, observables: &'a [Observables]) -> impl Fn(usize) -> bool + Sync + use<'a> {
        let densest = observables.iter().map(|o| o.density).fold(0.0, f64::max);
        let least = self.law.empty_below * densest;
        move |i| observables[i].density.is_finite() && observables[i].density <= least
    }

    /// The equilibrium of a cell.
    fn local(&self, observables: &Observables, unresolved: DVec3) -> std::result::Result<Local, Cause> {
        let (m, density) = (self.particle.mass, observables.density);
        let moments = Moments {
            number: density,
            momentum: observables.momentum - density * unresolved,
            energy: observables.kinetic_energy - 0.5 * density * unresolved.length_squared() / m,
        };
        let equilibrium = self.gas.matching(&moments)?;
        let sums = self.gas.sums(&self.gas.factors(&equilibrium)).with_momentum(unresolved);
        Ok(Local { moments, spin: observables.spin, equilibrium, sums, unresolved })
    }

    /// Whether gradients act on spins.
    fn is_nonlocal(&self, mesh: &Mesh) -> bool {
        self.particle.spin && self.law.is_nonlocal() && !mesh.is_point()
    }

    fn towards(
        &self,
        local: &Local,
        gradients: [DVec3; 3],
        length: f64,
    ) -> std::result::Result<LocalEquilibrium, Cause> {
        let target = if self.particle.spin {
            let xi = self.law.xi();
            let omega =
                spin::potential(&self.particle, xi, &local.sums, gradients, local.spin).ok_or(Cause::Singular)?;
            SpinTarget::new(&self.particle, xi, omega, gradients)
        } else {
            SpinTarget::default()
        };
        let tau = self.law.time(local.moments.number, 1.0 / local.equilibrium.beta);
        let factors = self.gas.factors(&local.equilibrium);
        let SpinTarget { local, turned, nonlocal } = target;
        let share = -(-length / tau).exp_m1();
        let (common, states) = (factors.common, self.gas.states());
        Ok(LocalEquilibrium { share, common, states, local, turned, nonlocal, along: factors.along })
    }
}

/// What a cell has of what is conserved.
fn moments(observables: &Observables) -> Moments {
    Moments { number: observables.density, momentum: observables.momentum, energy: observables.kinetic_energy }
}
