//! A homogeneous equilibrium with analytic distributions, and the waves it may have.

use glam::DVec3;
use num_complex::Complex64;

use super::coupling::{Coupling, Vector};
use crate::error::{Error, Result};
use crate::physics::Particle;
use crate::scenario::schema::{
    Equilibrium, Evolution, External, Initial, Momentum, PerAxis, Perturbation, PhaseAxis, Population as Written,
    Scenario, Spin, Statistics,
};

/// Particles at rest or streaming in a uniform field, the wave vector along x.
#[derive(Clone, Debug)]
pub struct Plasma {
    /// What all populations consist of.
    pub particle: Particle,
    /// Their densities add.
    pub populations: Vec<Population>,
    /// B0, along z.
    pub magnetic_field: f64,
    /// Which momenta are resolved; the others keep their canonical value.
    pub resolved: [bool; 3],
    /// p_c of the others.
    pub canonical: [f64; 3],
    /// Whether E_x is the only field.
    pub electrostatic: bool,
    /// Names of the second and third axis: -z and y if the scenario has B0 along y.
    pub names: [&'static str; 2],
}

/// A normalised distribution of momenta with its spins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Population {
    /// Number of both spins per volume.
    pub density: f64,
    /// F0.
    pub shape: Shape,
    /// w, relative to w0.
    pub spins: Spins,
}

/// A distribution of momenta, not normalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// exp(-(p - drift)^2/(2 spread^2))
    Gaussian {
        /// Standard deviations; of no effect along axes that are not resolved.
        spread: [f64; 3],
        /// Mean momentum; p_c along axes that are not resolved.
        drift: [f64; 3],
    },
    /// exp(-(eps - m)/T)
    Juttner {
        /// An energy, > 0.
        temperature: f64,
    },
}

/// w of a population beside its w0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spins {
    /// w/w0, the same for all momenta.
    Uniform(DVec3),
    /// W+- times exp(+- mu_B T_z(p; 0, B0)/temperature): thermal equilibrium in B0.
    Thermal {
        /// That of the momenta, an energy.
        temperature: f64,
    },
}

impl Population {
    /// F+- = F0 +- F3, not normalised, and (dF+-/dp_perp)/p_perp, for distributions around B0.
    pub(super) fn branch(&self, coupling: &Coupling, p: &Vector, sign: f64) -> (Complex64, Complex64) {
        let eps = coupling.energy(p);
        let mut slope = match self.shape {
            Shape::Gaussian { spread, .. } => Complex64::from(-1.0 / (spread[0] * spread[0])),
            Shape::Juttner { temperature } => -1.0 / (temperature * eps),
        };
        let exponent = self.exponent(coupling, p, p[0]);
        let weight = match self.spins {
            Spins::Uniform(spin) => (1.0 + sign * spin.z) * exponent.exp(),
            Spins::Thermal { temperature } => {
                slope += sign * coupling.precession_slope(eps) / temperature;
                let moment = coupling.particle.moment * coupling.precession(eps) / temperature;
                // The weight of a particle at rest is 1 or less; the norm follows from the density.
                let at_rest =
                    coupling.particle.moment * coupling.precession(coupling.particle.mass.into()) / temperature;
                (exponent + sign * moment - at_rest.norm()).exp()
            }
        };
        (weight, slope * weight)
    }

    /// F0, not normalised, and dF0/dp_x / F0, without B0. `offset` is p_x less its drift, which
    /// narrow beams need free of cancellation.
    pub(super) fn along(&self, coupling: &Coupling, p: &Vector, offset: Complex64) -> (Complex64, Complex64) {
        let slope = match self.shape {
            Shape::Gaussian { spread, .. } => -offset / (spread[0] * spread[0]),
            Shape::Juttner { temperature } => -p[0] / (temperature * coupling.energy(p)),
        };
        (self.exponent(coupling, p, offset).exp(), slope)
    }

    /// ln F but for spins; components of `p` along unresolved axes equal the drift there.
    fn exponent(&self, coupling: &Coupling, p: &Vector, offset: Complex64) -> Complex64 {
        match self.shape {
            Shape::Gaussian { spread, drift } => {
                let square = |offset: Complex64, i: usize| (offset / spread[i]) * (offset / spread[i]);
                -0.5 * (square(offset, 0) + square(p[1] - drift[1], 1) + square(p[2] - drift[2], 2))
            }
            Shape::Juttner { temperature } => {
                let m = coupling.particle.mass;
                let p2 = p[0] * p[0] + p[1] * p[1] + p[2] * p[2];
                -p2 / ((coupling.energy(p) + m) * temperature)
            }
        }
    }
}

