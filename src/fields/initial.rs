//! Initial fields that obey their constraints: div D = rho, div B = 0, B = curl A.

use glam::DVec3;
use rustfft::num_complex::Complex;

use super::fourier::{Modes, backward, forward, symbol, wavenumbers};
use super::{Fields, Matter, Mesh, along, component, others, vectors};
use crate::error::{Error, Result};
use crate::numerals::number;
use crate::scenario::schema::{Background, Evolution};

/// How far a user's field may be from obeying its constraint, relative to its largest
/// value or slope: room for formulas that differ from sixth-order sums on the grid.
const CONSISTENT: f64 = 1e-3;
/// Noise of single precision in fields from files.
const NOISE: f64 = 1e-6;

impl Fields {
    /// Fixes the charge density besides the particles.
    pub(crate) fn set_background(&mut self, background: Background, matter: &[Matter]) -> Result<()> {
        let cells = self.mesh.size() as f64;
        let mean = matter.iter().map(|matter| matter.charge).sum::<f64>() / cells;
        let layers = self.absorption.iter().sum::<f64>();
        if background == Background::Neutralising {
            self.fixed_charge.fill(-mean);
        } else if self.mesh.is_point() || mean == 0.0 {
            self.fixed_charge.fill(0.0);
        } else if layers > 0.0 {
            // An open domain: the field of its charge ends in the layers.
            for (charge, weight) in self.fixed_charge.iter_mut().zip(&self.absorption) {
                *charge = -mean * cells * weight / layers;
            }
        } else {
            let text = format!(
                "found \"none\", but the mean charge density is {}, and a periodic domain must be neutral: use \
                 \"neutralising\", or give an axis an absorbing layer",
                number(mean, 6)
            );
            return Err(Error::Input(text).at("fields.background"));
        }
        Ok(())
    }

    /// Turns D from the E the user gave, at centres, into the field that has its mean
    /// and its rotational part and obeys div D = rho: a gradient is added.
    pub fn solve_gauss(&mut self, matter: &[Matter]) {
        let evolving = self.evolving();
        let whole: Vec<DVec3> =
            self.d.iter().zip(matter).map(|(e, matter)| *e + evolving * matter.polarisation).collect();
        self.d = vectors([0, 1, 2].map(|j| self.on_faces(&whole, j)));
        self.correct_divergence(matter);
    }

    /// Makes D obey div D = rho again after currents whose divergence is the change of
    /// the charges but for errors of the scheme. An electrostatic E along resolved axes is
    /// the gradient that follows from the charges, and its mean.
    pub fn obey_gauss(&mut self, matter: &[Matter]) {
        if self.evolution == Evolution::Electrostatic {
            let cells = self.d.len() as f64;
            let mean = self.electric(matter).iter().sum::<DVec3>() / cells;
            let evolving = self.evolving();
            self.d.iter_mut().for_each(|d| *d = evolving * mean + (DVec3::ONE - evolving) * *d);
            self.solve_gauss(matter);
        } else {
            self.correct_divergence(matter);
        }
    }

    /// Adds the gradient to D that makes div D = rho.
    fn correct_divergence(&mut self, matter: &[Matter]) {
        let mut lacking = self.divergence_d();
        for (i, lacking) in lacking.iter_mut().enumerate() {
            *lacking = matter[i].charge + self.fixed_charge[i] - *lacking;
        }
        let (mesh, lacking) = (self.mesh, forward(&self.mesh, &lacking));
        let k = [0, 1, 2].map(|axis| wavenumbers(&mesh, axis));
        for j in mesh.resolved() {
            // With t_j for the two-point difference, t_j C_j = k_j^2 Phi and k^2 Phi = rho.
            let two_point = symbol(&mesh, j, Mesh::two_point);
            let correction: Modes = (0..mesh.size())
                .map(|i| {
                    let index = mesh.indices(i);
                    let square: f64 = (0..3).map(|axis| k[axis][index[axis]].powi(2)).sum();
                    let own = k[j][index[j]].powi(2);
                    if own == 0.0 { Complex::default() } else { lacking[i] * (own / square) / two_point[index[j]] }
                })
                .collect();
            for (d, correction) in self.d.iter_mut().zip(backward(&mesh, correction)) {
                d[j] += correction;
            }
        }
    }

