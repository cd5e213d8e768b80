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
//! step = drift(1/2) kick(1) drift(1/2)
//! drift = x(1/2) y(1/2) | z(1) | y(1/2) x(1/2), or x(1) y(1) z(1) where these commute
//! kick = px(1/2) py(1/2) pz(1/2) torque(1/2) | hidden(1) | torque(1/2) pz(1/2) py(1/2) px(1/2)
//! ```
//!
//! Strang's order two holds for the whole coupled system. Half drifts of
//! neighbouring steps are merged when no output is due.

use crate::operators::{Recorder, Recording};

/// Space and momentum directions in the order of the first half.
const DIRECTIONS: [usize; 3] = [0, 1, 2];

/// Tables of one kick: fields before and after Faraday's law, and E alone.
#[derive(Clone, Copy, Debug)]
pub struct KickTables {
    pub before: usize,
    pub after: usize,
    pub electric: usize,
}

/// Records streaming with the hidden velocity due to B for `time`, then absorption.
pub fn drift(recorder: Recorder, recording: &mut Recording, time: f64, table: usize) {
    advection(recorder, recording, time, true, table);
    recorder.absorption(recording, table);
}

/// Records one kick of length `time`.
pub fn kick(recorder: Recorder, recording: &mut Recording, time: f64, tables: KickTables) {
    for axis in DIRECTIONS {
        recorder.force(recording, axis, 0.5 * time, tables.before);
    }
    recorder.spin_torque(recording, 0.5 * time, tables.before);
    advection(recorder, recording, time, false, tables.electric);
    recorder.spin_torque(recording, 0.5 * time, tables.after);
    for axis in DIRECTIONS.into_iter().rev() {
        recorder.force(recording, axis, 0.5 * time, tables.after);
    }
}

/// Sweeps along all space axes: one after another where the sweeps commute, else as
/// a palindrome about the last.
fn advection(recorder: Recorder, recording: &mut Recording, time: f64, streaming: bool, table: usize) {
    let axes: Vec<usize> = recorder.grid.spaces().collect();
    let Some((last, others)) = axes.split_last() else { return };
    if recorder.advections_commute(streaming, &recording.tables[table]) {
        for &axis in &axes {
            recorder.advection(recording, axis, time, streaming, table);
        }
        return;
    }
    for &axis in others {
        recorder.advection(recording, axis, 0.5 * time, streaming, table);
    }
    recorder.advection(recording, *last, time, streaming, table);
    for &axis in others.iter().rev() {
        recorder.advection(recording, axis, 0.5 * time, streaming, table);
    }
}
