//! Sixth-order differences on a periodic mesh, or on a point where x is not resolved.
//!
//! Entry `i` of a face field lies on the upper face of cell `i`, at `x_i + dx/2`.

/// A periodic mesh of `cells` cells of width `step`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mesh {
    pub cells: usize,
    pub step: f64,
}

/// f(x + dx/2) - f(x - dx/2) and so on outwards, over dx.
const STAGGERED: [f64; 3] = [75.0 / 64.0, -25.0 / 384.0, 3.0 / 640.0];
/// f(x + dx) - f(x - dx) and so on outwards, over dx.
const CENTRED: [f64; 3] = [45.0 / 60.0, -9.0 / 60.0, 1.0 / 60.0];
/// Value midway.
const MIDWAY: [f64; 3] = [150.0 / 256.0, -25.0 / 256.0, 3.0 / 256.0];
/// Mean over the cell from values on faces.
const MEAN: [f64; 3] = [802.0 / 1440.0, -93.0 / 1440.0, 11.0 / 1440.0];

/// Largest c dt/dx of leapfrog with the staggered difference above.
pub const MAXWELL_LIMIT: f64 = 1.0 / (75.0 / 64.0 + 25.0 / 384.0 + 3.0 / 640.0);

impl Mesh {
    /// sum_k weight_k ( f[i + above + k] + sign f[i + below - k] ), periodic.
    fn combine(&self, f: &[f64], weights: [f64; 3], above: isize, below: isize, sign: f64) -> Vec<f64> {
        let cells = self.cells as isize;
        let at = |i: isize| f[i.rem_euclid(cells) as usize];
        (0..cells)
            .map(|i| {
                weights.iter().zip(0..).map(|(weight, k)| weight * (at(i + above + k) + sign * at(i + below - k))).sum()
            })
            .collect()
    }

    fn per_step(&self, mut differences: Vec<f64>) -> Vec<f64> {
        differences.iter_mut().for_each(|difference| *difference /= self.step);
        differences
    }

    /// df/dx at centres from values on faces.
    pub fn derivative_to_centres(&self, faces: &[f64]) -> Vec<f64> {
        self.per_step(self.combine(faces, STAGGERED, 0, -1, -1.0))
    }

    /// df/dx on faces from values at centres.
    pub fn derivative_to_faces(&self, centres: &[f64]) -> Vec<f64> {
        self.per_step(self.combine(centres, STAGGERED, 1, 0, -1.0))
    }

    /// df/dx at centres from values at centres: the difference the sweeps make.
    pub fn derivative(&self, centres: &[f64]) -> Vec<f64> {
        self.per_step(self.combine(centres, CENTRED, 1, -1, -1.0))
    }

    /// Values at centres from values on faces.
    pub fn to_centres(&self, faces: &[f64]) -> Vec<f64> {
        self.combine(faces, MIDWAY, 0, -1, 1.0)
    }

    /// Values on faces from values at centres.
    pub fn to_faces(&self, centres: &[f64]) -> Vec<f64> {
        self.combine(centres, MIDWAY, 1, 0, 1.0)
    }

    /// Values at centres of a field whose two-point face difference is its exact
    /// derivative there: the mean over the cell. D_x is such a field, as the
    /// sweeps' fluxes are.
    pub fn mean_to_centres(&self, faces: &[f64]) -> Vec<f64> {
        self.combine(faces, MEAN, 0, -1, 1.0)
    }

