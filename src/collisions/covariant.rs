//! Collisions of relativistic particles.
//!
//! A cell takes the share s = 1 - exp(-t p.u/(E tau)) of what it lacks, and the equilibrium is the one with which sums over
//! momenta with s, of 1, p and E, are those of w0: what is conserved is so for any step. As t falls s becomes
//! t p.u/(E tau), and the flow that of Landau, `T^mu nu u_nu = e u^mu`; for long times it is that of the equilibrium of
//! all number, momentum and energy. u, and tau, are those of this equilibrium: they are found by turns, which makes
//! the step of order two where stresses decay.

use glam::DVec3;
use rayon::prelude::*;

use super::equilibrium::{Equilibrium, Moments};
use super::refusal::Cause;
use super::{Collisions, gradient, moments, spin};
use crate::error::Result;
use crate::fields::Mesh;
use crate::operators::{Covariant, FieldSample, Observables, Shares, SpinLaw};

/// Largest relative change of time and flow at which they are found.
const FOUND: f64 = 1e-10;

/// Largest t/tau: single precision holds it, and e^-(t/tau) is nothing long before.
const FASTEST: f64 = 1e30;

/// What a space cell with particles is matched with.
#[derive(Clone, Copy, Debug)]
pub struct Matched {
    equilibrium: Equilibrium,
    /// t u^0/tau and t u/tau of this equilibrium.
    next: Covariant,
}

/// Where and when cells are matched.
#[derive(Clone, Copy)]
struct Place<'a> {
    mesh: &'a Mesh,
    observables: &'a [Observables],
    time: f64,
}

impl Place<'_> {
    fn error(&self, cell: usize, cause: Cause) -> crate::Error {
        let observables = &self.observables[cell];
        cause.error(self.mesh, cell, self.time, &moments(observables), observables.spin)
    }
}

impl Collisions {
    /// A first guess: equilibria of all number, momentum and energy of a cell. None where it is empty.
    ///
    /// # Errors
    ///
    /// [`Error::Run`](crate::Error::Run) where there is none; `time` is named.
    pub fn guesses(
        &self,
        mesh: &Mesh,
        observables: &[Observables],
        fields: &[FieldSample],
        length: f64,
        time: f64,
    ) -> Result<Vec<Option<Matched>>> {
        let (place, empty) = (Place { mesh, observables, time }, self.empty(observables));
        // Everything is taken.
        let all = Covariant { time: f64::MAX, ..Covariant::default() };
        let guess = |i: usize| {
            if empty(i) {
                return Ok(None);
            }
            let wanted = moments(&observables[i]);
            let matched = self.matched(&wanted, &all, fields[i].p, None, length);
            matched.map(Some).map_err(|cause| place.error(i, cause))
        };
        (0..observables.len()).into_par_iter().map(guess).collect()
    }

    /// What shares at the rates of `before` are matched with, from `before` on.
    ///
    /// # Errors
    ///
    /// Those of [`Collisions::guesses`].
    pub fn matches(
        &self,
        mesh: &Mesh,
        (observables, shares): (&[Observables], &[Shares]),
        before: &[Option<Matched>],
        fields: &[FieldSample],
        [length, time]: [f64; 2],
    ) -> Result<Vec<Option<Matched>>> {
        let place = Place { mesh, observables, time };
        let matched = |i: usize| {
            let Some(before) = &before[i] else { return Ok(None) };
            let Shares { density: number, momentum, kinetic_energy: energy, .. } = shares[i];
            let wanted = Moments { number, momentum, energy };
            let matched = self.matched(&wanted, &before.next, fields[i].p, Some(before.equilibrium), length);
            matched.map(Some).map_err(|cause| place.error(i, cause))
        };
        (0..before.len()).into_par_iter().map(matched).collect()
    }

    fn matched(
        &self,
        wanted: &Moments,
        rate: &Covariant,
        unresolved: DVec3,
        start: Option<Equilibrium>,
        length: f64,
    ) -> std::result::Result<Matched, Cause> {
        let equilibrium = self.gas.matching_shares(wanted, rate, unresolved, start)?;
        let Equilibrium { drift, beta, .. } = equilibrium;
        let temperature = 1.0 / (beta * beta - drift.length_squared()).sqrt();
        let (gamma, u) = (beta * temperature, drift * temperature);
        // The density in the frame of the flow, int g0 p.u/E.
        let (of_all, mut density) = (self.gas.covariant(&equilibrium, &Covariant::default()), 0.0);
        if self.law.density_power != 0.0 {
            self.gas.each(unresolved, |p| {
                let [g0, _] = of_all.equilibrium(p, self.particle.kinetic_energy(p));
                density += g0 * (gamma - u.dot(p) / self.particle.energy(p));
            });
            density *= self.gas.volume();
        }
        let rate = (length / self.law.time(density, temperature)).min(FASTEST);
        Ok(Matched { equilibrium, next: Covariant { time: rate * gamma, flow: rate * u, ..Covariant::default() } })
    }

