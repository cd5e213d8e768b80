//! dt W = - (p.u/(E tau)) (W - W_eq): collisions of relativistic particles, towards a local equilibrium that the host has
//! matched.
//!
//! N. Weickgenannt, J.-P. Blaizot, "Spin kinetic theory with a nonlocal relaxation time approximation", in the position
//! variable of the kinetic equation. With g0 the equilibrium and g its weight in spins:
//!
//! ```text
//! h = a + c.p - beta (E - m),   c = u/T,  beta = u^0/T
//! Boltzmann    g0 = g = e^h
//! Fermi-Dirac  g0 = A n,  g = A n (1 - n),  n = 1/(1 + e^-h)
//! w_eq = g { (hbar/2) [ b + p x e/(E+m) ] - (1-xi) kappa p x Y },   kappa = hbar/(2m(E+m))
//! Y_k  = p^nu d_k beta_nu + (p x b - E e)_k,   beta_0 = beta,  beta_l = - c_l
//! ```

use glam::DVec3;

use super::{Build, Kernel, Term, Work, wgsl};

/// Takes every cell its share 1 - exp(-t p.u/(E tau)) of the way towards W_eq.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CovariantRelaxation {
    /// Its place in [`Recording::tables`](super::Recording::tables).
    pub table: usize,
    /// Place of what space cells relax towards in [`Recording::covariant`](super::Recording::covariant).
    pub equilibria: usize,
    /// Whether particles are fermions.
    pub fermions: bool,
}

/// How xi depends on energy: `1 - xi = inner - outer (E + m)/E`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SpinLaw {
    /// m
    pub mass: f64,
    /// hbar/2
    pub half_hbar: f64,
    /// 1 - xi of a constant xi, else 1.
    pub inner: f64,
    /// 0 of a constant xi, else 1 - zeta.
    pub outer: f64,
}

impl SpinLaw {
    /// (1-xi) kappa.
    pub fn kappa(&self, energy: f64) -> f64 {
        self.half_hbar / self.mass * (self.inner / (energy + self.mass) - self.outer / energy)
    }

    /// What stands before p x e: `(hbar/2)/(E+m) + (1-xi) kappa E`, without cancellation where xi = (1-zeta)(E+m)/E.
    pub fn boost(&self, energy: f64) -> f64 {
        let m = self.mass;
        self.half_hbar / m * ((self.inner - self.outer) * energy + (1.0 - self.outer) * m) / (energy + m)
    }

    /// w_eq/g at momentum p for a spin potential (b, e) and the gradients of beta_0, beta u_x, beta u_y, beta u_z.
    pub fn target(&self, p: DVec3, energy: f64, [b, e]: [DVec3; 2], gradients: &[DVec3; 4]) -> DVec3 {
        let [time, x, y, z] = *gradients;
        let flow = time * energy - x * p.x - y * p.y - z * p.z + p.cross(b);
        b * self.half_hbar + p.cross(e) * self.boost(energy) - p.cross(flow) * self.kappa(energy)
    }
}

/// What a space cell relaxes towards, and how fast; nowhere, the default, without particles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Covariant {
    /// t u^0/tau
    pub time: f64,
    /// t u/tau
    pub flow: DVec3,
    /// A e^(a + peak), or e^-(a + peak) of fermions.
    pub common: f64,
    /// A of fermions.
    pub states: f64,
    /// c
    pub drift: DVec3,
    /// beta
    pub beta: f64,
    /// No less than c.p - beta (E - m) anywhere.
    pub peak: f64,
    /// Of spins.
    pub law: SpinLaw,
    /// b
    pub b: DVec3,
    /// e
    pub e: DVec3,
    /// Of beta_0, beta u_x, beta u_y, beta u_z.
    pub gradients: [DVec3; 4],
}

impl Covariant {
    /// Numbers that a kernel is told: twin of `COVARIANT` in `shaders/shared/covariant.wgsl`.
    pub const NUMBERS: usize = 37;

    /// All numbers in the order of the kernels.
    pub fn numbers(&self) -> Vec<f64> {
        let SpinLaw { mass, half_hbar, inner, outer } = self.law;
        let over_mass = if mass > 0.0 { half_hbar / mass } else { 0.0 };
        let mut numbers = vec![self.time];
        let push = |numbers: &mut Vec<f64>, vector: DVec3| numbers.extend(vector.to_array());
        push(&mut numbers, self.flow);
        numbers.extend([self.common, self.states]);
        push(&mut numbers, self.drift);
        numbers.extend([self.beta, self.peak]);
        push(&mut numbers, half_hbar * self.b);
        push(&mut numbers, over_mass * (inner - outer) * self.e);
        push(&mut numbers, half_hbar * (1.0 - outer) * self.e);
        push(&mut numbers, self.b);
        numbers.extend([over_mass * inner, over_mass * outer]);
        self.gradients.iter().for_each(|&gradient| push(&mut numbers, gradient));
        numbers
    }

    /// 1 - exp(-t p.u/(E tau))
    pub fn share(&self, p: DVec3, energy: f64) -> f64 {
        -(-(self.time - self.flow.dot(p) / energy)).exp_m1()
    }

    /// g0 and g at a momentum of this kinetic energy.
    pub fn equilibrium(&self, p: DVec3, kinetic: f64) -> [f64; 2] {
        let q = (self.drift.dot(p) - self.beta * kinetic - self.peak).exp();
        if self.states == 0.0 {
            return [self.common * q; 2];
        }
        let n = q / (q + self.common);
        [self.states * n, self.states * n * (self.common / (q + self.common))]
    }
}

impl Term for CovariantRelaxation {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        let files = [
            wgsl!("shared/hamiltonian"),
            wgsl!("shared/blocks"),
            wgsl!("shared/wide"),
            wgsl!("shared/wide_momenta"),
            wgsl!("shared/equilibria"),
            wgsl!("shared/covariant"),
            wgsl!("covariant_relaxation"),
        ];
        let mut kernel = Kernel::in_place("covariant relaxation", &files, "relax", build.canonical);
        kernel.constants.push(("FERMIONS", self.fermions.into()));
        kernel.label = format!("covariant relaxation{}", if self.fermions { " (fermions)" } else { "" });
        Kernel { work: Work::Relaxation, ..kernel }
    }

    fn kinds(_: bool) -> Vec<Self> {
        [false, true].map(|fermions| CovariantRelaxation { table: 0, equilibria: 0, fermions }).into()
    }
}