    /// The longitudinal part, mean included, of a field at centres, along resolved axes.
    fn longitudinal(&self, values: &[DVec3]) -> Vec<DVec3> {
        let mesh = &self.mesh;
        // The shortest wave of an axis has no slope at centres.
        let k = [0, 1, 2].map(|axis| {
            let mut k = wavenumbers(mesh, axis);
            if mesh.cells[axis].is_multiple_of(2) {
                k[mesh.cells[axis] / 2] = 0.0;
            }
            k
        });
        let modes = [0, 1, 2].map(|j| forward(mesh, &component(values, j)));
        vectors([0, 1, 2].map(|j| {
            if mesh.cells[j] == 1 {
                return vec![0.0; mesh.size()];
            }
            let along_k = (0..mesh.size()).map(|i| {
                let index = mesh.indices(i);
                let k: [f64; 3] = std::array::from_fn(|axis| k[axis][index[axis]]);
                let square: f64 = k.iter().map(|k| k * k).sum();
                let along: Complex<f64> = (0..3).map(|axis| modes[axis][i] * k[axis]).sum();
                match (i, square) {
                    (0, _) => modes[j][0],
                    (_, 0.0) => Complex::default(),
                    _ => along * (k[j] / square),
                }
            });
            backward(mesh, along_k.collect())
        }))
    }

    /// The longitudinal part of the E the user gave, which D holds at centres, if it
    /// varies: a statement about charges.
    pub fn claimed(&self) -> Option<Vec<DVec3>> {
        if self.is_frozen() {
            return None;
        }
        let claimed = self.longitudinal(&self.d);
        let resolved = self.mesh.resolved().map(|axis| DVec3::AXES[axis]).sum::<DVec3>();
        let largest = self.d.iter().map(|e| (resolved * *e).abs().max_element()).fold(0.0, f64::max);
        let mean = claimed.iter().sum::<DVec3>() / claimed.len() as f64;
        claimed.iter().any(|e| (*e - mean).abs().max_element() > NOISE * largest).then_some(claimed)
    }

    /// Refuses a claimed E that is not the one that follows from the charges and P.
    pub(crate) fn refuse_contradiction(&self, claimed: &[DVec3], matter: &[Matter]) -> Result<()> {
        let largest = claimed.iter().map(|e| e.abs().max_element()).fold(0.0, f64::max);
        let follows = self.longitudinal(&self.electric(matter));
        let residual = follows.iter().zip(claimed).map(|(e, claimed)| (*e - *claimed).abs().max_element());
        let residual = residual.fold(0.0, f64::max);
        if residual <= CONSISTENT * largest {
            return Ok(());
        }
        Err(Error::Input(format!(
            "the given E contradicts Gauss's law, div(E + P) = rho: along its wave vectors it is off by up to \
             {residual:.3e}, its largest value is {largest:.3e}; leave its longitudinal variation out (it then follows \
             from the charges), or change the charges"
        ))
        .at("fields"))
    }

