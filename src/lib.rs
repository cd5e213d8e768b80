//! Relativistic spin-1/2 Vlasov-Maxwell dynamics on a phase-space grid.
//!
//! The state is the 2x2 Wigner matrix `W = (w0 + w.sigma)/2`, four real numbers
//! per cell. A scenario becomes a grid, a state and fields; [`splitting`]
//! records each step as a list of named [`operators`]; an executor, the [`gpu`]
//! or the float64 [`reference`](mod@reference), runs the list; the host updates the
//! [`fields`] and takes [`diagnostics`].

mod atomic;
pub mod balance;
pub mod bench;
pub mod check;
pub mod diagnostics;
pub mod equilibrium;
pub mod error;
pub mod fields;
pub mod fit;
pub mod gallery;
pub mod gpu;
pub mod grid;
pub mod initial;
pub mod linear_theory;
pub mod npy;
mod numerals;
pub mod operators;
pub mod output;
pub mod physics;
pub mod precision;
pub mod quantities;
pub mod reference;
pub mod run;
pub mod scenario;
pub mod simulation;
pub mod splitting;
pub mod state;
pub mod table;
pub mod validate;
pub mod watch;

pub use error::{Error, Result};
