//! The exchange mean field of a pair potential of finite range: dt w = (2/hbar) h x w, h(p) = (e/2) int V(p - q) w(q) dq (A. E.
//! Ruckenstein, L. P. Levy, on spin transport in dilute polarized gases), against sums written out and closed forms.

mod common;

use std::f64::consts::FRAC_PI_3;
use std::sync::Arc;

use common::random::Random;
use common::{BOTH, scenario, start};
use glam::{DQuat, DVec3, DVec4};
use serde_json::{Value, json};
use spinwigner::exchange::PairPotential;
use spinwigner::grid::{Axis, Grid};
use spinwigner::linear_theory::spin_waves::SpinGas;
use spinwigner::operators::{Couplings, FieldSample, MeanField, MeanFieldTurn, ReadPairs, Reading, Recording};
use spinwigner::physics::{GivenHamiltonian, Particle};
use spinwigner::precision::Precision;
use spinwigner::processor;
use spinwigner::run::DeviceChoice;
use spinwigner::scenario::schema::{Kinematics, Range};
use spinwigner::simulation::Simulation;
use spinwigner::state::State;

const HBAR: f64 = 0.5;

/// Neutral and without a moment.
const PARTICLE: Particle = Particle {
    mass: 1.0,
    charge: 0.0,
    hbar: HBAR,
    moment: 0.0,
    anomaly: 0.0,
    kinematics: Kinematics::NonRelativistic,
    spin: true,
    given: GivenHamiltonian { slopes: [DVec3::ZERO; 3], constant: DVec3::ZERO },
};

fn axis(from: f64, to: f64, cells: u32) -> Value {
    json!({"from": from, "to": to, "cells": cells})
}

/// A neutral gas without a moment that is the same everywhere.
fn gas(momenta: &Value, exchange: &Value, [step, end]: [f64; 2]) -> Value {
    json!({
        "title": "test", "about": "test", "references": ["test"],
        "species": {"charge": 0, "hbar": HBAR, "magnetic_moment": 0},
        "kinematics": "non_relativistic",
        "phase_space": momenta,
        "initial": {"populations": [{"momentum": {"maxwellian": {"temperature": 1.0}}}]},
        "exchange": exchange,
        "time": {"step": step, "end": end}
    })
}

fn w(cell: &DVec4) -> DVec3 {
    DVec3::new(cell.y, cell.z, cell.w)
}

/// Pure spins of all directions and lengths.
fn random_cells(count: usize, random: &mut Random) -> Vec<DVec4> {
    let cell = |_| {
        let w = random.vector();
        DVec4::new(w.length(), w.x, w.y, w.z)
    };
    (0..count).map(cell).collect()
}

fn cells(simulation: &mut Simulation) -> Vec<DVec4> {
    let state = simulation.executor.state().expect("state");
    (0..state.cells()).map(|i| state.cell(i)).collect()
}

/// V(p - q)/g as it is written in a scenario; the table goes to 0 at 3, with straight lines.
fn ranges() -> [Range; 2] {
    [Range::Gaussian { width: 0.7 }, Range::Table(vec![[0.0, 1.0], [0.4, 0.7], [1.1, -0.3], [3.0, 0.0]])]
}

fn potential(range: &Range, apart: DVec3) -> f64 {
    let d = apart.length();
    let lines = |a: [f64; 2], b: [f64; 2]| a[1] + (b[1] - a[1]) * (d - a[0]) / (b[0] - a[0]);
    match range {
        Range::Gaussian { width } => (-d * d / (2.0 * width * width)).exp(),
        Range::Table(rows) if d < rows[1][0] => lines(rows[0], rows[1]),
        Range::Table(rows) if d < rows[2][0] => lines(rows[1], rows[2]),
        Range::Table(rows) if d < rows[3][0] => lines(rows[2], rows[3]),
        Range::Table(_) | Range::File(_) => 0.0,
    }
}

