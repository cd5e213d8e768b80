//! Packets of neutral particles with Rashba's spin-orbit coupling: a uniform E_z, h = alpha (p_x sigma_y - p_y sigma_x) + b sigma_z,
//! alpha = -mu_B E_z/2m, b = -mu_B B_z. h is linear in p and free of x, so that the equations of motion are those of quantum
//! mechanics: the answers are Pauli wave functions, and of mixed states the precession of each momentum about h(p). m = 1. The same h is
//! given as `species.spin_hamiltonian` in other axes of spin: by two of them it is Dresselhaus's.

mod common;

use std::f64::consts::{PI, TAU};

use common::{BOTH, scenario, start};
use glam::{DMat3, DVec3};
use serde_json::{Value, json};
use spinwigner::run::DeviceChoice;
use spinwigner::simulation::Simulation;

const MOMENT: f64 = 0.5;

/// A packet at x = 0 and its exact answers.
struct Case {
    what: &'static str,
    hbar: f64,
    alpha: f64,
    /// b
    zeeman: f64,
    /// Of the packet in space and momentum.
    width: f64,
    spread: f64,
    /// p_x
    drift: f64,
    spin: [f64; 3],
    rows: &'static [Answer],
}

/// Time, moments of space, mean spin.
type Answer = (f64, &'static [f64], [f64; 3]);

/// Moments: mean and variance of x.
const LINE: [Case; 6] = [
    Case {
        what: "rashba_1d",
        hbar: 1.0,
        alpha: 0.5,
        zeeman: 0.0,
        width: 1.0,
        spread: 0.5,
        drift: 1.5,
        spin: [0.0, 0.0, 1.0],
        rows: &[
            (0.5, &[0.75, 1.125], [0.660_666_940_1, 0.0, 0.709_177_169]),
            (1.0, &[1.5, 1.5], [0.880_286_236, 0.0, 0.062_425_361_37]),
            (2.0, &[3.0, 3.0], [0.085_593_611_59, 0.0, -0.600_460_802_1]),
            (4.0, &[6.0, 9.0], [-0.037_814_775_59, 0.0, 0.129_944_917_7]),
        ],
    },
    Case {
        what: "rashba_1d",
        hbar: 0.25,
        alpha: 0.5,
        zeeman: 0.0,
        width: 0.5,
        spread: 0.25,
        drift: 1.0,
        spin: [0.0, 0.0, 1.0],
        rows: &[
            (0.5, &[0.5, 0.328_125], [0.802_452_162_7, 0.0, -0.367_248_294_3]),
            (1.0, &[1.0, 0.562_5], [-0.459_023_916_8, 0.0, -0.396_454_896_6]),
            (2.0, &[2.0, 1.5], [0.133_895_078_5, 0.0, -0.019_691_288_29]),
            (4.0, &[4.0, 5.25], [-0.000_096_580_803_19, 0.0, -0.000_321_258_965_9]),
        ],
    },
    Case {
        what: "rashba_zeeman_1d",
        hbar: 1.0,
        alpha: 0.5,
        zeeman: 0.4,
        width: 1.0,
        spread: 0.5,
        drift: 0.0,
        spin: [0.0, 1.0, 0.0],
        rows: &[
            (0.5, &[0.243_407_047_1, 1.064_925_83], [-0.385_356_294_2, 0.921_470_667_7, 0.0]),
            (1.0, &[0.448_982_782_6, 1.285_469_51], [-0.687_266_727_8, 0.702_936_275_1, 0.0]),
            (2.0, &[0.642_322_557, 2.397_640_75], [-0.824_662_565_2, 0.051_966_708_77, 0.0]),
            (4.0, &[0.279_520_58, 6.741_374_67], [0.325_476_975_6, -0.451_641_321_5, 0.0]),
        ],
    },
    Case {
        what: "rashba_zeeman_1d",
        hbar: 1.0,
        alpha: 0.5,
        zeeman: 0.4,
        width: 1.0,
        spread: 0.5,
        drift: 1.0,
        spin: [1.0, 0.0, 0.0],
        rows: &[
            (0.5, &[0.548_071_457_6, 1.121_368_29], [0.775_667_199_1, 0.369_460_504_4, -0.452_015_151_1]),
            (1.0, &[1.170_969_106, 1.444_028_94], [0.231_545_416_6, 0.577_090_844_7, -0.655_971_091_5]),
            (2.0, &[2.431_103_268, 2.364_497_59], [-0.664_659_106_4, 0.340_569_048_2, -0.186_132_778_5]),
            (4.0, &[4.338_680_261, 6.103_209_46], [0.077_545_346_12, -0.285_626_136_5, 0.221_888_943_2]),
        ],
    },
    Case {
        what: "rashba_zeeman_1d",
        hbar: 0.25,
        alpha: 0.5,
        zeeman: 0.4,
        width: 0.5,
        spread: 0.25,
        drift: 0.5,
        spin: [0.0, 1.0, 0.0],
        rows: &[
            (0.5, &[0.411_784_971_9, 0.291_276_962], [-0.771_823_218_8, 0.074_987_563_17, 0.553_273_246_5]),
            (1.0, &[0.595_894_346_2, 0.458_788_486], [0.451_274_108_8, -0.253_176_501_9, 0.632_979_755_9]),
            (2.0, &[1.341_663_037, 0.836_760_493], [-0.506_233_786, 0.512_725_774_8, 0.392_540_692_7]),
            (4.0, &[2.603_244_872, 2.627_878_69], [-0.243_483_874_5, 0.282_172_942_3, 0.469_083_048_5]),
        ],
    },
    Case {
        what: "rashba_1d_mixed",
        hbar: 0.5,
        alpha: 0.6,
        zeeman: 0.0,
        width: 1.0,
        spread: 0.5,
        drift: 1.0,
        spin: [0.6, 0.0, 0.8],
        rows: &[
            (0.5, &[0.5, 1.152_5], [0.804_403_570_4, 0.0, -0.224_969_380_1]),
            (1.0, &[1.0, 1.61], [0.047_669_748_82, 0.0, -0.484_412_379_8]),
            (2.0, &[2.0, 3.44], [-0.041_788_530_44, 0.0, 0.037_481_066_18]),
            (4.0, &[4.0, 10.76], [-0.000_007_251_260_202, 0.0, -0.000_006_783_382_728]),
        ],
    },
];

/// Moments: means of x, y, x^2, y^2.
const PLANE: [Case; 3] = [
    Case {
        what: "rashba_2d",
        hbar: 1.0,
        alpha: 0.5,
        zeeman: 0.0,
        width: 1.0,
        spread: 0.5,
        drift: 2.0,
        spin: [0.0, 0.0, 1.0],
        rows: &[
            (0.5, &[1.0, -0.112_600_476_6, 2.124_687_69, 1.119_711_43], [0.806_430_192_8, 0.0, 0.498_048_571_8]),
            (1.0, &[2.0, -0.328_092_782, 5.495_574_75, 1.425_913_7], [0.753_725_090_1, 0.0, -0.418_946_280_4]),
            (2.0, &[4.0, -0.360_820_813_3, 18.954_476_9, 2.267_779_41], [-0.500_065_937, 0.0, -0.342_025_897_3]),
            (4.0, &[8.0, -0.247_084_260_6, 72.760_909_7, 5.378_094_44], [0.129_169_654_7, 0.0, -0.053_184_799_93]),
        ],
    },
    Case {
        what: "rashba_2d",
        hbar: 0.25,
        alpha: 0.5,
        zeeman: 0.0,
        width: 0.5,
        spread: 0.25,
        drift: 2.0,
        spin: [0.0, 0.0, 1.0],
        rows: &[
            (0.5, &[1.0, -0.099_814_456_65, 1.327_367_05, 0.279_600_627], [-0.681_173_105_5, 0.0, -0.556_182_857_5]),
            (1.0, &[2.0, -0.065_634_360_95, 4.558_710_2, 0.324_128_475], [0.590_984_323_4, 0.0, -0.126_003_447]),
            (2.0, &[4.0, -0.070_707_821_71, 17.484_520_7, 0.524_586_533], [-0.055_230_590_36, 0.0, -0.125_770_567]),
            (
                4.0,
                &[8.0, -0.062_481_415_47, 69.187_630_5, 1.320_440_82],
                [0.000_257_780_846_2, 0.0, 0.000_243_086_669_5],
            ),
        ],
    },
    Case {
        what: "rashba_2d",
        hbar: 0.25,
        alpha: 0.5,
        zeeman: 0.0,
        width: 0.5,
        spread: 0.25,
        drift: 1.0,
        spin: [0.6, 0.0, 0.8],
        rows: &[
            (0.5, &[0.5, -0.200_069_973_9, 0.577_018_687, 0.309_603_426], [0.400_826_221_1, 0.0, -0.787_392_078_4]),
            (1.0, &[1.0, -0.133_884_941, 1.551_119_21, 0.379_444_853], [-0.551_145_166, 0.0, 0.026_418_844_39]),
            (2.0, &[2.0, -0.145_584_067_4, 5.440_227_41, 0.594_523_611], [0.108_487_482_9, 0.0, -0.120_049_632_7]),
            (4.0, &[4.0, -0.174_988_348_9, 21.003_037_5, 1.534_044_89], [0.037_101_431_15, 0.0, -0.000_096_619_986_23]),
        ],
    },
];

/// The packet until `end`, in steps of order four.
fn packet(case: &Case, phase_space: &Value, [step, end]: [f64; 2]) -> Value {
    json!({
        "title": "test", "about": "test", "references": ["test"],
        "species": {"charge": 0, "hbar": case.hbar, "magnetic_moment": MOMENT},
        "kinematics": "non_relativistic",
        "phase_space": phase_space,
        "initial": {"populations": [{
            "momentum": {"gaussian": {"spread": case.spread, "drift": [case.drift, 0, 0]}},
            "space": {"gaussian": {"centre": 0, "width": case.width}},
            "spin": {"uniform": {"direction": case.spin}}
        }]},
        "fields": {"external": [{"uniform": {
            "E": [0, 0, -2.0 * case.alpha / MOMENT],
            "B": [0, 0, -case.zeeman / MOMENT]
        }}]},
        "numerics": {"order": 4},
        "time": {"step": step, "end": end}
    })
}

/// The same packet with h given, spins seen in other axes: `frame` takes them there.
fn given(case: &Case, phase_space: &Value, times: [f64; 2], frame: DMat3) -> Value {
    let mut value = packet(case, phase_space, times);
    // h = alpha (p_x sigma_y - p_y sigma_x) + b sigma_z
    let [x, y, z] = [DVec3::Y * case.alpha, DVec3::X * -case.alpha, DVec3::ZERO].map(|slope| frame * slope);
    let (momentum, constant) = ([0, 1, 2].map(|k| [x[k], y[k], z[k]]), (frame * DVec3::Z * case.zeeman).to_array());
    value["species"] = json!({"charge": 0, "hbar": case.hbar,
        "spin_hamiltonian": {"momentum": momentum, "constant": constant}});
    value["initial"]["populations"][0]["spin"]["uniform"]["direction"] =
        json!((frame * DVec3::from(case.spin)).to_array());
    value["fields"] = json!({});
    value
}

fn axis(from: f64, to: f64, cells: f64) -> Value {
    json!({"from": from, "to": to, "cells": cells.ceil() as u32})
}

/// Means over the packet: x, y, x^2, y^2 and the spin.
fn means(simulation: &mut Simulation) -> ([f64; 4], [f64; 3]) {
    let (observables, mesh) = (simulation.observables().expect("observables"), simulation.fields.mesh);
    let number: f64 = observables.iter().map(|o| o.density).sum();
    let (mut moments, mut spin) = ([0.0; 4], [0.0; 3]);
    for (i, o) in observables.iter().enumerate() {
        let place = mesh.position(i);
        for (sum, of) in moments.iter_mut().zip([place.x, place.y, place.x * place.x, place.y * place.y]) {
            *sum += of * o.density / number;
        }
        for (sum, of) in spin.iter_mut().zip(o.spin.to_array()) {
            *sum += of / number;
        }
    }
    (moments, spin)
}

/// Runs a case whose spins are seen in the axes `frame`, and compares its rows up to `end`, to 1e-5 of each number or of 1.
fn compare(
    (case, frame): (&Case, DMat3),
    value: &Value,
    device: DeviceChoice,
    end: f64,
    moments: fn([f64; 4]) -> Vec<f64>,
) {
    let mut simulation = start(&scenario(value), device);
    for (time, exact, exact_spin) in case.rows.iter().filter(|row| row.0 <= end) {
        let steps = (time / simulation.clock.step).round() as u64 - simulation.clock.steps;
        simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
        let (found, spin) = means(&mut simulation);
        let spin = (frame.transpose() * DVec3::from(spin)).to_array();
        let pairs = moments(found).into_iter().zip(exact.iter().copied());
        let off = |(found, exact): (f64, f64)| (found - exact).abs() / exact.abs().max(1.0);
        let space = pairs.map(off).fold(0.0, f64::max);
        let turned = spin.into_iter().zip(*exact_spin).map(off).fold(0.0, f64::max);
        println!("{device:?}, {}, t = {time}: moments off by {space:.1e}, spin by {turned:.1e}", case.what);
        assert!(space < 1e-5 && turned < 1e-5, "{device:?}, {}, t = {time}: {found:?} {spin:?}", case.what);
    }
}

/// Along one axis, with and without B, pure and mixed. The sweeps keep first and second moments as polynomials that they are
/// exact for, so that half a width is fine enough; the splitting leaves (2 h dt/hbar)^4.
#[test]
fn packets_on_a_line_are_the_exact_answers() {
    for device in BOTH {
        for case in &LINE {
            let phase_space = json!({
                "x": axis(-20.0 * case.width, 40.0 * case.width, 120.0),
                "px": axis(case.drift - 6.0 * case.spread, case.drift + 6.0 * case.spread, 48.0)
            });
            let value = packet(case, &phase_space, [0.05, 4.0]);
            let variance = |[x, _, square, _]: [f64; 4]| vec![x, square - x * x];
            compare((case, DMat3::IDENTITY), &value, device, 4.0, variance);
            // Axes without symmetry.
            let frame = DMat3::from_axis_angle(DVec3::new(1.0, -2.0, 0.5).normalize(), 1.1);
            let value = given(case, &phase_space, [0.05, 4.0], frame);
            compare((case, frame), &value, device, 4.0, variance);
        }
    }
}

/// In the plane, where h turns with the momentum and the packet is displaced across it: the wide packet, the narrow ones, which
/// need shorter steps, until a time. Ripples of two cells would fall behind and come in at the other
/// end: along x, where the packet runs, a width has 1.7 cells.
fn in_the_plane(device: DeviceChoice, narrow_until: f64) {
    // x and y of spin change places: alpha (p_x sigma_x - p_y sigma_y).
    let dresselhaus = DMat3::from_axis_angle(DVec3::new(1.0, 1.0, 0.0).normalize(), PI);
    for (case, step, end) in
        [(&PLANE[2], 0.0625, narrow_until), (&PLANE[1], 0.0625, narrow_until), (&PLANE[0], 0.125, 4.0)]
    {
        // Six times what each half of the packet spreads to, beyond where it goes.
        let reach = 6.0 * case.width.hypot(case.spread * end) + case.alpha * end;
        let travelled = case.drift * end;
        let along = [f64::min(-9.0 * case.width, travelled - reach), travelled + reach];
        // Spins have turned by 2 alpha p t/hbar: sums over a Gaussian of spread s at cells dp apart are off by
        // exp(-(2 pi/dp - 2 alpha t/hbar)^2 s^2/2), here 1e-8.
        let step_of_momentum = TAU / (2.0 * case.alpha * end / case.hbar + 6.0 / case.spread);
        let cells = 12.0 * case.spread / step_of_momentum;
        let momentum = |centre: f64| axis(centre - 6.0 * case.spread, centre + 6.0 * case.spread, cells);
        let phase_space = json!({
            "x": axis(along[0], along[1], (along[1] - along[0]) / (0.6 * case.width)),
            "y": axis(-reach, reach, 2.0 * reach / (0.9 * case.width)),
            "px": momentum(case.drift),
            "py": momentum(0.0)
        });
        let value = packet(case, &phase_space, [step, end]);
        compare((case, DMat3::IDENTITY), &value, device, end, |moments| moments.to_vec());
        let value = given(case, &phase_space, [step, end], dresselhaus);
        compare((case, dresselhaus), &value, device, end, |moments| moments.to_vec());
    }
}

/// The narrow packets until t = 2, a quarter of the cells.
#[test]
fn packets_in_the_plane_are_the_exact_answers() {
    in_the_plane(DeviceChoice::Reference, 2.0);
}

/// All until t = 4, and on the adapter.
#[test]
#[ignore = "a quarter of an hour; run with --include-ignored"]
fn packets_in_the_plane_are_the_exact_answers_for_long() {
    in_the_plane(DeviceChoice::Reference, 4.0);
    in_the_plane(DeviceChoice::Gpu, 2.0);
}

/// Packets in a bowl with a given h without symmetry, two of each kind: the energy of motion, trap and spin stays, to what a
/// step of order four leaves, and falls with the step.
#[test]
fn energy_goes_between_motion_and_spin() {
    let rows = [[0.3, -0.5, 0.2], [0.4, 0.1, -0.3], [-0.2, 0.25, 0.35]];
    let drift = |step: f64| {
        let well = |axis: &str| json!({"potential": {"harmonic": {"axis": axis, "stiffness": 1.0}}});
        let value = json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": 0, "hbar": 0.5, "spin_hamiltonian": {"momentum": rows, "constant": [0.1, 0.2, -0.3]}},
            "kinematics": "non_relativistic",
            "phase_space": {
                "x": axis(-5.0, 5.0, 24.0), "y": axis(-5.0, 5.0, 24.0),
                "px": axis(-5.0, 5.0, 24.0), "py": axis(-5.0, 5.0, 24.0)
            },
            "initial": {"populations": [{
                "momentum": {"gaussian": {"spread": 0.7, "drift": [0.5, 0, 0]}},
                "space": {"gaussian": {"centre": 0, "width": 0.7}},
                "spin": {"uniform": {"direction": [0.4, -0.3, 0.8], "polarisation": 0.9}}
            }]},
            "fields": {"external": [well("x"), well("y")]},
            "time": {"step": step, "end": 2.0}
        });
        let loaded = scenario(&value);
        let mut simulation = start(&loaded, DeviceChoice::Reference);
        let energies = |simulation: &mut Simulation| {
            let (observables, mesh) = (simulation.observables().expect("observables"), simulation.fields.mesh);
            let volume: f64 = mesh.step.iter().product();
            let of = |i: usize| {
                let o = &observables[i];
                let held = 0.5 * mesh.position(i).length_squared() * o.density;
                [o.kinetic_energy + held, o.given_energy].map(|energy| energy * volume)
            };
            (0..observables.len()).map(of).fold([0.0; 2], |sum, of| [sum[0] + of[0], sum[1] + of[1]])
        };
        let before = energies(&mut simulation);
        simulation.advance((2.0 / step).round() as u64).expect("steps");
        let after = energies(&mut simulation);
        let exchanged = (after[1] - before[1]).abs();
        let change = (after[0] + after[1] - before[0] - before[1]).abs();
        println!("dt = {step}: spin gave {exchanged:.3e}, the total changed by {change:.3e}");
        assert!(exchanged > 0.05, "spins and motion have to do with each other: {exchanged}");
        change / exchanged
    };
    let (coarse, fine) = (drift(0.1), drift(0.05));
    assert!(coarse < 0.02 && fine < 0.3 * coarse, "second order: {coarse:.2e}, {fine:.2e}");
}

