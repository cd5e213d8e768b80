//! Kick, E fixed: W moves in momentum under `q(E + v x B)` and the dipole force, w turns about T,
//! the hidden velocity due to E carries W along x; dB/dt = - curl E, dA/dt = - E. The magnetic
//! operators use B before and after in its two halves.
//!
//! ```text
//! kick = px(1/2) py(1/2) pz(1/2) torque(1/2) | hidden(1) exchange(1) | torque(1/2) pz(1/2) py(1/2) px(1/2)
//! ```
//!
//! What nothing separates is one: the two turns without a hidden velocity, the two innermost
//! forces without spin. Where spins feel the mean field of each other, they turn in the middle, about the spin density that the
//! parts before have left there: it is the same after the turn. Forces and torques that are alike for all spins, or all momenta,
//! commute with its turn and stay whole; with a range only what moves all momenta alike. It and the hidden velocity commute but for terms of order hbar; they take turns as the space
//! axes do.

use glam::DVec3;

use super::{DIRECTIONS, Finish, Flow, along_space, next_sources};
use crate::error::{Error, Result};
use crate::exchange::{Exchange, MOST_SOUND, MOST_UNEVEN, PairPotential};
use crate::fields::{centred, rate_left};
use crate::grid::MOMENTUM;
use crate::numerals::number;
use crate::operators::{
    Command, FieldSample, Force, HiddenVelocity, MOST_TURN, MeanField, MeanFieldTurn, ReadSources, ReadSpinDensity,
    ReadSpinLength, Reading, Recorder, Recording, SpinDensity, SpinTorque, Turn,
};
use crate::simulation::Simulation;
use crate::splitting::{Order, Stage};

/// Tables of one kick: fields before and after Faraday's law, and halfway.
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    /// Place in [`Recording::tables`] of the fields before.
    pub before: usize,
    /// Place of those halfway.
    pub middle: usize,
    /// Place of those after.
    pub after: usize,
}

/// Something that acts in a kick by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    /// Along the momentum of direction `axis`.
    Force { axis: usize, time: f64, table: usize },
    /// About T.
    Torque { time: f64, table: usize },
    /// Along all space axes.
    Hidden,
    /// About the spin density of the moment.
    Exchange { time: f64 },
}

/// The parts of a kick of length `time` in their order, with an exchange mean field or without.
fn parts(
    recorder: &Recorder,
    fields: &[FieldSample],
    time: f64,
    tables: Tables,
    (order, exchange): (Order, Option<&Exchange>),
) -> Vec<Part> {
    let Tables { before, middle, after } = tables;
    let half = 0.5 * time;
    let axes: Vec<usize> =
        DIRECTIONS.into_iter().filter(|&axis| recorder.grid.axis(MOMENTUM + axis).is_some()).collect();
    // What pushes spins apart commutes with no other force or torque that tells them apart, or momenta; what turns them at a
    // distance with no force that moves momenta apart.
    let pushes = exchange.is_some_and(|exchange| exchange.forces);
    let whole = |last: &usize| {
        let differs = exchange.is_some_and(|exchange| match exchange.potential {
            None => Force::depends_on_spin(recorder, fields, *last),
            Some(_) => !Force::is_uniform(recorder, fields, *last),
        });
        !(SpinTorque::acts(recorder, fields) || differs || pushes)
    };
    let (last, others) = match axes.split_last() {
        Some((last, others)) if whole(last) => (Some(*last), others),
        _ => (None, &axes[..]),
    };
    let exchanged = |time| exchange.map(|_| Part::Exchange { time });
    let turned = |time, table| Part::Torque { time, table };
    let force = |table| move |&axis: &usize| Part::Force { axis, time: half, table };
    let mut parts: Vec<Part> = others.iter().map(force(before)).collect();
    match last {
        Some(axis) => {
            parts.extend([Some(Part::Force { axis, time, table: middle }), exchanged(time)].into_iter().flatten())
        }
        None if HiddenVelocity::acts(recorder, fields) => {
            let around = match order {
                Order::Forwards => [Some(time), None],
                Order::Backwards => [None, Some(time)],
                Order::Palindrome => [Some(half); 2],
            };
            let [first, second] = around.map(|time| time.and_then(exchanged));
            let middle = [Some(turned(half, before)), first, Some(Part::Hidden), second, Some(turned(half, after))];
            parts.extend(middle.into_iter().flatten());
        }
        None if exchange.is_some() && (pushes || !SpinTorque::is_uniform(recorder, fields)) => {
            parts.extend([turned(half, before), Part::Exchange { time }, turned(half, after)]);
        }
        None => parts.extend(exchanged(time).into_iter().chain([turned(time, middle)])),
    }
    parts.extend(others.iter().rev().map(force(after)));
    parts
}

