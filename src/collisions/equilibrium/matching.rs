//! The equilibrium that has the number, momentum and energy of a state, as sums over the grid.
//!
//! These are derivatives of a convex function of (a, c, beta), so that Newton's method with damped steps finds them
//! wherever there are any; with the shares of a relativistic collision it is as convex. Where number is not conserved,
//! mu = 0, a is - beta m, on a plane in that space.

use std::f64::consts::TAU;

use glam::DVec3;

use super::{Equilibrium, Gas, Moments, Sums};
use crate::collisions::linear::solve;
use crate::collisions::refusal::Cause;
use crate::operators::Covariant;
use crate::scenario::schema::Statistics;

/// Most steps of Newton's method.
const MOST_STEPS: usize = 200;
/// Mean square of the change of h below which a step is lost in rounding.
const CONVERGED: f64 = 1e-29;
/// a, three components of c, beta.
const UNKNOWNS: usize = 5;

impl Gas {
    /// The equilibrium that has these moments.
    ///
    /// # Errors
    ///
    /// Where there is none of a temperature above zero: why not.
    pub fn matching(&self, wanted: &Moments) -> Result<Equilibrium, Cause> {
        let flow = wanted.momentum / (wanted.number * self.particle.mass);
        let energy = 2.0 * wanted.energy / wanted.number - self.particle.mass * flow.length_squared();
        let temperature = self.possible(wanted, energy / self.resolved_axes() as f64)?;
        let dilute = Gas { statistics: Statistics::Boltzmann, amplitude: 1.0, ..self.clone() };
        let beta = 1.0 / temperature;
        let mut start = Equilibrium { offset: 0.0, drift: beta * flow, beta };
        let sum = dilute.product_sums(&dilute.factors(&start)).weight;
        // Fermions in as many states: a dense gas begins far from degeneracy.
        start.offset = (wanted.number / (sum * self.amplitude)).ln();
        let sums = |equilibrium: &Equilibrium| self.sums(&self.factors(equilibrium));
        self.newton(wanted, start, sums).ok_or_else(|| self.cause(wanted, temperature))
    }

    /// The equilibrium that has these moments of what a relativistic collision takes at the rates of `rate`, sought
    /// from `start`, or from what the moments suggest.
    ///
    /// # Errors
    ///
    /// Where there is none of a temperature above zero, or it moves faster than light: why not.
    pub fn matching_shares(
        &self,
        wanted: &Moments,
        rate: &Covariant,
        unresolved: DVec3,
        start: Option<Equilibrium>,
    ) -> Result<Equilibrium, Cause> {
        let m = self.particle.mass;
        let energy = wanted.energy + m * wanted.number;
        let velocity = (wanted.momentum - wanted.number * unresolved) / energy;
        let inverse_gamma = (1.0 - velocity.length_squared()).max(0.0).sqrt();
        // Of motion in the frame of the flow, as if energy and momentum were a particle's.
        let motion = energy * inverse_gamma / wanted.number - m;
        let axes = self.resolved_axes() as f64;
        let temperature = self.possible(wanted, motion * (motion + 2.0 * m) / (axes * (motion + m)))?;
        let guess = || {
            let temperature = if self.conserves_number {
                temperature
            } else {
                // Without mass energy is 24 pi A T^4.
                (energy * inverse_gamma / (12.0 * TAU * self.amplitude)).powf(0.25).max(0.05 * m)
            };
            let beta = 1.0 / (temperature * inverse_gamma.max(0.05));
            let drift = velocity * beta * (1.0 - 1e-3);
            let mut start = Equilibrium { offset: if self.conserves_number { 0.0 } else { -beta * m }, drift, beta };
            if self.conserves_number {
                let dilute = Gas { statistics: Statistics::Boltzmann, amplitude: 1.0, ..self.clone() };
                let sum = dilute.shares(&start, rate, unresolved).weight;
                start.offset = (wanted.number / (sum * self.amplitude)).ln();
            }
            start
        };
        let found =
            self.newton(wanted, start.unwrap_or_else(guess), |equilibrium| self.shares(equilibrium, rate, unresolved));
        let slower = found.filter(|found| found.beta > found.drift.length());
        slower.ok_or_else(|| self.cause(wanted, temperature))
    }

    fn resolved_axes(&self) -> usize {
        self.resolved.iter().filter(|resolved| **resolved).count()
    }

