//! D, B and A, their initial values and their updates.

use glam::DVec3;

use super::Mesh;
use super::external::{ExternalFields, by_component, vector_derivative};
use crate::operators::{FieldSample, Sources};
use crate::scenario::schema::Evolution;

/// Which fields a sweep feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Electric,
    Magnetic,
    Both,
}

/// The self-consistent fields and the prescribed ones.
///
/// Staggering: D_x on upper faces (frozen: E_x at centres), D_y and D_z at centres; B_x at centres, B_y
/// and B_z on upper faces; A (the vector potential of the fields since t = 0,
/// used where a momentum is not resolved) and all values given to the kernels at
/// centres. E = D - P, H = B - M.
#[derive(Clone, Debug)]
pub struct Fields {
    pub mesh: Mesh,
    pub evolution: Evolution,
    /// Position of the first cell centre.
    pub first: f64,
    pub d: Vec<DVec3>,
    pub b: Vec<DVec3>,
    pub a: Vec<DVec3>,
    pub external: ExternalFields,
    /// Fixed charge density besides the particles.
    pub background: f64,
    pub charge: f64,
    /// Conserved canonical momentum p_c along axes that are not resolved.
    pub canonical: DVec3,
    /// 1 along axes whose momentum is not resolved, else 0.
    pub unresolved: DVec3,
}

impl Fields {
    /// 1 for the components of D that evolve.
    fn evolving(&self) -> DVec3 {
        match self.evolution {
            Evolution::Maxwell => DVec3::ONE,
            Evolution::Electrostatic => DVec3::X,
            Evolution::Frozen => DVec3::ZERO,
        }
    }

    /// Whether the fields stay as prescribed.
    pub fn is_frozen(&self) -> bool {
        self.evolution == Evolution::Frozen
    }

    /// E = D - P at centres. A component that does not evolve is prescribed as E.
    pub fn electric(&self, sources: &[Sources]) -> Vec<DVec3> {
        if self.is_frozen() {
            return self.d.clone();
        }
        let d_x = self.mesh.mean_to_centres(&self.component(&self.d, 0));
        let evolving = self.evolving();
        (0..self.mesh.cells)
            .map(|i| DVec3::new(d_x[i], self.d[i].y, self.d[i].z) - evolving * sources[i].polarisation)
            .collect()
    }

    /// B at centres.
    pub fn magnetic(&self) -> Vec<DVec3> {
        let [y, z] = [1, 2].map(|k| self.mesh.to_centres(&self.component(&self.b, k)));
        (0..self.mesh.cells).map(|i| DVec3::new(self.b[i].x, y[i], z[i])).collect()
    }

    fn component(&self, values: &[DVec3], k: usize) -> Vec<f64> {
        values.iter().map(|v| v[k]).collect()
    }

    /// Centre of cell `i`.
    pub fn x(&self, i: usize) -> f64 {
        self.first + i as f64 * self.mesh.step
    }

    /// The table kernels read: self-consistent `e` (at centres) and B, plus the
    /// external fields at `time`, restricted to `part`.
    pub fn table(&self, e: &[DVec3], part: Part, time: f64) -> Vec<FieldSample> {
        let b = self.magnetic();
        let (de, db) = (vector_derivative(self.mesh, e), vector_derivative(self.mesh, &b));
        (0..self.mesh.cells)
            .map(|i| {
                let mut sample = self.external.at(i, self.x(i), time);
                sample.e += e[i];
                sample.b += b[i];
                sample.de[0] += de[i];
                sample.db[0] += db[i];
                sample.p = self.unresolved * (self.canonical - self.charge * self.a[i]);
                match part {
                    Part::Electric => (sample.b, sample.db) = Default::default(),
                    Part::Magnetic => (sample.e, sample.de) = Default::default(),
                    Part::Both => {}
                }
                sample
            })
            .collect()
    }

    /// dD/dt = curl H - j over `time`, with B fixed; M and the current are means of
    /// their values `before` and `after`.
    pub fn ampere(&mut self, time: f64, before: &[Sources], after: &[Sources]) {
        self.displace(time, |s| s.stream, before, after);
        if self.evolution != Evolution::Maxwell {
            return;
        }
        let mean: Vec<DVec3> =
            before.iter().zip(after).map(|(b, a)| 0.5 * (b.magnetisation + a.magnetisation)).collect();
        let on_faces = by_component(&mean, |component| self.mesh.to_faces(component));
        let h: Vec<DVec3> = self.b.iter().zip(&on_faces).map(|(b, m)| *b - *m).collect();
        let dh_y = self.mesh.derivative_to_centres(&self.component(&h, 1));
        let dh_z = self.mesh.derivative_to_centres(&self.component(&h, 2));
        for (i, d) in self.d.iter_mut().enumerate() {
            d.y -= time * dh_z[i];
            d.z += time * dh_y[i];
        }
    }

