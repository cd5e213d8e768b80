//! Prescribed fields in closed form.
//!
//! A kind is an arm of [`Prescribed::of`] and an `impl ClosedForm`. Tables of fields, bounds in
//! `check`, the rules of a scenario and the judgement of reduced momenta ask for no more.

use std::fmt::Debug;
use std::sync::Arc;

use glam::DVec3;

use super::component_index;
use crate::operators::FieldSample;
use crate::scenario::schema::{External, FieldComponent, PhaseAxis, PhaseSpace, SpaceAxis, WaveVector};

/// A component of a field at one place and time, or upper bounds of the magnitudes of its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Local {
    pub value: f64,
    /// Its derivatives along x, y, z.
    pub slope: DVec3,
    /// Its derivative in time.
    pub rate: f64,
}

impl Local {
    /// Adds value and slopes to a component of a sample.
    pub fn add_to(&self, sample: &mut FieldSample, component: FieldComponent) {
        let (vector, direction) = component_index(component);
        let (field, derivative) =
            if vector == 0 { (&mut sample.e, &mut sample.de) } else { (&mut sample.b, &mut sample.db) };
        field[direction] += self.value;
        for axis in 0..3 {
            derivative[axis][direction] += self.slope[axis];
        }
    }
}

/// A function of place and time.
pub trait ClosedForm: Debug + Send + Sync {
    /// Value and derivatives at a place and time.
    fn at(&self, position: DVec3, time: f64) -> Local;

    /// Upper bounds of their magnitudes over the domain, at any time.
    fn bound(&self, space: &PhaseSpace) -> Local;

    /// Whether it is the same at all times.
    fn is_steady(&self) -> bool {
        true
    }

    /// Its wave vector, zero for what is no wave.
    fn wave_vector(&self) -> DVec3 {
        DVec3::ZERO
    }

    /// The space axes that it needs, each with the key that names it.
    fn axes(&self) -> Vec<(PhaseAxis, String)> {
        Vec::new()
    }
}

/// That of a component of a field.
pub trait FieldForm: ClosedForm {
    /// The mean over the domain; a wave that fits none of its axes counts with its amplitude.
    fn mean(&self, space: &PhaseSpace) -> f64;
}

/// One component of an external field.
#[derive(Clone, Debug)]
pub struct Prescribed {
    pub component: FieldComponent,
    /// The key of its kind in a scenario.
    pub kind: &'static str,
    /// What messages call it.
    pub name: &'static str,
    pub form: Arc<dyn FieldForm>,
}

impl Prescribed {
    /// The components that an external field has; none of one from a file.
    pub fn of(external: &External) -> Vec<Prescribed> {
        let one = |kind, name, component, form: Arc<dyn FieldForm>| vec![Prescribed { component, kind, name, form }];
        match *external {
            External::Uniform(ref field) => {
                let given = FieldComponent::ALL.map(|component| (component, field.component(component)));
                let given = given.into_iter().filter(|(_, value)| *value != 0.0);
                given
                    .flat_map(|(component, value)| one("uniform", "a field", component, Arc::new(Uniform(value))))
                    .collect()
            }
            External::Gradient { component, axis, value, slope, curvature } => {
                one("gradient", "a gradient", component, Arc::new(Gradient { axis, value, slope, curvature }))
            }
            External::TravellingWave { component, amplitude, wavenumber, frequency, phase } => {
                let wave = Wave { amplitude, wavenumber, frequency, phase, standing: false };
                one("travelling_wave", "a wave", component, Arc::new(wave))
            }
            External::StandingWave { component, amplitude, wavenumber, frequency, phase } => {
                let wave = Wave { amplitude, wavenumber, frequency, phase, standing: true };
                one("standing_wave", "a wave", component, Arc::new(wave))
            }
            External::File(_) | External::Potential(_) => Vec::new(),
        }
    }

    /// Those of a list of external fields.
    pub fn of_all(external: &[External]) -> Vec<Prescribed> {
        external.iter().flat_map(Prescribed::of).collect()
    }

    /// Whether it does work: any E, and a B that depends on time.
    pub fn does_work(&self) -> bool {
        self.component.is_electric() || !self.form.is_steady()
    }
}

