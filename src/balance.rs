//! Local balances: at every space cell the rate of change of a density plus the
//! divergence of its flux is a source. Of number, energy, momentum, spin and orbital
//! angular momentum; Ekman et al., equations 10, 17, 24, 26, 33, 36 to 40, as derived
//! in `docs/conservation.md`.
//!
//! With the flow J_j0 = v_j w0 + a_j.w, J_j = v_j w + a_j w0 of the kinetic equation,
//! E = D - P and H = B - M:
//!
//! ```text
//!           density                                   flux along j
//! number    int w0                                    int J_j0
//! energy    (E^2 + B^2)/2 - M.B + int (eps - m) w0    (E x H)_j + int ( (eps - m) J_j0 - mu_B T.J_j )
//! momentum  D x B + int p w0                          S_j = int p J_j0 - E D_j - H B_j + e_j ((E^2 + B^2)/2 - M.B)
//! spin      (hbar/2) int w                            (hbar/2) int J_j
//! orbital   r x momentum                              r x S_j
//! ```
//!
//! The stress is not symmetric: e_j x S_j = - eps_ijk S_jk is the source of orbital
//! angular momentum and, with the opposite sign, mu_B int w x T that of spin.
//!
//! Prescribed fields X, Y are sources: of the work X.(j + dt P) - M.dt Y, the force
//! q n X + j x Y + P_k grad X_k + M_k grad Y_k, the couple P x X + M x Y; the M.B of the
//! energy includes Y. A prescribed potential adds the force n F, F = - grad U, and the work of F on the stream;
//! its energy is not in the density. Fields that do not obey Maxwell's equations count as prescribed. A
//! fixed background takes the force rho_bg E away.
//!
//! The discrete statement belongs to two samples one step apart: differences in time,
//! means of fluxes and sources, and in space the centred difference of the sweeps. Its
//! residual is of the order of the scheme.

use glam::DVec3;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::fields::{Mesh, others};
use crate::grid::AXIS_NAMES;
use crate::numerals::number;
use crate::operators::FieldSample;
use crate::scenario::schema::{Evolution, Units};
use crate::simulation::{Moments, Simulation};
use crate::table::Table;

/// What is conserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Times q, of charge.
    Number,
    /// Of fields, particles and spins in B.
    Energy,
    /// Of particles and fields.
    Momentum,
    /// Of particles with spin: (hbar/2) int w.
    Spin,
    /// r x momentum about the centre of the box.
    Orbital,
}

impl Law {
    /// Those that say something about particles with or without spin.
    pub fn all(spin: bool) -> impl Iterator<Item = Law> {
        let laws = [Law::Number, Law::Energy, Law::Momentum, Law::Spin, Law::Orbital];
        laws.into_iter().filter(move |law| spin || *law != Law::Spin)
    }

    /// As in the names of files and columns.
    pub fn name(self) -> &'static str {
        match self {
            Law::Number => "number",
            Law::Energy => "energy",
            Law::Momentum => "momentum",
            Law::Spin => "spin",
            Law::Orbital => "orbital",
        }
    }
}

/// Densities, fluxes and sources at one space cell and time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Local {
    /// int w0
    pub number: f64,
    /// int J_j0, the flux of `number`.
    pub stream: DVec3,
    /// (E^2 + B^2)/2 - M.B + int (eps - m) w0; the B of M.B includes Y.
    pub energy: f64,
    /// (E x H)_j + int ( (eps - m) J_j0 - mu_B T.J_j )
    pub energy_flux: DVec3,
    /// D x B + int p w0
    pub momentum: DVec3,
    /// S_j, one vector per direction j of the flux.
    pub stress: [DVec3; 3],
    /// (hbar/2) int w
    pub spin: DVec3,
    /// (hbar/2) int J_j, one vector per direction j of the flux.
    pub spin_flux: [DVec3; 3],
    /// mu_B int w x T
    pub torque: DVec3,
    /// Force density of prescribed fields, and of the field on what holds the background.
    pub force: DVec3,
    /// P x X + M x Y
    pub couple: DVec3,
    /// j: q times `stream`.
    pub current: DVec3,
    /// P
    pub polarisation: DVec3,
    /// M
    pub magnetisation: DVec3,
    /// X and Y.
    pub prescribed: [DVec3; 2],
    /// F of the prescribed potential.
    pub push: DVec3,
}

