//! Which columns `diagnostics.csv` will have, known before anything is computed.

use super::schema::{Evolution, PhaseAxis, Scenario};
use crate::diagnostics::mode_name;

/// Names of the columns of a scenario's diagnostics, in their order.
pub fn columns(scenario: &Scenario) -> Vec<String> {
    let axes: Vec<PhaseAxis> =
        PhaseAxis::SPACE.into_iter().filter(|axis| scenario.phase_space.axis(*axis).is_some()).collect();
    let spin = scenario.species.spin;
    let mut names: Vec<String> = Vec::new();
    let mut put = |stem: &str, ends: &[&str]| names.extend(ends.iter().map(|end| format!("{stem}{end}")));
    put("", &["time", "number", "charge"]);
    put("energy_", &["kinetic", "electric", "magnetic", "spin", "total"]);
    for part in ["", "particles_", "field_", "fixed_"] {
        put(&format!("momentum_{part}"), &["x", "y", "z"]);
    }
    put("momentum_", &["scale"]);
    if spin {
        put("spin_", &["x", "y", "z"]);
        put("magnetisation_", &["x", "y", "z"]);
    }
    // A component needs both axes of its plane.
    let directions = PhaseAxis::SPACE
        .into_iter()
        .filter(|direction| PhaseAxis::SPACE.iter().filter(|axis| *axis != direction).all(|axis| axes.contains(axis)));
    for name in directions.map(|direction| direction.name()) {
        put("angular_momentum_", &[name]);
        put(&format!("angular_momentum_orbital_{name}"), &[""]);
        put(&format!("angular_momentum_field_{name}"), &[""]);
        if spin {
            put(&format!("angular_momentum_spin_{name}"), &[""]);
        }
    }
    put("", &["purity", "gauss_residual"]);
    if axes.len() > 1 && scenario.fields.evolution != Evolution::Frozen {
        put("divergence_b", &[""]);
    }
    put("", &["edge_number", "least_w0_minus_w"]);
    for axis in axes.iter().filter(|_| spin).map(|axis| axis.name()) {
        put(&format!("mean_{axis}"), &["_up", "_down"]);
        put(&format!("separation_{axis}"), &[""]);
    }
    for mode in &scenario.output.diagnostics.modes {
        put(&mode_name(mode), &["_re", "_im"]);
    }
    names
}
