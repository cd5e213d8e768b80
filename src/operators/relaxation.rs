//! dt W = - (W - W_eq)/tau: collisions, towards a local equilibrium that the host has matched.

use glam::DVec3;

use super::{Build, Kernel, Term, Work, wgsl};

/// Takes every cell the share of its space cell towards W_eq:
///
/// ```text
/// w0 -> g,    w -> g' [ local + p x (nonlocal p) + p^2 turned - p (p.turned) ]
/// g = g' = common f_x f_y f_z,    or fermions:  g = A n, g' = A n (1 - n), n = 1/(1 + common f_x f_y f_z)
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relaxation {
    /// Its place in [`Recording::tables`](super::Recording::tables).
    pub table: usize,
    /// Place of what space cells relax towards in [`Recording::equilibria`](super::Recording::equilibria).
    pub equilibria: usize,
    /// Whether particles are fermions.
    pub fermions: bool,
}

/// What a space cell relaxes towards; nowhere, the default, without particles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LocalEquilibrium {
    /// 1 - exp(-t/tau)
    pub share: f64,
    /// Of g at all momenta.
    pub common: f64,
    /// A of fermions.
    pub states: f64,
    /// (hbar/2) Omega
    pub local: DVec3,
    /// (1-xi) hbar/(4m^2) Omega
    pub turned: DVec3,
    /// (1-xi) hbar/(4m^2) times the gradients of beta u_x, beta u_y, beta u_z.
    pub nonlocal: [DVec3; 3],
    /// A factor for each cell along px, py, pz.
    pub along: [Vec<f64>; 3],
}

impl LocalEquilibrium {
    /// Numbers before the factors: twin of `HEAD` in `shaders/relaxation.wgsl`.
    pub const HEAD: usize = 18;

    /// All numbers in the order of the kernel, with so many factors; zeros where nothing relaxes.
    pub fn numbers(&self, factors: usize) -> Vec<f64> {
        let mut numbers = vec![self.share, self.common, self.states];
        let vectors = [self.local, self.turned].into_iter().chain(self.nonlocal);
        numbers.extend(vectors.flat_map(|vector| vector.to_array()));
        numbers.extend([0.0].iter().cycle().take(Self::HEAD - numbers.len()));
        numbers.extend(self.along.iter().flatten());
        numbers.resize(Self::HEAD + factors, 0.0);
        numbers
    }
}

impl Term for Relaxation {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, build: Build) -> Kernel {
        let files = [wgsl!("shared/blocks"), wgsl!("shared/wide"), wgsl!("shared/equilibria"), wgsl!("relaxation")];
        let mut kernel = Kernel::in_place("relaxation", &files, "relax", build.canonical);
        kernel.constants.push(("FERMIONS", self.fermions.into()));
        kernel.label = if self.fermions { "relaxation (fermions)" } else { "relaxation" }.into();
        Kernel { work: Work::Relaxation, ..kernel }
    }

    fn kinds(_: bool) -> Vec<Self> {
        [false, true].map(|fermions| Relaxation { table: 0, equilibria: 0, fermions }).into()
    }
}
