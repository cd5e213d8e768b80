//! Whether momenta that are not resolved are followed exactly.
//!
//! Such a momentum is p_c = P_c - q A_c with P_c conserved: nothing depends on the
//! coordinate c, as a resolved coordinate needs its own momentum. With a, b, c in
//! cyclic order, A_c makes B_a = d_b A_c and B_b = - d_a A_c. Where a is resolved A_c is
//! periodic along it only if B_b averages to zero over the domain; where it is not,
//! A_c does not vary along a, and B_b must be absent or nothing may move along a.
//! Both must hold for a and b. Prescribed fields must obey Faraday's law in the
//! components that A_c makes, because A_c is advanced by E_c alone.

use std::path::Path;

use glam::DVec3;

use crate::fields::{Component, FieldForm, OfFiles, Prescribed, component_index};
use crate::scenario::schema::*;

/// Names of the components of E and B.
const E: [FieldComponent; 3] = [FieldComponent::Ex, FieldComponent::Ey, FieldComponent::Ez];
const B: [FieldComponent; 3] = [FieldComponent::Bx, FieldComponent::By, FieldComponent::Bz];
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
pub fn reductions(scenario: &Scenario, folder: &Path) -> Vec<Reduction> {
    let (external, files) = (Prescribed::of_all(&scenario.fields.external), OfFiles::of(scenario, folder));
    let sources = Sources { scenario, external, files };
    (0..3)
        .filter(|&axis| scenario.phase_space.axis(PhaseAxis::MOMENTA[axis]).is_none())
        .map(|axis| Reduction { axis: PhaseAxis::MOMENTA[axis], inexact: sources.inexact(axis) })
        .collect()
}

/// The fields a scenario gives, by component.
struct Sources<'s> {
    scenario: &'s Scenario,
    /// The prescribed ones.
    external: Vec<Prescribed>,
    /// What is in its arrays.
    files: OfFiles,
}

