//! The recorded step is a palindrome of full shares, cut where a speed asks for
//! it, and leaves out what has no effect. Nothing is executed.

use glam::DVec3;
use spinwigner::grid::{Axis, Grid, MOMENTUM};
use spinwigner::operators::{
    Command, FieldSample, Force, HiddenVelocity, Recorder, Recording, Scheme, Speed, SpinTorque, Streaming, Term,
};
use spinwigner::physics::Particle;
use spinwigner::scenario::schema::Kinematics;
use spinwigner::simulation::flows::{drift, kick};
use spinwigner::splitting::Order;

const KINEMATICS: [Kinematics; 3] =
    [Kinematics::Relativistic, Kinematics::NonRelativistic, Kinematics::NonRelativisticWithoutSpinOrbit];
/// Tables of a kick, and of a drift.
const TABLES: kick::Tables = kick::Tables { before: 0, middle: 1, after: 2 };
const MAGNETIC: usize = 3;

/// (x, y, z, px, py, pz) resolved or not; px from -2 to 2, and so on.
fn grid(resolved: [u8; 6]) -> Grid {
    let axes = [(8, 0.0, 0.5), (9, 1.0, 0.4), (8, 0.0, 0.7), (10, -2.0, 0.4), (9, -1.5, 0.3), (12, -3.0, 0.5)];
    let axis = |slot: usize| {
        let (cells, from, step) = axes[slot];
        (resolved[slot] > 0).then_some(Axis { cells, from, step })
    };
    Grid::new(std::array::from_fn(axis)).expect("valid axes")
}

/// Kinds of grid: 0 x 3, 1 x 1, 1 x 2, 1 x 3, 2 x 2, 2 x 3, 3 x 3.
fn grids() -> [Grid; 7] {
    [
        [0, 0, 0, 1, 1, 1],
        [1, 0, 0, 1, 0, 0],
        [1, 0, 0, 1, 1, 0],
        [1, 0, 0, 1, 1, 1],
        [1, 1, 0, 1, 1, 0],
        [1, 1, 0, 1, 1, 1],
        [1; 6],
    ]
    .map(grid)
}

fn particle(kinematics: Kinematics) -> Particle {
    Particle {
        mass: 1.2,
        charge: -0.7,
        hbar: 0.3,
        moment: -0.2,
        anomaly: 0.1,
        kinematics,
        spin: true,
        given: Default::default(),
    }
}

/// Fields of strength `electric` and `magnetic`, different in every space cell.
fn table(grid: &Grid, electric: f64, magnetic: f64) -> Vec<FieldSample> {
    let vector = |seed: f64| DVec3::new((3.0 * seed).sin(), (5.0 * seed + 1.0).sin(), (7.0 * seed + 2.0).cos());
    let derivative = |seed: f64, strength: f64| {
        let along =
            |axis: usize| if grid.axis(axis).is_some() { strength * vector(seed + axis as f64) } else { DVec3::ZERO };
        [0, 1, 2].map(along)
    };
    (0..grid.space_cells())
        .map(|i| {
            let i = i as f64;
            FieldSample {
                e: electric * vector(i),
                b: magnetic * vector(i + 0.3),
                de: derivative(i + 0.5, electric),
                db: derivative(i + 0.7, magnetic),
                ..Default::default()
            }
        })
        .collect()
}

/// Steps drift(1/2) kick(1) drift(1/2) with fields that do not change in between, as
/// a simulation records them with output after every one.
fn steps(grid: &Grid, particle: &Particle, time: f64, electric: f64, magnetic: f64, count: u64) -> Recording {
    let both = table(grid, electric, magnetic);
    let tables = vec![both.clone(), both.clone(), both.clone(), both];
    let mut recording = Recording { tables, commands: Vec::new(), ..Recording::default() };
    let recorder = Recorder { grid, particle, schemes: &[Scheme::Flux] };
    for step in 0..count {
        drift::sweeps(&recorder, &mut recording, 0.5 * time, MAGNETIC, Order::of(step + 1));
        kick::sweeps(&recorder, &mut recording, time, TABLES, Order::of(step));
        drift::sweeps(&recorder, &mut recording, 0.5 * time, MAGNETIC, Order::of(step + 1));
    }
    recording
}

fn step(grid: &Grid, particle: &Particle, time: f64, electric: f64, magnetic: f64) -> Recording {
    steps(grid, particle, time, electric, magnetic, 1)
}

/// Operator, direction, table: what a command is, but for its time.
fn name(command: &Command) -> String {
    let table = command.table();
    match command {
        Command::Streaming(term) => format!("drift {} {table}", term.axis),
        Command::HiddenVelocity(term) => format!("hidden {} {table}", term.axis),
        Command::Force(term) => format!("force {} {table}", term.axis),
        Command::SpinTorque(_) => format!("torque {table}"),
        other => unreachable!("{other:?} is not recorded here"),
    }
}