impl Population {
    /// Mean velocity, and mean of its square, by a sum over a lattice.
    fn velocities(&self, particle: &Particle, resolved: [bool; 3]) -> ([f64; 3], f64) {
        let Shape::Gaussian { spread, drift } = self.shape else {
            // Isotropic: a scale of the velocity is all that is asked for.
            return ([0.0; 3], 0.1);
        };
        const POINTS: i32 = 10;
        let offsets = |axis: usize| if resolved[axis] { -POINTS..=POINTS } else { 0..=0 };
        let (mut mean, mut square, mut all) = ([0.0; 3], 0.0, 0.0);
        for x in offsets(0) {
            for y in offsets(1) {
                for z in offsets(2) {
                    let offset = DVec3::new(x.into(), y.into(), z.into()) * (5.0 / f64::from(POINTS));
                    let weight = (-0.5 * offset.length_squared()).exp();
                    let v = particle.velocity(DVec3::from(drift) + DVec3::from(spread) * offset);
                    for (sum, v) in mean.iter_mut().zip(v.to_array()) {
                        *sum += weight * v;
                    }
                    square += weight * v.length_squared();
                    all += weight;
                }
            }
        }
        (mean.map(|sum| sum / all), square / all)
    }
}

impl Plasma {
    /// The equilibrium of a scenario: its populations without their perturbations.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for a scenario without an equilibrium, or with one that the linear theory does not cover.
    pub fn of(scenario: &Scenario) -> Result<Self> {
        let refuse = |what: &str| Err(Error::Input(format!("dispersion: {what}")));
        let Initial::Populations(written) = &scenario.initial else {
            return refuse(
                "the state is read, and damped waves need an analytic distribution; give `initial.populations`",
            );
        };
        if scenario.collisions.is_some() {
            return refuse("`collisions` damp waves in ways that this theory does not have; remove them");
        }
        let space = &scenario.phase_space;
        let fields = &scenario.fields;
        let mut plasma = Plasma {
            particle: Particle::new(&scenario.species, scenario.kinematics),
            populations: Vec::new(),
            magnetic_field: 0.0,
            resolved: PhaseAxis::MOMENTA.map(|axis| space.axis(axis).is_some()),
            canonical: [space.canonical.px, space.canonical.py, space.canonical.pz],
            electrostatic: match fields.evolution {
                Evolution::Electrostatic => true,
                Evolution::Maxwell => false,
                Evolution::Frozen => {
                    return refuse(
                        "`fields.evolution` is `frozen`, so that there are no waves; use `electrostatic` or `maxwell`",
                    );
                }
            },
            names: ["y", "z"],
        };
        let mut uniform = (DVec3::from(fields.uniform.E), DVec3::from(fields.uniform.B));
        for external in &fields.external {
            let External::Uniform(field) = external else {
                return refuse("`fields.external` holds a field that is not uniform, so that there is no equilibrium");
            };
            uniform.0 += DVec3::from(field.E);
            uniform.1 += DVec3::from(field.B);
        }
        if fields.file.is_some() {
            return refuse("`fields.file` gives a field that need not be uniform; give it as `fields.uniform`");
        }
        if uniform.0 != DVec3::ZERO {
            return refuse("the uniform E accelerates the particles, so that there is no equilibrium; remove it");
        }
        for population in written {
            plasma.add(population, uniform.1)?;
        }
        plasma.magnetise(uniform.1)?;
        plasma.check()?;
        Ok(plasma)
    }

