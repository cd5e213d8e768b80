//! Prescribed fields at cell centres, known at any time with their derivatives.

use glam::DVec3;

use super::{Mesh, Prescribed, component};
use crate::operators::FieldSample;
use crate::scenario::schema::{External, FieldComponent, PhaseSpace};

/// Prescribed fields at cell centres; arrays from files lie in `arrays`.
#[derive(Clone, Debug, Default)]
pub struct ExternalFields {
    closed_forms: Vec<Prescribed>,
    /// Constant in time: E and B at every centre, with derivatives.
    arrays: Vec<FieldSample>,
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
        ExternalFields { closed_forms: Prescribed::of_all(external), arrays }
    }

    /// Whether a field does work.
    pub fn does_work(&self) -> bool {
        self.closed_forms.iter().any(Prescribed::does_work) || self.arrays.iter().any(|sample| sample.e != DVec3::ZERO)
    }

    /// E, B and their derivatives at centre `cell`, which lies at `position`, at `time`.
    pub fn at(&self, cell: usize, position: DVec3, time: f64) -> FieldSample {
        let mut sample = self.arrays.get(cell).copied().unwrap_or_default();
        for part in &self.closed_forms {
            part.form.at(position, time).add_to(&mut sample, part.component);
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
