//! Small plasmas of all fields, schemes and kinds of space, for tests of what a run must remember.

use serde_json::{Value, json};

/// Fields and the space they are in.
pub struct Everything {
    pub name: &'static str,
    pub spin: bool,
    fields: Value,
    /// Thickness of absorbing layers at the ends of x.
    layer: Option<f64>,
    /// A plane, whose axes take turns, instead of a line with momenta along y and z that are not resolved.
    plane: bool,
    /// Particles relax towards local equilibria.
    collide: bool,
    /// Spins turn in the mean field of each other, which pushes where nothing collides, and in pulses.
    exchange: bool,
    /// The mean field has a range, and pushes nobody.
    range: bool,
}

impl Everything {
    /// One of each kind.
    pub fn all() -> Vec<Everything> {
        let wavenumber = [std::f64::consts::FRAC_PI_4, 0.0, 0.0];
        let wave = json!({"travelling_wave": {"component": "E_y", "amplitude": 0.2, "wavenumber": wavenumber, "frequency": 1.1}});
        let light = json!([{"component": "E_y", "mode": 1, "amplitude": 0.1}, {"component": "B_z", "mode": 1, "amplitude": 0.1}]);
        let maxwell =
            json!({"evolution": "maxwell", "uniform": {"B": [0.3, 0, 0]}, "perturbations": light, "external": [wave]});
        let electrostatic = json!({"evolution": "electrostatic", "uniform": {"B": [0.2, 0, 0.3]}});
        let frozen = json!({"perturbations": light, "external": [wave]});
        let of = |name, fields: &Value| {
            let fields = fields.clone();
            let (layer, plane, collide, exchange, range) = (None, false, false, false, false);
            Everything { name, spin: true, fields, layer, plane, collide, exchange, range }
        };
        vec![
            of("maxwell", &maxwell),
            Everything { plane: true, ..of("in a plane", &maxwell) },
            Everything { spin: false, ..of("electrostatic, no spin", &electrostatic) },
            of("electrostatic", &electrostatic),
            of("frozen", &frozen),
            Everything { layer: Some(2.2), ..of("layers", &maxwell) },
            Everything { collide: true, plane: true, ..of("collisions", &json!({"evolution": "electrostatic"})) },
            Everything { exchange: true, plane: true, ..of("exchange", &electrostatic) },
            Everything { exchange: true, collide: true, plane: true, ..of("exchange and collisions", &frozen) },
            Everything { exchange: true, range: true, plane: true, ..of("exchange with a range", &electrostatic) },
        ]
    }

    /// Merged steps, steps apart, order four; not the last with layers, which are of order two.
    pub fn numerics(&self) -> Vec<Value> {
        let all = [json!({"dissipation": 0.5}), json!({"synchronise": "steps", "dissipation": 0}), json!({"order": 4})];
        all.into_iter().take(if self.layer.is_some() { 2 } else { 3 }).collect()
    }

    /// A scenario of steps of 0.1, to the end given, without outputs.
    pub fn scenario(&self, numerics: &Value, end: f64) -> Value {
        let axis = |from: f64, to: f64, cells: u32| json!({"from": from, "to": to, "cells": cells});
        let mut phase_space = json!({"x": axis(0.0, 8.0, 32), "px": axis(-1.5, 1.5, 20), "canonical": {"py": 0.1}});
        if let Some(layer) = self.layer {
            phase_space["x"]["absorbing_layer"] = json!(layer);
        }
        if self.plane {
            let momentum = axis(-1.5, 1.5, 9);
            phase_space = json!({"x": axis(0.0, 8.0, 9), "y": axis(0.0, 6.0, 8), "px": momentum, "py": momentum});
        }
        let mut population = json!({
            "momentum": {"gaussian": {"spread": 0.3}},
            "perturbations": [{"density": {"mode": 1, "amplitude": 0.1}}]
        });
        if self.spin {
            population["spin"] = json!({"uniform": {"direction": [0.6, 0.3, 0.8], "polarisation": 0.5}});
        }
        let mut scenario = json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": -1, "hbar": 0.4, "spin": self.spin},
            "phase_space": phase_space,
            "initial": {"populations": [population]},
            "fields": self.fields, "numerics": numerics,
            "time": {"step": 0.1, "end": end}
        });
        if self.exchange {
            scenario["kinematics"] = json!("non_relativistic");
            scenario["pulses"] =
                json!([{"time": 0.2, "axis": [1, 2, 0], "angle": 1.3}, {"time": 0.3, "axis": [0, 1, 0], "angle": -2}]);
            let forces = !self.collide && !self.range;
            scenario["exchange"] = json!({"strength": 0.3, "statistics": "fermions", "forces": forces});
            if self.range {
                scenario["exchange"]["range"] = json!({"gaussian": {"width": 0.6}});
            }
        }
        if self.collide {
            scenario["kinematics"] = json!("non_relativistic");
            scenario["collisions"] = json!({"tau": 0.3, "xi": 0.5});
        }
        scenario
    }
}
