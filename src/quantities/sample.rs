//! What quantities are computed from, and the sums they share.

use glam::DVec3;

use super::Facts;
use crate::exchange::Exchange;
use crate::fields::{Fields, Matter, component_index};
use crate::operators::Observables;
use crate::physics::Particle;
use crate::scenario::schema::{Diagnostics, ModeQuantity};

/// A run at one time; vectors have an entry per space cell.
pub struct Sample<'a> {
    /// Physical time.
    pub time: f64,
    /// Constants of the species.
    pub particle: &'a Particle,
    /// As they evolve, staggered, with the external ones.
    pub fields: &'a Fields,
    /// The mean field of the other spins.
    pub exchange: Option<&'a Exchange>,
    /// int int V w.w' where it has a range, else none.
    pub pairs: &'a [f64],
    /// Charges and currents.
    pub matter: &'a [Matter],
    /// Sums over momentum.
    pub observables: &'a [Observables],
    /// Self-consistent fields at centres.
    pub e: Vec<DVec3>,
    /// B likewise.
    pub b: Vec<DVec3>,
    /// Momentum that the fixed charges have taken up since the start.
    pub fixed_momentum: DVec3,
    /// What the scenario asks for.
    pub diagnostics: &'a Diagnostics,
}

/// Sum with the rounding errors carried along (Neumaier, ZAMM 54, 39 (1974)).
pub(super) fn compensated(terms: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for term in terms {
        let next: f64 = sum + term;
        lost += if f64::abs(sum) >= term.abs() { (sum - next) + term } else { (term - next) + sum };
        sum = next;
    }
    sum + lost
}

