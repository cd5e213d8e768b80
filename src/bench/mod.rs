//! Speed in physical terms: bytes that must move, over the time they take, beside
//! a copy of the state measured in the same run. `spinwigner bench` and `cargo bench`.

mod machine;
mod report;

use std::time::Instant;

use glam::DVec3;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::gpu::{Choice, Context, KernelTiming};
use crate::grid::{AXES, AXIS_NAMES, Grid, MOMENTUM};
use crate::operators::{
    Command, Factor, FieldSample, Force, HiddenVelocity, ReadFluxes, ReadObservables, ReadSources, Recording, Scheme,
    Speed, SpinTorque, Streaming,
};
use crate::precision::{Precision, Real};
use crate::scenario::{Loaded, parse};
use crate::simulation::Prepared;
use crate::state::Cells;

pub use report::{AdditionRow, KernelRow, KernelTable, Pass, Profile, Report, StepRow, write_json};

use machine::{Machine, Measured, executor};

/// What to measure on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// An adapter.
    Adapter(Choice),
    /// All threads of the processor.
    Processor,
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What to measure on.
    pub device: Device,
    /// Of the states and of all arithmetic.
    pub precision: Precision,
    /// Phase-space cells of the kernel tables and of the steps of every kind of grid.
    pub cells: usize,
    /// Cells of further steps on one kind of grid; those that do not fit are left out.
    pub scaling: Vec<usize>,
    /// Turns of which the fastest counts.
    pub rounds: usize,
}

/// Measures, telling `progress` what comes next.
///
/// # Errors
///
/// [`Error::Device`] where there is no adapter, no room on it, or it fails; [`Error::Input`] for an index without
/// adapter, and for a precision or so many cells as it does not offer.
pub fn run(plan: &Plan, progress: &mut dyn FnMut(&str)) -> Result<Report> {
    match plan.precision {
        Precision::F32 => measure::<f32>(plan, progress),
        Precision::F64 => measure::<f64>(plan, progress),
    }
}

fn measure<R: Real>(plan: &Plan, progress: &mut dyn FnMut(&str)) -> Result<Report> {
    let machine = &match plan.device {
        Device::Processor => Machine::Processor,
        Device::Adapter(choice) => Machine::Adapter(Context::open(choice)?.ok_or_else(|| {
            Error::Device(
                "no Vulkan, Metal or DX12 adapter on this machine: use --device cpu; on Debian `apt-get install \
                 mesa-vulkan-drivers libvulkan1` adds a software one"
                    .into(),
            )
        })?),
    };
    let mut kernels = Vec::new();
    for spin in [true, false] {
        progress(&format!("kernels {} spin", if spin { "with" } else { "without" }));
        kernels.push(kernel_table::<R>(machine, &Case::new([1, 1, 0, 1, 1, 1], plan.cells, spin), plan.rounds)?);
    }
    let mut steps = Vec::new();
    for (axes, spin) in KINDS.into_iter().flat_map(|axes| [(axes, true), (axes, false)]) {
        let case = Case::new(axes, plan.cells, spin);
        progress(&format!("steps on {} {} spin", case.name(), if spin { "with" } else { "without" }));
        steps.push(step_row::<R>(machine, &case, plan.rounds)?.0);
    }
    let mut additions = Vec::new();
    for (added, axes, neutral) in ADDITIONS {
        let case = Case::new(axes, plan.cells, true);
        progress(&format!("{} on {}", added.name, case.name()));
        additions.push(addition_row::<R>(machine, &case, added, neutral, plan.rounds)?);
    }
    let mut scaling = Vec::new();
    for &cells in &plan.scaling {
        let case = Case::new([1, 1, 0, 1, 1, 0], cells, true);
        progress(&format!("steps on {cells:.1e} cells"));
        match step_row::<R>(machine, &case, plan.rounds) {
            Ok((row, _)) => scaling.push(row),
            // More than the device can hold.
            Err(Error::Input(_)) => break,
            Err(error) => return Err(error),
        }
    }
    progress("a step, pass by pass");
    let case = Case::new([1, 1, 0, 1, 1, 1], plan.cells, true);
    let (_, profile) = step_row::<R>(machine, &case, plan.rounds)?;
    let prepared = case.prepared()?;
    let device = executor::<R>(machine, &prepared, prepared.schemes())?.description();
    Ok(Report { spinwigner: env!("CARGO_PKG_VERSION"), device, kernels, steps, additions, scaling, profile })
}

