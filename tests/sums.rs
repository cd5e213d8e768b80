//! Sums over momentum on an adapter against float64, on states made to break them:
//! 12 orders of magnitude, cancellation of seven and more digits, one dominating cell, at
//! numbers of cells that no workgroup divides. A driver that optimises rounding errors
//! away fails here. Run with `--nocapture` to see the errors.
//!
//! The state is exact in f32; the axes, the mass, the anomaly and the momenta that are not
//! resolved are not. Errors are relative to the sum of magnitudes of what is added, and a
//! single rounding to f32 would be 6e-8.

mod common;

use std::collections::BTreeMap;

use common::random::Random;
use glam::{DVec3, DVec4};
use spinwigner::gpu::{Choice, Context, GpuExecutor};
use spinwigner::grid::{Axis, Grid, MOMENTUM};
use spinwigner::operators::{
    Command, Executor, FLUX_REACH, FieldSample, ReadFluxes, ReadObservables, ReadSources, Reading, Recording,
};
use spinwigner::physics::Particle;
use spinwigner::precision::Precision;
use spinwigner::processor;
use spinwigner::scenario::schema::Kinematics;
use spinwigner::state::State;

/// A weight and what it multiplies go through six products, each good to 2^-35 on any driver.
const TOLERANCE: f64 = 6.0 * 3e-11;
/// What is added up as it stands: 64 additions of a lane leave up to 2^-24 of the sum each,
/// and adding those up rounds by 2^-24 of the 1, 2, ... 64 that there are.
const UNWEIGHTED: f64 = 2048.0 * E * E;
/// Unit roundoff of f32.
const E: f64 = 0.5 * f32::EPSILON as f64;

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Magnitudes from 1e-8 to 1e5, either sign.
    Decades,
    /// Every number but a few has its negative somewhere else.
    Cancelling,
    /// One number of 1e8 among numbers of 1.
    Dominated,
    /// Its negative, too.
    DominatedCancelling,
}

const KINDS: [Kind; 4] = [Kind::Decades, Kind::Cancelling, Kind::Dominated, Kind::DominatedCancelling];

/// `cells` numbers, exact in f32.
fn numbers(kind: Kind, cells: usize, random: &mut Random) -> Vec<f64> {
    let mut numbers: Vec<f64> = (0..cells)
        .map(|_| match kind {
            Kind::Decades => 10f64.powf(-1.5 + 6.5 * random.next()) * random.next().signum(),
            _ => 1.0 + 0.9 * random.next(),
        })
        .map(|number| f64::from(number as f32))
        .collect();
    match kind {
        Kind::Decades => {}
        Kind::Cancelling => {
            for pair in numbers.chunks_exact_mut(2) {
                pair[1] = -pair[0];
            }
            // What is left.
            let rest = f64::from(2f32.powi(-12));
            numbers[cells - 1] = if cells % 2 == 1 { rest } else { f64::from((numbers[cells - 1] + rest) as f32) };
        }
        Kind::Dominated => numbers[random.below(cells)] = 1e8,
        Kind::DominatedCancelling => {
            numbers[0] = 1e8;
            numbers[1] = -1e8;
        }
    }
    for i in (1..cells).rev() {
        numbers.swap(i, random.below(i + 1));
    }
    numbers
}

fn state(grid: &Grid, kind: Kind, spin: bool, random: &mut Random) -> State {
    let momenta = grid.momentum_cells();
    let component = |random: &mut Random| -> Vec<f64> {
        (0..grid.space_cells()).flat_map(|_| numbers(kind, momenta, random)).collect()
    };
    if !spin {
        return State::Spinless(component(random));
    }
    let [w0, w1, w2, w3] = [(); 4].map(|()| component(random));
    State::Spin((0..grid.cells()).map(|i| DVec4::new(w0[i], w1[i], w2[i], w3[i])).collect())
}

/// Axes of which no width or end is exact in f32.
fn grid(shape: [usize; 6]) -> Grid {
    let axis = |cells: usize| (cells > 1).then_some(Axis { cells, from: -1.7, step: 3.3 / cells as f64 });
    Grid::new(shape.map(axis)).expect("valid axes")
}