    /// Refuses a B with a divergence; removes what is left of one, so that it vanishes to
    /// rounding.
    pub(super) fn clean_magnetic(&mut self) -> Result<()> {
        let residual = self.magnetic_residual();
        if residual == 0.0 {
            return Ok(());
        }
        let mesh = self.mesh;
        let largest = |values: &[f64]| values.iter().copied().map(f64::abs).fold(0.0, f64::max);
        let mut scale = 0f64;
        for j in 0..3 {
            let b = component(&self.b, j);
            for axis in mesh.resolved() {
                let noise = NOISE / CONSISTENT * largest(&b) / mesh.step[axis];
                scale = scale.max(largest(&mesh.derivative(axis, &b))).max(noise);
            }
        }
        if residual > CONSISTENT * scale {
            return Err(Error::Input(format!(
                "the given B violates div B = 0: its divergence is up to {residual:.3e} where its slopes are up to \
                 {scale:.3e}; a B_x that varies along x needs a B_y or B_z that varies along its own axis, and so on"
            ))
            .at("fields"));
        }
        let slopes = self.slopes();
        let divergence = forward(&mesh, &self.divergence_b());
        for j in mesh.resolved() {
            let excess: Modes = (0..mesh.size())
                .map(|i| match slopes(i) {
                    (_, 0.0) => Complex::default(),
                    (slope, square) => divergence[i] * slope[j].conj() / square,
                })
                .collect();
            for (b, excess) in self.b.iter_mut().zip(backward(&mesh, excess)) {
                b[j] -= excess;
            }
        }
        Ok(())
    }

    /// Factors of the staggered derivatives of mode `i`, and the sum of their squares.
    fn slopes(&self) -> impl Fn(usize) -> ([Complex<f64>; 3], f64) + use<> {
        let mesh = self.mesh;
        let factors = [0, 1, 2].map(|axis| symbol(&mesh, axis, Mesh::derivative_to_faces));
        move |i| {
            let index = mesh.indices(i);
            let mut slopes: [Complex<f64>; 3] = std::array::from_fn(|axis| factors[axis][index[axis]]);
            if i == 0 {
                // The difference of a constant is no more than rounding.
                slopes = Default::default();
            }
            (slopes, slopes.iter().map(|slope| slope.norm_sqr()).sum())
        }
    }