/// Names without the repetitions that sub-cycles make.
fn order(commands: &[Command]) -> Vec<String> {
    let mut names: Vec<String> = commands.iter().map(name).collect();
    names.dedup();
    names
}

/// The mirror image: the time after the middle uses the fields after it.
fn mirrored(command: &Command) -> Command {
    let mut image = *command;
    if let Command::Force(Force { table, .. }) | Command::SpinTorque(SpinTorque { table, .. }) = &mut image {
        *table = TABLES.before + TABLES.after - *table;
    }
    image
}

/// The order written in `splitting`, kind of grid by kind of grid: the first drifts go
/// backwards, the first kick forwards.
#[test]
fn the_order_is_that_of_the_documentation() {
    for grid in grids() {
        let axes: Vec<usize> = (0..3).filter(|&axis| grid.axis(MOMENTUM + axis).is_some()).collect();
        let spaces: Vec<usize> = grid.spaces().collect();
        let named = |what: &str, axes: &[usize], table: usize| -> Vec<String> {
            axes.iter().map(|axis| format!("{what} {axis} {table}")).collect()
        };
        let backwards = |axes: &[usize]| axes.iter().copied().rev().collect::<Vec<_>>();
        // Where nothing is swept in the middle, the two turns are one.
        let turns = match spaces.is_empty() {
            true => vec!["torque 1".to_string()],
            false => {
                let hidden = named("hidden", &spaces, TABLES.middle);
                [vec!["torque 0".to_string()], hidden, vec!["torque 2".to_string()]].concat()
            }
        };
        let expected: Vec<String> = [
            named("drift", &backwards(&spaces), MAGNETIC),
            named("force", &axes, TABLES.before),
            turns,
            named("force", &backwards(&axes), TABLES.after),
            named("drift", &backwards(&spaces), MAGNETIC),
        ]
        .concat();
        let recording = step(&grid, &particle(Kinematics::Relativistic), 0.1, 0.3, 0.4);
        assert_eq!(order(&recording.commands), expected);
    }
}

/// Without spin the two innermost forces are one, with the fields halfway.
#[test]
fn without_spin_the_middle_of_a_kick_is_one_force() {
    let spinless = Particle { spin: false, moment: 0.0, ..particle(Kinematics::Relativistic) };
    for grid in grids() {
        let recording = step(&grid, &spinless, 0.1, 0.3, 0.4);
        let forces: Vec<String> =
            order(&recording.commands).into_iter().filter(|name| name.starts_with("force")).collect();
        let axes: Vec<usize> = (0..3).filter(|&axis| grid.axis(MOMENTUM + axis).is_some()).collect();
        let (last, others) = axes.split_last().expect("a momentum");
        let before = others.iter().map(|axis| format!("force {axis} 0"));
        let after = others.iter().rev().map(|axis| format!("force {axis} 2"));
        let expected: Vec<String> = before.chain([format!("force {last} 1")]).chain(after).collect();
        assert_eq!(forces, expected);
    }
}

/// Strang's order two rests on it: read backwards, with the fields before and after
/// exchanged, two steps are themselves, bit for bit, sub-cycles included; with one space
/// axis, one step is.
#[test]
fn two_steps_are_a_palindrome() {
    for grid in grids() {
        for kinematics in KINEMATICS {
            for time in [0.1, 2.0] {
                for count in if grid.spaces().count() < 2 { 1..3 } else { 2..3 } {
                    let recording = steps(&grid, &particle(kinematics), time, 0.9, 1.3, count);
                    let image: Vec<Command> = recording.commands.iter().rev().map(mirrored).collect();
                    assert!(image.len() >= 4, "{kinematics:?}: only {} commands", image.len());
                    assert_eq!(recording.commands, image, "{kinematics:?}, {count} steps of {time}");
                }
            }
        }
    }
}

/// Every operator acts for its full share: one step, in halves of which each table
/// has its own. Parts of equal length add up to rounding, 1e-14.
#[test]
fn the_times_of_every_operator_add_up() {
    let time = 2.0;
    for grid in grids() {
        let recording = step(&grid, &particle(Kinematics::Relativistic), time, 0.9, 1.3);
        let mut names = order(&recording.commands);
        names.sort();
        names.dedup();
        for wanted in names {
            let total: f64 = recording.commands.iter().filter(|command| name(command) == wanted).map(Term::time).sum();
            // Forces and turns are split between two tables.
            let halves = wanted.starts_with("force") || (wanted.starts_with("torque") && wanted != "torque 1");
            let share = if halves { 0.5 * time } else { time };
            assert!((total - share).abs() < 1e-14 * time, "{wanted}: {total} of {share}");
        }
        let parts = recording.commands.iter().filter(|command| name(command).starts_with("force 0")).count();
        assert!(parts > 2, "the step is too short to be cut: {parts} sweeps along px");
    }
}