    /// Adds a population in the uniform field `b`.
    fn add(&mut self, written: &Written, b: DVec3) -> Result<()> {
        let refuse = |what: &str| Err(Error::Input(format!("dispersion: {what}")));
        if written.space.is_some() {
            return refuse("a population with `space` is a packet; plane waves need a homogeneous one");
        }
        if written.perturbations.iter().any(|p| matches!(p, Perturbation::Rotation { .. })) {
            return refuse("a rotating population is not homogeneous; remove the `rotation`");
        }
        let mut spins = match written.spin {
            None => Spins::Uniform(DVec3::ZERO),
            Some(Spin::Uniform { direction, polarisation }) => {
                Spins::Uniform(DVec3::from(direction).normalize() * polarisation)
            }
            Some(_) => return refuse("a spin texture is not homogeneous; use `uniform` spins"),
        };
        let mass = self.particle.mass;
        let thermal = |t: PerAxis| t.each().map(|t| (mass * t).sqrt());
        let beams = match written.momentum {
            Momentum::Maxwellian { temperature, drift } => vec![gaussian(thermal(temperature), drift)],
            // exp(-p^2/(2 m T)) without relativity.
            Momentum::Juttner { temperature } if !self.particle.relativistic() => {
                vec![gaussian(thermal(PerAxis::Same(temperature)), [0.0; 3])]
            }
            Momentum::Juttner { temperature } => vec![Shape::Juttner { temperature }],
            Momentum::Equilibrium(Equilibrium { statistics: Statistics::FermiDirac, .. }) => {
                return refuse("a degenerate `equilibrium` is not done; use `boltzmann` statistics");
            }
            Momentum::Equilibrium(Equilibrium { field: Some(field), .. }) if DVec3::from(field) != b => {
                return refuse("an `equilibrium` in another `field` than the uniform B of the scenario is none there");
            }
            Momentum::Equilibrium(Equilibrium { temperature, .. }) => {
                if b != DVec3::ZERO && self.particle.moment != 0.0 {
                    spins = Spins::Thermal { temperature };
                }
                match self.particle.relativistic() {
                    true => vec![Shape::Juttner { temperature }],
                    false => vec![gaussian(thermal(PerAxis::Same(temperature)), [0.0; 3])],
                }
            }
            Momentum::Gaussian { spread, drift } => vec![gaussian(spread.each(), drift)],
            Momentum::TwoBeam { spread, drift } => {
                vec![gaussian(spread.each(), drift), gaussian(spread.each(), drift.map(|p| -p))]
            }
        };
        let density = written.density / beams.len() as f64;
        for mut shape in beams {
            if let Shape::Gaussian { spread, drift } = &mut shape {
                for axis in (0..3).filter(|&axis| !self.resolved[axis]) {
                    (spread[axis], drift[axis]) = (1.0, self.canonical[axis]);
                }
            }
            self.populations.push(Population { density, shape, spins });
        }
        Ok(())
    }

    /// Takes B0, turned about x until it is along z.
    fn magnetise(&mut self, b: DVec3) -> Result<()> {
        if b == DVec3::ZERO {
            return Ok(());
        }
        if b.x != 0.0 || (b.y != 0.0 && b.z != 0.0) {
            return Err(Error::Input(format!(
                "dispersion: the uniform B is ({}, {}, {}); only waves along x across a B along y or z are done",
                b.x, b.y, b.z
            )));
        }
        self.magnetic_field = b.y + b.z;
        if b.y != 0.0 {
            // (x, y, z) -> (x, z', -y') with z' = y.
            let swap = |v: [f64; 3]| [v[0], -v[2], v[1]];
            self.names = ["-z", "y"];
            self.resolved.swap(1, 2);
            self.canonical = swap(self.canonical);
            for population in &mut self.populations {
                if let Shape::Gaussian { spread, drift } = &mut population.shape {
                    *drift = swap(*drift);
                    spread.swap(1, 2);
                }
                if let Spins::Uniform(spin) = &mut population.spins {
                    *spin = DVec3::from(swap((*spin).into()));
                }
            }
        }
        Ok(())
    }

    /// Gives every population the spins of thermal equilibrium in B0.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] where momenta are not in thermal equilibrium, or there is no B0.
    pub fn thermalise_spins(&mut self) -> Result<()> {
        let mass = self.particle.mass;
        for population in &mut self.populations {
            let temperature = match population.shape {
                Shape::Juttner { temperature } => temperature,
                Shape::Gaussian { spread, drift }
                    if !self.particle.relativistic()
                        && drift == [0.0; 3]
                        && (0..3).all(|axis| !self.resolved[axis] || spread[axis] == spread[0]) =>
                {
                    spread[0] * spread[0] / mass
                }
                Shape::Gaussian { .. } => {
                    return Err(Error::Input(
                        "dispersion: spins in thermal equilibrium need momenta in equilibrium, too: `juttner`, or \
                         without relativity a `maxwellian` of one temperature without drift"
                            .into(),
                    ));
                }
            };
            population.spins = Spins::Thermal { temperature };
        }
        self.check()
    }

