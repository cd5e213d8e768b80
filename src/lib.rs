//! Relativistic spin-1/2 Vlasov-Maxwell dynamics on a phase-space grid.
//!
//! A scenario, JSON as the command line takes it, becomes a simulation; that advances, and can be read at any time:
//!
//! ```
//! use spinwigner::grid::MOMENTUM;
//! use spinwigner::output::snapshot;
//! use spinwigner::run::{self, DeviceChoice};
//! use spinwigner::validate;
//! # fn main() -> spinwigner::Result<()> {
//! # let folder = tempfile::tempdir().map_err(spinwigner::Error::file("a temporary folder"))?;
//! # let folder = folder.path();
//! let text = r#"{
//!     "title": "Two beams", "about": "Two cold beams of electrons", "references": ["any textbook"],
//!     "species": {"charge": -1, "spin": false},
//!     "kinematics": "non_relativistic",
//!     "phase_space": {"x": {"from": 0, "to": 12.6, "cells": 32}, "px": {"from": -3, "to": 3, "cells": 64}},
//!     "initial": {"populations": [{
//!         "momentum": {"two_beam": {"spread": 0.2, "drift": [1, 0, 0]}},
//!         "perturbations": [{"density": {"mode": 1, "amplitude": 0.01}}]
//!     }]},
//!     "fields": {"evolution": "electrostatic"},
//!     "time": {"step": 0.1, "end": 20},
//!     "output": {"snapshots": [{"quantity": "w0", "axes": ["x", "px"], "interval": 5}]}
//! }"#;
//! let loaded = validate::from_text(text, "two-beams", folder)?;
//! let mut simulation = run::start(&loaded, DeviceChoice::Reference)?;
//! simulation.advance(100)?;
//!
//! // The state with its axes: w0 at x = x_3 and p_x = p_10.
//! let state = simulation.executor.state()?;
//! let grid = simulation.grid.clone();
//! let (x, px) = (grid.axis(0).expect("x"), grid.axis(MOMENTUM).expect("px"));
//! println!("w0({:.2}, {:.2}) = {:.3e}", x.centre(3), px.centre(10), state.cell(3 * px.cells + 10).x);
//!
//! // A moment: the energy of motion at every x.
//! let energies: Vec<f64> = simulation.observables()?.iter().map(|cell| cell.kinetic_energy).collect();
//! assert_eq!(energies.len(), x.cells);
//!
//! // A picture.
//! let (what, units) = (&loaded.scenario.output.snapshots[0], &loaded.scenario.units);
//! let plane = snapshot::project(&state, &grid, loaded.scenario.species.mass, what);
//! let picture = snapshot::heat_map(&plane, &grid, what, units, &loaded.scenario.title, simulation.time());
//! picture.write_png(&folder.join("two-beams.png"))?;
//! # Ok(())
//! # }
//! ```
//!
//! The state is the 2x2 Wigner matrix `W = (w0 + w.sigma)/2`, four real numbers
//! per cell. A scenario becomes a grid, a state and fields; [`splitting`] makes each
//! step a list of flows, which record named [`operators`]; an executor, the [`gpu`]
//! or the [`processor`], runs these; the host updates the
//! [`fields`] and takes [`diagnostics`]. `docs/architecture.md` shows the house.
//!
//! `examples/damping.rs` goes on from here: a scan, fitted and held against linear theory.

mod atomic;
pub mod balance;
pub mod bench;
pub mod check;
pub mod checkpoint;
mod collisions;
pub mod diagnostics;
pub mod doctor;
pub mod equilibrium;
pub mod error;
pub mod exchange;
pub mod fields;
pub mod fit;
pub mod gallery;
pub mod gpu;
pub mod grid;
pub mod initial;
pub mod interpolation;
pub mod lanes;
pub mod linear_theory;
pub mod needs;
pub mod npy;
pub mod numerals;
pub mod operators;
pub mod output;
pub mod physics;
pub mod polarisation;
pub mod position;
pub mod precision;
pub mod processor;
pub mod quantities;
#[cfg(test)]
#[path = "../tests/common/random.rs"]
mod random;
mod reduction;
pub mod run;
pub mod scenario;
pub mod simulation;
pub mod species;
pub mod splitting;
pub mod state;
pub mod table;
pub mod validate;
mod watch;

pub use error::{Error, Result};
