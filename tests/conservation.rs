//! Conservation laws over long runs of `plasma-wave-full`, all terms at once. The
//! figures of docs/conservation.md come from here:
//! `cargo test --release --test conservation -- --nocapture`, and with
//! `--include-ignored` the long runs.

use spinwigner::diagnostics;
use spinwigner::precision::Precision;
use spinwigner::run::{DeviceChoice, open};
use spinwigner::scenario::Loaded;
use spinwigner::scenario::schema::{Axis, Diagnostics, Units};
use spinwigner::simulation::Prepared;
use spinwigner::state::State;
use spinwigner::table::Table;
use spinwigner::validate;

/// What is varied of the shipped scenario.
#[derive(Clone, Copy)]
struct Setup {
    device: DeviceChoice,
    precision: Option<Precision>,
    order: u32,
    step: f64,
    end: f64,
}

/// Errors of one run.
struct Drift {
    /// Largest relative change of the number.
    number: f64,
    /// Largest Gauss residual over |q| n0.
    gauss: f64,
    /// Largest change of the energy, over the energy exchanged.
    energy: f64,
    /// Change of the energy over the run by a straight line through it, in the same unit.
    trend: f64,
    /// Largest change of a component of the momentum, over sum |p| w0.
    momentum: f64,
}

impl std::fmt::Display for Drift {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Drift { number, gauss, energy, trend, momentum } = self;
        write!(
            f,
            "number {number:.1e}, Gauss {gauss:.1e}, energy {energy:.2e}, its trend {trend:.1e}, momentum {momentum:.1e}"
        )
    }
}

/// Runs the scenario with a row of diagnostics every 0.25 or so.
fn run(setup: Setup) -> Drift {
    run_to_the_end(setup).0
}

/// The same, and the state it ends in.
fn run_to_the_end(setup: Setup) -> (Drift, State) {
    let mut loaded = validate::load("plasma-wave-full").expect("shipped");
    (loaded.scenario.time.step, loaded.scenario.time.end) = (setup.step, setup.end);
    loaded.scenario.numerics.order = setup.order;
    let prepared = Prepared::new(&loaded).expect("valid");
    let (executor, _) = open(&prepared, setup.device, setup.precision).expect("a device");
    let mut simulation = prepared.start(executor).expect("consistent");
    let (steps, stride) = ((setup.end / setup.step).round() as u64, (0.25 / setup.step).round() as u64);
    let mut table = Table::default();
    let mut sample = |simulation: &mut _| {
        diagnostics::sample(simulation, &Diagnostics::default(), &Units::default(), &mut table).expect("finite");
    };
    sample(&mut simulation);
    while simulation.clock.steps < steps {
        simulation.advance(stride.clamp(1, steps - simulation.clock.steps)).expect("finite");
        sample(&mut simulation);
    }
    (drift(&table), simulation.executor.state().expect("state"))
}

fn drift(table: &Table) -> Drift {
    let column = |name: &str| table.column(name).unwrap_or_else(|| panic!("{name} of {:?}", table.columns));
    let largest = |values: &[f64]| values.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    let change = |name: &str| -> Vec<f64> {
        let values = column(name);
        values.iter().map(|x| x - values[0]).collect()
    };
    // Half the sum of what the parts gain and lose, at the time when that is most.
    let parts = ["kinetic", "electric", "magnetic", "spin"].map(|part| change(&format!("energy_{part}")));
    let exchanged =
        (0..parts[0].len()).map(|row| 0.5 * parts.iter().map(|part| part[row].abs()).sum::<f64>()).fold(0.0, f64::max);
    let (time, energy) = (column("time"), change("energy_total"));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (middle, level) = (mean(&time), mean(&energy));
    let covariance: f64 = time.iter().zip(&energy).map(|(t, e)| (t - middle) * (e - level)).sum();
    let slope = covariance / time.iter().map(|t| (t - middle).powi(2)).sum::<f64>();
    let momentum = ["x", "y", "z"].map(|k| largest(&change(&format!("momentum_{k}"))));
    Drift {
        number: largest(&change("number")) / column("number")[0],
        gauss: largest(&column("gauss_residual")),
        energy: largest(&energy) / exchanged,
        trend: slope * time[time.len() - 1] / exchanged,
        momentum: momentum.into_iter().fold(0.0, f64::max) / column("momentum_scale")[0],
    }
}

/// The float64 reference keeps number and Gauss's law to rounding. The energy swings with
/// the waves, by an amount that falls as dt^2 (a factor 4 per halving; 3.5 leaves room for
/// the next term), without a trend: a straight line through it rises by less than a tenth
/// of the swing. Momentum, background included, falls alike.
#[test]
fn energy_swings_and_does_not_drift() {
    let reference = |step| {
        let drift = run(Setup { device: DeviceChoice::Reference, precision: None, order: 2, step, end: 20.0 });
        println!("order 2, dt = {step}: {drift}");
        drift
    };
    let (coarse, fine) = (reference(0.1), reference(0.05));
    for drift in [&coarse, &fine] {
        assert!(drift.number < 1e-12 && drift.gauss < 1e-12, "{drift}");
        assert!(drift.trend.abs() < 0.1 * drift.energy, "{drift}");
    }
    assert!(coarse.energy > 3.5 * fine.energy && fine.energy < 1e-2, "{coarse}; {fine}");
    assert!(coarse.momentum > 3.5 * fine.momentum && fine.momentum < 2e-5, "{coarse}; {fine}");
}

