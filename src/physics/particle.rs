//! One particle species and its Hamiltonian symbol `H = eps - mu_B T.sigma + h.sigma`, h a given one.
//!
//! Ekman, Al-Naseri, Zamanian, Brodin, "Relativistic kinetic theory for spin-1/2
//! particles", equation 7, with the anomalous-moment (T-BMT) form of T. The twin
//! of this file is `shaders/shared/hamiltonian.wgsl`. Formulas take one momentum or one in each lane.

use glam::DVec3;

use crate::lanes::{Number, Vector};
use crate::scenario::schema::{GFactor, Kinematics, Species};

/// Constants of a species, resolved from the scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Particle {
    /// m > 0.
    pub mass: f64,
    /// Signed charge q.
    pub charge: f64,
    /// Momentum times length; 0 only without spin.
    pub hbar: f64,
    /// Signed magnetic moment mu_B, times g/2 in the phenomenological form.
    pub moment: f64,
    /// a = (g - 2)/2 of the T-BMT form, else 0.
    pub anomaly: f64,
    /// Which eps, and which T.
    pub kinematics: Kinematics,
    /// Four components per cell if true, w0 alone if false.
    pub spin: bool,
    /// What spins have besides their moment in fields.
    pub given: GivenHamiltonian,
}

/// A given h = c + A p, the same at all places and times.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GivenHamiltonian {
    /// dh/dp_x, dh/dp_y, dh/dp_z, the columns of A: the velocities a_jk that h adds along x, y, z.
    pub slopes: [DVec3; 3],
    /// c
    pub constant: DVec3,
}

impl GivenHamiltonian {
    /// Whether there is any.
    pub fn acts(&self) -> bool {
        *self != GivenHamiltonian::default()
    }

    /// h at momentum p.
    #[inline(always)]
    pub fn at<V: Vector>(&self, p: V) -> V {
        let [x, y, z] = self.slopes;
        p.like(self.constant) + p.like(x) * p.along(0) + p.like(y) * p.along(1) + p.like(z) * p.along(2)
    }

    /// Upper bound of |dh/dp_j| along any direction j.
    pub fn velocity_bound(&self) -> f64 {
        self.slopes.iter().map(|slope| slope.length_squared()).sum::<f64>().sqrt()
    }

    /// Upper bound of |h| for |p| <= `momentum`.
    pub fn bound(&self, momentum: f64) -> f64 {
        self.constant.length() + self.velocity_bound() * momentum
    }
}

/// T = alpha B - beta (p.B) p - kappa p x E. A derivative along p_j is p_j times
/// the `d_` partner, as all three depend on p through eps alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FormFactors<N> {
    /// m/eps + a; without relativity 1 + a.
    pub alpha: N,
    /// a/(eps (eps + m)); without relativity 0.
    pub beta: N,
    /// (m/(eps + m) + a)/eps; without relativity (1/2 + a)/m, or 0 without spin-orbit coupling.
    pub kappa: N,
    /// d alpha/dp_j over p_j.
    pub d_alpha: N,
    /// d beta/dp_j over p_j.
    pub d_beta: N,
    /// d kappa/dp_j over p_j.
    pub d_kappa: N,
}

/// A momentum, and what depends on it alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum<V: Vector> {
    /// The momentum itself.
    pub p: V,
    /// 1/eps, with which p is the velocity.
    pub inverse_energy: V::Number,
    /// Factors of T.
    pub factors: FormFactors<V::Number>,
}

impl<V: Vector> Momentum<V> {
    /// v = p/eps.
    #[inline(always)]
    pub fn velocity(&self) -> V {
        self.p * self.inverse_energy
    }
}

impl Particle {
    /// The particle of a validated scenario.
    pub fn new(species: &Species, kinematics: Kinematics) -> Self {
        let dirac = species.charge * species.hbar / (2.0 * species.mass);
        let moment = species.magnetic_moment.unwrap_or(dirac);
        let (factor, anomaly) = match species.g_factor {
            None => (1.0, 0.0),
            Some(GFactor::Phenomenological(g)) => (g / 2.0, 0.0),
            Some(GFactor::Tbmt(g)) => (1.0, (g - 2.0) / 2.0),
        };
        let given = species.spin_hamiltonian.unwrap_or_default();
        Particle {
            mass: species.mass,
            charge: species.charge,
            hbar: species.hbar,
            moment: if species.spin { factor * moment } else { 0.0 },
            anomaly,
            kinematics,
            spin: species.spin,
            given: GivenHamiltonian {
                slopes: [0, 1, 2].map(|j| DVec3::from(given.momentum.map(|row| row[j]))),
                constant: given.constant.into(),
            },
        }
    }