/// In a trap, x^2/2, with Zeeman's coupling that varies as x^2: h = alpha p_x sigma_y + (b + c x^2) sigma_z of first order in hbar. Means
/// and variances of x and p, and spin, to 1e-5 of the exact answers of that order; quantum mechanics itself is 7e-3 off at hbar = 0.25.
#[test]
fn trapped_packets_are_the_exact_answers_of_first_order() {
    let (alpha, b, c) = (0.5, 0.4, 0.3);
    for (hbar, width, rows) in [
        (
            1.0,
            0.7,
            [
                (
                    0.5,
                    [0.238_881_266, 0.404_460_802, 0.489_248_691, 0.610_036_368],
                    [0.192_707_58, 0.056_667_723, 0.909_994_572],
                ),
                (
                    1.0,
                    [0.409_542_742, 0.167_387_783, 0.539_577_374, 0.816_942_141],
                    [0.135_147_021, 0.120_758_599, 0.685_996_367],
                ),
                (
                    2.0,
                    [0.338_504_262, -0.274_371_617, 1.120_999_23, 1.021_674_23],
                    [-0.216_945_038, -0.157_870_721, 0.089_813_224_5],
                ),
            ],
        ),
        (
            0.25,
            0.35,
            [
                (
                    0.5,
                    [0.285_205_138, 0.402_616_492, 0.155_687_496, 0.154_257_348],
                    [0.240_612_382, 0.472_965_523, 0.563_302_125],
                ),
                (
                    1.0,
                    [0.504_709_57, 0.119_101_338, 0.151_743_025, 0.195_880_88],
                    [-0.411_525_275, -0.048_660_859_6, 0.600_110_909],
                ),
                (
                    2.0,
                    [0.134_034_427, -0.398_804_332, 0.200_617_613, 0.187_174_106],
                    [0.046_312_281_5, -0.281_252_937, 0.735_382_772],
                ),
            ],
        ),
    ] {
        let spread = 0.5 * hbar / width;
        let reach = 9.0 * width;
        let value = json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": 0, "hbar": hbar, "magnetic_moment": MOMENT,
                "spin_hamiltonian": {"momentum": [[0, 0, 0], [alpha, 0, 0], [0, 0, 0]]}},
            "kinematics": "non_relativistic_without_spin_orbit",
            "phase_space": {"x": axis(-reach, reach, 96.0), "px": axis(-9.0 * spread, 9.0 * spread, 96.0)},
            "initial": {"populations": [{
                "momentum": {"gaussian": {"spread": spread, "drift": [0.5, 0, 0]}},
                "space": {"gaussian": {"centre": 0, "width": width}},
                "spin": {"uniform": {"direction": [0, 0, 1]}}
            }]},
            "fields": {"external": [
                {"potential": {"harmonic": {"axis": "x", "stiffness": 1.0}}},
                {"gradient": {"component": "B_z", "value": -b / MOMENT, "curvature": -2.0 * c / MOMENT}}
            ]},
            "numerics": {"order": 4},
            "time": {"step": 0.025, "end": 2.0}
        });
        let mut simulation = start(&scenario(&value), DeviceChoice::Reference);
        for (time, exact, exact_spin) in rows {
            let steps = (time / simulation.clock.step).round() as u64 - simulation.clock.steps;
            simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
            let ([x, _, square, _], spin) = means(&mut simulation);
            let (grid, state) = (simulation.grid.clone(), simulation.executor.state().expect("state"));
            let mut sums = [0.0; 3];
            for cell in 0..grid.cells() {
                let (p, w0) = (grid.momentum(cell % grid.momentum_cells()).x, state.cell(cell).x);
                sums.iter_mut().zip([w0, p * w0, p * p * w0]).for_each(|(sum, of)| *sum += of);
            }
            let [p, p_square] = [1, 2].map(|k| sums[k] / sums[0]);
            let found = [x, p, square - x * x, p_square - p * p];
            let off = found.into_iter().chain(spin).zip(exact.into_iter().chain(exact_spin));
            let off = off.map(|(found, exact)| (found - exact).abs()).fold(0.0, f64::max);
            println!("hbar = {hbar}, t = {time}: off by {off:.1e}");
            assert!(off < 1e-5, "hbar = {hbar}, t = {time}: {found:?} {spin:?} for {exact:?} {exact_spin:?}");
        }
    }
}

