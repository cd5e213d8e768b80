//! Motion in given fields against closed forms. Every answer is asked of the
//! float64 reference and of the device. Run with `--nocapture` to see the figures.

mod common;

use std::f64::consts::TAU;

use common::{BOTH, close, scenario, shipped, start, steps};
use glam::{DVec3, DVec4};
use serde_json::{Value, json};
use spinwigner::operators::{FieldSample, Recorder, Recording, Scheme, Streaming};
use spinwigner::physics::Particle;
use spinwigner::precision::Precision;
use spinwigner::processor;
use spinwigner::run::DeviceChoice;
use spinwigner::simulation::Simulation;
use spinwigner::state::State;

fn axis(from: f64, to: f64, cells: u32) -> Value {
    json!({"from": from, "to": to, "cells": cells})
}

/// A scenario in prescribed fields, to be adapted.
fn prescribed(phase_space: Value, species: Value, populations: Value, external: Value, time: Value) -> Value {
    json!({
        "title": "test", "about": "test", "references": ["test"],
        "species": species, "phase_space": phase_space, "initial": {"populations": populations},
        "fields": {"external": external}, "time": time
    })
}

fn run(root: &Value, device: DeviceChoice) -> Simulation {
    let loaded = scenario(root);
    let mut simulation = start(&loaded, device);
    simulation.advance(steps(&loaded)).unwrap_or_else(|error| panic!("{error}"));
    simulation
}

/// Momentum of a momentum cell and its state at space cell 0.
fn cells_at_origin(simulation: &mut Simulation) -> Vec<(DVec3, DVec4)> {
    let state = simulation.executor.state().expect("state");
    (0..simulation.grid.momentum_cells()).map(|m| (simulation.grid.momentum(m), state.cell(m))).collect()
}

/// Angle from `exact` to `measured`, in (-pi, pi].
fn turned(measured: (f64, f64), exact: (f64, f64)) -> f64 {
    let (x, y) = (measured.0 * exact.0 + measured.1 * exact.1, measured.1 * exact.0 - measured.0 * exact.1);
    y.atan2(x)
}

/// Free streaming, u = u0(x - v t, p), of exp(sin x): the error falls with the fifth
/// power of dx at Courant numbers below one and, cut in parts, above.
#[test]
fn free_streaming_is_of_fifth_order() {
    let grid = |cells| {
        scenario(&prescribed(
            json!({"x": axis(0.0, TAU, cells), "px": axis(-1.0, 1.0, 8)}),
            json!({"charge": 0, "spin": false}),
            json!([{"momentum": {"gaussian": {"spread": 1.0}}}]),
            json!([]),
            json!({"step": 1.0, "end": 1.0}),
        ))
    };
    for (name, time, count) in [("long steps", 3.7, 12), ("short steps", 0.04, 100)] {
        let error = |cells: u32| {
            let simulation = start(&grid(cells), DeviceChoice::Reference);
            let grid = simulation.grid.clone();
            let x = *grid.axis(0).expect("x");
            let profile = |x: f64| x.sin().exp();
            let state = (0..grid.cells()).map(|cell| profile(x.centre((cell / 8) as isize))).collect();
            let mut reference = processor::executor(
                Precision::F64,
                grid.clone(),
                simulation.species.particle,
                1.0,
                &State::Spinless(state),
            )
            .expect("it fits");
            let tables = vec![vec![FieldSample::default(); cells as usize]];
            let mut recording = Recording { tables, commands: Vec::new(), ..Recording::default() };
            for _ in 0..count {
                let recorder =
                    Recorder { grid: &grid, particle: &simulation.species.particle, schemes: &[Scheme::Flux] };
                Streaming::record(&recorder, &mut recording, 0, time, 0);
            }
            reference.execute(&recording).expect("executed");
            let state = reference.state().expect("state");
            (0..grid.cells())
                .map(|cell| {
                    let v = simulation.species.particle.velocity(grid.momentum(cell % 8)).x;
                    let exact = profile(x.centre((cell / 8) as isize) - v * time * count as f64);
                    (state.cell(cell).x - exact).abs()
                })
                .fold(0.0, f64::max)
        };
        let errors = [24, 48, 96].map(error);
        let orders = [(errors[0] / errors[1]).log2(), (errors[1] / errors[2]).log2()];
        println!("free streaming, {name}: errors {errors:?}, orders {orders:.2?}");
        assert!(orders[1] >= 4.5, "{orders:?}");
    }
}