/// A number, its float64 value and the sum of magnitudes; what tolerance applies.
type Row = (&'static str, f64, f64, f64, f64);

fn rows(name: &'static str, found: DVec3, exact: DVec3, scale: DVec3, tolerance: f64) -> [Row; 3] {
    [0, 1, 2].map(|k| (name, found[k], exact[k], scale[k], tolerance))
}

/// `observables` and the density of `sources` at every space cell.
fn check(context: &Context, grid: &Grid, particle: Particle, kind: Kind, seed: u64, worst: &mut BTreeMap<String, f64>) {
    let mut random = Random(seed);
    let state = state(grid, kind, particle.spin, &mut random);
    let mut table: Vec<FieldSample> = (0..grid.space_cells())
        .map(|_| FieldSample { e: random.vector(), b: random.vector(), p: random.vector(), ..Default::default() })
        .collect();
    for sample in &mut table {
        grid.momenta().for_each(|slot| sample.p[slot - MOMENTUM] = 0.0);
    }
    let mut gpu = GpuExecutor::<f32>::new(context.clone(), grid.clone(), particle, 1.0, &state, FLUX_REACH)
        .expect("the grid fits");
    let mut reference = processor::executor(Precision::F64, grid.clone(), particle, 1.0, &state).expect("it fits");
    let mut processor = processor::executor(Precision::F32, grid.clone(), particle, 1.0, &state).expect("it fits");
    let mut read = |command: Command| {
        let recording = Recording { tables: vec![table.clone()], commands: vec![command], ..Recording::default() };
        let executors: [&mut dyn Executor; 3] = [&mut gpu, &mut *processor, &mut *reference];
        executors.map(|executor| executor.execute(&recording).expect("executed").pop().expect("a reading"))
    };
    let [Reading::Observables(o), Reading::Observables(in_f32), Reading::Observables(exact)] =
        read(ReadObservables { table: 0 }.into())
    else {
        panic!("other readings than asked for");
    };
    let [Reading::Sources(s), Reading::Sources(s_in_f32), Reading::Sources(exact_sources)] =
        read(ReadSources { table: 0 }.into())
    else {
        panic!("other readings than asked for");
    };
    let (momenta, volume) = (grid.momentum_cells(), grid.momentum_volume());
    for space in 0..grid.space_cells() {
        let (mut number, mut energy, mut purity, mut edge) = (0.0, 0.0, 0.0, 0.0);
        let [mut momentum, mut spin, mut polarisation, mut magnetisation] = [DVec3::ZERO; 4];
        for m in 0..momenta {
            let u = state.cell(space * momenta + m);
            let (p, w0) = ((grid.momentum(m) + table[space].p).abs(), u.x.abs() * volume);
            let w = DVec3::new(u.y, u.z, u.w).abs() * volume;
            let f = particle.form_factors(p);
            number += w0;
            momentum += w0 * p;
            spin += w;
            energy += w0 * particle.kinetic_energy(p);
            purity += 0.5 * u.length_squared() * volume;
            let moment = particle.moment.abs();
            polarisation += moment
                * f.kappa.abs()
                * DVec3::new(w.y * p.z + w.z * p.y, w.z * p.x + w.x * p.z, w.x * p.y + w.y * p.x);
            magnetisation += moment * (f.alpha.abs() * w + f.beta.abs() * p.dot(w) * p);
        }
        edge += number;
        // The processor holds in f32 what is exact there, and works with it in f64; twice as many lanes add up in another
        // order, a thousand additions of 1e-16 each at the most.
        assert!(in_f32[space] == exact[space], "{:?} for {:?}", in_f32[space], exact[space]);
        assert!((s_in_f32[space].density - exact_sources[space].density).abs() <= 1e-13 * number);
        let (o, x) = (&o[space], &exact[space]);
        let mut all = vec![
            ("density of sources", s[space].density, exact_sources[space].density, number, UNWEIGHTED),
            ("density", o.density, x.density, number, UNWEIGHTED),
            ("edge", o.edge, x.edge, edge, UNWEIGHTED),
            ("kinetic energy", o.kinetic_energy, x.kinetic_energy, energy, TOLERANCE),
            ("purity", o.purity, x.purity, purity, TOLERANCE),
        ];
        all.extend(rows("momentum", o.momentum, x.momentum, momentum, TOLERANCE));
        all.extend(rows("spin", o.spin, x.spin, spin, UNWEIGHTED));
        all.extend(rows("polarisation", o.polarisation, x.polarisation, polarisation, TOLERANCE));
        all.extend(rows("magnetisation", o.magnetisation, x.magnetisation, magnetisation, TOLERANCE));
        for (name, found, exact, scale, tolerance) in all {
            let error = if scale > 0.0 { (found - exact).abs() / scale } else { found.abs() };
            let worst = worst.entry(name.into()).or_default();
            *worst = worst.max(error);
            let shape = grid.shape();
            assert!(
                error <= tolerance,
                "{name} of {kind:?}, {particle:?}, {shape:?}, seed {seed}: {found:e} for {exact:e}, off by {error:e} of {scale:e}"
            );
        }
    }
}

fn context() -> Context {
    let missing = "these tests are about a graphics adapter; a software adapter will do";
    Context::open(Choice::Best).expect("the adapter opens").expect(missing)
}

fn particle(kinematics: Kinematics, anomaly: f64, spin: bool) -> Particle {
    let moment = if spin { -0.37 } else { 0.0 };
    Particle { mass: 1.3, charge: -0.9, hbar: 0.7, moment, anomaly, kinematics, spin, given: Default::default() }
}

#[test]
fn observables_are_exact_on_any_state() {
    let (context, mut worst) = (context(), BTreeMap::new());
    use Kinematics::{NonRelativistic, NonRelativisticWithoutSpinOrbit, Relativistic};
    let particles = [
        particle(Relativistic, 0.3, true),
        particle(Relativistic, 0.0, true),
        particle(Relativistic, 0.0, false),
        particle(NonRelativistic, 0.3, true),
        particle(NonRelativisticWithoutSpinOrbit, -1.9, true),
    ];
    // A few cells, less than a workgroup, three workgroups and an odd rest.
    for shape in [[1, 1, 1, 1, 1, 7], [5, 1, 1, 61, 1, 1], [3, 1, 1, 97, 89, 1], [1, 3, 1, 1, 9, 11]] {
        for (number, particle) in particles.into_iter().enumerate() {
            for kind in KINDS {
                for seed in 1..=6 {
                    check(&context, &grid(shape), particle, kind, 10 * seed + number as u64, &mut worst);
                }
            }
        }
    }
    for (name, error) in worst {
        println!("{name}: off by {error:.1e} of the sum of magnitudes");
    }
}

/// Numbers whose sum of magnitudes is 1e7 times their sum and more: what is left has six
/// digits, where a sum in f32 has none.
#[test]
fn what_is_left_of_a_cancellation_is_exact() {
    let context = context();
    let grid = grid([1, 1, 1, 1, 97, 89]);
    let mut random = Random(77);
    let mut condition: f64 = 0.0;
    for _ in 0..20 {
        let state = state(&grid, Kind::Cancelling, false, &mut random);
        let particle = particle(Kinematics::Relativistic, 0.0, false);
        let mut gpu = GpuExecutor::<f32>::new(context.clone(), grid.clone(), particle, 1.0, &state, FLUX_REACH)
            .expect("the grid fits");
        let recording = Recording {
            tables: vec![vec![FieldSample::default()]],
            commands: vec![ReadSources { table: 0 }.into(), ReadObservables { table: 0 }.into()],
            ..Recording::default()
        };
        let readings = gpu.execute(&recording).expect("device");
        let [Reading::Sources(s), Reading::Observables(o)] = &readings[..] else { panic!("{readings:?}") };
        let all = state.numbers();
        // Exact: all numbers are multiples of 2^-27 below 2.
        let (sum, magnitudes) = (all.iter().sum::<f64>(), all.iter().map(|number| number.abs()).sum::<f64>());
        condition = condition.max(magnitudes / sum.abs());
        let exact = sum * grid.momentum_volume();
        for found in [s[0].density, o[0].density] {
            assert!((found / exact - 1.0).abs() < 1e-6, "{found:e} for {exact:e}");
        }
    }
    assert!(condition > 1e7, "{condition:e}");
    println!("the sum of magnitudes was up to {condition:.0e} of what was left");
}

/// The sums of local balances have weights in f32, but lose nothing in adding up: with
/// T = B = e_z and mu_B = -1/2 every product is exact, and int w x mu_B T shows the sum alone.
#[test]
fn adding_up_fluxes_loses_nothing() {
    let (context, grid) = (context(), grid([3, 1, 1, 97, 89, 1]));
    let kinematics = Kinematics::NonRelativisticWithoutSpinOrbit;
    let particle = Particle { mass: 1.0, moment: -0.5, ..particle(kinematics, 0.0, true) };
    let sample = FieldSample { b: DVec3::Z, ..FieldSample::default() };
    let recording = Recording {
        tables: vec![vec![sample; 3]],
        commands: vec![ReadFluxes { table: 0 }.into()],
        ..Recording::default()
    };
    let volume = grid.momentum_volume();
    let mut worst: f64 = 0.0;
    for (kind, seed) in KINDS.into_iter().flat_map(|kind| (1..=6).map(move |seed| (kind, seed))) {
        let state = state(&grid, kind, true, &mut Random(seed));
        let mut gpu = GpuExecutor::<f32>::new(context.clone(), grid.clone(), particle, 1.0, &state, FLUX_REACH)
            .expect("the grid fits");
        let readings = gpu.execute(&recording).expect("device");
        let [Reading::Fluxes(fluxes)] = &readings[..] else { panic!("{readings:?}") };
        for (space, flux) in fluxes.iter().enumerate() {
            let cells = space * grid.momentum_cells()..(space + 1) * grid.momentum_cells();
            let (mut torque, mut scale) = (DVec3::ZERO, DVec3::ZERO);
            for u in cells.map(|i| state.cell(i)) {
                torque += 0.5 * volume * DVec3::new(-u.z, u.y, 0.0);
                scale += 0.5 * volume * DVec3::new(u.z.abs(), u.y.abs(), 1.0);
            }
            let error = ((flux.torque - torque) / scale).abs().max_element();
            worst = worst.max(error);
            assert!(error <= UNWEIGHTED, "{kind:?}, seed {seed}: {} for {torque}", flux.torque);
        }
    }
    println!("off by {worst:.1e} of the sum of magnitudes");
}
