//! Local balances, see docs/conservation.md: the antisymmetric stress and the torque
//! cancel, and residuals vanish at the order of the scheme. Run with `--nocapture` to
//! see the figures.

mod common;

use common::random::Random;
use glam::DVec4;
use serde_json::{Value, json};
use spinwigner::balance::{Balances, Law, Local, Sample};
use spinwigner::grid::{Axis, Grid};
use spinwigner::operators::{FieldSample, ReadFluxes, ReadObservables, ReadSources, Reading, Recording};
use spinwigner::physics::Particle;
use spinwigner::precision::Precision;
use spinwigner::processor;
use spinwigner::run::{DeviceChoice, RunOptions};
use spinwigner::scenario::Loaded;
use spinwigner::scenario::schema::{FieldComponent, FieldPerturbation, Kinematics, LocalBalances, ModeNumber};
use spinwigner::simulation::Moments;
use spinwigner::state::State;

/// T(w, p, E, B).w is a scalar: turning all four vectors changes nothing. That is
/// mu_B int w x T = eps_ijk S_jk + P x X + M x Y at every cell, for any state, any fields,
/// split into self-consistent and prescribed ones in any way, and any g. To 1e-13 of the
/// largest torque: sums of 990 terms with some ten roundings each stay far below 450 of
/// them. A symmetric stress would lack the whole torque, here a tenth of the stress or more.
#[test]
fn what_spin_loses_orbital_angular_momentum_gains() {
    let mut random = Random(1);
    let axis = |cells, length: f64| Some(Axis { cells, from: -0.4 * length, step: length / cells as f64 });
    let grid = Grid::new([axis(8, 2.0), axis(9, 3.0), None, axis(11, 2.0), axis(9, 2.5), axis(10, 3.0)]).expect("axes");
    let kinds = [Kinematics::Relativistic, Kinematics::NonRelativistic, Kinematics::NonRelativisticWithoutSpinOrbit];
    for kinematics in kinds {
        for (anomaly, moment) in [(0.0, -0.8), (0.0, 1.3), (0.4, -0.8), (-2.1, -0.8)] {
            let (mass, charge, hbar, spin) = (1.3, -0.8, 0.7, true);
            let particle =
                Particle { mass, charge, hbar, moment, anomaly, kinematics, spin, given: Default::default() };
            let mut cell = || DVec4::new(random.next(), random.next(), random.next(), random.next());
            let state = State::Spin((0..grid.cells()).map(|_| cell()).collect());
            let mut table = |scale: f64| -> Vec<FieldSample> {
                let mut sample =
                    || FieldSample { e: scale * random.vector(), b: random.vector(), ..Default::default() };
                (0..grid.space_cells()).map(|_| sample()).collect()
            };
            // Without spin-orbit coupling E does nothing to spins, but P x E vanishes with P.
            let (own, prescribed) = (table(1.0), table(0.7));
            let sum = |(a, b): (&FieldSample, &FieldSample)| FieldSample { e: a.e + b.e, b: a.b + b.b, ..*a };
            let fields: Vec<FieldSample> = own.iter().zip(&prescribed).map(sum).collect();
            let commands = vec![
                ReadSources { table: 0 }.into(),
                ReadObservables { table: 0 }.into(),
                ReadFluxes { table: 0 }.into(),
            ];
            let recording = Recording { tables: vec![fields.clone()], commands, ..Recording::default() };
            let readings = processor::executor(Precision::F64, grid.clone(), particle, 1.0, &state)
                .expect("it fits")
                .execute(&recording)
                .expect("reference");
            let Ok([Reading::Sources(sources), Reading::Observables(observables), Reading::Fluxes(fluxes)]) =
                <[Reading; 3]>::try_from(readings)
            else {
                panic!("other readings than asked for")
            };
            let moments = Moments { fields, sources, observables, fluxes };
            let local = |i: usize| Local::of(i, &moments, [charge, hbar], [own[i].e, own[i].b], &prescribed[i], 0.0);
            let cells: Vec<Local> = (0..grid.space_cells()).map(local).collect();
            let largest = |of: &dyn Fn(&Local) -> f64| cells.iter().map(of).fold(0.0, f64::max);
            let torque = largest(&|cell| cell.torque.length());
            let lacking = largest(&|cell| (cell.torque + cell.antisymmetric_stress() - cell.couple).length());
            let antisymmetric = largest(&|cell| cell.antisymmetric_stress().length());
            let stress = largest(&|cell| cell.stress.iter().map(|flux| flux.length()).fold(0.0, f64::max));
            println!(
                "{kinematics:?}, a = {anomaly}: off by {:.1e} of the torque; antisymmetric stress {:.2} of the largest",
                lacking / torque,
                antisymmetric / stress
            );
            assert!(lacking < 1e-13 * torque);
            assert!(antisymmetric > 0.1 * stress);
        }
    }
}