impl Local {
    /// Of cell `i`, with the self-consistent fields `e` and `b`, the prescribed ones and the
    /// fixed charge density there.
    pub fn of(
        i: usize,
        moments: &Moments,
        [charge, hbar]: [f64; 2],
        [e, b]: [DVec3; 2],
        prescribed: &FieldSample,
        background: f64,
    ) -> Local {
        let (sources, observables, fluxes) = (&moments.sources[i], &moments.observables[i], &moments.fluxes[i]);
        let (p, m) = (sources.polarisation, observables.magnetisation);
        let (d, h) = (e + p, b - m);
        let stream = sources.stream + sources.hidden_stream(e + prescribed.e);
        let current = charge * stream;
        let pressure = 0.5 * (e.length_squared() + b.length_squared()) - m.dot(b);
        let stress = |j: usize| fluxes.momentum[j] - e * d[j] - h * b[j] + pressure * DVec3::AXES[j];
        let (x, y) = (prescribed.e, prescribed.b);
        let dipoles = |k: usize| p.dot(prescribed.de[k]) + m.dot(prescribed.db[k]);
        let force = charge * sources.density * x + current.cross(y) + DVec3::from([0, 1, 2].map(dipoles));
        Local {
            number: sources.density,
            stream,
            energy: observables.kinetic_energy + pressure - m.dot(y),
            energy_flux: fluxes.energy + e.cross(h),
            momentum: observables.momentum + d.cross(b),
            stress: [0, 1, 2].map(stress),
            spin: 0.5 * hbar * observables.spin,
            spin_flux: fluxes.spin.map(|flux| 0.5 * hbar * flux),
            torque: fluxes.torque,
            force: force + sources.density * prescribed.force - background * e,
            couple: p.cross(x) + m.cross(y),
            current,
            polarisation: p,
            magnetisation: m,
            prescribed: [x, y],
            push: prescribed.force,
        }
    }

    /// e_j x S_j: the source of orbital angular momentum.
    pub fn antisymmetric_stress(&self) -> DVec3 {
        (0..3).map(|j| DVec3::AXES[j].cross(self.stress[j])).sum()
    }
}

/// All space cells at one time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// Physical time.
    pub time: f64,
    /// One per space cell, in the order of the mesh.
    pub cells: Vec<Local>,
    mesh: Mesh,
    absorbing: Vec<bool>,
    spin: bool,
}

impl Sample {
    /// Whether it can be of a simulation on so many space cells.
    pub(crate) fn fits(&self, space_cells: usize) -> bool {
        self.cells.len() == space_cells && self.mesh.size() == space_cells
    }

    /// The present state and fields of a simulation.
    ///
    /// # Errors
    ///
    /// Those of [`Simulation::moments`].
    pub fn of(simulation: &mut Simulation) -> Result<Sample> {
        let moments = simulation.moments()?;
        let (fields, particle, time) = (&simulation.fields, &simulation.species.particle, simulation.time());
        let mesh = fields.mesh;
        let (e, b) = (simulation.electric(), fields.magnetic());
        let constants = [particle.charge, particle.hbar];
        let cell = |i: usize| match fields.evolution {
            Evolution::Maxwell => {
                let external = fields.external.at(i, mesh.position(i), time);
                Local::of(i, &moments, constants, [e[i], b[i]], &external, fields.fixed_charge[i])
            }
            _ => Local::of(i, &moments, constants, [DVec3::ZERO; 2], &moments.fields[i], 0.0),
        };
        Ok(Sample {
            time,
            cells: (0..mesh.size()).map(cell).collect(),
            mesh,
            absorbing: near_layers(&mesh, &fields.absorption),
            spin: particle.spin,
        })
    }
}

/// Cells in layers of the given rates and three cells beyond, as far as differences reach.
fn near_layers(mesh: &Mesh, rates: &[f64]) -> Vec<bool> {
    let mut near: Vec<bool> = rates.iter().map(|rate| *rate > 0.0).collect();
    if near.is_empty() {
        return near;
    }
    let within = near.clone();
    for axis in mesh.resolved() {
        for (i, near) in near.iter_mut().enumerate() {
            *near |= (-3..=3).any(|shift: isize| {
                let mut index = mesh.indices(i);
                index[axis] = (index[axis] as isize + shift).rem_euclid(mesh.cells[axis] as isize) as usize;
                within[mesh.cell(index)]
            });
        }
    }
    near
}