/// Density of a cos(kx) perturbation of a Juttner gas, theta = 0.1, that streams
/// freely: verification table, one momentum and three. The trapezoidal sums over p
/// are exact to rounding as long as k v' dp t < 2 pi; what is left is the dissipation of
/// the sweeps, (k dx)^5 k v t/60 at the most: 2e-6 with 60 cells, 5e-5 with 32.
#[test]
fn juttner_gas_mixes_phases() {
    let times = [1.0, 2.0, 5.0, 10.0];
    let one = [0.95696774995323, 0.836713930891, 0.28612401605332, -0.024272898228746];
    let three = [0.96056629517062, 0.8498419891389, 0.3276336408397, -0.021651341419048];
    let momenta = [
        (json!({"px": axis(-3.2, 3.2, 160)}), one, 1e-6),
        // 40 cells in each momentum: the edge at p = 2.6 holds exp(-(gamma - 1)/T) = 2e-8.
        (json!({"px": axis(-2.6, 2.6, 40), "py": axis(-2.6, 2.6, 40), "pz": axis(-2.6, 2.6, 40)}), three, 1e-5),
    ];
    for (mut phase_space, exact, tolerance) in momenta {
        phase_space["x"] = axis(0.0, TAU, if phase_space.get("py").is_some() { 32 } else { 60 });
        for device in BOTH {
            for (time, exact) in times.into_iter().zip(exact) {
                let mut root = prescribed(
                    phase_space.clone(),
                    json!({"charge": 0, "spin": false}),
                    json!([{"momentum": {"juttner": {"temperature": 0.1}},
                            "perturbations": [{"density": {"mode": 1, "amplitude": 0.5}}]}]),
                    json!([]),
                    json!({"step": time, "end": time}),
                );
                root["output"] = json!({"diagnostics": {"modes": [{"quantity": "density", "mode": 1}]}});
                let loaded = scenario(&root);
                let table = common::record(&loaded, device, 1);
                let amplitude = table.column("density_mode1_re").expect("recorded");
                let relative = amplitude[1] / amplitude[0];
                println!("phase mixing kt = {time}, {device:?}: {relative:.8}, exact {exact:.8}");
                assert!((relative - exact).abs() <= tolerance, "kt = {time} {device:?}: {relative} {exact}");
            }
        }
    }
}

/// Cyclotron motion across a uniform B_z: W+- = (w0 +- wz)/2 turn about p = 0 at
/// (q B0/eps)(1 +- mu_B m B0/eps^2), so W+-(p, t) is the initial one at p turned back.
/// The angle of the packet's mean momentum, each momentum weighed alike, gives the
/// tabulated rates at |p| = 0.5 up to the spread: the whole state is compared instead.
#[test]
fn cyclotron_rotation_of_both_spins() {
    let (hbar, b0, time) = (0.7, 1.3, 1.0);
    let root = |cells: u32, step: f64| {
        prescribed(
            json!({"px": axis(-1.5, 1.5, cells), "py": axis(-1.5, 1.5, cells)}),
            json!({"charge": -1, "hbar": hbar}),
            json!([{"momentum": {"gaussian": {"spread": 0.16, "drift": [0.5, 0, 0]}},
                    "spin": {"uniform": {"direction": [0, 0, 1], "polarisation": 0.5}}}]),
            json!([{"uniform": {"B": [0, 0, b0]}}]),
            json!({"step": step, "end": time}),
        )
    };
    // The tabulated rates at |p| = 0.5 from the formula used below.
    let particle = Particle::new(&scenario(&root(60, 0.02)).scenario.species, Default::default());
    let rate = |p: f64, sign: f64| {
        let eps = particle.energy(DVec3::X * p);
        particle.charge * b0 / eps * (1.0 + sign * particle.moment * particle.mass * b0 / (eps * eps))
    };
    for (sign, tabulated) in [(0.0, -1.1627553482999), (1.0, -0.73951240151873), (-1.0, -1.5859982950811)] {
        assert!((rate(0.5, sign) - tabulated).abs() < 1e-12);
    }
    let error = |cells: u32, step: f64, device| {
        let mut simulation = run(&root(cells, step), device);
        let initial = |p: DVec3| (-0.5 * (p - 0.5 * DVec3::X).length_squared() / (0.16 * 0.16)).exp();
        let cells = cells_at_origin(&mut simulation);
        let peak = cells.iter().map(|(_, w)| w.x).fold(0.0, f64::max);
        let scale = 1.0 / (TAU * 0.16 * 0.16);
        let mut largest = 0.0f64;
        for (p, w) in cells {
            for (sign, share) in [(1.0, 0.75), (-1.0, 0.25)] {
                // dp/dt = q v x B turns p clockwise for q B > 0, by - rate t.
                let angle = rate(p.length(), sign) * time;
                let back =
                    DVec3::new(p.x * angle.cos() - p.y * angle.sin(), p.x * angle.sin() + p.y * angle.cos(), 0.0);
                let measured = 0.5 * (w.x + sign * w.w);
                largest = largest.max((measured - share * scale * initial(back)).abs() / peak);
            }
        }
        largest
    };
    let momentum = [60, 120].map(|cells| error(cells, 0.002, DeviceChoice::Reference));
    let order = (momentum[0] / momentum[1]).log2();
    println!("cyclotron: errors {momentum:?} at 60 and 120 cells, order {order:.2}");
    assert!(order >= 4.5, "{order}");
    let temporal = [0.1, 0.05].map(|step| error(120, step, DeviceChoice::Reference));
    let order = (temporal[0] / temporal[1]).log2();
    println!("cyclotron: errors {temporal:?} at dt = 0.1 and 0.05, order {order:.2}");
    assert!(order >= 1.9, "{order}");
    let [reference, device] = BOTH.map(|device| error(96, 0.01, device));
    println!("cyclotron: largest error {reference:.3e} of the peak in the reference, {device:.3e} on the device");
    // 200 sweeps of f32 add roundings of 6e-8 at random, 1e-6 in all.
    assert!((device - reference).abs() <= 1e-5, "{device} {reference}");
}