/// The balances of step `steps`.
fn balances(loaded: &Loaded, steps: u64) -> Balances {
    let mut simulation = common::start(loaded, DeviceChoice::Reference);
    simulation.advance(steps - 1).expect("finite");
    let before = Sample::of(&mut simulation).expect("finite");
    simulation.advance(1).expect("finite");
    Balances::between(&before, &Sample::of(&mut simulation).expect("finite"))
}

/// Waves along x in which all terms act, with as many cells and steps of order two.
fn waves(x: u32, p: u32, step: f64) -> Loaded {
    let mut loaded = common::shipped("plasma-wave-full");
    let space = &mut loaded.scenario.phase_space;
    for (axis, cells) in [(&mut space.x, x), (&mut space.px, p), (&mut space.py, p)] {
        axis.as_mut().expect("1D2P").cells = cells;
    }
    (loaded.scenario.time.step, loaded.scenario.numerics.order) = (step, 2);
    loaded
}

/// The same plasma in the plane, with waves along, across and oblique.
fn plane(x: u32, p: u32, step: f64) -> Loaded {
    let mut loaded = waves(x, p, step);
    let scenario = &mut loaded.scenario;
    scenario.phase_space.y = scenario.phase_space.x;
    for (component, mode) in [(FieldComponent::Ez, [1, 1, 0]), (FieldComponent::Bx, [0, 1, 0])] {
        let mode = ModeNumber::Each(mode);
        scenario.fields.perturbations.push(FieldPerturbation { component, mode, amplitude: 0.05, phase: 0.3 });
    }
    loaded
}

/// Root mean square of the residual of a law, relative to the law's scale; of the
/// difference from `fine` where that is given, at the centres of the coarser grid, which
/// one with an odd multiple of its cells has, too.
fn size(coarse: &Balances, fine: Option<&Balances>, law: Law) -> f64 {
    let residuals = |balances: &Balances| -> Vec<Vec<f64>> {
        balances.equations.iter().filter(|e| e.law == law).map(|e| e.residual()).collect()
    };
    let finer = fine.map(|fine| (fine.mesh, residuals(fine)));
    let there = |i: usize, component: usize| {
        finer.as_ref().map_or(0.0, |(mesh, values)| {
            let index = coarse.mesh.indices(i);
            let index = std::array::from_fn(|axis| {
                let ratio = mesh.cells[axis] / coarse.mesh.cells[axis];
                index[axis] * ratio + ratio / 2
            });
            values[component][mesh.cell(index)]
        })
    };
    let here = residuals(coarse);
    let squares = here.iter().enumerate().flat_map(|(component, values)| {
        let there = &there;
        values.iter().enumerate().map(move |(i, value)| (value - there(i, component)).powi(2))
    });
    (squares.sum::<f64>() / coarse.mesh.size() as f64).sqrt() / coarse.scale(law)
}

/// Orders of what remains of each law when something is refined three times and again.
fn orders(what: &str, refined: &[Balances; 3], bounds: std::ops::RangeInclusive<f64>) {
    let [coarse, middle, fine] = refined;
    let mut outside = Vec::new();
    for law in Law::all(true) {
        let (first, second) = (size(coarse, Some(middle), law), size(middle, Some(fine), law));
        let order = (first / second).ln() / 3f64.ln();
        let [a, b, c] = refined.each_ref().map(|balances| size(balances, None, law));
        let text = format!(
            "{what}, {:8}: residuals {a:.1e} {b:.1e} {c:.1e}, differences {first:.1e} {second:.1e}, order {order:.2}",
            law.name()
        );
        println!("{text}");
        if !bounds.contains(&order) {
            outside.push(text);
        }
    }
    assert!(outside.is_empty(), "not within {bounds:?}: {outside:#?}");
}

/// At t = 0.9, halfway through a step of 0.2, 0.2/3 and 0.2/9.
fn in_time(loaded: impl Fn(f64) -> Loaded) -> [Balances; 3] {
    [(1.0, 5), (3.0, 14), (9.0, 41)].map(|(divisor, steps)| balances(&loaded(0.2 / divisor), steps))
}

