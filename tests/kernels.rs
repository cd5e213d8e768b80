//! Every kernel on an adapter, and every term on the processor in f32, against the reference, the processor in
//! f64, on rough random data at sizes that no workgroup or march divides.
//!
//! The reference starts each command from the very state the device holds, and
//! all inputs are exact in the device's precision, so that a difference is arithmetic
//! alone. Let e be the unit roundoff, 2^-24 in f32 and 2 * 2^-53 in f64, where the
//! reference rounds like the device, and N the Courant number. A sweep adds six
//! cells with weights of which the magnitudes sum to less than 2, some fifteen
//! roundings; the Courant number itself has some ten roundings, and the weights
//! change with it at a rate of about 4. Tolerances are these numbers, times the
//! largest magnitude along the line that was swept. Run with `--nocapture` to see
//! how much of them is used.

mod common;

use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::sync::{Arc, OnceLock};

use common::random::Random;
use glam::{DVec3, DVec4};
use spinwigner::Error;
use spinwigner::gpu::{Choice, Context, GpuExecutor, Limits};
use spinwigner::grid::{AXIS_NAMES, Axis, Grid, MOMENTUM};
use spinwigner::operators::{
    Absorption, Build, Command, Couplings, Executor, FLUX_REACH, Factor, FieldSample, Fluxes, Force, HiddenVelocity,
    MeanField, MeanFieldTurn, Observables, ReadFluxes, ReadObservables, ReadPairs, ReadSources, ReadSpinDensity,
    ReadSpinLength, Reading, Recording, Scheme, Sources, Speed, SpinDensity, SpinTorque, Streaming, Term, Turn, Work,
};
use spinwigner::physics::{GivenHamiltonian, Particle};
use spinwigner::precision::{Precision, Real};
use spinwigner::processor;
use spinwigner::scenario::schema::Kinematics;
use spinwigner::state::State;

/// Unit roundoff of the device; in f64 that of the reference, too.
fn roundoff(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => 0.5 * f64::from(f32::EPSILON),
        Precision::F64 => f64::EPSILON,
    }
}

/// Tolerances in units of e. Two fluxes of fifteen roundings, half of which cancel.
const SWEEP: f64 = 15.0;
/// Ten roundings of the Courant number times the weights' rate of change in two
/// fluxes, a quarter of which add up, per unit of the Courant number.
const COURANT: f64 = 20.0;
/// The root mean square of independent roundings is some fifth of the largest.
const L2: f64 = 0.2;
/// Those of a Courant number that all lines share are one: numbers between -1 and 1 have the root mean square 3^(-1/2).
const SHARED: f64 = 0.58;
/// A lane adds up to 64 terms, then 16 and 4 lanes are added: the square root of 84
/// roundings, as they are independent, relative to the sum of magnitudes.
const SUM: f64 = 10.0;

/// Shapes (x, y, z, px, py, pz), 0 where not resolved; no multiple of 8 or 64 but where said.
const FULL: [usize; 6] = [13, 0, 0, 11, 9, 10];
/// The nine kinds of grid, and some more.
const KINDS: [[usize; 6]; 14] = [
    [0, 0, 0, 11, 0, 0],
    [0, 0, 0, 11, 9, 0],
    [0, 0, 0, 11, 9, 10],
    [13, 0, 0, 11, 0, 0],
    [13, 0, 0, 11, 9, 0],
    [13, 0, 0, 11, 9, 10],
    [13, 10, 0, 11, 9, 0],
    [11, 9, 0, 9, 10, 11],
    [11, 9, 8, 8, 9, 10],
    // Other directions than the first.
    [0, 0, 0, 0, 0, 10],
    [0, 13, 0, 0, 9, 10],
    [13, 0, 9, 8, 0, 9],
    // The smallest axes a scenario may have.
    [8, 0, 0, 8, 0, 0],
    // A march of whole blocks.
    [19, 16, 0, 19, 16, 0],
];

/// A state of independent numbers in [-1, 1) that `R` holds.
fn state<R: Real>(grid: &Grid, spin: bool, random: &mut Random) -> State {
    state_of(grid, spin, || held::<R>(random.next()))
}

/// A state of the numbers that `number` makes.
fn state_of(grid: &Grid, spin: bool, number: impl FnMut() -> f64) -> State {
    let components = if spin { 4 } else { 1 };
    let numbers: Vec<f64> = std::iter::repeat_with(number).take(grid.cells() * components).collect();
    State::from_numbers(&numbers, components)
}

/// Fields that differ from cell to cell and that `R` holds; p only along momenta not resolved.
fn table<R: Real>(grid: &Grid, random: &mut Random) -> Vec<FieldSample> {
    (0..grid.space_cells())
        .map(|_| {
            let absorbed = held::<R>(random.fraction());
            let mut vector = || random.vector().map(held::<R>);
            let mut p = vector();
            for slot in grid.momenta() {
                p[slot - MOMENTUM] = 0.0;
            }
            let mut gradient = || [(); 3].map(|()| vector());
            let (de, db) = (gradient(), gradient());
            let turn = Turn::sample(2.0 * random.vector()).turn.to_array().map(held::<R>).into();
            let mut vector = || random.vector().map(held::<R>);
            FieldSample { e: vector(), b: vector(), force: vector(), de, db, p, turn, absorbed }
        })
        .collect()
}

/// What `R` holds of a number.
fn held<R: Real>(number: f64) -> f64 {
    R::nearest(number).into()
}

/// What tells a number of f64 from those that f32 holds; nothing in f32.
fn fine<R: Real>() -> f64 {
    match R::PRECISION {
        Precision::F32 => 0.0,
        Precision::F64 => 1e-8 / 3.0,
    }
}

/// A grid whose centres and widths are exact in f32 or, in f64, are not; p from about -2 to 3.
fn grid<R: Real>([x, y, z, px, py, pz]: [usize; 6]) -> Grid {
    let axis = |cells: usize, length: f64| {
        let step = (64.0 * length / cells as f64).ceil() / 64.0 + fine::<R>();
        (cells > 0).then_some(Axis { cells, from: -step * (cells as f64 * 0.4).round(), step })
    };
    let space = [axis(x, 4.0), axis(y, 3.5), axis(z, 3.0)];
    let [x, y, z] = space;
    Grid::new([x, y, z, axis(px, 5.0), axis(py, 4.5), axis(pz, 5.5)]).expect("valid axes")
}