impl Sources<'_> {
    /// Reasons why the momentum along `axis` (0, 1, 2) is not exact.
    fn inexact(&self, axis: usize) -> Vec<String> {
        if self.scenario.species.charge == 0.0 {
            return Vec::new();
        }
        let mut reasons = Vec::new();
        for along in [(axis + 1) % 3, (axis + 2) % 3] {
            // The B that v along `along` turns into this momentum.
            let field = 3 - axis - along;
            let (letter, moving) = (LETTERS[field], LETTERS[along]);
            if self.space(along).is_none() {
                if self.present(B[field]) && self.moves(along) {
                    reasons.push(format!("B_{letter} turns p{moving} into it"));
                }
                continue;
            }
            if self.mean(B[field]).abs() > 1e-12 {
                reasons.push(format!("B_{letter} has a mean over the domain, so its potential is not periodic"));
            }
            if self.breaks_faraday(axis, along) {
                reasons.push(format!("the prescribed E_{} and B_{letter} do not obey dB/dt = - curl E", LETTERS[axis]));
            }
        }
        reasons
    }

    /// A space axis (0, 1, 2), if it is resolved.
    fn space(&self, axis: usize) -> Option<Axis> {
        self.scenario.phase_space.axis(PhaseAxis::SPACE[axis])
    }

    /// Whether particles can have momentum along an axis.
    fn moves(&self, axis: usize) -> bool {
        let space = &self.scenario.phase_space;
        let canonical = [space.canonical.px, space.canonical.py, space.canonical.pz][axis];
        // A wave, given or growing, carries a vector potential.
        let potential = (0..3)
            .filter(|&along| along != axis && self.space(along).is_some())
            .any(|along| self.present(B[3 - axis - along]) || self.scenario.fields.evolution == Evolution::Maxwell);
        space.axis(PhaseAxis::MOMENTA[axis]).is_some() || canonical != 0.0 || self.present(E[axis]) || potential
    }

    /// What files hold of a component: those of the self-consistent fields, and the prescribed ones.
    fn of_files(&self, component: FieldComponent) -> [Component; 2] {
        let (vector, direction) = component_index(component);
        [self.files.own[vector][direction], self.files.external[vector][direction]]
    }

    /// The prescribed forms of a component.
    fn forms(&self, component: FieldComponent) -> impl Iterator<Item = &dyn FieldForm> {
        self.external.iter().filter(move |part| part.component == component).map(|part| &*part.form)
    }

    /// Whether the scenario gives this component a value other than zero.
    fn present(&self, component: FieldComponent) -> bool {
        let fields = &self.scenario.fields;
        fields.uniform.component(component) != 0.0
            || fields.perturbations.iter().any(|p| p.component == component && p.amplitude != 0.0)
            || self.of_files(component).iter().any(|array| array.largest != 0.0)
            || self.forms(component).any(|form| form.bound(&self.scenario.phase_space).value != 0.0)
    }

    /// The mean over the domain; waves that fit none of its axes count with their amplitude.
    fn mean(&self, component: FieldComponent) -> f64 {
        let external: f64 = self.forms(component).map(|form| form.mean(&self.scenario.phase_space)).sum();
        let files: f64 = self.of_files(component).iter().map(|array| array.mean).sum();
        self.scenario.fields.uniform.component(component) + external + files
    }

    /// Whether the prescribed E along `axis`, varying along `along`, violates Faraday's
    /// law, judged at a few points of the run.
    fn breaks_faraday(&self, axis: usize, along: usize) -> bool {
        let third = 3 - axis - along;
        // (curl E)_third has - d_along E_axis where along, third, axis are in cyclic order.
        let sign = if (along + 1) % 3 == third { -1.0 } else { 1.0 };
        let (electric, magnetic) = (E[axis], B[third]);
        // A transverse E that varies but does not evolve never changes B.
        let fields = &self.scenario.fields;
        let [own, prescribed] = self.of_files(electric);
        let varies = |wave: &FieldPerturbation| {
            wave.component == electric && wave.amplitude != 0.0 && wave.mode.each()[along] != 0
        };
        let frozen_wave =
            fields.evolution != Evolution::Maxwell && (fields.perturbations.iter().any(varies) || own.varies[along]);
        if frozen_wave || prescribed.varies[along] {
            return true;
        }
        (1..8).any(|i| {
            // Multiples of irrational numbers avoid the zeros of all terms at once.
            let part = |irrational: f64| (f64::from(i) * irrational).fract();
            let place = |axis: usize, part: f64| self.space(axis).map_or(0.0, |x| x.from + (x.to - x.from) * part);
            let place = DVec3::new(place(0, part(0.618_034)), place(1, part(0.414_214)), place(2, part(0.732_051)));
            let time = self.scenario.time.end * part(0.754_878);
            let curl = self.forms(electric).map(|form| sign * form.at(place, time).slope[along]);
            let rate = self.forms(magnetic).map(|form| form.at(place, time).rate);
            let (sum, scale) =
                curl.chain(rate).fold((0.0, 0.0), |(sum, scale), term| (sum + term, scale + f64::abs(term)));
            sum.abs() > 1e-9 * scale
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use std::f64::consts::TAU;

    use super::*;

    /// Names of the momenta whose reduction is not exact.
    fn inexact(
        spaces: &[&str],
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
        for name in spaces {
            space[*name] = json!({"from": 0, "to": TAU, "cells": 32});
        }
        let mut fields = fields.clone();
        fields["evolution"] = json!(evolution);
        let scenario: Scenario = serde_json::from_value(json!({
            "title": "t", "about": "a", "references": [],
            "species": {"charge": charge, "spin": false},
            "phase_space": space, "initial": {"populations": []}, "fields": fields, "time": {"step": 1, "end": 10}
        }))
        .unwrap();
        reductions(&scenario, Path::new(".")).iter().filter(|r| r.warning().is_some()).map(|r| r.axis.name()).collect()
    }

    fn wave(component: &str, amplitude: f64, wavenumber: f64) -> Value {
        json!({"travelling_wave": {"component": component, "amplitude": amplitude, "wavenumber": wavenumber, "frequency": wavenumber}})
    }

    #[test]
    fn waves_along_x() {
        let frozen = |fields: Value| inexact(&["x"], &["px"], -1.0, "frozen", &fields, &json!({}));
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
        // Neutral particles follow no vector potential.
        assert_eq!(inexact(&["x"], &["px"], 0.0, "frozen", &json!({"uniform": {"B": [1, 1, 1]}}), &json!({})), none);
        // Growing transverse fields move particles, and B_x turns them.
        assert_eq!(
            inexact(&["x"], &["px"], -1.0, "maxwell", &json!({"uniform": {"B": [1, 0, 0]}}), &json!({})),
            ["py", "pz"]
        );
        assert_eq!(
            inexact(&["x"], &["px", "py"], -1.0, "frozen", &json!({"uniform": {"B": [1, 0, 0]}}), &json!({})),
            ["pz"]
        );
    }

    /// The rules of waves along x, turned to y and z.
    #[test]
    fn every_axis_obeys_the_same_rules() {
        let names = ["x", "y", "z"];
        for axis in 0..3 {
            let [along, next, last] = [0, 1, 2].map(|k| names[(axis + k) % 3]);
            let frozen = |fields: Value| {
                let momentum = format!("p{along}");
                inexact(&[along], &[&momentum], -1.0, "frozen", &fields, &json!({}))
            };
            let none: Vec<&str> = Vec::new();
            let uniform = |component: usize| {
                let mut b = [0; 3];
                b[(axis + component) % 3] = 1;
                json!({"uniform": {"B": b}})
            };
            assert_eq!(frozen(uniform(0)), none, "{along}");
            assert_eq!(frozen(uniform(2)), [format!("p{next}")], "{along}");
            assert_eq!(frozen(uniform(1)), [format!("p{last}")], "{along}");
            let mut k = [0.0; 3];
            k[axis] = 2.0;
            let light = |component: String, amplitude: f64| json!({"travelling_wave": {"component": component, "amplitude": amplitude, "wavenumber": k, "frequency": 2}});
            let pair = |e: &str, b: &str, sign: f64| json!({"external": [light(format!("E_{e}"), 1.0), light(format!("B_{b}"), sign)]});
            assert_eq!(frozen(pair(next, last, 1.0)), none, "{along}");
            assert_eq!(frozen(pair(last, next, -1.0)), none, "{along}");
            assert_eq!(frozen(pair(next, last, -1.0)), [format!("p{next}")], "{along}");
        }
    }

    #[test]
    fn planes() {
        let frozen = |fields: Value| inexact(&["x", "y"], &["px", "py"], -1.0, "frozen", &fields, &json!({}));
        let none: Vec<&str> = Vec::new();
        // B_z needs no A_z; B_x and B_y do, and A_z is periodic.
        assert_eq!(frozen(json!({"uniform": {"B": [0, 0, 1]}})), none);
        assert_eq!(frozen(json!({"uniform": {"B": [1, 0, 0]}})), ["pz"]);
        assert_eq!(frozen(json!({"uniform": {"B": [0, 1, 0]}})), ["pz"]);
        assert_eq!(frozen(json!({"perturbations": [{"component": "B_y", "mode": 1, "amplitude": 1}]})), none);
        let wave = |component: &str, amplitude: f64, k: [f64; 3]| json!({"travelling_wave": {"component": component, "amplitude": amplitude, "wavenumber": k, "frequency": 5}});
        // Light along (3, 4, 0)/5: B = k x E/omega.
        let light = |bx: f64, by: f64| {
            let k = [3.0, 4.0, 0.0];
            json!({"external": [wave("E_z", 1.0, k), wave("B_x", bx, k), wave("B_y", by, k)]})
        };
        assert_eq!(frozen(light(0.8, -0.6)), none);
        assert_eq!(frozen(light(0.8, 0.6)), ["pz"]);
        assert_eq!(frozen(light(-0.8, -0.6)), ["pz"]);
        // Of zero mean along y, though not along x.
        assert_eq!(frozen(json!({"external": [wave("B_x", 1.0, [0.5, 1.0, 0.0])]})), ["pz"], "Faraday: it moves");
        let still =
            json!({"standing_wave": {"component": "B_x", "amplitude": 1, "wavenumber": [0.5, 1, 0], "frequency": 0}});
        assert_eq!(frozen(json!({"external": [still]})), none);
        let gradient = json!({"gradient": {"component": "B_x", "axis": "y", "value": -TAU / 2.0, "slope": 1}});
        assert_eq!(frozen(json!({"external": [gradient]})), none);
        let gradient = json!({"gradient": {"component": "B_x", "axis": "y", "slope": 1}});
        assert_eq!(frozen(json!({"external": [gradient]})), ["pz"]);
        // Light polarised along z moves all particles alike with growing fields, too.
        let maxwell = |b: [i32; 3]| {
            inexact(&["x", "y"], &["px", "py"], -1.0, "maxwell", &json!({"uniform": {"B": b}}), &json!({}))
        };
        assert_eq!(maxwell([0, 0, 1]), none);
        assert_eq!(maxwell([1, 0, 0]), ["pz"]);
        // Nothing is left out with all momenta.
        let all = json!({"uniform": {"B": [1, 1, 1]}});
        assert_eq!(inexact(&["x", "y"], &["px", "py", "pz"], -1.0, "frozen", &all, &json!({})), none);
    }

    #[test]
    fn homogeneous_domains() {
        let frozen = |resolved: &[&str], field: Value, canonical: Value| {
            inexact(&[], resolved, -1.0, "frozen", &json!({"uniform": field}), &canonical)
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
