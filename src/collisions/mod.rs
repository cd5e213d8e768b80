//! Collisions: relaxation towards the local equilibrium of the same number, momentum, energy and spin, without
//! relativity. `docs/collisions.md` has the equations.

mod equilibrium;
mod gradient;
mod linear;
mod spin;

use glam::DVec3;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::fields::Mesh;
use crate::grid::Grid;
use crate::numerals::number;
use crate::operators::{FieldSample, LocalEquilibrium, Observables};
use crate::physics::Particle;
use crate::scenario::schema::{self, Scenario, Statistics};
pub(crate) use gradient::derivative;

use equilibrium::{Equilibrium, Gas, Moments, Sums};
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
        let gas = Gas::new(grid, particle, law.statistics);
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
    /// [`Error::Run`] where no equilibrium has the moments of a cell, or no spin potential its spin; `time` is named.
    pub fn equilibria(
        &self,
        mesh: &Mesh,
        observables: &[Observables],
        fields: &[FieldSample],
        length: f64,
        time: f64,
    ) -> Result<Vec<LocalEquilibrium>> {
        let densest = observables.iter().map(|o| o.density).fold(0.0, f64::max);
        let least = self.law.empty_below * densest;
        let cell = |i: usize| -> Result<Option<Local>> {
            // Ripples around zero are empty; a state that is no longer finite is not.
            if observables[i].density.is_finite() && observables[i].density <= least {
                return Ok(None);
            }
            self.local(&observables[i], fields[i].p)
                .map(Some)
                .map_err(|text| refusal(mesh, i, time, &observables[i], text))
        };
        let cells: Vec<Option<Local>> = (0..observables.len()).into_par_iter().map(cell).collect::<Result<_>>()?;
        let gradients = self.gradients(mesh, &cells);
        let relaxed = |i: usize| {
            let Some(local) = &cells[i] else { return Ok(LocalEquilibrium::default()) };
            let gradients = gradients.as_ref().map_or([DVec3::ZERO; 3], |all| [0, 1, 2].map(|l| all[l][i]));
            self.towards(local, gradients, length).map_err(|text| refusal(mesh, i, time, &observables[i], text))
        };
        (0..observables.len()).into_par_iter().map(relaxed).collect()
    }

    /// The equilibrium of a cell; in words why there is none.
    fn local(&self, observables: &Observables, unresolved: DVec3) -> std::result::Result<Local, &'static str> {
        let (m, density) = (self.particle.mass, observables.density);
        let moments = Moments {
            number: density,
            momentum: observables.momentum - density * unresolved,
            energy: observables.kinetic_energy - 0.5 * density * unresolved.length_squared() / m,
        };
        let equilibrium = self.gas.matching(&moments).ok_or("no equilibrium of a temperature above zero has")?;
        let sums = self.gas.sums(&self.gas.factors(&equilibrium)).with_momentum(unresolved);
        Ok(Local { moments, spin: observables.spin, equilibrium, sums, unresolved })
    }

    /// d_k(beta u_l) of every cell, for each l; none where nothing is nonlocal.
    fn gradients(&self, mesh: &Mesh, cells: &[Option<Local>]) -> Option<[Vec<DVec3>; 3]> {
        if !self.particle.spin || self.law.xi() == 1.0 || mesh.is_point() {
            return None;
        }
        let m = self.particle.mass;
        Some([0, 1, 2].map(|l| {
            let values: Vec<Option<f64>> = cells
                .iter()
                .map(|cell| cell.as_ref().map(|c| c.equilibrium.drift[l] + c.equilibrium.beta * c.unresolved[l] / m))
                .collect();
            let mut vectors = vec![DVec3::ZERO; values.len()];
            for axis in mesh.resolved() {
                let along = derivative(mesh, axis, self.periodic[axis], &values);
                vectors.iter_mut().zip(along).for_each(|(vector, slope)| vector[axis] = slope);
            }
            vectors
        }))
    }

    fn towards(
        &self,
        local: &Local,
        gradients: [DVec3; 3],
        length: f64,
    ) -> std::result::Result<LocalEquilibrium, &'static str> {
        let target = if self.particle.spin {
            let xi = self.law.xi();
            let omega = spin::potential(&self.particle, xi, &local.sums, gradients, local.spin).ok_or(
                "`collisions.xi` is so large that the matrix of the spin potential is nearly singular, or beyond, with",
            )?;
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

/// Names the cell.
fn refusal(mesh: &Mesh, cell: usize, time: f64, observables: &Observables, text: &str) -> Error {
    let (index, place) = (mesh.indices(cell), mesh.position(cell));
    let place: Vec<String> = mesh
        .resolved()
        .map(|axis| format!("{} = {} (cell {})", ["x", "y", "z"][axis], number(place[axis], 6), index[axis]))
        .collect();
    let place = if place.is_empty() { String::new() } else { format!(" and {}", place.join(", ")) };
    let vector = |v: DVec3| format!("({}, {}, {})", number(v.x, 6), number(v.y, 6), number(v.z, 6));
    Error::Run(format!(
        "collisions: at t = {}{place} {text} density {}, momentum {}, kinetic energy {} and spin {} there; \
         widen or refine the momentum axes, reduce time.step, or raise `collisions.empty_below` where nothing but \
         the ripples of sweeps is left",
        number(time, 7),
        number(observables.density, 6),
        vector(observables.momentum),
        number(observables.kinetic_energy, 6),
        vector(observables.spin)
    ))
}