/// Relativistic packets in a uniform E_z, and B_z: every momentum precesses about T(p) and drifts with its hidden velocity. Mean x and spin
/// to 1e-5 of quadratures.
#[test]
fn relativistic_packets_are_the_exact_answers() {
    for (magnetic, drift, spin, rows) in [
        (
            0.0,
            1.0,
            [0, 0, 1],
            [
                (0.5, 0.332_247_133_5, [0.508_519_892_5, 0.0, 0.854_351_934_4]),
                (1.0, 0.664_494_267_1, [0.861_397_852_2, 0.0, 0.463_060_011_4]),
                (2.0, 1.328_988_534, [0.758_795_285_8, 0.0, -0.530_133_647_1]),
                (4.0, 2.657_977_068, [-0.795_696_148_6, 0.0, -0.195_820_128_5]),
            ],
        ),
        (
            -0.8,
            0.5,
            [0, 1, 0],
            [
                (0.5, 0.321_433_808_5, [-0.619_540_161_7, 0.768_188_057_9, 0.106_522_596_4]),
                (1.0, 0.562_835_574_3, [-0.846_963_639_7, 0.219_465_289_2, 0.358_061_615_6]),
                (2.0, 0.756_658_508_1, [0.109_718_554_4, -0.459_422_144_6, 0.664_007_198_7]),
                (4.0, 1.599_095_332, [-0.216_670_030_2, 0.970_782_803_2, 0.017_154_574_81]),
            ],
        ),
    ] {
        let value = json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": 0, "hbar": 0.5, "magnetic_moment": MOMENT},
            "phase_space": {"x": axis(-8.0, 12.0, 64.0), "px": axis(drift - 2.6, drift + 2.6, 56.0)},
            "initial": {"populations": [{
                "momentum": {"gaussian": {"spread": 0.4, "drift": [drift, 0, 0]}},
                "space": {"gaussian": {"centre": 0, "width": 0.6}},
                "spin": {"uniform": {"direction": spin}}
            }]},
            "fields": {"external": [{"uniform": {"E": [0, 0, -2.0], "B": [0, 0, magnetic]}}]},
            "numerics": {"order": 4},
            "time": {"step": 0.05, "end": 4.0}
        });
        for device in BOTH {
            let mut simulation = start(&scenario(&value), device);
            for (time, x, spin) in rows {
                let steps = (time / simulation.clock.step).round() as u64 - simulation.clock.steps;
                simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
                let (moments, found) = means(&mut simulation);
                let turned =
                    found.into_iter().zip(spin).map(|(found, exact)| (found - exact).abs()).fold(0.0, f64::max);
                let off = (moments[0] - x).abs().max(turned);
                println!("{device:?}, B = {magnetic}, t = {time}: off by {off:.1e}");
                assert!(off < 1e-5, "{device:?}, B = {magnetic}, t = {time}: {moments:?} {found:?} for {x}, {spin:?}");
            }
        }
    }
}