/// Kinds of grid, by 1 for each axis that is resolved.
const KINDS: [[usize; AXES]; 9] = [
    [0, 0, 0, 1, 0, 0],
    [0, 0, 0, 1, 1, 0],
    [0, 0, 0, 1, 1, 1],
    [1, 0, 0, 1, 0, 0],
    [1, 0, 0, 1, 1, 0],
    [1, 0, 0, 1, 1, 1],
    [1, 1, 0, 1, 1, 0],
    [1, 1, 0, 1, 1, 1],
    [1, 1, 1, 1, 1, 1],
];

/// What a scenario may add to a step.
#[derive(Clone, Copy)]
struct Addition {
    name: &'static str,
    key: &'static str,
    entry: fn() -> Value,
    kinematics: &'static str,
}

const EXCHANGE: Addition = Addition {
    name: "contact exchange",
    key: "exchange",
    entry: || json!({"strength": 0.1, "statistics": "bosons"}),
    kinematics: "non_relativistic",
};
const COLLISIONS: Addition = Addition {
    name: "collisions",
    key: "collisions",
    entry: || json!({"tau": 1, "xi": 0.5}),
    kinematics: "non_relativistic",
};
const RELATIVISTIC_COLLISIONS: Addition =
    Addition { name: "relativistic collisions", kinematics: "relativistic", ..COLLISIONS };

/// Each, the grid it is measured on, and whether beside streaming alone.
const ADDITIONS: [(Addition, [usize; AXES], bool); 7] = [
    (EXCHANGE, [1, 0, 0, 1, 0, 0], false),
    (EXCHANGE, [1, 0, 0, 1, 1, 1], false),
    (EXCHANGE, [1, 0, 0, 1, 1, 1], true),
    (COLLISIONS, [1, 1, 0, 1, 1, 0], false),
    (COLLISIONS, [1, 0, 0, 1, 1, 1], false),
    (COLLISIONS, [1, 0, 0, 1, 1, 1], true),
    (RELATIVISTIC_COLLISIONS, [1, 0, 0, 1, 1, 1], false),
];

/// A warm polarised plasma in which every term acts.
struct Case {
    shape: [usize; AXES],
    spin: bool,
}

impl Case {
    /// About `cells` cells, alike along all axes that are resolved.
    fn new(axes: [usize; AXES], cells: usize, spin: bool) -> Case {
        let resolved = axes.iter().filter(|&&axis| axis > 0).count() as f64;
        // Even numbers, as users choose them.
        let along = 2 * ((cells as f64).powf(1.0 / resolved) / 2.0).round().max(4.0) as usize;
        // A line alone is no load.
        Case { shape: axes.map(|axis| axis * along.min(4096)), spin }
    }

    fn name(&self) -> String {
        let axes = (0..AXES).filter(|&slot| self.shape[slot] > 0);
        axes.map(|slot| format!("{} {}", AXIS_NAMES[slot], self.shape[slot])).collect::<Vec<_>>().join(", ")
    }

    fn prepared(&self) -> Result<Prepared> {
        self.changed(|_| ())
    }

    /// The same with something else about the scenario.
    fn changed(&self, change: impl FnOnce(&mut Value)) -> Result<Prepared> {
        let mut phase_space = json!({});
        for slot in (0..AXES).filter(|&slot| self.shape[slot] > 0) {
            let (from, to) = if slot < MOMENTUM { (0.0, 6.0) } else { (-1.2, 1.2) };
            phase_space[AXIS_NAMES[slot]] = json!({"from": from, "to": to, "cells": self.shape[slot]});
        }
        let mut population = json!({"momentum": {"gaussian": {"spread": 0.2}}});
        let mut species = json!({"charge": -1, "spin": self.spin});
        if self.spin {
            species["hbar"] = json!(0.3);
            population["spin"] = json!({"uniform": {"direction": [0.6, 0, 0.8], "polarisation": 0.5}});
        }
        let homogeneous = self.shape[..MOMENTUM].iter().all(|&cells| cells == 0);
        let fields: Value = match homogeneous {
            true => json!({"external": [{"uniform": {"E": [0.03, 0.05, 0.02], "B": [0.1, 0.03, 0.5]}}]}),
            false => json!({"evolution": "maxwell", "uniform": {"E": [0.03, 0.05, 0.02], "B": [0.1, 0.03, 0.5]}}),
        };
        // Stable, and less than a cell per sweep: |v| < 1 and |F| < 0.6.
        let cells = |slots: std::ops::Range<usize>| self.shape[slots].iter().copied().max().unwrap_or(0).max(1) as f64;
        let step = 0.4 * (6.0 / cells(0..MOMENTUM)).min(2.4 / cells(MOMENTUM..AXES) / 0.6);
        let mut scenario = json!({
            "title": "benchmark", "about": "every term acts", "references": ["none"],
            "species": species, "phase_space": phase_space, "fields": fields,
            "initial": {"populations": [population]}, "time": {"step": step, "end": 1000.0 * step}
        });
        change(&mut scenario);
        let text = scenario.to_string();
        let scenario = parse::parse(&text, "benchmark")?;
        let (name, origin) = ("benchmark".to_string(), "benchmark".to_string());
        Prepared::new(&Loaded { scenario, name, text, origin, folder: ".".into() })
    }
}