/// Errors c dt^2 fall by 9: order 2, with room for the next term of the series, dt^2 smaller,
/// at the coarsest step (0.2 of a plasma period's 2 pi: 4 %, some 0.1 of the order).
#[test]
fn second_order_in_time() {
    orders("dt", &in_time(|step| waves(24, 24, step)), 1.8..=2.2);
}

/// The same with sweeps along x and y in turn.
#[test]
fn second_order_in_time_in_the_plane() {
    orders("dt in the plane", &in_time(|step| plane(12, 20, step)), 1.8..=2.2);
}

/// Differences in space are of sixth order and the dissipation of sweeps of fifth: between
/// those, with half an order of room for the kink of the dissipation where a speed changes
/// its sign, which p must resolve (64 cells), and for the series at 15 cells.
#[test]
fn fifth_order_in_space() {
    orders("dx", &[15, 45, 135].map(|x| balances(&waves(x, 64, 0.03), 6)), 4.5..=6.5);
}

/// The same in the plane, with nine cells for a wave.
#[test]
fn fifth_order_in_space_in_the_plane() {
    orders("dx in the plane", &[9, 27, 81].map(|x| balances(&plane(x, 24, 0.03), 2)), 4.5..=6.5);
}

/// In both momenta differences are of sixth order, and sweeps without dissipation solve what
/// they make of the equations. The axes reach to eight spreads: what is cut off at
/// six, 1e-8 of the peak, would be seen. On cells 0.8 spreads wide a tail still reaches over
/// the joined edges, 3e-7 of the momentum (room above); the finest are not far from rounding (below).
#[test]
fn sixth_order_in_momentum() {
    let wide = |cells: u32| {
        let mut loaded = waves(32, cells, 0.02);
        let space = &mut loaded.scenario.phase_space;
        for axis in [&mut space.px, &mut space.py] {
            axis.iter_mut().for_each(|axis| (axis.from, axis.to) = (-1.6, 1.6));
        }
        balances(&loaded, 25)
    };
    orders("dp", &[20, 60, 180].map(wide), 4.5..=10.5);
}

/// A polarised plasma along z in fields of the given kind.
fn prescribed(fields: Value, species: Value, step: f64) -> Loaded {
    let momentum = json!({"from": -1.2, "to": 1.2, "cells": 16});
    common::scenario(&json!({
        "title": "test", "about": "test", "references": ["test"],
        "species": species,
        "phase_space": {
            "z": {"from": 0, "to": std::f64::consts::TAU, "cells": 24},
            "px": momentum, "py": momentum, "pz": momentum
        },
        "initial": {"populations": [{
            "momentum": {"gaussian": {"spread": 0.24}},
            "perturbations": [{"density": {"mode": [0, 0, 1], "amplitude": 0.1}}],
            "spin": {"uniform": {"direction": [0.6, 0.3, 0.8], "polarisation": 0.5}}
        }]},
        "fields": fields,
        "time": {"step": step, "end": 1.8}
    }))
}

/// Work, force and couple of prescribed fields: frozen ones, electrostatic ones, external
/// ones in addition to Maxwell's, and on neutral particles. A source that lacked a term would
/// leave a residual of its size, a tenth of the law's terms and more; at dt = 0.2/3 a step
/// has (omega dt)^2/8 = 7e-4 for omega = 1.1, and these coarse cells leave as much again.
#[test]
fn prescribed_fields_are_sources() {
    let wave = |component: &str, amplitude: f64| json!({"travelling_wave": {"component": component, "amplitude": amplitude, "wavenumber": [0, 0, 1], "frequency": 1.1}});
    let external = json!([wave("E_x", 0.2), wave("B_y", 0.2), wave("E_z", 0.1), {"uniform": {"B": [0.1, 0, 0.4]}}]);
    let uniform = json!({"B": [0.2, 0, 0.3]});
    let electron = json!({"charge": -1, "hbar": 0.4, "g_factor": {"tbmt": 2.6}});
    let neutron = json!({"charge": 0, "hbar": 0.4, "magnetic_moment": -0.3});
    let standing = json!([{"component": "E_x", "mode": [0, 0, 1], "amplitude": 0.2}]);
    let cases = [
        ("frozen", json!({"uniform": uniform, "perturbations": standing}), &electron),
        ("external", json!({"external": external}), &electron),
        ("electrostatic", json!({"evolution": "electrostatic", "uniform": uniform}), &electron),
        ("both", json!({"evolution": "maxwell", "perturbations": standing, "external": external}), &electron),
        ("neutral", json!({"external": external}), &neutron),
    ];
    for (name, fields, species) in cases {
        let [coarse, fine] = [(0.2, 5), (0.2 / 3.0, 14)]
            .map(|(step, steps)| balances(&prescribed(fields.clone(), species.clone(), step), steps));
        for law in Law::all(true) {
            let (first, second) = (coarse.relative(law), fine.relative(law));
            let source = fine.equations.iter().filter(|e| e.law == law).flat_map(|e| &e.source);
            let source = source.map(|source| source.abs()).fold(0.0, f64::max) / fine.scale(law);
            println!("{name}, {:8}: residual {first:.1e}, {second:.1e}; source {source:.2}", law.name());
            assert!(second < 2e-3, "{name}, {}", law.name());
            assert!(law == Law::Number || source > 0.1, "{name}, {}", law.name());
        }
    }
}