    /// Sets the components of A that are needed, so that B = curl A for the whole B
    /// (external included, at a time), less its mean, which no periodic A has. A momentum that is
    /// not resolved has no space axis, so that its A lies at the centres with E.
    pub fn solve_potential(&mut self, time: f64) {
        if self.mesh.is_point() || !self.needs_potential() {
            return;
        }
        let mesh = self.mesh;
        let external: Vec<DVec3> = (0..mesh.size()).map(|i| self.external.at(i, mesh.position(i), time).b).collect();
        let modes = [0, 1, 2].map(|j| {
            let external = along(&others(j), component(&external, j), |axis, b| mesh.to_faces(axis, b));
            let whole: Vec<f64> = self.b.iter().zip(external).map(|(b, external)| b[j] + external).collect();
            forward(&mesh, &whole)
        });
        let slopes = self.slopes();
        for j in (0..3).filter(|&j| self.needed_potential[j] != 0.0) {
            let [next, last] = others(j);
            // B = d x A with d.B = 0 and d*.A = 0: A = - d* x B/|d|^2.
            let potential: Modes = (0..mesh.size())
                .map(|i| match slopes(i) {
                    (_, 0.0) => Complex::default(),
                    (d, square) => (d[last].conj() * modes[next][i] - d[next].conj() * modes[last][i]) / square,
                })
                .collect();
            for (a, potential) in self.a.iter_mut().zip(backward(&mesh, potential)) {
                a[j] = potential;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::meshes;
    use super::*;
    use crate::random::Random;
    use crate::scenario::schema::Evolution;

    fn matter(mesh: &Mesh, charge: f64, random: &mut Random) -> Vec<Matter> {
        let polarisation = random.vectors(mesh.size());
        (random.numbers(mesh.size()).into_iter().zip(polarisation))
            .map(|(density, polarisation)| Matter { charge: charge * density, polarisation, ..Matter::default() })
            .collect()
    }

    /// Any charges and any E give a D that obeys Gauss's law to rounding and keeps the
    /// mean of E.
    #[test]
    fn gauss_is_solved_in_every_dimension() {
        let mut random = Random(3);
        for mesh in meshes() {
            let mut fields = Fields::new(mesh, Evolution::Maxwell);
            fields.d = random.vectors(mesh.size());
            let mean = |e: &[DVec3]| e.iter().sum::<DVec3>() / e.len() as f64;
            let given = mean(&fields.d);
            let matter = matter(&mesh, 1.7, &mut random);
            fields.set_background(Background::Neutralising, &matter).expect("neutral");
            fields.solve_gauss(&matter);
            let residual = fields.gauss_residual(&matter);
            println!("{:?}: {residual:.1e}", mesh.cells);
            assert!(residual < 5e-14, "{mesh:?}: {residual:.1e}");
            assert!((mean(&fields.electric(&matter)) - given).length() < 1e-14);
        }
    }

    /// Along one axis D is the sum of the charges.
    #[test]
    fn along_a_line_gauss_is_a_sum() {
        let (mesh, mut random) = (meshes()[0], Random(4));
        let mut fields = Fields::new(mesh, Evolution::Electrostatic);
        let matter = matter(&mesh, -1.0, &mut random);
        fields.set_background(Background::Neutralising, &matter).expect("neutral");
        fields.solve_gauss(&matter);
        let mut sum = fields.d[0].x;
        for i in 1..mesh.size() {
            sum += mesh.step[0] * (fields.fixed_charge[i] + matter[i].charge);
            assert!((sum - fields.d[i].x).abs() < 1e-14);
        }
    }

    /// exp(i k.r) with whole wavelengths along x and y.
    fn plane() -> (Mesh, Vec<f64>) {
        let mesh = Mesh { cells: [24, 30, 1], step: [0.25, 0.25, 1.0], first: [0.0; 3] };
        let k = mesh.fundamental() * DVec3::new(1.0, -1.0, 0.0);
        (mesh, (0..mesh.size()).map(|i| k.dot(mesh.position(i)).sin()).collect())
    }

    /// E along k is a statement about charges, E across k is none; the right one is
    /// accepted, the wrong one refused.
    #[test]
    fn only_a_wrong_longitudinal_field_is_refused() {
        let (mesh, wave) = plane();
        let k = mesh.fundamental() * DVec3::new(1.0, -1.0, 0.0);
        let across = DVec3::new(k.y, -k.x, 0.3) / k.length();
        // E = k cos(k.r) has div E = - k^2 sin(k.r).
        let cosine: Vec<f64> = (0..mesh.size()).map(|i| k.dot(mesh.position(i)).cos()).collect();
        for (longitudinal, accepted) in [(0.0, true), (1.0, true), (-1.0, false), (1.1, false)] {
            let mut fields = Fields::new(mesh, Evolution::Maxwell);
            fields.d = (0..mesh.size()).map(|i| cosine[i] * (longitudinal * k + 3.0 * across)).collect();
            let density = |i: usize| -k.length_squared() * wave[i];
            let matter: Vec<Matter> =
                (0..mesh.size()).map(|i| Matter { charge: density(i), ..Matter::default() }).collect();
            let claimed = fields.claimed();
            assert_eq!(claimed.is_some(), longitudinal != 0.0);
            fields.solve_gauss(&matter);
            let Some(claimed) = claimed else { continue };
            assert_eq!(fields.refuse_contradiction(&claimed, &matter).is_ok(), accepted, "{longitudinal}");
        }
    }

    /// A B without divergence is kept, one with a little by sixth-order sums is cleaned to
    /// rounding, one with more is refused; so is a B_x that varies along x.
    #[test]
    fn magnetic_field_has_no_divergence() {
        let (mesh, _) = plane();
        let k = mesh.fundamental() * DVec3::new(1.0, -1.0, 0.0);
        let given = |amplitude: DVec3| {
            let mut fields = Fields::new(mesh, Evolution::Maxwell);
            for j in 0..3 {
                let edge = mesh.half_step(&others(j));
                for i in 0..mesh.size() {
                    fields.b[i][j] = 0.5 + amplitude[j] * k.dot(mesh.position(i) + edge).cos();
                }
            }
            fields
        };
        let mut fields = given(DVec3::new(k.y, -k.x, 0.4));
        let kept = fields.b.clone();
        fields.clean_magnetic().expect("solenoidal");
        assert!(fields.magnetic_residual() < 1e-14, "{:.1e}", fields.magnetic_residual());
        assert!(fields.b.iter().zip(&kept).all(|(b, kept)| (*b - *kept).length() < 1e-5));
        for wrong in [DVec3::new(k.y, k.x, 0.0), DVec3::new(k.y, -1.01 * k.x, 0.0), DVec3::X] {
            assert!(
                matches!(given(wrong).clean_magnetic(), Err(Error::Key { text, .. }) if text.contains("div B = 0"))
            );
        }
    }

    /// A momentum that is not resolved: the curl that Faraday's law takes of A gives the
    /// B back that A was made from, less its mean.
    #[test]
    fn potential_gives_the_field_back() {
        let mut random = Random(5);
        for (mesh, unresolved) in [(meshes()[0], DVec3::new(0.0, 1.0, 1.0)), (meshes()[2], DVec3::Z)] {
            let mut fields = Fields::new(mesh, Evolution::Maxwell);
            fields.needed_potential = unresolved;
            let a: Vec<DVec3> = random.vectors(mesh.size()).iter().map(|a| *a * unresolved).collect();
            // B = curl A is what Faraday's law makes of E = - A in a unit of time.
            fields.faraday(1.0, &a.iter().map(|a| -*a).collect::<Vec<_>>());
            fields.b.iter_mut().for_each(|b| *b += DVec3::new(0.1, 0.2, 0.3));
            let b = fields.b.clone();
            fields.solve_potential(0.0);
            let back: Vec<DVec3> = fields.a.iter().map(|a| -*a).collect();
            fields.b.fill(DVec3::new(0.1, 0.2, 0.3));
            fields.faraday(1.0, &back);
            assert!(fields.b.iter().zip(&b).all(|(back, b)| (*back - *b).length() < 1e-13), "{mesh:?}");
            // In 1D and for A_z in the plane A itself comes back, less its mean.
            let mean = a.iter().sum::<DVec3>() / a.len() as f64;
            assert!(fields.a.iter().zip(&a).all(|(back, a)| (*back - (*a - mean)).length() < 1e-13));
        }
    }

    /// The charge of an open domain has its opposite in the layers; a periodic one is refused.
    #[test]
    fn open_domains_may_be_charged() {
        let (mesh, mut random) = (meshes()[2], Random(6));
        let mut fields = Fields::new(mesh, Evolution::Maxwell);
        let mut matter = matter(&mesh, -1.0, &mut random);
        matter.iter_mut().for_each(|matter| matter.charge -= 2.0);
        assert!(matches!(fields.set_background(Background::None, &matter), Err(Error::Key { .. })));
        fields.absorb([Some(0.6), None, None]);
        fields.set_background(Background::None, &matter).expect("open");
        for (i, charge) in fields.fixed_charge.iter().enumerate() {
            assert_eq!(*charge > 0.0, !(2..6).contains(&mesh.indices(i)[0]), "{i}");
        }
        fields.solve_gauss(&matter);
        assert!(fields.gauss_residual(&matter) < 1e-13);
    }

    /// The table knows slopes along both axes of the plane.
    #[test]
    fn tables_hold_all_slopes() {
        let (mesh, wave) = plane();
        let k = mesh.fundamental() * DVec3::new(1.0, -1.0, 0.0);
        let fields = Fields::new(mesh, Evolution::Maxwell);
        let e: Vec<DVec3> = wave.iter().map(|wave| DVec3::new(0.0, 0.0, *wave)).collect();
        for (i, sample) in fields.table(&e, 0.0).iter().enumerate() {
            let cosine = k.dot(mesh.position(i)).cos();
            let slopes = DVec3::new(sample.de[0].z, sample.de[1].z, sample.de[2].z);
            assert!((slopes - k * cosine).length() < 1e-5 && sample.e == e[i]);
        }
    }
}