/// Without relativity it has a given spin Hamiltonian, too.
fn particle<R: Real>(kinematics: Kinematics, anomaly: f64, charge: f64) -> Particle {
    let fine = fine::<R>();
    let given = GivenHamiltonian {
        slopes: [[0.25, -0.5, 0.125], [0.375, 0.0625, -0.75], [-0.125, 0.25, 0.5]]
            .map(|slope| DVec3::from(slope) * (1.0 + fine)),
        constant: DVec3::new(-0.5, 0.25 + fine, 0.375),
    };
    let given = if kinematics == Kinematics::Relativistic { GivenHamiltonian::default() } else { given };
    let (mass, charge, moment) = (1.25 + fine, charge * (1.0 + fine), -0.375 + fine);
    Particle { mass, charge, hbar: 0.5, moment, anomaly, kinematics, spin: true, given }
}

fn spinless<R: Real>(kinematics: Kinematics) -> Particle {
    Particle { moment: 0.0, spin: false, given: GivenHamiltonian::default(), ..particle::<R>(kinematics, 0.0, -1.0) }
}

/// One device for all tests: kernels are compiled once.
fn context() -> Context {
    static CONTEXT: OnceLock<Context> = OnceLock::new();
    let open = || {
        Context::open(Choice::Best).expect("the adapter opens").expect(
            "this machine has no graphics adapter, and these tests are about one; a software adapter will do \
             (Debian: mesa-vulkan-drivers)",
        )
    };
    CONTEXT.get_or_init(open).clone()
}

/// Numbers of a comparison in units of its tolerance, by kind of kernel.
struct Report {
    precision: Precision,
    used: BTreeMap<String, f64>,
    failures: Vec<String>,
}

impl Report {
    fn new(precision: Precision) -> Report {
        Report { precision, used: BTreeMap::new(), failures: Vec::new() }
    }

    /// `tolerance` in units of e.
    fn expect(&mut self, kind: String, difference: f64, tolerance: f64, case: impl Fn() -> String) {
        let tolerance = tolerance * roundoff(self.precision);
        let used = difference / tolerance;
        let worst = self.used.entry(kind.clone()).or_default();
        *worst = worst.max(used);
        if used.is_nan() || used > 1.0 {
            self.failures.push(format!("{kind}: {difference:e}, allowed {tolerance:e}; {}", case()));
        }
    }

    fn finish(self) {
        for (kind, used) in &self.used {
            println!("{used:6.3} of the tolerance in {}: {kind}", self.precision);
        }
        let shown = self.failures.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
        assert!(self.failures.is_empty(), "{} failures\n{shown}", self.failures.len());
    }
}

/// The device with the state as a whole, and perhaps the same cut in small slabs.
struct Bench<R> {
    gpu: Box<dyn Executor>,
    cut: Option<GpuExecutor<R>>,
    grid: Grid,
    particle: Particle,
    dissipation: f64,
}

/// A recording on both executors.
struct Outcome {
    before: State,
    gpu: State,
    reference: State,
    gpu_readings: Vec<Reading>,
    reference_readings: Vec<Reading>,
}

impl<R: Real> Bench<R> {
    /// With sweeps that take the share `dissipation` of the upwind part.
    fn new(grid: &Grid, particle: Particle, dissipation: f64, state: &State) -> Self {
        let dissipation = held::<R>(dissipation);
        let gpu = GpuExecutor::<R>::new(context(), grid.clone(), particle, dissipation, state, reach())
            .expect("the grid fits");
        Bench { gpu: Box::new(gpu), cut: None, grid: grid.clone(), particle, dissipation }
    }

    /// With the processor as the device.
    fn processor(grid: &Grid, particle: Particle, dissipation: f64, state: &State) -> Self {
        let dissipation = held::<R>(dissipation);
        let gpu = processor::executor(R::PRECISION, grid.clone(), particle, dissipation, state).expect("it fits");
        Bench { gpu, cut: None, grid: grid.clone(), particle, dissipation }
    }

    /// With slabs as small as they get, or at least four.
    fn with_slabs(grid: &Grid, particle: Particle, dissipation: f64, state: &State) -> Self {
        let dissipation = held::<R>(dissipation);
        let slot = grid.resolved().next().expect("an axis");
        let plane = (grid.strides()[slot] * state.components() * size_of::<R>()) as u64;
        let cells = grid.shape()[slot];
        // Short axes are cut for sweeps by one flux alone.
        let reach = if cells < 2 * reach() { FLUX_REACH } else { reach() };
        let limits = Limits { slab_bytes: (cells / 4).max(reach + 1) as u64 * plane, ..context().adapter.limits() };
        let cut = GpuExecutor::<R>::with_limits(context(), grid.clone(), particle, dissipation, state, limits, reach)
            .expect("slabs");
        assert!(cut.cut().cut());
        Bench { cut: Some(cut), ..Bench::new(grid, particle, dissipation, state) }
    }

    /// Runs commands on the table 0 on both, from the state that the device holds.
    fn run(&mut self, commands: &[Command], table: &[FieldSample]) -> Outcome {
        let commands = commands.to_vec();
        self.run_all(&Recording { tables: vec![table.to_vec()], commands, ..Recording::default() })
    }

    fn run_all(&mut self, recording: &Recording) -> Outcome {
        let commands = &recording.commands;
        let before = self.gpu.state().expect("state");
        let mut reference =
            processor::executor(Precision::F64, self.grid.clone(), self.particle, self.dissipation, &before)
                .expect("it fits");
        let reference_readings = reference.execute(recording).expect("reference");
        let gpu_readings = self.gpu.execute(recording).expect("device");
        let reference = reference.state().expect("state");
        let gpu = self.gpu.state().expect("state");
        let reach = commands.iter().map(reach_of).fold(0, usize::max);
        if let Some(cut) = self.cut.as_mut().filter(|cut| cut.cut().reach < reach) {
            cut.write(&gpu).expect("written");
        } else if let Some(cut) = &mut self.cut {
            let readings = cut.execute(recording).expect("device");
            // Slabs change nothing but what a compiler may round otherwise in another kernel: one
            // rounding of each of the few terms of a flux. Cut momenta are added up in another order.
            let slabs = cut.state().expect("state");
            let largest = (0..gpu.cells()).map(|cell| gpu.cell(cell).abs().max_element()).fold(0.0, f64::max);
            let differing = |by: f64| {
                let off = |cell: usize| (slabs.cell(cell) - gpu.cell(cell)).abs().max_element();
                (0..gpu.cells()).find(|&cell| off(cell) > by)
            };
            let rounding = 4.0 * f64::from(f32::EPSILON) * largest;
            assert_eq!(differing(rounding), None, "first cell where slabs and the whole differ after {commands:?}");
            if cut.cut().slot < MOMENTUM && differing(0.0).is_none() {
                assert_eq!(readings, gpu_readings, "readings of slabs and of the whole");
            }
        }
        Outcome { before, gpu, reference, gpu_readings, reference_readings }
    }