    /// The temperature, unless it or what is wanted cannot be.
    fn possible(&self, wanted: &Moments, temperature: f64) -> Result<f64, Cause> {
        let finite = wanted.number.is_finite() && wanted.energy.is_finite() && wanted.momentum.is_finite();
        if !finite {
            return Err(Cause::NotFinite);
        }
        if wanted.number <= 0.0 {
            return Err(Cause::Negative);
        }
        if wanted.energy <= 0.0 || temperature.is_nan() || temperature <= 0.0 {
            return Err(Cause::Colder);
        }
        Ok(temperature)
    }

    /// Why nothing has the moments, about as hot as `temperature`.
    fn cause(&self, wanted: &Moments, temperature: f64) -> Cause {
        let mut cells = 0.0;
        let (mut flat, mut narrowest) = (0.0, f64::INFINITY);
        self.each(DVec3::ZERO, |p| {
            cells += 1.0;
            flat += self.particle.kinetic_energy(p);
        });
        for axis in self.centres.iter().filter(|axis| axis.len() > 1) {
            narrowest = narrowest.min(axis[1] - axis[0]);
        }
        let (spread, each) = ((self.particle.mass * temperature).sqrt(), wanted.energy / wanted.number);
        if self.statistics == Statistics::FermiDirac && wanted.number >= self.amplitude * self.volume * cells {
            return Cause::Denser { most: self.amplitude * self.volume * cells };
        }
        if each >= flat / cells {
            return Cause::Hotter { each, most: flat / cells };
        }
        if spread < narrowest {
            return Cause::Narrow { spread, step: narrowest };
        }
        if self.statistics == Statistics::FermiDirac {
            return Cause::Degenerate;
        }
        Cause::AtTheEnds { temperature }
    }

    fn newton(&self, wanted: &Moments, start: Equilibrium, sums: impl Fn(&Equilibrium) -> Sums) -> Option<Equilibrium> {
        let axes: Vec<usize> = (0..3).filter(|&direction| self.resolved[direction]).collect();
        let count = axes.len() + 2;
        let mut found = start;
        let mut last = f64::INFINITY;
        for _ in 0..MOST_STEPS {
            let sums = sums(&found);
            if !(sums.weight > 0.0 && sums.weight.is_finite()) {
                return None;
            }
            let missing = Moments {
                number: wanted.number - sums.value.number,
                momentum: wanted.momentum - sums.value.momentum,
                energy: wanted.energy - sums.value.energy,
            };
            let (slopes, right) = (sums.slopes(&axes), missing.listed(&axes));
            let step = if self.conserves_number {
                scaled(slopes, right, count)?
            } else {
                self.massive(scaled_from(1, self.on_the_plane(slopes, right, count), count)?, count)
            };
            let square = step.iter().zip(right).map(|(step, right)| step * right).sum::<f64>() / sums.weight;
            if !square.is_finite() {
                return None;
            }
            // Rounding leaves steps that no longer shrink.
            if square.abs() < CONVERGED || (square.abs() < 1e-24 && square.abs() > 0.25 * last) {
                return (found.beta > 0.0).then_some(found);
            }
            last = square.abs();
            let share = if square < 0.01 { 1.0 } else { 1.0 / (1.0 + square.sqrt()) };
            found.offset += share * step[0];
            for (k, &axis) in axes.iter().enumerate() {
                found.drift[axis] += share * step[1 + k];
            }
            found.beta += share * step[count - 1];
        }
        None
    }

    /// Slopes and what is missing, by c and beta alone, a = - beta m.
    fn on_the_plane(&self, mut slopes: Matrix, mut right: [f64; UNKNOWNS], count: usize) -> (Matrix, [f64; UNKNOWNS]) {
        let (m, last) = (self.particle.mass, count - 1);
        for row in slopes.iter_mut().take(count) {
            row[last] -= m * row[0];
        }
        let first = slopes[0];
        slopes[last].iter_mut().zip(first).for_each(|(slope, of_a)| *slope -= m * of_a);
        right[last] -= m * right[0];
        (slopes, right)
    }

    /// The step of a that goes with one of beta.
    fn massive(&self, mut step: [f64; UNKNOWNS], count: usize) -> [f64; UNKNOWNS] {
        step[0] = -self.particle.mass * step[count - 1];
        step
    }
}

/// Derivatives of moments by unknowns.
type Matrix = [[f64; UNKNOWNS]; UNKNOWNS];

/// Solves for the unknowns from `first` on.
fn scaled_from(first: usize, (matrix, right): (Matrix, [f64; UNKNOWNS]), count: usize) -> Option<[f64; UNKNOWNS]> {
    let shifted = |k: usize| (k + first).min(UNKNOWNS - 1);
    let part = std::array::from_fn(|i| std::array::from_fn(|j| matrix[shifted(i)][shifted(j)]));
    let found = scaled(part, std::array::from_fn(|i| right[shifted(i)]), count - first)?;
    Some(std::array::from_fn(|k| if k < first { 0.0 } else { found[k - first] }))
}

