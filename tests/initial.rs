//! Initial fields are consistent with the charges, or refused; outputs keep apart.

mod common;

use std::f64::consts::TAU;

use common::{plasma, record, scenario, start};
use glam::{DVec3, DVec4};
use serde_json::{Value, json};
use spinwigner::Error;
use spinwigner::grid::Grid;
use spinwigner::initial;
use spinwigner::physics::Particle;
use spinwigner::run::DeviceChoice;
use spinwigner::simulation::Prepared;
use spinwigner::state::{Cells, State};

/// A density wave 1 + a cos(kx), k = 1, in a neutral plasma: E_x = (q a/k) sin(kx).
fn density_wave(cells: u32, amplitude: f64) -> Value {
    let population = json!({
        "momentum": {"maxwellian": {"temperature": 0.04}},
        "perturbations": [{"density": {"mode": 1, "amplitude": amplitude}}]
    });
    let momenta = json!({"px": {"from": -1.2, "to": 1.2, "cells": 32}});
    plasma(TAU, cells, population, momenta, "electrostatic", "E_x")
}

/// sin(kx) = cos(kx - pi/2).
fn given_wave(amplitude: f64) -> Value {
    json!([{"component": "E_x", "mode": 1, "amplitude": amplitude, "phase": -TAU / 4.0}])
}

/// Without a given E_x it follows from Gauss's law to the sixth order of the mesh:
/// (k dx)^6 191/60480 = 1e-5 at 16 cells.
#[test]
fn electric_field_follows_from_the_charges() {
    let simulation = start(&scenario(&density_wave(16, 0.01)), DeviceChoice::Reference);
    for (i, e) in simulation.electric().iter().enumerate() {
        let exact = -0.01 * simulation.fields.mesh.position(i).x.sin();
        assert!((e.x - exact).abs() < 2e-5 * 0.01, "{i}: {} {exact}", e.x);
    }
    assert!(simulation.fields.gauss_residual(&simulation.matter()) < 1e-13);
}

/// A right E_x is accepted on coarse grids and at small amplitudes, a wrong one is
/// refused with its residual.
#[test]
fn a_given_field_must_obey_gauss() {
    for (cells, amplitude) in [(16, 0.01), (64, 1e-5)] {
        let mut root = density_wave(cells, amplitude);
        root["fields"]["perturbations"] = given_wave(-amplitude);
        assert!(Prepared::new(&scenario(&root)).is_ok(), "{cells} {amplitude}");
        root["fields"]["perturbations"] = given_wave(amplitude);
        match Prepared::new(&scenario(&root)).map(|_| ()) {
            Err(Error::Input(text)) => {
                assert!(text.contains("contradicts Gauss's law") && text.contains("off by up to"), "{text}");
            }
            other => panic!("the wrong sign was taken: {other:?}"),
        }
    }
}

/// A uniform E_x is no statement about charges, whatever else is given.
#[test]
fn a_uniform_field_is_free() {
    for cells in [16, 48, 60, 64, 100] {
        let mut root = density_wave(cells, 0.01);
        root["fields"]["evolution"] = json!("maxwell");
        root["time"] = json!({"step": 0.02, "end": 0.1});
        root["fields"]["uniform"] = json!({"E": [0.1, 0, 0]});
        root["fields"]["perturbations"] = json!([{"component": "E_y", "mode": 1, "amplitude": 0.01}]);
        let simulation = start(&scenario(&root), DeviceChoice::Reference);
        let mean = simulation.electric().iter().map(|e| e.x).sum::<f64>() / f64::from(cells);
        assert!((mean - 0.1).abs() < 1e-12, "{mean}");
    }
}

/// f = sum Re( amplitude exp(ikx) ): mode 0 is the mean, mode 1 the given wave.
#[test]
fn modes_are_amplitudes() {
    let mut root = density_wave(24, 0.25);
    root["time"] = json!({"step": 0.05, "end": 0.05});
    root["output"]["diagnostics"]["modes"] =
        json!([{"quantity": "density", "mode": 0}, {"quantity": "density", "mode": 1}]);
    let table = record(&scenario(&root), DeviceChoice::Reference, 1);
    let first = |name: &str| table.column(name).expect("recorded")[0];
    assert!((first("density_mode0_re") - 1.0).abs() < 1e-12);
    assert!((first("density_mode1_re") - 0.25).abs() < 1e-12);
    assert!(first("density_mode1_im").abs() < 1e-12);
}

