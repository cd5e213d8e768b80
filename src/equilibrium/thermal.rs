//! Equilibrium as an initial state: W = F(H) at every momentum of a grid.

use std::ops::Range;

use glam::{DVec3, DVec4};
use rayon::prelude::*;

use super::ball::ball_in_box;
use super::gas::Gas;
use crate::error::{Error, Result};
use crate::grid::{AXES, Axis, Grid, MOMENTUM};
use crate::physics::Particle;
use crate::scenario::schema::{Equilibrium, Statistics};

/// Momenta that are worth the call of another thread.
const TOGETHER: usize = 1 << 12;

/// A gas, the particles it consists of, and its field.
///
/// H = eps - mu_B T.sigma is diagonal along T(p), which is along B but for the T-BMT form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thermal {
    pub gas: Gas,
    particle: Particle,
    field: DVec3,
}

/// R and M0/(mu_B n) along mu_B B.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Totals {
    pub polarisation: f64,
    pub magnetisation: f64,
}

impl Thermal {
    /// The equilibrium a scenario asks for in a uniform field, with `momenta` resolved.
    pub fn new(
        given: &Equilibrium,
        density: f64,
        particle: &Particle,
        uniform: DVec3,
        momenta: usize,
    ) -> Result<Thermal> {
        let field = given.field.map_or(uniform, DVec3::from);
        let mut thermal = Thermal {
            gas: Gas {
                mass: particle.mass,
                relativistic: particle.relativistic(),
                spin_energy: 0.0,
                temperature: given.temperature,
                statistics: given.statistics,
                chemical_potential: 0.0,
                momenta,
            },
            particle: *particle,
            field,
        };
        let gas = &mut thermal.gas;
        gas.spin_energy = particle.moment.abs() * particle.precession_field(DVec3::ZERO, DVec3::ZERO, field).length();
        // No more than a start where the density decides, and without effect for Boltzmann.
        gas.chemical_potential = given.chemical_potential.unwrap_or(particle.mass);
        thermal.gas = gas.validated()?;
        if given.chemical_potential.is_none() && given.statistics == Statistics::FermiDirac {
            if momenta < 3 || !thermal.isotropic() || particle.hbar == 0.0 {
                return Err(Error::Input(
                    "found Fermi-Dirac statistics without `chemical_potential`; expected one, as the density tells it only \
                     with three momenta, hbar > 0 and without the T-BMT form: `spinwigner equilibrium` computes it"
                        .into(),
                ));
            }
            let cell = 3.0 * (std::f64::consts::TAU * particle.hbar).ln();
            thermal.gas = thermal.gas.filled(density.ln() + cell)?;
        }
        thermal.gas.finite_integrals()?;
        Ok(thermal)
    }

    /// Whether H depends on |p| alone.
    pub fn isotropic(&self) -> bool {
        !self.particle.relativistic() || self.particle.anomaly == 0.0 || self.field == DVec3::ZERO
    }

    /// (w0, w) at a momentum.
    fn at(&self, p: DVec3) -> DVec4 {
        let t = self.particle.precession_field(p, DVec3::ZERO, self.field);
        let splitting = self.particle.moment.abs() * t.length();
        let (sum, difference) = self.gas.occupations(self.particle.kinetic_energy(p), splitting);
        self.cell(sum, difference, t)
    }

    fn cell(&self, sum: f64, difference: f64, t: DVec3) -> DVec4 {
        let spin = difference * self.particle.moment.signum() * t.normalize_or_zero();
        DVec4::new(sum, spin.x, spin.y, spin.z)
    }

    /// Whether F changes within a cell, so that its value at the centre says little.
    pub fn sharp(&self, grid: &Grid) -> bool {
        let widest = grid.momenta().filter_map(|slot| grid.axis(slot)).map(|axis| axis.step).fold(0.0, f64::max);
        self.gas.width() < widest
    }

    /// (w0, w) of some momentum cells, not normalised, with all momenta shifted by `drift`: values at the
    /// centres, or averages over the cells where these are wider than F is smooth.
    pub fn cells(&self, grid: &Grid, momenta: Range<usize>, drift: DVec3) -> Result<Vec<DVec4>> {
        if !self.sharp(grid) {
            let cell = |m: usize| self.at(grid.momentum(m) - drift);
            return Ok(momenta.into_par_iter().with_min_len(TOGETHER).map(cell).collect());
        }
        if !self.isotropic() {
            return Err(Error::Input(format!(
                "the momentum cells are wider than the {:.3e} over which this equilibrium changes, and averages over cells \
                 are made without the T-BMT form only; use smaller cells or a higher temperature",
                self.gas.width()
            )));
        }
        let (up, down) = (Balls::new(&self.gas, 1.0), Balls::new(&self.gas, -1.0));
        let average = |m: usize| {
            let index = grid.indices(m);
            let edges: Vec<(f64, f64)> = grid
                .momenta()
                .filter_map(|slot| Some((slot, grid.axis(slot)?)))
                .map(|(slot, axis)| {
                    let from = axis.from + index[slot] as f64 * axis.step - drift[slot - MOMENTUM];
                    (from, from + axis.step)
                })
                .collect();
            let (up, down) = (up.average(&edges), down.average(&edges));
            self.cell(up + down, up - down, self.field)
        };
        // Mirror images among these cells are averaged once.
        let (shape, strides) = (grid.shape(), grid.strides());
        let mirrored = |slot: usize, axis: &Axis| {
            drift[slot - MOMENTUM] == 0.0 && (axis.from + axis.to()).abs() < 1e-12 * axis.length()
        };
        let mirrors: Vec<usize> =
            grid.momenta().filter(|slot| grid.axis(*slot).is_some_and(|axis| mirrored(*slot, axis))).collect();
        let image = |m: usize| {
            let index = grid.indices(m);
            mirrors.iter().fold(m, |m, &slot| {
                let beyond = (2 * index[slot] + 1).saturating_sub(shape[slot]);
                m - beyond * strides[slot]
            })
        };
        // The cell that has the average of another.
        let holder = |m: usize| if momenta.contains(&image(m)) { image(m) } else { m };
        let mut cells = vec![DVec4::ZERO; momenta.len()];
        let own = cells.par_iter_mut().zip(momenta.clone()).filter(|(_, m)| holder(*m) == *m);
        own.for_each(|(cell, m)| *cell = average(image(m)));
        let held = |m: usize| cells[holder(m) - momenta.start];
        Ok(momenta.clone().into_par_iter().with_min_len(TOGETHER).map(held).collect())
    }

