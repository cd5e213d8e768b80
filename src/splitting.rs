//! The time step as a palindrome of named operators.
//!
//! The energy `U = int (D - P)^2/2 + B^2/2 + <eps> - M.B` is split in two. While
//! one part acts, the other's fields do not change, so that the coefficients of
//! its operators are constant:
//!
//! - drift, B fixed: streaming and hidden velocity due to B carry W along x,
//!   and dD/dt = curl H - j;
//! - kick, E fixed: W moves in momentum under `q(E + v x B)` and the dipole force,
//!   w turns about T, hidden velocity due to E carries W along x; dB/dt = - curl E,
//!   dA/dt = - E. The magnetic operators use B before and after in its two halves.
//!
//! ```text
//! step  = drift(1/2) kick(1) drift(1/2)
//! drift = x y z, then z y x the next time
//! kick  = px(1/2) py(1/2) pz(1/2) torque(1/2) | hidden(1) | torque(1/2) pz(1/2) py(1/2) px(1/2)
//! ```
//!
//! Strang's order two holds for the whole coupled system. Half drifts of neighbouring
//! steps are merged when no output is due, or never if the scenario says so. Sweeps along
//! several space axes commute but for terms of order hbar: taking turns forwards and
//! backwards makes two steps that are not merged a palindrome, which keeps the order at
//! half the price of a palindrome in every step.
//! What nothing separates is one: the two turns without a hidden velocity, the two
//! innermost forces without spin.
//!
//! Order four is a composition of five such steps (M. Suzuki, Phys. Lett. A 146 (1990)
//! 319), the third of them backwards in time; each is a palindrome of its own, its sweeps
//! by the series of [`crate::operators::Scheme`]. What dissipates never runs backwards: it
//! acts before and after the five, each time for half of the step:
//!
//! ```text
//! step  = damping(1/2) five steps damping(1/2)
//! ```

use crate::grid::MOMENTUM;
use crate::operators::{Absorption, Force, HiddenVelocity, Recorder, Recording, SpinTorque, Streaming};

/// Space and momentum directions in the order of the first half.
const DIRECTIONS: [usize; 3] = [0, 1, 2];

/// Tables of one kick: fields before and after Faraday's law, and halfway.
#[derive(Clone, Copy, Debug)]
pub struct KickTables {
    pub before: usize,
    pub middle: usize,
    pub after: usize,
}

/// Lengths of the Strang steps that make one step of order 2 or 4, in units of it.
pub fn composition(order: u32) -> &'static [f64] {
    // 1/(4 - 4^(1/3)), and what four of it leave.
    const OUTER: f64 = 0.414_490_771_794_375_7;
    const INNER: f64 = 1.0 - 4.0 * OUTER;
    if order == 4 { &[OUTER, OUTER, INNER, OUTER, OUTER] } else { &[1.0] }
}

/// The order of the space axes in one drift or kick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Forwards,
    Backwards,
    /// Half sweeps forwards, then backwards.
    Palindrome,
}

impl Order {
    /// That of drift or kick number `count` where neighbours mirror each other.
    pub fn of(count: u64) -> Order {
        if count.is_multiple_of(2) { Order::Forwards } else { Order::Backwards }
    }
}

/// Records streaming with the hidden velocity due to B for `time`, then absorption.
pub fn drift(recorder: &Recorder, recording: &mut Recording, time: f64, table: usize, order: Order) {
    along_space(recorder, time, order, |axis, time| Streaming::record(recorder, recording, axis, time, table));
    Absorption::record(recording, table);
}

/// Records one kick of length `time`.
pub fn kick(recorder: &Recorder, recording: &mut Recording, time: f64, tables: KickTables, order: Order) {
    let KickTables { before, middle, after } = tables;
    let axes: Vec<usize> =
        DIRECTIONS.into_iter().filter(|&axis| recorder.grid.axis(MOMENTUM + axis).is_some()).collect();
    let (last, others) = match axes.split_last() {
        Some((&last, others)) if !SpinTorque::acts(recorder, &recording.tables[middle]) => (Some(last), others),
        _ => (None, &axes[..]),
    };
    for &axis in others {
        Force::record(recorder, recording, axis, 0.5 * time, before);
    }
    match last {
        Some(axis) => Force::record(recorder, recording, axis, time, middle),
        None if !HiddenVelocity::acts(recorder, &recording.tables[middle]) => {
            SpinTorque::record(recorder, recording, time, middle);
        }
        None => {
            SpinTorque::record(recorder, recording, 0.5 * time, before);
            along_space(recorder, time, order, |axis, time| {
                HiddenVelocity::record(recorder, recording, axis, time, middle);
            });
            SpinTorque::record(recorder, recording, 0.5 * time, after);
        }
    }
    for &axis in others.iter().rev() {
        Force::record(recorder, recording, axis, 0.5 * time, after);
    }
}

/// Records the dissipation of all axes for `time`, in one order or the other. `recorder`
/// makes [`Scheme::Dissipation`](crate::operators::Scheme) sweeps.
pub fn damping(recorder: &Recorder, recording: &mut Recording, time: f64, table: usize, order: Order) {
    let mut sweeps: Vec<(bool, usize)> = recorder.grid.spaces().map(|axis| (true, axis)).collect();
    sweeps.extend(DIRECTIONS.map(|axis| (false, axis)));
    if order == Order::Backwards {
        sweeps.reverse();
    }
    for (space, axis) in sweeps {
        match space {
            true => Streaming::record(recorder, recording, axis, time, table),
            false => Force::record(recorder, recording, axis, time, table),
        }
    }
}

/// Sweeps along all space axes.
fn along_space(recorder: &Recorder, time: f64, order: Order, mut sweep: impl FnMut(usize, f64)) {
    let mut axes: Vec<usize> = recorder.grid.spaces().collect();
    match order {
        Order::Forwards => axes.into_iter().for_each(|axis| sweep(axis, time)),
        Order::Backwards => axes.into_iter().rev().for_each(|axis| sweep(axis, time)),
        Order::Palindrome => {
            let Some(last) = axes.pop() else { return };
            axes.iter().for_each(|&axis| sweep(axis, 0.5 * time));
            sweep(last, time);
            axes.iter().rev().for_each(|&axis| sweep(axis, 0.5 * time));
        }
    }
}
