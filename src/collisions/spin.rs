//! The spin potential: the one with which collisions conserve spin.
//!
//! ```text
//! w_target = (hbar/2) g Omega + (1-xi) (hbar/4) g [ v x (G v) + K Omega ],   G_kl = d_k(beta u_l),  K = v^2 1 - v v
//! < g [ 1 + (1-xi) K/2 ] > Omega = (2/hbar) < w > - (1/2) (1-xi) < g v x (G v) >
//! ```
//!
//! g is g0, or g0 (1 - n) for fermions.

use glam::DVec3;

use super::equilibrium::{Gas, Sums};
use super::linear::solve;
use crate::operators::{Covariant, SpinLaw};
use crate::physics::Particle;
use crate::scenario::schema::Kinematics;

/// What spins relax towards in a space cell, over g: `local + p x (nonlocal p) + p^2 turned - p (p.turned)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SpinTarget {
    /// (hbar/2) Omega
    pub local: DVec3,
    /// (1-xi) hbar/(4m^2) Omega
    pub turned: DVec3,
    /// (1-xi) hbar/(4m^2) d_k(beta u_l), l = x, y, z: vectors of k.
    pub nonlocal: [DVec3; 3],
}

impl SpinTarget {
    /// That of a spin potential and the gradients of beta u, one vector for each component.
    pub fn new(particle: &Particle, xi: f64, omega: DVec3, gradients: [DVec3; 3]) -> SpinTarget {
        let factor = nonlocal(particle, xi);
        SpinTarget {
            local: 0.5 * particle.hbar * omega,
            turned: factor * omega,
            nonlocal: gradients.map(|g| factor * g),
        }
    }
}

/// (1-xi) hbar/(4m^2), 0 without spin-orbit coupling.
fn nonlocal(particle: &Particle, xi: f64) -> f64 {
    match particle.kinematics {
        Kinematics::NonRelativisticWithoutSpinOrbit => 0.0,
        _ => (1.0 - xi) * 0.25 * particle.hbar / (particle.mass * particle.mass),
    }
}

/// Least eigenvalue of the matrix of Omega, in units of that of xi = 1, at which a small spin is that of a small Omega.
const LEAST: f64 = 0.05;

/// Omega of an equilibrium with the sums `sums` and gradients of beta u that keeps the sum `spin` of w; nothing where the
/// matrix is nearly singular or beyond, from about xi = 1 + 1/<K/2> on.
pub fn potential(particle: &Particle, xi: f64, sums: &Sums, gradients: [DVec3; 3], spin: DVec3) -> Option<DVec3> {
    let (half, factor) = (0.5 * particle.hbar, nonlocal(particle, xi));
    let second = sums.second;
    let square: f64 = (0..3).map(|k| second[k][k]).sum();
    let scale = half * sums.weight + factor.abs() * square;
    let matrix: [[f64; 3]; 3] = std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let own = if i == j { half * sums.weight + factor * square } else { 0.0 };
            (own - factor * second[i][j]) / scale
        })
    });
    // All eigenvalues are larger, by J. J. Sylvester.
    let [a, b, c] = std::array::from_fn(|i| {
        let mut row = DVec3::from(matrix[i]);
        row[i] -= LEAST * half * sums.weight / scale;
        row
    });
    if !(a.x > 0.0 && a.x * b.y > a.y * b.x && a.dot(b.cross(c)) > 0.0) {
        return None;
    }
    // < p x (G p) > along i: eps_ijk <p_j p_l> G_kl.
    let gradient = |k: usize, j: usize| (0..3).map(|l| gradients[l][k] * second[j][l]).sum::<f64>();
    let shear = DVec3::from([0, 1, 2].map(|i| {
        let (j, k) = ((i + 1) % 3, (i + 2) % 3);
        gradient(k, j) - gradient(j, k)
    }));
    let right = ((spin - factor * shear) / scale).to_array();
    solve(matrix, right, 3).map(DVec3::from)
}

/// Numbers of (b, e).
const BOTH: usize = 6;

