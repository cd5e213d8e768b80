//! The step in time: its order in state, D and B, and how far it retraces itself.
//! Run with `--nocapture` to see the figures.

mod common;

use glam::DVec3;
use serde_json::{Value, json};
use spinwigner::fit;
use spinwigner::run::DeviceChoice;
use spinwigner::scenario::Loaded;
use spinwigner::scenario::schema::FieldComponent;
use spinwigner::simulation::Simulation;
use spinwigner::state::State;

/// Resolved axes, in cells: one to three momenta, one or two dimensions of space.
const KINDS: [(&str, &[(&str, u32)]); 4] = [
    ("1D1P", &[("x", 12), ("px", 40)]),
    ("1D2P", &[("x", 8), ("px", 16), ("py", 16)]),
    ("1D3P", &[("x", 8), ("px", 9), ("py", 8), ("pz", 10)]),
    ("2D2P", &[("x", 8), ("y", 9), ("px", 10), ("py", 10)]),
];

/// A smooth polarised plasma with all terms. Fields evolve, beside a prescribed wave that
/// changes in time, or are prescribed altogether.
fn plasma(axes: &[(&str, u32)], evolution: &str, numerics: Value) -> Loaded {
    let mut space = json!({});
    for (name, cells) in axes {
        let ends = if name.starts_with('p') { [-1.6, 1.6] } else { [0.0, std::f64::consts::TAU] };
        space[*name] = json!({"from": ends[0], "to": ends[1], "cells": cells});
    }
    let resolved = |axis: &str| axes.iter().any(|(name, _)| *name == axis);
    // A momentum that is not resolved is reduced exactly without B along x and a mean B_z.
    let uniform = if resolved("pz") {
        [0.2, -0.1, 0.3]
    } else if resolved("py") {
        [0.0, 0.0, 0.4]
    } else {
        [0.0, 0.0, 0.0]
    };
    let mut waves = vec![
        json!({"component": "E_y", "mode": 1, "amplitude": 0.2}),
        json!({"component": "E_z", "mode": 1, "amplitude": 0.2, "phase": 1.3}),
        json!({"component": "B_y", "mode": 1, "amplitude": 0.2, "phase": 0.4}),
    ];
    if resolved("y") {
        waves.push(json!({"component": "B_x", "mode": [0, 1, 0], "amplitude": 0.1}));
    }
    let driver = |component: &str, amplitude: f64| {
        json!({"travelling_wave": {
            "component": component, "amplitude": amplitude, "wavenumber": 1.0, "frequency": 1.7
        }})
    };
    common::scenario(&json!({
        "title": "test", "about": "test", "references": ["test"],
        "species": {"charge": -1, "hbar": 0.5, "g_factor": {"tbmt": 2.2}},
        "phase_space": space,
        "initial": {"populations": [{
            "momentum": {"gaussian": {"spread": 0.3}},
            "perturbations": [{"density": {"mode": 1, "amplitude": 0.1}}],
            "spin": {"uniform": {"direction": [0.5, 0.3, 0.8], "polarisation": 0.8}}
        }]},
        "fields": {
            "evolution": evolution, "uniform": {"B": uniform}, "perturbations": waves,
            "external": [driver("E_z", 0.3), driver("B_z", 0.2), driver("E_x", 0.2)]
        },
        "time": {"step": 0.1, "end": 0.8},
        "numerics": numerics
    }))
}

/// The simulation at t = 0.8 in so many steps.
fn after(loaded: &Loaded, device: DeviceChoice, steps: u64) -> Simulation {
    let mut loaded = loaded.clone();
    loaded.scenario.time.step = 0.8 / steps as f64;
    let mut simulation = common::start(&loaded, device);
    simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
    simulation
}

