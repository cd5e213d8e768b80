//! All that changes in a run beside the cells.

use std::io::{self, Read};

use glam::DVec3;
use serde::{Deserialize, Serialize};

use super::Simulation;
use crate::checkpoint::Checkpoint;
use crate::error::Result;
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

    /// What has one entry per space cell, nothing yet.
    fn blank(clock: Clock, space_cells: usize) -> Evolving {
        let zero = || vec![DVec3::ZERO; space_cells];
        Evolving {
            clock,
            d: zero(),
            b: zero(),
            a: zero(),
            fixed_charge: vec![0.0; space_cells],
            sources: vec![Sources::default(); space_cells],
            e_rate: zero(),
            fixed_momentum: DVec3::ZERO,
            damping: DVec3::ZERO,
        }
    }

    /// All numbers but those of the clock, in the order in which a checkpoint has them.
    fn numbers(&mut self, visit: &mut dyn FnMut(&mut f64) -> io::Result<()>) -> io::Result<()> {
        let mut vector = |v: &mut DVec3| v.as_mut().iter_mut().try_for_each(&mut *visit);
        [&mut self.fixed_momentum, &mut self.damping].into_iter().try_for_each(&mut vector)?;
        for vectors in [&mut self.d, &mut self.b, &mut self.a, &mut self.e_rate] {
            vectors.iter_mut().try_for_each(&mut vector)?;
        }
        self.fixed_charge.iter_mut().try_for_each(&mut *visit)?;
        self.sources.iter_mut().try_for_each(|sources| sources.numbers(visit))
    }

    /// The bytes that [`Evolving::of`] finds in a checkpoint.
    pub fn encoded(mut self) -> Vec<u8> {
        let Clock { steps, step, epoch: (since, time), owes_drift } = self.clock;
        let clock = [steps, step.to_bits(), since, time.to_bits(), u64::from(owes_drift)];
        let mut bytes: Vec<u8> = clock.iter().flat_map(|number| number.to_ne_bytes()).collect();
        bytes.reserve_exact(Self::HEAD + Self::CELL_BYTES * self.d.len() - bytes.len());
        let mut add = |number: &mut f64| {
            bytes.extend(number.to_ne_bytes());
            Ok(())
        };
        // Memory does not fail.
        let _ = self.numbers(&mut add);
        bytes
    }

    /// Bytes that do not depend on the cells: five numbers of the clock, two vectors.
    const HEAD: usize = 5 * size_of::<u64>() + 2 * size_of::<DVec3>();

    /// What a checkpoint holds; no more memory is taken than its bytes have.
    ///
    /// # Errors
    ///
    /// [`Error::Input`](crate::Error::Input) where it cannot be read, or another version of the program has written it.
    pub fn of(checkpoint: &Checkpoint) -> Result<Evolving> {
        let (mut file, bytes) = checkpoint.evolving()?;
        let cells = bytes.checked_sub(Self::HEAD as u64).filter(|cells| cells % Self::CELL_BYTES as u64 == 0);
        let Some(cells) = cells else {
            return Err(checkpoint.invalid("its fields are not those that this version knows"));
        };
        let mut read = || -> io::Result<Evolving> {
            let mut word = || {
                let mut bytes = [0; 8];
                file.read_exact(&mut bytes)?;
                io::Result::Ok(u64::from_ne_bytes(bytes))
            };
            let steps = word()?;
            let (step, since, time) = (f64::from_bits(word()?), word()?, f64::from_bits(word()?));
            let clock = Clock { steps, step, epoch: (since, time), owes_drift: word()? != 0 };
            let mut evolving = Evolving::blank(clock, cells as usize / Self::CELL_BYTES);
            evolving.numbers(&mut |number| {
                *number = f64::from_bits(word()?);
                Ok(())
            })?;
            Ok(evolving)
        };
        read().map_err(|error| checkpoint.invalid(&error.to_string()))
    }

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
    /// Before the first step, at a time.
    pub fn new(start: f64, step: f64) -> Clock {
        Clock { steps: 0, step, epoch: (0, start), owes_drift: false }
    }

    /// Steps done at a time, to the nearest.
    pub fn steps_at(&self, time: f64) -> u64 {
        let (since, start) = self.epoch;
        (since as f64 + ((time - start) / self.step).round()).max(0.0) as u64
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