/// A component of a law: `rate` + `divergence` = `source` at every space cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Equation {
    /// Whose component it is.
    pub law: Law,
    /// Direction of a vector's component.
    pub component: Option<usize>,
    /// Change of the density from sample to sample, over the time between them.
    pub rate: Vec<f64>,
    /// Of the flux, the mean of both samples.
    pub divergence: Vec<f64>,
    /// What the law's density gains per time.
    pub source: Vec<f64>,
}

impl Equation {
    /// `number`, `momentum_x` and so on.
    pub fn name(&self) -> String {
        let name = self.law.name();
        self.component.map_or_else(|| name.into(), |k| format!("{name}_{}", AXIS_NAMES[k]))
    }

    /// rate + divergence - source.
    pub fn residual(&self) -> Vec<f64> {
        let terms = self.rate.iter().zip(&self.divergence).zip(&self.source);
        terms.map(|((rate, divergence), source)| rate + divergence - source).collect()
    }
}

/// All laws halfway between two samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Balances {
    /// Halfway between the samples.
    pub time: f64,
    /// The space cells.
    pub mesh: Mesh,
    /// Every component of every law; their numbers are per space cell.
    pub equations: Vec<Equation>,
    /// Whether a cell's differences read an absorbing layer, whose losses are no source;
    /// empty without one.
    pub absorbing: Vec<bool>,
}

impl Balances {
    /// Of two samples one step apart.
    pub fn between(before: &Sample, after: &Sample) -> Balances {
        let pair = Pair { before, after };
        let mut equations = vec![
            Equation {
                law: Law::Number,
                component: None,
                rate: pair.rate(|cell| cell.number),
                divergence: pair.divergence(|cell, j| cell.stream[j]),
                source: vec![0.0; before.cells.len()],
            },
            Equation {
                law: Law::Energy,
                component: None,
                rate: pair.rate(|cell| cell.energy),
                divergence: pair.divergence(|cell, j| cell.energy_flux[j]),
                source: pair.work(),
            },
        ];
        let momentum = [0, 1, 2].map(|k| Equation {
            law: Law::Momentum,
            component: Some(k),
            rate: pair.rate(|cell| cell.momentum[k]),
            divergence: pair.divergence(|cell, j| cell.stress[j][k]),
            source: pair.mean(|cell| cell.force[k]),
        });
        let orbital = [0, 1, 2].map(|k| pair.orbital(&momentum, k));
        equations.extend(momentum);
        if before.spin {
            equations.extend([0, 1, 2].map(|k| Equation {
                law: Law::Spin,
                component: Some(k),
                rate: pair.rate(|cell| cell.spin[k]),
                divergence: pair.divergence(|cell, j| cell.spin_flux[j][k]),
                source: pair.mean(|cell| cell.torque[k]),
            }));
        }
        equations.extend(orbital);
        Balances {
            time: 0.5 * (before.time + after.time),
            mesh: before.mesh,
            equations,
            absorbing: before.absorbing.clone(),
        }
    }

    /// The laws, in order.
    pub fn laws(&self) -> Vec<Law> {
        let mut laws: Vec<Law> = self.equations.iter().map(|equation| equation.law).collect();
        laws.dedup();
        laws
    }

    /// Largest magnitude over the components of a law and the cells away from layers.
    fn largest(&self, law: Law, of: impl Fn(&Equation) -> Vec<f64>) -> f64 {
        let counts = |i: usize| !self.absorbing.get(i).is_some_and(|absorbing| *absorbing);
        let equations = self.equations.iter().filter(|equation| equation.law == law);
        let largest =
            |values: Vec<f64>| (0..values.len()).filter(|i| counts(*i)).map(|i| values[i].abs()).fold(0.0, f64::max);
        equations.map(|equation| largest(of(equation))).fold(0.0, f64::max)
    }

    /// Largest residual of a law.
    pub fn residual(&self, law: Law) -> f64 {
        self.largest(law, Equation::residual)
    }

    /// Largest of a law's terms, which its residual is compared with.
    pub fn scale(&self, law: Law) -> f64 {
        let terms: [fn(&Equation) -> Vec<f64>; 3] = [
            |equation| equation.rate.clone(),
            |equation| equation.divergence.clone(),
            |equation| equation.source.clone(),
        ];
        terms.into_iter().map(|term| self.largest(law, term)).fold(0.0, f64::max)
    }

