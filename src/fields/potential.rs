//! Prescribed potential energies in closed form.

use std::sync::Arc;

use glam::DVec3;

use super::{ClosedForm, Local};
use crate::scenario::schema::{External, PhaseAxis, PhaseSpace, Potential, SpaceAxis, WaveVector};

/// The potential energy of an external field, none of one of another kind or from a file.
pub fn closed_form(external: &External) -> Option<Arc<dyn ClosedForm>> {
    let External::Potential(potential) = external else { return None };
    let along =
        |axis, centre, profile| -> Option<Arc<dyn ClosedForm>> { Some(Arc::new(Along { axis, centre, profile })) };
    match *potential {
        Potential::Harmonic { axis, stiffness, centre } => {
            along(axis, centre, Profile::Polynomial(vec![0.0, 0.0, 0.5 * stiffness]))
        }
        Potential::Polynomial { axis, ref coefficients, centre } => {
            along(axis, centre, Profile::Polynomial(coefficients.clone()))
        }
        Potential::Gaussian { axis, amplitude, centre, width } => {
            along(axis, centre, Profile::Gaussian { amplitude, width })
        }
        Potential::Sech2 { axis, amplitude, centre, width } => along(axis, centre, Profile::Sech2 { amplitude, width }),
        Potential::Cosine { amplitude, wavenumber, phase } => Some(Arc::new(Cosine { amplitude, wavenumber, phase })),
        Potential::File(_) => None,
    }
}

/// A function of one coordinate.
#[derive(Clone, Debug)]
struct Along {
    axis: SpaceAxis,
    centre: f64,
    profile: Profile,
}

/// A function of the distance from a centre.
#[derive(Clone, Debug)]
enum Profile {
    /// c_0, c_1, ...
    Polynomial(Vec<f64>),
    Gaussian {
        amplitude: f64,
        width: f64,
    },
    Sech2 {
        amplitude: f64,
        width: f64,
    },
}

impl Profile {
    /// Value and derivative.
    fn at(&self, x: f64) -> [f64; 2] {
        match *self {
            Profile::Polynomial(ref coefficients) => {
                coefficients.iter().rev().fold([0.0; 2], |[value, slope], c| [value * x + c, slope * x + value])
            }
            Profile::Gaussian { amplitude, width } => {
                let value = amplitude * (-0.5 * (x / width).powi(2)).exp();
                [value, -value * x / (width * width)]
            }
            Profile::Sech2 { amplitude, width } => {
                // Far away cosh is infinite, and the value 0.
                let value = amplitude / (x / width).cosh().powi(2);
                [value, -2.0 * value * (x / width).tanh() / width]
            }
        }
    }

    /// Upper bounds of their magnitudes up to a distance.
    fn bound(&self, furthest: f64) -> [f64; 2] {
        match *self {
            Profile::Polynomial(ref coefficients) => {
                Profile::Polynomial(coefficients.iter().map(|c| c.abs()).collect()).at(furthest)
            }
            // Steepest at a distance of one width.
            Profile::Gaussian { amplitude, width } => [amplitude.abs(), amplitude.abs() / width * (-0.5f64).exp()],
            // 2 t (1 - t^2) at t = tanh = 1/sqrt 3.
            Profile::Sech2 { amplitude, width } => {
                [amplitude.abs(), amplitude.abs() / width * 4.0 / (3.0 * 3f64.sqrt())]
            }
        }
    }
}

impl Along {
    fn direction(&self) -> DVec3 {
        DVec3::AXES[PhaseAxis::from(self.axis) as usize]
    }
}

impl ClosedForm for Along {
    fn at(&self, position: DVec3, _time: f64) -> Local {
        let direction = self.direction();
        let [value, slope] = self.profile.at(position.dot(direction) - self.centre);
        Local { value, slope: slope * direction, rate: 0.0 }
    }