    /// What every space cell relaxes towards, of shares that were read at the rates of `rates`.
    ///
    /// # Errors
    ///
    /// [`Error::Run`](crate::Error::Run) where no spin potential has the spin of a cell; `time` is named.
    pub fn covariant(
        &self,
        mesh: &Mesh,
        (observables, shares): (&[Observables], &[Shares]),
        (rates, matched): (&[Covariant], &[Option<Matched>]),
        fields: &[FieldSample],
        time: f64,
    ) -> Result<Vec<Covariant>> {
        let place = Place { mesh, observables, time };
        // beta_0, beta u_x, beta u_y, beta u_z
        let values = |of: &dyn Fn(&Equilibrium) -> f64| {
            let value = |cell: &Option<Matched>| cell.as_ref().map(|cell| of(&cell.equilibrium));
            gradient(mesh, self.periodic, &matched.iter().map(value).collect::<Vec<_>>())
        };
        let gradients = self
            .is_nonlocal(mesh)
            .then(|| [values(&|c| c.beta), values(&|c| c.drift.x), values(&|c| c.drift.y), values(&|c| c.drift.z)]);
        let law = self.spin_law();
        let relaxed = |i: usize| {
            let Some(cell) = &matched[i] else { return Ok(Covariant::default()) };
            let mut towards = self.gas.covariant(&cell.equilibrium, &rates[i]);
            if self.particle.spin {
                towards.law = law;
                towards.gradients = gradients.as_ref().map_or([DVec3::ZERO; 4], |all| [0, 1, 2, 3].map(|l| all[l][i]));
                let wanted = [shares[i].spin, -shares[i].boost];
                let found = spin::potentials(&self.gas, &towards, fields[i].p, wanted);
                [towards.b, towards.e] = found.ok_or_else(|| place.error(i, Cause::Singular))?;
            }
            Ok(towards)
        };
        (0..matched.len()).into_par_iter().map(relaxed).collect()
    }

    fn spin_law(&self) -> SpinLaw {
        let [inner, outer] = match self.law.zeta {
            Some(zeta) => [1.0, 1.0 - zeta],
            None => [1.0 - self.law.xi(), 0.0],
        };
        SpinLaw { mass: self.particle.mass, half_hbar: 0.5 * self.particle.hbar, inner, outer }
    }
}

/// Rates of the next round.
pub fn rates(matched: &[Option<Matched>]) -> Vec<Covariant> {
    matched.iter().map(|cell| cell.map_or_else(Covariant::default, |cell| cell.next)).collect()
}

/// Whether rates are those that they were found with.
pub fn are_found(rates: &[Covariant], matched: &[Option<Matched>]) -> bool {
    rates.iter().zip(matched).all(|(rate, cell)| {
        let Some(Matched { next, .. }) = cell else { return true };
        let change = (next.time - rate.time).abs().max((next.flow - rate.flow).abs().max_element());
        change <= FOUND * next.time
    })
}

#[cfg(test)]
mod tests {
    use super::super::equilibrium::{Gas, Sums};
    use super::*;
    use crate::grid::{Axis, Grid};
    use crate::physics::Particle;
    use crate::random::Random;
    use crate::scenario::schema::{Kinematics, Statistics};

    fn gas(momenta: usize, reach: f64, cells: usize, statistics: Statistics, conserves_number: bool) -> Gas {
        let kinematics = Kinematics::Relativistic;
        let particle = Particle {
            mass: 1.0,
            charge: 0.0,
            hbar: 1.0,
            moment: 0.5,
            anomaly: 0.0,
            kinematics,
            spin: true,
            given: Default::default(),
        };
        let axis = |k: usize| (k < momenta).then_some(Axis { cells, from: -reach, step: 2.0 * reach / cells as f64 });
        let grid = Grid::new([None, None, None, axis(0), axis(1), axis(2)]).expect("valid");
        Gas::new(&grid, &particle, statistics, conserves_number)
    }