    /// The zero-mean f at centres with derivative_to_faces(f) = `faces` less its mean.
    pub fn integral_to_centres(&self, faces: &[f64]) -> Vec<f64> {
        let n = self.cells;
        let mut f = vec![0.0; n];
        let turn = 2.0 * std::f64::consts::PI / n as f64;
        for mode in 1..n {
            let theta = turn * mode as f64;
            // Symbol of the staggered difference: 2 i sum_k c_k sin((k + 1/2) theta)/dx.
            let symbol: f64 =
                STAGGERED.iter().zip(0..).map(|(c, k)| 2.0 * c * ((f64::from(k) + 0.5) * theta).sin()).sum();
            let (mut re, mut im) = (0.0, 0.0);
            for (i, value) in faces.iter().enumerate() {
                let phase = theta * (i as f64 + 0.5);
                re += value * phase.cos();
                im -= value * phase.sin();
            }
            // (re + i im)/(i symbol), summed over modes 1..n with exp(i theta j).
            let scale = self.step / (symbol * n as f64);
            for (j, value) in f.iter_mut().enumerate() {
                let phase = theta * j as f64;
                *value += scale * (im * phase.cos() + re * phase.sin());
            }
        }
        f
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Operator = fn(&Mesh, &[f64]) -> Vec<f64>;

    fn error(cells: usize, from_faces: bool, to_faces: bool, derivative: bool, operator: Operator) -> f64 {
        let mesh = Mesh { cells, step: 2.0 * std::f64::consts::PI / cells as f64 };
        let x = |i: usize, face: bool| (i as f64 + if face { 0.5 } else { 0.0 }) * mesh.step;
        let input: Vec<f64> = (0..cells).map(|i| (x(i, from_faces)).sin().exp()).collect();
        operator(&mesh, &input)
            .iter()
            .enumerate()
            .map(|(i, value)| {
                let at = x(i, to_faces);
                let exact = at.sin().exp() * if derivative { at.cos() } else { 1.0 };
                (value - exact).abs()
            })
            .fold(0.0, f64::max)
    }

    /// Every stencil is of sixth order: 2^6 = 64 per halving, 40 leaves room for
    /// the next term of the series at 24 cells.
    #[test]
    fn stencils_are_of_sixth_order() {
        let operators: [(bool, bool, bool, Operator); 5] = [
            (true, false, true, Mesh::derivative_to_centres),
            (false, true, true, Mesh::derivative_to_faces),
            (false, false, true, Mesh::derivative),
            (true, false, false, Mesh::to_centres),
            (false, true, false, Mesh::to_faces),
        ];
        for (from, to, derivative, operator) in operators {
            let (coarse, fine) = (error(24, from, to, derivative, operator), error(48, from, to, derivative, operator));
            assert!(coarse / fine > 40.0, "{from} {to} {derivative}: {coarse} {fine}");
        }
    }

    /// The mean over a cell of the field whose two-point difference is given.
    #[test]
    fn mean_inverts_the_two_point_difference() {
        let cells = 48;
        let mesh = Mesh { cells, step: 2.0 * std::f64::consts::PI / cells as f64 };
        // rho = cos x at centres; D = sum of rho dx on faces, D(x) = sin x.
        let mut sum = -0.5 * mesh.step;
        let faces: Vec<f64> = (0..cells)
            .map(|i| {
                sum += mesh.step * (i as f64 * mesh.step).cos();
                sum
            })
            .collect();
        for (i, value) in mesh.mean_to_centres(&faces).iter().enumerate() {
            // Sixth order: dx^6 = 5e-6, times 191/60480.
            assert!((value - (i as f64 * mesh.step).sin()).abs() < 5e-8);
        }
    }

    /// Integration inverts the staggered difference to rounding.
    #[test]
    fn integral_inverts_the_derivative() {
        let mesh = Mesh { cells: 20, step: 0.3 };
        let f: Vec<f64> = (0..20).map(|i| ((i * i) as f64 * 0.37).sin()).collect();
        let mean = f.iter().sum::<f64>() / 20.0;
        let back = mesh.integral_to_centres(&mesh.derivative_to_faces(&f));
        assert!(back.iter().zip(&f).all(|(back, f)| (back - (f - mean)).abs() < 1e-12));
    }

    /// On a point all derivatives vanish and values stay.
    #[test]
    fn a_point_has_no_derivative() {
        let mesh = Mesh { cells: 1, step: 1.0 };
        assert_eq!(mesh.derivative(&[3.0]), [0.0]);
        assert_eq!(mesh.to_faces(&[3.0]), [3.0]);
        assert!((mesh.mean_to_centres(&[3.0])[0] - 3.0).abs() < 1e-14);
    }
}