/// Every kernel that a state of this kind can meet, in fields that leave no term idle.
fn kernel_table<R: Real>(machine: &Machine, case: &Case, rounds: usize) -> Result<KernelTable> {
    let prepared = case.prepared()?;
    let mut gpu = executor::<R>(machine, &prepared, &[Scheme::Series(Factor::Former)])?;
    let (grid, particle) = (&prepared.grid, &prepared.species.particle);
    let field = FieldSample {
        e: DVec3::new(0.03, 0.05, 0.02),
        b: DVec3::new(0.1, 0.03, 0.5),
        de: [DVec3::new(0.01, 0.05, 0.02); 3],
        db: [DVec3::new(0.0, 0.03, 0.04); 3],
        ..Default::default()
    };
    let recordings: Vec<Recording> = commands(grid, particle.spin)
        .into_iter()
        .map(|command| Recording {
            tables: vec![vec![field; grid.space_cells()]],
            commands: vec![command],
            ..Recording::default()
        })
        .collect();
    let timings = gpu.time(&recordings, rounds)?;
    let copy = timings[0].bytes / timings[0].seconds;
    let row = |timing: &KernelTiming| KernelRow {
        name: timing.name.clone(),
        cells_per_second: grid.cells() as f64 / timing.seconds,
        bytes_per_second: timing.bytes / timing.seconds,
        of_copy: timing.bytes / timing.seconds / copy,
    };
    let kernels = timings.iter().map(row).collect();
    Ok(KernelTable { grid: case.name(), spin: case.spin, cells: grid.cells(), kernels })
}

/// One command for each kernel of a grid; of the sweeps that do not dissipate, which are two
/// factors alike, the former along one axis of space and of momentum.
fn commands(grid: &Grid, spin: bool) -> Vec<Command> {
    // Less than a cell per sweep.
    let (time, table) = (1e-3, 0);
    let streaming = |axis, speed, scheme| Command::from(Streaming { axis, time, speed, scheme, table });
    let force = |slot, speed, scheme| Command::from(Force { axis: slot - MOMENTUM, time, speed, scheme, table });
    let mut commands = Vec::new();
    for (scheme, axes) in [(Scheme::Flux, AXES), (Scheme::Series(Factor::Former), 1)] {
        for &speed in Speed::all(spin) {
            if speed != Speed::Varying {
                commands.extend(grid.spaces().take(axes).map(|axis| streaming(axis, speed, scheme)));
            }
            commands.extend(grid.momenta().take(axes).map(|slot| force(slot, speed, scheme)));
        }
    }
    if spin {
        let hidden = |axis| HiddenVelocity { axis, time, scheme: Scheme::Flux, table };
        commands.extend(grid.spaces().map(hidden).map(Command::from));
        commands.push(SpinTorque { time, table, far: false }.into());
    }
    commands.push(ReadSources { table }.into());
    commands.push(ReadObservables { table }.into());
    commands.push(ReadFluxes { table }.into());
    commands
}