/// Sums that a spin potential (b, e) of relativistic particles follows from, with J = [1; - p x/(E+m)] and R the target's share of
/// b and e: `< s g J R > (b, e) = < s J w > + < s g (1-xi) kappa J ( p x (p^nu d beta_nu) ) >`.
struct PotentialSums {
    matrix: [[f64; BOTH]; BOTH],
    right: [f64; BOTH],
    /// What the diagonal would be if all momenta had the same sign in it.
    scale: [f64; BOTH],
    /// The part of the scale of e that one number of b would have.
    lever: f64,
}

impl PotentialSums {
    fn of(gas: &Gas, towards: &Covariant, law: &SpinLaw, unresolved: DVec3) -> PotentialSums {
        let mut sums =
            PotentialSums { matrix: [[0.0; BOTH]; BOTH], right: [0.0; BOTH], scale: [0.0; BOTH], lever: 0.0 };
        gas.each(unresolved, |p| {
            let (energy, kinetic) = (gas.particle().energy(p), gas.particle().kinetic_energy(p));
            let weight = gas.volume() * towards.share(p, energy) * towards.equilibrium(p, kinetic)[1];
            let lever = p / (energy + law.mass);
            let mut column = |k: usize, response: DVec3| {
                let both = [response, response.cross(lever)];
                for (row, value) in both.iter().flat_map(|half| half.to_array()).enumerate() {
                    sums.matrix[row][k] += weight * value;
                }
            };
            let none = [DVec3::ZERO; 4];
            for (k, unit) in DVec3::AXES.into_iter().enumerate() {
                column(k, law.target(p, energy, [unit, DVec3::ZERO], &none));
                column(3 + k, law.target(p, energy, [DVec3::ZERO, unit], &none));
                let across = p.length_squared() - p[k] * p[k];
                sums.scale[k] += weight * law.half_hbar;
                sums.scale[3 + k] += weight * law.boost(energy).abs() * across / (energy + law.mass);
            }
            sums.lever += weight * law.half_hbar * lever.length_squared();
            let left = law.target(p, energy, [DVec3::ZERO; 2], &towards.gradients);
            let both = [left, left.cross(lever)];
            for (row, value) in both.iter().flat_map(|half| half.to_array()).enumerate() {
                sums.right[row] -= weight * value;
            }
        });
        sums
    }

    /// Which unknowns there are: e drops out where nothing responds to it.
    fn unknowns(&self) -> Vec<usize> {
        (0..BOTH).filter(|&k| k < 3 || self.scale[k] > 1e-12 * self.lever).collect()
    }

    /// Matrix and right side of some unknowns, the scale of each 1.
    fn scaled(&self, unknowns: &[usize], wanted: [f64; BOTH]) -> ([[f64; BOTH]; BOTH], [f64; BOTH]) {
        let (mut matrix, mut right) = ([[0.0; BOTH]; BOTH], [0.0; BOTH]);
        for (row, &i) in unknowns.iter().enumerate() {
            right[row] = (wanted[i] + self.right[i]) / self.scale[i].sqrt();
            for (column, &j) in unknowns.iter().enumerate() {
                matrix[row][column] = self.matrix[i][j] / (self.scale[i] * self.scale[j]).sqrt();
            }
        }
        (matrix, right)
    }

    /// The largest number in the lower half of the inverse: what a unit of e-like spin asks for.
    fn largest_inverse(&self, unknowns: &[usize]) -> Option<f64> {
        let (matrix, _) = self.scaled(unknowns, [0.0; BOTH]);
        let mut largest = 0.0f64;
        for k in 3..unknowns.len() {
            let mut unit = [0.0; BOTH];
            unit[k] = 1.0;
            let column = solve(matrix, unit, unknowns.len())?;
            largest = column[3..].iter().fold(largest, |most, x| most.max(x.abs()));
        }
        Some(largest)
    }
}