    fn bound(&self, space: &PhaseSpace) -> Local {
        let ends = space.axis(self.axis.into()).map_or([self.centre; 2], |along| [along.from, along.to]);
        let [value, slope] =
            self.profile.bound(ends.map(|end| (end - self.centre).abs()).into_iter().fold(0.0, f64::max));
        Local { value, slope: slope * self.direction(), rate: 0.0 }
    }

    fn axes(&self) -> Vec<(PhaseAxis, String)> {
        vec![(self.axis.into(), "axis".into())]
    }
}

/// amplitude cos(k.r + phase)
#[derive(Clone, Copy, Debug)]
struct Cosine {
    amplitude: f64,
    wavenumber: WaveVector,
    phase: f64,
}

impl ClosedForm for Cosine {
    fn at(&self, position: DVec3, _time: f64) -> Local {
        let angle = self.wave_vector().dot(position) + self.phase;
        let slope = -self.amplitude * angle.sin() * self.wave_vector();
        Local { value: self.amplitude * angle.cos(), slope, rate: 0.0 }
    }

    fn bound(&self, _space: &PhaseSpace) -> Local {
        let value = self.amplitude.abs();
        Local { value, slope: value * self.wave_vector().abs(), rate: 0.0 }
    }

    fn wave_vector(&self) -> DVec3 {
        DVec3::from(self.wavenumber.each())
    }

    fn axes(&self) -> Vec<(PhaseAxis, String)> {
        self.wavenumber.axes()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;
    use crate::random::Random;

    /// One of every kind with random numbers.
    fn kinds(random: &mut Random) -> Vec<External> {
        let mut number = || 3.0 * random.next();
        let potentials = json!([
            {"harmonic": {"axis": "y", "stiffness": number(), "centre": number()}},
            {"polynomial": {"coefficients": [number(), number(), number(), number()], "centre": number()}},
            {"gaussian": {"axis": "z", "amplitude": number(), "width": number().abs() + 0.5, "centre": number()}},
            {"sech2": {"axis": "x", "amplitude": number(), "width": number().abs() + 0.5, "centre": number()}},
            {"cosine": {"amplitude": number(), "wavenumber": [number(), number(), number()], "phase": number()}}
        ]);
        let each = potentials.as_array().cloned().unwrap_or_default();
        each.into_iter().map(|potential| from_value(json!({"potential": potential})).expect("valid")).collect()
    }

    /// Slopes are the differences of the values, within the bounds of both; a bound is no more than four times
    /// what is reached, but for polynomials.
    #[test]
    fn slopes_and_bounds_belong_to_the_values() {
        let axis = json!({"from": -4.0, "to": 4.0, "cells": 16});
        let space: PhaseSpace = from_value(json!({"x": axis, "y": axis, "z": axis})).expect("valid");
        let (mut random, h) = (Random(3), 1e-5);
        for external in (0..10).flat_map(|_| kinds(&mut Random(random.next().to_bits()))).collect::<Vec<_>>() {
            let form = closed_form(&external).expect("closed");
            let (bound, mut largest) = (form.bound(&space), Local::default());
            for _ in 0..2000 {
                let position = DVec3::from([(); 3].map(|()| 4.0 * random.next()));
                let here = form.at(position, 0.0);
                let slope = DVec3::AXES.map(|axis| {
                    (form.at(position + h * axis, 0.0).value - form.at(position - h * axis, 0.0).value) / (2.0 * h)
                });
                // h^2 U'''/6 with U''' up to some hundreds, and rounding of 1e-16 U/h.
                assert!(here.slope.abs_diff_eq(DVec3::from(slope), 1e-7), "{external:?}");
                largest.value = largest.value.max(here.value.abs());
                largest.slope = largest.slope.max(here.slope.abs());
            }
            let within = largest.value <= bound.value && largest.slope.cmple(bound.slope).all();
            let polynomial = matches!(external, External::Potential(Potential::Polynomial { .. }));
            let idle = bound.slope.max_element() > 4.0 * largest.slope.max_element() && !polynomial;
            assert!(within && !idle, "{external:?}: {largest:?}, bound {bound:?}");
        }
    }
}