/// Root of the sum of squares of all numbers of a state.
fn norm(state: &State) -> f64 {
    state.numbers().iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The state with another taken away.
fn difference(a: &State, b: &State) -> f64 {
    a.numbers().iter().zip(b.numbers()).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

fn apart(a: &[DVec3], b: &[DVec3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (*a - *b).length_squared()).sum::<f64>().sqrt()
}

fn listed(numbers: &[f64]) -> String {
    numbers.iter().map(|x| format!("{x:.1e}")).collect::<Vec<_>>().join(" ")
}

/// Observed orders from four halvings of the step: of state, D and B where they evolve.
fn orders(name: &str, loaded: &Loaded, order: u32, allowed: f64) {
    let mut runs: Vec<Simulation> =
        [4, 8, 16, 32, 64].map(|steps| after(loaded, DeviceChoice::Reference, steps)).into();
    let states: Vec<State> = runs.iter_mut().map(|run| run.executor.state().expect("state")).collect();
    let size = norm(&states[0]);
    let frozen = runs[0].fields.is_frozen();
    let pairs = |of: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..4).map(of).collect() };
    let mut measured = vec![("state", pairs(&|i| difference(&states[i], &states[i + 1]) / size))];
    if !frozen {
        measured.push(("D", pairs(&|i| apart(&runs[i].fields.d, &runs[i + 1].fields.d))));
        measured.push(("B", pairs(&|i| apart(&runs[i].fields.b, &runs[i + 1].fields.b))));
    }
    for (what, differences) in measured {
        let orders: Vec<f64> = differences.windows(2).map(|pair| (pair[0] / pair[1]).log2()).collect();
        println!("{name}, order {order}, {what:5}: differences {}, orders {orders:.2?}", listed(&differences));
        let last = orders[orders.len() - 1];
        assert!((last - f64::from(order)).abs() <= allowed, "{name}, {what}: {orders:.2?}");
    }
}

/// Half a unit of time in steps that halve four times: differences of neighbours fall by 4
/// and by 16. On any grid, coarse ones too: what sweeps without dissipation solve does not
/// depend on the step.
#[test]
fn steps_are_of_the_order_they_claim() {
    for (name, axes) in KINDS {
        for evolution in ["maxwell", "frozen"] {
            for (order, allowed) in [(2, 0.1), (4, 0.3)] {
                let loaded = plasma(axes, evolution, json!({"order": order, "dissipation": 0}));
                orders(&format!("{name} {evolution}"), &loaded, order, allowed);
            }
        }
    }
}

/// 1,000 steps there and 1,000 back with all fields on: state, D and B return.
#[test]
fn steps_are_retraced() {
    for (order, step) in [(2, 0.004), (4, 0.005)] {
        for (name, axes) in &KINDS[..2] {
            let mut loaded = plasma(axes, "maxwell", json!({"order": order, "dissipation": 0}));
            loaded.scenario.time.step = step;
            let [moved, state, d, b] = there_and_back(&loaded, 1000);
            println!(
                "{name}, order {order}: moved by {moved:.2}, back to {state:.1e} (state), {d:.1e} (D), {b:.1e} (B)"
            );
            // Each sweep leaves z^6/72 of itself and its reverse, z the Courant number times the
            // slope of the state per cell; 2,000 steps of rounding leave 1e-13 or so.
            assert!(moved > 0.1 && state < 1e-11 && d < 1e-11 && b < 1e-11, "{name}");
        }
    }
}

/// What sweeps leave of themselves and their reverse is of fifth order in the step over a
/// fixed time: twice the step, 32 times as much, within a factor 1.5 for what else it holds.
#[test]
fn long_steps_are_retraced_to_fifth_order() {
    for order in [2, 4] {
        let errors: Vec<f64> = [(0.1, 40), (0.05, 80)]
            .map(|(step, steps)| {
                let mut loaded = plasma(KINDS[0].1, "maxwell", json!({"order": order, "dissipation": 0}));
                loaded.scenario.time.step = step;
                there_and_back(&loaded, steps)[1]
            })
            .into();
        let found = (errors[0] / errors[1]).log2();
        println!("order {order}: the state returns to {}, order {found:.2}", listed(&errors));
        assert!((found - 5.0).abs() < 0.6, "{found}");
    }
}