    /// Largest |speed| + |coupling| that a sweep meets on the grid.
    fn largest_speed(&self, command: &Command, table: &[FieldSample]) -> f64 {
        let particle = &self.particle;
        let mut largest = 0.0f64;
        for field in table {
            for cell in 0..self.grid.momentum_cells() {
                let p = self.grid.momentum(cell) + field.p;
                let (e, b) = (field.e, field.b);
                let hidden = |axis: usize, e, b| particle.hidden_velocity(p, DVec3::AXES[axis], e, b);
                let (scalar, coupling, coupled) = match *command {
                    Command::Streaming(Streaming { axis, speed, .. }) => {
                        (particle.velocity(p)[axis], hidden(axis, DVec3::ZERO, b), speed == Speed::Coupled)
                    }
                    Command::HiddenVelocity(HiddenVelocity { axis, .. }) => {
                        (0.0, hidden(axis, e, DVec3::ZERO) + particle.given.slopes[axis], true)
                    }
                    Command::Force(Force { axis, speed, .. }) => {
                        let gradient = (field.de[axis], field.db[axis]);
                        (
                            particle.lorentz_force(particle.velocity(p), DVec3::AXES[axis], e, b) + field.force[axis],
                            particle.dipole_force(p, DVec3::AXES[axis], e, b, gradient.0, gradient.1),
                            speed == Speed::Coupled,
                        )
                    }
                    _ => unreachable!("no sweep"),
                };
                largest = largest.max(scalar.abs() + if coupled { coupling.length() } else { 0.0 });
            }
        }
        largest
    }

    /// Every sweep of this grid and particle, with its Courant number.
    fn sweeps(&self, fields: &[FieldSample]) -> Vec<(Command, f64)> {
        let (mut commands, time, table): (Vec<(Command, f64)>, _, _) = (Vec::new(), 1.0, 0);
        for &speed in Speed::all(self.particle.spin) {
            for axis in self.grid.spaces() {
                // v_j varies along x where a momentum follows the fields.
                if speed == Speed::Varying && self.grid.momenta().count() == 3 {
                    continue;
                }
                for &(scheme, courant) in schemes(Some(axis) == self.grid.spaces().next()) {
                    commands.push((Streaming { axis, time, speed, scheme, table }.into(), courant));
                    if speed == Speed::Coupled {
                        commands.push((HiddenVelocity { axis, time, scheme, table }.into(), courant));
                    }
                }
            }
            for slot in self.grid.momenta() {
                let axis = slot - MOMENTUM;
                for &(scheme, courant) in schemes(Some(slot) == self.grid.momenta().last()) {
                    commands.push((Force { axis, time, speed, scheme, table }.into(), courant));
                }
            }
        }
        for (command, courant) in &mut commands {
            let largest = self.largest_speed(command, fields);
            let slot = swept_slot(command);
            let Some(axis) = self.grid.axis(slot) else { unreachable!("resolved") };
            // Nothing moves at speed 0; any time will do.
            let duration = if largest > 0.0 { *courant * axis.step / largest } else { 1.0 };
            match command {
                Command::Streaming(Streaming { time, .. })
                | Command::HiddenVelocity(HiddenVelocity { time, .. })
                | Command::Force(Force { time, .. }) => *time = held::<R>(duration),
                _ => unreachable!("no sweep"),
            }
            *courant = courant.abs();
        }
        commands
    }

    /// All sweeps, turns and sums of this grid and particle.
    fn check(&mut self, random: &mut Random, report: &mut Report) {
        let table = table::<R>(&self.grid, random);
        for (command, courant) in self.sweeps(&table) {
            let outcome = self.run(std::slice::from_ref(&command), &fields_of(&command, &table));
            check_sweep(&self.grid, &self.particle, &command, courant, &outcome, report);
        }
        self.check_torque(&table, report);
        self.check_turn(&table, report);
        self.check_mean_field(random, &table, report);
        self.check_sums(&table, report);
        self.check_fluxes(&table, report);
        self.check_absorption(&table, report);
    }

    /// The rotation by angles from 1e-5 to half a turn, and of many turns, and about nothing at all.
    fn check_torque(&mut self, table: &[FieldSample], report: &mut Report) {
        let coefficient = self.particle.torque_coefficient();
        if coefficient == 0.0 {
            return;
        }
        let particle = &self.particle;
        let rate = |f: &FieldSample, cell| {
            let p = self.grid.momentum(cell) + f.p;
            let given = particle.given.at(p) * particle.given_coefficient();
            (given - coefficient * particle.precession_field(p, f.e, f.b)).length()
        };
        let largest = table
            .iter()
            .flat_map(|field| (0..self.grid.momentum_cells()).map(move |cell| rate(field, cell)))
            .fold(0.0, f64::max);
        let none = vec![FieldSample::default(); table.len()];
        let near =
            [(1e-5, table), (0.7, table), (-3.1, table), (1.0, &none)].map(|(angle, table)| (angle, table, false));
        let far = [(0.7, table), (-23e3, table), (8e5, table), (1.0, &none)].map(|(angle, table)| (angle, table, true));
        for (angle, table, far) in near.into_iter().chain(far) {
            let time = held::<R>(angle / largest);
            let outcome = self.run(&[SpinTorque { time, table: 0, far }.into()], table);
            let word = if far { "far torque" } else { "torque" };
            let (kind, angle) = (format!("{word} {:?}", self.particle.kinematics), f64::abs(angle));
            // Angles are a chain of five products or what costs as much (strength, a quotient in alpha, alpha B, the
            // product of both, its length), each known to 2^-35, see shaders/shared/wide.wgsl: 10 times 0.5 below. All
            // but half a turn costs no more than that.
            let angle = match far && R::PRECISION == Precision::F32 {
                true => angle.min(PI) + 0.5 * angle * 2f64.powi(-35) / f64::from(f32::EPSILON),
                false => angle,
            };
            let mut stretch = 0.0;
            for cell in 0..self.grid.cells() {
                let (before, gpu, exact) =
                    (outcome.before.cell(cell), outcome.gpu.cell(cell), outcome.reference.cell(cell));
                let case = || format!("angle {angle}, cell {cell}: {gpu} for {exact}");
                // T and its length have some ten roundings, which the angle shares; Rodrigues
                // ten, of intermediate results up to 2 |w|.
                let tolerance = (20.0 + 10.0 * angle) * w(before).length();
                report.expect(kind.clone(), (gpu - exact).length(), tolerance, case);
                // A rotation by a wrong angle is still one: |w| has some ten roundings alone,
                // of intermediate results up to 2 |w|.
                let stretched = (w(gpu).length() - w(before).length()) / w(before).length();
                report.expect(format!("{kind}: |w|"), stretched.abs(), 20.0, case);
                stretch += stretched / self.grid.cells() as f64;
                assert_eq!(gpu.x, before.x, "a turn of w changes w0");
            }
            // Roundings of either sign leave no drift of |w| that steps would add up.
            report.expect(format!("{kind}: mean of |w|"), f64::abs(stretch), 2.0, || format!("angle {angle}"));
        }
    }

