//! Two readings of where a particle with spin is.
//!
//! The kinetic equation here has the position variable of Ekman et al.; N. Weickgenannt, J.-P. Blaizot, "Spin kinetic
//! theory with a nonlocal relaxation time approximation", has the centre at which `p_mu Sigma^mu nu = 0`. w0 is the same in both,
//! and
//!
//! ```text
//! w_here = w_centre + kappa p x grad w0,    kappa = hbar/(2 m (E + m)),    hbar/(4 m^2) without relativity
//! ```
//!
//! so that sums over a periodic box agree, and spin densities differ by a curl of the momentum density.

use glam::{DVec3, DVec4, Vec4Swizzles};
use rayon::prelude::*;

use crate::collisions::gradient;
use crate::fields::Mesh;
use crate::grid::Grid;
use crate::physics::Particle;
use crate::scenario::schema::Kinematics;
use crate::state::State;

/// From the position of this program to the centre of the paper.
///
/// `periodic` says along which axes space is a ring; gradients are of sixth order, one-sided at other ends.
pub fn to_centre(state: &State, grid: &Grid, particle: &Particle, periodic: [bool; 3]) -> State {
    shifted(state, grid, particle, periodic, -1.0)
}

/// Back again; w0 does not change on the way, so that this is the inverse to rounding.
pub fn from_centre(state: &State, grid: &Grid, particle: &Particle, periodic: [bool; 3]) -> State {
    shifted(state, grid, particle, periodic, 1.0)
}

/// kappa at momentum p; 0 without spin-orbit coupling.
pub fn kappa(particle: &Particle, p: DVec3) -> f64 {
    match particle.kinematics {
        Kinematics::NonRelativisticWithoutSpinOrbit => 0.0,
        _ => 0.5 * particle.hbar / (particle.mass * (particle.energy(p) + particle.mass)),
    }
}

/// w + sign kappa p x grad w0; a state without spin as it is.
fn shifted(state: &State, grid: &Grid, particle: &Particle, periodic: [bool; 3], sign: f64) -> State {
    let State::Spin(cells) = state else { return state.clone() };
    let (mesh, momenta) = (Mesh::of(grid), grid.momentum_cells());
    let shifts: Vec<Vec<DVec3>> = (0..momenta)
        .into_par_iter()
        .map(|m| {
            let w0: Vec<Option<f64>> = (0..mesh.size()).map(|i| Some(cells[i * momenta + m].x)).collect();
            let p = grid.momentum(m);
            let factor = sign * kappa(particle, p);
            gradient(&mesh, periodic, &w0).into_iter().map(|gradient| factor * p.cross(gradient)).collect()
        })
        .collect();
    let moved = |(cell, w): (usize, &DVec4)| *w + shifts[cell % momenta][cell / momenta].extend(0.0).wxyz();
    State::Spin(cells.iter().enumerate().map(moved).collect())
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::grid::Axis;

    /// A wave of density along x with relativistic momenta (px, py): w_here - w_centre = kappa p x grad w0, along z with
    /// -kappa p_y d_x w0, at every cell to the sixth order of the gradient; and there and back is the same state.
    #[test]
    fn the_shift_is_kappa_p_x_grad_and_has_an_inverse() {
        let axis = |cells: usize, from: f64, step: f64| Some(Axis { cells, from, step });
        let grid = Grid::new([axis(48, 0.0, 0.125), None, None, axis(6, -1.5, 0.5), axis(5, -1.0, 0.4), None]);
        let grid = grid.expect("valid");
        let kinematics = Kinematics::Relativistic;
        let particle = Particle {
            mass: 1.3,
            charge: 0.0,
            hbar: 0.7,
            moment: 0.2,
            anomaly: 0.0,
            kinematics,
            spin: true,
            given: Default::default(),
        };
        let k = TAU / 6.0;
        let x = |cell: usize| 0.125 * ((cell / grid.momentum_cells()) as f64 + 0.5);
        let w = DVec3::new(0.1, -0.2, 0.3);
        let state: Vec<DVec4> =
            (0..grid.cells()).map(|cell| w.extend(1.0 + 0.3 * (k * x(cell)).sin()).wxyz()).collect();
        let state = State::Spin(state);
        let there = to_centre(&state, &grid, &particle, [true; 3]);
        for cell in 0..grid.cells() {
            let p = grid.momentum(cell % grid.momentum_cells());
            let energy = (1.3f64 * 1.3 + p.length_squared()).sqrt();
            let slope = 0.3 * k * (k * x(cell)).cos();
            // (p x grad w0)_z = - p_y d_x w0.
            let exact = w + DVec3::Z * 0.7 / (2.0 * 1.3 * (energy + 1.3)) * p.y * slope;
            assert_eq!(there.cell(cell).x, state.cell(cell).x);
            // (k dx)^6/140 = 4e-8 of the slope.
            assert!((there.cell(cell).yzw() - exact).length() < 1e-8, "{p}: {} {exact}", there.cell(cell));
        }
        let back = from_centre(&there, &grid, &particle, [true; 3]);
        assert!((0..grid.cells()).all(|cell| (back.cell(cell) - state.cell(cell)).length() < 1e-15));
    }
}
