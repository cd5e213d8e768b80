//! One particle species and its Hamiltonian symbol `H = eps - mu_B T.sigma`.
//!
//! Ekman, Al-Naseri, Zamanian, Brodin, "Relativistic kinetic theory for spin-1/2
//! particles", equation 7, with the anomalous-moment (T-BMT) form of T. The twin
//! of this file is `shaders/shared/hamiltonian.wgsl`.

use glam::DVec3;

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
}

/// T = alpha B - beta (p.B) p - kappa p x E. A derivative along p_j is p_j times
/// the `d_` partner, as all three depend on p through eps alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FormFactors {
    /// m/eps + a; without relativity 1 + a.
    pub alpha: f64,
    /// a/(eps (eps + m)); without relativity 0.
    pub beta: f64,
    /// (m/(eps + m) + a)/eps; without relativity (1/2 + a)/m, or 0 without spin-orbit coupling.
    pub kappa: f64,
    /// d alpha/dp_j over p_j.
    pub d_alpha: f64,
    /// d beta/dp_j over p_j.
    pub d_beta: f64,
    /// d kappa/dp_j over p_j.
    pub d_kappa: f64,
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
        Particle {
            mass: species.mass,
            charge: species.charge,
            hbar: species.hbar,
            moment: if species.spin { factor * moment } else { 0.0 },
            anomaly,
            kinematics,
            spin: species.spin,
        }
    }

    /// Whether v = p/eps.
    pub fn relativistic(&self) -> bool {
        self.kinematics == Kinematics::Relativistic
    }

    /// eps = sqrt(m^2 + p^2); m without relativity.
    pub fn energy(&self, p: DVec3) -> f64 {
        if self.relativistic() { (self.mass * self.mass + p.length_squared()).sqrt() } else { self.mass }
    }

    /// eps - m, or p^2/(2m); free of cancellation.
    pub fn kinetic_energy(&self, p: DVec3) -> f64 {
        p.length_squared() / (self.energy(p) + self.mass)
    }

    /// v = p/eps.
    pub fn velocity(&self, p: DVec3) -> DVec3 {
        p / self.energy(p)
    }

    /// 2 mu_B/hbar, zero without a moment.
    pub fn torque_coefficient(&self) -> f64 {
        if self.moment == 0.0 { 0.0 } else { 2.0 * self.moment / self.hbar }
    }

    /// What a cell (w0, w) at momentum p adds to P and to M.
    pub fn dipoles(&self, p: DVec3, w: DVec3) -> [DVec3; 2] {
        let f = self.form_factors(p);
        [-self.moment * f.kappa * w.cross(p), self.moment * (f.alpha * w - f.beta * p.dot(w) * p)]
    }

    /// Factors of T at momentum p.
    pub fn form_factors(&self, p: DVec3) -> FormFactors {
        let (m, a) = (self.mass, self.anomaly);
        if !self.relativistic() {
            let spin_orbit = self.kinematics == Kinematics::NonRelativistic;
            return FormFactors {
                alpha: 1.0 + a,
                beta: 0.0,
                kappa: if spin_orbit { (0.5 + a) / m } else { 0.0 },
                d_alpha: 0.0,
                d_beta: 0.0,
                d_kappa: 0.0,
            };
        }
        let eps = self.energy(p);
        let sum = eps + m;
        let pole = (2.0 * eps + m) / (eps * eps * eps * sum * sum);
        FormFactors {
            alpha: m / eps + a,
            beta: a / (eps * sum),
            kappa: (m / sum + a) / eps,
            d_alpha: -m / (eps * eps * eps),
            d_beta: -a * pole,
            d_kappa: -m * pole - a / (eps * eps * eps),
        }
    }

    /// T(p; E, B). It is linear in the fields, so dT/dx_j is T(p; d_j E, d_j B).
    pub fn precession_field(&self, p: DVec3, e: DVec3, b: DVec3) -> DVec3 {
        let f = self.form_factors(p);
        f.alpha * b - f.beta * p.dot(b) * p - f.kappa * p.cross(e)
    }

    /// (c . d/dp) T(p; E, B).
    pub fn precession_gradient(&self, p: DVec3, c: DVec3, e: DVec3, b: DVec3) -> DVec3 {
        let f = self.form_factors(p);
        p.dot(c) * (f.d_alpha * b - f.d_beta * p.dot(b) * p - f.d_kappa * p.cross(e))
            - f.beta * (c.dot(b) * p + p.dot(b) * c)
            - f.kappa * c.cross(e)
    }

    /// a_jk = - mu_B dT_k/dp_j: hidden-momentum velocity along direction j.
    pub fn hidden_velocity(&self, p: DVec3, j: DVec3, e: DVec3, b: DVec3) -> DVec3 {
        -self.moment * self.precession_gradient(p, j, e, b)
    }

    /// b_jk = mu_B dT_k/dx_j - q mu_B (dT_k/dp x B)_j: dipole force and its
    /// magnetic partner; `de`, `db` are the derivatives of the fields along j.
    pub fn dipole_force(&self, p: DVec3, j: DVec3, e: DVec3, b: DVec3, de: DVec3, db: DVec3) -> DVec3 {
        // (X x B)_j = X . (B x j)
        self.moment * (self.precession_field(p, de, db) - self.charge * self.precession_gradient(p, b.cross(j), e, b))
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

    /// F_j = q (E + v x B)_j.
    pub fn lorentz_force(&self, p: DVec3, e: DVec3, b: DVec3) -> DVec3 {
        self.charge * (e + self.velocity(p).cross(b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn electron(kinematics: Kinematics, anomaly: f64) -> Particle {
        Particle { mass: 1.3, charge: -0.8, hbar: 0.7, moment: -0.3, anomaly, kinematics, spin: true }
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