impl Sample<'_> {
    /// What decides which columns there are.
    pub fn facts(&self) -> Facts<'_> {
        let mesh = self.fields.mesh;
        Facts {
            resolved: [0, 1, 2].map(|k| mesh.resolved().any(|axis| axis == k)),
            spin: self.particle.spin,
            evolution: self.fields.evolution,
            potential: self.fields.external.has_potential(),
            exchange: self.exchange.is_some(),
            modes: &self.diagnostics.modes,
            places: &self.diagnostics.places,
        }
    }

    /// Volume of a space cell.
    fn volume(&self) -> f64 {
        self.fields.mesh.step.iter().product()
    }

    /// Integral over space of what each cell has.
    fn over_cells(&self, of: impl Fn(usize) -> f64) -> f64 {
        compensated((0..self.observables.len()).map(of)) * self.volume()
    }

    /// Integral over space of a moment.
    pub(super) fn integral(&self, of: impl Fn(&Observables) -> f64) -> f64 {
        self.over_cells(|i| of(&self.observables[i]))
    }

    pub(super) fn kinetic_energy(&self) -> f64 {
        self.integral(|o| o.kinetic_energy)
    }

    pub(super) fn electric_energy(&self) -> f64 {
        self.over_cells(|i| 0.5 * self.e[i].length_squared())
    }

    pub(super) fn magnetic_energy(&self) -> f64 {
        self.over_cells(|i| 0.5 * self.fields.b[i].length_squared())
    }

    /// Of spins in B and the external B, and of a given spin Hamiltonian.
    pub(super) fn spin_energy(&self) -> f64 {
        let (mesh, external) = (self.fields.mesh, &self.fields.external);
        self.over_cells(|i| {
            let external = external.at(i, mesh.position(i), self.time).b;
            let given = self.observables[i].given_energy;
            given - self.observables[i].magnetisation.dot(self.b[i] + external)
        })
    }

    /// In prescribed potentials.
    pub(super) fn potential_energy(&self) -> f64 {
        let (mesh, external) = (self.fields.mesh, &self.fields.external);
        self.over_cells(|i| self.observables[i].density * external.potential_energy(i, mesh.position(i)))
    }

    /// Of particles in the mean field of each other.
    pub(super) fn exchange_energy(&self) -> f64 {
        let Some(exchange) = self.exchange else { return 0.0 };
        match exchange.potential {
            Some(_) => self.over_cells(|i| exchange.energy_of_pairs(self.pairs[i])),
            None => self.integral(|o| exchange.energy(o.density, o.spin)),
        }
    }

    /// D x B with D brought to the centres, where E and P live.
    fn crossed_fields(&self, i: usize) -> DVec3 {
        (self.e[i] + self.observables[i].polarisation).cross(self.b[i])
    }

    pub(super) fn particle_momentum(&self, k: usize) -> f64 {
        self.integral(|o| o.momentum[k])
    }

    pub(super) fn field_momentum(&self, k: usize) -> f64 {
        self.over_cells(|i| self.crossed_fields(i)[k])
    }

    /// From the centre of the box, 0 along axes that are not resolved.
    fn lever(&self, i: usize) -> DVec3 {
        let mesh = self.fields.mesh;
        mesh.position(i) - mesh.centre()
    }

    pub(super) fn orbital_angular_momentum(&self, k: usize) -> f64 {
        self.over_cells(|i| self.lever(i).cross(self.observables[i].momentum)[k])
    }

    pub(super) fn field_angular_momentum(&self, k: usize) -> f64 {
        self.over_cells(|i| self.lever(i).cross(self.crossed_fields(i))[k])
    }

    pub(super) fn spin_angular_momentum(&self, k: usize) -> f64 {
        0.5 * self.particle.hbar * self.integral(|o| o.spin[k])
    }

    /// Mean position along axis `k` of spins along the axis, `sign` 1, or against it, -1.
    pub(super) fn centroid(&self, sign: f64, k: usize) -> f64 {
        let axis = DVec3::from(self.diagnostics.spin_axis).normalize();
        let (mut weight, mut position) = (0.0, 0.0);
        for (i, o) in self.observables.iter().enumerate() {
            let own = o.density + sign * axis.dot(o.spin);
            weight += own;
            position += own * self.fields.mesh.position(i)[k];
        }
        let number = self.integral(|o| o.density);
        // No particle of this spin has no position: rows are finite, so it reads 0.
        if weight.abs() * self.volume() > 1e-6 * number.abs() { position / weight } else { 0.0 }
    }

    /// A quantity of space in cell `i`.
    fn varying(&self, quantity: ModeQuantity, i: usize) -> f64 {
        match quantity {
            ModeQuantity::Density => self.observables[i].density,
            ModeQuantity::Spin1 => self.observables[i].spin.x,
            ModeQuantity::Spin2 => self.observables[i].spin.y,
            ModeQuantity::Spin3 => self.observables[i].spin.z,
            ModeQuantity::Field(component) => {
                let (vector, direction) = component_index(component);
                if vector == 0 { self.e[i][direction] } else { self.b[i][direction] }
            }
        }
    }

    /// What place `k` records, in the cell that holds it.
    pub(super) fn at_place(&self, k: usize) -> f64 {
        let place = self.diagnostics.places[k];
        self.varying(place.quantity, self.fields.mesh.holding(DVec3::from(place.at.each())))
    }

    /// A part of amplitude `k`, of which each cell has the share `part(phase)`:
    /// f = sum_m Re( amplitude_m exp(i k.r) ).
    pub(super) fn amplitude(&self, k: usize, part: impl Fn(f64) -> f64) -> f64 {
        let (mode, mesh) = (&self.diagnostics.modes[k], self.fields.mesh);
        let numbers = mode.mode.each();
        // A wave that is its own mirror image counts once: 0 or half the cells along every axis.
        let alone = (0..3).all(|k| 2 * i64::from(numbers[k]) % mesh.cells[k] as i64 == 0);
        let weight = if alone { 1.0 } else { 2.0 } / self.observables.len() as f64;
        let wavenumber = DVec3::from(numbers.map(f64::from)) * mesh.fundamental();
        let mut sum = 0.0;
        for i in 0..self.observables.len() {
            sum += self.varying(mode.quantity, i) * part(wavenumber.dot(mesh.position(i))) * weight;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 and 2^-30 are kept while 2^60 comes and goes.
    #[test]
    fn sums_keep_what_large_terms_hide() {
        let large = 2f64.powi(60);
        assert_eq!(compensated([1.0, large, 2f64.powi(-30), -large]), 1.0 + 2f64.powi(-30));
    }
}
