//! Prescribed fields, known at any time with their derivatives along x.

use glam::DVec3;

use super::Mesh;
use crate::operators::FieldSample;
use crate::scenario::schema::{External, FieldComponent};

/// Prescribed fields at cell centres; arrays from files lie in `arrays`.
#[derive(Clone, Debug, Default)]
pub struct ExternalFields {
    analytic: Vec<External>,
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
    /// Analytic fields plus arrays of E and B at the centres (empty for none).
    pub fn new(analytic: Vec<External>, mesh: Mesh, e: &[DVec3], b: &[DVec3]) -> Self {
        let slope = |values: &[DVec3]| -> Vec<DVec3> { vector_derivative(mesh, values) };
        let mut arrays = Vec::new();
        if !e.is_empty() || !b.is_empty() {
            let zero = vec![DVec3::ZERO; mesh.cells];
            let (e, b) = (if e.is_empty() { &zero } else { e }, if b.is_empty() { &zero } else { b });
            let (de, db) = (slope(e), slope(b));
            arrays = (0..mesh.cells)
                .map(|i| FieldSample {
                    e: e[i],
                    b: b[i],
                    de: [de[i], DVec3::ZERO, DVec3::ZERO],
                    db: [db[i], DVec3::ZERO, DVec3::ZERO],
                    ..Default::default()
                })
                .collect();
        }
        ExternalFields { analytic, arrays }
    }

    /// Whether any field is prescribed.
    pub fn is_empty(&self) -> bool {
        self.analytic.is_empty() && self.arrays.is_empty()
    }

    /// E, B and their derivatives at centre `cell`, position `x`, time `time`.
    pub fn at(&self, cell: usize, x: f64, time: f64) -> FieldSample {
        let mut sample = self.arrays.get(cell).copied().unwrap_or_default();
        for field in &self.analytic {
            let (component, value, slope) = match *field {
                External::Uniform(uniform) => {
                    sample.e += DVec3::from(uniform.E);
                    sample.b += DVec3::from(uniform.B);
                    continue;
                }
                External::Gradient { component, value, slope, .. } => (component, value + slope * x, slope),
                External::TravellingWave { component, amplitude, wavenumber, frequency, phase } => {
                    let wavenumber = wavenumber.each()[0];
                    let angle = wavenumber * x - frequency * time + phase;
                    (component, amplitude * angle.cos(), -amplitude * wavenumber * angle.sin())
                }
                External::StandingWave { component, amplitude, wavenumber, frequency, phase } => {
                    let wavenumber = wavenumber.each()[0];
                    let angle = wavenumber * x + phase;
                    let amplitude = amplitude * (frequency * time).cos();
                    (component, amplitude * angle.cos(), -amplitude * wavenumber * angle.sin())
                }
                External::File(_) => continue,
            };
            let (vector, direction) = component_index(component);
            let (field, derivative) =
                if vector == 0 { (&mut sample.e, &mut sample.de) } else { (&mut sample.b, &mut sample.db) };
            field[direction] += value;
            derivative[0][direction] += slope;
        }
        sample
    }
}

/// d/dx of a vector field at centres.
pub fn vector_derivative(mesh: Mesh, values: &[DVec3]) -> Vec<DVec3> {
    by_component(values, |component| mesh.derivative(component))
}

/// Applies a scalar operator to the three components.
pub fn by_component(values: &[DVec3], operator: impl Fn(&[f64]) -> Vec<f64>) -> Vec<DVec3> {
    let [x, y, z] = [0, 1, 2].map(|k| operator(&values.iter().map(|v| v[k]).collect::<Vec<_>>()));
    x.into_iter().zip(y).zip(z).map(|((x, y), z)| DVec3::new(x, y, z)).collect()
}