    /// The residual relative to the scale; 0 where nothing happens at all.
    pub fn relative(&self, law: Law) -> f64 {
        let scale = self.scale(law);
        if scale > 0.0 { self.residual(law) / scale } else { 0.0 }
    }

    /// Appends a row: relative residual and scale of every law.
    ///
    /// # Errors
    ///
    /// [`Error::Run`] where a number is not finite; no row is appended then.
    pub fn record(&self, units: &Units, table: &mut Table) -> Result<()> {
        let mut row = vec![("time".to_string(), units.time.clone(), self.time)];
        for law in self.laws() {
            let name = law.name();
            row.push((format!("{name}_residual"), String::new(), self.relative(law)));
            row.push((format!("{name}_scale"), String::new(), self.scale(law)));
        }
        if let Some((name, _, value)) = row.iter().find(|(_, _, value)| !value.is_finite()) {
            return Err(Error::Run(format!(
                "{name} is {value} at t = {}; reduce time.step or refine the grid",
                number(self.time, 7)
            )));
        }
        table.push(row);
        Ok(())
    }
}

/// Two samples one step apart.
struct Pair<'a> {
    before: &'a Sample,
    after: &'a Sample,
}

impl Pair<'_> {
    fn combine(&self, of: impl Fn(&Local) -> f64, combine: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        self.before.cells.iter().zip(&self.after.cells).map(|(before, after)| combine(of(before), of(after))).collect()
    }

    fn rate(&self, of: impl Fn(&Local) -> f64) -> Vec<f64> {
        let step = self.after.time - self.before.time;
        self.combine(of, |before, after| (after - before) / step)
    }

    fn mean(&self, of: impl Fn(&Local) -> f64) -> Vec<f64> {
        self.combine(of, |before, after| 0.5 * (before + after))
    }

    /// d_xj of the mean of `flux(cell, j)`.
    fn divergence(&self, flux: impl Fn(&Local, usize) -> f64) -> Vec<f64> {
        let mesh = &self.before.mesh;
        let mut sum = vec![0.0; mesh.size()];
        for axis in mesh.resolved() {
            add(&mut sum, &mesh.derivative(axis, &self.mean(|cell| flux(cell, axis))));
        }
        sum
    }

    /// X.(j + dt P) - M.dt Y, and F on the stream.
    fn work(&self) -> Vec<f64> {
        let step = self.after.time - self.before.time;
        let cell = |(before, after): (&Local, &Local)| {
            let mean = |of: fn(&Local) -> DVec3| 0.5 * (of(before) + of(after));
            let rate = |of: fn(&Local) -> DVec3| (of(after) - of(before)) / step;
            let current = mean(|cell| cell.current) + rate(|cell| cell.polarisation);
            mean(|cell| cell.prescribed[0]).dot(current) + mean(|cell| cell.push).dot(mean(|cell| cell.stream))
                - mean(|cell| cell.magnetisation).dot(rate(|cell| cell.prescribed[1]))
        };
        self.before.cells.iter().zip(&self.after.cells).map(cell).collect()
    }

    /// Component `k` of r x momentum about the centre of the box. Differences of r x S_j
    /// reach across the ends of the box with an r that goes on.
    fn orbital(&self, momentum: &[Equation; 3], k: usize) -> Equation {
        let mesh = &self.before.mesh;
        let [a, b] = others(k);
        let moment = |of: fn(&Equation) -> &[f64]| -> Vec<f64> {
            let (along_a, along_b) = (of(&momentum[a]), of(&momentum[b]));
            let lever = |i: usize| mesh.position(i) - mesh.centre();
            (0..mesh.size()).map(|i| lever(i)[a] * along_b[i] - lever(i)[b] * along_a[i]).collect()
        };
        let mut divergence = moment(|equation| &equation.divergence);
        let mut source = moment(|equation| &equation.source);
        for j in 0..3 {
            let stress = self.mean(|cell| DVec3::AXES[j].cross(cell.stress[j])[k]);
            add(&mut divergence, &mesh.lever(j, &stress));
            add(&mut source, &stress);
        }
        Equation { law: Law::Orbital, component: Some(k), rate: moment(|equation| &equation.rate), divergence, source }
    }
}

fn add(sum: &mut [f64], more: &[f64]) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}
