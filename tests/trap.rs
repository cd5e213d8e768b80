//! Prescribed potentials: a neutral cloud in a harmonic trap turns in phase space as a whole, whatever its shape.

mod common;

use std::f64::consts::TAU;

use common::{BOTH, record, scenario};
use serde_json::{Value, json};
use spinwigner::npy;
use spinwigner::run::DeviceChoice;

/// Of either axis; filaments of clouds that do not turn rigidly take this many.
const CELLS: u32 = 96;

/// A cloud of neutral spins at rest, off the centre of a potential, for a turn of the trap of frequency 1.
fn cloud(potential: &Value, steps: u32, order: u32) -> Value {
    let axis = |cells: u32| json!({"from": -8.0, "to": 8.0, "cells": cells});
    json!({
        "title": "test", "about": "test", "references": ["test"], "kinematics": "non_relativistic",
        "species": {"charge": 0, "magnetic_moment": 0.5, "mass": 1.0, "hbar": 1.0},
        "phase_space": {"x": axis(CELLS), "px": axis(CELLS)},
        "initial": {"populations": [{
            "momentum": {"gaussian": {"spread": 1.0}},
            "space": {"gaussian": {"centre": 1.5, "width": 0.8}},
            "spin": {"uniform": {"direction": [0, 0, 1], "polarisation": 1.0}}
        }]},
        "fields": {"external": [{"potential": potential}]},
        "numerics": {"order": order},
        "time": {"step": TAU / f64::from(steps), "end": TAU}
    })
}

/// <x> = x0 cos t and <p> = -x0 sin t, x0 = 1.5: a harmonic trap turns phase space rigidly. Strang's order two
/// errs by the phase t dt^2/24, 1.5 * 6.3 * 0.05^2/24 = 1e-3; order four by 1e-5 at twice that step. The energy of
/// the trap is what the motion lacks.
#[test]
fn a_cloud_swings_in_a_harmonic_trap() {
    for (order, steps, tolerance) in [(2, 128, 1e-3), (4, 64, 1e-5)] {
        for device in BOTH {
            let loaded = scenario(&cloud(&json!({"harmonic": {"stiffness": 1.0}}), steps, order));
            let table = record(&loaded, device, 8);
            let column = |name: &str| table.column(name).unwrap_or_else(|| panic!("{name}"));
            let (time, x, p, number) = (column("time"), column("mean_x_up"), column("momentum_x"), column("number"));
            let (trap, total) = (column("energy_potential"), column("energy_total"));
            let mut worst = [0.0f64; 2];
            for (row, t) in time.iter().enumerate() {
                let off = (x[row] - 1.5 * t.cos()).abs().max((p[row] / number[row] + 1.5 * t.sin()).abs());
                worst = [worst[0].max(off), worst[1].max((total[row] - total[0]).abs())];
            }
            let exchanged = trap.iter().map(|u| (u - trap[0]).abs()).fold(0.0, f64::max);
            println!(
                "order {order}, {device:?}: off by {:.1e}, energy by {:.1e} of {exchanged:.2}",
                worst[0], worst[1]
            );
            // int U n = (x0^2 + width^2)/2 per particle.
            assert!((trap[0] / number[0] - 0.5 * (2.25 + 0.64)).abs() < 1e-4, "{}", trap[0] / number[0]);
            assert!(worst[0] < tolerance && worst[1] < 2.0 * tolerance * exchanged);
        }
    }
}

/// A polynomial, and a file of the same numbers, are the same trap: the file's slope is the scheme's, exact to
/// sixth order for a parabola but across the ends, where there is nobody.
#[test]
fn a_file_is_the_trap_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("u.npy");
    let x = |i: usize| -8.0 + 16.0 / f64::from(CELLS) * (i as f64 + 0.5);
    let values: Vec<f64> = (0..CELLS as usize).map(|i| 0.5 * x(i) * x(i) + 0.1).collect();
    npy::write_f64(&file, &[CELLS as usize], &values).expect("written");
    let end = |potential: Value| {
        let table = record(&scenario(&cloud(&potential, 64, 2)), DeviceChoice::Reference, 16);
        ["mean_x_up", "momentum_x", "energy_potential"].map(|name| table.column(name).expect("there"))
    };
    let [given, polynomial] =
        [json!({"file": file}), json!({"polynomial": {"coefficients": [0.1, 0.0, 0.5]}})].map(end);
    for (a, b) in given.iter().flatten().zip(polynomial.iter().flatten()) {
        assert!((a - b).abs() < 1e-6, "{a} {b}");
    }
}

/// A well of 1/cosh^2 and one of a Gaussian keep a cloud that is bound, and the energy with it.
#[test]
fn wells_conserve_energy() {
    for potential in [
        json!({"sech2": {"amplitude": -4.0, "width": 2.0}}),
        json!({"gaussian": {"amplitude": -4.0, "width": 2.0}}),
        json!({"cosine": {"amplitude": -2.0, "wavenumber": TAU / 16.0}}),
    ] {
        let table = record(&scenario(&cloud(&potential, 128, 4)), DeviceChoice::Reference, 16);
        let [total, trap] = ["energy_total", "energy_potential"].map(|name| table.column(name).expect("there"));
        let change = |values: &[f64]| values.iter().map(|u| (u - values[0]).abs()).fold(0.0, f64::max);
        println!("{potential}: energy changes by {:.1e} of {:.2}", change(&total), change(&trap));
        assert!(change(&total) < 1e-4 * change(&trap) && change(&trap) > 0.1);
    }
}