    /// Whether v = p/eps.
    pub fn relativistic(&self) -> bool {
        self.kinematics == Kinematics::Relativistic
    }

    /// eps = sqrt(m^2 + p^2); m without relativity.
    #[inline(always)]
    pub fn energy<V: Vector>(&self, p: V) -> V::Number {
        let square = p.length_squared();
        if self.relativistic() { (square + self.mass * self.mass).sqrt() } else { square.like(self.mass) }
    }

    /// eps - m, or p^2/(2m); free of cancellation.
    #[inline(always)]
    pub fn kinetic_energy<V: Vector>(&self, p: V) -> V::Number {
        p.length_squared() / (self.energy(p) + self.mass)
    }

    /// v = p/eps.
    #[inline(always)]
    pub fn velocity<V: Vector>(&self, p: V) -> V {
        p * self.energy(p).inverse()
    }

    /// 2 mu_B/hbar, zero without a moment.
    pub fn torque_coefficient(&self) -> f64 {
        if self.moment == 0.0 { 0.0 } else { 2.0 * self.moment / self.hbar }
    }

    /// 2/hbar, with which w turns about a given h; zero where there is none.
    pub fn given_coefficient(&self) -> f64 {
        if self.given.acts() { 2.0 / self.hbar } else { 0.0 }
    }

    /// Factors of T at momentum p.
    #[inline(always)]
    pub fn form_factors<V: Vector>(&self, p: V) -> FormFactors<V::Number> {
        let (m, a) = (self.mass, self.anomaly);
        let eps = self.energy(p);
        if !self.relativistic() {
            let spin_orbit = self.kinematics == Kinematics::NonRelativistic;
            let zero = eps.like(0.0);
            return FormFactors {
                alpha: eps.like(1.0 + a),
                beta: zero,
                kappa: eps.like(if spin_orbit { (0.5 + a) / m } else { 0.0 }),
                d_alpha: zero,
                d_beta: zero,
                d_kappa: zero,
            };
        }
        let sum = eps + m;
        let (inverse, inverse_sum) = (eps.inverse(), sum.inverse());
        let cube = inverse * inverse * inverse;
        let pole = (eps + sum) * cube * inverse_sum * inverse_sum;
        FormFactors {
            alpha: inverse * m + a,
            beta: inverse * inverse_sum * a,
            kappa: (inverse_sum * m + a) * inverse,
            d_alpha: cube * -m,
            d_beta: pole * -a,
            d_kappa: pole * -m - cube * a,
        }
    }

    /// What depends on a momentum alone.
    #[inline(always)]
    pub fn at<V: Vector>(&self, p: V) -> Momentum<V> {
        Momentum { p, inverse_energy: self.energy(p).inverse(), factors: self.form_factors(p) }
    }

    /// What a cell (w0, w) adds to P and to M, but for mu_B: - kappa w x p and alpha w - beta (p.w) p.
    #[inline(always)]
    pub fn dipoles<V: Vector>(&self, at: &Momentum<V>, w: V) -> [V; 2] {
        let (p, f) = (at.p, &at.factors);
        [p.cross(w) * f.kappa, w * f.alpha - p * (f.beta * p.dot(w))]
    }

    /// T(p; E, B). It is linear in the fields, so dT/dx_j is T(p; d_j E, d_j B).
    #[inline(always)]
    pub fn precession_field<V: Vector>(&self, p: V, e: V, b: V) -> V {
        self.precession_field_at(&self.at(p), e, b)
    }

    /// The same where what depends on p alone is known.
    #[inline(always)]
    pub fn precession_field_at<V: Vector>(&self, at: &Momentum<V>, e: V, b: V) -> V {
        let (p, f) = (at.p, &at.factors);
        let t = b * f.alpha - p.cross(e) * f.kappa;
        // Without anomaly beta is zero.
        if self.anomaly == 0.0 { t } else { t - p * (f.beta * p.dot(b)) }
    }

    /// (c . d/dp) T(p; E, B).
    #[inline(always)]
    pub fn precession_gradient<V: Vector>(&self, p: V, c: V, e: V, b: V) -> V {
        self.precession_gradient_at(&self.at(p), c, e, b)
    }

    /// The same where what depends on p alone is known.
    #[inline(always)]
    pub fn precession_gradient_at<V: Vector>(&self, at: &Momentum<V>, c: V, e: V, b: V) -> V {
        let (p, f) = (at.p, &at.factors);
        let along = p.dot(c);
        let gradient = b * (along * f.d_alpha) - p.cross(e) * (along * f.d_kappa) - c.cross(e) * f.kappa;
        if self.anomaly == 0.0 {
            return gradient;
        }
        let magnetic = p.dot(b);
        gradient - p * (along * f.d_beta * magnetic + f.beta * c.dot(b)) - c * (f.beta * magnetic)
    }