/// Solves with a matrix of positive diagonal, scaled to 1.
fn scaled(mut matrix: Matrix, mut right: [f64; UNKNOWNS], count: usize) -> Option<[f64; UNKNOWNS]> {
    let scale: [f64; UNKNOWNS] = std::array::from_fn(|k| if k < count { matrix[k][k].sqrt() } else { 1.0 });
    for (row, number) in right.iter_mut().enumerate() {
        *number /= scale[row];
        (0..UNKNOWNS).for_each(|column| matrix[row][column] /= scale[row] * scale[column]);
    }
    let found = solve(matrix, right, count)?;
    Some(std::array::from_fn(|k| found[k] / scale[k]))
}

impl Moments {
    /// As the unknowns a, c along `axes` and beta have them.
    fn listed(&self, axes: &[usize]) -> [f64; UNKNOWNS] {
        let mut list = [0.0; UNKNOWNS];
        list[0] = self.number;
        axes.iter().enumerate().for_each(|(k, &axis)| list[1 + k] = self.momentum[axis]);
        list[1 + axes.len()] = -self.energy;
        list
    }
}

impl Sums {
    /// Derivatives of the listed moments by the unknowns.
    fn slopes(&self, axes: &[usize]) -> Matrix {
        let mut matrix = [[0.0; UNKNOWNS]; UNKNOWNS];
        let last = 1 + axes.len();
        matrix[0][0] = self.weight;
        matrix[last][last] = self.energy_second;
        matrix[0][last] = -self.energy;
        matrix[last][0] = -self.energy;
        for (row, &i) in (1..).zip(axes) {
            matrix[0][row] = self.first[i];
            matrix[row][0] = self.first[i];
            matrix[row][last] = -self.energy_first[i];
            matrix[last][row] = -self.energy_first[i];
            for (column, &j) in (1..).zip(axes) {
                matrix[row][column] = self.second[i][j];
            }
        }
        matrix
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Axis, Grid};
    use crate::physics::Particle;
    use crate::random::Random;
    use crate::scenario::schema::Kinematics;

    impl Equilibrium {
        /// The velocity of the flow.
        fn flow(&self) -> DVec3 {
            self.drift / self.beta
        }

        /// mu, of h = (mu - (p - m u)^2/2m)/T.
        fn chemical_potential(&self, mass: f64) -> f64 {
            self.offset / self.beta + 0.5 * mass * self.flow().length_squared()
        }
    }

    fn particle(hbar: f64) -> Particle {
        let kinematics = Kinematics::NonRelativistic;
        Particle {
            mass: 1.0,
            charge: 0.0,
            hbar,
            moment: 0.0,
            anomaly: 0.0,
            kinematics,
            spin: false,
            given: Default::default(),
        }
    }

    fn grid(momenta: usize, reach: f64, cells: usize) -> Grid {
        let axis = |k: usize| (k < momenta).then_some(Axis { cells, from: -reach, step: 2.0 * reach / cells as f64 });
        Grid::new([None, None, None, axis(0), axis(1), axis(2)]).expect("valid")
    }

    /// Maxwellians of random density, flow and temperature have the parameters that made them: to 1e-12 where sums are
    /// integrals to rounding, u up to 1 and T up to 1 on momenta to 9.
    #[test]
    fn maxwellians_are_found_in_one_two_and_three_momenta() {
        let mut random = Random(4);
        for momenta in 1..=3 {
            let gas = Gas::new(&grid(momenta, 9.0, 40), &particle(0.0), Statistics::Boltzmann, true);
            for _ in 0..10 {
                let (n, t) = (1.5 + random.next(), 0.75 + 0.25 * random.next());
                let u = DVec3::from(std::array::from_fn(|k| if k < momenta { random.next() } else { 0.0 }));
                let energy = 0.5 * n * (u.length_squared() + momenta as f64 * t);
                let found = gas.matching(&Moments { number: n, momentum: n * u, energy }).expect("one");
                assert!((1.0 / found.beta - t).abs() < 1e-10 && (found.flow() - u).length() < 1e-10, "{found:?}");
                // exp(mu/T) = n/(2 pi T)^(D/2)
                let mu = t * (n / (TAU * t).powf(0.5 * momenta as f64)).ln();
                assert!((found.chemical_potential(1.0) - mu).abs() < 1e-9, "{found:?} {mu}");
            }
        }
    }