/// sum_q V(p - q) w(q) written out, and from it int int V w.w' and w + 2 a x m, (1 - a x) m = w, of one round; on one,
/// two and three momenta of no whole workgroups, to 1e-12 of the sum of magnitudes.
#[test]
fn sums_over_momenta_are_those_written_out() {
    let mut random = Random(5);
    for shape in [[11, 0, 0], [0, 9, 0], [0, 11, 10], [13, 0, 8], [7, 9, 8]] {
        let axis = |cells: usize, step: f64| (cells > 0).then_some(Axis { cells, from: -1.1, step });
        let [x, y, z] = shape;
        // Along the first axis that has a momentum.
        let space = Some(Axis { cells: 3, from: 0.0, step: 0.5 });
        let [along_x, along_y] = if x > 0 { [space, None] } else { [None, space] };
        let momenta = [axis(x, 0.3), axis(y, 0.25), axis(z, 0.4)];
        let grid = Grid::new([along_x, along_y, None, momenta[0], momenta[1], momenta[2]]).expect("valid axes");
        for range in ranges() {
            let before = random_cells(grid.cells(), &mut random);
            let (momenta, volume) = (grid.momentum_cells(), grid.momentum_volume());
            let uniform: Vec<DVec3> = (0..3).map(|_| 0.1 * random.vector()).collect();
            let couplings = PairPotential::new(-0.6, &range, &grid).couplings;
            let separable = matches!(range, Range::Gaussian { .. }) || grid.momenta().count() == 1;
            assert_eq!(couplings.are_separable(), separable);
            let (table, mean_field) = (0, 0);
            let recording = Recording {
                tables: vec![vec![FieldSample::default(); 3]],
                mean_fields: vec![MeanField { rounds: 1, scale: -0.6 * volume, couplings, uniform: uniform.clone() }],
                commands: vec![
                    ReadPairs { table, mean_field, separable }.into(),
                    MeanFieldTurn { table, mean_field, separable }.into(),
                ],
                ..Recording::default()
            };
            let state = State::Spin(before.clone());
            let mut executor =
                processor::executor(Precision::F64, grid.clone(), PARTICLE, 0.0, &state).expect("it fits");
            let readings = executor.execute(&recording).expect("done");
            let [Reading::Pairs(pairs)] = &readings[..] else { panic!("{readings:?}") };
            let after = executor.state().expect("state");
            let mut worst = 0.0_f64;
            for place in 0..3 {
                let of_place = &before[place * momenta..(place + 1) * momenta];
                let scale = of_place.iter().map(|u| u.x).sum::<f64>() * volume;
                let mut sum = 0.0;
                for (i, cell) in of_place.iter().enumerate() {
                    let v = |j: usize| potential(&range, grid.momentum(i) - grid.momentum(j));
                    let field: DVec3 = of_place.iter().enumerate().map(|(j, other)| v(j) * w(other)).sum();
                    let a = -0.6 * volume * field - uniform[place];
                    sum += w(cell).dot(-0.6 * volume * field) * volume;
                    let m = (w(cell) + a.cross(w(cell)) + a * a.dot(w(cell))) / (1.0 + a.length_squared());
                    let turned = w(cell) + 2.0 * a.cross(m);
                    worst = worst.max((w(&after.cell(place * momenta + i)) - turned).length() / scale);
                }
                worst = worst.max((pairs[place] - sum).abs() / (scale * scale));
            }
            println!("{shape:?}, {range:?}: off by {worst:.1e}");
            assert!(worst < 1e-12, "{shape:?}, {range:?}: {worst:e}");
        }
    }
}

