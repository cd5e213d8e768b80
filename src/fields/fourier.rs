//! Fourier transforms of fields on the mesh, for the equations of the start.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::Mesh;

/// Amplitudes of exp(i k.r) in the order of the mesh.
pub type Modes = Vec<Complex<f64>>;

/// Amplitudes of a field, times the number of cells.
pub fn forward(mesh: &Mesh, f: &[f64]) -> Modes {
    let mut modes: Modes = f.iter().map(|&value| value.into()).collect();
    transform(mesh, &mut modes, false);
    modes
}

/// The field of which these are the amplitudes by [`forward`].
pub fn backward(mesh: &Mesh, mut modes: Modes) -> Vec<f64> {
    transform(mesh, &mut modes, true);
    let scale = 1.0 / modes.len() as f64;
    modes.into_iter().map(|mode| mode.re * scale).collect()
}

fn transform(mesh: &Mesh, modes: &mut Modes, inverse: bool) {
    let mut planner = FftPlanner::new();
    for axis in mesh.resolved() {
        let cells = mesh.cells[axis];
        let stride: usize = mesh.cells[axis + 1..].iter().product();
        let plan = if inverse { planner.plan_fft_inverse(cells) } else { planner.plan_fft_forward(cells) };
        let mut scratch = vec![Complex::default(); plan.get_inplace_scratch_len()];
        let mut line = vec![Complex::default(); cells];
        for block in modes.chunks_exact_mut(cells * stride) {
            for first in 0..stride {
                for (to, from) in line.iter_mut().zip(block[first..].iter().step_by(stride)) {
                    *to = *from;
                }
                plan.process_with_scratch(&mut line, &mut scratch);
                for (to, from) in block[first..].iter_mut().step_by(stride).zip(&line) {
                    *to = *from;
                }
            }
        }
    }
}

/// Factors by which an operator along `axis` multiplies the amplitudes, one per
/// index along that axis: the spectrum of what it makes of a single cell.
pub fn symbol(mesh: &Mesh, axis: usize, operator: impl Fn(&Mesh, usize, &[f64]) -> Vec<f64>) -> Modes {
    let mut line = Mesh { cells: [1; 3], ..*mesh };
    line.cells[axis] = mesh.cells[axis];
    let mut cell = vec![0.0; line.size()];
    cell[0] = 1.0;
    forward(&line, &operator(&line, axis, &cell))
}

/// Wavenumbers along `axis`, one per index; the shortest wave, its own mirror
/// image, has the positive one.
pub fn wavenumbers(mesh: &Mesh, axis: usize) -> Vec<f64> {
    let cells = mesh.cells[axis] as isize;
    let unit = mesh.fundamental()[axis];
    (0..cells).map(|n| unit * (if 2 * n > cells { n - cells } else { n }) as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// There and back; a cosine has two amplitudes; a symbol acts as its operator.
    #[test]
    fn transforms_and_symbols_agree_with_the_mesh() {
        let mesh = Mesh { cells: [6, 1, 5], step: [0.3, 1.0, 0.7], first: [0.0; 3] };
        let f: Vec<f64> = (0..mesh.size()).map(|i| ((i * i) as f64 * 0.37).sin()).collect();
        let back = backward(&mesh, forward(&mesh, &f));
        assert!(back.iter().zip(&f).all(|(a, b)| (a - b).abs() < 1e-15));

        let k = wavenumbers(&mesh, 2)[4];
        let wave: Vec<f64> = (0..mesh.size()).map(|i| (k * mesh.position(i).z).cos()).collect();
        let modes = forward(&mesh, &wave);
        assert!((modes[1].re - 15.0).abs() < 1e-12 && (modes[4].re - 15.0).abs() < 1e-12 && modes[0].norm() < 1e-12);

        for axis in 0..3 {
            let factors = symbol(&mesh, axis, Mesh::derivative_to_faces);
            let mut modes = forward(&mesh, &f);
            for (i, mode) in modes.iter_mut().enumerate() {
                *mode *= factors[mesh.indices(i)[axis]];
            }
            let exact = mesh.derivative_to_faces(axis, &f);
            assert!(backward(&mesh, modes).iter().zip(&exact).all(|(a, b)| (a - b).abs() < 1e-13));
        }
    }
}
