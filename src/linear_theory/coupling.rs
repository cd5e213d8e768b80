//! What the fields of a wave do to the Hamiltonian, at complex momenta.
//!
//! `h = (eps, -mu_B T)` at the kinetic momentum `p = P - q A`, plus `q phi`, in
//! Coulomb gauge for a wave along x: the potentials are phi, A_y and A_z. To first
//! order in them (docs/waves.md)
//!
//! ```text
//! dh0 = q phi - q A.v,     dh_k = -mu_B T_k(p; E, B) + q mu_B A.dT_k/dp(p; 0, B0)
//! ```
//!
//! with `E = -i k phi + i w A` and `B = i k x A`. Momenta are complex because the
//! integrals of damped waves follow contours off the real axis.

use num_complex::Complex64;

use crate::physics::Particle;
use crate::scenario::schema::Kinematics;

pub type Vector = [Complex64; 3];

/// The fields of a wave, in the order of rows and columns of the dispersion matrix.
pub const POTENTIALS: usize = 3;

const ZERO: Complex64 = Complex64::ZERO;
const I: Complex64 = Complex64::I;

/// `at_zero + w slope`, for each of the four components (dh0, dh1, dh2, dh3).
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    pub at_zero: [Complex64; 4],
    pub slope: [Complex64; 4],
}

/// A particle in the fields of a wave along x across, or without, a field B0 along z.
#[derive(Clone, Copy, Debug)]
pub struct Coupling {
    pub particle: Particle,
    pub magnetic_field: f64,
}

/// The factors of T at one energy; see [`crate::physics::FormFactors`].
#[derive(Clone, Copy)]
struct Factors {
    alpha: Complex64,
    beta: Complex64,
    kappa: Complex64,
    d_alpha: Complex64,
    d_beta: Complex64,
    d_kappa: Complex64,
}

impl Coupling {
    /// eps = sqrt(m^2 + p^2), m without relativity.
    pub fn energy(&self, p: &Vector) -> Complex64 {
        let m = self.particle.mass;
        if self.particle.relativistic() { (m * m + dot(p, p)).sqrt() } else { m.into() }
    }

    /// The z component of T(p; 0, B0) for p across B0 or without anomaly in relativistic kinematics.
    pub fn precession(&self, eps: Complex64) -> Complex64 {
        self.factors(eps).alpha * self.magnetic_field
    }

    /// `p_perp` times this is d(mu_B T_z)/dp_perp.
    pub fn precession_slope(&self, eps: Complex64) -> Complex64 {
        self.particle.moment * self.factors(eps).d_alpha * self.magnetic_field
    }

    /// First-order change of h by each potential with wavenumber k.
    pub fn perturbation(&self, k: f64, p: &Vector) -> [Linear; POTENTIALS] {
        let eps = self.energy(p);
        let f = self.factors(eps);
        let (q, mu) = (self.particle.charge, self.particle.moment);
        let background = [ZERO, ZERO, self.magnetic_field.into()];
        std::array::from_fn(|potential| {
            let (e0, e1, b) = fields(potential, k);
            let mut linear = Linear { at_zero: [ZERO; 4], slope: [ZERO; 4] };
            linear.at_zero[0] = if potential == 0 { q.into() } else { -q * p[potential] / eps };
            if mu != 0.0 {
                let (static_part, moving_part) = (f.field(p, &e0, &b), f.field(p, &e1, &[ZERO; 3]));
                let shift = if potential == 0 || self.magnetic_field == 0.0 {
                    [ZERO; 3]
                } else {
                    f.gradient(p, potential, &[ZERO; 3], &background)
                };
                for i in 0..3 {
                    linear.at_zero[i + 1] = -mu * static_part[i] + q * mu * shift[i];
                    linear.slope[i + 1] = -mu * moving_part[i];
                }
            }
            linear
        })
    }

