//! The dispersion matrix of a plasma at one wavenumber, and its blocks.

use num_complex::Complex64;
use num_complex::ComplexFloat as _;

use super::coupling::{Linear, POTENTIALS};
use super::magnetised::Magnetised;
use super::plasma::Plasma;
use super::unmagnetised::Unmagnetised;
use crate::error::{Error, Result};

pub type Matrix = [[Complex64; POTENTIALS]; POTENTIALS];

/// A matrix that is a polynomial of second degree in the frequency.
#[derive(Clone, Copy, Debug)]
pub struct Quadratic(pub [Matrix; 3]);

impl Quadratic {
    pub const ZERO: Self = Quadratic([[[Complex64::ZERO; POTENTIALS]; POTENTIALS]; 3]);

    /// Adds `factor left right` of one component of h; `left` belongs to the wave
    /// with -k and -w.
    pub fn add(
        &mut self,
        factor: Complex64,
        left: &[[Complex64; 2]; POTENTIALS],
        right: &[[Complex64; 2]; POTENTIALS],
    ) {
        for a in 0..POTENTIALS {
            let [l0, l1] = [factor * left[a][0], factor * left[a][1]];
            for b in 0..POTENTIALS {
                let [r0, r1] = right[b];
                self.0[0][a][b] += l0 * r0;
                self.0[1][a][b] += l0 * r1 - l1 * r0;
                self.0[2][a][b] -= l1 * r1;
            }
        }
    }

    pub fn add_scaled(&mut self, factor: Complex64, other: &Quadratic) {
        for power in 0..3 {
            for a in 0..POTENTIALS {
                for b in 0..POTENTIALS {
                    self.0[power][a][b] += factor * other.0[power][a][b];
                }
            }
        }
    }

    pub fn at(&self, w: Complex64) -> Matrix {
        let [zero, one, two] = &self.0;
        std::array::from_fn(|a| std::array::from_fn(|b| zero[a][b] + w * (one[a][b] + w * two[a][b])))
    }

    pub fn largest(&self) -> f64 {
        self.0.iter().flatten().flatten().map(|value| value.norm()).fold(0.0, f64::max)
    }
}

/// One component of dh for each potential, as (at w = 0, slope in w).
pub fn component(linear: &[Linear; POTENTIALS], index: usize) -> [[Complex64; 2]; POTENTIALS] {
    std::array::from_fn(|potential| [linear[potential].at_zero[index], linear[potential].slope[index]])
}

/// Waves that do not mix with the others.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Fields that couple, by index: 0 is E_x, 1 and 2 the second and third axis.
    Fields(Vec<usize>),
    /// E ~ y + i s z, of helicity s = +-1.
    Circular(f64),
    /// E_y and E_z alike.
    Transverse,
}

/// Linear response of a plasma to waves with one wavenumber.
pub struct Response {
    /// Wavenumber, > 0.
    pub k: f64,
    /// Fields that oscillate independently of each other.
    pub blocks: Vec<Block>,
    kind: Kind,
    names: [&'static str; 2],
    /// A frequency typical of the problem.
    pub scale: f64,
}

enum Kind {
    Free(Unmagnetised),
    Gyrating(Magnetised),
}

impl Response {
    /// The response at wavenumber `k`.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] unless k > 0, and for a plasma that is no equilibrium, or one that the theory does not cover.
    pub fn new(plasma: &Plasma, k: f64) -> Result<Self> {
        if !(k.is_finite() && k > 0.0) {
            return Err(Error::Input(format!("dispersion: k is {k}, but must be a positive number")));
        }
        plasma.check()?;
        let kind = if plasma.magnetic_field == 0.0 {
            Kind::Free(Unmagnetised::new(plasma, k)?)
        } else {
            Kind::Gyrating(Magnetised::new(plasma, k)?)
        };
        let scale = match plasma.plasma_frequency() {
            0.0 => k,
            frequency => frequency,
        };
        let mut response = Response { k, blocks: Vec::new(), kind, names: plasma.names, scale };
        response.blocks = if plasma.electrostatic { vec![Block::Fields(vec![0])] } else { response.split() };
        Ok(response)
    }

