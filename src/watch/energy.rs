//! Watches the total energy of a run that should conserve it, or only lose some to absorbing
//! layers. Spins along B have less than none, so that layers which swallow them raise it:
//! particles with a moment are not watched there.
//!
//! Let the parts be the energies of particles, E, B and spin, and *exchanged* the largest
//! half sum of the magnitudes of their changes so far: what one part lost the others gained.
//! The error of the scheme is a share of that, of order (w dt)^2, or (w dt)^4: below 1e-2 in
//! runs whose oscillations are resolved. Two errors come whatever is exchanged. Sweeps heat: a
//! relativistic gas on fifty cells of momentum gains 7e-4 of its energy in twenty turns, 2e-5
//! without dissipation. And the shears that turn a momentum keep `px^2 + (1 - (w_c dt/2)^2) py^2`,
//! so that its energy swings by (w_c dt)^2/4. A change of more than a tenth of what is
//! exchanged, and of 1e-4 + (w_c dt)^2/4 of all energy, is noted; one that exceeds all the energy
//! the run began with, which nothing closed can do, ends it. With absorbing layers only gains
//! count, from the least energy so far. Neutral particles in prescribed potentials alone are watched too, where fields do not
//! evolve; potentials need not be as high at one end of an axis as at the other, so that nothing they do ends a run.

use glam::DVec3;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::numerals::number;
use crate::reduction::reductions;
use crate::scenario::Loaded;
use crate::scenario::schema::External;
use crate::simulation::Simulation;

/// Share of the energy exchanged that is worth a note: ten times what resolved runs lose.
const NOTED: f64 = 0.1;

/// Share of all energy that is, besides the swing of what gyrates: ten times what single
/// precision rounds.
const ROUNDED: f64 = 1e-4;

const PARTS: [&str; 4] = ["energy_kinetic", "energy_electric", "energy_magnetic", "energy_spin"];

/// What is remembered of the rows so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Energy {
    /// (w_c dt)^2/4, a tenth at the most.
    swing: f64,
    /// Energy of the mean of B, which nothing changes.
    fixed: f64,
    first: Option<[f64; 5]>,
    exchanged: f64,
    /// The change that was noted.
    noted: Option<f64>,
    /// The largest change so far, and its time.
    largest: (f64, f64),
    /// Whether sweeps dissipate.
    dissipates: bool,
    /// Whether layers take energy.
    absorbs: bool,
    /// Whether there are potentials, which may have no ground.
    #[serde(default)]
    potentials: bool,
    /// Whether a mean field pushes: else what spins have in it is not taken from the motion.
    #[serde(default)]
    pushes: bool,
    /// Least change of the total since the start, so far.
    least: f64,
}

impl Energy {
    /// None where energy may come, as where a momentum is followed only approximately or layers
    /// swallow spins that have less than none.
    pub fn of(simulation: &Simulation, loaded: &Loaded) -> Option<Energy> {
        let scenario = &loaded.scenario;
        let fields = &simulation.fields;
        let table = simulation.species.table(fields, &[], simulation.time());
        let strongest = table.iter().map(|sample| sample.b.length()).fold(0.0, f64::max);
        let angle =
            simulation.species.particle.charge * strongest / simulation.species.particle.mass * simulation.clock.step;
        let mean = fields.b.iter().sum::<DVec3>() / fields.b.len() as f64;
        let fixed = 0.5 * mean.length_squared() * fields.b.len() as f64 * simulation.grid.space_volume();
        let dissipates = scenario.numerics.dissipation > 0.0;
        let (swing, absorbs) = ((0.25 * angle * angle).min(NOTED), !fields.absorption.is_empty());
        let external = &scenario.fields.external;
        let potentials = external.iter().any(|external| matches!(external, External::Potential(_)));
        let pushes = simulation.exchange.as_ref().is_some_and(|exchange| exchange.forces);
        let energy = Energy { swing, fixed, dissipates, absorbs, potentials, pushes, ..Energy::default() };
        let exact = reductions(scenario, &loaded.folder).iter().all(|reduction| reduction.inexact.is_empty());
        let particle = &simulation.species.particle;
        let spins_leave = absorbs && (particle.moment != 0.0 || particle.given.acts());
        let closed = fields.are_given_no_energy() || potentials && fields.are_potentials_alone();
        (exact && !spins_leave && closed && scenario.pulses.is_empty()).then_some(energy)
    }