    /// Second variation of `h0 w0 + h.w` by the potentials, `at_zero + w slope`,
    /// for one particle with spin `spin = w/w0`.
    pub fn second_variation(&self, k: f64, p: &Vector, spin: &Vector) -> [[[Complex64; 2]; POTENTIALS]; POTENTIALS] {
        let eps = self.energy(p);
        let f = self.factors(eps);
        let (q, mu) = (self.particle.charge, self.particle.moment);
        let mut sum = [[[ZERO; 2]; POTENTIALS]; POTENTIALS];
        for a in 1..POTENTIALS {
            for b in 1..POTENTIALS {
                sum[a][b][0] += q * q * self.inverse_mass(eps, p, a, b, spin);
            }
            if mu == 0.0 {
                continue;
            }
            for b in 0..POTENTIALS {
                let (e0, e1, magnetic) = fields(b, k);
                let still = q * mu * dot(&f.gradient(p, a, &e0, &magnetic), spin);
                let moving = q * mu * dot(&f.gradient(p, a, &e1, &[ZERO; 3]), spin);
                // Once for each order of the two potentials, where one wave runs backwards.
                sum[a][b][0] += still;
                sum[a][b][1] += moving;
                sum[b][a][0] -= still;
                sum[b][a][1] -= moving;
            }
        }
        sum
    }

    /// d^2 (eps - mu_B spin.T0)/dp_a dp_b.
    fn inverse_mass(&self, eps: Complex64, p: &Vector, a: usize, b: usize, spin: &Vector) -> Complex64 {
        let m = self.particle.mass;
        let same = f64::from(u8::from(a == b));
        if !self.particle.relativistic() {
            return (same / m).into();
        }
        let cube = eps * eps * eps;
        let orbital = same / eps - p[a] * p[b] / cube;
        let moment = self.particle.moment * self.magnetic_field * spin[2];
        // Of alpha, and of beta p_z p_z at p_z = 0 (it has no other place here).
        let axis = f64::from(u8::from(a == 2 && b == 2));
        let alpha = m * (3.0 * p[a] * p[b] / (cube * eps * eps) - same / cube);
        orbital - moment * (alpha - 2.0 * axis * self.factors(eps).beta)
    }

    fn factors(&self, eps: Complex64) -> Factors {
        let (m, a) = (self.particle.mass, self.particle.anomaly);
        if !self.particle.relativistic() {
            let spin_orbit = self.particle.kinematics == Kinematics::NonRelativistic;
            let kappa = if spin_orbit { (0.5 + a) / m } else { 0.0 };
            return Factors {
                alpha: (1.0 + a).into(),
                beta: ZERO,
                kappa: kappa.into(),
                d_alpha: ZERO,
                d_beta: ZERO,
                d_kappa: ZERO,
            };
        }
        let (cube, sum) = (eps * eps * eps, eps + m);
        let pole = (2.0 * eps + m) / (cube * sum * sum);
        Factors {
            alpha: m / eps + a,
            beta: a / (eps * sum),
            kappa: (m / sum + a) / eps,
            d_alpha: -m / cube,
            d_beta: -a * pole,
            d_kappa: -m * pole - a / cube,
        }
    }
}

impl Factors {
    /// T = alpha B - beta (p.B) p - kappa p x E.
    fn field(&self, p: &Vector, e: &Vector, b: &Vector) -> Vector {
        let (across, along) = (cross(p, e), dot(p, b));
        std::array::from_fn(|i| self.alpha * b[i] - self.beta * along * p[i] - self.kappa * across[i])
    }

    /// dT/dp_axis.
    fn gradient(&self, p: &Vector, axis: usize, e: &Vector, b: &Vector) -> Vector {
        let mut unit = [ZERO; 3];
        unit[axis] = 1.0.into();
        let (across, turned, along) = (cross(p, e), cross(&unit, e), dot(p, b));
        std::array::from_fn(|i| {
            p[axis] * (self.d_alpha * b[i] - self.d_beta * along * p[i] - self.d_kappa * across[i])
                - self.beta * (b[axis] * p[i] + along * unit[i])
                - self.kappa * turned[i]
        })
    }
}

