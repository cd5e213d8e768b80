//! Partial sums of the reductions, finished in double precision.

use glam::DVec3;

use crate::operators::{Fluxes, Observables, Sources};

/// Numbers that one workgroup of a reduction writes.
pub const SUMS: usize = 16;

/// Partial sums of one space cell, finished in double precision.
pub struct Sums {
    values: [f64; SUMS - 1],
    least: f64,
}

impl Sums {
    /// Adds the partial sums of all workgroups of a space cell.
    pub fn of(partial: &[f32]) -> Self {
        let mut sums = Sums { values: [0.0; SUMS - 1], least: f64::INFINITY };
        for numbers in partial.chunks_exact(SUMS) {
            for (sum, number) in sums.values.iter_mut().zip(numbers) {
                *sum += f64::from(*number);
            }
            sums.least = sums.least.min(f64::from(numbers[SUMS - 1]));
        }
        sums
    }

    fn vector(&self, at: usize) -> DVec3 {
        DVec3::from_slice(&self.values[at..])
    }

    /// As written by the `sources` kernel; `volume` is that of a momentum cell.
    pub fn sources(&self, moment: f64, volume: f64) -> Sources {
        Sources {
            density: self.values[0] * volume,
            stream: self.vector(1) * volume,
            magnetisation: self.vector(4) * moment * volume,
            polarisation: self.vector(8) * moment * volume,
            hidden_stream: DVec3::new(self.values[7], self.values[11], self.values[12]) * moment * volume,
        }
    }

    /// As written by the `observables` kernel.
    pub fn observables(&self, volume: f64) -> Observables {
        Observables {
            density: self.values[0] * volume,
            momentum: self.vector(1) * volume,
            spin: self.vector(4) * volume,
            kinetic_energy: self.values[7] * volume,
            purity: self.values[8] * volume,
            edge: self.values[9] * volume,
            momentum_scale: self.values[10] * volume,
            positivity: self.least,
        }
    }
}

/// Numbers that one workgroup of the `balance` kernel writes.
pub const FLUXES: usize = 24;

/// Adds the partial sums of all workgroups of a space cell, as the `balance` kernel writes them.
pub fn fluxes(partial: &[f32], volume: f64) -> Fluxes {
    let mut sums = [0.0; FLUXES];
    for numbers in partial.chunks_exact(FLUXES) {
        sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += f64::from(*number) * volume);
    }
    let vector = |k: usize| DVec3::from_slice(&sums[3 * k..]);
    Fluxes { momentum: [0, 1, 2].map(vector), spin: [3, 4, 5].map(vector), energy: vector(6), torque: vector(7) }
}