/// Rounds are as many as 4^-n and 2^-54, or 2^-25 in f32, ask for at the largest angle, 1/2: a quarter is left by each. Two signs
/// of K and spins that differ by little are what takes longest; thrice as many rounds change nothing beyond rounding.
#[test]
fn rounds_close_in_as_foretold() {
    let rounds = MeanField::rounds(MeanField::MOST, Precision::F64);
    assert_eq!((rounds, MeanField::rounds(MeanField::MOST, Precision::F32)), (27, 13));
    let px = Axis { cells: 24, from: -1.1, step: 0.1 };
    let grid = Grid::new([None, None, None, Some(px), None, None]).expect("valid axes");
    let mut random = Random(3);
    let mut least = f64::INFINITY;
    for draw in 0..20_usize {
        let cells = random_cells(24, &mut random);
        // From all directions to nearly one, across K that change sign.
        let tilt = draw as f64;
        let tilted = |u: &DVec4| DVec4::new(0.0, u.y, u.z, u.w + tilt);
        let cells: Vec<DVec4> = cells.iter().map(tilted).collect();
        let length = cells.iter().map(|u| w(u).length()).sum::<f64>();
        let along = (0..24).map(|d| if (d + draw) % 3 == 0 { -1.0 } else { 1.0 }).collect();
        let couplings = Arc::new(Couplings::Separable([along, vec![1.0], vec![1.0]]));
        let end = |rounds: usize| {
            let scale = 0.5 * MeanField::MOST / length;
            let mean_field = MeanField { rounds, scale, couplings: couplings.clone(), uniform: vec![DVec3::ZERO] };
            let recording = Recording {
                tables: vec![vec![FieldSample::default()]],
                mean_fields: vec![mean_field],
                commands: vec![MeanFieldTurn { table: 0, mean_field: 0, separable: true }.into()],
                ..Recording::default()
            };
            let state = State::Spin(cells.clone());
            let mut executor =
                processor::executor(Precision::F64, grid.clone(), PARTICLE, 0.0, &state).expect("it fits");
            executor.execute(&recording).expect("done");
            let state = executor.state().expect("state");
            (0..24).map(|i| w(&state.cell(i)) / w(&cells[i]).length()).collect::<Vec<_>>()
        };
        let apart = |a: &[DVec3], b: &[DVec3]| a.iter().zip(b).map(|(a, b)| (*a - *b).length()).fold(0.0, f64::max);
        let far = end(3 * rounds);
        let [few, more, all] = [end(3), end(4), end(rounds)].map(|found| apart(&found, &far));
        least = least.min(few / more.max(1e-17));
        assert!(few < 2.0 * 0.25_f64.powi(4) && all < 4e-16, "{draw}: {few:e}, {more:e}, {all:e}");
    }
    println!("a round leaves a share of {:.3} at the most", 1.0 / least);
    assert!(least > 4.0);
}

/// Two momenta a and b alone are populated: dt w_a = (e/hbar) V(a - b) dp w_b x w_a turns both about w_a + w_b, which stays, at
/// the rate (e/hbar) V(a - b) dp |w_a + w_b|. Of V = V_c + V' the constant is exact, and the midpoint rule turns by 2 arctan of half
/// the angle of V' in each of the parts that a step is cut in: to 1e-12, and to 1e-6 at the rate itself in small steps.
#[test]
fn two_classes_turn_about_their_sum() {
    let (a, b, cells_x, dp) = (3, 12, 20, 0.5);
    for (statistics, e) in [("bosons", 1.0), ("fermions", -1.0)] {
        for range in
            [json!({"gaussian": {"width": 2.0}}), json!({"table": [[0, 1.0], [2, -0.5], [9, 0.25], [40, 0.1]]})]
        {
            for (step, steps) in [(1.0, 4), (0.0025, 1600)] {
                let exchange = json!({"strength": 0.3, "statistics": statistics, "range": range});
                let value = gas(&json!({"px": axis(-5.0, 5.0, cells_x)}), &exchange, [step, 4.0]);
                let mut simulation = start(&scenario(&value), DeviceChoice::Reference);
                let (first, second) = (DVec3::new(0.7, -0.2, 0.4), DVec3::new(-0.3, 0.8, 0.5));
                let mut before = vec![DVec4::ZERO; cells_x as usize];
                before[a] = DVec4::new(first.length(), first.x, first.y, first.z);
                before[b] = DVec4::new(second.length(), second.x, second.y, second.z);
                simulation.executor.write(&State::Spin(before)).expect("written");
                simulation.advance(steps).expect("finite");
                let after = cells(&mut simulation);
                let potential = simulation.exchange.and_then(|law| law.potential).expect("a range");
                let Couplings::Separable(along) = &*potential.couplings else { panic!("one axis") };
                let (v, sum) = (0.3 * along[0][b - a], first + second);
                let rate = |v: f64| e / HBAR * v * dp * sum.length();
                let length = (first.length() + second.length()) * dp;
                let parts = (potential.rest * length * step / HBAR / MeanField::MOST).ceil();
                let uneven = 2.0 * (0.5 * rate(v - potential.constant) * step / parts).atan() * parts;
                let rule = (rate(potential.constant) * step + uneven) * steps as f64;
                println!("{statistics}, {range}, step {step}: {rule} rad for {}", 4.0 * rate(v));
                assert!(step == 1.0 || (rule - 4.0 * rate(v)).abs() < 1e-6);
                for (cell, before) in [(a, first), (b, second)] {
                    let turned = DQuat::from_axis_angle(sum.normalize(), rule) * before;
                    let off = (w(&after[cell]) - turned).length();
                    assert!(off < 1e-12, "{statistics}, {range}, step {step}: off by {off:e}");
                }
            }
        }
    }
}

