//! Transverse spin waves of a degenerate gas, T = 0.3 T_F: m = 1, p_F = 1, three momenta of which only v_x matters.
//! M_+ = M_x + i M_y of a wave that begins as w_+ = phi cos kx obeys 1 + eta = (A + eta a) G(a), A = 1/tau - i Omega0, a = A - i omega,
//! G = int phi/(a + ikv), in time; exact answers by a Volterra equation.

mod common;

use std::f64::consts::TAU;

use common::{BOTH, scenario, start};
use num_complex::Complex64;
use serde_json::{Value, json};
use spinwigner::npy;
use spinwigner::run::DeviceChoice;
use spinwigner::simulation::Simulation;

/// T/T_F = 0.3, T_F = 1/2.
const TEMPERATURE: f64 = 0.15;
/// At which there are p_F^3/(3 pi^2) unpolarised particles.
const CHEMICAL_POTENTIAL: f64 = 0.457_291_150_761;
/// Along every momentum.
const REACH: f64 = 2.8;

fn occupation(energy: f64, mu: f64) -> f64 {
    1.0 / (((energy - mu) / TEMPERATURE).exp() + 1.0)
}

/// The integral of an occupation over the other two momenta, but for 2 pi.
fn along(v: f64, mu: f64) -> f64 {
    TEMPERATURE * ((mu - 0.5 * v * v) / TEMPERATURE).exp().ln_1p()
}

/// What precesses: the gas on x and `momenta` momenta, its spins and the wave.
struct Gas {
    k: f64,
    /// Of x and every momentum.
    cells: [usize; 2],
    momenta: usize,
    hbar: f64,
    /// Omega0 = g M0/hbar
    precession: f64,
    /// M0
    polarised: f64,
    /// Of the wave, relative to phi.
    amplitude: f64,
    forces: bool,
    tau: Option<f64>,
}

impl Gas {
    /// w0 and phi = w3/M0, both functions of the momentum, as a scenario that reads them.
    fn scenario(&self, folder: &std::path::Path, w0: &dyn Fn(&[f64]) -> f64, phi: &dyn Fn(&[f64]) -> f64) -> Value {
        let [places, count] = self.cells;
        let step = 2.0 * REACH / count as f64;
        let length = TAU / self.k;
        let mut numbers = Vec::new();
        for x in 0..places {
            let phase = TAU * (x as f64 + 0.5) / places as f64;
            for cell in 0..count.pow(self.momenta as u32) {
                let index = |j: usize| cell / count.pow((self.momenta - 1 - j) as u32) % count;
                let p: Vec<f64> = (0..self.momenta).map(|j| step * (index(j) as f64 + 0.5) - REACH).collect();
                let spin = phi(&p);
                numbers.extend([w0(&p), self.amplitude * spin * phase.cos(), 0.0, self.polarised * spin]);
            }
        }
        let mut shape = vec![places];
        shape.resize(1 + self.momenta, count);
        shape.push(4);
        let file = folder.join("w.npy");
        npy::write_f64(&file, &shape, &numbers).expect("written");
        let mut phase_space = json!({"x": {"from": 0, "to": length, "cells": places}});
        for name in &["px", "py", "pz"][..self.momenta] {
            phase_space[*name] = json!({"from": -REACH, "to": REACH, "cells": count});
        }
        let mut value = json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": {"charge": 0, "hbar": self.hbar, "magnetic_moment": 0.3},
            "kinematics": "non_relativistic_without_spin_orbit",
            "phase_space": phase_space,
            "initial": {"file": file},
            "exchange": {
                "strength": self.precession * self.hbar / self.polarised, "statistics": "bosons", "forces": self.forces
            },
            // The splitting leaves some (Omega0 dt)^2/12 a unit of time.
            "time": {"step": 0.00625, "end": 10}
        });
        if let Some(tau) = self.tau {
            value["collisions"] = json!({"tau": tau, "statistics": "fermi_dirac"});
        }
        value
    }

    /// Compares M_+ with the exact answers at some times.
    fn compare(&self, value: &Value, device: DeviceChoice, rows: &[(f64, f64, f64)], tolerance: f64) {
        let mut simulation = start(&scenario(value), device);
        for &(time, re, im) in rows {
            let steps = (time / simulation.clock.step).round() as u64 - simulation.clock.steps;
            simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
            let found = self.wave(&mut simulation);
            let off = (found - Complex64::new(re, im)).norm();
            println!("{device:?}, k = {}, t = {time}: off by {off:.1e}", self.k);
            assert!(off < tolerance, "{device:?}, k = {}, t = {time}: {found} for {re} + {im} i", self.k);
        }
    }

    /// M_+ over cos kx, in units of the amplitude.
    fn wave(&self, simulation: &mut Simulation) -> Complex64 {
        let observables = simulation.observables().expect("observables");
        let mesh = simulation.fields.mesh;
        let of = |i: usize| {
            let spin = observables[i].spin;
            Complex64::new(spin.x, spin.y) * (self.k * mesh.position(i).x).cos()
        };
        2.0 * (0..observables.len()).map(of).sum::<Complex64>() / (observables.len() as f64 * self.amplitude)
    }
}

