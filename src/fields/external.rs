//! Prescribed fields at cell centres, known at any time with their derivatives.

use std::sync::Arc;

use glam::DVec3;

use super::{ClosedForm, Mesh, Prescribed, component, potential};
use crate::operators::FieldSample;
use crate::scenario::schema::{External, FieldComponent, PhaseSpace};

/// Prescribed fields at cell centres; arrays from files lie in `arrays`.
#[derive(Clone, Debug, Default)]
pub struct ExternalFields {
    closed_forms: Vec<Prescribed>,
    /// Constant in time: E and B at every centre, with derivatives.
    arrays: Vec<FieldSample>,
    potentials: Vec<Arc<dyn ClosedForm>>,
    /// The sum of those from files at every centre.
    potential: Vec<f64>,
}

/// The two vectors a component belongs to: 0 for E, 1 for B; and its direction.
pub fn component_index(component: FieldComponent) -> (usize, usize) {
    match component {
        FieldComponent::Ex => (0, 0),
        FieldComponent::Ey => (0, 1),
        FieldComponent::Ez => (0, 2),
        FieldComponent::Bx => (1, 0),
        FieldComponent::By => (1, 1),
        FieldComponent::Bz => (1, 2),
    }
}

impl ExternalFields {
    /// Closed forms of the external fields, and the sums of their files: E and B at the centres (empty for none).
    pub fn new(external: &[External], mesh: &Mesh, e: &[DVec3], b: &[DVec3]) -> Self {
        let mut arrays = Vec::new();
        if !e.is_empty() || !b.is_empty() {
            arrays = vec![FieldSample::default(); mesh.size()];
            add_field(mesh, &mut arrays, e, |sample| (&mut sample.e, &mut sample.de));
            add_field(mesh, &mut arrays, b, |sample| (&mut sample.b, &mut sample.db));
        }
        let potentials = external.iter().filter_map(potential).collect();
        ExternalFields { closed_forms: Prescribed::of_all(external), arrays, potentials, potential: Vec::new() }
    }

    /// Adds a potential energy, given at every centre.
    pub fn add_potential(&mut self, mesh: &Mesh, values: &[f64]) {
        self.arrays.resize(mesh.size(), FieldSample::default());
        self.potential.resize(mesh.size(), 0.0);
        self.potential.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        for axis in mesh.resolved() {
            for (sample, slope) in self.arrays.iter_mut().zip(mesh.derivative(axis, values)) {
                sample.force[axis] -= slope;
            }
        }
    }

    /// Whether there is a potential energy.
    pub fn has_potential(&self) -> bool {
        !self.potentials.is_empty() || !self.potential.is_empty()
    }

    /// Whether there is nothing but potential energies.
    pub fn is_potential(&self) -> bool {
        let zero = |sample: &FieldSample| sample.e == DVec3::ZERO && sample.b == DVec3::ZERO;
        self.has_potential() && self.closed_forms.is_empty() && self.arrays.iter().all(zero)
    }

    /// The potential energy of a particle at centre `cell`, which lies at `position`.
    pub fn potential_energy(&self, cell: usize, position: DVec3) -> f64 {
        let closed: f64 = self.potentials.iter().map(|form| form.at(position, 0.0).value).sum();
        closed + self.potential.get(cell).copied().unwrap_or_default()
    }

    /// Whether a field does work; potentials give no more than they take.
    pub fn does_work(&self) -> bool {
        self.closed_forms.iter().any(Prescribed::does_work) || self.arrays.iter().any(|sample| sample.e != DVec3::ZERO)
    }

    /// E, B and their derivatives at centre `cell`, which lies at `position`, at `time`.
    pub fn at(&self, cell: usize, position: DVec3, time: f64) -> FieldSample {
        let mut sample = self.arrays.get(cell).copied().unwrap_or_default();
        for part in &self.closed_forms {
            part.form.at(position, time).add_to(&mut sample, part.component);
        }
        for form in &self.potentials {
            sample.force -= form.at(position, time).slope;
        }
        sample
    }

    /// The B at `position` that depends on time, as it is at `time`, and bounds of its components at any.
    pub fn unsteady_b(&self, position: DVec3, time: f64, space: &PhaseSpace) -> [DVec3; 2] {
        let [mut now, mut bound] = [FieldSample::default(); 2];
        for part in self.closed_forms.iter().filter(|part| !part.form.is_steady()) {
            part.form.at(position, time).add_to(&mut now, part.component);
            part.form.bound(space).add_to(&mut bound, part.component);
        }
        [now.b, bound.b]
    }
}

/// Adds a vector field at centres and its derivatives to a table; `part` is where.
pub fn add_field(
    mesh: &Mesh,
    table: &mut [FieldSample],
    values: &[DVec3],
    part: impl Fn(&mut FieldSample) -> (&mut DVec3, &mut [DVec3; 3]),
) {
    if values.is_empty() {
        return;
    }
    for (sample, value) in table.iter_mut().zip(values) {
        *part(sample).0 += *value;
    }
    for k in 0..3 {
        let component = component(values, k);
        for axis in mesh.resolved() {
            for (sample, slope) in table.iter_mut().zip(mesh.derivative(axis, &component)) {
                part(sample).1[axis][k] += slope;
            }
        }
    }
}