/// Fields of a unit potential: E = `.0` + w `.1`, B = `.2`.
fn fields(potential: usize, k: f64) -> (Vector, Vector, Vector) {
    let ik = I * k;
    match potential {
        0 => ([-ik, ZERO, ZERO], [ZERO; 3], [ZERO; 3]),
        1 => ([ZERO; 3], [ZERO, I, ZERO], [ZERO, ZERO, ik]),
        _ => ([ZERO; 3], [ZERO, ZERO, I], [ZERO, -ik, ZERO]),
    }
}

pub fn dot(a: &Vector, b: &Vector) -> Complex64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub fn cross(a: &Vector, b: &Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use glam::DVec3;

    use super::*;

    fn coupling(kinematics: Kinematics, anomaly: f64) -> Coupling {
        let particle = Particle {
            mass: 1.3,
            charge: -0.8,
            hbar: 0.7,
            moment: -0.3,
            anomaly,
            kinematics,
            spin: true,
            given: Default::default(),
        };
        Coupling { particle, magnetic_field: 0.9 }
    }

    const KINEMATICS: [Kinematics; 3] =
        [Kinematics::Relativistic, Kinematics::NonRelativistic, Kinematics::NonRelativisticWithoutSpinOrbit];

    /// At real momenta T and its gradient are those of the solver.
    #[test]
    fn real_momenta_have_the_hamiltonian_of_the_solver() {
        let (p, e, b) = (DVec3::new(0.3, -0.7, 1.1), DVec3::new(0.5, 0.2, -0.4), DVec3::new(-0.1, 0.9, 0.6));
        let complex = |v: DVec3| v.to_array().map(Complex64::from);
        for kinematics in KINEMATICS {
            for anomaly in [0.0, 0.4] {
                let coupling = coupling(kinematics, anomaly);
                let (p_complex, factors) = (complex(p), coupling.factors(coupling.energy(&complex(p))));
                let compare = |found: Vector, exact: DVec3| {
                    for (found, exact) in found.iter().zip(exact.to_array()) {
                        assert!((found - exact).norm() < 1e-15, "{found} {exact}");
                    }
                };
                let field = factors.field(&p_complex, &complex(e), &complex(b));
                compare(field, coupling.particle.precession_field(p, e, b));
                for (index, axis) in DVec3::AXES.into_iter().enumerate() {
                    let gradient = factors.gradient(&p_complex, index, &complex(e), &complex(b));
                    compare(gradient, coupling.particle.precession_gradient(p, axis, e, b));
                }
            }
        }
    }

    /// The inverse mass is the second derivative of eps - mu_B spin.T0, also at complex momenta. A
    /// central difference of the gradient has an error of h^2/6 times the fourth derivative, about 1e-9.
    #[test]
    fn inverse_mass_is_the_second_derivative() {
        let spin = [0.0, 0.0, 0.7].map(Complex64::from);
        for kinematics in KINEMATICS {
            for (anomaly, pz) in [(0.0, 0.4), (0.5, 0.0)] {
                let coupling = coupling(kinematics, anomaly);
                let p = [Complex64::new(0.3, 0.1), Complex64::new(-0.7, 0.2), Complex64::from(pz)];
                let gradient = |p: &Vector, axis: usize| {
                    let eps = coupling.energy(p);
                    let background = [ZERO, ZERO, coupling.magnetic_field.into()];
                    let slope = coupling.factors(eps).gradient(p, axis, &[ZERO; 3], &background);
                    p[axis] / eps - coupling.particle.moment * dot(&slope, &spin)
                };
                for (a, b) in [(1, 1), (1, 2), (2, 2)] {
                    let h = 1e-5;
                    let (mut up, mut down) = (p, p);
                    up[b] += h;
                    down[b] -= h;
                    let difference = (gradient(&up, a) - gradient(&down, a)) / (2.0 * h);
                    let exact = coupling.inverse_mass(coupling.energy(&p), &p, a, b, &spin);
                    assert!(
                        (exact - difference).norm() < 1e-8,
                        "{kinematics:?} {anomaly} {a}{b}: {exact} {difference}"
                    );
                }
            }
        }
    }
}
