//! A state larger than three storage bindings of the device: cut in as many slabs as it
//! must be and in far more, it goes through the same numbers to the last bit, in device
//! memory hardly above its own size, which is predicted.

mod common;

use std::ops::Range;
use std::sync::Arc;

use common::random::Random;
use glam::DVec3;
use spinwigner::gpu::{Choice, Context, DeviceMemory, GPU_INVOCATIONS, GpuExecutor, Limits, TABLES};
use spinwigner::grid::{Axis, Grid};
use spinwigner::operators::{
    Couplings, Executor, FLUX_REACH, FieldSample, MeanField, MeanFieldTurn, ReadObservables, ReadSources, Recorder,
    Recording, Scheme,
};
use spinwigner::physics::Particle;
use spinwigner::scenario::schema::Kinematics;
use spinwigner::simulation::flows::{drift, kick};
use spinwigner::splitting::Order;
use spinwigner::state::State;

/// x, y, px, py, pz: as many x cells as exceed three bindings of 128 MiB, 25 million cells.
fn grid(binding: u64) -> Grid {
    let axis = |cells, from, step| Some(Axis { cells, from, step });
    let [y, p] = [30, 24];
    let plane = 16 * (y * p * p * p) as u64;
    let x = (3 * binding.min(128 << 20) / plane + 2) as usize;
    let momentum = axis(p, -1.25, 0.125);
    Grid::new([axis(x, 0.0, 0.25), axis(y, 0.0, 0.25), None, momentum, momentum, momentum]).expect("valid axes")
}

fn fields(grid: &Grid) -> Vec<FieldSample> {
    let vector = |i: usize, seed: f64| {
        let i = i as f64;
        0.3 * DVec3::new((0.1 * i + seed).sin(), (0.07 * i + 2.0 * seed).cos(), (0.05 * i - seed).sin())
    };
    let sample = |i| FieldSample {
        e: vector(i, 1.0),
        b: vector(i, 2.0),
        de: [vector(i, 3.0), vector(i, 4.0), DVec3::ZERO],
        db: [vector(i, 5.0), vector(i, 6.0), DVec3::ZERO],
        ..Default::default()
    };
    (0..grid.space_cells()).map(sample).collect()
}

fn state(grid: &Grid) -> State {
    let mut random = Random(1);
    let mut cell = || (1.0 + random.fraction(), 0.5 * random.vector()).into();
    State::Spin((0..grid.cells()).map(|_| cell()).collect())
}

#[test]
fn slabs_change_no_bit_and_take_no_second_copy() {
    let context = Context::open(Choice::Best).expect("the adapter opens").expect("an adapter");
    let largest = context.adapter.limits();
    let binding = largest.binding_bytes.min(128 << 20);
    let grid = grid(binding);
    let particle = Particle {
        mass: 1.0,
        charge: -1.0,
        hbar: 0.3,
        moment: -0.15,
        anomaly: 0.0,
        kinematics: Kinematics::Relativistic,
        spin: true,
        given: Default::default(),
    };
    let state = state(&grid);
    let plane = (grid.cells() / grid.shape()[0] * 16) as u64;
    // One step with every operator, and both readings.
    let table = fields(&grid);
    let mut recording =
        Recording { tables: vec![table; TABLES as usize], commands: Vec::new(), ..Recording::default() };
    let recorder = Recorder { grid: &grid, particle: &particle, schemes: &[Scheme::Flux] };
    drift::sweeps(&recorder, &mut recording, 0.05, 3, Order::Forwards);
    kick::sweeps(&recorder, &mut recording, 0.1, kick::Tables { before: 0, middle: 1, after: 2 }, Order::Forwards);
    recording.push(ReadSources { table: 3 });
    recording.push(ReadObservables { table: 3 });
    let run = |slab_bytes: u64, invocations: usize| {
        let limits = Limits { slab_bytes, invocations, ..largest };
        let mut gpu =
            GpuExecutor::<f32>::with_limits(context.clone(), grid.clone(), particle, 0.3, &state, limits, FLUX_REACH)
                .expect("fits");
        let readings = gpu.execute(&recording).expect("executed");
        (gpu, readings)
    };
    let (mut few, few_readings) = run(binding, 1);
    // The lines inside of these slabs in as many segments as there may be.
    let (mut many, many_readings) = run((FLUX_REACH as u64 + 1) * plane, usize::MAX);
    let counts = [few.cut().planes.len(), many.cut().planes.len()];
    println!("{} cells, {:.2} bindings, {counts:?} slabs", grid.cells(), grid.cells() as f64 * 16.0 / binding as f64);
    assert!(counts[0] > 3 && counts[1] > 3 * counts[0]);
    assert!(few_readings == many_readings, "readings differ");
    // A part at a time, as nobody needs the whole twice.
    let part = grid.cells() / grid.shape()[0];
    for first in (0..grid.cells()).step_by(part) {
        let cells: Range<usize> = first..first + part;
        let (a, b) = (few.read(cells.clone()).expect("state"), many.read(cells).expect("state"));
        assert!(a == b, "cells from {first} on differ");
    }
    for gpu in [&few, &many] {
        let predicted = DeviceMemory::of(&grid, gpu.cut());
        let (allocated, state) = (gpu.allocated_bytes() as f64, predicted.state as f64);
        println!(
            "{} slabs: {:.4} of the state allocated, {:.4} predicted",
            gpu.cut().planes.len(),
            allocated / state,
            predicted.total() as f64 / state
        );
        assert!((predicted.total() as f64 / allocated - 1.0).abs() < 0.02);
        assert!(allocated <= 1.3 * state);
    }
}