/// Larmor precession slows as 1/gamma: over ten turns of the slowest cell the phase
/// at every cell centre is (2 mu_B/hbar)(m/eps) B0 t to 1e-10 rad in float64, and to
/// 5e-5 rad in f32: 63 rad times the rounding of the angle, 6e-8, and 1000 roundings
/// of w at random, 2e-6.
#[test]
fn larmor_phase_over_ten_turns() {
    let root = prescribed(
        json!({"pz": axis(-3.0, 3.0, 61)}),
        json!({"charge": -1, "hbar": 0.7}),
        json!([{"momentum": {"gaussian": {"spread": 1.5}}, "spin": {"uniform": {"direction": [1, 0, 0]}}}]),
        json!([{"uniform": {"B": [0, 0, 1.3]}}]),
        json!({"step": 0.05, "end": 48.35}),
    );
    for (device, tolerance) in [(DeviceChoice::Reference, 1e-10), (DeviceChoice::Gpu, 5e-5)] {
        let mut simulation = run(&root, device);
        let particle = simulation.species.particle;
        let largest = cells_at_origin(&mut simulation)
            .into_iter()
            .map(|(p, w)| {
                // dw/dt = (2 mu_B/hbar) w x T turns w about z by - (2 mu_B/hbar) T t.
                let phase = -particle.torque_coefficient() * particle.mass / particle.energy(p) * 1.3 * 48.35;
                turned((w.y, w.z), (phase.cos(), phase.sin())).abs()
            })
            .fold(0.0, f64::max);
        println!("Larmor phase after {:.1} turns, {device:?}: off by {largest:.1e} rad", 1.3 * 48.35 / TAU);
        assert!(largest <= tolerance, "{device:?}: {largest}");
    }
}