    /// The fluid of the exact answers `homogeneous_given_Omega`: beta = 4, u the spatial part of the four-velocity.
    fn fluid(gas: &Gas, u: DVec3, inner: f64, outer: f64, time: f64) -> Covariant {
        let gamma = (1.0 + u.length_squared()).sqrt();
        let rate = Covariant { time: time * gamma, flow: time * u, ..Covariant::default() };
        let equilibrium = Equilibrium { offset: -4.0 * gamma, drift: 4.0 * u, beta: 4.0 * gamma };
        // d_mu beta_nu; beta u_l is - beta_l.
        let below = [[0.04, 0.1, -0.3, 0.07], [-0.06, 0.2, 0.05, -0.11], [0.02, 0.09, 0.13, -0.15]];
        let column = |nu: usize| DVec3::new(below[0][nu], below[1][nu], below[2][nu]);
        let gradients = [column(0), -column(1), -column(2), -column(3)];
        let law = SpinLaw { mass: 1.0, half_hbar: 0.5, inner, outer };
        Covariant { law, gradients, ..gas.covariant(&equilibrium, &rate) }
    }

    const U: DVec3 = DVec3::new(0.2, -0.1, 0.3);
    const MOMENTA: [DVec3; 3] = [DVec3::new(0.5, 0.0, 0.0), DVec3::new(0.3, -0.4, 1.2), DVec3::new(-1.0, 0.8, 0.5)];

    /// `homogeneous_given_Omega` of the exact answers: w/g0 = target (1 - e^(-(p.u/E) t/tau)) at t = 1 from the Levi-Civita form
    /// of the paper, its nonlocal term and the shift, for constant xi and xi = (E+m)/E; 12 digits are given.
    #[test]
    fn targets_are_those_of_the_exact_answers() {
        let gas = gas(3, 1.0, 2, Statistics::Boltzmann, true);
        let potential = [DVec3::new(0.12, -0.05, 0.21), DVec3::new(0.03, 0.08, -0.04)];
        let rows = [
            (
                [1.0, 0.0],
                [
                    [0.06, -0.01, 0.133508130619],
                    [-0.0154089334439, -0.0715431660512, 0.108337844677],
                    [0.030462962963, -0.0199074074074, 0.0377777777778],
                ],
            ),
            (
                [0.5, 0.0],
                [
                    [0.06, -0.015139320225, 0.123975424859],
                    [0.014720125625, -0.0437263384337, 0.110077855783],
                    [0.0385648148148, -0.0247685185185, 0.0617592592593],
                ],
            ),
            (
                [0.0, 0.0],
                [
                    [0.06, -0.02027864045, 0.1144427191],
                    [0.0448491846938, -0.0159095108163, 0.111817866888],
                    [0.0466666666667, -0.0296296296296, 0.0857407407407],
                ],
            ),
            (
                [-1.0, 0.0],
                [
                    [0.06, -0.0305572809, 0.0953773075812],
                    [0.105107302832, 0.0397241444186, 0.115297889098],
                    [0.0628703703704, -0.0393518518519, 0.133703703704],
                ],
            ),
            (
                [1.0, 1.0],
                [
                    [0.06, -0.029472135955, 0.09739009663],
                    [0.0815892077509, 0.0180109274458, 0.113939673878],
                    [0.0561982570806, -0.035348583878, 0.113954248366],
                ],
            ),
        ];
        let (rate, g0) =
            ([0.978265106103, 0.787240875212, 1.14417841344], [0.0125889661063, 0.00571486761173, 0.000417839482904]);
        for ([inner, outer], targets) in rows {
            let fluid = fluid(&gas, U, inner, outer, 1.0);
            for (k, p) in MOMENTA.into_iter().enumerate() {
                let energy = (1.0 + p.length_squared()).sqrt();
                let target = fluid.law.target(p, energy, potential, &fluid.gradients);
                assert!((target - DVec3::from(targets[k])).length() < 1e-12, "{inner} {outer} {p}: {target}");
                assert!((fluid.share(p, energy) + f64::exp_m1(-rate[k])).abs() < 1e-11);
                assert!((fluid.equilibrium(p, energy - 1.0)[0] / g0[k] - 1.0).abs() < 1e-11);
            }
        }
    }

