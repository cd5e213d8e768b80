//! Why a cell cannot collide, in words.

use super::Moments;
use crate::error::Error;
use crate::fields::Mesh;
use crate::numerals::number;
use glam::DVec3;

/// Why no equilibrium matches a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause {
    /// A moment is no number.
    NotFinite,
    /// Of number.
    Negative,
    /// Less energy than the mean motion has.
    Colder,
    /// More energy for each particle than evenly filled momenta have.
    Hotter { each: f64, most: f64 },
    /// A thermal spread below a cell of momentum.
    Narrow { spread: f64, step: f64 },
    /// More fermions than states.
    Denser { most: f64 },
    /// Less energy than the fullest states of fermions have.
    Degenerate,
    /// A flow that the momentum axes do not hold.
    AtTheEnds { temperature: f64 },
    /// The matrix of the spin potential.
    Singular,
}

impl Cause {
    /// What is so, and what to do.
    fn words(self) -> String {
        let thin = "raise `collisions.empty_below` if it is a thin gas beside others";
        match self {
            Cause::NotFinite => "the state is no longer finite; reduce time.step".into(),
            Cause::Negative => format!(
                "its w0 adds up to less than nothing, as sweeps overshoot at steep edges; refine the grid, or {thin}"
            ),
            Cause::Colder => format!(
                "its particles have less energy than their mean motion, as where w0 overshoots below zero; refine the grid, \
                 reduce time.step, or {thin}"
            ),
            Cause::Hotter { each, most } => format!(
                "it is too hot for the momentum axes: {} of energy for each particle, where evenly filled axes have {}; widen \
                 the momentum axes, or {thin}",
                number(each, 4),
                number(most, 4)
            ),
            Cause::Narrow { spread, step } => format!(
                "it is too cold for the momentum axes: a thermal spread of about {} on cells of {}; refine the momentum axes",
                number(spread, 4),
                number(step, 4)
            ),
            Cause::Denser { most } => format!(
                "it is denser than the states of fermions on the momentum axes, {}; widen them, or lower the density or hbar",
                number(most, 6)
            ),
            Cause::Degenerate => "it is colder than fermions of its density can be on these momenta; raise the \
                                  temperature, lower the density or hbar, or refine the momentum axes"
                .into(),
            Cause::AtTheEnds { temperature } => format!(
                "with a temperature of about {} its flow is too near the ends of the momentum axes; widen them, or {thin}",
                number(temperature, 4)
            ),
            Cause::Singular => "reduce `collisions.xi`".into(),
        }
    }

    /// The error of a cell: place, time, what it has, why, and what to do.
    pub fn error(self, mesh: &Mesh, cell: usize, time: f64, moments: &Moments, spin: DVec3) -> Error {
        let (index, place) = (mesh.indices(cell), mesh.position(cell));
        let place: Vec<String> = mesh
            .resolved()
            .map(|axis| format!("{} = {} (cell {})", ["x", "y", "z"][axis], number(place[axis], 6), index[axis]))
            .collect();
        let place = if place.is_empty() { String::new() } else { format!(" and {}", place.join(", ")) };
        let vector = |v: DVec3| format!("({}, {}, {})", number(v.x, 6), number(v.y, 6), number(v.z, 6));
        let what = match self {
            Cause::Singular => {
                "`collisions.xi` is so large that the matrix of the spin potential is nearly singular, or beyond, with"
            }
            _ => "no equilibrium of a temperature above zero has",
        };
        Error::Run(format!(
            "collisions: at t = {}{place} {what} density {}, momentum {}, kinetic energy {} and spin {} there: {}",
            number(time, 7),
            number(moments.number, 6),
            vector(moments.momentum),
            number(moments.energy, 6),
            vector(spin),
            self.words()
        ))
    }
}