/// Trapezoidal sum over the momenta of one axis.
fn integral(f: impl Fn(f64) -> f64) -> f64 {
    let step = 2.0 * REACH / 4096.0;
    (0..4096).map(|i| step * f(step * (f64::from(i) + 0.5) - REACH)).sum()
}

/// Without collisions, weakly polarised: phi is the occupation of v_x, w0 that of all three; with forces eta = g (dn/dmu)/2 = 0.1.
#[test]
fn collisionless_waves_are_the_exact_answers() {
    let norm = integral(|v| occupation(0.5 * v * v, CHEMICAL_POTENTIAL));
    let number = integral(|v| along(v, CHEMICAL_POTENTIAL));
    let folder = tempfile::tempdir().expect("a folder");
    for (k, eta, rows) in [
        (
            0.2,
            0.0,
            [
                (1.0, 0.993_267_132, -0.002_318_416_27),
                (2.0, 0.979_354_835, -0.015_778_786_9),
                (5.0, 0.984_765_671, -0.084_092_779_2),
                (10.0, 0.969_259_953, -0.146_330_174),
            ],
        ),
        (
            0.5,
            0.0,
            [
                (1.0, 0.958_453_303, -0.014_194_602_2),
                (2.0, 0.875_672_238, -0.091_218_224_6),
                (5.0, 0.794_319_694, -0.416_860_864),
                (10.0, 0.538_100_713, -0.726_643_798),
            ],
        ),
        (
            0.5,
            0.1,
            [
                (1.0, 0.954_333_037, -0.015_599_588_6),
                (2.0, 0.863_621_416, -0.099_957_998_1),
                (5.0, 0.771_914_716, -0.448_061_472),
                (10.0, 0.472_422_612, -0.763_022_567),
            ],
        ),
    ] {
        // dn/dmu at n = 1 is the integral of the occupation over that of its integral; g = 2 eta/(dn/dmu).
        let (polarised, strength) = (0.5, 2.0 * eta * number / norm);
        let hbar = if eta == 0.0 { 1e-3 } else { strength * polarised };
        for device in BOTH {
            let amplitude = if device == DeviceChoice::Gpu { 0.02 } else { 1e-3 };
            let (cells, forces, tau) = ([48, 64], eta != 0.0, None);
            let gas = Gas { k, cells, momenta: 1, hbar, precession: 1.0, polarised, amplitude, forces, tau };
            let w0 = |p: &[f64]| along(p[0], CHEMICAL_POTENTIAL) / number;
            let phi = |p: &[f64]| occupation(0.5 * p[0] * p[0], CHEMICAL_POTENTIAL) / norm;
            let value = gas.scenario(folder.path(), &w0, &phi);
            gas.compare(&value, device, &rows, if device == DeviceChoice::Gpu { 5e-4 } else { 1e-5 });
        }
    }
}

