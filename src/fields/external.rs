//! Prescribed fields, known at any time with their derivatives.

use glam::DVec3;

use super::{Mesh, component};
use crate::operators::FieldSample;
use crate::scenario::schema::{External, FieldComponent, SpaceAxis};

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
    pub fn new(analytic: Vec<External>, mesh: &Mesh, e: &[DVec3], b: &[DVec3]) -> Self {
        let mut arrays = Vec::new();
        if !e.is_empty() || !b.is_empty() {
            arrays = vec![FieldSample::default(); mesh.size()];
            add_field(mesh, &mut arrays, e, |sample| (&mut sample.e, &mut sample.de));
            add_field(mesh, &mut arrays, b, |sample| (&mut sample.b, &mut sample.db));
        }
        ExternalFields { analytic, arrays }
    }

    /// Whether any field is prescribed.
    pub fn is_empty(&self) -> bool {
        self.analytic.is_empty() && self.arrays.is_empty()
    }

    /// Whether a field does work: any E, and a B that depends on time.
    pub fn does_work(&self) -> bool {
        let works = |field: &External| match field {
            External::Uniform(field) => DVec3::from(field.E) != DVec3::ZERO,
            External::Gradient { component, .. } => component.is_electric(),
            External::TravellingWave { component, frequency, .. }
            | External::StandingWave { component, frequency, .. } => component.is_electric() || *frequency != 0.0,
            // In `arrays`.
            External::File(_) => false,
        };
        self.analytic.iter().any(works) || self.arrays.iter().any(|sample| sample.e != DVec3::ZERO)
    }

    /// E, B and their derivatives at centre `cell`, which lies at `position`, at `time`.
    pub fn at(&self, cell: usize, position: DVec3, time: f64) -> FieldSample {
        let mut sample = self.arrays.get(cell).copied().unwrap_or_default();
        for field in &self.analytic {
            let (component, value, slope) = match *field {
                External::Uniform(uniform) => {
                    sample.e += DVec3::from(uniform.E);
                    sample.b += DVec3::from(uniform.B);
                    continue;
                }
                External::Gradient { component, axis, value, slope } => {
                    let direction = direction(axis);
                    (component, value + slope * position.dot(direction), slope * direction)
                }
                External::TravellingWave { component, amplitude, wavenumber, frequency, phase } => {
                    let wavenumber = DVec3::from(wavenumber.each());
                    let angle = wavenumber.dot(position) - frequency * time + phase;
                    (component, amplitude * angle.cos(), -amplitude * angle.sin() * wavenumber)
                }
                External::StandingWave { component, amplitude, wavenumber, frequency, phase } => {
                    let wavenumber = DVec3::from(wavenumber.each());
                    let angle = wavenumber.dot(position) + phase;
                    let amplitude = amplitude * (frequency * time).cos();
                    (component, amplitude * angle.cos(), -amplitude * angle.sin() * wavenumber)
                }
                External::File(_) => continue,
            };
            let (vector, direction) = component_index(component);
            let (field, derivative) =
                if vector == 0 { (&mut sample.e, &mut sample.de) } else { (&mut sample.b, &mut sample.db) };
            field[direction] += value;
            for axis in 0..3 {
                derivative[axis][direction] += slope[axis];
            }
        }
        sample
    }
}

fn direction(axis: SpaceAxis) -> DVec3 {
    match axis {
        SpaceAxis::X => DVec3::X,
        SpaceAxis::Y => DVec3::Y,
        SpaceAxis::Z => DVec3::Z,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::schema::WaveVector;

    /// Slopes of waves and gradients are what differences of their values say, along
    /// every axis.
    #[test]
    fn slopes_belong_to_the_values() {
        let fields = ExternalFields {
            analytic: vec![
                External::Gradient { component: FieldComponent::By, axis: SpaceAxis::Z, value: 0.3, slope: -0.7 },
                External::TravellingWave {
                    component: FieldComponent::Ez,
                    amplitude: 0.4,
                    wavenumber: WaveVector::Each([1.1, -0.6, 0.0]),
                    frequency: 1.3,
                    phase: 0.2,
                },
                External::StandingWave {
                    component: FieldComponent::Bx,
                    amplitude: 0.9,
                    wavenumber: WaveVector::Each([0.0, 0.5, 1.7]),
                    frequency: 0.4,
                    phase: -0.1,
                },
            ],
            arrays: Vec::new(),
        };
        let (place, time, h) = (DVec3::new(0.3, -1.2, 0.8), 0.9, 1e-5);
        let here = fields.at(0, place, time);
        for axis in 0..3 {
            let [up, down] = [h, -h].map(|h| fields.at(0, place + h * DVec3::AXES[axis], time));
            assert!(((up.e - down.e) / (2.0 * h)).abs_diff_eq(here.de[axis], 1e-9));
            assert!(((up.b - down.b) / (2.0 * h)).abs_diff_eq(here.db[axis], 1e-9));
        }
        assert!((here.b.y - (0.3 - 0.7 * 0.8)).abs() < 1e-15);
    }
}