    /// One turn for all momenta. Rodrigues' formula has ten roundings, of intermediate results up to 2 |w|; a turn that
    /// is rounded to the device is one of a slightly different length alike on both.
    fn check_turn(&mut self, table: &[FieldSample], report: &mut Report) {
        if !self.particle.spin {
            return;
        }
        let none = vec![FieldSample::default(); table.len()];
        for table in [table, &none] {
            let outcome = self.run(&[Turn { table: 0 }.into()], table);
            for cell in 0..self.grid.cells() {
                let (before, gpu, exact) =
                    (outcome.before.cell(cell), outcome.gpu.cell(cell), outcome.reference.cell(cell));
                let case = || format!("cell {cell}: {gpu} for {exact}");
                report.expect("turn".into(), (gpu - exact).length(), 20.0 * w(before).length(), case);
                assert_eq!(gpu.x, before.x, "a turn of w changes w0");
            }
        }
    }

    /// Turns about mean fields of random couplings, products and not, by half a radian at the most, and what pairs have. Sums have
    /// the roundings of sums, which a turn of so small an angle takes over; Rodrigues' formula has ten. Momenta that are cut are
    /// refused.
    fn check_mean_field(&mut self, random: &mut Random, table: &[FieldSample], report: &mut Report) {
        if !self.particle.spin {
            return;
        }
        let cells = self.grid.momentum_cells();
        let mut numbers = |count: usize| -> Vec<f64> { (0..count).map(|_| held::<R>(random.next())).collect() };
        let along = |slot: usize| self.grid.axis(slot).map_or(1, |axis| axis.cells);
        let separable = Couplings::Separable([3, 4, 5].map(|slot| numbers(along(slot))));
        let whole = Couplings::Whole(numbers(cells));
        let uniform = (0..table.len()).map(|_| DVec3::from_slice(&numbers(3)) / 64.0).collect::<Vec<_>>();
        for couplings in [separable, whole].map(Arc::new) {
            let separable = couplings.are_separable();
            // Large grids would take minutes.
            let along: usize = self.grid.shape()[MOMENTUM..].iter().sum();
            if self.grid.cells() * if separable { along } else { cells } > 1 << 22 {
                continue;
            }
            // |a| <= 1/4, of spins that are shorter than 2.
            let scale = held::<R>(0.25 / (2.0 * cells as f64));
            let rounds = MeanField::rounds(MeanField::MOST, R::PRECISION);
            let mean_field = MeanField { rounds, scale, couplings, uniform: uniform.clone() };
            let turn = MeanFieldTurn { table: 0, mean_field: 0, separable };
            let commands = vec![
                ReadPairs { table: 0, mean_field: 0, separable }.into(),
                ReadSpinLength { table: 0 }.into(),
                turn.into(),
            ];
            let (tables, mean_fields) = (vec![table.to_vec()], vec![mean_field]);
            let recording = Recording { tables, commands, mean_fields, ..Recording::default() };
            let mut cut_momenta = self.cut.take_if(|cut| cut.cut().slot >= MOMENTUM);
            if let Some(cut) = &mut cut_momenta {
                let refused = cut.execute(&recording).expect_err("momenta are cut").to_string();
                assert!(refused.contains("needs all momenta in one"), "{refused}");
            }
            let outcome = self.run_all(&recording);
            if let Some(mut cut) = cut_momenta {
                cut.write(&outcome.gpu).expect("written");
                self.cut = Some(cut);
            }
            let kind = if separable { "mean-field turn" } else { "mean-field turn (whole)" };
            for cell in 0..self.grid.cells() {
                let (before, gpu, exact) =
                    (outcome.before.cell(cell), outcome.gpu.cell(cell), outcome.reference.cell(cell));
                let case = || format!("cell {cell}: {gpu} for {exact}");
                let tolerance = (20.0 + SUM) * w(before).length();
                report.expect(kind.into(), (gpu - exact).length(), tolerance, case);
                assert_eq!(gpu.x, before.x, "a turn of w changes w0");
            }
            let (
                [Reading::Pairs(pairs), Reading::SpinLengths(lengths)],
                [Reading::Pairs(exact_pairs), Reading::SpinLengths(exact_lengths)],
            ) = (&outcome.gpu_readings[..], &outcome.reference_readings[..])
            else {
                panic!("readings are {:?}", outcome.gpu_readings);
            };
            for space in 0..table.len() {
                let case = || format!("space cell {space}: {} for {}", pairs[space], exact_pairs[space]);
                let difference = (pairs[space] - exact_pairs[space]).abs();
                report.expect(format!("{kind}: pairs"), difference, SUM * 0.25 * exact_lengths[space], case);
                let difference = (lengths[space] - exact_lengths[space]).abs();
                report.expect("spin length".into(), difference, SUM * exact_lengths[space], case);
            }
        }
    }

    /// Two roundings of the share, one of the product.
    fn check_absorption(&mut self, table: &[FieldSample], report: &mut Report) {
        let outcome = self.run(&[Absorption { table: 0 }.into()], table);
        for cell in 0..self.grid.cells() {
            let (gpu, exact) = (outcome.gpu.cell(cell), outcome.reference.cell(cell));
            let scale = outcome.before.cell(cell).abs().max_element();
            let case = || format!("cell {cell}: {gpu} for {exact}");
            report.expect("absorption".into(), (gpu - exact).abs().max_element(), 3.0 * scale, case);
        }
    }

    /// Both reductions, relative to the sum of magnitudes of each.
    fn check_sums(&mut self, table: &[FieldSample], report: &mut Report) {
        let mut commands = vec![ReadSources { table: 0 }.into(), ReadObservables { table: 0 }.into()];
        if self.particle.spin {
            commands.push(ReadSpinDensity { table: 0 }.into());
        }
        let outcome = self.run(&commands, table);
        let (gpu, exact) = (&outcome.gpu_readings[..], &outcome.reference_readings[..]);
        let (
            [Reading::Sources(s), Reading::Observables(o), rest @ ..],
            [Reading::Sources(s_exact), Reading::Observables(o_exact), rest_exact @ ..],
        ) = (gpu, exact)
        else {
            panic!("readings are {gpu:?}");
        };
        // The reference adds all cells in turn.
        let tolerance = match R::PRECISION {
            Precision::F32 => SUM,
            Precision::F64 => SUM + (self.grid.momentum_cells() as f64).sqrt(),
        };
        for space in 0..self.grid.space_cells() {
            let (source_scale, observable_scale) = self.magnitudes(&outcome.before, space, &table[space]);
            let mut rows = vec![
                ("sources", source_numbers(&s[space]), source_numbers(&s_exact[space]), source_numbers(&source_scale)),
                (
                    "observables",
                    observable_numbers(&o[space]),
                    observable_numbers(&o_exact[space]),
                    observable_numbers(&observable_scale),
                ),
            ];
            if let ([Reading::SpinDensity(gpu)], [Reading::SpinDensity(exact)]) = (rest, rest_exact) {
                let numbers = |s: &SpinDensity| [&[s.density][..], &s.spin.to_array()].concat();
                let scale = SpinDensity { density: observable_scale.density, spin: observable_scale.spin };
                rows.push(("spin density", numbers(&gpu[space]), numbers(&exact[space]), numbers(&scale)));
            } else {
                assert!(!self.particle.spin, "readings are {rest:?}");
            }
            for (kind, gpu, exact, scale) in rows {
                let kind = format!("{kind} {:?}", self.particle.kinematics);
                for (k, ((gpu, exact), scale)) in gpu.iter().zip(&exact).zip(&scale).enumerate() {
                    let case = || format!("number {k} of space cell {space}: {gpu:e} for {exact:e}");
                    report.expect(kind.clone(), (gpu - exact).abs(), tolerance * scale + f64::MIN_POSITIVE, case);
                }
            }
        }
    }