    /// D(w), with D (phi, A_y, A_z) = 0 for waves of the plasma.
    pub fn matrix(&self, w: Complex64) -> Matrix {
        let mut matrix = match &self.kind {
            Kind::Free(free) => free.moments(w),
            Kind::Gyrating(gyrating) => gyrating.moments(w),
        };
        let (k, vacuum) = (self.k, w * w - self.k * self.k);
        for a in 0..POTENTIALS {
            for b in 0..POTENTIALS {
                matrix[a][b] = -matrix[a][b];
            }
            matrix[a][a] += if a == 0 { (k * k).into() } else { vacuum };
        }
        matrix
    }

    /// Determinant of a block of D.
    pub fn determinant(&self, block: &Block, w: Complex64) -> Complex64 {
        let d = self.matrix(w);
        match block {
            Block::Fields(fields) => minor(&d, fields),
            // D (0, 1, i s), of which the second component is i s times the first.
            Block::Circular(s) => d[1][1] + Complex64::I * *s * d[1][2],
            Block::Transverse => 0.5 * (d[1][1] + d[2][2]),
        }
    }

    /// Frequencies of poles of D, and the power at which they can appear in a block.
    pub fn poles(&self, block: &Block) -> (Vec<f64>, i32) {
        match (&self.kind, block) {
            (Kind::Gyrating(gyrating), Block::Fields(fields)) => (gyrating.poles(fields), fields.len() as i32),
            _ => (Vec::new(), 1),
        }
    }

    /// Real parts of w at which D jumps below the real axis.
    pub fn cuts(&self) -> Vec<f64> {
        match &self.kind {
            Kind::Free(free) => free.cuts(),
            Kind::Gyrating(gyrating) => gyrating.cuts(),
        }
    }

    /// What oscillates: `E_x`, or `E_y, E_z` of waves that mix.
    pub fn name(&self, block: &Block) -> String {
        let [y, z] = self.names;
        match block {
            Block::Fields(fields) => {
                let names: Vec<String> =
                    fields.iter().map(|field| format!("E_{}", ["x", y, z][*field].trim_start_matches('-'))).collect();
                names.join(", ")
            }
            Block::Circular(s) => format!("E_y {} i E_z", if *s > 0.0 { "+" } else { "-" }),
            Block::Transverse => "E_y or E_z".into(),
        }
    }

    /// The resonance of particles at rest that a wave is near to.
    pub fn near(&self, w: Complex64) -> Option<String> {
        match &self.kind {
            Kind::Free(_) => None,
            Kind::Gyrating(gyrating) => gyrating.nearest(w.re),
        }
    }

    /// Finds out which fields mix, at a frequency of no meaning.
    fn split(&self) -> Vec<Block> {
        let d = self.matrix(self.scale * Complex64::new(0.3719, 0.6143));
        let coupled = |a: usize, b: usize| (d[a][b] * d[b][a]).abs().sqrt() > 1e-11 * (d[a][a] * d[b][b]).abs().sqrt();
        match (coupled(0, 1), coupled(0, 2), coupled(1, 2)) {
            (false, false, false) => {
                let alike = (d[1][1] - d[2][2]).abs() <= 1e-11 * d[1][1].abs();
                let across =
                    if alike { vec![Block::Transverse] } else { [1, 2].map(|a| Block::Fields(vec![a])).into() };
                [vec![Block::Fields(vec![0])], across].concat()
            }
            (false, false, true) => {
                let size = d[1][1].abs();
                let circular = (d[1][1] - d[2][2]).abs() <= 1e-11 * size && (d[1][2] + d[2][1]).abs() <= 1e-11 * size;
                let across = if circular {
                    vec![Block::Circular(1.0), Block::Circular(-1.0)]
                } else {
                    vec![Block::Fields(vec![1, 2])]
                };
                [vec![Block::Fields(vec![0])], across].concat()
            }
            (true, false, false) => vec![Block::Fields(vec![0, 1]), Block::Fields(vec![2])],
            (false, true, false) => vec![Block::Fields(vec![0, 2]), Block::Fields(vec![1])],
            _ => vec![Block::Fields(vec![0, 1, 2])],
        }
    }
}

/// Determinant of the rows and columns named.
fn minor(d: &Matrix, fields: &[usize]) -> Complex64 {
    match *fields {
        [a] => d[a][a],
        [a, b] => d[a][a] * d[b][b] - d[a][b] * d[b][a],
        _ => {
            let pair = |i: usize, j: usize| d[1][i] * d[2][j] - d[1][j] * d[2][i];
            d[0][0] * pair(1, 2) - d[0][1] * pair(0, 2) + d[0][2] * pair(0, 1)
        }
    }
}