/// A wide Gaussian is a contact interaction but for |p - q|^2/2 width^2 of it: where the width is doubled what differs is divided
/// by four, to 1 %.
#[test]
fn wide_ranges_are_a_contact_interaction() {
    let mut random = Random(8);
    let before = random_cells(18 * 9, &mut random);
    let end = |exchange: &Value| {
        let momenta = json!({"px": axis(-4.0, 4.0, 18), "pz": axis(-4.0, 4.0, 9)});
        let mut simulation = start(&scenario(&gas(&momenta, exchange, [0.25, 5.0])), DeviceChoice::Reference);
        simulation.executor.write(&State::Spin(before.clone())).expect("written");
        simulation.advance(20).expect("finite");
        cells(&mut simulation)
    };
    let contact = end(&json!({"strength": 0.02, "statistics": "fermions"}));
    let off = [40.0, 80.0, 160.0].map(|width| {
        let range = json!({"gaussian": {"width": width}});
        let ranged = end(&json!({"strength": 0.02, "statistics": "fermions", "range": range}));
        ranged.iter().zip(&contact).map(|(a, b)| (*a - *b).length()).fold(0.0, f64::max)
    });
    println!("off by {off:?}");
    let same = end(&json!({"strength": 0.02, "statistics": "fermions", "range": {"table": [[0, 1], [20, 1]]}}));
    assert!(same == contact, "a constant table");
    for pair in off.windows(2) {
        assert!((pair[0] / pair[1] / 4.0 - 1.0).abs() < 0.01, "{off:?}");
    }
    assert!(off[0] > 1e-4, "{off:?}");
}