/// A population off the grid is the user's error, not a NaN.
#[test]
fn a_population_off_the_grid_is_refused() {
    let mut root = density_wave(16, 0.0);
    root["initial"]["populations"][0]["momentum"] = json!({"gaussian": {"spread": 0.01, "drift": [9, 0, 0]}});
    let prepared = Prepared::new(&scenario(&root)).expect("cells are made when they are asked for");
    let error = prepared.sources().expect_err("no weight");
    assert!(matches!(error, Error::Key { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("populations[0]") && text.contains("no weight"), "{text}");
}

/// Fields too strong for the step end the run with a reason instead of filling the memory.
#[test]
fn endless_sub_cycles_are_refused() {
    let mut root = density_wave(16, 0.0);
    root["fields"]["external"] = json!([{"uniform": {"E": [1e9, 0, 0]}}]);
    let mut simulation = start(&scenario(&root), DeviceChoice::Reference);
    match simulation.advance(1) {
        Err(Error::Run(text)) => assert!(text.contains("time.step"), "{text}"),
        other => panic!("went on: {other:?}"),
    }
}

/// Grid and state of one population on the given axes.
fn state_of(axes: &Value, population: &Value) -> (Grid, State) {
    let loaded = scenario(&json!({
        "title": "t", "about": "a", "references": [],
        "species": {"charge": 0, "mass": 2, "hbar": 1, "magnetic_moment": 1},
        "phase_space": axes, "initial": {"populations": [population]}, "time": {"step": 1, "end": 1}
    }));
    let grid = Grid::of(&loaded.scenario.phase_space).expect("a grid");
    let particle = Particle::new(&loaded.scenario.species, loaded.scenario.kinematics);
    let state =
        initial::state(&loaded.scenario, &grid, &particle, &loaded.folder).expect("a state").held().expect("made");
    (grid, state)
}

/// Density, mean momentum and polarisation of each space cell, with its centre.
fn moments(grid: &Grid, state: &State) -> Vec<(DVec3, f64, DVec3, DVec3)> {
    let of = |space_cell: usize| {
        let first = space_cell * grid.momentum_cells();
        let index = grid.indices(first);
        let centre = |slot: usize| grid.axis(slot).map_or(0.0, |axis| axis.centre(index[slot] as isize));
        let (mut sum, mut momentum) = (DVec4::ZERO, DVec3::ZERO);
        for m in 0..grid.momentum_cells() {
            let cell = state.cell(first + m);
            sum += cell;
            momentum += cell.x * grid.momentum(m);
        }
        let density = sum.x * grid.momentum_volume();
        (
            DVec3::new(centre(0), centre(1), centre(2)),
            density,
            momentum / sum.x,
            DVec3::new(sum.y, sum.z, sum.w) / sum.x,
        )
    };
    (0..grid.space_cells()).map(of).collect()
}

fn near(found: DVec3, expected: DVec3) {
    assert!((found - expected).length() < 1e-9, "{found} {expected}");
}

/// A rotating packet in a plane: n = exp(-(x - 1)^2/2 - (y + 2)^2/8), p = m rate x r about
/// (0.5, -1), and the spins of a vortex with two turns.
#[test]
fn packets_rotate_in_planes_with_vortices() {
    let momentum = json!({"from": -8, "to": 8, "cells": 48});
    let axes = json!({
        "x": {"from": -3, "to": 5, "cells": 12}, "y": {"from": -6, "to": 6, "cells": 9},
        "px": momentum, "py": momentum
    });
    let (grid, state) = state_of(
        &axes,
        &json!({
            "density": 3,
            "momentum": {"gaussian": {"spread": 0.8, "drift": [0, 0.5, 7]}},
            "space": {"gaussian": {"centre": [1, -2, 0], "width": [1, 2, 0]}},
            "perturbations": [{"rotation": {"rate": [0, 0, 0.2], "centre": [0.5, -1, 3]}}],
            "spin": {"vortex": {"centre": [1, -2], "radius": 1.5, "winding": 2, "phase": 0.3, "polarisation": 0.5}}
        }),
    );
    for (r, density, momentum, spin) in moments(&grid, &state) {
        let (x, y) = (r.x - 1.0, r.y + 2.0);
        let expected = 3.0 * (-x * x / 2.0 - y * y / 8.0).exp();
        assert!((density / expected - 1.0).abs() < 1e-12, "{density} {expected}");
        near(momentum, DVec3::new(-0.4 * (r.y + 1.0), 0.5 + 0.4 * (r.x - 0.5), 0.0));
        // tan(t/2) = u: sin t = 2u/(1 + u^2), cos t = (1 - u^2)/(1 + u^2).
        let u = x.hypot(y) / 1.5;
        let (sine, cosine) = (2.0 * u / (1.0 + u * u), (1.0 - u * u) / (1.0 + u * u));
        let angle = 2.0 * y.atan2(x) + 0.3;
        near(spin, 0.5 * DVec3::new(sine * angle.cos(), sine * angle.sin(), cosine));
    }
}

/// Waves in any direction of a domain that does not begin at 0, along axes that are not x.
#[test]
fn waves_run_in_every_direction() {
    let momentum = json!({"from": -6, "to": 6, "cells": 16});
    let axes = json!({
        "y": {"from": 1, "to": 5, "cells": 9}, "z": {"from": -1, "to": 1, "cells": 8},
        "px": momentum, "py": momentum, "pz": momentum
    });
    let (grid, state) = state_of(
        &axes,
        &json!({
            "momentum": {"maxwellian": {"temperature": 0.6}},
            "perturbations": [
                {"density": {"mode": [0, 2, -1], "amplitude": 0.3, "phase": 0.1}},
                {"drift": {"axis": "px", "mode": [0, 0, 1], "amplitude": 0.4}}
            ],
            "spin": {"helix": {"first": [1, 0, 0], "second": [0, 0, 1], "mode": [0, 1, 1], "polarisation": 0.9}}
        }),
    );
    let (ky, kz) = (TAU / 4.0, TAU / 2.0);
    for (r, density, momentum, spin) in moments(&grid, &state) {
        let expected = 1.0 + 0.3 * (2.0 * ky * r.y - kz * r.z + 0.1).cos();
        assert!((density - expected).abs() < 1e-12, "{density} {expected}");
        assert!((momentum - DVec3::X * 0.4 * (kz * r.z).cos()).length() < 1e-6, "{momentum}");
        let angle = ky * r.y + kz * r.z;
        near(spin, 0.9 * DVec3::new(angle.cos(), 0.0, angle.sin()));
    }
}

/// Waves of spin are added to the spins there are, in proportion to the density.
#[test]
fn waves_of_spin_are_added() {
    let momentum = json!({"from": -6, "to": 6, "cells": 16});
    let axes = json!({"x": {"from": 1, "to": 5, "cells": 9}, "px": momentum});
    let (grid, state) = state_of(
        &axes,
        &json!({
            "momentum": {"maxwellian": {"temperature": 0.6}},
            "perturbations": [
                {"density": {"mode": 1, "amplitude": 0.3}},
                {"spin": {"direction": [2, 0, 0], "mode": 1, "amplitude": 0.2, "phase": 0.4}},
                {"spin": {"direction": [0, 0.6, 0.8], "mode": -2, "amplitude": -0.1}}
            ],
            "spin": {"uniform": {"direction": [0, 0, 1], "polarisation": 0.7}}
        }),
    );
    let k = TAU / 4.0;
    for (r, density, _, spin) in moments(&grid, &state) {
        assert!((density - 1.0 - 0.3 * (k * r.x).cos()).abs() < 1e-12, "{density}");
        let second = -0.1 * (2.0 * k * r.x).cos();
        near(spin, DVec3::new(0.2 * (k * r.x + 0.4).cos(), 0.6 * second, 0.7 + 0.8 * second));
    }
}

/// Without a space axis the state is one population; with three, rotation turns about any axis.
#[test]
fn points_and_volumes_are_filled() {
    let momentum = json!({"from": -6, "to": 6, "cells": 12});
    let point = json!({"pz": momentum});
    let (grid, state) = state_of(&point, &json!({"momentum": {"gaussian": {"spread": 1}}, "density": 2}));
    let cells = moments(&grid, &state);
    assert_eq!(cells.len(), 1);
    assert!((cells[0].1 - 2.0).abs() < 1e-12);
    let space = json!({"from": -2, "to": 2, "cells": 8});
    let volume = json!({"x": space, "y": space, "z": space, "px": momentum, "py": momentum, "pz": momentum});
    let rate = DVec3::new(0.1, -0.2, 0.05);
    let (grid, state) = state_of(
        &volume,
        &json!({
            "momentum": {"gaussian": {"spread": 1}},
            "space": {"gaussian": {"centre": 0.5, "width": 1}},
            "perturbations": [{"rotation": {"rate": rate.to_array(), "centre": [0, 1, 0]}}]
        }),
    );
    for (r, density, momentum, _) in moments(&grid, &state) {
        let expected = (-0.5 * (r - DVec3::splat(0.5)).length_squared()).exp();
        assert!((density / expected - 1.0).abs() < 1e-12, "{density} {expected}");
        // Sums over cells as wide as the spread are exact to 2 exp(-2 pi^2) = 5e-9.
        let exact = 2.0 * rate.cross(r - DVec3::Y);
        assert!((momentum - exact).length() < 1e-4, "{momentum} {exact}");
    }
}