/// Thomas precession in a uniform E_x: tabulated angles between two p_x at given p_y.
/// qEt is a whole number of cells and both ends are cell centres; the packet is wide.
/// Second order in dt, and 1e-5 rad at the finest step.
#[test]
fn spin_orbit_angles() {
    for (p_y, from, to, exact) in
        [(0.5, -1.0, 1.0, 0.35970699958496), (1.0, 0.0, 2.0, 0.42242951479181), (2.0, -3.0, 3.0, 1.2030374707271)]
    {
        let (length, cells) = (to - from, 40.0);
        let dp = length / cells;
        let angle = |steps: f64, device| {
            let root = prescribed(
                // Ten spreads of room at both ends.
                json!({
                    "px": axis(from - 60.5 * dp, to + 60.5 * dp, 161),
                    "py": axis(p_y - 0.55, p_y + 0.55, 11)
                }),
                json!({"charge": -1, "hbar": 0.5}),
                json!([{"momentum": {"gaussian": {"spread": [12.0 * dp, 1.0, 1.0], "drift": [from, p_y, 0]}},
                        "spin": {"uniform": {"direction": [1, 0, 0]}}}]),
                json!([{"uniform": {"E": [-length / 5.0, 0, 0]}}]),
                json!({"step": 5.0 / steps, "end": 5.0}),
            );
            let mut simulation = run(&root, device);
            let near = |p: &DVec3| (p.x - to).abs() + (p.y - p_y).abs();
            let (p, w) = cells_at_origin(&mut simulation)
                .into_iter()
                .min_by(|a, b| near(&a.0).total_cmp(&near(&b.0)))
                .expect("cells");
            assert!(near(&p) < 1e-12);
            -turned((w.y, w.z), (1.0, 0.0))
        };
        let errors = [100.0, 200.0].map(|steps| (angle(steps, DeviceChoice::Reference) - exact).abs());
        let order = (errors[0] / errors[1]).log2();
        println!("spin-orbit angle p_y = {p_y}: errors {errors:?} rad, order {order:.2}");
        for device in BOTH {
            let error = (angle(2000.0, device) - exact).abs();
            println!("spin-orbit angle p_y = {p_y}, {device:?}: off {exact} by {error:.1e} rad");
            assert!(error <= 1e-5, "{error}");
        }
        assert!(order >= 1.9, "{order}");
    }
}

/// Stern-Gerlach through the shipped page: separation mu_B b t^2/m, momenta +- mu_B b t,
/// spin components (w0 +- w3)/2, all within 0.5 percent.
#[test]
fn stern_gerlach_separation() {
    let mut loaded = shipped("stern-gerlach");
    loaded.scenario.output.diagnostics.interval = None;
    let moment = loaded.scenario.species.magnetic_moment.expect("given");
    let slope = 0.5;
    let t = loaded.scenario.time.end;
    for device in BOTH {
        let table = common::record(&loaded, device, steps(&loaded));
        let separation = table.column("separation_x").expect("recorded")[1];
        close(&format!("Stern-Gerlach separation, {device:?}"), separation, moment * slope * t * t, 5e-3);
        let mut simulation = start(&loaded, device);
        simulation.advance(steps(&loaded)).expect("finite");
        let grid = simulation.grid.clone();
        let state = simulation.executor.state().expect("state");
        for sign in [1.0, -1.0] {
            let (mut number, mut momentum) = (0.0, 0.0);
            for cell in 0..grid.cells() {
                let w = state.cell(cell);
                number += w.x + sign * w.w;
                momentum += (w.x + sign * w.w) * grid.momentum(cell % grid.momentum_cells()).x;
            }
            close(&format!("momentum of spin {sign:+}"), momentum / number, sign * moment * slope * t, 5e-3);
        }
    }
}

/// Relativistic Stern-Gerlach characteristics, B = 0.3 + 0.4 x, mu_B = 0.5, from x = 0,
/// p = 0.2 for t = 1: verification table. A packet's centroid differs from them by the
/// square of its width: two widths, extrapolated to none.
#[test]
fn relativistic_stern_gerlach_characteristics() {
    let exact = [(1.0, 0.33037824271863, 0.39153970441707), (-1.0, 0.084451361334427, 0.0013254450583852)];
    let centroids = |width: f64, device| {
        let root = prescribed(
            json!({"x": axis(-1.0, 1.4, 240), "px": axis(-0.8, 1.2, 200)}),
            json!({"charge": 0, "hbar": 1, "magnetic_moment": 0.5}),
            json!([{"momentum": {"gaussian": {"spread": width, "drift": [0.2, 0, 0]}},
                    "space": {"gaussian": {"centre": 0.0, "width": width}}}]),
            json!([{"gradient": {"component": "B_z", "value": 0.3, "slope": 0.4}}]),
            json!({"step": 0.01, "end": 1.0}),
        );
        let mut simulation = run(&root, device);
        let grid = simulation.grid.clone();
        let state = simulation.executor.state().expect("state");
        [1.0, -1.0].map(|sign| {
            let mut sum = DVec3::ZERO;
            for cell in 0..grid.cells() {
                let w = state.cell(cell);
                let x = grid.axis(0).expect("x").centre((cell / grid.momentum_cells()) as isize);
                let p = grid.momentum(cell % grid.momentum_cells()).x;
                sum += (w.x + sign * w.w) * DVec3::new(1.0, x, p);
            }
            (sum.y / sum.x, sum.z / sum.x)
        })
    };
    for device in BOTH {
        let (narrow, wide) = (centroids(0.04, device), centroids(0.08, device));
        for (k, (sign, x, p)) in exact.into_iter().enumerate() {
            let limit = |narrow: f64, wide: f64| narrow - (wide - narrow) / 3.0;
            let (x_limit, p_limit) = (limit(narrow[k].0, wide[k].0), limit(narrow[k].1, wide[k].1));
            println!(
                "relativistic Stern-Gerlach {sign:+}, {device:?}: x = {x_limit:.6} ({x:.6}), p = {p_limit:.6} ({p:.6})"
            );
            // 0.5 percent of the distance travelled and of the momentum gained by the up spin.
            assert!((x_limit - x).abs() <= 5e-3 * 0.33 && (p_limit - p).abs() <= 5e-3 * 0.19);
        }
    }
}