    /// The sums of what is found are those that were wanted, to rounding, also where the grid cuts tails off or is
    /// coarse, and for fermions at any degeneracy that the state allows.
    #[test]
    fn sums_are_matched_to_rounding() {
        let mut random = Random(8);
        for statistics in [Statistics::Boltzmann, Statistics::FermiDirac] {
            for (reach, cells) in [(5.0, 12), (2.5, 16), (4.0, 9)] {
                let grid = grid(3, reach, cells);
                let gas = Gas::new(&grid, &particle(1.0), statistics, true);
                for round in 0..4 {
                    // Occupations of at most 0.2 to 0.9 in two clouds.
                    let most = 0.2 + 0.23 * f64::from(round);
                    let centre = DVec3::from(std::array::from_fn(|_| 0.3 * reach * random.next()));
                    let mut sums = Sums::default();
                    for cell in 0..grid.momentum_cells() {
                        let p = grid.momentum(cell);
                        let cloud = |sign: f64| (-(p - sign * centre).length_squared()).exp();
                        let value = most * (cloud(1.0) + 0.1 * cloud(-1.0)) / 1.1 * 2.0 / TAU.powi(3);
                        sums.add(p, 0.5 * p.length_squared(), value * grid.momentum_volume(), 0.0);
                    }
                    let found = gas.matching(&sums.value).expect("one");
                    let again = gas.sums(&gas.factors(&found)).value;
                    let off = (again.number / sums.value.number - 1.0)
                        .abs()
                        .max((again.momentum - sums.value.momentum).length() / sums.value.number)
                        .max((again.energy / sums.value.energy - 1.0).abs());
                    assert!(off < 1e-13, "{statistics:?} {reach}: {off:.1e}");
                }
            }
        }
    }

    /// Fermions of p_F = 1: T and mu of n and energy, `fermi_dirac` of the exact answers, theta^(3/2) F_(1/2)(mu/T) = 2/3.
    /// Cells are 0.2, half the width of the Fermi edge at T = 0.25 and 0.5.
    #[test]
    fn fermions_have_the_temperature_of_their_energy() {
        let n = 1.0 / (3.0 * std::f64::consts::PI.powi(2));
        for (t, mu, energy) in [
            (0.5, 0.743112084259, 1.02164233679),
            (1.0, -0.0214607549869, 1.69673935377),
            (5.0, -13.3753689095, 7.58909441239),
        ] {
            let reach = 8.0 * f64::sqrt(t);
            let gas = Gas::new(&grid(3, reach, 64), &particle(1.0), Statistics::FermiDirac, true);
            let wanted = Moments { number: n, momentum: DVec3::ZERO, energy: 0.5 * n * energy };
            let found = gas.matching(&wanted).expect("one");
            let off = [2.0 / found.beta - t, 2.0 * found.chemical_potential(1.0) - mu].map(f64::abs);
            println!("T/E_F = {t}: off by {off:?}");
            assert!(off.into_iter().all(|off| off < 1e-5), "{t}: {off:?}");
        }
    }

    /// A state colder than nothing, denser than full, or hotter than flat has no equilibrium.
    #[test]
    fn what_no_equilibrium_matches_is_found_out() {
        let gas = Gas::new(&grid(1, 3.0, 16), &particle(0.0), Statistics::Boltzmann, true);
        let matching =
            |number, momentum, energy| gas.matching(&Moments { number, momentum: momentum * DVec3::X, energy });
        assert!(matching(1.0, 0.0, 0.5).is_ok());
        // p^2/2m of the mean momentum exceeds the energy; no particles; more energy than the flat state's 1.49; a spread of
        // 0.1 on cells of 0.375.
        assert_eq!(matching(1.0, 2.0, 1.9), Err(Cause::Colder));
        assert_eq!(matching(-1.0, 0.0, 0.5), Err(Cause::Negative));
        assert_eq!(matching(f64::NAN, 0.0, 0.5), Err(Cause::NotFinite));
        assert!(matches!(matching(1.0, 0.0, 2.0), Err(Cause::Hotter { most, .. }) if (most - 1.494).abs() < 1e-3));
        assert!(matches!(matching(1.0, 0.0, 0.005), Err(Cause::Narrow { spread, step }) if spread < step));
        let fermions = Gas::new(&grid(3, 3.0, 12), &particle(1.0), Statistics::FermiDirac, true);
        // 216 states of 2/(2 pi)^3.
        let dense = fermions.matching(&Moments { number: 2.0, momentum: DVec3::ZERO, energy: 8.0 });
        assert!(matches!(dense, Err(Cause::Denser { most }) if (most - 216.0 * 2.0 / TAU.powi(3)).abs() < 1e-12));
    }
}