    /// a_jk = - mu_B dT_k/dp_j: hidden-momentum velocity along direction j.
    #[inline(always)]
    pub fn hidden_velocity<V: Vector>(&self, p: V, j: V, e: V, b: V) -> V {
        self.hidden_velocity_at(&self.at(p), j, e, b)
    }

    /// The same where what depends on p alone is known.
    #[inline(always)]
    pub fn hidden_velocity_at<V: Vector>(&self, at: &Momentum<V>, j: V, e: V, b: V) -> V {
        self.precession_gradient_at(at, j, e, b) * -self.moment
    }

    /// a_jk w_k for all j, a the hidden velocity due to B alone.
    #[inline(always)]
    pub fn hidden_stream<V: Vector>(&self, at: &Momentum<V>, w: V, b: V) -> V {
        let (p, f) = (at.p, &at.factors);
        let gradient = p * (f.d_alpha * w.dot(b));
        if self.anomaly == 0.0 {
            return gradient * -self.moment;
        }
        let (along, magnetic) = (p.dot(w), p.dot(b));
        (gradient - p * (f.d_beta * along * magnetic) - b * (f.beta * along) - w * (f.beta * magnetic)) * -self.moment
    }

    /// b_jk = mu_B dT_k/dx_j - q mu_B (dT_k/dp x B)_j: dipole force and its
    /// magnetic partner; `de`, `db` are the derivatives of the fields along j.
    #[inline(always)]
    pub fn dipole_force<V: Vector>(&self, p: V, j: V, e: V, b: V, de: V, db: V) -> V {
        self.dipole_force_at(&self.at(p), j, [e, b], [de, db])
    }

    /// The same where what depends on p alone is known.
    #[inline(always)]
    pub fn dipole_force_at<V: Vector>(&self, at: &Momentum<V>, j: V, [e, b]: [V; 2], [de, db]: [V; 2]) -> V {
        // (X x B)_j = X . (B x j)
        let turned = b.cross(j) * -self.charge;
        (self.precession_field_at(at, de, db) + self.precession_gradient_at(at, turned, e, b)) * self.moment
    }

    /// Upper bound of |T(p; E, B)| for |p| <= `momentum`.
    pub fn precession_bound(&self, momentum: f64, e: DVec3, b: DVec3) -> f64 {
        let a = self.anomaly.abs();
        // kappa p <= 0.31 + a in units of 1 (relativistic), (1/2 + a) p/m otherwise.
        let (m, spin_orbit) = match self.kinematics {
            Kinematics::Relativistic => (1.0, 0.31 + a),
            Kinematics::NonRelativistic => (self.mass, (0.5 + a) * momentum),
            Kinematics::NonRelativisticWithoutSpinOrbit => (1.0, 0.0),
        };
        (1.0 + 2.0 * a) * b.length() + spin_orbit / m * e.length()
    }

    /// Upper bound of |a_j| = |mu_B dT/dp_j| over all momenta and directions.
    pub fn hidden_velocity_bound(&self, e: DVec3, b: DVec3) -> f64 {
        let a = self.anomaly.abs();
        let (magnetic, electric) = match self.kinematics {
            Kinematics::Relativistic => (0.385 + 3.0 * a, 1.0 + 2.0 * a),
            Kinematics::NonRelativistic => (0.0, 0.5 + a),
            Kinematics::NonRelativisticWithoutSpinOrbit => (0.0, 0.0),
        };
        self.moment.abs() * (magnetic * b.length() + electric * e.length()) / self.mass
    }

