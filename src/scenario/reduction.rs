//! Whether momenta that are not resolved are followed exactly.
//!
//! Such a momentum is p = p_c - q A with p_c conserved. Along y and z with x
//! resolved that is exact when B_x = 0 and the transverse B that makes A
//! averages to zero over the periodic domain. In a homogeneous domain it is
//! exact when no Lorentz force v x B acts along the axis.

use std::f64::consts::TAU;

use super::schema::*;

/// Names of the components of E and B.
const E: [FieldComponent; 3] = [FieldComponent::Ex, FieldComponent::Ey, FieldComponent::Ez];
const B: [FieldComponent; 3] = [FieldComponent::Bx, FieldComponent::By, FieldComponent::Bz];
const MOMENTA: [PhaseAxis; 3] = [PhaseAxis::Px, PhaseAxis::Py, PhaseAxis::Pz];
const LETTERS: [&str; 3] = ["x", "y", "z"];

/// A momentum that is not resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduction {
    pub axis: PhaseAxis,
    /// Why it is only approximate; empty when it is exact.
    pub inexact: Vec<String>,
}

impl Reduction {
    /// A sentence for the user when the reduction is approximate.
    pub fn warning(&self) -> Option<String> {
        let name = self.axis.name();
        (!self.inexact.is_empty()).then(|| {
            format!(
                "{name} is not resolved and follows its canonical momentum only approximately: {}; resolve `phase_space.{name}` if this matters",
                self.inexact.join("; ")
            )
        })
    }
}

/// Every momentum that is not resolved, and whether that is exact.
pub fn reductions(scenario: &Scenario) -> Vec<Reduction> {
    let sources = Sources { scenario };
    (0..3)
        .filter(|&axis| scenario.phase_space.axis(MOMENTA[axis]).is_none())
        .map(|axis| Reduction { axis: MOMENTA[axis], inexact: sources.inexact(axis) })
        .collect()
}

/// Whether a wave fits the periodic axis.
pub fn whole_periods(wavenumber: f64, x: Axis) -> bool {
    let periods = wavenumber * (x.to - x.from) / TAU;
    (periods - periods.round()).abs() < 1e-6
}

/// The fields a scenario gives, by component.
struct Sources<'s> {
    scenario: &'s Scenario,
}