/// Largest Courant number of a sweep over cell centres and faces of the momenta.
fn courant(recorder: Recorder, command: &Command, fields: &[FieldSample]) -> f64 {
    let (grid, particle) = (recorder.grid, recorder.particle);
    let points = |slot: usize| -> Vec<f64> {
        grid.axis(slot)
            .map_or(vec![0.0], |axis| (0..=2 * axis.cells).map(|i| axis.from + 0.5 * i as f64 * axis.step).collect())
    };
    let (px, py, pz) = (points(3), points(4), points(5));
    let mut largest = 0.0f64;
    for field in fields {
        for p in px
            .iter()
            .flat_map(|&x| py.iter().flat_map(move |&y| vec![(x, y)]))
            .flat_map(|(x, y)| pz.iter().map(move |&z| DVec3::new(x, y, z)))
        {
            let p = p + field.p;
            let hidden = |axis: usize, e, b| particle.hidden_velocity(p, DVec3::AXES[axis], e, b);
            let (scalar, coupling, speed, slot, time) = match *command {
                Command::Streaming(Streaming { axis, time, speed, .. }) => {
                    (particle.velocity(p)[axis], hidden(axis, DVec3::ZERO, field.b), speed, axis, time)
                }
                Command::HiddenVelocity(HiddenVelocity { axis, time, .. }) => {
                    (0.0, hidden(axis, field.e, DVec3::ZERO), Speed::Coupled, axis, time)
                }
                Command::Force(Force { axis, time, speed, .. }) => {
                    let (de, db) = (field.de[axis], field.db[axis]);
                    let force = particle.lorentz_force(particle.velocity(p), DVec3::AXES[axis], field.e, field.b);
                    let dipole = particle.dipole_force(p, DVec3::AXES[axis], field.e, field.b, de, db);
                    (force, dipole, speed, MOMENTUM + axis, time)
                }
                _ => return 0.0,
            };
            let coupling = if speed == Speed::Coupled { coupling.length() } else { 0.0 };
            let step = grid.axis(slot).map_or(f64::INFINITY, |axis| axis.step);
            largest = largest.max((scalar.abs() + coupling) * time.abs() / step);
        }
    }
    largest
}

/// No sweep exceeds one cell, forwards or backwards in time and in any field, and cuts are not idle: twice the Courant number would
/// exceed a fifth of a cell, a bound on the bounds of the speeds.
#[test]
fn sub_cycles_keep_the_courant_number_below_one() {
    for grid in [[1, 0, 0, 1, 1, 0], [1, 0, 0, 1, 0, 1], [0, 0, 0, 1, 1, 1], [1, 1, 0, 1, 1, 0]].map(grid) {
        for kinematics in KINEMATICS {
            for (electric, magnetic) in [(2.0, 0.0), (0.0, 3.0), (0.5, 0.5), (20.0, 30.0)] {
                for time in [3.0, -3.0] {
                    let particle = particle(kinematics);
                    let recorder = Recorder { grid: &grid, particle: &particle, schemes: &[Scheme::Flux] };
                    let recording = step(&grid, &particle, time, electric, magnetic);
                    let mut seen: Vec<&Command> = Vec::new();
                    for command in &recording.commands {
                        if seen.contains(&command) {
                            continue;
                        }
                        seen.push(command);
                        if command.slot().is_none() {
                            continue;
                        }
                        let largest = courant(recorder, command, &recording.tables[command.table()]);
                        assert!(largest <= 1.0, "{command:?}: Courant number {largest}");
                        let parts = recording.commands.iter().filter(|other| *other == command).count();
                        assert!(parts <= 2 || largest > 0.1, "{command:?} {kinematics:?}: {parts} parts for {largest}");
                    }
                }
            }
        }
    }
}

/// Which operators a step holds at all.
fn operators(particle: &Particle, grid: &Grid, electric: f64, magnetic: f64) -> Vec<&'static str> {
    let recording = step(grid, particle, 0.1, electric, magnetic);
    let all = ["drift", "force 0", "force 1", "force 2", "torque", "hidden"];
    let present = |operator: &&str| recording.commands.iter().any(|command| name(command).starts_with(operator));
    all.into_iter().filter(present).collect()
}