/// The same value everywhere.
#[derive(Clone, Copy, Debug)]
struct Uniform(f64);

impl ClosedForm for Uniform {
    fn at(&self, _position: DVec3, _time: f64) -> Local {
        Local { value: self.0, ..Local::default() }
    }

    fn bound(&self, _space: &PhaseSpace) -> Local {
        Local { value: self.0.abs(), ..Local::default() }
    }
}

impl FieldForm for Uniform {
    fn mean(&self, _space: &PhaseSpace) -> f64 {
        self.0
    }
}

/// value + slope x + curvature x^2/2, or y, or z.
#[derive(Clone, Copy, Debug)]
struct Gradient {
    axis: SpaceAxis,
    value: f64,
    slope: f64,
    curvature: f64,
}

impl Gradient {
    /// Value and derivative at a place on its axis.
    fn along(&self, x: f64) -> [f64; 2] {
        [self.value + (self.slope + 0.5 * self.curvature * x) * x, self.slope + self.curvature * x]
    }

    fn direction(&self) -> DVec3 {
        DVec3::AXES[PhaseAxis::from(self.axis) as usize]
    }

    /// The ends of its axis; 0 where that is not resolved.
    fn ends(&self, space: &PhaseSpace) -> [f64; 2] {
        space.axis(self.axis.into()).map_or([0.0; 2], |along| [along.from, along.to])
    }
}

impl ClosedForm for Gradient {
    fn at(&self, position: DVec3, _time: f64) -> Local {
        let direction = self.direction();
        let [value, slope] = self.along(position.dot(direction));
        Local { value, slope: slope * direction, rate: 0.0 }
    }

    fn bound(&self, space: &PhaseSpace) -> Local {
        let [from, to] = self.ends(space);
        let vertex = -self.slope / self.curvature;
        let places = [Some(from), Some(to), (from..to).contains(&vertex).then_some(vertex)];
        let [value, slope] = places
            .into_iter()
            .flatten()
            .map(|x| self.along(x).map(f64::abs))
            .fold([0.0f64; 2], |most, here| [most[0].max(here[0]), most[1].max(here[1])]);
        Local { value, slope: slope * self.direction(), rate: 0.0 }
    }

    fn axes(&self) -> Vec<(PhaseAxis, String)> {
        vec![(self.axis.into(), "axis".into())]
    }
}

impl FieldForm for Gradient {
    fn mean(&self, space: &PhaseSpace) -> f64 {
        let [from, to] = self.ends(space);
        self.value + self.slope * (from + to) / 2.0 + self.curvature * (from * from + from * to + to * to) / 6.0
    }
}

/// amplitude cos(k.r - omega t + phase), or amplitude cos(k.r + phase) cos(omega t) where it stands.
#[derive(Clone, Copy, Debug)]
struct Wave {
    amplitude: f64,
    wavenumber: WaveVector,
    frequency: f64,
    phase: f64,
    standing: bool,
}

impl ClosedForm for Wave {
    fn at(&self, position: DVec3, time: f64) -> Local {
        let (k, turned) = (self.wave_vector(), self.frequency * time);
        if self.standing {
            let angle = k.dot(position) + self.phase;
            let amplitude = self.amplitude * turned.cos();
            let rate = -self.amplitude * self.frequency * turned.sin() * angle.cos();
            return Local { value: amplitude * angle.cos(), slope: -amplitude * angle.sin() * k, rate };
        }
        let angle = k.dot(position) - turned + self.phase;
        let sine = self.amplitude * angle.sin();
        Local { value: self.amplitude * angle.cos(), slope: -sine * k, rate: sine * self.frequency }
    }

    fn bound(&self, _space: &PhaseSpace) -> Local {
        let value = self.amplitude.abs();
        Local { value, slope: value * self.wave_vector().abs(), rate: value * self.frequency.abs() }
    }

    fn is_steady(&self) -> bool {
        self.frequency == 0.0
    }

    fn wave_vector(&self) -> DVec3 {
        DVec3::from(self.wavenumber.each())
    }

    fn axes(&self) -> Vec<(PhaseAxis, String)> {
        self.wavenumber.axes()
    }
}