impl Sources<'_> {
    /// Reasons why the momentum along `axis` (0, 1, 2) is not exact.
    fn inexact(&self, axis: usize) -> Vec<String> {
        if self.scenario.species.charge == 0.0 {
            return Vec::new();
        }
        let mut reasons = Vec::new();
        if self.scenario.phase_space.x.is_none() {
            for (moving, field) in [((axis + 1) % 3, (axis + 2) % 3), ((axis + 2) % 3, (axis + 1) % 3)] {
                if self.moves(moving) && self.present(B[field]) {
                    reasons.push(format!("B_{} turns p{} into it", LETTERS[field], LETTERS[moving]));
                }
            }
            return reasons;
        }
        // With x, px is resolved: `axis` is y or z, and `other` the other one.
        let other = 3 - axis;
        if self.present(B[0]) && self.moves(other) {
            reasons.push(format!("B_x turns p{} into it", LETTERS[other]));
        }
        if self.mean(B[other]).abs() > 1e-12 {
            reasons.push(format!("B_{} has a mean over the domain, so its potential is not periodic", LETTERS[other]));
        }
        if self.files().any(|file| file.B.is_some()) {
            reasons.push(format!(
                "B comes from a file; this is exact only if B_x = 0 and B_{} averages to zero",
                LETTERS[other]
            ));
        }
        if self.breaks_faraday(axis) {
            reasons.push(format!(
                "the prescribed E_{} and B_{} do not obey dB/dt = - curl E",
                LETTERS[axis], LETTERS[other]
            ));
        }
        reasons
    }

    /// Whether particles can have momentum along an axis.
    fn moves(&self, axis: usize) -> bool {
        let space = &self.scenario.phase_space;
        let canonical = [space.canonical.px, space.canonical.py, space.canonical.pz][axis];
        let inhomogeneous = space.x.is_some();
        space.axis(MOMENTA[axis]).is_some()
            || canonical != 0.0
            || self.present(E[axis])
            // A wave, given or growing, carries a vector potential.
            || (inhomogeneous && (self.present(B[3 - axis]) || self.scenario.fields.evolution == Evolution::Maxwell))
    }

    fn files(&self) -> impl Iterator<Item = &FieldFile> {
        let external = self.scenario.fields.external.iter().filter_map(|external| match external {
            External::File(file) => Some(file),
            _ => None,
        });
        self.scenario.fields.file.iter().chain(external)
    }

    /// Whether the scenario gives this component a value other than zero.
    fn present(&self, component: FieldComponent) -> bool {
        let fields = &self.scenario.fields;
        uniform(&fields.uniform, component) != 0.0
            || fields.perturbations.iter().any(|p| p.component == component && p.amplitude != 0.0)
            || self.files().any(|file| if E.contains(&component) { file.E.is_some() } else { file.B.is_some() })
            || fields.external.iter().any(|external| match *external {
                External::Uniform(ref field) => uniform(field, component) != 0.0,
                External::Gradient { component: c, value, slope, .. } => c == component && (value, slope) != (0.0, 0.0),
                External::TravellingWave { component: c, amplitude, .. }
                | External::StandingWave { component: c, amplitude, .. } => c == component && amplitude != 0.0,
                External::File(_) => false,
            })
    }

    /// The mean over x; waves that do not fit the axis count with their
    /// amplitude, and files not at all.
    fn mean(&self, component: FieldComponent) -> f64 {
        let fields = &self.scenario.fields;
        let Some(x) = self.scenario.phase_space.x else { return 0.0 };
        let external: f64 = fields
            .external
            .iter()
            .map(|external| match *external {
                External::Uniform(ref field) => uniform(field, component),
                External::Gradient { component: c, value, slope, .. } if c == component => {
                    value + slope * (x.from + x.to) / 2.0
                }
                External::TravellingWave { component: c, amplitude, wavenumber, .. }
                | External::StandingWave { component: c, amplitude, wavenumber, .. }
                    if c == component && (wavenumber.each()[0] == 0.0 || !whole_periods(wavenumber.each()[0], x)) =>
                {
                    amplitude
                }
                _ => 0.0,
            })
            .sum();
        uniform(&fields.uniform, component) + external
    }

    /// Whether the prescribed fields along y (1) or z (2) violate Faraday's law,
    /// judged at a few points of the run.
    fn breaks_faraday(&self, axis: usize) -> bool {
        let Some(x) = self.scenario.phase_space.x else { return false };
        // dB_z/dt = - dE_y/dx, dB_y/dt = + dE_z/dx
        let sign = if axis == 1 { 1.0 } else { -1.0 };
        let (electric, magnetic) = (E[axis], B[3 - axis]);
        // A transverse E that varies but does not evolve never changes B.
        let fields = &self.scenario.fields;
        let from_file = |file: &FieldFile| file.E.is_some();
        let frozen_wave = fields.evolution != Evolution::Maxwell
            && (fields.perturbations.iter().any(|wave| wave.component == electric && wave.amplitude != 0.0)
                || fields.file.as_ref().is_some_and(from_file));
        let external_file = |external: &External| matches!(external, External::File(file) if from_file(file));
        if frozen_wave || fields.external.iter().any(external_file) {
            return true;
        }
        (1..8).any(|i| {
            // Multiples of irrational numbers avoid the zeros of all terms at once.
            let place = x.from + (x.to - x.from) * (f64::from(i) * 0.618_034).fract();
            let time = self.scenario.time.end * (f64::from(i) * 0.754_878).fract();
            let (mut sum, mut scale) = (0.0, 0.0);
            for external in &self.scenario.fields.external {
                let term = sign * slopes(external, electric, place, time).0 + slopes(external, magnetic, place, time).1;
                sum += term;
                scale += f64::abs(term);
            }
            sum.abs() > 1e-9 * scale
        })
    }
}

/// The value of one component.
fn uniform(field: &UniformField, component: FieldComponent) -> f64 {
    match component {
        FieldComponent::Ex => field.E[0],
        FieldComponent::Ey => field.E[1],
        FieldComponent::Ez => field.E[2],
        FieldComponent::Bx => field.B[0],
        FieldComponent::By => field.B[1],
        FieldComponent::Bz => field.B[2],
    }
}