/// Order four: at dt = 0.1 both are below what order two reaches at a quarter of the step
/// for the same work (coarse.energy/16 of order two).
#[test]
fn order_four_pays() {
    let run = |order| run(Setup { device: DeviceChoice::Reference, precision: None, order, step: 0.1, end: 5.0 });
    let (two, four) = (run(2), run(4));
    println!("dt = 0.1: order 2 {two}, order 4 {four}");
    assert!(four.energy < two.energy / 30.0 && four.momentum < two.momentum / 30.0, "{two}; {four}");
}

/// Single precision on a device: of what a thousand steps may lose, 5e-6, 1e-2 and 1e-5, the share of 400. Rounding adds at
/// random and stays far below.
#[test]
fn single_precision_conserves() {
    let drift = run(Setup { device: DeviceChoice::Gpu, precision: None, order: 2, step: 0.0125, end: 5.0 });
    println!("f32, 400 steps: {drift}");
    assert!(drift.number < 2e-6 && drift.energy < 4e-3 && drift.momentum < 4e-6, "{drift}");
}

/// Spin and orbital angular momentum of an isolated neutral packet, light included: what one
/// loses the other gains, and the sum drifts by less than a hundredth of that.
#[test]
fn spin_becomes_orbital_angular_momentum() {
    exchanged(&validate::load("spinning-packet-2d3p").expect("shipped"), &["z"]);
}

/// The same packet in three dimensions, where all components of the sum stay.
#[test]
#[ignore = "minutes; run with --include-ignored"]
fn spin_becomes_orbital_angular_momentum_in_space() {
    let mut loaded = validate::load("spinning-packet-2d3p").expect("shipped");
    let space = &mut loaded.scenario.phase_space;
    let axis = Axis { from: -7.0, to: 7.0, cells: 24, absorbing_layer: None };
    (space.x, space.y, space.z) = (Some(axis), Some(axis), Some(axis));
    loaded.scenario.time.end = 3.0;
    exchanged(&loaded, &["x", "y", "z"]);
}

fn exchanged(loaded: &Loaded, components: &[&str]) {
    let prepared = Prepared::new(loaded).expect("valid");
    let (executor, _) = open(&prepared, DeviceChoice::Cpu, None).expect("the processor");
    let mut simulation = prepared.start(executor).expect("consistent");
    let steps = (loaded.scenario.time.end / loaded.scenario.time.step).round() as u64;
    let mut table = Table::default();
    let mut sample = |simulation: &mut _| {
        diagnostics::sample(simulation, &Diagnostics::default(), &Units::default(), &mut table).expect("finite");
    };
    sample(&mut simulation);
    while simulation.clock.steps < steps {
        simulation.advance(1).expect("finite");
        sample(&mut simulation);
    }
    let change = |name: &str| {
        let values = table.column(name).unwrap_or_else(|| panic!("{name} of {:?}", table.columns));
        values.iter().map(|x| (x - values[0]).abs()).fold(0.0, f64::max)
    };
    let part = |name: &str| change(&format!("angular_momentum_{name}_z"));
    let (spin, orbital, field) = (part("spin"), part("orbital"), part("field"));
    let total = components.iter().map(|k| change(&format!("angular_momentum_{k}"))).fold(0.0, f64::max);
    println!("largest changes: spin {spin:.2e}, orbital {orbital:.2e}, field {field:.2e} along z; total {total:.1e}");
    assert!(spin > 100.0 * total && orbital + field > 0.5 * spin, "{spin:e} {orbital:e} {field:e} {total:e}");
}

/// The shipped scenario to its end, 200 steps of order four: the reference, the device in f64,
/// which must end in the same state, and in f32.
#[test]
#[ignore = "minutes; run with --include-ignored"]
fn the_shipped_run() {
    let setup = Setup { device: DeviceChoice::Reference, precision: None, order: 4, step: 0.125, end: 25.0 };
    let (drift, exact) = run_to_the_end(setup);
    println!("float64 reference, 200 steps: {drift}");
    assert!(drift.number < 1e-12 && drift.gauss < 1e-12, "{drift}");
    assert!(drift.trend.abs() < 0.1 * drift.energy && drift.energy < 1e-5 && drift.momentum < 2e-7, "{drift}");
    let device = |precision| run_to_the_end(Setup { device: DeviceChoice::Gpu, precision: Some(precision), ..setup });
    let (drift, state) = device(Precision::F64);
    let largest = |of: &dyn Fn(usize) -> f64| (0..exact.cells()).map(of).fold(0.0, f64::max);
    let off = largest(&|cell| (state.cell(cell) - exact.cell(cell)).abs().max_element())
        / largest(&|cell| exact.cell(cell).abs().max_element());
    println!("f64 on the device, 200 steps: {drift}, off the reference {off:.1e}");
    assert!(drift.number < 1e-12 && drift.gauss < 1e-12 && off < 1e-10, "{drift}, {off:.1e}");
    let (drift, _) = device(Precision::F32);
    println!("f32 on the device, 200 steps: {drift}");
    assert!(drift.number < 1e-6 && drift.energy < 2e-5 && drift.momentum < 5e-7, "{drift}");
}
