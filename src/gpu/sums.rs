//! Sums that workgroups write in two parts, finished in float64. `tests/shaders.rs`
//! proves the lists here those of WGSL.

use glam::DVec3;

use crate::operators::{Fluxes, Observables, Sources};
use crate::physics::Particle;
use crate::precision::Real;

/// The sums of a kernel in order: name of the WGSL constant, and 3 for a vector or 1.
pub type List = [(&'static str, usize)];

/// Of `shaders/sources.wgsl`.
pub const SOURCES: &List = &[
    ("DENSITY", 1),
    ("STREAM", 3),
    ("MAGNETISATION", 3),
    ("POLARISATION", 3),
    ("POLARISATION_SLOPE", 9),
    ("TORQUE_TURNING", 3),
    ("INVERSE_INERTIA", 1),
];

/// Of `shaders/observables.wgsl`; one number more is the least w0 - |w|.
pub const OBSERVABLES: &List = &[
    ("DENSITY", 1),
    ("EDGE", 1),
    ("MOMENTUM_SCALE", 1),
    ("KINETIC_ENERGY", 1),
    ("PURITY", 1),
    ("MOMENTUM", 3),
    ("SPIN_VECTOR", 3),
    ("MAGNETISATION", 3),
    ("POLARISATION", 3),
];

/// Of `shaders/balance.wgsl`; fluxes have one vector per direction.
pub const FLUXES: &List = &[("MOMENTUM_FLUX", 9), ("SPIN_FLUX", 9), ("ENERGY_FLUX", 3), ("TORQUE", 3)];

/// How many numbers come before the sum `name`; all, if there is none of that name.
pub const fn position(list: &List, name: &str) -> usize {
    let (mut sum, mut at) = (0, 0);
    while sum < list.len() && !equal(list[sum].0, name) {
        at += list[sum].1;
        sum += 1;
    }
    at
}

/// Sums of a list, counting a vector as three.
pub const fn count(list: &List) -> usize {
    position(list, "")
}

const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// The sums of one space cell.
struct Sums {
    list: &'static List,
    values: Vec<f64>,
}

impl Sums {
    /// Adds the parts that all workgroups wrote, `numbers` each.
    fn of<R: Real>(list: &'static List, partial: &[R], numbers: usize, volume: f64) -> Self {
        let mut values = vec![0.0; count(list)];
        for parts in partial.chunks_exact(numbers) {
            for (sum, part) in values.iter_mut().zip(parts.chunks_exact(2)) {
                *sum += (part[0].into() + part[1].into()) * volume;
            }
        }
        Sums { list, values }
    }

    fn number(&self, name: &str) -> f64 {
        self.values[position(self.list, name)]
    }

    fn vector(&self, name: &str) -> DVec3 {
        self.direction(name, 0)
    }

    fn direction(&self, name: &str, direction: usize) -> DVec3 {
        DVec3::from_slice(&self.values[position(self.list, name) + 3 * direction..])
    }
}

/// Numbers that a workgroup of `sources` writes.
pub const SOURCE_NUMBERS: usize = 2 * count(SOURCES);
/// Numbers that a workgroup of `observables` writes.
pub const OBSERVABLE_NUMBERS: usize = 2 * count(OBSERVABLES) + 1;
/// Numbers that a workgroup of `balance` writes.
pub const FLUX_NUMBERS: usize = 2 * count(FLUXES);

/// What the workgroups of `sources` wrote for a space cell; `volume` is that of a momentum cell.
pub fn sources<R: Real>(partial: &[R], particle: &Particle, volume: f64) -> Sources {
    let moment = particle.moment;
    let sums = Sums::of(SOURCES, partial, SOURCE_NUMBERS, volume);
    Sources {
        density: sums.number("DENSITY"),
        stream: sums.vector("STREAM"),
        magnetisation: sums.vector("MAGNETISATION") * moment,
        polarisation: sums.vector("POLARISATION") * moment,
        polarisation_slope: [0, 1, 2].map(|j| sums.direction("POLARISATION_SLOPE", j) * moment),
        torque_turning: sums.vector("TORQUE_TURNING") * (particle.torque_coefficient() * moment),
        inverse_inertia: sums.number("INVERSE_INERTIA"),
    }
}

/// What the workgroups of `observables` wrote.
pub fn observables<R: Real>(partial: &[R], moment: f64, volume: f64) -> Observables {
    let sums = Sums::of(OBSERVABLES, partial, OBSERVABLE_NUMBERS, volume);
    let least = partial.chunks_exact(OBSERVABLE_NUMBERS).map(|parts| parts[OBSERVABLE_NUMBERS - 1].into());
    Observables {
        density: sums.number("DENSITY"),
        edge: sums.number("EDGE"),
        momentum_scale: sums.number("MOMENTUM_SCALE"),
        kinetic_energy: sums.number("KINETIC_ENERGY"),
        purity: sums.number("PURITY"),
        momentum: sums.vector("MOMENTUM"),
        spin: sums.vector("SPIN_VECTOR"),
        magnetisation: sums.vector("MAGNETISATION") * moment,
        polarisation: sums.vector("POLARISATION") * moment,
        positivity: least.fold(f64::INFINITY, f64::min),
    }
}

/// What the workgroups of `balance` wrote.
pub fn fluxes<R: Real>(partial: &[R], volume: f64) -> Fluxes {
    let sums = Sums::of(FLUXES, partial, FLUX_NUMBERS, volume);
    Fluxes {
        momentum: [0, 1, 2].map(|j| sums.direction("MOMENTUM_FLUX", j)),
        spin: [0, 1, 2].map(|j| sums.direction("SPIN_FLUX", j)),
        energy: sums.vector("ENERGY_FLUX"),
        torque: sums.vector("TORQUE"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_lie_one_after_the_other() {
        assert_eq!(position(OBSERVABLES, "DENSITY"), 0);
        assert_eq!(position(OBSERVABLES, "SPIN_VECTOR"), 8);
        assert_eq!([count(SOURCES), count(OBSERVABLES), count(FLUXES)], [23, 17, 24]);
    }
}