    /// `homogeneous_matched` of the exact answers: g0 fixed, b and e of the 6x6 matching at every time, w = 0 at the start. (b, e)
    /// there to the error of sums on cells of 0.4, e^(-2 pi/0.4), and w/g0 at t = 1 by ten steps of order two.
    #[test]
    fn matching_is_that_of_the_exact_answers() {
        let gas = gas(3, 7.0, 35, Statistics::Boltzmann, true);
        for (u, xi, first, last) in [
            (
                DVec3::ZERO,
                0.5,
                [0.0161753206, -0.00134794339, 0.0336985847, 0.0183117492, -0.0274676238, 0.00915587461],
                [
                    [0.00511237636, 0.000996753523, 0.00685626924],
                    [-0.00549007842, -0.0198880565, 0.00681405607],
                    [0.0034257538, 0.0119254502, -0.0124848315],
                ],
            ),
            (
                U,
                0.5,
                [0.0152265214, -0.00475568001, 0.0318528489, 0.0574809573, -0.0286940086, -0.0128917538],
                [
                    [0.00470161326, 0.00236002277, 0.00593537029],
                    [-0.00304361616, -0.0079336656, 0.00825120152],
                    [-0.00120838424, 0.0105873118, -0.0217247709],
                ],
            ),
            (
                U,
                0.0,
                [0.026843189, -0.00831864422, 0.0564281423, 0.0766772546, -0.0398669928, -0.0167634658],
                [
                    [0.00829446308, 0.00462925254, 0.0108960665],
                    [-0.00612866085, -0.0157360624, 0.0142263798],
                    [-0.000839596095, 0.0208895356, -0.039128915],
                ],
            ),
        ] {
            let start = fluid(&gas, u, 1.0 - xi, 0.0, 1e-9);
            let [b, e] = spin::potentials(&gas, &start, DVec3::ZERO, [DVec3::ZERO; 2]).expect("regular");
            let off = (b - DVec3::from_slice(&first)).length().max((e - DVec3::from_slice(&first[3..])).length());
            println!("u = {u}, xi = {xi}: (b, e) off by {off:.1e}");
            assert!(off < 3e-7, "{b} {e}");
            // w/g0 on the grid, and at the momenta of the answers.
            let mut momenta = Vec::new();
            gas.each(DVec3::ZERO, |p| momenta.push(p));
            let mut w = vec![DVec3::ZERO; momenta.len()];
            let mut followed = [DVec3::ZERO; 3];
            let energy = |p: DVec3| (1.0 + p.length_squared()).sqrt();
            for _ in 0..10 {
                let step = fluid(&gas, u, 1.0 - xi, 0.0, 0.1);
                let mut wanted = [DVec3::ZERO; 2];
                for (&p, &w) in momenta.iter().zip(&w) {
                    let [_, weight] = step.equilibrium(p, energy(p) - 1.0);
                    let taken = gas.volume() * step.share(p, energy(p)) * weight * w;
                    wanted[0] += taken;
                    wanted[1] += taken.cross(p / (energy(p) + 1.0));
                }
                let both = spin::potentials(&gas, &step, DVec3::ZERO, wanted).expect("regular");
                let places = momenta.iter().zip(&mut w).chain(MOMENTA.iter().zip(&mut followed));
                for (&p, w) in places {
                    let target = step.law.target(p, energy(p), both, &step.gradients);
                    *w += step.share(p, energy(p)) * (target - *w);
                }
            }
            for (found, exact) in followed.into_iter().zip(last) {
                assert!((found - DVec3::from(exact)).length() < 2e-6, "{u} {xi}: {found} {exact:?}");
            }
        }
    }

    /// Relativistic fermions of the exact answers, `fermi_dirac_relativistic`: T and mu of n and energy, with rest mass.
    #[test]
    fn fermions_have_the_temperature_of_their_energy() {
        for (n, t, mu, energy, reach, cells) in [
            (0.0337737278808, 0.207106781187, 1.25229549256, 1.48357608904, 6.0, 35),
            (0.0337737278808, 0.414213562373, 0.787769131125, 1.90356671204, 9.0, 52),
            (0.0042217159851, 0.0590169943749, 1.08207707267, 1.12657269513, 2.5, 30),
        ] {
            let gas = gas(3, reach, cells, Statistics::FermiDirac, true);
            let wanted = Moments { number: n, momentum: DVec3::ZERO, energy: n * (energy - 1.0) };
            let all = Covariant { time: f64::MAX, ..Covariant::default() };
            let found = gas.matching_shares(&wanted, &all, DVec3::ZERO, None).expect("one");
            let off = [1.0 / found.beta - t, 1.0 + found.offset / found.beta - mu].map(f64::abs);
            println!("T = {t}: off by {off:?}");
            assert!(off.into_iter().all(|off| off < 1e-5), "{t}: {off:?}");
        }
    }

