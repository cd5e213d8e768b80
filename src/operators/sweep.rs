//! What all terms that carry the state along an axis have in common.

use crate::grid::MOMENTUM;

/// How the speed behaves along the axis of a sweep; it selects the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speed {
    /// The same for all cells of a line and all components.
    Uniform,
    /// Varies along the line, the same for all components.
    Varying,
    /// Varies and couples w0 with w.
    Coupled,
}

impl Speed {
    /// Those that a state with or without spin can meet.
    pub fn all(spin: bool) -> &'static [Speed] {
        if spin { &[Speed::Uniform, Speed::Varying, Speed::Coupled] } else { &[Speed::Uniform, Speed::Varying] }
    }
}

/// A sweep of every kind along each of three axes.
pub(super) fn kinds<T>(speeds: &[Speed], sweep: impl Fn(usize, Speed, Scheme) -> T) -> Vec<T> {
    let mut kinds = Vec::new();
    for axis in 0..MOMENTUM {
        for &speed in speeds {
            kinds.extend(Scheme::ALL.map(|scheme| sweep(axis, speed, scheme)));
        }
    }
    kinds
}

/// How a sweep takes a line through its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// By one flux of second order in time for any speed, exact for a uniform one, with a
    /// share of the upwind part.
    Flux,
    /// By a factor of the series of exp(z) as far as z^4; z is the time times the central
    /// flux operator. Both factors make a sweep of fourth order in time, on any grid the
    /// same semi-discrete equation, and one that leaves of itself and its reverse 1 + O(z^6).
    Series(Factor),
    /// By the upwind part of the flux alone.
    Dissipation,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Scheme; 4] =
        [Scheme::Flux, Scheme::Series(Factor::Former), Scheme::Series(Factor::Latter), Scheme::Dissipation];

    /// What makes a sweep of a run: one flux where sweeps dissipate. In a step of order four
    /// none may, as some of them run backwards.
    pub fn of(order: u32, dissipation: f64) -> &'static [Scheme] {
        match order == 2 && dissipation > 0.0 {
            true => &[Scheme::Flux],
            false => &[Scheme::Series(Factor::Former), Scheme::Series(Factor::Latter)],
        }
    }

    /// Whether it joins the edges of a momentum axis rather than close them. Next to a closed
    /// edge a central flux lets what gathers in the last cell grow, and ripples of it run inwards to
    /// grow at the next edge: turned by B for 100 radians the rounding errors of a tail explode. On a ring
    /// differences are antisymmetric, and a sweep can be undone.
    pub fn joins_edges(self) -> bool {
        matches!(self, Scheme::Series(_))
    }

    /// Cells beyond a part of a line that its sweep reads.
    pub fn reach(self) -> usize {
        if let Scheme::Series(_) = self { 2 * FLUX_REACH } else { FLUX_REACH }
    }

    /// The most of those among some schemes.
    pub fn reach_of(schemes: &[Scheme]) -> usize {
        schemes.iter().map(|scheme| scheme.reach()).fold(FLUX_REACH, usize::max)
    }
}

/// Cells that one flux reads on either side of its face.
pub const FLUX_REACH: usize = 3;

/// 1 + z + z^2/2 + z^3/6 + z^4/24 has two pairs of roots and two real factors
/// `1 + first z + second z^2`, each within twice the reach of a flux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factor {
    /// The one that acts first.
    Former,
    /// The one that acts on what the other has made.
    Latter,
}

impl Factor {
    /// The coefficients `[first, second]`. Twin of those in `shaders/shared/series.wgsl`.
    pub fn coefficients(self) -> [f64; 2] {
        match self {
            Factor::Former => [0.914_746_686_994_595_2, 0.264_462_614_799_049_86],
            Factor::Latter => [0.085_253_313_005_404_85, 0.157_552_199_573_942_8],
        }
    }
}

/// Parts a sweep is cut in at the most; a recording of that length is refused.
pub const MAX_PARTS: usize = 4096;

/// Parts of a sweep with the largest Courant number `courant`; the most where that is no number.
pub(super) fn parts(courant: f64) -> usize {
    let wanted = courant.abs().ceil();
    if wanted <= MAX_PARTS as f64 { (wanted as usize).max(1) } else { MAX_PARTS }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One part at least, and the most where a bound is infinite or no number: such a recording is
    /// refused, while no part at all would drop the sweep.
    #[test]
    fn no_sweep_is_dropped() {
        let numbers = [0.0, -0.3, 1.0, 1.1, -7.5, 1e9, f64::INFINITY, f64::NAN];
        assert_eq!(numbers.map(parts), [1, 1, 1, 2, 8, MAX_PARTS, MAX_PARTS, MAX_PARTS]);
    }
}