    /// Looks at a row; returns a note the first time one is due.
    ///
    /// # Errors
    ///
    /// [`Error::Run`] when more energy came or went than there was.
    pub fn see(&mut self, value: &dyn Fn(&str) -> Option<f64>) -> Result<Option<String>> {
        let (Some(time), [Some(kinetic), Some(electric), Some(magnetic), Some(spin)]) =
            (value("time"), PARTS.map(value))
        else {
            return Ok(None);
        };
        let mean = if self.pushes { value("energy_exchange").unwrap_or_default() } else { 0.0 };
        let held = value("energy_potential").unwrap_or_default() + mean;
        self.row(time, [kinetic, electric, magnetic - self.fixed, spin, held])
    }

    fn row(&mut self, time: f64, parts: [f64; 5]) -> Result<Option<String>> {
        let sum = |parts: [f64; 5]| parts.iter().sum::<f64>();
        let first = *self.first.get_or_insert(parts);
        let changes: [f64; 5] = std::array::from_fn(|k| parts[k] - first[k]);
        self.exchanged = self.exchanged.max(0.5 * sum(changes.map(f64::abs)));
        let change = sum(changes);
        self.least = self.least.min(change);
        let gain = if self.absorbs { change - self.least } else { change };
        let (began, now) = (sum(first.map(f64::abs)), sum(parts.map(f64::abs)));
        // What is left of the energy of B has the digits of the whole.
        let rounded = ROUNDED * now + 1e-12 * self.fixed;
        let verb = if gain > 0.0 { "grown" } else { "fallen" };
        let changed = format!("the total energy has {verb} by {} at t = {}", number(gain.abs(), 4), number(time, 7));
        let gives = if self.absorbs { "gives" } else { "gives or takes" };
        let refine = if self.dissipates {
            ", refine the grid or set numerics.dissipation to 0,"
        } else {
            " or refine the grid,"
        };
        let ends = if self.potentials {
            ", keep particles from the ends of space axes at which a potential jumps,"
        } else {
            ""
        };
        let remedy = format!("reduce time.step{refine}{ends} and widen the momentum axes if `edge_number` grows");
        if gain.abs() > began + rounded && !self.potentials {
            return Err(Error::Run(format!(
                "{changed}, by more than all the energy the run began with, {}, though nothing {gives} any: \
                 the run is unstable or far from resolved; {remedy}",
                number(began, 4)
            )));
        }
        if gain.abs() > self.largest.0.abs() {
            self.largest = (gain, time);
        }
        let small = gain.abs() <= NOTED * self.exchanged || gain.abs() <= rounded + self.swing * now;
        if small || self.noted.is_some() {
            return Ok(None);
        }
        self.noted = Some(gain);
        Ok(Some(format!(
            "{changed}, though nothing {gives} any: {} of the {} that particles, fields and spins have \
             exchanged, where a resolved run stays below 0.01; {remedy}",
            number(gain.abs() / self.exchanged, 2),
            number(self.exchanged, 4)
        )))
    }