/// d/dx and d/dt of one component of a prescribed field.
fn slopes(external: &External, component: FieldComponent, x: f64, t: f64) -> (f64, f64) {
    match *external {
        External::Gradient { component: c, slope, .. } if c == component => (slope, 0.0),
        External::TravellingWave { component: c, amplitude, wavenumber: k, frequency: w, phase } if c == component => {
            let k = k.each()[0];
            let sine = amplitude * (k * x - w * t + phase).sin();
            (-k * sine, w * sine)
        }
        External::StandingWave { component: c, amplitude, wavenumber: k, frequency: w, phase } if c == component => {
            let k = k.each()[0];
            let (sine, cosine) = (k * x + phase).sin_cos();
            (-k * amplitude * sine * (w * t).cos(), -w * amplitude * cosine * (w * t).sin())
        }
        _ => (0.0, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Names of the momenta whose reduction is not exact.
    fn inexact(
        x: bool,
        resolved: &[&str],
        charge: f64,
        evolution: &str,
        fields: &Value,
        canonical: &Value,
    ) -> Vec<&'static str> {
        let axis = json!({"from": -6, "to": 6, "cells": 32});
        let mut space = json!({"canonical": canonical});
        for name in resolved {
            space[*name] = axis.clone();
        }
        if x {
            space["x"] = json!({"from": 0, "to": TAU, "cells": 32});
        }
        let mut fields = fields.clone();
        fields["evolution"] = json!(evolution);
        let scenario: Scenario = serde_json::from_value(json!({
            "title": "t", "about": "a", "references": [],
            "species": {"charge": charge, "spin": false},
            "phase_space": space, "initial": {"populations": []}, "fields": fields, "time": {"step": 1, "end": 10}
        }))
        .unwrap();
        reductions(&scenario).iter().filter(|r| r.warning().is_some()).map(|r| r.axis.name()).collect()
    }

    fn wave(component: &str, amplitude: f64, wavenumber: f64) -> Value {
        json!({"travelling_wave": {"component": component, "amplitude": amplitude, "wavenumber": wavenumber, "frequency": wavenumber}})
    }

    #[test]
    fn waves_along_x() {
        let frozen = |fields: Value| inexact(true, &["px"], -1.0, "frozen", &fields, &json!({}));
        let none: Vec<&str> = Vec::new();
        // Nothing moves along y or z, so B_x turns nothing.
        assert_eq!(frozen(json!({"uniform": {"B": [1, 0, 0]}})), none);
        assert_eq!(frozen(json!({"uniform": {"B": [0, 0, 1]}})), ["py"]);
        assert_eq!(frozen(json!({"uniform": {"B": [0, 1, 0]}})), ["pz"]);
        // The wave gives particles a momentum along y, which B_x turns to z.
        assert_eq!(
            frozen(
                json!({"uniform": {"B": [1, 0, 0]}, "perturbations": [{"component": "B_z", "mode": 1, "amplitude": 1}]})
            ),
            ["pz"]
        );
        assert_eq!(frozen(json!({"perturbations": [{"component": "B_z", "mode": 1, "amplitude": 1}]})), none);
        // A gradient of zero mean is exact, any other is not.
        let gradient =
            |value: f64| json!({"external": [{"gradient": {"component": "B_z", "value": value, "slope": 1}}]});
        assert_eq!(frozen(gradient(-TAU / 2.0)), none);
        assert_eq!(frozen(gradient(0.0)), ["py"]);
        // Faraday's law: E_y = B_z for a wave along +x in vacuum, E_z = -B_y.
        assert_eq!(frozen(json!({"external": [wave("E_y", 1.0, 2.0), wave("B_z", 1.0, 2.0)]})), none);
        assert_eq!(frozen(json!({"external": [wave("E_z", 1.0, 2.0), wave("B_y", -1.0, 2.0)]})), none);
        assert_eq!(frozen(json!({"external": [wave("E_z", 1.0, 2.0), wave("B_y", 1.0, 2.0)]})), ["pz"]);
        assert_eq!(frozen(json!({"external": [wave("E_y", 1.0, 2.0)]})), ["py"]);
        // Half a wavelength has a mean.
        assert_eq!(frozen(json!({"external": [wave("E_y", 1.0, 0.5), wave("B_z", 1.0, 0.5)]})), ["py"]);
        assert_eq!(frozen(json!({"external": [{"file": {"B": "b.npy"}}]})), ["py", "pz"]);
        // Neutral particles follow no vector potential.
        assert_eq!(inexact(true, &["px"], 0.0, "frozen", &json!({"uniform": {"B": [1, 1, 1]}}), &json!({})), none);
        // Growing transverse fields move particles, and B_x turns them.
        assert_eq!(
            inexact(true, &["px"], -1.0, "maxwell", &json!({"uniform": {"B": [1, 0, 0]}}), &json!({})),
            ["py", "pz"]
        );
        assert_eq!(
            inexact(true, &["px", "py"], -1.0, "frozen", &json!({"uniform": {"B": [1, 0, 0]}}), &json!({})),
            ["pz"]
        );
    }

    #[test]
    fn homogeneous_domains() {
        let frozen = |resolved: &[&str], field: Value, canonical: Value| {
            inexact(false, resolved, -1.0, "frozen", &json!({"uniform": field}), &canonical)
        };
        let none: Vec<&str> = Vec::new();
        let along_z = json!({"B": [0, 0, 1]});
        assert_eq!(frozen(&["pz"], along_z.clone(), json!({})), none);
        assert_eq!(frozen(&["px"], along_z.clone(), json!({})), ["py"]);
        assert_eq!(frozen(&["px", "py"], along_z.clone(), json!({})), none);
        // A momentum across B is turned, whether conserved or driven.
        assert_eq!(frozen(&["pz"], along_z, json!({"px": 1})), ["py"]);
        assert_eq!(frozen(&["pz"], json!({"B": [0, 0, 1], "E": [1, 0, 0]}), json!({})), ["py"]);
    }
}