    /// The sums of local balances, relative to the sums of magnitudes of what is added.
    fn check_fluxes(&mut self, table: &[FieldSample], report: &mut Report) {
        let outcome = self.run(&[ReadFluxes { table: 0 }.into()], table);
        let ([Reading::Fluxes(gpu)], [Reading::Fluxes(exact)]) =
            (&outcome.gpu_readings[..], &outcome.reference_readings[..])
        else {
            panic!("readings are {:?}", outcome.gpu_readings);
        };
        let kind = format!("balance {:?}", self.particle.kinematics);
        for space in 0..self.grid.space_cells() {
            let scale = flux_numbers(&self.flux_magnitudes(&outcome.before, space, &table[space]));
            let rows = flux_numbers(&gpu[space]).into_iter().zip(flux_numbers(&exact[space]));
            for (k, ((gpu, exact), scale)) in rows.zip(scale).enumerate() {
                let case = || format!("number {k} of space cell {space}: {gpu:e} for {exact:e}");
                report.expect(kind.clone(), (gpu - exact).abs(), SUM * scale + f64::MIN_POSITIVE, case);
            }
        }
    }

    fn flux_magnitudes(&self, state: &State, space: usize, field: &FieldSample) -> Fluxes {
        let (cells, volume, particle) = (self.grid.momentum_cells(), self.grid.momentum_volume(), &self.particle);
        let mut sum = Fluxes::default();
        for m in 0..cells {
            let p = self.grid.momentum(m) + field.p;
            let u = state.cell(space * cells + m);
            let (w0, w) = (u.x.abs() * volume, w(u).length() * volume);
            let v = particle.velocity(p).abs();
            let t = particle.moment.abs() * particle.precession_field(p, field.e, field.b).length();
            for (j, axis) in DVec3::AXES.into_iter().enumerate() {
                let hidden = particle.hidden_velocity(p, axis, field.e, field.b).length();
                let (flow, spin_flow) = (v[j] * w0 + hidden * w, v[j] * w + hidden * w0);
                sum.momentum[j] += p.abs() * flow;
                sum.spin[j] += DVec3::splat(spin_flow);
                sum.energy[j] += particle.kinetic_energy(p) * flow + t * spin_flow;
            }
            sum.torque += DVec3::splat(w * t);
        }
        sum
    }

    /// The sums with every term replaced by its magnitude.
    fn magnitudes(&self, state: &State, space: usize, field: &FieldSample) -> (Sources, Observables) {
        let (cells, volume, particle) = (self.grid.momentum_cells(), self.grid.momentum_volume(), &self.particle);
        let mut s = Sources::default();
        let mut o = Observables::default();
        for m in 0..cells {
            let p = self.grid.momentum(m) + field.p;
            let u = state.cell(space * cells + m);
            let (w0, w) = (u.x.abs() * volume, w(u) * volume);
            let f = particle.form_factors(p);
            let moment = particle.moment.abs();
            s.density += w0;
            s.stream += particle.velocity(p).abs() * w0;
            s.inverse_inertia += w0 / particle.energy(p);
            for (j, axis) in DVec3::AXES.into_iter().enumerate() {
                s.stream[j] += particle.hidden_velocity(p, axis, DVec3::ZERO, field.b).length() * w.length();
                let slope = f.kappa.abs() + f.d_kappa.abs() * p[j].abs() * p.length();
                s.polarisation_slope[j] += moment * slope * w.length();
            }
            let turning = particle.torque_coefficient() * particle.moment * f.kappa * f.kappa * p.length_squared();
            s.torque_turning += turning * w.length();
            s.polarisation += moment * f.kappa.abs() * p.length() * w.length();
            s.magnetisation += moment * (f.alpha.abs() + f.beta.abs() * p.length_squared()) * w.length();
            o.density += w0;
            o.momentum += p.abs() * w0;
            o.spin += w.abs();
            o.kinetic_energy += particle.kinetic_energy(p) * w0;
            o.purity += 0.5 * u.length_squared() * volume;
            o.edge += w0;
            o.momentum_scale += p.length() * w0;
            o.positivity = o.positivity.max(u.length());
            let [x, y, z] = particle.given.slopes.map(DVec3::length);
            let given = particle.given.constant.length() + DVec3::new(x, y, z).dot(p.abs());
            o.given_energy += given * w.length();
        }
        (o.polarisation, o.magnetisation) = (s.polarisation, s.magnetisation);
        (s, o)
    }
}

/// Sweeps to try along an axis, with Courant number; directions are the same
/// to all schemes, so that one axis tries all of them.
fn schemes(all: bool) -> &'static [(Scheme, f64)] {
    let schemes = &[
        (Scheme::Flux, 0.9),
        (Scheme::Flux, -0.5),
        (Scheme::Series(Factor::Former), 0.9),
        (Scheme::Series(Factor::Latter), -0.7),
        (Scheme::Dissipation, 0.8),
    ];
    if all { schemes } else { &schemes[..2] }
}

/// Cells that a command reads beyond a part of a line.
fn reach_of(command: &Command) -> usize {
    match command.kernel(Build::default()).work {
        Work::Lines { reach, .. } => reach,
        _ => 0,
    }
}

/// The most of all schemes.
fn reach() -> usize {
    schemes(true).iter().map(|(scheme, ..)| scheme.reach()).fold(0, usize::max)
}

fn w(cell: DVec4) -> DVec3 {
    DVec3::new(cell.y, cell.z, cell.w)
}

fn source_numbers(s: &Sources) -> Vec<f64> {
    let vectors = [s.stream, s.polarisation, s.magnetisation, s.torque_turning];
    let vectors = vectors.iter().chain(&s.polarisation_slope).flat_map(|v| v.to_array());
    [s.density, s.inverse_inertia].into_iter().chain(vectors).collect()
}