/// Ten thousand steps of random spins at every momentum leave int w, every |w| and the energy (e/4) int int V w.w' to 1e-12 of
/// int |w| and of (g/4) (int |w|)^2, both statistics, in steps of one part and of several; in f32 three hundred leave them to 5e-6
/// on both devices.
#[test]
fn spin_length_and_energy_stay() {
    let mut random = Random(21);
    let momenta = json!({"px": axis(-3.0, 3.0, 14), "py": axis(-3.0, 3.0, 9)});
    for (draw, range) in ranges().into_iter().cycle().take(4).enumerate() {
        let statistics = if draw % 2 == 0 { "bosons" } else { "fermions" };
        let strength = (0.05 + 0.1 * random.fraction()) * if draw < 2 { 1.0 } else { -5.0 };
        for (device, steps, tolerance) in [
            (DeviceChoice::Reference, if draw < 2 { 10_000 } else { 1000 }, 1e-12),
            (DeviceChoice::Cpu, 300, 5e-6),
            (DeviceChoice::Gpu, 300, 5e-6),
        ] {
            let exchange = json!({"strength": strength, "statistics": statistics, "range": range});
            let value = gas(&momenta, &exchange, [0.05, 500.0]);
            let mut simulation = start(&scenario(&value), device);
            let before = random_cells(simulation.grid.cells(), &mut random);
            simulation.executor.write(&State::Spin(before)).expect("written");
            let before = cells(&mut simulation);
            let volume = simulation.grid.momentum_volume();
            let total = |cells: &[DVec4]| cells.iter().map(w).sum::<DVec3>() * volume;
            let scale = before.iter().map(|u| w(u).length()).sum::<f64>() * volume;
            let energy = |simulation: &mut Simulation| {
                let pairs = simulation.pairs().expect("pairs")[0];
                simulation.exchange.as_ref().expect("one").energy_of_pairs(pairs)
            };
            let first = energy(&mut simulation);
            simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
            let after = cells(&mut simulation);
            let gained = (energy(&mut simulation) - first).abs() / (0.25 * strength.abs() * scale * scale);
            let off = (total(&after) - total(&before)).length() / scale;
            let stretched = |(a, b): (&DVec4, &DVec4)| (w(a).length() / w(b).length() - 1.0).abs();
            let worst = after.iter().zip(&before).map(stretched).fold(0.0, f64::max);
            let moved = after.iter().zip(&before).map(|(a, b)| (*a - *b).length()).fold(0.0, f64::max);
            println!(
                "{draw}, {device:?}, g = {strength:.2}: total off by {off:.1e}, energy by {gained:.1e}, |w| by {worst:.1e}"
            );
            assert!(off < tolerance && gained < tolerance && worst < tolerance, "{draw}, {device:?}");
            assert!(moved > 0.1 && after.iter().zip(&before).all(|(a, b)| a.x == b.x), "w0 changed");
        }
    }
}

/// The equation itself, sums written out and steps of Runge and Kutta (of fourth order, 1e-3), on three momenta: at t = 1 the
/// solver is off by what falls to a quarter where its step is halved.
#[test]
fn random_spins_go_the_way_of_the_equation() {
    let mut random = Random(33);
    let momenta = json!({"px": axis(-1.5, 1.5, 8), "py": axis(-1.0, 1.0, 8), "pz": axis(-1.2, 1.2, 8)});
    for range in ranges() {
        let exchange = json!({"strength": 0.4, "statistics": "fermions", "range": range});
        let mut off = Vec::new();
        let mut state = Vec::new();
        let mut exact: Vec<DVec3> = Vec::new();
        // Of one part each.
        for step in [0.04, 0.02] {
            let mut simulation = start(&scenario(&gas(&momenta, &exchange, [step, 1.0])), DeviceChoice::Reference);
            let grid = simulation.grid.clone();
            if state.is_empty() {
                state = random_cells(grid.cells(), &mut random);
                // Few of them, so that sums are short.
                for (i, cell) in state.iter_mut().enumerate() {
                    *cell = if i % 13 == 0 { 20.0 * *cell } else { DVec4::ZERO };
                }
                let populated: Vec<usize> = (0..grid.cells()).filter(|i| i % 13 == 0).collect();
                let v =
                    |i: usize, j: usize| potential(&range, grid.momentum(populated[i]) - grid.momentum(populated[j]));
                let matrix: Vec<Vec<f64>> =
                    (0..populated.len()).map(|i| (0..populated.len()).map(|j| v(i, j)).collect()).collect();
                // (2/hbar) (e/2) g dp
                let factor = -0.4 * grid.momentum_volume() / HBAR;
                let rate = |w: &[DVec3]| -> Vec<DVec3> {
                    let field = |i: usize| w.iter().zip(&matrix[i]).map(|(w, v)| *w * *v).sum::<DVec3>();
                    (0..w.len()).map(|i| factor * field(i).cross(w[i])).collect()
                };
                exact = populated.iter().map(|&i| w(&state[i])).collect();
                let moved = |w: &[DVec3], by: &[DVec3], share: f64| -> Vec<DVec3> {
                    w.iter().zip(by).map(|(w, by)| *w + share * *by).collect()
                };
                let h = 1e-3;
                for _ in 0..1000 {
                    let first = rate(&exact);
                    let second = rate(&moved(&exact, &first, 0.5 * h));
                    let third = rate(&moved(&exact, &second, 0.5 * h));
                    let fourth = rate(&moved(&exact, &third, h));
                    for (i, w) in exact.iter_mut().enumerate() {
                        *w += h / 6.0 * (first[i] + 2.0 * second[i] + 2.0 * third[i] + fourth[i]);
                    }
                }
            }
            simulation.executor.write(&State::Spin(state.clone())).expect("written");
            simulation.advance((1.0 / step).round() as u64).expect("finite");
            let after = cells(&mut simulation);
            let found = after.iter().step_by(13).map(w);
            off.push(found.zip(&exact).map(|(found, exact)| (found - *exact).length()).fold(0.0, f64::max));
        }
        let turned = state.iter().step_by(13).zip(&exact).map(|(u, w1)| (w(u) - *w1).length()).fold(0.0, f64::max);
        println!("{range:?}: turned by {turned:.1e}, off by {off:?}");
        assert!(turned > 1.0 && off[0] < 1e-2 * turned && (off[0] / off[1] - 4.0).abs() < 0.2, "{off:?}");
    }
}