    /// Whatever the step, flow and statistics, in one to three momenta, sums with shares are matched to rounding; without a
    /// conserved number those of momentum and energy are, and mu = 0.
    #[test]
    fn shares_are_matched_to_rounding() {
        let mut random = Random(5);
        for (momenta, statistics, conserves) in [
            (1, Statistics::Boltzmann, true),
            (2, Statistics::Boltzmann, true),
            (3, Statistics::Boltzmann, true),
            (3, Statistics::FermiDirac, true),
            (3, Statistics::Boltzmann, false),
            (3, Statistics::FermiDirac, false),
        ] {
            let gas = gas(momenta, 6.0, if momenta == 3 { 20 } else { 48 }, statistics, conserves);
            for round in 0..8 {
                let time = 10f64.powi(round - 4);
                let u = DVec3::from(std::array::from_fn(|k| if k < momenta { 0.4 * random.next() } else { 0.0 }));
                let rate = Covariant {
                    time: time * (1.0 + u.length_squared()).sqrt(),
                    flow: time * u,
                    ..Covariant::default()
                };
                let centre = DVec3::from(std::array::from_fn(|k| if k < momenta { 1.5 * random.next() } else { 0.0 }));
                let (mut number, mut momentum, mut energy) = (0.0, DVec3::ZERO, 0.0);
                gas.each(DVec3::ZERO, |p| {
                    let cloud = |sign: f64| (-1.5 * (p - sign * centre).length_squared()).exp();
                    let share = gas.volume() * rate.share(p, gas.particle().energy(p));
                    let w0 = 0.008 * share * (0.6 * cloud(1.0) + 0.4 * cloud(-1.0));
                    number += w0;
                    momentum += w0 * p;
                    energy += w0 * gas.particle().kinetic_energy(p);
                });
                let wanted = Moments { number, momentum, energy };
                let found = gas.matching_shares(&wanted, &rate, DVec3::ZERO, None);
                let found =
                    found.unwrap_or_else(|cause| panic!("{momenta} {statistics:?} {conserves} {time}: {cause:?}"));
                let Sums { value, .. } = gas.shares(&found, &rate, DVec3::ZERO);
                let energies = [value.energy + value.number, energy + number];
                let mut off =
                    (energies[0] / energies[1] - 1.0).abs().max((value.momentum - momentum).length() / number);
                if conserves {
                    off = off.max((value.number / number - 1.0).abs());
                } else {
                    assert!((found.offset + found.beta).abs() < 1e-12 * found.beta);
                }
                assert!(off < 1e-13, "{momenta} {statistics:?} {conserves} {time}: {off:.1e}");
            }
        }
    }

    /// At xi = (E+m)/E, zeta = 0, nothing responds to e, which is 0, and spin is kept all the same; the block of b is refused
    /// near xi = 1 + 1/<KK>, KK = (p^2 - p_z^2)/(m(E+m)), and beyond.
    #[test]
    fn what_drops_out_and_what_is_singular() {
        let cube = gas(3, 7.0, 30, Statistics::Boltzmann, true);
        let wanted = [DVec3::new(0.02, -0.01, 0.03), DVec3::new(0.004, 0.001, -0.002)];
        let of = |inner: f64, outer: f64, u: DVec3| fluid(&cube, u, inner, outer, 0.3);
        let canonical = of(1.0, 1.0, U);
        let [b, e] = spin::potentials(&cube, &canonical, DVec3::ZERO, wanted).expect("regular");
        let (mut spin, mut mean, mut count) = (DVec3::ZERO, 0.0, 0.0);
        let resting = of(0.0, 0.0, DVec3::ZERO);
        cube.each(DVec3::ZERO, |p| {
            let energy = cube.particle().energy(p);
            let weight = |of: &Covariant| cube.volume() * of.share(p, energy) * of.equilibrium(p, energy - 1.0)[1];
            spin += weight(&canonical) * canonical.law.target(p, energy, [b, e], &canonical.gradients);
            mean += weight(&resting) * (p.length_squared() - p.z * p.z) / (energy + 1.0);
            count += weight(&resting);
        });
        assert_eq!(e, DVec3::ZERO);
        assert!((spin - wanted[0]).length() < 1e-14, "{spin}");
        let regular = |share: f64| {
            spin::potentials(&cube, &of(-share * count / mean, 0.0, DVec3::ZERO), DVec3::ZERO, wanted).is_some()
        };
        assert_eq!([0.94, 0.96, 1.0, 2.0].map(regular), [true, false, false, false]);
        // A single momentum says nothing of e along it, nor does it ask.
        let line = gas(1, 7.0, 64, Statistics::Boltzmann, true);
        let along = fluid(&line, DVec3::X * 0.3, 0.5, 0.0, 0.3);
        let [_, e] = spin::potentials(&line, &along, DVec3::ZERO, wanted).expect("regular");
        assert!(e.x == 0.0 && e.y != 0.0, "{e}");
    }
}
