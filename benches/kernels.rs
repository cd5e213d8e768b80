//! Speed of every kernel beside the copy kernel, and of a whole step.
//!
//! `cargo bench` prints cells/s and GB/s of the bytes that must move: the state
//! read once and, but for the reductions, written once. What counts is the last
//! column, the share of the copy kernel measured in the same run.

use std::time::Instant;

use glam::DVec3;
use spinwigner::gpu::{Choice, Context, GpuExecutor};
use spinwigner::operators::{Command, FieldSample, Recording, Speed};
use spinwigner::run::{DeviceChoice, open};
use spinwigner::scenario;
use spinwigner::simulation::Prepared;

fn main() -> spinwigner::Result<()> {
    for name in ["plasma-wave-full", "two-stream"] {
        let loaded = scenario::load(name)?;
        kernels(&loaded)?;
        step(&loaded)?;
    }
    Ok(())
}

/// Every kernel a state of this scenario can meet, on its initial state.
fn kernels(loaded: &scenario::Loaded) -> spinwigner::Result<()> {
    let prepared = Prepared::new(loaded)?;
    let (grid, particle) = (prepared.grid.clone(), prepared.particle);
    let Some(context) = Context::open(Choice::Best)? else {
        println!("no adapter: nothing to measure");
        return Ok(());
    };
    let (adapter, cells) = (context.adapter.clone(), grid.cells());
    println!("{}: {cells} cells, {} {}", loaded.name, adapter.name, adapter.driver);
    let mut gpu = GpuExecutor::new(context, grid.clone(), particle, &prepared.state)?;
    // Fields of the strength the scenario has, so that no branch is idle.
    let field = FieldSample {
        e: DVec3::new(0.03, 0.05, 0.02),
        b: DVec3::new(0.1, 0.03, 0.5),
        de: [DVec3::new(0.01, 0.05, 0.02); 3],
        db: [DVec3::new(0.0, 0.03, 0.04); 3],
        ..Default::default()
    };
    let table = vec![field; grid.space_cells()];
    let (time, table_index) = (loaded.scenario.time.step, 0);
    let mut commands = Vec::new();
    let speeds: &[Speed] = if particle.spin {
        &[Speed::Uniform, Speed::Varying, Speed::Coupled]
    } else {
        &[Speed::Uniform, Speed::Varying]
    };
    for &speed in speeds {
        for streaming in [true, false] {
            if streaming || speed == Speed::Coupled {
                commands.push((
                    "x".to_string(),
                    Command::Advection { axis: 0, time, streaming, speed, table: table_index },
                ));
            }
        }
        for slot in grid.momenta() {
            let axis = slot - spinwigner::grid::MOMENTUM;
            let name = spinwigner::grid::AXIS_NAMES[slot].to_string();
            commands.push((name, Command::Force { axis, time, speed, table: table_index }));
        }
    }
    if particle.spin {
        commands.push((String::new(), Command::SpinTorque { time, table: table_index }));
    }
    commands.push((String::new(), Command::Sources { table: table_index }));
    commands.push((String::new(), Command::Observables { table: table_index }));

    let recordings: Vec<Recording> = commands
        .into_iter()
        .map(|(_, command)| Recording { tables: vec![table.clone()], commands: vec![command] })
        .collect();
    let timings = gpu.time(&recordings, 40)?;
    let copy_rate = timings[0].bytes / timings[0].seconds;
    println!("{:<34} {:>10} {:>10} {:>9}", "kernel", "Mcell/s", "GB/s", "of copy");
    for timing in timings {
        let rate = timing.bytes / timing.seconds;
        println!(
            "{:<34} {:>10.1} {:>10.2} {:>8.0}%",
            timing.name,
            1e-6 * cells as f64 / timing.seconds,
            1e-9 * rate,
            100.0 * rate / copy_rate
        );
    }
    Ok(())
}

/// The whole step, fields and readback included.
fn step(loaded: &scenario::Loaded) -> spinwigner::Result<()> {
    for (name, device) in [("GPU", DeviceChoice::Auto), ("float64 reference", DeviceChoice::Reference)] {
        let prepared = Prepared::new(loaded)?;
        let (executor, _) = open(&prepared, device)?;
        let mut simulation = prepared.start(executor)?;
        // Compiles the kernels.
        simulation.advance(1)?;
        let (steps, sweeps, start) = (20, simulation.sweeps, Instant::now());
        simulation.advance(steps)?;
        let seconds = start.elapsed().as_secs_f64() / steps as f64;
        println!(
            "step on the {name}: {:.2} ms, {:.2} Mcell/s, {:.1} sweeps and rotations",
            1e3 * seconds,
            1e-6 * simulation.grid.cells() as f64 / seconds,
            (simulation.sweeps - sweeps) as f64 / steps as f64
        );
    }
    println!();
    Ok(())
}