    /// dD/dt = - j of the hidden velocity due to E, over `time`.
    pub fn hidden_current(&mut self, time: f64, before: &[Sources], after: &[Sources]) {
        self.displace(time, |s| s.hidden_stream, before, after);
    }

    /// D -= q times the stream.
    fn displace(&mut self, time: f64, stream: impl Fn(&Sources) -> DVec3, before: &[Sources], after: &[Sources]) {
        let evolving = self.evolving();
        for (i, d) in self.d.iter_mut().enumerate() {
            let number = 0.5 * time * (stream(&before[i]) + stream(&after[i]));
            *d -= evolving * (self.charge * number);
        }
    }

    /// Makes div D the charge density, with the mean of D_x kept.
    pub fn satisfy_gauss(&mut self, sources: &[Sources]) {
        let mean = |d: &[DVec3]| d.iter().map(|d| d.x).sum::<f64>() / d.len() as f64;
        let kept = mean(&self.d);
        let mut sum = 0.0;
        for i in 0..self.mesh.cells {
            if self.mesh.cells > 1 {
                sum += self.mesh.step * (self.charge * sources[i].density + self.background);
            }
            self.d[i].x = sum;
        }
        let excess = mean(&self.d) - kept;
        self.d.iter_mut().for_each(|d| d.x -= excess);
    }

    /// dB/dt = - curl E over `time`, with E at centres fixed.
    pub fn faraday(&mut self, time: f64, e: &[DVec3]) {
        if self.evolution != Evolution::Maxwell {
            return;
        }
        let de_y = self.mesh.derivative_to_faces(&self.component(e, 1));
        let de_z = self.mesh.derivative_to_faces(&self.component(e, 2));
        for (i, b) in self.b.iter_mut().enumerate() {
            b.y += time * de_z[i];
            b.z -= time * de_y[i];
        }
    }

    /// dA/dt = - E over `time`, with the whole E (external included) at `middle`.
    pub fn potential(&mut self, time: f64, e: &[DVec3], middle: f64) {
        for i in 0..self.mesh.cells {
            let external = self.external.at(i, self.x(i), middle).e;
            self.a[i] -= time * (e[i] + external);
        }
    }

    /// Largest |div D - rho - background| over the cells.
    pub fn gauss_residual(&self, sources: &[Sources]) -> f64 {
        let n = self.mesh.cells;
        if n == 1 {
            return 0.0;
        }
        (0..n)
            .map(|i| {
                let divergence = (self.d[i].x - self.d[(i + n - 1) % n].x) / self.mesh.step;
                (divergence - self.charge * sources[i].density - self.background).abs()
            })
            .fold(0.0, f64::max)
    }

    /// Sets D_x from the charge density, with the mean of E_x given.
    pub fn solve_gauss(&mut self, sources: &[Sources], mean_e: f64) {
        let mut sum = 0.0;
        for i in 0..self.mesh.cells {
            if self.mesh.cells > 1 {
                sum += self.mesh.step * (self.charge * sources[i].density + self.background);
            }
            self.d[i].x = sum;
        }
        let mean = self.electric(sources).iter().map(|e| e.x).sum::<f64>() / self.mesh.cells as f64;
        self.d.iter_mut().for_each(|d| d.x += mean_e - mean);
    }

    /// Sets A so that B = curl A for the whole B (external included), less its
    /// mean, which no periodic A has.
    pub fn solve_potential(&mut self) {
        if self.mesh.cells == 1 {
            return;
        }
        let external: Vec<DVec3> = (0..self.mesh.cells).map(|i| self.external.at(i, self.x(i), 0.0).b).collect();
        let on_faces = by_component(&external, |component| self.mesh.to_faces(component));
        let b: Vec<DVec3> = self.b.iter().zip(&on_faces).map(|(b, e)| *b + *e).collect();
        // B_z = dA_y/dx, B_y = - dA_z/dx.
        let a_y = self.mesh.integral_to_centres(&self.component(&b, 2));
        let a_z = self.mesh.integral_to_centres(&self.component(&b, 1));
        for (i, a) in self.a.iter_mut().enumerate() {
            (a.y, a.z) = (a_y[i], -a_z[i]);
        }
    }
}