/// With charges in B and E, whose forces move momenta apart and all alike, spin-orbit coupling, and waves of all directions: halving
/// the step divides what it leaves by 4 or 16 (by more than 3 and 10 where the next order is seen), and steps backwards lead back
/// but for what sweeps leave.
#[test]
fn steps_keep_their_order() {
    let wave =
        |direction: [f64; 3], mode: i32| json!({"spin": {"direction": direction, "mode": mode, "amplitude": 0.3}});
    let value = |order: u32, step: f64, moment: f64| {
        json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": -0.5, "hbar": 0.5, "magnetic_moment": moment},
            "kinematics": "non_relativistic",
            "phase_space": {"x": axis(0.0, 6.0, 16), "px": axis(-3.0, 3.0, 20), "py": axis(-3.0, 3.0, 14)},
            "initial": {"populations": [{
                "momentum": {"gaussian": {"spread": 0.6}},
                "spin": {"uniform": {"direction": [0.3, 0.4, 0.8], "polarisation": 0.4}},
                "perturbations": [wave([1.0, 0.0, 0.0], 1), wave([0.0, 1.0, 0.5], 2)]
            }]},
            "fields": {"external": [
                {"uniform": {"E": [0, 0, 0.5], "B": [0.2, 0, 0.6]}},
                {"potential": {"cosine": {"amplitude": 0.2, "wavenumber": [FRAC_PI_3, 0, 0]}}}
            ]},
            "exchange": {"strength": 1.5, "statistics": "fermions", "range": {"gaussian": {"width": 0.8}}},
            "pulses": [{"time": 0.8, "axis": [1, 1, 0], "angle": 1.0}],
            "numerics": {"order": order, "dissipation": 0, "synchronise": "steps"},
            "time": {"step": step, "end": 1.6}
        })
    };
    let end = |order: u32, step: f64, moment: f64| {
        let mut simulation = start(&scenario(&value(order, step, moment)), DeviceChoice::Reference);
        simulation.advance((1.6 / step).round() as u64).unwrap_or_else(|error| panic!("{error}"));
        cells(&mut simulation)
    };
    let apart =
        |a: &[DVec4], b: &[DVec4]| a.iter().zip(b).map(|(a, b)| (*a - *b).abs().max_element()).fold(0.0, f64::max);
    // Without a moment nothing tells spins apart but the mean field.
    for (order, moment, least) in [(2, 0.4, 3.0), (4, 0.4, 10.0), (2, 0.0, 3.0), (4, 0.0, 10.0)] {
        let ends = [0.2, 0.1, 0.05].map(|step| end(order, step, moment));
        let (first, second) = (apart(&ends[0], &ends[1]), apart(&ends[1], &ends[2]));
        println!("order {order}, moment {moment}: {first:.1e}, then {second:.1e}");
        assert!(first > least * second && second > 1e-9, "order {order}, {moment}: {first:.1e}, then {second:.1e}");
        let mut simulation = start(&scenario(&value(order, 0.1, moment)), DeviceChoice::Reference);
        let before = cells(&mut simulation);
        simulation.advance(16).expect("finite");
        let away = apart(&cells(&mut simulation), &before);
        simulation.reverse();
        simulation.advance(16).expect("finite");
        let back = apart(&cells(&mut simulation), &before);
        println!("order {order}, moment {moment}: {away:.1e} away, back to {back:.1e}");
        assert!(away > 1e-2 && back < 1e-6, "order {order}, {moment}: {away:.1e} away, back to {back:.1e}");
    }
}