/// Records the sweeps and turns of one kick of length `time`, but for those of mean fields.
pub fn sweeps(recorder: &Recorder, recording: &mut Recording, time: f64, tables: Tables, order: Order) {
    for part in parts(recorder, &recording.tables[tables.middle], time, tables, (order, None)) {
        sweep(recorder, recording, part, (time, tables.middle, order));
    }
}

/// Records a part of a kick; the hidden velocity acts for `time` on table `middle`.
fn sweep(recorder: &Recorder, recording: &mut Recording, part: Part, (time, middle, order): (f64, usize, Order)) {
    match part {
        Part::Force { axis, time, table } => Force::record(recorder, recording, axis, time, table),
        Part::Torque { time, table } => SpinTorque::record(recorder, recording, time, table),
        Part::Hidden => along_space(recorder, time, order, |axis, time| {
            HiddenVelocity::record(recorder, recording, axis, time, middle);
        }),
        // Its fields are not those of a table that is there.
        Part::Exchange { .. } => {}
    }
}

/// Executes what is recorded, and records the turn of `time` about the spin density that this leaves, in the middle of its
/// forces where they act.
fn exchange(
    simulation: &mut Simulation,
    recording: &mut Recording,
    exchange: &Exchange,
    (time, table): (f64, usize),
) -> Result<()> {
    recording.push(ReadSpinDensity { table });
    recording.commands.extend(exchange.potential.iter().map(|_| Command::from(ReadSpinLength { table })));
    let mut readings = simulation.execute(recording)?;
    let lengths = match exchange.potential.as_ref().and_then(|_| readings.pop()) {
        Some(Reading::SpinLengths(lengths)) => lengths,
        _ => Vec::new(),
    };
    let Some(Reading::SpinDensity(densities)) = readings.pop() else {
        return Err(Error::Run("the device returned no spin densities".into()));
    };
    recording.commands.clear();
    recording.mean_fields.clear();
    let angle = |i: usize| (exchange.rate(densities[i].spin) * time).length();
    let is_known = |i: usize| angle(i) <= MOST_TURN;
    if let Some(place) = (0..densities.len()).find(|&i| !is_known(i)) {
        return Err(simulation.refused(
            &format!(
                "spins would turn by {} rad at once in the mean field of the others, {} at the most,",
                number(angle(place), 3),
                number(MOST_TURN, 2)
            ),
            place,
            "time.step or exchange.strength",
        ));
    }
    let mesh = simulation.fields.mesh;
    let phase = |i: usize| exchange.phase_of_sound(&mesh, densities[i].density, time);
    if let Some(place) = (0..densities.len()).find(|&i| phase(i) > MOST_SOUND) {
        return Err(simulation.refused(
            &format!(
                "sound of the mean field would take a phase of {} in a step, {MOST_SOUND} at the most,",
                number(phase(place), 3)
            ),
            place,
            "time.step or exchange.strength",
        ));
    }
    let table = recording.tables.len();
    recording.tables.push(exchange.fields(&mesh, &densities, time));
    let recorder = simulation.recorder();
    let axes = || DIRECTIONS.into_iter().filter(|_| exchange.forces);
    axes().for_each(|axis| Force::record(&recorder, recording, axis, 0.5 * time, table));
    recording.push(Turn { table });
    if let Some(potential) = &exchange.potential {
        at_a_distance(simulation, recording, (exchange, potential), (&densities, &lengths), (time, table))?;
    }
    axes().rev().for_each(|axis| Force::record(&recorder, recording, axis, 0.5 * time, table));
    Ok(())
}

