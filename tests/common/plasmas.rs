//! Uniform plasmas at random, of every kind of grid, to be tried for stability.

use serde_json::{Value, json};
use spinwigner::fields::Stability;
use spinwigner::precision::Precision;
use spinwigner::run::{DeviceChoice, open};
use spinwigner::scenario::schema::{Evolution, Numerics};
use spinwigner::simulation::{Prepared, Simulation};
use spinwigner::state::{Cells, State};

use super::random::Random;

/// Resolved axes, in cells.
pub const KINDS: [&[(&str, u32)]; 7] = [
    &[("x", 8), ("px", 48)],
    &[("y", 8), ("py", 48)],
    &[("x", 8), ("px", 20), ("py", 20)],
    &[("x", 8), ("px", 12), ("py", 12), ("pz", 12)],
    &[("x", 8), ("y", 8), ("px", 12), ("py", 12)],
    &[("px", 16), ("py", 16), ("pz", 16)],
    &[("x", 8), ("y", 8), ("z", 8), ("px", 8), ("py", 8), ("pz", 8)],
];
/// Mostly lines with one momentum, which take the least time.
const KIND_OF: [usize; 20] = [0, 0, 1, 2, 0, 3, 0, 4, 2, 0, 0, 4, 1, 2, 5, 0, 0, 4, 2, 3];

/// What is drawn for one plasma.
#[derive(Debug)]
pub struct Draw {
    /// Of [`KINDS`].
    pub kind: usize,
    pub evolution: &'static str,
    pub order: u32,
    /// Step over its limit.
    pub share: f64,
    pub device: DeviceChoice,
    pub scenario: Value,
}

impl Draw {
    pub fn new(random: &mut Random, number: usize) -> Draw {
        let mut uniform = |low: f64, high: f64| low + (high - low) * random.fraction();
        let kind = if number % 50 == 49 { 6 } else { KIND_OF[number % KIND_OF.len()] };
        let evolution = ["maxwell", "maxwell", "maxwell", "maxwell", "electrostatic"][number / 2 % 5];
        let neutral = number % 7 == 5;
        let order = if number % 3 == 2 { 4 } else { 2 };
        let share = [0.3, 0.6, 0.9, 0.99][number % 4];
        let temperature = 10f64.powf(uniform(-2.0, 0.0));
        let density = if neutral { 1.0 } else { 10f64.powf(uniform(-1.0, 0.5)) };
        let susceptibility = uniform(0.0, 0.9);
        let moment = (susceptibility * temperature / density).sqrt();
        let reach = 4.5 * (temperature * (1.0 + temperature)).sqrt();
        let length = 8.0 * 10f64.powf(uniform(-0.7, 0.2));
        let mut space = json!({});
        for (name, cells) in KINDS[kind] {
            let ends = if name.starts_with('p') { [-reach, reach] } else { [0.0, length] };
            space[*name] = json!({"from": ends[0], "to": ends[1], "cells": cells});
        }
        let kinematics =
            ["relativistic", "relativistic", "non_relativistic", "non_relativistic_without_spin_orbit"][number / 3 % 4];
        let mut species = json!({"charge": -1, "hbar": 2.0 * moment});
        if neutral {
            species = json!({"charge": 0, "hbar": 0.4, "magnetic_moment": moment});
        } else if number % 4 == 1 {
            species["g_factor"] = json!({"tbmt": uniform(1.5, 2.6)});
        }
        let direction: [f64; 3] = std::array::from_fn(|_| uniform(-1.0, 1.0));
        let dissipation = [0.0, 1.0, 0.3, 0.0, 0.1, 1.0, 0.03][number % 7];
        let polarisation = uniform(0.0, 1.0);
        let population = |density: f64, spread: f64, drift: f64| {
            let along = KINDS[kind].iter().position(|(name, _)| name.starts_with('p')).expect("a momentum");
            let axis = ["px", "py", "pz"].iter().position(|name| *name == KINDS[kind][along].0).expect("a momentum");
            let drift: [f64; 3] = std::array::from_fn(|k| if k == axis { drift } else { 0.0 });
            json!({
                "density": density, "momentum": {"gaussian": {"spread": spread, "drift": drift}},
                "spin": {"uniform": {"direction": direction, "polarisation": polarisation}}
            })
        };
        let spread = temperature.sqrt();
        // A Maxwellian, or where cells are fine enough one maximum that is flat, as of a cold Fermi gas.
        let populations: Vec<Value> = if kind < 2 && number % 3 == 1 {
            (-2..=2).map(|k| population(0.2 * density, 0.4 * spread, 0.7 * f64::from(k) * spread)).collect()
        } else {
            vec![population(density, spread, 0.0)]
        };
        let scenario = json!({
            "title": "test", "about": "test", "references": ["test"],
            "species": species, "kinematics": kinematics, "phase_space": space,
            "initial": {"populations": populations},
            "fields": {"evolution": evolution},
            "time": {"step": 1e-6, "end": 1.0},
            "numerics": {"order": order, "dissipation": dissipation}
        });
        // Always in f64, so that noise is noise.
        let device = if number % 5 == 3 || kind == 6 { DeviceChoice::Gpu } else { DeviceChoice::Reference };
        Draw { kind, evolution, order, share, device, scenario }
    }

    /// The plasma at rest with a relative `noise` in every cell, on `finer` times the momentum cells.
    pub fn start(&self, finer: u32, noise: f64) -> Simulation {
        let mut loaded = super::scenario(&self.scenario);
        let space = &mut loaded.scenario.phase_space;
        for axis in [&mut space.px, &mut space.py, &mut space.pz] {
            axis.iter_mut().for_each(|axis| axis.cells *= finer);
        }
        let mut prepared = Prepared::new(&loaded).unwrap_or_else(|error| panic!("{error}"));
        let mut random = Random(5);
        let held = prepared.state.held().expect("made").numbers();
        let numbers: Vec<f64> = held.into_iter().map(|x| x * (1.0 + noise * random.next())).collect();
        prepared.state = State::from_numbers(&numbers, prepared.state.components()).into();
        let opened = open(&prepared, self.device, Some(Precision::F64));
        let (executor, _) = opened.unwrap_or_else(|error| panic!("{error}"));
        prepared.start(executor).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// The largest stable step; 0.3 where nothing limits it.
pub fn limit(simulation: &Simulation) -> f64 {
    let inertia = simulation.sources.iter().map(|s| s.inverse_inertia).fold(0.0, f64::max);
    let limit = simulation.stability.limit(inertia);
    if limit.largest().is_finite() { limit.largest() } else { 0.3 }
}

/// Lets a run take any step: its fields evolve, and its watchman thinks they do not.
pub fn unguard(simulation: &mut Simulation) {
    let (grid, particle) = (&simulation.grid, &simulation.species.particle);
    simulation.stability = Stability::new(Evolution::Frozen, grid, particle, &Numerics::default(), []);
}