    /// F_j = q (E + v x B)_j at velocity v.
    #[inline(always)]
    pub fn lorentz_force<V: Vector>(&self, v: V, j: V, e: V, b: V) -> V::Number {
        // (v x B)_j = v . (B x j)
        (e.dot(j) + v.dot(b.cross(j))) * self.charge
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn electron(kinematics: Kinematics, anomaly: f64) -> Particle {
        Particle {
            mass: 1.3,
            charge: -0.8,
            hbar: 0.7,
            moment: -0.3,
            anomaly,
            kinematics,
            spin: true,
            given: GivenHamiltonian::default(),
        }
    }

    /// Physics page, section 2: the printed closed form of dT/dp_j at a = 0.
    #[test]
    fn gradient_is_the_closed_form_without_anomaly() {
        let particle = electron(Kinematics::Relativistic, 0.0);
        let (p, e, b) = (DVec3::new(0.3, -0.7, 1.1), DVec3::new(0.5, 0.2, -0.4), DVec3::new(-0.1, 0.9, 0.6));
        let (m, eps) = (particle.mass, particle.energy(p));
        for (j, axis) in DVec3::AXES.into_iter().enumerate() {
            let exact = -(m * p[j] / eps.powi(3)) * b
                + m * (2.0 * eps + m) * p[j] / (eps.powi(3) * (eps + m).powi(2)) * p.cross(e)
                - m / (eps * (eps + m)) * axis.cross(e);
            assert!((particle.precession_gradient(p, axis, e, b) - exact).length() < 1e-15);
        }
    }

    /// The analytic gradient is the derivative of T for every kinematics and g.
    #[test]
    fn gradient_is_the_derivative_of_t() {
        let (p, e, b) = (DVec3::new(0.3, -0.7, 1.1), DVec3::new(0.5, 0.2, -0.4), DVec3::new(-0.1, 0.9, 0.6));
        for kinematics in
            [Kinematics::Relativistic, Kinematics::NonRelativistic, Kinematics::NonRelativisticWithoutSpinOrbit]
        {
            for anomaly in [0.0, 0.4] {
                let particle = electron(kinematics, anomaly);
                for axis in DVec3::AXES {
                    // Central difference: error h^2 T'''/6, about 1e-10 here.
                    let h = 1e-5;
                    let difference = (particle.precession_field(p + h * axis, e, b)
                        - particle.precession_field(p - h * axis, e, b))
                        / (2.0 * h);
                    let gradient = particle.precession_gradient(p, axis, e, b);
                    assert!((gradient - difference).length() < 1e-9, "{kinematics:?} a={anomaly}");
                }
            }
        }
    }

    /// What spins add to the stream is their product with the hidden velocity.
    #[test]
    fn the_hidden_stream_is_that_of_the_hidden_velocity() {
        let (p, w, b) = (DVec3::new(0.3, -0.7, 1.1), DVec3::new(0.5, 0.2, -0.4), DVec3::new(-0.1, 0.9, 0.6));
        for anomaly in [0.0, 0.4] {
            let particle = electron(Kinematics::Relativistic, anomaly);
            let stream = particle.hidden_stream(&particle.at(p), w, b);
            let exact = DVec3::AXES.map(|axis| particle.hidden_velocity(p, axis, DVec3::ZERO, b).dot(w));
            assert!((stream - DVec3::from(exact)).length() < 1e-15, "a={anomaly}");
        }
    }

    /// The bounds that choose sub-cycles hold, and by no more than a factor of ten.
    #[test]
    fn bounds_hold_and_are_not_idle() {
        let (e, b) = (DVec3::new(0.5, 0.2, -0.4), DVec3::new(-0.1, 0.9, 0.6));
        for kinematics in [Kinematics::Relativistic, Kinematics::NonRelativistic] {
            for anomaly in [0.0, 0.4] {
                let particle = electron(kinematics, anomaly);
                for (e, b) in [(e, DVec3::ZERO), (DVec3::ZERO, b), (e, b)] {
                    let (mut field, mut velocity) = (0.0f64, 0.0f64);
                    for i in 0..8000 {
                        // A lattice of directions and magnitudes up to |p| = 5.
                        let (phi, z) = (2.399963 * i as f64, 2.0 * ((i % 89) as f64 + 0.5) / 89.0 - 1.0);
                        let rho = (1.0 - z * z).sqrt();
                        let p = 5.0 * (i as f64 / 8000.0).powi(2) * DVec3::new(rho * phi.cos(), rho * phi.sin(), z);
                        field = field.max(particle.precession_field(p, e, b).length());
                        for axis in DVec3::AXES {
                            velocity = velocity.max(particle.hidden_velocity(p, axis, e, b).length());
                        }
                    }
                    let (field_bound, velocity_bound) =
                        (particle.precession_bound(5.0, e, b), particle.hidden_velocity_bound(e, b));
                    assert!(field <= field_bound && field_bound < 10.0 * field, "{field} {field_bound}");
                    assert!(velocity <= velocity_bound, "{velocity} {velocity_bound}");
                    assert!(velocity_bound <= 10.0 * velocity, "{velocity} {velocity_bound}");
                }
            }
        }
    }

    /// T-BMT: physics page section 2, in the page's own arrangement.
    #[test]
    fn anomalous_moment_has_the_tbmt_form() {
        let particle = electron(Kinematics::Relativistic, 0.25);
        let (p, e, b) = (DVec3::new(0.3, -0.7, 1.1), DVec3::new(0.5, 0.2, -0.4), DVec3::new(-0.1, 0.9, 0.6));
        let (m, a, eps) = (particle.mass, particle.anomaly, particle.energy(p));
        let exact = (m / eps + a) * b - a / (eps * (eps + m)) * p.dot(b) * p - (m / (eps + m) + a) * p.cross(e) / eps;
        assert!((particle.precession_field(p, e, b) - exact).length() < 1e-15);
    }
}
