//! The recorded step: named terms and what they need, without saying how they are executed. The
//! GPU and the processor run the same list.
//!
//! A term is one room under one name. `src/operators/NAME.rs` holds its formula, the bound of its
//! speed, how it is recorded, and what a device must know of it; `shaders/NAME.wgsl` is its kernel
//! and `src/processor/NAME.rs` its twin on the processor. The list below is the only one of all terms.

mod absorption;
mod balance;
mod covariant_relaxation;
mod executor;
mod force;
mod hidden_velocity;
mod kernel;
mod mean_field_turn;
mod observables;
mod pairs;
mod recorder;
mod relaxation;
mod sample;
mod shares;
mod sources;
mod spin_density;
mod spin_length;
mod spin_torque;
mod streaming;
mod sums;
mod sweep;
mod turn;

pub use absorption::Absorption;
pub use balance::{Fluxes, ReadFluxes};
pub use covariant_relaxation::{Covariant, CovariantRelaxation, SpinLaw};
pub use executor::{Executor, ExecutorDescription};
pub use force::Force;
pub use hidden_velocity::HiddenVelocity;
pub use kernel::{Build, Inputs, Kernel, Wgsl, Work};
pub use mean_field_turn::{Couplings, MeanField, MeanFieldTurn, Round};
pub use observables::{Observables, ReadObservables};
pub use pairs::ReadPairs;
pub use recorder::Recorder;
pub use relaxation::{LocalEquilibrium, Relaxation};
pub use sample::FieldSample;
pub use shares::{ReadShares, Shares};
pub use sources::{ReadSources, Sources};
pub use spin_density::{ReadSpinDensity, SpinDensity};
pub use spin_length::ReadSpinLength;
pub use spin_torque::{MOST_TURN, SpinTorque};
pub use streaming::Streaming;
pub use sums::{List, Sums, position};
pub use sweep::{FLUX_REACH, Factor, MAX_PARTS, Scheme, Speed};
pub use turn::Turn;

pub(crate) use kernel::wgsl;

use crate::physics::Particle;

/// What executors and splittings ask of a term.
pub trait Term: Copy + Into<Command> {
    /// Its place in [`Recording::tables`].
    fn table(&self) -> usize;

    /// What a device must know of it.
    fn kernel(&self, build: Build) -> Kernel;

    /// Every kind that has a kernel of its own, for states with or without spin; their times are 0.
    fn kinds(spin: bool) -> Vec<Self>;

    /// For how long it acts; 0 for what takes no time.
    fn time(&self) -> f64 {
        0.0
    }

    /// The storage slot of the axis that it sweeps.
    fn slot(&self) -> Option<usize> {
        None
    }

    /// What the sums of all space cells come to, for a term that reads.
    fn reading(&self, _sums: &[Sums], _particle: &Particle) -> Option<Reading> {
        None
    }
}

/// Makes of the list of all terms the command of a recording, and `each_term!(command, term => ...)`,
/// which does the same with whatever term it is.
macro_rules! terms {
    ($dollar:tt $($term:ident),*) => {
        /// One entry of a recorded step.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Command {
            $(#[allow(missing_docs, reason = "documented where the term is")] $term($term)),*
        }

        $(impl From<$term> for Command {
            fn from(term: $term) -> Command {
                Command::$term(term)
            }
        })*

        macro_rules! each_term {
            ($dollar command:expr, $dollar name:ident => $dollar body:expr) => {
                match $dollar command {
                    $($crate::operators::Command::$term($dollar name) => $dollar body),*
                }
            };
        }

        impl Term for Command {
            fn table(&self) -> usize {
                each_term!(self, term => term.table())
            }

            fn kernel(&self, build: Build) -> Kernel {
                each_term!(self, term => term.kernel(build))
            }

            fn kinds(spin: bool) -> Vec<Command> {
                let kinds = [$($term::kinds(spin).into_iter().map(Command::from).collect()),*];
                kinds.into_iter().flat_map(|kinds: Vec<Command>| kinds).collect()
            }

            fn time(&self) -> f64 {
                each_term!(self, term => term.time())
            }

            fn slot(&self) -> Option<usize> {
                each_term!(self, term => term.slot())
            }

            fn reading(&self, sums: &[Sums], particle: &Particle) -> Option<Reading> {
                each_term!(self, term => term.reading(sums, particle))
            }
        }
    };
}

terms!(
    $ Streaming,
    HiddenVelocity,
    Force,
    SpinTorque,
    Turn,
    MeanFieldTurn,
    Absorption,
    Relaxation,
    CovariantRelaxation,
    ReadSources,
    ReadSpinDensity,
    ReadSpinLength,
    ReadPairs,
    ReadObservables,
    ReadFluxes,
    ReadShares
);

pub(crate) use each_term;

/// A list of commands with the field tables they refer to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// Fields that particles feel, one sample per space cell in each table.
    pub tables: Vec<Vec<FieldSample>>,
    /// What space cells relax towards, one each in every list.
    pub equilibria: Vec<Vec<LocalEquilibrium>>,
    /// The same of relativistic particles; a recording has lists of one kind.
    pub covariant: Vec<Vec<Covariant>>,
    /// What spins turn about that feel each other at a distance in momentum.
    pub mean_fields: Vec<MeanField>,
    /// In the order of execution.
    pub commands: Vec<Command>,
}

impl Recording {
    /// Appends a command.
    pub fn push(&mut self, term: impl Into<Command>) {
        self.commands.push(term.into());
    }
}

/// What a recording reads out, in the order of its commands.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Of [`ReadSources`], one per space cell.
    Sources(Vec<Sources>),
    /// Of [`ReadSpinDensity`], one per space cell.
    SpinDensity(Vec<SpinDensity>),
    /// Of [`ReadSpinLength`], int |w| of each space cell.
    SpinLengths(Vec<f64>),
    /// Of [`ReadPairs`], int int V w.w' of each space cell.
    Pairs(Vec<f64>),
    /// Of [`ReadObservables`], one per space cell.
    Observables(Vec<Observables>),
    /// Of [`ReadFluxes`], one per space cell.
    Fluxes(Vec<Fluxes>),
    /// Of [`ReadShares`], one per space cell.
    Shares(Vec<Shares>),
}