fn observable_numbers(o: &Observables) -> Vec<f64> {
    let scalars = [o.density, o.kinetic_energy, o.purity, o.edge, o.momentum_scale, o.positivity, o.given_energy];
    scalars
        .into_iter()
        .chain([o.momentum, o.spin, o.polarisation, o.magnetisation].iter().flat_map(|v| v.to_array()))
        .collect()
}

fn flux_numbers(f: &Fluxes) -> Vec<f64> {
    let vectors = f.momentum.iter().chain(&f.spin).chain([&f.energy, &f.torque]);
    vectors.flat_map(|v| v.to_array()).collect()
}

/// A uniform speed along a space axis is recorded where unresolved momenta are uniform.
fn fields_of(command: &Command, table: &[FieldSample]) -> Vec<FieldSample> {
    let uniform = matches!(command, Command::Streaming(Streaming { speed: Speed::Uniform, .. }));
    let momentum = |sample: &FieldSample| if uniform { table[0].p } else { sample.p };
    table.iter().map(|sample| FieldSample { p: momentum(sample), ..*sample }).collect()
}

fn swept_slot(command: &Command) -> usize {
    command.slot().expect("a sweep")
}

fn kind(command: &Command, particle: &Particle) -> String {
    let spin = if particle.spin { "" } else { "spinless " };
    let label = command.kernel(Build::default()).label;
    // Without the name of the axis.
    let words: Vec<&str> = label.split(' ').filter(|word| !AXIS_NAMES.contains(word)).collect();
    format!("{spin}{} {:?}", words.join(" "), particle.kinematics)
}

/// For each line along `slot`, the cells it consists of.
fn lines(grid: &Grid, slot: usize) -> impl Iterator<Item = Vec<usize>> {
    let (cells, inner) = (grid.shape()[slot], grid.strides()[slot]);
    (0..grid.cells() / cells).map(move |line| {
        let base = line / inner * cells * inner + line % inner;
        (0..cells).map(|k| base + k * inner).collect()
    })
}

fn largest(state: &State, line: &[usize]) -> f64 {
    line.iter().map(|&cell| state.cell(cell).abs().max_element()).fold(0.0, f64::max)
}

/// The state after one sweep, component by component.
fn check_sweep(
    grid: &Grid,
    particle: &Particle,
    command: &Command,
    courant: f64,
    outcome: &Outcome,
    report: &mut Report,
) {
    let slot = swept_slot(command);
    let kind = kind(command, particle);
    let tolerance = SWEEP + COURANT * courant;
    let (mut square, mut norm) = (0.0, 0.0);
    for line in lines(grid, slot) {
        let scale = largest(&outcome.before, &line);
        for cell in line {
            let (gpu, exact) = (outcome.gpu.cell(cell), outcome.reference.cell(cell));
            let difference = (gpu - exact).abs().max_element();
            let case = || format!("{command:?} at {:?}: {gpu} for {exact}", grid.indices(cell));
            report.expect(kind.clone(), difference, tolerance * scale, case);
            square += (gpu - exact).length_squared();
            norm += exact.length_squared();
        }
    }
    let shared = if grid.space_cells() == 1 { SHARED } else { L2 };
    let tolerance = L2 * SWEEP + shared * COURANT * courant;
    report.expect(format!("{kind}: L2"), (square / norm).sqrt(), tolerance, || format!("{command:?}"));
}

/// All kernels with spin and without on the full grid, for one kinematics.
fn check_kinematics<R: Real>(kinematics: Kinematics) {
    let (mut random, mut report) = (Random(1), Report::new(R::PRECISION));
    let grid = grid::<R>(FULL);
    for (anomaly, charge, dissipation) in [(0.0, -1.0, 1.0), (0.3, -1.0, 0.4), (0.3, 0.0, 0.6)] {
        let state = state::<R>(&grid, true, &mut random);
        Bench::<R>::new(&grid, particle::<R>(kinematics, anomaly, charge), dissipation, &state)
            .check(&mut random, &mut report);
    }
    let state = state::<R>(&grid, false, &mut random);
    Bench::<R>::new(&grid, spinless::<R>(kinematics), 0.4, &state).check(&mut random, &mut report);
    report.finish();
}

/// v = p/eps, T-BMT form of T; with and without anomaly, charge and spin. The
/// tolerances are those of the head of this file.
#[test]
fn relativistic_kernels_are_the_reference() {
    check_kinematics::<f32>(Kinematics::Relativistic);
}

/// v = p/m, T = B - p x E/(2m).
#[test]
fn non_relativistic_kernels_are_the_reference() {
    check_kinematics::<f32>(Kinematics::NonRelativistic);
}

/// v = p/m, T = B.
#[test]
fn kernels_without_spin_orbit_coupling_are_the_reference() {
    check_kinematics::<f32>(Kinematics::NonRelativisticWithoutSpinOrbit);
}

/// Every kind of grid, whole and in slabs, and p from the tables where a momentum is not resolved.
fn check_kinds<R: Real>() {
    let (mut random, mut report) = (Random(2), Report::new(R::PRECISION));
    for shape in KINDS {
        let grid = grid::<R>(shape);
        for particle in [particle::<R>(Kinematics::Relativistic, 0.3, -1.0), spinless::<R>(Kinematics::Relativistic)] {
            let state = state::<R>(&grid, particle.spin, &mut random);
            Bench::<R>::with_slabs(&grid, particle, 1.0, &state).check(&mut random, &mut report);
        }
    }
    report.finish();
}

/// The processor in f32 on the same grids, and on one that threads share by columns.
#[test]
fn the_processor_in_f32_is_the_reference() {
    let (mut random, mut report) = (Random(9), Report::new(Precision::F32));
    let kinematics = [Kinematics::Relativistic, Kinematics::NonRelativistic];
    for (shape, kinematics) in
        KINDS.into_iter().chain([FULL, [37, 0, 0, 50, 70, 0]]).zip(kinematics.into_iter().cycle())
    {
        let grid = grid::<f32>(shape);
        for particle in [particle::<f32>(kinematics, 0.3, -1.0), spinless::<f32>(kinematics)] {
            let state = state::<f32>(&grid, particle.spin, &mut random);
            Bench::<f32>::processor(&grid, particle, 0.6, &state).check(&mut random, &mut report);
        }
    }
    report.finish();
}