/// Half polarised, F+ and F- at one temperature: phi = (F+ - F-)/M0, w0 = F+ + F-, without forces and with those of hbar
/// Omega0 = 0.05: 1 = A G - k^2 (hbar Omega0/2P) int (w0/n)/(a + ikv)^2.
#[test]
fn waves_of_a_polarised_degenerate_gas_are_the_exact_answers() {
    let [up, down] = [0.624_126_532_14, 0.241_972_783_625];
    let number = integral(|v| along(v, up) + along(v, down));
    let folder = tempfile::tempdir().expect("a folder");
    for (k, hbar, forces, rows) in [
        (
            0.2,
            1e-3,
            false,
            [
                (1.0, 0.993_294_259, -0.002_308_985_36),
                (5.0, 0.984_718_048, -0.083_755_314_8),
                (10.0, 0.969_535_349, -0.145_676_11),
            ],
        ),
        (
            0.5,
            1e-3,
            false,
            [
                (1.0, 0.958_628_418, -0.014_131_312_2),
                (5.0, 0.792_621_537, -0.414_667_354),
                (10.0, 0.536_671_059, -0.726_461_735),
            ],
        ),
        (
            0.5,
            0.05,
            true,
            [
                (1.0, 0.953_024_659, -0.016_039_427_4),
                (5.0, 0.760_270_96, -0.456_207_51),
                (10.0, 0.444_296_12, -0.775_244_077),
            ],
        ),
    ] {
        let (polarised, amplitude, cells, tau) = (0.5, 1e-3, [48, 64], None);
        let gas = Gas { k, cells, momenta: 1, hbar, precession: 1.0, polarised, amplitude, forces, tau };
        let w0 = |p: &[f64]| (along(p[0], up) + along(p[0], down)) / number;
        let phi = |p: &[f64]| (along(p[0], up) - along(p[0], down)) / (number * polarised);
        let value = gas.scenario(folder.path(), &w0, &phi);
        gas.compare(&value, DeviceChoice::Reference, &rows, 1e-5);
    }
}

/// With collisions, tau = 1, on three momenta: spins relax to n (1 - n). What steps of order two leave is taken away by runs with
/// two of them.
struct Relaxing {
    k: f64,
    precession: f64,
    /// g (dn/dmu)/2
    eta: f64,
    rows: [(f64, f64, f64); 4],
}

const RELAXING: [Relaxing; 5] = [
    Relaxing {
        k: 0.2,
        precession: 1.0,
        eta: 0.0,
        rows: [
            (1.0, 0.994_941_893, -0.001_454_028_63),
            (2.0, 0.986_298_416, -0.006_846_322_93),
            (5.0, 0.963_520_9, -0.028_273_604_7),
            (10.0, 0.927_173_209, -0.061_273_384_3),
        ],
    },
    Relaxing {
        k: 0.5,
        precession: 1.0,
        eta: 0.0,
        rows: [
            (1.0, 0.968_725_739, -0.008_921_627_15),
            (2.0, 0.916_842_232, -0.040_214_265_7),
            (5.0, 0.782_309_855, -0.144_054_192),
            (10.0, 0.579_308_127, -0.251_650_442),
        ],
    },
    Relaxing {
        k: 0.5,
        precession: 2.0,
        eta: 0.0,
        rows: [
            (1.0, 0.974_117_884, -0.015_762_402_9),
            (2.0, 0.949_786_674, -0.055_363_710_2),
            (5.0, 0.889_118_351, -0.151_342_54),
            (10.0, 0.771_901_309, -0.283_702_563),
        ],
    },
    Relaxing {
        k: 0.5,
        precession: 2.0,
        eta: 0.1,
        rows: [
            (1.0, 0.971_547_925, -0.017_322_772_2),
            (2.0, 0.944_836_033, -0.060_692_585),
            (5.0, 0.877_665_627, -0.164_681_956),
            (10.0, 0.747_294_36, -0.304_892_255),
        ],
    },
    Relaxing {
        k: 0.5,
        precession: 2.0,
        eta: -0.1,
        rows: [
            (1.0, 0.976_691_153, -0.014_199_156_5),
            (2.0, 0.954_750_115, -0.049_997_535_2),
            (5.0, 0.900_517_566, -0.137_687_249),
            (10.0, 0.796_315_421, -0.261_269_323),
        ],
    },
];