    /// Whether this is an equilibrium the linear theory covers.
    pub(super) fn check(&self) -> Result<()> {
        let refuse = |what: String| Err(Error::Input(format!("dispersion: {what}")));
        if !self.resolved[0] {
            return refuse("waves along x need `px` resolved".into());
        }
        if self.particle.charge == 0.0 && (self.particle.moment == 0.0 || self.magnetic_field != 0.0) {
            return refuse(
                "neutral particles have waves of their own only with a moment, and are done without a uniform B".into(),
            );
        }
        if self.magnetic_field == 0.0 {
            let thermal = self.populations.iter().any(|p| matches!(p.spins, Spins::Thermal { .. }));
            return if thermal {
                refuse("spins in thermal equilibrium are polarised by a uniform B, and there is none".into())
            } else {
                Ok(())
            };
        }
        let [y, z] = self.names;
        if !self.resolved[1] {
            return refuse(format!("B along {z} turns px into p{y}, which must be resolved"));
        }
        if self.particle.anomaly != 0.0
            && self.particle.relativistic()
            && (self.resolved[2] || self.canonical[2] != 0.0)
        {
            return refuse(format!(
                "with a relativistic anomalous moment (`tbmt`) the precession field leans away from B along {z} as \
                 soon as p{z} != 0; leave p{z} unresolved at 0, or use `phenomenological`"
            ));
        }
        for population in &self.populations {
            if let Shape::Gaussian { spread, drift } = population.shape
                && (drift[0] != 0.0 || drift[1] != 0.0 || spread[0] != spread[1])
            {
                return refuse(format!(
                    "a distribution with a drift or two temperatures across B along {z} turns with it and is no \
                     equilibrium; use one spread and no drift along x and {y}"
                ));
            }
            if let Spins::Uniform(spin) = population.spins
                && (spin.x != 0.0 || spin.y != 0.0)
            {
                return refuse(format!("spins that are not along B, here along {z}, precess and are no equilibrium"));
            }
        }
        Ok(())
    }

    pub(super) fn coupling(&self) -> Coupling {
        Coupling { particle: self.particle, magnetic_field: self.magnetic_field }
    }

    /// What is to be said where the populations drift together: their current drives a uniform E, and the
    /// equilibrium is none.
    pub fn mean_current(&self) -> Option<String> {
        let (mut mean, mut square, mut density) = ([0.0; 3], 0.0, 0.0);
        for population in &self.populations {
            let (velocity, spread) = population.velocities(&self.particle, self.resolved);
            for (sum, velocity) in mean.iter_mut().zip(velocity) {
                *sum += population.density * velocity;
            }
            square += population.density * spread;
            density += population.density;
        }
        let driven = if self.electrostatic { 1 } else { 3 };
        let largest = mean[..driven].iter().fold(0.0f64, |most, u| most.max(u.abs())) / density;
        let noted = self.particle.charge != 0.0 && largest > 1e-3 * f64::sqrt(square / density);
        noted.then(|| {
            format!(
                "the populations have a mean velocity of {largest:.4} together, and with it a mean current, which drives \
                 a uniform E that turns the plasma round within pi/omega_p = {:.3}: these are the waves of a steady drift, \
                 as where the background carries the current back, and a run will not show them; choose drifts whose \
                 currents add up to zero",
                std::f64::consts::PI / self.plasma_frequency()
            )
        })
    }

    /// sqrt(q^2 n/m).
    pub fn plasma_frequency(&self) -> f64 {
        let density: f64 = self.populations.iter().map(|population| population.density).sum();
        (self.particle.charge.powi(2) * density / self.particle.mass).sqrt()
    }

    /// Largest number of `spread`s and the like that matter: exp(-37) is 1e-16.
    pub(super) const REACH: f64 = 8.6;
}

fn gaussian(spread: [f64; 3], drift: [f64; 3]) -> Shape {
    Shape::Gaussian { spread, drift }
}