/// What the processor computes does not depend on the threads that share the work, to the last bit: every sweep,
/// the turn, absorption and all sums, on grids that are cut by blocks, by columns and by momenta.
fn check_threads<R: Real>() {
    let mut random = Random(10);
    // Of 65 lines side by side one is left for the last thread.
    let shapes = [
        [37, 0, 0, 50, 70, 0],
        [0, 0, 0, 60, 41, 37],
        [300, 0, 0, 310, 0, 0],
        [130, 0, 0, 65, 0, 0],
        [11, 9, 8, 8, 9, 10],
    ];
    for shape in shapes {
        let grid = grid::<R>(shape);
        for particle in [particle::<R>(Kinematics::Relativistic, 0.3, -1.0), spinless::<R>(Kinematics::Relativistic)] {
            let before = state::<R>(&grid, particle.spin, &mut random);
            let table = table::<R>(&grid, &mut random);
            let sweeps = Bench::<R>::processor(&grid, particle, 0.6, &before).sweeps(&table);
            let mut commands: Vec<Command> = sweeps.into_iter().map(|(command, _)| command).collect();
            commands.extend([
                Command::from(SpinTorque { time: 0.3, table: 0, far: false }),
                Turn { table: 0 }.into(),
                Absorption { table: 0 }.into(),
            ]);
            commands.extend([Command::from(ReadSources { table: 0 }), ReadObservables { table: 0 }.into()]);
            commands.push(ReadSpinDensity { table: 0 }.into());
            commands.push(ReadFluxes { table: 0 }.into());
            let [one, two, three] = [1, 2, 3].map(|threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
                pool.install(|| {
                    let mut executor =
                        processor::executor(R::PRECISION, grid.clone(), particle, 0.6, &before).expect("it fits");
                    let each = commands.iter().map(|&command| {
                        let recording =
                            Recording { tables: vec![table.clone()], commands: vec![command], ..Recording::default() };
                        (executor.execute(&recording).expect("executed"), executor.state().expect("state"))
                    });
                    each.collect::<Vec<_>>()
                })
            });
            for (k, command) in commands.iter().enumerate() {
                assert!(one[k] == two[k] && one[k] == three[k], "{command:?} on {shape:?} depends on threads");
            }
        }
    }
}

#[test]
fn threads_change_no_bit() {
    check_threads::<f32>();
    check_threads::<f64>();
}

#[test]
fn kernels_on_every_kind_of_grid_are_the_reference() {
    check_kinds::<f32>();
}

/// However a state is cut into slabs and lines into segments, a sweep of any kind leaves the same numbers, to the
/// last bit: both sides of a cut find its flux from the same old cells.
fn check_cuts<R: Real>(shapes: &[[usize; 6]]) {
    let mut random = Random(12);
    for &shape in shapes {
        let grid = grid::<R>(shape);
        let slot = grid.resolved().next().expect("an axis");
        for particle in [particle::<R>(Kinematics::Relativistic, 0.3, -1.0), spinless::<R>(Kinematics::Relativistic)] {
            let state = state::<R>(&grid, particle.spin, &mut random);
            let table = table::<R>(&grid, &mut random);
            let plane = (grid.strides()[slot] * state.components() * size_of::<R>()) as u64;
            let executor = |planes: u64, invocations: usize| {
                let limits = Limits { slab_bytes: planes * plane, invocations, ..context().adapter.limits() };
                GpuExecutor::<R>::with_limits(context(), grid.clone(), particle, 0.6, &state, limits, reach())
                    .expect("it fits")
            };
            let mut whole = executor(1000, 1);
            // Segments of ten cells or so, and of four; slabs that are cut again, and that are not.
            let tens = grid.cells() / 10;
            let cuts = [(1000, tens), (1000, usize::MAX), (19, tens), (19, usize::MAX), (7, 1), (7, usize::MAX)];
            let mut cuts = cuts.map(|(planes, invocations)| executor(planes, invocations));
            let segments = |executor: &GpuExecutor<R>| executor.cut().segments(&grid, slot);
            assert_eq!(segments(&whole), 1);
            assert!(segments(&cuts[0]) > 1 && segments(&cuts[1]) > segments(&cuts[0]) && cuts[4].cut().cut());
            for (command, _) in Bench::<R>::new(&grid, particle, 0.6, &state).sweeps(&table) {
                let tables = vec![fields_of(&command, &table)];
                let recording = Recording { tables, commands: vec![command], ..Recording::default() };
                let advanced = |executor: &mut GpuExecutor<R>| {
                    executor.write(&state).expect("written");
                    executor.execute(&recording).expect("executed");
                    executor.state().expect("state")
                };
                let expected = advanced(&mut whole);
                assert!(expected != state, "{command:?} does nothing");
                for executor in &mut cuts {
                    let cut = advanced(executor);
                    let differing = (0..grid.cells()).find(|&cell| cut.cell(cell) != expected.cell(cell));
                    let place = differing.map(|cell| (grid.indices(cell), cut.cell(cell), expected.cell(cell)));
                    assert_eq!(place, None, "{command:?} on {shape:?} cut as {:?}", executor.cut());
                }
            }
        }
    }
}

#[test]
fn cuts_change_no_bit() {
    check_cuts::<f32>(&[[37, 0, 0, 51, 0, 0], [0, 0, 0, 95, 7, 0], [27, 14, 0, 9, 8, 0]]);
    if context().adapter.f64 {
        check_cuts::<f64>(&[[37, 0, 0, 51, 0, 0]]);
    }
}

/// 129500 cells: 55 workgroups of lines in each sweep along x, 7 per space cell in
/// the reductions, with neighbours in other workgroups along every axis.
fn check_many_workgroups<R: Real>() {
    let (mut random, mut report) = (Random(3), Report::new(R::PRECISION));
    let grid = grid::<R>([37, 0, 0, 50, 70, 0]);
    let state = state::<R>(&grid, true, &mut random);
    let particle = particle::<R>(Kinematics::Relativistic, 0.0, -1.0);
    Bench::<R>::new(&grid, particle, 0.6, &state).check(&mut random, &mut report);
    report.finish();
}

/// Lines that the processor takes through its cache part by part, along every kind of axis, closed and joined.
#[test]
fn kernels_with_long_lines_are_the_reference() {
    let (mut random, mut report) = (Random(11), Report::new(Precision::F32));
    for shape in [[0, 0, 0, 7001, 0, 0], [0, 0, 0, 410, 17, 0], [410, 0, 0, 17, 0, 0]] {
        let grid = grid::<f32>(shape);
        for particle in
            [particle::<f32>(Kinematics::Relativistic, 0.3, -1.0), spinless::<f32>(Kinematics::Relativistic)]
        {
            let state = state::<f32>(&grid, particle.spin, &mut random);
            let mut bench = Bench::<f32>::new(&grid, particle, 0.6, &state);
            let table = table::<f32>(&grid, &mut random);
            for (command, courant) in bench.sweeps(&table) {
                let outcome = bench.run(std::slice::from_ref(&command), &fields_of(&command, &table));
                check_sweep(&grid, &particle, &command, courant, &outcome, &mut report);
            }
        }
    }
    report.finish();
}

