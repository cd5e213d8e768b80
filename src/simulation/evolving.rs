//! All that changes in a run beside the cells.

use glam::DVec3;
use serde::{Deserialize, Serialize};

use super::Simulation;
use crate::operators::Sources;

/// What a run must remember besides its cells, so that a fresh simulation of the same scenario goes
/// on where it stopped, to the last bit. All vectors have one entry per space cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evolving {
    /// Steps done, and the time.
    pub clock: Clock,
    /// D, B and A of the self-consistent fields, staggered as in [`Fields`](crate::fields::Fields).
    pub d: Vec<DVec3>,
    /// B, see above.
    pub b: Vec<DVec3>,
    /// A, see above.
    pub a: Vec<DVec3>,
    /// Charge density besides the particles: the background and what absorbing layers collected.
    pub fixed_charge: Vec<f64>,
    /// Sources of the cells.
    pub sources: Vec<Sources>,
    /// Rate of E that the last kick left behind, see [`crate::fields::centred`].
    pub e_rate: Vec<DVec3>,
    /// Momentum that the fixed charges have taken up since the start.
    pub fixed_momentum: DVec3,
    /// Rates, found at the start, at which fields lose waves of two cells along each axis.
    pub damping: DVec3,
}

impl Evolving {
    /// Bytes of what it has of each space cell.
    pub const CELL_BYTES: usize = 4 * size_of::<DVec3>() + size_of::<f64>() + size_of::<Sources>();

    /// Whether it can be of a simulation on so many space cells.
    pub fn fits(&self, space_cells: usize) -> bool {
        let vectors = [&self.d, &self.b, &self.a, &self.e_rate].map(Vec::len);
        vectors.into_iter().chain([self.fixed_charge.len(), self.sources.len()]).all(|length| length == space_cells)
    }
}

/// Steps and time. The turn of the space axes follows from the steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Steps done.
    pub steps: u64,
    /// Length of a step in units of time; negative backwards.
    pub step: f64,
    /// Steps done and time when the step was last turned.
    pub epoch: (u64, f64),
    /// Whether half a drift, or half a collision where particles collide, is missing from the last step, as where the
    /// next one will merge it with its own.
    pub owes_drift: bool,
}

impl Clock {
    /// Before the first step.
    pub fn new(step: f64) -> Clock {
        Clock { steps: 0, step, epoch: (0, 0.0), owes_drift: false }
    }

    /// Time after so many steps.
    pub fn time_after(&self, steps: u64) -> f64 {
        let (since, time) = self.epoch;
        time + (steps as f64 - since as f64) * self.step
    }
}

impl Simulation {
    /// What changes in this run beside the cells, as it is now.
    pub fn evolving(&self) -> Evolving {
        let fields = &self.fields;
        Evolving {
            clock: self.clock,
            d: fields.d.clone(),
            b: fields.b.clone(),
            a: fields.a.clone(),
            fixed_charge: fields.fixed_charge.clone(),
            sources: self.sources.clone(),
            e_rate: self.e_rate.clone(),
            fixed_momentum: self.fixed_momentum,
            damping: self.damping,
        }
    }

    /// Goes on from where another run of the same scenario was, whose cells the executor holds.
    pub fn restore(&mut self, evolving: Evolving) {
        let Evolving { clock, d, b, a, fixed_charge, sources, e_rate, fixed_momentum, damping } = evolving;
        let fields = &mut self.fields;
        self.damping = damping;
        (self.clock, self.sources, self.e_rate, self.fixed_momentum) = (clock, sources, e_rate, fixed_momentum);
        (fields.d, fields.b, fields.a, fields.fixed_charge) = (d, b, a, fixed_charge);
    }
}