impl Relaxing {
    /// Compares its rows up to `end`.
    fn compare(&self, end: f64) {
        let energy = |p: &[f64]| 0.5 * p.iter().map(|p| p * p).sum::<f64>();
        // int n (1 - n) d^3p = 2 pi T int n dp_x
        let norm = TAU * TEMPERATURE * integral(|v| occupation(0.5 * v * v, CHEMICAL_POTENTIAL));
        // Forces are of order hbar, and few are polarised where it is small.
        let hbar = if self.eta == 0.0 { 1.0 } else { 1e-4 };
        let number = 2.0 / (TAU * hbar).powi(3);
        // Omega0 = g M0/hbar with g = 2 eta/(dn/dmu).
        let per_eta = self.precession * hbar * number * norm / (2.0 * TEMPERATURE);
        let polarised = if self.eta == 0.0 { 1e-4 } else { per_eta / self.eta };
        let gas = Gas {
            k: self.k,
            cells: [40, 28],
            momenta: 3,
            hbar,
            precession: self.precession,
            polarised,
            amplitude: 1e-3 * polarised.abs(),
            forces: self.eta != 0.0,
            tau: Some(1.0),
        };
        let w0 = |p: &[f64]| number * occupation(energy(p), CHEMICAL_POTENTIAL);
        let phi = |p: &[f64]| {
            let n = occupation(energy(p), CHEMICAL_POTENTIAL);
            n * (1.0 - n) / norm
        };
        let folder = tempfile::tempdir().expect("a folder");
        let value = gas.scenario(folder.path(), &w0, &phi);
        let [mut coarse, mut fine] = [0.05, 0.025].map(|step| {
            let mut value = value.clone();
            value["time"]["step"] = json!(step);
            start(&scenario(&value), DeviceChoice::Reference)
        });
        for &(time, re, im) in self.rows.iter().filter(|row| row.0 <= end) {
            let [coarse, fine] = [&mut coarse, &mut fine].map(|simulation| {
                let steps = (time / simulation.clock.step).round() as u64 - simulation.clock.steps;
                simulation.advance(steps).unwrap_or_else(|error| panic!("{error}"));
                gas.wave(simulation)
            });
            let off = |found: Complex64| (found - Complex64::new(re, im)).norm();
            let limit = (4.0 * fine - coarse) / 3.0;
            let (k, turns, eta) = (self.k, self.precession, self.eta);
            println!(
                "k = {k}, Omega0 = {turns}, eta = {eta}, t = {time}: off by {:.1e}, {:.1e}, in the limit {:.1e}",
                off(coarse),
                off(fine),
                off(limit)
            );
            assert!(off(limit) < 1e-5, "k = {k}, Omega0 = {turns}, eta = {eta}, t = {time}: {limit} for {re} + {im} i");
        }
    }
}

#[test]
fn relaxing_waves_are_the_exact_answers() {
    RELAXING[4].compare(2.0);
}

/// All rows.
#[test]
#[ignore = "minutes; run with --include-ignored"]
fn relaxing_waves_are_the_exact_answers_for_long() {
    RELAXING.iter().for_each(|case| case.compare(10.0));
}