/// On ten grids, with spin and a mean field that has a range, and without, after the largest reading and one of cells: to 2 %.
#[test]
fn device_memory_is_as_foretold() {
    let context = Context::open(Choice::Best).expect("the adapter opens").expect("an adapter");
    let few = context.adapter.limits();
    let many = Limits { invocations: GPU_INVOCATIONS, ..few };
    for (number, (cells, spin)) in [
        ([1024, 0, 0, 1024, 0, 0], true),
        ([1024, 0, 0, 1024, 0, 0], false),
        ([48, 0, 0, 48, 40, 0], true),
        ([24, 0, 0, 24, 20, 28], true),
        ([4096, 0, 0, 48, 0, 0], true),
        ([0, 0, 0, 96, 96, 96], false),
        ([0, 0, 0, 120, 110, 0], true),
        ([40, 36, 0, 24, 28, 0], true),
        ([100, 90, 0, 10, 12, 0], false),
        ([12, 10, 11, 9, 8, 10], true),
    ]
    .into_iter()
    .enumerate()
    {
        // Lines of a thousand cells with and without segments.
        let limits = if number % 3 == 0 { few } else { many };
        let axis = |(slot, cells): (usize, usize)| {
            let (from, step) = if slot < 3 { (0.0, 0.25) } else { (-1.0, 2.0 / cells as f64) };
            (cells > 0).then_some(Axis { cells, from, step })
        };
        let mut slots = cells.into_iter().enumerate().map(axis);
        let grid = Grid::new(std::array::from_fn(|_| slots.next().expect("six"))).expect("valid axes");
        let particle = Particle {
            mass: 1.0,
            charge: -1.0,
            hbar: 0.3,
            moment: if spin { -0.15 } else { 0.0 },
            anomaly: 0.0,
            kinematics: Kinematics::Relativistic,
            spin,
            given: Default::default(),
        };
        let state = if spin { state(&grid) } else { State::Spinless(vec![1.0; grid.cells()]) };
        let table = fields(&grid);
        let mut recording =
            Recording { tables: vec![table; TABLES as usize], commands: Vec::new(), ..Recording::default() };
        recording.push(ReadObservables { table: 0 });
        // Sums along lines of a thousand would take a while.
        let ranged = spin && cells[3] < 1000;
        if ranged {
            // One sum along each axis, for which there are desks.
            let along = [3, 4, 5].map(|slot| vec![1.0; grid.shape()[slot]]);
            let uniform = vec![DVec3::ZERO; grid.space_cells()];
            let couplings = Arc::new(Couplings::Separable(along));
            recording.mean_fields.push(MeanField { rounds: 1, scale: 0.0, couplings, uniform });
            recording.push(MeanFieldTurn { table: 0, mean_field: 0, separable: true });
        }
        let mut gpu =
            GpuExecutor::<f32>::with_limits(context.clone(), grid.clone(), particle, 0.3, &state, limits, FLUX_REACH)
                .expect("fits");
        gpu.execute(&recording).expect("executed");
        gpu.read(0..1).expect("read");
        let mut predicted = DeviceMemory::of(&grid, gpu.cut());
        if ranged {
            predicted = predicted.with_range(&grid, gpu.cut(), true);
        }
        let (predicted, allocated) = (predicted.total(), gpu.allocated_bytes());
        println!("{cells:?}, spin {spin}: {predicted} bytes foretold, {allocated} allocated");
        assert!((predicted as f64 / allocated as f64 - 1.0).abs() < 0.02, "{cells:?}: {predicted} {allocated}");
    }
}