impl FieldForm for Wave {
    fn mean(&self, space: &PhaseSpace) -> f64 {
        let fits =
            |(axis, k): (PhaseAxis, f64)| k != 0.0 && space.axis(axis).is_some_and(|along| along.holds_periods_of(k));
        if PhaseAxis::SPACE.into_iter().zip(self.wavenumber.each()).any(fits) { 0.0 } else { self.amplitude }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;
    use crate::random::Random;

    /// An external field of every kind, of one component each but for the uniform one.
    fn kinds(random: &mut Random) -> [External; 4] {
        let component = FieldComponent::ALL[((random.next() + 1.0) * 2.9999) as usize];
        let axis = [SpaceAxis::X, SpaceAxis::Y, SpaceAxis::Z][((random.next() + 1.0) * 1.4999) as usize];
        let mut number = || 3.0 * random.next();
        let wavenumber = WaveVector::Each([number(), number(), number()]);
        let (amplitude, frequency, phase) = (number(), number(), number());
        [
            from_value(json!({"uniform": {"E": [number(), number(), number()], "B": [number(), 0, number()]}}))
                .unwrap(),
            External::Gradient { component, axis, value: number(), slope: number(), curvature: number() },
            External::TravellingWave { component, amplitude, wavenumber, frequency, phase },
            External::StandingWave { component, amplitude, wavenumber, frequency, phase },
        ]
    }

    fn space() -> PhaseSpace {
        let axis = |from: f64, to: f64| json!({"from": from, "to": to, "cells": 16});
        from_value(json!({"x": axis(-3.0, 9.0), "y": axis(2.0, 4.5), "z": axis(-8.0, -7.0)})).unwrap()
    }

    /// A place in the domain, and a time.
    fn anywhere(random: &mut Random, space: &PhaseSpace) -> (DVec3, f64) {
        let mut along = |axis: PhaseAxis| {
            let axis = space.axis(axis).unwrap();
            axis.from + 0.5 * (random.next() + 1.0) * (axis.to - axis.from)
        };
        let position = DVec3::from(PhaseAxis::SPACE.map(&mut along));
        (position, 40.0 * random.next())
    }

    /// Bounds hold everywhere at any time, and by no more than a tenth for values.
    #[test]
    fn bounds_hold_and_are_not_idle() {
        let (mut random, space) = (Random(11), space());
        for _ in 0..40 {
            for part in kinds(&mut random).iter().flat_map(Prescribed::of) {
                let bound = part.form.bound(&space);
                let mut largest = Local::default();
                for _ in 0..2000 {
                    let (position, time) = anywhere(&mut random, &space);
                    let here = part.form.at(position, time);
                    largest.value = largest.value.max(here.value.abs());
                    largest.slope = largest.slope.max(here.slope.abs());
                    largest.rate = largest.rate.max(here.rate.abs());
                }
                let holds = largest.value <= bound.value
                    && largest.slope.cmple(bound.slope).all()
                    && largest.rate <= bound.rate;
                assert!(holds && bound.value <= 1.1 * largest.value, "{part:?}: {largest:?}, bound {bound:?}");
                assert_eq!(part.form.is_steady(), bound.rate == 0.0, "{part:?}");
            }
        }
    }

    /// Slopes and rates are what differences of the values say, for every kind.
    #[test]
    fn derivatives_belong_to_the_values() {
        let (mut random, space, h) = (Random(5), space(), 1e-5);
        for part in (0..20).flat_map(|_| kinds(&mut random)).flat_map(|kind| Prescribed::of(&kind)).collect::<Vec<_>>()
        {
            let (position, time) = anywhere(&mut random, &space);
            let here = part.form.at(position, time);
            let value = |position, time| part.form.at(position, time).value;
            let difference = |step: DVec3, later: f64| {
                (value(position + h * step, time + h * later) - value(position - h * step, time - h * later))
                    / (2.0 * h)
            };
            let slope = DVec3::AXES.map(|axis| difference(axis, 0.0));
            // h^2 k^3 amplitude/6, and rounding of some 1e-16/h.
            assert!(here.slope.abs_diff_eq(DVec3::from(slope), 1e-8), "{part:?}");
            assert!((here.rate - difference(DVec3::ZERO, 1.0)).abs() < 1e-8, "{part:?}");
        }
    }
}