/// What has no effect is not recorded: no turn and no hidden velocity without a
/// moment or a field, no force without charge but that of a gradient on a moment,
/// which acts along x alone.
#[test]
fn what_has_no_effect_is_left_out() {
    let grid = grid([1, 0, 0, 1, 1, 1]);
    let electron = particle(Kinematics::Relativistic);
    let spinless = Particle { spin: false, moment: 0.0, ..electron };
    let neutral = Particle { charge: 0.0, ..electron };
    let inert = Particle { moment: 0.0, ..neutral };
    let forces = ["drift", "force 0", "force 1", "force 2"];
    let all = ["drift", "force 0", "force 1", "force 2", "torque", "hidden"];
    for (label, particle, electric, magnetic, expected) in [
        ("all", electron, 0.3, 0.4, &all[..]),
        ("B alone", electron, 0.0, 0.4, &["drift", "force 0", "force 1", "force 2", "torque"]),
        ("no field", electron, 0.0, 0.0, &["drift"]),
        ("spinless", spinless, 0.3, 0.4, &forces),
        ("spinless, no field", spinless, 0.0, 0.0, &["drift"]),
        ("neutral", neutral, 0.3, 0.4, &["drift", "force 0", "torque", "hidden"]),
        ("neutral, no moment", inert, 0.3, 0.4, &["drift"]),
    ] {
        assert_eq!(operators(&particle, &grid, electric, magnetic), expected, "{label}");
    }
}

/// The hidden velocity due to E needs spin-orbit coupling, a moment, E and x.
#[test]
fn hidden_velocity_needs_a_moment_and_an_electric_field() {
    for kinematics in KINEMATICS {
        let moving =
            |particle: &Particle, grid: &Grid, electric| operators(particle, grid, electric, 0.4).contains(&"hidden");
        let (electron, grid) = (particle(kinematics), grid([1, 0, 0, 1, 1, 0]));
        let spin_orbit = kinematics != Kinematics::NonRelativisticWithoutSpinOrbit;
        assert_eq!(moving(&electron, &grid, 0.3), spin_orbit, "{kinematics:?}");
        assert!(!moving(&electron, &grid, 0.0), "{kinematics:?} without E");
        assert!(!moving(&Particle { moment: 0.0, ..electron }, &grid, 0.3), "{kinematics:?} without a moment");
        assert!(!moving(&electron, &grids()[0], 0.3), "{kinematics:?} without x");
    }
}

/// The kernel fits the speed. Along x: coupled with a hidden velocity, varying where
/// a relativistic momentum of the fields varies, else uniform. Along p: coupled with
/// a dipole force, varying where v x B varies, else uniform.
#[test]
fn the_kind_of_sweep_fits_the_speed() {
    let grid = grid([1, 0, 0, 1, 0, 0]);
    let speed_of = |particle: &Particle, field: &dyn Fn(usize) -> FieldSample, force: bool| {
        let mut recording =
            Recording { tables: vec![(0..8).map(field).collect()], commands: Vec::new(), ..Recording::default() };
        let recorder = Recorder { grid: &grid, particle, schemes: &[Scheme::Flux] };
        if force {
            Force::record(&recorder, &mut recording, 0, 0.1, 0);
        } else {
            Streaming::record(&recorder, &mut recording, 0, 0.1, 0);
        }
        recording.commands.first().map(|command| match *command {
            Command::Streaming(Streaming { speed, .. }) | Command::Force(Force { speed, .. }) => speed,
            _ => unreachable!("no sweep"),
        })
    };
    let electron = particle(Kinematics::Relativistic);
    let spinless = Particle { moment: 0.0, spin: false, ..electron };
    let slow = Particle { kinematics: Kinematics::NonRelativistic, ..spinless };
    let still = |_: usize| FieldSample::default();
    let magnetic = |_: usize| FieldSample { b: DVec3::Y, ..Default::default() };
    let along = |_: usize| FieldSample { b: DVec3::X, ..Default::default() };
    let electric = |_: usize| FieldSample { e: DVec3::X, ..Default::default() };
    let drifting = |i: usize| FieldSample { p: DVec3::Y * i as f64, ..Default::default() };
    assert_eq!(speed_of(&electron, &magnetic, false), Some(Speed::Coupled));
    assert_eq!(speed_of(&electron, &drifting, false), Some(Speed::Varying));
    assert_eq!(speed_of(&slow, &drifting, false), Some(Speed::Uniform));
    assert_eq!(speed_of(&electron, &still, false), Some(Speed::Uniform));
    assert_eq!(speed_of(&electron, &magnetic, true), Some(Speed::Coupled));
    assert_eq!(speed_of(&spinless, &magnetic, true), Some(Speed::Varying));
    assert_eq!(speed_of(&slow, &magnetic, true), Some(Speed::Uniform));
    assert_eq!(speed_of(&spinless, &electric, true), Some(Speed::Uniform));
    assert_eq!(speed_of(&spinless, &along, true), None);
    assert_eq!(speed_of(&electron, &still, true), None);
}