/// Whole steps of a case, and the profile of one.
fn step_row<R: Real>(machine: &Machine, case: &Case, rounds: usize) -> Result<(StepRow, Option<Profile>)> {
    let prepared = case.prepared()?;
    let (grid, components) = (prepared.grid.clone(), prepared.state.components());
    let mut gpu = executor::<R>(machine, &prepared, prepared.schemes())?;
    let slabs = gpu.slabs().len();
    let mut copy = f64::INFINITY;
    let mut time_copy = |gpu: &mut dyn Measured| -> Result<f64> {
        let timing = &gpu.time(&[], 3)?[0];
        copy = copy.min(timing.seconds / timing.bytes);
        Ok(copy)
    };
    time_copy(&mut *gpu)?;
    let passes = gpu.profile();
    let mut simulation = prepared.start(gpu)?;
    // Compiles the kernels, and settles what is extrapolated from the last step.
    simulation.advance(2)?;
    let (mut seconds, mut host, mut sweeps) = (f64::INFINITY, 0.0, 0.0);
    let mut profile = None;
    for _ in 0..rounds.div_ceil(4) {
        let (executed, counted) = (simulation.executed, simulation.sweeps);
        if let Some(passes) = &passes {
            passes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
        }
        let (steps, start) = (2, Instant::now());
        simulation.advance(steps)?;
        let elapsed = start.elapsed();
        if elapsed.as_secs_f64() / (steps as f64) < seconds {
            seconds = elapsed.as_secs_f64() / steps as f64;
            host = 1.0 - (simulation.executed - executed).as_secs_f64() / elapsed.as_secs_f64();
            sweeps = (simulation.sweeps - counted) as f64 / steps as f64;
            profile = passes.as_ref().map(|passes| {
                let passes = passes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                added(&passes, steps as f64)
            });
        }
    }
    // Once more on the same device, as it may have changed its clock meanwhile.
    let prepared = case.prepared()?;
    drop(simulation);
    let mut gpu = executor::<R>(machine, &prepared, prepared.schemes())?;
    let copy = time_copy(&mut *gpu)?;
    let [state_bytes, predicted, allocated] = gpu.bytes(&prepared)?.map(|bytes| bytes as f64);
    let bytes = 2.0 * state_bytes * sweeps;
    let row = StepRow {
        grid: case.name(),
        spin: components > 1,
        cells: grid.cells(),
        slabs,
        sweeps,
        seconds,
        cells_per_second: grid.cells() as f64 / seconds,
        bytes_per_second: bytes / seconds,
        of_copy: bytes / seconds * copy,
        host,
        memory: allocated / state_bytes,
        memory_predicted: predicted / state_bytes,
    };
    let profile = profile.map(|passes| Profile {
        grid: case.name(),
        cells: grid.cells(),
        bytes,
        seconds_at_copy_speed: bytes * copy,
        seconds,
        passes,
    });
    Ok((row, profile))
}

/// Steps of a plasma, or of a gas without charge and moment, with something added and without.
fn addition_row<R: Real>(
    machine: &Machine,
    case: &Case,
    added: Addition,
    neutral: bool,
    rounds: usize,
) -> Result<AdditionRow> {
    let simulation = |with: bool| {
        let prepared = case.changed(|scenario| {
            scenario["kinematics"] = json!(added.kinematics);
            if neutral {
                scenario["species"] = json!({"charge": 0, "hbar": 0.3, "magnetic_moment": 0});
                scenario["fields"] = json!({});
            }
            if with {
                scenario[added.key] = (added.entry)();
            }
        })?;
        let executor = executor::<R>(machine, &prepared, prepared.schemes())?;
        let mut simulation = prepared.start(executor)?;
        simulation.advance(2)?;
        Ok(simulation)
    };
    let mut simulations = [simulation(false)?, simulation(true)?];
    let mut least = [f64::INFINITY; 2];
    for _ in 0..rounds {
        for (simulation, least) in simulations.iter_mut().zip(&mut least) {
            let (steps, start) = (2, Instant::now());
            simulation.advance(steps)?;
            *least = least.min(start.elapsed().as_secs_f64() / steps as f64);
        }
    }
    let beside = if neutral { "streaming alone" } else { "every term" };
    let [seconds_without, seconds] = least;
    Ok(AdditionRow {
        added: added.name,
        grid: case.name(),
        beside,
        cells: simulations[0].grid.cells(),
        seconds_without,
        seconds,
    })
}

/// Passes of `steps` steps added by name, in the order they first appear.
fn added(passes: &[(String, f64)], steps: f64) -> Vec<Pass> {
    let mut sums: Vec<Pass> = Vec::new();
    for (name, seconds) in passes {
        match sums.iter_mut().find(|pass| pass.name == *name) {
            Some(pass) => {
                pass.count += 1;
                pass.seconds += seconds / steps;
            }
            None => sums.push(Pass { name: name.clone(), count: 1, seconds: seconds / steps }),
        }
    }
    sums
}