/// Hidden-momentum drift at p = 0.3 along B_x = 0.9: verification table. The position of
/// each momentum cell's own packet gives its velocity.
#[test]
fn hidden_momentum_velocities() {
    for (device, moment) in [BOTH[0], BOTH[1]].into_iter().flat_map(|device| [(device, -0.4), (device, 0.0)]) {
        let root = prescribed(
            json!({"x": axis(-2.0, 4.0, 120), "px": axis(0.1, 0.5, 41)}),
            json!({"charge": 0, "hbar": 0.8, "magnetic_moment": moment}),
            json!([{"momentum": {"gaussian": {"spread": 0.05, "drift": [0.3, 0, 0]}},
                    "space": {"gaussian": {"centre": 0.0, "width": 0.3}}}]),
            json!([{"uniform": {"B": [0.9, 0, 0]}}]),
            json!({"step": 0.05, "end": 5.0}),
        );
        let mut simulation = run(&root, device);
        let grid = simulation.grid.clone();
        let state = simulation.executor.state().expect("state");
        let momentum_cell = 20;
        assert!((grid.momentum(momentum_cell).x - 0.3).abs() < 1e-12);
        let expected: &[(f64, f64)] = if moment == 0.0 {
            &[(1.0, 0.28734788556635)]
        } else {
            &[(1.0, 0.19244399675544), (-1.0, 0.38225177437725)]
        };
        for &(sign, exact) in expected {
            let (mut number, mut position) = (0.0, 0.0);
            for i in 0..grid.space_cells() {
                let w = state.cell(i * grid.momentum_cells() + momentum_cell);
                number += w.x + sign * w.y;
                position += (w.x + sign * w.y) * grid.axis(0).expect("x").centre(i as isize);
            }
            let name = format!("hidden-momentum velocity {sign:+}, mu_B = {moment}, {device:?}");
            close(&name, position / number / 5.0, exact, 5e-3);
        }
    }
}

/// g != 2 for p across B_z: the phenomenological form turns the spin at (g/2) q B0/eps;
/// in the T-BMT form the spin gains a q B0/m on the momentum at every gamma. Neutral
/// particles with the electron's moment stay where they are, and precess.
#[test]
fn anomalous_precession() {
    for (g_factor, rate) in [
        (json!({"phenomenological": 2.6}), (|eps: f64| 1.3 / eps) as fn(f64) -> f64),
        (json!({"tbmt": 2.6}), |eps: f64| 1.0 / eps + 0.3),
    ] {
        let root = prescribed(
            json!({"px": axis(-2.0, 2.0, 21), "py": axis(-2.0, 2.0, 19)}),
            json!({"charge": 0, "hbar": 1, "magnetic_moment": 0.5, "g_factor": g_factor}),
            json!([{"momentum": {"gaussian": {"spread": 2.0}}, "spin": {"uniform": {"direction": [1, 0, 0]}}}]),
            json!([{"uniform": {"B": [0, 0, 1]}}]),
            json!({"step": 0.05, "end": 5.0}),
        );
        for (device, tolerance) in [(DeviceChoice::Reference, 1e-11), (DeviceChoice::Gpu, 1e-5)] {
            let mut simulation = run(&root, device);
            let largest = cells_at_origin(&mut simulation)
                .into_iter()
                .map(|(p, w)| {
                    let phase = -rate((1.0 + p.length_squared()).sqrt()) * 5.0;
                    turned((w.y, w.z), (phase.cos(), phase.sin())).abs()
                })
                .fold(0.0, f64::max);
            println!("{g_factor}, {device:?}: phase off by {largest:.1e} rad");
            assert!(largest <= tolerance, "{g_factor} {device:?}: {largest}");
        }
    }
}