    /// Root mean square momentum along an axis; where p = 0 along the others, if H is not isotropic.
    pub fn spread(&self) -> f64 {
        let integrals = self.gas.integrals();
        (integrals.square / integrals.number / self.gas.momenta as f64).sqrt()
    }

    /// w0 at a distance from p = 0, relative to there.
    pub fn relative_height(&self, distance: f64) -> f64 {
        self.at(DVec3::X * distance).x / self.at(DVec3::ZERO).x
    }

    /// R and M0 by integrals over all momenta.
    pub fn exact(&self) -> Totals {
        let integrals = self.gas.integrals();
        Totals { polarisation: integrals.spin / integrals.number, magnetisation: integrals.magnetic / integrals.number }
    }

    /// R and M0 as the solver sums them on a grid.
    pub fn on(&self, grid: &Grid) -> Result<Totals> {
        let direction = self.particle.moment.signum() * self.field.normalize_or_zero();
        let at_rest = self.particle.form_factors(DVec3::ZERO).alpha;
        let (mut number, mut spin, mut magnetic) = (0.0, 0.0, 0.0);
        let cells = self.cells(grid, 0..grid.momentum_cells(), DVec3::ZERO)?.into_iter().enumerate();
        // A cold gas fills few of the cells that are tried for it.
        for (m, cell) in cells.filter(|(_, cell)| cell.x != 0.0) {
            let along = DVec3::new(cell.y, cell.z, cell.w).dot(direction);
            number += cell.x;
            spin += along;
            magnetic += along * self.particle.form_factors(grid.momentum(m)).alpha / at_rest;
        }
        Ok(Totals { polarisation: spin / number, magnetisation: magnetic / number })
    }
}

impl Thermal {
    /// The coarsest grid of at most `most` momentum cells, of those finer than `grid` in small steps, strides where a grid all but misses the gas, whose sums
    /// are within `error` of the exact ones. Its axes are widened where the gas reaches farther.
    pub fn resolving(&self, grid: &Grid, error: f64, most: usize) -> Result<Option<Grid>> {
        // exp(-20) = 2e-9; rounded up to what is easily written.
        let reach = self.gas.reach(20.0);
        let unit = 10f64.powf(reach.log10().floor() - 1.0);
        let reach = (reach / unit).ceil() * unit;
        let exact = self.exact();
        let mut step = 0;
        while step < 24 {
            let factor = 1.15f64.powi(step);
            let mut axes = [None; AXES];
            for slot in grid.momenta() {
                axes[slot] = grid.axis(slot).map(|axis| {
                    let (from, to) = (axis.from.min(-reach), axis.to().max(reach));
                    let cells = (factor * (to - from) / axis.step - 1e-9).ceil();
                    Axis { cells: cells as usize, from, step: (to - from) / cells }
                });
            }
            let finer = Grid::new(axes)?;
            if finer.momentum_cells() > most {
                return Ok(None);
            }
            let off = if self.isotropic() || !self.sharp(&finer) { self.on(&finer)?.error(&exact) } else { f64::NAN };
            if off <= error {
                return Ok(Some(finer));
            }
            step += if off > 0.3 { 4 } else { 1 };
        }
        Ok(None)
    }
}

impl Totals {
    /// The larger of the relative errors; 0 without polarisation.
    pub fn error(&self, exact: &Totals) -> f64 {
        let of = |found: f64, exact: f64| if exact == 0.0 { found.abs() } else { (found / exact - 1.0).abs() };
        of(self.polarisation, exact.polarisation).max(of(self.magnetisation, exact.magnetisation))
    }
}

/// A population as balls in momentum, ascending.
struct Balls {
    radii: Vec<f64>,
    weights: Vec<f64>,
    /// Sum of this weight and all after it; one more entry, zero.
    beyond: Vec<f64>,
}

impl Balls {
    fn new(gas: &Gas, sign: f64) -> Self {
        let (radii, weights): (Vec<f64>, Vec<f64>) = gas.balls(sign).into_iter().unzip();
        let mut beyond = vec![0.0];
        for weight in weights.iter().rev() {
            beyond.push(beyond[beyond.len() - 1] + weight);
        }
        beyond.reverse();
        Balls { radii, weights, beyond }
    }

    /// The average over a cell.
    fn average(&self, edges: &[(f64, f64)]) -> f64 {
        let volume: f64 = edges.iter().map(|(from, to)| to - from).product();
        let nearest: f64 = edges.iter().map(|(from, to)| from.max(-to).max(0.0).powi(2)).sum::<f64>().sqrt();
        let farthest: f64 = edges.iter().map(|(from, to)| from.abs().max(to.abs()).powi(2)).sum::<f64>().sqrt();
        let first = self.radii.partition_point(|radius| *radius <= nearest);
        let last = self.radii.partition_point(|radius| *radius < farthest);
        let cut: f64 = (first..last).map(|i| self.weights[i] * ball_in_box(self.radii[i], edges)).sum();
        cut / volume + self.beyond[last]
    }
}