#[test]
fn kernels_with_many_workgroups_are_the_reference() {
    check_many_workgroups::<f32>();
}

/// The same in f64 with the same tolerances in units of e, which make 8e-15 of the
/// largest number for a sweep, 2e-14 for a sum, 1e-14 for half a turn: far below the
/// 1e-12 that is promised. An adapter without f64 must say so.
#[test]
fn kernels_in_f64_are_the_reference() {
    if !context().adapter.f64 {
        let (grid, particle) = (grid::<f64>(FULL), particle::<f64>(Kinematics::Relativistic, 0.0, -1.0));
        let state = state::<f64>(&grid, true, &mut Random(1));
        let refused = GpuExecutor::<f64>::new(context(), grid, particle, 1.0, &state, FLUX_REACH).map(|_| ());
        assert!(matches!(refused, Err(Error::Input(_))), "{refused:?}");
        return;
    }
    check_kinematics::<f64>(Kinematics::Relativistic);
    check_kinematics::<f64>(Kinematics::NonRelativistic);
    check_kinematics::<f64>(Kinematics::NonRelativisticWithoutSpinOrbit);
    check_kinds::<f64>();
    check_many_workgroups::<f64>();
}

/// Numbers of either sign from 1e-6 to 1e3 side by side. The same tolerances hold,
/// as they are relative to the largest number of the line, or of the sum.
#[test]
fn kernels_bear_nine_orders_of_magnitude() {
    let (mut random, mut report) = (Random(4), Report::new(Precision::F32));
    let grid = grid::<f32>([13, 0, 0, 11, 9, 0]);
    let wide = || {
        let magnitude = 10f64.powf(-1.5 + 4.5 * random.next());
        f64::from((magnitude * random.next().signum()) as f32)
    };
    let state = state_of(&grid, true, wide);
    Bench::<f32>::new(&grid, particle::<f32>(Kinematics::Relativistic, 0.3, -1.0), 1.0, &state)
        .check(&mut random, &mut report);
    report.finish();
}

/// What leaves one cell enters the next: along every line, and for every component,
/// a sweep keeps the sum. A cell rounds twice, at most by e times the largest
/// number of the line each, and a face at the seam of two marches is computed twice.
#[test]
fn sweeps_conserve_every_component_along_every_line() {
    let (mut random, mut report) = (Random(5), Report::new(Precision::F32));
    let grid = grid::<f32>([13, 0, 0, 11, 9, 0]);
    for particle in [particle::<f32>(Kinematics::Relativistic, 0.3, -1.0), spinless::<f32>(Kinematics::Relativistic)] {
        let state = state::<f32>(&grid, particle.spin, &mut random);
        let mut bench = Bench::<f32>::new(&grid, particle, 1.0, &state);
        let table = table::<f32>(&grid, &mut random);
        for (command, _) in bench.sweeps(&table) {
            let outcome = bench.run(std::slice::from_ref(&command), &fields_of(&command, &table));
            for line in lines(&grid, swept_slot(&command)) {
                let sum = |state: &State| line.iter().map(|&cell| state.cell(cell)).sum::<DVec4>();
                let scale = largest(&outcome.before, &line).max(largest(&outcome.gpu, &line));
                let change = (sum(&outcome.gpu) - sum(&outcome.before)).abs().max_element();
                let tolerance = 2.0 * line.len() as f64 * scale;
                report.expect(kind(&command, &particle), change, tolerance, || format!("{command:?}"));
            }
        }
    }
    report.finish();
}

/// More momenta at one place than one dimension of a dispatch has invocations,
/// 64 x 65535; a state of 65 MiB, which every adapter must take.
#[test]
fn momenta_may_exceed_one_dispatch_dimension() {
    let (mut random, mut report) = (Random(7), Report::new(Precision::F32));
    let grid = grid::<f32>([0, 0, 0, 163, 161, 162]);
    assert!(grid.momentum_cells() > 64 * 65535);
    let state = State::Spin((0..grid.cells()).map(|cell| DVec4::new(1.0, 0.5, -0.25, (cell % 7) as f64)).collect());
    let mut bench = Bench::<f32>::new(&grid, particle::<f32>(Kinematics::Relativistic, 0.0, -1.0), 1.0, &state);
    let outcome =
        bench.run(&[SpinTorque { time: 0.5, table: 0, far: false }.into()], &table::<f32>(&grid, &mut random));
    // Angles up to 2 mu_B/hbar |T| t < 4; see the check of all angles.
    let excess =
        |cell| (outcome.gpu.cell(cell) - outcome.reference.cell(cell)).length() / w(outcome.before.cell(cell)).length();
    let worst = (0..grid.cells()).map(excess).fold(0.0, f64::max);
    report.expect("torque".into(), worst, 100.0, String::new);
    report.finish();
}

/// More space cells than one dimension of a dispatch has workgroups, 65535: sums,
/// one turn and one sweep.
#[test]
fn space_may_exceed_one_dispatch_dimension() {
    let (mut random, mut report) = (Random(8), Report::new(Precision::F32));
    let grid = grid::<f32>([65_539, 0, 0, 9, 0, 0]);
    let state = state::<f32>(&grid, true, &mut random);
    let mut bench = Bench::<f32>::with_slabs(&grid, particle::<f32>(Kinematics::Relativistic, 0.0, -1.0), 0.4, &state);
    let table = table::<f32>(&grid, &mut random);
    bench.check_sums(&table, &mut report);
    bench.check_fluxes(&table, &mut report);
    let (speed, scheme) = (Speed::Coupled, Scheme::Flux);
    let sweep = |time| Command::from(Streaming { axis: 0, time, speed, scheme, table: 0 });
    let Some(axis) = grid.axis(0) else { unreachable!("resolved") };
    let sweep = sweep(f64::from((0.9 * axis.step / bench.largest_speed(&sweep(0.0), &table)) as f32));
    let outcome = bench.run(std::slice::from_ref(&sweep), &table);
    check_sweep(&grid, &bench.particle, &sweep, 0.9, &outcome, &mut report);
    report.finish();
}

/// A grid of which three planes exceed a storage binding is the user's error,
/// refused before anything is sent. The zeros are never touched, so they take no memory.
#[test]
fn too_large_planes_are_refused() {
    let context = context();
    let limit = context.adapter.limits().binding_bytes as usize;
    let grid = grid::<f32>([0, 0, 0, 16, limit / size_of::<f32>() / 2, 0]);
    let state = State::Spinless(vec![0.0; grid.cells()]);
    match GpuExecutor::<f32>::new(context, grid, spinless::<f32>(Kinematics::Relativistic), 1.0, &state, FLUX_REACH)
        .map(|_| ())
    {
        Err(Error::Input(message)) => assert!(message.contains("binds"), "{message}"),
        other => panic!("expected an error of input, found {other:?}"),
    }
}