/// Records the turns of a time about what differs from momentum to momentum in the mean field. They leave int |w|, `lengths`, as
/// it is, and with it the bound of their angle.
fn at_a_distance(
    simulation: &Simulation,
    recording: &mut Recording,
    (exchange, potential): (&Exchange, &PairPotential),
    (densities, lengths): (&[SpinDensity], &[f64]),
    (time, table): (f64, usize),
) -> Result<()> {
    let angle = |i: usize| exchange.uneven_angle(lengths[i], time);
    let is_known = |i: usize| angle(i) <= MOST_UNEVEN;
    if let Some(place) = (0..lengths.len()).find(|&i| !is_known(i)) {
        return Err(simulation.refused(
            &format!(
                "spins would turn by up to {} rad at once by what differs from momentum to momentum in the mean field of the \
                 others, {MOST_UNEVEN} at the most,",
                number(angle(place), 3)
            ),
            place,
            "time.step or exchange.strength",
        ));
    }
    let largest = (0..lengths.len()).map(angle).fold(0.0, f64::max);
    if largest == 0.0 {
        return Ok(());
    }
    let count = (largest / MeanField::MOST).ceil() as usize;
    let precision = simulation.executor.description().precision;
    let mean_field = recording.mean_fields.len();
    recording.mean_fields.push(exchange.mean_field(potential, densities, (largest, time, count), precision));
    let turn = MeanFieldTurn { table, mean_field, separable: potential.couplings.are_separable() };
    (0..count).for_each(|_| recording.push(turn));
    Ok(())
}

/// Takes B and A through a kick and records it and, where fields evolve, the sources after it;
/// these take D on, and tell the rate of E that the kick leaves behind.
///
/// # Errors
///
/// [`Error::Run`] where a mean field turns spins by more than an angle that is known, and those of the executor.
pub(super) fn record(simulation: &mut Simulation, recording: &mut Recording, stage: &Stage<Flow>) -> Result<Finish> {
    let Stage { time, length, order, .. } = *stage;
    if simulation.order == 2 {
        let matter = simulation.matter();
        simulation.fields.damp(simulation.damping, length, &matter, &mut simulation.e_rate);
    }
    let mesh = simulation.fields.mesh;
    let external = |i: usize| simulation.fields.external.at(i, mesh.position(i), time + 0.5 * length).e;
    let e_external: Vec<DVec3> = (0..mesh.size()).map(external).collect();
    let mut e = simulation.electric();
    if simulation.self_consistent() {
        for (i, turning) in simulation.turning().into_iter().enumerate() {
            e[i] = centred(0.5 * length, e[i], turning, simulation.e_rate[i], e_external[i]);
        }
    }
    let tables = advance(simulation, recording, &e, time, length);
    let fields = &recording.tables[tables.middle];
    let law = simulation.exchange.clone();
    for part in parts(&simulation.recorder(), fields, length, tables, (order, law.as_ref())) {
        match (part, &law) {
            (Part::Exchange { time }, Some(law)) => exchange(simulation, recording, law, (time, tables.middle))?,
            _ => sweep(&simulation.recorder(), recording, part, (length, tables.middle, order)),
        }
    }
    if !simulation.self_consistent() {
        return Ok(Box::new(|_, _| Ok(())));
    }
    recording.push(ReadSources { table: tables.after });
    Ok(Box::new(move |simulation, readings| {
        let kicked = next_sources(readings)?;
        simulation.fixed_momentum += length * simulation.fields.force_on_fixed_charge(&e);
        let held: Vec<DVec3> = e.iter().zip(&e_external).map(|(e, external)| *e + *external).collect();
        let hidden = simulation.species.hidden_current(&held, &simulation.sources, &kicked);
        simulation.fields.displace(length, &hidden);
        simulation.sources = kicked;
        simulation.fields.obey_gauss(&simulation.matter());
        let (end, turning) = (simulation.electric(), simulation.turning());
        let rate = |i: usize| rate_left(0.5 * length, e[i], end[i], turning[i], e_external[i]);
        simulation.e_rate = (0..end.len()).map(rate).collect();
        Ok(())
    }))
}

/// Takes B and A through a kick of `length` from `start` and adds its tables: `e` and the
/// prescribed E belong to its middle, B and A of the first half to its start and of
/// the second to its end.
fn advance(simulation: &mut Simulation, recording: &mut Recording, e: &[DVec3], start: f64, length: f64) -> Tables {
    let (half, middle, end) = (0.5 * length, start + 0.5 * length, start + length);
    let advance = |simulation: &mut Simulation| {
        simulation.fields.faraday(half, e);
        simulation.fields.potential(half, e, middle);
    };
    let mut before = simulation.table(e, start);
    advance(simulation);
    let middle = simulation.table(e, middle);
    advance(simulation);
    let mut after = simulation.table(e, end);
    for (i, sample) in middle.iter().enumerate() {
        for table in [&mut before, &mut after] {
            (table[i].e, table[i].de) = (sample.e, sample.de);
        }
    }
    let first = recording.tables.len();
    recording.tables.extend([before, middle, after]);
    Tables { before: first, middle: first + 1, after: first + 2 }
}