/// Relative change of the state after `steps`, and what is left of it in state, D and B
/// after as many backwards.
fn there_and_back(loaded: &Loaded, steps: u64) -> [f64; 4] {
    let mut simulation = common::start(loaded, DeviceChoice::Reference);
    let start = (simulation.executor.state().expect("state"), simulation.fields.d.clone(), simulation.fields.b.clone());
    let size = norm(&start.0);
    simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
    let moved = difference(&simulation.executor.state().expect("state"), &start.0) / size;
    simulation.reverse();
    simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
    assert!(simulation.time().abs() < 1e-12);
    let length = |field: &[DVec3]| apart(field, &vec![DVec3::ZERO; field.len()]);
    [
        moved,
        difference(&simulation.executor.state().expect("state"), &start.0) / size,
        apart(&simulation.fields.d, &start.1) / length(&start.1),
        apart(&simulation.fields.b, &start.2) / length(&start.2),
    ]
}

/// When output is due changes no bit of a run that is synchronised after every step: 12
/// steps at once, one by one, and in unequal parts, on both executors.
#[test]
fn outputs_change_no_bit_of_synchronised_steps() {
    for (order, device) in [(2, DeviceChoice::Reference), (4, DeviceChoice::Reference), (2, DeviceChoice::Gpu)] {
        let loaded = plasma(KINDS[1].1, "maxwell", json!({"order": order, "synchronise": "steps"}));
        let run = |parts: &[u64]| {
            let mut simulation = common::start(&loaded, device);
            for part in parts {
                simulation.advance(*part).unwrap_or_else(|error| panic!("{error}"));
                simulation.observables().unwrap_or_else(|error| panic!("{error}"));
            }
            (simulation.executor.state().expect("state"), simulation.fields.d.clone(), simulation.fields.b.clone())
        };
        let whole = run(&[12]);
        assert!(whole == run(&[1; 12]) && whole == run(&[5, 3, 4]), "order {order} on {device:?}");
    }
}

/// Light along the spins of a warm plasma neither grows nor decays without dissipation, at a
/// step in which it turns by 0.14: both helicities by less than 1e-9 per time, and the
/// frequency is off by w^3 dt^2/24 of the leapfrog (1.3e-3 at w = 1.45) and no more than twice that.
#[test]
fn undamped_light_stays() {
    for sign in [1.0, -1.0] {
        let mut loaded = common::shipped("light-wave");
        let scenario = &mut loaded.scenario;
        scenario.numerics.dissipation = 0.0;
        scenario.phase_space.x.as_mut().expect("1D").cells = 16;
        (scenario.time.step, scenario.time.end) = (0.1, 600.0);
        for perturbation in &mut scenario.fields.perturbations {
            perturbation.amplitude *= 1e-4;
            if matches!(perturbation.component, FieldComponent::Ez | FieldComponent::By) {
                perturbation.amplitude *= sign;
            }
        }
        let table = common::record(&loaded, DeviceChoice::Reference, 5);
        let column = |name: &str| table.column(name).expect("recorded");
        let (time, re, im) = (column("time"), column("E_y_mode1_re"), column("E_y_mode1_im"));
        let fit = fit::line(&time, &[&re, &im], 0.0, 600.0, [1.2, 1.7]).expect("a wave");
        println!("helicity {sign}: {fit:?}");
        assert!(fit.growth_rate.abs() < 1e-9, "helicity {sign}: {fit:?}");
        // The shipped scenario names the frequency of the first.
        let off = fit.frequency - loaded.scenario.expect[0].value;
        assert!(sign < 0.0 || off.abs() < 2.6e-3, "helicity {sign}: off by {off}");
    }
}