/// The column `energy_exchange` is (e/4) int dx int int V w.w' dp dq, sums written out, on both
/// devices.
#[test]
fn the_column_is_the_energy_of_pairs() {
    let exchange = json!({"strength": 0.6, "statistics": "fermions", "range": {"gaussian": {"width": 0.7}}});
    let mut value = gas(&json!({"x": axis(0.0, 6.0, 9), "px": axis(-4.0, 4.0, 19)}), &exchange, [0.1, 1.0]);
    let wave = json!({"spin": {"direction": [1, 0, 0], "mode": 1, "amplitude": 0.2}});
    value["initial"]["populations"][0]["spin"] = json!({"uniform": {"direction": [0, 0, 1], "polarisation": 0.8}});
    value["initial"]["populations"][0]["perturbations"] = json!([wave]);
    for device in BOTH {
        let loaded = scenario(&value);
        let mut simulation = start(&loaded, device);
        let state = cells(&mut simulation);
        let grid = &simulation.grid;
        let (momenta, volume) = (grid.momentum_cells(), grid.momentum_volume());
        let range = Range::Gaussian { width: 0.7 };
        let pair = |i: usize, j: usize| {
            let v = potential(&range, grid.momentum(i % momenta) - grid.momentum(j % momenta));
            v * w(&state[i]).dot(w(&state[j]))
        };
        let of = |i: usize| (i / momenta * momenta..(i / momenta + 1) * momenta).map(|j| pair(i, j)).sum::<f64>();
        let exact = -0.25 * 0.6 * (0..state.len()).map(of).sum::<f64>() * volume * volume * 6.0 / 9.0;
        let table = common::record(&loaded, device, 10);
        let column = table.column("energy_exchange").expect("a column");
        common::close("energy_exchange", column[0], exact, if device == DeviceChoice::Gpu { 1e-6 } else { 1e-12 });
    }
}

/// What nobody follows is refused: turns of more than 256 rad by V' in a step, at their place, and waves of a contact interaction.
#[test]
fn what_is_not_known_is_refused() {
    let exchange = json!({"strength": 1.0, "statistics": "bosons", "range": {"gaussian": {"width": 0.7}}});
    let mut value = gas(&json!({"x": axis(0.0, 6.0, 9), "px": axis(-4.0, 4.0, 19)}), &exchange, [0.1, 1.0]);
    value["initial"]["populations"][0]["spin"] = json!({"uniform": {"direction": [0, 0, 1], "polarisation": 0.8}});
    let refused = SpinGas::of(&scenario(&value).scenario).expect_err("no such waves").to_string();
    assert!(refused.contains("remove `exchange.range`"), "{refused}");
    // max |V'| int |w| dt/hbar = (1/2) 0.8 dt/hbar, a little less as V is not 0 at the ends.
    value["species"]["hbar"] = json!(0.1 * 0.4 / 260.0);
    let mut simulation = start(&scenario(&value), DeviceChoice::Reference);
    let refused = simulation.advance(1).expect_err("too far").to_string();
    println!("{refused}");
    assert!(refused.contains("up to 260 rad") && refused.contains("256 at the most, at x = 0.33333"), "{refused}");
}
