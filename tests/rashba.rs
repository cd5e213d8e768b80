//! Packets of neutral particles with Rashba's spin-orbit coupling: a uniform E_z, h = alpha (p_x sigma_y - p_y sigma_x) + b sigma_z,
//! alpha = -mu_B E_z/2m, b = -mu_B B_z. h is linear in p and free of x, so that the equations of motion are those of quantum
//! mechanics: the answers are Pauli wave functions, and of mixed states the precession of each momentum about h(p). m = 1.

mod common;

use std::f64::consts::TAU;

use common::{BOTH, scenario, start};
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

/// Runs a case and compares its rows up to `end`, to 1e-5 of each number or of 1.
fn compare(case: &Case, value: &Value, device: DeviceChoice, end: f64, moments: fn([f64; 4]) -> Vec<f64>) {
    let mut simulation = start(&scenario(value), device);
    for (time, exact, exact_spin) in case.rows.iter().filter(|row| row.0 <= end) {
        let steps = (time / simulation.clock.step).round() as u64 - simulation.clock.steps;
        simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
        let (found, spin) = means(&mut simulation);
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
            compare(case, &value, device, 4.0, variance);
        }
    }
}

/// In the plane, where h turns with the momentum and the packet is displaced across it: the wide packet, the narrow ones, which
/// need shorter steps, until a time; on the processor. Ripples of two cells would fall behind and come in at the other
/// end: along x, where the packet runs, a width has 1.7 cells.
fn in_the_plane(narrow_until: f64) {
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
        compare(case, &value, DeviceChoice::Reference, end, |moments| moments.to_vec());
    }
}

/// The narrow packets until t = 2, a quarter of the cells.
#[test]
fn packets_in_the_plane_are_the_exact_answers() {
    in_the_plane(2.0);
}

/// All until t = 4.
#[test]
#[ignore = "minutes; run with --include-ignored"]
fn packets_in_the_plane_are_the_exact_answers_for_long() {
    in_the_plane(4.0);
}