/// (b, e) of relativistic particles with which a collision keeps `wanted`, < s w > and < s J w > of the lower half of J;
/// nothing where the matrix is nearly singular, or its block of b beyond, from xi = 1 + 1/<KK> on. e is 0 along what
/// nothing responds to, as everywhere at xi = (E+m)/E.
pub fn potentials(gas: &Gas, towards: &Covariant, unresolved: DVec3, wanted: [DVec3; 2]) -> Option<[DVec3; 2]> {
    let sums = PotentialSums::of(gas, towards, &towards.law, unresolved);
    let unknowns = sums.unknowns();
    let (matrix, right) =
        sums.scaled(&unknowns, std::array::from_fn(|k| if k < 3 { wanted[0][k] } else { wanted[1][k - 3] }));
    // Of xi = 1 all eigenvalues of the block of b are 1.
    let [a, b, c] = std::array::from_fn(|i| {
        let mut row = DVec3::new(matrix[i][0], matrix[i][1], matrix[i][2]);
        row[i] -= LEAST;
        row
    });
    if !(a.x > 0.0 && a.x * b.y > a.y * b.x && a.dot(b.cross(c)) > 0.0) {
        return None;
    }
    if unknowns.len() > 3 && (towards.law.inner != 0.0 || towards.law.outer != 0.0) {
        let plain = SpinLaw { inner: 0.0, outer: 0.0, ..towards.law };
        let plain = PotentialSums::of(gas, towards, &plain, unresolved).largest_inverse(&unknowns)?;
        if sums.largest_inverse(&unknowns)? > plain / LEAST {
            return None;
        }
    }
    let found = solve(matrix, right, unknowns.len())?;
    let mut both = [0.0; BOTH];
    unknowns.iter().zip(found).for_each(|(&k, number)| both[k] = number / sums.scale[k].sqrt());
    Some([DVec3::from_slice(&both), DVec3::from_slice(&both[3..])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collisions::equilibrium::{Equilibrium, Gas};
    use crate::grid::{Axis, Grid};
    use crate::scenario::schema::Statistics;

    const THETA: f64 = 0.05;

    fn particle() -> Particle {
        let kinematics = Kinematics::NonRelativistic;
        Particle {
            mass: 1.0,
            charge: 0.0,
            hbar: 1.0,
            moment: 0.5,
            anomaly: 0.0,
            kinematics,
            spin: true,
            given: Default::default(),
        }
    }

    /// Cells of 0.36 thermal spreads, to 9 of them: sums are integrals to rounding.
    fn grid() -> Grid {
        let axis = Some(Axis { cells: 50, from: -2.0, step: 0.08 });
        Grid::new([None, None, None, axis, axis, axis]).expect("valid")
    }

    /// Sums of a Maxwellian of density 1 with a flow.
    fn sums(u: DVec3) -> Sums {
        let gas = Gas::new(&grid(), &particle(), Statistics::Boltzmann, true);
        let (beta, norm) = (1.0 / THETA, (std::f64::consts::TAU * THETA).powf(-1.5));
        let offset = norm.ln() - 0.5 * beta * u.length_squared();
        gas.sums(&gas.factors(&Equilibrium { offset, drift: beta * u, beta }))
    }

    /// The matching of exact answers, theta = 0.05, xi = 1.5, in the paper's position variable, whose matrix is that of this
    /// one with G replaced by -xi/(1-xi) G: 10 digits are given.
    #[test]
    fn the_matching_is_that_of_the_exact_answers() {
        let (u, xi) = (DVec3::new(0.1, -0.05, 0.07), 1.5);
        let g = [[0.1, -0.2, 0.05], [0.3, -0.15, 0.1], [0.0, 0.02, 0.08]];
        let b = [[0.5, 0.1, 0.0], [0.0, 0.3, 0.2], [0.1, 0.0, -0.4]];
        let columns = [0, 1, 2].map(|l| -xi / (1.0 - xi) * DVec3::new(g[0][l], g[1][l], g[2][l]));
        let sums = sums(u);
        let (grid, norm) = (grid(), (std::f64::consts::TAU * THETA).powf(-1.5));
        let mut spin = DVec3::ZERO;
        for cell in 0..grid.momentum_cells() {
            let v = grid.momentum(cell);
            let g0 = norm * (-0.5 * (v - u).length_squared() / THETA).exp() * grid.momentum_volume();
            let turned = DVec3::from([0, 1, 2].map(|j| (0..3).map(|i| v[i] * b[i][j]).sum::<f64>()));
            let h = DVec3::new(0.1, 0.2, -0.3) + turned + v.length_squared() * DVec3::new(1.0, -1.0, 2.0);
            spin += 0.5 * g0 * h;
        }
        let found = potential(&particle(), xi, &sums, columns, spin).expect("regular");
        let exact = DVec3::new(0.327694870077, 0.031701295194, 0.019779315868);
        assert!((found - exact).length() < 1e-11, "{found} {exact}");
    }

    /// A gas at rest that turns rigidly, unpolarised: Omega = (1-xi) theta/(1 + (1-xi) theta) beta Omega_rot, and the late
    /// w at v = (0.1, 0.2, 0.3) that exact answers have. At xi = 1 there is nothing to see, near xi = 1 + 1/theta and beyond no answer.
    #[test]
    fn rotation_polarises_as_the_exact_answers_say() {
        let (rotation, sums, v) = (DVec3::Z / THETA, sums(DVec3::ZERO), DVec3::new(0.1, 0.2, 0.3));
        // beta u = beta Omega_rot x r
        let gradients = [DVec3::new(0.0, -rotation.z, 0.0), DVec3::new(rotation.z, 0.0, 0.0), DVec3::ZERO];
        for (xi, exact) in [
            (0.0, [0.00714285714286, 0.0142857142857, 0.0119047619048]),
            (0.5, [0.00365853658537, 0.00731707317073, 0.00609756097561]),
            (1.0, [0.0; 3]),
            (2.0, [-0.00789473684211, -0.0157894736842, -0.0131578947368]),
        ] {
            let omega = potential(&particle(), xi, &sums, gradients, DVec3::ZERO).expect("regular");
            let expected = (1.0 - xi) * THETA / (1.0 + (1.0 - xi) * THETA) / THETA;
            assert!((omega - expected * DVec3::Z).length() < 1e-10, "{xi}: {omega}");
            let SpinTarget { local, turned, nonlocal } = SpinTarget::new(&particle(), xi, omega, gradients);
            let flow = nonlocal[0] * v.x + nonlocal[1] * v.y + nonlocal[2] * v.z;
            let target = local + v.cross(flow) + turned * v.length_squared() - v * v.dot(turned);
            assert!((target * THETA - DVec3::from(exact)).length() < 1e-12, "{xi}: {target}");
        }
        // All eigenvalues of the matrix are 1 + (1-xi) theta of that of xi = 1: 0.05 is the least that is taken.
        let regular = |share: f64| potential(&particle(), 1.0 + share / THETA, &sums, gradients, DVec3::ZERO).is_some();
        assert_eq!([0.0, 0.949, 0.951, 1.0, 3.0].map(regular), [true, true, false, false, false]);
    }

    /// A shear without rotation polarises momenta and no more: w = -(xi/4) hbar g0 v x (S v) in the paper's position
    /// variable, (1-xi)/4 here, and no net spin, to 1e-10.
    #[test]
    fn shear_leaves_no_net_spin() {
        let s = [[0.1, 0.2, -0.1], [0.2, -0.3, 0.15], [-0.1, 0.15, 0.2]];
        let gradients = s.map(DVec3::from);
        let omega = potential(&particle(), 0.0, &sums(DVec3::ZERO), gradients, DVec3::ZERO).expect("regular");
        assert!(omega.length() < 1e-10, "{omega}");
        let target = SpinTarget::new(&particle(), 0.0, omega, gradients);
        assert_eq!(target.nonlocal, gradients.map(|gradient| 0.25 * gradient));
    }
}