/// Layers take particles and fields away, which is no law's source: they and the cells
/// whose differences read them do not count. Beyond, residuals are
/// those of the scheme, with the steep edge of the layer: below a hundredth of the terms.
#[test]
fn absorbing_layers_do_not_count() {
    let mut loaded = waves(128, 24, 0.03);
    let scenario = &mut loaded.scenario;
    scenario.phase_space.x.as_mut().expect("1D").absorbing_layer = Some(1.2);
    let balances = balances(&loaded, 16);
    assert_eq!(balances.absorbing.iter().filter(|absorbing| **absorbing).count(), 2 * (24 + 3));
    for law in Law::all(true) {
        println!("open, {:8}: {:.1e}", law.name(), balances.relative(law));
        assert!(balances.relative(law) < 0.01, "{}", law.name());
    }
    // With the layers the residual is as large as the terms.
    let everywhere = Balances { absorbing: Vec::new(), ..balances.clone() };
    assert!(everywhere.relative(Law::Number) > 20.0 * balances.relative(Law::Number));
}

/// `output.balances` leaves its rows, at every interval and the last step, and a picture of
/// each law: curves along a line, maps in a plane. On the device residuals are those of the
/// scheme, too; single precision adds its rounding over the step, 1e-4 of the terms here.
#[test]
fn a_run_writes_rows_and_pictures() {
    let folder = tempfile::tempdir().expect("temporary folder");
    for (name, loaded) in [("line", waves(24, 24, 0.1)), ("plane", plane(12, 16, 0.1))] {
        let mut loaded = loaded;
        loaded.scenario.output.balances = Some(LocalBalances { interval: Some(0.2), pictures: Some(0.3) });
        loaded.scenario.output.snapshots.clear();
        let out = folder.path().join(name);
        let device = DeviceChoice::Gpu;
        let options = RunOptions { out: Some(out.clone()), device, precision: None, steps: Some(5), retry: 0 };
        spinwigner::run::execute(&loaded, &options, &mut |_: &str| {}).unwrap_or_else(|error| panic!("{error}"));
        let rows = std::fs::read_to_string(out.join("balances.csv")).expect("balances.csv");
        let rows: Vec<Vec<&str>> = rows.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!(rows[0][..3], ["time [1/ω_p]", "number_residual", "number_scale"]);
        let times: Vec<f64> = rows[1..].iter().map(|row| row[0].parse().expect("a number")).collect();
        assert!(times.iter().zip([0.15, 0.35, 0.45]).all(|(a, b)| (a - b).abs() < 1e-12), "{times:?}");
        for residual in rows[1..].iter().flat_map(|row| row.iter().skip(1).step_by(2)) {
            assert!(residual.parse::<f64>().expect("a number") < 0.02, "{rows:?}");
        }
        let mut names: Vec<String> = std::fs::read_dir(out.join("balances"))
            .expect("pictures")
            .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let component = |law: &str| ["x", "y", "z"].map(|k| format!("{law}_{k}"));
        let laws: Vec<String> = match name {
            "line" => ["energy", "momentum", "number", "orbital", "spin"].map(String::from).into(),
            _ => [
                vec!["energy".into(), "number".into()],
                component("momentum").into(),
                component("spin").into(),
                component("orbital").into(),
            ]
            .concat(),
        };
        let mut expected: Vec<String> =
            laws.iter().flat_map(|law| [3, 5].map(|step| format!("{law}_{step:07}.png"))).collect();
        expected.sort();
        assert_eq!(names, expected);
        for name in names {
            assert!(image::open(out.join("balances").join(&name)).expect("a picture").width() == 900, "{name}");
        }
    }
}