    /// What is to be said at the end, where more than twice as much came or went as was noted.
    pub fn last_words(&self) -> Option<String> {
        let (gain, time) = self.largest;
        (gain.abs() > 2.0 * self.noted?.abs()).then(|| {
            let verb = if gain > 0.0 { "grown" } else { "fallen" };
            let (gain, time) = (number(gain.abs(), 4), number(time, 7));
            format!("the total energy had {verb} by {gain} at t = {time}, the most in this run")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A wave that swings between parts and loses a twentieth of what it exchanges.
    #[test]
    fn swings_are_no_news() {
        let mut watch = Energy::default();
        for step in 0..1000 {
            let field = 0.01 * (0.1 * f64::from(step)).cos().powi(2);
            let row = watch.row(0.1 * f64::from(step), [1.0 - 0.95 * field, field, 0.0, 0.0, 0.0]);
            assert_eq!(row.expect("closed"), None, "{step}");
        }
    }

    /// A gain of a fifth of what is exchanged is noted once, with its numbers.
    #[test]
    fn a_gain_is_noted_once() {
        let mut watch = Energy::default();
        let mut notes = Vec::new();
        for step in 0..10 {
            let field = 0.01 * f64::from(step);
            notes.extend(watch.row(f64::from(step), [1.0 - 0.8 * field, field, 0.0, 0.0, 0.0]).expect("small"));
        }
        let [note] = notes.as_slice() else { panic!("{notes:?}") };
        // 0.2 of 0.01, of the half sum 0.009.
        assert!(note.contains("grown by 0.002 at t = 1,") && note.contains("0.22 of the 0.009"), "{note}");
        assert!(note.contains("reduce time.step or refine the grid, and widen"), "{note}");
        // At the end 0.2 of 0.09.
        let last = watch.last_words().expect("more was to come");
        assert!(last.contains("grown by 0.018 at t = 9, the most"), "{last}");
    }

    /// What sweeps heat and turns swing is no news, though nothing is exchanged.
    #[test]
    fn swings_of_turns_are_no_news() {
        for swing in [0.0, 1e-3] {
            let mut watch = Energy { swing, ..Energy::default() };
            let allowed = 1e-4 + swing;
            for kinetic in [1.0, 1.0 + 0.99 * allowed, 1.0 - 0.99 * allowed] {
                assert_eq!(watch.row(0.0, [kinetic, 0.0, 0.0, 0.0, 0.0]).expect("small"), None);
            }
            assert!(watch.row(0.0, [1.0 + 1.1 * allowed, 0.0, 0.0, 0.0, 0.0]).expect("small").is_some());
        }
    }

    /// What layers take is no news; what comes back is, a tenth of it as a note and more than all that the
    /// run began with as its end.
    #[test]
    fn layers_take_and_do_not_give() {
        let mut watch = Energy { absorbs: true, ..Energy::default() };
        let mut row = |time: f64, kinetic: f64| watch.row(time, [kinetic, 0.0, 0.0, 0.0, 0.0]);
        for tenth in 0..10 {
            assert_eq!(row(f64::from(tenth), 1.0 - 0.1 * f64::from(tenth)).expect("lost"), None);
        }
        // The largest half sum of changes so far is 0.45.
        assert_eq!(row(10.0, 0.14).expect("small"), None);
        let note = row(11.0, 0.2).expect("small").expect("a note");
        assert!(note.contains("grown by 0.1 at t = 11, though nothing gives any: 0.22 of the 0.45"), "{note}");
        let error = row(12.0, 1.2).expect_err("too much").to_string();
        assert!(error.contains("grown by 1.1 at t = 12") && error.contains("nothing gives any"), "{error}");
    }

    /// Down a hill without end particles gain more than they had: what they and the hill exchange is no news, a tenth of it
    /// more is, and nothing ends the run.
    #[test]
    fn hills_end_no_run() {
        let mut watch = Energy { potentials: true, ..Energy::default() };
        let mut row =
            |time: f64, kinetic: f64, hill: f64| watch.row(time, [kinetic, 0.0, 0.0, 0.0, hill]).expect("goes on");
        assert_eq!(row(0.0, 0.1, 0.0), None);
        assert_eq!(row(1.0, 10.1, -10.0), None);
        // 5 of the half sum 12.5.
        let note = row(2.0, 15.1, -10.0).expect("a note");
        assert!(note.contains("grown by 5 at t = 2,") && note.contains("at which a potential jumps"), "{note}");
    }

    /// Twice the energy there was is too much, whatever is exchanged.
    #[test]
    fn an_explosion_ends_the_run() {
        let mut watch = Energy::default();
        let mut failure = None;
        for step in 0..20 {
            let field = 1e-3 * f64::from(1 << step);
            match watch.row(f64::from(step), [0.3, field, 0.0, -0.01, 0.0]) {
                Ok(_) => {}
                Err(error) => {
                    failure = Some((step, error));
                    break;
                }
            }
        }
        let (step, error) = failure.expect("energy grows a thousandfold");
        // It began with 0.311; 0.512 - 0.001 is more, 0.255 is not.
        assert_eq!(step, 9);
        let text = error.to_string();
        assert!(matches!(error, Error::Run(_)) && text.contains("grown by 0.511 at t = 9"), "{text}");
        assert!(text.contains("began with, 0.311") && text.contains("reduce time.step"), "{text}");
    }
}
